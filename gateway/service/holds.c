/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Holds are numbers in the store, so that the gate reads in a turn what that turn wrote. What is done with held messages
 * is a resumable job of its own: its kind and its cursor are numbers too, moved on with each chunk.
 */
#include "gateway/service/holds.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/intake.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"
#include "gateway/store/acts.h"
#include "gateway/store/jobs.h"
#include "gateway/store/messages.h"
#include "gateway/store/triggers.h"

#define ROWS_PER_STEP 500u

#define HOLD_ALL "hold.all"
#define HOLD_RESTORED "hold.restored"

/* What is done with held messages now. */
#define HELD_JOB "held.job"
#define HELD_EXPIRES "held.cursor.expires"
#define HELD_ID "held.cursor.id"
#define HELD_DUE "held.cursor.due"
enum held_job { HELD_NOTHING = 0, HELD_RELEASE = 1, HELD_DROP = 2 };

void pk_holds_read(struct pk_service *service, struct pk_holds *ret_holds)
{
    ret_holds->all = pk_store_number(service->store, HOLD_ALL, 0) != 0;
    ret_holds->restored = pk_store_number(service->store, HOLD_RESTORED, 0) != 0;
}

static int set(struct pk_service *service, const struct pk_actor *actor, const char *name, bool on, int64_t now_ms,
               struct pk_error *err)
{
    int r = pk_allow(service, actor, on ? PK_ACTION_HOLD_SET : PK_ACTION_HOLD_LIFT, NULL, name, err);
    if (r == 0)
        r = pk_store_set_number(service->store, name, on ? 1 : 0, err);
    if (r == 0)
        r = pk_trail_done(service, actor, name, "", on ? "on" : "off", 0, now_ms, err);
    if (r != 0)
        return r;
    /* Lifted in this turn, it no longer holds this turn's open phase: nobody needs to be woken. */
    pk_log(on ? PK_LOG_WARN : PK_LOG_INFO, "holds", on ? "hold.set" : "hold.lifted", "hold", name, "by", actor->name, NULL);
    return 0;
}

int pk_hold_all(struct pk_service *service, const struct pk_actor *actor, bool on, int64_t now_ms, struct pk_error *err)
{
    return set(service, actor, HOLD_ALL, on, now_ms, err);
}

int pk_hold_restored_lift(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err)
{
    return set(service, actor, HOLD_RESTORED, false, now_ms, err);
}

/* A resumed account works once that is kept: the next turn comes at once and looks at the queue anew. */
static void let_go(void *ctx)
{
    struct pk_service *service = ctx;
    pk_dispatcher_refresh(service->dispatcher);
    pk_loop_again(service->loop);
}

int pk_hold_account(struct pk_service *service, const struct pk_actor *actor, struct pk_desk *desk, bool pause,
                    const char *reason, int64_t now_ms, struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_ACCOUNT_PAUSE, NULL, desk->rule->name, err);
    if (r == 0)
        r = pk_trail_done(service, actor, pause ? "account.pause" : "account.resume", desk->rule->name, pause && reason ? reason : "", 0,
                          now_ms, err);
    if (r == 0)
        r = pk_desk_pause(desk, pause, reason, err);
    if (r == 0 && !pause)
        pk_store_after(service->store, PK_LANE_MEMORY, (struct pk_after){ .done = let_go, .ctx = service });
    return r;
}

/* ---- triggers that wait since a restore ---- */

