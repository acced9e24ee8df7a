/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What accounts cost and may cost: prices by country and part, limits of a day that let exactly so many through, what takes over,
 * what is put off until midnight, and that neither a crash nor a failed commit loses or doubles a count.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/spending.h"

#define DAY 20261013
#define EUR 10000ll

static struct pk_desk *desk(struct house *house, size_t i)
{
    return pk_desks_find(house->service->desks, house->accounts[i].name);
}

static struct pk_prices prices(const char *text)
{
    struct pk_prices read = { .currency = "EUR" };
    struct pk_slice wrong;
    assert_int_equal(pk_prices_parse(pk_slice_of(text), &read, &wrong), 0);
    return read;
}

static void limit(struct house *house, size_t i, int64_t cost, int64_t messages)
{
    house->accounts[i].limits = (struct pk_day_limits){ .cost = cost, .messages = messages, .warn_percent = 80 };
    house->accounts[i].prices = prices("* 0.10");
    house_reopen(house);
}

/* So many people get an invitation; what leaves is taken by whoever has it. */
static void invite(struct house *house, unsigned people)
{
    house_people(house, people, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 4);
}

/* The provider has it, and says no parts of its own: those we counted are paid. */
static void take(struct post *post, size_t job)
{
    char id[24];
    (void) snprintf(id, sizeof id, "p-%s", post->jobs[job].attempt);
    post_complete_as(post, job, &(struct pk_result){ .outcome = PK_OUTCOME_ACCEPTED, .provider_id = pk_slice_of(id) });
}

static void take_all(struct house *house)
{
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++)
        for (size_t j = 0; j < house->posts[i]->count; j++)
            if (!house->posts[i]->jobs[j].completed)
                take(house->posts[i], j);
    house_settle(house);
    house_turns(house, 3);
}

/* The row of the day, the attempts' own prices and what memory believes say the same. */
static void assert_counted(struct house *house, size_t i, int64_t messages, int64_t cost)
{
    char sql[160];
    int64_t now_ms = pk_clock_wall_ms();
    struct pk_day_use used = pk_spending_used(desk(house, i), now_ms);
    struct pk_day_use row = pk_account_day(house->store, desk(house, i)->id, pk_spending_today(house->service, now_ms)->day);
    (void) snprintf(sql, sizeof sql, "SELECT sum(price) FROM attempt WHERE account = %u AND opened_ms >= %lld", desk(house, i)->id,
                    (long long) house->service->today.from_ms);
    assert_int_equal(row.messages, messages);
    assert_int_equal(row.cost, cost);
    assert_int_equal(used.messages, messages);
    assert_int_equal(used.cost, cost);
    int64_t sum = house_count(house, sql);
    if (sum != cost && !(cost == 0 && sum < 0))
        fail_msg("the attempts cost %lld, the day %lld", (long long) sum, (long long) cost);
}

static bool said(struct house *house, const char *words)
{
    struct pk_condition condition;
    pk_upkeep_condition(house->service->upkeep, &condition);
    return strstr(condition.why, words) != NULL;
}

/* ---- what a message costs ---- */

static void priced_by_country_and_part(void **state)
{
    struct house *house = *state;
    house->accounts[0].prices = prices("NL 0.07, BG 0.09, * 0.12");
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED); /* Bulgarian number, two parts of Cyrillic */
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(house_count(house, "SELECT parts FROM attempt"), 2);
    assert_int_equal(house_count(house, "SELECT price FROM attempt"), 2 * 900);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt WHERE currency = 'EUR'"), 1);
    assert_counted(house, 0, 1, 1800);
    /* The provider counted three parts: that is what it will ask for. */
    post_complete_as(house->posts[0], 0, &(struct pk_result){ .outcome = PK_OUTCOME_ACCEPTED, .parts = 3, .provider_id = PK_SLICE("a") });
    house_settle(house);
    assert_counted(house, 0, 1, 2700);
    assert_int_equal(house_count(house, "SELECT parts FROM attempt"), 3);
}

static void a_message_has_one_price_where_the_adapter_says_so(void **state)
{
    struct house *house = *state;
    house->adapters[0].capabilities |= PK_PRICED_PER_MESSAGE;
    house->accounts[0].prices = prices("NL 0.07, BG 0.09");
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_counted(house, 0, 1, 900);
    /* What the provider says of its own price counts, whatever was expected. */
    post_complete_as(house->posts[0], 0, &(struct pk_result){ .outcome = PK_OUTCOME_ACCEPTED, .price = 1234, .provider_id = PK_SLICE("a") });
    house_settle(house);
    assert_counted(house, 0, 1, 1234);
}

