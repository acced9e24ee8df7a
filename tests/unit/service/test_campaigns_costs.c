/* SPDX-License-Identifier: EUPL-1.2 */
/* What a campaign on the ladder may come to, told beforehand, and what it really costs: both prices of one call, the next channel, the
 * provider's own price, what comes back, and the ceiling of all that. */
#include "tests/unit/service/campaigns.h"
#include "tests/unit/service/falling.h"

#include "gateway/service/campaigns_preview.h"

#define PEOPLE 6
#define LATER_COSTS (2 * PART_COSTS) /* two parts in Cyrillic */

struct plan {
    const char *steps, *cost, *route;
    bool one_channel;
};

static int put(struct house *house, const struct plan *wanted, struct pk_error *err)
{
    struct pk_campaign_plan plan = { .name = NAME, .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("school:windroos"), .people_max = 10,
                                     .ladder = !wanted->one_channel };
    plan.cost = wanted->cost ? pk_slice_of(wanted->cost) : plan.cost;
    plan.route = wanted->route ? pk_slice_of(wanted->route) : plan.route;
    return write_as(house, &anna, plan, VALUES, wanted->steps ? wanted->steps : "[" INVITE "]", err);
}

static void write_down(struct house *house, const struct plan *wanted)
{
    struct pk_error err = { 0 };
    if (put(house, wanted, &err) != 0)
        fail_msg("%s", err.message);
}

static void start(struct house *house, const struct plan *wanted)
{
    write_down(house, wanted);
    put_through(house, AUTUMN);
}

/* Everybody with both channels, at the same number or at another one: then no call is for both. */
static void people(struct house *house, unsigned count, bool same)
{
    for (unsigned i = 0; i < count; i++) {
        char phone[20], chat[20];
        (void) snprintf(phone, sizeof phone, "+35988000%04u", 6000 + i);
        (void) snprintf(chat, sizeof chat, "+35988000%04u", (same ? 6000 : 5000) + i);
        (void) on_two(house, phone, chat);
    }
}

static void to(struct house *house, const char *moment)
{
    int64_t ms = 0;
    assert_int_equal(pk_time_parse(pk_slice_of(moment), &ms), 0);
    while (pk_clock_wall_ms() < ms)
        house_later(house, ms - pk_clock_wall_ms() < 10 * MINUTE_MS ? ms - pk_clock_wall_ms() : 10 * MINUTE_MS);
}

static struct pk_json *preview(struct house *house)
{
    struct pk_buf text;
    struct pk_error err = { 0 };
    pk_buf_init(&text, 1u << 20);
    struct pk_json_out out = pk_json_out(&text);
    if (pk_campaign_preview(house->service, &anna, NAME, pk_clock_wall_ms(), &out, &err) != 0)
        fail_msg("%s", err.message);
    struct pk_json *document = json(pk_buf_text(&text));
    pk_buf_finish(&text);
    return document;
}

static void assert_cost(const struct pk_json *of, const char *from, const char *most, const char *later)
{
    const struct pk_json *cost = pk_json_get(of, "cost");
    struct pk_slice told[] = { pk_json_string(pk_json_get(cost, "from")), pk_json_string(pk_json_get(cost, "to")), pk_json_string(pk_json_get(of, "later")) };
    if (!pk_slice_is(told[0], from) || !pk_slice_is(told[1], most) || !pk_slice_is(told[2], later))
        fail_msg("it is told as %.*s to %.*s, %.*s of it later", PK_SLICE_ARG(told[0]), PK_SLICE_ARG(told[1]), PK_SLICE_ARG(told[2]));
}

static bool truth(const struct pk_json *of, const char *name)
{
    bool is = false;
    assert_true(pk_json_bool(pk_json_get(of, name), &is));
    return is;
}

/* All that was handed over to the chat is taken, at a price the provider says (0 = it says none). */
static void taken_at(struct house *house, int64_t price)
{
    for (size_t i = 0; i < CHAT(house)->count; i++) {
        const struct pk_result result = { .outcome = PK_OUTCOME_ACCEPTED, .price = price };
        if (!CHAT(house)->jobs[i].completed)
            post_complete_as(CHAT(house), i, &result);
    }
    house_settle(house);
}

static void heard(struct house *house, size_t job, uint32_t state, const char *channel)
{
    const struct pk_event event = { .kind = PK_EVENT_RECEIPT, .our_reference = pk_slice_of(CHAT(house)->jobs[job].attempt), .state = state,
                                    .channel = pk_slice_of(channel) };
    assert_int_equal(post_event(CHAT(house), &event), 0);
    house_turn(house);
}

/* ---- told beforehand ---- */

