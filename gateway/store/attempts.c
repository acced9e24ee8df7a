/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/attempts.h"

#include "gateway/store/attempt_row.h"
#include "gateway/store/campaign_cost.h"
#include "gateway/store/internal.h"

#include <stdio.h>

#define PLACE "attempt.provider_id"
#define COLUMNS PK_ATTEMPT_COLUMNS

/* Provider ids are unique within an account at most: the account is part of what is hashed. */
void pk_attempt_blind(struct pk_store *store, uint8_t key, uint32_t account, struct pk_slice provider_id,
                      uint8_t ret_blind[PK_BLIND_BYTES])
{
    char kind[32];
    (void) snprintf(kind, sizeof kind, "provider %u", account);
    (void) pk_blind(store->keys, key, kind, provider_id, ret_blind);
}

int pk_attempt_open(struct pk_store *store, const struct pk_attempt *attempt, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "INSERT INTO attempt(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                        "iiuuuiiutuiii", attempt->id, attempt->message, attempt->account, attempt->state, attempt->gate, attempt->opened_ms,
                        attempt->price, attempt->parts, pk_slice_of(attempt->currency), attempt->channel, attempt->beside,
                        attempt->address, attempt->version);
    return r == 0 ? pk_campaign_spends(store, attempt->id, attempt->price, err) : r;
}

int pk_attempt_settle(struct pk_store *store, int64_t id, uint32_t account, uint32_t state, uint32_t reason, struct pk_slice provider_id,
                      struct pk_slice code, uint32_t parts, int64_t price, int64_t now_ms, struct pk_error *err)
{
    uint8_t blind[PK_BLIND_BYTES];
    if (provider_id.len == 0) {
        int r = pk_sql_write(store, err,
                            "UPDATE attempt SET state = ?2, reason = ?3, settled_ms = ?4, parts = CASE ?5 WHEN 0 THEN parts ELSE ?5 END,"
                            " price = priced(price, ?6), code = nullif(?7, '') WHERE id = ?1",
                            "iuuiuit", id, state, reason, now_ms, parts, price, code);
        return pk_campaign_spends_changed(store, id, r, err);
    }
    char sealed_bytes[512];
    struct pk_buf sealed = { .data = sealed_bytes, .cap = sizeof sealed_bytes, .max_bytes = sizeof sealed_bytes - 1 };
    pk_attempt_blind(store, 0, account, provider_id, blind);
    pk_seal(store->keys, PLACE, id, provider_id, &sealed);
    /* Not of a person who was erased while it was being handed over: a provider's id may embed the number. */
    int r = pk_sql_write(store, err,
                        "UPDATE attempt SET state = ?2, reason = ?3, settled_ms = ?4, parts = CASE ?5 WHEN 0 THEN parts ELSE ?5 END,"
                        " price = priced(price, ?6), code = nullif(?7, ''), (provider, provider_id) = (SELECT ?8, ?9 WHERE NOT EXISTS(SELECT 1 FROM message m"
                        " WHERE m.id = attempt.message AND m.address = 0)) WHERE id = ?1",
                        "iuuiuitbb", id, state, reason, now_ms, parts, price, code, pk_slice_make(blind, sizeof blind), pk_buf_slice(&sealed));
    return pk_campaign_spends_changed(store, id, r, err);
}

void pk_attempt_read(sqlite3_stmt *row, struct pk_attempt *ret_attempt)
{
    *ret_attempt = (struct pk_attempt){
        .id = sqlite3_column_int64(row, 0),
        .message = sqlite3_column_int64(row, 1),
        .account = pk_sql_u32(row, 2),
        .state = pk_sql_u32(row, 3),
        .reason = pk_sql_u32(row, 4),
        .gate = pk_sql_u32(row, 5),
        .opened_ms = sqlite3_column_int64(row, 6),
        .settled_ms = sqlite3_column_int64(row, 7),
        .price = sqlite3_column_int64(row, 8),
        .parts = pk_sql_u32(row, 9),
        .channel = pk_sql_u32(row, 11),
        .beside = sqlite3_column_int64(row, 12),
        .address = sqlite3_column_int64(row, 13),
        .version = sqlite3_column_int64(row, 14),
    };
    struct pk_slice currency = pk_sql_text(row, 10);
    if (currency.len < sizeof ret_attempt->currency)
        memcpy(ret_attempt->currency, currency.data, currency.len);
}