int pk_hold_trigger_decide(struct pk_service *service, const struct pk_actor *actor, int64_t id, bool drop, int64_t now_ms,
                           struct pk_error *err)
{
    struct pk_trigger trigger;
    char text[PK_ID_TEXT_MAX];
    struct pk_act act;
    bool acts = pk_act_get(service->store, id, &act, NULL) == 0;
    int r = pk_allow(service, actor, acts ? PK_ACTION_TRIGGER_DECIDE : PK_ACTION_HOLD_DECIDE, NULL, pk_id_format(id, text), err);
    if (r == 0)
        r = pk_trigger_get(service->store, id, &trigger, err);
    if (r != 0)
        return r;
    if (trigger.state != PK_TRIGGER_HELD && trigger.state != PK_TRIGGER_WAITING)
        return pk_fail(err, PK_E_CONFLICT, "trigger \"%s\" is not held", pk_id_format(id, text));
    if (!drop && trigger.valid_until_ms <= now_ms)
        return pk_fail(err, PK_E_CONFLICT, "trigger \"%s\" is past its validity", pk_id_format(id, text));
    r = pk_trail_done(service, actor, drop ? "trigger.drop" : "trigger.release", text, "", 0, now_ms, err);
    if (r != 0)
        return r;
    pk_log(PK_LOG_WARN, "holds", drop ? "trigger.drop" : "trigger.release", "trigger", text, "by", actor->name, NULL);
    if (drop)
        return pk_planner_cut_short(service, &trigger, now_ms, err);
    return acts ? pk_intake_release(service, &trigger, now_ms, err) : pk_planner_resume(service, &trigger, err);
}

/* ---- messages that wait since a restore ---- */

int pk_held_decide(struct pk_service *service, const struct pk_actor *actor, bool drop, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = service->store;
    int r = pk_allow(service, actor, PK_ACTION_HOLD_DECIDE, NULL, drop ? "drop" : "release", err);
    if (r != 0)
        return r;
    int64_t job = drop ? HELD_DROP : HELD_RELEASE, running = pk_store_number(store, HELD_JOB, HELD_NOTHING);
    if (running != HELD_NOTHING && running != job) {
        (void) pk_fail(err, PK_E_CONFLICT, "held messages are being %s now", drop ? "released" : "dropped");
        return pk_hint(err, PK_E_CONFLICT, "Wait until that is done.");
    }
    r = pk_store_set_number(store, HELD_JOB, job, err);
    if (r == 0)
        r = pk_store_set_number(store, HELD_EXPIRES, 0, err);
    if (r == 0)
        r = pk_store_set_number(store, HELD_ID, 0, err);
    if (r == 0)
        r = pk_store_set_number(store, HELD_DUE, 0, err);
    if (r == 0)
        r = pk_trail_done(service, actor, drop ? "held.drop" : "held.release", "", "", 0, now_ms, err);
    if (r == 0)
        pk_log(PK_LOG_WARN, "holds", drop ? "held.drop" : "held.release", "by", actor->name, NULL);
    return r;
}

static int chunk(struct pk_store *store, int64_t job, bool *ret_more, struct pk_error *err)
{
    size_t count = 0;
    struct pk_held_cursor cursor = {
        .due_ms = pk_store_number(store, HELD_DUE, 0),
        .expires_ms = pk_store_number(store, HELD_EXPIRES, 0),
        .id = pk_store_number(store, HELD_ID, 0),
    };
    int r = pk_messages_settle_held(store, job == HELD_DROP, &cursor, pk_clock_wall_ms(), ROWS_PER_STEP, &count, err);
    if (r == 0)
        r = pk_store_set_number(store, HELD_EXPIRES, cursor.expires_ms, err);
    if (r == 0)
        r = pk_store_set_number(store, HELD_ID, cursor.id, err);
    if (r == 0)
        r = pk_store_set_number(store, HELD_DUE, cursor.due_ms, err);
    *ret_more = count >= ROWS_PER_STEP;
    if (r == 0 && !*ret_more)
        r = pk_store_set_number(store, HELD_JOB, HELD_NOTHING, err);
    return r;
}

bool pk_holds_step(struct pk_service *service)
{
    struct pk_store *store = service->store;
    struct pk_error err = { 0 };
    bool more = false;
    int64_t job = pk_store_number(store, HELD_JOB, HELD_NOTHING);
    if (job == HELD_NOTHING)
        return false;
    int r = pk_unit_begin(store, &err);
    if (r == 0) {
        r = chunk(store, job, &more, &err);
        if (r != 0)
            pk_unit_drop(store);
        else
            r = pk_unit_keep(store, &err);
    }
    if (r != 0) {
        pk_log(PK_LOG_ERROR, "holds", "step.failed", "reason", err.message, NULL);
        return false;
    }
    pk_dispatcher_refresh(service->dispatcher);
    return more;
}
