/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Both modes end in the same list of attributes and the same checks: structured mode finds them as members of the
 * document, binary mode as user properties beside the data.
 */
#include "gateway/model/cloudevent.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"

#include <stdio.h>

#define ATTRIBUTES_MAX 64u
#define NAME_MAX_BYTES 64u
#define VALUE_MAX_BYTES 256u

const char *pk_refusal_name(enum pk_event_refusal refusal)
{
    static const char *const names[PK_REFUSALS] = {
        [PK_REFUSAL_NONE] = "none",
        [PK_REFUSAL_TOO_LARGE] = "too-large",
        [PK_REFUSAL_NOT_UTF8] = "not-utf8",
        [PK_REFUSAL_NOT_JSON] = "not-json",
        [PK_REFUSAL_NOT_CLOUDEVENT] = "not-cloudevent",
        [PK_REFUSAL_SPECVERSION] = "specversion",
        [PK_REFUSAL_DUPLICATE_ATTRIBUTE] = "duplicate-attribute",
        [PK_REFUSAL_BATCH] = "batch",
        [PK_REFUSAL_TYPE_UNKNOWN] = "type-unknown",
        [PK_REFUSAL_EXPIRED] = "expired",
        [PK_REFUSAL_RETAINED] = "retained",
        [PK_REFUSAL_PUBLISHER_UNKNOWN] = "publisher-unknown",
        [PK_REFUSAL_SOURCE] = "source",
        [PK_REFUSAL_DATA] = "data",
        [PK_REFUSAL_TEMPLATE] = "template",
        [PK_REFUSAL_TOPIC] = "topic",
        [PK_REFUSAL_AUDIENCE] = "audience",
        [PK_REFUSAL_VALUES] = "values",
        [PK_REFUSAL_TIME] = "time",
        [PK_REFUSAL_RATE] = "rate",
        [PK_REFUSAL_RESPONSE_TOPIC] = "response-topic",
        [PK_REFUSAL_CEILING] = "ceiling",
        [PK_REFUSAL_TYPE_DENIED] = "type-denied",
        [PK_REFUSAL_EVENT] = "event",
        [PK_REFUSAL_CAMPAIGN] = "campaign",
        [PK_REFUSAL_CONFLICT] = "conflict",
    };
    return (size_t) refusal < PK_REFUSALS ? names[refusal] : NULL;
}

struct reading {
    struct pk_cloudevent *event;
    enum pk_event_refusal *refusal;
    struct pk_error *err;
    struct pk_attribute attributes[ATTRIBUTES_MAX];
    size_t count;
};

__attribute__((format(printf, 3, 4))) static int refuse(struct reading *reading, enum pk_event_refusal refusal, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(text, sizeof text, format, args);
    va_end(args);
    *reading->refusal = refusal;
    return pk_fail(reading->err, PK_E_INVALID, "%s", text);
}

static bool is_attribute_name(struct pk_slice name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!(name.data[i] >= 'a' && name.data[i] <= 'z') && !(name.data[i] >= '0' && name.data[i] <= '9'))
            return false;
    return true;
}

/* U+0000-1F and U+007F-9F; the text is valid UTF-8. */
static bool has_control(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char) text.data[i];
        if (c < 0x20 || c == 0x7f || (c == 0xc2 && i + 1 < text.len && (unsigned char) text.data[i + 1] < 0xa0))
            return true;
    }
    return false;
}

static struct pk_slice attribute(const struct reading *reading, const char *name)
{
    for (size_t i = 0; i < reading->count; i++)
        if (pk_slice_is(reading->attributes[i].name, name))
            return reading->attributes[i].value;
    return (struct pk_slice){ 0 };
}

static int add_attribute(struct reading *reading, struct pk_slice name, struct pk_slice value)
{
    if (reading->count == ATTRIBUTES_MAX)
        return refuse(reading, PK_REFUSAL_TOO_LARGE, "the event has more than %u attributes", ATTRIBUTES_MAX);
    if (!is_attribute_name(name))
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "an attribute's name is not lower-case letters and digits");
    if (!pk_utf8_valid(value) || has_control(value))
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "attribute %.*s holds control characters or is not UTF-8", PK_SLICE_ARG(name));
    for (size_t i = 0; i < reading->count; i++)
        if (pk_slice_equal(reading->attributes[i].name, name))
            return refuse(reading, PK_REFUSAL_DUPLICATE_ATTRIBUTE, "attribute %.*s occurs twice", PK_SLICE_ARG(name));
    reading->attributes[reading->count++] = (struct pk_attribute){ name, value };
    return 0;
}

