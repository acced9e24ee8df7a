/* SPDX-License-Identifier: EUPL-1.2 */
/* A campaign from its writing to its end: who approves what, what goes when and to whom, and what a moved date does. */
#include "tests/unit/service/campaigns.h"

#include "gateway/store/internal.h"
#include "gateway/store/triggers.h"

#define TAGS "{\"all\":[\"school:windroos\"]}"
#define INVITED "родителска среща във вторник"

static int put_as(struct house *house, const struct pk_actor *actor, const char *tags, const char *values, const char *steps, int64_t people,
                  struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *tag_list = json(tags);
    const struct pk_campaign_plan plan = { .name = NAME, .topic = PK_SLICE("parent-meetings"), .audience = tag_list, .people_max = people };
    return write_as(house, actor, plan, values, steps, err);
}

static int move(struct house *house, const char *values, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *value_list = json(values);
    int r;
    DO(house, r, pk_campaign_move(house->service, &anna, NAME, value_list, pk_clock_wall_ms(), err));
    return r;
}

static void start(struct house *house)
{
    assert_int_equal(put_as(house, &anna, TAGS, VALUES, STEPS, 100, NULL), 0);
    put_through(house, AUTUMN);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_RUNNING);
}

/* ---- written and approved ---- */

static void refused_with_the_field_named(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *tags, *values, *steps, *names;
        int64_t people;
    } rows[] = {
        { "{\"every\":[]}", VALUES, STEPS, "every", 100 },
        { "{\"all\":[\"Not A Tag\"]}", VALUES, STEPS, "audience", 100 },
        { TAGS, VALUES, "[]", "steps", 100 },
        { TAGS, VALUES, "[{\"when\":\"soon\",\"template\":\"parent-meeting-invitation\"}]", "soon", 100 },
        { TAGS, VALUES, "[{\"when\":\"2 hours before\",\"template\":\"nothing-such\"}]", "nothing-such", 100 },
        { TAGS, VALUES, "[{\"when\":\"2 hours before\",\"template\":\"festival-invitation\"}]", "festival-invitation", 100 },
        { TAGS, VALUES, "[{\"when\":\"2 hours before\",\"template\":\"stop-confirmed\"}]", "stop-confirmed", 100 },
        { TAGS, "{\"place\":\"De Windroos\"}", STEPS, "the values name none", 100 },
        { TAGS, "{\"begins\":\"2026-10-27T17:30:00Z\",\"place\":\"De Windroos\",\"plaats\":\"x\"}", STEPS, "plaats", 100 },
        { TAGS, VALUES, STEPS, "people", 0 },
    };
    for (size_t i = 0; i < PK_COUNT(rows); i++) {
        struct pk_error err = { 0 };
        if (put_as(house, &anna, rows[i].tags, rows[i].values, rows[i].steps, rows[i].people, &err) == 0)
            fail_msg("row %zu is taken", i);
        if (!strstr(err.message, rows[i].names))
            fail_msg("row %zu: %s", i, err.message);
    }
    assert_int_equal(put_as(house, &maria, TAGS, VALUES, STEPS, 100, NULL), PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM campaign"), 0);
}

static int send_back(struct house *house, const struct pk_actor *actor, const char *why)
{
    int r;
    DO(house, r, pk_campaign_send_back(house->service, actor, NAME, pk_slice_of(why), pk_clock_wall_ms(), NULL));
    return r;
}

/* With a sentence, which stands until it is asked for again, or written anew. */
static void sent_back_with_a_sentence(void **state)
{
    struct house *house = *state;
    assert_int_equal(put_as(house, &anna, TAGS, VALUES, STEPS, 100, NULL), 0);
    assert_int_equal(send_back(house, &boris, "the place is wrong"), PK_E_CONFLICT); /* nobody asked for it */
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(send_back(house, &anna, "the place is wrong"), PK_E_DENIED);
    assert_int_equal(send_back(house, &boris, ""), PK_E_INVALID);
    assert_int_equal(send_back(house, &boris, "call +31 6 0000 1234"), PK_E_INVALID);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_AWAITING_APPROVAL);
    assert_int_equal(send_back(house, &boris, "the place is wrong"), 0);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_DRAFT);
    assert_string_equal(seen(house).campaign.why, "the place is wrong");
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_string_equal(seen(house).campaign.why, "");
    assert_int_equal(send_back(house, &boris, "and now the hour"), 0);
    assert_int_equal(put_as(house, &anna, TAGS, LATER, STEPS, 100, NULL), 0);
    assert_string_equal(seen(house).campaign.why, "");
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_REJECT, "", NULL), 0); /* without a word */
    assert_string_equal(seen(house).campaign.why, "");
}

