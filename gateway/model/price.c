/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/price.h"

#include "gateway/base/text.h"
#include "gateway/include/pokana/error.h"

#include <stdio.h>

static bool is_currency(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < 'A' || text.data[i] > 'Z')
            return false;
    return text.len == 3;
}

static bool digits(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len > 0;
}

static bool parse_amount(struct pk_slice text, int64_t *ret_amount)
{
    struct pk_slice rest = text, whole;
    char fraction[5] = "0000";
    int64_t units, parts;
    if (!pk_slice_cut(&rest, '.', &whole) || !digits(whole) || pk_parse_int(whole, 0, PK_PRICE_MAX / PK_PRICE_UNIT, &units) != 0)
        return false;
    if (whole.len < text.len) {
        struct pk_slice behind = pk_slice_make(text.data + whole.len + 1, text.len - whole.len - 1);
        if (!digits(behind) || behind.len > 4)
            return false;
        memcpy(fraction, behind.data, behind.len);
    }
    if (pk_parse_int(pk_slice_make(fraction, 4), 0, PK_PRICE_UNIT - 1, &parts) != 0)
        return false;
    *ret_amount = units * PK_PRICE_UNIT + parts;
    return *ret_amount <= PK_PRICE_MAX;
}

int pk_price_parse(struct pk_slice text, struct pk_price *ret_price)
{
    struct pk_price price = { 0 };
    struct pk_slice amount;
    if (!pk_slice_cut(&text, ' ', &amount) || !parse_amount(amount, &price.amount) || !text.data || !is_currency(pk_slice_trim(text)))
        return PK_E_INVALID;
    memcpy(price.currency, pk_slice_trim(text).data, 3);
    *ret_price = price;
    return 0;
}

const char *pk_price_text(const struct pk_price *price, char ret_text[PK_PRICE_TEXT_MAX])
{
    char fraction[16];
    (void) snprintf(fraction, sizeof fraction, "%04u", (unsigned) (price->amount % PK_PRICE_UNIT));
    for (size_t width = 4; width > 2 && fraction[width - 1] == '0'; width--)
        fraction[width - 1] = '\0';
    (void) snprintf(ret_text, PK_PRICE_TEXT_MAX, "%lld.%s %s", (long long) (price->amount / PK_PRICE_UNIT), fraction, price->currency);
    return ret_text;
}
