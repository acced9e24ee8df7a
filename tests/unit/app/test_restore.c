/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A backup in the place of the database: what waits then, what is kept of the old one, and that whatever cannot be
 * restored leaves everything as it was, byte by byte.
 */
#include "tests/unit/app/handed_out.h"

#include "gateway/app/restore.h"
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/store/attempts.h"
#include "gateway/store/journaled.h"
#include "gateway/store/person.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR_MS 3600000ll
#define LATER (NOW + 2 * HOUR_MS)

struct place {
    char folder[40], database[64], backup[64], journal[64];
    struct desk desk;
    int64_t who, address;
    int64_t waiting, tomorrow, flying; /* messages in the backup */
};

/* A person, a message due within the hour, one for tomorrow, one being handed over; then the backup; then another
 * person, who is only in the database. */
static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    (void) snprintf(place->folder, sizeof place->folder, "/tmp/pokana-restore-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void) snprintf(place->database, sizeof place->database, "%s/db", place->folder);
    (void) snprintf(place->backup, sizeof place->backup, "%s/backup", place->folder);
    (void) snprintf(place->journal, sizeof place->journal, "%s/journal", place->folder);
    struct desk *desk = &place->desk;
    struct pk_journal_found found;
    desk_open(desk, place->database);
    assert_int_equal(pk_store_journal_open(desk->store, place->journal, NOW, &found, NULL), 0);
    place->who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &place->address);
    place->waiting = queued(desk, place->who, place->address, NOW + HOUR_MS);
    place->tomorrow = queued(desk, place->who, place->address, NOW + 24 * HOUR_MS);
    place->flying = queued(desk, place->who, place->address, NOW);
    struct pk_attempt attempt = {
        .id = pk_id_ordered(), .message = place->flying, .account = 1, .state = PK_ATTEMPT_OPENED, .opened_ms = NOW
    };
    assert_int_equal(pk_attempt_open(desk->store, &attempt, NULL), 0);
    assert_int_equal(pk_message_submitting(desk->store, place->flying, 1, NOW, NULL), 0);
    hand_out(desk, place->who, place->address, LATER + 24 * HOUR_MS);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    pk_clock_set_manual(NOW);
    assert_int_equal(pk_store_backup_file(place->database, place->backup, NULL), 0);
    pk_clock_set_system();
    (void) person(desk, "+31600000002", PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    pk_store_close(desk->store);
    desk->store = NULL;
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    desk_close(&place->desk);
    DIR *folder = opendir(place->folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[400];
        (void) snprintf(path, sizeof path, "%s/%s", place->folder, entry->d_name);
        (void) unlink(path);
    }
    (void) closedir(folder);
    assert_int_equal(rmdir(place->folder), 0);
    free(place);
    return 0;
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

static void reopen(struct place *place, const char *path)
{
    struct pk_error err = { 0 };
    struct pk_store_config config = { .path = path, .keys = place->desk.keys, .sync_off = true };
    pk_store_close(place->desk.store);
    place->desk.store = NULL;
    if (pk_store_open(&config, &place->desk.store, &err) != 0)
        fail_msg("%s", err.message);
}

static int restore(struct place *place, struct pk_restored *ret_restored)
{
    struct pk_error err = { 0 };
    const struct pk_restore_plan plan = {
        .backup = place->backup,
        .database = place->database,
        .journal = place->journal,
        .keys = place->desk.keys,
        .actor = "test",
        .now_ms = LATER,
    };
    int r = pk_restore(&plan, ret_restored, &err);
    if (r != 0)
        assert_true(err.message[0] != '\0' && err.code == r);
    return r;
}

/* Names in the folder, sorted, without what a backup or a lock leaves anyway. */
static void check_files(struct place *place, const char *expected)
{
    struct dirent **entries = NULL;
    struct pk_buf seen;
    pk_buf_init(&seen, 4096);
    int count = scandir(place->folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (name[0] != '.' && strcmp(name, "db.lock") != 0 && strcmp(name, "backup") != 0 && strcmp(name, "journal") != 0)
            (void) pk_buf_printf(&seen, "%s ", name);
        free(entries[i]);
    }
    free(entries);
    assert_string_equal(pk_buf_text(&seen), expected);
    pk_buf_finish(&seen);
}

static void check_restored(struct place *place)
{
    struct pk_message message;
    reopen(place, place->database);
    assert_int_equal(pk_recipient_count(place->desk.store), 1);
    assert_int_equal(pk_store_number(place->desk.store, "hold.restored", 0), 1);
    assert_int_equal(pk_store_number(place->desk.store, "restore.taken_ms", 0), NOW);
    assert_int_equal(pk_store_number(place->desk.store, "restore.at_ms", 0), LATER);
    const int64_t held[] = { place->waiting, place->tomorrow };
    for (size_t i = 0; i < PK_COUNT(held); i++) {
        assert_int_equal(pk_message_get(place->desk.store, held[i], &message, NULL), 0);
        assert_int_equal(message.state, PK_MESSAGE_UNCERTAIN);
        assert_int_equal(message.flags, PK_MESSAGE_HELD);
        assert_int_equal(message.reason, PK_REASON_RESTORED);
    }
    assert_int_equal(pk_message_get(place->desk.store, place->flying, &message, NULL), 0);
    assert_int_equal(message.state, PK_MESSAGE_UNCERTAIN);
    check_nothing_open(&place->desk, place->who, LATER);
}

static void test_round_trip(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    assert_int_equal(restore(place, &restored), 0);
    assert_int_equal(restored.since_ms, NOW);
    assert_false(restored.since_is_guessed);
    assert_int_equal(restored.facts.recipients, 1);
    assert_int_equal(restored.doubted.waiting, 2);
    assert_int_equal(restored.doubted.under_way, 1);
    assert_int_equal(restored.due, 1); /* tomorrow's was not due since */
    assert_int_equal(restored.listed_count, 1);
    assert_int_equal(restored.listed[0].id, place->waiting);
    assert_int_equal(restored.listed[0].due_ms, NOW + HOUR_MS);
    assert_string_equal(restored.listed[0].topic, "parent-meetings");
    check_files(place, "db db.before-restore-20261014T193000Z ");
    check_restored(place);
    reopen(place, restored.kept);
    assert_int_equal(pk_recipient_count(place->desk.store), 2);
    assert_int_equal(pk_store_number(place->desk.store, "hold.restored", 0), 0);
}

/* What was committed and not yet moved from the log into the database goes with the old database. */
static void test_the_log_goes_along(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_buf wal;
    char path[80];
    reopen(place, place->database);
    (void) person(&place->desk, "+31600000003", PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_store_commit(place->desk.store, NULL), 0);
    (void) snprintf(path, sizeof path, "%s-wal", place->database);
    pk_buf_init(&wal, 1u << 24);
    assert_int_equal(pk_file_read(path, 1u << 24, &wal, NULL), 0);
    struct pk_buf database;
    pk_buf_init(&database, 1u << 24);
    assert_int_equal(pk_file_read(place->database, 1u << 24, &database, NULL), 0);
    /* As a crash leaves it: the log is there, its content not in the database. */
    pk_store_close(place->desk.store);
    place->desk.store = NULL;
    assert_int_equal(pk_file_replace(place->database, 0600, pk_buf_slice(&database), NULL), 0);
    assert_int_equal(pk_file_replace(path, 0600, pk_buf_slice(&wal), NULL), 0);
    pk_buf_finish(&wal);
    pk_buf_finish(&database);
    assert_int_equal(restore(place, &restored), 0);
    check_files(place, "db db.before-restore-20261014T193000Z db.before-restore-20261014T193000Z-wal ");
    check_restored(place);
    reopen(place, restored.kept);
    assert_int_equal(pk_recipient_count(place->desk.store), 3);
}

static void test_twice(void **state)
{
    struct place *place = *state;
    struct pk_restored first, second;
    assert_int_equal(restore(place, &first), 0);
    assert_int_equal(restore(place, &second), 0);
    check_files(place, "db db.before-restore-20261014T193000Z db.before-restore-20261014T193000Z-2 ");
    assert_int_equal(second.doubted.waiting, 2);
    check_restored(place);
}

static void test_a_backup_of_a_restored_one(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    assert_int_equal(restore(place, &restored), 0);
    assert_int_equal(unlink(place->backup), 0);
    pk_clock_set_manual(NOW + HOUR_MS);
    assert_int_equal(pk_store_backup_file(place->database, place->backup, NULL), 0);
    pk_clock_set_system();
    assert_int_equal(restore(place, &restored), 0);
    assert_int_equal(restored.since_ms, NOW + HOUR_MS);
    assert_int_equal(restored.doubted.waiting, 0);
}

static void test_without_a_database(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    assert_int_equal(unlink(place->database), 0);
    assert_int_equal(restore(place, &restored), 0);
    assert_string_equal(restored.kept, "");
    check_files(place, "db ");
    check_restored(place);
}

/* ---- the journal ---- */

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

/* ---- what cannot be ---- */

static void read_database(struct place *place, struct pk_buf *out)
{
    pk_buf_init(out, 1u << 24);
    assert_int_equal(pk_file_read(place->database, 1u << 24, out, NULL), 0);
}

static void check_untouched(struct place *place, struct pk_buf *before)
{
    struct pk_buf after;
    read_database(place, &after);
    assert_true(pk_slice_equal(pk_buf_slice(before), pk_buf_slice(&after)));
    pk_buf_finish(&after);
    pk_buf_finish(before);
    check_files(place, "db ");
    reopen(place, place->database);
    assert_int_equal(pk_recipient_count(place->desk.store), 2);
    assert_int_equal(pk_store_number(place->desk.store, "hold.restored", 0), 0);
}

static void test_a_wrong_key(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_buf before;
    struct pk_keyring *right = place->desk.keys;
    read_database(place, &before);
    place->desk.keys = test_keys(8);
    assert_int_equal(restore(place, &restored), PK_E_CONFIG);
    pk_keyring_free(place->desk.keys);
    place->desk.keys = right;
    check_untouched(place, &before);
}

static void test_a_cut_backup(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_buf before;
    struct stat st;
    read_database(place, &before);
    assert_int_equal(stat(place->backup, &st), 0);
    for (off_t left = st.st_size - 1; left > 0; left /= 2) {
        assert_int_equal(truncate(place->backup, left), 0);
        assert_int_not_equal(restore(place, &restored), 0);
    }
    check_untouched(place, &before);
}

static void test_no_backup_at_all(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_buf before;
    read_database(place, &before);
    assert_int_equal(unlink(place->backup), 0);
    assert_int_equal(restore(place, &restored), PK_E_NOT_FOUND);
    check_untouched(place, &before);
}

static void test_the_database_itself(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_buf before;
    read_database(place, &before);
    assert_int_equal(unlink(place->backup), 0);
    assert_int_equal(link(place->database, place->backup), 0);
    assert_int_equal(restore(place, &restored), PK_E_INVALID);
    check_untouched(place, &before);
}

static void test_beside_a_running_gateway(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    reopen(place, place->database);
    assert_int_equal(restore(place, &restored), PK_E_CONFLICT);
    assert_int_equal(pk_recipient_count(place->desk.store), 2);
    pk_store_close(place->desk.store);
    place->desk.store = NULL;
    check_files(place, "db ");
}

/* Cut off between the renames: the log is gone, the copy waits. Nothing opens; the same command again finishes it. */
static void test_after_a_cut_off_restore(void **state)
{
    struct place *place = *state;
    struct pk_restored restored;
    struct pk_store *store = NULL;
    char marker[80], part[80];
    (void) snprintf(marker, sizeof marker, "%s.restoring", place->database);
    (void) snprintf(part, sizeof part, "%s.restoring.part", place->database);
    assert_int_equal(pk_file_replace(marker, 0600, PK_SLICE("whatever"), NULL), 0);
    assert_int_equal(pk_file_replace(part, 0600, PK_SLICE("half"), NULL), 0);
    struct pk_store_config config = { .path = place->database, .keys = place->desk.keys, .sync_off = true };
    assert_int_equal(pk_store_open(&config, &store, NULL), PK_E_CONFLICT);
    assert_int_equal(restore(place, &restored), 0);
    check_files(place, "db db.before-restore-20261014T193000Z ");
    check_restored(place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_round_trip),
        place_test(test_the_log_goes_along),
        place_test(test_twice),
        place_test(test_a_backup_of_a_restored_one),
        place_test(test_without_a_database),
        place_test(test_stops_are_not_forgotten),
        place_test(test_a_stop_taken_back_is_none),
        place_test(test_withdrawals_and_erasures),
        place_test(test_only_what_came_since),
        place_test(test_without_a_journal_two_people),
        place_test(test_a_damaged_journal),
        place_test(test_a_journal_that_is_too_old),
        place_test(test_a_wrong_key),
        place_test(test_a_cut_backup),
        place_test(test_no_backup_at_all),
        place_test(test_the_database_itself),
        place_test(test_beside_a_running_gateway),
        place_test(test_after_a_cut_off_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
