/* SPDX-License-Identifier: EUPL-1.2 */
/* Prices: integers in 1/10,000 of a currency, never binary fractions. Pure. */
#ifndef PK_MODEL_PRICE_H
#define PK_MODEL_PRICE_H

#include "gateway/base/buf.h"

#define PK_PRICE_UNIT 10000 /* of these to one euro */
#define PK_PRICE_MAX (1000ll * PK_PRICE_UNIT) /* of one part */
#define PK_PRICE_TEXT_MAX 40

#define PK_PRICE_ROWS_MAX 64u

struct pk_price {
    int64_t amount;
    char currency[4]; /* "EUR"; "" = no price is known */
};

/* What an account's messages cost, by the country of the number. Copied whole. */
struct pk_prices {
    char currency[4]; /* "" = not said; without rows: of the budget and of what the provider reports */
    bool per_message; /* each is of a message, else of a part */
    uint32_t count; /* 0 = no price is known */
    struct pk_price_row {
        char country[3]; /* "NL"; "*" = of every country that has no row, and of addresses without one */
        int32_t amount;
    } rows[PK_PRICE_ROWS_MAX];
};

/* "0.065 EUR": at most four digits behind the point, three capital letters. PK_E_INVALID; *ret_price is unchanged then. */
int pk_price_parse(struct pk_slice text, struct pk_price *ret_price);
/* "0.065 EUR", with at least two digits behind the point. */
const char *pk_price_text(const struct pk_price *price, char ret_text[PK_PRICE_TEXT_MAX]);

/* "40.00", "0.065": at most four digits behind the point, at most `max`. PK_E_INVALID; *ret_amount is unchanged then. */
int pk_amount_parse(struct pk_slice text, int64_t max, int64_t *ret_amount);
/* "40.00", with at least two digits behind the point. */
const char *pk_amount_text(int64_t amount, char ret_text[PK_PRICE_TEXT_MAX]);

/* "NL 0.0725, BG 0.0890, * 0.12", "0.065" or "0.065 EUR". The currency of `prices` is filled only by the last form, which may not
 * contradict the one that is there. PK_E_INVALID with *ret_wrong = the piece that is wrong; *prices is unchanged then. */
int pk_prices_parse(struct pk_slice text, struct pk_prices *prices, struct pk_slice *ret_wrong);
/* Of one message of so many parts (at least 1 is counted) to a number of this country ("" = none, or not known); 0 where no row
 * is about it. */
int64_t pk_prices_of(const struct pk_prices *prices, const char *country, uint32_t parts);
/* Does it depend on the country? */
bool pk_prices_by_country(const struct pk_prices *prices);
/* The least and the most of one part, or message; 0 and 0 when no price is known. */
void pk_prices_bounds(const struct pk_prices *prices, int64_t *ret_least, int64_t *ret_most);

#endif
