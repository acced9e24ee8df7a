/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CloudEvents and what a trigger asks for. The first byte chooses: even is structured mode, odd is binary, where lines
 * "name: value" up to an empty one are the user properties. What is accepted keeps the header's limits, and comes back
 * the same from our own writer.
 */
#include "gateway/model/cloudevent.h"
#include "gateway/model/trigger.h"

#include "tests/fuzz/fuzz.h"

#define USER_MAX 80u /* more than there may be */

static size_t read_user(struct pk_slice *rest, struct pk_attribute *ret_user)
{
    size_t count = 0;
    while (rest->len > 0 && count < USER_MAX) {
        struct pk_slice line = fuzz_line(rest);
        const char *colon = line.len > 0 ? memchr(line.data, ':', line.len) : NULL;
        if (!colon)
            break;
        size_t n = (size_t) (colon - line.data);
        ret_user[count++] =
            (struct pk_attribute){ pk_slice_make(line.data, n), pk_slice_trim(pk_slice_make(colon + 1, line.len - n - 1)) };
    }
    return count;
}

static void check_tags(const struct pk_tag_list *list)
{
    fuzz_need(list->count <= PK_TAGS_MAX);
    for (size_t i = 0; i < list->count; i++)
        fuzz_need(pk_is_tag(list->items[i]));
}

static void check_request(const struct pk_cloudevent *event)
{
    const struct pk_event_type *type = pk_event_type_find(event->type);
    struct pk_trigger_request request;
    struct pk_error err = { 0 };
    if (!type)
        type = pk_event_type_find(PK_SLICE("nl.notices.notice-requested.v1"));
    int r = type->read(event->data, &request, &err);
    if (r != 0) {
        fuzz_refused(r, &err);
        return;
    }
    fuzz_need(pk_is_name(request.template_name) && pk_is_name(request.topic));
    check_tags(&request.all);
    check_tags(&request.any);
    check_tags(&request.none);
    fuzz_need(!request.values || pk_json_kind(request.values) == PK_JSON_OBJECT);
    fuzz_need(request.send_at_ms == 0 || request.valid_until_ms == 0 || request.send_at_ms < request.valid_until_ms);
}

static void check_event(const struct pk_cloudevent *event)
{
    const struct pk_slice needed[] = { event->id, event->source, event->type };
    for (size_t i = 0; i < PK_COUNT(needed); i++)
        fuzz_need(needed[i].len > 0 && needed[i].len <= 256 && pk_utf8_valid(needed[i]));
    fuzz_need(event->traceparent.len <= 64 && event->time_ms >= 0 && event->expires_ms >= 0);
    fuzz_need(!event->data || event->document);
}

static void write_and_read(const struct pk_cloudevent *event)
{
    struct pk_buf dumped, text;
    struct pk_cloudevent again;
    enum pk_event_refusal refusal;
    pk_buf_init(&dumped, 1u << 18);
    pk_buf_init(&text, 1u << 20);
    char *id = pk_slice_dup(event->id), *source = pk_slice_dup(event->source), *type = pk_slice_dup(event->type);
    fuzz_need(pk_json_dump(event->data, &dumped) == 0);
    const struct pk_cloudevent_out out = { .id = id,
                                           .source = source,
                                           .type = type,
                                           .time_ms = event->time_ms,
                                           .traceparent = event->traceparent,
                                           .data = pk_buf_slice(&dumped) };
    fuzz_need(pk_cloudevent_write(&out, &text) == 0);
    if (text.len <= PK_CLOUDEVENT_BYTES_MAX) {
        fuzz_need(pk_cloudevent_read(PK_SLICE("application/cloudevents+json"), NULL, 0, pk_buf_slice(&text), &again, &refusal,
                                     NULL) == 0);
        fuzz_need(pk_slice_equal(again.id, event->id) && pk_slice_equal(again.source, event->source) &&
                  pk_slice_equal(again.type, event->type) && again.time_ms == event->time_ms);
        pk_cloudevent_finish(&again);
    }
    free(id);
    free(source);
    free(type);
    pk_buf_finish(&dumped);
    pk_buf_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_attribute user[USER_MAX];
    struct pk_cloudevent event;
    struct pk_error err = { 0 };
    enum pk_event_refusal refusal;
    size_t count = 0;
    if (size == 0)
        return 0;
    struct pk_slice rest = pk_slice_make(data + 1, size - 1), type = { 0 };
    if (data[0] & 1) {
        type = fuzz_line(&rest);
        count = read_user(&rest, user);
    }
    int r = pk_cloudevent_read(type, user, count, rest, &event, &refusal, &err);
    fuzz_need((r == 0) == (refusal == PK_REFUSAL_NONE) && pk_refusal_name(refusal));
    if (r != 0) {
        fuzz_refused(r, &err);
    } else {
        check_event(&event);
        check_request(&event);
        write_and_read(&event);
    }
    pk_cloudevent_finish(&event);
    return 0;
}
