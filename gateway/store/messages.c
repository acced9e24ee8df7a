/* SPDX-License-Identifier: EUPL-1.2 */
/* One message at a time, and the claim. Sweeps over many are in sweeps.c, lists and counts in lists.c. */
#include "gateway/store/messages.h"

#include "gateway/model/campaign.h"
#include "gateway/store/campaign_cost.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/internal.h"
#include "gateway/store/message_row.h"

int pk_message_insert(struct pk_store *store, const struct pk_message *m, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "INSERT INTO message(" PK_MESSAGE_COLUMNS
                         ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
                         "iiiiiuuuuuuuuuuiiiiu", m->id, m->recipient, m->address, m->notice, m->version, m->topic, m->channel, m->cls,
                         m->route, m->priority, m->state, m->reason, m->flags, m->attempts, m->account, m->due_ms, m->expires_ms,
                         m->updated_ms, m->act_ms, m->earlier);
    if (r != 0)
        return r;
    store->counts[m->state]++;
    bool holds = (m->flags & PK_MESSAGE_OF_CAMPAIGN) && pk_message_is_waiting((enum pk_message_state) m->state);
    return holds ? pk_campaign_holds(store, m->notice, 1, err) : 0;
}

void pk_message_read(sqlite3_stmt *row, struct pk_message *ret_message)
{
    *ret_message = (struct pk_message){
        .id = sqlite3_column_int64(row, 0),
        .recipient = sqlite3_column_int64(row, 1),
        .address = sqlite3_column_int64(row, 2),
        .notice = sqlite3_column_int64(row, 3),
        .version = sqlite3_column_int64(row, 4),
        .topic = pk_sql_u32(row, 5),
        .channel = pk_sql_u32(row, 6),
        .cls = pk_sql_u32(row, 7),
        .route = pk_sql_u32(row, 8),
        .priority = pk_sql_u32(row, 9),
        .state = pk_sql_u32(row, 10),
        .reason = pk_sql_u32(row, 11),
        .flags = pk_sql_u32(row, 12),
        .attempts = pk_sql_u32(row, 13),
        .account = pk_sql_u32(row, 14),
        .due_ms = sqlite3_column_int64(row, 15),
        .expires_ms = sqlite3_column_int64(row, 16),
        .updated_ms = sqlite3_column_int64(row, 17),
        .act_ms = sqlite3_column_int64(row, 18),
        .earlier = pk_sql_u32(row, 19),
    };
}

int pk_message_get(struct pk_store *store, int64_t id, struct pk_message *ret_message, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS " FROM message WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such message");
    pk_message_read(find, ret_message);
    pk_sql_reset(find);
    return 0;
}

/* ---- the claim ---- */

/* The gate's facts of a message m: the newest consent event, the person's STOP, whether the address is blocked or
 * suppressed, whether an earlier attempt arrived after all, and the sealed address. */
#define FACTS                                                                                                              \
    "c.kind, c.until_ms, r.stopped_ms, coalesce(nullif(a.blocked_ms, 0), s.at_ms, 0),"                                     \
    " CASE WHEN m.attempts = 0 THEN 0 ELSE EXISTS(SELECT 1 FROM attempt t CROSS JOIN receipt p ON p.attempt = t.id"        \
    " WHERE t.message = m.id AND p.state IN (3, 4)) END, a.value, a.id"
#define FACTS_FROM                                                                                                         \
    " LEFT JOIN consent c ON c.recipient = m.recipient AND c.topic = m.topic AND c.channel = m.channel"                    \
    " LEFT JOIN recipient r ON r.id = m.recipient LEFT JOIN address a ON a.id = m.address"                                 \
    " LEFT JOIN suppression s ON s.channel = a.channel AND s.blind = a.blind"

const char pk_claim_sql[] = "SELECT " PK_MESSAGE_COLUMNS_OF(m) ", " FACTS " FROM message m INDEXED BY message_waiting" FACTS_FROM
                            " WHERE m.state < 3 AND m.route = ?1 AND m.priority = ?2 AND m.due_ms <= ?3 ORDER BY m.due_ms LIMIT ?4";

