/* SPDX-License-Identifier: EUPL-1.2 */
/* Routes by country, and the ladder: who is met where, what goes on to the next channel, and what never does. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/service/audience.h"
#include "gateway/service/ladder.h"
#include "gateway/service/planner.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

static const char *const numbers[] = { "first" }, *const chats[] = { "second" }, *const dutch[] = { "NL" };
static const char *const channels[] = { "telegram", "sms" };
static const struct pk_route_rule ladder_routes[] = { { .name = "main", .channel = "sms", .accounts = { numbers, 1 } },
                                                      { .name = "chat", .channel = "telegram", .accounts = { chats, 1 } } };
static const struct pk_route_rule country_routes[] = { { .name = "rest", .channel = "sms", .accounts = { numbers, 1 } },
                                                       { .name = "dutch", .channel = "sms", .accounts = { chats, 1 }, .countries = { dutch, 1 } } };

#define SMS(house) ((house)->posts[0])
#define CHAT(house) ((house)->posts[1])
#define RECEIPTS PK_CAN_RECEIPTS

/* The chat comes first, then the number. */
static int build_ladder(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.routes = ladder_routes;
    house->rules.route_count = PK_COUNT(ladder_routes);
    house->rules.ladder = (struct pk_words){ channels, 2 };
    house->rules.ladder_wait_ms = HOUR_MS;
    house->adapters[1].channels = "telegram";
    house->adapters[1].number_format = PK_NUMBER_OPAQUE;
    house->adapters[1].capabilities = RECEIPTS;
    house_reopen(house);
    return r;
}

static int build_countries(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.routes = country_routes;
    house->rules.route_count = PK_COUNT(country_routes);
    house->rules.default_route = "rest";
    house_reopen(house);
    return r;
}

#define on_ladder(name) cmocka_unit_test_setup_teardown(name, build_ladder, house_tear)
#define by_country(name) cmocka_unit_test_setup_teardown(name, build_countries, house_tear)

static void consent(struct house *house, int64_t who, const char *channel, uint32_t kind)
{
    struct pk_consent_event event = {
        .recipient = who, .topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings")),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, pk_slice_of(channel)), .kind = kind, .at_ms = pk_clock_wall_ms(),
        .how = PK_SLICE("paper"), .by = PK_SLICE("test"),
    };
    assert_int_equal(pk_ledger_append(house->store, &event, NULL), 0);
}

/* Known by number and by a chat, and agreed to both. */
static int64_t both(struct house *house)
{
    int64_t address = 0, who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    uint32_t telegram = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("telegram"));
    assert_int_equal(pk_address_add(house->store, who, telegram, PK_SLICE("716000001"), HOUSE_NOW, &address, NULL), 0);
    consent(house, who, "telegram", PK_CONSENT_CONFIRMED);
    house_turn(house);
    return who;
}

static struct pk_message only(struct house *house)
{
    assert_int_equal(house_messages(house, "class = 0"), 1); /* one person, one message, whatever became of it */
    return house_message(house, "class = 0");
}

static void invite(struct house *house)
{
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(CHAT(house)->count, 1);
    assert_int_equal(SMS(house)->count, 0);
    assert_true(only(house).flags & PK_MESSAGE_HAS_NEXT);
}

static void went_on(struct house *house)
{
    house_turns(house, 2);
    struct pk_message message = only(house);
    assert_int_equal(SMS(house)->count, 1);
    assert_int_equal(CHAT(house)->count, 1);
    assert_true(house_job_message(SMS(house), 0) == message.id);
    assert_string_equal(SMS(house)->jobs[0].address, ANNA);
    assert_string_equal(SMS(house)->jobs[0].language, "bg");
    assert_true(message.address == house_address(house, ANNA) && message.attempts == 2 && message.earlier == 1);
    assert_false(message.flags & PK_MESSAGE_HAS_NEXT);
    post_complete(SMS(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt"), 2);
    house_assert_counts(house);
}

static void stayed(struct house *house, uint32_t state)
{
    house_later(house, MINUTE_MS);
    struct pk_message message = only(house);
    if (message.state != state)
        fail_msg("it is %s", pk_message_state_name(message.state));
    assert_int_equal(SMS(house)->count, 0);
    house_assert_counts(house);
}

/* ---- the ladder ---- */

static void who_agreed_to_both_is_told_once(void **state)
{
    struct house *house = *state;
    (void) both(house);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "1"), 2);
    assert_int_equal(CHAT(house)->count, 1);
    assert_int_equal(SMS(house)->count, 1);
    assert_string_equal(CHAT(house)->jobs[0].address, "716000001");
    assert_string_equal(SMS(house)->jobs[0].address, BORIS);
    /* As many at once as in a chunk of its own. */
    house_people(house, 9, "school:windroos");
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "topic = (SELECT id FROM name WHERE text = 'festival')"), 11);
    assert_int_equal(CHAT(house)->count, 1); /* nobody agreed to that in the chat */
}

