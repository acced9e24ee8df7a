/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Shared by the files of this folder and by tests/adapters: one adapter on trial.
 *
 *     trial.c      the check under way, its flaws
 *     cases.c      the case files, the kinds a whole set has
 *     bench.c      an adapter opened from a case, listened to for what it gives away
 *     handover.c   a hand-over driven by given answers
 *     look.c       what is in a request
 *     event.c      events collected, compared, judged
 *     changes.c    a body cut off or changed at will
 *     check_*.c    the checks
 */
#ifndef PK_CONTRACT_TRIAL_H
#define PK_CONTRACT_TRIAL_H

#include "gateway/base/buf.h"
#include "gateway/base/json.h"
#include "gateway/contract/contract.h"
#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"
#include "gateway/plugin/settings.h"

#define PK_TRIAL_NOW_MS 1791993600000ll /* 2026-10-14T16:00:00Z */
#define PK_TRIAL_NUMBER "+31600000001"
#define PK_TRIAL_TEXT "Покана за родителска среща. Отговорете ДА или СТОП."

/* ---- the trial ---- */

struct pk_case {
    char *name; /* "json.json" */
    struct pk_json *document;
};

struct pk_trial {
    const struct pk_adapter *adapter;
    const struct pk_contract_report *report;
    struct pk_case *cases;
    size_t case_count;
    struct pk_contract_sum sum;
    char check[160]; /* the one under way */
    unsigned flaws;  /* of it */
    char where[192]; /* what is looked at now; begins every flaw when not empty */
};

void pk_trial_begin(struct pk_trial *trial, const char *check, const char *detail); /* detail may be NULL */
void pk_trial_end(struct pk_trial *trial);
void pk_trial_where(struct pk_trial *trial, const char *file, const char *detail); /* file NULL: nowhere in particular */
/* A flaw of the check under way; always false. */
__attribute__((format(printf, 2, 3))) bool pk_trial_flaw(struct pk_trial *trial, const char *format, ...);

/* ---- case files ---- */

int pk_cases_load(struct pk_trial *trial, const char *folder, struct pk_error *err);
void pk_cases_free(struct pk_trial *trial);
/* A member that is a string; `otherwise` when absent. */
struct pk_slice pk_case_text(const struct pk_json *object, const char *name, const char *otherwise);
/* A string as it is, anything else as JSON. The caller finishes the buffer. */
void pk_case_body(const struct pk_json *object, const char *name, struct pk_buf *ret_text);
int64_t pk_case_int(const struct pk_json *object, const char *name, int64_t otherwise);
bool pk_case_bool(const struct pk_json *object, const char *name);
/* The hand-over, call or poll of that kind, of any file; NULL when there is none. ret_case may be NULL. */
const struct pk_json *pk_case_of_kind(const struct pk_trial *trial, const char *list, const char *kind,
                                      const struct pk_case **ret_case);

/* ---- an adapter at work ---- */

struct pk_bench {
    struct pk_trial *trial;
    const struct pk_case *test;
    const struct pk_json *settings_of; /* the object that holds "settings" and "secrets" */
    struct pk_settings *settings;
    struct pk_host_side *host;
    struct pk_host table;     /* the host's, with our ears in it */
    void *self;               /* NULL: it did not open */
    struct pk_buf trouble;    /* "key: reason\n" of everything refused */
    const struct pk_job *job; /* under way, or NULL */
    bool asks;                /* hand-overs are driven through query(), not step() */
    struct pk_bench *next;
};
/* `without` (NULL = none) is left out of the settings; `account` (NULL = the document itself) holds settings and secrets.
 * The caller always closes; the bench must not move while it is open. */
void pk_bench_open(struct pk_bench *bench, struct pk_trial *trial, const struct pk_case *test, const struct pk_json *account,
                   const char *without);
/* The adapter's state made anew from the same settings. */
void pk_bench_renew(struct pk_bench *bench);
void pk_bench_close(struct pk_bench *bench);
void pk_bench_end_call(struct pk_bench *bench);
/* The calls of the case's "heard": what the provider told this account before anything else is tried with it. */
void pk_bench_hear(struct pk_bench *bench);
uint32_t pk_bench_capabilities(const struct pk_bench *bench);