static void read_due(sqlite3_stmt *row, int64_t now_ms, struct pk_due *ret_due)
{
    const int at = PK_MESSAGE_COLUMN_COUNT;
    pk_message_read(row, &ret_due->message);
    ret_due->consent = pk_consent_state_of(pk_sql_u32(row, at), sqlite3_column_int64(row, at + 1), now_ms);
    ret_due->stopped_ms = sqlite3_column_int64(row, at + 2);
    ret_due->blocked_ms = sqlite3_column_int64(row, at + 3);
    ret_due->blocks_retry = sqlite3_column_int64(row, at + 4) != 0;
    struct pk_slice sealed = pk_sql_blob(row, at + 5);
    ret_due->sealed_len = sealed.len <= sizeof ret_due->sealed ? (uint16_t) sealed.len : 0;
    memcpy(ret_due->sealed, sealed.data, ret_due->sealed_len);
    ret_due->sealed_row = sqlite3_column_int64(row, at + 6);
}

int pk_messages_due(struct pk_store *store, uint32_t route, uint32_t priority, int64_t now_ms, size_t max, struct pk_due *ret_due,
                    size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, pk_claim_sql);
    pk_sql_bind(rows, "uuii", route, priority, now_ms, (int64_t) max);
    size_t count = 0;
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1)
        read_due(rows, now_ms, &ret_due[count++]);
    if (r == 0)
        *ret_count = count;
    return r;
}

int pk_message_due_facts(struct pk_store *store, int64_t id, int64_t now_ms, struct pk_due *ret_due, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS_OF(m) ", " FACTS " FROM message m" FACTS_FROM " WHERE m.id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such message");
    read_due(find, now_ms, ret_due);
    pk_sql_reset(find);
    return 0;
}

int pk_message_facts_on(struct pk_store *store, int64_t id, uint32_t channel, int64_t address, int64_t now_ms, struct pk_due *ret_due,
                        struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS_OF(m) ", " FACTS " FROM message m"
                                       " LEFT JOIN consent c ON c.recipient = m.recipient AND c.topic = m.topic AND c.channel = ?2"
                                       " LEFT JOIN recipient r ON r.id = m.recipient LEFT JOIN address a ON a.id = ?3 AND a.recipient = m.recipient"
                                       " AND a.channel = ?2 LEFT JOIN suppression s ON s.channel = a.channel AND s.blind = a.blind WHERE m.id = ?1");
    pk_sql_bind(find, "iui", id, channel, address);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such message");
    read_due(find, now_ms, ret_due);
    ret_due->message.channel = channel;
    ret_due->message.address = address;
    pk_sql_reset(find);
    return 0;
}

int64_t pk_messages_next_due(struct pk_store *store, uint32_t route, uint32_t priority)
{
    return pk_sql_int(store, INT64_MAX,
                      "SELECT due_ms FROM message INDEXED BY message_waiting WHERE state < 3 AND route = ?1 AND priority = ?2"
                      " ORDER BY due_ms LIMIT 1",
                      "uu", route, priority);
}

/* ---- changing ---- */

/* What the statement at hand does to a message is counted: by its state, and for its campaign. */
static void moved(struct pk_store *store, int64_t from, int64_t to, int64_t flags, int64_t notice)
{
    int64_t more = pk_message_is_waiting((enum pk_message_state) to) - pk_message_is_waiting((enum pk_message_state) from);
    store->counts[from]--;
    store->counts[to]++;
    if (flags & PK_MESSAGE_OF_CAMPAIGN)
        store->crossed = (struct pk_campaign_holding){ .notice = notice, .more = more };
}

/* SQL: become(state, next, flags, notice) is next, where the table of states allows it. Every change of a state passes here within
 * the statement that makes it. */
static void become(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct pk_store *store = sqlite3_user_data(context);
    int64_t from = sqlite3_value_int64(values[0]), to = sqlite3_value_int64(values[1]);
    (void) count;
    if (!pk_message_may_become((enum pk_message_state) from, (enum pk_message_state) to)) {
        store->refused_from = from;
        sqlite3_result_error_code(context, SQLITE_CONSTRAINT);
        return;
    }
    moved(store, from, to, sqlite3_value_int64(values[2]), sqlite3_value_int64(values[3]));
    sqlite3_result_int64(context, to);
}