/* Whoever names a route means its channel. */
/* Who asks how many they are, and names no channel, is told of the ladder. */
static void they_are_counted_where_they_are_met(void **state)
{
    struct house *house = *state;
    const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" };
    const struct pk_audience_plan plan = { .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("everybody") };
    struct pk_buf text;
    pk_buf_init(&text, 1u << 16);
    struct pk_json_out out = pk_json_out(&text);
    assert_int_equal(pk_audience_reckon(house->service, &adviser, &plan, HOUSE_NOW, &out, NULL), 0);
    assert_non_null(strstr(pk_buf_text(&text), "\"channels\":[\"telegram\",\"sms\"]"));
    pk_buf_finish(&text);
}

static void who_names_a_route_keeps_to_its_channel(void **state)
{
    struct house *house = *state;
    house->publishers[0].route = "main";
    house_reopen(house);
    (void) both(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(SMS(house)->count, 1);
    assert_int_equal(CHAT(house)->count, 0);
    assert_false(only(house).flags & PK_MESSAGE_HAS_NEXT);
}

static void a_definite_no_goes_on(void **state)
{
    static const uint32_t outcomes[] = { PK_OUTCOME_REJECTED, PK_OUTCOME_INVALID_RECIPIENT };
    for (size_t i = 0; i < PK_COUNT(outcomes); i++) {
        struct house *house = *state;
        (void) both(house);
        invite(house);
        post_complete(CHAT(house), 0, outcomes[i]);
        house_settle(house);
        went_on(house);
        assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE blocked_ms > 0"), outcomes[i] == PK_OUTCOME_INVALID_RECIPIENT);
        house_tear(state);
        build_ladder(state);
    }
}

static void what_was_tried_in_vain_goes_on(void **state)
{
    struct house *house = *state;
    house->accounts[1].retry.max_attempts = 1;
    house->accounts[0].retry.max_attempts = 2; /* of its own: those before count elsewhere */
    house_reopen(house);
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_RETRY);
    house_settle(house);
    house_turn(house);
    assert_int_equal(SMS(house)->count, 1);
    post_complete(SMS(house), 0, PK_OUTCOME_RETRY);
    house_settle(house);
    assert_int_equal(only(house).state, PK_MESSAGE_DEFERRED);
    house_later(house, MINUTE_MS);
    assert_int_equal(SMS(house)->count, 2);
    post_complete(SMS(house), 1, PK_OUTCOME_RETRY);
    house_settle(house);
    assert_int_equal(only(house).state, PK_MESSAGE_FAILED);
    assert_int_equal(only(house).reason, PK_REASON_ATTEMPTS_USED_UP);
}

static void an_undelivered_one_goes_on(void **state)
{
    struct house *house = *state;
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_SENT), 0);
    stayed(house, PK_MESSAGE_SENT);
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_UNDELIVERED_PERMANENT), 0);
    went_on(house);
    /* What comes of the first one now changes nothing, unless it arrived after all. */
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_UNDELIVERED_TEMPORARY), 0);
    house_turns(house, 2);
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED);
    assert_int_equal(SMS(house)->count, 1);
}

/* Delivered after all, before the next one left: it does not leave. */
static void one_that_arrived_after_all_does_not_go_on(void **state)
{
    struct house *house = *state;
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_UNDELIVERED_PERMANENT), 0);
    assert_int_equal(post_receipt(CHAT(house), 0, PK_RECEIPT_DELIVERED), 0);
    stayed(house, PK_MESSAGE_DELIVERED);
}

static void what_may_have_arrived_stays(void **state)
{
    static const struct {
        uint32_t outcome, receipt, state;
    } cases[] = {
        { PK_OUTCOME_UNCERTAIN, 0, PK_MESSAGE_UNCERTAIN },
        { PK_OUTCOME_ACCEPTED, 0, PK_MESSAGE_ACCEPTED },
        { PK_OUTCOME_ACCEPTED, PK_RECEIPT_SENT, PK_MESSAGE_SENT },
        { PK_OUTCOME_ACCEPTED, PK_RECEIPT_DELIVERED, PK_MESSAGE_DELIVERED },
        { PK_OUTCOME_ACCEPTED, PK_RECEIPT_READ, PK_MESSAGE_READ },
        { PK_OUTCOME_OPTED_OUT, 0, PK_MESSAGE_SUPPRESSED }, /* a block by the chat's network */
        { PK_OUTCOME_MISCONFIGURED, 0, PK_MESSAGE_DEFERRED },
        { PK_OUTCOME_THROTTLED, 0, PK_MESSAGE_SUBMITTING }, /* tried again there */
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct house *house = *state;
        (void) both(house);
        invite(house);
        post_complete(CHAT(house), 0, cases[i].outcome);
        house_settle(house);
        if (cases[i].receipt != 0)
            assert_int_equal(post_receipt(CHAT(house), 0, cases[i].receipt), 0);
        stayed(house, cases[i].state);
        house_tear(state);
        build_ladder(state);
    }
}