/* A flaw when the text holds the number or a piece of the text of the job under way (or of the usual one), or a secret. */
void pk_bench_private(struct pk_bench *bench, struct pk_slice text, const char *what);

/* ---- hand-overs ---- */

#define PK_TRIAL_VALUES_MAX 16u
#define PK_TRIAL_CHOICES_MAX 12u

struct pk_trial_job {
    struct pk_job job; /* its slices lie in the case and here */
    char address[40];
    struct pk_named_value values[PK_TRIAL_VALUES_MAX];
    struct pk_choice choices[PK_TRIAL_CHOICES_MAX];
};
/* The usual job, changed by the case's "job" and by `object`'s (NULL = none), its address as the adapter wants numbers. */
void pk_trial_job(const struct pk_trial *trial, const struct pk_case *test, const struct pk_json *object,
                  struct pk_trial_job *ret_job);

struct pk_trial_answer {
    struct pk_answer base; /* first */
    const struct pk_json *headers;
    struct pk_buf body;
};
/* From a case's "answer"; the caller finishes its body. */
void pk_trial_answer(const struct pk_json *given, struct pk_trial_answer *ret_answer);
struct pk_trial_answer pk_trial_answer_make(uint32_t state, uint32_t status, struct pk_slice body, int64_t retry_after_ms);

#define PK_TRIAL_ROUNDS_MAX 8u

struct pk_handed {
    struct pk_result result; /* its slices lie here */
    char id[512], code[512], reason[512];
    unsigned rounds;                     /* requests described */
    bool submitted[PK_TRIAL_ROUNDS_MAX]; /* by round */
};
/* Drives step() to its end; round i gets answers[i], the last one goes for all later rounds. `looked` (NULL = nobody) sees
 * each request. false, with a flaw told, when the adapter broke the interface. */
bool pk_trial_hand_over(struct pk_bench *bench, const struct pk_job *job, const struct pk_answer *const *answers, size_t count,
                        void (*looked)(void *ctx, unsigned round, const struct pk_request *request, bool submits), void *ctx,
                        struct pk_handed *ret_handed);
const char *pk_trial_outcome(uint32_t outcome); /* "accepted" ... */

/* Does the request hold these words, whole, by its own format (JSON, form, XML or plain)? */
bool pk_request_holds(const struct pk_request *request, struct pk_slice text);

/* Flaws unless it is exactly the case's "request". */
void pk_trial_compare_request(struct pk_trial *trial, const struct pk_request *request, const struct pk_json *expected);

/* ---- events ---- */

#define PK_TRIAL_EVENTS_MAX 64u

struct pk_events {
    struct pk_event_sink base;               /* first */
    struct pk_event at[PK_TRIAL_EVENTS_MAX]; /* copies */
    size_t count;
    bool too_many;
};
void pk_events_init(struct pk_events *events);
void pk_events_finish(struct pk_events *events);
struct pk_event pk_event_copy(const struct pk_event *event);
void pk_event_free(struct pk_event *event);
/* Flaws unless the event is as the case says. */
void pk_event_compare(struct pk_trial *trial, const struct pk_event *event, const struct pk_json *expected);
/* Flaws where an event makes no sense to the gateway, whatever body it came from. */
void pk_events_sound(struct pk_trial *trial, const struct pk_events *events);

/* ---- bodies that went wrong ---- */

/* Every body that is `whole` cut off, then `count` of it changed by chance from the seed of its content: each lies exactly
 * in memory of its own. */
void pk_changes(struct pk_slice whole, unsigned count, void (*each)(void *ctx, struct pk_slice body, const char *what),
                void *ctx);

/* ---- the checks ---- */

void pk_check_table(struct pk_trial *trial);
void pk_check_cases(struct pk_trial *trial);     /* kinds and pages */
void pk_check_handovers(struct pk_trial *trial); /* the cases themselves */
void pk_check_exchange(struct pk_trial *trial);  /* what every exchange must do */
void pk_check_calls(struct pk_trial *trial);
void pk_check_polls(struct pk_trial *trial);

#endif
