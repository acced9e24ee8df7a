/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/cost_channels.h"

#include "gateway/model/floor.h"
#include "gateway/store/names.h"

/* What a message or part costs on a channel: the least and the most over its routes. */
struct rate {
    const struct pk_lane_route *route; /* the first; NULL = there is none */
    const struct pk_desk *desk;
    bool known, per_message;
    char currency[4];
    int64_t least, most;
};

/* Some people, their parts and what that costs. */
struct share {
    struct pk_channel_bounds people, parts, cost;
};

static void add_desk(struct rate *rate, const struct pk_desk *desk)
{
    int64_t least, most;
    bool first = !rate->desk;
    pk_prices_bounds(&desk->prices, &least, &most);
    bool alike = first || (rate->per_message == desk->prices.per_message && strcmp(rate->currency, desk->prices.currency) == 0);
    rate->known = (first || rate->known) && alike && desk->prices.count > 0;
    rate->least = first || least < rate->least ? least : rate->least;
    rate->most = first || most > rate->most ? most : rate->most;
    if (!first)
        return;
    rate->desk = desk;
    rate->per_message = desk->prices.per_message;
    memcpy(rate->currency, desk->prices.currency, sizeof rate->currency);
}

/* The first account of each route. */
static struct rate first_accounts(const struct pk_cost_question *question, size_t channel)
{
    const struct pk_desks *desks = question->service->desks;
    struct rate rate = { 0 };
    for (size_t i = 0; i < desks->route_count; i++) {
        const struct pk_lane_route *route = &desks->routes[i];
        bool theirs = route->channel == question->audience->channels[channel] && route->rule->screens.count == 0;
        bool asked = question->route ? route == question->route : theirs;
        if (!asked || route->desk_count == 0)
            continue;
        rate.route = rate.route ? rate.route : route;
        add_desk(&rate, route->desks[0]);
    }
    return rate;
}

/* The account that takes over in the same call, where the ladder has its channel behind this one; NULL = there is none. */
static const struct pk_desk *fallback_of(const struct pk_cost_question *question, size_t channel)
{
    const struct pk_desks *desks = question->service->desks;
    const struct rate rate = first_accounts(question, channel);
    struct pk_slice name = rate.desk ? pk_account_fallback(rate.desk->rule) : (struct pk_slice){ 0 };
    for (size_t i = 0; name.len > 0 && i < desks->count; i++)
        for (size_t j = channel + 1; j < question->audience->channel_count; j++)
            if (pk_slice_is(name, desks->items[i]->rule->name) && desks->items[i]->channel == question->audience->channels[j])
                return desks->items[i];
    return NULL;
}

static struct rate rate_of(const struct pk_cost_question *question, size_t channel)
{
    struct rate rate = first_accounts(question, channel);
    for (size_t i = 0; i < channel; i++) {
        const struct pk_desk *desk = fallback_of(question, i);
        if (desk && desk->channel == question->audience->channels[channel])
            add_desk(&rate, desk);
    }
    return rate;
}

/* ---- how many ---- */

/* Of a group on a channel. What would tell of few people lies between nobody and all whom it could be. */
static struct pk_channel_bounds people_of(const struct pk_cost_question *question, const struct pk_audience_group *group, size_t channel)
{
    int64_t here = group->by_channel[channel];
    bool hidden[PK_AUDIENCE_CHANNELS_MAX];
    int64_t missing = 0;
    size_t count = question->audience->channel_count;
    if (pk_is_few(group->people))
        return count == 1 ? (struct pk_channel_bounds){ 1, PK_FLOOR - 1 } : (struct pk_channel_bounds){ 0, PK_FLOOR - 1 };
    if (!pk_floor_hide(group->by_channel, count, hidden))
        return (struct pk_channel_bounds){ 0, group->people };
    for (size_t i = 0; i < count; i++)
        missing += hidden[i] ? group->by_channel[i] : 0;
    return hidden[channel] ? (struct pk_channel_bounds){ 0, missing } : (struct pk_channel_bounds){ here, here };
}

/* Who may come to a channel because those before it did not reach them: how many at most. */
static int64_t most_later(const struct pk_cost_question *question, const struct pk_audience_group *group, size_t channel)
{
    int64_t before = 0, most = 0;
    bool exact = true, hidden[2];
    for (size_t i = 0; i < channel; i++) {
        const struct pk_channel_bounds people = people_of(question, group, i);
        exact &= people.least == people.most;
        before += group->by_channel[i];
        most += people.most;
    }
    const int64_t in_two[] = { group->later[channel], before - group->later[channel] };
    if (exact && pk_floor_hide(in_two, PK_COUNT(in_two), hidden) && !hidden[0])
        return in_two[0];
    return most < group->people || pk_is_few(group->people) ? most : group->people;
}

