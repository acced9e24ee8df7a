/* SPDX-License-Identifier: EUPL-1.2 */
/* Buffers and the small questions about text, at their edges. */
#include "gateway/base/code.h"
#include "gateway/base/mem.h"
#include "gateway/base/text.h"
#include "gateway/include/pokana/error.h"
#include "tests/unit/cmocka.h"

static void test_buffer_has_a_ceiling(void **state)
{
    (void) state;
    struct pk_buf buf;
    pk_buf_init(&buf, 8);
    assert_int_equal(pk_buf_add(&buf, "12345678", 8), 0);
    assert_string_equal(buf.data, "12345678");
    assert_int_equal(pk_buf_add_char(&buf, '9'), PK_E_LIMIT);
    assert_true(buf.failed);
    assert_string_equal(buf.data, "12345678");
    pk_buf_clear(&buf);
    assert_false(buf.failed);
    assert_int_equal(pk_buf_printf(&buf, "%s-%d", "ab", 7), 0);
    assert_string_equal(buf.data, "ab-7");
    assert_int_equal(pk_buf_printf(&buf, "%s", "toolong"), PK_E_LIMIT);
    pk_buf_clear(&buf);
    (void) pk_buf_add_text(&buf, "abcdef");
    pk_buf_consume(&buf, 4);
    assert_string_equal(buf.data, "ef");
    pk_buf_consume(&buf, 2);
    assert_int_equal(buf.len, 0);
    assert_string_equal(pk_buf_text(&buf), "");
    pk_buf_finish(&buf);
    pk_buf_finish(NULL);
}