static int read_one(struct pk_store *store, sqlite3_stmt *find, struct pk_attempt *ret_attempt, struct pk_error *err)
{
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such attempt");
    pk_attempt_read(find, ret_attempt);
    pk_sql_reset(find);
    return 0;
}

int pk_attempt_get(struct pk_store *store, int64_t id, struct pk_attempt *ret_attempt, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM attempt WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    return read_one(store, find, ret_attempt, err);
}

int pk_attempts_of(struct pk_store *store, int64_t message, int (*each)(void *ctx, const struct pk_attempt *attempt), void *ctx,
                   struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM attempt INDEXED BY attempt_by_message WHERE message = ?1 ORDER BY id");
    pk_sql_bind(rows, "i", message);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_attempt attempt;
        pk_attempt_read(rows, &attempt);
        if ((r = each(ctx, &attempt)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

bool pk_attempt_is_last(struct pk_store *store, const struct pk_attempt *attempt)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM attempt INDEXED BY attempt_by_message WHERE message = ?1 AND id > ?2 AND beside <> ?2"
                      " LIMIT 1",
                      "ii", attempt->message, attempt->id) == 0;
}

int pk_attempt_by_provider(struct pk_store *store, uint32_t account, struct pk_slice provider_id, struct pk_attempt *ret_attempt,
                           struct pk_error *err)
{
    for (size_t i = pk_keyring_count(store->keys); i-- > 0;) {
        uint8_t blind[PK_BLIND_BYTES];
        pk_attempt_blind(store, pk_keyring_id(store->keys, i), account, provider_id, blind);
        sqlite3_stmt *find =
            pk_sql(store, "SELECT " COLUMNS " FROM attempt INDEXED BY attempt_by_provider WHERE provider = ?1 ORDER BY id DESC LIMIT 1");
        pk_sql_bind(find, "b", pk_slice_make(blind, sizeof blind));
        int r = read_one(store, find, ret_attempt, err);
        if (r != PK_E_NOT_FOUND)
            return r;
    }
    return pk_fail(err, PK_E_NOT_FOUND, "there is no such attempt");
}

/* ---- to be asked about ---- */

int pk_attempt_ask_at(struct pk_store *store, int64_t id, int64_t ask_ms, uint32_t asked, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE attempt SET ask_ms = ?2, asked = ?3 WHERE id = ?1", "iiu", id, ask_ms, asked);
}

int pk_attempts_to_ask(struct pk_store *store, int64_t now_ms, size_t max, struct pk_ask *ret_asks, size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, asked FROM attempt INDEXED BY attempt_to_ask WHERE ask_ms > 0 AND ask_ms <= ?1"
                                       " ORDER BY ask_ms LIMIT ?2");
    pk_sql_bind(rows, "ii", now_ms, (int64_t) max);
    size_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1)
        ret_asks[count++] = (struct pk_ask){ sqlite3_column_int64(rows, 0), pk_sql_u32(rows, 1) };
    *ret_count = r == 0 ? count : 0;
    return r;
}

int64_t pk_attempts_next_ask(struct pk_store *store)
{
    return pk_sql_int(store, INT64_MAX, "SELECT ask_ms FROM attempt INDEXED BY attempt_to_ask WHERE ask_ms > 0 ORDER BY ask_ms LIMIT 1", "");
}

int pk_attempts_ask_none(struct pk_store *store, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE attempt SET ask_ms = 0 WHERE ask_ms > 0", "");
}

int pk_attempt_rekey(struct pk_store *store, int64_t id, struct pk_error *err)
{
    uint8_t blind[PK_BLIND_BYTES];
    struct pk_buf clear, sealed;
    sqlite3_stmt *find = pk_sql(store, "SELECT account, provider_id FROM attempt WHERE id = ?1 AND provider_id IS NOT NULL");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    uint32_t account = pk_sql_u32(find, 0);
    pk_buf_init(&clear, 1024);
    pk_buf_init(&sealed, 1024);
    r = pk_unseal(store->keys, PLACE, id, pk_sql_blob(find, 1), &clear, err);
    pk_sql_reset(find);
    if (r == 0) {
        pk_attempt_blind(store, 0, account, pk_buf_slice(&clear), blind);
        pk_seal(store->keys, PLACE, id, pk_buf_slice(&clear), &sealed);
        r = pk_sql_write(store, err, "UPDATE attempt SET provider = ?2, provider_id = ?3 WHERE id = ?1", "ibb", id,
                         pk_slice_make(blind, sizeof blind), pk_buf_slice(&sealed));
    }
    pk_buf_wipe(&clear);
    pk_buf_finish(&sealed);
    return r;
}

