/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/tracker.h"

#include "gateway/base/log.h"
#include "gateway/base/random.h"
#include "gateway/service/ladder.h"
#include "gateway/service/network_block.h"
#include "gateway/service/spending.h"
#include "gateway/store/ledger.h"
#include "gateway/store/recipients.h"

#define WAIT_MS 60000 /* a message the gate asks to wait is looked at again after this */
#define RECEIPT_WINDOW_MS (48 * 3600 * 1000ll) /* of an account that is not configured any more */

/* It ends so, unless the ladder has another channel for it. */
static int end(struct pk_service *service, int64_t message, bool has_next, const struct pk_message_change *change, struct pk_error *err)
{
    int r = has_next ? pk_ladder_go_on(service, message, change, err) : 0;
    return r != 0 ? (r < 0 ? r : 0) : pk_message_change(service->store, message, change, err);
}

static bool has_next(const struct pk_message *message)
{
    return (message->flags & PK_MESSAGE_HAS_NEXT) != 0;
}

/* ---- the gate's verdicts ---- */

int pk_tracker_refuse(struct pk_service *service, const struct pk_message *message, enum pk_gate_verdict verdict,
                      enum pk_reason reason, int64_t now_ms, struct pk_error *err)
{
    struct pk_message_change change = { .reason = reason, .now_ms = now_ms };
    switch (verdict) {
    case PK_GATE_EXPIRE:
        change.state = PK_MESSAGE_EXPIRED;
        break;
    case PK_GATE_WAIT:
        change.state = PK_MESSAGE_DEFERRED;
        change.due_ms = now_ms + WAIT_MS;
        pk_dispatcher_note(service->dispatcher, message->route, message->priority, change.due_ms);
        break;
    case PK_GATE_PASS:
    case PK_GATE_REFUSE:
        change.state = reason == PK_REASON_TEXT_UNFIT || reason == PK_REASON_TEXT_UNMAPPED || reason == PK_REASON_NO_ROUTE ? PK_MESSAGE_FAILED : PK_MESSAGE_SUPPRESSED;
        break;
    }
    service->metrics.gate_refused[reason]++;
    return end(service, message->id, has_next(message), &change, err);
}

int pk_tracker_arrived(struct pk_service *service, const struct pk_message *message, int64_t now_ms, struct pk_error *err)
{
    bool told = pk_message_may_become((enum pk_message_state) message->state, PK_MESSAGE_DELIVERED);
    struct pk_message_change change = { .state = told ? PK_MESSAGE_DELIVERED : PK_MESSAGE_UNCONFIRMED, .now_ms = now_ms };
    return pk_message_change(service->store, message->id, &change, err);
}

/* ---- hand-overs ---- */

int pk_tracker_open(struct pk_service *service, const struct pk_flight *flight, uint32_t gate, int64_t now_ms, struct pk_error *err)
{
    struct pk_attempt attempt = {
        .id = flight->attempt,
        .message = flight->message,
        .account = flight->desk->id,
        .state = PK_ATTEMPT_OPENED,
        .gate = gate,
        .opened_ms = now_ms,
        .price = flight->cost,
        .parts = flight->counted,
        .channel = flight->channel,
    };
    memcpy(attempt.currency, flight->desk->prices.currency, sizeof attempt.currency);
    int r = pk_attempt_open(service->store, &attempt, err);
    if (r == 0)
        r = pk_pair_open(service, flight, gate, now_ms, err);
    return r != 0 ? r : pk_message_submitting(service->store, flight->message, flight->desk->id, now_ms, err);
}

/* What an outcome means for the attempt and the message; retries are worked out apart. */
struct meaning {
    uint32_t attempt;
    uint32_t message;
    uint32_t reason;
};

