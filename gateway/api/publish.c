/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * POST /v1/triggers: the other door to the intake. An event by the HTTP binding of CloudEvents, structured or binary, passes the
 * checks it would pass over MQTT; what the answer topic would be told is the answer here. A repeated event hears the same
 * again, so a sender who heard nothing sends it again.
 */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/api/schema.h"
#include "gateway/api/v1.h"
#include "gateway/base/text.h"
#include "gateway/service/intake.h"

#define ATTRIBUTES_MAX 64u
#define NOTICE "nl.notices.notice-requested.v1"
#define DECODED_MAX 16384u
#define RETRY_AFTER "60" /* seconds; a publisher's rate is by the minute */

/* Attributes as the headers give them: names in lower case, values without their escapes. */
struct event_headers {
    struct pk_attribute items[ATTRIBUTES_MAX + 1]; /* one too many is one the intake refuses */
    size_t count;
    struct pk_buf text; /* never grows past its first size: slices point into it */
    bool has_id;
};

static void add_lower(struct pk_buf *out, struct pk_slice name)
{
    for (size_t i = 0; i < name.len; i++)
        (void) pk_buf_add_char(out, (char) (name.data[i] >= 'A' && name.data[i] <= 'Z' ? name.data[i] - 'A' + 'a' : name.data[i]));
}

static void add_unescaped(struct pk_buf *out, struct pk_slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        char byte = value.data[i];
        if (byte == '%' && value.len - i >= 3 && pk_unhex(pk_slice_make(value.data + i + 1, 2), &byte, 1) == 0)
            i += 2;
        (void) pk_buf_add_char(out, byte);
    }
}

static void add_attribute(struct event_headers *headers, struct pk_slice name, struct pk_slice value)
{
    if (headers->count == PK_COUNT(headers->items))
        return;
    struct pk_attribute *attribute = &headers->items[headers->count++];
    size_t start = headers->text.len;
    add_lower(&headers->text, name);
    attribute->name = pk_slice_make(headers->text.data + start, headers->text.len - start);
    start = headers->text.len;
    add_unescaped(&headers->text, value);
    attribute->value = pk_slice_make(headers->text.data + start, headers->text.len - start);
    headers->has_id = headers->has_id || pk_slice_is(attribute->name, "id");
}

static bool look(void *ctx, struct pk_slice name, struct pk_slice value)
{
    struct event_headers *headers = ctx;
    if (name.len > 3 && pk_slice_equal_nocase(pk_slice_make(name.data, 3), "ce-"))
        add_attribute(headers, pk_slice_make(name.data + 3, name.len - 3), value);
    return true;
}

/* As it is, or in quotes. */
static struct pk_slice key_of(struct pk_call *call)
{
    struct pk_slice key = pk_slice_trim(pk_http_request_header(call->request, "Idempotency-Key"));
    if (key.len >= 2 && key.data[0] == '"' && key.data[key.len - 1] == '"')
        key = pk_slice_make(key.data + 1, key.len - 2);
    return key;
}

/* In binary mode. */
static struct pk_slice type_of(const struct event_headers *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        if (pk_slice_is(headers->items[i].name, "type"))
            return headers->items[i].value;
    return PK_SLICE("");
}

/* ---- the answer ---- */

static unsigned status_of(enum pk_event_refusal refusal)
{
    switch (refusal) {
    case PK_REFUSAL_EVENT:
    case PK_REFUSAL_CAMPAIGN:
        return 404;
    case PK_REFUSAL_CONFLICT:
        return 409;
    case PK_REFUSAL_TYPE_DENIED:
    case PK_REFUSAL_TOO_LARGE:
        return 413;
    case PK_REFUSAL_BATCH:
        return 415;
    case PK_REFUSAL_RATE:
        return 429;
    case PK_REFUSAL_PUBLISHER_UNKNOWN:
    case PK_REFUSAL_SOURCE:
    case PK_REFUSAL_TEMPLATE:
    case PK_REFUSAL_TOPIC:
    case PK_REFUSAL_AUDIENCE:
    case PK_REFUSAL_CEILING:
        return 403;
    default:
        return 400;
    }
}

