/* SPDX-License-Identifier: EUPL-1.2 */
/* The reading thread while it ends: what was asked is told, and whoever asks on is refused. */
#include "tests/unit/store/support.h"

#include "gateway/store/reader.h"

#include <stdio.h>
#include <unistd.h>

#define TOLD_MAX 4

/* Stands in for the loop's mailbox. Only the reading thread adds, and it is gone before the test looks. */
struct mailbox {
    void (*run[TOLD_MAX])(void *arg);
    void *arg[TOLD_MAX];
    size_t count;
};

struct asker {
    struct pk_reader *reader;
    unsigned told;
    int again; /* what asking again came to */
};

static void post(void *ctx, void (*run)(void *arg), void *arg)
{
    struct mailbox *box = ctx;
    assert_true(box->count < TOLD_MAX);
    box->run[box->count] = run;
    box->arg[box->count++] = arg;
}

static int look(void *ctx, struct pk_store *store, struct pk_error *err)
{
    (void) ctx;
    (void) store;
    (void) err;
    return 1; /* there is more to count */
}

static void ask_on(void *ctx, int result, const struct pk_error *err)
{
    struct asker *asker = ctx;
    const struct pk_read read = { .run = look, .done = ask_on, .ctx = asker };
    (void) err;
    assert_int_equal(result, 1);
    asker->told++;
    asker->again = pk_reader_submit(asker->reader, &read, NULL);
}

static void test_who_asks_on_while_it_ends_is_refused(void **state)
{
    struct desk desk;
    struct mailbox box = { .count = 0 };
    struct asker asker = { .again = 0 };
    const struct pk_read read = { .run = look, .done = ask_on, .ctx = &asker };
    char folder[] = "/tmp/pk-test-XXXXXX", path[64];
    (void) state;
    assert_non_null(mkdtemp(folder));
    (void) snprintf(path, sizeof path, "%s/db", folder);
    desk_open(&desk, path);
    struct pk_reader_config config = { .path = path, .keys = desk.keys, .notify = post, .ctx = &box, .queue_max = TOLD_MAX };
    assert_int_equal(pk_reader_new(&config, &asker.reader, NULL), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pk_reader_submit(asker.reader, &read, NULL), 0);
    pk_reader_stop(asker.reader);
    pk_reader_checkpoint(asker.reader);
    assert_false(pk_reader_checkpointing(asker.reader));
    assert_int_equal(box.count, 2); /* what was queued was finished */
    for (size_t i = 0; i < 2; i++)
        box.run[i](box.arg[i]);
    assert_int_equal(asker.told, 2);
    assert_int_equal(asker.again, PK_E_BUSY);
    assert_int_equal(box.count, 2);
    pk_reader_free(asker.reader);
    desk_close(&desk);
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        char name[80];
        (void) snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void) unlink(name);
    }
    (void) rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_who_asks_on_while_it_ends_is_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
