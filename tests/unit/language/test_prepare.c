/* SPDX-License-Identifier: EUPL-1.2 */
/* Text made fit for sending, Cyrillic to Latin, and Latin to the GSM alphabet. */
#include "tests/unit/language/support.h"

#include "gateway/language/prepare.h"

typedef int (*rewrite)(struct pk_slice text, struct pk_buf *out);

static void check(rewrite function, struct pk_slice text, const char *wanted)
{
    struct pk_buf out;
    pk_buf_init(&out, 65536);
    assert_int_equal(function(text, &out), 0);
    assert_string_equal(pk_buf_text(&out), wanted);
    pk_buf_finish(&out);
}

static void test_prepare(void **state)
{
    (void) state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        { "  да  ", "да" },
        { "и\u0306од", "йод" },                   /* one normal form */
        { "СТ\u200bО\u00adП\ufeff", "СТОП" },     /* invisible characters */
        { "\u202aДа\u202c\u2066!\u2069", "Да!" }, /* directions */
        { "2026\u202fг. 1\u00a0000", "2026 г. 1 000" },
        { "а\tб\rв\x01г\n\nд", "а бвг\n\nд" }, /* controls, but the line feed */
        { "👩\u200d👩\u200d👧 ❤\ufe0f", "👩\u200d👩\u200d👧 ❤\ufe0f" },
        { "а\u200dб\ufe0fв", "абв" },                             /* the same characters outside an emoji */
        { "1\ufe0f\u20e3 2\ufe0f #\ufe0f", "1\ufe0f\u20e3 2 #" }, /* a digit is one only on its key */
        { "и\u200b\u0306", "й" },                                 /* what an invisible character kept apart */
        { "", "" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        check(pk_text_prepare, pk_slice_of(cases[i].from), cases[i].to);
}

static void test_prepare_refuses(void **state)
{
    (void) state;
    struct pk_buf out;
    pk_buf_init(&out, 65536);
    assert_int_equal(pk_text_prepare(PK_SLICE("\xd0"), &out), PK_E_INVALID);
    assert_int_equal(pk_text_prepare(PK_SLICE("\xed\xa0\x80"), &out), PK_E_INVALID);
    assert_int_equal(pk_text_prepare(PK_SLICE("a\0b"), &out), PK_E_INVALID);
    char *large = pk_alloc(65537);
    memset(large, 'a', 65537);
    assert_int_equal(pk_text_prepare(pk_slice_make(large, 65537), &out), PK_E_LIMIT);
    assert_int_equal(out.len, 0);
    assert_int_equal(pk_text_prepare(pk_slice_make(large, 65536), &out), 0);
    pk_buf_finish(&out);
    pk_buf_init(&out, 10);
    assert_int_equal(pk_text_prepare(pk_slice_make(large, 11), &out), PK_E_LIMIT);
    pk_buf_finish(&out);
    free(large);
}

/* One normal form, and every sign where it was: the ends, the tab and what is not seen as well. */
static void test_compose(void **state)
{
    (void) state;
    struct pk_buf out;
    pk_buf_init(&out, 4096);
    assert_int_equal(pk_text_compose(PK_SLICE(" и\u0306 \t\u200b\u00a0e\u0301\n"), &out), 0);
    assert_true(pk_slice_is(pk_buf_slice(&out), " й \t\u200b\u00a0é\n"));
    assert_int_equal(pk_text_compose(PK_SLICE("a\0b"), &out), PK_E_INVALID);
    assert_int_equal(pk_text_compose(PK_SLICE("\xed\xa0\x80"), &out), PK_E_INVALID);
    pk_buf_finish(&out);
}

static void test_transliterate(void **state)
{
    (void) state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        { "щастлива жаба", "shtastliva zhaba" },
        { "Юлия и Мария", "Yulia i Maria" },
        { "Ия, ия.", "Ia, ia." },
        { "Илиян", "Iliyan" },
        { "МАРИЯ ЖЕЛЕЗНА", "MARIA ZHELEZNA" },
        { "Ща ЩА щА Щ", "Shta SHTA shtA Sht" },
        { "България, българия, БЪЛГАРИЯ, Българията", "Bulgaria, bulgaria, BULGARIA, Balgariyata" },
        { "в България-юг", "v Bulgaria-yug" },
        { "ѝ ы э ё і ї ј љ њ џ ђ ѓ ќ ћ ѕ ґ ѣ ѫ", "i y e yo i yi y ly ny dzh dzh g k ch dz g e a" },
        { "Zaandam 5 €, „Дам“", "Zaandam 5 €, „Dam“" },
        { "", "" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        check(pk_transliterate_bg, pk_slice_of(cases[i].from), cases[i].to);
}

static void test_gsm_safe(void **state)
{
    (void) state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        { "„a“ «b» ‘c’ `d`", "\"a\" \"b\" 'c' 'd'" },
        { "a–b—c…№7", "a-b-c...No7" },
        { "ë ï ş ç Ż", "e i s c Z" },
        { "é ü ß € Ω [x]", "é ü ß € Ω [x]" },
        { "ł đ ı İ", "l d i I" },
        { "ﬁ ²", "fi 2" },
        { "ok 👍 日本", "ok" },
        { "日本\n ok\n日本\n 👍", "ok" }, /* what is dropped leaves no blank ends */
        { "a\u00adb\u200bc\td", "abc d" },
        { "два", "" },
        { "", "" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        check(pk_gsm_safe, pk_slice_of(cases[i].from), cases[i].to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prepare),       cmocka_unit_test(test_prepare_refuses), cmocka_unit_test(test_compose),
        cmocka_unit_test(test_transliterate), cmocka_unit_test(test_gsm_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