static void a_second_person_approves_what_they_saw(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(put_as(house, &anna, TAGS, VALUES, STEPS, 100, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_START, "", &err), PK_E_CONFLICT);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    struct pk_campaign_view view = seen(house);
    assert_int_equal(view.people, 1);
    struct pk_actor same = { .role = PK_ROLE_APPROVER, .name = "anna" };
    assert_int_equal(act(house, &same, PK_CAMPAIGN_APPROVE, view.digest, NULL), PK_E_DENIED);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_APPROVE, view.digest, NULL), PK_E_DENIED); /* an adviser does not at all */
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, "0123456789abcdef0123456789abcdef", NULL), PK_E_CONFLICT);
    /* Written again it is another, and a draft. */
    assert_int_equal(put_as(house, &anna, TAGS, LATER, STEPS, 100, NULL), 0);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_DRAFT);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, view.digest, NULL), PK_E_CONFLICT);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, seen(house).digest, NULL), 0);
    assert_string_equal(seen(house).campaign.approved_by, "boris");
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action LIKE 'campaign.%' AND result = 0"), 5);
}

static void more_people_than_it_says_wait_for_somebody(void **state)
{
    struct house *house = *state;
    house_people(house, 6, "school:windroos");
    assert_int_equal(put_as(house, &anna, TAGS, VALUES, STEPS, 5, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), PK_E_LIMIT);
    assert_int_equal(put_as(house, &anna, TAGS, VALUES, STEPS, 6, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, seen(house).digest, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_START, "", NULL), 0);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED); /* the seventh */
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_PAUSED);
    assert_non_null(strstr(seen(house).campaign.why, "more people"));
    assert_int_equal(house->posts[0]->count, 0);
}

/* ---- on their time ---- */

static void each_step_goes_once_at_its_time(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T15:40:00Z");
    assert_int_equal(house_messages(house, "1"), 0); /* a step is a row until a quarter of an hour before */
    until(house, "2026-10-20T15:50:00Z");
    assert_int_equal(house_messages(house, "state = 0"), 1);
    assert_int_equal(house->posts[0]->count, 0);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(told(house, ANNA, INVITED), 1);
    house_crash(house);
    until(house, "2026-10-26T16:40:00Z"); /* the clock went back on the 25th: 17:40 on the wall */
    assert_int_equal(house->posts[0]->count, 0); /* of this life */
    until(house, "2026-10-26T17:10:00Z");
    assert_int_equal(told(house, ANNA, INVITED), 0);
    assert_int_equal(house->posts[0]->count, 1);
    until(house, "2026-10-27T17:40:00Z");
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_FINISHED);
    house_assert_counts(house);
}

static void who_came_later_gets_the_invitation(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T16:10:00Z");
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    until(house, "2026-10-26T17:10:00Z");
    assert_int_equal(told(house, ANNA, INVITED), 1);
    assert_int_equal(told(house, ANNA, ""), 2);
    assert_int_equal(told(house, BORIS, INVITED), 1);
    assert_int_equal(told(house, BORIS, ""), 1);
}

static void started_late_it_says_what_it_leaves_out(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    until(house, "2026-10-21T08:00:00Z");
    start(house);
    assert_int_equal(seen(house).steps[0].state, PK_STEP_DROPPED);
    assert_int_equal(seen(house).steps[1].state, PK_STEP_WAITING);
    until(house, "2026-10-26T17:10:00Z");
    assert_int_equal(told(house, ANNA, ""), 1);
}

/* Away over the start of what the reminder is about: nobody is reminded of it, and the step says that it did not go. */
static void a_step_whose_time_passed_while_nobody_was_there(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T16:10:00Z");
    int64_t begun_ms = 0;
    assert_int_equal(pk_time_parse(pk_slice_of("2026-10-27T17:31:00Z"), &begun_ms), 0);
    pk_clock_advance(begun_ms - pk_clock_wall_ms());
    until(house, "2026-10-27T17:40:00Z");
    assert_int_equal(told(house, ANNA, ""), 1);
    assert_int_equal(seen(house).steps[0].state, PK_STEP_RELEASED);
    assert_int_equal(seen(house).steps[1].state, PK_STEP_DROPPED);
    assert_int_equal(seen(house).campaign.state, PK_CAMPAIGN_FINISHED);
}

/* ---- stopped, moved, cancelled ---- */

