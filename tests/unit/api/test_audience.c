/* SPDX-License-Identifier: EUPL-1.2 */
/* Audiences at the door: as a line and as JSON, counted on the reading thread in steps, and what is refused. */
#include "tests/unit/api/house.h"

#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define PATH "/v1/audience/count"

static const struct pk_topic_rule topics[] = { { .name = "parent-meetings" } };

static void add_people(struct house *house, unsigned count)
{
    struct pk_store *store = house->store;
    uint32_t topic, sms, school;
    house->rules.topics = topics;
    house->rules.topic_count = PK_COUNT(topics);
    assert_int_equal(pk_unit_begin(store, NULL), 0);
    assert_int_equal(pk_name_intern(store, PK_NAME_TOPIC, PK_SLICE("parent-meetings"), &topic, NULL), 0);
    assert_int_equal(pk_name_intern(store, PK_NAME_CHANNEL, PK_SLICE("sms"), &sms, NULL), 0);
    assert_int_equal(pk_name_intern(store, PK_NAME_TAG, PK_SLICE("school:a"), &school, NULL), 0);
    for (unsigned i = 0; i < count; i++) {
        char number[24];
        int64_t who, address;
        (void) snprintf(number, sizeof number, "+31600%06u", i);
        assert_int_equal(pk_recipient_add(store, PK_SLICE("bg"), PK_SLICE(""), HOUSE_NOW, &who, NULL), 0);
        assert_int_equal(pk_address_add(store, who, sms, pk_slice_of(number), HOUSE_NOW, &address, NULL), 0);
        if (i % 2 == 0)
            assert_int_equal(pk_recipient_tag(store, who, school, NULL), 1);
        struct pk_consent_event event = { .recipient = who, .topic = topic, .channel = sms, .kind = PK_CONSENT_CONFIRMED, .at_ms = HOUSE_NOW,
                                          .how = PK_SLICE("x"), .by = PK_SLICE("x") };
        assert_int_equal(pk_ledger_append(store, &event, NULL), 0);
    }
    assert_int_equal(pk_unit_keep(store, NULL), 0);
    house_turn(house);
}

static void test_counted(void **state)
{
    struct house *house = *state;
    add_people(house, 40);
    struct asked line = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"where\":\"school:a\"}", 200);
    struct asked json = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"audience\":{\"all\":[\"school:a\"]},\"channels\":\"sms\"}", 200);
    assert_int_equal(said_int(&line, "people"), 20);
    assert_int_equal(said_int(&line, "told"), 20);
    assert_said(&line, "channels[0]", "sms");
    assert_int_equal(said_int(&json, "told"), 20);
    assert_true(pk_slice_equal(said(&line, "hash"), said(&json, "hash")));
    house_forget(&line);
    house_forget(&json);
    struct asked all = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\"}", 200);
    assert_int_equal(said_int(&all, "people"), 40);
    assert_said(&all, "where", "everybody");
    house_forget(&all);
}

static void test_refused(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *body;
        unsigned status;
    } bodies[] = {
        { "{}", 400 },
        { "{\"topic\":\"nothing\"}", 404 },
        { "{\"topic\":\"parent-meetings\",\"where\":\"school:a and\"}", 400 },
        { "{\"topic\":\"parent-meetings\",\"where\":\"a\",\"audience\":\"a\"}", 400 },
        { "{\"topic\":\"parent-meetings\",\"audience\":{\"al\":[]}}", 400 },
        { "{\"topic\":\"parent-meetings\",\"channels\":\"pigeon\"}", 404 },
        { "{\"topic\":\"parent-meetings\",\"channels\":\"sms,sms\"}", 400 },
        { "{\"topic\":\"parent-meetings\",\"tags\":[]}", 400 },
    };
    add_people(house, 1);
    for (size_t i = 0; i < PK_COUNT(bodies); i++) {
        struct asked asked = house_json(house, "POST", PATH, bodies[i].body, bodies[i].status);
        house_forget(&asked);
    }
    struct asked wrong = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"where\":\"school:a or b and c\"}", 400);
    assert_said(&wrong, "detail", "column 15: \"and\" and \"or\" are mixed");
    house_forget(&wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = { test_in_house(test_counted), test_in_house(test_refused) };
    return cmocka_run_group_tests_name("api/audience", tests, NULL, NULL);
}