static const struct meaning meanings[] = { /* by enum pk_outcome */
    [PK_OUTCOME_ACCEPTED] = { PK_ATTEMPT_ACCEPTED, PK_MESSAGE_ACCEPTED, PK_REASON_NONE },
    [PK_OUTCOME_RETRY] = { PK_ATTEMPT_REFUSED_TEMPORARY, PK_MESSAGE_DEFERRED, PK_REASON_PROVIDER_BUSY },
    [PK_OUTCOME_THROTTLED] = { PK_ATTEMPT_REFUSED_TEMPORARY, PK_MESSAGE_DEFERRED, PK_REASON_PROVIDER_BUSY },
    [PK_OUTCOME_REJECTED] = { PK_ATTEMPT_REFUSED_PERMANENT, PK_MESSAGE_FAILED, PK_REASON_PROVIDER_REFUSED },
    [PK_OUTCOME_INVALID_RECIPIENT] = { PK_ATTEMPT_REFUSED_PERMANENT, PK_MESSAGE_FAILED, PK_REASON_INVALID_RECIPIENT },
    [PK_OUTCOME_OPTED_OUT] = { PK_ATTEMPT_REFUSED_PERMANENT, PK_MESSAGE_SUPPRESSED, PK_REASON_OPTED_OUT },
    [PK_OUTCOME_MISCONFIGURED] = { PK_ATTEMPT_REFUSED_TEMPORARY, PK_MESSAGE_DEFERRED, PK_REASON_MISCONFIGURED },
    [PK_OUTCOME_UNCERTAIN] = { PK_ATTEMPT_NO_ANSWER, PK_MESSAGE_UNCERTAIN, PK_REASON_NO_ANSWER },
};

static int64_t receipts_until(const struct pk_desk *desk, int64_t now_ms)
{
    return now_ms + (desk ? desk->rule->receipt_window_ms : RECEIPT_WINDOW_MS);
}

/* What its provider drops sooner than the message ends, for the next channel's sake, is looked at again right after that. */
static int64_t receipt_due_ms(const struct pk_flight *flight, int64_t now_ms)
{
    bool dropped = flight->has_next && flight->valid_until_ms < flight->expires_ms;
    return dropped ? flight->valid_until_ms + PK_LADDER_MARGIN_MS : receipts_until(flight->desk, now_ms);
}

/* The gate kept it back between rounds: the next claim asks it again and says what becomes of the message. */
static void take_back(const struct pk_flight *flight, struct pk_message_change *change)
{
    change->reason = flight->withheld;
    change->due_ms = change->now_ms;
    change->uncounted = true;
}

static int is_unanswered(void *ctx, const struct pk_attempt *attempt)
{
    (void) ctx;
    return attempt->state == PK_ATTEMPT_NO_ANSWER ? 1 : 0;
}

/* It is not tried again. That is the end, unless one of its attempts may have arrived: then nobody knows. */
static int stop_trying(struct pk_service *service, const struct pk_flight *flight, uint32_t state, uint32_t reason,
                       struct pk_message_change *change, struct pk_error *err)
{
    bool unanswered = flight->outcome == PK_OUTCOME_UNCERTAIN;
    int r = unanswered || flight->attempts == 1 ? 0 : pk_attempts_of(service->store, flight->message, is_unanswered, NULL, err);
    if (r < 0)
        return r;
    unanswered |= r > 0;
    change->state = unanswered ? PK_MESSAGE_UNCERTAIN : state;
    change->reason = unanswered ? PK_REASON_NO_ANSWER : reason;
    change->due_ms = unanswered ? receipts_until(flight->desk, change->now_ms) : 0;
    return 0;
}

/* Whether a hand-over that failed leaves the message's attempts as they were: nobody tried it, or the provider is away for
 * everybody. An hour of that must not use the attempts up; the message's own validity ends it. */
static bool is_no_fault_of_the_message(const struct pk_flight *flight)
{
    switch (flight->outcome) {
    case PK_OUTCOME_THROTTLED:
    case PK_OUTCOME_MISCONFIGURED:
        return true;
    case PK_OUTCOME_RETRY:
        return flight->desk->breaker.state != PK_BREAKER_CLOSED;
    default:
        return false;
    }
}

