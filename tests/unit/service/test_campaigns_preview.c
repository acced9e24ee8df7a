/* SPDX-License-Identifier: EUPL-1.2 */
/* What whoever approves a campaign is shown, the ceilings it keeps to, what stops it by itself, and who is told often enough. */
#include "tests/unit/service/campaigns.h"

#include "gateway/service/campaigns_preview.h"

#define PLAIN_STEPS "[" INVITE "," REMIND "," NEWS "]"
#define DUE "2026-10-20T16:00:00Z" /* of the invitation */

static int put_as(struct house *house, const char *name, const char *values, const char *steps, int64_t people, const char *cost, struct pk_error *err)
{
    const struct pk_campaign_plan plan = { .name = pk_slice_of(name), .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("school:windroos"),
                                           .people_max = people, .cost = pk_slice_of(cost) };
    return write_as(house, &anna, plan, values, steps, err);
}

static void start(struct house *house, const char *name, const char *steps, int64_t people, const char *cost)
{
    struct pk_error err = { 0 };
    if (put_as(house, name, VALUES, steps, people, cost, &err) != 0)
        fail_msg("%s", err.message);
    put_through(house, name);
}

static struct pk_json *preview(struct house *house, const char *name)
{
    struct pk_buf text;
    struct pk_error err = { 0 };
    pk_buf_init(&text, 1u << 20);
    struct pk_json_out out = pk_json_out(&text);
    if (pk_campaign_preview(house->service, &anna, pk_slice_of(name), pk_clock_wall_ms(), &out, &err) != 0)
        fail_msg("%s", err.message);
    struct pk_json *document = json(pk_buf_text(&text));
    pk_buf_finish(&text);
    return document;
}

/* "steps.0.spans.1.people": a member or an item after the other. */
static const struct pk_json *at(const struct pk_json *document, const char *path)
{
    while (document && *path) {
        char word[32] = "";
        size_t len = strcspn(path, ".");
        assert_true(len < sizeof word);
        memcpy(word, path, len);
        document = word[0] >= '0' && word[0] <= '9' ? pk_json_item(document, (size_t) (word[0] - '0')) : pk_json_get(document, word);
        path += path[len] == '.' ? len + 1 : len;
    }
    return document;
}

static int64_t number(const struct pk_json *document, const char *path)
{
    int64_t value = -1; /* null, or nothing */
    (void) pk_json_int(at(document, path), &value);
    return value;
}

static void assert_text(const struct pk_json *document, const char *path, const char *expected)
{
    struct pk_slice is = pk_json_string(at(document, path));
    if (!pk_slice_is(is, expected))
        fail_msg("%s is \"%.*s\", not \"%s\"", path, PK_SLICE_ARG(is), expected);
}

static int64_t left_out(const struct pk_json *document, const char *reason)
{
    const struct pk_json *list = pk_json_get(document, "leftOut");
    for (size_t i = 0; i < pk_json_count(list); i++)
        if (pk_slice_is(pk_json_string(pk_json_get(pk_json_item(list, i), "reason")), reason))
            return number(pk_json_item(list, i), "people");
    fail_msg("nothing is said of %s", reason);
    return 0;
}

static void priced(struct house *house, const char *text)
{
    struct pk_slice wrong;
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++) {
        house->accounts[i].prices = (struct pk_prices){ .currency = "EUR" };
        assert_int_equal(pk_prices_parse(pk_slice_of(text), &house->accounts[i].prices, &wrong), 0);
    }
}

/* ---- what is shown ---- */

