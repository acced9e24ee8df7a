/* SPDX-License-Identifier: EUPL-1.2 */
/* What is kept for a time only: each kind goes when its time is over, not before, and what is counted stays. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/store/internal.h"
#include "gateway/store/jobs.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/triggers.h"
#include "gateway/store/upkeep.h"

#define VALUES "SELECT count(*) FROM notice WHERE vals <> '{}'"
#define VALID_DAY ",\"validUntil\":\"2026-10-14T08:30:00Z\"" /* a day from the house's now */

static void later(struct house *house, int64_t ms)
{
    house_later(house, ms);
    house_later(house, 61 * SECOND_MS);
}

static void deliver_new(struct house *house, size_t first)
{
    for (size_t i = first; i < house->posts[0]->count; i++)
        post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    for (size_t i = first; i < house->posts[0]->count; i++)
        assert_int_equal(post_receipt(house->posts[0], i, PK_RECEIPT_DELIVERED), 0);
    house_later(house, 1100);
}

/* A text that asks nothing: its values go with its last message. */
static void values_of_a_plain_text(void **state)
{
    struct house *house = *state;
    house_people(house, 2, "school:windroos");
    assert_int_equal(house_publish(house, "school", "\"template\":\"festival-reminder\",\"topic\":\"festival\"," HOUSE_VALUES
                                                    "," HOUSE_TAGS VALID_DAY),
                     0);
    house_turns(house, 2);
    assert_int_equal(house_count(house, VALUES), 1);
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(house->posts[0], 0, PK_RECEIPT_DELIVERED), 0);
    house_later(house, 1100);
    assert_int_equal(house_count(house, VALUES), 1); /* one is still on its way */
    deliver_new(house, 1);
    assert_int_equal(house_count(house, "SELECT state FROM trigger"), PK_TRIGGER_COMPLETED);
    assert_int_equal(house_count(house, VALUES), 0);
}

/* One that asks: for the answers, a week after it was valid. */
static void values_of_an_invitation(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS VALID_DAY), 0);
    house_turns(house, 2);
    deliver_new(house, 0);
    assert_int_equal(house_count(house, "SELECT state FROM trigger"), PK_TRIGGER_COMPLETED);
    later(house, 7 * DAY_MS - HOUR_MS);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ДА"), 0);
    house_turns(house, 2);
    assert_string_equal(house->posts[0]->jobs[1].address, ANNA);
    assert_non_null(strstr(house->posts[0]->jobs[1].text, "мина")); /* known from the values: it has begun */
    deliver_new(house, 1);
    assert_int_equal(house_count(house, VALUES), 2);
    later(house, DAY_MS + HOUR_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM notice WHERE vals <> '{}' AND trigger <> 0"), 0);
    /* The answer's own copy: as long after it was made. */
    assert_int_equal(house_count(house, VALUES), 1);
    later(house, 6 * DAY_MS);
    assert_int_equal(house_count(house, VALUES), 0);
}

static void who_comes_becomes_how_many(void **state)
{
    struct house *house = *state;
    int64_t yes, no, heads;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION "," HOUSE_TAGS VALID_DAY), 0);
    house_turns(house, 2);
    deliver_new(house, 0);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ДА 3"), 0);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ДА 2"), 0);
    assert_int_equal(post_reply(house->posts[0], BORIS, "НЕ"), 0);
    house_turns(house, 2);
    int64_t trigger = house_count(house, "SELECT id FROM trigger");
    later(house, 31 * DAY_MS - HOUR_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 3);
    later(house, HOUR_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 0);
    assert_int_equal(pk_replies_count(house->store, trigger, &yes, &no, &heads, NULL), 0);
    assert_int_equal(yes, 1);
    assert_int_equal(no, 1);
    assert_int_equal(heads, 2);
    later(house, 400 * DAY_MS);
    assert_int_equal(house_count(house, "SELECT (SELECT count(*) FROM rsvp_total) + (SELECT count(*) FROM trigger_total)"), 0);
}

/* State per person for thirty days, then how many. */
static void messages_become_totals(void **state)
{
    struct house *house = *state;
    int64_t counts[PK_MESSAGE_STATES], all[PK_MESSAGE_STATES];
    house_people(house, 3, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
    deliver_new(house, 0);
    int64_t trigger = house_count(house, "SELECT id FROM trigger");
    later(house, 31 * DAY_MS);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(pk_messages_count(house->store, trigger, counts, NULL), 0);
    assert_int_equal(counts[PK_MESSAGE_DELIVERED], 3);
    assert_int_equal(pk_messages_count(house->store, 0, all, NULL), 0);
    assert_int_equal(all[PK_MESSAGE_DELIVERED], 3);
}

static void imports_and_proofs(void **state)
{
    static const uint8_t digest[32] = { 1 };
    struct house *house = *state;
    struct pk_job_row job;
    assert_int_equal(pk_job_start(house->store, PK_JOB_IMPORT, digest, 0, HOUSE_NOW, &job, NULL), 0);
    job.state = PK_JOB_DONE;
    job.updated_ms = HOUSE_NOW;
    assert_int_equal(pk_job_save(house->store, &job, NULL), 0);
    assert_int_equal(sqlite3_exec(house->store->db, "INSERT INTO proof(pseudonym, recipient, key, until_ms)"
                                                    " VALUES(x'01', 7, 1, 1800000000000)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    later(house, 89 * DAY_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM job"), 1);
    later(house, DAY_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM job"), 0);
    struct pk_oldest oldest;
    pk_upkeep_oldest(house->store, &oldest);
    assert_int_equal(oldest.proofs_ms, 1800000000000);
    house_later(house, 1800000000000 - pk_clock_wall_ms());
    assert_int_equal(house_count(house, "SELECT count(*) FROM proof"), 1);
    later(house, SECOND_MS);
    assert_int_equal(house_count(house, "SELECT count(*) FROM proof"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* Ids only grow, also when a test sets the clock back: what goes by its id comes first. */
        in_house(messages_become_totals),
        in_house(values_of_a_plain_text),
        in_house(values_of_an_invitation),
        in_house(who_comes_becomes_how_many),
        in_house(imports_and_proofs),
    };
    return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