static void the_least_and_the_most_are_told(void **state)
{
    struct house *house = *state;
    people(house, PEOPLE, true);
    write_down(house, &(struct plan){ .steps = "[" INVITE "," REMIND "]" });
    pk_auto(pk_json) struct pk_json *shown = preview(house);
    assert_cost(shown, "0.36 EUR", "2.04 EUR", "1.68 EUR"); /* two steps: six at 0.03, and six at 0.14 on top */
    assert_cost(pk_json_item(pk_json_get(shown, "steps"), 0), "0.18 EUR", "1.02 EUR", "0.84 EUR");
    const struct pk_json *fallbacks = pk_json_get(shown, "fallbacks");
    assert_int_equal(pk_json_count(fallbacks), 1);
    assert_true(pk_slice_is(pk_json_string(pk_json_get(pk_json_item(fallbacks, 0), "channel")), "viber"));
    assert_true(pk_slice_is(pk_json_string(pk_json_get(pk_json_item(fallbacks, 0), "account")), "first"));
    assert_int_equal(pk_json_count(pk_json_get(shown, "unpriced")), 0);
    assert_true(truth(shown, "ladder"));
    assert_false(truth(shown, "mayPause"));
}

static void on_one_channel_there_is_no_later(void **state)
{
    struct house *house = *state;
    people(house, PEOPLE, true);
    write_down(house, &(struct plan){ .one_channel = true });
    pk_auto(pk_json) struct pk_json *shown = preview(house);
    assert_cost(shown, "0.84 EUR", "0.84 EUR", "0.00 EUR");
    assert_int_equal(pk_json_count(pk_json_get(shown, "fallbacks")), 0);
}

/* A sum is of one to four, whether there are three of them or four. */
static void few_are_not_told_by_what_later_costs(void **state)
{
    struct house *house = *state;
    people(house, 3, true);
    write_down(house, &(struct plan){ 0 });
    pk_auto(pk_json) struct pk_json *three = preview(house);
    assert_cost(three, "0.03 EUR", "0.68 EUR", "0.56 EUR"); /* one at the least, four at the most */
    (void) on_two(house, "+359880007001", "+359880007001");
    pk_auto(pk_json) struct pk_json *four = preview(house);
    assert_cost(four, "0.03 EUR", "0.68 EUR", "0.56 EUR");
}

static void the_ceiling_that_nobody_said_covers_the_most(void **state)
{
    struct house *house = *state;
    house->rules.cost_margin_percent = 10;
    house_reopen(house);
    people(house, PEOPLE, true);
    write_down(house, &(struct plan){ 0 });
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(seen(house).campaign.cost_max, 10 * (CHAT_COSTS + LATER_COSTS) * 11 / 10);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, seen(house).digest, NULL), 0);
}

static void the_ladder_is_part_of_what_is_approved(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    char digest[PK_CAMPAIGN_DIGEST_TEXT];
    people(house, PEOPLE, true);
    write_down(house, &(struct plan){ .cost = "1.00 EUR", .one_channel = true });
    (void) snprintf(digest, sizeof digest, "%s", seen(house).digest);
    write_down(house, &(struct plan){ .cost = "1.00 EUR" });
    assert_string_not_equal(digest, seen(house).digest);
    pk_auto(pk_json) struct pk_json *shown = preview(house);
    assert_true(truth(shown, "mayPause")); /* 1.02 */
    assert_int_equal(put(house, &(struct plan){ .route = "chat" }, &err), PK_E_INVALID);
    house->rules.ladder.count = 0;
    house_reopen(house);
    assert_int_equal(put(house, &(struct plan){ 0 }, &err), PK_E_INVALID);
}

/* ---- what it cost ---- */

static void two_prices_count_until_one_is_not_used(void **state)
{
    struct house *house = *state;
    people(house, PEOPLE, true);
    start(house, &(struct plan){ .cost = "5.00 EUR" });
    to(house, "2026-10-20T15:50:00Z");
    assert_int_equal(seen(house).cost, PEOPLE * CHAT_COSTS); /* made, and not gone: where they are met first */
    to(house, "2026-10-20T16:01:00Z");
    assert_int_equal(CHAT(house)->count, PEOPLE);
    assert_int_equal(seen(house).cost, PEOPLE * (CHAT_COSTS + LATER_COSTS));
    taken_at(house, 0);
    heard(house, 0, PK_RECEIPT_DELIVERED, "viber");
    assert_int_equal(seen(house).cost, PEOPLE * (CHAT_COSTS + LATER_COSTS) - LATER_COSTS);
    heard(house, 1, PK_RECEIPT_DELIVERED, "sms");
    assert_int_equal(seen(house).cost, PEOPLE * (CHAT_COSTS + LATER_COSTS) - LATER_COSTS - CHAT_COSTS);
    heard(house, 1, PK_RECEIPT_DELIVERED, "viber"); /* both after all */
    assert_int_equal(seen(house).cost, PEOPLE * (CHAT_COSTS + LATER_COSTS) - LATER_COSTS);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_RUNNING);
}

