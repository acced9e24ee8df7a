/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/inbound.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/language/segment.h"
#include "gateway/service/conversation.h"
#include "gateway/service/tracker.h"
#include "gateway/store/attempt_pairs.h"

#define TEXT_MAX_BYTES 65536u

/* By our reference the event says itself which part it is about, if of one. */
static struct pk_attempt_part part_of(const struct pk_event *event, int64_t attempt)
{
    bool one = event->part_total > 1 && event->part_total <= PK_ATTEMPT_PARTS_MAX && event->part_index > 0 &&
               event->part_index <= event->part_total;
    return one ? (struct pk_attempt_part){ attempt, event->part_index, event->part_total } : (struct pk_attempt_part){ 0 };
}

/* The provider's id names an attempt, or one part of it. */
static int find_by_provider(struct pk_desk *desk, struct pk_slice provider_id, struct pk_attempt *ret_attempt,
                            struct pk_attempt_part *ret_part, struct pk_error *err)
{
    struct pk_store *store = desk->service->store;
    int r = pk_attempt_by_provider(store, desk->id, provider_id, ret_attempt, err);
    if ((r == 0 && ret_attempt->parts < 2) || (r != 0 && r != PK_E_NOT_FOUND))
        return r;
    int found = pk_attempt_part_find(store, desk->id, provider_id, ret_part, NULL);
    if (found == 0)
        return pk_attempt_get(store, ret_part->attempt, ret_attempt, err);
    return found == PK_E_NOT_FOUND ? r : pk_fail(err, found, "the parts of a hand-over could not be read");
}

/* ret_part: index 0 = it is about the whole. */
static int find_attempt(struct pk_desk *desk, const struct pk_event *event, struct pk_attempt *ret_attempt,
                        struct pk_attempt_part *ret_part, struct pk_error *err)
{
    struct pk_store *store = desk->service->store;
    int64_t id;
    *ret_part = (struct pk_attempt_part){ 0 };
    if (event->our_reference.len > 0 && pk_id_parse(event->our_reference, &id) == 0) {
        int r = pk_attempt_get(store, id, ret_attempt, err);
        if (r == 0 && ret_attempt->account == desk->id) {
            *ret_part = part_of(event, id);
            return 0;
        }
        if (r != 0 && r != PK_E_NOT_FOUND)
            return r;
    }
    if (event->provider_id.len == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "the receipt names no attempt of ours");
    return find_by_provider(desk, event->provider_id, ret_attempt, ret_part, err);
}

/* A call for two channels has one reference: the channel says which of its two attempts is meant. 1: another channel than either. */
static int choose_attempt(struct pk_desk *desk, struct pk_slice channel, struct pk_attempt *attempt, struct pk_error *err)
{
    struct pk_store *store = desk->service->store;
    struct pk_attempt other;
    uint32_t said = channel.len > 0 ? pk_name_find(store, PK_NAME_CHANNEL, channel) : 0;
    if (channel.len == 0 || attempt->channel == 0 || said == attempt->channel)
        return 0;
    int r = pk_attempt_other(store, attempt, &other, err);
    if (r == PK_E_NOT_FOUND)
        return 1;
    if (r == 0 && said == other.channel)
        *attempt = other;
    return r != 0 ? r : said == attempt->channel ? 0 : 1;
}

/* Given up, on no channel in particular: on both. */
static int told_of_both(struct pk_desk *desk, const struct pk_attempt *attempt, const struct pk_receipt *what, int64_t now_ms,
                        struct pk_error *err)
{
    struct pk_attempt other;
    int r = pk_attempt_other(desk->service->store, attempt, &other, err);
    return r != 0 ? (r == PK_E_NOT_FOUND ? 0 : r) : pk_tracker_receipt(desk->service, &other, what, now_ms, err);
}

static int whole_receipt(struct pk_desk *desk, const struct pk_event *event, struct pk_attempt *attempt, int64_t now_ms, struct pk_error *err)
{
    struct pk_receipt what = { .state = event->state, .code = event->code, .at_ms = event->at_ms };
    bool given_up = event->state == PK_RECEIPT_UNDELIVERED_TEMPORARY || event->state == PK_RECEIPT_UNDELIVERED_PERMANENT;
    int r = choose_attempt(desk, event->channel, attempt, err);
    if (r != 0)
        return r < 0 ? r : 0;
    r = pk_tracker_receipt(desk->service, attempt, &what, now_ms, err);
    return r == 0 && given_up && event->channel.len == 0 ? told_of_both(desk, attempt, &what, now_ms, err) : r;
}

static int receipt(struct pk_desk *desk, const struct pk_event *event, int64_t now_ms, struct pk_error *err)
{
    struct pk_service *service = desk->service;
    struct pk_attempt attempt;
    struct pk_attempt_part part;
    if (event->state == 0 || event->state >= PK_RECEIPT_STATES)
        return 0;
    service->metrics.receipts[event->state]++;
    int r = find_attempt(desk, event, &attempt, &part, err);
    if (r == 0) {
        struct pk_receipt what = { .state = event->state, .code = event->code, .at_ms = event->at_ms };
        if (part.index == 0)
            return whole_receipt(desk, event, &attempt, now_ms, err);
        if (event->state == PK_RECEIPT_ACCEPTED && event->provider_id.len > 0)
            return pk_tracker_part_taken(service, &attempt, &part, event->provider_id, now_ms, err);
        return pk_tracker_part_receipt(service, &attempt, &part, &what, now_ms, err);
    }
    if (r != PK_E_NOT_FOUND || event->provider_id.len == 0)
        return r == PK_E_NOT_FOUND ? 0 : r;
    r = pk_receipt_park(service->store, desk->id, event->provider_id, event->state, event->code, event->at_ms, now_ms,
                        now_ms + PK_PARKED_MS, PK_PARKED_MAX, err);
    if (r == PK_E_LIMIT) {
        service->metrics.receipts_refused++;
        return 0; /* unknown ones are answered well: a provider must not repeat them for ever */
    }
    if (r == 0)
        service->metrics.receipts_parked++;
    return r;
}