/* When a deferred message is tried again, or that it is not. */
static int defer(struct pk_service *service, const struct pk_flight *flight, struct pk_message_change *change, struct pk_error *err)
{
    const struct pk_retry_rule *retry = &flight->desk->rule->retry;
    int64_t delay_ms = 0;
    if (flight->outcome == PK_OUTCOME_RETRY || flight->outcome == PK_OUTCOME_UNCERTAIN) {
        if (flight->attempts - flight->earlier >= retry->max_attempts && !change->uncounted)
            return stop_trying(service, flight, PK_MESSAGE_FAILED, PK_REASON_ATTEMPTS_USED_UP, change, err);
        delay_ms = pk_retry_delay_ms(retry, flight->attempts - flight->earlier, (uint32_t) pk_random_u64());
    }
    if (flight->outcome == PK_OUTCOME_THROTTLED)
        delay_ms = PK_THROTTLED_MS;
    if (flight->after_ms > delay_ms)
        delay_ms = flight->after_ms;
    change->due_ms = change->now_ms + delay_ms;
    if (change->due_ms >= flight->expires_ms)
        return stop_trying(service, flight, PK_MESSAGE_EXPIRED, PK_REASON_TOO_LATE, change, err);
    return 0;
}

void pk_tracker_interrupted(const struct pk_desk *desk, struct pk_message_change *change)
{
    bool harmless = desk && (desk->capabilities & PK_CAN_IDEMPOTENT) != 0;
    change->reason = PK_REASON_RESTART;
    if (harmless || (desk && desk->rule->resend_uncertain)) {
        change->state = PK_MESSAGE_DEFERRED;
        change->due_ms = change->now_ms;
        change->set_flags = harmless ? 0 : PK_MESSAGE_POSSIBLE_DOUBLE;
        return;
    }
    change->state = PK_MESSAGE_UNCERTAIN;
    change->due_ms = receipts_until(desk, change->now_ms);
}

/* Everybody the network refuses on the person's behalf is refused by us as well, until they come back themselves. */
static int blocked_by_network(struct pk_service *service, const struct pk_flight *flight, int64_t now_ms, struct pk_error *err)
{
    struct pk_address at;
    if (flight->address != 0) {
        int r = pk_address_get(service->store, flight->address, &at, NULL);
        if (r == PK_E_NOT_FOUND)
            return 0; /* the person left this address meanwhile: it says nothing of where they are now */
        if (r != 0)
            return r;
    }
    if (flight->outcome == PK_OUTCOME_OPTED_OUT)
        return pk_network_block(service, flight->desk, flight->recipient, flight->address, flight->channel, now_ms, err);
    return flight->address != 0 ? pk_address_block(service->store, flight->address, now_ms, err) : 0;
}

/* ---- receipts ---- */

/* An attempt given up by the network for now may be made again while there is time; the claim refuses it when another
 * attempt of the message turned out to have arrived. */
static int try_again(struct pk_service *service, const struct pk_attempt *attempt, const struct pk_message *message,
                     struct pk_message_change *change, struct pk_error *err)
{
    const struct pk_desk *desk = pk_desks_by_id(service->desks, attempt->account);
    const struct pk_retry_rule *retry = desk ? &desk->rule->retry : NULL;
    int64_t due_ms = retry ? change->now_ms + pk_retry_delay_ms(retry, message->attempts - message->earlier, (uint32_t) pk_random_u64()) : INT64_MAX;
    if (!retry || message->attempts - message->earlier >= retry->max_attempts || due_ms >= message->expires_ms) {
        change->state = PK_MESSAGE_UNDELIVERED;
        change->reason = PK_REASON_ATTEMPTS_USED_UP;
        return end(service, message->id, has_next(message), change, err);
    }
    change->reason = PK_REASON_PROVIDER_REFUSED;
    int r = pk_message_change(service->store, message->id, change, err);
    if (r != 0)
        return r;
    change->state = PK_MESSAGE_DEFERRED;
    change->due_ms = due_ms;
    pk_dispatcher_note(service->dispatcher, message->route, message->priority, due_ms);
    return pk_message_change(service->store, message->id, change, err);
}