static void what_was_not_taken_is_not_paid(void **state)
{
    static const uint32_t outcomes[] = { PK_OUTCOME_REJECTED, PK_OUTCOME_INVALID_RECIPIENT, PK_OUTCOME_THROTTLED, PK_OUTCOME_UNCERTAIN };
    struct house *house = *state;
    limit(house, 0, 0, 100);
    house->service->desks->items[0]->prices = prices("0.10");
    invite(house, PK_COUNT(outcomes));
    for (size_t i = 0; i < PK_COUNT(outcomes); i++)
        post_complete_as(house->posts[0], i, &(struct pk_result){ .outcome = outcomes[i], .after_ms = HOUR_MS });
    house_settle(house);
    assert_counted(house, 0, 1, 2000); /* of the uncertain one nobody knows */
}

/* ---- the limits ---- */

static void exactly_so_many_leave_and_the_rest_after_midnight(void **state)
{
    struct house *house = *state;
    limit(house, 0, 0, 5);
    limit(house, 1, 0, 3);
    invite(house, 12);
    take_all(house);
    assert_int_equal(house->posts[0]->count, 5);
    assert_int_equal(house->posts[1]->count, 3); /* the route's next one takes over */
    assert_counted(house, 0, 5, 5 * 2000);
    assert_int_equal(house_messages(house, "state = 2 AND reason = 28"), 4);
    struct pk_message waits = house_message(house, "state = 2");
    assert_int_equal(waits.due_ms, house->service->today.until_ms); /* midnight on the wall clock: 22:00 UTC */
    assert_int_equal(waits.due_ms - HOUSE_NOW, 13 * HOUR_MS + 30 * MINUTE_MS);
    assert_true(said(house, "account first: its limit of the day is reached"));
    house_later(house, waits.due_ms - pk_clock_wall_ms() - 1);
    assert_int_equal(house->posts[0]->count, 5);
    house_later(house, 1);
    take_all(house);
    assert_int_equal(house->posts[0]->count, 9);
    assert_int_equal(house->posts[1]->count, 3);
    assert_counted(house, 0, 4, 4 * 2000);
    assert_false(said(house, "limit of the day is reached"));
    assert_true(said(house, "account first: its limit of the day is near")); /* four of five */
    house_assert_counts(house);
}

static void a_budget_is_never_gone_over(void **state)
{
    struct house *house = *state;
    limit(house, 0, 90 * EUR / 100, 0); /* 0.90: four messages of two parts, and one part would fit */
    limit(house, 1, EUR / 10, 0);       /* no message of two parts fits at all */
    invite(house, 8);
    take_all(house);
    assert_int_equal(house->posts[0]->count, 4);
    assert_int_equal(house->posts[1]->count, 0);
    assert_counted(house, 0, 4, 8000);
    assert_int_equal(house_messages(house, "state = 2 AND reason = 28"), 4);
    assert_true(pk_spending_stopped(desk(house, 0), pk_clock_wall_ms()));
}

static void a_crash_neither_loses_nor_doubles(void **state)
{
    struct house *house = *state;
    limit(house, 0, 0, 6);
    limit(house, 1, 0, 1);
    house->accounts[0].window = 4;
    house_reopen(house);
    invite(house, 10);
    assert_int_equal(house->posts[0]->count, 4);
    house_crash(house); /* nobody knows of those four; they count */
    house_turns(house, 4);
    size_t left = 0;
    for (unsigned i = 0; i < 5; i++) {
        take_all(house);
        left = house->posts[0]->count;
    }
    assert_int_equal(left, 2); /* an account at work since the crash */
    assert_counted(house, 0, 6, 12000);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt a JOIN name n ON n.id = a.account WHERE n.text = 'first'"), 6);
    assert_int_equal(house_messages(house, "state = 2 AND reason = 28"), 3);
}

