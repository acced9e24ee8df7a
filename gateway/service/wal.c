/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/wal.h"

#include "gateway/base/log.h"
#include "gateway/store/person.h"

/* After a crash all of it is read again before anything is sent: 0.2 s. Beginning it anew stops the loop for some
 * milliseconds, so it is not done often: at 1,000 small turns a second every three seconds. */
#define COPY_BYTES (192ll << 20)
#define LITTLE_BYTES (4ll << 20) /* what the loop copies itself, in a few milliseconds */
#define LARGE 2 /* times as much as is copied at once: it does not become shorter */
#define COPIES 3u /* by the thread in a row, each of what came during the one before */

#define PATIENCE_S 20u /* whoever waits for an empty log hears so long at the latest */

struct waiter {
    void (*done)(void *ctx, bool emptied);
    void *ctx;
    unsigned seconds;
};

struct pk_wal {
    struct pk_store *store;
    struct pk_reader *reader;
    int64_t copy_bytes;
    int64_t copied_to; /* where the log ended when the thread began to copy */
    unsigned copies; /* since the log was last begun again */
    bool waiting; /* it could not be copied whole: not before the next second again */
    bool large, standstill;
    bool to_empty; /* something was erased that it may hold */
    bool busy; /* somebody reads from it: not before the next second again */
    int64_t emptied; /* up to this count of erasures, to be noted in the store; 0 = nothing to note */
    struct waiter *waiters;
    size_t waiter_count;
};

struct pk_wal *pk_wal_new(struct pk_store *store, struct pk_reader *reader, int64_t copy_bytes)
{
    struct pk_wal *wal = pk_alloc(sizeof *wal);
    wal->store = store;
    wal->reader = reader;
    wal->copy_bytes = copy_bytes > 0 ? copy_bytes : COPY_BYTES;
    wal->to_empty = pk_store_number(store, PK_NUMBER_WAL_HOLDS_ERASED, 0) != 0;
    return wal;
}

void pk_wal_free(struct pk_wal *wal)
{
    if (!wal)
        return;
    free(wal->waiters);
    free(wal);
}

/* ---- what was erased ---- */

void pk_wal_when_empty(struct pk_wal *wal, void (*done)(void *ctx, bool emptied), void *ctx)
{
    wal->to_empty = true;
    wal->busy = false;
    if (!done)
        return;
    wal->waiters = pk_realloc_array(wal->waiters, wal->waiter_count + 1, sizeof *wal->waiters);
    wal->waiters[wal->waiter_count++] = (struct waiter){ .done = done, .ctx = ctx };
}

/* Those who waited long enough, or all. A waiter may ask for the next emptying. */
static void tell_waiters(struct pk_wal *wal, bool emptied)
{
    struct waiter *waiters = wal->waiters;
    size_t count = wal->waiter_count;
    wal->waiters = NULL;
    wal->waiter_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (emptied || waiters[i].seconds >= PATIENCE_S) {
            waiters[i].done(waiters[i].ctx, emptied);
            continue;
        }
        wal->waiters = pk_realloc_array(wal->waiters, wal->waiter_count + 1, sizeof *wal->waiters);
        wal->waiters[wal->waiter_count++] = waiters[i];
    }
    free(waiters);
}

static void empty(struct pk_wal *wal)
{
    struct pk_error err = { 0 };
    int64_t erased = pk_store_number(wal->store, PK_NUMBER_WAL_HOLDS_ERASED, 0);
    if (pk_store_checkpoint(wal->store, true, &err) != 0) {
        pk_log(PK_LOG_DEBUG, "wal", "wal.busy", "reason", err.message, NULL);
        wal->busy = true;
        return;
    }
    wal->to_empty = false;
    wal->copies = 0;
    wal->emptied = erased;
    tell_waiters(wal, true);
}

/* In a turn: what is done need not be done again after a crash. More may have been erased since. */
static void note_emptied(struct pk_wal *wal)
{
    if (wal->emptied != 0 && pk_store_number(wal->store, PK_NUMBER_WAL_HOLDS_ERASED, 0) == wal->emptied)
        (void) pk_store_set_number(wal->store, PK_NUMBER_WAL_HOLDS_ERASED, 0, NULL);
    else if (pk_store_number(wal->store, PK_NUMBER_WAL_HOLDS_ERASED, 0) != 0)
        wal->to_empty = true;
    wal->emptied = 0;
}

/* ---- its length ---- */

static void copy_beside(struct pk_wal *wal)
{
    wal->copied_to = pk_store_wal_bytes(wal->store);
    wal->copies++;
    pk_reader_checkpoint(wal->reader);
}

static void finish(struct pk_wal *wal)
{
    struct pk_error err = { 0 };
    bool standstill = wal->standstill;
    wal->standstill = false;
    wal->copies = 0;
    if (pk_store_checkpoint(wal->store, standstill, &err) != 0)
        pk_log(PK_LOG_DEBUG, "wal", "wal.busy", "reason", err.message, NULL);
    wal->waiting = pk_store_wal_bytes(wal->store) > wal->copy_bytes;
}

void pk_wal_between_turns(struct pk_wal *wal)
{
    if (wal->to_empty && !wal->busy)
        empty(wal);
    int64_t bytes = pk_store_wal_bytes(wal->store);
    if (!wal->reader || bytes <= wal->copy_bytes || wal->waiting || pk_reader_checkpointing(wal->reader))
        return;
    bool much = wal->copies == 0 || (bytes - wal->copied_to > LITTLE_BYTES && wal->copies < COPIES);
    if (much && !wal->standstill)
        copy_beside(wal);
    else
        finish(wal);
}

void pk_wal_each_second(struct pk_wal *wal)
{
    int64_t bytes = pk_store_wal_bytes(wal->store);
    bool large = bytes > LARGE * wal->copy_bytes;
    if (large && !wal->large)
        pk_log(PK_LOG_WARN, "wal", "wal.large", "bytes", PK_LOG_INT(bytes), NULL);
    wal->standstill = large && wal->large;
    wal->large = large;
    wal->waiting = wal->busy = false;
    note_emptied(wal);
    for (size_t i = 0; i < wal->waiter_count; i++)
        wal->waiters[i].seconds++;
    tell_waiters(wal, false);
}

void pk_wal_each_minute(struct pk_wal *wal)
{
    if (wal->reader && pk_store_wal_bytes(wal->store) > 0)
        pk_reader_checkpoint(wal->reader);
}

bool pk_wal_large(const struct pk_wal *wal)
{
    return wal->large;
}
