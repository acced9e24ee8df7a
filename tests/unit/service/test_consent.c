/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Consent entered for a person: who is entered is asked, a documented yes needs two people, the person's own word weighs more, the
 * evidence holds the very words, and what was changed in it is found. What ends by itself: test_consent_ends.c.
 */
#include "tests/unit/service/consents.h"

#include "gateway/service/verification.h"
#include "gateway/store/internal.h"

static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:0" };

static size_t withdraw(struct house *house, int64_t who, const char *topic)
{
    struct pk_withdraw_plan plan = { .recipient = who, .topic = pk_slice_of(topic) };
    size_t count = 99;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_consent_withdraw(house->service, &desk, &plan, pk_clock_wall_ms(), &count, &err), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 2);
    return count;
}

static int64_t audited(struct house *house, const char *action)
{
    return pk_sql_int(house->store, -1, "SELECT count(*) FROM audit WHERE action = ?1 AND actor = 'desk'", "t", pk_slice_of(action));
}

/* ---- grant ---- */

static void who_is_entered_is_asked_and_answers_for_themselves(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", 0);
    struct pk_grant_plan plan = plan_of(anna);
    struct pk_grant_result result;
    assert_int_equal(grant(house, &plan, &result), 0);
    assert_true(result.changed && result.asked && result.state == PK_CONSENT_INVITED);
    assert_int_equal(house_count(house, "SELECT kind FROM ledger ORDER BY id DESC LIMIT 1"), PK_CONSENT_REQUESTED);
    take_all(house);
    assert_non_null(strstr(last_text(house), "родителски срещи"));
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_messages(house, "class = 0"), 0); /* not before the yes */
    /* A second form changes nothing, and asks nobody twice. */
    assert_int_equal(grant(house, &plan, &result), 0);
    assert_false(result.changed || result.asked);
    pk_clock_advance(1);
    say(house, ANNA, "Да");
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_GRANTED);
    assert_int_equal(audited(house, "consent.grant"), 2);
    assert_chain_holds(house);
    assert_int_equal(grant(house, &plan, &result), 0);
    assert_true(!result.changed && !result.asked && result.state == PK_CONSENT_GRANTED && result.until_ms > pk_clock_wall_ms());
}

static void what_the_person_did_themselves_is_given(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", 0);
    struct pk_grant_plan plan = plan_of(anna);
    struct pk_grant_result result;
    plan.given_ms = HOUSE_NOW - DAY_MS;
    assert_int_equal(grant(house, &plan, &result), 0);
    assert_int_equal(house_count(house, "SELECT kind FROM ledger ORDER BY id DESC LIMIT 1"), PK_CONSENT_GIVEN);
    assert_true(house_count(house, "SELECT given_ms FROM ledger ORDER BY id DESC LIMIT 1") == HOUSE_NOW - DAY_MS);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_INVITED); /* a form alone does not count */
}

static void a_documented_yes_needs_two_people_and_its_evidence(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", 0);
    struct pk_grant_result result;
    struct pk_grant_plan good = plan_of(anna), plan;
    good.confirmed = true;
    good.given_ms = HOUSE_NOW - DAY_MS;
    good.second_person = PK_SLICE("boris desk");
    plan = good, plan.second_person = PK_SLICE("");
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID);
    plan = good, plan.second_person = PK_SLICE("Anna Desk");
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID);
    assert_non_null(strstr(err.message, "somebody else"));
    plan = good, plan.given_ms = 0;
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID);
    plan = good, plan.given_ms = HOUSE_NOW + DAY_MS;
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID);
    plan = good, plan.given_ms = HOUSE_NOW - 731 * DAY_MS;
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID);
    plan = good, plan.wording = PK_SLICE("");
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID);
    plan = good, plan.how = PK_SLICE("by phone " ANNA);
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID);
    assert_null(strstr(err.message, "359"));
    plan = good, plan.confirmed = false;
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID); /* a second person for nothing */
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger"), 0);
    assert_int_equal(grant(house, &good, &result), 0);
    assert_true(result.changed && !result.asked && result.state == PK_CONSENT_GRANTED);
    assert_true(result.until_ms == HOUSE_NOW - DAY_MS + 730 * DAY_MS); /* from the day on the form */
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE detail LIKE '%second person boris desk%'"), 1);
    assert_int_equal(house->posts[0]->count, 0);
}

static void the_persons_own_word_weighs_more(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), boris = house_person(house, BORIS, "bg", PK_CONSENT_REFUSED);
    struct pk_grant_result result;
    struct pk_grant_plan plan = plan_of(anna);
    say(house, ANNA, "СТОП");
    assert_int_equal(grant(house, &plan, &result), PK_E_CONFLICT);
    plan = plan_of(boris);
    plan.confirmed = true;
    plan.second_person = PK_SLICE("boris desk");
    plan.given_ms = HOUSE_NOW - DAY_MS; /* before he said no */
    assert_int_equal(grant(house, &plan, &result), PK_E_CONFLICT);
    house_later(house, DAY_MS);
    plan.given_ms = HOUSE_NOW + 1;
    assert_int_equal(grant(house, &plan, &result), 0);
    assert_int_equal(house_consent(house, boris, "parent-meetings"), PK_CONSENT_GRANTED);
}