/* SQL: go_on(state, flags, notice) is deferred, where the table lets a message go on to another channel. */
static void go_on(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct pk_store *store = sqlite3_user_data(context);
    int64_t from = sqlite3_value_int64(values[0]);
    (void) count;
    if (!pk_message_may_go_on((enum pk_message_state) from)) {
        store->refused_from = from;
        sqlite3_result_error_code(context, SQLITE_CONSTRAINT);
        return;
    }
    moved(store, from, PK_MESSAGE_DEFERRED, sqlite3_value_int64(values[1]), sqlite3_value_int64(values[2]));
    sqlite3_result_int64(context, PK_MESSAGE_DEFERRED);
}

int pk_messages_attach(struct pk_store *store, struct pk_error *err)
{
    store->refused_from = -1;
    int r = sqlite3_create_function_v2(store->db, "become", 4, SQLITE_UTF8 | SQLITE_DIRECTONLY, store, become, NULL, NULL, NULL);
    if (r == SQLITE_OK)
        r = sqlite3_create_function_v2(store->db, "go_on", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, store, go_on, NULL, NULL, NULL);
    return r == SQLITE_OK ? 0 : pk_sql_fail(store, r, err);
}

/* What the statement that was to change one message came to. */
static int changed(struct pk_store *store, int r, uint32_t to, struct pk_error *err)
{
    int64_t from = store->refused_from;
    store->refused_from = -1;
    if (r != 0 && from >= 0)
        return pk_fail(err, PK_E_CONFLICT, "a message that is %s cannot become %s", pk_message_state_name((enum pk_message_state) from),
                       pk_message_state_name((enum pk_message_state) to));
    if (r == 0 && pk_sql_changed(store) == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such message");
    return pk_campaign_holds_changed(store, r, err);
}

static int write_change(struct pk_store *store, int64_t id, const struct pk_message_change *change, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "UPDATE message SET state = become(state, ?2, flags, notice), reason = ?3, account = CASE ?4 WHEN 0 THEN account ELSE ?4 END,"
                         " flags = (flags | ?5) & ~?6, due_ms = CASE ?7 WHEN 0 THEN due_ms ELSE ?7 END, updated_ms = ?8,"
                         " attempts = attempts - ?9 WHERE id = ?1",
                         "iuuuuuiiu", id, change->state, change->reason, change->account, change->set_flags, change->clear_flags,
                         change->due_ms, change->now_ms, change->uncounted ? 1u : 0u);
    r = changed(store, r, change->state, err);
    if (r != 0 || !store->watch || !pk_message_is_final((enum pk_message_state) change->state))
        return r;
    return store->watch(store->watch_ctx, id, change->state, change->now_ms, err);
}

void pk_messages_watch(struct pk_store *store, pk_message_watch watch, void *ctx)
{
    store->watch = watch;
    store->watch_ctx = ctx;
}

int64_t pk_message_trigger(struct pk_store *store, int64_t id)
{
    return pk_sql_int(store, 0, "SELECT n.trigger FROM message m CROSS JOIN notice n ON n.id = m.notice WHERE m.id = ?1", "i", id);
}

/* With a provider when its campaign was paused, cancelled or moved, which cancels what waits: then its state, else 0. */
static int64_t called_back_from(struct pk_store *store, int64_t id)
{
    return pk_sql_int(store, 0,
                      "SELECT m.state FROM message m JOIN notice n ON n.id = m.notice JOIN campaign_trigger t ON t.trigger = n.trigger"
                      " JOIN campaign c ON c.id = t.campaign JOIN campaign_step s ON s.id = t.step WHERE m.id = ?1 AND m.state >= 3"
                      " AND (c.state = ?2 OR t.edition <> c.edition OR (c.state = ?3 AND s.moment <> 'on cancel'))",
                      "iuu", id, PK_CAMPAIGN_PAUSED, PK_CAMPAIGN_CANCELLED);
}

