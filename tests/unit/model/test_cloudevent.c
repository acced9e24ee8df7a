/* SPDX-License-Identifier: EUPL-1.2 */
/* CloudEvents in both modes, each way they can be wrong, and ours read back. */
#include "gateway/model/cloudevent.h"
#include "tests/unit/cmocka.h"

#include <stdio.h>

#define JSON "application/cloudevents+json; charset=utf-8"
#define GOOD "\"specversion\":\"1.0\",\"id\":\"a-1\",\"source\":\"urn:example:a\",\"type\":\"t.v1\""

static enum pk_event_refusal read_text(const char *content_type, const char *text)
{
    struct pk_cloudevent event;
    enum pk_event_refusal refusal = PK_REFUSALS;
    struct pk_error err = { 0 };
    int r = pk_cloudevent_read(pk_slice_of(content_type), NULL, 0, pk_slice_of(text), &event, &refusal, &err);
    assert_int_equal(r == 0, refusal == PK_REFUSAL_NONE);
    if (r != 0)
        assert_true(err.message[0] != '\0');
    pk_cloudevent_finish(&event);
    return refusal;
}

static void test_structured(void **state)
{
    (void) state;
    struct pk_cloudevent event;
    enum pk_event_refusal refusal;
    struct pk_slice text = PK_SLICE("{" GOOD ",\"time\":\"2026-10-12T09:00:00Z\",\"expirytime\":\"2026-10-12T11:00:00+01:00\",\"subject\":null,"
                                    "\"traceparent\":\"00-x\",\"sequence\":7,\"data\":{\"a\":1}}");
    assert_int_equal(pk_cloudevent_read(PK_SLICE(JSON), NULL, 0, text, &event, &refusal, NULL), 0);
    assert_true(pk_slice_is(event.id, "a-1"));
    assert_true(pk_slice_is(event.source, "urn:example:a"));
    assert_true(pk_slice_is(event.type, "t.v1"));
    assert_true(pk_slice_is(event.traceparent, "00-x"));
    assert_int_equal(event.subject.len, 0);
    assert_int_equal(event.expires_ms - event.time_ms, 3600000);
    int64_t a = 0;
    assert_true(pk_json_int(pk_json_get(event.data, "a"), &a));
    assert_int_equal(a, 1);
    pk_cloudevent_finish(&event);
    /* 3.1.1 knows no content type; a media type is compared without case. */
    assert_int_equal(read_text("", "{" GOOD "}"), PK_REFUSAL_NONE);
    assert_int_equal(read_text("Application/CloudEvents+JSON", "{" GOOD "}"), PK_REFUSAL_NONE);
}

