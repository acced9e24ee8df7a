/* SPDX-License-Identifier: EUPL-1.2 */
/* What publishers are told: a repeat hears what the first one heard; of campaigns they started, and of each message where they want it. */
#include "tests/unit/service/types.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/campaigns.h"

#define SIX ",\"changed\":true,\"people\":6,\"at\":\"2026-10-13T08:30:00"

/* A notice too: whoever did not hear the answer hears it again. */
static void test_a_repeat_hears_what_the_first_one_heard(void **state)
{
    struct house *house = *state;
    static const char data[] = HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:windroos\"]}";
    static const char first[] = "\"duplicate\":false" SIX, again[] = "\"duplicate\":true" SIX;
    house_people(house, 6, "school:windroos");
    says(take(house, "n-1", "nl.notices.notice-requested.v1", data), first);
    house_people(house, 2, "school:windroos");
    house_later(house, HOUR_MS);
    says(take(house, "n-1", "nl.notices.notice-requested.v1", data), again);
}

static void test_a_campaign_is_started(void **state)
{
    struct house *house = *state;
    static const char text[] = "{\"values\":{\"begins\":\"2026-10-20T17:30:00Z\",\"place\":\"De Windroos\"},"
                               "\"steps\":[{\"when\":\"2 days before at 10:30\",\"template\":\"parent-meeting-invitation\"}]}";
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_campaign_view view = { 0 };
    assert_int_equal(pk_json_parse(pk_slice_of(text), sizeof text, &document, NULL), 0);
    house_people(house, 6, "school:windroos");
    const struct pk_campaign_plan plan = { .name = PK_SLICE("autumn"), .topic = PK_SLICE("parent-meetings"), .values = pk_json_get(document, "values"),
                                           .steps = pk_json_get(document, "steps"), .people_max = 20 };
    says(take(house, "k-0", START, "\"campaign\":\"autumn\""), "\"reason\":\"campaign\"");
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_campaign_put(house->service, &anna, &plan, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    says(take(house, "k-1", START, "\"campaign\":\"autumn\""), "\"reason\":\"conflict\"");
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_campaign_do(house->service, &anna, plan.name, PK_CAMPAIGN_SUBMIT, PK_SLICE(""), HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_campaign_view(house->service, &anna, plan.name, HOUSE_NOW, &view, NULL), 0);
    assert_int_equal(pk_campaign_do(house->service, &piet, plan.name, PK_CAMPAIGN_APPROVE, pk_slice_of(view.digest), HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house->publishers[0].max_recipients = 5;
    says(take(house, "k-2", START, "\"campaign\":\"autumn\""), "\"reason\":\"ceiling\"");
    house->publishers[0].max_recipients = 100;
    says(take(house, "k-3", START, "\"campaign\":\"autumn\""), "\"changed\":true,\"people\":6,\"at\":\"2026-10-18T08:30:00");
    says(take(house, "k-4", START, "\"campaign\":\"autumn\""), "\"changed\":false");
    /* Its step is done: the publisher that started it hears of it, and counts under five are hidden. */
    house_later(house, 5 * DAY_MS);
    house_turns(house, 6);
    assert_int_equal(house->posts[0]->count, 6);
    for (size_t i = 0; i < 6; i++)
        post_complete(house->posts[0], i, i < 5 ? PK_OUTCOME_ACCEPTED : PK_OUTCOME_INVALID_RECIPIENT);
    house_settle(house);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(post_receipt(house->posts[0], i, PK_RECEIPT_DELIVERED), 0);
    house_later(house, MINUTE_MS);
    house_later(house, MINUTE_MS);
    assert_int_equal(house_count(house, STATUS("campaign-reported.v1%\"causationid\":\"k-3\"%\"campaign\":\"autumn\"%2 days before at 10:30%\"not-delivered\":null")), 1);
    /* And that it is over. */
    house_later(house, 3 * DAY_MS);
    house_turns(house, 3);
    assert_int_equal(house_count(house, STATUS("campaign-reported.v1%\"state\":\"finished\"")), 1);
}

static void test_each_message_where_it_is_wanted(void **state)
{
    struct house *house = *state;
    house->publishers[1].status_messages = true; /* another's wish is not this one's */
    house_reopen(house);
    house_people(house, 2, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(house->posts[0], 0, PK_RECEIPT_DELIVERED), 0);
    house_turn(house);
    assert_int_equal(house_count(house, STATUS("message-changed.v1")), 0);
    house->publishers[0].status_messages = true;
    house_reopen(house);
    house_people(house, 1, "school:other");
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION ",\"tags\":{\"all\":[\"school:other\"]}"), 0);
    house_turns(house, 3);
    size_t last = house->posts[0]->count - 1;
    post_complete(house->posts[0], last, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(post_receipt(house->posts[0], last, PK_RECEIPT_DELIVERED), 0);
    house_turn(house);
    assert_int_equal(house_count(house, STATUS("message-changed.v1%\"state\":\"delivered\"")), 1);
    char id[PK_ID_TEXT_MAX], sql[200];
    (void) pk_id_format(house_job_message(house->posts[0], last), id);
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM outbox WHERE CAST(payload AS TEXT) LIKE '%%message-changed.v1%%\"message\":\"%s\"%%'", id);
    assert_int_equal(house_count(house, sql), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_here(test_a_repeat_hears_what_the_first_one_heard),
        test_here(test_a_campaign_is_started),
        test_here(test_each_message_where_it_is_wanted),
    };
    return cmocka_run_group_tests_name("service/types_told", tests, NULL, NULL);
}
