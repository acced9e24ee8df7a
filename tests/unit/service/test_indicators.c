/* SPDX-License-Identifier: EUPL-1.2 */
/* The indicators of a month: what is counted, that a month is frozen once and stays as it is, and that retention takes nothing
 * from it. The house's clock stands at 13 October 2026; clocks go back on the 25th. */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/service/indicators.h"
#include "gateway/store/internal.h"
#include "gateway/store/audit.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/upkeep.h"

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" }, maria = { .role = PK_ROLE_KEY_PERSON, .name = "maria" };

static void sql(struct house *house, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(house->store->db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
}

/* The clock goes there; what waits a minute has its turn. */
static void at(struct house *house, const char *moment)
{
    int64_t ms = 0;
    assert_int_equal(pk_time_parse(pk_slice_of(moment), &ms), 0);
    house_later(house, ms - pk_clock_wall_ms());
    house_turns(house, 60); /* a month is counted in a few, and several may be due */
}

static struct pk_json *month_of(struct house *house, const char *month)
{
    pk_auto(pk_indicator_question) struct pk_indicator_question *question = NULL;
    struct pk_error err = { 0 };
    struct pk_json *document = NULL;
    struct pk_buf buf;
    int r;
    if (pk_indicator_ask(house->service, &anna, pk_slice_of(month), pk_clock_wall_ms(), &question, &err) != 0)
        fail_msg("%s", err.message);
    while ((r = pk_indicator_answer(question, house->store, NULL)) == 1)
        ;
    assert_int_equal(r, 0);
    pk_buf_init(&buf, 1u << 20);
    struct pk_json_out out = pk_json_out(&buf);
    pk_indicator_tell(question, &out);
    assert_int_equal(pk_json_parse(pk_buf_slice(&buf), 1u << 20, &document, NULL), 0);
    pk_buf_finish(&buf);
    return document;
}

static const struct pk_json *indicator(const struct pk_json *month, const char *name)
{
    const struct pk_json *indicators = pk_json_get(month, "indicators");
    for (size_t i = 0; i < pk_json_count(indicators); i++)
        if (pk_slice_is(pk_json_string(pk_json_get(pk_json_item(indicators, i), "indicator")), name))
            return pk_json_item(indicators, i);
    fail_msg("there is no %s", name);
    return NULL;
}

#define HIDDEN (-1)

static int64_t number(const struct pk_json *object, const char *field)
{
    int64_t value = HIDDEN;
    (void) pk_json_int(pk_json_get(object, field), &value);
    return value;
}

static int64_t value(const struct pk_json *month, const char *name)
{
    return number(indicator(month, name), "value");
}

static int64_t group(const struct pk_json *month, const char *name, const char *by, const char *label, const char *field)
{
    const struct pk_json *groups = pk_json_get(indicator(month, name), "groups");
    for (size_t i = 0; i < pk_json_count(groups); i++) {
        const struct pk_json *one = pk_json_item(groups, i);
        if (pk_slice_is(pk_json_string(pk_json_get(one, "by")), by) && pk_slice_is(pk_json_string(pk_json_get(one, "group")), label))
            return number(one, field);
    }
    fail_msg("there is no %s %s", by, label);
    return HIDDEN;
}

static void state_is(const struct pk_json *month, const char *state)
{
    assert_true(pk_slice_is(pk_json_string(pk_json_get(month, "state")), state));
}

/* ---- people ---- */

static const struct pk_estimate_rule estimates[] = {
    { .of = PK_ESTIMATE_ALL, .name = "", .people = 200 },
    { .of = PK_ESTIMATE_TOPIC, .name = "festival", .people = 50 },
    { .of = PK_ESTIMATE_AREA, .name = "area:noord", .people = 30 },
};

static void entry(struct house *house, int64_t person, const char *topic, uint32_t kind, int64_t until_ms)
{
    struct pk_consent_event event = {
        .recipient = person, .kind = kind, .at_ms = pk_clock_wall_ms(), .until_ms = until_ms, .how = PK_SLICE("paper"), .by = PK_SLICE("anna")
    };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_TOPIC, pk_slice_of(topic), &event.topic, NULL), 0);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"), &event.channel, NULL), 0);
    assert_int_equal(pk_ledger_append(house->store, &event, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
}

static int64_t nth(struct house *house, unsigned n)
{
    char text[80];
    (void) snprintf(text, sizeof text, "SELECT id FROM recipient ORDER BY id LIMIT 1 OFFSET %u", n);
    return house_count(house, text);
}

/* Both topics end for somebody. */
static void ends(struct house *house, unsigned n, uint32_t kind)
{
    entry(house, nth(house, n), "parent-meetings", kind, 0);
    entry(house, nth(house, n), "festival", kind, 0);
}

static void people_by_what_they_agreed_to(void **state)
{
    struct house *house = *state;
    house->rules.estimates = estimates;
    house->rules.estimate_count = PK_COUNT(estimates);
    house_people(house, 30, "school:windroos");
    sql(house, "INSERT INTO name(kind, text) SELECT kind, 'area:noord' FROM name WHERE text = 'school:windroos';"
               "INSERT INTO tag(recipient, tag) SELECT r.id, n.id FROM (SELECT id FROM recipient ORDER BY id LIMIT 12) r, name n"
               " WHERE n.text = 'area:noord'");
    at(house, "2026-11-20T10:00:00Z"); /* October is frozen; all of them were there */
    for (unsigned i = 0; i < 6; i++)
        ends(house, i, PK_CONSENT_WITHDRAWN);
    for (unsigned i = 6; i < 11; i++)
        ends(house, i, PK_CONSENT_EXPIRED_EVENT);
    for (unsigned i = 11; i < 17; i++)
        entry(house, nth(house, i), "festival", PK_CONSENT_CONFIRMED, 0); /* again */
    for (unsigned i = 17; i < 23; i++)
        entry(house, nth(house, i), "festival", PK_CONSENT_WITHDRAWN, 0); /* of one of two topics: nobody left */
    pk_auto(pk_json) struct pk_json *today = month_of(house, "");
    state_is(today, "running");
    assert_int_equal(value(today, "consent"), 30); /* as the day began */
    at(house, "2026-11-21T10:00:00Z");
    pk_auto(pk_json) struct pk_json *running = month_of(house, "");
    assert_int_equal(value(running, "consent"), 19);
    assert_int_equal(value(running, "stopped"), 6);
    assert_int_equal(value(running, "expired"), 5);
    assert_int_equal(value(running, "renewed"), 6);
    assert_int_equal(value(running, "joined"), 0);
    assert_int_equal(number(indicator(running, "consent"), "estimate"), 200);
    assert_int_equal(number(indicator(running, "consent"), "sharePerMille"), 95);
    assert_int_equal(group(running, "consent", "topic", "parent-meetings", "value"), 19);
    assert_int_equal(group(running, "consent", "topic", "festival", "value"), 13);
    assert_int_equal(group(running, "consent", "topic", "festival", "sharePerMille"), 260);
    assert_int_equal(group(running, "consent", "area", "area:noord", "value"), HIDDEN); /* one is left there */
    assert_int_equal(group(running, "consent", "area", "area:noord", "sharePerMille"), HIDDEN);
    assert_int_equal(group(running, "consent", "area", "none", "value"), HIDDEN);
    pk_auto(pk_json) struct pk_json *october = month_of(house, "2026-10");
    state_is(october, "frozen");
    assert_int_equal(value(october, "consent"), 30);
    assert_int_equal(value(october, "joined"), 30);
    assert_int_equal(group(october, "consent", "area", "area:noord", "value"), 12);
    assert_int_equal(group(october, "consent", "language", "bg", "value"), 30);
}

static void a_time_that_is_over_needs_no_entry(void **state)
{
    struct house *house = *state;
    int64_t until_ms = 0;
    house_people(house, 14, "school:windroos");
    assert_int_equal(pk_time_parse(PK_SLICE("2026-11-10T10:00:00Z"), &until_ms), 0);
    for (unsigned i = 0; i < 7; i++) {
        entry(house, nth(house, i), "parent-meetings", PK_CONSENT_CONFIRMED, until_ms);
        entry(house, nth(house, i), "festival", PK_CONSENT_WITHDRAWN, 0);
    }
    at(house, "2026-12-02T10:00:00Z");
    pk_auto(pk_json) struct pk_json *november = month_of(house, "2026-11");
    assert_int_equal(value(november, "consent"), 7);
    assert_int_equal(value(november, "expired"), 7);
    assert_int_equal(value(november, "stopped"), 0);
}

/* ---- what was told ---- */

static void publish(struct house *house, unsigned people)
{
    assert_int_equal(house_publish(house, "alarm", NULL), 0);
    house_turns(house, 4);
    assert_int_equal(house->posts[0]->count, people);
    for (size_t i = 0; i < people; i++)
        post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    house_later(house, 8 * SECOND_MS);
    for (size_t i = 0; i + 4 < people; i++)
        assert_int_equal(post_receipt(house->posts[0], i, PK_RECEIPT_DELIVERED), 0);
    house_turns(house, 2);
    house_later(house, 40 * SECOND_MS);
    for (size_t i = people - 4; i < people; i++)
        assert_int_equal(post_receipt(house->posts[0], i, PK_RECEIPT_DELIVERED), 0);
    house_turns(house, 4);
}

static void work(struct house *house)
{
    char text[640];
    long long now = pk_clock_wall_ms();
    (void) snprintf(text, sizeof text,
                    "INSERT OR REPLACE INTO account_day(account, day, messages, cost, at_ms) SELECT id, 20261013, 12, 8400, %lld FROM name WHERE text = 'first';"
                    "INSERT INTO event SELECT 7, 'parent-meeting', 'x', '', '', '', 'Europe/Amsterdam', 20261012, 0, 0, 60, '', 0, '', 2, 0, x'07', 'anna',"
                    " %lld, %lld, 0, 0;"
                    "INSERT INTO occurrence VALUES(70, 7, 20261012, %lld, %lld, '', '', 2, 0, 0, 0);"
                    "INSERT INTO came VALUES(70, 3, 'anna', %lld, %lld)",
                    now, now, now, now - DAY_MS, now - DAY_MS + HOUR_MS, now, now);
    sql(house, text);
    for (unsigned i = 0; i < 14; i++) {
        char key_person[16];
        (void) snprintf(key_person, sizeof key_person, "key-%u", i % 6);
        struct pk_audit_entry done = { .at_ms = now, .actor = pk_slice_of(key_person), .action = i < 12 ? PK_SLICE("inbox.answer") : PK_SLICE("inbox.close"),
                                       .detail = i < 6 ? PK_SLICE("school own-words 2") : i < 12 ? PK_SLICE("care template 1") : PK_SLICE("care"),
                                       .role = PK_ROLE_KEY_PERSON };
        assert_int_equal(pk_unit_begin(house->store, NULL), 0);
        assert_int_equal(pk_audit_write(house->store, &done, NULL), 0);
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    }
    house_turns(house, 2);
}

#define CURRENCY "EUR"

static void in_euros(struct house *house)
{
    (void) snprintf(house->accounts[0].prices.currency, sizeof house->accounts[0].prices.currency, CURRENCY);
    house_reopen(house);
}

static void as_it_was_played(const struct pk_json *month)
{
    assert_int_equal(value(month, "told"), 12);
    assert_int_equal(value(month, "came"), 3); /* a head count is told as it is */
    assert_int_equal(group(month, "cost", "currency", CURRENCY, "value"), 8400);
    assert_int_equal(group(month, "costPerTold", "currency", CURRENCY, "value"), 700);
    assert_int_equal(group(month, "costPerCame", "currency", CURRENCY, "value"), 2800);
    assert_int_equal(value(month, "questions"), 14);
    assert_int_equal(group(month, "questions", "subject", "school", "value"), 6);
    assert_int_equal(group(month, "questions", "subject", "care", "value"), 8);
    assert_int_equal(value(month, "keyPersons"), 6);
    assert_int_equal(value(month, "timeToPhone"), 12);
    assert_int_equal(number(indicator(month, "timeToPhone"), "halfWithinSeconds"), 10);
    assert_int_equal(number(indicator(month, "timeToPhone"), "nineInTenWithinSeconds"), 60);
}

static void what_was_told_and_done(void **state)
{
    struct house *house = *state;
    in_euros(house);
    house_people(house, 12, "school:windroos");
    publish(house, 12);
    work(house);
    at(house, "2026-10-14T10:00:00Z");
    pk_auto(pk_json) struct pk_json *running = month_of(house, "");
    as_it_was_played(running);
}

/* Everything that retention may take is gone when the month is counted. */
static void what_retention_took_is_counted(void **state)
{
    struct house *house = *state;
    bool more = true;
    in_euros(house);
    house_people(house, 12, "school:windroos");
    publish(house, 12);
    work(house);
    at(house, "2026-10-30T10:00:00Z");
    const struct pk_retention retention = { .messages_before_ms = pk_clock_wall_ms(), .replies_before_ms = pk_clock_wall_ms(),
                                            .values_before_ms = pk_clock_wall_ms(), .now_ms = pk_clock_wall_ms() };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    while (more)
        assert_int_equal(pk_upkeep_retain(house->store, &retention, 5, &more, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM receipt"), 0);
    at(house, "2026-11-01T10:00:00Z");
    pk_auto(pk_json) struct pk_json *month = month_of(house, "2026-10");
    state_is(month, "frozen");
    as_it_was_played(month);
}

/* ---- frozen ---- */

static int64_t frozen_months(struct house *house)
{
    return house_count(house, "SELECT count(*) FROM indicator_month");
}

static void a_month_is_frozen_at_its_end(void **state)
{
    struct house *house = *state;
    house_people(house, 12, "school:windroos");
    at(house, "2026-10-31T22:58:00Z"); /* 23:58: the clock went back on the 25th, midnight is 23:00Z */
    assert_int_equal(frozen_months(house), 0);
    at(house, "2026-10-31T22:59:59Z");
    assert_int_equal(frozen_months(house), 0);
    at(house, "2026-10-31T23:01:30Z");
    assert_int_equal(frozen_months(house), 1);
    assert_int_equal(house_count(house, "SELECT month FROM indicator_month"), 202610);
    at(house, "2027-03-31T22:02:00Z"); /* summer again: midnight is 22:00Z; all five, in order */
    assert_int_equal(frozen_months(house), 6);
    assert_int_equal(house_count(house, "SELECT max(month) FROM indicator_month"), 202703);
    assert_int_equal(house_count(house, "SELECT count(*) FROM indicator WHERE indicator = 0 AND breakdown = 0 AND count = 12"), 6);
}

static void frozen_once_over_lives(void **state)
{
    struct house *house = *state;
    house_people(house, 12, "school:windroos");
    at(house, "2026-10-31T20:00:00Z");
    house_crash(house);
    house_later(house, 4 * HOUR_MS);
    house_turns(house, 6);
    assert_int_equal(frozen_months(house), 1);
    int64_t at_ms = house_count(house, "SELECT at_ms FROM indicator_month");
    int64_t rows = house_count(house, "SELECT count(*) FROM indicator");
    house_crash(house);
    house_turns(house, 6);
    house_reopen(house);
    house_later(house, HOUR_MS);
    house_turns(house, 6);
    assert_int_equal(frozen_months(house), 1);
    assert_int_equal(house_count(house, "SELECT at_ms FROM indicator_month"), at_ms);
    assert_int_equal(house_count(house, "SELECT count(*) FROM indicator"), rows);
}

/* Somebody stops after the month's end and before it is frozen. */
static void frozen_late_it_is_as_it_was(void **state)
{
    struct house *house = *state;
    house_people(house, 12, "school:windroos");
    at(house, "2026-10-31T20:00:00Z");
    assert_int_equal(pk_store_set_number(house->store, PK_INDICATOR_FIRST, 209901, NULL), 0); /* so that nothing is due */
    at(house, "2026-11-03T10:00:00Z");
    for (unsigned i = 0; i < 6; i++)
        ends(house, i, PK_CONSENT_WITHDRAWN);
    assert_int_equal(frozen_months(house), 0);
    assert_int_equal(pk_store_set_number(house->store, PK_INDICATOR_FIRST, 202610, NULL), 0);
    at(house, "2026-11-03T10:05:00Z");
    pk_auto(pk_json) struct pk_json *month = month_of(house, "2026-10");
    state_is(month, "frozen");
    assert_int_equal(value(month, "consent"), 12);
    assert_int_equal(value(month, "stopped"), 0);
}

static void what_is_corrected_later_changes_nothing(void **state)
{
    struct house *house = *state;
    in_euros(house);
    house_people(house, 12, "school:windroos");
    publish(house, 12);
    work(house);
    house->rules.estimates = estimates;
    house->rules.estimate_count = 1;
    house_reopen(house);
    at(house, "2026-11-01T10:00:00Z");
    sql(house, "UPDATE came SET count = 50; UPDATE account_day SET cost = 1");
    house->rules.estimate_count = 0;
    house_reopen(house);
    house_turns(house, 4);
    pk_auto(pk_json) struct pk_json *month = month_of(house, "2026-10");
    as_it_was_played(month);
    assert_int_equal(number(indicator(month, "consent"), "estimate"), 200);
    static const char *const attempts[] = {
        "UPDATE indicator SET count = 1", "DELETE FROM indicator", "INSERT INTO indicator VALUES(202610, 0, 1, '', 'new', 9, 0)",
        "INSERT OR REPLACE INTO indicator VALUES(202610, 0, 0, '', '', 9, 0)", "UPDATE indicator_month SET at_ms = 1", "DELETE FROM indicator_month",
        "INSERT OR REPLACE INTO indicator_month VALUES(202610, 1)", "INSERT INTO indicator_month VALUES(202609, 1)",
    };
    for (size_t i = 0; i < PK_COUNT(attempts); i++)
        if (sqlite3_exec(house->store->db, attempts[i], NULL, NULL, NULL) == SQLITE_OK)
            fail_msg("%s", attempts[i]);
}

/* A month that was frozen so, its people by area. */
static void frozen(struct house *house, int32_t month, int64_t noord, int64_t zuid, int64_t west)
{
    struct pk_indicators set = { 0 };
    pk_indicators_row(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_TOTAL, "", "")->count = noord + zuid + west;
    pk_indicators_row(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", "area:noord")->count = noord;
    pk_indicators_row(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", "area:zuid")->count = zuid;
    pk_indicators_row(&set, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", "area:west")->count = west;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_indicators_freeze(house->store, month, &set, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    pk_indicators_finish(&set);
}

static void two_months_are_not_subtracted(void **state)
{
    static const struct {
        const char *month;
        int64_t noord, zuid, west; /* as told */
    } expected[] = {
        { "2026-06", 20, 30, 40 },
        { "2026-07", HIDDEN, HIDDEN, 40 }, /* 22, and 36 with it */
        { "2026-08", HIDDEN, HIDDEN, 40 }, /* 17 is five fewer than what was hidden, and three than what was told */
        { "2026-09", 26, 36, 40 },
    };
    struct house *house = *state;
    frozen(house, 202606, 20, 30, 40);
    frozen(house, 202607, 22, 36, 40);
    frozen(house, 202608, 17, 36, 40);
    frozen(house, 202609, 26, 36, 40);
    for (size_t i = 0; i < PK_COUNT(expected); i++) {
        pk_auto(pk_json) struct pk_json *month = month_of(house, expected[i].month);
        assert_int_equal(group(month, "consent", "area", "area:noord", "value"), expected[i].noord);
        assert_int_equal(group(month, "consent", "area", "area:zuid", "value"), expected[i].zuid);
        assert_int_equal(group(month, "consent", "area", "area:west", "value"), expected[i].west);
    }
    assert_int_equal(pk_indicator_first(house->service), 202606);
}

static void who_asks_and_for_what(void **state)
{
    static const struct {
        const struct pk_actor *actor;
        const char *month;
        int r;
    } cases[] = {
        { &maria, "", PK_E_DENIED },           { &anna, "2026-1", PK_E_INVALID },  { &anna, "2026-13", PK_E_INVALID },
        { &anna, "2026-11", PK_E_NOT_FOUND },  { &anna, "2026-09", PK_E_NOT_FOUND }, { &anna, "2026-10", 0 },
    };
    struct house *house = *state;
    house_turns(house, 2);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        pk_auto(pk_indicator_question) struct pk_indicator_question *question = NULL;
        int r = pk_indicator_ask(house->service, cases[i].actor, pk_slice_of(cases[i].month), pk_clock_wall_ms(), &question, NULL);
        if (r != cases[i].r)
            fail_msg("case %zu: %d", i, r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(people_by_what_they_agreed_to),
        in_house(a_time_that_is_over_needs_no_entry),
        in_house(what_was_told_and_done),
        in_house(what_retention_took_is_counted),
        in_house(a_month_is_frozen_at_its_end),
        in_house(frozen_once_over_lives),
        in_house(frozen_late_it_is_as_it_was),
        in_house(what_is_corrected_later_changes_nothing),
        in_house(two_months_are_not_subtracted),
        in_house(who_asks_and_for_what),
    };
    return cmocka_run_group_tests_name("service/indicators", tests, NULL, NULL);
}
