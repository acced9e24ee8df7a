/* SPDX-License-Identifier: EUPL-1.2 */
/* The queue: what is claimed and in which order, by which plan, and what sweeps make of the rest. */
#include "tests/unit/store/support.h"

#include "gateway/store/attempts.h"
#include "gateway/store/internal.h"
#include "gateway/store/message_row.h"
#include "gateway/store/triggers.h"

static struct pk_due due[16];

static size_t claim(struct desk *desk, int64_t now_ms)
{
    size_t count = 99;
    assert_int_equal(pk_messages_due(desk->store, 1, PK_PRIORITY_NORMAL, now_ms, 16, due, &count, NULL), 0);
    return count;
}

static void test_claims_what_is_due_oldest_first(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    int64_t later = queued(desk, who, address, NOW + 1), second = queued(desk, who, address, NOW), first = queued(desk, who, address, NOW - 5);
    struct pk_message other = message_to(desk, who, address);
    other.route = 2;
    assert_int_equal(pk_message_insert(desk->store, &other, NULL), 0);
    other = message_to(desk, who, address);
    other.priority = PK_PRIORITY_URGENT;
    assert_int_equal(pk_message_insert(desk->store, &other, NULL), 0);
    assert_int_equal(claim(desk, NOW), 2);
    assert_true(due[0].message.id == first && due[1].message.id == second);
    assert_int_equal(due[0].consent, PK_CONSENT_GRANTED);
    assert_int_equal(due[0].stopped_ms, 0);
    assert_true(pk_messages_next_due(desk->store, 1, PK_PRIORITY_NORMAL) == NOW - 5);
    assert_true(pk_messages_next_due(desk->store, 9, PK_PRIORITY_NORMAL) == INT64_MAX);
    assert_int_equal(pk_message_submitting(desk->store, first, 3, NOW, NULL), 0);
    assert_int_equal(claim(desk, NOW + 1), 2);
    assert_true(due[1].message.id == later);
}

/* The claim walks its index and stops: no scan, no sort, whatever lies behind. */
static void test_the_claim_is_planned_flat(void **state)
{
    struct desk *desk = *state;
    struct pk_buf sql, plan;
    pk_buf_init(&sql, 65536);
    pk_buf_init(&plan, 65536);
    (void) pk_buf_printf(&sql, "EXPLAIN QUERY PLAN %s", pk_claim_sql);
    sqlite3_stmt *explain = NULL;
    assert_int_equal(sqlite3_prepare_v2(desk->store->db, sql.data, -1, &explain, NULL), SQLITE_OK);
    while (sqlite3_step(explain) == SQLITE_ROW)
        (void) pk_buf_printf(&plan, "%s\n", (const char *) sqlite3_column_text(explain, 3));
    (void) sqlite3_finalize(explain);
    assert_non_null(strstr(plan.data, "SEARCH m USING INDEX message_waiting (route=? AND priority=? AND due_ms<?)"));
    assert_null(strstr(plan.data, "SCAN"));
    assert_null(strstr(plan.data, "TEMP B-TREE"));
    pk_buf_finish(&sql);
    pk_buf_finish(&plan);
}

static void test_facts_follow_the_person(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    (void) queued(desk, who, address, NOW);
    struct pk_consent_event event = { .recipient = who, .topic = desk->topic, .channel = desk->sms, .kind = PK_CONSENT_WITHDRAWN, .at_ms = NOW,
                                      .how = PK_SLICE("stop"), .by = PK_SLICE("self") };
    assert_int_equal(pk_ledger_append(desk->store, &event, NULL), 0);
    assert_int_equal(claim(desk, NOW), 1);
    assert_int_equal(due[0].consent, PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_recipient_set_stopped(desk->store, who, NOW - 1, NULL), 0);
    assert_int_equal(pk_suppression_add_person(desk->store, who, NOW - 2, NULL), 0);
    assert_int_equal(claim(desk, NOW), 1);
    assert_true(due[0].stopped_ms == NOW - 1);
    assert_true(due[0].blocked_ms == NOW - 2);
    /* The sealed address opens at its own place. */
    struct pk_buf clear;
    pk_buf_init(&clear, 64);
    assert_int_equal(pk_unseal(desk->keys, PK_PLACE_ADDRESS, due[0].sealed_row, pk_slice_make(due[0].sealed, due[0].sealed_len), &clear, NULL), 0);
    assert_string_equal(clear.data, NUMBER);
    pk_buf_finish(&clear);
}

