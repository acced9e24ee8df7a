/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages and triggers: listed page by page, told with attempts and receipts, decided about; no text and no address. */
#include "tests/unit/api/house.h"

#include "gateway/base/id.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/triggers.h"

static const char *path_of(char path[96], const char *front, int64_t id, const char *rest)
{
    char text[PK_ID_TEXT_MAX];
    (void) snprintf(path, 96, "%s%s%s", front, pk_id_format(id, text), rest);
    return path;
}

static void assert_id(const struct asked *asked, const char *path, int64_t id)
{
    char text[PK_ID_TEXT_MAX];
    assert_said(asked, path, pk_id_format(id, text));
}

static void test_list_goes_page_by_page(void **state)
{
    struct house *house = *state;
    int64_t ids[3];
    char path[96];
    for (int i = 0; i < 3; i++)
        ids[i] = house_message(house, 0, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
    house_turn(house);
    struct asked asked = house_json(house, "GET", "/v1/messages?limit=2", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "messages")), 2);
    assert_id(&asked, "messages[0].id", ids[2]);
    assert_said(&asked, "messages[0].state", "queued");
    assert_said(&asked, "messages[0].reason", "none");
    assert_said(&asked, "messages[0].class", "staff");
    assert_said(&asked, "messages[0].channel", "sms");
    assert_said(&asked, "messages[0].language", "nl");
    assert_said(&asked, "messages[0].dueAt", "2025-11-24T17:00:00Z");
    assert_said(&asked, "messages[0].expiresAt", "2025-11-24T18:00:00Z");
    assert_said(&asked, "messages[0].updatedAt", "2025-11-24T16:00:00Z");
    assert_int_equal(said_int(&asked, "messages[0].attempts"), 0);
    assert_int_equal(pk_json_kind(pk_json_at(asked.json, "messages[0].topic")), PK_JSON_NULL);
    assert_int_equal(pk_json_kind(pk_json_at(asked.json, "messages[0].recipient")), PK_JSON_NULL);
    assert_id(&asked, "next", ids[1]);
    house_forget(&asked);
    asked = house_json(house, "GET", path_of(path, "/v1/messages?limit=2&after=", ids[1], ""), NULL, 200);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "messages")), 1);
    assert_id(&asked, "messages[0].id", ids[0]);
    assert_int_equal(pk_json_kind(pk_json_at(asked.json, "next")), PK_JSON_NULL);
    house_forget(&asked);
}

/* Every kind of state is found by the query made for it. */
static void test_list_by_state(void **state)
{
    struct house *house = *state;
    static const struct {
        const char *name;
        uint32_t state;
    } states[] = {
        { "queued", PK_MESSAGE_QUEUED },       { "submitting", PK_MESSAGE_SUBMITTING }, { "uncertain", PK_MESSAGE_UNCERTAIN },
        { "accepted", PK_MESSAGE_ACCEPTED },   { "cancelled", PK_MESSAGE_CANCELLED },
    };
    int64_t ids[PK_COUNT(states)];
    ids[1] = house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 7200000);
    house_turn(house); /* handed over, not answered */
    ids[2] = house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 7200000);
    ids[3] = house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 7200000);
    house_turn(house);
    fake_complete(house->first, 1, PK_OUTCOME_UNCERTAIN);
    fake_complete(house->first, 2, PK_OUTCOME_ACCEPTED);
    for (int i = 0; i < 3; i++)
        house_turn(house);
    ids[0] = house_message(house, 0, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
    ids[4] = house_message(house, 0, HOUSE_NOW + 3600000, HOUSE_NOW + 7200000);
    struct pk_message_change change = { .state = PK_MESSAGE_CANCELLED, .now_ms = HOUSE_NOW };
    assert_int_equal(pk_message_change(house->store, ids[4], &change, NULL), 0);
    house_turn(house);
    for (size_t i = 0; i < PK_COUNT(states); i++) {
        char path[96];
        (void) snprintf(path, sizeof path, "/v1/messages?state=%s", states[i].name);
        assert_int_equal(house_state(house, ids[i]), states[i].state);
        struct asked asked = house_json(house, "GET", path, NULL, 200);
        assert_int_equal(pk_json_count(pk_json_at(asked.json, "messages")), 1);
        assert_id(&asked, "messages[0].id", ids[i]);
        house_forget(&asked);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        const char *method, *path, *body, *detail;
        unsigned status;
    } cases[] = {
        { "GET", "/v1/messages?state=lost", NULL, "argument \"state\" names no state of a message", 400 },
        { "GET", "/v1/messages?limit=0", NULL, "argument \"limit\" must be a number from 1 to 500", 400 },
        { "GET", "/v1/messages?limit=501", NULL, "argument \"limit\" must be a number from 1 to 500", 400 },
        { "GET", "/v1/messages?after=x", NULL, "argument \"after\" is no id", 400 },
        { "GET", "/v1/messages?trigger=%zz", NULL, "argument \"trigger\" cannot be read", 400 },
        { "GET", "/v1/messages/nonsense", NULL, "there is no such message", 404 },
        { "GET", "/v1/messages/0000000000001", NULL, "there is no such message", 404 },
        { "GET", "/v1/messages/0000000000001?language=tr", NULL, "argument \"language\" must be nl, bg or en", 400 },
        { "GET", "/v1/triggers/0000000000001", NULL, "there is no such trigger", 404 },
        { "GET", "/v1/triggers?limit=many", NULL, "argument \"limit\" must be a number from 1 to 500", 400 },
        { "POST", "/v1/messages/0000000000001/resolve", "{\"resolution\":\"sent\"}", "there is no message \"0000000000001\"", 404 },
        { "POST", "/v1/messages/0000000000001/resolve", "{\"resolution\":\"maybe\"}", "field \"resolution\" must be sent, resend or drop", 400 },
        { "POST", "/v1/messages/0000000000001/resolve", "{}", "field \"resolution\" is missing", 400 },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct asked asked = house_json(*state, cases[i].method, cases[i].path, cases[i].body, cases[i].status);
        assert_said(&asked, "detail", cases[i].detail);
        house_forget(&asked);
    }
}

