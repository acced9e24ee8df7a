/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/jobs.h"

#include "gateway/store/internal.h"

static int read_job(struct pk_store *store, sqlite3_stmt *row, struct pk_job_row *ret_job, struct pk_error *err)
{
    int r = pk_sql_step(store, row, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such job");
    *ret_job = (struct pk_job_row){
        .id = sqlite3_column_int64(row, 0),
        .kind = pk_sql_u32(row, 1),
        .state = pk_sql_u32(row, 2),
        .cursor = sqlite3_column_int64(row, 4),
        .total = sqlite3_column_int64(row, 5),
        .created_ms = sqlite3_column_int64(row, 10),
        .updated_ms = sqlite3_column_int64(row, 11),
    };
    struct pk_slice digest = pk_sql_blob(row, 3);
    memcpy(ret_job->digest, digest.data, digest.len < sizeof ret_job->digest ? digest.len : sizeof ret_job->digest);
    for (int i = 0; i < 4; i++)
        ret_job->counts[i] = sqlite3_column_int64(row, 6 + i);
    pk_sql_reset(row);
    return 0;
}

#define COLUMNS "id, kind, state, digest, cursor, total, count0, count1, count2, count3, created_ms, updated_ms"

int pk_job_start(struct pk_store *store, uint32_t kind, const uint8_t digest[32], int64_t total, int64_t now_ms, struct pk_job_row *ret_job,
                 struct pk_error *err)
{
    struct pk_slice known = pk_slice_make(digest, 32);
    int r = pk_sql_write(store, err,
                         "INSERT INTO job(kind, state, digest, cursor, total, count0, count1, count2, count3, created_ms, updated_ms)"
                         " VALUES(?1, 1, ?2, 0, ?3, 0, 0, 0, 0, ?4, ?4) ON CONFLICT(kind, digest) DO NOTHING",
                         "ubii", kind, known, total, now_ms);
    if (r != 0)
        return r;
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM job WHERE kind = ?1 AND digest = ?2");
    pk_sql_bind(find, "ub", kind, known);
    return read_job(store, find, ret_job, err);
}

int pk_job_get(struct pk_store *store, int64_t id, struct pk_job_row *ret_job, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM job WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    return read_job(store, find, ret_job, err);
}

int pk_job_save(struct pk_store *store, const struct pk_job_row *job, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "UPDATE job SET state = ?2, cursor = ?3, total = ?4, count0 = ?5, count1 = ?6, count2 = ?7, count3 = ?8,"
                        " updated_ms = ?9 WHERE id = ?1",
                        "iuiiiiiii", job->id, job->state, job->cursor, job->total, job->counts[0], job->counts[1], job->counts[2],
                        job->counts[3], job->updated_ms);
}
