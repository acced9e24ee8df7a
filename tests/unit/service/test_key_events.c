/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A key person's events: those somebody of her circle was told of, with numbers from five on; the reminder goes to her circle, once;
 * what she was told by mouth stands apart, of the date as it is; and what is another circle's is not there.
 */
#include "tests/unit/service/talk.h"

#include "gateway/base/json.h"
#include "gateway/service/events.h"
#include "gateway/service/key_events.h"
#include "gateway/service/users.h"
#include "gateway/store/circles.h"
#include "gateway/store/internal.h"
#include "gateway/store/recipients.h"

#define NAME PK_SLICE("parents-autumn")
/* HOUSE_NOW is Tuesday 13 October 2026, 10:30 on the wall: the invitation goes ten minutes later, the reminder on the 26th. */
#define STEPS                                                                              \
    "[{\"when\":\"at 2026-10-13T08:40:00Z\",\"template\":\"parent-meeting-invitation\"},"  \
    "{\"when\":\"1 day before at 18:00\",\"template\":\"parent-meeting-reminder\"},"       \
    "{\"when\":\"on cancel\",\"template\":\"parent-meeting-cancelled\"}]"

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" }, boris = { .role = PK_ROLE_APPROVER, .name = "boris" };
static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:0" }, desk = { .role = PK_ROLE_DESK, .name = "desk" };
static const struct pk_actor maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" }, petya = { .role = PK_ROLE_KEY_PERSON, .name = "petya" };
static const struct pk_kind_rule kinds[] = { { .name = "parent-meeting", .topic = "parent-meetings", .open = true, .length_ms = 2 * 3600000 } };

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.kinds = kinds;
    house->rules.kind_count = PK_COUNT(kinds);
    return r;
}

#define test_here(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

#define DO(house, r, call)                                           \
    do {                                                             \
        assert_int_equal(pk_unit_begin((house)->store, NULL), 0);    \
        (r) = (call);                                                \
        if ((r) != 0)                                                \
            pk_unit_drop((house)->store);                            \
        else                                                         \
            assert_int_equal(pk_unit_keep((house)->store, NULL), 0); \
        house_turns((house), 3);                                     \
        take_all((house));                                           \
    } while (0)

/* ---- who, and what they are invited to ---- */

/* A key person whose circle has so many people. */
static void circle(struct house *house, const char *name, unsigned people, unsigned first)
{
    struct pk_user user = { .role = PK_ROLE_KEY_PERSON, .language = "bg" };
    int64_t id = 0;
    int r;
    (void) snprintf(user.name, sizeof user.name, "%s", name);
    DO(house, r, pk_users_add(house->service, &operator, &user, HOUSE_NOW, NULL));
    assert_int_equal(r, 0);
    DO(house, r, pk_circle_make(house->store, &user, HOUSE_NOW, &id, NULL));
    assert_int_equal(r, 0);
    for (unsigned i = 0; i < people; i++) {
        char number[24], sql[160];
        (void) snprintf(number, sizeof number, "+3598800%05u", first + i);
        int64_t who = house_person(house, number, "bg", PK_CONSENT_CONFIRMED);
        (void) snprintf(sql, sizeof sql, "INSERT INTO circle_member(recipient, circle, question, since_ms, told_ms) VALUES(%lld, %lld, 1, 1, 1)",
                        (long long) who, (long long) id);
        assert_int_equal(sqlite3_exec(house->store->db, sql, NULL, NULL, NULL), SQLITE_OK);
    }
}

static int64_t planned(struct house *house)
{
    struct pk_agenda_event event = { .kind = "parent-meeting", .title = "Ouderavond", .place = "De Windroos",
                                     .when = { 20261027, 1110, 0, PK_EVENTS_NO_END } };
    int r;
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, pk_clock_wall_ms(), NULL));
    assert_int_equal(r, 0);
    return event.id;
}

