/* SPDX-License-Identifier: EUPL-1.2 */
/* Which form of a text goes out: where somebody can answer, where nobody can, and what the gateway itself puts into it. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/import_private.h"
#include "gateway/service/planner.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"
#include "gateway/store/rsvps.h"

#define ANSWERS "SELECT count(*) FROM outbox WHERE CAST(payload AS TEXT) LIKE "
#define PAGE "https://a.nl/b"
#define WITH_LINK "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\"," HOUSE_TAGS ",\"values\":{\"begins\":" \
                  "\"2026-10-14T17:30:00Z\",\"place\":\"De Windroos\",\"link\":\"https://c.nl/d\"}"

/* What the configuration knows; the texts are shared by the tests of a program. */
static void know_page(struct house *house, const char *page)
{
    pk_catalog_know((struct pk_catalog *) house->catalog, PK_SLICE(""), pk_slice_of(page));
}

static int forget_page(void **state)
{
    know_page(*state, "");
    return house_tear(state);
}
#define in_house_of_pages(name) cmocka_unit_test_setup_teardown(name, house_build, forget_page)

static void answerable(struct house *house, bool first, bool second)
{
    static const char *const no[] = { "no" };
    house->accounts[0].replies = (struct pk_words){ no, first ? 0 : 1 };
    house->accounts[1].replies = (struct pk_words){ no, second ? 0 : 1 };
    house_reopen(house);
}

static const struct post_job *last(const struct house *house)
{
    assert_true(house->posts[0]->count > 0);
    return &house->posts[0]->jobs[house->posts[0]->count - 1];
}

static void assert_says(const struct house *house, const char *words)
{
    if (!strstr(last(house)->text, words))
        fail_msg("\"%s\" does not say \"%s\"", last(house)->text, words);
}

static void take_all(struct house *house)
{
    for (size_t i = 0; i < house->posts[0]->count; i++)
        if (!house->posts[0]->jobs[i].completed)
            post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    pk_clock_advance(1);
}

static void say(struct house *house, const char *text)
{
    take_all(house);
    assert_int_equal(post_reply(house->posts[0], ANNA, text), 0);
    house_turns(house, 2);
}

/* ---- notices ---- */

static void a_notice_that_nobody_can_answer_gives_a_page(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    answerable(house, false, false);
    /* None is known: refused, with the key to set. */
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_count(house, ANSWERS "'%trigger-rejected.v1%nobody can answer on this route%set page in [gateway]%'"), 1);
    assert_int_equal(house_messages(house, "1"), 0);
    /* The publisher's own. */
    assert_int_equal(house_publish(house, "school", WITH_LINK), 0);
    assert_int_equal(house->posts[0]->count, 1);
    assert_says(house, "Място: De Windroos. Отговор: https://c.nl/d");
    assert_null(strstr(last(house)->text, "ДА"));
    assert_string_equal(last(house)->yes, ""); /* no buttons either */
    take_all(house);
    /* The gateway's. */
    know_page(house, PAGE);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_says(house, "Отговор: " PAGE);
    take_all(house);
    /* What asks for nothing stays as it is. */
    assert_int_equal(house_publish(house, "school",
                                   "\"template\":\"parent-meeting-cancelled\",\"topic\":\"parent-meetings\"," HOUSE_TAGS
                                   ",\"values\":{\"begins\":\"2026-10-14T17:30:00Z\"}"),
                     0);
    assert_says(house, "се отменя");
}

static void one_account_that_can_be_answered_is_enough(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    answerable(house, true, false);
    assert_int_equal(house_publish(house, "school", WITH_LINK), 0); /* the link is of no use here, and no mistake */
    assert_says(house, "Пишете ДА или НЕ. Край: СТОП");
}

/* Between intake and its hour the route was changed: nobody is asked in vain, and the publisher hears of it. */
static void a_route_that_changed_since_gives_up(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-13T10:30:00Z\""), 0);
    answerable(house, false, false);
    house_later(house, 2 * HOUR_MS);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, ANSWERS "'%trigger-cut-short.v1%\"reason\":\"cancelled\"%'"), 1);
}

/* ---- questions ---- */

static bool ask(struct house *house, int64_t person, struct pk_error *err)
{
    bool asked = false;
    struct pk_question_plan plan = {
        .recipient = person,
        .address = house_address(house, ANNA),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("festival")),
        .language = PK_SLICE("bg"),
    };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_planner_question(house->service, &plan, pk_clock_wall_ms(), &asked, err);
    if (r == 0)
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    else
        pk_unit_drop(house->store);
    house_turns(house, 2);
    return asked;
}

static void a_question_names_all_it_is_about(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    assert_true(ask(house, anna, NULL));
    assert_string_equal(last(house)->text,
                        "Gemeente Voorbeeld: искате ли съобщения за родителски срещи и фестивала? Пишете ДА или НЕ.");
    say(house, "ДА");
    assert_says(house, "Gemeente Voorbeeld ще Ви пише за родителски срещи и фестивала. За въпроси пишете ПОМОЩ.");
    say(house, "СТОП");
    say(house, "СТАРТ");
    assert_says(house, "Добре дошли! Gemeente Voorbeeld ще Ви пише за родителски срещи и фестивала.");
}