static int need(struct reading *reading, const char *name, struct pk_slice *ret_value)
{
    *ret_value = attribute(reading, name);
    if (ret_value->len == 0)
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "attribute %s is missing or empty", name);
    if (ret_value->len > VALUE_MAX_BYTES)
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "attribute %s is longer than %u bytes", name, VALUE_MAX_BYTES);
    return 0;
}

static int moment(struct reading *reading, const char *name, int64_t *ret_ms)
{
    struct pk_slice text = attribute(reading, name);
    *ret_ms = 0;
    if (text.data && pk_time_parse(text, ret_ms) != 0)
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "attribute %s is not an RFC 3339 moment", name);
    return 0;
}

static int check_attributes(struct reading *reading)
{
    struct pk_cloudevent *event = reading->event;
    struct pk_slice version = attribute(reading, "specversion");
    if (version.data && !pk_slice_is(version, "1.0"))
        return refuse(reading, PK_REFUSAL_SPECVERSION, "specversion is not 1.0");
    int r = need(reading, "specversion", &version);
    if (r == 0)
        r = need(reading, "id", &event->id);
    if (r == 0)
        r = need(reading, "source", &event->source);
    if (r == 0)
        r = need(reading, "type", &event->type);
    if (r == 0)
        r = moment(reading, "time", &event->time_ms);
    if (r == 0)
        r = moment(reading, "expirytime", &event->expires_ms);
    if (r != 0)
        return r;
    if (memchr(event->source.data, ' ', event->source.len))
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "attribute source is not a URI reference");
    if (event->expires_ms != 0 && event->time_ms != 0 && event->expires_ms < event->time_ms)
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "expirytime is before time");
    event->subject = attribute(reading, "subject");
    event->traceparent = attribute(reading, "traceparent");
    if (event->traceparent.len > 64)
        event->traceparent = (struct pk_slice){ 0 };
    return 0;
}

static bool is_json_type(struct pk_slice media)
{
    const char *semicolon = media.len > 0 ? memchr(media.data, ';', media.len) : NULL;
    if (semicolon)
        media = pk_slice_make(media.data, (size_t) (semicolon - media.data));
    media = pk_slice_trim(media);
    if (media.len >= 5 && pk_slice_equal_nocase(pk_slice_make(media.data + media.len - 5, 5), "+json"))
        return true;
    return media.len >= 5 && pk_slice_equal_nocase(pk_slice_make(media.data + media.len - 5, 5), "/json");
}

/* Only the media type before the parameters, compared without case. */
static bool media_is(struct pk_slice media, const char *name)
{
    const char *semicolon = media.len > 0 ? memchr(media.data, ';', media.len) : NULL;
    if (semicolon)
        media = pk_slice_make(media.data, (size_t) (semicolon - media.data));
    return pk_slice_equal_nocase(pk_slice_trim(media), name);
}

static int parse_json(struct reading *reading, struct pk_slice payload)
{
    int r = pk_json_parse(payload, PK_CLOUDEVENT_BYTES_MAX, &reading->event->document, reading->err);
    if (r != 0)
        *reading->refusal = r == PK_E_LIMIT ? PK_REFUSAL_TOO_LARGE : PK_REFUSAL_NOT_JSON;
    return r;
}

/* A number or a boolean is an attribute somebody else may read; those known here are text. */
static int pass_over(struct reading *reading, struct pk_slice name, const struct pk_json *value)
{
    static const char *const texts[] = { "specversion", "id", "source", "type", "time", "expirytime", "datacontenttype", "subject", "traceparent" };
    int64_t number;
    if (!is_attribute_name(name))
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "an attribute's name is not lower-case letters and digits");
    for (size_t i = 0; i < PK_COUNT(texts); i++)
        if (pk_slice_is(name, texts[i]))
            return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "attribute %s is not text", texts[i]);
    if (pk_json_kind(value) == PK_JSON_NUMBER && (!pk_json_int(value, &number) || number < INT32_MIN || number > INT32_MAX))
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "attribute %.*s is not an integer of 32 bits", PK_SLICE_ARG(name));
    return 0;
}