static void act(struct house *house, const struct pk_actor *actor, enum pk_campaign_act what, const char *digest)
{
    int r;
    DO(house, r, pk_campaign_do(house->service, actor, NAME, what, pk_slice_of(digest), pk_clock_wall_ms(), NULL));
    assert_int_equal(r, 0);
}

/* Everybody of the school is invited, and was. */
static int64_t invited(struct house *house)
{
    pk_auto(pk_json) struct pk_json *values = NULL;
    pk_auto(pk_json) struct pk_json *steps = NULL;
    struct pk_campaign_view view;
    struct pk_error err = { 0 };
    int64_t event = planned(house);
    int r;
    assert_int_equal(pk_json_parse(PK_SLICE("{}"), 16, &values, NULL), 0);
    assert_int_equal(pk_json_parse(PK_SLICE(STEPS), 1u << 16, &steps, NULL), 0);
    const struct pk_campaign_plan plan = { .name = NAME, .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("school:windroos"), .event = event,
                                           .values = values, .steps = steps, .people_max = 100 };
    DO(house, r, pk_campaign_put(house->service, &anna, &plan, pk_clock_wall_ms(), &err));
    if (r != 0)
        fail_msg("%s", err.message);
    act(house, &anna, PK_CAMPAIGN_SUBMIT, "");
    assert_int_equal(pk_campaign_view(house->service, &anna, NAME, pk_clock_wall_ms(), &view, NULL), 0);
    act(house, &boris, PK_CAMPAIGN_APPROVE, view.digest);
    act(house, &anna, PK_CAMPAIGN_START, "");
    for (int i = 0; i < 4; i++) {
        house_later(house, 5 * MINUTE_MS);
        take_all(house);
    }
    assert_true(house_messages(house, "1") > 0);
    return event;
}

/* ---- seen ---- */

struct found {
    struct pk_key_event events[4];
    size_t count;
};

static int find_one(void *ctx, const struct pk_key_event *event)
{
    struct found *found = ctx;
    assert_in_range(found->count, 0, 3);
    found->events[found->count++] = *event;
    return 0;
}

static struct found of(struct house *house, const struct pk_actor *actor)
{
    struct found found = { .count = 0 };
    assert_int_equal(pk_key_events_each(house->service, actor, pk_clock_wall_ms(), find_one, &found, NULL), 0);
    return found;
}

static int64_t only(struct house *house, const struct pk_actor *actor)
{
    struct found found = of(house, actor);
    assert_int_equal(found.count, 1);
    return found.events[0].id;
}

/* The one that was shown was to go then. */
static int remind_of(struct house *house, const struct pk_actor *actor, int64_t id, int64_t planned_ms)
{
    int r;
    DO(house, r, pk_key_event_remind(house->service, actor, id, planned_ms, pk_clock_wall_ms(), NULL));
    return r;
}

static int remind(struct house *house, const struct pk_actor *actor, int64_t id)
{
    struct pk_key_event event = { 0 };
    (void) pk_key_event(house->service, actor, id, pk_clock_wall_ms(), &event, NULL);
    return remind_of(house, actor, id, event.planned_ms);
}

