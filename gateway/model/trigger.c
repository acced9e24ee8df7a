/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/trigger_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"

#define SEQUENCE_MAX 1000000

bool pk_is_tag(struct pk_slice text)
{
    const char *colon = text.len > 0 ? memchr(text.data, ':', text.len) : NULL;
    if (!colon)
        return pk_is_name(text);
    size_t front = (size_t) (colon - text.data);
    return pk_is_name(pk_slice_make(text.data, front)) && pk_is_name(pk_slice_make(colon + 1, text.len - front - 1));
}

bool pk_data_absent(const struct pk_json *value)
{
    enum pk_json_kind kind = pk_json_kind(value);
    return kind == PK_JSON_ABSENT || kind == PK_JSON_NULL;
}

int pk_data_name(const struct pk_json *data, const char *field, struct pk_slice *ret_name, struct pk_error *err)
{
    *ret_name = pk_json_string(pk_json_get(data, field));
    if (pk_is_name(*ret_name))
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "data.%s: %s", field, ret_name->data ? "not a name" : "missing or not a string");
    return pk_hint(err, PK_E_INVALID, "Names are lower-case letters, digits and inner hyphens, at most 48.");
}

static int read_moment(const struct pk_json *data, const char *field, int64_t *ret_ms, struct pk_error *err)
{
    const struct pk_json *value = pk_json_get(data, field);
    *ret_ms = 0;
    if (pk_data_absent(value))
        return 0;
    struct pk_slice text = pk_json_string(value);
    if (text.data && pk_time_parse(text, ret_ms) == 0)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "data.%s: not an RFC 3339 moment", field);
    return pk_hint(err, PK_E_INVALID, "Write it like 2026-10-14T17:30:00Z.");
}

static int read_tags(const struct pk_json *tags, const char *field, struct pk_tag_list *ret_list, struct pk_error *err)
{
    const struct pk_json *list = pk_json_get(tags, field);
    if (pk_data_absent(list))
        return 0;
    if (pk_json_kind(list) != PK_JSON_ARRAY)
        return pk_fail(err, PK_E_INVALID, "data.tags.%s: not a list", field);
    size_t count = pk_json_count(list);
    if (count > PK_TAGS_MAX)
        return pk_fail(err, PK_E_LIMIT, "data.tags.%s: more than %d tags", field, PK_TAGS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct pk_slice tag = pk_json_string(pk_json_item(list, i));
        if (!pk_is_tag(tag)) {
            (void) pk_fail(err, PK_E_INVALID, "data.tags.%s[%zu]: not a tag", field, i);
            return pk_hint(err, PK_E_INVALID, "Tags look like school:de-windroos.");
        }
        ret_list->items[ret_list->count++] = tag;
    }
    return 0;
}

int pk_data_tags(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const lists[] = { "all", "any", "none", NULL };
    const struct pk_json *tags = pk_json_get(data, "tags");
    if (pk_data_absent(tags))
        return 0;
    if (pk_json_kind(tags) != PK_JSON_OBJECT)
        return pk_fail(err, PK_E_INVALID, "data.tags: not an object");
    ret_request->tags = tags;
    int r = pk_json_only(tags, lists, "data.tags", err);
    if (r == 0)
        r = read_tags(tags, "all", &ret_request->all, err);
    if (r == 0)
        r = read_tags(tags, "any", &ret_request->any, err);
    return r == 0 ? read_tags(tags, "none", &ret_request->none, err) : r;
}

