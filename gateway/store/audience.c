/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who a trigger reaches, page by page. The walk is led by a circle where one is meant, else by the first tag everybody must
 * have, else by the topic's consents; the other conditions are look-ups. Each shape (how many tags of each kind) is a statement.
 */
#include "gateway/store/internal.h"
#include "gateway/store/recipients.h"

#include <stdio.h>

#define SHAPE_MAX 8192u

enum shape { SHAPE_ANY = 0, SHAPE_ORDERED, SHAPE_GROUPED };

#define OF_PERSON(leader) "consent c ON c.recipient = " leader ".recipient AND c.topic = ?1 AND c.channel = ?2 AND c.kind = 3"

/* ?1 topic, ?2 channel, ?3 after, ?4 now, ?5 limit, then the circle, then the tags. */
static void compose(struct pk_buf *sql, const struct pk_audience *audience, const char *columns, enum shape shape)
{
    size_t parameter = 6, led = 0; /* tags that lead */
    const char *leader = "c";
    (void) pk_buf_printf(sql, "SELECT %s FROM ", columns);
    if (audience->circle != 0) {
        leader = "k";
        (void) pk_buf_add_text(sql, "circle_member k INDEXED BY circle_member_by_circle CROSS JOIN " OF_PERSON("k"));
    } else if (audience->all_count > 0) {
        leader = "t";
        led = 1;
        (void) pk_buf_add_text(sql, "tag t CROSS JOIN " OF_PERSON("t"));
    } else {
        (void) pk_buf_add_text(sql, "consent c INDEXED BY consent_by_topic");
    }
    (void) pk_buf_add_text(sql, " CROSS JOIN recipient r ON r.id = c.recipient AND r.stopped_ms = 0 WHERE ");
    if (audience->circle != 0)
        (void) pk_buf_printf(sql, "k.circle = ?%zu AND k.told_ms > 0", parameter++);
    else if (led > 0)
        (void) pk_buf_printf(sql, "t.tag = ?%zu", parameter++);
    else
        (void) pk_buf_add_text(sql, "c.topic = ?1 AND c.channel = ?2 AND c.kind = 3");
    (void) pk_buf_printf(sql, " AND %s.recipient > ?3", leader);
    (void) pk_buf_add_text(sql, " AND (c.until_ms = 0 OR c.until_ms > ?4)");
    for (size_t i = led; i < audience->all_count; i++)
        (void) pk_buf_printf(sql, " AND EXISTS (SELECT 1 FROM tag WHERE tag = ?%zu AND recipient = c.recipient)", parameter++);
    for (size_t i = 0; i < audience->any_count; i++)
        (void) pk_buf_printf(sql, "%s EXISTS (SELECT 1 FROM tag WHERE tag = ?%zu AND recipient = c.recipient)%s", i == 0 ? " AND (" : " OR",
                             parameter++, i + 1 == audience->any_count ? ")" : "");
    for (size_t i = 0; i < audience->none_count; i++)
        (void) pk_buf_printf(sql, " AND NOT EXISTS (SELECT 1 FROM tag WHERE tag = ?%zu AND recipient = c.recipient)", parameter++);
    (void) pk_buf_add_text(sql, " AND EXISTS (SELECT 1 FROM address WHERE recipient = c.recipient AND channel = ?2 AND blocked_ms = 0)");
    if (shape == SHAPE_GROUPED)
        (void) pk_buf_add_text(sql, " GROUP BY r.language, r.script ORDER BY r.language, r.script");
    if (shape == SHAPE_ORDERED)
        (void) pk_buf_printf(sql, " ORDER BY %s.recipient", leader);
    (void) pk_buf_add_text(sql, " LIMIT ?5");
}

static sqlite3_stmt *prepare(struct pk_store *store, const struct pk_audience *audience, const char *columns, enum shape shape, int64_t after,
                             int64_t now_ms, int64_t limit)
{
    struct pk_buf sql;
    pk_buf_init(&sql, SHAPE_MAX);
    compose(&sql, audience, columns, shape);
    sqlite3_stmt *statement = pk_sql_composed(store, pk_buf_text(&sql));
    pk_buf_finish(&sql);
    pk_sql_bind(statement, "uuiii", audience->topic, audience->channel, after, now_ms, limit);
    int at = 6;
    if (audience->circle != 0)
        (void) sqlite3_bind_int64(statement, at++, audience->circle);
    for (size_t i = 0; i < audience->all_count; i++)
        (void) sqlite3_bind_int64(statement, at++, audience->all[i]);
    for (size_t i = 0; i < audience->any_count; i++)
        (void) sqlite3_bind_int64(statement, at++, audience->any[i]);
    for (size_t i = 0; i < audience->none_count; i++)
        (void) sqlite3_bind_int64(statement, at++, audience->none[i]);
    return statement;
}

static void copy_short(char to[PK_LANGUAGE_MAX], struct pk_slice text)
{
    size_t n = text.len < PK_LANGUAGE_MAX - 1 ? text.len : PK_LANGUAGE_MAX - 1;
    memcpy(to, text.data, n);
    to[n] = '\0';
}

int pk_audience_page(struct pk_store *store, const struct pk_audience *audience, int64_t after, int64_t now_ms, size_t max,
                     struct pk_audience_row *ret_rows, size_t *ret_count, struct pk_error *err)
{
    static const char columns[] = "c.recipient, (SELECT min(a.id) FROM address a WHERE a.recipient = c.recipient AND a.channel = ?2"
                                  " AND a.blocked_ms = 0), r.language, r.script";
    sqlite3_stmt *rows = prepare(store, audience, columns, SHAPE_ORDERED, after, now_ms, (int64_t) max);
    size_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_audience_row *row = &ret_rows[count++];
        row->recipient = sqlite3_column_int64(rows, 0);
        row->address = sqlite3_column_int64(rows, 1);
        copy_short(row->language, pk_sql_text(rows, 2));
        copy_short(row->script, pk_sql_text(rows, 3));
    }
    if (r == 0)
        *ret_count = count;
    return r;
}

int pk_audience_groups(struct pk_store *store, const struct pk_audience *audience, int64_t now_ms, size_t max,
                       struct pk_audience_group *ret_groups, size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = prepare(store, audience, "r.language, r.script, count(*)", SHAPE_GROUPED, INT64_MIN, now_ms, (int64_t) max + 1);
    size_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        if (count == max) {
            pk_sql_reset(rows);
            return pk_fail(err, PK_E_LIMIT, "there are people of more than %zu languages and scripts", max);
        }
        struct pk_audience_group *group = &ret_groups[count++];
        copy_short(group->language, pk_sql_text(rows, 0));
        copy_short(group->script, pk_sql_text(rows, 1));
        group->people = sqlite3_column_int64(rows, 2);
    }
    if (r == 0)
        *ret_count = count;
    return r;
}

int64_t pk_audience_bound(struct pk_store *store, const struct pk_audience *audience, int64_t limit)
{
    return audience->all_count == 0 ? limit
                                    : pk_sql_int(store, limit, "SELECT count(*) FROM (SELECT 1 FROM tag WHERE tag = ?1 LIMIT ?2)", "ui",
                                                 audience->all[0], limit);
}

int pk_audience_count(struct pk_store *store, const struct pk_audience *audience, int64_t now_ms, int64_t limit, int64_t *ret_count,
                      struct pk_error *err)
{
    sqlite3_stmt *rows = prepare(store, audience, "1", SHAPE_ANY, INT64_MIN, now_ms, limit);
    int64_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1)
        count++;
    if (r == 0)
        *ret_count = count;
    return r;
}