static void test_the_table_of_states_is_asked(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, 0, &address), id = queued(desk, who, address, NOW);
    struct pk_error err = { 0 };
    struct pk_message_change change = { .state = PK_MESSAGE_DELIVERED, .now_ms = NOW };
    assert_int_equal(pk_message_change(desk->store, id, &change, &err), PK_E_CONFLICT);
    assert_string_equal(err.message, "a message that is queued cannot become delivered");
    change.state = PK_MESSAGE_SUPPRESSED;
    change.reason = PK_REASON_STOPPED;
    change.set_flags = PK_MESSAGE_HELD;
    assert_int_equal(pk_message_change(desk->store, id, &change, NULL), 0);
    struct pk_message read;
    assert_int_equal(pk_message_get(desk->store, id, &read, NULL), 0);
    assert_int_equal(read.reason, PK_REASON_STOPPED);
    assert_int_equal(read.flags, PK_MESSAGE_HELD);
    assert_true(read.due_ms == NOW); /* 0 keeps it */
    assert_int_equal(pk_message_submitting(desk->store, id, 1, NOW, &err), PK_E_CONFLICT);
    assert_int_equal(pk_message_change(desk->store, id + 1, &change, &err), PK_E_NOT_FOUND);
    int64_t counts[PK_MESSAGE_STATES];
    assert_int_equal(pk_messages_count(desk->store, 0, counts, NULL), 0);
    assert_int_equal(counts[PK_MESSAGE_QUEUED], 0);
    assert_int_equal(counts[PK_MESSAGE_SUPPRESSED], 1);
}

