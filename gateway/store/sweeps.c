/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Steps over many messages. Each collects at most `max` ids through an index made for it and changes them one by one,
 * so that every change passes the table of states.
 */
#include "gateway/store/attempts.h"
#include "gateway/store/internal.h"
#include "gateway/store/message_row.h"
#include "gateway/store/restored.h"

#define STEP_MAX 1024u

_Static_assert(PK_REASON_QUIET == 26, "the index message_quiet and its queries name it by number");
_Static_assert(PK_MESSAGE_DEFERRED == 2 && PK_MESSAGE_HELD == 2 && PK_MESSAGE_AT_ONCE == 32, "and these");

static int collect(struct pk_store *store, sqlite3_stmt *rows, size_t max, int64_t *ret_ids, size_t *ret_count, struct pk_error *err)
{
    size_t count = 0;
    int r = 1;
    while (count < max && (r = pk_sql_step(store, rows, err)) == 1)
        ret_ids[count++] = sqlite3_column_int64(rows, 0);
    if (r == 1)
        pk_sql_reset(rows);
    *ret_count = count;
    return r < 0 ? r : 0;
}

static int change_all(struct pk_store *store, const int64_t *ids, size_t count, uint32_t state, uint32_t reason, int64_t now_ms,
                      struct pk_error *err)
{
    struct pk_message_change change = { .state = state, .reason = reason, .now_ms = now_ms };
    for (size_t i = 0; i < count; i++) {
        int r = pk_message_change(store, ids[i], &change, err);
        if (r != 0)
            return r;
    }
    return 0;
}

static size_t bounded(size_t max)
{
    return max < STEP_MAX ? max : STEP_MAX;
}

int pk_messages_expire(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    sqlite3_stmt *rows =
        pk_sql(store, "SELECT id FROM message INDEXED BY message_expiring WHERE state < 3 AND expires_ms <= ?1 ORDER BY expires_ms");
    pk_sql_bind(rows, "i", now_ms);
    int r = collect(store, rows, bounded(max), ids, ret_count, err);
    return r != 0 ? r : change_all(store, ids, *ret_count, PK_MESSAGE_EXPIRED, PK_REASON_TOO_LATE, now_ms, err);
}

/* Of one topic or one channel; 0 = of all. */
static int suppress(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t channel, uint32_t reason, int64_t now_ms, size_t *ret_count,
                    struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    size_t count;
    *ret_count = 0;
    do {
        /* Answers are left: the STOP's own confirmation is one, and the gate refuses the others. */
        sqlite3_stmt *rows = pk_sql(store, "SELECT m.id FROM address a CROSS JOIN message m INDEXED BY message_by_address"
                                           " ON m.address = a.id WHERE a.recipient = ?1 AND m.state < 3 AND m.class <> 2"
                                           " AND (?2 = 0 OR m.topic = ?2) AND (?3 = 0 OR m.channel = ?3)");
        pk_sql_bind(rows, "iuu", recipient, topic, channel);
        int r = collect(store, rows, STEP_MAX, ids, &count, err);
        if (r == 0)
            r = change_all(store, ids, count, PK_MESSAGE_SUPPRESSED, reason, now_ms, err);
        if (r != 0)
            return r;
        *ret_count += count;
    } while (count == STEP_MAX);
    return 0;
}

int pk_messages_suppress_person(struct pk_store *store, int64_t recipient, uint32_t reason, int64_t now_ms, size_t *ret_count,
                                struct pk_error *err)
{
    return suppress(store, recipient, 0, 0, reason, now_ms, ret_count, err);
}

int pk_messages_suppress_topic(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t reason, int64_t now_ms,
                               size_t *ret_count, struct pk_error *err)
{
    return suppress(store, recipient, topic, 0, reason, now_ms, ret_count, err);
}

int pk_messages_suppress_channel(struct pk_store *store, int64_t recipient, uint32_t channel, uint32_t reason, int64_t now_ms,
                                 size_t *ret_count, struct pk_error *err)
{
    return suppress(store, recipient, 0, channel, reason, now_ms, ret_count, err);
}

