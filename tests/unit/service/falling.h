/* SPDX-License-Identifier: EUPL-1.2 */
/* A house whose chat falls back to SMS in the same call, and goes on to it: "second" is the chat's account, "first" that of numbers. */
#ifndef PK_TESTS_SERVICE_FALLING_H
#define PK_TESTS_SERVICE_FALLING_H

#include "tests/unit/service/ladder.h"

static const char *const numbers[] = { "first" }, *const chats[] = { "second" };
static const char *const channels[] = { "viber", "sms" };
static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { numbers, 1 } },
                                               { .name = "chat", .channel = "viber", .accounts = { chats, 1 } } };
static const struct pk_setting settings[] = { { .name = "fallback", .type = PK_SETTING_TEXT, .help = "the account of the second channel" } };

#define CHAT_COSTS 300
#define PART_COSTS 700

static inline struct pk_settings *read_settings(const struct pk_adapter *adapter)
{
    struct pk_ini_report report = { 0 };
    struct pk_ini *ini = NULL;
    struct pk_settings *read = NULL;
    assert_int_equal(pk_ini_parse("test.conf", PK_SLICE("[account a]\nfallback = first\n"), &report, &ini, NULL), 0);
    assert_int_equal(pk_settings_read(adapter, ini, pk_ini_find(ini, "account", "a"), NULL, "/", &report, &read), 0);
    pk_ini_free(ini);
    return read;
}

static inline int build_falling(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    struct pk_adapter *adapter = &house->adapters[1];
    house->rules.routes = routes;
    house->rules.route_count = PK_COUNT(routes);
    house->rules.ladder = (struct pk_words){ channels, 2 };
    house->rules.ladder_wait_ms = HOUR_MS;
    adapter->channels = "viber";
    adapter->capabilities = PK_CAN_RECEIPTS | PK_PRICED_PER_MESSAGE | PK_CAN_EXPIRE | PK_CAN_FALLBACK;
    adapter->settings = settings;
    adapter->setting_count = PK_COUNT(settings);
    pk_settings_free(house->accounts[1].settings);
    house->accounts[1].settings = read_settings(adapter);
    house->accounts[1].prices = (struct pk_prices){ .currency = "EUR", .count = 1, .rows = { { "*", CHAT_COSTS } } };
    house->accounts[0].prices = (struct pk_prices){ .currency = "EUR", .count = 1, .rows = { { "*", PART_COSTS } } };
    house_reopen(house);
    return r;
}

#define falling(name) cmocka_unit_test_setup_teardown(name, build_falling, house_tear)

/* Somebody with this number for SMS and that one for Viber, who agreed to both. */
static inline void on_two(struct house *house, const char *phone, const char *number)
{
    int64_t address = 0, who = house_person(house, phone, "bg", PK_CONSENT_CONFIRMED);
    uint32_t viber = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("viber"));
    assert_int_equal(pk_address_add(house->store, who, viber, pk_slice_of(number), HOUSE_NOW, &address, NULL), 0);
    consent(house, who, "viber", PK_CONSENT_CONFIRMED);
    house_turn(house);
}

#endif
