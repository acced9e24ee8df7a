/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/webhooks.h"

#include "gateway/store/internal.h"

#define COLUMNS "id, endpoint, event, type, state, outcome, status, tries, due_ms, created_ms, tried_ms, ended_ms"

static void copy(char *to, size_t size, struct pk_slice text)
{
    (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
}

static void take_row(sqlite3_stmt *row, struct pk_webhook_delivery *ret_delivery)
{
    *ret_delivery = (struct pk_webhook_delivery){
        .id = sqlite3_column_int64(row, 0),
        .state = pk_sql_u32(row, 4),
        .outcome = pk_sql_u32(row, 5),
        .status = pk_sql_u32(row, 6),
        .tries = pk_sql_u32(row, 7),
        .due_ms = sqlite3_column_int64(row, 8),
        .created_ms = sqlite3_column_int64(row, 9),
        .tried_ms = sqlite3_column_int64(row, 10),
        .ended_ms = sqlite3_column_int64(row, 11),
    };
    copy(ret_delivery->endpoint, sizeof ret_delivery->endpoint, pk_sql_text(row, 1));
    copy(ret_delivery->event, sizeof ret_delivery->event, pk_sql_text(row, 2));
    copy(ret_delivery->type, sizeof ret_delivery->type, pk_sql_text(row, 3));
}

/* How many wait stands beside them in webhook_endpoint: whatever makes a row wait, or no longer, says so in the same unit. */
static int count_waiting(struct pk_store *store, const char *endpoint, int64_t more, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO webhook_endpoint(name, off_ms, off_outcome, quiet_ms, missed, permitted, waiting) VALUES(?1, 0, 0, 0, 0, x'', ?2)"
                        " ON CONFLICT(name) DO UPDATE SET waiting = waiting + ?2",
                        "ti", pk_slice_of(endpoint), more);
}

int pk_webhook_add(struct pk_store *store, struct pk_webhook_delivery *delivery, struct pk_slice body, bool *ret_added, struct pk_error *err)
{
    *ret_added = pk_webhooks_waiting(store, delivery->endpoint) < PK_WEBHOOK_WAITING_MAX;
    if (!*ret_added) {
        struct pk_webhook_place place;
        pk_webhook_place(store, delivery->endpoint, &place);
        place.missed++;
        return pk_webhook_place_put(store, delivery->endpoint, &place, err);
    }
    delivery->id = pk_id_ordered();
    delivery->state = PK_WEBHOOK_WAITING;
    delivery->due_ms = delivery->created_ms;
    int r = pk_sql_write(store, err,
                         "INSERT INTO webhook_delivery(id, endpoint, event, type, body, state, outcome, status, tries, due_ms, created_ms, tried_ms, ended_ms)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, 1, 0, 0, 0, ?6, ?6, 0, 0)",
                         "itttbi", delivery->id, pk_slice_of(delivery->endpoint), pk_slice_of(delivery->event), pk_slice_of(delivery->type), body,
                         delivery->created_ms);
    return r == 0 ? count_waiting(store, delivery->endpoint, 1, err) : r;
}

int pk_webhook_get(struct pk_store *store, int64_t id, struct pk_webhook_delivery *ret_delivery, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM webhook_delivery WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such delivery");
    take_row(find, ret_delivery);
    pk_sql_reset(find);
    return 0;
}

int pk_webhook_put(struct pk_store *store, const struct pk_webhook_delivery *delivery, struct pk_error *err)
{
    bool waited = pk_sql_int(store, 0, "SELECT state FROM webhook_delivery WHERE id = ?1", "i", delivery->id) == PK_WEBHOOK_WAITING;
    bool waits = delivery->state == PK_WEBHOOK_WAITING;
    int r = pk_sql_write(store, err,
                         "UPDATE webhook_delivery SET state = ?2, outcome = ?3, status = ?4, tries = ?5, due_ms = ?6, tried_ms = ?7, ended_ms = ?8 WHERE id = ?1",
                         "iuuuuiii", delivery->id, delivery->state, delivery->outcome, delivery->status, delivery->tries, delivery->due_ms,
                         delivery->tried_ms, delivery->ended_ms);
    return r == 0 && waits != waited ? count_waiting(store, delivery->endpoint, waits ? 1 : -1, err) : r;
}

/* ---- lists ---- */

static int walk(struct pk_store *store, sqlite3_stmt *rows, bool bodies, pk_webhook_each each, void *ctx, struct pk_error *err)
{
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_webhook_delivery delivery;
        take_row(rows, &delivery);
        if ((r = each(ctx, &delivery, bodies ? pk_sql_blob(rows, 12) : (struct pk_slice){ 0 })) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_webhooks_due(struct pk_store *store, const char *endpoint, int64_t now_ms, size_t max, pk_webhook_each each, void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS ", body FROM webhook_delivery INDEXED BY webhook_due"
                                       " WHERE endpoint = ?1 AND state = 1 AND due_ms <= ?2 ORDER BY due_ms, id LIMIT ?3");
    pk_sql_bind(rows, "tii", pk_slice_of(endpoint), now_ms, (int64_t) max);
    return walk(store, rows, true, each, ctx, err);
}

int64_t pk_webhooks_next_due_ms(struct pk_store *store, const char *endpoint, int64_t after_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT due_ms FROM webhook_delivery INDEXED BY webhook_due WHERE endpoint = ?1 AND state = 1 AND due_ms > ?2 ORDER BY due_ms LIMIT 1",
                      "ti", pk_slice_of(endpoint), after_ms);
}

