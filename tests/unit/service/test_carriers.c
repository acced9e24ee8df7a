/* SPDX-License-Identifier: EUPL-1.2 */
/* Accounts whose provider lets approved texts through only: what they cannot send goes another way, or fails where it is planned. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/carriers.h"
#include "gateway/service/holds.h"

/* The first account knows the invitation in Bulgarian letters; what it is asked is counted. */
static unsigned asked;

static int carries(const void *self, struct pk_slice template_name, struct pk_slice language, int64_t now_ms, struct pk_error *err)
{
    (void) self;
    (void) now_ms;
    asked++;
    if (pk_slice_is(template_name, "parent-meeting-invitation") && pk_slice_is(language, "bg"))
        return 0;
    return pk_fail(err, PK_E_NOT_FOUND, "it is not approved");
}

static void choosy(struct house *house, size_t i, uint32_t capability)
{
    house->adapters[i].capabilities |= capability;
    house->adapters[i].carries = carries;
}

static void unmapped_texts_go_by_the_next_account(void **state)
{
    struct house *house = *state;
    choosy(house, 0, PK_CAN_TEMPLATES_ONLY);
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "nl", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 1);
    assert_string_equal(house->posts[0]->jobs[0].address, ANNA);
    assert_int_equal(house->posts[1]->count, 1);
    assert_string_equal(house->posts[1]->jobs[0].address, BORIS);
    assert_string_equal(house->posts[1]->jobs[0].language, "nl");
}

static void what_nobody_carries_fails_where_it_is_planned(void **state)
{
    struct house *house = *state;
    choosy(house, 0, PK_CAN_TEMPLATES_ONLY);
    choosy(house, 1, PK_CAN_TEMPLATES_ONLY);
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "nl", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(house->posts[1]->count, 0);
    assert_int_equal(house_messages(house, "state = 12 AND reason = 29"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt"), 1); /* nobody tried */
    house_assert_counts(house);
    /* A text that no language of it gets through is refused with the trigger. */
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM trigger"), 1);
    assert_int_equal(house->service->metrics.triggers_refused[PK_REFUSAL_TEMPLATE], 1);
}

static void hold(struct house *house, bool on)
{
    static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_all(house->service, &operator, on, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
}

/* Mapped when it was planned, and no more when it is to leave. */
static int forgets(const void *self, struct pk_slice template_name, struct pk_slice language, int64_t now_ms, struct pk_error *err)
{
    return now_ms < HOUSE_NOW + HOUR_MS ? carries(self, template_name, language, now_ms, err) : pk_fail(err, PK_E_NOT_FOUND, "no more");
}

static void an_approval_may_end_before_it_leaves(void **state)
{
    struct house *house = *state;
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++) {
        choosy(house, i, PK_CAN_TEMPLATES_ONLY);
        house->adapters[i].carries = forgets;
    }
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    hold(house, true);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house_messages(house, "state = 1"), 1);
    pk_clock_advance(2 * HOUR_MS);
    hold(house, false);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count + house->posts[1]->count, 0);
    assert_int_equal(house_messages(house, "state = 12 AND reason = 29"), 1);
}

/* Whose window is open only the adapter knows, and it refuses the others before anything is sent. */
static void where_nobody_carries_it_a_window_may_be_tried(void **state)
{
    struct house *house = *state;
    choosy(house, 0, PK_CAN_TEMPLATES_ONLY);
    choosy(house, 1, PK_CAN_WINDOW);
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "nl", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count + house->posts[1]->count, 2);
    assert_int_equal(house_messages(house, "state = 12"), 0);
}

static void answers_are_free_text_within_the_window(void **state)
{
    struct house *house = *state;
    choosy(house, 0, PK_CAN_WINDOW);
    choosy(house, 1, PK_CAN_TEMPLATES_ONLY);
    house_reopen(house);
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ПОМОЩ"), 0);
    assert_int_equal(post_reply(house->posts[1], BORIS, "ПОМОЩ"), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(house->posts[1]->count, 0); /* and not by the other account: it is not theirs */
    assert_int_equal(house_messages(house, "class = 2 AND state = 12 AND reason = 29"), 1);
}

/* Carried by an account that is paused: it waits, and nobody else is given it. */
static void the_carrier_is_waited_for(void **state)
{
    struct house *house = *state;
    choosy(house, 0, PK_CAN_TEMPLATES_ONLY);
    house_reopen(house);
    struct pk_desk *second = pk_desks_find(house->service->desks, "second");
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_desk_pause(second, true, NULL, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    (void) house_person(house, BORIS, "nl", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count + house->posts[1]->count, 0);
    assert_int_equal(house_messages(house, "state = 2"), 1);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_desk_pause(second, false, NULL, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house); /* resumed with this commit */
    house_later(house, MINUTE_MS);
    assert_int_equal(house->posts[1]->count, 1);
}

/* A route without such accounts asks nobody: that is the usual one. */
static void others_are_never_asked(void **state)
{
    struct house *house = *state;
    choosy(house, 0, 0);
    house_reopen(house);
    asked = 0;
    (void) house_person(house, ANNA, "nl", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 1);
    assert_int_equal(asked, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(unmapped_texts_go_by_the_next_account),
        in_house(what_nobody_carries_fails_where_it_is_planned),
        in_house(an_approval_may_end_before_it_leaves),
        in_house(where_nobody_carries_it_a_window_may_be_tried),
        in_house(answers_are_free_text_within_the_window),
        in_house(the_carrier_is_waited_for),
        in_house(others_are_never_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
