/* SPDX-License-Identifier: EUPL-1.2 */
/* What a text would cost: whom it reaches by language and script, for how much, and that small groups are not told. */
#include "tests/unit/api/house.h"

#include "gateway/base/clock.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define PATH "/v1/templates/parent-meeting-invitation/cost"
#define VALUES "\"values\":{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"De Windroos\"}"

static const struct pk_topic_rule topics[] = { { .name = "parent-meetings" }, { .name = "festival" } };

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.topics = topics;
    house->rules.topic_count = PK_COUNT(topics);
    return r;
}

#define test_cost_in_house(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

static int64_t people[128]; /* in the order they came */
static unsigned made;

static void add_people(struct house *house, unsigned count, const char *language, const char *script, const char *tag, uint32_t kind)
{
    struct pk_store *store = house->store;
    uint32_t topic, sms, school;
    assert_int_equal(pk_unit_begin(store, NULL), 0);
    assert_int_equal(pk_name_intern(store, PK_NAME_TOPIC, PK_SLICE("parent-meetings"), &topic, NULL), 0);
    assert_int_equal(pk_name_intern(store, PK_NAME_CHANNEL, PK_SLICE("sms"), &sms, NULL), 0);
    assert_int_equal(pk_name_intern(store, PK_NAME_TAG, pk_slice_of(tag), &school, NULL), 0);
    for (unsigned i = 0; i < count; i++) {
        char number[24];
        int64_t who, address;
        (void) snprintf(number, sizeof number, "+31600%06u", made);
        assert_int_equal(pk_recipient_add(store, pk_slice_of(language), pk_slice_of(script), HOUSE_NOW, &who, NULL), 0);
        people[made++ % PK_COUNT(people)] = who;
        assert_int_equal(pk_address_add(store, who, sms, pk_slice_of(number), HOUSE_NOW, &address, NULL), 0);
        assert_int_equal(pk_recipient_tag(store, who, school, NULL), 1);
        struct pk_consent_event event = { .recipient = who, .topic = topic, .channel = sms, .kind = kind, .at_ms = HOUSE_NOW,
                                          .how = PK_SLICE("x"), .by = PK_SLICE("x") };
        assert_int_equal(pk_ledger_append(store, &event, NULL), 0);
    }
    assert_int_equal(pk_unit_keep(store, NULL), 0);
    house_turn(house);
}

static void test_people_parts_and_price(void **state)
{
    struct house *house = *state;
    add_people(house, 7, "bg", "", "school:a", PK_CONSENT_CONFIRMED);
    add_people(house, 5, "bg", "Latn", "school:a", PK_CONSENT_CONFIRMED);
    add_people(house, 9, "bg", "", "school:b", PK_CONSENT_CONFIRMED);
    add_people(house, 9, "bg", "", "school:a", PK_CONSENT_REQUESTED); /* have not said yes */
    struct asked asked = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"tags\":[\"school:a\"]," VALUES "}", 200);
    assert_said(&asked, "groups[0].language", "bg");
    assert_said(&asked, "groups[0].written", "Cyrillic");
    assert_int_equal(said_int(&asked, "groups[0].people"), 7);
    assert_int_equal(said_int(&asked, "groups[0].parts"), 2);
    assert_said(&asked, "groups[1].written", "Latin");
    assert_int_equal(said_int(&asked, "groups[1].people"), 5);
    assert_int_equal(said_int(&asked, "groups[1].parts"), 1);
    assert_int_equal(said_int(&asked, "people.least"), 12);
    assert_int_equal(said_int(&asked, "people.most"), 12);
    assert_int_equal(said_int(&asked, "parts.most"), 19);
    assert_int_equal(said_int(&asked, "cost.most"), 19 * 650);
    assert_said(&asked, "currency", "EUR");
    assert_said(&asked, "account", "first");
    assert_said(&asked, "advice[0].sentence", "Cyrillic: 2 parts, Latin: 1 part");
    assert_int_equal(said_int(&asked, "advice[0].forms[0].costIfAll.most"), 24 * 650);
    assert_int_equal(said_int(&asked, "advice[0].forms[1].costIfAll.most"), 12 * 650);
    house_forget(&asked);
    asked = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\"," VALUES "}", 200);
    assert_int_equal(said_int(&asked, "people.most"), 21);
    house_forget(&asked);
}