int64_t pk_webhooks_waiting(struct pk_store *store, const char *endpoint)
{
    return pk_sql_int(store, 0, "SELECT waiting FROM webhook_endpoint WHERE name = ?1", "t", pk_slice_of(endpoint));
}

int pk_webhooks_page(struct pk_store *store, const char *endpoint, uint32_t state, int64_t before, size_t max, pk_webhook_each each, void *ctx,
                     struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM webhook_delivery INDEXED BY webhook_of WHERE endpoint = ?1 AND id < ?2"
                                       " AND (?3 = 0 OR state = ?3) ORDER BY id DESC LIMIT ?4");
    pk_sql_bind(rows, "tiui", pk_slice_of(endpoint), before != 0 ? before : INT64_MAX, state, (int64_t) max);
    return walk(store, rows, false, each, ctx, err);
}

/* ---- endpoints ---- */

void pk_webhook_place(struct pk_store *store, const char *name, struct pk_webhook_place *ret_place)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT off_ms, off_outcome, quiet_ms, missed, permitted FROM webhook_endpoint WHERE name = ?1");
    *ret_place = (struct pk_webhook_place){ 0 };
    pk_sql_bind(find, "t", pk_slice_of(name));
    if (pk_sql_step(store, find, NULL) != 1)
        return;
    struct pk_slice permitted = pk_sql_blob(find, 4);
    ret_place->off_ms = sqlite3_column_int64(find, 0);
    ret_place->off_outcome = pk_sql_u32(find, 1);
    ret_place->quiet_ms = sqlite3_column_int64(find, 2);
    ret_place->missed = sqlite3_column_int64(find, 3);
    if (permitted.len == sizeof ret_place->permitted)
        memcpy(ret_place->permitted, permitted.data, permitted.len);
    pk_sql_reset(find);
}

int pk_webhook_place_put(struct pk_store *store, const char *name, const struct pk_webhook_place *place, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO webhook_endpoint(name, off_ms, off_outcome, quiet_ms, missed, permitted) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                        " ON CONFLICT(name) DO UPDATE SET off_ms = ?2, off_outcome = ?3, quiet_ms = ?4, missed = ?5, permitted = ?6",
                        "tiuiib", pk_slice_of(name), place->off_ms, place->off_outcome, place->quiet_ms, place->missed,
                        pk_slice_make(place->permitted, sizeof place->permitted));
}

int pk_webhook_place_on(struct pk_store *store, const char *name, int64_t now_ms, int64_t *ret_waiting, struct pk_error *err)
{
    struct pk_webhook_place place;
    pk_webhook_place(store, name, &place);
    int r = pk_sql_write(store, err,
                         "UPDATE webhook_delivery SET state = 1, tries = 0, due_ms = ?2, ended_ms = 0 WHERE endpoint = ?1"
                         " AND (state = 1 OR (state = 3 AND ended_ms >= ?3 AND ?3 <> 0))",
                         "tii", pk_slice_of(name), now_ms, place.off_ms);
    if (r == 0)
        *ret_waiting = pk_sql_changed(store);
    if (r == 0)
        r = count_waiting(store, name, *ret_waiting - pk_webhooks_waiting(store, name), err);
    place = (struct pk_webhook_place){ 0 }; /* what it missed was said; whether it is to be sent to is asked again */
    return r == 0 ? pk_webhook_place_put(store, name, &place, err) : r;
}

/* ---- upkeep ---- */

/* The same rows in both statements. */
#define WAITED_TOO_LONG "FROM webhook_delivery INDEXED BY webhook_waits WHERE state = 1 AND due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2"

int pk_webhooks_expire(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int64_t before_ms = now_ms - PK_WEBHOOK_WAITS_MS;
    *ret_count = 0;
    if (pk_sql_int(store, INT64_MAX, "SELECT due_ms FROM webhook_delivery INDEXED BY webhook_waits WHERE state = 1 ORDER BY due_ms LIMIT 1", "") > before_ms)
        return 0;
    int r = pk_sql_write(store, err,
                         "UPDATE webhook_endpoint SET waiting = waiting - (SELECT count(*) FROM (SELECT endpoint " WAITED_TOO_LONG ") d"
                         " WHERE d.endpoint = name)",
                         "ii", before_ms, (int64_t) max);
    if (r == 0)
        r = pk_sql_write(store, err, "UPDATE webhook_delivery SET state = 4, ended_ms = ?3 WHERE id IN (SELECT id " WAITED_TOO_LONG ")", "iii", before_ms,
                         (int64_t) max, now_ms);
    if (r == 0)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}

int pk_webhooks_drop(struct pk_store *store, int64_t before_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int64_t oldest_ms = pk_webhooks_oldest_ms(store);
    *ret_count = 0;
    if (oldest_ms == 0 || oldest_ms >= before_ms)
        return 0;
    int r = pk_sql_write(store, err,
                         "DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery INDEXED BY webhook_ended WHERE state <> 1"
                         " AND ended_ms < ?1 LIMIT ?2)",
                         "ii", before_ms, (int64_t) max);
    if (r == 0)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}

int64_t pk_webhooks_oldest_ms(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT ended_ms FROM webhook_delivery INDEXED BY webhook_ended WHERE state <> 1 ORDER BY ended_ms LIMIT 1", "");
}
