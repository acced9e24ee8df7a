/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One thread, one queue, one connection. The queue's lock is the only one in the gateway beside the loop's mailbox. A
 * watchdog is not needed: SQLite's progress handler asks the clock and ends a question that takes too long.
 */
#include "gateway/store/reader.h"

#include "gateway/base/clock.h"
#include "gateway/store/connect.h"
#include "gateway/store/internal.h"

#include <pthread.h>

#define DEADLINE_MS 250
#define STEPS_BETWEEN_LOOKS 5000

int pk_store_read_begin(struct pk_store *store, struct pk_error *err)
{
    return pk_sql_step(store, pk_sql(store, "BEGIN"), err);
}

void pk_store_read_end(struct pk_store *store)
{
    pk_sql_let_go(store);
    (void) pk_sql_step(store, pk_sql(store, "COMMIT"), NULL);
}

void pk_store_interrupt(struct pk_store *store)
{
    sqlite3_interrupt(store->db);
}

struct task {
    struct task *next;
    struct pk_read read;
    struct pk_reader *reader; /* NULL: freed before this was told */
    bool checkpoint;
    int result;
    struct pk_error err;
};

struct pk_reader {
    struct pk_reader_config config;
    struct pk_store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct task *first, *last;
    unsigned queued;
    bool stopping, running;
    struct task *checkpoint; /* asked for and not told yet; the loop's thread only */
    int64_t deadline_ms;
};

static int too_late(void *ctx)
{
    struct pk_reader *reader = ctx;
    return pk_clock_mono_ms() > reader->deadline_ms;
}

static void run(struct pk_reader *reader, struct task *task)
{
    if (task->checkpoint) {
        task->result = pk_store_checkpoint(reader->store, false, &task->err);
        return;
    }
    reader->deadline_ms = pk_clock_mono_ms() + (task->read.deadline_ms > 0 ? task->read.deadline_ms : DEADLINE_MS);
    task->result = pk_store_read_begin(reader->store, &task->err);
    if (task->result != 0)
        return;
    task->result = task->read.run(task->read.ctx, reader->store, &task->err);
    pk_store_read_end(reader->store);
}

/* On the loop's thread. */
static void finish(void *ctx)
{
    struct task *task = ctx;
    if (task->checkpoint && task->reader)
        task->reader->checkpoint = NULL;
    else if (!task->checkpoint && task->read.done)
        task->read.done(task->read.ctx, task->result, &task->err);
    free(task);
}

static struct task *take(struct pk_reader *reader)
{
    (void) pthread_mutex_lock(&reader->lock);
    while (!reader->first && !reader->stopping)
        (void) pthread_cond_wait(&reader->work, &reader->lock);
    struct task *task = reader->first;
    if (task) {
        reader->first = task->next;
        if (!reader->first)
            reader->last = NULL;
        reader->queued--;
    }
    (void) pthread_mutex_unlock(&reader->lock);
    return task;
}

static void *work(void *ctx)
{
    struct pk_reader *reader = ctx;
    struct task *task;
    while ((task = take(reader))) {
        run(reader, task);
        reader->config.notify(reader->config.ctx, finish, task);
    }
    return NULL;
}

int pk_reader_new(const struct pk_reader_config *config, struct pk_reader **ret_reader, struct pk_error *err)
{
    struct pk_reader *reader = pk_alloc(sizeof *reader);
    reader->config = *config;
    (void) pthread_mutex_init(&reader->lock, NULL);
    (void) pthread_cond_init(&reader->work, NULL);
    int r = pk_store_open_reading(config->path, config->keys, &reader->store, err);
    if (r == 0) {
        sqlite3_progress_handler(reader->store->db, STEPS_BETWEEN_LOOKS, too_late, reader);
        if (!config->inline_only && pthread_create(&reader->thread, NULL, work, reader) != 0)
            r = pk_fail(err, PK_E_IO, "could not start the reading thread");
        else
            reader->running = !config->inline_only;
    }
    if (r != 0) {
        pk_reader_free(reader);
        return r;
    }
    *ret_reader = reader;
    return 0;
}

void pk_reader_stop(struct pk_reader *reader)
{
    if (!reader)
        return;
    (void) pthread_mutex_lock(&reader->lock);
    reader->stopping = true;
    (void) pthread_cond_signal(&reader->work);
    (void) pthread_mutex_unlock(&reader->lock);
    if (reader->running)
        (void) pthread_join(reader->thread, NULL);
    reader->running = false;
}

void pk_reader_free(struct pk_reader *reader)
{
    if (!reader)
        return;
    pk_reader_stop(reader);
    if (reader->checkpoint)
        reader->checkpoint->reader = NULL;
    pk_store_close(reader->store);
    (void) pthread_cond_destroy(&reader->work);
    (void) pthread_mutex_destroy(&reader->lock);
    free(reader);
}

static void enqueue(struct pk_reader *reader, struct task *task)
{
    task->reader = reader;
    if (reader->config.inline_only) {
        run(reader, task);
        reader->config.notify(reader->config.ctx, finish, task);
        return;
    }
    (void) pthread_mutex_lock(&reader->lock);
    if (reader->last)
        reader->last->next = task;
    else
        reader->first = task;
    reader->last = task;
    reader->queued++;
    (void) pthread_cond_signal(&reader->work);
    (void) pthread_mutex_unlock(&reader->lock);
}

int pk_reader_submit(struct pk_reader *reader, const struct pk_read *read, struct pk_error *err)
{
    (void) pthread_mutex_lock(&reader->lock);
    bool full = reader->queued >= reader->config.queue_max, stopped = reader->stopping;
    (void) pthread_mutex_unlock(&reader->lock);
    if (stopped)
        return pk_fail(err, PK_E_BUSY, "the gateway is stopping");
    if (full)
        return pk_fail(err, PK_E_BUSY, "too many questions wait for the database already");
    struct task *task = pk_alloc(sizeof *task);
    task->read = *read;
    enqueue(reader, task);
    return 0;
}

void pk_reader_checkpoint(struct pk_reader *reader)
{
    if (reader->checkpoint || reader->stopping)
        return;
    struct task *task = reader->checkpoint = pk_alloc(sizeof *task);
    task->checkpoint = true;
    enqueue(reader, task);
}

bool pk_reader_checkpointing(const struct pk_reader *reader)
{
    return reader->checkpoint != NULL;
}
