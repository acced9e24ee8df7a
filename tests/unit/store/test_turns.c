/* SPDX-License-Identifier: EUPL-1.2 */
/* Turns and units: what is kept, what is taken back, and who is told which. */
#include "tests/unit/store/support.h"

#include "gateway/base/file.h"
#include "gateway/store/connect.h"
#include "gateway/store/internal.h"
#include "gateway/store/outbox.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct heard {
    int done, failed;
};

static void done(void *ctx)
{
    ((struct heard *) ctx)->done++;
}

static void failed(void *ctx)
{
    ((struct heard *) ctx)->failed++;
}

static void after(struct desk *desk, enum pk_lane lane, struct heard *heard)
{
    pk_store_after(desk->store, lane, (struct pk_after){ .done = done, .failed = failed, .ctx = heard });
}

static void set(struct desk *desk, int64_t value)
{
    assert_int_equal(pk_store_set_number(desk->store, "n", value, NULL), 0);
}

static int64_t get(struct desk *desk)
{
    return pk_store_number(desk->store, "n", -1);
}

static void test_entries_wait_for_the_commit(void **state)
{
    struct desk *desk = *state;
    struct heard heard = { 0 };
    set(desk, 1);
    after(desk, PK_LANE_ANSWER, &heard);
    pk_store_release(desk->store, PK_LANE_ANSWER);
    assert_int_equal(heard.done + heard.failed, 0);
    assert_true(pk_store_pending(desk->store));
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    assert_int_equal(heard.done, 0);
    pk_store_release(desk->store, PK_LANE_CALL);
    assert_int_equal(heard.done, 0);
    pk_store_release(desk->store, PK_LANE_ANSWER);
    pk_store_release(desk->store, PK_LANE_ANSWER);
    assert_int_equal(heard.done, 1);
    assert_int_equal(heard.failed, 0);
    assert_false(pk_store_pending(desk->store));
}

static void test_a_dropped_unit_leaves_no_trace(void **state)
{
    struct desk *desk = *state;
    struct heard kept = { 0 }, dropped = { 0 };
    assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
    set(desk, 1);
    after(desk, PK_LANE_CALL, &kept);
    assert_int_equal(pk_unit_keep(desk->store, NULL), 0);
    assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
    set(desk, 2);
    uint32_t name = 0;
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, PK_SLICE("school:x"), &name, NULL), 0);
    int64_t address;
    int64_t who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    (void) queued(desk, who, address, NOW);
    after(desk, PK_LANE_CALL, &dropped);
    pk_unit_drop(desk->store);
    assert_int_equal(get(desk), 1);
    assert_int_equal(pk_name_find(desk->store, PK_NAME_TAG, PK_SLICE("school:x")), 0);
    assert_int_equal(pk_recipient_count(desk->store), 0);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    pk_store_release(desk->store, PK_LANE_CALL);
    assert_int_equal(kept.done, 1);
    assert_int_equal(dropped.done + dropped.failed, 0);
    int64_t counts[PK_MESSAGE_STATES];
    assert_int_equal(pk_messages_count(desk->store, 0, counts, NULL), 0);
    assert_int_equal(counts[PK_MESSAGE_QUEUED], 0);
    /* A unit nobody ended is not kept. */
    assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
    set(desk, 3);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    assert_int_equal(get(desk), 1);
}

/* A name of a kept unit is still there after the next unit was dropped. */
static void test_names_survive_a_neighbour(void **state)
{
    struct desk *desk = *state;
    uint32_t first = 0, again = 0;
    assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, PK_SLICE("a"), &first, NULL), 0);
    assert_int_equal(pk_unit_keep(desk->store, NULL), 0);
    assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
    pk_unit_drop(desk->store);
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, PK_SLICE("a"), &again, NULL), 0);
    assert_int_equal(first, again);
    assert_string_equal(pk_name_text(desk->store, PK_NAME_TAG, first), "a");
    assert_null(pk_name_text(desk->store, PK_NAME_TOPIC, first));
    assert_null(pk_name_text(desk->store, PK_NAME_TAG, 9999));
}