static void test_one_with_attempt_and_receipt(void **state)
{
    struct house *house = *state;
    char path[96], body[64];
    int64_t id = house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 60000);
    house_turn(house);
    fake_complete(house->first, 0, PK_OUTCOME_ACCEPTED);
    for (int i = 0; i < 3; i++)
        house_turn(house);
    (void) snprintf(body, sizeof body, "receipt %s\n", house->first->jobs[0].attempt);
    struct asked asked;
    house_ask(house, PUBLIC, "POST", "/hooks/first", "X-Key: right\r\n", body, &asked);
    assert_int_equal(asked.status, 200);
    house_forget(&asked);
    asked = house_json(house, "GET", path_of(path, "/v1/messages/", id, ""), NULL, 200);
    assert_id(&asked, "id", id);
    assert_said(&asked, "state", "delivered");
    assert_said(&asked, "sentence", "Aangekomen.");
    assert_int_equal(pk_json_kind(pk_json_at(asked.json, "dueAt")), PK_JSON_NULL);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "attempts")), 1);
    assert_said(&asked, "attempts[0].id", house->first->jobs[0].attempt);
    assert_said(&asked, "attempts[0].account", "first");
    assert_said(&asked, "attempts[0].state", "accepted");
    assert_int_equal(said_int(&asked, "attempts[0].parts"), 1);
    assert_said(&asked, "attempts[0].receipts[0].state", "delivered");
    house_forget(&asked);
    asked = house_json(house, "GET", path_of(path, "/v1/messages/", id, "?language=bg"), NULL, 200);
    assert_said(&asked, "sentence", "Пристигнало.");
    house_forget(&asked);
}

static int64_t uncertain(struct house *house)
{
    int64_t id = house_message(house, 0, HOUSE_NOW, HOUSE_NOW + 3600000);
    house_turn(house);
    fake_complete(house->first, house->first->count - 1, PK_OUTCOME_UNCERTAIN);
    for (int i = 0; i < 3; i++)
        house_turn(house);
    assert_int_equal(house_state(house, id), PK_MESSAGE_UNCERTAIN);
    return id;
}

static void test_a_person_decides(void **state)
{
    struct house *house = *state;
    char path[96];
    int64_t id = uncertain(house);
    struct asked asked = house_json(house, "POST", path_of(path, "/v1/messages/", id, "/resolve"), "{\"resolution\":\"drop\"}", 200);
    assert_said(&asked, "state", "unconfirmed");
    assert_said(&asked, "reason", "operator");
    house_forget(&asked);
    asked = house_json(house, "POST", path, "{\"resolution\":\"drop\"}", 409);
    assert_said(&asked, "code", "conflict");
    house_forget(&asked);
    id = uncertain(house);
    size_t handed = house_handed(house);
    asked = house_json(house, "POST", path_of(path, "/v1/messages/", id, "/resolve"), "{\"resolution\":\"resend\"}", 200);
    assert_true(said_bool(&asked, "possibleDouble"));
    house_forget(&asked);
    house_turn(house);
    assert_int_equal(house_handed(house), handed + 1);
    assert_int_equal(house_audited(house, "message.resolve"), 2);
}

