/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who a trigger reaches, page by page. The walk is led by a circle where one is meant, else by the first tag everybody must
 * have, else by the topic's consents; the other conditions are look-ups. Each shape (how many tags of each kind) is a statement.
 * A ladder is such a walk for each of its channels, merged: of each only who is on none before it.
 */
#include "gateway/store/internal.h"
#include "gateway/store/recipients.h"

#include "gateway/model/routing.h"

#include <stdio.h>

#define SHAPE_MAX (10240u * PK_LADDER_MAX)

enum shape { SHAPE_ANY = 0, SHAPE_ORDERED, SHAPE_GROUPED };

#define STANDS(c) #c ".kind = 3 AND (" #c ".until_ms = 0 OR " #c ".until_ms > ?4)"

/* The number of a parameter: ?1 topic, ?2 channel, ?3 after, ?4 now, ?5 limit, then the circle, the tags, the ladder. */
static size_t first_of_ladder(const struct pk_audience *audience)
{
    return (audience->circle != 0 ? 7u : 6u) + audience->all_count + audience->any_count + audience->none_count;
}

static size_t channel_of(const struct pk_audience *audience, size_t rung)
{
    return audience->ladder_count > 0 ? first_of_ladder(audience) + rung : 2;
}

/* They may be written to on one of these channels of the ladder. */
static void compose_reached(struct pk_buf *sql, const struct pk_audience *audience, size_t from, size_t to)
{
    (void) pk_buf_add_text(sql, "EXISTS (SELECT 1 FROM consent e CROSS JOIN address x ON x.recipient = e.recipient AND x.channel = e.channel"
                                " AND x.blocked_ms = 0 WHERE e.recipient = c.recipient AND e.topic = ?1 AND " STANDS(e) " AND e.channel IN (");
    for (size_t i = from; i < to; i++)
        (void) pk_buf_printf(sql, "%s?%zu", i == from ? "" : ", ", channel_of(audience, i));
    (void) pk_buf_add_text(sql, "))");
}

static void compose_columns(struct pk_buf *sql, const struct pk_audience *audience, enum shape shape, size_t rung, const char *leader)
{
    if (shape == SHAPE_ANY)
        (void) pk_buf_add_text(sql, "SELECT 1");
    else if (shape == SHAPE_GROUPED)
        (void) pk_buf_add_text(sql, "SELECT r.language, r.script, count(*)");
    else
        (void) pk_buf_printf(sql, "SELECT %s.recipient, a.id, r.language, r.script, a.channel, a.country, ", leader);
    if (shape != SHAPE_ORDERED)
        return;
    if (rung + 1 < audience->ladder_count)
        compose_reached(sql, audience, rung + 1, audience->ladder_count);
    else
        (void) pk_buf_add_text(sql, "0");
}

static void compose_tags(struct pk_buf *sql, const struct pk_audience *audience, size_t led, size_t parameter)
{
    for (size_t i = led; i < audience->all_count; i++)
        (void) pk_buf_printf(sql, " AND EXISTS (SELECT 1 FROM tag WHERE tag = ?%zu AND recipient = c.recipient)", parameter++);
    for (size_t i = 0; i < audience->any_count; i++)
        (void) pk_buf_printf(sql, "%s EXISTS (SELECT 1 FROM tag WHERE tag = ?%zu AND recipient = c.recipient)%s", i == 0 ? " AND (" : " OR",
                             parameter++, i + 1 == audience->any_count ? ")" : "");
    for (size_t i = 0; i < audience->none_count; i++)
        (void) pk_buf_printf(sql, " AND NOT EXISTS (SELECT 1 FROM tag WHERE tag = ?%zu AND recipient = c.recipient)", parameter++);
}

/* Those of one channel. */
static void compose_one(struct pk_buf *sql, const struct pk_audience *audience, enum shape shape, size_t rung)
{
    const char *leader = audience->circle != 0 ? "k" : audience->all_count > 0 ? "t" : "c";
    size_t parameter = 6, channel = channel_of(audience, rung), led = leader[0] == 't' ? 1 : 0; /* led: tags that lead */
    compose_columns(sql, audience, shape, rung, leader);
    if (leader[0] == 'k')
        (void) pk_buf_add_text(sql, " FROM circle_member k INDEXED BY circle_member_by_circle");
    else
        (void) pk_buf_add_text(sql, leader[0] == 't' ? " FROM tag t" : " FROM consent c INDEXED BY consent_by_topic");
    if (leader[0] != 'c')
        (void) pk_buf_printf(sql, " CROSS JOIN consent c ON c.recipient = %s.recipient", leader);
    (void) pk_buf_printf(sql,
                         " CROSS JOIN recipient r ON r.id = c.recipient AND r.stopped_ms = 0 CROSS JOIN address a ON a.id ="
                         " (SELECT min(x.id) FROM address x WHERE x.recipient = c.recipient AND x.channel = ?%zu AND x.blocked_ms = 0) WHERE",
                         channel);
    if (leader[0] == 'k')
        (void) pk_buf_printf(sql, " k.circle = ?%zu AND k.told_ms > 0 AND", parameter++);
    else if (led > 0)
        (void) pk_buf_printf(sql, " t.tag = ?%zu AND", parameter++);
    (void) pk_buf_printf(sql, " c.topic = ?1 AND c.channel = ?%zu AND " STANDS(c) " AND %s.recipient > ?3", channel, leader);
    compose_tags(sql, audience, led, parameter);
    if (rung > 0) {
        (void) pk_buf_add_text(sql, " AND NOT ");
        compose_reached(sql, audience, 0, rung);
    }
    if (shape == SHAPE_ORDERED && audience->ladder_count == 0)
        (void) pk_buf_printf(sql, " ORDER BY %s.recipient", leader);
}

