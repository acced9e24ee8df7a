/* SPDX-License-Identifier: EUPL-1.2 */
/* One topic at a time: STOP and START of it, what START gives to whom, and that every text names topics by their names. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/planner.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

static void say(struct house *house, const char *from, const char *text)
{
    pk_clock_advance(1);
    assert_int_equal(post_reply(house->posts[0], from, text), 0);
    house_turns(house, 2);
}

static const char *last_text(const struct house *house)
{
    assert_true(house->posts[0]->count > 0);
    return house->posts[0]->jobs[house->posts[0]->count - 1].text;
}

static void assert_last(const struct house *house, const char *wanted)
{
    if (!strstr(last_text(house), wanted))
        fail_msg("\"%s\" does not say \"%s\"", last_text(house), wanted);
}

static void hold(struct house *house, bool on)
{
    assert_int_equal(pk_store_set_number(house->store, "hold.all", on ? 1 : 0, NULL), 0);
}

static uint32_t topic(struct house *house, const char *name)
{
    return pk_name_find(house->store, PK_NAME_TOPIC, pk_slice_of(name));
}

static int64_t person_at(struct house *house, const char *number)
{
    struct pk_address address;
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    assert_int_equal(pk_address_find(house->store, sms, pk_slice_of(number), &address, NULL), 0);
    return address.recipient;
}

/* ---- STOP of one topic ---- */

static void one_topic_ends_on_every_channel_and_the_others_stay(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    uint32_t chat = 0;
    assert_int_equal(pk_name_intern(house->store, PK_NAME_CHANNEL, PK_SLICE("chat"), &chat, NULL), 0);
    struct pk_consent_event there = { .recipient = anna, .topic = topic(house, "parent-meetings"), .channel = chat,
                                      .kind = PK_CONSENT_CONFIRMED, .at_ms = HOUSE_NOW, .how = PK_SLICE("x"), .by = PK_SLICE("x") };
    assert_int_equal(pk_ledger_append(house->store, &there, NULL), 0);
    hold(house, true);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    say(house, ANNA, "CTOП cpeщи"); /* Latin and Cyrillic mixed */
    assert_int_equal(house_messages(house, "class = 0 AND state = 14 AND reason = 1"), 1);
    hold(house, false);
    house_later(house, MINUTE_MS);
    assert_int_equal(house->posts[0]->count, 2); /* the festival, and the answer */
    assert_int_equal(house_messages(house, "class = 2"), 1);
    bool answered = false, invited = false;
    for (size_t i = 0; i < house->posts[0]->count; i++) {
        answered |= strstr(house->posts[0]->jobs[i].text, "Няма да Ви пишем за родителски срещи.") != NULL;
        invited |= strstr(house->posts[0]->jobs[i].text, "естивал") != NULL;
    }
    assert_true(answered && invited);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_ledger_state(house->store, anna, topic(house, "parent-meetings"), chat, pk_clock_wall_ms(), NULL),
                     PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM suppression"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient WHERE stopped_ms > 0"), 0);
    assert_int_equal(house->service->metrics.stops, 0);
}

static void with_anything_else_a_stop_is_whole(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, "СТОП срещи, моля");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_last(house, "Спряхме съобщенията");
    say(house, ANNA, "СТОП срещи"); /* everything ended before */
    assert_int_equal(house->posts[0]->count, 1);
}

static void in_the_persons_language_and_script(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "nl", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_recipient_set_language(house->store, anna, PK_SLICE("bg"), PK_SLICE("Latn"), NULL), 0);
    say(house, ANNA, "stop sreshti");
    assert_last(house, "Nyama da Vi pishem za roditelski sreshti.");
    say(house, BORIS, "UIT festival");
    assert_last(house, "Wij schrijven u niet meer over het festival.");
}

/* Without an id of the provider's it looks like a repeat, and must not become a whole STOP. */
static void said_twice_it_is_still_one_topic(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    for (unsigned i = 0; i < 3; i++) {
        struct pk_event event = { .kind = PK_EVENT_REPLY, .address = PK_SLICE(ANNA), .text = PK_SLICE("СТОП срещи") };
        assert_int_equal(post_event(house->posts[0], &event), 0);
        house_turn(house);
    }
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE how = 'stop-topic'"), 1);
}

/* No to what one never had is a no. */
static void a_topic_one_never_had(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_count(house, "DELETE FROM consent WHERE topic = (SELECT id FROM name WHERE text = 'festival')"), -1);
    say(house, ANNA, "СТОП фестивал");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_last(house, "за фестивала");
}

static void a_strangers_stop_is_whole_whatever_it_names(void **state)
{
    struct house *house = *state;
    say(house, STRANGER, "СТОП срещи");
    assert_int_equal(house_count(house, "SELECT count(*) FROM suppression"), 1);
    assert_last(house, "Спряхме съобщенията");
}

/* Plain letters are a spelling of the person's, and no language of the provider's. */
static void plain_letters_for_who_chose_them(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "tr", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "tr", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_recipient_set_language(house->store, anna, PK_SLICE("tr"), PK_SLICE("plain"), NULL), 0);
    say(house, ANNA, "STOP");
    assert_last(house, "Mesajlari durdurduk.");
    assert_string_equal(house->posts[0]->jobs[0].language, "tr");
    say(house, BORIS, "STOP");
    assert_last(house, "Mesajları durdurduk.");
}

