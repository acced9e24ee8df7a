/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/figures.h"

#include "gateway/api/answer.h"
#include "gateway/base/clock.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/inbound.h"
#include "gateway/service/inbox.h"
#include "gateway/service/passes.h"
#include "gateway/store/outbox.h"
#include "gateway/store/recipients.h"

#define DEADLINE_MS 2000

struct work {
    struct pk_figures figures;
    void (*then)(struct pk_call *call, const struct pk_figures *figures, const struct pk_error *err);
};

/* On the reading thread. */
static int read(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct work *work = call->data;
    struct pk_figures *figures = &work->figures;
    int r = pk_queue_depths(store, pk_clock_wall_ms(), figures->lanes, PK_FIGURES_LANES, &figures->lane_count, err);
    if (r != 0)
        return r;
    figures->recipients = pk_recipient_count(store);
    figures->outbox = pk_outbox_count(store);
    pk_upkeep_oldest(store, &figures->oldest);
    pk_inbox_count(store, pk_clock_wall_ms() - PK_INBOX_LATE_MS, &figures->inbox);
    figures->read = true;
    return 0;
}

static void done(struct pk_call *call, int result, const struct pk_error *err)
{
    struct work *work = call->data;
    if (result != 0)
        work->figures = (struct pk_figures){ .read = false };
    work->then(call, &work->figures, err);
}

void pk_figures_read(struct pk_call *call,
                     void (*then)(struct pk_call *call, const struct pk_figures *figures, const struct pk_error *err))
{
    struct work *work = pk_alloc(sizeof *work);
    work->then = then;
    call->data = work;
    pk_call_read(call, read, done, DEADLINE_MS);
}

size_t pk_kept_list(const struct pk_service *service, const struct pk_oldest *oldest, struct pk_kept ret_kept[PK_KEPT_MAX])
{
    const struct pk_rules *rules = service->rules;
    const struct pk_kept kept[] = {
        { "messages", rules->keep_messages_ms, oldest->messages_ms, "they were made" },
        { "values", rules->keep_values_ms, oldest->values_ms, "the end of the validity" },
        { "replies", rules->keep_replies_ms, oldest->replies_ms, "they came" },
        { "rsvps", rules->keep_rsvps_ms, oldest->rsvps_ms, "the end of the validity" },
        { "triggers", rules->keep_triggers_ms, oldest->triggers_ms, "they came" },
        { "parked", PK_PARKED_MS, oldest->parked_ms, "they came" },
        { "imports", PK_UPKEEP_JOBS_MS, oldest->jobs_ms, "they ended" },
        { "proofs", rules->keep_proofs_ms, oldest->proofs_ms != 0 ? oldest->proofs_ms - rules->keep_proofs_ms : 0, "the erasure" },
        { "inbox", rules->keep_replies_ms, oldest->inbox_ms, "they last wrote" },
        { "former", rules->keep_former_ms, oldest->former_ms, "their last consent ended" },
        { "silent", rules->question_every_ms, oldest->silent_ms != 0 ? oldest->silent_ms - rules->question_every_ms : 0, "they were asked" },
        { "passes", PK_PASS_MS + 3600000, oldest->passes_ms, "they were asked for" },
        { "consent", rules->keep_ledger_ms, oldest->ledger_ms, "the entry, and nothing stands by it" },
        { "webhooks", rules->keep_webhooks_ms, oldest->webhooks_ms, "they ended" },
        { "audit", rules->keep_audit_ms, oldest->audit_ms, "the act" },
    };
    _Static_assert(sizeof kept / sizeof kept[0] <= PK_KEPT_MAX, "there is room for every kind");
    memcpy(ret_kept, kept, sizeof kept);
    return PK_COUNT(kept);
}
