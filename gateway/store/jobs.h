/* SPDX-License-Identifier: EUPL-1.2 */
/* Resumable work on many rows: a cursor row per job, moved on in the turn that did the chunk. */
#ifndef PK_STORE_JOBS_H
#define PK_STORE_JOBS_H

#include "gateway/store/audit.h"
#include "gateway/store/store.h"

enum pk_job_kind { PK_JOB_IMPORT = 1, PK_JOB_REENCRYPT = 2, PK_JOB_RETENTION = 3, PK_JOB_CANCEL = 4 };
enum pk_job_state { PK_JOB_RUNNING = 1, PK_JOB_DONE = 2, PK_JOB_FAILED = 3 };

struct pk_job_row {
    int64_t id;
    uint32_t kind, state;
    uint8_t digest[32]; /* of its input: the same input continues the same job */
    int64_t cursor, total;
    int64_t counts[4]; /* the job's own: added, unchanged, refused, asked */
    int64_t created_ms, updated_ms;
};

/* Finds the job of this kind and digest or makes it. */
int pk_job_start(struct pk_store *store, uint32_t kind, const uint8_t digest[32], int64_t total, int64_t now_ms,
                 struct pk_job_row *ret_job, struct pk_error *err);
int pk_job_save(struct pk_store *store, const struct pk_job_row *job, struct pk_error *err);
int pk_job_get(struct pk_store *store, int64_t id, struct pk_job_row *ret_job, struct pk_error *err);

#endif
