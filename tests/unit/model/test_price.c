/* SPDX-License-Identifier: EUPL-1.2 */
/* Prices as they are written, and as they are told: exact to the ten-thousandth, and nothing else is taken for one. */
#include "tests/unit/cmocka.h"

#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"
#include "gateway/model/price.h"

static void prices_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        int64_t amount;
        const char *told;
    } cases[] = {
        { "0.065 EUR", 650, "0.065 EUR" }, { "1 EUR", 10000, "1.00 EUR" },      { "0.0001 BGN", 1, "0.0001 BGN" },
        { "12.5  EUR", 125000, "12.50 EUR" }, { "0 EUR", 0, "0.00 EUR" }, { "1000 EUR", 10000000, "1000.00 EUR" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char text[PK_PRICE_TEXT_MAX];
        struct pk_price price = { 0 };
        if (pk_price_parse(pk_slice_of(cases[i].text), &price) != 0)
            fail_msg("%s is not read", cases[i].text);
        assert_int_equal(price.amount, cases[i].amount);
        assert_string_equal(pk_price_text(&price, text), cases[i].told);
    }
}

static void what_is_no_price_is_refused(void **state)
{
    static const char *const texts[] = { "",          "EUR",       "0.065",    "0.065EUR",   "0,065 EUR", "0.00001 EUR", "-1 EUR",
                                         "0. EUR",    ".5 EUR",    "1 eur",    "1 EURO",     "1 EU",      "1000.0001 EUR", "1e3 EUR",
                                         "0.-5 EUR",  "1 EUR x",   "99999999999999999999 EUR" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(texts); i++) {
        struct pk_price price = { .amount = 7 };
        if (pk_price_parse(pk_slice_of(texts[i]), &price) == 0)
            fail_msg("\"%s\" was taken for a price", texts[i]);
        assert_int_equal(price.amount, 7);
    }
}

static void a_table_is_by_country(void **state)
{
    struct pk_prices prices = { .currency = "EUR" };
    struct pk_slice wrong;
    int64_t least, most;
    (void) state;
    assert_int_equal(pk_prices_parse(PK_SLICE("NL 0.0725, BG 0.0890 ,* 0.12"), &prices, &wrong), 0);
    assert_int_equal(prices.count, 3);
    assert_int_equal(pk_prices_of(&prices, "NL", 1), 725);
    assert_int_equal(pk_prices_of(&prices, "BG", 3), 3 * 890);
    assert_int_equal(pk_prices_of(&prices, "TR", 2), 2400);
    assert_int_equal(pk_prices_of(&prices, "", 0), 1200); /* an address without a country; not counted is one */
    assert_true(pk_prices_by_country(&prices));
    pk_prices_bounds(&prices, &least, &most);
    assert_true(least == 725 && most == 1200);
    prices.per_message = true;
    assert_int_equal(pk_prices_of(&prices, "BG", 3), 890);
    assert_int_equal(pk_prices_parse(PK_SLICE("* 0.12, NL 0.07"), &prices, &wrong), 0); /* in any order */
    assert_int_equal(pk_prices_of(&prices, "NL", 1), 700);
    assert_int_equal(pk_prices_parse(PK_SLICE("NL 0.07"), &prices, &wrong), 0);
    assert_int_equal(pk_prices_of(&prices, "BG", 1), 0);
    assert_true(pk_prices_by_country(&prices));
}

static void one_price_is_of_every_country(void **state)
{
    static const char *const texts[] = { "0.065 EUR", "0.065" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(texts); i++) {
        struct pk_prices prices = { .currency = "EUR" };
        struct pk_slice wrong;
        int64_t least, most;
        assert_int_equal(pk_prices_parse(pk_slice_of(texts[i]), &prices, &wrong), 0);
        assert_int_equal(pk_prices_of(&prices, "NL", 255), 255 * 650);
        assert_int_equal(pk_prices_of(&prices, "", 1), 650);
        assert_false(pk_prices_by_country(&prices));
        pk_prices_bounds(&prices, &least, &most);
        assert_true(least == 650 && most == 650);
    }
    const struct pk_prices none = { 0 };
    assert_int_equal(pk_prices_of(&none, "NL", 3), 0);
}

static void what_is_no_table_is_refused(void **state)
{
    static const char *const texts[][2] = {
        { "NL 0.0725, NL 0.08", "NL 0.08" }, { "NL", "NL" },          { "NL 0.07,", NULL },         { "nl 0.07", "nl 0.07" },
        { "NLD 0.07", "NLD 0.07" },          { "NL 0,07", "07" },   { "* 0.1, * 0.2", "* 0.2" },  { "NL 0.07 EUR", "NL 0.07 EUR" },
        { "0.065 USD", "0.065 USD" },        { "NL -1", "NL -1" },    { "NL 0.00001", "NL 0.00001" }, { "NL 1000.01", "NL 1000.01" },
        { "", "" },                          { "* ", "*" },           { "0.07, NL 0.08", "0.07, NL 0.08" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(texts); i++) {
        struct pk_prices prices = { .currency = "EUR" };
        struct pk_slice wrong = { 0 };
        int r = pk_prices_parse(pk_slice_of(texts[i][0]), &prices, &wrong);
        if (!texts[i][1]) {
            assert_int_equal(r, 0); /* a comma at the end is none of a list */
            continue;
        }
        if (r == 0 || !pk_slice_is(wrong, texts[i][1]))
            fail_msg("\"%s\": %d, wrong is \"%.*s\"", texts[i][0], r, PK_SLICE_ARG(wrong));
        assert_int_equal(prices.count, 0);
    }
}

static void amounts_are_exact(void **state)
{
    char text[PK_PRICE_TEXT_MAX];
    int64_t amount = 7;
    (void) state;
    assert_int_equal(pk_amount_parse(PK_SLICE("40.00"), 50 * 10000, &amount), 0);
    assert_int_equal(amount, 400000);
    assert_string_equal(pk_amount_text(amount, text), "40.00");
    assert_string_equal(pk_amount_text(1, text), "0.0001");
    assert_string_equal(pk_amount_text(123450, text), "12.345");
    assert_int_equal(pk_amount_parse(PK_SLICE("50.0001"), 50 * 10000, &amount), PK_E_INVALID);
    assert_int_equal(pk_amount_parse(PK_SLICE("0.00005"), 50 * 10000, &amount), PK_E_INVALID); /* nothing is rounded */
    assert_int_equal(amount, 400000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_are_read_exactly),
        cmocka_unit_test(what_is_no_price_is_refused),
        cmocka_unit_test(a_table_is_by_country),
        cmocka_unit_test(one_price_is_of_every_country),
        cmocka_unit_test(what_is_no_table_is_refused),
        cmocka_unit_test(amounts_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