static void test_refusals(void **state)
{
    (void) state;
    static const struct {
        const char *type, *text;
        enum pk_event_refusal refusal;
    } rows[] = {
        { JSON, "{" GOOD, PK_REFUSAL_NOT_JSON },
        { JSON, "{" GOOD "} x", PK_REFUSAL_NOT_JSON },
        { JSON, "{" GOOD ",\"id\":\"b\"}", PK_REFUSAL_NOT_JSON },
        { JSON, "\xff{" GOOD "}", PK_REFUSAL_NOT_UTF8 },
        { JSON, "[{" GOOD "}]", PK_REFUSAL_BATCH },
        { "application/cloudevents-batch+json", "[]", PK_REFUSAL_BATCH },
        { JSON, "\"x\"", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{\"specversion\":\"0.3\",\"id\":\"a\",\"source\":\"s\",\"type\":\"t\"}", PK_REFUSAL_SPECVERSION },
        { JSON, "{\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"s\",\"type\":\"t\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{\"specversion\":\"1.0\",\"id\":null,\"source\":\"s\",\"type\":\"t\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"a b\",\"type\":\"t\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"time\":\"yesterday\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"time\":\"2026-02-30T00:00:00Z\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"time\":\"2026-10-12T09:00:00Z\",\"expirytime\":\"2026-10-12T08:00:00Z\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"Upper\":\"x\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"ext\":{}}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"Upper\":7}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"ext\":2147483648}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"ext\":1.5}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"expirytime\":1791999000}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"time\":true}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"datacontenttype\":1}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{\"specversion\":1.0,\"id\":\"a\",\"source\":\"s\",\"type\":\"t\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{\"specversion\":\"1.0\",\"id\":7,\"source\":\"s\",\"type\":\"t\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"ext\":\"a\\u0007\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"ext\":\"a\\u0085\"}", PK_REFUSAL_NOT_CLOUDEVENT },
        { JSON, "{" GOOD ",\"data_base64\":\"AA==\"}", PK_REFUSAL_DATA },
        { JSON, "{" GOOD ",\"datacontenttype\":\"text/plain\"}", PK_REFUSAL_DATA },
        { "text/plain", "{}", PK_REFUSAL_DATA },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (read_text(rows[i].type, rows[i].text) != rows[i].refusal)
            fail_msg("row %zu: %s", i, rows[i].text);
}

static void test_lengths(void **state)
{
    (void) state;
    char text[600], id[300];
    memset(id, 'x', sizeof id);
    (void) snprintf(text, sizeof text, "{\"specversion\":\"1.0\",\"id\":\"%.256s\",\"source\":\"s\",\"type\":\"t\"}", id);
    assert_int_equal(read_text(JSON, text), PK_REFUSAL_NONE);
    (void) snprintf(text, sizeof text, "{\"specversion\":\"1.0\",\"id\":\"%.257s\",\"source\":\"s\",\"type\":\"t\"}", id);
    assert_int_equal(read_text(JSON, text), PK_REFUSAL_NOT_CLOUDEVENT);
    char *large = calloc(1, PK_CLOUDEVENT_BYTES_MAX + 2);
    memset(large, ' ', PK_CLOUDEVENT_BYTES_MAX + 1);
    assert_int_equal(read_text(JSON, large), PK_REFUSAL_TOO_LARGE);
    free(large);
}

#define ATTRIBUTE(name, value) { PK_SLICE_INIT(name), PK_SLICE_INIT(value) }

static void test_binary(void **state)
{
    (void) state;
    struct pk_attribute user[] = {
        ATTRIBUTE("specversion", "1.0"), ATTRIBUTE("id", "7"), ATTRIBUTE("source", "urn:a"), ATTRIBUTE("type", "t"),
        ATTRIBUTE("datacontenttype", "application/json"), /* the binding's example repeats it */
    };
    struct pk_cloudevent event;
    enum pk_event_refusal refusal;
    assert_int_equal(pk_cloudevent_read(PK_SLICE("application/json"), user, 5, PK_SLICE("{\"b\":true}"), &event, &refusal, NULL), 0);
    bool b = false;
    assert_true(pk_slice_is(event.id, "7"));
    assert_true(pk_json_bool(pk_json_get(event.data, "b"), &b) && b);
    pk_cloudevent_finish(&event);
    struct pk_attribute twice[] = { user[0], user[1], user[2], user[3], user[1] };
    assert_true(pk_cloudevent_read(PK_SLICE("application/json"), twice, 5, PK_SLICE("{}"), &event, &refusal, NULL) != 0);
    assert_int_equal(refusal, PK_REFUSAL_DUPLICATE_ATTRIBUTE);
    pk_cloudevent_finish(&event);
    assert_true(pk_cloudevent_read(PK_SLICE("application/json"), user, 3, PK_SLICE("{}"), &event, &refusal, NULL) != 0);
    assert_int_equal(refusal, PK_REFUSAL_NOT_CLOUDEVENT);
    pk_cloudevent_finish(&event);
}

static void test_ours_reads_back(void **state)
{
    (void) state;
    struct pk_buf out;
    pk_buf_init(&out, 4096);
    struct pk_cloudevent_out ours = {
        .id = "x\"1", .source = "urn:us", .type = "nl.x.v1", .time_ms = 1234567890123, .sequence = 42,
        .causation_id = PK_SLICE("caused \xd0\xb4\xd0\xb0"), .data = PK_SLICE("{\"n\":3}"),
    };
    assert_int_equal(pk_cloudevent_write(&ours, &out), 0);
    assert_non_null(strstr(out.data, "\"sequence\":\"000000000042\""));
    struct pk_cloudevent event;
    enum pk_event_refusal refusal;
    assert_int_equal(pk_cloudevent_read(PK_SLICE(JSON), NULL, 0, pk_buf_slice(&out), &event, &refusal, NULL), 0);
    assert_true(pk_slice_is(event.id, "x\"1"));
    assert_int_equal(event.time_ms, 1234567890123);
    assert_true(pk_slice_equal(pk_json_string(pk_json_get(event.document, "causationid")), ours.causation_id));
    pk_cloudevent_finish(&event);
    pk_buf_finish(&out);
}

/* Every beginning of an event is refused or read, and nothing is read past its end. */
static void test_truncations(void **state)
{
    (void) state;
    static const char whole[] = "{" GOOD ",\"time\":\"2026-10-12T09:00:00Z\",\"data\":{\"a\":[1,2,{\"\xd0\xb4\":null}]}}";
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char *copy = malloc(n + 1); /* as long as it says: a sanitizer sees one byte more */
        memcpy(copy, whole, n);
        struct pk_cloudevent event;
        enum pk_event_refusal refusal;
        assert_true(pk_cloudevent_read(PK_SLICE(JSON), NULL, 0, pk_slice_make(copy, n), &event, &refusal, NULL) != 0);
        pk_cloudevent_finish(&event);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_structured), cmocka_unit_test(test_refusals),        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_binary),     cmocka_unit_test(test_ours_reads_back), cmocka_unit_test(test_truncations),
    };
    return cmocka_run_group_tests_name("model/cloudevent", tests, NULL, NULL);
}
