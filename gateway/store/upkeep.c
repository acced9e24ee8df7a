/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/upkeep.h"

#include "gateway/store/former.h"
#include "gateway/store/indicators.h"
#include "gateway/store/internal.h"
#include "gateway/store/reports.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/webhooks.h"

/* Ids are ordered by time, so "older than" is a range of the primary key. */
static int64_t first_id_of(int64_t ms)
{
    return ms <= 0 ? 0 : ms << 20;
}

static int step(struct pk_store *store, const char *sql, int64_t before, size_t max, bool *ret_more, struct pk_error *err)
{
    int r = pk_sql_write(store, err, sql, "ii", before, (int64_t) max);
    if (r == 0 && pk_sql_changed(store) >= (int64_t) max)
        *ret_more = true;
    return r;
}

/* Which messages go: final, and old enough for their class. Whom a campaign told is known as long as it goes on: they are told
 * a change, and not the same step twice; and until its report is kept. */
#define OVER                                                                                                             \
    "SELECT m.id FROM message m WHERE m.id < ?1 AND m.state >= 8 AND (m.class <> 1 OR m.id < ?3) AND NOT EXISTS (SELECT 1" \
    " FROM notice n CROSS JOIN campaign_trigger g ON g.trigger = n.trigger CROSS JOIN campaign c ON c.id = g.campaign"      \
    " WHERE n.id = m.notice AND c.state IN (3, 4)) AND NOT " PK_REPORT_NEEDS_MESSAGE " ORDER BY m.id LIMIT ?2"

static int retain_messages(struct pk_store *store, const struct pk_retention *retention, size_t max, bool *ret_more, struct pk_error *err)
{
    int64_t before = first_id_of(retention->messages_before_ms), questions = first_id_of(retention->questions_before_ms);
    int r = pk_sql_write(store, err,
                         "INSERT INTO trigger_total(trigger, state, count) SELECT n.trigger, m.state, count(*) FROM message m"
                         " JOIN notice n ON n.id = m.notice WHERE m.id IN (" OVER ") AND n.trigger <> 0 GROUP BY n.trigger, m.state"
                         " ON CONFLICT(trigger, state) DO UPDATE SET count = count + excluded.count",
                         "iii", before, (int64_t) max, questions);
    if (r == 0)
        r = pk_sql_write(store, err, PK_REACH_KEEP_TOLD(OVER), "iii", before, (int64_t) max, questions);
    if (r == 0)
        r = pk_sql_write(store, err, PK_REACH_KEEP_SOON(OVER), "iii", before, (int64_t) max, questions);
    if (r == 0)
        r = pk_sql_write(store, err,
                         "DELETE FROM receipt WHERE attempt IN (SELECT t.id FROM attempt t JOIN message m ON m.id = t.message WHERE m.id IN"
                         " (" OVER "))",
                         "iii", before, (int64_t) max, questions);
    if (r == 0)
        r = pk_sql_write(store, err,
                         "DELETE FROM attempt_part WHERE attempt IN (SELECT t.id FROM attempt t JOIN message m ON m.id = t.message WHERE"
                         " m.id IN (" OVER "))",
                         "iii", before, (int64_t) max, questions);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM attempt WHERE message IN (" OVER ")", "iii", before, (int64_t) max, questions);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM held_due WHERE message IN (" OVER ")", "iii", before, (int64_t) max, questions);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM message WHERE id IN (" OVER ")", "iii", before, (int64_t) max, questions);
    if (r == 0 && pk_sql_changed(store) >= (int64_t) max)
        *ret_more = true;
    return r;
}

/* ---- what a text said ---- */

#define VALUES_CLEARED "retention.values_to" /* of the notices up to this one no values are left */

/* Notices are numbered as they are made: the first after `from` that is not old yet. Only the old ones are looked at, and
 * one that a clock gone wrong dated ahead of time hides none. */
static int64_t first_young(struct pk_store *store, int64_t from, int64_t before_ms, int64_t now_ms)
{
    return pk_sql_int(store, INT64_MAX, "SELECT id FROM notice WHERE id > ?1 AND created_ms BETWEEN ?2 AND ?3 ORDER BY id LIMIT 1",
                      "iii", from, before_ms, now_ms);
}

/* Until the last message is final; a yes may be answered with them a while longer. An answer's values are found again by
 * their digest: the next one of the kind is stored anew. */
