/* SPDX-License-Identifier: EUPL-1.2 */
/* Who comes to a date, in the version they were told: the last answer wins, versions are apart, a line keeps its order, sums stay. */
#include "tests/unit/store/support.h"

#include "gateway/store/internal.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/told_me.h"
#include "gateway/store/users.h"

#define DATE 500
#define TRIGGER 9
#define OTHER_TRIGGER 10

static void said(struct desk *desk, int64_t who, int64_t version, uint32_t heads, uint32_t wanted, int64_t waits)
{
    const struct pk_rsvp rsvp = { .recipient = who, .trigger = TRIGGER, .occurrence = DATE, .version = version, .yes = wanted > 0,
                                  .heads = heads, .wanted = wanted, .waits = waits, .at_ms = NOW };
    assert_int_equal(pk_rsvp_add(desk->store, &rsvp, NULL), 0);
}

static void counts(struct desk *desk, int64_t version, int64_t yes, int64_t no, int64_t heads, int64_t waiting, int64_t places)
{
    struct pk_rsvp_counts found;
    assert_int_equal(pk_rsvps_count(desk->store, DATE, version, &found, NULL), 0);
    assert_int_equal(found.yes, yes);
    assert_int_equal(found.no, no);
    assert_int_equal(found.heads, heads);
    assert_int_equal(found.waiting, waiting);
    assert_int_equal(found.waiting_heads, places);
}

static void of_trigger(struct desk *desk, int64_t trigger, int64_t yes, int64_t no, int64_t heads)
{
    int64_t found[3];
    assert_int_equal(pk_replies_count(desk->store, trigger, &found[0], &found[1], &found[2], NULL), 0);
    assert_int_equal(found[0], yes);
    assert_int_equal(found[1], no);
    assert_int_equal(found[2], heads);
}

static void test_versions_are_apart(void **state)
{
    struct desk *desk = *state;
    said(desk, 1, 1, 3, 3, 0);
    said(desk, 2, 1, 1, 1, 0);
    said(desk, 2, 1, 0, 0, 0); /* not after all */
    counts(desk, 1, 1, 1, 3, 0, 0);
    counts(desk, 2, 0, 0, 0, 0, 0); /* it moved: nobody said anything yet */
    said(desk, 1, 2, 0, 0, 0);
    counts(desk, 2, 0, 1, 0, 0, 0);
    counts(desk, 1, 1, 1, 3, 0, 0);
    assert_int_equal(pk_sql_int(desk->store, 0, "SELECT count(*) FROM rsvp", ""), 4);
}

/* A reminder of the same date asks again: one person is counted once, by what they said last. */
static void test_triggers_of_one_date_share_their_people(void **state)
{
    struct desk *desk = *state;
    struct pk_rsvp later = { .recipient = 1, .trigger = OTHER_TRIGGER, .occurrence = DATE, .version = 1, .at_ms = NOW };
    said(desk, 1, 1, 2, 2, 0);
    of_trigger(desk, TRIGGER, 1, 0, 2);
    assert_int_equal(pk_rsvp_add(desk->store, &later, NULL), 0);
    of_trigger(desk, TRIGGER, 0, 0, 0);
    of_trigger(desk, OTHER_TRIGGER, 0, 1, 0);
    counts(desk, 1, 0, 1, 0, 0, 0);
    /* An answer to the trigger itself, about no date, is its own. */
    later.occurrence = later.version = 0;
    later.yes = true;
    assert_int_equal(pk_rsvp_add(desk->store, &later, NULL), 0);
    of_trigger(desk, OTHER_TRIGGER, 1, 1, 0);
    counts(desk, 1, 0, 1, 0, 0, 0);
}

static int64_t next(struct desk *desk, int64_t after, int64_t places)
{
    struct pk_rsvp rsvp = { 0 };
    return pk_rsvp_next_waiting(desk->store, DATE, 1, after, places, &rsvp, NULL) == 0 ? rsvp.recipient : 0;
}

