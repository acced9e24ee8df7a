/* SPDX-License-Identifier: EUPL-1.2 */
/* After a breach people are told, whatever they agreed to: by two people's word, once, and not who said STOP. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/breach.h"
#include "gateway/service/users.h"
#include "gateway/store/recipients.h"
#include "gateway/store/triggers.h"

#define LINK "https://a.nl/lek"
static const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" };

static int order_as(struct house *house, const struct pk_actor *actor, const char *link, const char *second, int64_t since_ms, struct pk_error *err)
{
    struct pk_breach_notice notice = { .since_ms = since_ms, .link = pk_slice_of(link), .second_person = pk_slice_of(second) };
    int64_t id = 0;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_breach_notify(house->service, actor, &notice, pk_clock_wall_ms(), &id, err);
    if (r != 0)
        pk_unit_drop(house->store);
    else
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 3);
    return r;
}

static void the_team_hears_of_it(void **state)
{
    struct house *house = *state;
    house->rules.team = ANNA;
    house->rules.team_language = "nl";
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(order_as(house, &adviser, "http://a.nl", "boris", 0, NULL), PK_E_INVALID);
    assert_int_equal(house_count(house, "SELECT value FROM number WHERE name = 'team.breach.noted'"), -1);
    assert_int_equal(order_as(house, &adviser, LINK, "boris", 0, NULL), 0);
    assert_true(house_count(house, "SELECT value FROM number WHERE name = 'team.breach.noted'") > 0); /* the team will hear of it */
}

static int order(struct house *house, struct pk_error *err)
{
    return order_as(house, &adviser, LINK, "boris", 0, err);
}

static bool told(const struct house *house, const char *number)
{
    size_t count = 0;
    for (size_t i = 0; i < house->posts[0]->count; i++)
        count += strcmp(house->posts[0]->jobs[i].address, number) == 0 && strstr(house->posts[0]->jobs[i].text, LINK) != NULL;
    assert_true(count <= 1);
    return count == 1;
}

