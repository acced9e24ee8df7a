/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/occurrences.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

#define SELECT "SELECT o.id, o.event, o.day, o.starts_ms, o.ends_ms, o.place, o.place_short, o.state, o.version, o.changed_ms, e.zone, e.kind"
#define JOINED " CROSS JOIN event e ON e.id = o.event "

#define COPY(to, text) (void) snprintf(to, sizeof(to), "%.*s", PK_SLICE_ARG(text))

static void read_row(sqlite3_stmt *row, struct pk_occurrence *ret_occurrence)
{
    *ret_occurrence = (struct pk_occurrence){
        .id = sqlite3_column_int64(row, 0),
        .event = sqlite3_column_int64(row, 1),
        .day = (int32_t) sqlite3_column_int64(row, 2),
        .starts_ms = sqlite3_column_int64(row, 3),
        .ends_ms = sqlite3_column_int64(row, 4),
        .state = pk_sql_u32(row, 7),
        .version = sqlite3_column_int64(row, 8),
        .changed_ms = sqlite3_column_int64(row, 9),
    };
    COPY(ret_occurrence->place, pk_sql_text(row, 5));
    COPY(ret_occurrence->place_short, pk_sql_text(row, 6));
    COPY(ret_occurrence->zone, pk_sql_text(row, 10));
    COPY(ret_occurrence->kind, pk_sql_text(row, 11));
}

static int one(struct pk_store *store, sqlite3_stmt *find, struct pk_occurrence *ret_occurrence, struct pk_error *err)
{
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such date");
    read_row(find, ret_occurrence);
    pk_sql_reset(find);
    return 0;
}

int pk_occurrence_get(struct pk_store *store, int64_t id, struct pk_occurrence *ret_occurrence, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, SELECT " FROM occurrence o" JOINED "WHERE o.id = ?1");
    pk_sql_bind(find, "i", id);
    return one(store, find, ret_occurrence, err);
}

int pk_occurrence_find(struct pk_store *store, int64_t event, int32_t day, struct pk_occurrence *ret_occurrence, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, SELECT " FROM occurrence o INDEXED BY occurrence_of_event" JOINED "WHERE o.event = ?1 AND o.day = ?2");
    pk_sql_bind(find, "ii", event, (int64_t) day);
    return one(store, find, ret_occurrence, err);
}

static int walk(struct pk_store *store, sqlite3_stmt *rows, int (*each)(void *ctx, const struct pk_occurrence *occurrence), void *ctx,
                struct pk_error *err)
{
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_occurrence occurrence;
        read_row(rows, &occurrence);
        if ((r = each(ctx, &occurrence)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_occurrences_between(struct pk_store *store, int64_t from_ms, int64_t to_ms, size_t max,
                           int (*each)(void *ctx, const struct pk_occurrence *occurrence), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, SELECT " FROM occurrence o INDEXED BY occurrence_by_time" JOINED
                                       "WHERE o.starts_ms >= ?1 AND o.starts_ms < ?2 ORDER BY o.starts_ms, o.id LIMIT ?3");
    pk_sql_bind(rows, "iii", from_ms, to_ms, (int64_t) max);
    return walk(store, rows, each, ctx, err);
}

int pk_occurrences_of(struct pk_store *store, int64_t event, int64_t from_ms, size_t max,
                      int (*each)(void *ctx, const struct pk_occurrence *occurrence), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, SELECT " FROM occurrence o INDEXED BY occurrence_of_event" JOINED
                                       "WHERE o.event = ?1 AND o.starts_ms >= ?2 ORDER BY o.starts_ms, o.id LIMIT ?3");
    pk_sql_bind(rows, "iii", event, from_ms, (int64_t) max);
    return walk(store, rows, each, ctx, err);
}

int pk_occurrence_add(struct pk_store *store, struct pk_occurrence *occurrence, int64_t now_ms, struct pk_error *err)
{
    occurrence->id = pk_id_ordered();
    occurrence->version = 1;
    occurrence->changed_ms = now_ms;
    store->agenda_changes++;
    return pk_sql_write(store, err,
                        "INSERT INTO occurrence(id, event, day, starts_ms, ends_ms, place, place_short, state, version, created_ms, changed_ms)"
                        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?9)",
                        "iiiiittui", occurrence->id, occurrence->event, (int64_t) occurrence->day, occurrence->starts_ms, occurrence->ends_ms,
                        pk_slice_of(occurrence->place), pk_slice_of(occurrence->place_short), occurrence->state, now_ms);
}

int pk_occurrence_put(struct pk_store *store, struct pk_occurrence *occurrence, int64_t now_ms, struct pk_error *err)
{
    occurrence->version++;
    occurrence->changed_ms = now_ms;
    store->agenda_changes++;
    return pk_sql_write(store, err,
                        "UPDATE occurrence SET starts_ms = ?2, ends_ms = ?3, place = ?4, place_short = ?5, state = ?6, version = ?7,"
                        " changed_ms = ?8 WHERE id = ?1",
                        "iiittuii", occurrence->id, occurrence->starts_ms, occurrence->ends_ms, pk_slice_of(occurrence->place),
                        pk_slice_of(occurrence->place_short), occurrence->state, occurrence->version, now_ms);
}
