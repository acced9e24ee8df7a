/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * At rest between two moments, and in the end: is anything late; do the sums agree; is it over. Who should be told is
 * laws_told.c's.
 */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/ledger_chain.h"
#include "gateway/store/replies.h"

#define LATE_MS 5000 /* the gateway keeps house once a second */
#define OF_CAMPAIGN " FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger JOIN message m ON m.notice = g.notice WHERE t.campaign = ?1 "

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" };

/* ---- late ---- */

/* A commit that failed is made up for by the next second's house keeping, and so is the time the gateway was away. */
static void law_no_end(int64_t now_ms)
{
    static unsigned vetoes_seen;
    static int64_t well_since_ms;
    static const struct { const char *what, *sql; } rows[] = {
        { "a step was not let go", "SELECT s.id FROM campaign_step s JOIN campaign c ON c.id = s.campaign WHERE s.state = 1 AND c.state = 3 AND s.due_ms - 900000 < ?1"
          " AND c.updated_ms < ?1" },
        { "a change was not told", "SELECT s.id FROM campaign_step s JOIN campaign c ON c.id = s.campaign WHERE s.state = 5 AND c.state = 3 AND s.due_ms < ?1"
          " AND c.updated_ms < ?1" },
        { "a trigger was not expanded", "SELECT id FROM trigger WHERE state = 1 AND send_at_ms - 900000 < ?1 AND received_ms < ?1" },
        { "a message did not expire", "SELECT id FROM message WHERE state < 3 AND expires_ms < ?1" },
        { "a receipt was waited for too long", "SELECT id FROM message WHERE state BETWEEN 4 AND 7 AND due_ms < ?1" },
    };
    if (well_since_ms == 0 || vetoes_seen != world->vetoes)
        well_since_ms = now_ms;
    vetoes_seen = world->vetoes;
    for (size_t i = 0; now_ms - well_since_ms > LATE_MS && i < PK_COUNT(rows); i++) {
        int64_t id = pk_sql_int(life.eye, 0, rows[i].sql, "i", now_ms - LATE_MS);
        if (id != 0)
            broken("no-end", "%s: %lld", rows[i].what, (long long) id);
    }
}

/* ---- sums ---- */

static void law_sums(void)
{
    if (pk_sql_int(life.eye, -1, "SELECT (SELECT count(*) FROM (SELECT state, count(*) AS n FROM message GROUP BY state) r LEFT JOIN message_count c"
                                 " ON c.state = r.state WHERE c.count IS NULL OR c.count <> r.n) + abs((SELECT coalesce(sum(count), 0) FROM message_count)"
                                 " - (SELECT count(*) FROM message))", "") != 0)
        broken("sums", "the messages of each state are not as many as are counted");
    int64_t trigger = pk_sql_int(life.eye, 0, "SELECT g.id FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger WHERE g.planned <>"
                                              " (SELECT count(*) FROM message m WHERE m.notice = g.notice) AND ?1 = 0", "i", (int64_t) 0);
    if (trigger != 0 && pk_sql_int(life.eye, 0, "SELECT count(*) FROM audit WHERE action = 'recipient.erase'", "") == 0)
        broken("sums", "trigger %lld has not made as many messages as it says", (long long) trigger);
}

static void law_progress(int64_t now_ms)
{
    for (unsigned i = 1; i < world->campaign_count; i++) {
        struct pk_campaign_view view = { 0 };
        struct pk_error err = { 0 };
        if (world->campaigns[i].id == 0)
            continue;
        must(pk_campaign_view(life.service, &anna, pk_slice_of(world->campaigns[i].name), now_ms, &view, &err), &err, "view");
        for (size_t n = 0; n < view.step_count; n++) {
            int64_t told = pk_sql_int(life.eye, -1, "SELECT count(*)" OF_CAMPAIGN "AND t.step = ?2 AND m.state IN (4, 5, 6, 8, 9, 11, 16)", "ii",
                                      world->campaigns[i].id, view.steps[n].id);
            if (told != view.told[n])
                broken("sums", "campaign %u shows %lld told by step %zu, and %lld were", i, (long long) view.told[n], n, (long long) told);
        }
    }
}

static void law_answers(void)
{
    sqlite3_stmt *rows = pk_sql(life.eye, "SELECT r.trigger, count(*), sum(r.yes) FROM rsvp r WHERE r.id = (SELECT max(id) FROM rsvp n"
                                          " WHERE n.trigger = r.trigger AND n.recipient = r.recipient) GROUP BY r.trigger");
    while (pk_sql_step(life.eye, rows, NULL) == 1) {
        int64_t yes = 0, no = 0, heads = 0, trigger = sqlite3_column_int64(rows, 0);
        must(pk_replies_count(life.store, trigger, &yes, &no, &heads, NULL), NULL, "answers");
        if (yes + no != sqlite3_column_int64(rows, 1) || yes != sqlite3_column_int64(rows, 2) || heads < yes)
            broken("sums", "trigger %lld has %lld yes and %lld no, and was answered otherwise", (long long) trigger, (long long) yes, (long long) no);
    }
}

void laws_at_rest(void)
{
    int64_t now_ms = pk_clock_wall_ms();
    world->looks++;
    laws_told_look();
    law_no_end(now_ms);
    if (world->looks % 4 == 0)
        law_sums();
    if (world->looks % 64 == 0) {
        law_progress(now_ms);
        law_answers();
    }
}

/* ---- in the end ---- */

/* Of one that was sent again though it may have arrived, the last attempt decides what is said; that it may be double is said too. */
static void law_truth(void)
{
    for (unsigned i = 1; i < world->hand_count; i++) {
        const struct hand *hand = &world->hands[i];
        if (!hand->arrives || world->people[hand->person].erased)
            continue;
        if (pk_sql_int(life.eye, 0, "SELECT 1 FROM message m WHERE m.id = ?1 AND m.state IN (10, 12, 13, 14, 15) AND m.flags & 1 = 0", "i", hand->message) != 0)
            broken("sums", "hand-over %u arrived, and the gateway says that message %lld did not", i, (long long) hand->message);
    }
}

void laws_in_the_end(void)
{
    struct pk_error err = { 0 };
    int64_t held = 0;
    if (pk_ledger_verify(life.eye, &held, &err) != 0 || held == 0)
        broken("ledger", "%s", err.message);
    law_sums();
    law_progress(pk_clock_wall_ms());
    law_answers();
    law_truth();
    int64_t id = pk_sql_int(life.eye, 0, "SELECT id FROM message WHERE state IN (10, 12, 13, 14, 15) AND reason = 0 LIMIT 1", "");
    if (id != 0)
        broken("not-told", "message %lld ended without a reason", (long long) id);
    id = pk_sql_int(life.eye, 0, "SELECT s.id FROM campaign_step s JOIN campaign c ON c.id = s.campaign WHERE c.state = 5 AND s.state = 1", "");
    if (id != 0)
        broken("no-end", "step %lld waits in a campaign that is over", (long long) id);
    laws_told_in_the_end();
}