static void test_a_line_keeps_its_order(void **state)
{
    struct desk *desk = *state;
    struct pk_rsvp to = { .occurrence = DATE, .version = 1 }, last;
    said(desk, 1, 1, 2, 2, 0);
    said(desk, 2, 1, 0, 2, PK_RSVP_LINE_END);
    said(desk, 3, 1, 0, 1, PK_RSVP_LINE_END);
    counts(desk, 1, 1, 0, 2, 2, 3);
    assert_int_equal(next(desk, 0, 2), 2);
    assert_int_equal(next(desk, 0, 1), 3); /* one place is not enough for two */
    assert_true(pk_rsvp_last(desk->store, &to, 2, &last));
    assert_int_equal(next(desk, last.waits, 9), 3);
    said(desk, 2, 1, 0, 1, last.waits); /* fewer: where they stood */
    assert_int_equal(next(desk, 0, 1), 2);
    said(desk, 2, 1, 1, 1, 0);
    assert_int_equal(next(desk, 0, 9), 3);
    said(desk, 3, 1, 0, 0, 0);
    assert_int_equal(next(desk, 0, 9), 0);
    /* Who comes with two and would come with three waits for one. */
    said(desk, 1, 1, 2, 3, PK_RSVP_LINE_END);
    counts(desk, 1, 2, 1, 3, 1, 1);
    assert_int_equal(next(desk, 0, 1), 1);
    assert_int_equal(next(desk, 0, 0), 0);
}

static void test_what_a_trigger_hears(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(pk_sql_write(desk->store, NULL,
                                  "INSERT INTO notice(id, trigger, class, topic, template, vals, created_ms, occurrence, version)"
                                  " VALUES(70, 9, 0, 1, 'x', '{}', 1, 500, 1)", ""), 0);
    assert_int_equal(pk_sql_write(desk->store, NULL,
                                  "INSERT INTO trigger(id, publisher, state, digest, source, event_id, type, received_ms, notice, audience, send_at_ms,"
                                  " valid_until_ms, priority, route, ceiling) VALUES(9, 1, 3, x'00', '', '', '', 1, 70, '{}', 0, 5, 2, 1, 0)", ""), 0);
    assert_int_equal(pk_rsvp_answer(desk->store, TRIGGER, 1), -1);
    said(desk, 1, 1, 0, 2, PK_RSVP_LINE_END);
    assert_int_equal(pk_rsvp_answer(desk->store, TRIGGER, 1), 0); /* waits */
    said(desk, 1, 1, 2, 2, 0);
    assert_int_equal(pk_rsvp_answer(desk->store, TRIGGER, 1), 1);
    said(desk, 1, 1, 0, 0, 0);
    assert_int_equal(pk_rsvp_answer(desk->store, TRIGGER, 1), 0);
    assert_int_equal(pk_rsvp_answer(desk->store, TRIGGER, 2), -1);
    said(desk, 2, 2, 1, 1, 0);
    assert_int_equal(pk_rsvp_answer(desk->store, TRIGGER, 2), -1); /* to the date as it is now, which this trigger did not tell */
}

static void plan_date(struct desk *desk, int64_t ends_ms)
{
    assert_int_equal(pk_sql_write(desk->store, NULL,
                                  "INSERT INTO event(id, kind, title, subject, place, place_short, zone, day, starts, days, ends, rule, capacity, languages,"
                                  " state, sequence, uid, proposed_by, laid_ms, last_ms, created_ms, updated_ms) VALUES(400, 'k', 't', '', 'p', '', 'z', 1,"
                                  " 1, 0, 2, '', 2, '', 2, 0, x'00', '', 1, ?1, 1, 1)", "i", ends_ms), 0);
    assert_int_equal(pk_sql_write(desk->store, NULL,
                                  "INSERT INTO occurrence(id, event, day, starts_ms, ends_ms, place, place_short, state, version, created_ms, changed_ms)"
                                  " VALUES(500, 400, 0, ?1, ?1, 'p', '', 2, 1, 1, 1)", "i", ends_ms), 0);
}

