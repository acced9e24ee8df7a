/* SPDX-License-Identifier: EUPL-1.2 */
/* The adapters' kit: escaping, comparing, lists, forms, moments, tables, templates, kept settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/kit/encode.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/settings.h"
#include "adapters/kit/table.h"
#include "adapters/kit/template.h"
#include "adapters/kit/text.h"
#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"

#include <stdio.h>

static struct pk_host_side *side;
static const struct pk_host *host;

static void written(enum pk_kit_format format, struct pk_slice text, const char *expected)
{
    struct pk_out out;
    pk_out_init(&out, 4096);
    assert_int_equal(pk_kit_write(host, &out, format, text), 0);
    assert_string_equal(pk_buf_text(&out.buf), expected);
    pk_out_finish(&out);
}

static void escapes(void **state)
{
    (void) state;
    written(PK_KIT_JSON, PK_SLICE("a\"b\\c/\n\r\t\b\f\x01\x1f é ☃"), "a\\\"b\\\\c/\\n\\r\\t\\b\\f\\u0001\\u001f é ☃");
    written(PK_KIT_JSON, PK_SLICE("a\0b"), "a\\u0000b");
    written(PK_KIT_PERCENT, PK_SLICE("Az09-._~ +&=%/ю"), "Az09-._~%20%2B%26%3D%25%2F%D1%8E");
    written(PK_KIT_XML, PK_SLICE("<a href='x'>&\"\x02ю"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot; ю");
    written(PK_KIT_PLAIN, PK_SLICE("{<%"), "{<%");
    written(PK_KIT_JSON, PK_SLICE(""), "");
}

static void long_texts_and_ceilings(void **state)
{
    char text[2000], expected[4001];
    struct pk_out out;
    (void) state;
    memset(text, '"', sizeof text);
    for (size_t i = 0; i < sizeof text; i++)
        memcpy(expected + 2 * i, "\\\"", 2);
    expected[4000] = '\0';
    written(PK_KIT_JSON, pk_slice_make(text, sizeof text), expected);
    pk_out_init(&out, 3999);
    assert_int_equal(pk_kit_write(host, &out, PK_KIT_JSON, pk_slice_make(text, sizeof text)), PK_E_LIMIT);
    pk_out_finish(&out);
}

static void base64_and_hex(void **state)
{
    static const char *const vectors[][2] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" }
    }; /* RFC 4648 */
    char room[PK_KIT_BASE64_ROOM(6)], hex[PK_KIT_HEX_ROOM(3)];
    (void) state;
    for (size_t i = 0; i < PK_COUNT(vectors); i++) {
        assert_int_equal(pk_kit_base64(vectors[i][0], strlen(vectors[i][0]), room), strlen(vectors[i][1]));
        assert_string_equal(room, vectors[i][1]);
    }
    assert_int_equal(pk_kit_hex("\x00\xaf\x10", 3, hex), 6);
    assert_string_equal(hex, "00af10");
}

static void secrets_are_compared_whole(void **state)
{
    (void) state;
    assert_true(pk_kit_same_secret(PK_SLICE("secret"), PK_SLICE("secret")));
    assert_false(pk_kit_same_secret(PK_SLICE("secreT"), PK_SLICE("secret")));
    assert_false(pk_kit_same_secret(PK_SLICE("Secret"), PK_SLICE("secret")));
    assert_false(pk_kit_same_secret(PK_SLICE("secre"), PK_SLICE("secret")));
    assert_false(pk_kit_same_secret(PK_SLICE("secretsecret"), PK_SLICE("secret")));
    assert_false(pk_kit_same_secret(PK_SLICE(""), PK_SLICE("secret")));
    assert_false(pk_kit_same_secret(PK_SLICE(""), PK_SLICE(""))); /* no secret proves nothing */
    assert_false(pk_kit_same_secret((struct pk_slice){ 0 }, (struct pk_slice){ 0 }));
}

static void lists(void **state)
{
    struct pk_slice list = PK_SLICE(" a, b c ,,d,"), item;
    (void) state;
    assert_true(pk_kit_next_item(&list, &item) && pk_slice_is(item, "a"));
    assert_true(pk_kit_next_item(&list, &item) && pk_slice_is(item, "b c"));
    assert_true(pk_kit_next_item(&list, &item) && pk_slice_is(item, "d"));
    assert_false(pk_kit_next_item(&list, &item));
}

static void forms(void **state)
{
    struct pk_slice form = PK_SLICE("a=1+2&&b%3D=%D1%8e%&c&=d"), name, value;
    char memory[64], *room = memory;
    (void) state;
    assert_true(pk_kit_next_pair(&form, &room, &name, &value) && pk_slice_is(name, "a") && pk_slice_is(value, "1 2"));
    assert_true(pk_kit_next_pair(&form, &room, &name, &value) && pk_slice_is(name, "b=") && pk_slice_is(value, "ю%"));
    assert_true(pk_kit_next_pair(&form, &room, &name, &value) && pk_slice_is(name, "c") && value.len == 0);
    assert_true(pk_kit_next_pair(&form, &room, &name, &value) && name.len == 0 && pk_slice_is(value, "d"));
    assert_false(pk_kit_next_pair(&form, &room, &name, &value));
}

