/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * At rest between two moments, and in the end: was everybody told who should be, or is there a reason; is anything late; do
 * the sums agree; is it over.
 */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/ledger_chain.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"
#include "gateway/store/replies.h"

#define LATE_MS 5000 /* the gateway keeps house once a second */
/* May have arrived, or still may; written out again here. */
#define TOLD " m.state NOT IN (10, 12, 13, 14, 15) "
#define OF_CAMPAIGN " FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger JOIN message m ON m.notice = g.notice WHERE t.campaign = ?1 "

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" };
static unsigned vetoes_seen;

crowd crowd_of(const char *sql, int64_t a, int64_t b, int64_t c)
{
    sqlite3_stmt *rows = pk_sql(life.eye, sql);
    crowd found = 0;
    int used = sqlite3_bind_parameter_count(rows);
    pk_sql_bind(rows, used == 3 ? "iii" : used == 2 ? "ii" : "i", a, b, c);
    while (pk_sql_step(life.eye, rows, NULL) == 1)
        for (unsigned i = 0; i < world->people_count; i++)
            if (world->people[i].address != 0 && world->people[i].address == sqlite3_column_int64(rows, 0))
                found |= 1u << i;
    return found;
}

static void look_people_up(void)
{
    uint32_t sms = pk_name_find(life.store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    for (unsigned i = 0; i < world->people_count; i++) {
        struct person *person = &world->people[i];
        struct pk_address address = { 0 };
        if (!person->present || person->erased || person->address != 0)
            continue;
        if (pk_address_find(life.store, sms, pk_slice_of(person->number), &address, NULL) == 0) {
            person->address = address.id;
            person->id = address.recipient;
        }
    }
}

/* ---- who should be told ---- */

/* Agreed before that moment and still does, has not stopped, and is meant. */
static crowd meant(const struct campaign *campaign, int64_t before_ms)
{
    crowd agreed = crowd_of("SELECT a.id FROM consent c JOIN ledger l ON l.id = c.event JOIN address a ON a.recipient = c.recipient"
                                " JOIN recipient r ON r.id = c.recipient WHERE c.kind = 3 AND c.topic = (SELECT topic FROM campaign WHERE id = ?1)"
                                " AND l.at_ms < ?2 AND (c.until_ms = 0 OR c.until_ms > ?2) AND a.blocked_ms = 0 AND r.stopped_ms = 0",
                                campaign->id, before_ms, 0);
    for (unsigned i = 0; i < world->people_count; i++) {
        const struct person *person = &world->people[i];
        bool tagged = campaign->school < 0 || (unsigned) campaign->school == person->school;
        if (person->stopped || person->erased || !tagged)
            agreed &= ~(1u << i);
    }
    return agreed;
}

/* One line of what the campaigns' steps became. */
struct link {
    int64_t trigger, campaign, step, edition, received_ms;
    char moment[64], template_name[48];
};

static crowd answered(const struct link *link, const char *sql)
{
    return crowd_of(sql, link->campaign, link->edition, link->received_ms);
}

static crowd expected_of(const struct campaign *campaign, const struct link *link)
{
    crowd people = meant(campaign, link->received_ms);
    const char *whom = strstr(link->moment, " to ");
    if (strcmp(link->moment, "on cancel") == 0)
        return people & crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger < ?2 AND" TOLD, link->campaign, link->trigger, 0);
    if (strcmp(link->moment, "on change") == 0)
        return people & crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger < ?2 AND t.edition < ?3 AND" TOLD, link->campaign, link->trigger, link->edition);
    if (!whom)
        return people;
    people &= crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.edition = ?2 AND t.trigger < ?3 AND" TOLD, link->campaign, link->edition, link->trigger);
    if (strcmp(whom, " to yes") == 0)
        return people & answered(link, "SELECT a.id FROM rsvp r JOIN campaign_trigger t ON t.trigger = r.trigger JOIN address a ON a.recipient = r.recipient"
                                       " WHERE t.campaign = ?1 AND t.edition = ?2 AND r.at_ms < ?3 AND r.yes = 1 AND NOT EXISTS (SELECT 1 FROM rsvp n"
                                       " JOIN campaign_trigger u ON u.trigger = n.trigger WHERE n.recipient = r.recipient AND u.campaign = ?1 AND n.id > r.id)");
    return people & ~answered(link, "SELECT a.id FROM rsvp r JOIN campaign_trigger t ON t.trigger = r.trigger JOIN address a ON a.recipient = r.recipient"
                                    " WHERE t.campaign = ?1 AND t.edition = ?2 AND ?3 > 0");
}

static void add_release(const struct link *link)
{
    struct release *last = world->release_count > 0 ? &world->releases[world->release_count - 1] : NULL;
    unsigned index = 0;
    for (unsigned i = 1; i < world->campaign_count; i++)
        if (world->campaigns[i].id == link->campaign)
            index = i;
    if (index == 0)
        return;
    note("campaign %u releases %s (%s), edition %lld", index, link->template_name, link->moment, (long long) link->edition);
    if (last && last->open && last->campaign == link->campaign && last->edition == link->edition && link->trigger >> 20 == last->last >> 20) {
        last->last = link->trigger; /* the invitation instead of a reminder */
        return;
    }
    if (world->release_count == RELEASES_MAX)
        broken("does not work", "more releases than there is room for");
    world->releases[world->release_count++] = (struct release){
        .campaign = link->campaign, .step = link->step, .first = link->trigger, .last = link->trigger, .edition = link->edition,
        .expected = expected_of(&world->campaigns[index], link), .open = true,
    };
}

static void follow_releases(void)
{
    struct link links[32];
    size_t count = 0;
    sqlite3_stmt *rows = pk_sql(life.eye, "SELECT t.trigger, t.campaign, t.step, t.edition, g.received_ms, s.moment, s.template FROM campaign_trigger t"
                                          " JOIN trigger g ON g.id = t.trigger JOIN campaign_step s ON s.id = t.step WHERE t.trigger > ?1 ORDER BY t.trigger");
    pk_sql_bind(rows, "i", world->newest_link);
    while (count < PK_COUNT(links) && pk_sql_step(life.eye, rows, NULL) == 1) {
        struct link *link = &links[count++];
        *link = (struct link){ sqlite3_column_int64(rows, 0), sqlite3_column_int64(rows, 1), sqlite3_column_int64(rows, 2), sqlite3_column_int64(rows, 3),
                               sqlite3_column_int64(rows, 4), "", "" };
        (void) snprintf(link->moment, sizeof link->moment, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 5)));
        (void) snprintf(link->template_name, sizeof link->template_name, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 6)));
    }
    pk_sql_reset(rows);
    for (size_t i = 0; i < count; i++) {
        add_release(&links[i]);
        world->newest_link = links[i].trigger;
    }
}

