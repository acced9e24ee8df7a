/* SPDX-License-Identifier: EUPL-1.2 */
/* What replies mean: the shipped word lists on texts of our own, odd inputs, and what the lists refuse. */
#include "tests/unit/language/support.h"

struct expected {
    const char *text;
    enum pk_intent intent;
    bool soft;
    uint32_t count;
    const char *language;
};

static void check_all(void **state, const struct expected *cases, size_t count)
{
    const struct pk_reply_words *words = pk_catalog_reply_words(*state);
    for (size_t i = 0; i < count; i++) {
        struct pk_reply_meaning found;
        pk_reply_understand(words, pk_slice_of(cases[i].text), &found);
        if (found.intent != cases[i].intent || found.soft != cases[i].soft || found.count != cases[i].count ||
            strcmp(found.language, cases[i].language) != 0)
            fail_msg("\"%s\": %s, soft %d, count %u, language \"%s\"", cases[i].text, pk_intent_name(found.intent), found.soft,
                     found.count, found.language);
    }
}

static void test_stop_is_always_heard(void **state)
{
    static const struct expected cases[] = {
        { "Моля Ви, спрете вече!", PK_INTENT_STOP, false, 0, "bg" },
        { "стоп ли да пиша?", PK_INTENT_STOP, false, 0, "bg" },
        { "Много моля не ми изпращайте нищо", PK_INTENT_STOP, false, 0, "bg" },
        { "SТОП", PK_INTENT_STOP, false, 0, "bg" },
        { "с т о п !", PK_INTENT_STOP, false, 0, "bg" },
        { "s t o p", PK_INTENT_STOP, false, 0, "" },
        { "stooooooooooooooooooooop", PK_INTENT_STOP, false, 0, "" },
        { "otpi6i", PK_INTENT_STOP, false, 0, "bg-Latn" },
        { "cnpu", PK_INTENT_STOP, false, 0, "bg" }, /* by shape, as people write by hand */
        { "OTKA3", PK_INTENT_STOP, false, 0, "bg" },
        { "hallo, geen sms meer!", PK_INTENT_STOP, false, 0, "nl" },
        { "Lütfen mesaj atmayın", PK_INTENT_STOP, false, 0, "tr" },
        { "край, благодаря", PK_INTENT_STOP, false, 0, "bg" },
        { "Cancel please", PK_INTENT_STOP, false, 0, "en" },
        { "dur 2", PK_INTENT_NONE, false, 0, "" }, /* a number beside it: not the whole message */
        { "край на срещата", PK_INTENT_NONE, false, 0, "" },
        { "да стоп", PK_INTENT_STOP, false, 0, "bg" },
        { "спирам", PK_INTENT_NONE, false, 0, "" },
    };
    check_all(state, cases, PK_COUNT(cases));
}

static void test_yes_and_no_are_not_guessed(void **state)
{
    static const struct expected cases[] = {
        { "да, 12 души", PK_INTENT_YES, false, 12, "bg" },
        { "добре, 2", PK_INTENT_YES, true, 2, "bg" },
        { "da 2 3", PK_INTENT_NONE, false, 0, "" },
        { "да 123", PK_INTENT_NONE, false, 0, "" },
        { "не 2", PK_INTENT_NONE, false, 0, "" },
        { "да, може би", PK_INTENT_NONE, false, 0, "" },
        { "не е проблем", PK_INTENT_NONE, false, 0, "" },
        { "Да дойда ли", PK_INTENT_NONE, false, 0, "" },
        { "ja?", PK_INTENT_NONE, false, 0, "" },
        { "ok", PK_INTENT_YES, true, 0, "" },
        { "NEE", PK_INTENT_NO, false, 0, "nl" },
        { "ДА 👍", PK_INTENT_YES, false, 0, "bg" },
        { "he", PK_INTENT_NONE, false, 0, "" },
        { "👍👎", PK_INTENT_NONE, false, 0, "" },
        { "✔️", PK_INTENT_YES, true, 0, "" },
        { "🚫", PK_INTENT_NO, true, 0, "" },
        { "отказвам", PK_INTENT_NONE, false, 0, "" },
        { "annuleren", PK_INTENT_NONE, false, 0, "" },
    };
    check_all(state, cases, PK_COUNT(cases));
}

