/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Ten thousand short schedules, made by chance from a seed that is printed: in each somebody says STOP, mostly while messages
 * to them wait or are on their way; START, holds and pauses, completions, receipts, commits that fail, restarts and crashes
 * of the service race the dispatcher over one store with it. After every turn:
 *
 *   - what was handed over in it went to nobody whose STOP stands, but a STOP's confirmation and answers to later acts;
 *   - a STOP is confirmed once at most, by the account it came in on;
 *   - nothing was handed over while all was on hold, nor by an account that is paused;
 *   - nothing was handed over again that the provider may have from before, unless the message says "possible double";
 *   - the counts of states are those of the messages there are;
 *   - a trigger made a message for each person it reaches at that moment, and for nobody else.
 *
 * POKANA_SEED=N runs other schedules, POKANA_SCHEDULES=N more or fewer.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/random.h"
#include "gateway/service/holds.h"
#include "gateway/store/internal.h"

#define PEOPLE 5u
#define HOUSE_SCHEDULES 200u /* then a new house */
#define TURNS_PER_SCHEDULE 2u
#define LOG_MAX 8192u

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

/* What the provider saw, over all lives of the service. */
struct seen {
    int64_t message;
    bool undelivered; /* it certainly did not arrive: refused, or given up by the network */
};

struct world {
    struct house *house;
    uint64_t random;
    unsigned schedule;
    struct seen seen[LOG_MAX];
    size_t seen_count;
    size_t log_of[HOUSE_ACCOUNTS][POST_JOBS]; /* of the jobs of this life */
    size_t looked_at[HOUSE_ACCOUNTS]; /* jobs of this life that were checked */
    bool hold, pause[HOUSE_ACCOUNTS]; /* as the open phase of this turn must see them */
    bool hold_kept, pause_kept[HOUSE_ACCOUNTS]; /* as the last good commit has them */
    int64_t trigger_checked;
    int64_t at_once[8]; /* triggers of this turn whose messages were made as they were taken in */
    size_t at_once_count;
    unsigned stops[PEOPLE][HOUSE_ACCOUNTS], confirmed[PEOPLE][HOUSE_ACCOUNTS]; /* said, and answered by a message of its own */
    uint64_t handed, doubles, stops_said;
    uint64_t races; /* STOPs of somebody to whom a message was not final */
};