static void people_texts_and_prices(void **state)
{
    struct house *house = *state;
    priced(house, "* 0.10");
    house_reopen(house);
    house_people(house, 6, "school:windroos");
    for (unsigned i = 0; i < 5; i++) {
        char phone[20];
        (void) snprintf(phone, sizeof phone, "+35988000%04u", 8000 + i);
        (void) house_person(house, phone, "bg", PK_CONSENT_REQUESTED);
    }
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "", NULL), 0);
    pk_auto(pk_json) struct pk_json *shown = preview(house, "autumn");
    assert_int_equal(number(shown, "people"), 6);
    assert_int_equal(number(shown, "meant"), 11);
    assert_int_equal(left_out(shown, "no-consent"), 5);
    assert_int_equal(left_out(shown, "often-enough"), 0);
    assert_text(shown, "digest", seen_of(house, "autumn").digest);
    assert_text(shown, "steps.0.due", "2026-10-20T16:00:00Z");
    assert_text(shown, "steps.0.state", "waiting");
    assert_text(shown, "steps.2.state", "listening");
    /* Cyrillic: two parts of ten cents for each of six, in each of two steps; a change is told beside it. */
    assert_text(shown, "steps.0.cost.to", "1.20 EUR");
    assert_text(shown, "cost.from", "2.40 EUR");
    assert_text(shown, "cost.to", "2.40 EUR");
    assert_text(shown, "steps.2.cost.from", "0.00 EUR");
    assert_int_equal(number(shown, "steps.2.startsAt"), -1);
    bool bulgarian = false, latin = false;
    const struct pk_json *texts = at(shown, "steps.0.texts");
    for (size_t i = 0; i < pk_json_count(texts); i++) {
        const struct pk_json *text = pk_json_item(texts, i);
        if (!pk_slice_is(pk_json_string(pk_json_get(text, "language")), "bg"))
            continue;
        bool own = pk_json_string(pk_json_get(text, "script")).len == 0;
        bulgarian = bulgarian || (own && number(text, "people") == 6 && number(text, "parts") == 2);
        latin = latin || (!own && number(text, "people") == 0 && pk_slice_is(pk_json_string(pk_json_get(text, "encoding")), "GSM-7"));
    }
    assert_true(bulgarian && latin);
}

static void a_few_are_not_told(void **state)
{
    struct house *house = *state;
    priced(house, "* 0.10");
    house_reopen(house);
    house_people(house, 3, "school:windroos");
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "", NULL), 0);
    pk_auto(pk_json) struct pk_json *shown = preview(house, "autumn");
    assert_int_equal(pk_json_kind(at(shown, "people")), PK_JSON_NULL);
    assert_int_equal(pk_json_kind(at(shown, "meant")), PK_JSON_NULL);
    assert_int_equal(number(shown, "atMost"), 4);
    assert_int_equal(pk_json_count(at(shown, "leftOut")), 0);
    assert_int_equal(pk_json_kind(at(shown, "steps.0.spans.0.people")), PK_JSON_NULL);
    assert_text(shown, "steps.0.cost.from", "0.20 EUR"); /* one of them */
    assert_text(shown, "steps.0.cost.to", "0.80 EUR"); /* four */
    const struct pk_json *texts = at(shown, "steps.0.texts");
    for (size_t i = 0; i < pk_json_count(texts); i++)
        assert_int_equal(pk_json_kind(pk_json_get(pk_json_item(texts, i), "people")), PK_JSON_NULL);
    /* Nor does the ceiling tell them: 20 cents for each of three texts and a hundred people, whether they are now three or four. */
    assert_int_equal(act_on(house, "autumn", &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(seen_of(house, "autumn").campaign.cost_max, 600000);
}

/* 20 people at one in ten minutes from 18:00, and nights from 20:00: 12 tonight, 8 tomorrow. */
static void when_it_leaves_at_the_rate_around_the_night(void **state)
{
    static const char *const all[] = { "*" };
    struct house *house = *state;
    static struct pk_hush_rule night = { .name = "night", .topics = { all, 1 }, .channels = { all, 1 }, .night = "20:00-9:00",
                                         .night_from = 20 * 60, .night_to = 9 * 60 };
    house->rules.hushes = &night;
    house->rules.hush_count = 1;
    house->accounts[0].per_second_milli = 2; /* 7.2 an hour */
    house_reopen(house);
    house_people(house, 20, "school:windroos");
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "", NULL), 0);
    pk_auto(pk_json) struct pk_json *shown = preview(house, "autumn");
    assert_int_equal(pk_json_count(at(shown, "steps.0.spans")), 2);
    assert_int_equal(number(shown, "steps.0.spans.0.people"), 14); /* two hours of 7.2 */
    assert_int_equal(number(shown, "steps.0.spans.1.people"), 6);
    assert_text(shown, "steps.0.startsAt", "2026-10-20T16:00:00Z");
    assert_text(shown, "steps.0.spans.1.from", "2026-10-21T07:00:00Z");
    assert_text(shown, "steps.0.finishesAt", "2026-10-21T07:50:00Z");
    assert_int_equal(number(shown, "steps.0.tooLate"), 0);
    /* Six of the reminder the night before would come in the morning; begun that late a step is left out, and told so. */
    until(house, "2026-10-21T08:00:00Z");
    pk_auto(pk_json) struct pk_json *late = preview(house, "autumn");
    assert_text(late, "steps.0.state", "dropped");
    assert_int_equal(pk_json_count(at(late, "steps.0.spans")), 0);
}

/* ---- what is approved ---- */

