/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON from strangers is refused when it is doubtful; ours reads back as it was written. */
#include "gateway/base/json.h"
#include "tests/unit/cmocka.h"

static int parse(struct pk_slice text, struct pk_json **ret, struct pk_error *err)
{
    *ret = NULL;
    return pk_json_parse(text, 4096, ret, err);
}

static void test_doubtful_documents_are_refused(void **state)
{
    (void) state;
    static const char *const bad[] = {
        "", " ", "{", "{\"a\":1}{", "{\"a\":1,\"a\":2}", "[1,]", "{'a':1}", "[01]", "[NaN]", "[\"\\u0000\"]", "[\"\\ud800\"]", "[\"\xff\"]",
        "[9223372036854775808]", "nul", "[\"a\nb\"]", "{\"a\" 1}",
    };
    for (size_t i = 0; i < PK_COUNT(bad); i++) {
        struct pk_json *document;
        struct pk_error err = { 0 };
        if (parse(pk_slice_of(bad[i]), &document, &err) == 0)
            fail_msg("taken: %s", bad[i]);
        assert_null(document);
        assert_non_null(strstr(err.message, "line "));
    }
}

static void test_limits(void **state)
{
    (void) state;
    struct pk_json *document;
    char deep[64];
    memset(deep, '[', 17);
    memset(deep + 17, ']', 17);
    assert_int_equal(parse(pk_slice_make(deep, 34), &document, NULL), PK_E_LIMIT);
    assert_int_equal(parse(pk_slice_make(deep + 1, 32), &document, NULL), 0);
    pk_json_free(document);
    /* Brackets in strings are no depth. */
    assert_int_equal(parse(PK_SLICE("[\"[[[[[[[[[[[[[[[[[[[[\\\"[[\"]"), &document, NULL), 0);
    pk_json_free(document);
    char *large = calloc(1, 4098);
    memset(large, ' ', 4097);
    assert_int_equal(parse(pk_slice_make(large, 4097), &document, NULL), PK_E_LIMIT);
    free(large);
}

static void test_getters_take_absence(void **state)
{
    (void) state;
    pk_auto(pk_json) struct pk_json *document = NULL;
    assert_int_equal(parse(PK_SLICE("{\"a\":{\"b\":[1,{\"c\":\"x\"}]},\"n\":null,\"t\":true,\"f\":1.5}"), &document, NULL), 0);
    assert_true(pk_slice_is(pk_json_string(pk_json_at(document, "a.b[1].c")), "x"));
    assert_null(pk_json_at(document, "a.b[2].c"));
    assert_null(pk_json_at(document, "a.x.c"));
    assert_null(pk_json_at(document, "a.b[x]"));
    assert_null(pk_json_string(NULL).data);
    assert_null(pk_json_string(pk_json_get(document, "n")).data);
    int64_t n = 7;
    bool b = false;
    assert_false(pk_json_int(pk_json_get(document, "f"), &n));
    assert_int_equal(n, 7);
    assert_true(pk_json_bool(pk_json_get(document, "t"), &b) && b);
    assert_int_equal(pk_json_kind(NULL), PK_JSON_ABSENT);
    assert_int_equal(pk_json_kind(pk_json_get(document, "n")), PK_JSON_NULL);
    assert_int_equal(pk_json_count(pk_json_at(document, "a.b")), 2);
    assert_int_equal(pk_json_count(NULL), 0);
}

static void test_unknown_names_are_named(void **state)
{
    (void) state;
    static const char *const names[] = { "template", "topic", NULL };
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *document = NULL;
    assert_int_equal(parse(PK_SLICE("{\"topic\":1,\"tempalte\":2}"), &document, NULL), 0);
    assert_int_equal(pk_json_only(document, names, "data", &err), PK_E_INVALID);
    assert_string_equal(err.message, "data: unknown field \"tempalte\"");
    assert_string_equal(err.hint, "Did you mean \"template\"?");
}