static int code_of(unsigned status)
{
    return status == 413 || status == 429 ? PK_E_LIMIT : status == 415 ? PK_E_UNSUPPORTED : status == 403 ? PK_E_DENIED : status == 404 ? PK_E_NOT_FOUND : status == 409 ? PK_E_CONFLICT : PK_E_INVALID;
}

/* All that is wrong with the form of the event, where the first thing was told. */
static void complain_of_form(struct pk_call *call, enum pk_event_refusal refusal, bool structured, struct pk_slice type)
{
    struct pk_json *body = NULL;
    if (refusal != PK_REFUSAL_NOT_CLOUDEVENT && refusal != PK_REFUSAL_SPECVERSION && refusal != PK_REFUSAL_DATA)
        return;
    if (pk_json_parse(pk_http_request_body(call->request), PK_CALL_JSON_MAX, &body, NULL) == 0)
        pk_v1_check_body(call, body, structured ? "application/cloudevents+json" : "application/json");
    if (structured)
        type = pk_json_string(pk_json_get(body, "type"));
    if (type.len == 0 || pk_slice_is(type, NOTICE)) /* the schemas of other types are draft-07, and their reader told the first fault */
        pk_v1_check_notice(call, structured ? pk_json_get(body, "data") : body, structured ? "/data" : "");
    pk_json_free(body);
}

static void refuse(struct pk_call *call, const struct pk_intake_answer *answer, bool structured, struct pk_slice type)
{
    unsigned status = status_of(answer->refusal);
    struct pk_error err = answer->why;
    err.code = code_of(status);
    call->reason = pk_refusal_name(answer->refusal);
    complain_of_form(call, answer->refusal, structured, type);
    if (status == 429)
        pk_call_header(call, "Retry-After", RETRY_AFTER);
    pk_call_problem_as(call, status, &err);
}

static void accept(struct pk_call *call, const struct pk_intake_answer *answer)
{
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "trigger", answer->trigger);
    pk_json_add_text(&out, "status", "accepted");
    pk_json_add_bool(&out, "duplicate", answer->repeated);
    pk_upshot_add(&out, &answer->outcome);
    pk_json_close(&out, '}');
    pk_call_answer(call, 202, &call->out);
}

void pk_api_trigger_publish(struct pk_call *call)
{
    struct event_headers headers = { .count = 0 };
    struct pk_intake_answer answer = { .refusal = PK_REFUSAL_NONE };
    struct pk_error err = { 0 };
    struct pk_slice type = pk_http_request_header(call->request, "Content-Type"), rest = type, media = { 0 };
    (void) pk_slice_cut(&rest, ';', &media);
    bool structured = pk_slice_equal_nocase(pk_slice_trim(media), "application/cloudevents+json");
    char *room = pk_alloc(DECODED_MAX);
    headers.text = (struct pk_buf){ .data = room, .cap = DECODED_MAX, .max_bytes = DECODED_MAX - 1 };
    if (!structured)
        pk_http_request_each_header(call->request, look, &headers);
    struct pk_intake_event event = {
        .publisher = pk_slice_of(call->actor.name),
        .content_type = type,
        .payload = pk_http_request_body(call->request),
        .actor = &call->actor,
        .key = key_of(call),
        .answer = &answer,
    };
    if (event.key.len == 0)
        event.key = (struct pk_slice){ 0 };
    if (!structured && event.key.data && !headers.has_id)
        add_attribute(&headers, PK_SLICE("id"), event.key);
    event.attributes = headers.items;
    event.attribute_count = headers.count;
    if (headers.text.failed) {
        (void) pk_fail(&err, PK_E_LIMIT, "the event's headers are too large");
        pk_call_problem(call, &err);
    } else if (pk_intake_take(call->service->intake, &event, &err) != 0) {
        (void) pk_fail(&err, PK_E_BUSY, "the event could not be kept now");
        pk_call_problem(call, &err);
    } else if (answer.refusal != PK_REFUSAL_NONE) {
        refuse(call, &answer, structured, type_of(&headers));
    } else {
        accept(call, &answer);
    }
    free(room);
}
