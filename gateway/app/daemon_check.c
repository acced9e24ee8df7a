/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The self-check: the loop turned (a timer fired) and the database took a row and committed it. Ready is said after the
 * first one that holds and recovery; a watchdog is fed only by one that holds, so that a gateway that can no longer keep
 * anything is started anew.
 */
#include "gateway/app/daemon_private.h"

#include "gateway/base/clock.h"
#include "gateway/service/housekeeping.h"

#define EVERY_MS 60000 /* where nobody watches */
#define FIRST_MS 100   /* until it is ready */

static int64_t interval(const struct pk_daemon *daemon)
{
    int64_t half_ms = daemon->notify.watchdog_ms / 2;
    if (half_ms > 0)
        return half_ms;
    return daemon->ready ? EVERY_MS : FIRST_MS;
}

static void tell_status(struct pk_daemon *daemon)
{
    struct pk_condition condition;
    pk_upkeep_condition(daemon->service->upkeep, &condition);
    pk_notify_say(&daemon->notify, "STATUS=%s%s%s", condition.degraded ? "degraded" : "working", condition.why[0] ? ": " : "",
                  condition.why);
}

static void holds(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    if (!daemon->checked && daemon->ready)
        pk_log(PK_LOG_INFO, "daemon", "check.holds", NULL);
    daemon->checked = true;
    if (daemon->notify.watchdog_ms > 0)
        pk_notify_say(&daemon->notify, "WATCHDOG=1");
    tell_status(daemon);
}

static void fails(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    struct pk_error why = { 0 };
    (void) pk_store_healthy(daemon->store, &why);
    if (daemon->checked || !daemon->ready)
        pk_log(PK_LOG_ERROR, "daemon", "check.failed", "reason",
               why.message[0] ? why.message : "the database could not be written", NULL);
    daemon->checked = false;
    tell_status(daemon);
}

static void check(void *ctx)
{
    struct pk_daemon *daemon = ctx;
    int r = pk_unit_begin(daemon->store, NULL);
    if (r == 0) {
        r = pk_store_set_number(daemon->store, "check.at", pk_clock_wall_ms(), NULL);
        if (r != 0)
            pk_unit_drop(daemon->store);
        else
            r = pk_unit_keep(daemon->store, NULL);
    }
    if (r == 0)
        pk_store_after(daemon->store, PK_LANE_MEMORY, (struct pk_after){ .done = holds, .failed = fails, .ctx = daemon });
    else
        fails(daemon);
    pk_timer_in(daemon->check, interval(daemon));
}

void pk_daemon_check_start(struct pk_daemon *daemon)
{
    daemon->check = pk_timer_new(daemon->loop, check, daemon);
    pk_timer_in(daemon->check, 0);
}

void pk_daemon_check_release(struct pk_daemon *daemon)
{
    if (daemon->ready || daemon->stopping || !daemon->checked || !pk_upkeep_recovered(daemon->service->upkeep))
        return;
    daemon->ready = true;
    pk_log(PK_LOG_INFO, "daemon", "ready", NULL);
    pk_notify_say(&daemon->notify, "READY=1");
    tell_status(daemon);
}
