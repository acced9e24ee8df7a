/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the law says people must be told: that their data got into wrong hands (breach.h orders it). It is a trigger like
 * any other, expanded in turns and found again after a crash; its audience is everybody the breach touches instead of a
 * topic's. Who said STOP is not written to (decisions/breach.md).
 */
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/service/desks.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/routing.h"
#include "gateway/service/texts.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/touched.h"

static int read_since(struct pk_slice audience, int64_t *ret_since_ms, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    *ret_since_ms = 0;
    int r = pk_json_parse(audience, PK_CLOUDEVENT_BYTES_MAX, &document, err);
    const struct pk_json *since = r == 0 ? pk_json_get(document, "since") : NULL;
    if (pk_json_kind(since) != PK_JSON_STRING)
        return r;
    return pk_time_parse(pk_json_string(since), ret_since_ms) == 0 ? 0 : pk_fail(err, PK_E_INVALID, "its audience names no moment");
}

/* The oldest address that no network refuses and that a route leads to. */
struct way {
    struct pk_service *service;
    int64_t address;
    uint32_t channel, route;
};

static int choose(void *ctx, const struct pk_address *address)
{
    struct way *way = ctx;
    const struct pk_desks *desks = way->service->desks;
    if (way->address != 0 || address->blocked_ms != 0)
        return 0;
    const char *channel = pk_name_text(way->service->store, PK_NAME_CHANNEL, address->channel);
    size_t index = pk_route_for(way->service->rules, channel, NULL, address->country);
    if (index < desks->route_count) {
        way->address = address->id;
        way->channel = address->channel;
        way->route = desks->routes[index].id;
    }
    return 0;
}

static int tell(struct pk_service *service, const struct pk_trigger *trigger, const struct pk_notice *notice,
                const struct pk_touched *person, int64_t now_ms, size_t *made, struct pk_error *err)
{
    struct way way = { .service = service };
    int r = person->stopped ? 0 : pk_addresses_of(service->store, person->recipient, choose, &way, err);
    if (r != 0 || way.address == 0)
        return r;
    struct pk_message message = {
        .id = pk_id_ordered(),
        .recipient = person->recipient,
        .address = way.address,
        .notice = trigger->notice,
        .channel = way.channel,
        .cls = PK_CLASS_DUTY,
        .route = way.route,
        .priority = trigger->priority,
        .state = PK_MESSAGE_QUEUED,
        .due_ms = now_ms,
        .expires_ms = trigger->valid_until_ms,
        .updated_ms = now_ms,
    };
    r = pk_texts_version(service, notice->template_name, pk_slice_of(person->language), pk_slice_of(person->script), now_ms,
                         &message.version, err);
    if (r == 0)
        r = pk_message_insert(service->store, &message, err);
    if (r != 0)
        return r;
    pk_planner_note(service, &message);
    (*made)++;
    return 0;
}

int pk_expand_duty(struct pk_service *service, const struct pk_trigger *trigger, const struct pk_notice *notice, size_t max,
                   int64_t now_ms, struct pk_expanded *ret_expanded, struct pk_error *err)
{
    struct pk_touched people[PK_EXPAND_MAX];
    struct pk_expanded expanded = { .cursor = trigger->cursor };
    int64_t since_ms = 0;
    int r = read_since(trigger->audience, &since_ms, err);
    if (r == 0)
        r = pk_touched_page(service->store, trigger->cursor, since_ms, max < PK_EXPAND_MAX ? max : PK_EXPAND_MAX, people, &expanded.seen,
                            err);
    for (size_t i = 0; r == 0 && i < expanded.seen; i++) {
        r = tell(service, trigger, notice, &people[i], now_ms, &expanded.made, err);
        expanded.cursor = people[i].recipient;
    }
    if (r == 0)
        *ret_expanded = expanded;
    return r;
}
