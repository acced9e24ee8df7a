/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers as people write them. They are the sample numbers of manuals: the library knows no range without subscribers. */
#include "tests/unit/language/support.h"

#include "gateway/language/phone.h"

static void check(const char *text, enum pk_phone_status status, const char *e164)
{
    char found[PK_PHONE_MAX] = "untouched";
    enum pk_phone_status got = pk_phone_parse(pk_slice_of(text), "NL", found);
    if (got != status)
        print_message("\"%s\" is read as %d\n", text, (int) got);
    assert_int_equal(got, status);
    assert_string_equal(found, e164);
}

static void test_dutch_mobiles(void **state)
{
    (void) state;
    static const char *const written[] = {
        "06 12345678",      "0612345678",
        "06-12 34 56 78",   "06.12.34.56.78",
        "(06) 12345678",    "612345678",
        "31612345678",      "+31 (0)6 12345678",
        "+310612345678",    "0031 6 12345678",
        "tel:+31612345678", "тел. 06 12345678",
        "０６１２３45678",  "\u202a+31612345678\u202c",
        "06\u201112345678",
    };
    for (size_t i = 0; i < PK_COUNT(written); i++)
        check(written[i], PK_PHONE_OK, "+31612345678");
}

static void test_bulgarian_mobiles(void **state)
{
    (void) state;
    static const char *const written[] = { "+359 88 000 1234", "00359880001234", "+359 (0)88 0001234", "+3590880001234",
                                           "359880001234" };
    for (size_t i = 0; i < PK_COUNT(written); i++)
        check(written[i], PK_PHONE_OK, "+359880001234");
}

static void test_national_form_is_asked_about(void **state)
{
    (void) state;
    /* A Dutch reading exists for the first two; for none of them is it stored silently. */
    check("0888 000 123", PK_PHONE_AMBIGUOUS, "+359888000123");
    check("0878 000 123", PK_PHONE_AMBIGUOUS, "+359878000123");
    check("0899 000 123", PK_PHONE_AMBIGUOUS, "+359899000123");
}

static void test_no_sms(void **state)
{
    (void) state;
    static const char *const written[] = { "075 123 4567", "0800 1234", "14 075", "+359 2 980 0000", "097 0000 00000" };
    for (size_t i = 0; i < PK_COUNT(written); i++)
        check(written[i], PK_PHONE_NOT_SMS, "untouched");
}

static void examine(const char *text, const char *e164, const char *suggest, const char *type)
{
    struct pk_phone found;
    pk_phone_examine(pk_slice_of(text), "NL", &found);
    assert_string_equal(found.e164, e164);
    assert_string_equal(found.suggest, suggest);
    assert_string_equal(found.type ? found.type : "", type);
}

static void test_kinds(void **state)
{
    (void) state;
    examine("06 12345678", "+31612345678", "", "mobile");
    examine("359880001234", "+359880001234", "", "mobile");
    examine("075 123 4567", "+31751234567", "", "fixed");
    examine("0800 1234", "+318001234", "", "freephone");
    examine("0900 1234", "+319001234", "", "premium");
    examine("14 075", "+3114075", "", "company");
    examine("097 0000 00000", "+3197000000000", "", "machine");
    examine("+1 201 555 0123", "+12015550123", "", "fixed-or-mobile");
    /* Nothing is told of what is not certain. */
    examine("0888 000 123", "", "+359888000123", "");
    examine("112", "", "", "");
    examine("\xff", "", "", "");
}

static void test_regions(void **state)
{
    (void) state;
    assert_true(pk_phone_region_known("NL") && pk_phone_region_known("BG") && pk_phone_region_known("TR"));
    static const char *const others[] = { "", "N", "nl", "ZZ", "001", "NLD", "N\xc3", "  " };
    for (size_t i = 0; i < PK_COUNT(others); i++)
        assert_false(pk_phone_region_known(others[i]));
}

static void test_invalid(void **state)
{
    (void) state;
    static const char *const written[] = {
        "",
        " ",
        "06 1234567",
        "06 123456785",
        "O6 12345678",
        "06 1234O678",
        "06 12345678 mama",
        "06 12345678 мама",
        "06 1234О678", /* a Cyrillic letter */
        "06 12345678 ext 5",
        "06 12345678 / 06 87654321",
        "112",
        "0532 123 4567",
        "geen nummer",
        "+",
        "\xff",
    };
    for (size_t i = 0; i < PK_COUNT(written); i++)
        check(written[i], PK_PHONE_INVALID, "untouched");
    char large[1000];
    memset(large, '0', sizeof large);
    char found[PK_PHONE_MAX];
    assert_int_equal(pk_phone_parse(pk_slice_make(large, sizeof large), "NL", found), PK_PHONE_INVALID);
    assert_int_equal(pk_phone_parse(PK_SLICE("06\0 12345678"), "NL", found), PK_PHONE_INVALID);
}

static void test_other_regions(void **state)
{
    (void) state;
    char found[PK_PHONE_MAX];
    assert_int_equal(pk_phone_parse(PK_SLICE("088 000 1234"), "BG", found), PK_PHONE_OK);
    assert_string_equal(found, "+359880001234");
}

static void test_countries(void **state)
{
    (void) state;
    static const struct {
        const char *number, *country;
    } cases[] = { { "+31612345678", "NL" }, { "+359880001234", "BG" }, { "+905301234567", "TR" }, { "+4915123456789", "DE" },
                  { "+99999999999", "" }, { "0612345678", "" }, { "", "" }, { "somebody", "" } };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char country[3] = "??";
        pk_phone_country(pk_slice_of(cases[i].number), country);
        assert_string_equal(country, cases[i].country);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dutch_mobiles),
        cmocka_unit_test(test_bulgarian_mobiles),
        cmocka_unit_test(test_countries),
        cmocka_unit_test(test_national_form_is_asked_about),
        cmocka_unit_test(test_no_sms),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_regions),
        cmocka_unit_test(test_invalid),
        cmocka_unit_test(test_other_regions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
