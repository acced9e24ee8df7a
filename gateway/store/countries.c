/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The country of an address, kept beside it: routes are chosen by it, and the address itself is sealed. Found when the address
 * is added; those from before get theirs in steps, at start, before anything is planned.
 */
#include "gateway/store/internal.h"
#include "gateway/store/recipients.h"

#include "gateway/language/phone.h"

#define STEP_MAX 512u
#define CLEAR_MAX 1024u

void pk_country_copy(char to[3], struct pk_slice country)
{
    size_t n = country.len == 2 ? 2 : 0;
    memcpy(to, country.data, n);
    to[n] = '\0';
}

void pk_country_of(struct pk_slice value, char ret_country[3])
{
    ret_country[0] = '\0';
    if (value.len > 1 && value.data[0] == '+') /* a number; chats and mail have none */
        pk_phone_country(value, ret_country);
}

static int collect(struct pk_store *store, size_t max, int64_t *ret_ids, size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id FROM address INDEXED BY address_without_country WHERE country IS NULL ORDER BY id LIMIT ?1");
    pk_sql_bind(rows, "i", (int64_t) max);
    size_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1)
        ret_ids[count++] = sqlite3_column_int64(rows, 0);
    *ret_count = count;
    return r;
}

/* One that no key opens any more has none: it cannot be written to either. */
static int fill_one(struct pk_store *store, int64_t id, struct pk_error *err)
{
    struct pk_buf clear;
    char country[3] = "";
    pk_buf_init(&clear, CLEAR_MAX);
    if (pk_address_value(store, id, &clear, NULL) == 0)
        pk_country_of(pk_buf_slice(&clear), country);
    pk_buf_wipe(&clear);
    return pk_sql_write(store, err, "UPDATE address SET country = ?2 WHERE id = ?1", "it", id, pk_slice_of(country));
}

int pk_countries_fill(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    size_t count = 0;
    (void) now_ms;
    int r = collect(store, max < STEP_MAX ? max : STEP_MAX, ids, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = fill_one(store, ids[i], err);
    if (r == 0)
        *ret_count = count;
    return r;
}
