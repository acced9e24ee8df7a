/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/campaigns.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

#define COLUMNS                                                                                                                    \
    "id, name, state, topic, route, starts_ms, people_max, edition, audience, vals, occurrence, made_by, asked_by, approved_by, approved, why," \
    " created_ms, updated_ms, cost_max, currency, laddered"

/* The states in which a message may have arrived or still may: all but those that ended without. Number by number as in
 * model/states.h, pk_message_is_told(). */
#define DOUBLE "m.flags & 1 <> 0" /* PK_MESSAGE_POSSIBLE_DOUBLE: whatever became of its last attempt, an earlier one may have arrived */
#define TOLD "(m.state IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 16) OR " DOUBLE ")"
#define ARRIVED "state IN (4, 5, 6, 8, 9, 11, 16)"

static void copy(char *to, size_t size, struct pk_slice text)
{
    (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
}

static void copy_digest(uint8_t to[32], struct pk_slice bytes)
{
    memset(to, 0, 32);
    if (bytes.len == 32)
        memcpy(to, bytes.data, 32);
}

static void read_campaign(sqlite3_stmt *row, struct pk_campaign *ret_campaign)
{
    *ret_campaign = (struct pk_campaign){
        .id = sqlite3_column_int64(row, 0),
        .state = pk_sql_u32(row, 2),
        .topic = pk_sql_u32(row, 3),
        .route = pk_sql_u32(row, 4),
        .starts_ms = sqlite3_column_int64(row, 5),
        .people_max = sqlite3_column_int64(row, 6),
        .edition = sqlite3_column_int64(row, 7),
        .audience = pk_sql_text(row, 8),
        .values = pk_sql_text(row, 9),
        .occurrence = sqlite3_column_int64(row, 10),
        .created_ms = sqlite3_column_int64(row, 16),
        .updated_ms = sqlite3_column_int64(row, 17),
        .cost_max = sqlite3_column_int64(row, 18),
        .laddered = sqlite3_column_int64(row, 20) != 0,
    };
    copy(ret_campaign->name, sizeof ret_campaign->name, pk_sql_text(row, 1));
    copy(ret_campaign->made_by, sizeof ret_campaign->made_by, pk_sql_text(row, 11));
    copy(ret_campaign->asked_by, sizeof ret_campaign->asked_by, pk_sql_text(row, 12));
    copy(ret_campaign->approved_by, sizeof ret_campaign->approved_by, pk_sql_text(row, 13));
    copy_digest(ret_campaign->approved, pk_sql_blob(row, 14));
    copy(ret_campaign->why, sizeof ret_campaign->why, pk_sql_text(row, 15));
    copy(ret_campaign->currency, sizeof ret_campaign->currency, pk_sql_text(row, 19));
}

/* ---- campaigns ---- */

int pk_campaign_add(struct pk_store *store, struct pk_campaign *campaign, struct pk_error *err)
{
    if (pk_sql_int(store, 0, "SELECT 1 FROM campaign WHERE name = ?1", "t", pk_slice_of(campaign->name)) != 0)
        return pk_fail(err, PK_E_CONFLICT, "there is a campaign \"%s\" already", campaign->name);
    campaign->id = pk_id_ordered();
    int r = pk_sql_write(store, err,
                         "INSERT INTO campaign(id, name, state, topic, route, starts_ms, people_max, edition, audience, vals, occurrence,"
                         " made_by, asked_by, approved_by, approved, why, created_ms, updated_ms) VALUES(?1, ?2, 0, 0, 0, 0, 0, 0, '{}', '{}', 0,"
                         " ?3, '', '', x'', '', ?4, ?4)",
                         "itti", campaign->id, pk_slice_of(campaign->name), pk_slice_of(campaign->made_by), campaign->created_ms);
    return r != 0 ? r : pk_campaign_write(store, campaign, err);
}

static int get(struct pk_store *store, sqlite3_stmt *find, struct pk_campaign *ret_campaign, struct pk_error *err)
{
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such campaign");
    pk_sql_hold(store, find);
    read_campaign(find, ret_campaign);
    return 0;
}

int pk_campaign_get(struct pk_store *store, struct pk_slice name, struct pk_campaign *ret_campaign, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM campaign WHERE name = ?1");
    pk_sql_reset(find); /* the last one's slices end here */
    pk_sql_bind(find, "t", name);
    return get(store, find, ret_campaign, err);
}

int pk_campaign_by_id(struct pk_store *store, int64_t id, struct pk_campaign *ret_campaign, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM campaign WHERE id = ?1");
    pk_sql_reset(find);
    pk_sql_bind(find, "i", id);
    return get(store, find, ret_campaign, err);
}

int pk_campaign_write(struct pk_store *store, const struct pk_campaign *campaign, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "UPDATE campaign SET state = ?2, topic = ?3, route = ?4, starts_ms = ?5, people_max = ?6, edition = ?7, audience = ?8,"
                        " vals = ?9, occurrence = ?10, asked_by = ?11, approved_by = ?12, approved = ?13, why = ?14, updated_ms = ?15, cost_max = ?16,"
                        " currency = ?17, laddered = ?18 WHERE id = ?1",
                        "iuuuiiittittbtiitu", campaign->id, campaign->state, campaign->topic, campaign->route, campaign->starts_ms,
                        campaign->people_max, campaign->edition, campaign->audience, campaign->values, campaign->occurrence,
                        pk_slice_of(campaign->asked_by), pk_slice_of(campaign->approved_by), pk_slice_make(campaign->approved, 32),
                        pk_slice_of(campaign->why), campaign->updated_ms, campaign->cost_max, pk_slice_of(campaign->currency), campaign->laddered ? 1u : 0u);
}

