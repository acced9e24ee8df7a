/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The door of `pokana text`, a line at a time: what is refused and in which words, and the shape of each answer. That the
 * answers are right is held against tests/vectors elsewhere.
 */
#include "tests/unit/app/fake_control.h"

#include "gateway/app/text_lines.h"
#include "gateway/base/json.h"
#include "gateway/base/text.h"
#include "gateway/language/reply_topics.h"

static struct {
    struct pk_catalog *catalog;
    struct pk_wall *wall;
    struct pk_topic_words *topics;
    struct pk_text_tools tools;
} here;

static int load(void **state)
{
    (void) state;
    struct pk_ini_report report = { 0 };
    if (pk_catalog_load(PK_TEST_TEMPLATES, &report, &here.catalog, NULL) != 0 ||
        pk_wall_new("Europe/Amsterdam", &here.wall, NULL) != 0)
        return -1;
    here.topics = pk_topic_words_new();
    if (pk_topic_words_add(here.topics, "meetings", "words.bg", PK_SLICE("срещи"), "t.conf", 1, NULL) != 0)
        return -1;
    here.tools = (struct pk_text_tools){ .words = pk_catalog_reply_words(here.catalog),
                                         .topics = here.topics,
                                         .dates = pk_catalog_dates(here.catalog, PK_SLICE("bg")),
                                         .wall = here.wall };
    return 0;
}

static int unload(void **state)
{
    (void) state;
    pk_wall_free(here.wall);
    pk_topic_words_free(here.topics);
    pk_catalog_free(here.catalog);
    return 0;
}

static void check_slice(enum pk_text_question question, struct pk_slice line, const char *wanted)
{
    struct pk_buf out;
    pk_buf_init(&out, PK_TEXT_ANSWER_MAX);
    pk_text_answer(question, &here.tools, line, &out);
    assert_string_equal(pk_buf_text(&out), wanted);
    pk_buf_finish(&out);
}

static void check(enum pk_text_question question, const char *line, const char *wanted)
{
    check_slice(question, pk_slice_of(line), wanted);
}

static void test_answers(void **state)
{
    (void) state;
    check(PK_TEXT_SEGMENTS, "{\"text\":\"\"}",
          "{\"encoding\":\"GSM7\",\"units\":0,\"segments\":0,\"segment_units\":[],\"ref16\":{\"segments\":0,\"segment_units\":[]}"
          "}");
    check(PK_TEXT_SEGMENTS, " {\"text\": \"\\u044f\"}\r",
          "{\"encoding\":\"UCS2\",\"units\":1,\"segments\":1,\"segment_units\":[1],\"ref16\":{\"segments\":1,\"segment_units\":["
          "1]}}");
    check(PK_TEXT_LATIN, "{\"text\":\" и\\u0306 „а“ \"}", "{\"latin\":\" y „a“ \",\"gsm\":\"y \\\"a\\\"\"}");
    check(PK_TEXT_INTENT, "{\"text\":\"да 2\"}", "{\"intent\":\"YES\",\"lang\":\"bg\",\"soft\":false,\"count\":2}");
    check(PK_TEXT_INTENT, "{\"text\":\"ok\"}", "{\"intent\":\"YES\",\"lang\":\"mul\",\"soft\":true,\"count\":0}");
    check(PK_TEXT_INTENT, "{\"text\":\"\"}", "{\"intent\":\"NONE\",\"lang\":null,\"soft\":false,\"count\":0}");
    check(PK_TEXT_INTENT, "{\"text\":\"СТОП срещи\"}", "{\"intent\":\"STOP\",\"lang\":\"bg\",\"soft\":false,\"count\":0,\"topic\":\"meetings\"}");
    check(PK_TEXT_INTENT, "{\"text\":\"СТОП срещи!? 2\"}", "{\"intent\":\"STOP\",\"lang\":\"bg\",\"soft\":false,\"count\":0}");
    check(PK_TEXT_PHONE, "{\"region\":\"NL\",\"input\":\"06 12345678\"}",
          "{\"status\":\"ok\",\"e164\":\"+31612345678\",\"suggest\":null,\"type\":\"mobile\"}");
    check(PK_TEXT_PHONE, "{\"input\":\"0888 123 456\",\"region\":\"NL\"}",
          "{\"status\":\"ambiguous\",\"e164\":null,\"suggest\":\"+359888123456\",\"type\":null}");
    check(PK_TEXT_PHONE, "{\"input\":\"\",\"region\":\"NL\"}",
          "{\"status\":\"invalid\",\"e164\":null,\"suggest\":null,\"type\":null}");
}

