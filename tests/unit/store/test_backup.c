/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies of a database that is in use, and what is found out about a file before anybody trusts it. */
#include "tests/unit/store/support.h"

#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/store/inspect.h"
#include "gateway/store/jobs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[40], database[64], backup[64];
    struct desk desk;
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    (void) snprintf(place->folder, sizeof place->folder, "/tmp/pokana-backup-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void) snprintf(place->database, sizeof place->database, "%s/db", place->folder);
    (void) snprintf(place->backup, sizeof place->backup, "%s/backup", place->folder);
    desk_open(&place->desk, place->database);
    (void) person(&place->desk, NUMBER, PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_store_commit(place->desk.store, NULL), 0);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    static const char *const names[] = { "db", "db-wal", "db-shm", "db.lock", "db.restoring", "backup", "other" };
    struct place *place = *state;
    desk_close(&place->desk);
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        char path[80];
        (void) snprintf(path, sizeof path, "%s/%s", place->folder, names[i]);
        (void) unlink(path);
    }
    assert_int_equal(rmdir(place->folder), 0); /* nothing else was left */
    free(place);
    return 0;
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

static int back_up(struct place *place, struct pk_error *err)
{
    return pk_store_backup_file(place->database, place->backup, err);
}

static int inspect(const char *path, struct pk_keyring *keys, struct pk_store_facts *ret_facts)
{
    struct pk_error err = { 0 };
    int r = pk_store_inspect(path, keys, ret_facts, &err);
    if (r != 0)
        assert_true(err.message[0] != '\0' && err.code == r);
    return r;
}

/* ---- copies ---- */

