/* SPDX-License-Identifier: EUPL-1.2 */
/* A loop on a clock set by hand, and the words its callbacks leave, in order. */
#ifndef PK_TEST_IO_TRACE_H
#define PK_TEST_IO_TRACE_H

#include "tests/unit/io/support.h"

#define START_MS INT64_C(1790000000000)

static char trace[256];

static inline void note(const char *word)
{
    size_t len = strlen(trace);
    (void) snprintf(trace + len, sizeof trace - len, "%s ", word);
}

/* A word as what a callback is given. */
static inline void *word(const char *text)
{
    return (void *) (uintptr_t) text;
}

static inline void note_ctx(void *ctx)
{
    note(ctx);
}

static inline int set_up(void **state)
{
    trace[0] = '\0';
    pk_clock_set_manual(START_MS);
    *state = test_loop_new();
    return 0;
}

static inline int tear_down(void **state)
{
    pk_loop_free(*state);
    pk_clock_set_system();
    return 0;
}

#endif