static void a_question_that_nobody_can_answer(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    assert_true(pk_planner_can_ask(house->service, sms, &err));
    answerable(house, false, false);
    assert_false(pk_planner_can_ask(house->service, sms, &err));
    assert_string_equal(err.message, "nobody can answer on this route, and there is no page to answer on");
    assert_string_equal(err.hint, "Set public_url or page in [gateway], or replies = yes for an account of the route.");
    assert_false(ask(house, anna, &err));
    assert_int_equal(house_messages(house, "1"), 0);
    know_page(house, PAGE);
    assert_true(pk_planner_can_ask(house->service, sms, &err));
    assert_true(ask(house, anna, &err));
    assert_string_equal(last(house)->text,
                        "Gemeente Voorbeeld: искате ли съобщения за родителски срещи и фестивала? Отговорете тук: " PAGE);
    assert_string_equal(last(house)->yes, "");
}

/* A row of a file that would have to be asked is refused by itself, before anything of it is kept. */
static void an_import_does_not_ask_in_vain(void **state)
{
    struct house *house = *state;
    struct pk_import_outcome outcome;
    const struct pk_import_row row = { .channel = PK_SLICE("sms"), .address = PK_SLICE(BORIS), .language = PK_SLICE("bg"),
                                       .topics = { &house->rules.topics[0] }, .topic_count = 1 };
    answerable(house, false, false);
    for (int known = 0; known < 2; known++) {
        know_page(house, known ? PAGE : "");
        assert_int_equal(pk_unit_begin(house->store, NULL), 0);
        assert_int_equal(pk_import_apply_row(house->service, false, PK_SLICE("anna"), &row, pk_clock_wall_ms(), &outcome, NULL), 0);
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
        assert_int_equal(outcome.refused != NULL, !known);
        assert_int_equal(outcome.asked, known);
        assert_true((house_address(house, BORIS) != 0) == (known != 0));
        if (!known)
            assert_string_equal(outcome.refused, "cannot be asked: nobody can answer on the route, and there is no page to answer on");
    }
}

/* ---- answers ---- */

/* Somebody answered on the page, or the provider took a STOP: what follows goes by the same account. */
static void an_answer_by_an_account_that_cannot_be_answered(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    answerable(house, false, true);
    know_page(house, PAGE);
    say(house, "помощ");
    assert_says(house, "на това съобщение не може да се отговори. За отговор и край: " PAGE);
    know_page(house, ""); /* it is owed all the same */
    say(house, "СТОП");
    assert_says(house, "пишете СТАРТ");
}

static int64_t invite(struct house *house, const char *data)
{
    assert_int_equal(house_publish(house, "school", data), 0);
    take_all(house);
    return house_count(house, "SELECT max(id) FROM trigger");
}

/* A short invitation says no place, so its confirmation does not either. */
static void a_short_invitation_is_confirmed_shortly(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) invite(house, "\"template\":\"parent-meeting-invitation-short\",\"topic\":\"parent-meetings\"," HOUSE_TAGS
                         ",\"values\":{\"begins\":\"2026-10-14T17:30:00Z\"}");
    say(house, "да");
    assert_string_equal(last(house)->text, "Записахме ДА за родителски срещи: ср, 14.10, 19:30 ч. Очакваме Ви!");
}

/* An opinion is counted like a visit, and thanked for as what it is. */
static void an_opinion_is_counted_and_thanked_for(void **state)
{
    struct house *house = *state;
    int64_t yes, no, heads;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t trigger = invite(house, "\"template\":\"useful\",\"topic\":\"parent-meetings\"," HOUSE_TAGS
                                    ",\"values\":{\"begins\":\"2026-10-12T16:00:00Z\"}");
    assert_says(house, "Полезна ли беше родителската среща на 12 октомври? ДА или НЕ");
    assert_string_equal(last(house)->yes, "ДА");
    say(house, "да");
    assert_says(house, "Благодарим Ви за съобщението!");
    assert_int_equal(pk_replies_count(house->store, trigger, &yes, &no, &heads, NULL), 0);
    assert_int_equal(yes, 1);
    assert_int_equal(no, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house_of_pages(a_notice_that_nobody_can_answer_gives_a_page),
        in_house_of_pages(one_account_that_can_be_answered_is_enough),
        in_house_of_pages(a_route_that_changed_since_gives_up),
        in_house_of_pages(a_question_names_all_it_is_about),
        in_house_of_pages(a_question_that_nobody_can_answer),
        in_house_of_pages(an_import_does_not_ask_in_vain),
        in_house_of_pages(an_answer_by_an_account_that_cannot_be_answered),
        in_house_of_pages(a_short_invitation_is_confirmed_shortly),
        in_house_of_pages(an_opinion_is_counted_and_thanked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
