/* SPDX-License-Identifier: EUPL-1.2 */
/* What people write and what follows, whether known or not: STOP and START, yes and no, help, and words nobody understands. */
#include "tests/unit/service/talk.h"

#include "gateway/service/holds.h"
#include "gateway/store/recipients.h"

static const struct post_job *last(const struct house *house)
{
    assert_true(house->posts[0]->count > 0);
    return &house->posts[0]->jobs[house->posts[0]->count - 1];
}

static void hold(struct house *house, bool on)
{
    assert_int_equal(pk_store_set_number(house->store, "hold.all", on ? 1 : 0, NULL), 0);
}

/* ---- STOP and START ---- */

static void stop_of_somebody_known(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    hold(house, true);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    say(house, ANNA, "Стоп, моля!");
    hold(house, false);
    house_later(house, MINUTE_MS);
    assert_int_equal(house_messages(house, "class = 0 AND state = 14 AND reason = 3"), 2); /* of every topic */
    assert_int_equal(house->posts[0]->count, 1);
    assert_non_null(strstr(last(house)->text, "Спряхме съобщенията"));
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house->service->metrics.stops, 1);
    /* Said again it is not confirmed again. */
    say(house, ANNA, "STOP");
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(house->service->metrics.stops, 1);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_messages(house, "class = 0"), 2);
}

static void stop_of_a_stranger(void **state)
{
    struct house *house = *state;
    say(house, STRANGER, "STOP");
    assert_int_equal(house->posts[0]->count, 1);
    assert_string_equal(last(house)->address, STRANGER);
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    assert_true(pk_suppression_has(house->store, sms, PK_SLICE(STRANGER)));
    say(house, STRANGER, "стоп");
    assert_int_equal(house->posts[0]->count, 1);
    say(house, STRANGER, "старт");
    assert_false(pk_suppression_has(house->store, sms, PK_SLICE(STRANGER)));
    assert_int_equal(house->posts[0]->count, 2);
}

/* Also in the very turn, and for who is not known. */
static void answers_to_what_was_said_before_do_not_follow_a_stop(void **state)
{
    static const char *const who[] = { ANNA, STRANGER };
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    for (size_t i = 0; i < PK_COUNT(who); i++) {
        size_t before = house->posts[0]->count;
        assert_int_equal(post_reply(house->posts[0], who[i], "помощ"), 0);
        assert_int_equal(post_reply(house->posts[0], who[i], "стоп"), 0);
        house_turns(house, 3);
        assert_int_equal(house->posts[0]->count, before + 1);
        assert_non_null(strstr(last(house)->text, "Спряхме съобщенията"));
        pk_clock_advance(1);
        say(house, who[i], "помощ"); /* a later act is answered */
        assert_int_equal(house->posts[0]->count, before + 2);
    }
    assert_int_equal(house_messages(house, "class = 2 AND state = 14 AND reason = 3"), 2);
}

static void start_brings_back_what_stop_took(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t boris = house_person(house, BORIS, "bg", PK_CONSENT_REFUSED);
    say(house, ANNA, "СТОП");
    say(house, BORIS, "СТОП");
    pk_clock_advance(1);
    say(house, ANNA, "СТАРТ");
    say(house, BORIS, "СТАРТ");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, boris, "festival"), PK_CONSENT_STATE_WITHDRAWN); /* was never there */
    assert_int_equal(house_count(house, "SELECT count(*) FROM suppression"), 0);
    (void) invite(house, NULL);
    assert_int_equal(house_messages(house, "class = 0 AND state = 5"), 1);
}

/* Without an id of the provider's the second STOP looks like the first; it is heard all the same. */
static void stop_start_stop_within_a_minute(void **state)
{
    static const char *const words[] = { "STOP", "START", "STOP" };
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    for (size_t i = 0; i < PK_COUNT(words); i++) {
        struct pk_event event = { .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA), .text = pk_slice_of(words[i]) };
        assert_int_equal(post_event(house->posts[0], &event), 0);
        house_turn(house);
        pk_clock_advance(SECOND_MS);
    }
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house->service->metrics.stops, 2);
}