static void compose(struct pk_buf *sql, const struct pk_audience *audience, enum shape shape)
{
    compose_one(sql, audience, shape, 0);
    for (size_t rung = 1; rung < audience->ladder_count; rung++) {
        (void) pk_buf_add_text(sql, " UNION ALL ");
        compose_one(sql, audience, shape, rung);
    }
    if (shape == SHAPE_GROUPED)
        (void) pk_buf_add_text(sql, " GROUP BY r.language, r.script ORDER BY r.language, r.script");
    if (shape == SHAPE_ORDERED && audience->ladder_count > 0)
        (void) pk_buf_add_text(sql, " ORDER BY 1");
    (void) pk_buf_add_text(sql, " LIMIT ?5");
}

void pk_audience_sql(struct pk_buf *sql, const struct pk_audience *audience)
{
    compose(sql, audience, SHAPE_ORDERED);
}

static sqlite3_stmt *prepare(struct pk_store *store, const struct pk_audience *audience, enum shape shape, int64_t after, int64_t now_ms,
                             int64_t limit)
{
    struct pk_buf sql;
    pk_buf_init(&sql, SHAPE_MAX);
    compose(&sql, audience, shape);
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
    for (size_t i = 0; i < audience->ladder_count; i++)
        (void) sqlite3_bind_int64(statement, at++, audience->ladder[i]);
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
    sqlite3_stmt *rows = prepare(store, audience, SHAPE_ORDERED, after, now_ms, (int64_t) max);
    size_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_audience_row *row = &ret_rows[count++];
        row->recipient = sqlite3_column_int64(rows, 0);
        row->address = sqlite3_column_int64(rows, 1);
        copy_short(row->language, pk_sql_text(rows, 2));
        copy_short(row->script, pk_sql_text(rows, 3));
        row->channel = pk_sql_u32(rows, 4);
        pk_country_copy(row->country, pk_sql_text(rows, 5));
        row->has_next = sqlite3_column_int64(rows, 6) != 0;
    }
    if (r == 0)
        *ret_count = count;
    return r;
}

int pk_audience_groups(struct pk_store *store, const struct pk_audience *audience, int64_t now_ms, size_t max,
                       struct pk_audience_group *ret_groups, size_t *ret_count, struct pk_error *err)
{
    struct pk_audience alone = *audience;
    alone.ladder_count = 0;
    sqlite3_stmt *rows = prepare(store, &alone, SHAPE_GROUPED, INT64_MIN, now_ms, (int64_t) max + 1);
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
    sqlite3_stmt *rows = prepare(store, audience, SHAPE_ANY, INT64_MIN, now_ms, limit);
    int64_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1)
        count++;
    if (r == 0)
        *ret_count = count;
    return r;
}

/* ---- one person ---- */

static int reached_on(struct pk_store *store, uint32_t topic, int64_t recipient, uint32_t channel, int64_t now_ms,
                      struct pk_next_address *ret_next, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT a.id, a.country FROM consent c CROSS JOIN address a INDEXED BY address_by_recipient"
                                       " ON a.recipient = c.recipient AND a.channel = c.channel AND a.blocked_ms = 0"
                                       " WHERE c.recipient = ?1 AND c.topic = ?2 AND c.channel = ?3 AND " STANDS(c) " ORDER BY a.id LIMIT 1");
    pk_sql_bind(find, "iuui", recipient, topic, channel, now_ms);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    *ret_next = (struct pk_next_address){ .address = sqlite3_column_int64(find, 0), .channel = channel };
    pk_country_copy(ret_next->country, pk_sql_text(find, 1));
    pk_sql_reset(find);
    return 1;
}

int pk_ladder_next(struct pk_store *store, const struct pk_audience *audience, int64_t recipient, uint32_t channel, int64_t now_ms,
                   struct pk_next_address *ret_next, struct pk_error *err)
{
    struct pk_next_address next = { 0 }, after;
    size_t at = 0;
    while (at < audience->ladder_count && audience->ladder[at] != channel)
        at++;
    for (at++; at < audience->ladder_count && !next.has_next; at++) {
        int r = reached_on(store, audience->topic, recipient, audience->ladder[at], now_ms, next.channel == 0 ? &next : &after, err);
        if (r < 0)
            return r;
        next.has_next = r == 1 && next.address != 0 && next.channel != audience->ladder[at];
    }
    *ret_next = next;
    return 0;
}
