/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/agenda.h"

#include "gateway/base/id.h"
#include "gateway/model/recurrence.h"
#include "gateway/store/internal.h"

#define COLUMNS "id, kind, title, subject, place, place_short, zone, day, starts, days, ends, rule, capacity, languages, state, sequence, uid," \
                " proposed_by, laid_ms, last_ms, created_ms, updated_ms"

#define COPY(to, text) (void) snprintf(to, sizeof(to), "%.*s", PK_SLICE_ARG(text))

static int32_t int32_at(sqlite3_stmt *row, int column)
{
    return (int32_t) sqlite3_column_int64(row, column);
}

static void read_event(sqlite3_stmt *row, struct pk_agenda_event *ret_event)
{
    struct pk_slice uid = pk_sql_blob(row, 16);
    *ret_event = (struct pk_agenda_event){
        .id = sqlite3_column_int64(row, 0),
        .when = { int32_at(row, 7), int32_at(row, 8), int32_at(row, 9), int32_at(row, 10) },
        .capacity = int32_at(row, 12),
        .state = pk_sql_u32(row, 14),
        .sequence = sqlite3_column_int64(row, 15),
        .laid_ms = sqlite3_column_int64(row, 18),
        .last_ms = sqlite3_column_int64(row, 19),
        .created_ms = sqlite3_column_int64(row, 20),
        .updated_ms = sqlite3_column_int64(row, 21),
    };
    COPY(ret_event->kind, pk_sql_text(row, 1));
    COPY(ret_event->title, pk_sql_text(row, 2));
    COPY(ret_event->subject, pk_sql_text(row, 3));
    COPY(ret_event->place, pk_sql_text(row, 4));
    COPY(ret_event->place_short, pk_sql_text(row, 5));
    COPY(ret_event->zone, pk_sql_text(row, 6));
    COPY(ret_event->rule, pk_sql_text(row, 11));
    COPY(ret_event->languages, pk_sql_text(row, 13));
    COPY(ret_event->proposed_by, pk_sql_text(row, 17));
    if (uid.len == sizeof ret_event->uid)
        memcpy(ret_event->uid, uid.data, uid.len);
}

static int write(struct pk_store *store, const char *sql, const struct pk_agenda_event *event, struct pk_error *err)
{
    const struct pk_agenda_when *when = &event->when;
    store->agenda_changes++;
    return pk_sql_write(store, err, sql, "ittttttiiiititiibtiiii", event->id, pk_slice_of(event->kind), pk_slice_of(event->title),
                        pk_slice_of(event->subject), pk_slice_of(event->place), pk_slice_of(event->place_short), pk_slice_of(event->zone),
                        (int64_t) when->day, (int64_t) when->from, (int64_t) when->days, (int64_t) when->to, pk_slice_of(event->rule),
                        (int64_t) event->capacity, pk_slice_of(event->languages), (int64_t) event->state, event->sequence,
                        pk_slice_make(event->uid, sizeof event->uid), pk_slice_of(event->proposed_by), event->laid_ms, event->last_ms,
                        event->created_ms, event->updated_ms);
}

uint64_t pk_agenda_mark(const struct pk_store *store)
{
    return store->agenda_changes;
}

int pk_agenda_add(struct pk_store *store, struct pk_agenda_event *event, int64_t now_ms, struct pk_error *err)
{
    if (pk_sql_int(store, 0, "SELECT count(*) FROM event INDEXED BY event_by_end WHERE last_ms >= ?1", "i", now_ms) >= PK_AGENDA_OPEN_MAX) {
        (void) pk_fail(err, PK_E_LIMIT, "there are %d events already that are not over", PK_AGENDA_OPEN_MAX);
        return pk_hint(err, PK_E_LIMIT, "Plan what comes back as one event with a rule.");
    }
    if (event->id == 0)
        event->id = pk_id_ordered();
    return write(store,
                 "INSERT INTO event(" COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,"
                 " ?20, ?21, ?22)",
                 event, err);
}

int pk_agenda_put(struct pk_store *store, const struct pk_agenda_event *event, struct pk_error *err)
{
    return write(store,
                 "UPDATE event SET kind = ?2, title = ?3, subject = ?4, place = ?5, place_short = ?6, zone = ?7, day = ?8, starts = ?9,"
                 " days = ?10, ends = ?11, rule = ?12, capacity = ?13, languages = ?14, state = ?15, sequence = ?16, uid = ?17,"
                 " proposed_by = ?18, laid_ms = ?19, last_ms = ?20, created_ms = ?21, updated_ms = ?22 WHERE id = ?1",
                 event, err);
}

static int one(struct pk_store *store, sqlite3_stmt *find, struct pk_agenda_event *ret_event, struct pk_error *err)
{
    int r = pk_sql_step(store, find, err);
    if (r != 1) {
        if (r == 0) {
            (void) pk_fail(err, PK_E_NOT_FOUND, "there is no such event");
            (void) pk_hint(err, PK_E_NOT_FOUND, "pokana events list shows them.");
        }
        return r < 0 ? r : PK_E_NOT_FOUND;
    }
    read_event(find, ret_event);
    pk_sql_reset(find);
    return 0;
}

int pk_agenda_get(struct pk_store *store, int64_t id, struct pk_agenda_event *ret_event, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM event WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    return one(store, find, ret_event, err);
}