/* No consent, a no, a yes: all are told. A STOP, and an address that is refused, are not. */
static void whatever_they_agreed_to(void **state)
{
    static const char *const numbers[] = { "+359880002001", "+359880002002", "+359880002003", "+359880002004", "+359880002005" };
    static const uint32_t kinds[] = { 0, PK_CONSENT_REFUSED, PK_CONSENT_CONFIRMED, PK_CONSENT_CONFIRMED, PK_CONSENT_CONFIRMED };
    static const bool wanted[] = { true, true, true, false, false };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(numbers); i++)
        (void) house_person(house, numbers[i], i == 2 ? "nl" : "bg", kinds[i]);
    assert_int_equal(post_reply(house->posts[0], numbers[3], "СТОП"), 0);
    house_turns(house, 2);
    assert_int_equal(pk_address_block(house->store, house_address(house, numbers[4]), HOUSE_NOW, NULL), 0);
    assert_int_equal(order(house, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(numbers); i++)
        if (told(house, numbers[i]) != wanted[i])
            fail_msg("person %zu", i);
    assert_int_equal(house_messages(house, "class = 5"), 3);
    assert_int_equal(house_count(house, "SELECT planned FROM trigger"), 3);
    assert_int_equal(house_count(house, "SELECT state FROM trigger"), PK_TRIGGER_EXPANDED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'privacy.notify' AND detail LIKE '%boris%'"), 1);
    /* In their own language. */
    bool dutch = false;
    for (size_t i = 0; i < house->posts[0]->count; i++)
        dutch |= strcmp(house->posts[0]->jobs[i].address, numbers[2]) == 0 && strstr(house->posts[0]->jobs[i].text, "uw gegevens") != NULL;
    assert_true(dutch);
}

static void a_stop_on_the_way_wins(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(order(house, NULL), 0);
    assert_int_equal(house_messages(house, "class = 5 AND state = 1"), 1);
    assert_int_equal(post_reply(house->posts[0], ANNA, "СТОП"), 0);
    house_turn(house);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
    house_turns(house, 3);
    assert_false(told(house, ANNA));
    assert_int_equal(house_messages(house, "class = 5 AND state = 14"), 1);
}

static void only_whom_it_touches(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", 0);
    int64_t boris = house_person(house, BORIS, "bg", 0);
    char sql[96];
    (void) snprintf(sql, sizeof sql, "UPDATE recipient SET created_ms = created_ms + 60000 WHERE id = %lld", (long long) boris);
    (void) house_count(house, sql);
    assert_int_equal(order_as(house, &adviser, LINK, "boris", HOUSE_NOW + 60000, NULL), 0);
    assert_false(told(house, ANNA));
    assert_true(told(house, BORIS));
}

static void nobody_is_told_twice(void **state)
{
    struct house *house = *state;
    struct pk_error err = { 0 };
    house_people(house, 300, "school:windroos");
    assert_int_equal(order(house, NULL), 0);
    house_turns(house, 4);
    assert_int_equal(house_messages(house, "class = 5"), 300);
    assert_int_equal(order(house, &err), PK_E_CONFLICT);
    assert_non_null(strstr(err.message, "ordered before"));
    house_crash(house);
    house_turns(house, 4);
    assert_int_equal(house_messages(house, "class = 5"), 300);
    assert_int_equal(house_count(house, "SELECT count(DISTINCT recipient) FROM message WHERE class = 5"), 300);
}

static void two_people_who_may(void **state)
{
    static const struct pk_actor others[] = { { .role = PK_ROLE_DESK, .name = "kalina" }, { .role = PK_ROLE_OPERATOR, .name = "uid:1000" },
                                              { .role = PK_ROLE_KEY_PERSON, .name = "maria" }, { .role = PK_ROLE_PUBLISHER, .name = "school" } };
    struct house *house = *state;
    struct pk_error err = { 0 };
    (void) house_person(house, ANNA, "bg", 0);
    assert_int_equal(order_as(house, &adviser, LINK, "", 0, &err), PK_E_INVALID);
    assert_int_equal(order_as(house, &adviser, LINK, "Anna", 0, &err), PK_E_INVALID);
    assert_int_equal(order_as(house, &adviser, "http://a.nl", "boris", 0, &err), PK_E_INVALID);
    assert_int_equal(order_as(house, &adviser, "https://", "boris", 0, &err), PK_E_INVALID);
    assert_int_equal(order_as(house, &adviser, "https://a.nl/far-too-long-a-page-for-one-message", "boris", 0, &err), PK_E_INVALID);
    for (size_t i = 0; i < PK_COUNT(others); i++)
        assert_int_equal(order_as(house, &others[i], LINK, "boris", 0, &err), PK_E_DENIED);
    /* Once there are users, the second person is one who may. */
    struct pk_user petya = { .name = "petya", .role = PK_ROLE_DESK, .language = "nl" }, ivan = { .name = "ivan", .role = PK_ROLE_APPROVER, .language = "nl" };
    assert_int_equal(pk_user_add(house->store, &petya, NULL), 0);
    assert_int_equal(pk_user_add(house->store, &ivan, NULL), 0);
    assert_int_equal(order_as(house, &adviser, LINK, "petya", 0, &err), PK_E_DENIED);
    assert_int_equal(order_as(house, &adviser, LINK, "boris", 0, &err), PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT (SELECT count(*) FROM trigger) + (SELECT count(*) FROM message)"), 0);
    assert_int_equal(order_as(house, &adviser, LINK, "ivan", 0, &err), 0);
    assert_true(told(house, ANNA));
}

/* The text is not to be had by a trigger. */
static void no_service_sends_it(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", "\"template\":\"breach\",\"topic\":\"festival\",\"values\":{\"link\":\"" LINK "\"}," HOUSE_TAGS), 0);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 0);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_TEMPLATE], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(the_team_hears_of_it),
        in_house(whatever_they_agreed_to), in_house(a_stop_on_the_way_wins), in_house(only_whom_it_touches),
        in_house(nobody_is_told_twice),    in_house(two_people_who_may),     in_house(no_service_sends_it),
    };
    return cmocka_run_group_tests_name("breach", tests, NULL, NULL);
}