static int read_structured(struct reading *reading, struct pk_slice payload)
{
    int r = parse_json(reading, payload);
    if (r != 0)
        return r;
    const struct pk_json *document = reading->event->document;
    if (pk_json_kind(document) == PK_JSON_ARRAY)
        return refuse(reading, PK_REFUSAL_BATCH, "a batch of events is not accepted over MQTT");
    if (pk_json_kind(document) != PK_JSON_OBJECT)
        return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "the event is not a JSON object");
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    bool base64 = false;
    while (pk_json_next(document, &iter, &name, &value)) {
        enum pk_json_kind kind = pk_json_kind(value);
        if (kind == PK_JSON_NULL)
            continue; /* the same as absent */
        if (pk_slice_is(name, "data")) {
            reading->event->data = value;
        } else if (pk_slice_is(name, "data_base64")) {
            base64 = true;
        } else if (kind == PK_JSON_STRING) {
            if ((r = add_attribute(reading, name, pk_json_string(value))) != 0)
                return r;
        } else if (kind == PK_JSON_OBJECT || kind == PK_JSON_ARRAY) {
            return refuse(reading, PK_REFUSAL_NOT_CLOUDEVENT, "an attribute is neither text, a number nor a boolean");
        } else if ((r = pass_over(reading, name, value)) != 0) {
            return r;
        }
    }
    if (base64)
        return refuse(reading, PK_REFUSAL_DATA, "data_base64 is not accepted: a trigger's data are JSON");
    struct pk_slice type = attribute(reading, "datacontenttype");
    if (type.data && !is_json_type(type))
        return refuse(reading, PK_REFUSAL_DATA, "datacontenttype is not JSON");
    return 0;
}

static int read_binary(struct reading *reading, struct pk_slice content_type, const struct pk_attribute *user, size_t user_count,
                       struct pk_slice payload)
{
    for (size_t i = 0; i < user_count; i++) {
        if (pk_slice_is(user[i].name, "datacontenttype"))
            continue; /* the binding's own example repeats it */
        int r = add_attribute(reading, user[i].name, user[i].value);
        if (r != 0)
            return r;
    }
    if (!is_json_type(content_type))
        return refuse(reading, PK_REFUSAL_DATA, "the content type is not JSON");
    int r = payload.len > 0 ? parse_json(reading, payload) : 0;
    reading->event->data = reading->event->document;
    return r;
}

int pk_cloudevent_read(struct pk_slice content_type, const struct pk_attribute *user, size_t user_count, struct pk_slice payload,
                       struct pk_cloudevent *ret_event, enum pk_event_refusal *ret_refusal, struct pk_error *err)
{
    *ret_event = (struct pk_cloudevent){ 0 };
    *ret_refusal = PK_REFUSAL_NONE;
    struct reading reading = { .event = ret_event, .refusal = ret_refusal, .err = err };
    int r;
    if (payload.len > PK_CLOUDEVENT_BYTES_MAX)
        return refuse(&reading, PK_REFUSAL_TOO_LARGE, "the event is larger than %d bytes", PK_CLOUDEVENT_BYTES_MAX);
    if (!pk_utf8_valid(payload))
        return refuse(&reading, PK_REFUSAL_NOT_UTF8, "the payload is not UTF-8");
    if (media_is(content_type, "application/cloudevents-batch+json"))
        return refuse(&reading, PK_REFUSAL_BATCH, "a batch of events is not accepted over MQTT");
    if (content_type.len == 0 || media_is(content_type, "application/cloudevents+json"))
        r = read_structured(&reading, payload);
    else
        r = read_binary(&reading, content_type, user, user_count, payload);
    /* Whatever is wrong, the refusal names the event it is about. */
    struct pk_slice id = attribute(&reading, "id");
    ret_event->id = id.len <= VALUE_MAX_BYTES ? id : (struct pk_slice){ 0 };
    return r != 0 ? r : check_attributes(&reading);
}

void pk_cloudevent_finish(struct pk_cloudevent *event)
{
    pk_json_free(event->document);
    *event = (struct pk_cloudevent){ 0 };
}

int pk_cloudevent_write(const struct pk_cloudevent_out *event, struct pk_buf *out)
{
    struct pk_json_out json = pk_json_out(out);
    char sequence[24];
    pk_json_open(&json, NULL, '{');
    pk_json_add_text(&json, "specversion", "1.0");
    pk_json_add_text(&json, "id", event->id);
    pk_json_add_text(&json, "source", event->source);
    pk_json_add_text(&json, "type", event->type);
    pk_json_add_time(&json, "time", event->time_ms);
    pk_json_add_text(&json, "datacontenttype", "application/json");
    if (event->causation_id.len > 0)
        pk_json_add_slice(&json, "causationid", event->causation_id);
    if (event->traceparent.len > 0)
        pk_json_add_slice(&json, "traceparent", event->traceparent);
    if (event->sequence > 0) {
        (void) snprintf(sequence, sizeof sequence, "%012lld", (long long) event->sequence);
        pk_json_add_text(&json, "sequence", sequence);
    }
    pk_json_add_raw(&json, "data", event->data);
    pk_json_close(&json, '}');
    return out->failed ? PK_E_LIMIT : 0;
}