static int retain_values(struct pk_store *store, const struct pk_retention *retention, size_t max, bool *ret_more, struct pk_error *err)
{
    int64_t cleared = pk_store_number(store, VALUES_CLEARED, 0), before_ms = retention->values_before_ms;
    int64_t young = first_young(store, cleared, before_ms, retention->now_ms);
    int r = pk_sql_write(store, err,
                         "UPDATE notice SET vals = '{}', digest = NULL WHERE id IN (SELECT n.id FROM notice n LEFT JOIN trigger t"
                         " ON t.id = n.trigger WHERE n.id > ?3 AND n.id < ?4 AND n.vals <> '{}' AND coalesce(t.valid_until_ms, n.created_ms)"
                         " < ?1 AND NOT EXISTS (SELECT 1 FROM message m INDEXED BY message_by_notice WHERE m.notice = n.id AND m.state < 8)"
                         " ORDER BY n.id LIMIT ?2)",
                         "iiii", before_ms, (int64_t) max, cleared, young);
    if (r != 0)
        return r;
    *ret_more = *ret_more || pk_sql_changed(store) >= (int64_t) max;
    int64_t to = pk_sql_int(store, -1, "SELECT max(id) FROM notice WHERE id < coalesce((SELECT id FROM notice WHERE id > ?1 AND id < ?2"
                                       " AND vals <> '{}' ORDER BY id LIMIT 1), ?2)", "ii", cleared, young);
    return to > cleared ? pk_store_set_number(store, VALUES_CLEARED, to, err) : 0;
}

/* Once nobody's message refers to it any more. The numbers of the last ones are given again. */
static int retain_notices(struct pk_store *store, const struct pk_retention *retention, size_t max, bool *ret_more, struct pk_error *err)
{
    int64_t before_ms = retention->messages_before_ms, young = first_young(store, 0, before_ms, retention->now_ms);
    int r = pk_sql_write(store, err,
                         "DELETE FROM notice WHERE id IN (SELECT n.id FROM notice n WHERE n.id < ?3 AND n.created_ms < ?1 AND NOT EXISTS"
                         " (SELECT 1 FROM message m WHERE m.notice = n.id) ORDER BY n.id LIMIT ?2)",
                         "iii", before_ms, (int64_t) max, young);
    if (r != 0)
        return r;
    *ret_more = *ret_more || pk_sql_changed(store) >= (int64_t) max;
    int64_t last = pk_sql_int(store, 0, "SELECT max(id) FROM notice", "");
    return last < pk_store_number(store, VALUES_CLEARED, 0) ? pk_store_set_number(store, VALUES_CLEARED, last, err) : 0;
}

/* ---- answers to invitations ---- */

static int add_up(struct pk_store *store, int64_t trigger, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "INSERT INTO rsvp_total(trigger, yes, no, heads) SELECT ?1, coalesce(sum(yes), 0), coalesce(sum(1 - yes), 0),"
                         " coalesce(sum(heads), 0) FROM rsvp WHERE id IN (SELECT max(id) FROM rsvp WHERE trigger = ?1 AND occurrence = 0"
                         " GROUP BY recipient)"
                         " ON CONFLICT(trigger) DO UPDATE SET yes = yes + excluded.yes, no = no + excluded.no,"
                         " heads = heads + excluded.heads",
                         "i", trigger);
    return r != 0 ? r : pk_sql_write(store, err, "DELETE FROM rsvp WHERE trigger = ?1 AND occurrence = 0", "i", trigger);
}

/* Trigger by trigger: there are few, and each is added up whole. */
static int retain_rsvps(struct pk_store *store, int64_t before_ms, struct pk_error *err)
{
    int left = pk_rsvps_retain(store, before_ms, err); /* those to dates */
    if (left != 0)
        return left;
    for (int64_t trigger = -1; before_ms > 0;) {
        trigger = pk_sql_int(store, INT64_MAX, "SELECT min(trigger) FROM rsvp WHERE trigger > ?1", "i", trigger);
        if (trigger == INT64_MAX)
            break;
        if (pk_sql_int(store, 0, "SELECT valid_until_ms FROM trigger WHERE id = ?1", "i", trigger) >= before_ms ||
            pk_sql_int(store, 0, "SELECT 1 FROM rsvp WHERE trigger = ?1 AND occurrence = 0 LIMIT 1", "i", trigger) == 0)
            continue;
        if (pk_report_needs(store, trigger))
            continue;
        int r = add_up(store, trigger, err);
        if (r != 0)
            return r;
    }
    return 0;
}

/* With its steps; what they became is kept as triggers are. */
static int retain_campaigns(struct pk_store *store, int64_t before_ms, size_t max, bool *ret_more, struct pk_error *err)
{
    int r = step(store, "DELETE FROM campaign WHERE id IN (SELECT id FROM campaign WHERE state >= 5 AND updated_ms < ?1 ORDER BY id LIMIT ?2)",
                 before_ms, max, ret_more, err);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM campaign_step WHERE campaign NOT IN (SELECT id FROM campaign)", "");
    return r == 0 ? pk_sql_write(store, err, "DELETE FROM campaign_trigger WHERE campaign NOT IN (SELECT id FROM campaign)", "") : r;
}