static void the_provider_says_stop(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    struct pk_event event = { .kind = PK_EVENT_OPT_OUT, .address = PK_SLICE(ANNA), .event_id = PK_SLICE("o-1") };
    assert_int_equal(post_event(house->posts[0], &event), 0);
    house_turns(house, 2);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house->posts[0]->count, 0); /* nothing could be sent there */
}

/* The network refused a number until its owner comes back. */
static void start_lifts_the_networks_refusal(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    post_complete(house->posts[0], 0, PK_OUTCOME_OPTED_OUT);
    house_settle(house);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_BLOCKED);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    assert_int_equal(house->posts[0]->count, 1);
    say(house, ANNA, "СТАРТ");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE blocked_ms > 0"), 0);
    (void) invite(house, HOUSE_FESTIVAL "," HOUSE_TAGS);
    assert_int_equal(house_messages(house, "class = 0 AND state = 5"), 1);
}

/* ---- yes and no ---- */

static void yes_with_heads_and_the_last_answer_counts(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    say(house, ANNA, "Да, ще дойдем 3 човека");
    assert_replies(house, trigger, 1, 0, 3);
    assert_non_null(strstr(last(house)->text, "Записахме 3 души за родителски срещи: сряда, 14 октомври, 19:30 ч. Място: De Windroos."));
    say(house, ANNA, "добре"); /* soft is enough to come */
    assert_replies(house, trigger, 1, 0, 1);
    assert_non_null(strstr(last(house)->text, "Записахме ДА за родителски срещи: сряда, 14 октомври, 19:30 ч. Място: De Windroos."));
    say(house, ANNA, "не");
    assert_replies(house, trigger, 0, 1, 0);
    assert_non_null(strstr(last(house)->text, "Записахме НЕ за родителски срещи: сряда, 14 октомври, 19:30 ч. Място: De Windroos."));
}

static void the_newest_question_is_meant(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t older = invite(house, NULL), newer = invite(house, NULL);
    (void) invite(house, HOUSE_FESTIVAL "," HOUSE_TAGS); /* asks nothing */
    say(house, ANNA, "да");
    assert_replies(house, older, 0, 0, 0);
    assert_replies(house, newer, 1, 0, 1);
    /* Never told, so not meant. */
    hold(house, true);
    (void) invite(house, NULL);
    say(house, ANNA, "не");
    assert_replies(house, newer, 0, 1, 0);
}

static void a_button_says_what_it_means(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "nl", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    struct pk_event event = { .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA), .text = PK_SLICE("Zeker niet"), .choice = PK_SLICE("yes"),
                              .event_id = PK_SLICE("b-1") };
    assert_int_equal(post_event(house->posts[0], &event), 0);
    house_turn(house);
    assert_replies(house, trigger, 1, 0, 1);
}

static void too_late_to_be_about_it(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    house_later(house, 8 * DAY_MS);
    say(house, ANNA, "да");
    assert_replies(house, trigger, 0, 0, 0);
    assert_int_equal(house_messages(house, "class = 2"), 1); /* "we do not understand" */
}

static void consent_wants_a_clear_yes(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    ask(house, anna, ANNA);
    assert_string_equal(last(house)->yes, "ДА");
    say(house, ANNA, "добре"); /* soft: asked back */
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_INVITED);
    assert_int_equal(house->posts[0]->count, 2);
    say(house, ANNA, "ДА");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED); /* everything signed up for */
    assert_int_equal(house->posts[0]->count, 3);
    say(house, ANNA, "не"); /* a no to a question that was answered changes nothing */
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT until_ms FROM consent LIMIT 1") > pk_clock_wall_ms(), 1);
}

static void no_to_consent(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    ask(house, anna, ANNA);
    say(house, ANNA, "Не, благодаря");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_messages(house, "class = 0"), 0);
}

/* An invitation after the question takes the reply: consent is not given by accident. */
static void consent_and_invitation_are_told_apart(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    ask(house, anna, ANNA);
    assert_int_equal(house_count(house, "UPDATE consent SET kind = 3 WHERE topic = (SELECT id FROM name WHERE text = 'parent-meetings')"), -1);
    int64_t trigger = invite(house, NULL);
    house_later(house, 7 * HOUR_MS); /* it waited a quarter of its day */
    take_all(house);
    say(house, ANNA, "да");
    assert_replies(house, trigger, 1, 0, 1);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_INVITED);
}