int pk_messages_cancel_trigger(struct pk_store *store, int64_t trigger, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    sqlite3_stmt *rows = pk_sql(store, "SELECT m.id FROM trigger t CROSS JOIN message m INDEXED BY message_by_notice ON m.notice = t.notice"
                                       " WHERE t.id = ?1 AND m.state < 3");
    pk_sql_bind(rows, "i", trigger);
    int r = collect(store, rows, bounded(max), ids, ret_count, err);
    return r != 0 ? r : change_all(store, ids, *ret_count, PK_MESSAGE_CANCELLED, PK_REASON_TRIGGER_CANCELLED, now_ms, err);
}

static int recover_one(struct pk_store *store, int64_t id, const struct pk_recovery *recovery, struct pk_error *err)
{
    struct pk_attempt attempt;
    struct pk_message message;
    int r = pk_attempt_get(store, id, &attempt, err);
    if (r == 0)
        r = pk_attempt_settle(store, id, attempt.account, PK_ATTEMPT_NO_ANSWER, PK_REASON_RESTART, PK_SLICE(""), PK_SLICE(""), 0,
                              attempt.price, recovery->now_ms, err);
    if (r == 0)
        r = pk_message_get(store, attempt.message, &message, err);
    if (r == PK_E_NOT_FOUND)
        return 0; /* an attempt whose message is gone */
    if (r != 0 || message.state != PK_MESSAGE_SUBMITTING)
        return r;
    struct pk_message_change change = { .now_ms = recovery->now_ms };
    int64_t ask_ms = 0;
    recovery->plan(recovery->ctx, attempt.account, &change, &ask_ms);
    if (ask_ms != 0 && (r = pk_attempt_ask_at(store, id, ask_ms, 0, err)) != 0)
        return r;
    return pk_message_change(store, message.id, &change, err);
}

int pk_messages_recover(struct pk_store *store, const struct pk_recovery *recovery, size_t max, size_t *ret_count, struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    sqlite3_stmt *rows = pk_sql(store, "SELECT id FROM attempt INDEXED BY attempt_open WHERE state = 0 ORDER BY id");
    int r = collect(store, rows, bounded(max), ids, ret_count, err);
    for (size_t i = 0; r == 0 && i < *ret_count; i++)
        r = recover_one(store, ids[i], recovery, err);
    return r;
}

int pk_messages_overdue(struct pk_store *store, int64_t now_ms, size_t max, struct pk_message *ret_messages, size_t *ret_count,
                        struct pk_error *err)
{
    /* A flag only where it is in play: those of a ladder lie among all that wait for receipts, by the same moment. */
    sqlite3_stmt *rows = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS " FROM message INDEXED BY message_open WHERE state BETWEEN 4 AND 7"
                                       " AND due_ms <= ?1 AND state IN (5, 6) AND flags & ?2 ORDER BY due_ms LIMIT ?3");
    pk_sql_bind(rows, "iui", now_ms, PK_MESSAGE_HAS_NEXT, (int64_t) max);
    size_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1)
        pk_message_read(rows, &ret_messages[count++]);
    if (r == 0)
        *ret_count = count;
    return r;
}

int pk_messages_close_receipts(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    sqlite3_stmt *rows =
        pk_sql(store, "SELECT id FROM message INDEXED BY message_open WHERE state BETWEEN 4 AND 7 AND due_ms <= ?1"
                      " AND NOT (state IN (5, 6) AND flags & ?2) ORDER BY due_ms");
    pk_sql_bind(rows, "iu", now_ms, PK_MESSAGE_HAS_NEXT);
    int r = collect(store, rows, bounded(max), ids, ret_count, err);
    return r != 0 ? r : change_all(store, ids, *ret_count, PK_MESSAGE_UNCONFIRMED, PK_REASON_RECEIPT_SILENT, now_ms, err);
}

