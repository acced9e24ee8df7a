/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/routing.h"

#include "gateway/service/wording.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

static bool is(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

size_t pk_route_for(const struct pk_rules *rules, const char *channel, const char *own, const char *country)
{
    size_t found = PK_NO_ROUTE;
    enum pk_route_fit best = PK_ROUTE_NOT;
    for (size_t i = 0; i < rules->route_count; i++) {
        const struct pk_route_rule *route = &rules->routes[i];
        enum pk_route_fit fit = is(route->channel, channel) && route->screens.count == 0
                                    ? pk_route_fit(route->countries.items, route->countries.count, country)
                                    : PK_ROUTE_NOT; /* nobody reads a screen as their own */
        if (fit == PK_ROUTE_NOT || fit < best || (fit == best && !is(route->name, own)))
            continue;
        best = fit;
        found = i;
    }
    return found;
}

static size_t routes_of(const struct pk_rules *rules, const char *channel)
{
    size_t count = 0;
    for (size_t i = 0; i < rules->route_count; i++)
        count += is(rules->routes[i].channel, channel);
    return count;
}

int pk_route_to(struct pk_service *service, uint32_t channel, int64_t address, uint32_t *ret_route, struct pk_error *err)
{
    const char *name = pk_name_text(service->store, PK_NAME_CHANNEL, channel);
    struct pk_address at = { 0 };
    if (address != 0 && routes_of(service->rules, name) > 1) {
        int r = pk_address_get(service->store, address, &at, err);
        if (r != 0 && r != PK_E_NOT_FOUND)
            return r;
    }
    size_t index = pk_route_for(service->rules, name, NULL, at.country);
    if (index == PK_NO_ROUTE)
        return pk_fail(err, PK_E_CONFIG, "there is no route for this channel and country");
    return pk_name_intern(service->store, PK_NAME_ROUTE, pk_slice_of(service->rules->routes[index].name), ret_route, err);
}

/* ---- the ladder ---- */

void pk_ladder_whole(struct pk_service *service, struct pk_channels *ret_channels)
{
    const struct pk_words *ladder = &service->rules->ladder;
    ret_channels->count = 0;
    for (size_t i = 0; i < ladder->count && ret_channels->count < PK_LADDER_MAX; i++) {
        uint32_t channel = pk_name_find(service->store, PK_NAME_CHANNEL, pk_slice_of(ladder->items[i]));
        if (channel != 0) /* of one that no account ever spoke on nobody has an address */
            ret_channels->items[ret_channels->count++] = channel;
    }
}

void pk_ladder_read(struct pk_service *service, const struct pk_publisher_rule *publisher, struct pk_channels *ret_channels)
{
    ret_channels->count = 0;
    if (publisher && !publisher->route)
        pk_ladder_whole(service, ret_channels);
}

struct pk_audience pk_ladder_audience(uint32_t topic, const struct pk_channels *ladder, uint32_t channel, const struct pk_audience_tree *tree)
{
    struct pk_audience audience = { .topic = topic, .channels = { channel }, .channel_count = 1, .tree = tree };
    for (size_t i = 0; i < ladder->count; i++)
        audience.channels[i] = ladder->items[i];
    if (ladder->count > 0)
        audience.channel_count = ladder->count;
    return audience;
}

struct pk_answerable pk_routes_answerable(struct pk_service *service, const char *own, const struct pk_channels *ladder)
{
    const struct pk_rules *rules = service->rules;
    const struct pk_route_rule *route = own ? pk_rules_route(rules, own) : NULL;
    struct pk_answerable answerable = { .all = true };
    for (size_t i = 0; route && i < rules->route_count; i++) {
        bool on = ladder->count == 0 && is(rules->routes[i].channel, route->channel);
        for (size_t j = 0; j < ladder->count; j++)
            on |= is(rules->routes[i].channel, pk_name_text(service->store, PK_NAME_CHANNEL, ladder->items[j]));
        if (!on)
            continue;
        bool hears = pk_rule_answerable(rules, &rules->routes[i]);
        answerable.some |= hears;
        answerable.all &= hears;
    }
    answerable.some |= !route; /* a route nobody knows is no reason to write otherwise */
    return answerable;
}
