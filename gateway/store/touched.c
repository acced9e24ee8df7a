/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/touched.h"

#include "gateway/store/internal.h"

#include <stdio.h>

#define MESSAGES "FROM message m INDEXED BY message_by_address JOIN address a ON m.address = a.id WHERE a.recipient = r.id AND m.recipient = r.id"
#define REPLIES "FROM reply p INDEXED BY reply_by_address JOIN address a ON p.address = a.id WHERE a.recipient = r.id"
/* Of whom something came in since ?2 (0 = everybody), behind ?1. */
#define TOUCHED \
    "recipient r WHERE r.id > ?1 AND (?2 = 0 OR r.created_ms >= ?2" \
    " OR EXISTS (SELECT 1 FROM address a WHERE a.recipient = r.id AND a.created_ms >= ?2)" \
    " OR EXISTS (SELECT 1 FROM consent c JOIN ledger l ON l.id = c.event WHERE c.recipient = r.id AND l.at_ms >= ?2)" \
    " OR EXISTS (SELECT 1 " MESSAGES " AND m.updated_ms >= ?2)" \
    " OR EXISTS (SELECT 1 " REPLIES " AND p.at_ms >= ?2)" \
    " OR EXISTS (SELECT 1 FROM rsvp v WHERE v.recipient = r.id AND v.at_ms >= ?2))"

static void read_person(sqlite3_stmt *row, struct pk_person_fields *ret_person)
{
    *ret_person = (struct pk_person_fields){
        .id = sqlite3_column_int64(row, 0),
        .since_ms = sqlite3_column_int64(row, 1),
        .addresses = sqlite3_column_int64(row, 2),
        .tags = sqlite3_column_int64(row, 3),
        .consents = sqlite3_column_int64(row, 4),
        .messages = sqlite3_column_int64(row, 5),
        .messages_ms = sqlite3_column_int64(row, 6),
        .replies = sqlite3_column_int64(row, 7),
        .replies_ms = sqlite3_column_int64(row, 8),
        .rsvps = sqlite3_column_int64(row, 9),
        .stopped = sqlite3_column_int(row, 10) != 0,
        .reachable = sqlite3_column_int(row, 11) != 0,
    };
}

int pk_person_fields_page(struct pk_store *store, int64_t after, int64_t since_ms, size_t max,
                          int (*each)(void *ctx, const struct pk_person_fields *person), void *ctx, struct pk_error *err)
{
    static const char sql[] =
        "SELECT r.id, r.created_ms, (SELECT count(*) FROM address a WHERE a.recipient = r.id),"
        " (SELECT count(*) FROM tag t WHERE t.recipient = r.id), (SELECT count(*) FROM consent c WHERE c.recipient = r.id),"
        " (SELECT count(*) " MESSAGES "), ifnull((SELECT min(m.id) >> 20 " MESSAGES "), 0),"
        " (SELECT count(*) " REPLIES "), ifnull((SELECT min(p.at_ms) " REPLIES "), 0),"
        " (SELECT count(*) FROM rsvp v WHERE v.recipient = r.id), r.stopped_ms <> 0,"
        " EXISTS (SELECT 1 FROM address a WHERE a.recipient = r.id AND a.blocked_ms = 0)"
        " FROM " TOUCHED " ORDER BY r.id LIMIT ?3";
    sqlite3_stmt *rows = pk_sql(store, sql);
    pk_sql_bind(rows, "iii", after, since_ms, (int64_t) max);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_person_fields person;
        read_person(rows, &person);
        if ((r = each(ctx, &person)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

static void copy_short(char to[PK_LANGUAGE_MAX], struct pk_slice text)
{
    (void) snprintf(to, PK_LANGUAGE_MAX, "%.*s", PK_SLICE_ARG(text));
}

int pk_touched_page(struct pk_store *store, int64_t after, int64_t since_ms, size_t max, struct pk_touched *ret_people, size_t *ret_count,
                    struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT r.id, r.stopped_ms <> 0, r.language, r.script FROM " TOUCHED " ORDER BY r.id LIMIT ?3");
    size_t count = 0;
    int r;
    pk_sql_bind(rows, "iii", after, since_ms, (int64_t) max);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_touched *person = &ret_people[count++];
        person->recipient = sqlite3_column_int64(rows, 0);
        person->stopped = sqlite3_column_int(rows, 1) != 0;
        copy_short(person->language, pk_sql_text(rows, 2));
        copy_short(person->script, pk_sql_text(rows, 3));
    }
    if (r == 0)
        *ret_count = count;
    return r;
}
