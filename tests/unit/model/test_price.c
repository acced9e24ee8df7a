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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(prices_are_read_exactly), cmocka_unit_test(what_is_no_price_is_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
