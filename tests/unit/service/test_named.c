/* SPDX-License-Identifier: EUPL-1.2 */
/* What an answer to an invitation calls the event: of two that are open the right one, in each language and spelling, by word and by
 * button; its kind's name where that has one in the language, else its topic's. On no event it is of its topic's only kind. */
#include "tests/unit/service/talk.h"

#include "gateway/base/id.h"
#include "gateway/service/events.h"
#include "gateway/store/agenda.h"
#include "gateway/store/occurrences.h"

#define VERA "+359880001236"
/* HOUSE_NOW is Tuesday 13 October 2026, 10:30 on the wall. What a text says of the date is the date's. */
#define ASKING                                                                                                                        \
    "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":\"2026-10-20T16:00:00Z\","       \
    "\"place\":\"De Windroos\"}," HOUSE_TAGS ",\"validUntil\":\"2026-10-19T00:00:00Z\""

static const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" };
static const struct pk_tagged meeting_names[] = { { "bg", "родителска среща" }, { "nl", "ouderbijeenkomst" } };
static const struct pk_tagged lesson_names[] = { { "bg", "урок по български" } }; /* none in Dutch: the topic's */
static const struct pk_kind_rule kinds[] = {
    { .name = "meeting", .topic = "parent-meetings", .open = true, .length_ms = 2 * HOUR_MS, .names = { meeting_names, PK_COUNT(meeting_names) } },
    { .name = "lesson", .topic = "parent-meetings", .open = true, .length_ms = 2 * HOUR_MS, .names = { lesson_names, PK_COUNT(lesson_names) } },
    { .name = "feast", .topic = "festival", .open = true, .length_ms = 2 * HOUR_MS },
};

/* Three who read Bulgarian, Bulgarian in Latin letters, and Dutch. */
static const char *const people[] = { ANNA, BORIS, VERA };

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.kinds = kinds;
    house->rules.kind_count = PK_COUNT(kinds);
    house->rules.answers_per_day = 20;
    for (size_t i = 0; r == 0 && i < PK_COUNT(people); i++) {
        int64_t who = house_person(house, people[i], i == 2 ? "nl" : "bg", PK_CONSENT_CONFIRMED);
        if (i == 1)
            assert_int_equal(pk_recipient_set_language(house->store, who, PK_SLICE("bg"), PK_SLICE("Latn"), NULL), 0);
    }
    return r;
}

#define named_test(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

