/* SPDX-License-Identifier: EUPL-1.2 */
/* Consent at the door: shown without an address, entered with its evidence or refused by name, verified, receipted. */
#include "tests/unit/api/house.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define DAY_MS (24 * 3600 * 1000ll)

static const struct pk_tagged names[] = { { "bg", "фестивала" }, { "nl", "het festival" } };
static const struct pk_tagged purposes[] = { { "bg", "Покани за фестивала." } };
static const struct pk_topic_rule topics[] = {
    { .name = "festival", .consent_ms = 365 * DAY_MS, .renew_ms = 30 * DAY_MS, .names = { names, 2 }, .purposes = { purposes, 1 } },
    { .name = "info-point", .consent_ms = 365 * DAY_MS },
};

static int64_t who;
static char id[PK_ID_TEXT_MAX];

static int build(void **state)
{
    int r = house_build(state);
    struct house *house = *state;
    int64_t address;
    house->rules.topics = topics;
    house->rules.topic_count = PK_COUNT(topics);
    house->rules.question_validity_ms = 7 * DAY_MS;
    house->rules.question_every_ms = 90 * DAY_MS;
    assert_int_equal(pk_recipient_add(house->store, PK_SLICE("bg"), PK_SLICE(""), HOUSE_NOW, &who, NULL), 0);
    assert_int_equal(pk_address_add(house->store, who, house->service->desks->routes[0].channel, PK_SLICE(FAKE_NUMBER), HOUSE_NOW, &address, NULL), 0);
    house_employ(house, "desk", PK_ROLE_DESK);
    (void) pk_id_format(who, id);
    return r;
}

/* An operator sees nobody's consents; the desk does. */
static int64_t audited_by_desk(struct house *house, const char *action)
{
    return pk_sql_int(house->store, -1, "SELECT count(*) FROM audit WHERE action = ?1 AND actor = 'desk' AND result = 0", "t", pk_slice_of(action));
}

static struct asked ask(struct house *house, const char *method, const char *path_end, const char *body, unsigned status)
{
    char path[160];
    (void) snprintf(path, sizeof path, "/v1/consent/%s%s", id, path_end);
    return house_by(house, "desk", method, path, body, status);
}

#define CONFIRMED                                                                                                                          \
    "{\"topic\":\"festival\",\"channel\":\"sms\",\"how\":\"paper\",\"wording\":\"form 7\",\"givenAt\":\"2025-11-23\",\"by\":\"anna\"," \
    "\"confirmed\":true,\"secondPerson\":\"boris\"}"

static void test_a_person_is_shown_without_an_address(void **state)
{
    struct house *house = *state;
    struct asked asked = ask(house, "POST", "/grant", CONFIRMED, 200);
    assert_said(&asked, "state", "granted");
    assert_true(said_bool(&asked, "changed"));
    assert_said(&asked, "until", "2026-11-23T00:00:00Z");
    house_forget(&asked);
    asked = ask(house, "GET", "", NULL, 200);
    assert_said(&asked, "recipient", id);
    assert_said(&asked, "language", "bg");
    assert_said(&asked, "addresses[0].channel", "sms");
    assert_true(pk_slice_starts(said(&asked, "addresses[0].address"), "+35…") || pk_slice_starts(said(&asked, "addresses[0].address"), "+31…"));
    assert_said(&asked, "consents[0].state", "granted");
    assert_said(&asked, "consents[0].topic", "festival");
    assert_said(&asked, "consents[0].event", "confirmed");
    assert_said(&asked, "consents[0].how", "paper");
    assert_said(&asked, "consents[0].wording", "form 7");
    assert_said(&asked, "consents[0].by", "anna");
    assert_said(&asked, "consents[0].givenAt", "2025-11-23T00:00:00Z");
    assert_int_equal(said_int(&asked, "history[0].entry"), 1);
    house_forget(&asked);
    asked = house_by(house, "desk", "GET", "/v1/consent/0000000000001", NULL, 404);
    house_forget(&asked);
    asked = house_by(house, "desk", "GET", "/v1/consent/nobody", NULL, 404);
    house_forget(&asked);
    assert_int_equal(audited_by_desk(house, "consent.show"), 1);
    assert_int_equal(audited_by_desk(house, "consent.grant"), 1);
}

