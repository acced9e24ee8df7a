/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/circles.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

#define PLACE "signup.masked"
#define MASKED_MAX 512u
#define COLUMNS "c.id, c.user, c.name, c.created_ms, c.left_ms"

/* ---- whose ---- */

static void read_circle(sqlite3_stmt *row, struct pk_circle *ret_circle)
{
    struct pk_slice name = pk_sql_text(row, 2);
    *ret_circle = (struct pk_circle){
        .id = sqlite3_column_int64(row, 0),
        .user = sqlite3_column_int64(row, 1),
        .created_ms = sqlite3_column_int64(row, 3),
        .left_ms = sqlite3_column_int64(row, 4),
    };
    (void) snprintf(ret_circle->name, sizeof ret_circle->name, "%.*s", PK_SLICE_ARG(name));
}

static int read_one(struct pk_store *store, sqlite3_stmt *find, struct pk_circle *ret_circle, int64_t *ret_more, struct pk_error *err)
{
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such circle");
    read_circle(find, ret_circle);
    if (ret_more)
        *ret_more = sqlite3_column_int64(find, 5);
    pk_sql_reset(find);
    return 0;
}

int pk_circle_of_user(struct pk_store *store, int64_t user, struct pk_circle *ret_circle, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM circle c WHERE c.user = ?1");
    pk_sql_bind(find, "i", user);
    return read_one(store, find, ret_circle, NULL, err);
}

int pk_circle_by_name(struct pk_store *store, struct pk_slice name, struct pk_circle *ret_circle, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM circle c WHERE c.name = ?1 ORDER BY c.left_ms <> 0, c.left_ms DESC LIMIT 1");
    pk_sql_bind(find, "t", name);
    return read_one(store, find, ret_circle, NULL, err);
}

int pk_circle_of_person(struct pk_store *store, int64_t recipient, struct pk_circle *ret_circle, int64_t *ret_told_ms, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS ", m.told_ms FROM circle_member m JOIN circle c ON c.id = m.circle"
                                       " WHERE m.recipient = ?1");
    pk_sql_bind(find, "i", recipient);
    return read_one(store, find, ret_circle, ret_told_ms, err);
}

int pk_circle_make(struct pk_store *store, const struct pk_user *user, int64_t now_ms, int64_t *ret_id, struct pk_error *err)
{
    struct pk_circle circle;
    int r = pk_circle_of_user(store, user->id, &circle, NULL);
    *ret_id = r == 0 ? circle.id : pk_id_random();
    if (r != PK_E_NOT_FOUND)
        return r == 0 ? 0 : pk_fail(err, r, "the circle could not be looked up");
    return pk_sql_write(store, err, "INSERT INTO circle(id, user, name, created_ms) VALUES(?1, ?2, ?3, ?4)", "iiti", *ret_id, user->id,
                        pk_slice_of(user->name), now_ms);
}

int pk_circles_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_circle *circle, int64_t size), void *ctx,
                    struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS ", (SELECT count(*) FROM circle_member m INDEXED BY circle_member_by_circle"
                                       " WHERE m.circle = c.id AND m.told_ms > 0) FROM circle c ORDER BY c.left_ms <> 0, c.name, c.id");
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_circle circle;
        read_circle(rows, &circle);
        if ((r = each(ctx, &circle, sqlite3_column_int64(rows, 5))) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int64_t pk_circle_size(struct pk_store *store, int64_t circle)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM circle_member INDEXED BY circle_member_by_circle WHERE circle = ?1 AND told_ms > 0", "i",
                      circle);
}

int64_t pk_circle_unreachable(struct pk_store *store, int64_t circle)
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM circle_member m INDEXED BY circle_member_by_circle WHERE m.circle = ?1 AND m.told_ms > 0 AND NOT EXISTS"
                      " (SELECT 1 FROM address a INDEXED BY address_by_recipient WHERE a.recipient = m.recipient AND a.blocked_ms = 0)",
                      "i", circle);
}

bool pk_circle_has(struct pk_store *store, int64_t circle, int64_t recipient)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM circle_member WHERE recipient = ?2 AND circle = ?1 AND told_ms > 0", "ii", circle, recipient) != 0;
}

/* ---- who is in it ---- */

int pk_circle_ask(struct pk_store *store, int64_t circle, int64_t recipient, int64_t question, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO circle_member(recipient, circle, question, since_ms) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(recipient)"
                        " DO UPDATE SET circle = excluded.circle, question = excluded.question, since_ms = excluded.since_ms"
                        " WHERE told_ms = 0",
                        "iiii", recipient, circle, question, now_ms);
}