static int settle_held(struct pk_store *store, int64_t id, bool drop, int64_t now_ms, struct pk_error *err)
{
    struct pk_message message;
    int r = pk_message_get(store, id, &message, err);
    if (r != 0 || !(message.flags & PK_MESSAGE_HELD))
        return r;
    struct pk_message_change change = { .clear_flags = PK_MESSAGE_HELD, .now_ms = now_ms };
    if (message.state == PK_MESSAGE_UNCERTAIN && drop) {
        change.state = PK_MESSAGE_UNCONFIRMED;
        change.reason = PK_REASON_OPERATOR;
    } else if (message.state == PK_MESSAGE_UNCERTAIN) {
        int64_t was_due_ms = pk_message_was_due(store, id, now_ms);
        change.state = PK_MESSAGE_DEFERRED;
        change.set_flags = PK_MESSAGE_POSSIBLE_DOUBLE;
        change.due_ms = was_due_ms > now_ms ? was_due_ms : now_ms;
    } else if (drop) {
        change.state = PK_MESSAGE_CANCELLED;
        change.reason = PK_REASON_OPERATOR;
    } else if (message.state == PK_MESSAGE_SCHEDULED) {
        change.state = PK_MESSAGE_SCHEDULED;
    } else {
        change.state = PK_MESSAGE_QUEUED;
        change.due_ms = now_ms;
    }
    return pk_message_change(store, id, &change, err);
}

/* Those that were doubted: whatever is decided, none of them is held and uncertain afterwards, so the walk only goes on. */
static int settle_uncertain(struct pk_store *store, bool drop, struct pk_held_cursor *cursor, int64_t now_ms, size_t max,
                            size_t *ret_count, struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    size_t count = 0;
    int r = 1;
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, due_ms FROM message INDEXED BY message_open WHERE state BETWEEN 4 AND 7 AND state = 4"
                                       " AND flags & 2 AND due_ms >= ?1 ORDER BY due_ms");
    pk_sql_bind(rows, "i", cursor->due_ms);
    while (count < max && (r = pk_sql_step(store, rows, err)) == 1) {
        ids[count++] = sqlite3_column_int64(rows, 0);
        cursor->due_ms = sqlite3_column_int64(rows, 1);
    }
    if (r == 1)
        pk_sql_reset(rows);
    for (size_t i = 0; r >= 0 && i < count; i++) {
        r = settle_held(store, ids[i], drop, now_ms, err);
        if (r == 0)
            r = pk_sql_write(store, err, "DELETE FROM held_due WHERE message = ?1", "i", ids[i]);
    }
    *ret_count = count;
    return r < 0 ? r : 0;
}

static int settle_waiting(struct pk_store *store, bool drop, struct pk_held_cursor *cursor, int64_t now_ms, size_t max,
                            size_t *ret_count, struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    size_t count = 0;
    int r = 1;
    /* By an order that no change here touches, so that no message is passed over. */
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, expires_ms FROM message INDEXED BY message_expiring WHERE state < 3"
                                       " AND (expires_ms, id) > (?1, ?2) ORDER BY expires_ms, id");
    pk_sql_bind(rows, "ii", cursor->expires_ms, cursor->id);
    while (count < max && (r = pk_sql_step(store, rows, err)) == 1) {
        ids[count++] = sqlite3_column_int64(rows, 0);
        cursor->expires_ms = sqlite3_column_int64(rows, 1);
        cursor->id = sqlite3_column_int64(rows, 0);
    }
    if (r == 1)
        pk_sql_reset(rows);
    for (size_t i = 0; r >= 0 && i < count; i++)
        if ((r = settle_held(store, ids[i], drop, now_ms, err)) > 0)
            r = 0;
    *ret_count = count;
    return r < 0 ? r : 0;
}

