/* SPDX-License-Identifier: EUPL-1.2 */
/* One question at a time, and what the open one is: of consent and invitation one waits, of two invitations the newer takes
 * the words, a button is about its own, and the answer names day and place. */
#include "tests/unit/service/talk.h"

#include "gateway/base/id.h"
#include "gateway/store/ledger.h"

#define OTHER_DAY                                                                                                          \
    "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":\"2026-10-20T16:00:00Z\"," \
    "\"place\":\"Dam 12\"}," HOUSE_TAGS ",\"validUntil\":\"2026-10-19T00:00:00Z\""
#define WAITING "state = 2 AND reason = 25"
_Static_assert(PK_REASON_OTHER_QUESTION == 25, "WAITING names it by number");

/* Agreed to meetings, asked about the festival. */
static int64_t half_signed_up(struct house *house)
{
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    struct pk_consent_event yes = {
        .recipient = anna,
        .topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings")),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .kind = PK_CONSENT_CONFIRMED,
        .at_ms = HOUSE_NOW,
        .how = PK_SLICE("paper"),
        .by = PK_SLICE("test"),
    };
    assert_int_equal(pk_ledger_append(house->store, &yes, NULL), 0);
    house_turn(house);
    return anna;
}

/* The plain ask() is about meetings: agreed to already, so the gate would refuse it. About the festival, then. */
static void ask_for_festival(struct house *house, int64_t person)
{
    put_question(house, person, ANNA, "festival");
}

/* ---- one waits for the other ---- */

static void a_consent_question_waits_for_an_open_invitation(void **state)
{
    struct house *house = *state;
    int64_t anna = half_signed_up(house), trigger = invite(house, OTHER_DAY);
    ask_for_festival(house, anna);
    assert_int_equal(house_messages(house, "class = 1 AND " WAITING), 1);
    assert_int_equal(house->posts[0]->count, 1);
    say(house, ANNA, "ДА");
    assert_replies(house, trigger, 1, 0, 1);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_INVITED); /* not by this yes */
    house_turns(house, 2);
    take_all(house);
    assert_int_equal(house_messages(house, "class = 1 AND state = 5"), 1); /* now it is out */
    say(house, ANNA, "да!");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_replies(house, trigger, 1, 0, 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 1);
}

static void it_waits_no_longer_than_the_invitation_is_open(void **state)
{
    struct house *house = *state;
    int64_t anna = half_signed_up(house);
    (void) invite(house, OTHER_DAY);
    ask_for_festival(house, anna);
    house_later(house, 6 * DAY_MS); /* the reply window is seven days; the event begins after it */
    assert_int_equal(house_messages(house, "class = 1 AND " WAITING), 1);
    house_later(house, DAY_MS);
    take_all(house);
    assert_int_equal(house_messages(house, "class = 1 AND state = 5"), 1); /* though a question is worth seven days only */
}

static void an_invitation_waits_for_an_open_consent_question(void **state)
{
    struct house *house = *state;
    int64_t anna = half_signed_up(house);
    ask_for_festival(house, anna);
    int64_t trigger = invite(house, OTHER_DAY);
    assert_int_equal(house_messages(house, "class = 0 AND " WAITING), 1);
    say(house, ANNA, "НЕ");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_replies(house, trigger, 0, 0, 0);
    house_turns(house, 2);
    take_all(house);
    assert_int_equal(house_messages(house, "class = 0 AND state = 5"), 1);
    say(house, ANNA, "ДА");
    assert_replies(house, trigger, 1, 0, 1);
}

static void it_takes_its_place_after_a_day(void **state)
{
    struct house *house = *state;
    int64_t anna = half_signed_up(house);
    ask_for_festival(house, anna);
    int64_t trigger = invite(house, OTHER_DAY);
    house_later(house, DAY_MS - MINUTE_MS);
    assert_int_equal(house_messages(house, "class = 0 AND " WAITING), 1);
    house_later(house, 2 * MINUTE_MS);
    take_all(house);
    pk_clock_advance(1);
    say(house, ANNA, "да");
    assert_replies(house, trigger, 1, 0, 1);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_INVITED);
}

static void what_is_urgent_or_asks_nothing_does_not_wait(void **state)
{
    struct house *house = *state;
    int64_t anna = half_signed_up(house);
    ask_for_festival(house, anna);
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-cancelled\",\"topic\":\"parent-meetings\",\"values\":{"
                                                    "\"begins\":\"2026-10-14T17:30:00Z\"}," HOUSE_TAGS), 0);
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 2);
    assert_int_equal(house_publish(house, "alarm", NULL), 0);
    house_turn(house);
    assert_int_equal(house->posts[0]->count, 3);
}

/* ---- which question ---- */