static void a_ceiling_is_part_of_what_is_approved(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    char digest[PK_CAMPAIGN_DIGEST_TEXT];
    house_people(house, 6, "school:windroos");
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "12.00 EUR", &err), PK_E_INVALID); /* no account has a price */
    priced(house, "* 0.10");
    house_reopen(house);
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "twelve", &err), PK_E_INVALID);
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "12.00 USD", &err), PK_E_INVALID);
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "12.00 EUR", NULL), 0);
    (void) snprintf(digest, sizeof digest, "%s", seen_of(house, "autumn").digest);
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "12.01 EUR", NULL), 0);
    assert_string_not_equal(digest, seen_of(house, "autumn").digest);
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 101, "12.00 EUR", NULL), 0);
    assert_string_not_equal(digest, seen_of(house, "autumn").digest);
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "12.00 EUR", NULL), 0);
    assert_string_equal(digest, seen_of(house, "autumn").digest);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED); /* who signs up changes nothing of it */
    assert_string_equal(digest, seen_of(house, "autumn").digest);
}

static void without_one_it_gets_a_ceiling_with_a_margin(void **state)
{
    struct house *house = *state;
    priced(house, "* 0.10");
    house->rules.cost_margin_percent = 10;
    house_reopen(house);
    house_people(house, 6, "school:windroos");
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 10, "", NULL), 0);
    assert_int_equal(act_on(house, "autumn", &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    /* Three texts of two parts for ten people, change included: 6.00, and a tenth. */
    assert_int_equal(seen_of(house, "autumn").campaign.cost_max, 66000);
    assert_string_equal(seen_of(house, "autumn").campaign.currency, "EUR");
    assert_int_equal(act_on(house, "autumn", &boris, PK_CAMPAIGN_APPROVE, seen_of(house, "autumn").digest, NULL), 0);
}

static void a_small_one_needs_no_second_person(void **state)
{
    struct house *house = *state;
    house->rules.approve_above = 50;
    house_reopen(house);
    house_people(house, 6, "school:windroos");
    assert_int_equal(put_as(house, "small", VALUES, PLAIN_STEPS, 50, "", NULL), 0);
    assert_int_equal(act_on(house, "small", &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(seen_of(house, "small").campaign.state, PK_CAMPAIGN_APPROVED);
    assert_int_equal(act_on(house, "small", &anna, PK_CAMPAIGN_START, "", NULL), 0);
    assert_int_equal(put_as(house, "large", VALUES, PLAIN_STEPS, 51, "", NULL), 0);
    assert_int_equal(act_on(house, "large", &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(seen_of(house, "large").campaign.state, PK_CAMPAIGN_AWAITING_APPROVAL);
}

/* ---- ceilings ---- */

static void it_stops_at_its_cost_and_goes_on_with_a_higher_one(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    priced(house, "* 0.10");
    house_reopen(house);
    house_people(house, 6, "school:windroos");
    start(house, "autumn", PLAIN_STEPS, 100, "1.50 EUR");
    until(house, "2026-10-20T15:50:00Z");
    assert_int_equal(seen_of(house, "autumn").cost, 12000);
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(house_messages(house, "state = 5"), 6);
    assert_int_equal(seen_of(house, "autumn").cost, 6000); /* the provider counts one part for each */
    until(house, "2026-10-26T17:10:00Z");
    assert_int_equal(seen_of(house, "autumn").campaign.state, PK_CAMPAIGN_PAUSED);
    assert_non_null(strstr(seen_of(house, "autumn").campaign.why, "cost more"));
    assert_int_equal(house->posts[0]->count, 6);
    /* Written anew it is a draft; the date people know it keeps. */
    assert_int_equal(put_as(house, "autumn", LATER, PLAIN_STEPS, 100, "9.00 EUR", &err), PK_E_CONFLICT);
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "9.00 EUR", NULL), 0);
    assert_int_equal(seen_of(house, "autumn").campaign.state, PK_CAMPAIGN_DRAFT);
    start(house, "autumn", PLAIN_STEPS, 100, "9.00 EUR");
    until(house, "2026-10-27T08:00:00Z");
    assert_int_equal(seen_of(house, "autumn").campaign.state, PK_CAMPAIGN_RUNNING);
    assert_int_equal(house->posts[0]->count, 12); /* the reminder, and no second invitation */
    assert_int_equal(seen_of(house, "autumn").cost, 12000);
}

/* What was counted when the step was released may have grown when its messages are made. */
static void the_one_too_many_is_made_and_never_leaves(void **state)
{
    struct house *house = *state;
    house->rules.team = BORIS;
    house->rules.team_language = "nl";
    house_reopen(house);
    house_people(house, 4, "school:windroos");
    start(house, "autumn", "[" INVITE "]", 5, "");
    until(house, "2026-10-20T15:47:00Z");
    assert_int_equal(house_count(house, "SELECT sum(people) FROM campaign_trigger"), 4);
    /* Written down as if it had just been released, to more people than it was counted for. */
    house_people(house, 2, "school:windroos");
    assert_int_equal(house_count(house, "UPDATE trigger SET state = 1, cursor = 0, planned = 0 RETURNING 1"), 1);
    house_crash(house);
    house_turns(house, 4);
    struct pk_campaign_view view = seen_of(house, "autumn");
    assert_int_equal(view.campaign.state, PK_CAMPAIGN_PAUSED);
    assert_non_null(strstr(view.campaign.why, "more people"));
    assert_int_equal(house_messages(house, "class = 0 AND state <> 15"), 0);
    assert_int_equal(house_count(house, "SELECT sum(people) FROM campaign_trigger"), 0);
    assert_int_equal(house->posts[0]->count, 1); /* the team hears of it */
    assert_string_equal(house->posts[0]->jobs[0].address, BORIS);
    house_assert_counts(house);
}

static void what_is_called_back_costs_nothing(void **state)
{
    struct house *house = *state;
    priced(house, "* 0.10");
    house_reopen(house);
    house_people(house, 4, "school:windroos");
    start(house, "autumn", "[" INVITE "]", 4, "1.00 EUR");
    until(house, "2026-10-20T15:50:00Z");
    assert_int_equal(seen_of(house, "autumn").cost, 8000);
    assert_int_equal(act_on(house, "autumn", &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
    assert_int_equal(seen_of(house, "autumn").cost, 0);
    assert_int_equal(act_on(house, "autumn", &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
    until(house, "2026-10-20T16:20:00Z");
    assert_int_equal(house->posts[0]->count, 4);
    assert_int_equal(seen_of(house, "autumn").cost, 4000); /* the provider counts one part for each */
    assert_int_equal(seen_of(house, "autumn").campaign.state, PK_CAMPAIGN_RUNNING);
}

static void called_back_twice_it_costs_what_left(void **state)
{
    struct house *house = *state;
    priced(house, "* 0.10");
    house->accounts[0].per_second_milli = 2; /* 7.2 an hour */
    house_reopen(house);
    house_people(house, 4, "school:windroos");
    start(house, "autumn", "[" INVITE "]", 4, "1.00 EUR");
    until(house, "2026-10-20T16:10:00Z");
    assert_in_range(house->posts[0]->count, 1, 2);
    int64_t left = (int64_t) house->posts[0]->count * 1000, waits = (int64_t) (4 - house->posts[0]->count) * 2000;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(act_on(house, "autumn", &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
        assert_int_equal(seen_of(house, "autumn").cost, left);
        assert_int_equal(act_on(house, "autumn", &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
        house_later(house, 61 * SECOND_MS);
        assert_int_equal(seen_of(house, "autumn").cost, left + waits);
    }
    until(house, "2026-10-20T17:30:00Z");
    assert_int_equal(house->posts[0]->count, 4);
    assert_int_equal(seen_of(house, "autumn").cost, 4000);
}

/* ---- errors ---- */

static void too_many_errors_stop_it(void **state)
{
    struct house *house = *state;
    house->rules.stop_at_percent = 20;
    house_reopen(house);
    house_people(house, 24, "school:windroos");
    start(house, "autumn", PLAIN_STEPS, 100, "");
    until_as(house, "2026-10-20T17:00:00Z", PK_OUTCOME_INVALID_RECIPIENT);
    assert_int_equal(seen_of(house, "autumn").campaign.state, PK_CAMPAIGN_PAUSED);
    assert_non_null(strstr(seen_of(house, "autumn").campaign.why, "failed"));
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'campaign.pause' AND actor = 'gateway'"), 1);
    /* Whoever resumes has looked: what failed before counts no more. */
    assert_int_equal(act_on(house, "autumn", &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
    until(house, "2026-10-20T18:00:00Z");
    assert_int_equal(seen_of(house, "autumn").campaign.state, PK_CAMPAIGN_RUNNING);
}

static void a_few_errors_do_not(void **state)
{
    struct house *house = *state;
    house->rules.stop_at_percent = 20;
    house_reopen(house);
    house_people(house, 19, "school:windroos");
    start(house, "autumn", PLAIN_STEPS, 100, "");
    until_as(house, "2026-10-20T17:00:00Z", PK_OUTCOME_INVALID_RECIPIENT);
    assert_int_equal(house_messages(house, "state = 12"), 19);
    assert_int_equal(seen_of(house, "autumn").campaign.state, PK_CAMPAIGN_RUNNING);
}

/* ---- often enough ---- */

static void who_was_told_often_enough_is_left_out(void **state)
{
    struct house *house = *state;
    house->rules.at_most_times = 1;
    house->rules.at_most_ms = 7 * DAY_MS;
    house_reopen(house);
    house_people(house, 6, "school:windroos");
    start(house, "autumn", PLAIN_STEPS, 100, "");
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(house->posts[0]->count, 6);
    for (unsigned i = 0; i < 6; i++) { /* who came since */
        char phone[20];
        (void) snprintf(phone, sizeof phone, "+35988000%04u", 7000 + i);
        (void) house_person(house, phone, "bg", PK_CONSENT_CONFIRMED);
    }
    assert_int_equal(put_as(house, "second", VALUES, "[{\"when\":\"5 days before at 18:00\",\"template\":\"parent-meeting-reminder\"}]", 100, "", NULL), 0);
    pk_auto(pk_json) struct pk_json *shown = preview(house, "second");
    assert_int_equal(number(shown, "people"), 6);
    assert_int_equal(left_out(shown, "often-enough"), 6);
    start(house, "second", "[{\"when\":\"5 days before at 18:00\",\"template\":\"parent-meeting-reminder\"}]", 100, "");
    until(house, "2026-10-22T17:00:00Z");
    assert_int_equal(house->posts[0]->count, 12);
    assert_int_equal(house_messages(house, "state = 14 AND reason = 31"), 6);
    assert_int_equal(seen_of(house, "second").left_out, 6);
    assert_int_equal(seen_of(house, "second").made, 6);
    house_assert_counts(house);
}

/* ---- a trial ---- */

static int try_as(struct house *house, const struct pk_actor *actor, const char *address, const char *language, int64_t step, struct pk_error *err)
{
    int64_t message = 0;
    struct pk_campaign_trial trial = { .address = pk_slice_of(address), .language = pk_slice_of(language), .step = step };
    int r;
    DO(house, r, pk_campaign_try(house->service, actor, PK_SLICE("autumn"), &trial, pk_clock_wall_ms(), &message, err));
    return r;
}

static void a_trial_goes_to_oneself_at_once(void **state)
{
    struct house *house = *state;
    assert_int_equal(put_as(house, "autumn", VALUES, PLAIN_STEPS, 100, "", NULL), 0);
    assert_int_equal(try_as(house, &anna, STRANGER, "nl", 1, NULL), 0);
    assert_int_equal(house->posts[0]->count, 1);
    assert_string_equal(house->posts[0]->jobs[0].address, STRANGER);
    assert_non_null(strstr(house->posts[0]->jobs[0].text, "De Windroos"));
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 0);
    assert_int_equal(try_as(house, &boris, STRANGER, "nl", 1, NULL), PK_E_DENIED);
    assert_int_equal(try_as(house, &anna, "no number", "nl", 1, NULL), PK_E_INVALID);
    assert_int_equal(try_as(house, &anna, STRANGER, "nl", 4, NULL), PK_E_INVALID);
    assert_int_equal(try_as(house, &anna, STRANGER, "xx", 1, NULL), PK_E_NOT_FOUND);
    (void) post_try(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    assert_int_equal(post_reply(house->posts[0], STRANGER, "STOP"), 0);
    house_turns(house, 4);
    assert_int_equal(try_as(house, &anna, STRANGER, "nl", 1, NULL), PK_E_CONFLICT);
    for (unsigned i = 1; i < PK_TRIALS_PER_DAY; i++)
        assert_int_equal(try_as(house, &anna, ANNA, "bg", 2, NULL), 0);
    assert_int_equal(try_as(house, &anna, ANNA, "bg", 2, NULL), PK_E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(people_texts_and_prices),
        in_house(a_few_are_not_told),
        in_house(when_it_leaves_at_the_rate_around_the_night),
        in_house(a_ceiling_is_part_of_what_is_approved),
        in_house(without_one_it_gets_a_ceiling_with_a_margin),
        in_house(a_small_one_needs_no_second_person),
        in_house(it_stops_at_its_cost_and_goes_on_with_a_higher_one),
        in_house(the_one_too_many_is_made_and_never_leaves),
        in_house(what_is_called_back_costs_nothing),
        in_house(called_back_twice_it_costs_what_left),
        in_house(too_many_errors_stop_it),
        in_house(a_few_errors_do_not),
        in_house(who_was_told_often_enough_is_left_out),
        in_house(a_trial_goes_to_oneself_at_once),
    };
    return cmocka_run_group_tests_name("service/campaigns_preview", tests, NULL, NULL);
}
