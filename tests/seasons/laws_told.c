/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who should be told by what a campaign lets go, and was everybody. What people know is the town's own book: the version that
 * the last hand-over to them said, of those that may have arrived. Who agreed and what was answered is read from the rows.
 */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

/* May have arrived, or still may; written out again here. */
#define TOLD " (m.state NOT IN (10, 12, 13, 14, 15) OR m.flags & 1 <> 0) "
#define OF_CAMPAIGN " FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger JOIN message m ON m.notice = g.notice WHERE t.campaign = ?1 "
#define OF_STEP " (t.step = ?2 OR t.instead = ?2) "
/* Answers to what said this version. */
#define ANSWERS " FROM rsvp r JOIN campaign_trigger t ON t.trigger = r.trigger JOIN trigger g ON g.id = t.trigger JOIN notice n ON n.id = g.notice" \
                " JOIN address a ON a.recipient = r.recipient WHERE t.campaign = ?1 AND instr(n.vals, 'Zaal ' || ?2 || '\"') > 0 "
#define EARLY_MS (15 * MINUTE_MS)

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

/* ---- what people know ---- */

/* Also of a message that was handed over again: each time counts by itself. */
static bool may_have_arrived(unsigned index)
{
    return !world->hands[index].dead;
}

/* A hand-over to this person, of a campaign, before something of it was let go. */
static bool is_earlier(unsigned index, unsigned person, const struct release *release)
{
    const struct hand *hand = &world->hands[index];
    return hand->person == person && hand->version != 0 && hand->campaign == release->index && hand->trigger < release->first &&
           may_have_arrived(index);
}

/* The last of them, up to that moment, whose version is what they know; 0 = there is none, and the first hand-over is nobody's. */
static unsigned last_told(unsigned person, const struct release *release, int64_t until_ms)
{
    for (unsigned i = world->hand_count - 1; i > 0; i--)
        if (world->hands[i].at_ms <= until_ms && is_earlier(i, person, release))
            return i;
    return 0;
}

static crowd who_know(const struct release *release, bool otherwise)
{
    crowd found = 0;
    for (unsigned i = 0; i < world->people_count; i++) {
        unsigned version = world->hands[last_told(i, release, INT64_MAX)].version;
        if (version != 0 && (!otherwise || version != release->version))
            found |= 1u << i;
    }
    return found;
}

/* This version, first or last: the date may have moved away since, and back. */
static crowd were_told(const struct release *release)
{
    crowd found = 0;
    for (unsigned person = 0; person < world->people_count; person++)
        for (unsigned i = 1; i < world->hand_count; i++)
            if (world->hands[i].version == release->version && is_earlier(i, person, release))
                found |= 1u << person;
    return found;
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

static crowd expected_of(const struct release *release, const char *moment)
{
    crowd people = meant(&world->campaigns[release->index], release->at_ms);
    const char *whom = strstr(moment, " to ");
    if (strcmp(moment, "on cancel") == 0)
        return people & who_know(release, false);
    if (strcmp(moment, "on change") == 0)
        return people & who_know(release, true);
    if (!whom)
        return people; /* a reminder to who was told, the invitation to who was not */
    people &= were_told(release);
    if (strcmp(whom, " to yes") == 0)
        return people & crowd_of("SELECT a.id" ANSWERS "AND r.at_ms < ?3 AND r.yes = 1 AND NOT EXISTS (SELECT 1 FROM rsvp n JOIN campaign_trigger u"
                                 " ON u.trigger = n.trigger WHERE n.recipient = r.recipient AND u.campaign = ?1 AND n.id > r.id)",
                                 release->campaign, release->version, release->at_ms);
    return people & ~crowd_of("SELECT a.id" ANSWERS, release->campaign, release->version, 0);
}

/* ---- what was let go ---- */

/* One line of what the campaigns' steps became. */
struct link {
    int64_t trigger, campaign, step, edition, received_ms;
    unsigned version;
    char moment[64], template_name[48];
};

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
    if (last && last->open && last->step == link->step && last->edition == link->edition && last->at_ms == link->received_ms) {
        last->last = link->trigger; /* the invitation instead of a reminder, or a change to who knows yet another date */
        return;
    }
    if (world->release_count == RELEASES_MAX)
        broken("does not work", "more releases than there is room for");
    struct release *release = &world->releases[world->release_count++];
    *release = (struct release){
        .campaign = link->campaign, .step = link->step, .first = link->trigger, .last = link->trigger, .edition = link->edition,
        .at_ms = link->received_ms, .index = index, .version = link->version, .change = strcmp(link->moment, "on change") == 0, .open = true,
    };
    release->expected = expected_of(release, link->moment);
}

