/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables and what stands in them: widths, moments, and text that could do harm. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/app/table.h"
#include "gateway/base/clock.h"

static const struct pk_column three[] = { { "NAME", false }, { "COUNT", true }, { "TEXT", false } };

static void expect(const struct pk_table *table, const char *wanted)
{
    struct pk_buf out;
    pk_buf_init(&out, 65536);
    pk_table_write(table, &out);
    assert_string_equal(pk_buf_text(&out), wanted);
    pk_buf_finish(&out);
}

static void test_width(void **state)
{
    (void) state;
    assert_int_equal(pk_show_width(PK_SLICE("")), 0);
    assert_int_equal(pk_show_width(PK_SLICE("plain")), 5);
    assert_int_equal(pk_show_width(PK_SLICE("Покана")), 6);
    assert_int_equal(pk_show_width(PK_SLICE("漢字")), 4);
    assert_int_equal(pk_show_width(PK_SLICE("и\xcc\x86")), 1); /* with a combining breve */
    assert_int_equal(pk_show_width(PK_SLICE("🎪")), 2);
    assert_int_equal(pk_show_width(PK_SLICE("a\xff"
                                            "b")),
                     3);
}

static void test_alignment(void **state)
{
    (void) state;
    pk_auto(pk_table) struct pk_table *table = pk_table_new(three, PK_COUNT(three));
    pk_table_text(table, "дете");
    pk_table_printf(table, "%d", 7);
    pk_table_text(table, "кратко");
    pk_table_text(table, "漢字漢字");
    pk_table_printf(table, "%d", 123456);
    pk_table_text(table, "");
    assert_int_equal(pk_table_rows(table), 2);
    expect(table, "NAME       COUNT  TEXT\n"
                  "дете           7  кратко\n"
                  "漢字漢字  123456  -\n");
}

static void test_facts_have_no_titles(void **state)
{
    static const struct pk_column facts[] = { { NULL, false }, { NULL, false } };
    pk_auto(pk_json) struct pk_json *document = NULL;
    (void) state;
    assert_int_equal(pk_json_parse(PK_SLICE("{\"a\":\"x\",\"b\":null,\"c\":\"\",\"d\":[],\"e\":true,\"f\":[\"one\",\"two\"],"
                                            "\"g\":{\"queued\":3,\"failed\":0,\"delivered\":12}}"),
                                   1024, &document, NULL),
                     0);
    pk_auto(pk_table) struct pk_table *table = pk_table_new(facts, PK_COUNT(facts));
    for (const char *name = "abcdefgh"; *name; name++) {
        char key[2] = { *name, '\0' };
        pk_table_fact(table, key, pk_json_get(document, key));
    }
    expect(table, "a  x\n"
                  "e  yes\n"
                  "f  one, two\n"
                  "g  queued 3, delivered 12\n");
}

static void test_text_from_outside_is_harmless(void **state)
{
    struct pk_buf out;
    (void) state;
    pk_buf_init(&out, 1024);
    pk_show_text(&out, PK_SLICE("ред\nдруг\x1b[2J\x7f\xc2\x9b \xe2\x80\xae"
                                "обратно\xe2\x81\xa6 \xff край\xe2\x80\xa8"));
    assert_string_equal(pk_buf_text(&out), "ред↵друг\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd \xef\xbf\xbdобратно\xef\xbf\xbd \xef\xbf\xbd край\xef\xbf\xbd");
    pk_buf_finish(&out);
}

static void test_moments(void **state)
{
    char text[PK_SHOW_TEXT_MAX];
    int64_t now, then;
    (void) state;
    assert_int_equal(pk_time_parse(PK_SLICE("2026-10-14T17:30:05Z"), &now), 0);
    assert_string_equal(pk_show_moment(now, now, text), "19:30:05"); /* summer time */
    assert_int_equal(pk_time_parse(PK_SLICE("2026-10-14T22:30:00Z"), &then), 0);
    assert_string_equal(pk_show_moment(then, now, text), "15 Oct 00:30"); /* tomorrow there */
    assert_int_equal(pk_time_parse(PK_SLICE("2026-01-03T09:05:00Z"), &then), 0);
    assert_string_equal(pk_show_moment(then, now, text), " 3 Jan 10:05");
    assert_int_equal(pk_time_parse(PK_SLICE("2027-01-03T09:05:00Z"), &then), 0);
    assert_string_equal(pk_show_moment(then, now, text), " 3 Jan 2027 10:05");
    assert_string_equal(pk_show_moment_long(now, text), "2026-10-14 19:30:05 CEST");
}

static void test_durations(void **state)
{
    char text[PK_SHOW_TEXT_MAX];
    (void) state;
    assert_string_equal(pk_show_duration(-5, text), "0 s");
    assert_string_equal(pk_show_duration(59999, text), "59 s");
    assert_string_equal(pk_show_duration(60000, text), "1 min");
    assert_string_equal(pk_show_duration(3600000 + 20 * 60000, text), "1 h 20 min");
    assert_string_equal(pk_show_duration(2 * 86400000ll + 4 * 3600000, text), "2 d 4 h");
}

static void test_moment_cells(void **state)
{
    static const struct pk_column columns[] = { { "AT", false } };
    pk_auto(pk_json) struct pk_json *document = NULL;
    int64_t now;
    (void) state;
    assert_int_equal(pk_json_parse(PK_SLICE("{\"a\":\"2026-10-14T17:30:05Z\",\"b\":null,\"c\":\"soon\"}"), 1024, &document, NULL), 0);
    assert_int_equal(pk_time_parse(PK_SLICE("2026-10-14T18:00:00Z"), &now), 0);
    pk_clock_set_manual(now);
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    pk_table_moment(table, pk_json_get(document, "a"));
    pk_table_moment(table, pk_json_get(document, "b"));
    pk_table_moment(table, pk_json_get(document, "c"));
    expect(table, "AT\n19:30:05\n-\nsoon\n");
    pk_clock_set_system();
}

static void test_a_narrow_terminal_breaks_the_last_column(void **state)
{
    static const struct pk_column columns[] = { { "AT", false }, { "TEXT", false } };
    struct pk_buf out;
    (void) state;
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    pk_table_text(table, "9:00");
    pk_table_text(table, "родителска среща във вторник, 1 декември");
    pk_table_text(table, "9:05");
    pk_table_text(table, "https://example.nl/a/word/longer/than/the/room");
    pk_buf_init(&out, 4096);
    pk_table_write_within(table, 30, &out);
    assert_string_equal(pk_buf_text(&out), "AT    TEXT\n"
                                           "9:00  родителска среща във\n"
                                           "      вторник, 1 декември\n"
                                           "9:05  https://example.nl/a/wor\n"
                                           "      d/longer/than/the/room\n");
    pk_buf_finish(&out);
    /* Where it fits, and where there would be no room for words, a row is a line. */
    pk_buf_init(&out, 4096);
    pk_table_write_within(table, 25, &out);
    assert_non_null(strstr(pk_buf_text(&out), "вторник, 1 декември"));
    pk_buf_finish(&out);
    pk_buf_init(&out, 4096);
    pk_table_write_within(table, 0, &out);
    assert_non_null(strstr(pk_buf_text(&out), "9:00  родителска среща във вторник, 1 декември\n"));
    pk_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_facts_have_no_titles),
        cmocka_unit_test(test_text_from_outside_is_harmless),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_moment_cells),
        cmocka_unit_test(test_a_narrow_terminal_breaks_the_last_column),
    };
    (void) setenv("TZ", "Europe/Amsterdam", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