static void test_dates_somebody_waits_for(void **state)
{
    struct desk *desk = *state;
    plan_date(desk, NOW + 1000);
    assert_int_equal(pk_rsvp_date_waited_for(desk->store, 400, 0, NOW), 0);
    said(desk, 1, 1, 0, 1, PK_RSVP_LINE_END);
    assert_int_equal(pk_rsvp_date_waited_for(desk->store, 400, 0, NOW), DATE);
    assert_int_equal(pk_rsvp_date_waited_for(desk->store, 400, DATE, NOW), 0);
    assert_int_equal(pk_rsvp_date_waited_for(desk->store, 400, 0, NOW + 1000), 0); /* it begins */
    assert_int_equal(pk_sql_write(desk->store, NULL, "UPDATE occurrence SET version = 2", ""), 0);
    assert_int_equal(pk_rsvp_date_waited_for(desk->store, 400, 0, NOW), 0); /* for another one than it is now */
}

static void test_sums_stay_as_long_as_the_date(void **state)
{
    struct desk *desk = *state;
    plan_date(desk, NOW);
    said(desk, 1, 1, 2, 2, 0);
    said(desk, 1, 1, 3, 3, 0);
    said(desk, 2, 1, 0, 0, 0);
    said(desk, 3, 1, 0, 4, PK_RSVP_LINE_END);
    assert_int_equal(pk_rsvps_retain(desk->store, NOW, NULL), 0);
    assert_int_equal(pk_sql_int(desk->store, 0, "SELECT count(*) FROM rsvp", ""), 4);
    assert_int_equal(pk_rsvps_retain(desk->store, NOW + 1, NULL), 0);
    assert_int_equal(pk_sql_int(desk->store, 0, "SELECT count(*) FROM rsvp", ""), 0);
    counts(desk, 1, 1, 1, 3, 0, 0);
    of_trigger(desk, TRIGGER, 1, 1, 3);
    assert_int_equal(pk_rsvps_retain(desk->store, NOW + 1, NULL), 0);
    counts(desk, 1, 1, 1, 3, 0, 0); /* added up once */
    assert_int_equal(pk_sql_write(desk->store, NULL, "DELETE FROM occurrence", ""), 0);
    assert_int_equal(pk_rsvps_retain(desk->store, 0, NULL), 0); /* the setting keeps people for ever; a date that is gone is gone */
    counts(desk, 1, 0, 0, 0, 0, 0);
}

/* Told to a user by mouth: each user's own number, of one version, gone with the user and with the date. */
static void test_told_by_mouth_is_a_number(void **state)
{
    struct desk *desk = *state;
    struct pk_user maria = { .name = "maria", .role = 4, .language = "bg", .created_ms = NOW };
    assert_int_equal(pk_user_add(desk->store, &maria, NULL), 0);
    assert_int_equal(pk_told_me_put(desk->store, DATE, 1, maria.id, 3, NOW, NULL), 0);
    assert_int_equal(pk_told_me_put(desk->store, DATE, 1, 77, 2, NOW, NULL), 0);
    assert_int_equal(pk_told_me_get(desk->store, DATE, 1, maria.id), 3);
    assert_int_equal(pk_told_me_get(desk->store, DATE, 1, 0), 5);
    assert_int_equal(pk_told_me_get(desk->store, DATE, 2, maria.id), 0); /* it moved: nobody said so of the new date */
    assert_int_equal(pk_told_me_put(desk->store, DATE, 1, maria.id, 4, NOW, NULL), 0);
    assert_int_equal(pk_told_me_get(desk->store, DATE, 1, 0), 6);
    assert_int_equal(pk_told_me_put(desk->store, DATE, 1, 77, 0, NOW, NULL), 0);
    assert_int_equal(pk_told_me_get(desk->store, DATE, 1, 0), 4);
    counts(desk, 1, 0, 0, 0, 0, 0); /* and in no count of answers */
    assert_int_equal(pk_user_remove(desk->store, maria.id, NULL), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM told_me", ""), 0);
    assert_int_equal(pk_told_me_put(desk->store, DATE, 1, 77, 2, NOW, NULL), 0);
    assert_int_equal(pk_told_me_drop(desk->store, 10, NULL), 0); /* there is no such date any more */
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM told_me", ""), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_versions_are_apart),
        store_test(test_told_by_mouth_is_a_number),
        store_test(test_triggers_of_one_date_share_their_people),
        store_test(test_a_line_keeps_its_order),
        store_test(test_what_a_trigger_hears),
        store_test(test_dates_somebody_waits_for),
        store_test(test_sums_stay_as_long_as_the_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