static uint64_t chance(struct world *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

static const char *number(unsigned person)
{
    static const char *const numbers[PEOPLE] = { "+359880001230", "+359880001231", "+359880001232", "+359880001233", "+359880001234" };
    return numbers[person];
}

/* ---- what may happen ---- */

/* All people carry the tag: whom a trigger reaches is who agreed and has not stopped. */
static void check_trigger(struct world *world, int64_t id)
{
    struct pk_store *store = world->house->store;
    int64_t reached = pk_sql_int(store, -1,
                                 "SELECT count(*) FROM consent c JOIN recipient r ON r.id = c.recipient WHERE c.kind = 3 AND r.stopped_ms = 0"
                                 " AND c.topic = (SELECT id FROM name WHERE text = 'parent-meetings')",
                                 "");
    int64_t right = pk_sql_int(store, 0,
                               "SELECT count(*) FROM trigger t WHERE t.id = ?1 AND t.planned = ?2 AND t.planned ="
                               " (SELECT count(*) FROM message m WHERE m.notice = t.notice)",
                               "ii", id, reached);
    if (right != 1)
        fail_msg("schedule %u: a trigger did not reach its audience", world->schedule);
}

static void publish(struct world *world)
{
    struct house *house = world->house;
    int64_t before = pk_sql_int(house->store, 0, "SELECT max(id) FROM trigger", "");
    const char *publisher = chance(world, 4) == 0 ? "alarm" : "school";
    char payload[1024];
    (void) snprintf(payload, sizeof payload,
                    "{\"specversion\":\"1.0\",\"id\":\"event-%u\",\"source\":\"urn:%s\",\"type\":\"nl.notices.notice-requested.v1\","
                    "\"data\":{" HOUSE_INVITATION "," HOUSE_TAGS "}}",
                    ++house->events, publisher);
    struct pk_intake_event event = { .publisher = pk_slice_of(publisher), .payload = pk_slice_of(payload) };
    assert_int_equal(pk_intake_take(house->service->intake, &event, NULL), 0);
    int64_t id = pk_sql_int(house->store, 0, "SELECT max(id) FROM trigger WHERE state <> 1", "");
    if (id <= before)
        return;
    check_trigger(world, id); /* a few people: of this moment, whatever they say later in the turn */
    assert_true(world->at_once_count < PK_COUNT(world->at_once));
    world->at_once[world->at_once_count++] = id;
}

static bool is_waited_for(struct world *world, unsigned person)
{
    int64_t who = pk_sql_int(world->house->store, 0, "SELECT recipient FROM address WHERE id = ?1", "i", house_address(world->house, number(person)));
    return pk_sql_int(world->house->store, 0, "SELECT count(*) FROM message WHERE recipient = ?1 AND state < 3 AND class = 0", "i", who) > 0;
}

static void reply_of(struct world *world, unsigned person, const char *word)
{
    size_t account = chance(world, HOUSE_ACCOUNTS);
    if (strcmp(word, "СТОП") == 0) {
        world->stops[person][account]++;
        world->stops_said++;
        world->races += is_waited_for(world, person);
    }
    assert_int_equal(post_reply(world->house->posts[account], number(person), word), 0);
}

static void reply(struct world *world, const char *word)
{
    reply_of(world, (unsigned) chance(world, PEOPLE), word);
}

static void complete(struct world *world)
{
    static const uint32_t outcomes[] = { PK_OUTCOME_ACCEPTED, PK_OUTCOME_ACCEPTED, PK_OUTCOME_ACCEPTED, PK_OUTCOME_UNCERTAIN,
                                         PK_OUTCOME_RETRY,    PK_OUTCOME_REJECTED, PK_OUTCOME_THROTTLED };
    size_t account = chance(world, HOUSE_ACCOUNTS);
    struct post *post = world->house->posts[account];
    for (size_t i = 0; i < post->count; i++) {
        if (post->jobs[i].completed || chance(world, 2) == 0)
            continue;
        uint32_t outcome = outcomes[chance(world, PK_COUNT(outcomes))];
        bool refused = outcome == PK_OUTCOME_RETRY || outcome == PK_OUTCOME_REJECTED || outcome == PK_OUTCOME_THROTTLED;
        /* What the gateway gave up for want of an answer may have arrived. */
        world->seen[world->log_of[account][i]].undelivered |= post_try(post, i, outcome) && refused;
    }
}

static void receipt(struct world *world)
{
    static const uint32_t states[] = { PK_RECEIPT_SENT, PK_RECEIPT_DELIVERED, PK_RECEIPT_DELIVERED, PK_RECEIPT_UNDELIVERED_TEMPORARY,
                                       PK_RECEIPT_UNDELIVERED_PERMANENT };
    size_t account = chance(world, HOUSE_ACCOUNTS);
    struct post *post = world->house->posts[account];
    if (post->count == 0)
        return;
    size_t job = post->count - 1 - chance(world, post->count < 12 ? post->count : 12);
    uint32_t state = states[chance(world, PK_COUNT(states))];
    if (state == PK_RECEIPT_UNDELIVERED_TEMPORARY || state == PK_RECEIPT_UNDELIVERED_PERMANENT)
        world->seen[world->log_of[account][job]].undelivered = true;
    assert_int_equal(post_receipt(post, job, state), 0);
}

static void hold(struct world *world)
{
    struct house *house = world->house;
    bool on = chance(world, 3) == 0;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_all(house->service, &operator, on, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    world->hold = on;
}

static void pause(struct world *world)
{
    struct house *house = world->house;
    size_t account = chance(world, HOUSE_ACCOUNTS);
    struct pk_desk *desk = pk_desks_find(house->service->desks, house->accounts[account].name);
    bool on = chance(world, 3) == 0;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_account(house->service, &operator, desk, on, NULL, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    world->pause[account] = on;
}

static void begin_life(struct world *world)
{
    memset(world->looked_at, 0, sizeof world->looked_at);
}

static void restart(struct world *world, bool crash)
{
    world->house->commit_fails = false;
    if (crash)
        house_crash(world->house);
    else
        house_reopen(world->house);
    begin_life(world);
}

static void something(struct world *world)
{
    static const int64_t steps_ms[] = { 1, 2, 300, SECOND_MS, 6 * SECOND_MS, MINUTE_MS };
    switch (chance(world, 20)) {
    case 0:
    case 1:
        publish(world);
        break;
    case 2:
    case 3:
        reply(world, "СТОП");
        break;
    case 4:
    case 5:
        reply(world, "СТАРТ");
        break;
    case 6:
        reply(world, chance(world, 2) == 0 ? "помощ" : "да");
        break;
    case 7:
        hold(world);
        break;
    case 8:
        pause(world);
        break;
    case 9:
        world->house->commit_fails = true;
        break;
    case 10:
    case 11:
        receipt(world);
        break;
    case 12:
    case 13:
    case 14:
        pk_clock_advance(steps_ms[chance(world, PK_COUNT(steps_ms))]);
        break;
    default:
        complete(world);
        break;
    }
}

/* ---- what must hold ---- */

static void check_confirmation(struct world *world, size_t account, size_t job, int64_t message)
{
    for (size_t i = 0; i < world->seen_count; i++)
        if (world->seen[i].message == message)
            return; /* the same one again: looked at there */
    for (unsigned person = 0; person < PEOPLE; person++) {
        if (strcmp(world->house->posts[account]->jobs[job].address, number(person)) != 0)
            continue;
        if (++world->confirmed[person][account] > world->stops[person][account])
            fail_msg("schedule %u: a STOP was confirmed more often than it was said on that account", world->schedule);
    }
}

static void check_one(struct world *world, size_t account, size_t job)
{
    struct house *house = world->house;
    struct pk_message message = house_of_job(house, house->posts[account], job);
    int64_t stopped_ms = pk_sql_int(house->store, 0, "SELECT stopped_ms FROM recipient WHERE id = ?1", "i", message.recipient);
    bool excused = message.cls == PK_CLASS_ANSWER && ((message.flags & PK_MESSAGE_CONFIRMS_STOP) || message.act_ms > stopped_ms);
    if (stopped_ms != 0 && !excused)
        fail_msg("schedule %u: handed over to somebody who stopped", world->schedule);
    if (message.flags & PK_MESSAGE_CONFIRMS_STOP)
        check_confirmation(world, account, job, message.id);
    if (world->hold || world->pause[account])
        fail_msg("schedule %u: handed over while %s was on hold", world->schedule, world->hold ? "all" : "the account");
    for (size_t i = 0; i < world->seen_count; i++) {
        if (world->seen[i].message != message.id || world->seen[i].undelivered)
            continue;
        world->doubles++;
        if (!(message.flags & PK_MESSAGE_POSSIBLE_DOUBLE))
            fail_msg("schedule %u: the provider may have this message twice, and nobody says so", world->schedule);
    }
    assert_true(world->seen_count < LOG_MAX);
    world->log_of[account][job] = world->seen_count;
    world->seen[world->seen_count++].message = message.id;
    world->handed++;
}

static void check_counts(struct world *world)
{
    struct pk_store *store = world->house->store;
    assert_int_equal(pk_sql_int(store, -1,
                                "SELECT count(*) FROM (SELECT state, count(*) AS n FROM message GROUP BY state) r"
                                " LEFT JOIN message_count c ON c.state = r.state WHERE c.count IS NULL OR c.count <> r.n",
                                ""),
                     0);
    assert_int_equal(pk_sql_int(store, -1, "SELECT (SELECT coalesce(sum(count), 0) FROM message_count) - (SELECT count(*) FROM message)", ""), 0);
}

static bool was_at_once(const struct world *world, int64_t id)
{
    for (size_t i = 0; i < world->at_once_count; i++)
        if (world->at_once[i] == id)
            return true;
    return false;
}

static void check_triggers(struct world *world)
{
    struct pk_store *store = world->house->store;
    int64_t id;
    while ((id = pk_sql_int(store, 0, "SELECT min(id) FROM trigger WHERE state <> 1 AND id > ?1", "i", world->trigger_checked)) != 0) {
        if (!was_at_once(world, id))
            check_trigger(world, id);
        world->trigger_checked = id;
    }
    world->at_once_count = 0;
}

static void check(struct world *world)
{
    struct house *house = world->house;
    bool kept = house->service->committed;
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++)
        for (; world->looked_at[i] < house->posts[i]->count; world->looked_at[i]++)
            check_one(world, i, world->looked_at[i]);
    check_counts(world);
    check_triggers(world);
    /* A resume counts from its commit on, a pause at once; what was not kept is as before. */
    world->hold = world->hold_kept = kept ? world->hold : world->hold_kept;
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++)
        world->pause[i] = world->pause_kept[i] = kept ? world->pause[i] : world->pause_kept[i];
}

/* Somebody who takes messages is to get one, and says STOP: before that one is made, behind it in the same turn, or when it
 * is on its way; chance puts other things between. */
static void one_schedule(struct world *world)
{
    unsigned person = (unsigned) chance(world, PEOPLE), stop_turn = (unsigned) chance(world, TURNS_PER_SCHEDULE);
    for (unsigned turn = 0; turn < TURNS_PER_SCHEDULE; turn++) {
        bool first = chance(world, 4) == 0;
        if (turn == 0)
            reply_of(world, person, "СТАРТ");
        if (turn == stop_turn && first)
            reply_of(world, person, "СТОП");
        if (turn == 0 && chance(world, 4) != 0)
            publish(world);
        if (turn == stop_turn && !first)
            reply_of(world, person, "СТОП");
        for (uint64_t i = chance(world, 4); i > 0; i--)
            something(world);
        house_turn(world->house);
        check(world);
        world->house->commit_fails = false;
    }
    bool full = world->house->posts[0]->count > POST_JOBS - 60 || world->house->posts[1]->count > POST_JOBS - 60;
    if (full || chance(world, 60) == 0) {
        restart(world, chance(world, 2) == 0);
        check(world);
    }
}

static void run_house(struct world *world, unsigned schedules)
{
    void *state;
    assert_int_equal(house_build(&state), 0);
    struct house *house = state;
    *world = (struct world){ .house = house, .random = world->random, .schedule = world->schedule, .handed = world->handed,
                             .doubles = world->doubles, .stops_said = world->stops_said, .races = world->races };
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++) {
        house->accounts[i].breaker.threshold = 10;
        house->accounts[i].timeout_ms = 10 * SECOND_MS;
    }
    house->accounts[1].resend_uncertain = true;
    house->rules.answers_per_day = 1000;
    house_reopen(house);
    for (unsigned i = 0; i < PEOPLE; i++)
        (void) house_person(house, number(i), "bg", PK_CONSENT_CONFIRMED);
    for (unsigned i = 0; i < schedules; i++, world->schedule++)
        one_schedule(world);
    assert_int_equal(house_tear(&state), 0);
}

static uint64_t setting(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void schedules(void **state)
{
    (void) state;
    const uint64_t all = setting("POKANA_SCHEDULES", 10000);
    uint64_t seed = setting("POKANA_SEED", 20261013), left = all;
    static struct world world;
    world.random = seed * 2 + 1;
    pk_random_seed(seed);
    print_message("seed %llu\n", (unsigned long long) seed);
    for (; left > 0; left -= left < HOUSE_SCHEDULES ? left : HOUSE_SCHEDULES)
        run_house(&world, left < HOUSE_SCHEDULES ? (unsigned) left : HOUSE_SCHEDULES);
    print_message("%llu STOPs, %llu of them with messages under way, %llu handed over, %llu possible doubles\n",
                  (unsigned long long) world.stops_said, (unsigned long long) world.races, (unsigned long long) world.handed,
                  (unsigned long long) world.doubles);
    assert_true(world.stops_said >= all);
    assert_true(all < 1000 || (world.handed > all / 2 && world.races > all / 2)); /* it was a race */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(schedules) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