static void test_help_and_start(void **state)
{
    static const struct expected cases[] = {
        { "??", PK_INTENT_HELP, false, 0, "" },
        { "здравейте, помощ", PK_INTENT_HELP, false, 0, "bg" },
        { "Кои сте Вие?", PK_INTENT_HELP, false, 0, "bg" },
        { "Ik begrijp het niet hoor", PK_INTENT_HELP, false, 0, "nl" },
        { "старт моля", PK_INTENT_START, false, 0, "bg" },
        { "kayıt", PK_INTENT_START, false, 0, "tr" },
        { "start 2", PK_INTENT_NONE, false, 0, "" },
        { "старт стоп", PK_INTENT_STOP, false, 0, "bg" },
    };
    check_all(state, cases, PK_COUNT(cases));
}

static void test_quotations(void **state)
{
    static const struct expected cases[] = {
        { "\"СТОП\"", PK_INTENT_STOP, false, 0, "bg" },
        { "«не ми пишете»", PK_INTENT_STOP, false, 0, "bg" },
        { "Liked \"ako ne iskate pishete STOP\"", PK_INTENT_NONE, false, 0, "" },
        { "“едно две три СТОП” стоп", PK_INTENT_STOP, false, 0, "bg" },
        { "„стоп без край на кавичките", PK_INTENT_STOP, false, 0, "bg" },
        /* The mark that closes one quotation does not open the next. */
        { "\"Моля\" не ми пращайте повече такива \"неща\"", PK_INTENT_STOP, false, 0, "bg" },
        { "„Да“ и „не“ и още нещо", PK_INTENT_NONE, false, 0, "" },
    };
    check_all(state, cases, PK_COUNT(cases));
}

/* Whatever comes in, something comes out, and nothing is read behind its end. */
static void test_odd_inputs(void **state)
{
    const struct pk_reply_words *words = pk_catalog_reply_words(*state);
    struct pk_reply_meaning found;
    pk_reply_understand(words, PK_SLICE("\xff\xfe\xd0"), &found);
    assert_int_equal(found.intent, PK_INTENT_NONE);
    pk_reply_understand(words, PK_SLICE("СТОП\0 край"), &found);
    assert_int_equal(found.intent, PK_INTENT_STOP);
    pk_reply_understand(words, (struct pk_slice){ 0 }, &found);
    assert_int_equal(found.intent, PK_INTENT_NONE);
    struct pk_buf text;
    pk_buf_init(&text, 1u << 20);
    for (size_t i = 0; i < 20000; i++)
        (void) pk_buf_add_text(&text, i % 7 == 6 ? " " : "я");
    pk_reply_understand(words, pk_buf_slice(&text), &found);
    assert_int_equal(found.intent, PK_INTENT_NONE);
    pk_buf_clear(&text);
    for (size_t i = 0; i < 3000; i++)
        (void) pk_buf_add_text(&text, "da1 ");
    pk_reply_understand(words, pk_buf_slice(&text), &found);
    assert_int_equal(found.intent, PK_INTENT_NONE);
    /* What was not read to its end is not agreed to, but a STOP in what was read counts. */
    pk_buf_clear(&text);
    for (size_t i = 0; i < 600; i++)
        (void) pk_buf_add_text(&text, "да ");
    pk_reply_understand(words, pk_buf_slice(&text), &found);
    assert_int_equal(found.intent, PK_INTENT_NONE);
    pk_buf_clear(&text);
    (void) pk_buf_add_text(&text, "да");
    for (size_t i = 0; i < 5000; i++)
        (void) pk_buf_add_text(&text, " ");
    (void) pk_buf_add_text(&text, "не");
    pk_reply_understand(words, pk_buf_slice(&text), &found);
    assert_int_equal(found.intent, PK_INTENT_NONE);
    memcpy(text.data, "stop", 4);
    pk_reply_understand(words, pk_buf_slice(&text), &found);
    assert_int_equal(found.intent, PK_INTENT_STOP);
    /* Every cut of a text, in the middle of a character too. */
    static const char whole[] = "Моля „не“ ми пишете ３ пъти 👍🏽 ѝ İPTAL";
    for (size_t len = 0; len < sizeof whole; len++) {
        char *exact = pk_strndup(whole, len);
        pk_reply_understand(words, pk_slice_make(exact, len), &found);
        free(exact);
    }
    pk_buf_finish(&text);
}

