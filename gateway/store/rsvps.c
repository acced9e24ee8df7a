/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/rsvps.h"

#include "gateway/store/internal.h"

#define COLUMNS "recipient, trigger, occurrence, version, reply, address, yes, heads, wanted, waits, at_ms"

/* The last answer of a person is the one with no later one to the same. Of one person there are few. */
#define LAST(r)                                                                                                                    \
    "NOT EXISTS (SELECT 1 FROM rsvp l INDEXED BY rsvp_by_recipient WHERE l.recipient = " r ".recipient AND l.id > " r ".id"       \
    " AND l.occurrence = " r ".occurrence AND CASE " r ".occurrence WHEN 0 THEN l.trigger = " r ".trigger ELSE l.version = " r ".version END)"
/* The same of a whole date. */
#define LAST_OF_DATE "id IN (SELECT max(id) FROM rsvp INDEXED BY rsvp_by_date WHERE occurrence = ?1 AND occurrence <> 0 AND version = ?2 GROUP BY recipient)"
#define COMES "(yes AND NOT (waits > 0 AND heads = 0))" /* who only waits comes as little as who says nothing */

static void read_rsvp(sqlite3_stmt *row, struct pk_rsvp *ret_rsvp)
{
    *ret_rsvp = (struct pk_rsvp){
        .recipient = sqlite3_column_int64(row, 0),
        .trigger = sqlite3_column_int64(row, 1),
        .occurrence = sqlite3_column_int64(row, 2),
        .version = sqlite3_column_int64(row, 3),
        .reply = sqlite3_column_int64(row, 4),
        .address = sqlite3_column_int64(row, 5),
        .yes = sqlite3_column_int64(row, 6) != 0,
        .heads = pk_sql_u32(row, 7),
        .wanted = pk_sql_u32(row, 8),
        .waits = sqlite3_column_int64(row, 9),
        .at_ms = sqlite3_column_int64(row, 10),
    };
}

/* ---- one answer ---- */

int pk_rsvp_add(struct pk_store *store, const struct pk_rsvp *rsvp, struct pk_error *err)
{
    int64_t id = pk_sql_int(store, 0, "SELECT max(id) FROM rsvp", "") + 1;
    store->agenda_changes++; /* a date may be full now */
    return pk_sql_write(store, err,
                        "INSERT INTO rsvp(id, " COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", "iiiiiiiuuuii", id,
                        rsvp->recipient, rsvp->trigger, rsvp->occurrence, rsvp->version, rsvp->reply, rsvp->address, rsvp->yes ? 1u : 0u,
                        rsvp->heads, rsvp->wanted > 0 ? rsvp->wanted : rsvp->heads, rsvp->waits == PK_RSVP_LINE_END ? id : rsvp->waits,
                        rsvp->at_ms);
}

bool pk_rsvp_last(struct pk_store *store, const struct pk_rsvp *to, int64_t recipient, struct pk_rsvp *ret_rsvp)
{
    static const char of_date[] = "SELECT " COLUMNS " FROM rsvp INDEXED BY rsvp_by_date WHERE occurrence = ?1 AND occurrence <> 0"
                                  " AND version = ?2 AND recipient = ?3 ORDER BY id DESC LIMIT 1";
    static const char of_trigger[] = "SELECT " COLUMNS " FROM rsvp INDEXED BY rsvp_by_trigger WHERE trigger = ?1 AND ?2 = 0"
                                     " AND recipient = ?3 AND occurrence = 0 ORDER BY id DESC LIMIT 1";
    bool dated = to->occurrence != 0;
    sqlite3_stmt *find = pk_sql(store, dated ? of_date : of_trigger);
    pk_sql_bind(find, "iii", dated ? to->occurrence : to->trigger, dated ? to->version : 0, recipient);
    if (pk_sql_step(store, find, NULL) != 1)
        return false;
    read_rsvp(find, ret_rsvp);
    pk_sql_reset(find);
    return true;
}