static void test_utf8(void **state)
{
    (void) state;
    static const char *const good[] = { "", "a", "\xd0\xb4\xd0\xb0", "\xe2\x82\xac", "\xf0\x9f\x8e\x89", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf" };
    static const char *const bad[] = { "\x80",         "\xc0\xaf",         "\xc1\xbf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                       "\xf0\x82\x82\xac", "\xd0",        "\xe2\x82", "\xf0\x9f\x8e", "\xff",         "a\xfe" };
    for (size_t i = 0; i < PK_COUNT(good); i++)
        assert_true(pk_utf8_valid(pk_slice_of(good[i])));
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        assert_false(pk_utf8_valid(pk_slice_of(bad[i])));
    assert_false(pk_utf8_valid(pk_slice_make("a\0b", 3)));
}

static void test_integers(void **state)
{
    (void) state;
    int64_t value = 77;
    assert_int_equal(pk_parse_int(PK_SLICE("9223372036854775807"), INT64_MIN, INT64_MAX, &value), 0);
    assert_true(value == INT64_MAX);
    assert_int_equal(pk_parse_int(PK_SLICE("-9223372036854775808"), INT64_MIN, INT64_MAX, &value), 0);
    assert_true(value == INT64_MIN);
    static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1x", "0x1", "9223372036854775808", "-9223372036854775809", "99999999999999999999" };
    value = 77;
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        assert_int_equal(pk_parse_int(pk_slice_of(bad[i]), INT64_MIN, INT64_MAX, &value), PK_E_INVALID);
    assert_int_equal(pk_parse_int(PK_SLICE("11"), 0, 10, &value), PK_E_INVALID);
    assert_int_equal(value, 77);
}

static void test_durations_and_words(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        int64_t ms;
    } good[] = { { "0s", 0 }, { "500ms", 500 }, { "30s", 30000 }, { "5m", 300000 }, { "2h", 7200000 }, { "7d", 604800000 } };
    int64_t ms;
    for (size_t i = 0; i < PK_COUNT(good); i++) {
        assert_int_equal(pk_parse_duration(pk_slice_of(good[i].text), &ms), 0);
        assert_int_equal(ms, good[i].ms);
    }
    static const char *const bad[] = { "", "5", "s", "-5s", "5 s", "5S", "5w", "1.5h", "9223372036854775807d" };
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        assert_int_equal(pk_parse_duration(pk_slice_of(bad[i]), &ms), PK_E_INVALID);
    bool yes;
    assert_int_equal(pk_parse_bool(PK_SLICE("yes"), &yes), 0);
    assert_true(yes);
    assert_int_equal(pk_parse_bool(PK_SLICE("no"), &yes), 0);
    assert_false(yes);
    assert_int_equal(pk_parse_bool(PK_SLICE("true"), &yes), PK_E_INVALID);
    assert_true(pk_is_name(PK_SLICE("parent-meetings2")));
    static const char *const no_names[] = { "", "-a", "a-", "A", "a b", "a_b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
    for (size_t i = 0; i < PK_COUNT(no_names); i++)
        assert_false(pk_is_name(pk_slice_of(no_names[i])));
}

static void test_cut_and_trim(void **state)
{
    (void) state;
    struct pk_slice rest = PK_SLICE("a,,b,"), field;
    static const char *const fields[] = { "a", "", "b", "" };
    for (size_t i = 0; i < 3; i++) {
        assert_true(pk_slice_cut(&rest, ',', &field));
        assert_true(pk_slice_is(field, fields[i]));
    }
    rest = PK_SLICE("");
    assert_false(pk_slice_cut(&rest, ',', &field));
    rest = (struct pk_slice){ 0 };
    assert_false(pk_slice_cut(&rest, ',', &field));
    assert_true(pk_slice_is(pk_slice_trim(PK_SLICE(" \t x y\r\n")), "x y"));
    assert_int_equal(pk_slice_trim(PK_SLICE("  ")).len, 0);
    assert_true(pk_slice_equal_nocase(PK_SLICE("Retry-After"), "retry-after"));
    assert_false(pk_slice_equal_nocase(PK_SLICE("Retry"), "retry-after"));
}

static void test_hex_and_base64(void **state)
{
    (void) state;
    uint8_t bytes[4];
    struct pk_buf out;
    pk_buf_init(&out, 64);
    pk_hex(&out, "\x00\xff\x1a", 3);
    assert_string_equal(out.data, "00ff1a");
    assert_int_equal(pk_unhex(PK_SLICE("00FF1a"), bytes, 3), 0);
    assert_memory_equal(bytes, "\x00\xff\x1a", 3);
    assert_int_equal(pk_unhex(PK_SLICE("00ff1"), bytes, 3), PK_E_INVALID);
    assert_int_equal(pk_unhex(PK_SLICE("00fg1a"), bytes, 3), PK_E_INVALID);
    /* RFC 4648, section 10 */
    static const char *const pairs[][2] = { { "", "" },         { "f", "Zg==" },         { "fo", "Zm8=" },        { "foo", "Zm9v" },
                                            { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
    for (size_t i = 0; i < PK_COUNT(pairs); i++) {
        pk_buf_clear(&out);
        pk_base64(&out, pairs[i][0], strlen(pairs[i][0]));
        assert_string_equal(pk_buf_text(&out), pairs[i][1]);
        pk_buf_clear(&out);
        assert_int_equal(pk_unbase64(pk_slice_of(pairs[i][1]), &out), 0);
        assert_string_equal(pk_buf_text(&out), pairs[i][0]);
    }
    static const char *const bad[] = { "Z", "Zg=", "Zg==Zg==", "Z===", "Zh==", "Zm9=", "Zm 9", "====" };
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        assert_int_equal(pk_unbase64(pk_slice_of(bad[i]), &out), PK_E_INVALID);
    pk_buf_finish(&out);
}

static void test_nearest(void **state)
{
    (void) state;
    static const char *const names[] = { "template", "topic", "values" };
    assert_string_equal(pk_nearest(PK_SLICE("templat"), names, 3), "template");
    assert_string_equal(pk_nearest(PK_SLICE("tpoic"), names, 3), "topic");
    assert_null(pk_nearest(PK_SLICE("xyz"), names, 3));
    assert_null(pk_nearest(PK_SLICE("topic"), names, 0));
}

static void test_codes_have_one_name_and_two_doors(void **state)
{
    (void) state;
    for (int code = PK_OK; code >= PK_E_INTERNAL; code--) {
        if (code == PK_E_NOMEM)
            continue;
        assert_int_equal(pk_code_of_name(pk_slice_of(pk_code_name(code))), code);
        for (int other = PK_OK; other > code; other--)
            if (other != PK_E_NOMEM)
                assert_int_not_equal(pk_code_exit_status(code), pk_code_exit_status(other));
        assert_true(pk_code_http_status(code) >= (code == PK_OK ? 200u : 400u));
    }
    assert_int_equal(pk_code_exit_status(PK_OK), 0);
    assert_int_equal(pk_code_exit_status(-99), 1);
    assert_string_equal(pk_code_name(PK_E_NOMEM), "internal");
    assert_int_equal(pk_code_of_name(PK_SLICE("no such name")), PK_E_INTERNAL);
}

static void test_errors_say_where_and_what(void **state)
{
    (void) state;
    struct pk_error err;
    assert_int_equal(pk_fail(&err, PK_E_LIMIT, "too long: \"%s\"", "x"), PK_E_LIMIT);
    assert_int_equal(pk_hint(&err, PK_E_LIMIT, "Make it shorter."), PK_E_LIMIT);
    pk_error_prefix(&err, "account \"%s\"", "main");
    assert_string_equal(err.message, "account \"main\": too long: \"x\"");
    assert_string_equal(err.hint, "Make it shorter.");
    assert_int_equal(pk_fail(NULL, PK_E_IO, "x"), PK_E_IO);
    pk_error_prefix(NULL, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buffer_has_a_ceiling), cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_integers),             cmocka_unit_test(test_durations_and_words),
        cmocka_unit_test(test_cut_and_trim),         cmocka_unit_test(test_hex_and_base64),
        cmocka_unit_test(test_nearest),              cmocka_unit_test(test_codes_have_one_name_and_two_doors),
        cmocka_unit_test(test_errors_say_where_and_what),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