static void add_share(struct share *share, const struct rate *rate, struct pk_channel_bounds people, uint32_t parts)
{
    int64_t each = rate->per_message ? 1 : parts;
    share->people.least += people.least;
    share->people.most += people.most;
    share->parts.least += rate->per_message ? 0 : people.least * each;
    share->parts.most += rate->per_message ? 0 : people.most * each;
    share->cost.least += people.least * each * rate->least;
    share->cost.most += people.most * each * rate->most;
}

/* A text that the channel does not carry leaves it out: who would be met there is met on the next one, or not at all. */
static void reckon(const struct pk_cost_question *question, size_t channel, const struct rate *rate, struct share *ret_first, struct share *ret_later)
{
    for (size_t i = 0; i < question->group_count; i++) {
        const struct pk_audience_group *group = &question->groups[i];
        const struct pk_cost_text *text = &question->texts[i];
        if (!text->carried[channel] && question->audience->channel_count > 1)
            continue;
        add_share(ret_first, rate, people_of(question, group, channel), text->parts);
        add_share(ret_later, rate, (struct pk_channel_bounds){ 0, most_later(question, group, channel) }, text->parts);
    }
}

static void add_to(struct pk_cost_sum *sum, const struct rate *rate, const struct share *share)
{
    if (share->people.most == 0)
        return;
    if (rate->known && sum->currency[0] == '\0')
        memcpy(sum->currency, rate->currency, sizeof sum->currency);
    sum->known &= rate->known && strcmp(sum->currency, rate->currency) == 0;
    sum->parts.least += share->parts.least;
    sum->parts.most += share->parts.most;
    sum->cost.least += share->cost.least;
    sum->cost.most += share->cost.most;
}

/* ---- telling ---- */

static void add_bounds(struct pk_json_out *out, const char *name, struct pk_channel_bounds bounds, bool known)
{
    if (!known) {
        pk_json_add_null(out, name);
        return;
    }
    pk_json_open(out, name, '{');
    pk_json_add_int(out, "least", bounds.least);
    pk_json_add_int(out, "most", bounds.most);
    pk_json_close(out, '}');
}

static void add_rate(struct pk_json_out *out, const struct rate *rate)
{
    pk_json_add_text(out, "account", rate->desk ? rate->desk->rule->name : NULL);
    pk_json_add_text(out, "currency", rate->known ? rate->currency : NULL);
    pk_json_add_text(out, "pricedPer", !rate->known ? NULL : rate->per_message ? "message" : "part");
    if (rate->known) {
        pk_json_add_int(out, "cheapest", rate->least);
        pk_json_add_int(out, "dearest", rate->most);
    } else {
        pk_json_add_null(out, "cheapest");
        pk_json_add_null(out, "dearest");
    }
}

static void add_shares(struct pk_json_out *out, const struct rate *rate, const struct share *share)
{
    add_bounds(out, "people", share->people, true);
    add_bounds(out, "parts", share->parts, !rate->per_message);
    add_bounds(out, "cost", share->cost, rate->known);
}

static void add_left_out(const struct pk_cost_question *question, size_t channel, struct pk_json_out *out)
{
    pk_json_open(out, "leftOut", '[');
    for (size_t i = 0; i < question->group_count; i++)
        if (!question->texts[i].carried[channel])
            pk_json_add_text(out, NULL, question->texts[i].label);
    pk_json_close(out, ']');
}

static void tell_channel(const struct pk_cost_question *question, size_t channel, struct pk_json_out *out, struct pk_cost_sum *sum)
{
    struct share first = { 0 }, later = { 0 };
    const struct rate rate = rate_of(question, channel);
    const struct pk_desk *fallback = fallback_of(question, channel);
    reckon(question, channel, &rate, &first, &later);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "channel", pk_name_text(question->service->store, PK_NAME_CHANNEL, question->audience->channels[channel]));
    pk_json_add_text(out, "route", rate.route ? rate.route->rule->name : NULL);
    add_rate(out, &rate);
    add_shares(out, &rate, &first);
    pk_json_open(out, "later", '{');
    add_shares(out, &rate, &later);
    pk_json_close(out, '}');
    pk_json_add_text(out, "fallback", fallback ? fallback->rule->name : NULL);
    add_left_out(question, channel, out);
    pk_json_close(out, '}');
    add_to(sum, &rate, &first);
    add_to(sum, &rate, &later);
}

void pk_cost_channels(const struct pk_cost_question *question, struct pk_json_out *out, struct pk_cost_sum *ret_sum)
{
    *ret_sum = (struct pk_cost_sum){ .known = true };
    pk_json_open(out, "channels", '[');
    for (size_t i = 0; i < question->audience->channel_count; i++)
        tell_channel(question, i, out, ret_sum);
    pk_json_close(out, ']');
    ret_sum->known &= ret_sum->currency[0] != '\0';
}