static void follow_releases(void)
{
    struct link links[32];
    size_t count = 0;
    sqlite3_stmt *rows = pk_sql(life.eye, "SELECT t.trigger, t.campaign, s.id, t.edition, g.received_ms, s.moment, n.template, n.vals FROM campaign_trigger t"
                                          " JOIN trigger g ON g.id = t.trigger JOIN notice n ON n.id = g.notice JOIN campaign_step s"
                                          " ON s.id = CASE t.instead WHEN 0 THEN t.step ELSE t.instead END WHERE t.trigger > ?1 ORDER BY t.trigger");
    pk_sql_bind(rows, "i", world->newest_link);
    while (count < PK_COUNT(links) && pk_sql_step(life.eye, rows, NULL) == 1) {
        struct link *link = &links[count++];
        char values[300];
        (void) snprintf(values, sizeof values, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 7)));
        *link = (struct link){ sqlite3_column_int64(rows, 0), sqlite3_column_int64(rows, 1), sqlite3_column_int64(rows, 2), sqlite3_column_int64(rows, 3),
                               sqlite3_column_int64(rows, 4), version_in(values), "", "" };
        (void) snprintf(link->moment, sizeof link->moment, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 5)));
        (void) snprintf(link->template_name, sizeof link->template_name, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 6)));
    }
    pk_sql_reset(rows);
    for (size_t i = 0; i < count; i++) {
        add_release(&links[i]);
        world->newest_link = links[i].trigger;
    }
}

/* Whom something let go before told or was going to tell, so that this need not. */
static crowd told_before(const struct release *release)
{
    crowd before = crowd_of("SELECT m.address" OF_CAMPAIGN "AND" OF_STEP "AND t.edition = ?3 AND" TOLD, release->campaign, release->step, release->edition);
    before |= crowd_of("SELECT m.address" OF_CAMPAIGN "AND" OF_STEP "AND m.id > ?3 AND" TOLD
                           " AND (SELECT template FROM campaign_step WHERE id = ?2) LIKE '%-invitation'", release->campaign, release->step, 0);
    /* Whoever is told something else at the moment a step is due, or later, need not be told that too. */
    before |= crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger < ?3 AND max(g.received_ms, g.send_at_ms) >= (SELECT due_ms FROM campaign_step"
                       " WHERE id = ?2) AND" TOLD, release->campaign, release->step, release->first);
    if (!release->change)
        return before;
    /* What says the new date already and waited when the change was let go. */
    before |= crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger < ?2 AND t.edition = ?3 AND" TOLD, release->campaign, release->first, release->edition);
    return before | crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger < ?2 AND m.updated_ms >= ?3 AND t.edition = (SELECT edition"
                             " FROM campaign_trigger WHERE trigger = ?2)", release->campaign, release->first, release->at_ms);
}

/* A change is told to nobody who knew it. Where the gateway was killed as it began to hand something over later, it cannot know
 * that this did not leave: such people are not looked at. */
static void law_no_news(const struct release *release, crowd reached)
{
    for (unsigned i = 0; i < world->people_count; i++) {
        const struct hand *hand = &world->hands[last_told(i, release, release->at_ms)];
        if (!(reached & 1u << i) || hand->version != release->version)
            continue;
        crowd unclear = crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger > ?2 AND t.trigger < ?3 AND m.attempts > 0", release->campaign, hand->trigger,
                                 release->first);
        if (!(unclear & 1u << i))
            broken("told-twice", "person %u knows version %u of campaign %u, and it is told to them as a change", i, release->version, release->index);
    }
}

/* Whose last begun message of the campaign said this version and may have arrived, as far as the gateway can know: it was killed between
 * beginning to hand that over and hearing what came of it. */