static void what_is_not_there_is_named(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", 0), found = 7;
    struct pk_grant_result result;
    struct pk_grant_plan plan = plan_of(anna + 1);
    assert_int_equal(grant(house, &plan, &result), PK_E_NOT_FOUND);
    plan = plan_of(anna), plan.topic = PK_SLICE("parent-meeting");
    assert_int_equal(grant(house, &plan, &result), PK_E_INVALID);
    plan = plan_of(anna), plan.channel = PK_SLICE("telegram");
    assert_int_equal(grant(house, &plan, &result), PK_E_NOT_FOUND);
    assert_int_equal(pk_address_block(house->store, house_address(house, ANNA), HOUSE_NOW, NULL), 0);
    plan = plan_of(anna);
    assert_int_equal(grant(house, &plan, &result), PK_E_CONFLICT);
    /* Found by an address in any form; that somebody looked is kept either way. */
    assert_int_equal(pk_consent_find(house->service, &desk, PK_SLICE(""), PK_SLICE("00359 88 000 1234"), HOUSE_NOW, &found, NULL), 0);
    assert_true(found == anna);
    assert_int_equal(pk_consent_find(house->service, &desk, PK_SLICE("sms"), PK_SLICE(STRANGER), HOUSE_NOW, &found, NULL), 0);
    assert_true(found == 0);
    assert_int_equal(audited(house, "recipient.find"), 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE detail LIKE '%359%' OR object LIKE '%359%'"), 0);
}

/* ---- withdraw ---- */

static void what_is_withdrawn_is_not_sent(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    house_turn(house);
    assert_int_equal(withdraw(house, anna, "parent-meetings"), 1);
    assert_int_equal(withdraw(house, anna, "parent-meetings"), 0);
    assert_int_equal(house_messages(house, "class = 0 AND state = 14 AND reason = 1"), 1);
    assert_int_equal(house_consent(house, anna, "parent-meetings"), PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(house_consent(house, anna, "festival"), PK_CONSENT_GRANTED);
    assert_int_equal(withdraw(house, anna, NULL), 1);
    assert_int_equal(house_messages(house, "class = 0 AND state = 14"), 2);
    assert_int_equal(audited(house, "consent.withdraw"), 3);
    assert_chain_holds(house);
}

/* ---- evidence and receipt ---- */

static void the_very_words_are_kept(void **state)
{
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", 0);
    struct pk_grant_plan plan = plan_of(anna);
    struct pk_grant_result result;
    struct pk_receipt_facts facts;
    struct pk_buf sentence;
    assert_int_equal(pk_recipient_set_language(house->store, anna, PK_SLICE("bg"), PK_SLICE("Latn"), NULL), 0);
    assert_int_equal(grant(house, &plan, &result), 0);
    char asked[512];
    (void) snprintf(asked, sizeof asked, "%s", last_text(house));
    take_all(house);
    pk_clock_advance(1);
    say(house, ANNA, "DA");
    assert_int_equal(pk_consent_receipt(house->service, &desk, anna, PK_SLICE("parent-meetings"), PK_SLICE(""), pk_clock_wall_ms(), &facts, NULL), 0);
    assert_true(pk_slice_is(facts.shown.text, asked));
    assert_true(pk_slice_is(facts.event.language, "bg-Latn") && pk_slice_is(facts.event.by, "self") && pk_slice_is(facts.event.how, "reply"));
    assert_int_equal(facts.event.kind, PK_CONSENT_CONFIRMED);
    pk_buf_init(&sentence, 1024);
    assert_int_equal(pk_consent_sentence(house->service, &facts, &sentence, NULL), 0);
    assert_string_equal(pk_buf_text(&sentence),
                        "Gemeente Voorbeeld: priehte saobshtenia za roditelski sreshti: vtornik, 13 oktomvri 2026 g. Vazhi do"
                        " chetvartak, 12 oktomvri 2028 g. Mozhete da sprete vinagi.");
    pk_buf_clear(&sentence);
    /* What no longer stands has none, and still its receipt. */
    assert_int_equal(withdraw(house, anna, NULL), 1);
    assert_int_equal(pk_consent_receipt(house->service, &desk, anna, PK_SLICE("parent-meetings"), PK_SLICE("sms"), pk_clock_wall_ms(), &facts, NULL), 0);
    assert_int_equal(facts.state, PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_consent_sentence(house->service, &facts, &sentence, NULL), PK_E_CONFLICT);
    pk_buf_finish(&sentence);
    assert_int_equal(pk_consent_receipt(house->service, &desk, anna, PK_SLICE("festival"), PK_SLICE(""), 1, &facts, NULL), PK_E_NOT_FOUND);
    assert_int_equal(audited(house, "consent.receipt"), 3);
    assert_chain_holds(house);
}

static void the_sentence_is_in_the_persons_language(void **state)
{
    static const struct {
        const char *language, *wanted;
    } cases[] = {
        { "bg", "Gemeente Voorbeeld: приехте съобщения за родителски срещи: понеделник, 12 октомври 2026 г. Важи до сряда, 11 октомври"
                " 2028 г. Можете да спрете винаги." },
        { "nl", "Gemeente Voorbeeld: u zei op maandag 12 oktober 2026 ja tegen berichten over ouderbijeenkomsten. Dat geldt tot woensdag 11 oktober"
                " 2028. U kunt altijd stoppen." },
        { "tr", "12 Ekim 2026" },
        { "en", "12 October 2026" },
    };
    struct house *house = *state;
    int64_t anna = house_person(house, ANNA, "bg", 0);
    struct pk_grant_plan plan = plan_of(anna);
    struct pk_grant_result result;
    plan.confirmed = true;
    plan.second_person = PK_SLICE("boris");
    plan.given_ms = HOUSE_NOW - DAY_MS;
    assert_int_equal(grant(house, &plan, &result), 0);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_receipt_facts facts;
        struct pk_buf sentence;
        pk_buf_init(&sentence, 1024);
        assert_int_equal(pk_recipient_set_language(house->store, anna, pk_slice_of(cases[i].language), PK_SLICE(""), NULL), 0);
        assert_int_equal(pk_consent_receipt(house->service, &desk, anna, PK_SLICE("parent-meetings"), PK_SLICE(""), HOUSE_NOW, &facts, NULL), 0);
        assert_int_equal(pk_consent_sentence(house->service, &facts, &sentence, NULL), 0);
        if (!strstr(pk_buf_text(&sentence), cases[i].wanted))
            fail_msg("%s", pk_buf_text(&sentence));
        pk_buf_finish(&sentence);
    }
}

static void a_mask_shows_nobodys_address(void **state)
{
    static const char *const cases[][2] = {
        { ANNA, "+35…34" }, { "anna@example.bg", "a…@example.bg" }, { "12345", "1…" }, { "ж@x", "ж…@x" }, { "", "…" }
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_buf masked;
        pk_buf_init(&masked, 64);
        pk_consent_mask(pk_slice_of(cases[i][0]), &masked);
        assert_string_equal(pk_buf_text(&masked), cases[i][1]);
        pk_buf_finish(&masked);
    }
}

/* ---- verifying ---- */

static struct pk_verification_view verified(struct house *house)
{
    struct pk_verification_view view;
    assert_int_equal(pk_verification_start(house->service->verification, &operator, pk_clock_wall_ms(), NULL), 0);
    for (unsigned i = 0; i < 20; i++) {
        house_turn(house);
        pk_verification_view(house->service->verification, &view);
        if (view.state != PK_VERIFY_RUNNING)
            return view;
    }
    fail_msg("the verification did not end");
    return view;
}

static void verifying_tells_what_holds_and_what_does_not(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    struct pk_verification_view view = verified(house);
    assert_int_equal(view.state, PK_VERIFY_HOLDS);
    assert_true(view.held == 2 && view.total == 2 && view.last == 2 && view.first == 1);
    assert_int_equal(sqlite3_exec(house->store->db, "DROP TRIGGER ledger_fixed; UPDATE ledger SET kind = 5 WHERE id = 1", NULL, NULL, NULL), SQLITE_OK);
    view = verified(house);
    assert_int_equal(view.state, PK_VERIFY_BROKEN);
    assert_true(view.broken_id == 1 && view.flaw == PK_FLAW_CONTENT && view.held == 0 && view.broken_at_ms == HOUSE_NOW);
    assert_non_null(strstr(view.trouble, "entry 1 (2026-10-13T08:30:00Z) was changed"));
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'consent.verify' AND actor = 'uid:0' AND result = 0"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(who_is_entered_is_asked_and_answers_for_themselves),
        in_house(what_the_person_did_themselves_is_given),
        in_house(a_documented_yes_needs_two_people_and_its_evidence),
        in_house(the_persons_own_word_weighs_more),
        in_house(what_is_not_there_is_named),
        in_house(what_is_withdrawn_is_not_sent),
        in_house(the_very_words_are_kept),
        in_house(the_sentence_is_in_the_persons_language),
        cmocka_unit_test(a_mask_shows_nobodys_address),
        in_house(verifying_tells_what_holds_and_what_does_not),
    };
    return cmocka_run_group_tests_name("service/consent", tests, NULL, NULL);
}
