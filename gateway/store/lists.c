/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists, counts and questions about messages; most run on the reader's connection. */
#include "gateway/store/internal.h"
#include "gateway/store/message_row.h"

static int each_message(struct pk_store *store, sqlite3_stmt *rows, int (*each)(void *ctx, const struct pk_message *message), void *ctx,
                        struct pk_error *err)
{
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_message message;
        pk_message_read(rows, &message);
        if ((r = each(ctx, &message)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

bool pk_messages_question_asked(struct pk_store *store, int64_t address, uint32_t topic, int64_t since_ms)
{
    /* Whatever may have arrived or still may: all but refused, expired unsent and suppressed ones. */
    return pk_sql_int(store, 0,
                      "SELECT 1 FROM message INDEXED BY message_by_address WHERE address = ?1 AND class = 1"
                      " AND (?2 = 0 OR topic = ?2) AND updated_ms >= ?3 AND state NOT IN (12, 13, 14, 15) LIMIT 1",
                      "iui", address, topic, since_ms) != 0;
}

int64_t pk_messages_answers_since(struct pk_store *store, int64_t address, int64_t since_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM message INDEXED BY message_by_address WHERE address = ?1 AND class = 2 AND act_ms >= ?2 AND flags & 16 = 0", "ii",
                      address, since_ms);
}

bool pk_messages_said(struct pk_store *store, int64_t address, struct pk_slice template_name, int64_t since_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT 1 FROM message m INDEXED BY message_by_address CROSS JOIN notice n ON n.id = m.notice WHERE m.address = ?1"
                      " AND m.class = 2 AND m.act_ms >= ?3 AND n.template = ?2 LIMIT 1",
                      "iti", address, template_name, since_ms) != 0;
}

bool pk_messages_tested(struct pk_store *store, int64_t address, int64_t since_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT 1 FROM message INDEXED BY message_by_address WHERE address = ?1 AND class = 3 AND updated_ms >= ?2 LIMIT 1", "ii",
                      address, since_ms) != 0;
}

int pk_message_told_of(struct pk_store *store, int64_t address, int64_t notice, struct pk_message *ret_message, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS " FROM message INDEXED BY message_by_address WHERE address = ?1"
                                       " AND notice = ?2 AND state IN (3, 4, 5, 6, 8, 9, 11, 16) ORDER BY id DESC LIMIT 1");
    pk_sql_bind(find, "ii", address, notice);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "this address was not told that");
    pk_message_read(find, ret_message);
    pk_sql_reset(find);
    return 0;
}

int64_t pk_message_opened_ms(struct pk_store *store, int64_t id)
{
    return pk_sql_int(store, 0, "SELECT coalesce(max(opened_ms), 0) FROM attempt INDEXED BY attempt_by_message WHERE message = ?1", "i", id);
}

int pk_messages_waiting_for(struct pk_store *store, int64_t address, uint32_t reason, size_t max, struct pk_message *ret_messages,
                            size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS " FROM message INDEXED BY message_by_address WHERE address = ?1"
                                       " AND state < 3 AND reason = ?2 ORDER BY id LIMIT ?3");
    pk_sql_bind(rows, "iui", address, reason, (int64_t) max);
    size_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1)
        pk_message_read(rows, &ret_messages[count++]);
    *ret_count = count;
    return r;
}

int pk_messages_told(struct pk_store *store, int64_t address, int64_t since_ms, size_t max,
                     int (*each)(void *ctx, const struct pk_message *message), void *ctx, struct pk_error *err)
{
    /* Told: uncertain, accepted, sent, delivered, read, unconfirmed, handed over (model/states.c). And being handed over
     * just now: a quick answer overtakes the provider's. */
    sqlite3_stmt *rows = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS " FROM message INDEXED BY message_by_address WHERE address = ?1"
                                       " AND class IN (0, 1) AND state IN (3, 4, 5, 6, 8, 9, 11, 16) AND EXISTS (SELECT 1 FROM attempt t"
                                       " WHERE t.message = message.id AND t.opened_ms >= ?2) ORDER BY id DESC LIMIT ?3");
    pk_sql_bind(rows, "iii", address, since_ms, (int64_t) max);
    return each_message(store, rows, each, ctx, err);
}

