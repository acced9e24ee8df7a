/* SPDX-License-Identifier: EUPL-1.2 */
/* Somebody at their own page, in the house of the service's tests. */
#ifndef PK_TESTS_OWN_SUPPORT_H
#define PK_TESTS_OWN_SUPPORT_H

#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/moves.h"
#include "gateway/service/own.h"
#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define NEW "+359880004321"

/* Two channels, an account each. */
static inline void two_channels_of(struct house *house, const char *other)
{
    static const char *const first[] = { "first" }, *const second[] = { "second" };
    static struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { first, 1 } },
                                             { .name = "chat", .accounts = { second, 1 } } };
    routes[1].channel = other;
    house->rules.routes = routes;
    house->rules.route_count = PK_COUNT(routes);
    house->adapters[1].channels = other;
    house_reopen(house);
}

static inline void two_channels(struct house *house)
{
    two_channels_of(house, "whatsapp");
}

static inline struct pk_actor person(int64_t who)
{
    return (struct pk_actor){ .role = PK_ROLE_PERSON, .name = "self", .purpose = "page", .recipient = who };
}

static inline uint32_t channel(struct house *house, const char *name)
{
    uint32_t id = 0;
    assert_int_equal(pk_name_intern(house->store, PK_NAME_CHANNEL, pk_slice_of(name), &id, NULL), 0);
    return id;
}

static inline enum pk_consent_state consent_on(struct house *house, int64_t who, const char *topic, const char *on)
{
    return pk_ledger_state(house->store, who, pk_name_find(house->store, PK_NAME_TOPIC, pk_slice_of(topic)), channel(house, on), pk_clock_wall_ms(),
                           NULL);
}

/* One call in a unit, kept as the page keeps it. */
#define in_unit(house, call)                                              \
    __extension__({                                                       \
        assert_int_equal(pk_unit_begin((house)->store, NULL), 0);         \
        int done_ = (call);                                               \
        if (done_ == 0 || done_ == PK_E_DENIED)                           \
            assert_int_equal(pk_unit_keep((house)->store, NULL), 0);      \
        else                                                              \
            pk_unit_drop((house)->store);                                 \
        house_turn(house);                                                \
        done_;                                                            \
    })

/* The six digits of the newest message an account carried to an address; "" = none. */
static inline void code_to(const struct post *post, const char *address, char ret_code[8])
{
    ret_code[0] = '\0';
    for (size_t i = 0; i < post->count; i++) {
        const char *text = post->jobs[i].text;
        size_t digits = strcspn(text, "0123456789");
        if (strcmp(post->jobs[i].address, address) == 0 && strstr(text, "10") && strspn(text + digits, "0123456789") == 6)
            (void) snprintf(ret_code, 8, "%.6s", text + digits);
    }
}

#endif
