/* SPDX-License-Identifier: EUPL-1.2 */
/* A backup in the place of the database, and the journal of what came since: no STOP, withdrawal or erasure is forgotten, and where
 * the journal does not tell, two people say so. */
#include "tests/unit/app/restore_support.h"

#include "gateway/base/file.h"
#include "gateway/store/person.h"

/* The database goes on after the backup, with its journal, as `does` has it. */
static void live(struct place *place, void (*does)(struct place *place))
{
    struct pk_journal_found found;
    reopen(place, place->database);
    assert_int_equal(pk_store_journal_open(place->desk.store, place->journal, NOW + 1, &found, NULL), 0);
    assert_false(found.begun);
    does(place);
    assert_int_equal(pk_store_commit(place->desk.store, NULL), 0);
    pk_store_close(place->desk.store);
    place->desk.store = NULL;
}

static bool suppressed(struct place *place, const char *number)
{
    return pk_suppression_has(place->desk.store, place->desk.sms, pk_slice_of(number));
}

static void say_stop(struct place *place)
{
    struct desk *desk = &place->desk;
    assert_int_equal(pk_recipient_set_stopped(desk->store, place->who, NOW + HOUR_MS, NULL), 0);
    assert_int_equal(pk_suppression_add_person(desk->store, place->who, NOW + HOUR_MS, NULL), 0);
    assert_int_equal(pk_suppression_add(desk->store, desk->sms, PK_SLICE("+31600000088"), NOW + HOUR_MS, NULL), 0);
}

static void test_stops_are_not_forgotten(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_recipient who;
    struct pk_message message;
    live(place, say_stop);
    assert_int_equal(restore(place, &restored), 0);
    assert_int_equal(restored.replayed.stops, 1);
    assert_int_equal(restored.replayed.strangers, 1);
    assert_int_equal(restored.unknown_from_ms, 0);
    reopen(place, place->database);
    assert_true(suppressed(place, NUMBER));
    assert_true(suppressed(place, "+31600000088"));
    assert_int_equal(pk_recipient_get(place->desk.store, place->who, &who, NULL), 0);
    assert_int_equal(who.stopped_ms, NOW + HOUR_MS);
    assert_int_equal(pk_ledger_state(place->desk.store, place->who, place->desk.topic, place->desk.sms, LATER, NULL),
                     PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_message_get(place->desk.store, place->waiting, &message, NULL), 0);
    assert_int_equal(message.state, PK_MESSAGE_SUPPRESSED);
    assert_int_equal(message.reason, PK_REASON_STOPPED);
    assert_int_equal(restored.doubted.waiting, 0);
    int64_t links;
    assert_int_equal(pk_ledger_verify(place->desk.store, &links, NULL), 0);
    /* The journal of the restored database is the same one, and goes on. */
    struct pk_journal_found found;
    assert_int_equal(pk_store_journal_open(place->desk.store, place->journal, LATER, &found, NULL), 0);
    assert_false(found.begun);
    assert_string_equal(found.aside, "");
}

static void stop_and_start(struct place *place)
{
    say_stop(place);
    assert_int_equal(pk_store_commit(place->desk.store, NULL), 0);
    assert_int_equal(pk_suppression_lift_person(place->desk.store, place->who, NULL), 0);
    assert_int_equal(pk_recipient_set_stopped(place->desk.store, place->who, 0, NULL), 0);
}

static void test_a_stop_taken_back_is_none(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    live(place, stop_and_start);
    assert_int_equal(restore(place, &restored), 0);
    assert_int_equal(restored.replayed.stops, 0);
    assert_int_equal(restored.replayed.starts, 1);
    reopen(place, place->database);
    assert_false(suppressed(place, NUMBER));
    assert_true(suppressed(place, "+31600000088"));
}

static void withdraw_and_erase(struct place *place)
{
    struct desk *desk = &place->desk;
    int64_t other = 0;
    size_t cancelled;
    struct pk_address at;
    struct pk_consent_event event = { .recipient = place->who, .topic = desk->topic, .channel = desk->sms, .kind = PK_CONSENT_WITHDRAWN,
                                      .at_ms = NOW + HOUR_MS, .how = PK_SLICE("page") };
    assert_int_equal(pk_ledger_append(desk->store, &event, NULL), 0);
    assert_int_equal(pk_address_find(desk->store, desk->sms, PK_SLICE("+31600000005"), &at, NULL), 0);
    other = at.recipient;
    struct pk_forgetting forgetting = { .recipient = other, .now_ms = NOW + HOUR_MS };
    assert_int_equal(pk_person_forget(desk->store, &forgetting, &cancelled, NULL), 0);
    assert_int_equal(pk_address_find(desk->store, desk->sms, PK_SLICE("+31600000006"), &at, NULL), 0);
    forgetting = (struct pk_forgetting){ .address = at.id, .now_ms = NOW + HOUR_MS };
    assert_int_equal(pk_person_forget(desk->store, &forgetting, &cancelled, NULL), 0);
}

