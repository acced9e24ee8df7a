/* SPDX-License-Identifier: EUPL-1.2 */
/* Hand-overs in parts that the provider tells of one by one: what becomes of the message is what became of all. */
#include "gateway/base/mem.h"
#include "gateway/service/tracker.h"

#include <stdio.h>

#define CODE_ROOM 80u

static bool is_lost(uint32_t receipt_state)
{
    return receipt_state == PK_RECEIPT_UNDELIVERED_TEMPORARY || receipt_state == PK_RECEIPT_UNDELIVERED_PERMANENT;
}

int pk_tracker_part_receipt(struct pk_service *service, const struct pk_attempt *attempt, const struct pk_attempt_part *part,
                            const struct pk_receipt *receipt, int64_t now_ms, struct pk_error *err)
{
    char code[CODE_ROOM];
    uint32_t whole = 0;
    int fresh = pk_attempt_part_heard(service->store, part, receipt->state, err);
    if (fresh < 0)
        return fresh;
    if (fresh == 0) {
        service->metrics.receipts_repeated++;
        return 0;
    }
    int r = pk_attempt_parts_whole(service->store, attempt->id, &whole, err);
    if (r != 0)
        return r;
    if (is_lost(whole) && !is_lost(receipt->state))
        whole = PK_RECEIPT_SENT; /* another part was lost: that is known already */
    if (whole == 0 || (whole == PK_RECEIPT_SENT && attempt->state != PK_ATTEMPT_ACCEPTED))
        return 0;
    (void) snprintf(code, sizeof code, "%.*s%s%u/%u", PK_SLICE_ARG(receipt->code), receipt->code.len > 0 ? " " : "", part->index, part->total);
    struct pk_receipt told = { .state = whole, .code = pk_slice_of(code), .at_ms = receipt->at_ms };
    return pk_tracker_receipt(service, attempt, &told, now_ms, err);
}

struct early {
    struct pk_service *service;
    const struct pk_attempt *attempt;
    const struct pk_attempt_part *part;
    int64_t now_ms;
    struct pk_error *err;
};

/* Came before the answer that tells the id. */
static int take_early(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms)
{
    const struct early *early = ctx;
    struct pk_receipt receipt = { .state = receipt_state, .code = code, .at_ms = at_ms };
    return pk_tracker_part_receipt(early->service, early->attempt, early->part, &receipt, early->now_ms, early->err);
}

int pk_tracker_part_taken(struct pk_service *service, const struct pk_attempt *attempt, const struct pk_attempt_part *part,
                          struct pk_slice provider_id, int64_t now_ms, struct pk_error *err)
{
    struct early early = { service, attempt, part, now_ms, err };
    int r = pk_attempt_part_taken(service->store, attempt->account, part, provider_id, err);
    return r != 0 ? r : pk_receipt_unpark(service->store, attempt->account, provider_id, take_early, &early, err);
}