/* ---- START ---- */

static void start_names_what_it_gives_back(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t boris = house_person(house, BORIS, "bg", PK_CONSENT_REQUESTED);
    say(house, ANNA, "СТОП");
    say(house, ANNA, "СТАРТ");
    assert_last(house, "ще Ви пише за родителски срещи и фестивала.");
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    say(house, BORIS, "СТОП"); /* what they were asked for was held too */
    say(house, BORIS, "СТАРТ");
    assert_int_equal(house_consent(house, boris, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM suppression"), 0);
}

/* One answer says what for, how to end it, and where there is more: to a stranger as to who comes back. */
static void start_names_the_page_too(void **state)
{
    struct house *house = *state;
    struct pk_catalog *catalog = (struct pk_catalog *) house->catalog;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE("https://zaanstad.nl/bg"));
    say(house, ANNA, "СТОП");
    say(house, ANNA, "СТАРТ");
    assert_last(house, "ще Ви пише за родителски срещи и фестивала. Край: СТОП. Повече: https://zaanstad.nl/bg");
    size_t before = house->posts[0]->count;
    say(house, STRANGER, "СТАРТ срещи");
    assert_last(house, "ще Ви пише за родителски срещи. Край: СТОП. Повече: https://zaanstad.nl/bg");
    assert_int_equal(house->posts[0]->count, before + 1);
    pk_catalog_know(catalog, PK_SLICE(""), PK_SLICE(""));
}

static void start_gives_back_what_was_ended_by_name(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, "СТОП срещи");
    say(house, ANNA, "СТОП фестивал");
    say(house, ANNA, "СТАРТ фестивал"); /* this one only */
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_last(house, "ще Ви пише за фестивала.");
    say(house, ANNA, "СТАРТ");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
}

/* What was ended by name before a STOP was not held at it. */
static void a_topic_ended_before_the_stop_stays_ended(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, "СТОП срещи");
    say(house, ANNA, "СТОП");
    say(house, ANNA, "СТАРТ");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
}

static void a_stranger_signs_up_by_a_topics_word(void **state)
{
    struct house *house = *state;
    say(house, STRANGER, "стоп");
    say(house, STRANGER, "СТАРТ срещи");
    assert_last(house, "Добре дошли! Gemeente Voorbeeld ще Ви пише за родителски срещи. Край: СТОП.");
    int64_t who = person_at(house, STRANGER);
    assert_int_not_equal(who, 0);
    assert_int_equal(house_consent(house, who, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, who, "festival"), PK_CONSENT_UNKNOWN);
    assert_int_equal(house_count(house, "SELECT count(*) FROM suppression"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE kind = 3 AND how = 'start' AND by = 'self' AND until_ms > at_ms"), 1);
}

static void a_default_set_for_who_names_none(void **state)
{
    static const char *const defaults[] = { "festival", "info-point" };
    struct house *house = *state;
    say(house, STRANGER, "СТАРТ");
    assert_last(house, "СТОП = край"); /* help: there is no default set */
    assert_int_equal(person_at(house, STRANGER), 0);
    house->rules.start_topics = (struct pk_words){ defaults, PK_COUNT(defaults) };
    say(house, STRANGER, "Старт!");
    int64_t who = person_at(house, STRANGER);
    assert_int_equal(house_consent(house, who, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(house_consent(house, who, "parent-meetings"), PK_CONSENT_UNKNOWN);
    assert_last(house, "ще Ви пише за фестивала и info-point."); /* a topic without a name */
    /* Who has something already is told so, and given nothing more. */
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    say(house, ANNA, "СТАРТ");
    assert_int_equal(house_consent(house, anna, "info-point"), PK_CONSENT_UNKNOWN);
    assert_last(house, "ще Ви пише за родителски срещи и фестивала.");
}

/* ---- the question ---- */

static void the_question_and_its_answer_name_the_topics(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_REQUESTED);
    bool asked = false;
    struct pk_question_plan plan = {
        .recipient = anna,
        .address = house_address(house, ANNA),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .topic = topic(house, "festival"),
        .language = PK_SLICE("bg"),
    };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_planner_question(house->service, &plan, pk_clock_wall_ms(), &asked, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_true(asked);
    house_turns(house, 2);
    assert_last(house, "съобщения за родителски срещи и фестивала?"); /* a yes will be about both */
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    say(house, ANNA, "да");
    assert_last(house, "ще Ви пише за родителски срещи и фестивала.");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(one_topic_ends_on_every_channel_and_the_others_stay),
        in_house(with_anything_else_a_stop_is_whole),
        in_house(in_the_persons_language_and_script),
        in_house(said_twice_it_is_still_one_topic),
        in_house(a_topic_one_never_had),
        in_house(a_strangers_stop_is_whole_whatever_it_names),
        in_house(plain_letters_for_who_chose_them),
        in_house(start_names_what_it_gives_back),
        in_house(start_names_the_page_too),
        in_house(start_gives_back_what_was_ended_by_name),
        in_house(a_topic_ended_before_the_stop_stays_ended),
        in_house(a_stranger_signs_up_by_a_topics_word),
        in_house(a_default_set_for_who_names_none),
        in_house(the_question_and_its_answer_name_the_topics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
