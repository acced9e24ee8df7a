/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What screens show: once on each screen in each language, about nobody, whatever people said; and the name of an event that goes
 * along with a notice.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"

static const char *const screens[] = { "hall", "desk" }, *const languages[] = { "bg", "bg-Latn", "nl" };
static struct pk_route_rule shown;

/* The usual route leads to screens. */
static void show_on_screens(struct house *house)
{
    shown = house->rules.routes[0];
    shown.screens = (struct pk_words){ screens, 2 };
    shown.languages = (struct pk_words){ languages, 3 };
    house->rules.routes = &shown;
    house->rules.route_count = 1;
    house_reopen(house);
}

static int64_t refused(struct house *house, const char *reason)
{
    char sql[256];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM outbox WHERE CAST(payload AS TEXT) LIKE '%%trigger-rejected%%%s%%'", reason);
    return house_count(house, sql);
}

static size_t jobs_to(const struct house *house, const char *screen, const char *language)
{
    size_t count = 0;
    for (size_t i = 0; i < house->posts[0]->count; i++)
        count += strcmp(house->posts[0]->jobs[i].address, screen) == 0 && strcmp(house->posts[0]->jobs[i].language, language) == 0;
    return count;
}

static void once_on_each_screen_in_each_language(void **state)
{
    struct house *house = *state;
    show_on_screens(house);
    house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 6);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 3; j++)
            assert_int_equal(jobs_to(house, screens[i], languages[j]), 1);
    assert_int_equal(house_messages(house, "class = 4 AND recipient = 0 AND topic = 0"), 6);
    assert_int_equal(house_count(house, "SELECT planned FROM trigger"), 6);
    /* Again: the same screens, no second address of theirs. */
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "class = 4"), 12);
    assert_int_equal(house_count(house, "SELECT count(*) FROM address WHERE recipient IS NULL"), 2);
}

static void who_names_an_audience_is_refused(void **state)
{
    static const char *const tags[] = { HOUSE_TAGS, "\"tags\":{\"any\":[\"school:windroos\"]}", "\"tags\":{\"none\":[\"school:windroos\"]}" };
    struct house *house = *state;
    char data[512];
    show_on_screens(house);
    for (size_t i = 0; i < PK_COUNT(tags); i++) {
        (void) snprintf(data, sizeof data, HOUSE_INVITATION ",%s", tags[i]);
        assert_int_equal(house_publish(house, "school", data), 0);
    }
    assert_int_equal(refused(house, "a screen has no audience"), 3);
    assert_int_equal(house_messages(house, "1"), 0);
}

static void a_trigger_for_people_shows_nothing(void **state)
{
    struct house *house = *state;
    house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"sendAt\":\"2026-10-14T12:00:00Z\""), 0);
    show_on_screens(house); /* before its time: it was asked for people */
    house_later(house, DAY_MS + 4 * HOUR_MS);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "class = 4"), 0);
}

static void on_hold_nothing_is_shown(void **state)
{
    struct house *house = *state;
    show_on_screens(house);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 0);
    assert_int_equal(house_messages(house, "class = 4 AND state < 3"), 6);
}

/* ---- the name of an event ---- */

static void an_events_name_goes_along(void **state)
{
    struct house *house = *state;
    house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS ",\"event\":{\"id\":\"parents-117\",\"sequence\":2}"), 0);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM notice WHERE vals = "
                                        "'{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"De Windroos\",\"event\":\"parents-117\",\"sequence\":\"2\"}'"),
                     1);
    assert_int_equal(house->posts[0]->count, 1); /* and the text is made all the same */
    assert_int_equal(house_publish(house, "school", "\"template\":\"festival-invitation\",\"topic\":\"festival\"," HOUSE_TAGS
                                                    "," HOUSE_VALUES ",\"event\":{\"id\":\"festival\"}"),
                     0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM notice WHERE vals LIKE '%\"event\":\"festival\",\"sequence\":\"0\"}'"), 1);
}

static void what_is_no_event_is_refused(void **state)
{
    static const struct {
        const char *event, *detail;
    } wrong[] = {
        { "\"parents\"", "data.event: not an object" },
        { "{}", "data.event.id: missing or not a name" },
        { "{\"id\":\"Parents 117\"}", "data.event.id: missing or not a name" },
        { "{\"id\":\"parents\",\"sequence\":-1}", "data.event.sequence: not a number from 0 to 1000000" },
        { "{\"id\":\"parents\",\"sequence\":\"2\"}", "data.event.sequence: not a number from 0 to 1000000" },
        { "{\"id\":\"parents\",\"name\":1}", "data.event" },
    };
    struct house *house = *state;
    char data[512];
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        int64_t before = refused(house, wrong[i].detail);
        (void) snprintf(data, sizeof data, HOUSE_INVITATION "," HOUSE_TAGS ",\"event\":%s", wrong[i].event);
        assert_int_equal(house_publish(house, "school", data), 0);
        assert_int_equal(refused(house, wrong[i].detail), before + 1);
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(once_on_each_screen_in_each_language), in_house(who_names_an_audience_is_refused),
        in_house(a_trigger_for_people_shows_nothing),   in_house(on_hold_nothing_is_shown),
        in_house(an_events_name_goes_along),            in_house(what_is_no_event_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