/* Its name, and how often it was changed: what a calendar needs to move or remove an entry. */
static int read_event(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "id", "sequence", NULL };
    const struct pk_json *event = pk_json_get(data, "event"), *sequence = pk_json_get(event, "sequence");
    if (pk_data_absent(event))
        return 0;
    if (pk_json_kind(event) != PK_JSON_OBJECT)
        return pk_fail(err, PK_E_INVALID, "data.event: not an object");
    int r = pk_json_only(event, fields, "data.event", err);
    if (r != 0)
        return r;
    ret_request->event = pk_json_string(pk_json_get(event, "id"));
    if (!pk_is_name(ret_request->event)) {
        (void) pk_fail(err, PK_E_INVALID, "data.event.id: missing or not a name");
        return pk_hint(err, PK_E_INVALID, "Names are lower-case letters, digits and inner hyphens, at most 48.");
    }
    if (pk_data_absent(sequence))
        return 0;
    if (!pk_json_int(sequence, &ret_request->sequence) || ret_request->sequence < 0 || ret_request->sequence > SEQUENCE_MAX)
        return pk_fail(err, PK_E_INVALID, "data.event.sequence: not a number from 0 to %d", SEQUENCE_MAX);
    return 0;
}

static int read_notice_requested(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "template", "topic", "tags", "values", "event", "sendAt", "validUntil", NULL };
    *ret_request = (struct pk_trigger_request){ 0 };
    if (pk_json_kind(data) != PK_JSON_OBJECT)
        return pk_fail(err, PK_E_INVALID, "data: missing or not an object");
    int r = pk_json_only(data, fields, "data", err);
    if (r == 0)
        r = pk_data_name(data, "template", &ret_request->template_name, err);
    if (r == 0)
        r = pk_data_name(data, "topic", &ret_request->topic, err);
    if (r != 0)
        return r;
    const struct pk_json *values = pk_json_get(data, "values");
    r = pk_data_tags(data, ret_request, err);
    if (r == 0 && !pk_data_absent(values)) {
        if (pk_json_kind(values) != PK_JSON_OBJECT)
            return pk_fail(err, PK_E_INVALID, "data.values: not an object");
        ret_request->values = values;
    }
    if (r == 0)
        r = read_event(data, ret_request, err);
    if (r == 0)
        r = read_moment(data, "sendAt", &ret_request->send_at_ms, err);
    if (r == 0)
        r = read_moment(data, "validUntil", &ret_request->valid_until_ms, err);
    if (r == 0 && ret_request->send_at_ms != 0 && ret_request->valid_until_ms != 0 && ret_request->send_at_ms >= ret_request->valid_until_ms)
        return pk_fail(err, PK_E_INVALID, "data.sendAt is not before data.validUntil");
    return r;
}

/* ---- the types: a new one is added here ---- */

static const struct pk_event_type types[] = {
    { "nl.notices.notice-requested.v1", "notice.requested", read_notice_requested },
    { "nl.events.event-planned.v1", "event.planned", pk_data_planned },
    { "nl.events.event-changed.v1", "event.changed", pk_data_changed },
    { "nl.events.event-cancelled.v1", "event.cancelled", pk_data_cancelled },
    { "nl.infopoints.infopoint-closed-today.v1", "infopoint.closed-today", pk_data_closed_today },
    { "nl.infopoints.infopoint-open-after-all.v1", "infopoint.open-after-all", pk_data_open_after_all },
    { "nl.infopoints.infopoint-hours-changed.v1", "infopoint.hours-changed", pk_data_hours_changed },
    { "nl.campaigns.campaign-start.v1", "campaign.start", pk_data_campaign_start },
};

const struct pk_event_type *pk_event_type_at(size_t index)
{
    return index < PK_COUNT(types) ? &types[index] : NULL;
}

const struct pk_event_type *pk_event_type_find(struct pk_slice name)
{
    for (size_t i = 0; i < PK_COUNT(types); i++)
        if (pk_slice_is(name, types[i].name))
            return &types[i];
    return NULL;
}

/* By either of its names. */
const struct pk_event_type *pk_event_type_near(struct pk_slice name)
{
    const char *names[2 * PK_COUNT(types)];
    for (size_t i = 0; i < PK_COUNT(types); i++) {
        names[2 * i] = types[i].name;
        names[2 * i + 1] = types[i].word;
    }
    const char *near = pk_nearest(name, names, PK_COUNT(names));
    for (size_t i = 0; near && i < PK_COUNT(names); i++)
        if (names[i] == near)
            return &types[i / 2];
    return NULL;
}
