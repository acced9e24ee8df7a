/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is counted or looked up on the reading thread step by step, so that a whole city keeps nobody else waiting there: asked on the
 * loop's thread, counted with the store alone, told on the loop's thread again. Who asks too much is answered that it took too long.
 */
#ifndef PK_API_COUNTING_H
#define PK_API_COUNTING_H

#include "gateway/api/answer.h"

struct pk_counting {
    int (*step)(void *data, struct pk_store *store, struct pk_error *err); /* on the reading thread; 1 = there is more to do */
    void (*tell)(struct pk_call *call, void *data); /* once it is counted: answers the call */
    void (*fail)(struct pk_call *call, void *data, const struct pk_error *err); /* the same; NULL = as a problem */
    const char *late; /* "the report could not be counted in time" */
    int64_t most_ms; /* from the call on */
    int64_t step_ms; /* a step may take so long; 0 = the reader's own */
};

/* Counts what call->data is by now (a page: pk_visit_stay() made it), and takes the call over, also where `r` says that it could not
 * be asked (`err` why): that is answered then. `how` is a constant. */
void pk_call_count(struct pk_call *call, const struct pk_counting *how, int r, const struct pk_error *err);

#endif