static crowd may_know(const struct release *release)
{
    return crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger < ?2 AND m.attempts > 0 AND" TOLD
                    "AND t.knows = (SELECT knows FROM campaign_trigger WHERE trigger = ?2) AND NOT EXISTS (SELECT 1 FROM campaign_trigger u JOIN trigger h"
                    " ON h.id = u.trigger JOIN message k ON k.notice = h.notice WHERE u.campaign = ?1 AND u.trigger > t.trigger AND u.trigger < ?2"
                    " AND k.address = m.address AND k.attempts > 0 AND u.knows <> t.knows)", release->campaign, release->first, 0);
}

/* What of it was on its way as the date moved did not arrive: it goes again, and then it is asked who has it. */
static bool goes_again(const struct release *release)
{
    return pk_sql_int(life.eye, 0, "SELECT 1 FROM campaign_step s JOIN campaign c ON c.id = s.campaign WHERE s.id = ?1 AND s.state = 1 AND s.due_ms <= ?2"
                                   " AND c.state = 3", "ii", release->step, pk_clock_wall_ms()) != 0;
}

/* Each of them has a message of it, whatever became of that, or was told this step before. */
static void law_everybody(struct release *release)
{
    int64_t open = pk_sql_int(life.eye, 0, "SELECT count(*) FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger WHERE t.campaign = ?1"
                                           " AND t.trigger BETWEEN ?2 AND ?3 AND g.state IN (1, 5)", "iii", release->campaign, release->first, release->last);
    if (open != 0 || goes_again(release))
        return;
    release->open = false;
    crowd reached = crowd_of("SELECT m.address" OF_CAMPAIGN "AND t.trigger BETWEEN ?2 AND ?3", release->campaign, release->first, release->last);
    if (release->change)
        law_no_news(release, reached);
    if (pk_sql_int(life.eye, 0, "SELECT count(*) FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger WHERE t.campaign = ?1"
                                " AND t.trigger BETWEEN ?2 AND ?3 AND g.state IN (3, 4)", "iii", release->campaign, release->first, release->last) != 0)
        return; /* called back, or too late: that is a reason */
    crowd missing = release->expected & ~reached & ~told_before(release);
    if (release->change)
        missing &= who_know(release, true) & ~may_know(release); /* of what was on its way then it may be known by now that it did not arrive */
    for (unsigned i = 0; i < world->people_count; i++)
        if ((missing & 1u << i) && !world->people[i].stopped && !world->people[i].erased)
            broken("not-told", "person %u has no message of step %lld of campaign %lld, edition %lld", i, (long long) release->step,
                   (long long) release->campaign, (long long) release->edition);
}

void laws_told_look(void)
{
    look_people_up();
    follow_releases();
    for (unsigned i = 0; i < world->release_count; i++)
        if (world->releases[i].open)
            law_everybody(&world->releases[i]);
}

/* ---- in the end ---- */

static bool anybody_told(int64_t campaign, int64_t before_ms)
{
    for (unsigned i = 1; i < world->hand_count; i++) {
        const struct hand *hand = &world->hands[i];
        const struct campaign *of = &world->campaigns[hand->campaign];
        if (hand->version != 0 && of->id == campaign && of->now == hand->version && hand->at_ms < before_ms && may_have_arrived(i))
            return true;
    }
    return false;
}

/* A step that was let go became something; only of those who answered, or did not, there may be nobody yet. */
void laws_told_in_the_end(void)
{
    sqlite3_stmt *rows = pk_sql(life.eye, "SELECT s.id, s.campaign, s.due_ms, s.moment LIKE '% to %' FROM campaign_step s WHERE s.state = 2 AND NOT EXISTS"
                                          " (SELECT 1 FROM campaign_trigger t WHERE t.step = s.id OR t.instead = s.id)");
    while (pk_sql_step(life.eye, rows, NULL) == 1)
        if (sqlite3_column_int(rows, 3) == 0 || anybody_told(sqlite3_column_int64(rows, 1), sqlite3_column_int64(rows, 2) - EARLY_MS))
            broken("not-told", "step %lld was let go and became nothing", (long long) sqlite3_column_int64(rows, 0));
}
