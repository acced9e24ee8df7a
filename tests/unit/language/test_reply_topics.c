/* SPDX-License-Identifier: EUPL-1.2 */
/* STOP and START of one topic: its words in every spelling, and that anything else beside them leaves a STOP whole. */
#include "tests/unit/language/support.h"

#include "gateway/language/reply_topics.h"

static struct pk_topic_words *words_of(struct told *told)
{
    struct pk_topic_words *words = pk_topic_words_new();
    struct pk_ini_report *report = told ? &told->report : NULL;
    assert_int_equal(pk_topic_words_add(words, "meetings", "words.bg", PK_SLICE("срещи, родителски срещи, школа"), "a.conf", 3, report), 0);
    assert_int_equal(pk_topic_words_add(words, "meetings", "words.nl", PK_SLICE("Bijeenkomsten"), "a.conf", 4, report), 0);
    assert_int_equal(pk_topic_words_add(words, "festival", "words.bg", PK_SLICE("фестивал"), "a.conf", 7, report), 0);
    assert_int_equal(pk_topic_words_add(words, "festival", "words.tr", PK_SLICE("şenlik"), "a.conf", 8, report), 0);
    return words;
}

static void check(void **state, const char *text, enum pk_intent intent, const char *topic)
{
    struct pk_topic_words *words = words_of(NULL);
    struct pk_reply_meaning found;
    pk_reply_decide(pk_catalog_reply_words(*state), words, pk_slice_of(text), &found);
    if (found.intent != intent || strcmp(found.topic, topic) != 0)
        fail_msg("\"%s\": %s of \"%s\"", text, pk_intent_name(found.intent), found.topic);
    pk_topic_words_free(words);
}

static void test_a_topic_in_every_spelling(void **state)
{
    static const char *const meetings[] = {
        "СТОП срещи",     "стоп: Срещи.",        "STOP sreshti",     "ctoп cpeщи",   "Stop sre6ti",          "СТОП срeщи", /* Latin e */
        "stop срееещи!",  "СТОП РОДИТЕЛСКИ СРЕЩИ", "stop roditelski sreshti", "отпиши срещи", "UIT bijeenkomsten", "моля, стоп срещи",
        "край срещи",     "stop ШКОЛА",           "stop 6kola",       "afmelden bijeenkomsten", "СТОП „срещи“",
    };
    for (size_t i = 0; i < PK_COUNT(meetings); i++)
        check(state, meetings[i], PK_INTENT_STOP, "meetings");
    check(state, "STOP SENLIK", PK_INTENT_STOP, "festival");
    check(state, "stop фecтивал", PK_INTENT_STOP, "festival");
    check(state, "СТАРТ срещи", PK_INTENT_START, "meetings");
    check(state, "aan bijeenkomsten", PK_INTENT_START, "meetings");
    check(state, "start festival", PK_INTENT_START, "festival");
    check(state, "искам съобщения срещи", PK_INTENT_START, "meetings");
}

static void test_anything_else_leaves_a_stop_whole(void **state)
{
    static const char *const whole[] = {
        "СТОП",           "СТОП срещи моля", "СТОП за срещи",   "СТОП срещи фестивал", "СТОП срещи 2",
        "СТОП срещите",   "СТОП родителски", "срещи СТОП стоп", "не ми пишете срещи",  "СТОП футбол",
    };
    for (size_t i = 0; i < PK_COUNT(whole); i++) {
        bool first = strncmp(whole[i], "срещи", strlen("срещи")) != 0;
        check(state, whole[i], first ? PK_INTENT_STOP : PK_INTENT_NONE, "");
    }
    /* Without a word that stops or starts a topic means nothing; nor is a START guessed from its first word. */
    check(state, "срещи", PK_INTENT_NONE, "");
    check(state, "да срещи", PK_INTENT_NONE, "");
    check(state, "СТАРТ футбол", PK_INTENT_NONE, "");
    check(state, "СТАРТ", PK_INTENT_START, "");
    check(state, "край на срещи", PK_INTENT_NONE, "");
}