/* ---- with a ladder ---- */

static struct pk_lane_route both[2], *kept_routes;

/* A chat before numbers, by the second account, which asks a hundredth of a euro a message; as a reload would have it. */
static void build_ladder(struct house *house)
{
    static const char *const numbers[] = { "first" }, *const chats[] = { "second" }, *const channels[] = { "telegram", "sms" };
    static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { numbers, 1 } },
                                                   { .name = "chat", .channel = "telegram", .accounts = { chats, 1 } } };
    struct pk_desks *desks = house->service->desks;
    uint32_t telegram = 0;
    house->rules.routes = routes;
    house->rules.route_count = PK_COUNT(routes);
    house->rules.ladder = (struct pk_words){ channels, 2 };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_CHANNEL, PK_SLICE("telegram"), &telegram, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    kept_routes = desks->routes;
    both[0] = desks->routes[0];
    both[0].desk_count = 1;
    both[1] = (struct pk_lane_route){ .rule = &routes[1], .id = 99, .channel = telegram, .desks = &desks->items[1], .desk_count = 1 };
    desks->routes = both;
    desks->route_count = PK_COUNT(both);
    pk_desks_find(desks, "second")->prices = (struct pk_prices){ .currency = "EUR", .count = 1, .per_message = true, .rows = { { "*", 100 } } };
}

static void end_ladder(struct house *house)
{
    house->service->desks->routes = kept_routes;
    house->service->desks->route_count = 1;
}

/* So many of those who were added last agree in a chat as well. */
static void give_chats(struct house *house, unsigned first, unsigned count)
{
    uint32_t telegram = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("telegram"));
    uint32_t topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings"));
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    for (unsigned i = 0; i < count; i++) {
        char chat[48];
        int64_t who = people[(made - 1 - first - i) % PK_COUNT(people)], address = 0;
        struct pk_consent_event event = { .recipient = who, .topic = topic, .channel = telegram, .kind = PK_CONSENT_CONFIRMED, .at_ms = HOUSE_NOW,
                                          .how = PK_SLICE("x"), .by = PK_SLICE("x") };
        (void) snprintf(chat, sizeof chat, "71600%05u", first + i);
        assert_int_equal(pk_address_add(house->store, who, telegram, pk_slice_of(chat), HOUSE_NOW, &address, NULL), 0);
        assert_int_equal(pk_ledger_append(house->store, &event, NULL), 0);
    }
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
}