static void a_pause_holds_what_has_not_left(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T15:50:00Z");
    assert_int_equal(house_messages(house, "state = 0"), 1);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
    assert_int_equal(house_messages(house, "state < 3"), 0);
    until(house, "2026-10-20T18:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
    until(house, "2026-10-20T18:20:00Z");
    assert_int_equal(told(house, ANNA, INVITED), 1);
    /* Again: who was told is not told again. */
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
    until(house, "2026-10-20T19:00:00Z");
    assert_int_equal(told(house, ANNA, INVITED), 1);
}

static void a_new_date_is_told_to_who_knew_the_old_one(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(told(house, ANNA, OLD_DAY), 1);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(move(house, LATER, NULL), 0);
    until(house, "2026-10-20T16:14:00Z");
    assert_int_equal(told(house, ANNA, NEW_DAY), 0); /* it waits for the newest */
    until(house, "2026-10-20T16:30:00Z");
    assert_int_equal(told(house, ANNA, NEW_DAY), 1);
    assert_int_equal(told(house, BORIS, ""), 0);
    until(house, "2026-10-26T18:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 2); /* no reminder of the old date */
    until(house, "2026-10-27T17:10:00Z");
    assert_int_equal(told(house, BORIS, INVITED), 1); /* seven days before the new one */
    assert_int_equal(told(house, ANNA, ""), 2);
    until(house, "2026-11-02T17:10:00Z");
    assert_int_equal(told(house, ANNA, ""), 3);
    assert_int_equal(told(house, BORIS, ""), 2);
}

static void moved_back_before_anybody_heard_nothing_is_told(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(move(house, LATER, NULL), 0);
    house_later(house, MINUTE_MS);
    assert_int_equal(move(house, VALUES, NULL), 0);
    until(house, "2026-10-21T16:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 1);
    assert_int_equal(move(house, "{\"begins\":\"2026-10-01T17:30:00Z\",\"place\":\"x\"}", NULL), PK_E_INVALID);
}

static void a_date_moved_before_anybody_knew_it_is_no_news(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T15:50:00Z");
    assert_int_equal(house_messages(house, "state = 0"), 1);
    assert_int_equal(move(house, LATER, NULL), 0);
    assert_int_equal(house_messages(house, "state = 0"), 0); /* in the same commit */
    until(house, "2026-10-26T18:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 0);
    until(house, "2026-10-27T17:10:00Z"); /* seven days before the new one, 18:00 on the wall */
    assert_int_equal(told(house, ANNA, NEW_DAY), 1);
}

static void cancelled_it_is_told_to_who_knew(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t boris_id = house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_true(boris_id != 0);
    start(house);
    until(house, "2026-10-20T16:10:00Z");
    (void) house_person(house, "+359880001236", "bg", PK_CONSENT_CONFIRMED); /* never heard of it */
    assert_int_equal(post_reply(house->posts[0], BORIS, "СТОП"), 0);
    house_turns(house, 3);
    unsigned before = told(house, BORIS, "");
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_CANCEL, "", NULL), 0);
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(told(house, ANNA, "отменя"), 1);
    assert_int_equal(told(house, BORIS, ""), before);
    assert_int_equal(told(house, "+359880001236", ""), 0);
    until(house, "2026-10-28T17:00:00Z");
    assert_int_equal(told(house, ANNA, ""), 2);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_RESUME, "", NULL), PK_E_CONFLICT);
}

/* Three are with the provider when it is called off: one comes back, of one nobody knows, one it took. */
static void what_comes_back_from_a_provider_is_not_sent_again(void **state)
{
    static const uint32_t outcomes[] = { PK_OUTCOME_RETRY, PK_OUTCOME_UNCERTAIN, PK_OUTCOME_ACCEPTED };
    static const char *const numbers[] = { ANNA, BORIS, "+359880001236" };
    struct house *house = *state;
    house->accounts[0].resend_uncertain = true;
    house_reopen(house);
    for (size_t i = 0; i < PK_COUNT(numbers); i++)
        (void) house_person(house, numbers[i], "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T15:59:00Z");
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 3);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_CANCEL, "", NULL), 0);
    for (size_t i = 0; i < PK_COUNT(outcomes); i++)
        post_complete(house->posts[0], i, outcomes[i]);
    house_settle(house);
    until(house, "2026-10-20T18:00:00Z");
    for (size_t i = 0; i < PK_COUNT(numbers); i++)
        assert_int_equal(told(house, numbers[i], INVITED), 1);
    assert_int_equal(house_messages(house, "state = 15 AND reason = 21"), 1); /* cancelled with its trigger */
    assert_int_equal(house_messages(house, "state = 11 AND flags & 1"), 1); /* unconfirmed: it may have arrived */
    house_assert_counts(house);
}

