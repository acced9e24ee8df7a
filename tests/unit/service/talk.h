/* SPDX-License-Identifier: EUPL-1.2 */
/* Talking with the service in its house, for the tests of what people write. */
#ifndef PK_TESTS_SERVICE_TALK_H
#define PK_TESTS_SERVICE_TALK_H

#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/planner.h"
#include "gateway/store/names.h"
#include "gateway/store/replies.h"
#include "gateway/store/rsvps.h"

static inline void say(struct house *house, const char *from, const char *text)
{
    assert_int_equal(post_reply(house->posts[0], from, text), 0);
    house_turns(house, 2);
}

/* A button under the newest text, or with an id given. */
static inline void press(struct house *house, const char *from, const char *choice)
{
    static unsigned count;
    char id[24];
    (void) snprintf(id, sizeof id, "press-%u", count++);
    struct pk_event event = { .kind = PK_EVENT_REPLY, .address = pk_slice_of(from), .choice = pk_slice_of(choice), .event_id = pk_slice_of(id) };
    assert_int_equal(post_event(house->posts[0], &event), 0);
    house_turns(house, 2);
}

static inline const char *last_text(const struct house *house)
{
    assert_true(house->posts[0]->count > 0);
    return house->posts[0]->jobs[house->posts[0]->count - 1].text;
}

#define assert_says(house, words) assert_non_null(strstr(last_text(house), words))

/* Whatever was handed over is accepted. */
static inline void take_all(struct house *house)
{
    for (size_t i = 0; i < house->posts[0]->count; i++)
        if (!house->posts[0]->jobs[i].completed)
            post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
}

static inline int64_t invite(struct house *house, const char *data)
{
    assert_int_equal(house_publish(house, "school", data), 0);
    house_turn(house);
    take_all(house);
    pk_clock_advance(1);
    return house_count(house, "SELECT max(id) FROM trigger");
}

/* How many texts to this number hold these words. */
static inline unsigned told(const struct house *house, const char *number, const char *words)
{
    unsigned count = 0;
    for (size_t i = 0; i < house->posts[0]->count; i++)
        count += strcmp(house->posts[0]->jobs[i].address, number) == 0 && strstr(house->posts[0]->jobs[i].text, words) != NULL;
    return count;
}

static inline void assert_replies(struct house *house, int64_t trigger, int64_t yes, int64_t no, int64_t heads)
{
    int64_t got_yes, got_no, got_heads;
    assert_int_equal(pk_replies_count(house->store, trigger, &got_yes, &got_no, &got_heads, NULL), 0);
    assert_int_equal(got_yes, yes);
    assert_int_equal(got_no, no);
    assert_int_equal(got_heads, heads);
}

/* Puts the consent question for a topic to somebody; it leaves when it may. */
static inline void put_question(struct house *house, int64_t person, const char *number, const char *topic)
{
    bool asked = false;
    struct pk_question_plan plan = {
        .recipient = person,
        .address = house_address(house, number),
        .channel = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")),
        .topic = pk_name_find(house->store, PK_NAME_TOPIC, pk_slice_of(topic)),
        .language = PK_SLICE("bg"),
    };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_planner_question(house->service, &plan, pk_clock_wall_ms(), &asked, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_true(asked);
    house_turns(house, 2);
    take_all(house);
    pk_clock_advance(1);
}

static inline void ask(struct house *house, int64_t person, const char *number)
{
    put_question(house, person, number, "parent-meetings");
}

#endif