static void two_more(struct place *place)
{
    int64_t stranger;
    (void) person(&place->desk, "+31600000005", PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_address_add(place->desk.store, 0, place->desk.sms, PK_SLICE("+31600000006"), NOW, &stranger, NULL), 0);
}

static void test_withdrawals_and_erasures(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_address at;
    live(place, two_more);
    assert_int_equal(unlink(place->backup), 0);
    pk_clock_set_manual(NOW);
    assert_int_equal(pk_store_backup_file(place->database, place->backup, NULL), 0);
    pk_clock_set_system();
    live(place, withdraw_and_erase);
    assert_int_equal(restore(place, &restored), 0);
    assert_int_equal(restored.replayed.withdrawals, 1);
    assert_int_equal(restored.replayed.erasures, 2);
    reopen(place, place->database);
    assert_int_equal(pk_ledger_state(place->desk.store, place->who, place->desk.topic, place->desk.sms, LATER, NULL),
                     PK_CONSENT_STATE_WITHDRAWN);
    assert_int_equal(pk_address_find(place->desk.store, place->desk.sms, PK_SLICE("+31600000005"), &at, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_address_find(place->desk.store, place->desk.sms, PK_SLICE("+31600000006"), &at, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_recipient_count(place->desk.store), 2);
}

/* What the backup has in it already is not done again: who was erased before it and signed up anew stays. */
static void test_only_what_came_since(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    live(place, say_stop);
    live(place, stop_and_start);
    assert_int_equal(unlink(place->backup), 0);
    assert_int_equal(pk_store_backup_file(place->database, place->backup, NULL), 0);
    assert_int_equal(restore(place, &restored), 0);
    assert_int_equal(restored.replayed.stops, 0);
    reopen(place, place->database);
    assert_false(suppressed(place, NUMBER));
}

static int restore_with(struct place *place, const char *journal, const char *first, const char *second, struct pk_restored *ret_restored)
{
    const struct pk_restore_plan plan = {
        .backup = place->backup, .database = place->database, .journal = journal, .accepted_by = { first, second },
        .keys = place->desk.keys, .actor = "test", .now_ms = LATER,
    };
    return pk_restore(&plan, ret_restored, NULL);
}

static void test_without_a_journal_two_people(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    live(place, say_stop);
    assert_int_equal(restore_with(place, NULL, NULL, NULL, &restored), PK_E_DENIED);
    assert_int_equal(restored.unknown_from_ms, NOW);
    assert_int_equal(restore_with(place, NULL, "ann", NULL, &restored), PK_E_DENIED);
    assert_int_equal(restore_with(place, NULL, "ann", "ANN", &restored), PK_E_DENIED);
    reopen(place, place->database);
    assert_int_equal(pk_store_number(place->desk.store, "hold.restored", 0), 0); /* untouched */
    pk_store_close(place->desk.store);
    place->desk.store = NULL;
    assert_int_equal(restore_with(place, NULL, "ann", "bo", &restored), 0);
    reopen(place, place->database);
    assert_int_equal(pk_store_number(place->desk.store, "restore.unknown_from_ms", 0), NOW);
    assert_false(suppressed(place, NUMBER));
}

/* Changed in the middle: what is good of it is done, and the rest needs the two. */
static void test_a_damaged_journal(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_buf file;
    live(place, say_stop);
    pk_buf_init(&file, 1u << 20);
    assert_int_equal(pk_file_read(place->journal, 1u << 20, &file, NULL), 0);
    file.data[file.len - 100] ^= 1; /* the last record: the stranger's STOP */
    assert_int_equal(pk_file_replace(place->journal, 0600, pk_buf_slice(&file), NULL), 0);
    pk_buf_finish(&file);
    assert_int_equal(restore_with(place, place->journal, NULL, NULL, &restored), PK_E_DENIED);
    assert_int_equal(restored.unknown_from_ms, NOW + HOUR_MS); /* known up to the last good record */
    assert_int_equal(restore_with(place, place->journal, "ann", "bo", &restored), 0);
    reopen(place, place->database);
    assert_true(suppressed(place, NUMBER));
    assert_false(suppressed(place, "+31600000088"));
}

/* A copy of the journal from before the backup says nothing of the hours since. */
static void test_a_journal_that_is_too_old(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_buf old;
    pk_buf_init(&old, 1u << 20);
    assert_int_equal(pk_file_read(place->journal, 1u << 20, &old, NULL), 0);
    live(place, say_stop);
    assert_int_equal(unlink(place->backup), 0);
    assert_int_equal(pk_store_backup_file(place->database, place->backup, NULL), 0);
    assert_int_equal(pk_file_replace(place->journal, 0600, pk_buf_slice(&old), NULL), 0);
    pk_buf_finish(&old);
    assert_int_equal(restore_with(place, place->journal, NULL, NULL, &restored), PK_E_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_stops_are_not_forgotten),
        place_test(test_a_stop_taken_back_is_none),
        place_test(test_withdrawals_and_erasures),
        place_test(test_only_what_came_since),
        place_test(test_without_a_journal_two_people),
        place_test(test_a_damaged_journal),
        place_test(test_a_journal_that_is_too_old),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
