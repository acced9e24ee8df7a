/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/campaign_made.h"

#include "gateway/model/campaign.h"
#include "gateway/store/campaign_cost.h"
#include "gateway/store/campaigns.h"
#include "gateway/store/internal.h"

bool pk_campaign_link(struct pk_store *store, int64_t trigger, struct pk_campaign_link *ret_link)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT g.campaign, g.step, g.edition, coalesce(s.moment, '') IN ('on change', 'on cancel')"
                                       " FROM campaign_trigger g LEFT JOIN campaign_step s ON s.id = g.step WHERE g.trigger = ?1");
    pk_sql_bind(find, "i", trigger);
    if (pk_sql_step(store, find, NULL) != 1)
        return false;
    *ret_link = (struct pk_campaign_link){
        .campaign = sqlite3_column_int64(find, 0),
        .step = sqlite3_column_int64(find, 1),
        .edition = sqlite3_column_int64(find, 2),
        .news = sqlite3_column_int64(find, 3) != 0,
    };
    pk_sql_reset(find);
    return true;
}

int pk_campaign_trigger_made(struct pk_store *store, int64_t trigger, int64_t people, int64_t cost, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE campaign_trigger SET people = people + ?2, cost = cost + ?3 WHERE trigger = ?1", "iii", trigger, people,
                        cost);
}

/* A share is rounded up: rather a little too much than a ceiling that gives way. */
int pk_campaign_trigger_called_back(struct pk_store *store, int64_t trigger, int64_t cancelled, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "UPDATE campaign_trigger SET cost = CASE WHEN people > ?2 THEN (cost * (people - ?2) + people - 1) / people ELSE 0 END,"
                        " people = max(people - ?2, 0) WHERE trigger = ?1 AND people > 0", "ii", trigger, cancelled);
}

/* The invitation is the first step for everybody; whoever gets it instead of a reminder has the next reminder to fall back on, as those
 * who agreed later have. */
int pk_campaign_trigger_missed(struct pk_store *store, int64_t trigger, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "UPDATE campaign_step SET state = ?3, due_ms = ?2 WHERE state = ?4 AND id = (SELECT t.step FROM campaign_trigger t"
                        " JOIN campaign c ON c.id = t.campaign WHERE t.trigger = ?1 AND t.instead = 0 AND t.edition <> c.edition AND c.state = ?5)"
                        " AND place = (SELECT min(s.place) FROM campaign_step s WHERE s.campaign = campaign_step.campaign"
                        " AND s.moment NOT IN ('on change', 'on cancel') AND s.moment NOT LIKE '% to %')",
                        "iiuuu", trigger, now_ms, PK_STEP_WAITING, PK_STEP_RELEASED, PK_CAMPAIGN_RUNNING);
}

struct pk_campaign_made pk_campaign_made(struct pk_store *store, int64_t campaign, int64_t step, int64_t edition)
{
    struct pk_campaign_made made = { 0 };
    (void) pk_campaign_holding_write(store, NULL); /* what could not be written is tried again by the commit, and fails it */
    sqlite3_stmt *sum = pk_sql(store, "SELECT total(people), total(spent + CASE WHEN people > 0 THEN (cost * held + people - 1) / people"
                                      " ELSE 0 END) FROM campaign_trigger INDEXED BY campaign_trigger_by_campaign WHERE campaign = ?1 AND (?2 = 0 OR step = ?2) AND edition >= ?3");
    pk_sql_bind(sum, "iii", campaign, step, edition);
    if (pk_sql_step(store, sum, NULL) == 1)
        made = (struct pk_campaign_made){ sqlite3_column_int64(sum, 0), sqlite3_column_int64(sum, 1) };
    pk_sql_reset(sum);
    return made;
}

/* The states as in store/campaigns.c: what arrived, or still may. Class 0: notices. */
int64_t pk_campaign_told_since(struct pk_store *store, int64_t recipient, int64_t since_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM address a CROSS JOIN message m INDEXED BY message_by_address ON m.address = a.id AND m.class = 0"
                      " AND m.due_ms > ?2 AND m.state IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 16) CROSS JOIN notice n ON n.id = m.notice"
                      " CROSS JOIN campaign_trigger g ON g.trigger = n.trigger LEFT JOIN campaign_step s ON s.id = g.step"
                      " WHERE a.recipient = ?1 AND coalesce(s.moment, '') NOT IN ('on change', 'on cancel')",
                      "ii", recipient, since_ms);
}

/* 14, 31: suppressed, often enough. */
int64_t pk_campaign_left_out(struct pk_store *store, int64_t campaign)
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM campaign_trigger g INDEXED BY campaign_trigger_by_campaign CROSS JOIN trigger t ON t.id = g.trigger"
                      " CROSS JOIN message m INDEXED BY message_by_notice ON m.notice = t.notice AND m.state = 14 AND m.reason = 31"
                      " WHERE g.campaign = ?1", "i", campaign);
}

/* 5, 6, 8, 9, 11, 16: taken by the provider, and nothing bad is known; 10, 12: undelivered, failed. */
int pk_campaign_outcome(struct pk_store *store, int64_t trigger, int64_t since_ms, struct pk_campaign_outcome *ret_outcome, struct pk_error *err)
{
    sqlite3_stmt *sum = pk_sql(store, "SELECT count(*), count(*) FILTER (WHERE state IN (10, 12)) FROM message INDEXED BY message_by_notice"
                                      " WHERE notice = (SELECT notice FROM trigger WHERE id = ?1) AND state IN (5, 6, 8, 9, 10, 11, 12, 16)"
                                      " AND updated_ms >= ?2");
    *ret_outcome = (struct pk_campaign_outcome){ 0 };
    pk_sql_bind(sum, "ii", trigger, since_ms);
    int r = pk_sql_step(store, sum, err);
    if (r == 1)
        *ret_outcome = (struct pk_campaign_outcome){ sqlite3_column_int64(sum, 0), sqlite3_column_int64(sum, 1) };
    pk_sql_reset(sum);
    return r < 0 ? r : 0;
}

int pk_campaign_left(struct pk_store *store, int64_t campaign, int (*each)(void *ctx, uint32_t reason, int64_t messages), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *all = pk_sql(store, "SELECT m.reason, count(*) FROM campaign_trigger g INDEXED BY campaign_trigger_by_campaign"
                                      " CROSS JOIN notice n ON n.trigger = g.trigger CROSS JOIN message m ON m.notice = n.id"
                                      " WHERE g.campaign = ?1 AND m.state BETWEEN 10 AND 15 GROUP BY m.reason ORDER BY m.reason");
    pk_sql_bind(all, "i", campaign);
    int r;
    while ((r = pk_sql_step(store, all, err)) == 1)
        if ((r = each(ctx, pk_sql_u32(all, 0), sqlite3_column_int64(all, 1))) != 0) {
            pk_sql_reset(all);
            return r;
        }
    return r;
}
