/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Sessions driven by hand, on the benches of gateway/contract: every flaw that is told there fails the test here.
 *
 *     harness.c       the cases of the sessions that are built in
 *     harness_link.c  a session's link with a clock of its own
 */
#ifndef PK_TEST_ADAPTERS_HARNESS_H
#define PK_TEST_ADAPTERS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/contract/trial.h"

#define NOW_MS PK_TRIAL_NOW_MS
#define NUMBER PK_TRIAL_NUMBER
#define TEXT PK_TRIAL_TEXT

/* ---- case files ---- */

struct test_case {
    struct pk_trial *trial;
    const struct pk_case *test;
    const char *name; /* "numbers.json" */
    const struct pk_adapter *adapter;
    const struct pk_json *document;
};
size_t cases_load(struct test_case **ret_cases);
void cases_free(struct test_case *cases, size_t count);

/* Opens the account of a case; fails the test when it does not open. The caller closes it with pk_bench_close(). */
void bench_open(struct pk_bench *bench, const struct test_case *test);

/* ---- sessions ---- */

#define JOBS_MAX 4096

struct pk_link {
    int64_t now_ms, wake_ms;
    uint32_t window;
    struct {
        unsigned completed;
        uint32_t outcome;
        char provider_id[64];
    } jobs[JOBS_MAX];        /* by token */
    struct pk_event *events; /* copies, in order */
    size_t event_count;
    size_t settled_count; /* the first of them, in order */
    char told[128]; /* of the first job: what left and what came */
};
extern const struct pk_link_ops link_test_ops;
void link_init(struct pk_link *link);
void link_finish(struct pk_link *link);
/* Lets time pass until nothing is due or `until_ms`. Events are settled after each tick: as stored; or as not stored at
 * first, and as stored when they come again; or left open. */
enum settle { SETTLE_STORED, SETTLE_REFUSED_ONCE, SETTLE_NOT };
void link_run(struct pk_link *link, struct pk_bench *bench, int64_t until_ms, enum settle settle);

#endif