static void test_lists_refuse(void **state)
{
    (void) state;
    struct told told;
    struct pk_reply_words *words = pk_reply_words_new();
    told_begin(&told);
    assert_int_equal(pk_reply_words_add(words, "bg", "yes", PK_SLICE("да, ще дойда"), "f.ini", 1, &told.report), 0);
    assert_int_equal(pk_reply_words_add(words, "ru", "yes", PK_SLICE("да"), "f.ini", 2, &told.report), 0);
    assert_int_equal(pk_reply_words_add(words, "xx", "no", PK_SLICE("не, ДА"), "f.ini", 3, &told.report), PK_E_CONFIG);
    assert_int_equal(pk_reply_words_add(words, "xx", "maybe", PK_SLICE("x"), "f.ini", 4, &told.report), PK_E_CONFIG);
    assert_int_equal(pk_reply_words_add(words, "xx", "stop-frist", PK_SLICE("x"), "f.ini", 5, &told.report), PK_E_CONFIG);
    assert_int_equal(pk_reply_words_add(words, "xx", "stop-first", PK_SLICE("a,,b"), "f.ini", 6, &told.report), PK_E_CONFIG);
    assert_int_equal(pk_reply_words_add(words, "xx", "stop-first", PK_SLICE("a b c d e f g"), "f.ini", 7, &told.report),
                     PK_E_CONFIG);
    assert_int_equal(pk_reply_words_add(words, "averylongtag", "stop-first", PK_SLICE("a"), "f.ini", 8, &told.report),
                     PK_E_CONFIG);
    assert_string_equal(
        pk_buf_text(&told.text),
        "f.ini:3: [replies] no: \"ДА\" stands in list yes of language bg too (f.ini:1) | Keep it in one of them, whatever the language.\n"
        "f.ini:4: [replies] maybe: there is no list \"maybe\" | The README of the templates names all lists.\n"
        "f.ini:5: [replies] stop-frist: there is no list \"stop-frist\"; did you mean \"stop-first\"? | The README of the "
        "templates names all "
        "lists.\n"
        "f.ini:6: [replies] stop-first: \"\" is no phrase | Write words of letters, at most six to a phrase, between commas.\n"
        "f.ini:7: [replies] stop-first: \"a b c d e f g\" is no phrase | Write words of letters, at most six to a phrase, "
        "between commas.\n"
        "f.ini:8: [replies] stop-first: language \"averylongtag\" cannot be added | Use fewer languages, and tags of at most 11 "
        "letters.\n");
    told_end(&told);
    pk_reply_words_free(words);
}

static void test_names(void **state)
{
    (void) state;
    assert_string_equal(pk_intent_name(PK_INTENT_STOP), "stop");
    assert_string_equal(pk_intent_name(PK_INTENT_HELP), "help");
    assert_string_equal(pk_intent_name((enum pk_intent) 99), "none");
}

/* What a person has to read, what only thanks, and what no person wrote. */
static void test_what_else_there_is(void **state)
{
    static const struct {
        const char *text;
        bool more, polite, machine;
    } cases[] = {
        { "абракадабра", true, false, false },
        { "да 2", false, false, false },
        { "не знам", false, false, false },
        { "Благодаря много!", false, true, false },
        { "Здравейте", false, true, false },
        { "деца", false, false, false },
        { "благодаря 2", false, false, false },
        { "Къде да запиша детето?", true, false, false },
        { "Автоматичен отговор: ще Ви пиша в понеделник", true, false, true },
        { "Out of office until Monday", true, false, true },
        { "Otomatik yanıt", false, false, true },
        { "Ik ben op vakantie tot maandag", true, false, true },
        { "Liked „Идвате ли? Пишете ДА или НЕ.“", false, false, true },
        { "Хареса „Идвате ли? Пишете ДА или НЕ.“", true, false, true },
        { "Хареса „да“", true, false, false }, /* too short to be a text of ours */
        { "Какво значи „Идвате ли? Пишете ДА или НЕ“? Обяснете ми", true, false, false },
        { "„Идвате ли? Пишете ДА или НЕ.“ Кога точно?", true, false, false },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_reply_meaning found;
        pk_reply_understand(pk_catalog_reply_words(*state), pk_slice_of(cases[i].text), &found);
        if (found.more != cases[i].more || found.polite != cases[i].polite || found.machine != cases[i].machine)
            fail_msg("\"%s\": more %d, polite %d, machine %d", cases[i].text, found.more, found.polite, found.machine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stop_is_always_heard),
        cmocka_unit_test(test_yes_and_no_are_not_guessed),
        cmocka_unit_test(test_help_and_start),
        cmocka_unit_test(test_quotations),
        cmocka_unit_test(test_what_else_there_is),
        cmocka_unit_test(test_odd_inputs),
        cmocka_unit_test(test_lists_refuse),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
