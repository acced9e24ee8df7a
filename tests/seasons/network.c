/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The two providers. Their weather changes: they take what they are given, are busy, throttle, are away, lose receipts, are
 * slow, or say everything twice. What a provider has seen stays seen when the gateway dies, and what the gateway did not
 * confirm is told again. Whether a text reaches the telephone is settled at the hand-over, and only the laws know.
 */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "tests/support/stand_in.h"

struct post {
    struct stand_in in;
    unsigned account;
};

static struct post *posts[ACCOUNTS];
static unsigned opened;

static int post_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    (void) host;
    (void) values;
    (void) count;
    (void) err;
    struct post *post = pk_alloc(sizeof *post);
    post->account = opened++ % ACCOUNTS;
    *ret_self = posts[post->account] = post;
    return 0;
}

/* ---- handed over ---- */

/* What the provider will say, and what is true. */
static void decide(struct hand *hand)
{
    static const uint32_t lasting[] = { PK_OUTCOME_REJECTED, PK_OUTCOME_REJECTED, PK_OUTCOME_UNCERTAIN };
    hand->outcome = PK_OUTCOME_ACCEPTED;
    if (world->weather[hand->account] == BUSY && !one_in(5))
        hand->outcome = PK_OUTCOME_RETRY;
    else if (world->weather[hand->account] == THROTTLED && !one_in(4))
        hand->outcome = PK_OUTCOME_THROTTLED;
    else if (one_in(40))
        hand->outcome = lasting[chance(PK_COUNT(lasting))];
    bool open = hand->outcome == PK_OUTCOME_ACCEPTED || hand->outcome == PK_OUTCOME_UNCERTAIN;
    hand->arrives = open && !one_in(world->weather[hand->account] == AWAY ? 2 : 12);
}

static unsigned person_of(struct pk_slice address)
{
    for (unsigned i = 0; i < world->people_count; i++)
        if (pk_slice_is(address, world->people[i].number))
            return i;
    broken("does not work", "a hand-over to nobody of the town");
}

static int post_submit(void *self, const struct pk_job *job)
{
    struct post *post = self;
    char text[1024];
    if (world->hand_count == HANDS_MAX)
        broken("does not work", "more hand-overs than there is room for");
    unsigned index = world->hand_count++;
    struct hand *hand = &world->hands[index];
    *hand = (struct hand){ .at_ms = pk_clock_wall_ms(), .token = job->token, .life = world->life, .account = post->account, .person = person_of(job->address) };
    (void) snprintf(hand->attempt, sizeof hand->attempt, "%.*s", PK_SLICE_ARG(job->attempt_id));
    (void) snprintf(hand->template_name, sizeof hand->template_name, "%.*s", PK_SLICE_ARG(job->template_name));
    (void) snprintf(text, sizeof text, "%.*s", PK_SLICE_ARG(job->text));
    must(pk_id_parse(job->message_id, &hand->message), NULL, "the message's id");
    decide(hand);
    life.stirred++;
    laws_at_hand_over(index, text);
    if (world->weather[hand->account] != AWAY) {
        int64_t wait_ms = world->weather[hand->account] == SLOW ? (int64_t) chance(40 * SECOND_MS) : (int64_t) chance(900);
        (void) errand(ERRAND_ANSWER, hand->at_ms + wait_ms, index, 0);
    }
    if (hand->arrives)
        resident_got(index);
    if (world->kill_in == 1 && world->kill == KILL_HANDOVER)
        life_kill();
    return 0;
}

static void post_settled(void *self, uint64_t token, uint32_t ok, int64_t now_ms)
{
    (void) self;
    life.stirred++;
    for (unsigned i = 0; i < ERRANDS_MAX; i++) {
        struct errand *t = &world->errands[i];
        if (t->kind == ERRAND_NONE || t->id != token)
            continue;
        bool again = ok && !t->again && (one_in(30) || (t->kind == ERRAND_RECEIPT && world->weather[t->account] == TWICE));
        t->life = 0;
        if (ok && !again)
            t->kind = ERRAND_NONE;
        t->again = t->again || ok;
        t->at_ms = now_ms + MINUTE_MS + (int64_t) chance(again ? DAY_MS : MINUTE_MS);
    }
}

static const struct pk_session_ops session = { STAND_IN_SESSION, .submit = post_submit, .settled = post_settled };
static const struct pk_adapter adapter = { STAND_IN_ADAPTER, .open = post_open, .session = &session };

const struct pk_adapter *season_adapter(void)
{
    return &adapter;
}

/* ---- said ---- */