static void test_dates(void **state)
{
    (void) state;
#define WORDS                                                                                                                                      \
    "{\"bg\":{\"day_long\":\"вторник, 3 март\",\"day_long_year\":\"вторник, 3 март 2026 г.\",\"day_short\":\"вт, 3.03\"," \
    "\"time\":\"18:00 ч.\",\"datetime_long\":\"вторник, 3 март, 18:00 ч.\",\"datetime_short\":\"вт, 3.03, 18:00 ч.\","             \
    "\"on_day\":\"във вторник, 3 март\"},\"latin\":{\"day_long\":\"vtornik, 3 mart\",\"day_long_year\":\"vtornik, 3 mart 2026 "      \
    "g.\","                                                                                                                                        \
    "\"day_short\":\"vt, 3.03\",\"time\":\"18:00 ch.\",\"datetime_long\":\"vtornik, 3 mart, 18:00 ch.\","                                          \
    "\"datetime_short\":\"vt, 3.03, 18:00 ch.\",\"on_day\":\"vav vtornik, 3 mart\"}}"
    check(PK_TEXT_DATES, "{\"utc\":\"2026-03-03T17:00:00Z\"}", WORDS);
    check(PK_TEXT_DATES, "{\"utc\":\"2026-03-03T17:00:00Z\",\"utc_end\":null}", WORDS);
    check(PK_TEXT_DATES, "{\"utc\":\"2026-03-03T18:00:00+01:00\"}", WORDS);
    check(PK_TEXT_DATES, "{\"utc\":\"tomorrow\"}", "{\"error\":\"\\\"utc\\\" is no moment like 2026-03-03T17:00:00Z\"}");
    check(PK_TEXT_DATES, "{\"utc\":\"2026-02-30T17:00:00Z\"}",
          "{\"error\":\"\\\"utc\\\" is no moment like 2026-03-03T17:00:00Z\"}");
    check(PK_TEXT_DATES, "{\"utc\":\"2026-03-03T17:00:00Z\",\"utc_end\":\"\"}",
          "{\"error\":\"\\\"utc_end\\\" is no moment like 2026-03-03T18:30:00Z\"}");
    check(PK_TEXT_DATES, "{\"utc\":\"2026-03-03T17:00:00Z\",\"utc_end\":\"2026-03-03T16:59:59Z\"}",
          "{\"error\":\"\\\"utc_end\\\" is before \\\"utc\\\"\"}");
    check(PK_TEXT_DATES, "{\"utc\":null}", "{\"error\":\"\\\"utc\\\" is not a text\"}");
}

static void test_what_forces(void **state)
{
    (void) state;
#define WIDE "\"segments\":1,\"segment_units\":[3],\"ref16\":{\"segments\":1,\"segment_units\":[3]}"
#define FORCES(units, character, position, suggestion)                                                                \
    "{\"encoding\":\"UCS2\",\"units\":3," WIDE ",\"forces\":{\"character\":\"" character "\",\"position\":" #position \
    ",\"suggestion\":\"" suggestion "\"}}"
    here.tools.explain = true;
    check(PK_TEXT_SEGMENTS, "{\"text\":\"éëa\"}", FORCES(3, "ë", 2, "write e, or keep it and pay"));
    check(PK_TEXT_SEGMENTS, "{\"text\":\"„a“\"}", FORCES(3, "„", 1, "write \\\""));
    check(PK_TEXT_SEGMENTS, "{\"text\":\"ab\\u00a0\"}", FORCES(3, "\u00a0", 3, "write a space"));
    check(PK_TEXT_SEGMENTS, "{\"text\":\"a\\u200bb\"}", FORCES(3, "\u200b", 2, "leave it out"));
    check(PK_TEXT_SEGMENTS, "{\"text\":\"a👍\"}", FORCES(3, "👍", 2, "leave it out, or keep it and pay"));
    check(PK_TEXT_SEGMENTS, "{\"text\":\"abя\"}", FORCES(3, "я", 3, "latin"));
    check(PK_TEXT_SEGMENTS, "{\"text\":\"a\"}",
          "{\"encoding\":\"GSM7\",\"units\":1,\"segments\":1,\"segment_units\":[1],\"ref16\":{\"segments\":1,\"segment_units\":["
          "1]}}");
    here.tools.explain = false;
}