/* ---- the rest ---- */

/* Whoever tries an account writes any word back: it is heard, and nobody is bothered with it. A command is one all the same. */
static void what_answers_a_test_message_is_not_answered(void **state)
{
    struct house *house = *state;
    static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "jan" };
    const struct pk_staff_plan plan = {
        .desk = house->service->desks->items[0], .address = PK_SLICE("+35988000099"), .language = PK_SLICE("nl"), .template_name = "account-test"
    };
    int64_t message;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_planner_staff(house->service, &operator, &plan, pk_clock_wall_ms(), &message, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_settle(house);
    size_t sent = house->posts[0]->count;
    post_complete(house->posts[0], sent - 1, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    say(house, "+35988000099", "Ок, дойде при мен");
    assert_int_equal(house->posts[0]->count, sent);
    say(house, "+35988000099", "СТОП");
    assert_int_equal(house->posts[0]->count, sent + 1);
    /* From anybody else it is a stranger's word like any other. */
    say(house, "+35988000098", "Ок, дойде при мен");
    assert_int_equal(house->posts[0]->count, sent + 2);
}

static void what_nobody_understands_is_answered_once_a_day(void **state)
{
    static const char *const who[] = { ANNA, STRANGER };
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    for (size_t i = 0; i < PK_COUNT(who); i++) {
        size_t before = house->posts[0]->count;
        say(house, who[i], "абракадабра");
        say(house, who[i], "симсалабим");
        say(house, who[i], "хокус");
        assert_int_equal(house->posts[0]->count, before + 1);
    }
    house_later(house, DAY_MS + 1);
    say(house, ANNA, "хокус-покус");
    assert_int_equal(house->posts[0]->count, 3);
}

static void a_repeated_event_is_heard_once(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    struct pk_event event = { .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA), .text = PK_SLICE("да"), .event_id = PK_SLICE("7") };
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(post_event(house->posts[0], &event), 0);
        house_later(house, HOUR_MS);
    }
    assert_replies(house, trigger, 1, 0, 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply"), 1);
    assert_int_equal(house->service->metrics.replies_repeated, 2);
    /* The same id at another account is another event. */
    assert_int_equal(post_event(house->posts[1], &event), 0);
    house_turn(house);
    assert_int_equal(house_count(house, "SELECT count(*) FROM reply"), 2);
}

/* Not the person's word alone: what was lost with its commit is told to have to come again, and then counts. */
static void a_stop_in_a_failed_commit_comes_again(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    struct pk_event event = { .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA), .text = PK_SLICE("стоп"), .event_id = PK_SLICE("9"), .token = 77 };
    house->commit_fails = true;
    assert_int_equal(post_event(house->posts[0], &event), 0);
    house_turn(house);
    assert_int_equal(house->posts[0]->refused_count, 1);
    house->commit_fails = false;
    house_turn(house);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(post_event(house->posts[0], &event), 0);
    house_turns(house, 2);
    assert_int_equal(house->posts[0]->settled_count, 1);
    assert_int_equal(house->posts[0]->settled[0], 77);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(stop_of_somebody_known),
        in_house(stop_of_a_stranger),
        in_house(answers_to_what_was_said_before_do_not_follow_a_stop),
        in_house(start_brings_back_what_stop_took),
        in_house(stop_start_stop_within_a_minute),
        in_house(the_provider_says_stop),
        in_house(start_lifts_the_networks_refusal),
        in_house(yes_with_heads_and_the_last_answer_counts),
        in_house(the_newest_question_is_meant),
        in_house(a_button_says_what_it_means),
        in_house(too_late_to_be_about_it),
        in_house(consent_wants_a_clear_yes),
        in_house(no_to_consent),
        in_house(consent_and_invitation_are_told_apart),
        in_house(what_answers_a_test_message_is_not_answered),
        in_house(what_nobody_understands_is_answered_once_a_day),
        in_house(a_repeated_event_is_heard_once),
        in_house(a_stop_in_a_failed_commit_comes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
