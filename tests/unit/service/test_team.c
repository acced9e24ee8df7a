/* SPDX-License-Identifier: EUPL-1.2 */
/* What the team hears of: once for all that happened, a few times a day at most, of nobody; and only what nobody of them did. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/service/holds.h"
#include "gateway/service/team.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "petra" };

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    house->rules.team = STRANGER;
    house->rules.team_language = "nl";
    return r;
}

#define with_team(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

static void happens(struct house *house, enum pk_team_news news, bool kept)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_team_note(house->service, news, pk_clock_wall_ms(), NULL), 0);
    if (kept)
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    else
        pk_unit_drop(house->store);
}

/* Messages to the team there are, whatever became of them. */
static int64_t told(struct house *house, const char *text)
{
    char sql[160];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM message m JOIN notice n ON n.id = m.notice WHERE n.template = '%s'", text);
    return house_count(house, sql);
}

static void every_kind_has_its_text(void **state)
{
    struct house *house = *state;
    for (unsigned news = 0; news < PK_TEAM_NEWS; news++) {
        happens(house, (enum pk_team_news) news, true);
        house_later(house, 61 * SECOND_MS);
        const struct post_job *job = &house->posts[0]->jobs[house->posts[0]->count - 1];
        assert_int_equal(house->posts[0]->count, news + 1);
        assert_string_equal(job->address, STRANGER);
        assert_non_null(strstr(job->text, "Gemeente Voorbeeld: "));
        post_complete(house->posts[0], news, PK_OUTCOME_ACCEPTED);
        house_settle(house);
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM message WHERE class = 3 AND recipient = 0"), PK_TEAM_NEWS);
    size_t texts = 0;
    while (pk_team_text(texts))
        texts++;
    assert_int_equal(texts, PK_TEAM_NEWS + 3);
}

static void a_hundred_times_is_told_once(void **state)
{
    struct house *house = *state;
    for (unsigned i = 0; i < 100; i++)
        happens(house, PK_TEAM_WEBHOOK_OFF, true);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(told(house, "webhook-off"), 1);
    for (unsigned i = 0; i < 100; i++) { /* and what comes after that waits for the next */
        happens(house, PK_TEAM_WEBHOOK_OFF, true);
        house_later(house, 61 * SECOND_MS);
    }
    assert_int_equal(told(house, "webhook-off"), 1);
    house_later(house, PK_TEAM_EVERY_MS);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(told(house, "webhook-off"), 2);
    for (unsigned i = 0; i < 3; i++)
        house_later(house, PK_TEAM_EVERY_MS);
    assert_int_equal(told(house, "webhook-off"), 2);
}

static void a_crash_loses_none_of_it(void **state)
{
    struct house *house = *state;
    happens(house, PK_TEAM_BREACH_TOLD, true);
    house_turns(house, 2);
    house_crash(house);
    house_later(house, 61 * SECOND_MS);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(told(house, "breach-ordered"), 1);
}

static void what_was_not_kept_did_not_happen(void **state)
{
    struct house *house = *state;
    happens(house, PK_TEAM_WEBHOOK_OFF, false);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(told(house, "webhook-off"), 0);
}

static void without_a_team_nobody_is_told(void **state)
{
    struct house *house = *state;
    house->rules.team = NULL;
    happens(house, PK_TEAM_WEBHOOK_OFF, true);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(told(house, "webhook-off"), 0);
    house->rules.team = STRANGER; /* named later: what was before is nobody's news */
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(told(house, "webhook-off"), 0);
}

/* Two messages come back "these settings are wrong"; an operator who pauses an account knows it. */
static void an_account_that_pauses_itself_is_told(void **state)
{
    struct house *house = *state;
    struct pk_desk *second = pk_desks_find(house->service->desks, "second");
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_hold_account(house->service, &operator, second, true, NULL, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(told(house, "account-paused"), 0);
    house_people(house, 2, "school:windroos");
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(house->posts[0]->count, 2);
    post_complete(house->posts[0], 0, PK_OUTCOME_MISCONFIGURED);
    post_complete(house->posts[0], 1, PK_OUTCOME_MISCONFIGURED);
    house_settle(house);
    assert_true(pk_desks_find(house->service->desks, "first")->paused);
    house_later(house, 61 * SECOND_MS);
    assert_int_equal(told(house, "account-paused"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_team(every_kind_has_its_text),
        with_team(a_hundred_times_is_told_once),
        with_team(a_crash_loses_none_of_it),
        with_team(what_was_not_kept_did_not_happen),
        with_team(without_a_team_nobody_is_told),
        with_team(an_account_that_pauses_itself_is_told),
    };
    return cmocka_run_group_tests_name("team", tests, NULL, NULL);
}
