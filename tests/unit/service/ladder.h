/* SPDX-License-Identifier: EUPL-1.2 */
/* A house with two channels: an account each, people known on both, and a ladder from the chat to the number. */
#ifndef PK_TESTS_SERVICE_LADDER_H
#define PK_TESTS_SERVICE_LADDER_H

#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define SMS(house) ((house)->posts[0])
#define CHAT(house) ((house)->posts[1])

/* The chat comes first, then the number. */
static inline int build_ladder(void **state)
{
    static const char *const numbers[] = { "first" }, *const chats[] = { "second" };
    static const char *const channels[] = { "telegram", "sms" };
    static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { numbers, 1 } },
                                                   { .name = "chat", .channel = "telegram", .accounts = { chats, 1 } } };
    int r = house_build(state);
    struct house *house = *state;
    house->rules.routes = routes;
    house->rules.route_count = PK_COUNT(routes);
    house->rules.ladder = (struct pk_words){ channels, PK_COUNT(channels) };
    house->rules.ladder_wait_ms = HOUR_MS;
    house->adapters[1].channels = "telegram";
    house->adapters[1].number_format = PK_NUMBER_OPAQUE;
    house_reopen(house);
    return r;
}

#define on_ladder(name) cmocka_unit_test_setup_teardown(name, build_ladder, house_tear)

static inline void consent(struct house *house, int64_t who, const char *channel, uint32_t kind)
{
    struct pk_consent_event event = {
        .recipient = who, .topic = pk_name_find(house->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings")),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, pk_slice_of(channel)), .kind = kind, .at_ms = pk_clock_wall_ms(),
        .how = PK_SLICE("paper"), .by = PK_SLICE("test"),
    };
    assert_int_equal(pk_ledger_append(house->store, &event, NULL), 0);
}

/* Known by Anna's number and on another channel, and agreed to both. */
static inline int64_t known_on(struct house *house, const char *language, const char *channel, const char *other)
{
    int64_t address = 0, who = house_person(house, ANNA, language, PK_CONSENT_CONFIRMED);
    uint32_t id = pk_name_find(house->store, PK_NAME_CHANNEL, pk_slice_of(channel));
    assert_int_equal(pk_address_add(house->store, who, id, pk_slice_of(other), HOUSE_NOW, &address, NULL), 0);
    consent(house, who, channel, PK_CONSENT_CONFIRMED);
    house_turn(house);
    return who;
}

static inline int64_t both(struct house *house)
{
    return known_on(house, "bg", "telegram", "716000001");
}

static inline struct pk_message only(struct house *house)
{
    assert_int_equal(house_messages(house, "class = 0"), 1); /* one person, one message, whatever became of it */
    return house_message(house, "class = 0");
}

#endif