static void plan_receipts(unsigned index)
{
    struct hand *hand = &world->hands[index];
    int64_t now_ms = pk_clock_wall_ms(), wait_ms = one_in(5) ? (int64_t) chance(30 * HOUR_MS) : (int64_t) chance(2 * MINUTE_MS);
    if (world->weather[hand->account] == MUTE || one_in(12))
        return;
    if (!hand->arrives) {
        (void) errand(ERRAND_RECEIPT, now_ms + wait_ms, index, one_in(2) ? PK_RECEIPT_UNDELIVERED_TEMPORARY : PK_RECEIPT_UNDELIVERED_PERMANENT);
        return;
    }
    if (one_in(3))
        (void) errand(ERRAND_RECEIPT, now_ms + (int64_t) chance(MINUTE_MS), index, PK_RECEIPT_SENT);
    (void) errand(ERRAND_RECEIPT, now_ms + wait_ms, index, PK_RECEIPT_DELIVERED);
}

static void answer(struct errand *t)
{
    struct hand *hand = &world->hands[t->who];
    char id[24];
    t->kind = ERRAND_NONE;
    if (hand->life != world->life)
        return; /* nobody is there to hear it */
    (void) snprintf(id, sizeof id, "p-%s", hand->attempt);
    struct pk_result result = { .outcome = hand->outcome, .parts = 1, .after_ms = hand->outcome == PK_OUTCOME_THROTTLED ? 20 * SECOND_MS : 0 };
    if (hand->outcome == PK_OUTCOME_ACCEPTED)
        result.provider_id = pk_slice_of(id);
    if (hand->outcome == PK_OUTCOME_ACCEPTED)
        plan_receipts(t->who);
    bool heard = posts[hand->account]->in.ops->complete(posts[hand->account]->in.link, hand->token, &result) == 0;
    hand->dying = heard && hand->outcome != PK_OUTCOME_ACCEPTED && hand->outcome != PK_OUTCOME_UNCERTAIN;
    life.stirred++;
}

static void receipt(struct errand *t)
{
    struct hand *hand = &world->hands[t->who];
    char id[24];
    (void) snprintf(id, sizeof id, "p-%s", hand->attempt);
    t->account = hand->account;
    struct pk_event event = { .size = sizeof event, .kind = PK_EVENT_RECEIPT, .provider_id = pk_slice_of(id), .state = t->what, .token = t->id };
    t->life = world->life;
    if (posts[hand->account]->in.ops->event(posts[hand->account]->in.link, &event) != 0) {
        t->life = 0;
        t->at_ms = pk_clock_wall_ms() + MINUTE_MS;
    } else if (t->what == PK_RECEIPT_UNDELIVERED_TEMPORARY || t->what == PK_RECEIPT_UNDELIVERED_PERMANENT) {
        hand->dying = true;
    }
    life.stirred++;
}

void network_do(struct errand *t)
{
    if (t->kind == ERRAND_ANSWER) {
        answer(t);
    } else if (t->kind == ERRAND_RECEIPT) {
        receipt(t);
    } else {
        unsigned account = t->who;
        world->weather[account] = world->resting || one_in(2) ? FINE : (uint32_t) chance(WEATHERS);
        t->at_ms = pk_clock_wall_ms() + (int64_t) chance(world->weather[account] == FINE ? 2 * DAY_MS : 8 * HOUR_MS);
        note("weather of %u: %u", account, world->weather[account]);
    }
}

bool network_say(struct errand *t, const char *from, const char *text)
{
    char id[24];
    struct post *post = posts[t->account];
    (void) snprintf(id, sizeof id, "reply-%u", t->number);
    struct pk_event event = { .size = sizeof event, .kind = PK_EVENT_REPLY, .address = pk_slice_of(from), .text = pk_slice_of(text),
                              .event_id = pk_slice_of(id), .token = t->id };
    t->life = world->life;
    life.stirred++;
    if (post->in.ops->event(post->in.link, &event) == 0)
        return true;
    t->life = 0;
    t->at_ms = pk_clock_wall_ms() + MINUTE_MS;
    return false;
}

/* Refusals that were heard count once they are kept. A result may be kept a turn later than it was told; it is not counted as
 * dead before: the gateway may not know. */
void network_committed(bool kept)
{
    for (unsigned i = world->hand_count > 600 ? world->hand_count - 600 : 1; i < world->hand_count; i++) {
        struct hand *hand = &world->hands[i];
        hand->dead = hand->dead || (hand->dying && kept);
        if (hand->dying && !kept && hand->life != world->life)
            hand->dying = false;
    }
}

void network_begin(void)
{
    for (unsigned i = 1; i < world->hand_count; i++)
        world->hands[i].dying = false;
    if (world->life > 1)
        return;
    for (unsigned i = 0; i < ACCOUNTS; i++)
        (void) errand(ERRAND_WEATHER, world->now_ms + (int64_t) chance(DAY_MS), i, 0);
}
