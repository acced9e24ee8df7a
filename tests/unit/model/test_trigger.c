/* SPDX-License-Identifier: EUPL-1.2 */
/* What a trigger asks for: its data read, and each mistake named by its field. */
#include "gateway/model/trigger.h"
#include "tests/unit/cmocka.h"

#include <stdio.h>

static const char *ask(const char *data)
{
    static struct pk_error err;
    struct pk_json *document = NULL;
    struct pk_trigger_request request;
    err = (struct pk_error){ 0 };
    const struct pk_event_type *type = pk_event_type_find(PK_SLICE("nl.notices.notice-requested.v1"));
    assert_non_null(type);
    assert_int_equal(pk_json_parse(pk_slice_of(data), 65536, &document, NULL), 0);
    int r = type->read(document, &request, &err);
    pk_json_free(document);
    assert_int_equal(r == 0, err.message[0] == '\0');
    return err.message;
}

static void test_whole_request(void **state)
{
    (void) state;
    struct pk_json *document = NULL;
    struct pk_trigger_request request;
    const char *text = "{\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"tags\":{\"all\":[\"school:de-windroos\"],"
                       "\"any\":[\"area:a\",\"area:b\"],\"none\":[]},\"values\":{\"place\":\"x\"},\"sendAt\":null,"
                       "\"validUntil\":\"2026-10-14T16:00:00Z\"}";
    assert_int_equal(pk_json_parse(pk_slice_of(text), 65536, &document, NULL), 0);
    assert_int_equal(pk_event_type_find(PK_SLICE("nl.notices.notice-requested.v1"))->read(document, &request, NULL), 0);
    assert_true(pk_slice_is(request.template_name, "parent-meeting-invitation"));
    assert_true(pk_slice_is(request.topic, "parent-meetings"));
    assert_int_equal(request.all.count, 1);
    assert_int_equal(request.any.count, 2);
    assert_int_equal(request.none.count, 0);
    assert_true(pk_slice_is(request.any.items[1], "area:b"));
    assert_int_equal(request.send_at_ms, 0);
    assert_int_equal(request.valid_until_ms, 1791993600000);
    assert_non_null(request.values);
    pk_json_free(document);
    assert_null(pk_event_type_find(PK_SLICE("nl.notices.notice-requested.v2")));
    assert_string_equal(pk_event_type_near(PK_SLICE("nl.notices.notice-requested.v2"))->word, "notice.requested");
    assert_null(pk_event_type_near(PK_SLICE("nothing.like.it")));
}

static void test_each_mistake_is_named(void **state)
{
    (void) state;
#define NAMES "\"template\":\"a\",\"topic\":\"b\""
    static const struct {
        const char *data, *named;
    } rows[] = {
        { "{" NAMES "}", "" },
        { "[]", "data:" },
        { "{\"topic\":\"b\"}", "data.template:" },
        { "{\"template\":\"A b\",\"topic\":\"b\"}", "data.template:" },
        { "{\"template\":\"a\",\"topic\":7}", "data.topic:" },
        { "{" NAMES ",\"tag\":{}}", "tag" },
        { "{" NAMES ",\"tags\":[]}", "data.tags:" },
        { "{" NAMES ",\"tags\":{\"every\":[]}}", "every" },
        { "{" NAMES ",\"tags\":{\"all\":\"x\"}}", "data.tags.all:" },
        { "{" NAMES ",\"tags\":{\"any\":[\"ok\",\"not ok\"]}}", "data.tags.any[1]:" },
        { "{" NAMES ",\"tags\":{\"none\":[1]}}", "data.tags.none[0]:" },
        { "{" NAMES ",\"values\":[]}", "data.values:" },
        { "{" NAMES ",\"sendAt\":\"tomorrow\"}", "data.sendAt:" },
        { "{" NAMES ",\"validUntil\":5}", "data.validUntil:" },
        { "{" NAMES ",\"sendAt\":\"2026-10-14T16:00:00Z\",\"validUntil\":\"2026-10-14T16:00:00Z\"}", "data.sendAt" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *message = ask(rows[i].data);
        if (rows[i].named[0] == '\0')
            assert_string_equal(message, "");
        else if (!strstr(message, rows[i].named))
            fail_msg("%s: \"%s\"", rows[i].data, message);
    }
}

static void test_at_most_so_many_tags(void **state)
{
    (void) state;
    char text[2048];
    size_t n = (size_t) snprintf(text, sizeof text, "{" NAMES ",\"tags\":{\"all\":[");
    for (int i = 0; i < PK_TAGS_MAX; i++)
        n += (size_t) snprintf(text + n, sizeof text - n, "%s\"t%d\"", i > 0 ? "," : "", i);
    char more[2100];
    (void) snprintf(more, sizeof more, "%s,\"t\"]}}", text);
    (void) snprintf(text + n, sizeof text - n, "]}}");
    assert_string_equal(ask(text), "");
    assert_non_null(strstr(ask(more), "data.tags.all"));
}

static void test_tags(void **state)
{
    (void) state;
    assert_true(pk_is_tag(PK_SLICE("school:de-windroos")));
    assert_true(pk_is_tag(PK_SLICE("poelenburg")));
    assert_false(pk_is_tag(PK_SLICE("a:b:c")));
    assert_false(pk_is_tag(PK_SLICE(":b")));
    assert_false(pk_is_tag(PK_SLICE("a:")));
    assert_false(pk_is_tag(PK_SLICE("")));
    assert_false(pk_is_tag(PK_SLICE("Upper")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_request),
        cmocka_unit_test(test_each_mistake_is_named),
        cmocka_unit_test(test_at_most_so_many_tags),
        cmocka_unit_test(test_tags),
    };
    return cmocka_run_group_tests_name("model/trigger", tests, NULL, NULL);
}
