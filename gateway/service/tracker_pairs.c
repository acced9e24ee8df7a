/* SPDX-License-Identifier: EUPL-1.2 */
/* Two attempts of one call (fallback.h): opened and settled together, and told apart by receipts. One of them arrives at most;
 * the other then was not used, and costs nothing. The message is lost when both are. */
#include "gateway/service/fallback.h"
#include "gateway/service/spending.h"
#include "gateway/service/tracker.h"
#include "gateway/store/attempt_pairs.h"

int pk_pair_open(struct pk_service *service, const struct pk_flight *flight, uint32_t gate, int64_t now_ms, struct pk_error *err)
{
    const struct pk_flight *second = flight->second;
    if (!second)
        return 0;
    struct pk_attempt attempt = {
        .id = second->attempt,
        .message = flight->message,
        .account = second->desk->id,
        .state = PK_ATTEMPT_OPENED,
        .gate = gate,
        .opened_ms = now_ms,
        .price = second->cost,
        .parts = second->counted,
        .channel = second->channel,
        .beside = flight->attempt,
        .address = second->address,
        .version = second->version,
    };
    memcpy(attempt.currency, second->desk->prices.currency, sizeof attempt.currency);
    return pk_attempt_open(service->store, &attempt, err);
}

int pk_pair_settle(struct pk_service *service, struct pk_flight *flight, uint32_t state, uint32_t reason, int64_t now_ms, struct pk_error *err)
{
    struct pk_flight *second = flight->second;
    if (!second)
        return 0;
    second->parts = flight->parts; /* parts are the SMS's */
    flight->parts = 0;
    pk_spending_judge(second, state == PK_ATTEMPT_REFUSED_TEMPORARY || state == PK_ATTEMPT_REFUSED_PERMANENT);
    return pk_attempt_settle(service->store, second->attempt, second->desk->id, state, reason, (struct pk_slice){ 0 },
                             pk_slice_make(flight->code, flight->code_len), second->parts, second->paid, now_ms, err);
}

int pk_pair_told(struct pk_service *service, const struct pk_attempt *first, uint32_t state, uint32_t reason, int64_t now_ms,
                 struct pk_error *err)
{
    struct pk_attempt other;
    bool refused = state == PK_ATTEMPT_REFUSED_TEMPORARY || state == PK_ATTEMPT_REFUSED_PERMANENT;
    int r = pk_attempt_other(service->store, first, &other, err);
    if (r != 0 || other.state != PK_ATTEMPT_NO_ANSWER)
        return r == PK_E_NOT_FOUND ? 0 : r;
    r = pk_attempt_settle(service->store, other.id, other.account, state, reason, (struct pk_slice){ 0 }, (struct pk_slice){ 0 }, 0,
                          refused ? 0 : other.price, now_ms, err);
    return r == 0 && refused ? pk_spending_give_back(service, other.account, other.opened_ms, (struct pk_day_use){ other.price, 1 }, now_ms, err)
                             : r;
}

/* ---- receipts ---- */

/* The hand-over itself counts for the first one's account, whatever became of it there. */
static struct pk_day_use share_of(const struct pk_attempt *attempt, int64_t price)
{
    return (struct pk_day_use){ .cost = price, .messages = attempt->beside != 0 };
}

static int was_not_used(struct pk_service *service, const struct pk_attempt *attempt, int64_t now_ms, struct pk_error *err)
{
    if ((attempt->state != PK_ATTEMPT_ACCEPTED && attempt->state != PK_ATTEMPT_NO_ANSWER) || pk_attempt_has_arrived(service->store, attempt->id))
        return 0;
    int r = pk_attempt_not_used(service->store, attempt->id, now_ms, err);
    return r != 0 ? r : pk_spending_give_back(service, attempt->account, attempt->opened_ms, share_of(attempt, attempt->price), now_ms, err);
}

static int was_used(struct pk_service *service, const struct pk_attempt *attempt, int64_t now_ms, struct pk_error *err)
{
    int64_t price = 0;
    if (attempt->state != PK_ATTEMPT_NOT_USED)
        return 0;
    int r = pk_attempt_used(service->store, attempt->id, now_ms, &price, err);
    struct pk_day_use share = share_of(attempt, price);
    return r != 0 ? r
                  : pk_spending_give_back(service, attempt->account, attempt->opened_ms, (struct pk_day_use){ -share.cost, -share.messages },
                                          now_ms, err);
}

/* What people answer comes from where it arrived. */
static int move_message(struct pk_service *service, const struct pk_attempt *attempt, struct pk_error *err)
{
    const struct pk_desk *desk = pk_desks_by_id(service->desks, attempt->account);
    const struct pk_lane_route *route = desk ? pk_desks_route_of(service->desks, desk) : NULL;
    if (attempt->beside == 0 || !route)
        return 0;
    const struct pk_message_way way = {
        .address = attempt->address, .version = attempt->version, .channel = attempt->channel, .route = route->id,
    };
    return pk_message_carried_on(service->store, attempt->message, &way, err);
}

int pk_pair_heard(struct pk_service *service, const struct pk_attempt *of, uint32_t receipt_state, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = service->store;
    struct pk_attempt attempt, other;
    int r = pk_attempt_other(store, of, &other, err);
    if (r == 0)
        r = pk_attempt_get(store, of->id, &attempt, err); /* as it is by now */
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r;
    if (attempt.state == PK_ATTEMPT_OPENED)
        return 0; /* looked at again once the call has ended */
    switch (receipt_state) {
    case PK_RECEIPT_SENT:
        return pk_attempt_has_arrived(store, other.id) ? 0 : move_message(service, &attempt, err);
    case PK_RECEIPT_DELIVERED:
    case PK_RECEIPT_READ:
        r = was_used(service, &attempt, now_ms, err);
        if (r == 0)
            r = was_not_used(service, &other, now_ms, err);
        return r == 0 && !pk_attempt_has_arrived(store, other.id) ? move_message(service, &attempt, err) : r;
    case PK_RECEIPT_UNDELIVERED_TEMPORARY:
    case PK_RECEIPT_UNDELIVERED_PERMANENT:
        return pk_attempt_is_lost(store, other.id) && !pk_attempt_has_arrived(store, other.id) ? 0 : 1;
    default:
        return 0;
    }
}
