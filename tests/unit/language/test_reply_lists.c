/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists that an adviser can add to: a new word is understood, and one that another list has is refused, with both places. */
#include "tests/unit/language/folder.h"

#define LANGUAGE "[language]\nname = X\n" FOLDER_DATES "[replies]\n"

static struct pk_catalog *load(const struct folder *folder, struct told *told)
{
    struct pk_catalog *catalog = NULL;
    (void) pk_catalog_load(folder->path, &told->report, &catalog, NULL);
    return catalog;
}

static enum pk_intent intent_of(const struct pk_catalog *catalog, const char *text)
{
    struct pk_reply_meaning found;
    pk_reply_understand(pk_catalog_reply_words(catalog), pk_slice_of(text), &found);
    return found.intent;
}

static void test_a_word_added_is_understood(void **state)
{
    struct folder folder;
    struct told told;
    (void) state;
    folder_make(&folder);
    told_begin(&told);
    folder_write(&folder, "nl", "language.ini", LANGUAGE "stop-whole = uit\nstart = aan\nyes = ja\n");
    struct pk_catalog *catalog = load(&folder, &told);
    assert_non_null(catalog);
    assert_int_equal(intent_of(catalog, "genoeg"), PK_INTENT_NONE);
    pk_catalog_free(catalog);
    folder_write(&folder, "nl", "language.ini", LANGUAGE "stop-whole = uit, genoeg\nstart = aan\nyes = ja\n");
    catalog = load(&folder, &told);
    assert_non_null(catalog);
    assert_int_equal(intent_of(catalog, "GENOEG!"), PK_INTENT_STOP);
    pk_catalog_free(catalog);
    told_end(&told);
    folder_remove(&folder);
}

static void test_a_word_of_two_lists_is_refused_with_both_places(void **state)
{
    static const struct {
        const char *nl, *xx, *told;
    } cases[] = {
        /* the same word, whatever the language, the case and the marks */
        { "yes = ja\n", "no = JÁ\n",
          "[replies] no: \"JÁ\" stands in list yes of language nl too (nl/language.ini:17) | Keep it in one of them, whatever the language." },
        /* in one language */
        { "yes = ja\nstop-first = ja\n", "no = nee\n",
          "[replies] stop-first: \"ja\" stands in list yes of language nl too (nl/language.ini:17) | Keep it in one of them, whatever the "
          "language." },
        /* a phrase, however it is spaced */
        { "stop-phrase = schrijf me uit\n", "start = Schrijf  me - uit\n",
          "[replies] start: \"Schrijf  me - uit\" stands in list stop-phrase of language nl too (nl/language.ini:17) | Keep it in one of "
          "them, whatever the language." },
        /* only as people in a hurry spell it: stretched, digits for letters, w for v */
        { "yes = ja\n", "no = jaa\n",
          "[replies] no: \"jaa\" reads like a word in list yes of language nl too (nl/language.ini:17) | Take it out of one of them: people "
          "in a hurry spell both the same." },
        { "yes = да\n", "no = дааа\n",
          "[replies] no: \"дааа\" reads like a word in list yes of language nl too (nl/language.ini:17) | Take it out of one of them: people "
          "in a hurry spell both the same." },
        { "yes = vaw\n", "no = wav\n",
          "[replies] no: \"wav\" reads like a word in list yes of language nl too (nl/language.ini:17) | Take it out of one of them: people "
          "in a hurry spell both the same." },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct folder folder;
        struct told told;
        char text[1024];
        folder_make(&folder);
        told_begin(&told);
        (void) snprintf(text, sizeof text, "%s%s", LANGUAGE, cases[i].nl);
        folder_write(&folder, "nl", "language.ini", text);
        (void) snprintf(text, sizeof text, "%s%s", LANGUAGE, cases[i].xx);
        folder_write(&folder, "xx", "language.ini", text);
        assert_null(load(&folder, &told));
        assert_int_equal(told.report.count, 1);
        if (!strstr(pk_buf_text(&told.text), cases[i].told))
            fail_msg("case %zu is told as\n%s", i, pk_buf_text(&told.text));
        assert_memory_equal(pk_buf_text(&told.text), "language.ini:1", 14);
        told_end(&told);
        folder_remove(&folder);
    }
}

static void test_the_same_meaning_twice_is_no_conflict(void **state)
{
    struct folder folder;
    struct told told;
    (void) state;
    folder_make(&folder);
    told_begin(&told);
    folder_write(&folder, "nl", "language.ini", LANGUAGE "yes = ja\n");
    folder_write(&folder, "xx", "language.ini", LANGUAGE "yes = ja, jaa\n");
    struct pk_catalog *catalog = load(&folder, &told);
    assert_non_null(catalog);
    assert_int_equal(intent_of(catalog, "jaaa"), PK_INTENT_YES);
    pk_catalog_free(catalog);
    told_end(&told);
    folder_remove(&folder);
}

static void test_dutch_on_and_off(void **state)
{
    struct told told;
    struct pk_catalog *catalog = NULL;
    (void) state;
    told_begin(&told);
    assert_int_equal(pk_catalog_load(PK_TEST_TEMPLATES, &told.report, &catalog, NULL), 0);
    assert_int_equal(intent_of(catalog, "UIT"), PK_INTENT_STOP);
    assert_int_equal(intent_of(catalog, "uit aub"), PK_INTENT_STOP);
    assert_int_equal(intent_of(catalog, "Aan"), PK_INTENT_START);
    assert_int_equal(intent_of(catalog, "uit welke klas?"), PK_INTENT_NONE); /* Dutch sentences begin so */
    assert_int_equal(intent_of(catalog, "wij komen aan"), PK_INTENT_NONE);
    pk_catalog_free(catalog);
    told_end(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_word_added_is_understood),
        cmocka_unit_test(test_a_word_of_two_lists_is_refused_with_both_places),
        cmocka_unit_test(test_the_same_meaning_twice_is_no_conflict),
        cmocka_unit_test(test_dutch_on_and_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