static void the_next_channel_and_the_providers_price_count(void **state)
{
    struct house *house = *state;
    people(house, PEOPLE, false);
    start(house, &(struct plan){ .cost = "5.00 EUR" });
    to(house, "2026-10-20T16:01:00Z");
    assert_int_equal(seen(house).cost, PEOPLE * CHAT_COSTS);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED); /* costs nothing, and goes on */
    house_settle(house);
    house_turns(house, 2);
    assert_int_equal(SMS(house)->count, 1);
    assert_int_equal(seen(house).cost, (PEOPLE - 1) * CHAT_COSTS + LATER_COSTS);
    taken_at(house, 250);
    assert_int_equal(seen(house).cost, (PEOPLE - 1) * 250 + LATER_COSTS);
    heard(house, 1, PK_RECEIPT_UNDELIVERED_PERMANENT, "viber"); /* was taken, and is paid */
    house_turns(house, 2);
    assert_int_equal(SMS(house)->count, 2);
    assert_int_equal(seen(house).cost, (PEOPLE - 1) * 250 + 2 * LATER_COSTS);
    house_crash(house);
    assert_int_equal(seen(house).cost, (PEOPLE - 1) * 250 + 2 * LATER_COSTS);
}

/* 0.18 where they are met first, 1.02 in one call for both. */
static void it_pauses_at_what_it_really_costs(void **state)
{
    struct house *house = *state;
    people(house, PEOPLE, true);
    start(house, &(struct plan){ .cost = "1.00 EUR" });
    to(house, "2026-10-20T15:59:00Z");
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_RUNNING);
    to(house, "2026-10-20T16:01:00Z");
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_PAUSED);
    assert_non_null(strstr(seen(house).campaign.why, "cost more"));
}

/* Who lets it go on again releases the step to those it did not reach. */
static void paused_it_goes_on_to_no_channel(void **state)
{
    struct house *house = *state;
    people(house, 1, false);
    start(house, &(struct plan){ .cost = "5.00 EUR" });
    to(house, "2026-10-20T16:01:00Z");
    assert_int_equal(CHAT(house)->count, 1);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
    post_complete(CHAT(house), 0, PK_OUTCOME_REJECTED);
    house_settle(house);
    house_later(house, MINUTE_MS);
    assert_int_equal(SMS(house)->count, 0);
    assert_int_equal(house_messages(house, "state = 12"), 1);
    assert_int_equal(seen(house).cost, 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
    house_later(house, MINUTE_MS);
    assert_int_equal(CHAT(house)->count, 2);
    house_assert_counts(house);
}

static void a_later_channel_without_a_price_pauses_nothing(void **state)
{
    struct house *house = *state;
    house->accounts[0].prices = (struct pk_prices){ 0 };
    house_reopen(house);
    people(house, PEOPLE, false);
    write_down(house, &(struct plan){ .cost = "0.20 EUR" });
    pk_auto(pk_json) struct pk_json *shown = preview(house);
    assert_cost(shown, "0.18 EUR", "0.18 EUR", "0.00 EUR");
    assert_int_equal(pk_json_count(pk_json_get(shown, "unpriced")), 1);
    assert_true(pk_slice_is(pk_json_string(pk_json_item(pk_json_get(shown, "unpriced"), 0)), "sms"));
    start(house, &(struct plan){ .cost = "0.20 EUR" });
    to(house, "2026-10-20T16:01:00Z");
    for (size_t i = 0; i < PEOPLE; i++)
        post_complete(CHAT(house), i, PK_OUTCOME_REJECTED);
    house_settle(house);
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(SMS(house)->count, PEOPLE);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_RUNNING);
    assert_int_equal(seen(house).cost, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        falling(the_least_and_the_most_are_told),
        falling(on_one_channel_there_is_no_later),
        falling(few_are_not_told_by_what_later_costs),
        falling(the_ceiling_that_nobody_said_covers_the_most),
        falling(the_ladder_is_part_of_what_is_approved),
        falling(two_prices_count_until_one_is_not_used),
        falling(the_next_channel_and_the_providers_price_count),
        falling(it_pauses_at_what_it_really_costs),
        falling(paused_it_goes_on_to_no_channel),
        falling(a_later_channel_without_a_price_pauses_nothing),
    };
    return cmocka_run_group_tests_name("service/campaigns_costs", tests, NULL, NULL);
}