static void test_second_program_is_refused_and_wrong_keys_too(void **state)
{
    (void) state;
    char folder[] = "/tmp/pk-test-XXXXXX", path[256];
    assert_non_null(mkdtemp(folder));
    (void) snprintf(path, sizeof path, "%s/db", folder);
    struct desk desk;
    desk_open(&desk, path);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct pk_error err = { 0 };
    struct pk_store *other = NULL;
    struct pk_store_config config = { .path = path, .keys = desk.keys, .sync_off = true };
    assert_int_equal(pk_store_open(&config, &other, &err), PK_E_CONFLICT);
    assert_true(err.hint[0] != '\0');
    /* Reading beside it is allowed, writing there is not. */
    set(&desk, 5);
    assert_int_equal(pk_store_commit(desk.store, NULL), 0);
    struct pk_store *reading = NULL;
    assert_int_equal(pk_store_open_reading(path, desk.keys, &reading, &err), 0);
    assert_int_equal(pk_store_number(reading, "n", -1), 5);
    assert_true(pk_store_set_number(reading, "n", 6, &err) != 0);
    pk_store_close(reading);
    desk_close(&desk);

    struct pk_keyring *strange = test_keys(8);
    config.keys = strange;
    assert_int_equal(pk_store_open(&config, &other, &err), PK_E_CONFIG);
    assert_non_null(strstr(err.message, "key 1"));
    pk_keyring_free(strange);
    assert_null(other);
    /* Nothing was changed by the refusals. */
    desk_open(&desk, path);
    assert_int_equal(get(&desk), 5);
    desk_close(&desk);
    /* A file that is no database, and a damaged one, are refused with a sentence. */
    (void) snprintf(path, sizeof path, "%s/other", folder);
    assert_int_equal(pk_file_replace(path, 0600, PK_SLICE("this is no database at all, only some text that is long enough to be read"), &err), 0);
    struct pk_keyring *keys = test_keys(7);
    config = (struct pk_store_config){ .path = path, .keys = keys };
    assert_true(pk_store_open(&config, &other, &err) < 0);
    assert_non_null(strstr(err.message, "database"));
    pk_keyring_free(keys);
    char command[300];
    for (size_t i = 0; i < 6; i++) {
        static const char *const ends[] = { "db", "db-wal", "db-shm", "db.lock", "other", "other.lock" };
        (void) snprintf(command, sizeof command, "%s/%s", folder, ends[i]);
        (void) unlink(command);
    }
    (void) rmdir(folder);
}

/* The write-ahead log counts what was committed since it was last copied whole; then it begins again from its front. */
static void test_the_log_begins_again(void **state)
{
    (void) state;
    char folder[] = "/tmp/pk-test-XXXXXX", path[256], log[300];
    assert_non_null(mkdtemp(folder));
    (void) snprintf(path, sizeof path, "%s/db", folder);
    (void) snprintf(log, sizeof log, "%s/db-wal", folder);
    struct desk desk;
    desk_open(&desk, path);
    assert_int_equal(pk_store_checkpoint(desk.store, false, NULL), 0);
    assert_int_equal(pk_store_wal_bytes(desk.store), 0);
    struct stat before, after_;
    for (int64_t i = 0; i < 50; i++) {
        set(&desk, i);
        assert_int_equal(pk_store_commit(desk.store, NULL), 0);
    }
    int64_t bytes = pk_store_wal_bytes(desk.store);
    assert_true(bytes >= 50 * 4096);
    assert_int_equal(stat(log, &before), 0);
    assert_true(before.st_size >= bytes);
    assert_int_equal(pk_store_checkpoint(desk.store, false, NULL), 0);
    assert_int_equal(pk_store_wal_bytes(desk.store), 0);
    set(&desk, 50);
    assert_int_equal(pk_store_commit(desk.store, NULL), 0);
    assert_true(pk_store_wal_bytes(desk.store) < bytes);
    assert_int_equal(stat(log, &after_), 0);
    assert_int_equal(after_.st_size, before.st_size);
    desk_close(&desk);
    static const char *const ends[] = { "db", "db-wal", "db-shm", "db.lock" };
    for (size_t i = 0; i < 4; i++) {
        (void) snprintf(log, sizeof log, "%s/%s", folder, ends[i]);
        (void) unlink(log);
    }
    (void) rmdir(folder);
}

/* What is damaged stays so, however well the rest can be written. */
static void test_damage_is_not_forgotten(void **state)
{
    (void) state;
    char folder[] = "/tmp/pk-test-XXXXXX", path[256];
    assert_non_null(mkdtemp(folder));
    (void) snprintf(path, sizeof path, "%s/db", folder);
    struct desk desk;
    desk_open(&desk, path);
    int64_t root = pk_sql_int(desk.store, 0, "SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'", "");
    int64_t page = pk_sql_int(desk.store, 0, "PRAGMA page_size", "");
    assert_true(root > 1 && page >= 512);
    assert_int_equal(pk_store_checkpoint(desk.store, true, NULL), 0);
    desk_close(&desk);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long) ((root - 1) * page), SEEK_SET), 0);
    for (int64_t i = 0; i < page; i++)
        assert_int_equal(fputc(0xee, file), 0xee);
    assert_int_equal(fclose(file), 0);

    desk_open(&desk, path);
    struct pk_error err = { 0 };
    assert_true(pk_outbox_delete(desk.store, 1, &err) < 0);
    assert_string_equal(err.message, "the database is damaged");
    (void) pk_store_commit(desk.store, NULL);
    set(&desk, 5);
    assert_int_equal(pk_store_commit(desk.store, NULL), 0);
    assert_false(pk_store_healthy(desk.store, &err));
    assert_string_equal(err.message, "the database is damaged");
    desk_close(&desk);
    static const char *const ends[] = { "db", "db-wal", "db-shm", "db.lock" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void) snprintf(path, sizeof path, "%s/%s", folder, ends[i]);
        (void) unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_entries_wait_for_the_commit),
        store_test(test_a_dropped_unit_leaves_no_trace),
        store_test(test_names_survive_a_neighbour),
        cmocka_unit_test(test_second_program_is_refused_and_wrong_keys_too),
        cmocka_unit_test(test_damage_is_not_forgotten),
        cmocka_unit_test(test_the_log_begins_again),
    };
    return cmocka_run_group_tests_name("store/turns", tests, NULL, NULL);
}
