/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The job. What counts is its row in the store: every step begins by reading it, so a turn that was rolled back is
 * simply done again. In memory are only the text, what checking found of each row, and what is told of lines.
 */
#include "gateway/service/import.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/import_private.h"
#include "gateway/service/texts.h"
#include "gateway/service/trail.h"

#define LOOK_AT_CLOCK_EVERY 8u
#define STEPS_A_COMMIT 8u /* of a command, which nobody waits for but its user */

/* ---- notes ---- */

static void note(struct pk_import *import, uint32_t line, uint32_t row, bool applying, const char *reason, const char *hint)
{
    if (import->note_count == PK_IMPORT_NOTES_MAX) {
        import->more_notes++;
        return;
    }
    if (import->note_count == import->note_cap) {
        import->note_cap = import->note_cap > 0 ? 2 * import->note_cap : 16;
        import->notes = pk_realloc_array(import->notes, import->note_cap, sizeof *import->notes);
    }
    struct pk_import_note *last = &import->notes[import->note_count++];
    *last = (struct pk_import_note){ .line = line, .row = row, .applying = applying };
    (void) snprintf(last->reason, sizeof last->reason, "%.*s", (int) sizeof last->reason - 1, reason);
    (void) snprintf(last->hint, sizeof last->hint, "%.*s", (int) sizeof last->hint - 1, hint);
}

/* What was told of rows that are applied again. */
static void forget_notes(struct pk_import *import, int64_t from_row)
{
    while (import->note_count > 0) {
        const struct pk_import_note *last = &import->notes[import->note_count - 1];
        if (!last->applying || last->row < from_row)
            return;
        import->note_count--;
    }
}

/* ---- reading ---- */

static void seek(struct pk_import *import, int64_t row)
{
    struct pk_csv_row skipped;
    if (import->at > row)
        (void) pk_import_rewind(import, NULL); /* its first line was good before */
    while (import->at < row && pk_csv_next(&import->csv, &skipped, NULL) != 0)
        import->at++;
}

/* ---- checking ---- */

struct share {
    int64_t until_us; /* 0 = the clock does not matter */
    unsigned rows, most;
};

static bool share_left(struct share *share)
{
    if (++share->rows >= share->most)
        return false;
    return share->rows % LOOK_AT_CLOCK_EVERY != 0 || share->until_us == 0 || pk_clock_mono_us() < share->until_us;
}

static struct pk_import_known *known_of(struct pk_import *import, uint32_t row)
{
    if (row >= import->known_cap) {
        size_t cap = import->known_cap > 0 ? 2 * import->known_cap : 1024;
        struct pk_import_known *grown = pk_alloc_array(cap, sizeof *grown);
        if (import->known) {
            memcpy(grown, import->known, import->known_cap * sizeof *grown);
            explicit_bzero(import->known, import->known_cap * sizeof *grown);
        }
        free(import->known);
        import->known = grown;
        import->known_cap = cap;
    }
    return &import->known[row];
}

static void check_some(struct pk_import *import, int64_t now_ms, struct share *share)
{
    struct pk_csv_row from;
    struct pk_import_row row;
    struct pk_error err;
    do {
        int r = pk_csv_next(&import->csv, &from, &err);
        if (r == 0) {
            import->checked = true;
            return;
        }
        struct pk_import_known *known = known_of(import, import->rows);
        if (r > 0)
            r = pk_import_check_row(import->service, &import->form, import->confirmed, &from, now_ms, known, &row, &err);
        if (r == 0)
            r = pk_import_check_scope(import, &row, &err);
        known->good = r == 0;
        if (r != 0) {
            note(import, from.line, import->rows, false, err.message, err.hint);
            import->bad_rows++;
        }
        import->rows++;
        import->at++;
    } while (share_left(share));
}

/* ---- ending ---- */

static int save(struct pk_import *import, uint32_t state, int64_t now_ms, struct pk_error *err)
{
    struct pk_job_row job = import->job;
    job.state = state;
    job.total = import->rows;
    job.updated_ms = now_ms;
    int r = pk_job_save(import->service->store, &job, err);
    if (r == 0 && state != PK_JOB_RUNNING) {
        char id[PK_ID_TEXT_MAX], detail[160];
        (void) snprintf(detail, sizeof detail, "%s: %lld taken, %lld refused", state == PK_JOB_DONE ? "done" : "failed",
                        (long long) pk_import_taken(&job), (long long) job.counts[PK_IMPORT_REFUSED]);
        r = pk_trail_done(import->service, &import->actor, "recipients.imported", pk_id_format(job.id, id), detail, 0, now_ms, err);
    }
    if (r == 0)
        import->job = job;
    return r;
}

static bool is_hopeless(const struct pk_import *import)
{
    return import->rows == 0 || import->bad_rows == import->rows || (import->bad_rows > 0 && !import->partial);
}

/* ---- applying ---- */

