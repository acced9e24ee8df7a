/* SPDX-License-Identifier: EUPL-1.2 */
/* Words that are said at a desk: short enough for their text, told apart however they are typed, and lists that are checked. */
#include "tests/unit/language/folder.h"

#include "gateway/language/desk_words.h"

static const struct pk_catalog *shipped(void)
{
    static struct pk_catalog *catalog;
    struct pk_ini_report report = { 0 };
    if (!catalog)
        assert_int_equal(pk_catalog_load(PK_TEST_TEMPLATES, &report, &catalog, NULL), 0);
    return catalog;
}

static void assert_folded(const char *said, const char *wanted)
{
    struct pk_buf out;
    pk_buf_init(&out, 256);
    assert_int_equal(pk_desk_word_fold(pk_slice_of(said), &out), 0);
    assert_string_equal(pk_buf_text(&out), wanted);
    pk_buf_finish(&out);
}

static void however_it_is_typed(void **state)
{
    (void) state;
    static const char *const same[] = { "слънце 47", "СЛЪНЦЕ 47", " слънце  47.", "slantse 47", "Slantse47", "„слънце“ 47" };
    for (size_t i = 0; i < PK_COUNT(same); i++)
        assert_folded(same[i], "slantse47");
    assert_folded("güneş 05", "gunes05");
    assert_folded("GUNES 05", "gunes05");
    assert_folded("yıldız 10", "yildiz10");
    assert_folded("", "");
    struct pk_buf out;
    pk_buf_init(&out, 256);
    assert_int_not_equal(pk_desk_word_fold(pk_slice_make("\xff\xfe", 2), &out), 0);
    pk_buf_finish(&out);
}

/* Of one list no two words are the same once they are folded, and each fits the {word} of its text. */
static void the_shipped_lists(void **state)
{
    (void) state;
    static const char *const tags[] = { "bg", "nl", "tr", "en" };
    for (size_t t = 0; t < PK_COUNT(tags); t++) {
        char seen[64][32];
        for (uint32_t i = 0; i < 24; i++) {
            struct pk_buf word, folded;
            pk_buf_init(&word, 64);
            pk_buf_init(&folded, 64);
            assert_int_equal(pk_desk_word_make(shipped(), pk_slice_of(tags[t]), i, 7, &word), 0);
            assert_int_equal(memcmp(pk_buf_text(&word) + word.len - 3, " 07", 3), 0);
            assert_int_equal(pk_desk_word_fold(pk_buf_slice(&word), &folded), 0);
            (void) snprintf(seen[i], sizeof seen[i], "%s", pk_buf_text(&folded));
            assert_true(strlen(seen[i]) >= 4); /* a word, and its number */
            for (uint32_t j = 0; j < i; j++)
                assert_string_not_equal(seen[i], seen[j]);
            pk_buf_finish(&word);
            pk_buf_finish(&folded);
        }
    }
}

static void lists_are_checked(void **state)
{
    (void) state;
    struct folder folder;
    struct told told;
    struct pk_catalog *catalog = NULL;
    told_begin(&told);
    folder_make(&folder);
    folder_write(&folder, "nl", "language.ini", "[language]\nname = Nederlands\n" FOLDER_DATES "[words]\ndesk = zon, zee, een zin, veeltelangwoord\nother = x\n");
    assert_int_not_equal(pk_catalog_load(folder.path, &told.report, &catalog, NULL), 0);
    static const char *const wanted[] = { "[words] other: there is no key \"other\" | Use desk.", "there are 4 words, and at least 20 are needed",
                                          "\"een zin\" is not a word to say", "\"veeltelangwoord\" is not a word to say" };
    for (size_t i = 0; i < PK_COUNT(wanted); i++)
        if (!strstr(pk_buf_text(&told.text), wanted[i]))
            fail_msg("not told: %s\n%s", wanted[i], pk_buf_text(&told.text));
    told_end(&told);
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(however_it_is_typed),
        cmocka_unit_test(the_shipped_lists),
        cmocka_unit_test(lists_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
