/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Quiet hours in the dispatcher: what waits and what does not, until when, what expires instead, how many urgent ones pass,
 * that a backlog is put off in chunks and then costs nothing, and that new rules judge anew. It is 10:30 in Amsterdam; the
 * "night" here is from 10:00 to 12:00.
 */
#include "tests/unit/service/talk.h"

#include "gateway/base/clock.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/quiet.h"

#define NOON (HOUSE_NOW + 90 * MINUTE_MS)
#define WAITING "state = 2 AND reason = 26"
#define TOO_LATE "state = 13 AND reason = 27"
_Static_assert(PK_REASON_QUIET == 26 && PK_REASON_QUIET_TOO_LATE == 27, "they are named by number here");

static const char *const all[] = { "*" };
static const char *const festival[] = { "festival" };
static const char *const mail[] = { "email" };
static const char *const bulgarian[] = { "bg", "school" };

static struct pk_hush_rule noon(void)
{
    return (struct pk_hush_rule){
        .name = "noon",
        .topics = { all, 1 },
        .channels = { all, 1 },
        .night = "10:00-12:00",
        .night_from = 600,
        .night_to = 720,
    };
}

static void hush(struct house *house, const struct pk_hush_rule *rules, size_t count)
{
    house->rules.hushes = rules;
    house->rules.hush_count = count;
    house->rules.urgent_in_quiet_per_day = 2;
    house_reopen(house);
}

static void reload(struct house *house, const struct pk_hush_rule *rules, size_t count)
{
    house->rules.hushes = rules;
    house->rules.hush_count = count;
    assert_int_equal(pk_service_reload(house->service, &house->rules, house->catalog, NULL), 0);
    house_turns(house, 5);
}

static size_t handed_over(struct house *house)
{
    return house->posts[0]->count + house->posts[1]->count;
}

static void a_notice_waits_for_the_end(void **state)
{
    struct house *house = *state;
    const struct pk_hush_rule rule = noon();
    hush(house, &rule, 1);
    house_people(house, 3, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 5);
    assert_int_equal(house_messages(house, WAITING), 3);
    assert_int_equal(house_message(house, WAITING).due_ms, NOON);
    house_later(house, 90 * MINUTE_MS - 1);
    assert_int_equal(handed_over(house), 0);
    house_later(house, 1);
    assert_int_equal(handed_over(house), 3);
    house_assert_counts(house);
}

static void what_would_be_too_late_expires_at_once(void **state)
{
    struct house *house = *state;
    const struct pk_hush_rule rule = noon();
    hush(house, &rule, 1);
    house_people(house, 3, "school:windroos");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T10:00:00Z\""), 0);
    house_turns(house, 5);
    assert_int_equal(house_messages(house, TOO_LATE), 3); /* at noon it is no longer valid */
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-13T10:00:01Z\""), 0);
    house_turns(house, 5);
    assert_int_equal(house_messages(house, WAITING), 3);
    assert_int_equal(handed_over(house), 0);
    house_assert_counts(house);
}

static void other_topics_and_channels_go_on(void **state)
{
    struct house *house = *state;
    struct pk_hush_rule rules[] = { noon(), noon() };
    rules[0].topics = (struct pk_words){ festival, 1 };
    rules[1].channels = (struct pk_words){ mail, 1 };
    hush(house, rules, 2);
    house_people(house, 2, "school:windroos");
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 5);
    assert_int_equal(handed_over(house), 2);
    assert_int_equal(house_messages(house, WAITING), 2);
}

static void answers_are_never_held(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    const struct pk_hush_rule rule = noon();
    hush(house, &rule, 1);
    say(house, ANNA, "СТОП");
    house_turns(house, 3);
    assert_int_equal(handed_over(house), 1);
    assert_int_equal(house_messages(house, "flags & 4 = 4 AND state = 3"), 1);
}

static int64_t ask_about(struct house *house, int64_t person, const char *number, bool at_once)
{
    bool asked = false;
    int64_t question = 0;
    struct pk_question_plan plan = {
        .recipient = person,
        .address = house_address(house, number),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings")),
        .language = PK_SLICE("bg"),
        .at_once = at_once,
        .ret_message = &question,
    };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_planner_question(house->service, &plan, pk_clock_wall_ms(), &asked, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_true(asked);
    house_turns(house, 3);
    return question;
}

static void a_question_face_to_face_leaves_at_once(void **state)
{
    struct house *house = *state;
    const struct pk_hush_rule rule = noon();
    hush(house, &rule, 1);
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED), boris = house_person(house, BORIS, "bg", PK_CONSENT_REQUESTED);
    (void) ask_about(house, anna, ANNA, false);
    assert_int_equal(handed_over(house), 0);
    assert_int_equal(house_messages(house, WAITING), 1);
    (void) ask_about(house, boris, BORIS, true);
    assert_int_equal(handed_over(house), 1);
    house_later(house, 90 * MINUTE_MS);
    assert_int_equal(handed_over(house), 2);
}

static void urgent_ones_pass_within_a_number_a_day(void **state)
{
    struct house *house = *state;
    struct pk_hush_rule rule = noon();
    house_people(house, 3, "school:windroos");
    hush(house, &rule, 1);
    assert_int_equal(house_publish(house, "alarm", NULL), 0);
    house_turns(house, 5);
    assert_int_equal(handed_over(house), 2);
    assert_int_equal(house_messages(house, WAITING), 1);
    assert_int_equal(house_count(house, "SELECT value FROM number WHERE name = 'quiet.urgent.count'"), 2);
    house_later(house, 90 * MINUTE_MS);
    assert_int_equal(handed_over(house), 3);
    house_later(house, DAY_MS - 90 * MINUTE_MS); /* quiet time of another day */
    assert_int_equal(house_publish(house, "alarm", NULL), 0);
    house_turns(house, 5);
    assert_int_equal(handed_over(house), 5);
}

