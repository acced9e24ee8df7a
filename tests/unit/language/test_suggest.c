/* SPDX-License-Identifier: EUPL-1.2 */
/* What is proposed for a character that makes a text cost more; and that what is proposed does not. */
#include "tests/unit/language/support.h"

#include "gateway/language/segment.h"

static void check(uint32_t codepoint, enum pk_instead wanted, const char *text)
{
    char found[PK_INSTEAD_MAX] = "untouched";
    enum pk_instead instead = pk_segment_suggest(codepoint, found);
    if (instead != wanted || strcmp(found, text) != 0)
        fail_msg("U+%04X: %d \"%s\"", codepoint, (int) instead, found);
}

static void test_signs(void **state)
{
    (void) state;
    check(U'„', PK_INSTEAD_SIGN, "\"");
    check(U'’', PK_INSTEAD_SIGN, "'");
    check(U'–', PK_INSTEAD_SIGN, "-");
    check(U'…', PK_INSTEAD_SIGN, "...");
    check(U'№', PK_INSTEAD_SIGN, "No");
    check(U'•', PK_INSTEAD_SIGN, "-");
    check(U'`', PK_INSTEAD_SIGN, "'");
    check(U'½', PK_INSTEAD_NOTHING, ""); /* it would need a sign that is outside as well */
    check(0x00a0, PK_INSTEAD_SIGN, " ");
    check(0x202f, PK_INSTEAD_SIGN, " ");
    check('\t', PK_INSTEAD_SIGN, " ");
}

static void test_letters(void **state)
{
    (void) state;
    check(U'ë', PK_INSTEAD_LETTER, "e");
    check(U'ï', PK_INSTEAD_LETTER, "i");
    check(U'ç', PK_INSTEAD_LETTER, "c");
    check(U'ş', PK_INSTEAD_LETTER, "s");
    check(U'ğ', PK_INSTEAD_LETTER, "g");
    check(U'ı', PK_INSTEAD_LETTER, "i");
    check(U'İ', PK_INSTEAD_LETTER, "I");
    check(U'ł', PK_INSTEAD_LETTER, "l");
}

static void test_cyrillic_is_another_alphabet(void **state)
{
    (void) state;
    check(U'я', PK_INSTEAD_LATIN, "");
    check(U'С', PK_INSTEAD_LATIN, "");
    check(U'й', PK_INSTEAD_LATIN, "");
    check(U'ѝ', PK_INSTEAD_LATIN, "");
    check(U'ў', PK_INSTEAD_LATIN, "");
}

static void test_what_nobody_sees(void **state)
{
    (void) state;
    check(0x00ad, PK_INSTEAD_DROP, "");
    check(0x200b, PK_INSTEAD_DROP, "");
    check(0xfeff, PK_INSTEAD_DROP, "");
    check(0x0301, PK_INSTEAD_DROP, "");
    check(0x0007, PK_INSTEAD_DROP, "");
}

static void test_nothing_says_the_same(void **state)
{
    (void) state;
    check(0x1f44d, PK_INSTEAD_NOTHING, "");
    check(U'中', PK_INSTEAD_NOTHING, "");
    check(U'α', PK_INSTEAD_NOTHING, "");
    /* Nothing is wrong with these, or they are no characters. */
    check('a', PK_INSTEAD_NOTHING, "");
    check(U'€', PK_INSTEAD_NOTHING, "");
    check(0, PK_INSTEAD_NOTHING, "");
    check(0xd800, PK_INSTEAD_NOTHING, "");
    check(0x110000, PK_INSTEAD_NOTHING, "");
    check(0xffffffff, PK_INSTEAD_NOTHING, "");
}

/* Of every character there is: a proposal is in the alphabet, and only what is outside gets one. */
static void test_every_character(void **state)
{
    (void) state;
    size_t proposed = 0;
    for (uint32_t c = 1; c <= 0x10ffff; c++) {
        char text[PK_INSTEAD_MAX];
        struct pk_segmentation found;
        enum pk_instead instead = pk_segment_suggest(c, text);
        bool with_text = instead == PK_INSTEAD_SIGN || instead == PK_INSTEAD_LETTER;
        if (with_text != (text[0] != '\0') || (instead != PK_INSTEAD_NOTHING && pk_gsm7_has(c)))
            fail_msg("U+%04X: %d \"%s\"", c, (int) instead, text);
        if (!with_text)
            continue;
        assert_int_equal(pk_segment(pk_slice_of(text), false, &found, NULL), 0);
        assert_int_equal(found.encoding, PK_ENCODING_GSM7);
        proposed++;
    }
    assert_true(proposed > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signs),
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_cyrillic_is_another_alphabet),
        cmocka_unit_test(test_what_nobody_sees),
        cmocka_unit_test(test_nothing_says_the_same),
        cmocka_unit_test(test_every_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