static void test_sweeps(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, 0, &address);
    int64_t over = queued(desk, who, address, NOW), live = queued(desk, who, address, NOW);
    assert_int_equal(sqlite3_exec(desk->store->db, "UPDATE message SET expires_ms = 5 WHERE id = (SELECT min(id) FROM message)", NULL, NULL, NULL), 0);
    size_t count = 0;
    assert_int_equal(pk_messages_expire(desk->store, NOW, 10, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(state_of(desk, over), PK_MESSAGE_EXPIRED);
    assert_int_equal(state_of(desk, live), PK_MESSAGE_QUEUED);
    struct pk_message answer = message_to(desk, who, address);
    answer.cls = PK_CLASS_ANSWER;
    assert_int_equal(pk_message_insert(desk->store, &answer, NULL), 0);
    assert_int_equal(pk_messages_suppress_person(desk->store, who, PK_REASON_STOPPED, NOW, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(state_of(desk, live), PK_MESSAGE_SUPPRESSED);
    assert_int_equal(state_of(desk, answer.id), PK_MESSAGE_QUEUED);
    assert_int_equal(pk_messages_answers_since(desk->store, address, 0), 1);
}

static void plan(void *ctx, uint32_t account, struct pk_message_change *change, int64_t *ret_ask_ms)
{
    assert_int_equal(account, 3);
    *(int *) ctx += 1;
    change->state = PK_MESSAGE_UNCERTAIN;
    change->reason = PK_REASON_RESTART;
    change->due_ms = NOW + 100;
    *ret_ask_ms = NOW + 60;
}

static void test_recovery_and_the_end_of_waiting(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, 0, &address), id = queued(desk, who, address, NOW);
    struct pk_attempt attempt = { .id = pk_id_ordered(), .message = id, .account = 3, .opened_ms = NOW };
    assert_int_equal(pk_attempt_open(desk->store, &attempt, NULL), 0);
    assert_int_equal(pk_message_submitting(desk->store, id, 3, NOW, NULL), 0);
    int asked = 0;
    size_t count = 9;
    struct pk_recovery recovery = { .plan = plan, .ctx = &asked, .now_ms = NOW };
    assert_int_equal(pk_messages_recover(desk->store, &recovery, 10, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(asked, 1);
    assert_int_equal(state_of(desk, id), PK_MESSAGE_UNCERTAIN);
    assert_int_equal(pk_attempt_get(desk->store, attempt.id, &attempt, NULL), 0);
    assert_int_equal(attempt.state, PK_ATTEMPT_NO_ANSWER);
    struct pk_ask asks[2];
    assert_int_equal(pk_attempts_next_ask(desk->store), NOW + 60);
    assert_int_equal(pk_attempts_to_ask(desk->store, NOW + 59, 2, asks, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(pk_attempts_to_ask(desk->store, NOW + 60, 2, asks, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_true(asks[0].attempt == attempt.id && asks[0].asked == 0);
    assert_int_equal(pk_attempt_ask_at(desk->store, attempt.id, NOW + 70, 1, NULL), 0);
    assert_int_equal(pk_attempts_to_ask(desk->store, NOW + 70, 2, asks, &count, NULL), 0);
    assert_int_equal(asks[0].asked, 1);
    assert_int_equal(pk_attempts_ask_none(desk->store, NULL), 0);
    assert_int_equal(pk_attempts_next_ask(desk->store), INT64_MAX);
    assert_int_equal(pk_messages_recover(desk->store, &recovery, 10, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(pk_messages_close_receipts(desk->store, NOW + 99, 10, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(pk_messages_close_receipts(desk->store, NOW + 100, 10, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(state_of(desk, id), PK_MESSAGE_UNCONFIRMED);
}

static void test_questions_are_remembered(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, PK_CONSENT_REQUESTED, &address);
    assert_false(pk_messages_question_asked(desk->store, address, desk->topic, NOW - 1000));
    struct pk_message question = message_to(desk, who, address);
    question.cls = PK_CLASS_QUESTION;
    assert_int_equal(pk_message_insert(desk->store, &question, NULL), 0);
    assert_true(pk_messages_question_asked(desk->store, address, desk->topic, NOW - 1000));
    assert_false(pk_messages_question_asked(desk->store, address, desk->topic, NOW + 1));
    assert_false(pk_messages_question_asked(desk->store, address, desk->topic + 1, NOW - 1000));
    struct pk_message_change refused = { .state = PK_MESSAGE_SUPPRESSED, .now_ms = NOW };
    assert_int_equal(pk_message_change(desk->store, question.id, &refused, NULL), 0);
    assert_false(pk_messages_question_asked(desk->store, address, desk->topic, NOW - 1000)); /* it never left */
}

static void test_depths(void **state)
{
    struct desk *desk = *state;
    int64_t address, who = person(desk, NUMBER, 0, &address);
    (void) queued(desk, who, address, NOW);
    (void) queued(desk, who, address, NOW + 1000);
    struct pk_queue_depth depths[4];
    size_t count = 0;
    assert_int_equal(pk_queue_depths(desk->store, NOW, depths, 4, &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_int_equal(depths[0].waiting, 2);
    assert_int_equal(depths[0].due, 1);
    assert_true(depths[0].oldest_due_ms == NOW);
}

static void test_triggers_are_taken_once(void **state)
{
    struct desk *desk = *state;
    struct pk_trigger trigger = { .id = pk_id_ordered(), .publisher = 1, .state = PK_TRIGGER_EXPANDING, .source = PK_SLICE("urn:a"),
                                  .event_id = PK_SLICE("1"), .type = PK_SLICE("t"), .received_ms = NOW, .notice = 1, .audience = PK_SLICE("{}"),
                                  .valid_until_ms = NOW, .route = 1, .ceiling = 10 };
    assert_int_equal(pk_trigger_add(desk->store, &trigger, NULL), 0);
    assert_true(pk_trigger_find(desk->store, PK_SLICE("urn:a"), PK_SLICE("1")) == trigger.id);
    assert_true(pk_trigger_find(desk->store, PK_SLICE("urn:a1"), PK_SLICE("")) == 0);
    assert_true(pk_trigger_find(desk->store, PK_SLICE("urn:b"), PK_SLICE("1")) == 0);
    int64_t first = trigger.id;
    trigger.id = pk_id_ordered();
    assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
    assert_int_equal(pk_trigger_add(desk->store, &trigger, NULL), PK_E_CONFLICT);
    pk_unit_drop(desk->store);
    struct pk_trigger read;
    assert_int_equal(pk_trigger_next_expanding(desk->store, 0, &read, NULL), 0);
    assert_true(read.id == first && pk_slice_is(read.source, "urn:a"));
    assert_int_equal(pk_trigger_next_expanding(desk->store, first, &read, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_trigger_progress(desk->store, first, PK_TRIGGER_EXPANDED, 5, 7, NULL), 0);
    assert_int_equal(pk_trigger_get(desk->store, first, &read, NULL), 0);
    assert_int_equal(read.planned, 7);
    assert_int_equal(read.cursor, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_claims_what_is_due_oldest_first), store_test(test_the_claim_is_planned_flat),
        store_test(test_facts_follow_the_person),         store_test(test_the_table_of_states_is_asked),
        store_test(test_sweeps),                          store_test(test_recovery_and_the_end_of_waiting),
        store_test(test_questions_are_remembered),        store_test(test_depths),
        store_test(test_triggers_are_taken_once),
    };
    return cmocka_run_group_tests_name("store/queue", tests, NULL, NULL);
}