static void test_a_copy_is_whole(void **state)
{
    struct place *place = *state;
    struct pk_store_facts facts;
    struct stat st;
    pk_clock_set_manual(NOW);
    assert_int_equal(back_up(place, NULL), 0);
    pk_clock_set_system();
    assert_int_equal(stat(place->backup, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(inspect(place->backup, place->desk.keys, &facts), 0);
    assert_int_equal(facts.taken_ms, NOW);
    assert_int_equal(facts.recipients, 1);
    assert_int_equal(facts.links, 1);
    assert_int_equal(facts.waiting, 0);
}

static void test_nothing_is_replaced(void **state)
{
    struct place *place = *state;
    struct pk_error err;
    struct pk_buf bytes;
    assert_int_equal(pk_file_replace(place->backup, 0600, PK_SLICE("precious"), NULL), 0);
    assert_int_equal(back_up(place, &err), PK_E_CONFLICT);
    pk_buf_init(&bytes, 64);
    assert_int_equal(pk_file_read(place->backup, 64, &bytes, NULL), 0);
    assert_string_equal(pk_buf_text(&bytes), "precious");
    pk_buf_finish(&bytes);
    /* A name that points nowhere is taken too. */
    assert_int_equal(unlink(place->backup), 0);
    assert_int_equal(symlink("/nonexistent/elsewhere", place->backup), 0);
    assert_int_equal(back_up(place, &err), PK_E_CONFLICT);
}

static void test_what_cannot_be_copied(void **state)
{
    struct place *place = *state;
    struct pk_error err;
    assert_int_equal(pk_store_backup_file("/nonexistent/db", place->backup, &err), PK_E_NOT_FOUND);
    assert_int_equal(pk_store_backup_file(place->database, "/nonexistent/backup", &err), PK_E_NOT_FOUND);
    assert_int_equal(access(place->backup, F_OK), -1);
}

struct copying {
    struct place *place;
    atomic_bool over;
    int result;
};

static void *copy(void *ctx)
{
    struct copying *copying = ctx;
    copying->result = back_up(copying->place, NULL);
    atomic_store(&copying->over, true);
    return NULL;
}

/* Two numbers change together in every turn; in a copy of one moment they are the same. A copy that begins again with
 * every commit never ends. */
static void test_a_copy_under_load_is_of_one_moment(void **state)
{
    struct place *place = *state;
    struct pk_store *store = place->desk.store;
    struct copying copying = { .place = place };
    pthread_t thread;
    char filler[4000];
    memset(filler, 'x', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    for (int i = 0; i < 2500; i++) /* some ten thousand kilobytes: several steps of the copy */
        assert_int_equal(pk_audit_append(store, "test", "fill", "", filler, NOW, NULL), 0);
    assert_int_equal(pk_store_set_number(store, "a", 0, NULL), 0);
    assert_int_equal(pk_store_set_number(store, "b", 0, NULL), 0);
    assert_int_equal(pk_store_commit(store, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, copy, &copying), 0);
    int64_t turns = 0;
    do {
        turns++;
        assert_int_equal(pk_store_set_number(store, "a", turns, NULL), 0);
        assert_int_equal(pk_audit_append(store, "test", "load", "", filler, NOW, NULL), 0);
        assert_int_equal(pk_store_set_number(store, "b", turns, NULL), 0);
        assert_int_equal(pk_store_commit(store, NULL), 0);
    } while (!atomic_load(&copying.over) || turns < 3);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(copying.result, 0);
    struct pk_store_facts facts;
    assert_int_equal(inspect(place->backup, place->desk.keys, &facts), 0);
    desk_close(&place->desk);
    desk_open(&place->desk, place->backup);
    assert_int_equal(pk_store_number(place->desk.store, "a", -1), pk_store_number(place->desk.store, "b", -2));
    char lock[80];
    (void) snprintf(lock, sizeof lock, "%s.lock", place->backup);
    assert_int_equal(unlink(lock), 0);
}

/* ---- looking at a file ---- */

static void test_a_cut_copy_is_refused(void **state)
{
    struct place *place = *state;
    struct pk_store_facts facts = { .recipients = 77 };
    struct stat st;
    assert_int_equal(back_up(place, NULL), 0);
    assert_int_equal(stat(place->backup, &st), 0);
    for (off_t left = st.st_size - 1; left > 0; left = left * 3 / 4) {
        assert_int_equal(truncate(place->backup, left), 0);
        int r = inspect(place->backup, place->desk.keys, &facts);
        assert_int_equal(r, left >= 100 ? PK_E_IO : PK_E_UNSUPPORTED);
    }
    assert_int_equal(facts.recipients, 77);
}

static void test_a_damaged_copy_is_refused(void **state)
{
    struct place *place = *state;
    struct pk_store_facts facts;
    struct stat st;
    assert_int_equal(back_up(place, NULL), 0);
    assert_int_equal(stat(place->backup, &st), 0);
    FILE *file = fopen(place->backup, "r+");
    assert_non_null(file);
    for (off_t at = 4096; at < st.st_size; at += 4096) { /* the head of every page but the first */
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        assert_int_equal(fwrite("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 1, 8, file), 8);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(inspect(place->backup, place->desk.keys, &facts), PK_E_IO);
}

static void test_what_is_no_database_of_ours(void **state)
{
    struct place *place = *state;
    struct pk_store_facts facts;
    char other[64];
    (void) snprintf(other, sizeof other, "%s/other", place->folder);
    assert_int_equal(inspect(other, place->desk.keys, &facts), PK_E_NOT_FOUND);
    assert_int_equal(inspect(place->folder, place->desk.keys, &facts), PK_E_UNSUPPORTED);
    assert_int_equal(pk_file_replace(other, 0600, PK_SLICE(""), NULL), 0);
    assert_int_equal(inspect(other, place->desk.keys, &facts), PK_E_UNSUPPORTED);
    char text[400];
    memset(text, 'x', sizeof text);
    assert_int_equal(pk_file_replace(other, 0600, pk_slice_make(text, sizeof text), NULL), 0);
    assert_int_equal(inspect(other, place->desk.keys, &facts), PK_E_UNSUPPORTED);
}

static void test_other_keys_are_refused(void **state)
{
    struct place *place = *state;
    struct pk_store_facts facts;
    pk_auto(pk_keyring) struct pk_keyring *other = test_keys(8);
    assert_int_equal(back_up(place, NULL), 0);
    assert_int_equal(inspect(place->backup, other, &facts), PK_E_CONFIG);
}

static int collect(void *ctx, uint8_t id, enum pk_key_match match)
{
    (void) pk_buf_printf(ctx, "%u:%d ", id, (int) match);
    return 0;
}

static void matches(struct place *place, struct pk_keyring *keys, const char *expected)
{
    struct pk_buf seen;
    pk_buf_init(&seen, 256);
    assert_int_equal(pk_store_each_key(place->database, keys, collect, &seen, NULL), 0);
    assert_string_equal(pk_buf_text(&seen), expected);
    pk_buf_finish(&seen);
}

static void test_keys_against_a_database(void **state)
{
    struct place *place = *state;
    static const uint8_t second[PK_KEY_BYTES] = { 9 };
    pk_auto(pk_keyring) struct pk_keyring *both = test_keys(7);
    pk_auto(pk_keyring) struct pk_keyring *wrong = test_keys(8);
    pk_auto(pk_keyring) struct pk_keyring *later = pk_keyring_new();
    assert_int_equal(pk_keyring_add(both, 2, second, NULL), 0);
    assert_int_equal(pk_keyring_add(later, 2, second, NULL), 0);
    matches(place, place->desk.keys, "1:1 ");
    matches(place, both, "1:1 2:3 ");
    matches(place, wrong, "1:2 ");
    matches(place, later, "2:3 1:4 ");
    assert_int_equal(pk_store_each_key("/nonexistent/db", both, collect, NULL, NULL), PK_E_NOT_FOUND);
}

static void test_half_a_restore_does_not_open(void **state)
{
    struct place *place = *state;
    char marker[80];
    struct pk_store *store = NULL;
    struct pk_error err;
    struct pk_store_config config = { .path = place->database, .keys = place->desk.keys, .sync_off = true };
    (void) snprintf(marker, sizeof marker, "%s%s", place->database, PK_STORE_RESTORING);
    pk_store_close(place->desk.store);
    assert_int_equal(pk_file_replace(marker, 0600, PK_SLICE("x"), NULL), 0);
    assert_int_equal(pk_store_open(&config, &store, &err), PK_E_CONFLICT);
    assert_int_equal(unlink(marker), 0);
    assert_int_equal(pk_store_open(&config, &place->desk.store, &err), 0);
}

/* ---- what was due ---- */

static int note(void *ctx, const struct pk_message *message)
{
    (void) pk_buf_printf(ctx, "%lld ", (long long) (message->due_ms - NOW));
    return 0;
}

static void test_due_by(void **state)
{
    struct place *place = *state;
    struct pk_buf seen;
    int64_t count = 0, address;
    int64_t who = person(&place->desk, "+31600000002", PK_CONSENT_CONFIRMED, &address);
    for (int64_t due = 5; due > -5; due--)
        (void) queued(&place->desk, who, address, NOW + due);
    pk_buf_init(&seen, 256);
    assert_int_equal(pk_messages_due_by(place->desk.store, NOW + 3, 3, note, &seen, &count, NULL), 0);
    assert_string_equal(pk_buf_text(&seen), "-4 -3 -2 ");
    assert_int_equal(count, 8);
    pk_buf_finish(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_a_copy_is_whole),
        place_test(test_nothing_is_replaced),
        place_test(test_what_cannot_be_copied),
        place_test(test_a_copy_under_load_is_of_one_moment),
        place_test(test_a_cut_copy_is_refused),
        place_test(test_a_damaged_copy_is_refused),
        place_test(test_what_is_no_database_of_ours),
        place_test(test_other_keys_are_refused),
        place_test(test_keys_against_a_database),
        place_test(test_half_a_restore_does_not_open),
        place_test(test_due_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