int pk_messages_settle_held(struct pk_store *store, bool drop, struct pk_held_cursor *cursor, int64_t now_ms, size_t max,
                            size_t *ret_count, struct pk_error *err)
{
    size_t uncertain = 0, waiting = 0;
    max = bounded(max);
    int r = settle_uncertain(store, drop, cursor, now_ms, max, &uncertain, err);
    if (r == 0 && uncertain < max)
        r = settle_waiting(store, drop, cursor, now_ms, max - uncertain, &waiting, err);
    if (r == 0)
        *ret_count = uncertain + waiting;
    return r;
}

/* ---- quiet hours ---- */

/* One message to its new moment, or to its end where that is too late. */
static int put_off_one(struct pk_store *store, int64_t id, bool too_late, int64_t until_ms, int64_t now_ms, struct pk_error *err)
{
    struct pk_message_change later = { .state = PK_MESSAGE_DEFERRED, .reason = PK_REASON_QUIET, .due_ms = until_ms, .now_ms = now_ms };
    struct pk_message_change end = { .state = PK_MESSAGE_EXPIRED, .reason = PK_REASON_QUIET_TOO_LATE, .now_ms = now_ms };
    return pk_message_change(store, id, too_late ? &end : &later, err);
}

/* Of rows that are an id and an expiry. */
static int put_off_rows(struct pk_store *store, sqlite3_stmt *rows, int64_t until_ms, int64_t now_ms, size_t max, size_t *ret_count,
                        struct pk_error *err)
{
    int64_t ids[STEP_MAX];
    bool late[STEP_MAX];
    size_t count = 0;
    int r = 1;
    while (count < bounded(max) && (r = pk_sql_step(store, rows, err)) == 1) {
        int64_t expires_ms = sqlite3_column_int64(rows, 1);
        ids[count] = sqlite3_column_int64(rows, 0);
        late[count++] = expires_ms != 0 && expires_ms <= until_ms;
    }
    if (r == 1)
        pk_sql_reset(rows);
    for (size_t i = 0; r >= 0 && i < count; i++)
        r = put_off_one(store, ids[i], late[i], until_ms, now_ms, err);
    *ret_count = r < 0 ? 0 : count;
    return r < 0 ? r : 0;
}

int pk_messages_put_off(struct pk_store *store, const struct pk_put_off *what, size_t max, size_t *ret_count, struct pk_error *err)
{
    /* Classes notice, question and duty; not flagged at once (32) or held (2): as model/consent has it. */
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, expires_ms FROM message INDEXED BY message_waiting WHERE state < 3 AND route = ?1"
                                       " AND priority = ?2 AND due_ms <= ?3 AND topic = ?4 AND channel = ?5 AND class IN (0, 1, 5)"
                                       " AND flags & 34 = 0 ORDER BY due_ms");
    pk_sql_bind(rows, "uuiuu", what->route, what->priority, what->now_ms, what->topic, what->channel);
    return put_off_rows(store, rows, what->until_ms, what->now_ms, max, ret_count, err);
}

bool pk_messages_quiet_next(struct pk_store *store, uint32_t *topic, uint32_t *channel)
{
    int64_t next = pk_sql_int(store, -1,
                              "SELECT topic * 4294967296 + channel FROM message INDEXED BY message_quiet WHERE state = 2 AND reason = 26"
                              " AND (topic, channel) > (?1, ?2) ORDER BY topic, channel LIMIT 1",
                              "uu", *topic, *channel);
    if (next < 0)
        return false;
    *topic = (uint32_t) (next >> 32);
    *channel = (uint32_t) next;
    return true;
}

int pk_messages_quiet_again(struct pk_store *store, uint32_t topic, uint32_t channel, int64_t until_ms, int64_t now_ms, size_t max,
                            size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, expires_ms FROM message INDEXED BY message_quiet WHERE state = 2 AND reason = 26"
                                       " AND topic = ?1 AND channel = ?2 AND due_ms > ?3 AND due_ms <> ?4 ORDER BY due_ms");
    pk_sql_bind(rows, "uuii", topic, channel, now_ms, until_ms);
    return put_off_rows(store, rows, until_ms, now_ms, max, ret_count, err);
}