static void test_a_ladder_is_reckoned_channel_by_channel(void **state)
{
    struct house *house = *state;
    add_people(house, 20, "bg", "", "school:a", PK_CONSENT_CONFIRMED);
    build_ladder(house);
    give_chats(house, 0, 8);
    struct asked asked = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"tags\":[\"school:a\"]," VALUES "}", 200);
    assert_said(&asked, "channels[0].channel", "telegram");
    assert_int_equal(said_int(&asked, "channels[0].people.most"), 8);
    assert_int_equal(pk_json_kind(pk_json_get(pk_json_item(pk_json_get(asked.json, "channels"), 0), "parts")), PK_JSON_NULL);
    assert_int_equal(said_int(&asked, "channels[0].dearest"), 100);
    assert_int_equal(said_int(&asked, "channels[0].cost.most"), 8 * 100);
    assert_int_equal(said_int(&asked, "channels[0].later.people.most"), 0);
    assert_int_equal(said_int(&asked, "channels[1].people.least"), 12);
    assert_int_equal(said_int(&asked, "channels[1].parts.most"), 24);
    assert_int_equal(said_int(&asked, "channels[1].cost.most"), 12 * 2 * 650);
    assert_int_equal(said_int(&asked, "channels[1].later.people.least"), 0);
    assert_int_equal(said_int(&asked, "channels[1].later.people.most"), 8);
    assert_int_equal(said_int(&asked, "channels[1].later.parts.most"), 16);
    assert_int_equal(said_int(&asked, "channels[1].later.cost.most"), 8 * 2 * 650);
    assert_int_equal(said_int(&asked, "people.most"), 20);
    assert_int_equal(said_int(&asked, "parts.least"), 24);
    assert_int_equal(said_int(&asked, "parts.most"), 40);
    assert_int_equal(said_int(&asked, "cost.least"), 8 * 100 + 12 * 2 * 650);
    assert_int_equal(said_int(&asked, "cost.most"), 8 * 100 + 20 * 2 * 650);
    assert_said(&asked, "costCurrency", "EUR");
    house_forget(&asked);
    /* Who names a route means its channel alone. */
    asked = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"route\":\"main\",\"tags\":[\"school:a\"]," VALUES "}", 200);
    assert_int_equal(said_int(&asked, "cost.most"), 20 * 2 * 650);
    assert_int_equal(pk_json_count(pk_json_get(asked.json, "channels")), 1);
    house_forget(&asked);
    end_ladder(house);
}

/* Two of twenty in the chat or four of them: the answer is the same. */
static void test_few_on_a_channel_are_not_told(void **state)
{
    struct house *house = *state;
    char *bodies[2];
    add_people(house, 20, "bg", "", "school:a", PK_CONSENT_CONFIRMED);
    build_ladder(house);
    for (unsigned i = 0; i < 2; i++) {
        give_chats(house, 2 * i, 2);
        struct asked asked = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"tags\":[\"school:a\"]," VALUES "}", 200);
        assert_int_equal(said_int(&asked, "people.least"), 20);
        assert_int_equal(said_int(&asked, "channels[0].people.least"), 0);
        assert_int_equal(said_int(&asked, "channels[0].people.most"), 20);
        assert_int_equal(said_int(&asked, "channels[1].later.people.most"), 20);
        bodies[i] = strdup(asked.body);
        house_forget(&asked);
    }
    assert_string_equal(bodies[0], bodies[1]);
    free(bodies[0]);
    free(bodies[1]);
    end_ladder(house);
}

/* A channel without a price that may take somebody: then nobody knows what all of it costs. */
static void test_a_channel_without_a_price(void **state)
{
    struct house *house = *state;
    add_people(house, 20, "bg", "", "school:a", PK_CONSENT_CONFIRMED);
    build_ladder(house);
    pk_desks_find(house->service->desks, "second")->prices = (struct pk_prices){ 0 };
    struct asked asked = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"tags\":[\"school:a\"]," VALUES "}", 200);
    assert_int_equal(said_int(&asked, "cost.most"), 20 * 2 * 650); /* nobody is met there */
    house_forget(&asked);
    give_chats(house, 0, 8);
    asked = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"tags\":[\"school:a\"]," VALUES "}", 200);
    assert_int_equal(pk_json_kind(pk_json_get(asked.json, "cost")), PK_JSON_NULL);
    assert_int_equal(said_int(&asked, "channels[1].cost.most"), 12 * 2 * 650);
    house_forget(&asked);
    end_ladder(house);
}