static void where_urgent_waits_it_waits(void **state)
{
    struct house *house = *state;
    struct pk_hush_rule rules[] = { noon(), noon() };
    rules[1].urgent_waits = true;
    house_people(house, 3, "school:windroos");
    hush(house, rules, 2);
    assert_int_equal(house_publish(house, "alarm", NULL), 0);
    house_turns(house, 5);
    assert_int_equal(handed_over(house), 0);
    assert_int_equal(house_messages(house, WAITING), 3);
}

/* Nightfall over a queue: 2,500 messages in three chunks, and then no row is touched however often the loop turns. */
static void a_backlog_is_put_off_in_chunks_and_then_costs_nothing(void **state)
{
    struct house *house = *state;
    struct pk_hush_rule rule = noon();
    rule.night_from = 631; /* 10:31, in a minute */
    hush(house, &rule, 1);
    house_people(house, 2500, "school:windroos");
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0); /* nothing is handed over yet */
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 20);
    assert_int_equal(house_messages(house, "state = 1"), 2500);
    pk_clock_advance(MINUTE_MS);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, WAITING), 2000);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, WAITING), 2500);
    assert_int_equal(handed_over(house), 0);
    int64_t written = house_count(house, "SELECT total_changes()");
    house_turns(house, 50);
    assert_int_equal(house_count(house, "SELECT total_changes()"), written);
    assert_int_equal(house_messages(house, "due_ms = 1791885600000"), 2500); /* all of them at noon */
    house_assert_counts(house);
}

static void new_rules_judge_what_waits_anew(void **state)
{
    struct house *house = *state;
    struct pk_hush_rule rule = noon();
    hush(house, &rule, 1);
    house_people(house, 3, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 5);
    rule.night_to = 780; /* an hour longer */
    reload(house, &rule, 1);
    assert_int_equal(house_message(house, WAITING).due_ms, NOON + HOUR_MS);
    reload(house, NULL, 0);
    assert_int_equal(handed_over(house), 3);
    assert_int_equal(house_messages(house, WAITING), 0);
}

/* The rules changed while the gateway was not there. */
static void a_start_judges_anew_too(void **state)
{
    struct house *house = *state;
    const struct pk_hush_rule rule = noon();
    hush(house, &rule, 1);
    house_people(house, 3, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 5);
    hush(house, NULL, 0);
    house_turns(house, 5);
    assert_int_equal(handed_over(house), 3);
}

static struct pk_days *school_days(void)
{
    struct pk_ini_report report = { 0 };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    assert_int_equal(pk_ini_parse("x", PK_SLICE("[known]\nfrom = 2026-01-01\nuntil = 2026-11-30\n[days]\n2026-10-10..2026-10-18 = Herfst\n"), &report,
                                  &ini, NULL),
                     0);
    return pk_days_load(ini, &report);
}

static void days_are_quiet_and_one_that_ends_is_told(void **state)
{
    struct house *house = *state;
    struct pk_days *school = school_days();
    const struct pk_days_rule days[] = { { .name = "school", .file = "school.ini", .days = school } };
    struct pk_hush_rule rule = noon();
    struct pk_condition condition;
    rule.night_to = rule.night_from;
    rule.days = (struct pk_words){ bulgarian, 2 };
    house->rules.days = days;
    house->rules.days_count = 1;
    hush(house, &rule, 1);
    house_people(house, 1, "school:windroos");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"validUntil\":\"2026-10-20T10:00:00Z\""), 0);
    house_turns(house, 5);
    assert_int_equal(house_message(house, WAITING).due_ms, 1792360800000); /* 2026-10-19 0:00 */
    pk_upkeep_condition(house->service->upkeep, &condition);
    assert_non_null(strstr(condition.why, "the days of school are known until 2026-11-30"));
    house_later(house, 6 * DAY_MS);
    assert_int_equal(handed_over(house), 1);
    house->rules.days_count = 0;
    hush(house, NULL, 0);
    pk_days_free(school);
}

/* The second of May 2027 is the Orthodox Easter. */
static void an_event_on_such_a_day_is_warned_of(void **state)
{
    struct house *house = *state;
    struct pk_hush_rule rule = noon();
    rule.days = (struct pk_words){ bulgarian, 1 };
    hush(house, &rule, 1);
    house_people(house, 1, "school:windroos");
    int64_t before = house_count(house, "SELECT count(*) FROM outbox");
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":"
                                                     "\"2027-05-02T10:00:00Z\",\"place\":\"Dam 12\"}," HOUSE_TAGS),
                     0);
    assert_true(house_count(house, "SELECT count(*) FROM outbox") > before);
    assert_int_equal(house_count(house, "SELECT count(*) FROM outbox WHERE instr(payload, '\"fallsOn\":[{\"calendar\":\"bg\",\"day\":\"Великден\"}]') > 0"), 1);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM outbox WHERE instr(payload, 'fallsOn') > 0"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(a_notice_waits_for_the_end),
        in_house(what_would_be_too_late_expires_at_once),
        in_house(other_topics_and_channels_go_on),
        in_house(answers_are_never_held),
        in_house(a_question_face_to_face_leaves_at_once),
        in_house(urgent_ones_pass_within_a_number_a_day),
        in_house(where_urgent_waits_it_waits),
        in_house(a_backlog_is_put_off_in_chunks_and_then_costs_nothing),
        in_house(new_rules_judge_what_waits_anew),
        in_house(a_start_judges_anew_too),
        in_house(days_are_quiet_and_one_that_ends_is_told),
        in_house(an_event_on_such_a_day_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