/* Rare states are found through the indexes that hold only them, not by walking past a million finished messages. */
static const char *list_sql(const struct pk_message_filter *filter)
{
    static const char of_trigger[] = "SELECT " PK_MESSAGE_COLUMNS " FROM message INDEXED BY message_by_notice WHERE id < ?1"
                                     " AND (?2 < 0 OR state = ?2) AND notice = (SELECT notice FROM trigger WHERE id = ?3)"
                                     " ORDER BY id DESC LIMIT ?4";
    static const char waiting[] = "SELECT " PK_MESSAGE_COLUMNS " FROM message INDEXED BY message_waiting WHERE state < 3 AND state = ?2"
                                  " AND id < ?1 AND ?3 = 0 ORDER BY id DESC LIMIT ?4";
    static const char submitting[] = "SELECT " PK_MESSAGE_COLUMNS " FROM message WHERE id IN (SELECT message FROM attempt"
                                     " INDEXED BY attempt_open WHERE state = 0) AND state = ?2 AND id < ?1 AND ?3 = 0"
                                     " ORDER BY id DESC LIMIT ?4";
    static const char open[] = "SELECT " PK_MESSAGE_COLUMNS " FROM message INDEXED BY message_open WHERE state BETWEEN 4 AND 7"
                               " AND state = ?2 AND id < ?1 AND ?3 = 0 ORDER BY id DESC LIMIT ?4";
    static const char all[] = "SELECT " PK_MESSAGE_COLUMNS " FROM message WHERE id < ?1 AND (?2 < 0 OR state = ?2) AND ?3 = 0"
                              " ORDER BY id DESC LIMIT ?4";
    if (filter->trigger != 0)
        return of_trigger;
    if (filter->state < 0 || filter->state >= PK_MESSAGE_DELIVERED)
        return all;
    if (filter->state == PK_MESSAGE_SUBMITTING)
        return submitting;
    return filter->state < PK_MESSAGE_SUBMITTING ? waiting : open;
}

int pk_messages_list(struct pk_store *store, const struct pk_message_filter *filter, size_t max,
                     int (*each)(void *ctx, const struct pk_message *message), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, list_sql(filter));
    pk_sql_bind(rows, "iiii", filter->after > 0 ? filter->after : INT64_MAX, (int64_t) filter->state, filter->trigger, (int64_t) max);
    return each_message(store, rows, each, ctx, err);
}

int pk_messages_of_person(struct pk_store *store, int64_t recipient, size_t max,
                          int (*each)(void *ctx, const struct pk_message *message), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS " FROM message WHERE address IN (SELECT id FROM address"
                                       " WHERE recipient = ?1) AND recipient = ?1 ORDER BY id DESC LIMIT ?2");
    pk_sql_bind(rows, "ii", recipient, (int64_t) max);
    return each_message(store, rows, each, ctx, err);
}

int pk_messages_count(struct pk_store *store, int64_t trigger, int64_t ret_counts[PK_MESSAGE_STATES], struct pk_error *err)
{
    if (trigger == 0 && !store->read_only) {
        memcpy(ret_counts, store->counts, sizeof store->counts);
        return 0;
    }
    static const char all[] = "SELECT state, count FROM message_count WHERE ?1 = 0";
    /* And those that are counted only. */
    static const char of_trigger[] = "SELECT state, count(*) FROM message INDEXED BY message_by_notice"
                                     " WHERE notice = (SELECT notice FROM trigger WHERE id = ?1) GROUP BY state"
                                     " UNION ALL SELECT state, count FROM trigger_total WHERE trigger = ?1";
    memset(ret_counts, 0, PK_MESSAGE_STATES * sizeof *ret_counts);
    sqlite3_stmt *rows = pk_sql(store, trigger == 0 ? all : of_trigger);
    pk_sql_bind(rows, "i", trigger);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        int64_t state = sqlite3_column_int64(rows, 0);
        if (state >= 0 && state < PK_MESSAGE_STATES)
            ret_counts[state] += sqlite3_column_int64(rows, 1);
    }
    return r;
}

bool pk_messages_all_final(struct pk_store *store, int64_t notice)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM message INDEXED BY message_by_notice WHERE notice = ?1 AND state < 8 LIMIT 1", "i", notice) == 0;
}

int pk_queue_depths(struct pk_store *store, int64_t now_ms, struct pk_queue_depth *ret_depths, size_t max, size_t *ret_count,
                    struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT route, priority, count(*), sum(due_ms <= ?1), min(due_ms) FROM message"
                                       " INDEXED BY message_waiting WHERE state < 3 GROUP BY route, priority");
    pk_sql_bind(rows, "i", now_ms);
    size_t count = 0;
    int r = 1;
    while (count < max && (r = pk_sql_step(store, rows, err)) == 1)
        ret_depths[count++] = (struct pk_queue_depth){
            .route = pk_sql_u32(rows, 0),
            .priority = pk_sql_u32(rows, 1),
            .waiting = sqlite3_column_int64(rows, 2),
            .due = sqlite3_column_int64(rows, 3),
            .oldest_due_ms = sqlite3_column_int64(rows, 4),
        };
    if (r == 1)
        pk_sql_reset(rows);
    if (r >= 0)
        *ret_count = count;
    return r < 0 ? r : 0;
}