/* ---- receipts ---- */

int pk_receipt_append(struct pk_store *store, int64_t attempt, uint32_t receipt_state, struct pk_slice code, int64_t at_ms, int64_t now_ms,
                      struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "INSERT INTO receipt(attempt, state, code, at_ms) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(attempt, state, code) DO NOTHING",
                         "iuti", attempt, receipt_state, code, at_ms != 0 ? at_ms : now_ms);
    return r != 0 ? r : pk_sql_changed(store) > 0 ? 1 : 0;
}

int pk_receipts_of(struct pk_store *store, int64_t attempt,
                   int (*each)(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT state, code, at_ms FROM receipt WHERE attempt = ?1 ORDER BY at_ms, state");
    pk_sql_bind(rows, "i", attempt);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        if ((r = each(ctx, pk_sql_u32(rows, 0), pk_sql_text(rows, 1), sqlite3_column_int64(rows, 2))) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

/* ---- parked ---- */

static int64_t parked_count(struct pk_store *store)
{
    if (store->parked < 0)
        store->parked = pk_sql_int(store, 0, "SELECT count(*) FROM parked", "");
    return store->parked;
}

int pk_receipt_park(struct pk_store *store, uint32_t account, struct pk_slice provider_id, uint32_t receipt_state, struct pk_slice code,
                    int64_t at_ms, int64_t now_ms, int64_t until_ms, int64_t limit, struct pk_error *err)
{
    uint8_t blind[PK_BLIND_BYTES];
    if (parked_count(store) >= limit)
        return pk_fail(err, PK_E_LIMIT, "%lld receipts of unknown messages are kept already", (long long) limit);
    pk_attempt_blind(store, 0, account, provider_id, blind);
    int r = pk_sql_write(store, err, "INSERT INTO parked(account, provider, state, code, at_ms, until_ms, key) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                         "ubutiiu", account, pk_slice_make(blind, sizeof blind), receipt_state, code, at_ms != 0 ? at_ms : now_ms, until_ms,
                         (unsigned) pk_keyring_current(store->keys));
    if (r == 0)
        store->parked++;
    return r;
}

static int unpark_under(struct pk_store *store, uint8_t key, uint32_t account, struct pk_slice provider_id,
                        int (*each)(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms), void *ctx, struct pk_error *err)
{
    uint8_t blind[PK_BLIND_BYTES];
    pk_attempt_blind(store, key, account, provider_id, blind);
    struct pk_slice provider = pk_slice_make(blind, sizeof blind);
    sqlite3_stmt *rows = pk_sql(store, "SELECT state, code, at_ms FROM parked WHERE provider = ?1 ORDER BY id");
    pk_sql_bind(rows, "b", provider);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        if ((r = each(ctx, pk_sql_u32(rows, 0), pk_sql_text(rows, 1), sqlite3_column_int64(rows, 2))) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM parked WHERE provider = ?1", "b", provider);
    if (r == 0)
        store->parked -= pk_sql_changed(store);
    return r;
}

int pk_receipt_unpark(struct pk_store *store, uint32_t account, struct pk_slice provider_id,
                      int (*each)(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms), void *ctx, struct pk_error *err)
{
    int r = 0;
    /* Oldest key first: what came first was parked under it. */
    for (size_t i = 0; r == 0 && parked_count(store) > 0 && i < pk_keyring_count(store->keys); i++)
        r = unpark_under(store, pk_keyring_id(store->keys, i), account, provider_id, each, ctx, err);
    return r;
}

int pk_receipts_drop_parked(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    *ret_count = 0;
    if (parked_count(store) == 0)
        return 0;
    int r = pk_sql_write(store, err, "DELETE FROM parked WHERE id IN (SELECT id FROM parked WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)",
                         "ii", now_ms, (int64_t) max);
    if (r == 0) {
        *ret_count = (size_t) pk_sql_changed(store);
        store->parked -= (int64_t) *ret_count;
    }
    return r;
}