/* What a receipt, new or kept, makes of the message it is about. */
static int apply_receipt(struct pk_service *service, const struct pk_attempt *attempt, uint32_t receipt_state, int64_t now_ms,
                         struct pk_error *err)
{
    struct pk_message message;
    int r = pk_pair_heard(service, attempt, receipt_state, now_ms, err);
    if (r != 0)
        return r < 0 ? r : 0;
    r = pk_message_get(service->store, attempt->message, &message, err);
    if (r == PK_E_NOT_FOUND)
        return 0; /* erased meanwhile */
    if (r != 0)
        return r;
    enum pk_message_state next = pk_message_after_receipt((enum pk_message_state) message.state, receipt_state);
    if (next == (enum pk_message_state) message.state)
        return 0;
    /* Of an attempt that was followed by another one only its arrival counts: the message is where the last one is. */
    if (message.attempts > 1 && next != PK_MESSAGE_DELIVERED && next != PK_MESSAGE_READ &&
        !pk_attempt_is_last(service->store, attempt))
        return 0;
    struct pk_message_change change = { .state = next, .reason = PK_REASON_NONE, .now_ms = now_ms };
    if (next == PK_MESSAGE_UNDELIVERED)
        change.reason = PK_REASON_PROVIDER_REFUSED;
    if (next == PK_MESSAGE_UNDELIVERED_TEMPORARY)
        return try_again(service, attempt, &message, &change, err);
    return end(service, message.id, has_next(&message), &change, err);
}

struct kept_receipts {
    struct pk_service *service;
    struct pk_attempt attempt;
    int64_t now_ms;
    struct pk_error *err;
};

/* Came before the provider's id was ours. */
static int take_parked(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms)
{
    struct kept_receipts *kept = ctx;
    struct pk_receipt receipt = { .state = receipt_state, .code = code, .at_ms = at_ms };
    return pk_tracker_receipt(kept->service, &kept->attempt, &receipt, kept->now_ms, kept->err);
}

/* Came, by our own reference, before the provider's answer did. */
static int take_early(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms)
{
    struct kept_receipts *kept = ctx;
    (void) code;
    (void) at_ms;
    return apply_receipt(kept->service, &kept->attempt, receipt_state, kept->now_ms, kept->err);
}

int pk_tracker_receipt(struct pk_service *service, const struct pk_attempt *attempt, const struct pk_receipt *receipt, int64_t now_ms,
                       struct pk_error *err)
{
    int fresh = pk_receipt_append(service->store, attempt->id, receipt->state, receipt->code, receipt->at_ms, now_ms, err);
    if (fresh < 0)
        return fresh;
    if (fresh == 0) {
        service->metrics.receipts_repeated++;
        return 0;
    }
    return apply_receipt(service, attempt, receipt->state, now_ms, err);
}

/* What was heard of an attempt before this is told of it now. */
static int take_kept(struct pk_service *service, const struct pk_flight *flight, struct pk_slice provider_id, int64_t now_ms, struct pk_error *err)
{
    struct kept_receipts kept = { .service = service, .now_ms = now_ms, .err = err };
    kept.attempt = (struct pk_attempt){ .id = flight->attempt, .message = flight->message, .account = flight->desk->id };
    int r = pk_receipts_of(service->store, flight->attempt, take_early, &kept, err);
    if (r == 0 && flight->second) {
        kept.attempt.id = flight->second->attempt;
        kept.attempt.account = flight->second->desk->id;
        kept.attempt.beside = flight->attempt;
        r = pk_receipts_of(service->store, flight->second->attempt, take_early, &kept, err);
        kept.attempt = (struct pk_attempt){ .id = flight->attempt, .message = flight->message, .account = flight->desk->id };
    }
    if (r != 0 || provider_id.len == 0)
        return r;
    return pk_receipt_unpark(service->store, flight->desk->id, provider_id, take_parked, &kept, err);
}