/* All three are asked, as by a campaign on an event of this kind. Returns the notice. */
static int64_t ask_all(struct house *house, const char *kind, const char *topic, int32_t day, int32_t capacity)
{
    struct pk_agenda_event event = { .title = "Avond", .place = "De Windroos", .capacity = capacity,
                                     .when = { day, 1080, 0, PK_EVENTS_NO_END } };
    struct pk_occurrence date;
    char sql[256];
    (void) snprintf(event.kind, sizeof event.kind, "%s", kind);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_events_plan(house->service, &adviser, &event, false, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_int_equal(pk_occurrence_find(house->store, event.id, 0, &date, NULL), 0);
    int64_t trigger = invite(house, ASKING);
    (void) snprintf(sql, sizeof sql, "UPDATE notice SET occurrence = %lld, version = %lld, topic = %u WHERE trigger = %lld", (long long) date.id,
                    (long long) date.version, pk_name_find(house->store, PK_NAME_TOPIC, pk_slice_of(topic)), (long long) trigger);
    (void) house_count(house, sql);
    (void) snprintf(sql, sizeof sql, "SELECT id FROM notice WHERE trigger = %lld", (long long) trigger);
    return house_count(house, sql);
}

static void button(struct house *house, const char *from, int64_t notice, const char *word)
{
    char id[PK_ID_TEXT_MAX], choice[PK_ID_TEXT_MAX + 8];
    (void) snprintf(choice, sizeof choice, "%s-%s", word, pk_id_format(notice, id));
    press(house, from, choice);
}

static void says_all(const struct house *house, const char *words)
{
    assert_string_equal(last_text(house), words);
}

#define FEAST_BG ": събота, 24 октомври, 18:00 ч. Място: De Windroos."
#define FEAST_LATN ": sabota, 24 oktomvri, 18:00 ch. Myasto: De Windroos."
#define FEAST_NL ": zaterdag 24 oktober, 18:00 uur. Plaats: De Windroos."
#define MEETING_BG ": вторник, 20 октомври, 18:00 ч. Място: De Windroos."
#define MEETING_LATN ": vtornik, 20 oktomvri, 18:00 ch. Myasto: De Windroos."
#define MEETING_NL ": dinsdag 20 oktober, 18:00 uur. Plaats: De Windroos."

static void of_two_the_answer_names_the_one_it_is_about(void **state)
{
    struct house *house = *state;
    int64_t older = ask_all(house, "meeting", "parent-meetings", 20261020, 0);
    int64_t newer = ask_all(house, "feast", "festival", 20261024, 0);
    /* In words: the newer one. */
    say(house, ANNA, "Да");
    says_all(house, "Записахме ДА за фестивала" FEAST_BG " Ако вече не можете, пишете НЕ.");
    say(house, BORIS, "Da");
    says_all(house, "Zapisahme DA za festivala" FEAST_LATN " Ako veche ne mozhete, pishete NE.");
    say(house, VERA, "Ja");
    says_all(house, "Bedankt! Wij hebben JA genoteerd voor het festival" FEAST_NL " Kunt u toch niet? Schrijf NEE.");
    /* By button: each its own. */
    button(house, ANNA, older, "no");
    says_all(house, "Записахме НЕ за родителска среща" MEETING_BG " Ако все пак можете, пишете ДА.");
    button(house, BORIS, older, "yes");
    says_all(house, "Zapisahme DA za roditelska sreshta" MEETING_LATN " Ako veche ne mozhete, pishete NE.");
    button(house, VERA, older, "no");
    says_all(house, "Bedankt! Wij hebben NEE genoteerd voor ouderbijeenkomst" MEETING_NL " Kunt u toch? Schrijf JA.");
    button(house, ANNA, newer, "no");
    says_all(house, "Записахме НЕ за фестивала" FEAST_BG " Ако все пак можете, пишете ДА.");
    /* A changed answer in words is to the newer one, whatever button came before. */
    say(house, BORIS, "Ne");
    says_all(house, "Zapisahme NE za festivala" FEAST_LATN " Ako vse pak mozhete, pishete DA.");
    say(house, VERA, "ja 3");
    says_all(house, "Bedankt! Wij hebben 3 personen genoteerd voor het festival" FEAST_NL " Verandert er iets? Schrijf ons opnieuw.");
}

/* One topic: only their kinds tell them apart, where the kind has a name in the language. */
static void two_kinds_of_a_topic_are_told_apart(void **state)
{
    struct house *house = *state;
    int64_t older = ask_all(house, "meeting", "parent-meetings", 20261020, 0);
    (void) ask_all(house, "lesson", "parent-meetings", 20261024, 0);
    say(house, ANNA, "да 2");
    says_all(house, "Записахме 2 души за урок по български" FEAST_BG " Промяна? Пишете ни пак.");
    say(house, VERA, "ja");
    assert_says(house, "voor ouderbijeenkomsten" FEAST_NL);
    button(house, VERA, older, "yes");
    assert_says(house, "voor ouderbijeenkomst" MEETING_NL);
}

static void who_waits_is_told_for_what(void **state)
{
    struct house *house = *state;
    int64_t older = ask_all(house, "meeting", "parent-meetings", 20261020, 1);
    int64_t newer = ask_all(house, "feast", "festival", 20261024, 1);
    button(house, ANNA, older, "yes");
    button(house, ANNA, newer, "yes");
    button(house, BORIS, older, "yes");
    says_all(house, "Blagodarim! Nyama dostatachno mesta za roditelska sreshta: vt, 20.10, 18:00 ch. Shte Vi pishem, ako se osvobodi myasto.");
    say(house, VERA, "ja");
    says_all(house, "Bedankt! Er zijn niet genoeg plaatsen voor het festival: za 24-10, 18:00 uur. Wij schrijven u als er een plaats vrijkomt.");
    button(house, ANNA, older, "no");
    assert_says(house, "Sega imate 1 myasto za roditelska sreshta: vtornik, 20 oktomvri, 18:00 ch. Kade: De Windroos. Ako ne mozhete, pishete NE.");
    button(house, ANNA, newer, "no");
    assert_says(house, "U heeft nu 1 plaats voor het festival" FEAST_NL " Kunt u niet? Schrijf NEE.");
    /* The answer to that word names it as well. */
    say(house, VERA, "nee");
    assert_says(house, "NEE genoteerd voor het festival" FEAST_NL);
    /* They have a place, and ask for more than there is. */
    button(house, BORIS, older, "yes");
    say(house, BORIS, "da 3");
    says_all(house, "Nyama dostatachno mesta za roditelska sreshta: vt, 20.10, 18:00 ch. Zapazihme Vi 1 myasto. Shte Vi pishem, ako se osvobodyat "
                    "oshte mesta.");
}

/* An invitation of a service of the town hall, on no event of the calendar; and one that is over. */
static void without_an_event_it_is_the_topic(void **state)
{
    struct house *house = *state;
    (void) invite(house, ASKING);
    say(house, ANNA, "не");
    says_all(house, "Записахме НЕ за родителски срещи" MEETING_BG " Ако все пак можете, пишете ДА.");
    int64_t older = ask_all(house, "feast", "festival", 20261024, 0);
    (void) house_count(house, "UPDATE occurrence SET version = version + 1");
    button(house, VERA, older, "yes");
    says_all(house, "De datum voor het festival is geweest of veranderd.");
    button(house, BORIS, older, "yes");
    says_all(house, "Datata za festivala mina ili e druga.");
}

/* Only one kind is about the topic; the others' are not counted. Without a name in the language it is the topic's. */
static void without_an_event_it_is_the_only_kind_of_its_topic(void **state)
{
    static const struct pk_kind_rule one[] = {
        { .name = "feast", .topic = "festival", .names = { meeting_names, PK_COUNT(meeting_names) } },
        { .name = "lesson", .topic = "parent-meetings", .names = { lesson_names, PK_COUNT(lesson_names) } },
    };
    struct house *house = *state;
    house->rules.kinds = one;
    house->rules.kind_count = PK_COUNT(one);
    (void) invite(house, ASKING);
    say(house, ANNA, "не");
    says_all(house, "Записахме НЕ за урок по български" MEETING_BG " Ако все пак можете, пишете ДА.");
    say(house, VERA, "nee");
    assert_says(house, "voor ouderbijeenkomsten" MEETING_NL);
}

/* Nobody knows which of the two it was: the topic's name is true of both. */
static void without_an_event_two_kinds_are_called_by_their_topic(void **state)
{
    struct house *house = *state;
    house->rules.kind_count = 2; /* meeting and lesson */
    (void) invite(house, ASKING);
    say(house, ANNA, "не");
    says_all(house, "Записахме НЕ за родителски срещи" MEETING_BG " Ако все пак можете, пишете ДА.");
    say(house, BORIS, "da");
    assert_says(house, "za roditelski sreshti" MEETING_LATN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        named_test(of_two_the_answer_names_the_one_it_is_about),
        named_test(two_kinds_of_a_topic_are_told_apart),
        named_test(who_waits_is_told_for_what),
        named_test(without_an_event_it_is_the_topic),
        named_test(without_an_event_it_is_the_only_kind_of_its_topic),
        named_test(without_an_event_two_kinds_are_called_by_their_topic),
    };
    return cmocka_run_group_tests_name("service/named", tests, NULL, NULL);
}
