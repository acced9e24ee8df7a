/* SPDX-License-Identifier: EUPL-1.2 */
/* A database in memory with a key of its own, and rows with defaults, for the tests of the store. */
#ifndef PK_TESTS_STORE_SUPPORT_H
#define PK_TESTS_STORE_SUPPORT_H

#include "gateway/base/id.h"
#include "gateway/store/audience.h"
#include "gateway/store/ledger.h"
#include "gateway/store/ledger_chain.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"
#include "gateway/store/store.h"
#include "tests/unit/cmocka.h"

#define NOW 1791999000000 /* 2026-10-14T17:30:00Z */
#define NUMBER "+31600000001"

struct desk {
    struct pk_keyring *keys;
    struct pk_store *store;
    uint32_t sms, topic;
};

static inline struct pk_keyring *test_keys(uint8_t first)
{
    uint8_t master[PK_KEY_BYTES] = { first };
    struct pk_keyring *keys = pk_keyring_new();
    assert_int_equal(pk_keyring_add(keys, 1, master, NULL), 0);
    return keys;
}

static inline void desk_open(struct desk *desk, const char *path)
{
    struct pk_error err = { 0 };
    desk->keys = test_keys(7);
    struct pk_store_config config = { .path = path, .keys = desk->keys, .sync_off = true };
    if (pk_store_open(&config, &desk->store, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_CHANNEL, PK_SLICE("sms"), &desk->sms, NULL), 0);
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings"), &desk->topic, NULL), 0);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
}

static inline void desk_close(struct desk *desk)
{
    pk_store_close(desk->store);
    pk_keyring_free(desk->keys);
}

static inline int desk_setup(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    desk_open(desk, ":memory:");
    *state = desk;
    return 0;
}

static inline int desk_teardown(void **state)
{
    desk_close(*state);
    free(*state);
    return 0;
}

/* The audience a line means, of one channel. `tree` lives as long as it does. */
static inline struct pk_audience audience_of(struct desk *desk, const char *line, struct pk_audience_tree *tree)
{
    assert_int_equal(pk_audience_read_text(pk_slice_of(line), tree, NULL), 0);
    assert_int_equal(pk_audience_resolve(desk->store, tree, NULL), 0);
    return (struct pk_audience){ .topic = desk->topic, .channels = { desk->sms }, .channel_count = 1, .tree = tree };
}

#define store_test(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

/* A person with one number, and consent for the topic when `kind` is not 0. */
static inline int64_t person(struct desk *desk, const char *number, uint32_t kind, int64_t *ret_address)
{
    int64_t id = 0, address = 0;
    assert_int_equal(pk_recipient_add(desk->store, PK_SLICE("bg"), PK_SLICE(""), NOW, &id, NULL), 0);
    assert_int_equal(pk_address_add(desk->store, id, desk->sms, pk_slice_of(number), NOW, &address, NULL), 0);
    struct pk_consent_event event = { .recipient = id, .topic = desk->topic, .channel = desk->sms, .kind = kind, .at_ms = NOW,
                                      .how = PK_SLICE("paper"), .wording = PK_SLICE("form 1"), .language = PK_SLICE("bg"), .by = PK_SLICE("desk") };
    if (kind != 0)
        assert_int_equal(pk_ledger_append(desk->store, &event, NULL), 0);
    if (ret_address)
        *ret_address = address;
    return id;
}

static inline struct pk_message message_to(struct desk *desk, int64_t recipient, int64_t address)
{
    return (struct pk_message){ .id = pk_id_ordered(), .recipient = recipient, .address = address, .notice = 1, .version = 1, .topic = desk->topic,
                                .channel = desk->sms, .route = 1, .priority = PK_PRIORITY_NORMAL, .state = PK_MESSAGE_QUEUED, .due_ms = NOW,
                                .expires_ms = NOW + 3600000, .updated_ms = NOW };
}

static inline int64_t queued(struct desk *desk, int64_t recipient, int64_t address, int64_t due_ms)
{
    struct pk_message message = message_to(desk, recipient, address);
    message.due_ms = due_ms;
    assert_int_equal(pk_message_insert(desk->store, &message, NULL), 0);
    return message.id;
}

static inline uint32_t state_of(struct desk *desk, int64_t id)
{
    struct pk_message message = { 0 };
    assert_int_equal(pk_message_get(desk->store, id, &message, NULL), 0);
    return message.state;
}

#endif
