/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A backup in the place of the database: what waits then, what is kept of the old one, and that whatever cannot be
 * restored leaves everything as it was, byte by byte.
 */
#include "tests/unit/app/restore_support.h"

#include "gateway/base/file.h"

#include <sys/stat.h>

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
        place_test(test_a_wrong_key),
        place_test(test_a_cut_backup),
        place_test(test_no_backup_at_all),
        place_test(test_the_database_itself),
        place_test(test_beside_a_running_gateway),
        place_test(test_after_a_cut_off_restore),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
