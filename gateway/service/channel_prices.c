/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/channel_prices.h"

#include "gateway/model/floor.h"

/* ---- what it costs there ---- */

static void widen(struct pk_channel_bounds *bounds, bool first, int64_t least, int64_t most)
{
    bounds->least = first || least < bounds->least ? least : bounds->least;
    bounds->most = first || most > bounds->most ? most : bounds->most;
}

static void add_desk(struct pk_channel_rate *rate, const struct pk_desk *desk)
{
    int64_t least, most;
    bool first = !rate->desk, per_message = desk->prices.per_message;
    struct pk_channel_bounds all = { rate->least, rate->most }, *apart = per_message ? &rate->of_message : &rate->of_part;
    pk_prices_bounds(&desk->prices, &least, &most);
    bool one_currency = first || strcmp(rate->currency, desk->prices.currency) == 0;
    rate->priced = (first || rate->priced) && one_currency && desk->prices.count > 0;
    rate->known = rate->priced && (first || (rate->known && rate->per_message == per_message));
    widen(&all, first, least, most);
    widen(apart, apart->most == 0, least, most);
    rate->least = all.least;
    rate->most = all.most;
    if (!first)
        return;
    rate->desk = desk;
    rate->per_message = per_message;
    memcpy(rate->currency, desk->prices.currency, sizeof rate->currency);
}

static struct pk_channel_rate own_accounts(const struct pk_channel_scope *scope, size_t channel)
{
    const struct pk_desks *desks = scope->service->desks;
    struct pk_channel_rate rate = { 0 };
    for (size_t i = 0; i < desks->route_count; i++) {
        const struct pk_lane_route *route = &desks->routes[i];
        bool theirs = route->channel == scope->audience->channels[channel] && route->rule->screens.count == 0;
        bool asked = scope->route ? route == scope->route : theirs;
        if (!asked || route->desk_count == 0)
            continue;
        rate.route = rate.route ? rate.route : route;
        for (size_t j = 0; j < route->desk_count && (j == 0 || scope->every_account); j++)
            add_desk(&rate, route->desks[j]);
    }
    return rate;
}

const struct pk_desk *pk_channel_fallback(const struct pk_channel_scope *scope, size_t channel)
{
    const struct pk_desks *desks = scope->service->desks;
    const struct pk_channel_rate rate = own_accounts(scope, channel);
    struct pk_slice name = rate.desk ? pk_account_fallback(rate.desk->rule) : (struct pk_slice){ 0 };
    for (size_t i = 0; name.len > 0 && i < desks->count; i++)
        for (size_t j = channel + 1; j < scope->audience->channel_count; j++)
            if (pk_slice_is(name, desks->items[i]->rule->name) && desks->items[i]->channel == scope->audience->channels[j])
                return desks->items[i];
    return NULL;
}

struct pk_channel_rate pk_channel_rate(const struct pk_channel_scope *scope, size_t channel)
{
    struct pk_channel_rate rate = own_accounts(scope, channel);
    for (size_t i = 0; i < channel; i++) {
        const struct pk_desk *desk = pk_channel_fallback(scope, i);
        if (desk && desk->channel == scope->audience->channels[channel])
            add_desk(&rate, desk);
    }
    return rate;
}

struct pk_channel_bounds pk_channel_cost(const struct pk_channel_rate *rate, uint32_t parts)
{
    const struct pk_channel_bounds by_part = { rate->of_part.least * parts, rate->of_part.most * parts }, *by_message = &rate->of_message;
    if (rate->of_part.most == 0 || by_message->most == 0)
        return rate->of_part.most == 0 ? *by_message : by_part;
    return (struct pk_channel_bounds){ by_part.least < by_message->least ? by_part.least : by_message->least,
                                       by_part.most > by_message->most ? by_part.most : by_message->most };
}

/* ---- how many ---- */

struct pk_channel_bounds pk_channel_people(const struct pk_audience *audience, const struct pk_audience_group *group, size_t channel)
{
    int64_t here = group->by_channel[channel];
    bool hidden[PK_AUDIENCE_CHANNELS_MAX];
    int64_t missing = 0;
    size_t count = audience->channel_count;
    if (pk_is_few(group->people))
        return count == 1 ? (struct pk_channel_bounds){ 1, PK_FLOOR - 1 } : (struct pk_channel_bounds){ 0, PK_FLOOR - 1 };
    if (!pk_floor_hide(group->by_channel, count, hidden))
        return (struct pk_channel_bounds){ 0, group->people };
    for (size_t i = 0; i < count; i++)
        missing += hidden[i] ? group->by_channel[i] : 0;
    return hidden[channel] ? (struct pk_channel_bounds){ 0, missing } : (struct pk_channel_bounds){ here, here };
}

int64_t pk_channel_most_later(const struct pk_audience *audience, const struct pk_audience_group *group, size_t channel)
{
    int64_t before = 0, most = 0;
    bool exact = true, hidden[2];
    for (size_t i = 0; i < channel; i++) {
        const struct pk_channel_bounds people = pk_channel_people(audience, group, i);
        exact &= people.least == people.most;
        before += group->by_channel[i];
        most += people.most;
    }
    const int64_t in_two[] = { group->later[channel], before - group->later[channel] };
    if (exact && pk_floor_hide(in_two, PK_COUNT(in_two), hidden) && !hidden[0])
        return in_two[0];
    return most < group->people || pk_is_few(group->people) ? most : group->people;
}
