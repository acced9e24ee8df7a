/* SPDX-License-Identifier: EUPL-1.2 */
/* What was under way when a backup was taken (restored.h). The journal's part is journal_replay.c. */
#include "gateway/store/restored.h"

#include "gateway/store/internal.h"

/* Whatever they are: the table of states is about what happens to a message, and this is about what we know of it. The
 * counts move along. */
static int doubt(struct pk_store *store, const char *sql, int64_t now_ms, int64_t shown_until_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, sql, "iiu", now_ms, shown_until_ms, (unsigned) PK_REASON_RESTORED);
}

static int64_t count_between(const struct pk_store *store, unsigned first, unsigned last)
{
    int64_t count = 0;
    for (unsigned state = first; state <= last; state++)
        count += store->counts[state];
    return count;
}

static void move_counts(struct pk_store *store, unsigned first, unsigned last)
{
    for (unsigned state = first; state <= last; state++) {
        if (state == PK_MESSAGE_UNCERTAIN)
            continue;
        store->counts[PK_MESSAGE_UNCERTAIN] += store->counts[state];
        store->counts[state] = 0;
    }
}

int pk_messages_doubt(struct pk_store *store, int64_t now_ms, int64_t shown_until_ms, struct pk_doubted *ret_doubted, struct pk_error *err)
{
    static const char was_due[] = "INSERT INTO held_due(message, due_ms) SELECT id, due_ms FROM message WHERE state < 3"
                                  " ON CONFLICT(message) DO UPDATE SET due_ms = excluded.due_ms";
    static const char waiting[] = "UPDATE message SET state = 4, reason = ?3, flags = flags | 2, updated_ms = ?1,"
                                  " due_ms = max(expires_ms, ?2) WHERE state < 3";
    static const char under_way[] = "UPDATE message SET reason = CASE state WHEN 4 THEN reason ELSE ?3 END, state = 4,"
                                    " updated_ms = CASE state WHEN 4 THEN updated_ms ELSE ?1 END, due_ms = max(due_ms, ?2)"
                                    " WHERE state BETWEEN 5 AND 7 OR (state = 4 AND flags & 2 = 0)";
    int64_t waited = count_between(store, PK_MESSAGE_SCHEDULED, PK_MESSAGE_DEFERRED);
    int64_t flew = count_between(store, PK_MESSAGE_UNCERTAIN, PK_MESSAGE_UNDELIVERED_TEMPORARY);
    int r = doubt(store, under_way, now_ms, shown_until_ms, err);
    if (r == 0)
        r = pk_sql_write(store, err, was_due, "");
    if (r == 0)
        r = doubt(store, waiting, now_ms, shown_until_ms, err);
    if (r == 0) /* nothing waits any more, of no campaign either */
        r = pk_sql_write(store, err, "UPDATE campaign_trigger SET held = 0 WHERE held <> 0", "");
    if (r != 0)
        return r;
    move_counts(store, PK_MESSAGE_SCHEDULED, PK_MESSAGE_DEFERRED);
    move_counts(store, PK_MESSAGE_UNCERTAIN, PK_MESSAGE_UNDELIVERED_TEMPORARY);
    *ret_doubted = (struct pk_doubted){ .waiting = waited, .under_way = flew };
    return 0;
}

int64_t pk_message_was_due(struct pk_store *store, int64_t id, int64_t otherwise)
{
    return pk_sql_int(store, otherwise, "SELECT due_ms FROM held_due WHERE message = ?1", "i", id);
}

int pk_triggers_hold(struct pk_store *store, int64_t until_ms, size_t max, int (*each)(void *ctx, const struct pk_trigger *trigger),
                     void *ctx, int64_t *ret_count, struct pk_error *err)
{
    struct pk_trigger trigger = { 0 };
    int r;
    *ret_count = 0;
    while ((r = pk_trigger_next_in(store, PK_TRIGGER_EXPANDING, trigger.id, &trigger, err)) == 0) {
        if (trigger.send_at_ms > until_ms)
            continue;
        if ((size_t) *ret_count < max && (r = each(ctx, &trigger)) != 0)
            return r;
        if ((r = pk_trigger_progress(store, trigger.id, PK_TRIGGER_HELD, trigger.cursor, trigger.planned, err)) != 0)
            return r;
        (*ret_count)++;
    }
    return r == PK_E_NOT_FOUND ? 0 : r;
}