static void test_what_is_entered_asks_the_person(void **state)
{
    struct house *house = *state;
    struct asked asked = ask(house, "POST", "/grant", "{\"topic\":\"festival\",\"channel\":\"sms\",\"how\":\"desk\"}", 200);
    assert_said(&asked, "state", "invited");
    assert_true(said_bool(&asked, "asked"));
    house_forget(&asked);
    house_turn(house);
    assert_int_equal(house_handed(house), 1);
}

static void test_what_is_missing_or_wrong_is_named(void **state)
{
    static const struct {
        const char *body, *said;
    } cases[] = {
        { "{\"channel\":\"sms\",\"how\":\"desk\"}", "field \"topic\" is missing" },
        { "{\"topic\":\"festival\",\"how\":\"desk\"}", "field \"channel\" is missing" },
        { "{\"topic\":\"festival\",\"channel\":\"sms\"}", "field \"how\" is missing" },
        { "{\"topic\":\"festivals\",\"channel\":\"sms\",\"how\":\"desk\"}", "there is no topic \"festivals\"" },
        { "{\"topic\":\"festival\",\"channel\":\"sms\",\"how\":\"desk\",\"givenAt\":\"yesterday\"}", "field \"givenAt\" is not a moment" },
        { "{\"topic\":\"festival\",\"channel\":\"sms\",\"how\":\"desk\",\"confirmed\":true}", "the wording they were shown is missing" },
        { "{\"topic\":\"festival\",\"channel\":\"sms\",\"how\":\"desk\",\"confirmed\":1}", "field \"confirmed\" must be true or false" },
        { "{\"topic\":\"festival\",\"channel\":\"sms\",\"how\":\"desk\",\"number\":1}", NULL },
    };
    struct house *house = *state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked = ask(house, "POST", "/grant", cases[i].body, 400);
        if (cases[i].said)
            assert_said(&asked, "detail", cases[i].said);
        house_forget(&asked);
    }
    struct asked asked = ask(house, "POST", "/grant", "{\"topic\":\"festival\",\"channel\":\"telegram\",\"how\":\"desk\"}", 404);
    house_forget(&asked);
    assert_int_equal(pk_sql_int(house->store, -1, "SELECT count(*) FROM ledger", ""), 0);
}

static void test_withdrawing(void **state)
{
    struct house *house = *state;
    struct asked asked = ask(house, "POST", "/grant", CONFIRMED, 200);
    house_forget(&asked);
    asked = ask(house, "POST", "/withdraw", "{\"topic\":\"info-points\"}", 400);
    house_forget(&asked);
    asked = ask(house, "POST", "/withdraw", "{\"how\":\"phone\",\"by\":\"boris\"}", 200);
    assert_int_equal(said_int(&asked, "withdrawn"), 1);
    house_forget(&asked);
    asked = ask(house, "POST", "/withdraw", NULL, 200);
    assert_int_equal(said_int(&asked, "withdrawn"), 0);
    house_forget(&asked);
    asked = ask(house, "GET", "", NULL, 200);
    assert_said(&asked, "consents[0].state", "withdrawn");
    assert_said(&asked, "consents[0].how", "phone");
    house_forget(&asked);
}

static void test_a_person_is_found_by_an_address_in_the_body(void **state)
{
    struct house *house = *state;
    struct asked asked = house_by(house, "desk", "POST", "/v1/recipients/find", "{\"address\":\"" FAKE_NUMBER "\"}", 200);
    assert_said(&asked, "recipient", id);
    house_forget(&asked);
    asked = house_by(house, "desk", "POST", "/v1/recipients/find", "{\"address\":\"+359880009999\",\"channel\":\"sms\"}", 404);
    assert_null(strstr(asked.body, "9999"));
    house_forget(&asked);
    asked = house_by(house, "desk", "POST", "/v1/recipients/find", "{}", 400);
    house_forget(&asked);
    assert_int_equal(audited_by_desk(house, "recipient.find"), 2);
}

