/* SPDX-License-Identifier: EUPL-1.2 */
/* Attempts, receipts early and late, replies, the outbox, notices and retention. */
#include "tests/unit/store/support.h"

#include "gateway/store/attempt_parts.h"
#include "gateway/store/attempts.h"
#include "gateway/store/internal.h"
#include "gateway/store/notices.h"
#include "gateway/store/outbox.h"
#include "gateway/store/replies.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/upkeep.h"

static int64_t handed_over(struct desk *desk, int64_t message, const char *provider_id)
{
    struct pk_attempt attempt = { .id = pk_id_ordered(), .message = message, .account = 3, .opened_ms = NOW };
    assert_int_equal(pk_attempt_open(desk->store, &attempt, NULL), 0);
    assert_int_equal(pk_attempt_settle(desk->store, attempt.id, attempt.account, PK_ATTEMPT_ACCEPTED, 0, pk_slice_of(provider_id), PK_SLICE("0"), 2, 650, NOW + 5, NULL), 0);
    return attempt.id;
}

static void test_attempts_are_found_by_the_providers_id(void **state)
{
    struct desk *desk = *state;
    int64_t id = handed_over(desk, 11, "31600000001-abc");
    struct pk_attempt found;
    assert_int_equal(pk_attempt_by_provider(desk->store, 3, PK_SLICE("31600000001-abc"), &found, NULL), 0);
    assert_true(found.id == id && found.parts == 2 && found.price == 650 && found.settled_ms == NOW + 5);
    assert_int_equal(pk_attempt_by_provider(desk->store, 4, PK_SLICE("31600000001-abc"), &found, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_attempt_by_provider(desk->store, 3, PK_SLICE("31600000001-ab"), &found, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_sql_int(desk->store, 0, "SELECT count(*) FROM attempt WHERE instr(hex(provider_id), hex('31600')) > 0", ""), 0);
}

static int count_states(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms)
{
    uint32_t *seen = ctx;
    (void) code;
    assert_true(at_ms > 0);
    seen[receipt_state]++;
    return 0;
}

static void test_a_receipt_counts_once(void **state)
{
    struct desk *desk = *state;
    int64_t id = handed_over(desk, 11, "p-1");
    uint32_t seen[10] = { 0 };
    assert_int_equal(pk_receipt_append(desk->store, id, 3, PK_SLICE("0"), NOW, NOW, NULL), 1);
    assert_int_equal(pk_receipt_append(desk->store, id, 3, PK_SLICE("0"), NOW + 9, NOW, NULL), 0);
    assert_int_equal(pk_receipt_append(desk->store, id, 2, PK_SLICE("0"), 0, NOW, NULL), 1);
    assert_int_equal(pk_receipts_of(desk->store, id, count_states, seen, NULL), 0);
    assert_int_equal(seen[3], 1);
    assert_int_equal(seen[2], 1);
}

static void test_receipts_of_the_unknown_wait(void **state)
{
    struct desk *desk = *state;
    uint32_t seen[10] = { 0 };
    struct pk_error err = { 0 };
    assert_int_equal(pk_receipt_unpark(desk->store, 3, PK_SLICE("p-1"), count_states, seen, NULL), 0);
    assert_int_equal(pk_receipt_park(desk->store, 3, PK_SLICE("p-1"), 2, PK_SLICE(""), NOW, NOW, NOW + 100, 2, NULL), 0);
    assert_int_equal(pk_receipt_park(desk->store, 3, PK_SLICE("p-2"), 3, PK_SLICE(""), NOW, NOW, NOW + 200, 2, NULL), 0);
    assert_int_equal(pk_receipt_park(desk->store, 3, PK_SLICE("p-3"), 3, PK_SLICE(""), NOW, NOW, NOW + 200, 2, &err), PK_E_LIMIT);
    assert_int_equal(pk_receipt_unpark(desk->store, 4, PK_SLICE("p-1"), count_states, seen, NULL), 0);
    assert_int_equal(seen[2], 0); /* another account's id of the same name */
    assert_int_equal(pk_receipt_unpark(desk->store, 3, PK_SLICE("p-1"), count_states, seen, NULL), 0);
    assert_int_equal(pk_receipt_unpark(desk->store, 3, PK_SLICE("p-1"), count_states, seen, NULL), 0);
    assert_int_equal(seen[2], 1);
    size_t count = 9;
    assert_int_equal(pk_receipts_drop_parked(desk->store, NOW + 199, 10, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(pk_receipts_drop_parked(desk->store, NOW + 200, 10, &count, NULL), 0);
    assert_int_equal(count, 1);
}

static int reply(struct desk *desk, const char *from, const char *text, const char *event_id, int64_t at_ms)
{
    int64_t id = 0;
    struct pk_reply row = { .account = 3, .channel = desk->sms, .address = 5, .intent = 3, .at_ms = at_ms };
    return pk_reply_add(desk->store, &row, pk_slice_of(from), pk_slice_of(text), pk_slice_of(event_id), &id, NULL);
}

static void test_replies_are_taken_once(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(reply(desk, NUMBER, "\xd0\x94\xd0\x90", "e-1", NOW), 0);
    assert_int_equal(reply(desk, NUMBER, "\xd0\x94\xd0\x90", "e-1", NOW + 999999), PK_E_CONFLICT);
    assert_int_equal(reply(desk, NUMBER, "\xd0\x94\xd0\x90", "e-2", NOW), 0);
    assert_int_equal(reply(desk, NUMBER, "stop", "e-1", NOW), 0); /* an id given twice swallows no STOP */
    assert_int_equal(reply(desk, NUMBER, "stop", "", NOW), 0);
    assert_int_equal(reply(desk, NUMBER, "stop", "", NOW + 59999), PK_E_CONFLICT);
    assert_int_equal(reply(desk, "+31600000002", "stop", "", NOW), 0);
    assert_int_equal(reply(desk, NUMBER, "stop", "", NOW + 300000), 0);
    assert_int_equal(pk_sql_int(desk->store, 0, "SELECT count(*) FROM reply WHERE instr(hex(text), hex('stop')) > 0", ""), 0);
    /* The same words of the same address, under whatever id. */
    int64_t last = pk_sql_int(desk->store, 0, "SELECT max(id) FROM reply", "");
    assert_int_equal(pk_reply_echoes(desk->store, last, NOW), 2);
    assert_int_equal(pk_reply_echoes(desk->store, last, NOW + 1), 0);
    assert_int_equal(pk_reply_echoes(desk->store, last - 1, NOW), 0);
}

static void test_the_last_answer_wins(void **state)
{
    struct desk *desk = *state;
    struct pk_rsvp rsvp = { .recipient = 1, .trigger = 9, .yes = true, .heads = 3, .at_ms = NOW };
    int64_t yes, no, heads;
    assert_int_equal(pk_rsvp_add(desk->store, &rsvp, NULL), 0);
    rsvp.recipient = 2;
    rsvp.heads = 1;
    assert_int_equal(pk_rsvp_add(desk->store, &rsvp, NULL), 0);
    rsvp.yes = false;
    rsvp.heads = 0;
    assert_int_equal(pk_rsvp_add(desk->store, &rsvp, NULL), 0);
    assert_int_equal(pk_replies_count(desk->store, 9, &yes, &no, &heads, NULL), 0);
    assert_int_equal(yes, 1);
    assert_int_equal(no, 1);
    assert_int_equal(heads, 3);
    assert_int_equal(pk_replies_count(desk->store, 8, &yes, &no, &heads, NULL), 0);
    assert_int_equal(yes + no + heads, 0);
}

static int collect(void *ctx, const struct pk_outbox_item *item)
{
    int64_t **at = ctx;
    *(*at)++ = item->id;
    assert_true(pk_slice_is(item->topic, "t"));
    return 0;
}

static void test_outbox_keeps_order_and_never_reuses_a_place(void **state)
{
    struct desk *desk = *state;
    struct pk_outbox_item item = { .topic = PK_SLICE("t"), .content_type = PK_SLICE("c"), .correlation = PK_SLICE(""), .payload = PK_SLICE("{}"),
                                   .created_ms = NOW, .expires_ms = NOW + 10 };
    int64_t ids[3], seen[4] = { 0 }, *at = seen;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pk_outbox_add(desk->store, &item, &ids[i], NULL), 0);
    assert_int_equal(pk_outbox_page(desk->store, ids[0], 10, collect, &at, NULL), 0);
    assert_true(seen[0] == ids[1] && seen[1] == ids[2] && seen[2] == 0);
    assert_int_equal(pk_outbox_delete(desk->store, ids[2], NULL), 0);
    int64_t next = 0;
    assert_int_equal(pk_outbox_add(desk->store, &item, &next, NULL), 0);
    assert_true(next > ids[2]); /* a cursor behind it must not miss it */
    assert_int_equal(pk_outbox_count(desk->store), 3);
    size_t count = 0;
    assert_int_equal(pk_outbox_expire(desk->store, NOW + 10, 10, &count, NULL), 0);
    assert_int_equal(count, 3);
}

static void test_notices_and_texts_are_stored_once(void **state)
{
    struct desk *desk = *state;
    struct pk_notice answer = { .cls = PK_CLASS_ANSWER, .template_name = PK_SLICE("help"), .values = PK_SLICE("{}"), .created_ms = NOW };
    struct pk_notice notice = { .trigger = 5, .template_name = PK_SLICE("help"), .values = PK_SLICE("{}"), .created_ms = NOW };
    int64_t a, b, c, d;
    assert_int_equal(pk_notice_add(desk->store, &answer, &a, NULL), 0);
    assert_int_equal(pk_notice_add(desk->store, &answer, &b, NULL), 0);
    assert_int_equal(pk_notice_add(desk->store, &notice, &c, NULL), 0);
    assert_int_equal(pk_notice_add(desk->store, &notice, &d, NULL), 0);
    assert_true(a == b && c != a && d != c);
    struct pk_text_version version = { .name = PK_SLICE("help"), .language = PK_SLICE("bg"), .rendering = PK_SLICE(""), .body = PK_SLICE("x {org}"), .hash = { 1 } };
    struct pk_text_version read;
    assert_int_equal(pk_text_version_intern(desk->store, &version, NOW, &a, NULL), 0);
    version.hash[0] = 2;
    version.body = PK_SLICE("y {org}");
    assert_int_equal(pk_text_version_intern(desk->store, &version, NOW, &b, NULL), 0);
    assert_true(a != b);
    assert_int_equal(pk_text_version_get(desk->store, a, &read, NULL), 0);
    assert_true(pk_slice_is(read.body, "x {org}")); /* what was planned stays as it was */
    assert_int_equal(pk_text_version_get(desk->store, b + 1, &read, NULL), PK_E_NOT_FOUND);
}

static void test_retention_takes_what_is_over_and_old(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, 0, &address);
    int64_t over = queued(desk, who, address, NOW), waiting = queued(desk, who, address, NOW);
    assert_int_equal(pk_message_submitting(desk->store, over, 3, NOW, NULL), 0);
    int64_t attempt = handed_over(desk, over, "p-1");
    struct pk_attempt_part part = { attempt, 1, 2 };
    assert_int_equal(pk_attempt_part_taken(desk->store, 3, &part, PK_SLICE("p-0"), NULL), 0);
    struct pk_message_change accepted = { .state = PK_MESSAGE_ACCEPTED, .now_ms = NOW }, delivered = { .state = PK_MESSAGE_DELIVERED, .now_ms = NOW };
    assert_int_equal(pk_message_change(desk->store, over, &accepted, NULL), 0);
    assert_int_equal(pk_message_change(desk->store, over, &delivered, NULL), 0);
    assert_int_equal(pk_receipt_append(desk->store, attempt, 3, PK_SLICE("0"), NOW, NOW, NULL), 1);
    assert_int_equal(reply(desk, NUMBER, "x", "e", NOW - 10), 0);
    int64_t stranger = 0;
    assert_int_equal(pk_address_add(desk->store, 0, desk->sms, PK_SLICE("+31600000009"), NOW - 10, &stranger, NULL), 0);
    struct pk_message question = message_to(desk, who, address);
    question.cls = PK_CLASS_QUESTION;
    question.state = PK_MESSAGE_DELIVERED;
    assert_int_equal(pk_message_insert(desk->store, &question, NULL), 0);
    bool more = true;
    struct pk_retention nothing = { .messages_before_ms = 1, .replies_before_ms = NOW - 20, .triggers_before_ms = 1 };
    assert_int_equal(pk_upkeep_retain(desk->store, &nothing, 100, &more, NULL), 0);
    assert_int_equal(state_of(desk, over), PK_MESSAGE_DELIVERED);
    struct pk_attempt_part found;
    assert_int_equal(pk_attempt_part_find(desk->store, 3, PK_SLICE("p-0"), &found, NULL), 0);
    assert_true(found.attempt == attempt && found.index == 1 && found.total == 2);
    assert_int_equal(pk_attempt_part_find(desk->store, 4, PK_SLICE("p-0"), &found, NULL), PK_E_NOT_FOUND); /* of another account */
    struct pk_retention all = { .messages_before_ms = NOW + 1000000000000, .replies_before_ms = NOW, .triggers_before_ms = NOW };
    assert_int_equal(pk_upkeep_retain(desk->store, &all, 100, &more, NULL), 0);
    assert_false(more);
    struct pk_message read;
    assert_int_equal(pk_message_get(desk->store, over, &read, NULL), PK_E_NOT_FOUND);
    assert_int_equal(state_of(desk, waiting), PK_MESSAGE_QUEUED);
    assert_int_equal(state_of(desk, question.id), PK_MESSAGE_DELIVERED); /* or it would be asked again too early */
    all.questions_before_ms = all.messages_before_ms;
    assert_int_equal(pk_upkeep_retain(desk->store, &all, 100, &more, NULL), 0);
    assert_int_equal(pk_message_get(desk->store, question.id, &read, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM attempt", ""), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM receipt", ""), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM attempt_part", ""), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM reply", ""), 0);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM address WHERE recipient IS NULL", ""), 0);
    int64_t counts[PK_MESSAGE_STATES];
    assert_int_equal(pk_messages_count(desk->store, 0, counts, NULL), 0);
    assert_int_equal(counts[PK_MESSAGE_DELIVERED], 2); /* totals stay */
}

/* ---- what a text said ---- */

static int64_t said(struct desk *desk, int64_t created_ms)
{
    struct pk_notice notice = { .trigger = 5, .template_name = PK_SLICE("help"), .values = PK_SLICE("{\"a\":1}"), .created_ms = created_ms };
    int64_t id = 0;
    assert_int_equal(pk_notice_add(desk->store, &notice, &id, NULL), 0);
    return id;
}

static bool still_said(struct desk *desk, int64_t id)
{
    return pk_sql_int(desk->store, -1, "SELECT count(*) FROM notice WHERE id = ?1 AND vals <> '{}'", "i", id) != 0;
}

static void retain(struct desk *desk, int64_t values_before_ms, int64_t messages_before_ms, bool expect_more)
{
    struct pk_retention retention = { .values_before_ms = values_before_ms, .messages_before_ms = messages_before_ms, .now_ms = NOW + 1000 };
    bool more = false;
    assert_int_equal(pk_upkeep_retain(desk->store, &retention, 2, &more, NULL), 0);
    assert_int_equal(more, expect_more);
}

static void test_values_go_when_the_last_message_is_final(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, 0, &address);
    int64_t ahead = said(desk, NOW + 100000000); /* made while the clock was wrong */
    int64_t over = said(desk, NOW), waits = said(desk, NOW), last = said(desk, NOW), young = said(desk, NOW + 10);
    struct pk_message message = message_to(desk, who, address);
    message.notice = waits;
    assert_int_equal(pk_message_insert(desk->store, &message, NULL), 0);
    retain(desk, NOW + 10, 0, true);
    assert_true(still_said(desk, ahead) && still_said(desk, waits) && still_said(desk, young));
    assert_false(still_said(desk, over) || still_said(desk, last)); /* nothing waits for the one between them */
    struct pk_message_change over_now = { .state = PK_MESSAGE_EXPIRED, .now_ms = NOW };
    assert_int_equal(pk_message_change(desk->store, message.id, &over_now, NULL), 0);
    retain(desk, NOW + 11, 0, true);
    assert_false(still_said(desk, waits) || still_said(desk, young));
}