int pk_upkeep_retain(struct pk_store *store, const struct pk_retention *retention, size_t max, bool *ret_more,
                     struct pk_error *err)
{
    *ret_more = false;
    int r = retain_values(store, retention, max, ret_more, err);
    if (r == 0)
        r = retain_rsvps(store, retention->rsvps_before_ms, err);
    if (r == 0)
        r = retain_messages(store, retention, max, ret_more, err);
    if (r == 0)
        r = step(store, "DELETE FROM reply WHERE id IN (SELECT id FROM reply WHERE at_ms < ?1 ORDER BY at_ms LIMIT ?2)",
                 retention->replies_before_ms, max, ret_more, err);
    if (r == 0)
        r = step(store, "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE last_ms < ?1 ORDER BY last_ms LIMIT ?2)",
                 retention->replies_before_ms, max, ret_more, err);
    if (r == 0)
        r = step(store,
                 "DELETE FROM trigger WHERE id IN (SELECT t.id FROM trigger t WHERE t.id < ?1 AND t.state >= 3 AND NOT EXISTS"
                 " (SELECT 1 FROM message m WHERE m.notice = t.notice) ORDER BY t.id LIMIT ?2)",
                 first_id_of(retention->triggers_before_ms), max, ret_more, err);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM trigger_total WHERE trigger < ?1 AND trigger NOT IN (SELECT id FROM trigger)", "i",
                         first_id_of(retention->triggers_before_ms));
    if (r == 0)
        r = pk_reach_drop(store, first_id_of(retention->triggers_before_ms), err);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM rsvp_total WHERE trigger < ?1 AND trigger NOT IN (SELECT id FROM trigger)", "i",
                         first_id_of(retention->triggers_before_ms));
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM trigger_act WHERE trigger < ?1 AND trigger NOT IN (SELECT id FROM trigger)", "i",
                         first_id_of(retention->triggers_before_ms));
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM date_news WHERE trigger < ?1 AND trigger NOT IN (SELECT id FROM trigger)", "i",
                         first_id_of(retention->triggers_before_ms));
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM event_name WHERE event NOT IN (SELECT id FROM event)", "");
    if (r == 0)
        r = step(store, "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE updated_ms < ?1 AND state <> 1 LIMIT ?2)",
                 retention->jobs_before_ms, max, ret_more, err);
    if (r == 0)
        r = step(store, "DELETE FROM proof WHERE (pseudonym, recipient) IN (SELECT pseudonym, recipient FROM proof INDEXED BY proof_by_end"
                        " WHERE until_ms < ?1 LIMIT ?2)",
                 retention->now_ms, max, ret_more, err);
    if (r == 0)
        r = retain_campaigns(store, retention->triggers_before_ms, max, ret_more, err);
    if (r == 0)
        r = pk_reports_drop(store, max, err);
    if (r == 0)
        r = retain_notices(store, retention, max, ret_more, err);
    /* Strangers' addresses: only as long as something is on its way to them. */
    if (r == 0)
        r = step(store,
                 "DELETE FROM address WHERE id IN (SELECT a.id FROM address a WHERE a.recipient IS NULL AND a.created_ms < ?1 AND NOT EXISTS"
                 " (SELECT 1 FROM message m WHERE m.address = a.id) AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.address = a.id) LIMIT ?2)",
                 retention->replies_before_ms, max, ret_more, err);
    return r;
}

static int64_t moment_of(int64_t first_id)
{
    return first_id >> 20;
}

void pk_upkeep_oldest(struct pk_store *store, struct pk_oldest *ret_oldest)
{
    *ret_oldest = (struct pk_oldest){
        .messages_ms = moment_of(pk_sql_int(store, 0, "SELECT min(id) FROM message", "")),
        .replies_ms = pk_sql_int(store, 0, "SELECT min(at_ms) FROM reply", ""),
        .triggers_ms = moment_of(pk_sql_int(store, 0, "SELECT min(id) FROM trigger", "")),
        .audit_ms = pk_sql_int(store, 0, "SELECT at_ms FROM audit ORDER BY id LIMIT 1", ""),
        .values_ms = pk_sql_int(store, 0, "SELECT created_ms FROM notice WHERE id > ?1 AND vals <> '{}' ORDER BY id LIMIT 1", "i",
                                pk_store_number(store, VALUES_CLEARED, 0)),
        .rsvps_ms = pk_sql_int(store, 0, "SELECT at_ms FROM rsvp ORDER BY id LIMIT 1", ""),
        .parked_ms = pk_sql_int(store, 0, "SELECT at_ms FROM parked ORDER BY id LIMIT 1", ""),
        .jobs_ms = pk_sql_int(store, 0, "SELECT min(updated_ms) FROM job", ""),
        .former_ms = pk_store_number(store, PK_NUMBER_FORMER_OLDEST, 0),
        .silent_ms = pk_sql_int(store, 0, "SELECT min(until_ms) FROM silent", ""),
        .passes_ms = pk_sql_int(store, 0, "SELECT created_ms FROM pass ORDER BY id LIMIT 1", ""),
        .ledger_ms = pk_sql_int(store, 0, "SELECT at_ms FROM ledger ORDER BY id LIMIT 1", ""),
        .inbox_ms = pk_sql_int(store, 0, "SELECT min(last_ms) FROM inbox", ""),
        .webhooks_ms = pk_webhooks_oldest_ms(store),
        .proofs_ms = pk_sql_int(store, 0, "SELECT min(until_ms) FROM proof", ""),
    };
}