/* What was not read to its end may hold anything. */
static void test_a_text_cut_short_names_no_topic(void **state)
{
    struct pk_buf text;
    pk_buf_init(&text, 1u << 16);
    (void) pk_buf_add_text(&text, "СТОП срещи");
    check(state, pk_buf_text(&text), PK_INTENT_STOP, "meetings");
    for (size_t i = 0; i < 5000; i++)
        (void) pk_buf_add_text(&text, " ");
    (void) pk_buf_add_text(&text, "и всичко друго");
    check(state, pk_buf_text(&text), PK_INTENT_STOP, "");
    pk_buf_finish(&text);
}

static void test_without_topics_nothing_changes(void **state)
{
    struct pk_reply_meaning found;
    pk_reply_understand(pk_catalog_reply_words(*state), PK_SLICE("СТОП срещи"), &found);
    assert_int_equal(found.intent, PK_INTENT_STOP);
    assert_string_equal(found.topic, "");
}

static void test_what_is_refused(void **state)
{
    struct told told;
    (void) state;
    told_begin(&told);
    struct pk_topic_words *words = words_of(&told);
    assert_int_equal(told.report.count, 0);
    assert_int_equal(pk_topic_words_add(words, "festival", "words.bg", PK_SLICE("Срееещи"), "a.conf", 9, &told.report), PK_E_CONFIG);
    assert_int_equal(pk_topic_words_add(words, "festival", "words.nl", PK_SLICE("sreshti,, 12"), "a.conf", 10, &told.report), PK_E_CONFIG);
    assert_string_equal(pk_buf_text(&told.text),
                        "a.conf:9: [topic festival] words.bg: \"Срееещи\" is a word of topic meetings too (line 3) | Give each topic words of "
                        "its own.\n"
                        "a.conf:10: [topic festival] words.nl: \"sreshti\" is a word of topic meetings too (line 3) | Give each topic words "
                        "of its own.\n"
                        "a.conf:10: [topic festival] words.nl: \"\" is no word for a topic | Write words of letters, at most six to a "
                        "phrase, between commas.\n"
                        "a.conf:10: [topic festival] words.nl: \"12\" is no word for a topic | Write words of letters, at most six to a "
                        "phrase, between commas.\n");
    told_end(&told);
    pk_topic_words_free(words);
}

static void test_reply_words_are_no_topics(void **state)
{
    struct told told;
    struct pk_topic_words *words = pk_topic_words_new();
    told_begin(&told);
    assert_int_equal(pk_topic_words_add(words, "a", "words.bg", PK_SLICE("инфо, пункт, Помооощ"), "a.conf", 3, &told.report), 0);
    assert_int_equal(pk_topic_words_add(words, "b", "words.nl", PK_SLICE("kinderen, schoolnieuws"), "a.conf", 6, &told.report), 0);
    pk_topic_words_check(words, pk_catalog_reply_words(*state), &told.report);
    assert_int_equal(told.report.count, 3);
    assert_non_null(strstr(pk_buf_text(&told.text), "a.conf:3: [topic a] words.bg: \"инфо\" is a reply word already, in list help-first of language bg ("));
    assert_non_null(strstr(pk_buf_text(&told.text), "/bg/language.ini:"));
    assert_non_null(strstr(pk_buf_text(&told.text), "\"помощ\" is a reply word already, in list help-first"));
    assert_non_null(strstr(pk_buf_text(&told.text), "a.conf:6: [topic b] words.nl: \"kinderen\" is a reply word already, in list counter of language nl ("));
    assert_null(strstr(pk_buf_text(&told.text), "пункт"));
    told_end(&told);
    pk_topic_words_free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_topic_in_every_spelling),   cmocka_unit_test(test_anything_else_leaves_a_stop_whole),
        cmocka_unit_test(test_a_text_cut_short_names_no_topic),
        cmocka_unit_test(test_without_topics_nothing_changes), cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_reply_words_are_no_topics),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
