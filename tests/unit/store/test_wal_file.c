/* SPDX-License-Identifier: EUPL-1.2 */
/* The log is written in few calls, and is whole in the file when a commit returns. Numbers are remembered as long as they
 * are true. */
#include "tests/unit/store/support.h"

#include "gateway/base/file.h"
#include "gateway/store/connect.h"
#include "gateway/store/internal.h"
#include "gateway/store/outbox.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define BIG 500u /* rows of 1,000 bytes: more than is gathered */

struct place {
    char folder[40], path[64], copy[64];
    struct pk_keyring *keys;
    struct pk_store *store;
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    (void) snprintf(place->folder, sizeof place->folder, "/tmp/pokana-wal-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void) snprintf(place->path, sizeof place->path, "%s/db", place->folder);
    (void) snprintf(place->copy, sizeof place->copy, "%s/copy", place->folder);
    place->keys = test_keys(7);
    struct pk_store_config config = { .path = place->path, .keys = place->keys, .cache_bytes = 64 << 10 };
    assert_int_equal(pk_store_open(&config, &place->store, NULL), 0);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    static const char *const names[] = { "db", "db-wal", "db-shm", "db.lock", "copy", "copy-wal", "copy-shm" };
    struct place *place = *state;
    pk_store_close(place->store);
    pk_keyring_free(place->keys);
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        char path[80];
        (void) snprintf(path, sizeof path, "%s/%s", place->folder, names[i]);
        (void) unlink(path);
    }
    assert_int_equal(rmdir(place->folder), 0);
    free(place);
    return 0;
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

static void add(struct place *place, unsigned count)
{
    char payload[1000];
    int64_t id;
    memset(payload, 'x', sizeof payload);
    for (unsigned i = 0; i < count; i++) {
        struct pk_outbox_item item = {
            .topic = PK_SLICE("t"), .content_type = PK_SLICE("c"), .correlation = PK_SLICE(""), .payload = pk_slice_make(payload, sizeof payload)
        };
        assert_int_equal(pk_outbox_add(place->store, &item, &id, NULL), 0);
    }
}

static void copy_file(const char *from, const char *to)
{
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    char bytes[4096];
    size_t n;
    assert_non_null(in);
    assert_non_null(out);
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        assert_int_equal(fwrite(bytes, 1, n, out), n);
    (void) fclose(in);
    assert_int_equal(fclose(out), 0);
}

/* As after a crash at this moment: only what lies in the files counts. */
static int64_t rows_in_the_files(struct place *place)
{
    char from[80], to[80];
    struct pk_store *found = NULL;
    (void) snprintf(from, sizeof from, "%s-wal", place->path);
    (void) snprintf(to, sizeof to, "%s-wal", place->copy);
    copy_file(place->path, place->copy);
    copy_file(from, to);
    assert_int_equal(pk_store_open_reading(place->copy, place->keys, &found, NULL), 0);
    int64_t rows = pk_outbox_count(found);
    assert_int_equal(pk_sql_int(found, 0, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'", ""), 1);
    pk_store_close(found);
    return rows;
}

static void a_commit_is_in_the_file(void **state)
{
    struct place *place = *state;
    add(place, 3);
    assert_int_equal(rows_in_the_files(place), 0);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    assert_int_equal(rows_in_the_files(place), 3);
    add(place, BIG);
    assert_int_equal(rows_in_the_files(place), 3);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    assert_int_equal(rows_in_the_files(place), 3 + BIG);
}

/* The cache is small: pages leave for the log before their turn ends, and are read from there again. */
static void what_was_written_is_read(void **state)
{
    struct place *place = *state;
    add(place, BIG);
    assert_int_equal(pk_sql_int(place->store, 0, "SELECT sum(length(payload)) FROM outbox", ""), 1000 * BIG);
    assert_int_equal(pk_unit_begin(place->store, NULL), 0);
    add(place, BIG);
    assert_int_equal(pk_sql_int(place->store, 0, "SELECT sum(length(payload)) FROM outbox", ""), 2000 * BIG);
    pk_unit_drop(place->store);
    add(place, 1);
    assert_int_equal(pk_sql_int(place->store, 0, "SELECT sum(length(payload)) FROM outbox", ""), 1000 * (BIG + 1));
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    assert_int_equal(rows_in_the_files(place), BIG + 1);
}

/* Calls of this process that wrote something; counted by the kernel. */
static long long write_calls(void)
{
    char line[128];
    long long calls = -1;
    FILE *io = fopen("/proc/self/io", "r");
    assert_non_null(io);
    while (calls < 0 && fgets(line, sizeof line, io))
        (void) sscanf(line, "syscw: %lld", &calls);
    (void) fclose(io);
    assert_true(calls >= 0);
    return calls;
}

static void few_calls(void **state)
{
    struct place *place = *state;
    add(place, 1);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    add(place, 50);
    int64_t bytes = pk_store_wal_bytes(place->store);
    long long before = write_calls();
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    long long calls = write_calls() - before;
    assert_true(pk_store_wal_bytes(place->store) - bytes > 12 * 4096);
    assert_true(calls >= 1 && calls <= 2);
}

/* The log may not grow by more than so much, until it may again. */
static struct rlimit was;

static void tighten(struct place *place, int64_t more)
{
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    struct rlimit tight = was;
    tight.rlim_cur = (rlim_t) (pk_store_wal_bytes(place->store) + more);
    (void) signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
}

static void loosen(void)
{
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    (void) signal(SIGXFSZ, SIG_DFL);
}

/* The turn is not kept, and the next one is, without a trace of it. */
static void a_log_that_cannot_grow(void **state)
{
    struct place *place = *state;
    struct pk_error err = { 0 };
    add(place, 1);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    tighten(place, 8192);
    add(place, 50);
    int r = pk_store_commit(place->store, &err);
    int again = pk_store_commit(place->store, NULL); /* an empty one */
    loosen();
    assert_true(r < 0);
    assert_int_equal(again, 0);
    assert_int_equal(pk_outbox_count(place->store), 1);
    add(place, 2);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    assert_int_equal(rows_in_the_files(place), 3);
}

/* A page that left the small cache cannot be read again, as it cannot be written before: its turn is lost, the next is whole. */
static void a_page_that_is_lost_on_the_way(void **state)
{
    struct place *place = *state;
    add(place, 1);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    add(place, 80);
    tighten(place, 0);
    int64_t read = pk_sql_int(place->store, -1, "SELECT sum(length(payload)) FROM outbox", "");
    loosen();
    assert_int_equal(read, -1);
    assert_true(pk_store_commit(place->store, NULL) < 0);
    add(place, 80);
    assert_int_equal(pk_sql_int(place->store, 0, "SELECT count(*) FROM outbox", ""), 81);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    assert_int_equal(rows_in_the_files(place), 81);
}

/* ---- numbers ---- */

static void set(struct place *place, int64_t value)
{
    assert_int_equal(pk_store_set_number(place->store, "n", value, NULL), 0);
}

static void numbers_are_what_was_kept(void **state)
{
    struct place *place = *state;
    assert_int_equal(pk_store_number(place->store, "n", -1), -1);
    assert_int_equal(pk_store_number(place->store, "n", -2), -2);
    set(place, 1);
    assert_int_equal(pk_store_number(place->store, "n", -1), 1);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    assert_int_equal(pk_unit_begin(place->store, NULL), 0);
    set(place, 2);
    pk_unit_drop(place->store);
    assert_int_equal(pk_store_number(place->store, "n", -1), 1);
    set(place, 3);
    assert_int_equal(sqlite3_exec(place->store->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK); /* as SQLite does by itself */
    assert_true(pk_store_commit(place->store, NULL) < 0);
    assert_int_equal(pk_store_number(place->store, "n", -1), 1);
    /* Many of them, and what another connection is told. */
    for (int64_t i = 0; i < 100; i++) {
        char name[16];
        (void) snprintf(name, sizeof name, "n%d", (int) i);
        assert_int_equal(pk_store_set_number(place->store, name, i, NULL), 0);
    }
    assert_int_equal(pk_store_number(place->store, "n99", -1), 99);
    struct pk_store *other = NULL;
    assert_int_equal(pk_store_open_reading(place->path, place->keys, &other, NULL), 0);
    assert_int_equal(pk_store_number(other, "n", -1), 1);
    assert_int_equal(pk_store_number(other, "n99", -1), -1);
    set(place, 4);
    assert_int_equal(pk_store_commit(place->store, NULL), 0);
    assert_int_equal(pk_store_number(other, "n", -1), 4);
    assert_int_equal(pk_store_number(other, "n99", -1), 99);
    pk_store_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(a_commit_is_in_the_file),
        place_test(what_was_written_is_read),
        place_test(few_calls),
        place_test(a_log_that_cannot_grow),
        place_test(a_page_that_is_lost_on_the_way),
        place_test(numbers_are_what_was_kept),
    };
    return cmocka_run_group_tests_name("store/wal_file", tests, NULL, NULL);
}
