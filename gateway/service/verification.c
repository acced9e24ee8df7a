/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/verification.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"
#include "gateway/store/jobs.h"

#define LINKS_A_STEP 20000u
#define STEP_DEADLINE_MS 30000 /* a step takes a tenth of a second; a slow disk may take longer */

struct pk_verification {
    struct pk_service *service;
    enum pk_verification_state state;
    bool step_due;
    struct pk_ledger_proof proof; /* the reading thread's while a step runs */
    struct pk_ledger_proof seen; /* as of the last step */
    int64_t began_ms, ended_ms;
    char trouble[sizeof(((struct pk_error *) 0)->message)];
};

struct pk_verification *pk_verification_new(struct pk_service *service)
{
    struct pk_verification *verification = pk_alloc(sizeof *verification);
    verification->service = service;
    return verification;
}

void pk_verification_free(struct pk_verification *verification)
{
    free(verification);
}

static void end(struct pk_verification *verification, enum pk_verification_state state, const struct pk_error *err)
{
    verification->state = state;
    verification->ended_ms = pk_clock_wall_ms();
    (void) snprintf(verification->trouble, sizeof verification->trouble, "%s", err ? err->message : "");
    if (state == PK_VERIFY_BROKEN)
        pk_log(PK_LOG_ERROR, "verification", "ledger.broken", "entry", PK_LOG_INT(verification->seen.broken_id), "what",
               pk_ledger_flaw_name(verification->seen.flaw), NULL);
    else if (state == PK_VERIFY_FAILED)
        pk_log(PK_LOG_ERROR, "verification", "ledger.not_verified", "reason", verification->trouble, NULL);
}

/* On the reading thread. A broken chain is a finding, not a failure of the step. */
static int step(void *ctx, struct pk_store *store, struct pk_error *err)
{
    struct pk_verification *verification = ctx;
    return pk_ledger_verify_some(store, &verification->proof, LINKS_A_STEP, err);
}

static void stepped(void *ctx, int result, const struct pk_error *err)
{
    struct pk_verification *verification = ctx;
    verification->seen = verification->proof;
    if (result == 1) {
        /* By the next turn, not from here: at the end of a life the reading thread is gone when this is told. */
        verification->step_due = true;
        pk_loop_again(verification->service->loop);
        return;
    }
    if (result == 0)
        end(verification, PK_VERIFY_HOLDS, NULL);
    else
        end(verification, result == PK_E_CONFLICT && verification->seen.flaw != PK_FLAW_NONE ? PK_VERIFY_BROKEN : PK_VERIFY_FAILED, err);
}

void pk_verification_run(struct pk_verification *verification)
{
    struct pk_error err = { 0 };
    if (!verification->step_due)
        return;
    verification->step_due = false;
    if (!verification->service->reader) {
        int r = step(verification, verification->service->store, &err);
        stepped(verification, r, &err);
        return;
    }
    struct pk_read read = { .run = step, .done = stepped, .ctx = verification, .deadline_ms = STEP_DEADLINE_MS };
    if (pk_reader_submit(verification->service->reader, &read, &err) != 0)
        end(verification, PK_VERIFY_FAILED, &err);
}

int pk_verification_start(struct pk_verification *verification, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err)
{
    int r = pk_allow(verification->service, actor, PK_ACTION_CONSENT_VERIFY, NULL, NULL, err);
    if (r == 0)
        r = pk_trail_done(verification->service, actor, "consent.verify", "", "", 0, now_ms, err);
    if (r != 0 || verification->state == PK_VERIFY_RUNNING)
        return r;
    verification->state = PK_VERIFY_RUNNING;
    verification->proof = verification->seen = (struct pk_ledger_proof){ 0 };
    verification->began_ms = now_ms;
    verification->ended_ms = 0;
    verification->trouble[0] = '\0';
    verification->step_due = true;
    pk_loop_again(verification->service->loop);
    return 0;
}

void pk_verification_view(const struct pk_verification *verification, struct pk_verification_view *ret_view)
{
    const struct pk_ledger_proof *seen = &verification->seen;
    *ret_view = (struct pk_verification_view){
        .state = verification->state,
        .held = seen->held,
        .total = seen->total > seen->held ? seen->total : seen->held,
        .first = seen->first,
        .last = seen->held > 0 ? seen->id : 0,
        .flaw = seen->flaw,
        .broken_id = seen->broken_id,
        .broken_at_ms = seen->broken_at_ms,
        .began_ms = verification->began_ms,
        .ended_ms = verification->ended_ms,
        .trouble = verification->trouble,
    };
    memcpy(ret_view->link, seen->link, sizeof ret_view->link);
}
