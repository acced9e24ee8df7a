/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reports outlive the messages they are counted from: what retention wants is counted first, and its sums are written in one unit
 * (keeper.h). Retention waits for that unit (store/reports.h).
 */
#include "gateway/service/keeper.h"
#include "gateway/service/reports.h"

static int look(struct pk_service *service, int64_t now_ms, void **ret_counting, struct pk_error *err)
{
    const struct pk_report_limits limits = {
        .messages_before_ms = now_ms - service->rules->keep_messages_ms,
        .rsvps_before_ms = service->rules->keep_rsvps_ms > 0 ? now_ms - service->rules->keep_rsvps_ms : 0,
        .now_ms = now_ms,
    };
    struct pk_report_subject subject;
    struct pk_report_counter *counter = NULL;
    if (!pk_report_due(service->store, &limits, &subject))
        return 0;
    int r = pk_report_counting(service, &subject, &counter, err);
    *ret_counting = counter;
    return r == 0 ? 1 : r;
}

static int step(void *counting, struct pk_store *store, struct pk_error *err)
{
    return pk_report_count_some(counting, store, PK_REPORT_STEP, err);
}

static int keep(struct pk_service *service, void *counting, int64_t now_ms, struct pk_error *err)
{
    return pk_report_keep(service->store, counting, now_ms, err);
}

static void drop(void *counting)
{
    pk_report_counter_free(counting);
}

struct pk_keeper *pk_report_keeper_new(struct pk_service *service)
{
    static const struct pk_keeper_kind kind = { .look = look, .step = step, .keep = keep, .drop = drop, .component = "reports",
                                                .not_kept = "report.not_kept", .conflicts = true };
    return pk_keeper_new(service, &kind);
}
