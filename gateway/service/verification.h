/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Verifying the whole consent ledger while the gateway runs: step by step on the reading thread, so that neither the loop
 * nor other readers wait long. One at a time; who asks while one is under way follows that one.
 */
#ifndef PK_SERVICE_VERIFICATION_H
#define PK_SERVICE_VERIFICATION_H

#include "gateway/service/service.h"
#include "gateway/store/ledger_chain.h"

struct pk_verification;

struct pk_verification *pk_verification_new(struct pk_service *service);
/* After the reader, which may still work for it. */
void pk_verification_free(struct pk_verification *verification);

/* Gives the reading thread its next step; the open phase. Without a reading thread it does the step itself. */
void pk_verification_run(struct pk_verification *verification);

/* Starts one, or joins the one under way; inside a unit. */
int pk_verification_start(struct pk_verification *verification, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err);

enum pk_verification_state { PK_VERIFY_NEVER = 0, PK_VERIFY_RUNNING, PK_VERIFY_HOLDS, PK_VERIFY_BROKEN, PK_VERIFY_FAILED };
struct pk_verification_view {
    enum pk_verification_state state;
    int64_t held, total; /* entries */
    int64_t first, last; /* the first one there is, the last one that held */
    uint8_t link[PK_LINK_BYTES]; /* of the last */
    enum pk_ledger_flaw flaw;
    int64_t broken_id, broken_at_ms;
    int64_t began_ms, ended_ms;
    const char *trouble; /* what was found, or why it failed; "" = nothing */
};
void pk_verification_view(const struct pk_verification *verification, struct pk_verification_view *ret_view);

#endif