static void utf8(void **state)
{
    static const char *const bad[] = {
        "\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "a\xff"
    };
    (void) state;
    assert_true(pk_kit_utf8(PK_SLICE("a é ☃ 🎉 \xed\x9f\xbf \xf4\x8f\xbf\xbf")));
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        assert_false(pk_kit_utf8(pk_slice_of(bad[i])));
    for (size_t len = 1; len < 4; len++)
        assert_false(pk_kit_utf8(pk_slice_make("🎉", len))); /* what would complete it lies behind the end */
}

static void numbers(void **state)
{
    static const char *const good[][2] = { { "+31600000001", "+31600000001" },
                                           { "31600000001", "+31600000001" },
                                           { " 31600000001", "+31600000001" },
                                           { "0031600000001", "+31600000001" } };
    static const char *const bad[] = {
        "", "+", "Info", "1008", "0600000001", "+316-00000001", "+3160000000012345", "+0316000000"
    };
    char number[PK_KIT_E164_ROOM];
    int64_t value = 7;
    (void) state;
    for (size_t i = 0; i < PK_COUNT(good); i++) {
        assert_int_equal(pk_kit_e164(pk_slice_of(good[i][0]), number), 0);
        assert_string_equal(number, good[i][1]);
    }
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        assert_int_equal(pk_kit_e164(pk_slice_of(bad[i]), number), PK_E_INVALID);
    assert_true(pk_kit_decimal(PK_SLICE("999999999999999999"), &value) && value == 999999999999999999);
    assert_false(pk_kit_decimal(PK_SLICE("1000000000000000000"), &value));
    assert_false(pk_kit_decimal(PK_SLICE("-1"), &value));
    assert_false(pk_kit_decimal(PK_SLICE(""), &value));
}

static void codes(void **state)
{
    (void) state;
    assert_true(pk_kit_code_is_plain(PK_SLICE("302")) && pk_kit_code_is_plain(PK_SLICE("auth.Failed-2")));
    assert_false(pk_kit_code_is_plain(PK_SLICE("")));
    assert_false(pk_kit_code_is_plain(PK_SLICE("31600000001")));
    assert_false(pk_kit_code_is_plain(PK_SLICE("no such number: ю")));
    assert_false(pk_kit_code_is_plain(PK_SLICE("012345678901234567890123456789012345678901234567a")));
}

