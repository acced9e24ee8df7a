/* SPDX-License-Identifier: EUPL-1.2 */
/* The write-ahead log is copied beside the work and begins again; a reader who stays keeps it long, and that is said. */
#include "tests/unit/store/support.h"

#include "gateway/service/wal.h"
#include "gateway/store/connect.h"

#include <stdio.h>
#include <unistd.h>

#define LENGTH (64 * 1024)

struct place {
    char folder[32], path[64];
    struct desk desk;
    struct pk_reader *reader;
    struct pk_wal *wal;
};

static void now(void *ctx, void (*run)(void *arg), void *arg)
{
    (void) ctx;
    run(arg);
}

static void write_until(struct place *place, int64_t bytes)
{
    for (int64_t i = 0; pk_store_wal_bytes(place->desk.store) <= bytes; i++) {
        assert_int_equal(pk_store_set_number(place->desk.store, "n", i, NULL), 0);
        assert_int_equal(pk_store_commit(place->desk.store, NULL), 0);
    }
}

static int open_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    (void) snprintf(place->folder, sizeof place->folder, "/tmp/pk-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void) snprintf(place->path, sizeof place->path, "%s/db", place->folder);
    desk_open(&place->desk, place->path);
    assert_int_equal(pk_store_checkpoint(place->desk.store, false, NULL), 0);
    struct pk_reader_config config = { .path = place->path, .keys = place->desk.keys, .inline_only = true, .notify = now, .queue_max = 1 };
    assert_int_equal(pk_reader_new(&config, &place->reader, NULL), 0);
    place->wal = pk_wal_new(place->desk.store, place->reader, LENGTH);
    *state = place;
    return 0;
}

static int close_place(void **state)
{
    struct place *place = *state;
    pk_wal_free(place->wal);
    pk_reader_free(place->reader);
    desk_close(&place->desk);
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        char name[80];
        (void) snprintf(name, sizeof name, "%s%s", place->path, ends[i]);
        (void) unlink(name);
    }
    (void) rmdir(place->folder);
    free(place);
    return 0;
}

static void a_short_log_is_left_alone(void **state)
{
    struct place *place = *state;
    pk_wal_each_second(place->wal);
    pk_wal_between_turns(place->wal);
    write_until(place, LENGTH / 4);
    pk_wal_between_turns(place->wal);
    int64_t bytes = pk_store_wal_bytes(place->desk.store);
    assert_true(bytes > 0 && bytes <= LENGTH);
}

static void a_long_one_begins_again(void **state)
{
    struct place *place = *state;
    write_until(place, LENGTH);
    pk_wal_between_turns(place->wal); /* beside the work */
    assert_true(pk_store_wal_bytes(place->desk.store) > LENGTH);
    pk_wal_between_turns(place->wal); /* the rest */
    assert_int_equal(pk_store_wal_bytes(place->desk.store), 0);
    assert_false(pk_wal_large(place->wal));
}

static void who_reads_for_long_is_waited_for(void **state)
{
    struct place *place = *state;
    struct pk_store *other = NULL;
    assert_int_equal(pk_store_open_reading(place->path, place->desk.keys, &other, NULL), 0);
    assert_int_equal(pk_store_read_begin(other, NULL), 0);
    assert_int_equal(pk_store_number(other, "n", -1), -1);
    write_until(place, 2 * LENGTH);
    for (int i = 0; i < 4; i++)
        pk_wal_between_turns(place->wal);
    assert_true(pk_store_wal_bytes(place->desk.store) > 2 * LENGTH);
    pk_wal_each_second(place->wal);
    assert_true(pk_wal_large(place->wal));
    pk_store_read_end(other);
    pk_wal_each_second(place->wal);
    for (int i = 0; i < 4; i++)
        pk_wal_between_turns(place->wal);
    assert_int_equal(pk_store_wal_bytes(place->desk.store), 0);
    pk_wal_each_second(place->wal);
    assert_false(pk_wal_large(place->wal));
    pk_store_close(other);
}

struct mail {
    void (*run)(void *arg);
    void *arg;
};

static void later(void *ctx, void (*run)(void *arg), void *arg)
{
    *(struct mail *) ctx = (struct mail){ run, arg };
}

/* At the end of the process the second thread goes first, and what it had done is told by the loop's last turn. */
static void a_copy_is_told_when_the_reader_is_gone(void **state)
{
    struct place *place = *state;
    struct pk_reader *reader = NULL;
    struct mail mail = { 0 };
    struct pk_reader_config config = {
        .path = place->path, .keys = place->desk.keys, .inline_only = true, .notify = later, .ctx = &mail, .queue_max = 1
    };
    assert_int_equal(pk_reader_new(&config, &reader, NULL), 0);
    pk_reader_checkpoint(reader);
    assert_true(pk_reader_checkpointing(reader));
    mail.run(mail.arg);
    assert_false(pk_reader_checkpointing(reader));
    pk_reader_checkpoint(reader);
    pk_reader_free(reader);
    mail.run(mail.arg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_short_log_is_left_alone, open_place, close_place),
        cmocka_unit_test_setup_teardown(a_long_one_begins_again, open_place, close_place),
        cmocka_unit_test_setup_teardown(who_reads_for_long_is_waited_for, open_place, close_place),
        cmocka_unit_test_setup_teardown(a_copy_is_told_when_the_reader_is_gone, open_place, close_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