static void the_reminder_reaches_her_circle_once(void **state)
{
    struct house *house = *state;
    struct pk_key_event event;
    circle(house, "maria", 6, 100);
    circle(house, "petya", 2, 200);
    assert_int_equal(of(house, &maria).count, 0);
    (void) invited(house);
    struct found hers = of(house, &maria), theirs = of(house, &petya);
    assert_int_equal(hers.count, 1);
    assert_int_equal(hers.events[0].people, 6);
    assert_string_equal(hers.events[0].title, "Ouderavond");
    assert_true(hers.events[0].planned_ms > pk_clock_wall_ms());
    assert_int_equal(theirs.count, 1);
    assert_int_equal(theirs.events[0].people, PK_FEW); /* two */
    int64_t id = hers.events[0].id, before = house_messages(house, "1");
    assert_int_equal(remind_of(house, &maria, id, hers.events[0].planned_ms + 1), PK_E_CONFLICT); /* she was shown another */
    assert_int_equal(house_messages(house, "1"), before);
    assert_int_equal(remind(house, &maria, id), 0);
    house_later(house, MINUTE_MS);
    assert_int_equal(house_messages(house, "1"), before + 6);
    assert_int_equal(remind(house, &maria, id), 0); /* so already */
    house_later(house, MINUTE_MS);
    assert_int_equal(house_messages(house, "1"), before + 6);
    assert_int_equal(pk_key_event(house->service, &maria, id, pk_clock_wall_ms(), &event, NULL), 0);
    assert_int_equal(event.planned_ms, 0);
    assert_true(event.sent_ms != 0 && event.sent_people == 6);
    assert_int_equal(of(house, &petya).events[0].sent_ms, 0); /* another circle's */
    struct pk_key_month month;
    assert_int_equal(pk_key_month(house->service, &maria, pk_clock_wall_ms(), &month, NULL), 0);
    assert_int_equal(month.month, 10);
    assert_int_equal(month.reminders, 1);
    assert_int_equal(month.reminded, 6);
    assert_int_equal(month.size, 6);
}

