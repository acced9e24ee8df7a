/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/triggers.h"

#include "gateway/store/internal.h"

#define COLUMNS                                                                                                                \
    "id, publisher, state, source, event_id, type, received_ms, notice, audience, send_at_ms, valid_until_ms, priority, route," \
    " cursor, planned, ceiling, people, tells_ms"

static void digest_of(struct pk_slice source, struct pk_slice event_id, uint8_t ret_digest[32])
{
    struct pk_buf key;
    pk_buf_init(&key, 65536);
    (void) pk_buf_add_slice(&key, source);
    (void) pk_buf_add_char(&key, '\0'); /* neither can hold one */
    (void) pk_buf_add_slice(&key, event_id);
    pk_sha256(pk_buf_slice(&key), ret_digest);
    pk_buf_finish(&key);
}

int64_t pk_trigger_find(struct pk_store *store, struct pk_slice source, struct pk_slice event_id)
{
    uint8_t digest[32];
    digest_of(source, event_id, digest);
    return pk_sql_int(store, 0, "SELECT id FROM trigger WHERE digest = ?1", "b", pk_slice_make(digest, 16));
}

int pk_trigger_add(struct pk_store *store, const struct pk_trigger *trigger, struct pk_error *err)
{
    uint8_t digest[32];
    digest_of(trigger->source, trigger->event_id, digest);
    int r = pk_sql_write(store, err,
                         "INSERT INTO trigger(" COLUMNS ", digest) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
                         "iuutttiitiiuuiiiiib", trigger->id, trigger->publisher, trigger->state, trigger->source, trigger->event_id, trigger->type,
                         trigger->received_ms, trigger->notice, trigger->audience, trigger->send_at_ms, trigger->valid_until_ms,
                         trigger->priority, trigger->route, trigger->cursor, trigger->planned, trigger->ceiling, trigger->people, trigger->tells_ms,
                         pk_slice_make(digest, 16));
    return r;
}

static void take_row(sqlite3_stmt *row, struct pk_trigger *ret_trigger)
{
    *ret_trigger = (struct pk_trigger){
        .id = sqlite3_column_int64(row, 0),
        .publisher = pk_sql_u32(row, 1),
        .state = pk_sql_u32(row, 2),
        .source = pk_sql_text(row, 3),
        .event_id = pk_sql_text(row, 4),
        .type = pk_sql_text(row, 5),
        .received_ms = sqlite3_column_int64(row, 6),
        .notice = sqlite3_column_int64(row, 7),
        .audience = pk_sql_text(row, 8),
        .send_at_ms = sqlite3_column_int64(row, 9),
        .valid_until_ms = sqlite3_column_int64(row, 10),
        .priority = pk_sql_u32(row, 11),
        .route = pk_sql_u32(row, 12),
        .cursor = sqlite3_column_int64(row, 13),
        .planned = sqlite3_column_int64(row, 14),
        .ceiling = sqlite3_column_int64(row, 15),
        .people = sqlite3_column_int64(row, 16),
        .tells_ms = sqlite3_column_int64(row, 17),
    };
}

static int read_trigger(struct pk_store *store, sqlite3_stmt *row, struct pk_trigger *ret_trigger, struct pk_error *err)
{
    int r = pk_sql_step(store, row, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such trigger");
    pk_sql_hold(store, row);
    take_row(row, ret_trigger);
    return 0;
}

int pk_trigger_get(struct pk_store *store, int64_t id, struct pk_trigger *ret_trigger, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM trigger WHERE id = ?1");
    pk_sql_reset(find);
    pk_sql_bind(find, "i", id);
    return read_trigger(store, find, ret_trigger, err);
}

int pk_trigger_next_in(struct pk_store *store, uint32_t state, int64_t after, struct pk_trigger *ret_trigger, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM trigger INDEXED BY trigger_live WHERE state < 3 AND state = ?1 AND id > ?2"
                                       " ORDER BY id LIMIT 1");
    pk_sql_reset(find);
    pk_sql_bind(find, "ui", state, after);
    return read_trigger(store, find, ret_trigger, err);
}

int pk_trigger_next_expanding(struct pk_store *store, int64_t after, struct pk_trigger *ret_trigger, struct pk_error *err)
{
    return pk_trigger_next_in(store, PK_TRIGGER_EXPANDING, after, ret_trigger, err);
}

/* The rows of a bound statement, to its end or until `each` has enough. */
static int walk(struct pk_store *store, sqlite3_stmt *rows, int (*each)(void *ctx, const struct pk_trigger *trigger), void *ctx,
                struct pk_error *err)
{
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_trigger trigger;
        take_row(rows, &trigger);
        if ((r = each(ctx, &trigger)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_triggers_list(struct pk_store *store, int64_t before, size_t max, int (*each)(void *ctx, const struct pk_trigger *trigger),
                     void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM trigger WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
    pk_sql_bind(rows, "ii", before > 0 ? before : INT64_MAX, (int64_t) max);
    return walk(store, rows, each, ctx, err);
}

int pk_triggers_list_of(struct pk_store *store, uint32_t publisher, int64_t before, size_t max,
                        int (*each)(void *ctx, const struct pk_trigger *trigger), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM trigger WHERE id < ?1 AND publisher = ?3 ORDER BY id DESC LIMIT ?2");
    pk_sql_bind(rows, "iiu", before > 0 ? before : INT64_MAX, (int64_t) max, publisher);
    return walk(store, rows, each, ctx, err);
}

int pk_trigger_progress(struct pk_store *store, int64_t id, uint32_t state, int64_t cursor, int64_t planned, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE trigger SET state = ?2, cursor = ?3, planned = ?4 WHERE id = ?1", "iuii", id, state, cursor,
                        planned);
}

int pk_trigger_done(struct pk_store *store, const struct pk_trigger *trigger, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "UPDATE trigger SET state = ?2, notice = ?3, audience = ?4, valid_until_ms = ?5, priority = ?6, route = ?7, ceiling = ?8,"
                        " people = ?9, tells_ms = ?10 WHERE id = ?1",
                        "iuitiuuiii", trigger->id, trigger->state, trigger->notice, trigger->audience, trigger->valid_until_ms, trigger->priority,
                        trigger->route, trigger->ceiling, trigger->people, trigger->tells_ms);
}
