/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/wal.h"

#include "gateway/base/log.h"

#define COPY_BYTES (96ll << 20) /* after a crash all of it is read again before anything is sent: 0.1 s */
#define LITTLE_BYTES (4ll << 20) /* what the loop copies itself, in a few milliseconds */
#define LARGE 2 /* times as much as is copied at once: it does not become shorter */
#define COPIES 3u /* by the thread in a row, each of what came during the one before */

struct pk_wal {
    struct pk_store *store;
    struct pk_reader *reader;
    int64_t copy_bytes;
    int64_t copied_to; /* where the log ended when the thread began to copy */
    unsigned copies; /* since the log was last begun again */
    bool waiting; /* it could not be copied whole: not before the next second again */
    bool large, standstill;
};

struct pk_wal *pk_wal_new(struct pk_store *store, struct pk_reader *reader, int64_t copy_bytes)
{
    struct pk_wal *wal = pk_alloc(sizeof *wal);
    wal->store = store;
    wal->reader = reader;
    wal->copy_bytes = copy_bytes > 0 ? copy_bytes : COPY_BYTES;
    return wal;
}

void pk_wal_free(struct pk_wal *wal)
{
    free(wal);
}

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
    wal->waiting = false;
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