static void test_a_receipt_holds_the_proof(void **state)
{
    struct house *house = *state;
    struct pk_consent_event event;
    uint8_t link[32], previous[32];
    char hex[65];
    struct asked asked = ask(house, "POST", "/grant", CONFIRMED, 200);
    house_forget(&asked);
    asked = ask(house, "GET", "/receipt?topic=festival", NULL, 200);
    assert_said(&asked, "format", "pokana-consent-receipt/1");
    assert_said(&asked, "controller", "Gemeente Voorbeeld");
    assert_said(&asked, "state", "granted");
    assert_said(&asked, "topic.id", "festival");
    assert_said(&asked, "topic.name", "фестивала");
    assert_said(&asked, "topic.purpose", "Покани за фестивала.");
    assert_said(&asked, "evidence.channel", "sms");
    assert_said(&asked, "evidence.until", "2026-11-23T00:00:00Z");
    assert_int_equal(pk_ledger_entry(house->store, 1, &event, link, previous, NULL), 0);
    for (size_t i = 0; i < 32; i++)
        (void) snprintf(hex + 2 * i, 3, "%02x", link[i]);
    assert_said(&asked, "chain.link", hex);
    assert_int_equal(said_int(&asked, "chain.entry"), 1);
    assert_int_equal(said_int(&asked, "chain.key"), 1);
    assert_true(pk_slice_starts(said(&asked, "sentence"), "Gemeente Voorbeeld: приехте съобщения за фестивала: неделя, 23 ноември 2025 г."));
    assert_true(said(&asked, "howToWithdraw[0]").len > 0);
    house_forget(&asked);
    asked = ask(house, "GET", "/receipt?topic=info-point", NULL, 404);
    house_forget(&asked);
    asked = ask(house, "GET", "/receipt", NULL, 400);
    house_forget(&asked);
}

static void test_the_chain_is_verified_while_others_are_answered(void **state)
{
    struct house *house = *state;
    struct asked asked = house_json(house, "GET", "/v1/consent/verification", NULL, 200);
    assert_said(&asked, "state", "never");
    house_forget(&asked);
    asked = ask(house, "POST", "/grant", CONFIRMED, 200);
    house_forget(&asked);
    asked = house_json(house, "POST", "/v1/consent/verification", NULL, 202);
    assert_said(&asked, "state", "running");
    house_forget(&asked);
    for (int i = 0; i < 10; i++)
        house_turn(house);
    asked = house_json(house, "GET", "/v1/consent/verification", NULL, 200);
    assert_said(&asked, "state", "holds");
    assert_int_equal(said_int(&asked, "held"), 1);
    assert_int_equal(said_int(&asked, "last"), 1);
    assert_int_equal(said(&asked, "lastLink").len, 64);
    house_forget(&asked);
    assert_int_equal(sqlite3_exec(house->store->db, "DROP TRIGGER ledger_fixed; UPDATE ledger SET until_ms = 0", NULL, NULL, NULL), SQLITE_OK);
    asked = house_json(house, "POST", "/v1/consent/verification", NULL, 202);
    house_forget(&asked);
    for (int i = 0; i < 10; i++)
        house_turn(house);
    asked = house_json(house, "GET", "/v1/consent/verification", NULL, 200);
    assert_said(&asked, "state", "broken");
    assert_int_equal(said_int(&asked, "broken.entry"), 1);
    assert_said(&asked, "broken.at", "2025-11-24T16:00:00Z");
    assert_said(&asked, "broken.what", "content-or-link");
    assert_int_equal(said_int(&asked, "held"), 0);
    house_forget(&asked);
}

static void test_a_look_that_is_not_kept_is_not_answered(void **state)
{
    struct house *house = *state;
    house->commit_fails = true;
    struct asked asked = ask(house, "GET", "", NULL, 503);
    house_forget(&asked);
    house->commit_fails = false;
    assert_int_equal(audited_by_desk(house, "consent.show"), 0);
}

#define test_here(name) cmocka_unit_test_setup_teardown(name, build, house_tear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_here(test_a_person_is_shown_without_an_address),
        test_here(test_what_is_entered_asks_the_person),
        test_here(test_what_is_missing_or_wrong_is_named),
        test_here(test_withdrawing),
        test_here(test_a_person_is_found_by_an_address_in_the_body),
        test_here(test_a_receipt_holds_the_proof),
        test_here(test_the_chain_is_verified_while_others_are_answered),
        test_here(test_a_look_that_is_not_kept_is_not_answered),
    };
    return cmocka_run_group_tests_name("api/consent", tests, NULL, NULL);
}