static void moments(void **state)
{
    char text[PK_KIT_RFC3339_ROOM];
    static const struct {
        const char *text;
        int64_t ms;
    } table[] = {
        { "2026-10-14T16:00:00Z", 1791993600000 },
        { "2026-10-14T18:00:00+02:00", 1791993600000 },
        { "2026-10-14 18:00:00 0200", 1791993600000 },
        { "2026-10-14T16:00:00.1234567Z", 1791993600123 },
        { "1791993600", 1791993600000 },
        { "1791993600123", 1791993600123 },
        { "2024-02-29T00:00:00Z", 1709164800000 },
        { "2026-10-14T16:00:00", 0 },
        { "2026-13-14T16:00:00Z", 0 },
        { "2026-10-14T25:00:00Z", 0 },
        { "yesterday", 0 },
        { "", 0 },
        { "2026-10-14T16:00:00+2", 0 },
        { "2026-10-14T16:00", 0 },
        { "1970-01-01T00:00:00+02:00", 0 }, /* before 1970 */
        { "9999-12-31T23:59:59.999Z", 253402300799999 },
        { "9999-12-31T23:59:59-00:01", 0 }, /* after 9999 */
        { "999999999999999999", 0 },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(table); i++)
        if (pk_kit_moment(pk_slice_of(table[i].text)) != table[i].ms)
            fail_msg("\"%s\" is read as %lld", table[i].text, (long long) pk_kit_moment(pk_slice_of(table[i].text)));
    for (int64_t day = 0; day < 40000; day++) { /* 1970 to 2079: there and back */
        pk_kit_rfc3339(day * 86400000 + 45296000, text);
        assert_int_equal(pk_kit_moment(pk_slice_of(text)), day * 86400000 + 45296000);
    }
    pk_kit_rfc3339(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    pk_kit_rfc3339(-1, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    pk_kit_rfc3339(1709164800000, text);
    assert_string_equal(text, "2024-02-29T00:00:00Z");
}

static void tables(void **state)
{
    struct pk_kit_table table = { 0 };
    struct pk_slice word;
    (void) state;
    assert_int_equal(pk_kit_table_add(&table, PK_SLICE("a, B,a"), 1, &word), 0);
    assert_int_equal(pk_kit_table_add(&table, PK_SLICE("c, b"), 2, &word), PK_E_CONFLICT);
    assert_true(pk_slice_is(word, "b"));
    assert_int_equal(table.count, 3);
    assert_int_equal(pk_kit_table_find(&table, PK_SLICE("A")), 1);
    assert_int_equal(pk_kit_table_find(&table, PK_SLICE("C")), 2);
    assert_int_equal(pk_kit_table_find(&table, PK_SLICE("d")), 0);
    assert_true(pk_kit_table_has(&table, 2) && !pk_kit_table_has(&table, 3));
    pk_kit_table_finish(&table);
    for (uint32_t i = PK_OUTCOME_ACCEPTED; i <= PK_OUTCOME_UNCERTAIN; i++) {
        assert_int_equal(pk_kit_outcome(pk_slice_of(pk_kit_outcome_name(i))), i);
        assert_int_equal(pk_kit_outcome_reason(i) == NULL, i == PK_OUTCOME_ACCEPTED);
    }
    for (uint32_t i = PK_RECEIPT_ACCEPTED; i <= PK_RECEIPT_UNKNOWN; i++)
        assert_int_equal(pk_kit_receipt_state(pk_slice_of(pk_kit_receipt_state_name(i))), i);
    assert_int_equal(pk_kit_outcome(PK_SLICE("")), 0);
    assert_null(pk_kit_outcome_name(99));
}

static uint32_t place_of(const void *ctx, struct pk_slice name)
{
    (void) ctx;
    return pk_slice_is(name, "to") ? 0 : pk_slice_is(name, "text") ? 1 : PK_KIT_LITERAL;
}

static void templates(void **state)
{
    static const struct {
        const char *text, *filled;
    } table[] = {
        { "{\"to\":\"{to}\",\"x\":{\"y\":\"{text}{to}\"}}", "{\"to\":\"1\",\"x\":{\"y\":\"a\\\"1\"}}" },
        { "{to}", "1" },
        { "", "" },
        { "{}", "{}" },
        { "{{to}}", "{1}" },
        { "{To} {to", "{To} {to" },
        { "{to text}", "{to text}" },
    };
    const struct pk_slice values[] = { PK_SLICE_INIT("1"), PK_SLICE_INIT("a\"") };
    struct pk_kit_template template;
    struct pk_error err = { 0 };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(table); i++) {
        struct pk_out out;
        pk_out_init(&out, 1000);
        assert_int_equal(pk_kit_template_init(&template, "body", pk_slice_of(table[i].text), place_of, NULL, &err), 0);
        assert_int_equal(pk_kit_template_write(&template, host, &out, PK_KIT_JSON, values), 0);
        assert_string_equal(pk_buf_text(&out.buf), table[i].filled);
        pk_kit_template_finish(&template);
        pk_out_finish(&out);
    }
    assert_int_equal(pk_kit_template_init(&template, "body", PK_SLICE("{to}{txt}"), place_of, NULL, &err), PK_E_CONFIG);
    assert_string_equal(err.message, "body: there is nothing to put in place of \"{txt}\"");
}

static void settings(void **state)
{
    char text[] = "value";
    const struct pk_setting_value values[] = { { .name = "a", .text = { text, 5 }, .number = 3 },
                                               { .name = "h.x", .text = PK_SLICE_INIT("1") },
                                               { .name = "e", .text = PK_SLICE_INIT("") },
                                               { .name = "h.y", .text = PK_SLICE_INIT("2") } };
    struct pk_kit_settings kept;
    size_t cursor = 0;
    (void) state;
    assert_int_equal(pk_kit_settings_init(&kept, values, PK_COUNT(values)), 0);
    memset(text, 'x', 5); /* a copy: the caller's memory is gone after open() */
    assert_string_equal(pk_kit_text(&kept, "a").data, "value");
    assert_int_equal(pk_kit_number(&kept, "a", 9), 3);
    assert_int_equal(pk_kit_number(&kept, "z", 9), 9);
    assert_null(pk_kit_text(&kept, "e").data);
    assert_true(pk_kit_is_set(&kept, "a") && !pk_kit_is_set(&kept, "e") && !pk_kit_is_set(&kept, "z"));
    assert_string_equal(pk_kit_member(&kept, "h.", &cursor)->name, "h.x");
    assert_string_equal(pk_kit_member(&kept, "h.", &cursor)->name, "h.y");
    assert_null(pk_kit_member(&kept, "h.", &cursor));
    pk_kit_settings_finish(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes),        cmocka_unit_test(long_texts_and_ceilings),
        cmocka_unit_test(base64_and_hex), cmocka_unit_test(secrets_are_compared_whole),
        cmocka_unit_test(lists),          cmocka_unit_test(forms),
        cmocka_unit_test(utf8),           cmocka_unit_test(numbers),
        cmocka_unit_test(codes),          cmocka_unit_test(moments),
        cmocka_unit_test(tables),         cmocka_unit_test(templates),
        cmocka_unit_test(settings),
    };
    side = pk_host_new("test", NULL);
    host = pk_host_table(side);
    int r = cmocka_run_group_tests(tests, NULL, NULL);
    pk_host_free(side);
    return r;
}
