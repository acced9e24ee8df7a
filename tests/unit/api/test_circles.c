/* SPDX-License-Identifier: EUPL-1.2 */
/* Circles at the door: what a key person is answered is the same for every number, and never holds one. */
#include "tests/unit/api/house.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/recipients.h"

static const struct pk_topic_rule topics[] = { { .name = "festival", .consent_ms = 86400000 } };


static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.topics = topics;
    house->rules.topic_count = 1;
    house->rules.signups_per_day = 2;
    house->rules.zone = "Europe/Amsterdam";
    house_employ(house, "maria", PK_ROLE_KEY_PERSON);
    house_employ(house, "petya", PK_ROLE_KEY_PERSON);
    house_employ(house, "anna", PK_ROLE_ADVISER);
    return r;
}

#define PERSON(number) "{\"address\":\"" number "\",\"language\":\"bg\",\"topics\":\"festival\"}"

static void test_a_key_persons_day(void **state)
{
    struct house *house = *state;
    int64_t known = 0, address = 0;
    assert_int_equal(pk_recipient_add(house->store, PK_SLICE("bg"), PK_SLICE(""), HOUSE_NOW, &known, NULL), 0);
    assert_int_equal(pk_address_add(house->store, known, house->service->desks->routes[0].channel, PK_SLICE("+35988000777"), HOUSE_NOW, &address, NULL), 0);
    assert_int_equal(pk_suppression_add(house->store, house->service->desks->routes[0].channel, PK_SLICE("+359880007771"), HOUSE_NOW, NULL), 0);
    house_turn(house);
    struct asked new = house_by(house, "maria", "POST", "/v1/recipients", PERSON("+359880007772"), 202);
    struct asked stopped = house_by(house, "maria", "POST", "/v1/recipients", PERSON("+359880007771"), 202);
    assert_string_equal(new.body, stopped.body);
    house_forget(&new);
    house_forget(&stopped);
    house_answered(house, "maria", "POST", "/v1/recipients", PERSON("+359880007773"), 413);
    struct asked recent = house_by(house, "maria", "GET", "/v1/circles/maria/recent", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_get(recent.json, "signUps")), 2);
    assert_said(&recent, "signUps[0].state", "asked");
    assert_said(&recent, "signUps[1].state", "asked");
    assert_null(strstr(recent.body, "8800077"));
    house_forget(&recent);
    house_answered(house, "maria", "GET", "/v1/circles/petya/recent", NULL, 403);
    house_answered(house, "maria", "GET", "/v1/circles/petya", NULL, 403);
    house_answered(house, "maria", "GET", "/v1/circles", NULL, 403);
    house_answered(house, "anna", "GET", "/v1/circles/maria/recent", NULL, 403);
    struct asked allowed = house_by(house, "anna", "POST", "/v1/circles/maria/allow", "{\"more\":3}", 200);
    assert_int_equal(said_int(&allowed, "most"), 5);
    house_forget(&allowed);
    house_answered(house, "maria", "POST", "/v1/circles/maria/allow", "{\"more\":3}", 403);
    house_answered(house, "anna", "POST", "/v1/circles/maria/allow", "{\"more\":\"3\"}", 400);
    house_answered(house, "anna", "POST", "/v1/circles/maria/allow", "{\"more\":3,\"day\":\"tomorrow\"}", 400);
    house_answered(house, "anna", "POST", "/v1/circles/maria/allow", "{\"more\":3,\"day\":\"2025-11-25\"}", 200);
    struct asked shown = house_by(house, "maria", "GET", "/v1/circles/maria", NULL, 200);
    assert_int_equal(said_int(&shown, "size"), 0);
    assert_int_equal(said_int(&shown, "signedUpToday"), 2);
    assert_int_equal(said_int(&shown, "mostToday"), 5);
    house_forget(&shown);
    struct asked list = house_by(house, "anna", "GET", "/v1/circles", NULL, 200);
    assert_said(&list, "circles[0].circle", "maria");
    house_forget(&list);
    house_answered(house, "anna", "POST", "/v1/circles/maria/handover", "{\"to\":\"petya\"}", 200);
    house_answered(house, "anna", "POST", "/v1/circles/maria/handover", "{\"to\":\"petya\"}", 404);
    house_answered(house, "anna", "POST", "/v1/circles/maria/handover", "{}", 400);
    assert_int_equal(pk_sql_int(house->store, -1, "SELECT count(*) FROM audit WHERE action = 'circle.handover' AND actor = 'anna' AND result = 0", ""), 1);
}

static void test_what_is_told_by_mouth(void **state)
{
    struct house *house = *state;
    static const char *const wrong[] = {
        "{}", "{\"trigger\":\"01k7x2m8q4a0r\"}", "{\"trigger\":\"01k7x2m8q4a0r\",\"answer\":\"maybe\",\"address\":\"+359880007771\"}",
        "{\"trigger\":\"01k7x2m8q4a0r\",\"answer\":\"yes\"}", "{\"trigger\":\"01k7x2m8q4a0r\",\"answer\":\"yes\",\"heads\":0,\"address\":\"+359880007771\"}",
        "{\"trigger\":\"01k7x2m8q4a0r\",\"answer\":\"yes\",\"name\":\"x\",\"address\":\"+359880007771\"}",
    };
    for (size_t i = 0; i < PK_COUNT(wrong); i++)
        house_answered(house, "maria", "POST", "/v1/rsvps", wrong[i], 400);
    house_answered(house, "maria", "POST", "/v1/rsvps", "{\"trigger\":\"01k7x2m8q4a0r\",\"answer\":\"yes\",\"address\":\"+359880007771\"}", 404);
    struct asked asked = house_json(house, "POST", "/v1/rsvps", "{}", 403); /* an operator */
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_key_persons_day, build, house_tear),
        cmocka_unit_test_setup_teardown(test_what_is_told_by_mouth, build, house_tear),
    };
    return cmocka_run_group_tests_name("api/circles", tests, NULL, NULL);
}