int pk_circle_unask(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM circle_member WHERE recipient = ?1 AND told_ms = 0", "i", recipient);
}

int pk_circle_answered(struct pk_store *store, int64_t recipient, int64_t question, bool yes, int64_t now_ms, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "UPDATE signup SET answered = 1 WHERE question <> 0 AND question = ?2 AND EXISTS (SELECT 1 FROM circle_member"
                         " WHERE recipient = ?1 AND question = ?2 AND told_ms = 0)",
                         "ii", recipient, question);
    /* May have arrived: the states of pk_messages_told() (lists.c). */
    if (r == 0 && yes)
        r = pk_sql_write(store, err,
                         "UPDATE circle_member SET told_ms = ?3 WHERE recipient = ?1 AND question = ?2 AND told_ms = 0 AND EXISTS"
                         " (SELECT 1 FROM message m WHERE m.id = ?2 AND m.state IN (3, 4, 5, 6, 8, 9, 11, 16))",
                         "iii", recipient, question, now_ms);
    return r == 0 && !yes ? pk_circle_unask(store, recipient, err) : r;
}

int pk_circle_leave(struct pk_store *store, int64_t recipient, bool *ret_was, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM circle_member WHERE recipient = ?1", "i", recipient);
    *ret_was = r == 0 && pk_sql_changed(store) > 0;
    return r;
}

int pk_circle_forget(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "DELETE FROM signup WHERE question IN (SELECT m.id FROM signup s JOIN message m ON m.id = s.question"
                         " WHERE m.recipient = ?1)",
                         "i", recipient);
    return r != 0 ? r : pk_sql_write(store, err, "DELETE FROM circle_member WHERE recipient = ?1", "i", recipient);
}

int pk_circle_hand_over(struct pk_store *store, int64_t from, int64_t to, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "UPDATE circle_member SET circle = ?2 WHERE circle = ?1", "ii", from, to);
    return r != 0 ? r : pk_sql_write(store, err, "DELETE FROM circle WHERE id = ?1", "i", from);
}

int pk_circle_orphan(struct pk_store *store, int64_t user, int64_t now_ms, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM signup WHERE user = ?1", "i", user);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM circle_day WHERE user = ?1", "i", user);
    if (r == 0)
        r = pk_sql_write(store, err,
                         "DELETE FROM circle WHERE user = ?1 AND NOT EXISTS (SELECT 1 FROM circle_member m WHERE m.circle = circle.id)", "i",
                         user);
    return r != 0 ? r : pk_sql_write(store, err, "UPDATE circle SET left_ms = ?2 WHERE user = ?1", "ii", user, now_ms);
}

/* ---- what a user did in a day ---- */

int pk_signup_add(struct pk_store *store, const struct pk_signup *signup, struct pk_error *err)
{
    char room[MASKED_MAX];
    struct pk_buf sealed = { .data = room, .cap = sizeof room, .max_bytes = sizeof room - 1 };
    int64_t id = pk_id_ordered();
    pk_seal(store->keys, PLACE, id, signup->masked, &sealed);
    if (sealed.failed)
        return pk_fail(err, PK_E_LIMIT, "this address is too long");
    return pk_sql_write(store, err, "INSERT INTO signup(id, user, at_ms, masked, question) VALUES(?1, ?2, ?3, ?4, ?5)", "iiibi", id,
                        signup->user, signup->at_ms, pk_buf_slice(&sealed), signup->question);
}