static void test_values_go_when_numbers_are_given_again(void **state)
{
    struct desk *desk = *state;
    int64_t first = said(desk, NOW), second = said(desk, NOW);
    retain(desk, NOW + 1, 0, true);
    assert_false(still_said(desk, first) || still_said(desk, second));
    retain(desk, NOW + 1, NOW + 1, true);
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM notice", ""), 0);
    int64_t again = said(desk, NOW), third = said(desk, NOW), young = said(desk, NOW + 2);
    assert_int_equal(again, first); /* this is what the test is about */
    retain(desk, NOW + 1, 0, true);
    assert_false(still_said(desk, again) || still_said(desk, third));
    assert_true(still_said(desk, young));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_attempts_are_found_by_the_providers_id), store_test(test_a_receipt_counts_once),
        store_test(test_receipts_of_the_unknown_wait),           store_test(test_replies_are_taken_once),
        store_test(test_the_last_answer_wins),                   store_test(test_outbox_keeps_order_and_never_reuses_a_place),
        store_test(test_notices_and_texts_are_stored_once),      store_test(test_retention_takes_what_is_over_and_old),
        store_test(test_values_go_when_the_last_message_is_final), store_test(test_values_go_when_numbers_are_given_again),
    };
    return cmocka_run_group_tests_name("store/traffic", tests, NULL, NULL);
}
