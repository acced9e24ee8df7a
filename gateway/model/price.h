/* SPDX-License-Identifier: EUPL-1.2 */
/* Prices: integers in 1/10,000 of a currency, never binary fractions. Pure. */
#ifndef PK_MODEL_PRICE_H
#define PK_MODEL_PRICE_H

#include "gateway/base/buf.h"

#define PK_PRICE_UNIT 10000 /* of these to one euro */
#define PK_PRICE_MAX (1000ll * PK_PRICE_UNIT) /* of one part */
#define PK_PRICE_TEXT_MAX 40

struct pk_price {
    int64_t amount;
    char currency[4]; /* "EUR"; "" = no price is known */
};

/* "0.065 EUR": at most four digits behind the point, three capital letters. PK_E_INVALID; *ret_price is unchanged then. */
int pk_price_parse(struct pk_slice text, struct pk_price *ret_price);
/* "0.065 EUR", with at least two digits behind the point. */
const char *pk_price_text(const struct pk_price *price, char ret_text[PK_PRICE_TEXT_MAX]);

#endif