static void test_bad_lines(void **state)
{
    (void) state;
    static const struct {
        const char *line, *error;
    } cases[] = {
        { "", "the line is empty" },
        { " \t\r", "the line is empty" },
        { "hello", "column 5: this is not JSON" },
        { "{\"text\":\"a\"", "column 11: this is not JSON" },
        { "{\"text\":\"a\"} {}", "column 14: this is not JSON" },
        { "{\"text\":\"\\ud800\"}", "column 16: this is not JSON" },
        { "{\"text\":\"\\ud800\\u0041\"}", "column 22: this is not JSON" },
        { "{\"text\":\"\\udc00\\ud800\"}", "column 22: this is not JSON" },
        { "{\"text\":\"\\u0000\"}", "column 16: this is not JSON" },
        { "{\"text\":\"\xff\"}", "the line is not UTF-8, or holds U+0000" },
        { "{\"text\":\"\xed\xa0\x80\"}", "the line is not UTF-8, or holds U+0000" },
        { "{\"text\":\"\xc0\xaf\"}", "the line is not UTF-8, or holds U+0000" },
        { "{\"text\":\"a\",\"text\":\"b\"}", "column 18: a name occurs twice in one object" },
        { "[\"text\"]", "the line is not a JSON object" },
        { "\"text\"", "the line is not a JSON object" },
        { "null", "the line is not a JSON object" },
        { "7", "the line is not a JSON object" },
        { "{}", "\\\"text\\\" is missing" },
        { "{\"text\":null}", "\\\"text\\\" is not a text" },
        { "{\"text\":7}", "\\\"text\\\" is not a text" },
        { "{\"text\":true}", "\\\"text\\\" is not a text" },
        { "{\"text\":{\"text\":\"a\"}}", "\\\"text\\\" is not a text" },
        { "{\"txet\":\"a\"}", "the line: unknown field \\\"txet\\\". Did you mean \\\"text\\\"?" },
        { "{\"text\":\"a\",\"colour\":\"\"}", "the line: unknown field \\\"colour\\\"" },
        { "{\"text\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}", "the JSON is nested deeper than 16 levels" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char wanted[256];
        (void) snprintf(wanted, sizeof wanted, "{\"error\":\"%s\"}", cases[i].error);
        check(PK_TEXT_SEGMENTS, cases[i].line, wanted);
        check(PK_TEXT_LATIN, cases[i].line, wanted);
        check(PK_TEXT_INTENT, cases[i].line, wanted);
    }
    check_slice(PK_TEXT_LATIN, PK_SLICE("{\"text\":\"a\0b\"}"), "{\"error\":\"the line is not UTF-8, or holds U+0000\"}");
    check_slice(PK_TEXT_LATIN, (struct pk_slice){ 0 }, "{\"error\":\"the line is empty\"}");
}

static void test_regions(void **state)
{
    (void) state;
    static const char *const regions[] = { "", "nl", "ZZ", "NLD", "\xc3\xa9" };
    check(PK_TEXT_PHONE, "{\"input\":\"112\"}", "{\"error\":\"\\\"region\\\" is missing\"}");
    check(PK_TEXT_PHONE, "{\"region\":\"NL\"}", "{\"error\":\"\\\"input\\\" is missing\"}");
    check(PK_TEXT_PHONE, "{\"input\":612345678,\"region\":\"NL\"}", "{\"error\":\"\\\"input\\\" is not a text\"}");
    for (size_t i = 0; i < PK_COUNT(regions); i++) {
        char line[80];
        (void) snprintf(line, sizeof line, "{\"input\":\"112\",\"region\":\"%s\"}", regions[i]);
        check(PK_TEXT_PHONE, line, "{\"error\":\"\\\"region\\\" is no country's two capital letters, like NL\"}");
    }
}

/* As long as a line may be: an answer or a refusal, and neither is cut. */
static void test_long_lines(void **state)
{
    (void) state;
    static const char *const letters[] = { "a", "щ", "„", "👍", "\\\\", "\\u0007", "\u0344" };
    for (size_t i = 0; i < PK_COUNT(letters); i++) {
        for (int question = PK_TEXT_SEGMENTS; question <= PK_TEXT_INTENT; question++) {
            struct pk_buf line, out;
            pk_auto(pk_json) struct pk_json *answer = NULL;
            pk_buf_init(&line, PK_TEXT_LINE_MAX);
            pk_buf_init(&out, PK_TEXT_ANSWER_MAX);
            (void) pk_buf_add_text(&line, "{\"text\":\"");
            while (line.len + strlen(letters[i]) + 2 <= PK_TEXT_LINE_MAX)
                (void) pk_buf_add_text(&line, letters[i]);
            (void) pk_buf_add_text(&line, "\"}");
            assert_false(line.failed);
            pk_text_answer((enum pk_text_question) question, &here.tools, pk_buf_slice(&line), &out);
            assert_false(out.failed);
            assert_int_equal(pk_json_parse(pk_buf_slice(&out), PK_TEXT_ANSWER_MAX, &answer, NULL), 0);
            const struct pk_json *error = pk_json_get(answer, "error");
            if (question == PK_TEXT_SEGMENTS && letters[i][1] != 'u') /* six bytes of a line each, and 163 parts */
                assert_true(pk_slice_is(pk_json_string(error), "the text takes more than 255 parts"));
            else if (error)
                assert_true(pk_slice_is(pk_json_string(error), "the text is too long"));
            pk_buf_finish(&line);
            pk_buf_finish(&out);
        }
    }
    char *longer = pk_alloc_array(PK_TEXT_LINE_MAX + 1, 1);
    check_slice(PK_TEXT_LATIN, pk_slice_make(longer, PK_TEXT_LINE_MAX + 1),
                "{\"error\":\"the line is longer than 65536 bytes\"}");
    free(longer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),   cmocka_unit_test(test_dates),   cmocka_unit_test(test_what_forces),
        cmocka_unit_test(test_bad_lines), cmocka_unit_test(test_regions), cmocka_unit_test(test_long_lines),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