int pk_agenda_by_uid(struct pk_store *store, const uint8_t uid[PK_AGENDA_UID_BYTES], struct pk_agenda_event *ret_event, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM event INDEXED BY event_by_uid WHERE uid = ?1");
    pk_sql_bind(find, "b", pk_slice_make(uid, PK_AGENDA_UID_BYTES));
    return one(store, find, ret_event, err);
}

int pk_agenda_list(struct pk_store *store, uint32_t state, int64_t since_ms, int64_t after, size_t max,
                   int (*each)(void *ctx, const struct pk_agenda_event *event), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM event WHERE id > ?1 AND (?2 = 0 OR state = ?2) AND last_ms >= ?3 ORDER BY id LIMIT ?4");
    pk_sql_bind(rows, "iuii", after, state, since_ms, (int64_t) max);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_agenda_event event;
        read_event(rows, &event);
        if ((r = each(ctx, &event)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

/* ---- dates that differ ---- */

static void read_change(sqlite3_stmt *row, struct pk_agenda_change *change)
{
    *change = (struct pk_agenda_change){
        .day = int32_at(row, 0),
        .difference = pk_sql_u32(row, 1),
        .when = { int32_at(row, 2), int32_at(row, 3), int32_at(row, 4), int32_at(row, 5) },
    };
    COPY(change->place, pk_sql_text(row, 6));
    COPY(change->place_short, pk_sql_text(row, 7));
}

int pk_agenda_changes(struct pk_store *store, int64_t event, struct pk_agenda_change **ret_changes, size_t *ret_count, struct pk_error *err)
{
    size_t count = (size_t) pk_sql_int(store, 0, "SELECT count(*) FROM event_exception WHERE event = ?1", "i", event), at = 0;
    struct pk_agenda_change *changes = pk_alloc_array(count + 1, sizeof *changes);
    sqlite3_stmt *rows = pk_sql(store, "SELECT day, difference, new_day, starts, days, ends, place, place_short FROM event_exception"
                                       " WHERE event = ?1 ORDER BY day");
    pk_sql_bind(rows, "i", event);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1 && at < count)
        read_change(rows, &changes[at++]);
    pk_sql_reset(rows);
    if (r < 0) {
        free(changes);
        return r;
    }
    *ret_changes = changes;
    *ret_count = at;
    return 0;
}

int pk_agenda_change_put(struct pk_store *store, int64_t event, const struct pk_agenda_change *change, struct pk_error *err)
{
    const struct pk_agenda_when *when = &change->when;
    if (pk_sql_int(store, 0, "SELECT count(*) FROM event_exception WHERE event = ?1 AND day <> ?2", "ii", event, (int64_t) change->day) >= PK_DATES_MAX)
        return pk_fail(err, PK_E_LIMIT, "more than %d dates of this event would differ", PK_DATES_MAX);
    store->agenda_changes++;
    return pk_sql_write(store, err,
                        "INSERT INTO event_exception(event, day, difference, new_day, starts, days, ends, place, place_short)"
                        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT(event, day) DO UPDATE SET difference = excluded.difference,"
                        " new_day = excluded.new_day, starts = excluded.starts, days = excluded.days, ends = excluded.ends,"
                        " place = excluded.place, place_short = excluded.place_short",
                        "iiiiiiitt", event, (int64_t) change->day, (int64_t) change->difference, (int64_t) when->day, (int64_t) when->from,
                        (int64_t) when->days, (int64_t) when->to, pk_slice_of(change->place), pk_slice_of(change->place_short));
}

int pk_agenda_change_drop(struct pk_store *store, int64_t event, int32_t day, struct pk_error *err)
{
    store->agenda_changes++;
    return pk_sql_write(store, err, "DELETE FROM event_exception WHERE event = ?1 AND day = ?2", "ii", event, (int64_t) day);
}

/* ---- upkeep ---- */

int pk_agenda_to_lay(struct pk_store *store, int64_t horizon_ms, struct pk_agenda_event *ret_event, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM event INDEXED BY event_to_lay WHERE state = 2 AND laid_ms < last_ms"
                                       " AND laid_ms < ?1 ORDER BY laid_ms, id LIMIT 1");
    pk_sql_bind(find, "i", horizon_ms);
    return one(store, find, ret_event, err);
}

int pk_agenda_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    static const char *const parts[] = {
        "DELETE FROM occurrence WHERE event IN (SELECT id FROM event INDEXED BY event_by_end WHERE last_ms < ?1 ORDER BY last_ms, id LIMIT ?2)",
        "DELETE FROM event_exception WHERE event IN (SELECT id FROM event INDEXED BY event_by_end WHERE last_ms < ?1 ORDER BY last_ms, id LIMIT ?2)",
        "DELETE FROM event WHERE id IN (SELECT id FROM event INDEXED BY event_by_end WHERE last_ms < ?1 ORDER BY last_ms, id LIMIT ?2)",
    };
    int r = 0;
    for (size_t i = 0; r == 0 && i < PK_COUNT(parts); i++)
        r = pk_sql_write(store, err, parts[i], "ii", now_ms - PK_AGENDA_KEPT_MS, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    store->agenda_changes += *ret_count > 0;
    return r;
}
