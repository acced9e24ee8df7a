/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who agreed to nothing any more is forgotten after some weeks, and a no is remembered all the same; and in the end nothing of
 * anybody is left: whatever table there is must empty itself, or stand in a list here with the reason why not.
 */
#include "tests/unit/service/talk.h"

#include "gateway/service/consent.h"
#include "gateway/service/imports.h"
#include "gateway/store/fields.h"
#include "gateway/store/former.h"
#include "gateway/store/internal.h"
#include "gateway/store/ledger_chain.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"
#include "gateway/store/upkeep.h"

static const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" };

/* The rounds that look whether something is over: every minute, and every hour. */
static void rounds(struct house *house)
{
    house_later(house, HOUR_MS + MINUTE_MS);
    for (unsigned i = 0; i < 12; i++)
        house_later(house, MINUTE_MS + SECOND_MS);
}

static void days(struct house *house, int64_t count)
{
    house_later(house, count * DAY_MS);
    rounds(house);
}

static bool known(struct house *house, const char *number)
{
    return house_address(house, number) != 0;
}

static void withdraw(struct house *house, int64_t who, const char *topic)
{
    size_t count;
    const struct pk_withdraw_plan plan = { .recipient = who, .topic = pk_slice_of(topic) };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_consent_withdraw(house->service, &adviser, &plan, pk_clock_wall_ms(), &count, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
}

/* A no, a STOP, a withdrawal of all, and nothing ever: thirty days after. A consent that stands keeps somebody. */
static void thirty_days_after_the_last_consent(void **state)
{
    static const char *const numbers[] = { "+359880003001", "+359880003002", "+359880003003", "+359880003004", "+359880003005" };
    struct house *house = *state;
    (void) house_person(house, numbers[0], "bg", PK_CONSENT_REFUSED);
    (void) house_person(house, numbers[1], "bg", PK_CONSENT_CONFIRMED);
    int64_t all = house_person(house, numbers[2], "bg", PK_CONSENT_CONFIRMED);
    int64_t one = house_person(house, numbers[3], "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, numbers[4], "bg", 0);
    say(house, numbers[1], "СТОП");
    take_all(house);
    withdraw(house, all, "");
    withdraw(house, one, "festival");
    days(house, 29);
    for (size_t i = 0; i < PK_COUNT(numbers); i++)
        assert_true(known(house, numbers[i]));
    struct pk_oldest oldest;
    pk_upkeep_oldest(house->store, &oldest);
    assert_true(oldest.former_ms >= HOUSE_NOW && oldest.former_ms < HOUSE_NOW + HOUR_MS);
    days(house, 1);
    for (size_t i = 0; i < PK_COUNT(numbers); i++)
        if (known(house, numbers[i]) != (i == 3))
            fail_msg("person %zu", i);
    assert_int_equal(house->service->metrics.people_former, 4);
    assert_int_equal(house_count(house, "SELECT (SELECT count(*) FROM recipient) * 10 + (SELECT count(DISTINCT recipient) FROM tag)"), 11);
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    assert_true(pk_suppression_has(house->store, sms, pk_slice_of(numbers[1])));
    assert_false(pk_suppression_has(house->store, sms, pk_slice_of(numbers[0])));
    int64_t links;
    assert_int_equal(pk_ledger_verify(house->store, &links, NULL), 0);
    rounds(house);
    pk_upkeep_oldest(house->store, &oldest);
    assert_int_equal(oldest.former_ms, 0);
}

static size_t import(struct house *house, const char *number)
{
    const struct pk_import_options options = { .by = PK_SLICE("anna") };
    char text[160];
    int64_t job;
    size_t before = house->posts[0]->count;
    (void) snprintf(text, sizeof text, "channel,address,language,topics\nsms,%s,bg,festival\n", number);
    assert_int_equal(pk_imports_start(house->service->imports, &adviser, &options, pk_slice_of(text), pk_clock_wall_ms(), &job, NULL), 0);
    house_turns(house, 5);
    take_all(house);
    return house->posts[0]->count - before;
}

/* Nobody who said no is asked by the next file; who only fell asleep is, once the silence is over. */
static void a_no_is_remembered(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_REFUSED);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_EXPIRED_EVENT);
    days(house, 31);
    assert_false(known(house, ANNA) || known(house, BORIS));
    assert_int_equal(import(house, ANNA), 0);
    assert_false(known(house, ANNA));
    days(house, 90);
    assert_int_equal(import(house, ANNA), 0);
    assert_false(known(house, ANNA));
    assert_int_equal(import(house, BORIS), 1);
    assert_true(known(house, BORIS));
    /* Their own word counts whatever was before. */
    say(house, ANNA, "СТАРТ фестивал");
    assert_true(known(house, ANNA));
    assert_int_equal(house_consent(house, house_count(house, "SELECT max(recipient) FROM consent WHERE kind = 3"), "festival"), PK_CONSENT_GRANTED);
}

/* ---- in the end ---- */

/* Tables that are not empty after everybody is gone, and why. */
static const char *const stay[] = {
    "indicator", "indicator_month", /* numbers of a month, about nobody */
    "number", "key_check", "name", "message_count", /* the program's own, and counts */
    "suppression",                                  /* a STOP holds as long as the service does */
    "ledger_anchor", "audit_anchor", "audit",       /* where the chains begin; the audit's own age is measured in test_retention */
    "text_version", "shown", "text_read",           /* texts: nobody stands in them */
    "user", "cursor",
};

static bool may_stay(const char *table)
{
    for (size_t i = 0; i < PK_COUNT(stay); i++)
        if (strcmp(stay[i], table) == 0)
            return true;
    return false;
}

static void in_the_end_nothing_is_left(void **state)
{
    struct house *house = *state;
    house->rules.answers_per_day = 50;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    int64_t boris = house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    (void) invite(house, HOUSE_INVITATION "," HOUSE_TAGS);
    say(house, ANNA, "ДА 3");
    say(house, BORIS, "НЕ");
    say(house, STRANGER, "СТОП");
    say(house, ANNA, "Къде да запиша детето на училище?");
    assert_int_equal(import(house, "+359880003009"), 1); /* asked, and will not answer */
    take_all(house);
    for (size_t i = 0; i < house->posts[0]->count; i++)
        (void) post_receipt(house->posts[0], i, PK_RECEIPT_DELIVERED);
    withdraw(house, anna, "");
    say(house, BORIS, "СТОП");
    take_all(house);
    assert_true(house_count(house, "SELECT count(*) FROM reply") > 0 && house_count(house, "SELECT count(*) FROM inbox") > 0);
    assert_true(house_count(house, "SELECT count(*) FROM rsvp") > 0 && boris != 0);
    static const int64_t steps[] = { 8, 31, 91, 366, 731, 731, 731 };
    for (size_t i = 0; i < PK_COUNT(steps); i++) {
        days(house, steps[i]);
        take_all(house);
        rounds(house);
    }
    for (size_t i = 0; pk_field_table_at(i); i++) {
        const struct pk_field_table *table = pk_field_table_at(i);
        int64_t rows = pk_field_rows(house->store, table);
        if (rows != 0 && !may_stay(table->name))
            fail_msg("%lld rows of \"%s\" are left; it says: %s", (long long) rows, table->name, table->kept);
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM suppression"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(thirty_days_after_the_last_consent),
        in_house(a_no_is_remembered),
        in_house(in_the_end_nothing_is_left),
    };
    return cmocka_run_group_tests_name("former", tests, NULL, NULL);
}