static void a_failed_commit_counts_nothing(void **state)
{
    struct house *house = *state;
    limit(house, 0, 0, 2);
    limit(house, 1, 0, 1);
    house_people(house, 4, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    size_t before = house->posts[0]->count;
    if (before == 0) {
        house->commit_fails = true;
        house_turns(house, 3);
        assert_int_equal(house->posts[0]->count, 0);
        assert_int_equal(desk(house, 0)->opening.messages, 0);
        assert_int_equal(desk(house, 0)->used.messages, 0);
        house->commit_fails = false;
        house_later(house, SECOND_MS);
    }
    take_all(house);
    assert_int_equal(house->posts[0]->count, 2);
    assert_int_equal(house->posts[1]->count, 1);
    assert_counted(house, 0, 2, 4000);
}

/* ---- what is held, and what never is ---- */

static void a_stop_is_confirmed_beyond_every_limit(void **state)
{
    struct house *house = *state;
    limit(house, 0, 0, 1);
    limit(house, 1, 0, 1);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    invite(house, 2);
    take_all(house);
    assert_int_equal(house->posts[0]->count + house->posts[1]->count, 2);
    assert_int_equal(post_reply(house->posts[0], BORIS, "СТОП"), 0);
    house_turns(house, 4);
    assert_int_equal(house->posts[0]->count, 2);
    assert_string_equal(house->posts[0]->jobs[1].address, BORIS);
    take_all(house);
    assert_int_equal(pk_spending_used(desk(house, 0), pk_clock_wall_ms()).messages, 2); /* counted all the same */
    /* HELP is no such answer: it waits, and is too late by midnight. */
    assert_int_equal(post_reply(house->posts[1], house->posts[1]->jobs[0].address, "ПОМОЩ"), 0);
    house_turns(house, 4);
    assert_int_equal(house->posts[1]->count, 1);
    assert_int_equal(house_messages(house, "class = 2 AND state = 2 AND reason = 28"), 1);
}

/* The same where another account of the route may come back any moment. */
static void a_stop_is_confirmed_while_the_next_account_is_paused(void **state)
{
    struct house *house = *state;
    limit(house, 0, 0, 1);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    take_all(house);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_desk_pause(desk(house, 1), true, NULL, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    invite(house, 2);
    assert_int_equal(house_messages(house, "state = 1"), 3); /* nobody is put off: the second may be resumed */
    assert_int_equal(post_reply(house->posts[0], ANNA, "СТОП"), 0);
    house_turns(house, 4);
    assert_int_equal(house->posts[0]->count, 2);
    assert_string_equal(house->posts[0]->jobs[1].address, ANNA);
}

static void what_ends_before_midnight_ends(void **state)
{
    struct house *house = *state;
    limit(house, 0, 0, 1);
    limit(house, 1, 0, 1);
    house->rules.validity_ms = HOUR_MS;
    house_reopen(house);
    invite(house, 3);
    take_all(house);
    assert_int_equal(house_message(house, "state = 2").due_ms, house_message(house, "state = 2").expires_ms);
    house_later(house, 2 * HOUR_MS);
    assert_int_equal(house_messages(house, "state = 13"), 1);
}

static void a_higher_limit_lets_them_go_at_once(void **state)
{
    struct house *house = *state;
    limit(house, 0, 0, 2);
    limit(house, 1, 0, 1);
    invite(house, 9);
    take_all(house);
    assert_int_equal(house_messages(house, "state = 2 AND reason = 28"), 6);
    struct pk_rules rules = house->rules;
    house->accounts[0].limits.messages = 5;
    struct post *at_work = house->posts[0];
    assert_int_equal(pk_service_reload(house->service, &rules, house->catalog, NULL), 0);
    house_turns(house, 4);
    take_all(house);
    assert_ptr_equal(house->posts[0], at_work); /* the account goes on as it is */
    assert_int_equal(house->posts[0]->count, 5);
    assert_int_equal(house_messages(house, "state = 2 AND reason = 28"), 3);
    house->accounts[0].limits.messages = 0;
    assert_int_equal(pk_service_reload(house->service, &house->rules, house->catalog, NULL), 0);
    house_turns(house, 4);
    take_all(house);
    assert_int_equal(house->posts[0]->count, 8);
    assert_int_equal(house_messages(house, "state = 2"), 0);
}

/* A place that was given back is used the same day. */
static void what_the_provider_refused_makes_room(void **state)
{
    struct house *house = *state;
    limit(house, 0, 0, 2);
    limit(house, 1, 0, 1);
    invite(house, 4);
    assert_int_equal(house_messages(house, "state = 2 AND reason = 28"), 1);
    post_complete(house->posts[0], 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    house_turns(house, 4);
    assert_int_equal(house->posts[0]->count, 3);
    assert_int_equal(house_messages(house, "state = 2"), 0);
    take_all(house);
    assert_counted(house, 0, 2, 4000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(priced_by_country_and_part),
        in_house(a_message_has_one_price_where_the_adapter_says_so),
        in_house(what_was_not_taken_is_not_paid),
        in_house(exactly_so_many_leave_and_the_rest_after_midnight),
        in_house(a_budget_is_never_gone_over),
        in_house(a_crash_neither_loses_nor_doubles),
        in_house(a_failed_commit_counts_nothing),
        in_house(a_stop_is_confirmed_beyond_every_limit),
        in_house(a_stop_is_confirmed_while_the_next_account_is_paused),
        in_house(what_ends_before_midnight_ends),
        in_house(a_higher_limit_lets_them_go_at_once),
        in_house(what_the_provider_refused_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