/* ---- triggers ---- */

static int64_t trigger(struct house *house)
{
    uint32_t publisher = 0, topic = 0;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_PUBLISHER, PK_SLICE("calendar"), &publisher, NULL), 0);
    assert_int_equal(pk_name_intern(house->store, PK_NAME_TOPIC, PK_SLICE("festival"), &topic, NULL), 0);
    struct pk_trigger row = {
        .id = pk_id_ordered(),
        .publisher = publisher,
        .state = PK_TRIGGER_COMPLETED,
        .source = PK_SLICE("urn:calendar"),
        .event_id = PK_SLICE("e-1"),
        .type = PK_SLICE("nl.notices.notice-requested.v1"),
        .received_ms = HOUSE_NOW,
        .audience = PK_SLICE("{}"),
        .valid_until_ms = HOUSE_NOW + 60000,
        .planned = 2,
    };
    struct pk_notice notice = { .trigger = row.id, .topic = topic, .template_name = PK_SLICE("festival-reminder"), .values = PK_SLICE("{}"), .created_ms = HOUSE_NOW };
    assert_int_equal(pk_notice_add(house->store, &notice, &row.notice, NULL), 0);
    assert_int_equal(pk_trigger_add(house->store, &row, NULL), 0);
    struct pk_message message = { .id = pk_id_ordered(), .notice = row.notice, .state = PK_MESSAGE_DELIVERED, .updated_ms = HOUSE_NOW };
    assert_int_equal(pk_message_insert(house->store, &message, NULL), 0);
    struct pk_rsvp rsvp = { .recipient = 7, .trigger = row.id, .reply = 1, .yes = true, .heads = 3, .at_ms = HOUSE_NOW };
    assert_int_equal(pk_rsvp_add(house->store, &rsvp, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
    return row.id;
}

static void check_trigger(const struct asked *asked, const char *front, int64_t id)
{
    char path[96];
    (void) snprintf(path, sizeof path, "%sid", front);
    assert_id(asked, path, id);
    static const char *const texts[][2] = {
        { "publisher", "calendar" }, { "state", "completed" }, { "receivedAt", "2025-11-24T16:00:00Z" }, { "template", "festival-reminder" }, { "topic", "festival" },
    };
    static const struct {
        const char *name;
        int64_t value;
    } numbers[] = { { "planned", 2 }, { "counts.delivered", 1 }, { "counts.queued", 0 }, { "replies.yes", 1 }, { "replies.no", 0 }, { "replies.heads", 3 } };
    for (size_t i = 0; i < PK_COUNT(texts); i++) {
        (void) snprintf(path, sizeof path, "%s%s", front, texts[i][0]);
        assert_said(asked, path, texts[i][1]);
    }
    for (size_t i = 0; i < PK_COUNT(numbers); i++) {
        (void) snprintf(path, sizeof path, "%s%s", front, numbers[i].name);
        assert_int_equal(said_int(asked, path), numbers[i].value);
    }
}

static void test_triggers(void **state)
{
    struct house *house = *state;
    char path[96];
    int64_t id = trigger(house);
    struct asked asked = house_json(house, "GET", "/v1/triggers?limit=5", NULL, 200);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "triggers")), 1);
    check_trigger(&asked, "triggers[0].", id);
    house_forget(&asked);
    asked = house_json(house, "GET", path_of(path, "/v1/triggers/", id, ""), NULL, 200);
    check_trigger(&asked, "", id);
    house_forget(&asked);
    asked = house_json(house, "GET", path_of(path, "/v1/messages?trigger=", id, ""), NULL, 200);
    assert_int_equal(pk_json_count(pk_json_at(asked.json, "messages")), 1);
    house_forget(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        test_in_house(test_list_goes_page_by_page),
        test_in_house(test_list_by_state),
        test_in_house(test_refusals),
        test_in_house(test_one_with_attempt_and_receipt),
        test_in_house(test_a_person_decides),
        test_in_house(test_triggers),
    };
    return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