static void who_was_paused_in_between_is_told_once(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T15:59:00Z");
    house_later(house, 2 * MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
    post_complete(house->posts[0], 0, PK_OUTCOME_RETRY);
    until(house, "2026-10-20T16:30:00Z");
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
    until(house, "2026-10-20T17:00:00Z");
    assert_int_equal(told(house, ANNA, INVITED), 2); /* the one that came back, and one */
}

/* Sent again after a silence, and its last attempt came to nothing: the first may lie on the phone. */
static void what_may_be_double_is_not_said_anew(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start(house);
    until(house, "2026-10-20T16:30:00Z");
    assert_int_equal(told(house, ANNA, INVITED), 1);
    assert_int_equal(sqlite3_exec(house->store->db, "UPDATE message SET state = 12, flags = flags | 1 WHERE state > 2", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(house_messages(house, "state = 12 AND flags & 1"), 1);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_PAUSE, "", NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_RESUME, "", NULL), 0);
    until(house, "2026-10-20T17:30:00Z");
    assert_int_equal(told(house, ANNA, INVITED), 1);
}

/* Three are invited; one says yes, one says no, and the next day comes. */
static void answer_the_invitation(struct house *house)
{
    static const char steps[] = "[{\"when\":\"7 days before at 18:00\",\"template\":\"parent-meeting-invitation\"},"
                                "{\"when\":\"2 days before at 18:00 to silent\",\"template\":\"parent-meeting-reminder\"},"
                                "{\"when\":\"1 day before at 18:00 to yes\",\"template\":\"parent-meeting-reminder\"}]";
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, "+359880001236", "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(put_as(house, &anna, TAGS, VALUES, steps, 100, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_SUBMIT, "", NULL), 0);
    assert_int_equal(act(house, &boris, PK_CAMPAIGN_APPROVE, seen(house).digest, NULL), 0);
    assert_int_equal(act(house, &anna, PK_CAMPAIGN_START, "", NULL), 0);
    until(house, "2026-10-20T16:10:00Z");
    assert_int_equal(post_reply(house->posts[0], ANNA, "ДА"), 0);
    assert_int_equal(post_reply(house->posts[0], BORIS, "НЕ"), 0);
    until(house, "2026-10-21T16:10:00Z");
}

static void the_reminders_follow_the_answers(struct house *house)
{
    unsigned anna_before = told(house, ANNA, ""), boris_before = told(house, BORIS, "");
    until(house, "2026-10-25T17:10:00Z");
    assert_int_equal(told(house, "+359880001236", ""), 2);
    assert_int_equal(told(house, ANNA, ""), anna_before);
    until(house, "2026-10-26T17:10:00Z");
    assert_int_equal(told(house, ANNA, ""), anna_before + 1);
    assert_int_equal(told(house, BORIS, ""), boris_before);
    assert_int_equal(told(house, "+359880001236", ""), 2);
}

static void only_those_who_said_yes_or_nothing(void **state)
{
    answer_the_invitation(*state);
    the_reminders_follow_the_answers(*state);
}

/* It is the date they were asked about, and answered. */
static void answers_stand_when_a_date_moved_away_and_back(void **state)
{
    struct house *house = *state;
    answer_the_invitation(house);
    assert_int_equal(move(house, LATER, NULL), 0);
    house_later(house, MINUTE_MS);
    assert_int_equal(move(house, VALUES, NULL), 0);
    the_reminders_follow_the_answers(house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(refused_with_the_field_named),
        in_house(sent_back_with_a_sentence),
        in_house(a_second_person_approves_what_they_saw),
        in_house(more_people_than_it_says_wait_for_somebody),
        in_house(each_step_goes_once_at_its_time),
        in_house(who_came_later_gets_the_invitation),
        in_house(started_late_it_says_what_it_leaves_out), in_house(a_step_whose_time_passed_while_nobody_was_there),
        in_house(a_pause_holds_what_has_not_left),
        in_house(a_new_date_is_told_to_who_knew_the_old_one),
        in_house(moved_back_before_anybody_heard_nothing_is_told),
        in_house(a_date_moved_before_anybody_knew_it_is_no_news),
        in_house(cancelled_it_is_told_to_who_knew),
        in_house(what_comes_back_from_a_provider_is_not_sent_again),
        in_house(who_was_paused_in_between_is_told_once),
        in_house(what_may_be_double_is_not_said_anew),
        in_house(only_those_who_said_yes_or_nothing),
        in_house(answers_stand_when_a_date_moved_away_and_back),
    };
    return cmocka_run_group_tests_name("service/campaigns", tests, NULL, NULL);
}