/* What answers nobody about coming ("was it of use?") is to its trigger, whatever date it names. */
int pk_rsvp_answer(struct pk_store *store, int64_t trigger, int64_t recipient)
{
    struct pk_rsvp to = { .trigger = trigger }, last;
    if (pk_rsvp_last(store, &to, recipient, &last))
        return last.yes ? 1 : 0;
    to.occurrence = pk_sql_int(store, 0, "SELECT n.occurrence FROM trigger t JOIN notice n ON n.id = t.notice WHERE t.id = ?1", "i", trigger);
    to.version = pk_sql_int(store, 0, "SELECT n.version FROM trigger t JOIN notice n ON n.id = t.notice WHERE t.id = ?1", "i", trigger);
    if (to.occurrence == 0 || !pk_rsvp_last(store, &to, recipient, &last))
        return -1;
    return last.yes && last.heads > 0 ? 1 : 0;
}

/* ---- counted ---- */

int pk_replies_count(struct pk_store *store, int64_t trigger, int64_t *ret_yes, int64_t *ret_no, int64_t *ret_heads, struct pk_error *err)
{
    sqlite3_stmt *row = pk_sql(store, "SELECT coalesce(sum(yes), 0), coalesce(sum(no), 0), coalesce(sum(heads), 0) FROM"
                                      " (SELECT " COMES " AS yes, 1 - yes AS no, heads FROM rsvp r INDEXED BY rsvp_by_trigger WHERE trigger = ?1"
                                      " AND " LAST("r") " UNION ALL SELECT yes, no, heads FROM rsvp_total WHERE trigger = ?1"
                                      " UNION ALL SELECT yes, no, heads FROM rsvp_date_total INDEXED BY rsvp_date_total_by_trigger"
                                      " WHERE trigger = ?1)");
    pk_sql_bind(row, "i", trigger);
    int r = pk_sql_step(store, row, err);
    if (r != 1)
        return r;
    *ret_yes = sqlite3_column_int64(row, 0);
    *ret_no = sqlite3_column_int64(row, 1);
    *ret_heads = sqlite3_column_int64(row, 2);
    pk_sql_reset(row);
    return 0;
}

int pk_rsvps_of(struct pk_store *store, int64_t trigger, size_t max, int (*each)(void *ctx, const struct pk_rsvp_line *line), void *ctx,
                struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT a.at_ms, a.yes, a.heads, EXISTS(SELECT 1 FROM rsvp b WHERE b.recipient = a.recipient"
                                       " AND b.id < a.id AND b.occurrence = a.occurrence AND CASE a.occurrence WHEN 0 THEN b.trigger = a.trigger"
                                       " ELSE b.version = a.version END), a.waits > 0 FROM rsvp a WHERE a.trigger = ?1 ORDER BY a.id DESC LIMIT ?2");
    pk_sql_bind(rows, "ii", trigger, (int64_t) max);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_rsvp_line line = {
            .at_ms = sqlite3_column_int64(rows, 0),
            .yes = sqlite3_column_int64(rows, 1) != 0,
            .heads = pk_sql_u32(rows, 2),
            .changed = sqlite3_column_int64(rows, 3) != 0,
            .waits = sqlite3_column_int64(rows, 4) != 0,
        };
        if ((r = each(ctx, &line)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

/* ---- of a date ---- */

int pk_rsvps_count(struct pk_store *store, int64_t occurrence, int64_t version, struct pk_rsvp_counts *ret_counts, struct pk_error *err)
{
    sqlite3_stmt *row = pk_sql(store, "SELECT coalesce(sum(yes), 0), coalesce(sum(no), 0), coalesce(sum(heads), 0), coalesce(sum(waiting), 0),"
                                      " coalesce(sum(places), 0) FROM (SELECT " COMES " AS yes, 1 - yes AS no, heads, waits > 0 AS waiting,"
                                      " CASE WHEN waits > 0 THEN wanted - heads ELSE 0 END AS places FROM rsvp WHERE " LAST_OF_DATE
                                      " UNION ALL SELECT yes, no, heads, 0, 0 FROM rsvp_date_total WHERE occurrence = ?1 AND version = ?2)");
    pk_sql_bind(row, "ii", occurrence, version);
    int r = pk_sql_step(store, row, err);
    if (r != 1)
        return r;
    *ret_counts = (struct pk_rsvp_counts){
        .yes = sqlite3_column_int64(row, 0),
        .no = sqlite3_column_int64(row, 1),
        .heads = sqlite3_column_int64(row, 2),
        .waiting = sqlite3_column_int64(row, 3),
        .waiting_heads = sqlite3_column_int64(row, 4),
    };
    pk_sql_reset(row);
    return 0;
}

int pk_rsvp_next_waiting(struct pk_store *store, int64_t occurrence, int64_t version, int64_t after, int64_t places, struct pk_rsvp *ret_rsvp,
                         struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM rsvp r INDEXED BY rsvp_waiting WHERE occurrence = ?1 AND version = ?2"
                                       " AND waits > ?3 AND waits > 0 AND wanted - heads <= ?4 AND " LAST("r") " ORDER BY waits LIMIT 1");
    pk_sql_bind(find, "iiii", occurrence, version, after, places);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "nobody waits for so few places");
    read_rsvp(find, ret_rsvp);
    pk_sql_reset(find);
    return 0;
}

int64_t pk_rsvp_date_waited_for(struct pk_store *store, int64_t event, int64_t after, int64_t now_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT min(o.id) FROM occurrence o INDEXED BY occurrence_of_event WHERE o.event = ?1 AND o.id > ?2 AND o.starts_ms > ?3"
                      " AND EXISTS (SELECT 1 FROM rsvp r INDEXED BY rsvp_waiting WHERE r.occurrence = o.id AND r.version = o.version AND r.waits > 0)",
                      "iii", event, after, now_ms);
}