/* One attempt without an answer, and one that was refused: the first may have arrived. */
static void doubt_about_an_earlier_attempt_holds_it(void **state)
{
    struct house *house = *state;
    house->adapters[1].capabilities = RECEIPTS | PK_CAN_IDEMPOTENT;
    house_reopen(house);
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(CHAT(house)->count, 2);
    post_complete(CHAT(house), 1, PK_OUTCOME_REJECTED);
    house_settle(house);
    stayed(house, PK_MESSAGE_FAILED);
}

/* The gate decides anew: what stands on one channel does not on another. */
static void the_gate_is_asked_on_every_channel(void **state)
{
    struct house *house = *state;
    int64_t who = both(house);
    invite(house);
    consent(house, who, "sms", PK_CONSENT_WITHDRAWN);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    stayed(house, PK_MESSAGE_FAILED); /* nowhere left that they agreed to */
}

static void what_is_worth_nothing_any_more_stays(void **state)
{
    struct house *house = *state;
    (void) both(house);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T09:00:00Z\""), 0);
    assert_int_equal(CHAT(house)->count, 1);
    house_later(house, HOUR_MS);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    stayed(house, PK_MESSAGE_FAILED);
}

static void a_stop_ends_it_on_every_channel(void **state)
{
    struct house *house = *state;
    int64_t who = both(house);
    invite(house);
    assert_int_equal(pk_recipient_set_stopped(house->store, who, pk_clock_wall_ms(), NULL), 0);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    stayed(house, PK_MESSAGE_SUPPRESSED);
}

/* It leaves as the next route words it: here nobody can write back, and a page takes the answer. What has neither is not let in. */
static void it_goes_on_in_the_words_of_the_next_route(void **state)
{
    static const char *const no[] = { "no" };
    struct house *house = *state;
    house->accounts[0].replies = (struct pk_words){ no, 1 };
    house_reopen(house);
    (void) both(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"values\":{"
                                                    "\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"De Windroos\",\"link\":\"https://c.nl/d\"},"
                                                    HOUSE_TAGS),
                     0);
    assert_int_equal(CHAT(house)->count, 1);
    assert_null(strstr(CHAT(house)->jobs[0].text, "https://c.nl/d"));
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    house_turn(house);
    assert_int_equal(SMS(house)->count, 1);
    assert_non_null(strstr(SMS(house)->jobs[0].text, "https://c.nl/d"));
}

