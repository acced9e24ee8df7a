/* SPDX-License-Identifier: EUPL-1.2 */
/* What is kept of a campaign's cost is at every moment what its rows say, whatever happens to them and whatever is undone. */
#include "tests/unit/store/support.h"

#include "gateway/base/random.h"
#include "gateway/store/attempt_pairs.h"
#include "gateway/store/attempts.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/internal.h"
#include "gateway/store/restored.h"

#define SEED 46
#define STEPS 4000
#define KEPT 64

/* Notice 1 is nobody's campaign's, 2 and 3 are of one in euros. */
#define CAMPAIGNS \
    "INSERT INTO notice(id, trigger, class, topic, template, vals, created_ms) VALUES(1, 11, 0, 1, 't', '{}', 0), (2, 12, 0, 1, 't', '{}', 0)," \
    " (3, 13, 0, 1, 't', '{}', 0);" \
    "INSERT INTO campaign(id, name, state, topic, route, starts_ms, people_max, edition, audience, vals, made_by, asked_by, approved_by, approved," \
    " why, created_ms, updated_ms, currency) VALUES(5, 'autumn', 3, 1, 1, 0, 9, 1, '', '{}', '', '', '', x'', '', 0, 0, 'EUR');" \
    "INSERT INTO campaign_trigger(trigger, campaign, step, edition) VALUES(12, 5, 0, 1), (13, 5, 0, 1)"

struct walk {
    struct desk *desk;
    int64_t recipient, address, messages[KEPT], attempts[KEPT];
    size_t message_count, attempt_count;
    bool unit;
};

static int64_t one(struct walk *walk, const char *sql)
{
    return pk_sql_int(walk->desk->store, -1, sql, "");
}

static void compare(struct walk *walk, size_t step)
{
    (void) pk_campaign_made(walk->desk->store, 5, 0, 0); /* whoever asks sees all of it */
    for (int64_t notice = 2; notice <= 3; notice++) {
        struct pk_store *store = walk->desk->store;
        int64_t held = pk_sql_int(store, -1, "SELECT held FROM campaign_trigger WHERE trigger = ?1 + 10", "i", notice);
        int64_t spent = pk_sql_int(store, -1, "SELECT spent FROM campaign_trigger WHERE trigger = ?1 + 10", "i", notice);
        int64_t waits = pk_sql_int(store, -1, "SELECT count(*) FROM message WHERE notice = ?1 AND state < 3", "i", notice);
        int64_t costs = pk_sql_int(store, -1, "SELECT coalesce(sum(t.price), 0) FROM attempt t JOIN message m ON m.id = t.message WHERE m.notice = ?1"
                                              " AND t.currency = 'EUR'", "i", notice);
        if (held != waits || spent != costs)
            fail_msg("seed %u, step %zu, notice %lld: %lld held instead of %lld, %lld spent instead of %lld", SEED, step, (long long) notice,
                     (long long) held, (long long) waits, (long long) spent, (long long) costs);
    }
}

static int64_t keep(int64_t *ids, size_t *count, int64_t id)
{
    ids[*count < KEPT ? (*count)++ : pk_random_below(KEPT)] = id;
    return id;
}

static void add_message(struct walk *walk)
{
    static const enum pk_message_state states[] = { PK_MESSAGE_SCHEDULED, PK_MESSAGE_QUEUED, PK_MESSAGE_QUEUED, PK_MESSAGE_SUPPRESSED };
    struct pk_message message = message_to(walk->desk, walk->recipient, walk->address);
    message.notice = 1 + (int64_t) pk_random_below(3);
    message.flags = message.notice > 1 ? PK_MESSAGE_OF_CAMPAIGN | PK_MESSAGE_HAS_NEXT : 0;
    message.state = states[pk_random_below(PK_COUNT(states))];
    assert_int_equal(pk_message_insert(walk->desk->store, &message, NULL), 0);
    (void) keep(walk->messages, &walk->message_count, message.id);
}

static void add_attempt(struct walk *walk, int64_t message)
{
    struct pk_attempt attempt = { .id = pk_id_ordered(), .message = message, .account = 1, .state = 0, .opened_ms = NOW,
                                  .price = (int64_t) pk_random_below(3) * 700, .parts = 1 };
    memcpy(attempt.currency, pk_random_below(4) == 0 ? "BGN" : "EUR", sizeof attempt.currency);
    if (pk_message_get(walk->desk->store, message, &(struct pk_message){ 0 }, NULL) != 0)
        return; /* a dropped unit took it back */
    assert_int_equal(pk_attempt_open(walk->desk->store, &attempt, NULL), 0);
    (void) keep(walk->attempts, &walk->attempt_count, attempt.id);
}