int pk_inbound_read(struct pk_slice octets, uint32_t coding, struct pk_buf *out)
{
    switch (coding) {
    case PK_CODING_GSM7:
        return pk_segment_decode(octets, PK_ENCODING_GSM7, out);
    case PK_CODING_UCS2:
        return pk_segment_decode(octets, PK_ENCODING_UCS2, out);
    case PK_CODING_BINARY:
        return 0; /* no words */
    default:
        return pk_buf_add_slice(out, octets);
    }
}

static int reply(struct pk_desk *desk, const struct pk_event *event, int64_t now_ms, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, TEXT_MAX_BYTES);
    struct pk_slice written = event->text.len > 0 ? event->text : event->choice;
    if (pk_inbound_read(written, event->text.len > 0 ? event->coding : 0, &text) != 0)
        text.failed = false; /* the beginning of a very long one says enough */
    struct pk_said said = {
        .desk = desk,
        .from = event->address,
        .text = pk_buf_slice(&text),
        .choice = event->choice,
        .our_reference = event->our_reference,
        .token = event->kind == PK_EVENT_OPT_IN ? event->text : (struct pk_slice){ 0 },
        .event_id = event->event_id,
        .opted_out = event->kind == PK_EVENT_OPT_OUT,
    };
    int r = pk_conversation_take(desk->service, &said, now_ms, err);
    pk_buf_finish(&text);
    return r;
}

/* Whose event it is: what somebody writes on the channel that an account falls back to is said to the account of that channel.
 * PK_E_INVALID where there is none: what is written on one channel must not be taken for the other. */
static int find_desk(struct pk_desk **desk, const struct pk_event *event, struct pk_error *err)
{
    struct pk_service *service = (*desk)->service;
    uint32_t said = event->channel.len > 0 ? pk_name_find(service->store, PK_NAME_CHANNEL, event->channel) : 0;
    if (event->kind == PK_EVENT_RECEIPT || event->channel.len == 0 || said == (*desk)->channel)
        return 0;
    struct pk_slice name = pk_account_fallback((*desk)->rule);
    for (size_t i = 0; said != 0 && name.len > 0 && i < service->desks->count; i++) {
        struct pk_desk *other = service->desks->items[i];
        if (other->channel != said || !pk_slice_is(name, other->rule->name))
            continue;
        *desk = other;
        return 0;
    }
    return pk_fail(err, PK_E_INVALID, "it came on another channel than the account's");
}

static int take(struct pk_desk *desk, const struct pk_event *event, struct pk_error *err)
{
    int64_t now_ms = pk_clock_wall_ms();
    int r = find_desk(&desk, event, err);
    if (r != 0)
        return r;
    switch (event->kind) {
    case PK_EVENT_RECEIPT:
        return receipt(desk, event, now_ms, err);
    case PK_EVENT_REPLY:
        if (event->part_total > 1 && event->choice.len == 0 && (r = pk_inbound_part(desk, event, now_ms, err)) != PK_E_LIMIT)
            return r;
        return reply(desk, event, now_ms, err);
    case PK_EVENT_OPT_IN:
        if (event->text.len == 0) /* without a token nobody can tell what they want */
            return 0;
        return reply(desk, event, now_ms, err);
    case PK_EVENT_OPT_OUT:
        return reply(desk, event, now_ms, err);
    default:
        pk_log(PK_LOG_WARN, "inbound", "event.unknown", "account", desk->rule->name, "kind", PK_LOG_INT(event->kind), NULL);
        return 0;
    }
}

/* A session's provider repeats an event until it is told that it was stored. */
struct confirmation {
    struct pk_desk *desk;
    uint64_t token;
};

static void confirm(struct confirmation *confirmation, bool stored)
{
    if (confirmation->desk->account) /* NULL: closed meanwhile; it will ask again */
        pk_account_settled(confirmation->desk->account, confirmation->token, stored);
    free(confirmation);
}

static void stored(void *ctx)
{
    confirm(ctx, true);
}

static void not_stored(void *ctx)
{
    confirm(ctx, false);
}

int pk_inbound_event(void *ctx, struct pk_account *account, const struct pk_event *event)
{
    struct pk_desk *desk = ctx;
    struct pk_store *store = desk->service->store;
    struct pk_error err = { 0 };
    (void) account;
    bool own_unit = !pk_unit_open(store);
    int r = own_unit ? pk_unit_begin(store, &err) : 0;
    if (r == 0) {
        r = take(desk, event, &err);
        if (own_unit && r == 0)
            r = pk_unit_keep(store, &err);
        else if (own_unit)
            pk_unit_drop(store);
    }
    if (r != 0)
        pk_log(PK_LOG_ERROR, "inbound", "event.not_stored", "account", desk->rule->name, "reason", err.message, NULL);
    if (event->token != 0 && r == 0) {
        struct confirmation *confirmation = pk_alloc(sizeof *confirmation);
        *confirmation = (struct confirmation){ desk, event->token };
        pk_store_after(store, PK_LANE_EVENT, (struct pk_after){ .done = stored, .failed = not_stored, .ctx = confirmation });
    }
    return r;
}