int pk_rsvps_carry(struct pk_store *store, int64_t occurrence, int64_t from, int64_t to, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "UPDATE rsvp SET version = ?3 WHERE occurrence = ?1 AND occurrence <> 0 AND version = ?2", "iii", occurrence,
                         from, to);
    return r != 0 ? r
                  : pk_sql_write(store, err, "UPDATE notice INDEXED BY notice_by_date SET version = ?3 WHERE occurrence = ?1 AND occurrence <> 0"
                                             " AND version = ?2", "iii", occurrence, from, to);
}

/* ---- when it is over ---- */

static int add_up(struct pk_store *store, int64_t occurrence, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "INSERT INTO rsvp_date_total(occurrence, version, trigger, yes, no, heads) SELECT occurrence, version, trigger,"
                         " sum(" COMES "), sum(1 - yes), sum(heads) FROM rsvp r WHERE occurrence = ?1 AND occurrence <> 0 AND " LAST("r")
                         " GROUP BY version, trigger ON CONFLICT(occurrence, version, trigger) DO UPDATE SET yes = yes + excluded.yes,"
                         " no = no + excluded.no, heads = heads + excluded.heads",
                         "i", occurrence);
    return r != 0 ? r : pk_sql_write(store, err, "DELETE FROM rsvp WHERE occurrence = ?1 AND occurrence <> 0", "i", occurrence);
}

/* Date by date: there are few with answers, and each is added up whole. */
int pk_rsvps_retain(struct pk_store *store, int64_t before_ms, struct pk_error *err)
{
    for (int64_t occurrence = 0; before_ms > 0;) {
        occurrence = pk_sql_int(store, INT64_MAX, "SELECT min(occurrence) FROM rsvp INDEXED BY rsvp_by_date WHERE occurrence > ?1 AND occurrence <> 0",
                                "i", occurrence);
        if (occurrence == 0 || occurrence == INT64_MAX)
            break;
        if (pk_sql_int(store, 0, "SELECT ends_ms FROM occurrence WHERE id = ?1", "i", occurrence) >= before_ms)
            continue;
        int r = add_up(store, occurrence, err);
        if (r != 0)
            return r;
    }
    return pk_sql_write(store, err, "DELETE FROM rsvp_date_total WHERE occurrence NOT IN (SELECT id FROM occurrence)", "");
}
