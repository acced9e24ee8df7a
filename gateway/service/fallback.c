/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/fallback.h"

#include "gateway/base/id.h"
#include "gateway/service/carriers.h"
#include "gateway/service/dispatcher_private.h"
#include "gateway/service/gate.h"
#include "gateway/service/ladder.h"
#include "gateway/service/links.h"
#include "gateway/service/readings.h"
#include "gateway/service/routing.h"
#include "gateway/service/spending.h"
#include "gateway/store/attempt_pairs.h"

/* The account by whose rules the second attempt would leave; NULL = there is none, or it takes nothing now. */
static struct pk_desk *other_desk(const struct pk_flight *flight)
{
    struct pk_desks *desks = flight->service->desks;
    struct pk_slice name = (flight->desk->capabilities & PK_CAN_FALLBACK) ? pk_account_fallback(flight->desk->rule) : (struct pk_slice){ 0 };
    for (size_t i = 0; name.len > 0 && i < desks->count; i++) {
        struct pk_desk *desk = desks->items[i];
        if (pk_slice_is(name, desk->rule->name))
            return desk->paused || desk->channel == 0 || desk->channel == flight->channel ? NULL : desk;
    }
    return NULL;
}

static bool is_on(const struct pk_lane_route *route, const struct pk_desk *desk)
{
    for (size_t i = 0; i < route->desk_count; i++)
        if (route->desks[i] == desk)
            return true;
    return false;
}

/* The next channel of the ladder is the other account's, and the number's route leads to it; NULL = it is not so. */
static const struct pk_lane_route *find_route(const struct pk_flight *flight, const struct pk_desk *other, int64_t now_ms,
                                              struct pk_next_address *ret_next)
{
    struct pk_service *service = flight->service;
    struct pk_channels ladder;
    pk_ladder_whole(service, &ladder);
    const struct pk_audience audience = pk_ladder_audience(flight->topic, &ladder, flight->channel, NULL);
    int r = pk_ladder_next(service->store, &audience, flight->recipient, flight->channel, now_ms, ret_next, NULL);
    if (r != 0 || ret_next->channel != other->channel || pk_attempts_took(service->store, flight->message, other->channel))
        return NULL;
    size_t index = pk_route_for(service->rules, pk_name_text(service->store, PK_NAME_CHANNEL, other->channel), NULL, ret_next->country);
    const struct pk_lane_route *route = index < service->desks->route_count ? &service->desks->routes[index] : NULL;
    return route && is_on(route, other) ? route : NULL;
}

/* The gate, of the second channel and address. */
static enum pk_reason ask_gate(const struct pk_flight *second, int64_t now_ms, struct pk_due *ret_due)
{
    enum pk_reason reason = PK_REASON_NONE;
    int64_t until_ms;
    if (pk_message_facts_on(second->service->store, second->message, second->channel, second->address, now_ms, ret_due, NULL) != 0 ||
        ret_due->sealed_len == 0)
        return PK_REASON_ERASED;
    return pk_gate_ask(second->service, ret_due, now_ms, &reason, &until_ms) == PK_GATE_PASS ? PK_REASON_NONE : reason;
}

static bool has_text(struct pk_flight *second, const struct pk_due *due, uint32_t cls, int64_t now_ms)
{
    const struct pk_desk *desk = second->desk;
    struct pk_message message = due->message;
    message.route = second->route;
    if (pk_ladder_word(second->service, &message, second->route, now_ms, &message.version) != 0 ||
        pk_link_text_beside(second->service, &message, desk, second->country, now_ms, &second->text, NULL) != 0 ||
        !pk_text_may_leave(second->service, second->text->version))
        return false;
    second->version = message.version;
    return second->text->text.len <= pk_account_adapter(desk->account)->max_text_bytes &&
           pk_desk_carries(desk, second->text->template_name, second->text->language, cls, now_ms, NULL);
}

/* Everything but what it costs; false = it may not be, and the caller frees what is there. */
static bool fill(struct pk_dispatcher *d, const struct pk_flight *flight, struct pk_flight *second, int64_t now_ms, bool *ret_more)
{
    struct pk_next_address next = { 0 };
    struct pk_due due;
    const struct pk_lane_route *route = find_route(flight, second->desk, now_ms, &next);
    if (!route)
        return false;
    second->channel = next.channel;
    second->address = next.address;
    second->route = route->id;
    *ret_more = next.has_next;
    return ask_gate(second, now_ms, &due) == PK_REASON_NONE && !due.blocks_retry && pk_flight_address(d, &due, second, NULL) == 0 &&
           second->address_len == flight->address_len && memcmp(second->to, flight->to, flight->address_len) == 0 &&
           has_text(second, &due, flight->cls, now_ms);
}

void pk_fallback_add(struct pk_dispatcher *d, const struct pk_due *due, struct pk_flight *flight, int64_t now_ms)
{
    bool more = false;
    struct pk_desk *other = (due->message.flags & PK_MESSAGE_HAS_NEXT) ? other_desk(flight) : NULL;
    if (!other)
        return;
    struct pk_flight *second = pk_alloc(sizeof *second);
    pk_list_init(&second->node);
    second->service = flight->service;
    second->desk = other;
    second->message = flight->message;
    second->attempt = pk_id_ordered();
    second->recipient = flight->recipient;
    second->topic = flight->topic;
    second->cls = flight->cls;
    pk_id_format(second->attempt, second->attempt_id);
    if (!fill(d, flight, second, now_ms, &more)) {
        pk_flight_free(second);
        return;
    }
    flight->second = second;
    if (!more) /* nobody waits for a third channel: the provider has its time for both */
        flight->valid_until_ms = flight->expires_ms;
}

void pk_fallback_price(struct pk_flight *flight, int64_t now_ms)
{
    if (!flight->second)
        return;
    pk_spending_price(flight->second, now_ms, flight->cost == 0 && !flight->spends);
    if (!pk_spending_fits(flight->second, now_ms)) {
        pk_flight_free(flight->second);
        flight->second = NULL;
    }
}

enum pk_reason pk_fallback_withholds(const struct pk_flight *flight, int64_t now_ms)
{
    struct pk_due due;
    if (!flight->second)
        return PK_REASON_NONE;
    return flight->second->desk->paused ? PK_REASON_ACCOUNT_PAUSED : ask_gate(flight->second, now_ms, &due);
}

void pk_fallback_tell(const struct pk_flight *flight, struct pk_job *job)
{
    const struct pk_flight *second = flight->second;
    if (!second)
        return;
    job->fallback_channel = pk_slice_of(pk_name_text(flight->service->store, PK_NAME_CHANNEL, second->channel));
    job->fallback_text = second->text->text;
    job->fallback_attempt_id = pk_slice_of(second->attempt_id);
}