static void what_is_another_circle_s_is_not_there(void **state)
{
    struct house *house = *state;
    struct pk_key_event event;
    struct pk_actor_scope scope = { .topics = { NULL, 0 } };
    struct pk_actor elsewhere = maria;
    circle(house, "maria", 2, 100);
    circle(house, "petya", 0, 200);
    (void) invited(house);
    int64_t id = only(house, &maria);
    assert_int_equal(of(house, &petya).count, 0);
    assert_int_equal(pk_key_event(house->service, &petya, id, pk_clock_wall_ms(), &event, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_key_event(house->service, &maria, id + 1, pk_clock_wall_ms(), &event, NULL), PK_E_NOT_FOUND);
    assert_int_equal(remind(house, &petya, id), PK_E_NOT_FOUND);
    assert_int_equal(remind(house, &desk, id), PK_E_DENIED);
    elsewhere.scope = &scope; /* limited to other topics */
    assert_int_equal(of(house, &elsewhere).count, 0);
    assert_int_equal(remind(house, &elsewhere, id), PK_E_NOT_FOUND);
    assert_int_equal(house_count(house, "SELECT count(*) FROM campaign_trigger WHERE circle <> 0"), 0);
    house_later(house, 15 * DAY_MS); /* it is over */
    assert_int_equal(of(house, &maria).count, 0);
}

/* ---- what a page costs ---- */

static int64_t worked;

static int work(void *ctx)
{
    (void) ctx;
    worked++;
    return 0;
}

/* What the database did for a list of them, in hundreds of its steps. */
static int64_t work_of_a_list(struct house *house, const struct pk_actor *actor)
{
    worked = 0;
    sqlite3_progress_handler(house->store->db, 100, work, NULL);
    (void) of(house, actor);
    sqlite3_progress_handler(house->store->db, 0, NULL, NULL);
    return worked;
}

static void let_all_leave(struct house *house)
{
    for (int i = 0; i < 40; i++) {
        house_turns(house, 3);
        take_all(house);
    }
}

/* Whether anybody was told is known at the first who was. */
static void an_event_without_a_reminder_to_come_walks_through_nobody_s_circle(void **state)
{
    struct house *house = *state;
    circle(house, "maria", 80, 100);
    circle(house, "petya", 5, 300);
    (void) invited(house);
    let_all_leave(house);
    house_later(house, 14 * DAY_MS - 20 * MINUTE_MS - 15 * HOUR_MS); /* the 26th: the reminder goes */
    let_all_leave(house);
    house_later(house, HOUR_MS);
    let_all_leave(house);
    assert_int_equal(of(house, &maria).events[0].planned_ms, 0);
    house_later(house, 2 * MINUTE_MS);
    int64_t many = work_of_a_list(house, &maria), few = work_of_a_list(house, &petya);
    assert_true(of(house, &maria).events[0].gone_ms > 0);
    if (many > 2 * few)
        fail_msg("80 people cost %lld hundreds of steps, 5 cost %lld", (long long) many, (long long) few);
}

/* Whoever looks again within a minute is shown what was counted; where she decides it is counted. */
static void people_are_counted_once_a_minute(void **state)
{
    struct house *house = *state;
    struct pk_key_event event;
    circle(house, "maria", 6, 100);
    (void) invited(house);
    int64_t id = only(house, &maria);
    assert_int_equal(of(house, &maria).events[0].people, 6);
    (void) house_count(house, "DELETE FROM circle_member WHERE recipient = (SELECT min(recipient) FROM circle_member)");
    assert_int_equal(of(house, &maria).events[0].people, 6);
    assert_int_equal(pk_key_event(house->service, &maria, id, pk_clock_wall_ms(), &event, NULL), 0);
    assert_int_equal(event.people, 5);
    assert_int_equal(of(house, &maria).events[0].people, 5);
    (void) house_count(house, "DELETE FROM circle_member WHERE recipient = (SELECT min(recipient) FROM circle_member)");
    house_later(house, MINUTE_MS);
    assert_int_equal(of(house, &maria).events[0].people, PK_FEW);
    assert_int_equal(remind(house, &maria, id), 0);
    assert_int_equal(of(house, &maria).events[0].planned_ms, 0); /* that it went is never old */
}

static int tell(struct house *house, const struct pk_actor *actor, int64_t id, int64_t count)
{
    int r;
    DO(house, r, pk_key_event_told_me(house->service, actor, id, count, pk_clock_wall_ms(), NULL));
    return r;
}

static void told_by_mouth_is_of_the_date_as_it_is(void **state)
{
    struct house *house = *state;
    struct pk_agenda_event event;
    struct pk_events_done done = { 0 };
    int r;
    circle(house, "maria", 2, 100);
    circle(house, "petya", 1, 200);
    int64_t agenda = invited(house), id = only(house, &maria);
    assert_int_equal(tell(house, &maria, id, 3), 0);
    assert_int_equal(tell(house, &petya, id, 2), 0);
    assert_int_equal(of(house, &maria).events[0].told_me, 3);
    assert_int_equal(of(house, &petya).events[0].told_me, 2);
    assert_int_equal(of(house, &maria).events[0].yes, 0);
    assert_int_equal(tell(house, &maria, id, -1), PK_E_INVALID);
    assert_int_equal(tell(house, &maria, id, PK_TOLD_ME_MAX + 1), PK_E_INVALID);
    assert_int_equal(tell(house, &desk, id, 1), PK_E_DENIED);
    assert_int_equal(pk_events_show(house->service, &anna, agenda, &event, NULL), 0);
    event.when.day = 20261028;
    DO(house, r, pk_events_change(house->service, &anna, &event, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    assert_int_equal(of(house, &maria).events[0].told_me, 0); /* nobody said so of the new day */
    assert_int_equal(tell(house, &maria, id, 4), 0);
    assert_int_equal(of(house, &maria).events[0].told_me, 4);
    DO(house, r, pk_events_cancel(house->service, &anna, agenda, pk_clock_wall_ms(), &done, NULL));
    assert_int_equal(r, 0);
    assert_int_equal(tell(house, &maria, id, 5), PK_E_CONFLICT);
    assert_true(of(house, &maria).events[0].off);
    assert_int_equal(of(house, &maria).events[0].planned_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_here(the_reminder_reaches_her_circle_once),
        test_here(what_is_another_circle_s_is_not_there),
        test_here(an_event_without_a_reminder_to_come_walks_through_nobody_s_circle),
        test_here(people_are_counted_once_a_minute),
        test_here(told_by_mouth_is_of_the_date_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
