/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reading a file of recipients in: a table of people who were signed up somewhere else. The file is checked whole
 * first, then applied in chunks as a job whose cursor moves in the turn that did the chunk, so that a crash in between
 * costs nothing: the same file given again continues, and given once more changes nothing.
 *
 *     channel,address,language,script,tags,topics,how,wording,given_at,by,until      columns by name, in any order
 *
 * A row asks: its people become `invited` and get the opt-in question. Where their yes is on paper already (confirmed),
 * the row says how, when and by whom, and a second person answers for it. Nobody who said STOP, or no, is asked or
 * confirmed by a file. Reports name lines and never what stands in them, and tell of a line only what the file itself
 * shows: whether a number is known here, and what its person said, is the same answer.
 *
 *     import_begin.c  who may, which file, which job
 *     import.c        its steps: checking, applying, ending; what is told of it
 *     import_check.c  the first line and each row against rules and catalog
 *     import_apply.c  one good row into recipients, tags, consents and questions
 *     imports.c       the files under way in a running gateway
 */
#ifndef PK_SERVICE_IMPORT_H
#define PK_SERVICE_IMPORT_H

#include "gateway/service/service.h"
#include "gateway/store/jobs.h"

#define PK_IMPORT_BYTES_MAX (32u << 20)
#define PK_IMPORT_NOTES_MAX 1000u /* lines told of; more are counted */
#define PK_IMPORT_ROWS_A_TURN 1000u
#define PK_IMPORT_TURN_US 5000

struct pk_import_options {
    bool confirmed;                /* their yes is documented in the rows */
    bool partial;                  /* good rows count although others are bad */
    struct pk_slice by;            /* who imports: a user */
    struct pk_slice second_person; /* confirmed: who looked at the documents too */
    unsigned rows_a_turn;          /* 0 = PK_IMPORT_ROWS_A_TURN */
};

/* One line that was refused, and why. */
struct pk_import_note {
    uint32_t line;
    uint32_t row;  /* the same in rows, from 0 */
    bool applying; /* refused while it was applied: by the rules of now, never for who it is of */
    char reason[160];
    char hint[160];
};

enum pk_import_phase { PK_IMPORT_CHECKING = 0, PK_IMPORT_APPLYING, PK_IMPORT_DONE, PK_IMPORT_FAILED };
/* The counts of its row in the store. Of these only the refused are told: the others would say of a file of one line
 * whether that number is known. */
enum pk_import_count { PK_IMPORT_ADDED = 0, PK_IMPORT_UNCHANGED, PK_IMPORT_REFUSED, PK_IMPORT_ASKED, PK_IMPORT_COUNTS };

struct pk_import_view {
    int64_t job;
    enum pk_import_phase phase;
    int64_t done, total; /* rows of this phase */
    int64_t taken, refused; /* lines */
    const struct pk_import_note *notes; /* until the next step */
    size_t note_count;
    int64_t more_notes;  /* not kept */
    const char *trouble; /* why a failed one failed, when that is no line's fault; else "" */
};

struct pk_import;

/* Reads the first line and finds or makes the job, in a unit of its own. `text` is copied. PK_E_INVALID for a first line
 * or options that make no sense, PK_E_LIMIT for a file that is too large. */
int pk_import_new(struct pk_service *service, const struct pk_actor *actor, const struct pk_import_options *options,
                  struct pk_slice text, int64_t now_ms, struct pk_import **ret_import, struct pk_error *err);
void pk_import_free(struct pk_import *import); /* wipes */
PK_AUTO_DEFINE(pk_import, struct pk_import *, pk_import_free)

/* One turn's share, at most budget_us (0 = without looking at the clock), in a unit of its own; the caller commits. Ended
 * is what is committed: the step after the commit says so. Negative when the store failed: the same share is tried
 * again by the next step. */
int pk_import_step(struct pk_import *import, int64_t now_ms, int64_t budget_us, struct pk_error *err);
bool pk_import_ended(const struct pk_import *import);
int64_t pk_import_taken(const struct pk_job_row *job); /* lines that were good, whatever became of them */
int64_t pk_import_job(const struct pk_import *import);
void pk_import_view(const struct pk_import *import, struct pk_import_view *ret_view);

#define PK_IMPORT_WORD_MAX 64u /* bytes of how, wording and by */
/* A user's name, or how somebody agreed: some words without control characters or digits that could be a number. */
bool pk_import_is_word(struct pk_slice text);

/* Steps and commits to the end, for a command that holds the store; `progress` may be NULL. */
int pk_import_run(struct pk_import *import, void (*progress)(void *ctx, const struct pk_import_view *view), void *ctx,
                  struct pk_error *err);

#endif