static int apply_one(struct pk_import *import, const struct pk_csv_row *from, int64_t now_ms, struct pk_error *err)
{
    struct pk_import_known *known = &import->known[import->at];
    struct pk_import_row row;
    struct pk_import_outcome outcome;
    int64_t *counts = import->job.counts;
    if (!known->good) {
        counts[PK_IMPORT_REFUSED]++;
        return 0;
    }
    struct pk_error why;
    int r = pk_import_check_row(import->service, &import->form, import->confirmed, from, now_ms, known, &row, &why);
    if (r != 0) {
        /* The rules changed since it was checked. */
        note(import, from->line, import->at, true, why.message, why.hint);
        counts[PK_IMPORT_REFUSED]++;
        return 0;
    }
    r = pk_import_apply_row(import->service, import->confirmed, pk_slice_of(import->by), &row, now_ms, &outcome, err);
    if (r != 0)
        return r;
    if (outcome.refused)
        note(import, from->line, import->at, true, outcome.refused, outcome.hint);
    counts[outcome.refused ? PK_IMPORT_REFUSED : outcome.changed ? PK_IMPORT_ADDED : PK_IMPORT_UNCHANGED]++;
    counts[PK_IMPORT_ASKED] += outcome.asked;
    return 0;
}

static int apply_some(struct pk_import *import, int64_t now_ms, struct share *share, struct pk_error *err)
{
    struct pk_csv_row from;
    seek(import, import->job.cursor);
    forget_notes(import, import->job.cursor);
    while (import->at < import->rows) {
        int r = pk_csv_next(&import->csv, &from, NULL);
        if (r == 0)
            return pk_fail(err, PK_E_INTERNAL, "the file ended before its last row");
        if ((r = apply_one(import, &from, now_ms, err)) != 0)
            return r;
        import->job.cursor = ++import->at;
        if (!share_left(share))
            break;
    }
    return save(import, import->at == import->rows ? PK_JOB_DONE : PK_JOB_RUNNING, now_ms, err);
}

static int in_a_unit(struct pk_import *import, int64_t now_ms, struct share *share, struct pk_error *err)
{
    struct pk_store *store = import->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    bool hopeless = import->job.cursor == 0 && is_hopeless(import);
    if (hopeless)
        import->job.counts[PK_IMPORT_REFUSED] = import->bad_rows;
    r = hopeless ? save(import, PK_JOB_FAILED, now_ms, err) : apply_some(import, now_ms, share, err);
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    pk_texts_forget(import->service->texts); /* versions stored in this unit are gone with it */
    return r;
}

/* Whether a failure may be gone when the same is tried again. */
static bool may_pass(int code)
{
    return code == PK_E_IO || code == PK_E_BUSY || code == PK_E_TIMEOUT;
}

int pk_import_step(struct pk_import *import, int64_t now_ms, int64_t budget_us, struct pk_error *err)
{
    struct share share = { .until_us = budget_us > 0 ? pk_clock_mono_us() + budget_us : 0, .most = import->rows_a_turn };
    struct pk_error why = { 0 };
    if (pk_import_ended(import))
        return 0;
    int r = pk_job_get(import->service->store, import->job.id, &import->job, &why);
    if (r == 0 && import->job.state != PK_JOB_RUNNING) {
        import->phase = import->job.state == PK_JOB_DONE ? PK_IMPORT_DONE : PK_IMPORT_FAILED;
        return 0;
    }
    if (r == 0 && !import->checked) {
        check_some(import, now_ms, &share);
        return 0;
    }
    if (r == 0) {
        import->phase = PK_IMPORT_APPLYING;
        r = in_a_unit(import, now_ms, &share, &why);
    }
    if (r != 0 && !may_pass(r)) {
        /* Its row stays as the last good turn left it: the same file continues there. */
        import->phase = PK_IMPORT_FAILED;
        (void) snprintf(import->trouble, sizeof import->trouble, "%s", why.message);
    }
    if (r != 0 && err)
        *err = why;
    return r;
}

bool pk_import_ended(const struct pk_import *import)
{
    return import->phase == PK_IMPORT_DONE || import->phase == PK_IMPORT_FAILED;
}

int64_t pk_import_taken(const struct pk_job_row *job)
{
    return job->counts[PK_IMPORT_ADDED] + job->counts[PK_IMPORT_UNCHANGED];
}

int64_t pk_import_job(const struct pk_import *import)
{
    return import->job.id;
}

void pk_import_view(const struct pk_import *import, struct pk_import_view *ret_view)
{
    bool checking = import->phase == PK_IMPORT_CHECKING;
    *ret_view = (struct pk_import_view){
        .job = import->job.id,
        .phase = import->phase,
        .done = checking ? import->rows : import->job.cursor,
        .total = checking && import->rows_expected > import->rows ? import->rows_expected : import->rows,
        .notes = import->notes,
        .note_count = import->note_count,
        .more_notes = import->more_notes,
        .trouble = import->trouble,
    };
    ret_view->taken = pk_import_taken(&import->job);
    ret_view->refused = import->job.counts[PK_IMPORT_REFUSED];
}

static int commit(struct pk_store *store, struct pk_error *err)
{
    int r = pk_store_commit(store, err);
    for (unsigned lane = 0; lane < PK_LANES; lane++)
        pk_store_release(store, (enum pk_lane) lane);
    return r;
}

int pk_import_run(struct pk_import *import, void (*progress)(void *ctx, const struct pk_import_view *view), void *ctx,
                  struct pk_error *err)
{
    int r = 0;
    for (unsigned step = 1; r == 0 && !pk_import_ended(import); step++) {
        r = pk_import_step(import, pk_clock_wall_ms(), 0, err);
        if (r == 0 && (step % STEPS_A_COMMIT == 0 || pk_import_ended(import)))
            r = commit(import->service->store, err);
        if (r == 0 && progress) {
            struct pk_import_view view;
            pk_import_view(import, &view);
            progress(ctx, &view);
        }
    }
    return r;
}