static void a_button_is_about_its_own_event(void **state)
{
    struct house *house = *state;
    char older_yes[48];
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    int64_t older = invite(house, NULL), newer = invite(house, OTHER_DAY);
    struct pk_message told = house_message(house, "class = 0 AND notice = (SELECT min(notice) FROM message)");
    char id[16];
    /* Networks' buttons carry letters, digits, - and _ only, and not many of them (adapters/kit/chat.c). */
    for (const char *c = house->posts[0]->jobs[0].yes_id; *c; c++)
        assert_true((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-');
    assert_in_range(strlen(house->posts[0]->jobs[0].yes_id), 5, 40);
    (void) snprintf(older_yes, sizeof older_yes, "yes-%s", pk_id_format(told.notice, id));
    press(house, ANNA, older_yes);
    assert_replies(house, older, 1, 0, 1);
    assert_replies(house, newer, 0, 0, 0);
    assert_says(house, "сряда, 14 октомври, 19:30 ч. Място: De Windroos");
    say(house, ANNA, "не"); /* words are about the newer one */
    assert_replies(house, newer, 0, 1, 0);
    assert_says(house, "вторник, 20 октомври, 18:00 ч. Място: Dam 12");
    assert_replies(house, older, 1, 0, 1);
}

static void a_button_nobody_was_given_means_nothing(void **state)
{
    static const char *const forged[] = { "yes-0000000000zz", "yes-", "yes-12", "no-7zzzzzzzzzzzz", "maybe", "yes-;DROP" };
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    for (size_t i = 0; i < PK_COUNT(forged); i++)
        press(house, ANNA, forged[i]);
    assert_replies(house, trigger, 0, 0, 0);
    /* Not another person's either. */
    char id[16], theirs[48];
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    (void) house_count(house, "UPDATE tag SET tag = 9999 WHERE recipient = (SELECT recipient FROM address LIMIT 1)");
    (void) invite(house, OTHER_DAY);
    int64_t notice = house_count(house, "SELECT max(notice) FROM message");
    (void) snprintf(theirs, sizeof theirs, "yes-%s", pk_id_format(notice, id));
    if (house_count(house, "SELECT count(*) FROM message WHERE notice = (SELECT max(notice) FROM message)") == 1) {
        bool annas = house_count(house, "SELECT address FROM message WHERE notice = (SELECT max(notice) FROM message)") == house_address(house, ANNA);
        press(house, annas ? BORIS : ANNA, theirs);
        assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 0);
        press(house, annas ? ANNA : BORIS, theirs);
        assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 1);
    }
}

static void a_soft_yes_is_asked_back_once(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    ask(house, anna, ANNA);
    say(house, ANNA, "добре");
    assert_says(house, "отговорете само с ДА");
    assert_int_equal(house_messages(house, "class = 1"), 1); /* asked back in answer, not as another question */
    say(house, ANNA, "окей");
    assert_says(house, "не Ви разбрахме");
    size_t before = house->posts[0]->count;
    say(house, ANNA, "става");
    assert_int_equal(house->posts[0]->count, before);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_INVITED);
    say(house, ANNA, "ДА");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
}

/* Said yes to the question, then cannot come after all: that no is no withdrawal. */
static void a_no_after_an_answered_question_is_about_the_invitation(void **state)
{
    struct house *house = *state;
    int64_t anna = half_signed_up(house), trigger = invite(house, OTHER_DAY);
    say(house, ANNA, "да");
    ask_for_festival(house, anna);
    say(house, ANNA, "ДА");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    say(house, ANNA, "ДА!"); /* said twice */
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 1);
    say(house, ANNA, "не");
    assert_replies(house, trigger, 0, 1, 0);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
}

/* ---- too late ---- */

static void what_has_begun_takes_no_answer(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    say(house, ANNA, "да 2");
    house_later(house, 34 * HOUR_MS);
    say(house, ANNA, "не");
    assert_says(house, "Датата за родителски срещи мина или е друга.");
    assert_replies(house, trigger, 1, 0, 2);
}

static void what_is_called_off_takes_no_answer(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL), other = invite(house, OTHER_DAY);
    (void) invite(house, "\"template\":\"parent-meeting-cancelled\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":\"2026-10-20T16:00:00Z\"}," HOUSE_TAGS);
    say(house, ANNA, "да");
    assert_says(house, "Датата за родителски срещи мина или е друга.");
    assert_replies(house, other, 0, 0, 0);
    assert_replies(house, trigger, 0, 0, 0);
    (void) house_count(house, "UPDATE trigger SET state = 3");
    char id[16], first[48];
    struct pk_message told = house_message(house, "class = 0 AND notice = (SELECT min(notice) FROM message)");
    (void) snprintf(first, sizeof first, "yes-%s", pk_id_format(told.notice, id));
    press(house, ANNA, first);
    assert_replies(house, trigger, 0, 0, 0);
}

/* ---- history, language ---- */

static int count_lines(void *ctx, const struct pk_rsvp_line *line)
{
    char *seen = ctx;
    size_t n = strlen(seen);
    (void) snprintf(seen + n, 64 - n, "%s%u%s ", line->yes ? "yes" : "no", line->heads, line->changed ? "*" : "");
    return 0;
}

static void the_history_is_kept(void **state)
{
    struct house *house = *state;
    char seen[64] = "";
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, NULL);
    say(house, ANNA, "да 3");
    say(house, BORIS, "не");
    say(house, ANNA, "да");
    assert_replies(house, trigger, 1, 1, 1);
    assert_int_equal(pk_rsvps_of(house->store, trigger, 10, count_lines, seen, NULL), 0);
    assert_string_equal(seen, "yes1* no0 yes3 ");
}

static void a_stranger_is_answered_in_the_letters_they_write(void **state)
{
    struct house *house = *state;
    say(house, STRANGER, "pomosht");
    assert_string_equal(house->posts[0]->jobs[0].language, "bg-Latn");
    assert_says(house, "START");
    say(house, "+359880009998", "помощ");
    assert_string_equal(house->posts[0]->jobs[1].language, "bg");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(a_consent_question_waits_for_an_open_invitation),
        in_house(it_waits_no_longer_than_the_invitation_is_open),
        in_house(an_invitation_waits_for_an_open_consent_question),
        in_house(it_takes_its_place_after_a_day),
        in_house(what_is_urgent_or_asks_nothing_does_not_wait),
        in_house(a_button_is_about_its_own_event),
        in_house(a_button_nobody_was_given_means_nothing),
        in_house(a_soft_yes_is_asked_back_once),
        in_house(a_no_after_an_answered_question_is_about_the_invitation),
        in_house(what_has_begun_takes_no_answer),
        in_house(what_is_called_off_takes_no_answer),
        in_house(the_history_is_kept),
        in_house(a_stranger_is_answered_in_the_letters_they_write),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
