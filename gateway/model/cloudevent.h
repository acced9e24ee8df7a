/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CloudEvents 1.0 over MQTT: structured mode (JSON) and binary mode (attributes as user properties), read into one
 * shape and checked against the specification and our limits. Pure: bytes and properties in.
 * Reasons for refusal are a fixed list; none repeats the payload.
 */
#ifndef PK_MODEL_CLOUDEVENT_H
#define PK_MODEL_CLOUDEVENT_H

#include "gateway/base/json.h"

enum pk_event_refusal {
    PK_REFUSAL_NONE = 0,
    PK_REFUSAL_TOO_LARGE,
    PK_REFUSAL_NOT_UTF8,
    PK_REFUSAL_NOT_JSON,
    PK_REFUSAL_NOT_CLOUDEVENT, /* attributes missing or malformed */
    PK_REFUSAL_SPECVERSION,
    PK_REFUSAL_DUPLICATE_ATTRIBUTE,
    PK_REFUSAL_BATCH,
    PK_REFUSAL_TYPE_UNKNOWN,
    PK_REFUSAL_EXPIRED,
    PK_REFUSAL_RETAINED,
    PK_REFUSAL_PUBLISHER_UNKNOWN,
    PK_REFUSAL_SOURCE, /* not the one configured for this publisher */
    PK_REFUSAL_DATA, /* a field is missing, unknown or wrong */
    PK_REFUSAL_TEMPLATE, /* unknown, or not allowed for this publisher */
    PK_REFUSAL_TOPIC,
    PK_REFUSAL_AUDIENCE, /* a tag not allowed */
    PK_REFUSAL_VALUES, /* the template's values */
    PK_REFUSAL_TIME, /* sendAt and validUntil do not fit */
    PK_REFUSAL_RATE,
    PK_REFUSAL_RESPONSE_TOPIC,
    PK_REFUSAL_CEILING,
    PK_REFUSAL_TYPE_DENIED, /* not one this publisher may publish */
    PK_REFUSAL_EVENT, /* there is no such event of the calendar, or no such date of it, or it is not this publisher's */
    PK_REFUSAL_CAMPAIGN, /* there is no such campaign, or it is not for this publisher */
    PK_REFUSAL_CONFLICT, /* as things are it cannot be done: it has begun, it was called off, it is not approved */
    PK_REFUSALS
};
const char *pk_refusal_name(enum pk_event_refusal refusal); /* "not-json" */

struct pk_attribute {
    struct pk_slice name, value;
};

struct pk_cloudevent {
    struct pk_json *document; /* owned: structured mode's document, or binary mode's data */
    const struct pk_json *data; /* inside document; NULL when absent */
    struct pk_slice id, source, type, subject;
    int64_t time_ms; /* 0 = absent */
    int64_t expires_ms; /* expirytime; 0 = absent */
    struct pk_slice traceparent;
};

#define PK_CLOUDEVENT_BYTES_MAX 65536

/* content_type absent means MQTT 3.1.1: structured JSON. Slices of *ret_event live in its document or in the input.
 * Checks: UTF-8, size, required attributes, names and characters, specversion 1.0, null = absent, data against
 * data_base64, timestamps, lengths (id and source at most 256 bytes). On refusal *ret_refusal says which and err why;
 * ret_event->id is set where the event's attributes could be read. Finish the event either way. */
int pk_cloudevent_read(struct pk_slice content_type, const struct pk_attribute *user, size_t user_count, struct pk_slice payload,
                       struct pk_cloudevent *ret_event, enum pk_event_refusal *ret_refusal, struct pk_error *err);
void pk_cloudevent_finish(struct pk_cloudevent *event);

/* Writes a structured event of ours. data is a JSON object's text. */
struct pk_cloudevent_out {
    const char *id, *source, *type;
    int64_t time_ms;
    struct pk_slice causation_id; /* empty = none */
    struct pk_slice traceparent; /* empty = none */
    int64_t sequence; /* 0 = none; 12 digits */
    struct pk_slice data;
};
int pk_cloudevent_write(const struct pk_cloudevent_out *event, struct pk_buf *out);

#endif