int pk_campaigns_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_campaign *campaign), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM campaign ORDER BY name");
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_campaign campaign;
        read_campaign(rows, &campaign);
        if ((r = each(ctx, &campaign)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

/* ---- steps ---- */

/* The one among them that says the same at the same time; NULL = none. */
static struct pk_campaign_step *find_same(struct pk_campaign_step *steps, size_t count, const struct pk_campaign_step *step)
{
    char one[PK_STEP_TEXT_MAX], other[PK_STEP_TEXT_MAX];
    for (size_t i = 0; i < count; i++)
        if (strcmp(steps[i].template_name, step->template_name) == 0 &&
            strcmp(pk_step_text(&steps[i].rule, one), pk_step_text(&step->rule, other)) == 0)
            return &steps[i];
    return NULL;
}

#define AWAY 1000 /* places nobody has */

int pk_campaign_steps_set(struct pk_store *store, int64_t campaign, struct pk_campaign_step *steps, size_t count, struct pk_error *err)
{
    struct pk_campaign_step before[PK_CAMPAIGN_STEPS_MAX];
    size_t before_count = 0;
    int r = pk_campaign_steps(store, campaign, before, &before_count, err);
    if (r == 0)
        r = pk_sql_write(store, err, "UPDATE campaign_step SET place = place + ?2 WHERE campaign = ?1", "ii", campaign, (int64_t) AWAY);
    for (size_t i = 0; r == 0 && i < count; i++) {
        char text[PK_STEP_TEXT_MAX];
        struct pk_campaign_step *step = &steps[i], *same = find_same(before, before_count, step);
        step->campaign = campaign;
        step->place = (uint32_t) i;
        step->id = same ? same->id : pk_id_ordered();
        step->state = same ? same->state : step->state;
        step->due_ms = same ? same->due_ms : step->due_ms;
        if (same)
            same->template_name[0] = '\0'; /* taken */
        r = pk_sql_write(store, err,
                         "INSERT INTO campaign_step(id, campaign, place, moment, template, state, due_ms) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
                         " ON CONFLICT(id) DO UPDATE SET place = excluded.place",
                         "iiuttui", step->id, campaign, step->place, pk_slice_of(pk_step_text(&step->rule, text)),
                         pk_slice_of(step->template_name), step->state, step->due_ms);
    }
    return r == 0 ? pk_sql_write(store, err, "DELETE FROM campaign_step WHERE campaign = ?1 AND place >= ?2", "ii", campaign, (int64_t) AWAY) : r;
}

int pk_campaign_steps(struct pk_store *store, int64_t campaign, struct pk_campaign_step ret_steps[PK_CAMPAIGN_STEPS_MAX],
                      size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, place, moment, template, state, due_ms FROM campaign_step WHERE campaign = ?1 ORDER BY place LIMIT ?2");
    size_t count = 0;
    int r;
    pk_sql_bind(rows, "ii", campaign, (int64_t) PK_CAMPAIGN_STEPS_MAX);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_campaign_step *step = &ret_steps[count++];
        *step = (struct pk_campaign_step){
            .id = sqlite3_column_int64(rows, 0),
            .campaign = campaign,
            .place = pk_sql_u32(rows, 1),
            .state = pk_sql_u32(rows, 4),
            .due_ms = sqlite3_column_int64(rows, 5),
        };
        copy(step->template_name, sizeof step->template_name, pk_sql_text(rows, 3));
        if ((r = pk_step_parse(pk_sql_text(rows, 2), &step->rule, err)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    *ret_count = count;
    return r;
}

int pk_campaign_step_change(struct pk_store *store, int64_t step, uint32_t state, int64_t due_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE campaign_step SET state = ?2, due_ms = ?3 WHERE id = ?1", "iui", step, state, due_ms);
}

int64_t pk_campaign_due(struct pk_store *store, int64_t by_ms, int64_t now_ms)
{
    int64_t id = pk_sql_int(store, 0,
                            "SELECT c.id FROM campaign_step s INDEXED BY campaign_step_due CROSS JOIN campaign c ON c.id = s.campaign"
                            " WHERE s.state = 1 AND s.due_ms <= ?1 AND c.state = 3 ORDER BY s.due_ms LIMIT 1", "i", by_ms);
    return id != 0 ? id
                   : pk_sql_int(store, 0,
                                "SELECT c.id FROM campaign_step s INDEXED BY campaign_step_news CROSS JOIN campaign c ON c.id = s.campaign"
                                " WHERE s.state = 5 AND s.due_ms <= ?1 AND c.state = 3 ORDER BY s.due_ms LIMIT 1", "i", now_ms);
}

int64_t pk_campaign_running(struct pk_store *store, int64_t after)
{
    return pk_sql_int(store, 0, "SELECT id FROM campaign WHERE state = 3 AND id > ?1 ORDER BY id LIMIT 1", "i", after);
}

int64_t pk_campaign_on(struct pk_store *store, int64_t occurrence, int64_t after)
{
    return pk_sql_int(store, 0, "SELECT id FROM campaign INDEXED BY campaign_by_occurrence WHERE occurrence = ?1 AND occurrence <> 0 AND id > ?2"
                                " ORDER BY id LIMIT 1", "ii", occurrence, after);
}

/* ---- what became of them ---- */

int pk_campaign_trigger_add(struct pk_store *store, int64_t campaign, const struct pk_campaign_trigger *released, struct pk_error *err)
{
    return pk_sql_write(store, err, "INSERT INTO campaign_trigger(trigger, campaign, step, edition, knows, instead, circle) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        "iiiibii", released->trigger, campaign, released->step, released->edition,
                        pk_slice_make(released->knows, sizeof released->knows), released->instead, released->circle);
}

int pk_campaign_history(struct pk_store *store, int64_t campaign, struct pk_campaign_trigger ret_history[PK_CAMPAIGN_TRIGGERS_MAX],
                        size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT trigger, step, edition, knows, instead, circle FROM campaign_trigger INDEXED BY campaign_trigger_by_campaign"
                                       " WHERE campaign = ?1 ORDER BY trigger LIMIT ?2");
    size_t count = 0;
    int r;
    pk_sql_bind(rows, "ii", campaign, (int64_t) PK_CAMPAIGN_TRIGGERS_MAX);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_campaign_trigger *released = &ret_history[count++];
        *released = (struct pk_campaign_trigger){ .trigger = sqlite3_column_int64(rows, 0), .step = sqlite3_column_int64(rows, 1),
                                                  .edition = sqlite3_column_int64(rows, 2), .instead = sqlite3_column_int64(rows, 4),
                                                  .circle = sqlite3_column_int64(rows, 5) };
        copy_digest(released->knows, pk_sql_blob(rows, 3));
    }
    *ret_count = count;
    return r;
}

int64_t pk_campaign_circle_sum(struct pk_store *store, int64_t circle, int64_t since_ms, int64_t *ret_people)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT count(*), coalesce(sum(t.planned), 0) FROM campaign_trigger g JOIN trigger t ON t.id = g.trigger"
                                       " WHERE g.circle = ?1 AND t.received_ms >= ?2");
    pk_sql_bind(find, "ii", circle, since_ms);
    *ret_people = 0;
    if (pk_sql_step(store, find, NULL) != 1)
        return 0;
    int64_t count = sqlite3_column_int64(find, 0);
    *ret_people = sqlite3_column_int64(find, 1);
    pk_sql_reset(find);
    return count;
}

