/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * At each hand-over: may this person be told this, now? Who said STOP, what was moved and what is on hold is known from the
 * town's own book, kept at each commit; when it is quiet, from a calendar of its own; the message's row is read by a second
 * connection, which sees what was committed and nothing else.
 */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"

struct facts {
    uint32_t cls, flags, priority;
    int64_t act_ms, expires_ms, recipient, topic, channel, campaign, edition, trigger;
    char topic_name[32], moment[64], template_name[48], values[300];
};

static void copy(char *to, size_t size, struct pk_slice text)
{
    (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
}

static void read_facts(int64_t message, struct facts *ret_facts)
{
    sqlite3_stmt *row = pk_sql(life.eye,
                               "SELECT m.class, m.flags, m.priority, m.act_ms, m.expires_ms, m.recipient, m.topic, m.channel, t.campaign, t.edition,"
                               " (SELECT text FROM name WHERE id = m.topic), s.moment, n.template, n.vals, t.trigger FROM message m JOIN notice n ON n.id = m.notice"
                               " LEFT JOIN campaign_trigger t ON t.trigger = n.trigger LEFT JOIN campaign_step s ON s.id = t.step WHERE m.id = ?1");
    pk_sql_bind(row, "i", message);
    if (pk_sql_step(life.eye, row, NULL) != 1)
        broken("sums", "a hand-over of a message that was not committed");
    *ret_facts = (struct facts){
        .cls = pk_sql_u32(row, 0), .flags = pk_sql_u32(row, 1), .priority = pk_sql_u32(row, 2),
        .act_ms = sqlite3_column_int64(row, 3), .expires_ms = sqlite3_column_int64(row, 4), .recipient = sqlite3_column_int64(row, 5),
        .topic = sqlite3_column_int64(row, 6), .channel = sqlite3_column_int64(row, 7), .campaign = sqlite3_column_int64(row, 8),
        .edition = sqlite3_column_int64(row, 9), .trigger = sqlite3_column_int64(row, 14),
    };
    copy(ret_facts->topic_name, sizeof ret_facts->topic_name, pk_sql_text(row, 10));
    copy(ret_facts->moment, sizeof ret_facts->moment, pk_sql_text(row, 11));
    copy(ret_facts->template_name, sizeof ret_facts->template_name, pk_sql_text(row, 12));
    copy(ret_facts->values, sizeof ret_facts->values, pk_sql_text(row, 13));
    pk_sql_reset(row);
}

/* ---- the person ---- */

static void law_after_stop(const struct hand *hand, const struct facts *facts)
{
    struct person *person = &world->people[hand->person];
    bool confirms = (facts->flags & PK_MESSAGE_CONFIRMS_STOP) != 0;
    bool answers = facts->cls == PK_CLASS_ANSWER && facts->act_ms >= person->stopped_ms;
    if (person->stopped && !confirms && !answers)
        broken("after-stop", "person %u is told %s after STOP", hand->person, facts->template_name);
    if (person->erased && facts->cls != PK_CLASS_ANSWER)
        broken("after-stop", "person %u is told %s after being erased", hand->person, facts->template_name);
    for (unsigned i = world->hand_count - 2; confirms && i > 0; i--)
        if (world->hands[i].message == hand->message)
            return; /* the same one, tried again */
    if (confirms && ++person->confirmed > person->stops)
        broken("after-stop", "person %u has a STOP confirmed that was not said", hand->person);
}

static void law_consent(const struct hand *hand, const struct facts *facts)
{
    if (facts->cls != PK_CLASS_NOTICE)
        return;
    if (pk_sql_int(life.eye, 0,
                   "SELECT 1 FROM consent WHERE recipient = ?1 AND topic = ?2 AND channel = ?3 AND kind = 3 AND (until_ms = 0 OR until_ms > ?4)",
                   "iiii", facts->recipient, facts->topic, facts->channel, hand->at_ms) == 0)
        broken("no-consent", "person %u is told %s without consent", hand->person, facts->template_name);
}

/* ---- the moment ---- */

static void law_quiet(const struct hand *hand, const struct facts *facts)
{
    struct wall_time wall;
    bool held = facts->cls == PK_CLASS_NOTICE || (facts->cls == PK_CLASS_QUESTION && !(facts->flags & PK_MESSAGE_AT_ONCE));
    if (!held || !calendar_quiet(facts->topic_name, hand->at_ms))
        return;
    if (facts->cls != PK_CLASS_NOTICE || facts->priority != PK_PRIORITY_URGENT)
        broken("quiet", "person %u is told %s in quiet hours", hand->person, facts->template_name);
    for (unsigned i = world->hand_count - 2; i > 0; i--)
        if (world->hands[i].message == hand->message)
            return;
    calendar_wall(hand->at_ms, &wall);
    int64_t day = wall.year * 10000 + wall.month * 100 + wall.day;
    world->urgent_count = world->urgent_day == day ? world->urgent_count + 1 : 1;
    world->urgent_day = day;
    if (world->urgent_count > URGENT_PER_DAY)
        broken("quiet", "more urgent messages than may pass in quiet hours of one day");
}

static void law_on_hold(const struct hand *hand, const struct facts *facts)
{
    if (world->held || world->account_held[hand->account])
        broken("on-hold", "%s leaves while %s is on hold", facts->template_name, world->held ? "everything" : "its account");
    if (facts->expires_ms <= hand->at_ms)
        broken("on-hold", "%s leaves after it expired", facts->template_name);
}

/* ---- the campaign ---- */

static unsigned campaign_of(int64_t id)
{
    for (unsigned i = 1; i < world->campaign_count; i++)
        if (world->campaigns[i].id == id)
            return i;
    broken("sums", "a hand-over of a campaign that nobody committed");
}

unsigned version_in(const char *text)
{
    const char *at = strstr(text, "Zaal ");
    return at ? (unsigned) strtoul(at + 5, NULL, 10) : 0;
}

static void law_of_the_date(struct hand *hand, const struct facts *facts, const char *text)
{
    bool cancels = strstr(facts->template_name, "-cancelled") != NULL;
    hand->campaign = campaign_of(facts->campaign);
    hand->version = version_in(facts->values);
    hand->edition = facts->edition;
    hand->trigger = facts->trigger;
    const struct campaign *campaign = &world->campaigns[hand->campaign];
    const struct version *version = &world->versions[hand->version];
    if (campaign->school >= 0 && (unsigned) campaign->school != world->people[hand->person].school)
        broken("not-meant", "person %u is told %s of campaign %u, which is for the other school", hand->person, facts->template_name, hand->campaign);
    if (version_in(text) != hand->version && (!cancels || version_in(text) != 0))
        broken("old-date", "person %u reads of version %u and it is %u", hand->person, version_in(text), hand->version);
    if (hand->version != campaign->now || facts->edition != campaign->edition)
        broken("old-date", "person %u is told version %u of campaign %u, edition %lld; it is %u, edition %lld", hand->person, hand->version,
               hand->campaign, (long long) facts->edition, campaign->now, (long long) campaign->edition);
    if (campaign->cancelled != cancels)
        broken("old-date", "person %u is told %s of campaign %u", hand->person, facts->template_name, hand->campaign);
    if (campaign->paused && !cancels)
        broken("on-hold", "person %u is told %s of campaign %u, which is paused", hand->person, facts->template_name, hand->campaign);
    if (hand->at_ms >= version->begins_ms)
        broken("quiet", "person %u is told %s when it has begun", hand->person, facts->template_name);
    if (hand->at_ms < calendar_due(facts->moment, version->begins_ms))
        broken("quiet", "person %u is told %s before its time", hand->person, facts->template_name);
}

/* ---- twice ---- */

/* The gateway was killed as it began to hand over what another date said in between: it cannot know that this did not leave. */
static bool may_have_left_between(const struct hand *earlier, const struct hand *hand, int64_t recipient)
{
    return pk_sql_int(life.eye, 0,
                      "SELECT 1 FROM campaign_trigger t JOIN trigger g ON g.id = t.trigger JOIN message m ON m.notice = g.notice"
                      " WHERE t.campaign = ?1 AND t.edition > ?2 AND t.edition < ?3 AND m.recipient = ?4 AND m.attempts > 0",
                      "iiii", world->campaigns[hand->campaign].id, earlier->edition, hand->edition, recipient) != 0;
}

static void law_told_twice(unsigned index, const struct facts *facts)
{
    const struct hand *hand = &world->hands[index];
    bool invites = strstr(hand->template_name, "-invitation") != NULL;
    bool other = false;
    for (unsigned i = index - 1; i > 0; i--) {
        const struct hand *earlier = &world->hands[i];
        if (earlier->dead || earlier->person != hand->person)
            continue;
        if (earlier->message == hand->message) {
            if (!(facts->flags & PK_MESSAGE_POSSIBLE_DOUBLE))
                broken("told-twice", "person %u may have this %s already, and nobody says so", hand->person, hand->template_name);
            continue;
        }
        if (hand->version == 0 || earlier->campaign != hand->campaign)
            continue;
        other = other || earlier->version != hand->version;
        bool same = strcmp(earlier->template_name, hand->template_name) == 0;
        if (same && (invites || !(other || may_have_left_between(earlier, hand, facts->recipient))))
            broken("told-twice", "person %u was told %s of campaign %u at hand-over %u and is again", hand->person, hand->template_name, hand->campaign, i);
    }
}

void laws_at_hand_over(unsigned index, const char *text)
{
    struct hand *hand = &world->hands[index];
    struct facts facts;
    read_facts(hand->message, &facts);
    if (facts.campaign != 0)
        law_of_the_date(hand, &facts, text);
    note("hand-over %u by %u to %u: %s (campaign %u, version %u), message %lld %s%s", index, hand->account, hand->person, hand->template_name,
         hand->campaign, hand->version, (long long) hand->message, hand->arrives ? "arrives" : "does not arrive",
         facts.flags & PK_MESSAGE_POSSIBLE_DOUBLE ? ", possibly double" : "");
    law_after_stop(hand, &facts);
    law_consent(hand, &facts);
    law_quiet(hand, &facts);
    law_on_hold(hand, &facts);
    law_told_twice(index, &facts);
}