/* A crash between refusal and commit leaves it in doubt: nobody is told twice. After the commit it goes on, once. */
static void a_crash_doubles_nothing(void **state)
{
    struct house *house = *state;
    (void) both(house);
    invite(house);
    house_crash(house);
    stayed(house, PK_MESSAGE_UNCERTAIN);
    house_tear(state);
    build_ladder(state);
    house = *state;
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    house_turns(house, 2);
    assert_int_equal(SMS(house)->count, 1);
    house_crash(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(only(house).state, PK_MESSAGE_UNCERTAIN);
    assert_int_equal(SMS(house)->count + CHAT(house)->count, 0); /* the posts are new ones */
}

/* A failed commit: the refusal is settled again, and it goes on once. */
static void a_failed_commit_doubles_nothing(void **state)
{
    struct house *house = *state;
    (void) both(house);
    invite(house);
    house->commit_fails = true;
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    assert_int_equal(SMS(house)->count, 0);
    house->commit_fails = false;
    house_later(house, MINUTE_MS);
    went_on(house);
}

/* ---- what its provider drops ---- */

static void what_can_no_longer_arrive_goes_on(void **state)
{
    struct house *house = *state;
    house->adapters[1].capabilities = RECEIPTS | PK_CAN_EXPIRE;
    house_reopen(house);
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    house_later(house, HOUR_MS); /* its time there is over, and its receipt may still be on its way */
    assert_int_equal(only(house).state, PK_MESSAGE_ACCEPTED);
    assert_int_equal(SMS(house)->count, 0);
    house_later(house, PK_LADDER_MARGIN_MS + SECOND_MS);
    went_on(house);
}

static void what_may_still_arrive_does_not(void **state)
{
    struct house *house = *state; /* this account's provider drops nothing */
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    house_later(house, 2 * HOUR_MS + MINUTE_MS);
    house_later(house, 2 * SECOND_MS);
    stayed(house, PK_MESSAGE_UNCONFIRMED);
    house_tear(state);
    build_ladder(state);
    /* Nor does doubt, wherever it is. */
    house = *state;
    house->adapters[1].capabilities = RECEIPTS | PK_CAN_EXPIRE;
    house_reopen(house);
    (void) both(house);
    invite(house);
    post_complete(CHAT(house), 0, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    house_later(house, 3 * HOUR_MS);
    house_later(house, 2 * SECOND_MS);
    stayed(house, PK_MESSAGE_UNCONFIRMED);
}

/* ---- countries ---- */

static void a_country_has_its_route(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, "+31600000007", "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(house->posts[1]->count, 1);
    assert_string_equal(house->posts[0]->jobs[0].address, ANNA);
    assert_string_equal(house->posts[1]->jobs[0].address, "+31600000007");
    /* Also in a chunk, and for those kept before countries were. */
    house_people(house, 8, "school:windroos");
    assert_int_equal(house_count(house, "UPDATE address SET country = NULL"), -1);
    house_reopen(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 9);
    assert_int_equal(house->posts[1]->count, 1);
    assert_string_equal(house->posts[1]->jobs[0].address, "+31600000007");
}

static void a_question_goes_by_its_country(void **state)
{
    struct house *house = *state;
    int64_t who = house_person(house, "+31600000007", "nl", PK_CONSENT_REQUESTED);
    struct pk_question_plan plan = {
        .recipient = who, .address = house_address(house, "+31600000007"), .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings")), .language = PK_SLICE("nl"),
    };
    bool asked = false;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_planner_question(house->service, &plan, pk_clock_wall_ms(), &asked, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    assert_true(asked);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(house->posts[1]->count, 1);
}

/* The breaker passes over an account that is away; what nobody knows the end of is not handed to another. */
static void failover_leaves_doubt_alone(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    post_complete(house->posts[0], 0, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    house_later(house, HOUR_MS);
    assert_int_equal(only(house).state, PK_MESSAGE_UNCERTAIN);
    assert_int_equal(house->posts[0]->count + house->posts[1]->count, 1);
}

static void proven_trouble_opens_the_breaker_and_a_trial_closes_it(void **state)
{
    struct house *house = *state;
    house_people(house, 12, "school:windroos");
    house->accounts[0].breaker = (struct pk_breaker_rule){ 3, 0, 10 * SECOND_MS, MINUTE_MS, 1 };
    house->accounts[0].window = 1;
    house_reopen(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    for (size_t i = 0; i < 3; i++) { /* the first failures open nothing: the next one leaves by it as well */
        assert_int_equal(house->posts[0]->count, i + 1);
        assert_int_equal(house->posts[1]->count, 0);
        post_complete(house->posts[0], i, PK_OUTCOME_RETRY);
        house_settle(house);
        house_turn(house);
    }
    assert_int_equal(house->posts[0]->count, 4); /* it left in the turn that settled the third: nothing is believed before it is kept */
    post_complete(house->posts[0], 3, PK_OUTCOME_RETRY);
    house_settle(house);
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 4);
    assert_true(house->posts[1]->count > 0); /* the second account of the route */
    for (size_t i = 0; i < house->posts[1]->count; i++)
        if (!house->posts[1]->jobs[i].completed)
            post_complete(house->posts[1], i, PK_OUTCOME_ACCEPTED);
    house_later(house, 11 * SECOND_MS);
    house_people(house, 3, "school:late");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:late\"]}"), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 5); /* one trial, the rest by the other */
    post_complete(house->posts[0], 4, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(house->service->desks->items[0]->breaker.state, PK_BREAKER_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_ladder(who_agreed_to_both_is_told_once),
        on_ladder(they_are_counted_where_they_are_met),
        on_ladder(who_names_a_route_keeps_to_its_channel),
        on_ladder(a_definite_no_goes_on),
        on_ladder(what_was_tried_in_vain_goes_on),
        on_ladder(an_undelivered_one_goes_on),
        on_ladder(one_that_arrived_after_all_does_not_go_on),
        on_ladder(what_may_have_arrived_stays),
        on_ladder(doubt_about_an_earlier_attempt_holds_it),
        on_ladder(the_gate_is_asked_on_every_channel),
        on_ladder(what_is_worth_nothing_any_more_stays),
        on_ladder(a_stop_ends_it_on_every_channel),
        on_ladder(it_goes_on_in_the_words_of_the_next_route),
        on_ladder(a_crash_doubles_nothing),
        on_ladder(a_failed_commit_doubles_nothing),
        on_ladder(what_can_no_longer_arrive_goes_on),
        on_ladder(what_may_still_arrive_does_not),
        by_country(a_country_has_its_route),
        by_country(a_question_goes_by_its_country),
        by_country(failover_leaves_doubt_alone),
        in_house(proven_trouble_opens_the_breaker_and_a_trial_closes_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