static void test_long_unknown_names_are_cut_between_characters(void **state)
{
    (void) state;
    static const char *const names[] = { "a", NULL };
    struct pk_error err = { 0 };
    struct pk_buf text;
    pk_buf_init(&text, 4096);
    (void) pk_buf_add_text(&text, "{\"x");
    for (int i = 0; i < 40; i++)
        (void) pk_buf_add_text(&text, "\xd0\xb4");
    (void) pk_buf_add_text(&text, "\":1}");
    pk_auto(pk_json) struct pk_json *document = NULL;
    assert_int_equal(parse(pk_buf_slice(&text), &document, NULL), 0);
    assert_int_equal(pk_json_only(document, names, "data", &err), PK_E_INVALID);
    assert_string_equal(err.message + strlen(err.message) - 3, "\xd0\xb4\"");
    pk_buf_finish(&text);
}

static void test_writing_reads_back(void **state)
{
    (void) state;
    struct pk_buf buf;
    pk_buf_init(&buf, 4096);
    struct pk_json_out out = pk_json_out(&buf);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "s", pk_slice_make("\"\\\n\t\r\x01\xd0\xb4", 8));
    pk_json_add_text(&out, "none", NULL);
    pk_json_add_int(&out, "least", INT64_MIN);
    pk_json_add_bool(&out, "yes", true);
    pk_json_add_time(&out, "at", 1791993600000);
    pk_json_add_time(&out, "never", 0);
    pk_json_add_id(&out, "id", 1);
    pk_json_open(&out, "list", '[');
    pk_json_add_int(&out, NULL, 1);
    pk_json_open(&out, NULL, '{');
    pk_json_close(&out, '}');
    pk_json_add_raw(&out, NULL, PK_SLICE("[]"));
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    assert_string_equal(buf.data,
                        "{\"s\":\"\\\"\\\\\\n\\t\\r\\u0001\xd0\xb4\",\"none\":null,\"least\":-9223372036854775808,\"yes\":true,"
                        "\"at\":\"2026-10-14T16:00:00Z\",\"never\":null,\"id\":\"0000000000001\",\"list\":[1,{},[]]}");
    pk_auto(pk_json) struct pk_json *document = NULL;
    assert_int_equal(parse(pk_buf_slice(&buf), &document, NULL), 0);
    assert_int_equal(pk_json_string(pk_json_get(document, "s")).len, 8);
    /* The stored form: sorted, compact. */
    pk_buf_clear(&buf);
    pk_auto(pk_json) struct pk_json *other = NULL;
    assert_int_equal(parse(PK_SLICE("{ \"b\" : [ 1 , 2 ], \"a\" : null }"), &other, NULL), 0);
    assert_int_equal(pk_json_dump(other, &buf), 0);
    assert_string_equal(buf.data, "{\"a\":null,\"b\":[1,2]}");
    pk_buf_finish(&buf);
}

/* What is no UTF-8 would make the whole answer unreadable: half a character, a surrogate, an overlong form. */
static void test_writing_what_is_no_utf8(void **state)
{
    (void) state;
    struct pk_buf buf;
    pk_buf_init(&buf, 256);
    pk_json_escape(&buf, PK_SLICE("a\xd0\xb4\xffz\xed\xa0\x80 \xc0\xaf\"\xf0\x9f\x98\x80 \xd0"));
    assert_string_equal(buf.data, "a\xd0\xb4\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\\\""
                                  "\xf0\x9f\x98\x80 \xef\xbf\xbd");
    pk_buf_finish(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doubtful_documents_are_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_getters_take_absence),
        cmocka_unit_test(test_unknown_names_are_named),
        cmocka_unit_test(test_long_unknown_names_are_cut_between_characters),
        cmocka_unit_test(test_writing_reads_back),
        cmocka_unit_test(test_writing_what_is_no_utf8),
    };
    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