/* What the table of states refuses changes nothing, and that is looked at as well. */
static void act(struct walk *walk)
{
    struct pk_store *store = walk->desk->store;
    int64_t message = walk->message_count > 0 ? walk->messages[pk_random_below(walk->message_count)] : 0;
    int64_t attempt = walk->attempt_count > 0 ? walk->attempts[pk_random_below(walk->attempt_count)] : 0, price = 0;
    struct pk_message_change change = { .state = (uint32_t) pk_random_below(PK_MESSAGE_STATES), .now_ms = NOW, .due_ms = NOW };
    struct pk_message_way way = { .address = walk->address, .version = 1, .channel = walk->desk->sms, .route = 1, .has_next = true };
    switch (pk_random_below(12)) {
    case 0: case 1: add_message(walk); break;
    case 2: case 3: (void) pk_message_change(store, message, &change, NULL); break;
    case 4: (void) pk_message_submitting(store, message, 1, NOW, NULL); break;
    case 5: (void) pk_message_go_on(store, message, &way, NOW, NULL); break;
    case 6: add_attempt(walk, message); break;
    case 7: (void) pk_attempt_settle(store, attempt, 1, 1, 0, pk_random_below(2) ? PK_SLICE("id") : PK_SLICE(""), PK_SLICE(""), 0, (int64_t) pk_random_below(3) * 500, NOW, NULL); break;
    case 8: (void) pk_attempt_not_used(store, attempt, NOW, NULL); break;
    case 9: (void) pk_attempt_used(store, attempt, NOW, &price, NULL); break;
    case 10:
        if (!walk->unit)
            assert_int_equal(pk_unit_begin(store, NULL), 0);
        else if (pk_random_below(2) == 0)
            pk_unit_drop(store);
        else
            assert_int_equal(pk_unit_keep(store, NULL), 0);
        walk->unit = !walk->unit;
        break;
    default:
        if (!walk->unit)
            assert_int_equal(pk_store_commit(store, NULL), 0);
    }
}

static void test_it_is_what_the_rows_say(void **state)
{
    struct walk walk = { .desk = *state };
    pk_random_seed(SEED);
    walk.recipient = person(walk.desk, NUMBER, PK_CONSENT_CONFIRMED, &walk.address);
    assert_int_equal(sqlite3_exec(walk.desk->store->db, CAMPAIGNS, NULL, NULL, NULL), SQLITE_OK);
    int64_t most_held = 0, most_spent = 0;
    for (size_t step = 0; step < STEPS; step++) {
        act(&walk);
        if (pk_random_below(3) == 0)
            compare(&walk, step);
        int64_t held = one(&walk, "SELECT sum(held) FROM campaign_trigger"), spent = one(&walk, "SELECT sum(spent) FROM campaign_trigger");
        most_held = held > most_held ? held : most_held;
        most_spent = spent > most_spent ? spent : most_spent;
    }
    assert_true(most_held > 20 && most_spent > 10000); /* something happened */
    if (walk.unit)
        pk_unit_drop(walk.desk->store);
    assert_int_equal(pk_store_commit(walk.desk->store, NULL), 0);
    compare(&walk, STEPS);

    struct pk_doubted doubted;
    assert_int_equal(pk_messages_doubt(walk.desk->store, NOW, NOW, &doubted, NULL), 0);
    assert_true(doubted.waiting > 0);
    compare(&walk, STEPS + 1);
}

/* A commit writes what nobody asked for. */
static void test_it_is_written_with_its_turn(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    assert_int_equal(sqlite3_exec(desk->store->db, CAMPAIGNS, NULL, NULL, NULL), SQLITE_OK);
    struct pk_message message = message_to(desk, who, address);
    message.notice = 2;
    message.flags = PK_MESSAGE_OF_CAMPAIGN;
    assert_int_equal(pk_message_insert(desk->store, &message, NULL), 0);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT held FROM campaign_trigger WHERE trigger = 12", ""), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_it_is_what_the_rows_say),
        store_test(test_it_is_written_with_its_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