int pk_signups_of(struct pk_store *store, int64_t user, int64_t since_ms, size_t max,
                  int (*each)(void *ctx, const struct pk_signup *signup), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, at_ms, masked, question, answered FROM signup INDEXED BY signup_by_user WHERE user = ?1"
                                       " AND at_ms >= ?2 ORDER BY id DESC LIMIT ?3");
    pk_sql_bind(rows, "iii", user, since_ms, (int64_t) max);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_buf clear;
        struct pk_signup signup = {
            .user = user,
            .at_ms = sqlite3_column_int64(rows, 1),
            .question = sqlite3_column_int64(rows, 3),
            .answered = sqlite3_column_int64(rows, 4) != 0,
        };
        pk_buf_init(&clear, MASKED_MAX);
        r = pk_unseal(store->keys, PLACE, sqlite3_column_int64(rows, 0), pk_sql_blob(rows, 2), &clear, err);
        signup.masked = pk_buf_slice(&clear);
        if (r == 0)
            r = each(ctx, &signup);
        pk_buf_wipe(&clear);
        if (r != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_circle_day_get(struct pk_store *store, int64_t user, int64_t day, struct pk_circle_day *ret_day, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT count, more FROM circle_day WHERE user = ?1 AND day = ?2");
    pk_sql_bind(find, "ii", user, day);
    *ret_day = (struct pk_circle_day){ 0 };
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    *ret_day = (struct pk_circle_day){ .count = sqlite3_column_int64(find, 0), .more = sqlite3_column_int64(find, 1) };
    pk_sql_reset(find);
    return 0;
}

int pk_circle_day_set(struct pk_store *store, int64_t user, int64_t day, const struct pk_circle_day *values, int64_t now_ms,
                      struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO circle_day(user, day, count, more, at_ms) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(user, day)"
                        " DO UPDATE SET count = excluded.count, more = excluded.more, at_ms = excluded.at_ms",
                        "iiiii", user, day, values->count, values->more, now_ms);
}

int64_t pk_circle_days_sum(struct pk_store *store, int64_t user, int64_t first, int64_t last)
{
    return pk_sql_int(store, 0, "SELECT coalesce(sum(count), 0) FROM circle_day WHERE user = ?1 AND day BETWEEN ?2 AND ?3", "iii", user, first,
                      last);
}

int64_t pk_publisher_day(struct pk_store *store, uint32_t publisher, int64_t day)
{
    return pk_sql_int(store, 0, "SELECT people FROM publisher_day WHERE publisher = ?1 AND day = ?2", "ui", publisher, day);
}

int pk_publisher_day_add(struct pk_store *store, uint32_t publisher, int64_t day, int64_t people, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO publisher_day(publisher, day, people, at_ms) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(publisher, day)"
                        " DO UPDATE SET people = people + excluded.people, at_ms = excluded.at_ms",
                        "uiii", publisher, day, people, now_ms);
}

/* ---- retention ---- */

static int step(struct pk_store *store, const char *sql, int64_t before_ms, size_t max, bool *ret_more, struct pk_error *err)
{
    int r = pk_sql_write(store, err, sql, "ii", before_ms, (int64_t) max);
    *ret_more |= r == 0 && pk_sql_changed(store) >= (int64_t) max;
    return r;
}

int pk_circles_retain(struct pk_store *store, const struct pk_circles_retention *retention, size_t max, bool *ret_more,
                      struct pk_error *err)
{
    *ret_more = false;
    int r = step(store, "DELETE FROM signup WHERE id IN (SELECT id FROM signup WHERE at_ms < ?1 ORDER BY id LIMIT ?2)",
                 retention->signups_before_ms, max, ret_more, err);
    if (r == 0)
        r = step(store,
                 "DELETE FROM circle_member WHERE recipient IN (SELECT recipient FROM circle_member INDEXED BY circle_member_asked"
                 " WHERE told_ms = 0 AND since_ms < ?1 LIMIT ?2)",
                 retention->asked_before_ms, max, ret_more, err);
    if (r == 0)
        r = step(store, "DELETE FROM circle_day WHERE (user, day) IN (SELECT user, day FROM circle_day WHERE at_ms < ?1 LIMIT ?2)",
                 retention->days_before_ms, max, ret_more, err);
    if (r == 0)
        r = step(store,
                 "DELETE FROM publisher_day WHERE (publisher, day) IN (SELECT publisher, day FROM publisher_day WHERE at_ms < ?1 LIMIT ?2)",
                 retention->days_before_ms, max, ret_more, err);
    if (r == 0)
        r = step(store,
                 "DELETE FROM circle_member WHERE recipient IN (SELECT m.recipient FROM circle c JOIN circle_member m ON m.circle = c.id"
                 " WHERE c.left_ms > 0 AND c.left_ms < ?1 LIMIT ?2)",
                 retention->orphans_before_ms, max, ret_more, err);
    if (r == 0)
        r = step(store,
                 "DELETE FROM circle WHERE id IN (SELECT c.id FROM circle c WHERE c.left_ms > 0 AND c.left_ms < ?1"
                 " AND NOT EXISTS (SELECT 1 FROM circle_member m WHERE m.circle = c.id) LIMIT ?2)",
                 retention->orphans_before_ms, max, ret_more, err);
    return r;
}