int pk_campaign_triggers(struct pk_store *store, int64_t campaign, int64_t step, int64_t edition, int64_t *ret_triggers, size_t max,
                         size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT trigger FROM campaign_trigger INDEXED BY campaign_trigger_by_campaign WHERE campaign = ?1"
                                       " AND (?2 = 0 OR step = ?2 OR instead = ?2) AND edition >= ?3 ORDER BY trigger LIMIT ?4");
    size_t count = 0;
    int r;
    pk_sql_bind(rows, "iiii", campaign, step, edition, (int64_t) max);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        ret_triggers[count++] = sqlite3_column_int64(rows, 0);
    *ret_count = count;
    return r;
}

int64_t pk_campaign_of_trigger(struct pk_store *store, int64_t trigger, int64_t *ret_step)
{
    *ret_step = pk_sql_int(store, 0, "SELECT step FROM campaign_trigger WHERE trigger = ?1", "i", trigger);
    return *ret_step != 0 ? pk_sql_int(store, 0, "SELECT campaign FROM campaign_trigger WHERE trigger = ?1", "i", trigger) : 0;
}

bool pk_trigger_told(struct pk_store *store, int64_t trigger, int64_t recipient)
{
    return pk_sql_int(store, 0,
                      "SELECT 1 FROM address a CROSS JOIN message m INDEXED BY message_by_address ON m.address = a.id WHERE a.recipient = ?2"
                      " AND " TOLD " AND m.notice = (SELECT notice FROM trigger WHERE id = ?1) LIMIT 1",
                      "ii", trigger, recipient) != 0;
}

int64_t pk_trigger_told_count(struct pk_store *store, int64_t trigger)
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM message m INDEXED BY message_by_notice WHERE m.notice = (SELECT notice FROM trigger WHERE id = ?1)"
                      " AND m." ARRIVED, "i", trigger);
}

/* Of the rows of a group with a max() SQLite takes what stands beside it from the row that is the greatest. A message that is
 * on its way right now counts: it may arrive. */
int64_t pk_campaign_know_other(struct pk_store *store, int64_t campaign, const uint8_t knows[32])
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM (SELECT m.recipient, max(c.trigger), c.knows AS knows FROM campaign_trigger c"
                      " INDEXED BY campaign_trigger_by_campaign CROSS JOIN trigger t ON t.id = c.trigger"
                      " CROSS JOIN message m INDEXED BY message_by_notice ON m.notice = t.notice AND (m.state IN (3, 4, 5, 6, 7, 8, 9, 11, 16) OR " DOUBLE ")"
                      " WHERE c.campaign = ?1 GROUP BY m.recipient) WHERE knows <> ?2",
                      "ib", campaign, pk_slice_make(knows, 32));
}
