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

int pk_amount_parse(struct pk_slice text, int64_t max, int64_t *ret_amount)
{
    struct pk_slice rest = text, whole;
    char fraction[5] = "0000";
    int64_t units, parts;
    if (!pk_slice_cut(&rest, '.', &whole) || !digits(whole) || pk_parse_int(whole, 0, max / PK_PRICE_UNIT, &units) != 0)
        return PK_E_INVALID;
    if (whole.len < text.len) {
        struct pk_slice behind = pk_slice_make(text.data + whole.len + 1, text.len - whole.len - 1);
        if (!digits(behind) || behind.len > 4)
            return PK_E_INVALID;
        memcpy(fraction, behind.data, behind.len);
    }
    if (pk_parse_int(pk_slice_make(fraction, 4), 0, PK_PRICE_UNIT - 1, &parts) != 0 || units * PK_PRICE_UNIT + parts > max)
        return PK_E_INVALID;
    *ret_amount = units * PK_PRICE_UNIT + parts;
    return 0;
}

int pk_price_parse(struct pk_slice text, struct pk_price *ret_price)
{
    struct pk_price price = { 0 };
    struct pk_slice amount;
    if (!pk_slice_cut(&text, ' ', &amount) || pk_amount_parse(amount, PK_PRICE_MAX, &price.amount) != 0 || !text.data || !is_currency(pk_slice_trim(text)))
        return PK_E_INVALID;
    memcpy(price.currency, pk_slice_trim(text).data, 3);
    *ret_price = price;
    return 0;
}

const char *pk_amount_text(int64_t amount, char ret_text[PK_PRICE_TEXT_MAX])
{
    char fraction[16];
    (void) snprintf(fraction, sizeof fraction, "%04u", (unsigned) (amount % PK_PRICE_UNIT));
    for (size_t width = 4; width > 2 && fraction[width - 1] == '0'; width--)
        fraction[width - 1] = '\0';
    (void) snprintf(ret_text, PK_PRICE_TEXT_MAX, "%lld.%s", (long long) (amount / PK_PRICE_UNIT), fraction);
    return ret_text;
}

const char *pk_price_text(const struct pk_price *price, char ret_text[PK_PRICE_TEXT_MAX])
{
    char amount[PK_PRICE_TEXT_MAX];
    (void) snprintf(ret_text, PK_PRICE_TEXT_MAX, "%.30s %s", pk_amount_text(price->amount, amount), price->currency);
    return ret_text;
}

/* ---- by country ---- */

static bool is_country(struct pk_slice text)
{
    bool letters = text.len == 2;
    for (size_t i = 0; letters && i < text.len; i++)
        letters = text.data[i] >= 'A' && text.data[i] <= 'Z';
    return letters || pk_slice_is(text, "*");
}

static bool add_row(struct pk_prices *prices, struct pk_slice country, struct pk_slice amount)
{
    int64_t value;
    if (prices->count == PK_PRICE_ROWS_MAX || !is_country(country) || pk_amount_parse(amount, PK_PRICE_MAX, &value) != 0)
        return false;
    for (uint32_t i = 0; i < prices->count; i++)
        if (pk_slice_is(country, prices->rows[i].country))
            return false;
    struct pk_price_row *row = &prices->rows[prices->count++];
    *row = (struct pk_price_row){ .amount = (int32_t) value };
    memcpy(row->country, country.data, country.len);
    return true;
}

/* "0.065" or "0.065 EUR": of every country. */
static bool parse_single(struct pk_slice text, struct pk_prices *prices)
{
    struct pk_price price;
    struct pk_slice rest = text, front;
    int64_t amount;
    if (pk_amount_parse(text, PK_PRICE_MAX, &amount) == 0)
        return add_row(prices, PK_SLICE("*"), text);
    if (pk_price_parse(text, &price) != 0 || (prices->currency[0] && strcmp(prices->currency, price.currency) != 0))
        return false;
    memcpy(prices->currency, price.currency, sizeof prices->currency);
    return pk_slice_cut(&rest, ' ', &front) && add_row(prices, PK_SLICE("*"), front);
}

int pk_prices_parse(struct pk_slice text, struct pk_prices *prices, struct pk_slice *ret_wrong)
{
    struct pk_prices read = { .per_message = prices->per_message };
    struct pk_slice rest = text, piece, country;
    memcpy(read.currency, prices->currency, sizeof read.currency);
    *ret_wrong = text;
    if (text.len > 0 && text.data[0] >= '0' && text.data[0] <= '9') {
        if (!parse_single(text, &read))
            return PK_E_INVALID;
        *prices = read;
        return 0;
    }
    while (pk_slice_cut(&rest, ',', &piece)) {
        struct pk_slice amount = pk_slice_trim(piece);
        *ret_wrong = amount;
        if (!pk_slice_cut(&amount, ' ', &country) || !amount.data || !add_row(&read, country, pk_slice_trim(amount)))
            return PK_E_INVALID;
    }
    if (read.count == 0)
        return PK_E_INVALID;
    *prices = read;
    return 0;
}

int64_t pk_prices_of(const struct pk_prices *prices, const char *country, uint32_t parts)
{
    int64_t each = 0;
    for (uint32_t i = 0; i < prices->count; i++) {
        const struct pk_price_row *row = &prices->rows[i];
        if (country[0] != '\0' && strcmp(row->country, country) == 0) {
            each = row->amount;
            break;
        }
        if (row->country[0] == '*')
            each = row->amount;
    }
    return prices->per_message || parts == 0 ? each : each * parts;
}

bool pk_prices_by_country(const struct pk_prices *prices)
{
    return prices->count > 1 || (prices->count == 1 && prices->rows[0].country[0] != '*');
}

void pk_prices_bounds(const struct pk_prices *prices, int64_t *ret_least, int64_t *ret_most)
{
    *ret_least = *ret_most = prices->count > 0 ? prices->rows[0].amount : 0;
    for (uint32_t i = 1; i < prices->count; i++) {
        if (prices->rows[i].amount < *ret_least)
            *ret_least = prices->rows[i].amount;
        if (prices->rows[i].amount > *ret_most)
            *ret_most = prices->rows[i].amount;
    }
}