static int ask_later(struct pk_service *service, const struct pk_flight *flight, int64_t now_ms, struct pk_error *err);

/* ---- results of hand-overs ---- */

/* It certainly was not taken: nobody pays for that. */
static bool was_refused(const struct meaning *meaning)
{
    return meaning->attempt == PK_ATTEMPT_REFUSED_TEMPORARY || meaning->attempt == PK_ATTEMPT_REFUSED_PERMANENT;
}

int pk_tracker_settle(struct pk_service *service, struct pk_flight *flight, int64_t now_ms, struct pk_error *err)
{
    uint32_t outcome = flight->outcome < PK_COUNT(meanings) && flight->outcome > 0 ? flight->outcome : PK_OUTCOME_UNCERTAIN;
    const struct meaning *meaning = &meanings[outcome];
    const struct pk_desk *desk = flight->desk;
    struct pk_message_change change = { .state = meaning->message, .reason = meaning->reason, .now_ms = now_ms };
    struct pk_slice provider_id = pk_slice_make(flight->provider_id, flight->provider_id_len);

    if (outcome == PK_OUTCOME_ACCEPTED && !(desk->capabilities & PK_CAN_RECEIPTS))
        change.state = PK_MESSAGE_SENT_FINAL;
    if (outcome == PK_OUTCOME_UNCERTAIN && ((desk->capabilities & PK_CAN_IDEMPOTENT) || desk->rule->resend_uncertain)) {
        change.state = PK_MESSAGE_DEFERRED;
        if (!(desk->capabilities & PK_CAN_IDEMPOTENT))
            change.set_flags = PK_MESSAGE_POSSIBLE_DOUBLE;
    }
    change.uncounted = is_no_fault_of_the_message(flight);
    pk_spending_judge(flight, was_refused(meaning));
    int r = 0;
    if (change.state == PK_MESSAGE_DEFERRED && outcome == PK_OUTCOME_RETRY && flight->withheld != PK_REASON_NONE)
        take_back(flight, &change);
    else if (change.state == PK_MESSAGE_DEFERRED)
        r = defer(service, flight, &change, err);
    else if (change.state == PK_MESSAGE_ACCEPTED)
        change.due_ms = receipt_due_ms(flight, now_ms);
    else if (change.state == PK_MESSAGE_UNCERTAIN)
        change.due_ms = receipts_until(desk, now_ms);
    if (r == 0)
        r = pk_pair_settle(service, flight, meaning->attempt, flight->withheld != PK_REASON_NONE ? flight->withheld : meaning->reason, now_ms, err);
    if (r == 0)
        r = pk_attempt_settle(service->store, flight->attempt, desk->id, meaning->attempt,
                              flight->withheld != PK_REASON_NONE ? flight->withheld : meaning->reason, provider_id,
                              pk_slice_make(flight->code, flight->code_len), flight->parts, flight->paid, now_ms, err);
    if (r == 0)
        r = end(service, flight->message, flight->has_next, &change, err);
    if (r == 0 && (outcome == PK_OUTCOME_INVALID_RECIPIENT || outcome == PK_OUTCOME_OPTED_OUT))
        r = blocked_by_network(service, flight, now_ms, err);
    if (r != 0)
        return r;
    if (change.state == PK_MESSAGE_DEFERRED)
        pk_dispatcher_note(service->dispatcher, flight->route, flight->priority, change.due_ms);
    if (outcome == PK_OUTCOME_UNCERTAIN && change.state == PK_MESSAGE_UNCERTAIN && (r = ask_later(service, flight, now_ms, err)) != 0)
        return r;
    return outcome == PK_OUTCOME_ACCEPTED || outcome == PK_OUTCOME_UNCERTAIN ? take_kept(service, flight, provider_id, now_ms, err) : 0;
}

/* ---- what a provider says when it is asked ---- */