/* Four or one: the answer is the same, and nothing in it adds up to which. */
static void test_small_groups_are_not_told(void **state)
{
    static const unsigned sizes[] = { 1, 4 };
    struct house *house = *state;
    char *bodies[2];
    add_people(house, 6, "bg", "", "school:a", PK_CONSENT_CONFIRMED);
    add_people(house, 6, "bg", "", "school:b", PK_CONSENT_CONFIRMED);
    add_people(house, sizes[0], "tr", "", "school:a", PK_CONSENT_CONFIRMED);
    add_people(house, sizes[1], "tr", "", "school:b", PK_CONSENT_CONFIRMED);
    for (unsigned i = 0; i < 2; i++) {
        char question[256];
        (void) snprintf(question, sizeof question, "{\"topic\":\"parent-meetings\",\"tags\":[\"school:%c\"]," VALUES "}", 'a' + (int) i);
        struct asked asked = house_json(house, "POST", PATH, question, 200);
        assert_said(&asked, "groups[1].people", "<5");
        assert_said(&asked, "groups[1].text", "bg"); /* there is no Turkish text: they get the next language */
        assert_int_equal(said_int(&asked, "people.least"), 7);
        assert_int_equal(said_int(&asked, "people.most"), 10);
        bodies[i] = strdup(asked.body);
        house_forget(&asked);
    }
    assert_string_equal(bodies[0], bodies[1]);
    free(bodies[0]);
    free(bodies[1]);
}

static void test_nobody_and_no_price(void **state)
{
    struct house *house = *state;
    pk_desks_find(house->service->desks, "first")->prices = (struct pk_prices){ 0 };
    struct asked asked = house_json(house, "POST", PATH, "{\"topic\":\"parent-meetings\",\"tags\":[\"school:x\"]," VALUES "}", 200);
    assert_int_equal(said_int(&asked, "people.most"), 0);
    assert_int_equal(pk_json_kind(pk_json_get(asked.json, "cost")), PK_JSON_NULL);
    assert_int_equal(pk_json_kind(pk_json_get(asked.json, "pricePerPart")), PK_JSON_NULL);
    assert_said(&asked, "advice[0].sentence", "Cyrillic: 2 parts, Latin: 1 part");
    house_forget(&asked);
}

static void test_what_makes_no_sense_is_said(void **state)
{
    static const struct {
        const char *path, *body;
        unsigned status;
        const char *detail;
    } cases[] = {
        { "/v1/templates/no-such/cost", "{\"topic\":\"parent-meetings\"}", 404, "there is no text of this name" },
        { PATH, "{\"topic\":\"sports\"," VALUES "}", 404, "there is no topic \"sports\"" },
        { PATH, "{" VALUES "}", 400, "topic" },
        { PATH, "{\"topic\":\"festival\"," VALUES "}", 400, "is about another topic" },
        { PATH, "{\"topic\":\"parent-meetings\"}", 400, "needs value \"begins\"" },
        { PATH, "{\"topic\":\"parent-meetings\",\"route\":\"x\"," VALUES "}", 404, "there is no route \"x\"" },
        { PATH, "{\"topic\":\"parent-meetings\",\"tags\":\"school:a\"," VALUES "}", 400, "must be a list of tags" },
        { PATH, "{\"topic\":\"parent-meetings\",\"tags\":[7]," VALUES "}", 400, "must be a list of tags" },
        { PATH, "{\"topic\":\"parent-meetings\",\"people\":[]," VALUES "}", 400, "people" },
    };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked = house_json(house, "POST", cases[i].path, cases[i].body, cases[i].status);
        if (!memmem(said(&asked, "detail").data, said(&asked, "detail").len, cases[i].detail, strlen(cases[i].detail)))
            fail_msg("case %zu: %s", i, asked.body);
        house_forget(&asked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_cost_in_house(test_people_parts_and_price),
        test_cost_in_house(test_a_ladder_is_reckoned_channel_by_channel),
        test_cost_in_house(test_few_on_a_channel_are_not_told),
        test_cost_in_house(test_a_channel_without_a_price),
        test_cost_in_house(test_small_groups_are_not_told),
        test_cost_in_house(test_nobody_and_no_price),
        test_cost_in_house(test_what_makes_no_sense_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