/* It is not sent again; where an attempt of it may have arrived, that is what is known of it. */
static int call_back(struct pk_store *store, int64_t id, int64_t from, const struct pk_message_change *change, struct pk_error *err)
{
    int64_t flags = pk_sql_int(store, 0, "SELECT flags FROM message WHERE id = ?1", "i", id) | (int64_t) change->set_flags;
    bool perhaps = (flags & PK_MESSAGE_POSSIBLE_DOUBLE) != 0;
    struct pk_message_change between = *change, last = { .state = PK_MESSAGE_CANCELLED, .reason = PK_REASON_TRIGGER_CANCELLED, .now_ms = change->now_ms };
    if (perhaps) {
        between.state = PK_MESSAGE_UNCERTAIN;
        last.state = PK_MESSAGE_UNCONFIRMED;
        last.reason = change->reason;
    }
    int r = !perhaps || from == PK_MESSAGE_SUBMITTING ? write_change(store, id, &between, err) : 0;
    if (r == 0)
        r = write_change(store, id, &last, err);
    return r == 0 && !perhaps ? pk_campaign_trigger_missed(store, pk_message_trigger(store, id), change->now_ms, err) : r;
}

bool pk_message_is_called_back(struct pk_store *store, int64_t id)
{
    return called_back_from(store, id) != 0;
}

int pk_message_change(struct pk_store *store, int64_t id, const struct pk_message_change *change, struct pk_error *err)
{
    int64_t from = pk_message_is_waiting((enum pk_message_state) change->state) ? called_back_from(store, id) : 0;
    return from != 0 ? call_back(store, id, from, change, err) : write_change(store, id, change, err);
}

int pk_messages_recall(struct pk_store *store, uint32_t route, uint32_t priority, uint32_t reason, int64_t until_ms, int64_t now_ms,
                       size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "UPDATE message SET due_ms = ?5 WHERE id IN (SELECT id FROM message INDEXED BY message_waiting WHERE state < 3"
                         " AND route = ?1 AND priority = ?2 AND due_ms > ?5 AND due_ms <= ?4 AND state = 2 AND reason = ?3 LIMIT ?6)",
                         "uuuiii", route, priority, reason, until_ms, now_ms, (int64_t) max);
    if (r == 0)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}

int pk_message_go_on(struct pk_store *store, int64_t id, const struct pk_message_way *way, int64_t now_ms, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "UPDATE message SET state = go_on(state, flags, notice), reason = ?2, channel = ?3, address = ?4, route = ?5, version = ?6,"
                         " flags = CASE ?7 WHEN 0 THEN flags & ~?8 ELSE flags | ?8 END, earlier = attempts, account = 0, due_ms = ?9,"
                         " updated_ms = ?9 WHERE id = ?1",
                         "iuuiuiuui", id, PK_REASON_NEXT_CHANNEL, way->channel, way->address, way->route, way->version,
                         way->has_next ? 1u : 0u, PK_MESSAGE_HAS_NEXT, now_ms);
    return changed(store, r, PK_MESSAGE_DEFERRED, err);
}

int pk_message_carried_on(struct pk_store *store, int64_t id, const struct pk_message_way *way, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "UPDATE message SET channel = ?2, address = ?3, route = ?4, version = ?5 WHERE id = ?1 AND address <> 0"
                        " AND EXISTS(SELECT 1 FROM address a WHERE a.id = ?3 AND a.recipient = message.recipient)",
                        "iuiui", id, way->channel, way->address, way->route, way->version);
}

int pk_message_extend(struct pk_store *store, int64_t id, int64_t expires_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE message SET expires_ms = ?2 WHERE id = ?1 AND expires_ms < ?2", "ii", id, expires_ms);
}

int pk_message_reword(struct pk_store *store, int64_t id, int64_t version, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE message SET version = ?2 WHERE id = ?1", "ii", id, version);
}

int pk_message_submitting(struct pk_store *store, int64_t id, uint32_t account, int64_t now_ms, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "UPDATE message SET state = become(state, 3, flags, notice), reason = 0, account = ?2, attempts = attempts + 1, updated_ms = ?3"
                         " WHERE id = ?1",
                         "iui", id, account, now_ms);
    return changed(store, r, PK_MESSAGE_SUBMITTING, err);
}