int64_t pk_tracker_ask_ms(const struct pk_desk *desk, int64_t now_ms)
{
    bool can = desk && desk->account && desk->rule->query_after_ms > 0 && pk_account_can_query(desk->account);
    return can ? now_ms + desk->rule->query_after_ms : 0;
}

static int ask_later(struct pk_service *service, const struct pk_flight *flight, int64_t now_ms, struct pk_error *err)
{
    int64_t ask_ms = pk_tracker_ask_ms(flight->desk, now_ms);
    if (ask_ms == 0)
        return 0;
    pk_dispatcher_note_ask(service->dispatcher, ask_ms);
    return pk_attempt_ask_at(service->store, flight->attempt, ask_ms, 0, err);
}

/* It certainly has not: sent again as after any other failure, unless another attempt may have arrived. */
static int send_again(struct pk_service *service, const struct pk_flight *flight, struct pk_message_change *change, struct pk_error *err)
{
    int r = pk_attempts_of(service->store, flight->message, is_unanswered, NULL, err);
    if (r != 0)
        return r < 0 ? r : 1;
    r = defer(service, flight, change, err);
    if (r == 0 && change->state == PK_MESSAGE_DEFERRED)
        pk_dispatcher_note(service->dispatcher, flight->route, flight->priority, change->due_ms);
    return r;
}

int pk_tracker_told(struct pk_service *service, struct pk_flight *flight, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = service->store;
    struct pk_attempt attempt;
    struct pk_message message;
    struct pk_slice provider_id = pk_slice_make(flight->provider_id, flight->provider_id_len);
    uint32_t outcome = flight->outcome < PK_COUNT(meanings) && flight->outcome > 0 ? flight->outcome : PK_OUTCOME_UNCERTAIN;
    const struct meaning *meaning = &meanings[outcome];
    flight->back = (struct pk_day_use){ 0 };
    if (outcome == PK_OUTCOME_UNCERTAIN)
        return 0; /* asked again later, if it is to be */
    int r = pk_attempt_get(store, flight->attempt, &attempt, err);
    if (r == 0)
        r = pk_message_get(store, flight->message, &message, err);
    if (r == PK_E_NOT_FOUND)
        return 0; /* erased meanwhile */
    if (r != 0)
        return r;
    if (attempt.state != PK_ATTEMPT_NO_ANSWER || message.state != PK_MESSAGE_UNCERTAIN || !pk_attempt_is_last(store, &attempt))
        return 0;
    pk_spending_judge_late(flight, attempt.opened_ms, attempt.price, was_refused(meaning));
    r = pk_attempt_settle(store, attempt.id, attempt.account, meaning->attempt, meaning->reason, provider_id,
                          pk_slice_make(flight->code, flight->code_len), flight->parts, flight->paid, now_ms, err);
    if (r == 0)
        r = pk_pair_told(service, &attempt, meaning->attempt, meaning->reason, now_ms, err);
    if (r == 0)
        r = pk_attempt_ask_at(store, attempt.id, 0, 0, err);
    if (r != 0)
        return r;
    struct pk_message_change change = { .state = meaning->message, .reason = meaning->reason, .now_ms = now_ms };
    if (outcome == PK_OUTCOME_ACCEPTED && !(flight->desk->capabilities & PK_CAN_RECEIPTS))
        change.state = PK_MESSAGE_SENT_FINAL;
    if (change.state == PK_MESSAGE_ACCEPTED)
        change.due_ms = receipts_until(flight->desk, now_ms);
    if (change.state == PK_MESSAGE_DEFERRED && (r = send_again(service, flight, &change, err)) != 0)
        return r < 0 ? r : 0;
    r = end(service, message.id, has_next(&message), &change, err);
    if (r == 0 && (outcome == PK_OUTCOME_INVALID_RECIPIENT || outcome == PK_OUTCOME_OPTED_OUT))
        r = blocked_by_network(service, flight, now_ms, err);
    return r == 0 && outcome == PK_OUTCOME_ACCEPTED ? take_kept(service, flight, provider_id, now_ms, err) : r;
}