/* Each of them has a message of it, whatever became of that, or was told this step before. */
static void law_everybody(struct release *release)
{
    int64_t open = pk_sql_int(life.eye, 0, "SELECT count(*) FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger WHERE t.campaign = ?1"
                                           " AND t.trigger BETWEEN ?2 AND ?3 AND g.state IN (1, 5)", "iii", release->campaign, release->first, release->last);
    if (open != 0)
        return;
    release->open = false;
    if (pk_sql_int(life.eye, 0, "SELECT count(*) FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger WHERE t.campaign = ?1"
                                " AND t.trigger BETWEEN ?2 AND ?3 AND g.state IN (3, 4)", "iii", release->campaign, release->first, release->last) != 0)
        return; /* called back, or too late: that is a reason */
    crowd reached = crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger BETWEEN ?2 AND ?3", release->campaign, release->first, release->last);
    crowd before = crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.step = ?2 AND t.edition = ?3 AND" TOLD, release->campaign, release->step, release->edition);
    before |= crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.step = ?2 AND m.id > ?3 AND" TOLD
                           " AND (SELECT template FROM campaign_step WHERE id = ?2) LIKE '%-invitation'", release->campaign, release->step, 0);
    before |= crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.edition >= ?3 AND" TOLD
                           " AND (SELECT moment FROM campaign_step WHERE id = ?2) = 'on change'", release->campaign, release->step, release->edition);
    crowd missing = release->expected & ~reached & ~before;
    for (unsigned i = 0; i < world->people_count; i++)
        if ((missing & 1u << i) && !world->people[i].stopped && !world->people[i].erased)
            broken("not-told", "person %u has no message of step %lld of campaign %lld, edition %lld", i, (long long) release->step,
                   (long long) release->campaign, (long long) release->edition);
}

/* ---- late ---- */

static void law_no_end(int64_t now_ms)
{
    static const struct { const char *what, *sql; } rows[] = {
        { "a step was not let go", "SELECT s.id FROM campaign_step s JOIN campaign c ON c.id = s.campaign WHERE s.state = 1 AND c.state = 3 AND s.due_ms - 900000 < ?1"
          " AND c.updated_ms < ?1" },
        { "a change was not told", "SELECT s.id FROM campaign_step s JOIN campaign c ON c.id = s.campaign WHERE s.state = 5 AND c.state = 3 AND s.due_ms < ?1" },
        { "a trigger was not expanded", "SELECT id FROM trigger WHERE state = 1 AND send_at_ms - 900000 < ?1 AND received_ms < ?1" },
        { "a message did not expire", "SELECT id FROM message WHERE state < 3 AND expires_ms < ?1" },
        { "a receipt was waited for too long", "SELECT id FROM message WHERE state BETWEEN 4 AND 7 AND due_ms < ?1" },
    };
    for (size_t i = 0; i < PK_COUNT(rows); i++) {
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
    look_people_up();
    follow_releases();
    for (unsigned i = 0; i < world->release_count; i++)
        if (world->releases[i].open)
            law_everybody(&world->releases[i]);
    if (vetoes_seen == world->vetoes)
        law_no_end(now_ms);
    vetoes_seen = world->vetoes;
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
    id = pk_sql_int(life.eye, 0, "SELECT s.id FROM campaign_step s WHERE s.state = 2 AND NOT EXISTS (SELECT 1 FROM campaign_trigger t WHERE t.step = s.id)", "");
    if (id != 0)
        broken("not-told", "step %lld was let go and became nothing", (long long) id);
}
