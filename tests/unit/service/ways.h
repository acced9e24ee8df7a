/* SPDX-License-Identifier: EUPL-1.2 */
/* A house with every way in and out: links, a page to sign up, words said at the desk. For the tests of those. */
#ifndef PK_TESTS_SERVICE_WAYS_H
#define PK_TESTS_SERVICE_WAYS_H

#include "tests/unit/service/talk.h"
#include "tests/unit/service/units.h"

#include "gateway/service/desk_word.h"
#include "gateway/service/import_private.h"
#include "gateway/service/joining.h"
#include "gateway/service/links.h"
#include "gateway/service/person.h"
#include "gateway/store/ledger.h"
#include "gateway/store/recipients.h"

#define URL "https://p.example.nl"
#define LINK_AT URL PK_LINK_PATH
#define TOPIC "parent-meetings"

static const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "desk", .purpose = "test" };

static inline void deaf(struct house *house, const char *country)
{
    static const char *words[1];
    words[0] = country;
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++)
        house->accounts[i].replies = (struct pk_words){ words, 1 };
    house_reopen(house);
}

static inline int build(void **state)
{
    static const char *const start[] = { TOPIC };
    int r = house_build(state);
    struct house *house = *state;
    house->rules.public_url = URL;
    house->rules.desk_words = true;
    house->rules.start_topics = (struct pk_words){ start, 1 };
    pk_catalog_make_links((struct pk_catalog *) house->catalog, PK_SLICE(LINK_AT "0000000000000000000000"));
    house_reopen(house);
    return r;
}

static inline int tear(void **state)
{
    pk_catalog_make_links((struct pk_catalog *) ((struct house *) *state)->catalog, PK_SLICE(""));
    return house_tear(state);
}
#define in_ways(name) cmocka_unit_test_setup_teardown(name, build, tear)

static inline void settle_all(struct house *house)
{
    house_turns(house, 2);
    for (size_t p = 0; p < HOUSE_ACCOUNTS; p++)
        for (size_t i = 0; i < house->posts[p]->count; i++)
            if (!house->posts[p]->jobs[i].completed)
                post_complete(house->posts[p], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    pk_clock_advance(1);
}

static inline int64_t person(struct house *house)
{
    return house_count(house, "SELECT recipient FROM address ORDER BY id LIMIT 1");
}

/* The token in the newest text. */
static inline void newest_link(struct house *house, uint8_t token[PK_LINK_TOKEN_BYTES])
{
    const char *at = strstr(last_text(house), LINK_AT);
    assert_non_null(at);
    assert_true(pk_link_read(pk_slice_make(at + strlen(LINK_AT), PK_LINK_TEXT), token));
}

static inline void press_link(struct house *house, enum pk_link_choice choice)
{
    uint8_t token[PK_LINK_TOKEN_BYTES];
    newest_link(house, token);
    in_unit(house, pk_link_press(house->service, token, choice, 1, pk_clock_wall_ms(), err));
    settle_all(house);
}

/* Is a notice about the topic told to the person? */
static inline bool is_told(struct house *house)
{
    size_t before = house->posts[0]->count + house->posts[1]->count;
    assert_int_equal(house_publish(house, "school", "\"template\":\"parent-meeting-cancelled\",\"topic\":\"parent-meetings\","
                                                    "\"tags\":{\"all\":[]},\"values\":{\"begins\":\"2026-10-14T17:30:00Z\"}"), 0);
    settle_all(house);
    return house->posts[0]->count + house->posts[1]->count > before;
}

static inline void import_row(struct house *house, bool confirmed)
{
    struct pk_import_outcome outcome;
    const struct pk_import_row row = {
        .channel = PK_SLICE("sms"), .address = PK_SLICE(ANNA), .language = PK_SLICE("bg"), .topics = { &house->rules.topics[0] },
        .topic_count = 1, .how = PK_SLICE("paper"), .wording = PK_SLICE("form 7"), .given_ms = HOUSE_NOW - DAY_MS, .by = PK_SLICE("desk"),
    };
    in_unit(house, pk_import_apply_row(house->service, confirmed, PK_SLICE("anna"), &row, pk_clock_wall_ms(), &outcome, err));
    settle_all(house);
}

static inline void known(struct house *house)
{
    int64_t id = 0, address = 0;
    uint32_t sms = 0;
    in_unit(house, pk_name_intern(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"), &sms, err));
    in_unit(house, pk_recipient_add(house->store, PK_SLICE("bg"), PK_SLICE(""), pk_clock_wall_ms(), &id, err));
    in_unit(house, pk_address_add(house->store, id, sms, PK_SLICE(ANNA), pk_clock_wall_ms(), &address, err));
}

static inline void out_by_erasure(struct house *house)
{
    const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "adviser", .purpose = "test" };
    const struct pk_erase_plan plan = { .whom = { .recipient = person(house) } };
    in_unit(house, pk_person_erase(house->service, &adviser, &plan, pk_clock_wall_ms(), err));
}

static inline struct pk_joining_plan join_plan(struct house *house, const char *number)
{
    struct pk_joining_plan plan = { .number = pk_slice_of(number), .topics = { PK_SLICE(TOPIC) }, .topic_count = 1, .tag = PK_SLICE("bg") };
    pk_joining_form(house->service, pk_clock_wall_ms(), plan.token);
    return plan;
}

static inline void word_of(struct house *house, char ret_word[64])
{
    const char *at = strstr(last_text(house), "думата ");
    assert_non_null(at);
    (void) snprintf(ret_word, 64, "%s", at + strlen("думата "));
    char *end = strrchr(ret_word, '.');
    assert_non_null(end);
    *end = '\0';
}

static inline void send_word(struct house *house)
{
    int64_t until_ms = 0;
    const struct pk_desk_word_plan plan = { .recipient = person(house), .topic = PK_SLICE(TOPIC) };
    in_unit(house, pk_desk_word_send(house->service, &desk, &plan, pk_clock_wall_ms(), &until_ms, err));
    settle_all(house);
    assert_true(until_ms > pk_clock_wall_ms());
}

#endif
