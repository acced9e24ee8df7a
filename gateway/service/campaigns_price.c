/* SPDX-License-Identifier: EUPL-1.2 */
/* What a campaign says to whom, in how many parts, and what that costs: before anything is made, by the accounts that may carry it. */
#include "gateway/base/text.h"
#include "gateway/language/segment.h"
#include "gateway/model/floor.h"
#include "gateway/service/campaigns_private.h"
#include "gateway/service/channel_prices.h"
#include "gateway/service/desks.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/routing.h"
#include "gateway/service/texts.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"

#define COST_MAX (10000000ll * PK_PRICE_UNIT) /* of a campaign */

/* ---- the ceiling ---- */

static bool reckons_in(const struct pk_desk *desk, const char *currency)
{
    return desk->prices.count > 0 && strcmp(desk->prices.currency, currency) == 0;
}

/* The first account on the ladder that has a price, of those that reckon in `currency` (NULL = any). */
static const struct pk_desk *priced_on_ladder(struct pk_service *service, const char *currency)
{
    struct pk_channels ladder;
    pk_ladder_whole(service, &ladder);
    for (size_t i = 0; i < ladder.count; i++)
        for (size_t j = 0; j < service->desks->count; j++) {
            const struct pk_desk *desk = service->desks->items[j];
            if (desk->channel == ladder.items[i] && desk->prices.count > 0 && (!currency || reckons_in(desk, currency)))
                return desk;
        }
    return NULL;
}

int pk_campaign_read_cost(struct pk_service *service, const struct pk_lane_route *route, struct pk_slice text, int64_t *ret_cost, char ret_currency[4],
                          struct pk_error *err)
{
    struct pk_slice rest = text, amount;
    bool good = pk_slice_cut(&rest, ' ', &amount) && rest.len == 3;
    for (size_t i = 0; good && i < rest.len; i++)
        good = rest.data[i] >= 'A' && rest.data[i] <= 'Z';
    if (!good || pk_amount_parse(amount, COST_MAX, ret_cost) != 0 || *ret_cost <= 0) {
        (void) pk_fail(err, PK_E_INVALID, "cost: that is no amount with its currency");
        return pk_hint(err, PK_E_INVALID, "Write it like 120.00 EUR.");
    }
    (void) snprintf(ret_currency, 4, "%.3s", rest.data);
    if (!route && !priced_on_ladder(service, ret_currency)) {
        (void) pk_fail(err, PK_E_INVALID, "cost: no account on the ladder has a price in %s", ret_currency);
        return pk_hint(err, PK_E_INVALID, "Set price and currency in its [account NAME], or leave cost out.");
    }
    for (size_t i = 0; route && i < route->desk_count; i++) {
        if (reckons_in(route->desks[i], ret_currency))
            continue;
        (void) pk_fail(err, PK_E_INVALID, "cost: account \"%s\" has no price in %s", route->desks[i]->rule->name, ret_currency);
        return pk_hint(err, PK_E_INVALID, "Set price and currency in [account %s], or leave cost out.", route->desks[i]->rule->name);
    }
    return 0;
}

int64_t pk_campaign_dearest(const struct pk_lane_route *route, const char *currency, const char *country, uint32_t parts)
{
    int64_t dearest = 0;
    for (size_t i = 0; route && i < route->desk_count; i++) {
        int64_t price = reckons_in(route->desks[i], currency) ? pk_prices_of(&route->desks[i]->prices, country, parts) : 0;
        dearest = price > dearest ? price : dearest;
    }
    return dearest;
}

const char *pk_campaign_currency(struct pk_service *service, const struct pk_campaign *campaign)
{
    const struct pk_lane_route *route = pk_desks_route(service->desks, pk_name_text(service->store, PK_NAME_ROUTE, campaign->route));
    if (campaign->currency[0] != '\0')
        return campaign->currency;
    if (campaign->laddered) {
        const struct pk_desk *desk = priced_on_ladder(service, NULL);
        return desk ? desk->prices.currency : NULL;
    }
    return route && route->desk_count > 0 && route->desks[0]->prices.count > 0 ? route->desks[0]->prices.currency : NULL;
}

/* ---- whom, by which way, what ---- */

int pk_campaign_audience(struct pk_service *service, const struct pk_campaign *campaign, struct pk_audience_tree *tree,
                         struct pk_audience *ret_audience, struct pk_error *err)
{
    const char *route_name = pk_name_text(service->store, PK_NAME_ROUTE, campaign->route);
    const struct pk_lane_route *route = pk_desks_route(service->desks, route_name);
    struct pk_channels ladder = { 0 };
    if (!route)
        return pk_fail(err, PK_E_NOT_FOUND, "its route \"%s\" is no longer configured", route_name);
    int r = pk_campaign_rule(campaign, tree, err);
    if (r == 0)
        r = pk_audience_resolve(service->store, tree, err);
    if (r != 0)
        return r;
    if (campaign->laddered)
        pk_ladder_whole(service, &ladder);
    *ret_audience = pk_ladder_audience(campaign->topic, &ladder, route->channel, tree);
    return 0;
}

const struct pk_lane_route *pk_campaign_way(struct pk_service *service, const struct pk_campaign *campaign, uint32_t channel, const char *country)
{
    const char *own = pk_name_text(service->store, PK_NAME_ROUTE, campaign->route);
    size_t index = pk_route_for(service->rules, pk_name_text(service->store, PK_NAME_CHANNEL, channel), own, country);
    return index < service->desks->route_count ? &service->desks->routes[index] : NULL;
}

/* As a step of it would be given them: where the short form of the place is needed, that. */
static int values_of(struct pk_service *service, const struct pk_campaign *campaign, struct pk_slice name, struct pk_json **ret_values,
                     struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *values = NULL;
    struct pk_buf said;
    int r = pk_json_parse(campaign->values, PK_CAMPAIGN_TEXTS_MAX, &values, err);
    if (r != 0)
        return r;
    pk_buf_init(&said, PK_CAMPAIGN_TEXTS_MAX);
    bool fitted = campaign->occurrence != 0 && pk_campaign_fill(service, name, campaign->route, values, &said, NULL) == 0;
    if (fitted)
        r = pk_json_parse(pk_buf_slice(&said), PK_CAMPAIGN_TEXTS_MAX, ret_values, err);
    else
        *ret_values = pk_steal(&values); /* it is read with what is too long in it, or missing */
    pk_buf_finish(&said);
    return r;
}

int pk_campaign_text(struct pk_service *service, const struct pk_campaign *campaign, struct pk_slice name, struct pk_slice language,
                     struct pk_slice script, struct pk_buf *out, struct pk_segmentation *ret_length, struct pk_error *err)
{
    const struct pk_template *found = pk_catalog_find(service->catalog, name, language);
    pk_auto(pk_json) struct pk_json *values = NULL;
    char rendering[PK_LABEL_MAX] = "";
    if (!found)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no text \"%.*s\" for language \"%.*s\"", PK_SLICE_ARG(name), PK_SLICE_ARG(language));
    int r = values_of(service, campaign, name, &values, err);
    if (r != 0)
        return r;
    struct pk_slice own = pk_template_language(found);
    if (script.len > 0 && pk_catalog_has_rendering(service->catalog, own, script))
        (void) snprintf(rendering, sizeof rendering, "%.*s-%.*s", PK_SLICE_ARG(own), PK_SLICE_ARG(script));
    struct pk_render render = {
        .language = own,
        .rendering = pk_slice_of(rendering),
        .body = pk_template_body(found),
        .values = values,
        .org = pk_slice_of(service->rules->organisation),
        .zone = service->rules->zone,
    };
    size_t at = out->len;
    r = pk_catalog_render(service->catalog, &render, out, err);
    return r != 0 ? r : pk_segment(pk_slice_make(out->data + at, out->len - at), false, ret_length, NULL);
}

/* ---- what it costs ---- */

/* Of one message by this way: the cheapest and the dearest account. False: one of them has no price in that currency. */
static bool price_of(const struct pk_lane_route *route, const char *currency, const char *country, uint32_t parts, struct pk_cost_bounds *ret_price)
{
    *ret_price = (struct pk_cost_bounds){ .least = INT64_MAX, .known = route && route->desk_count > 0 };
    for (size_t i = 0; ret_price->known && i < route->desk_count; i++) {
        int64_t price = pk_prices_of(&route->desks[i]->prices, country, parts);
        ret_price->known = reckons_in(route->desks[i], currency);
        ret_price->least = price < ret_price->least ? price : ret_price->least;
        ret_price->most = price > ret_price->most ? price : ret_price->most;
    }
    return ret_price->known;
}

struct pk_cost_bounds pk_campaign_price_range(struct pk_service *service, const struct pk_audience *audience, const char *currency, uint32_t parts)
{
    const struct pk_channel_scope scope = { .service = service, .audience = audience, .every_account = true };
    struct pk_cost_bounds range = { .least = INT64_MAX, .known = currency != NULL };
    for (size_t i = 0; range.known && i < audience->channel_count; i++) {
        const struct pk_channel_rate rate = pk_channel_rate(&scope, i);
        const struct pk_channel_bounds each = pk_channel_cost(&rate, parts);
        if (!rate.desk)
            continue;
        range.known = rate.priced && strcmp(rate.currency, currency) == 0;
        range.least = each.least < range.least ? each.least : range.least;
        range.most = each.most > range.most ? each.most : range.most;
    }
    range.known = range.known && range.least != INT64_MAX;
    return range;
}

/* A few people of one country are counted at any price of their group, so that a sum does not say where they are from. */
static void add_cell(const struct pk_audience_cell *cell, const struct pk_audience_counts *counts, const struct pk_cost_bounds *prices,
                     struct pk_cost_bounds *sum)
{
    struct pk_cost_bounds any = prices[cell - counts->cells];
    for (size_t i = 0; pk_is_few(cell->people) && i < counts->cell_count; i++) {
        if (counts->cells[i].group != cell->group)
            continue;
        any.least = prices[i].least < any.least ? prices[i].least : any.least;
        any.most = prices[i].most > any.most ? prices[i].most : any.most;
    }
    bool few = pk_is_few(counts->groups[cell->group].people);
    sum->least += (few ? 1 : cell->people) * any.least;
    sum->most += (few ? PK_FLOOR - 1 : cell->people) * any.most;
}

/* How long one text is for each group, in the form that can be answered and in the one that cannot: rendered once. */
struct lengths {
    uint32_t parts[PK_AUDIENCE_GROUPS_MAX][2]; /* 0 = not known yet */
    struct pk_buf text;
};

static int length_of(struct pk_service *service, const struct pk_campaign *campaign, const char *template_name, const struct pk_audience_group *group,
                     bool answerable, struct pk_buf *text, uint32_t *parts, struct pk_error *err)
{
    struct pk_slice sent_as = pk_wording(service, pk_slice_of(template_name), answerable);
    struct pk_segmentation length = { 0 };
    if (*parts != 0)
        return 0;
    pk_buf_clear(text);
    int r = pk_campaign_text(service, campaign, sent_as, pk_slice_of(group->language), pk_slice_of(group->script), text, &length, err);
    *parts = length.parts;
    return r;
}

/* What a text is for a group on a channel where it may come later: its longest form of those that may leave there. */
static int later_length(struct pk_service *service, const struct pk_campaign *campaign, const char *template_name, const struct pk_audience_group *group,
                        uint32_t channel, struct pk_buf *text, uint32_t *known, uint32_t *ret_parts, struct pk_error *err)
{
    *ret_parts = 0;
    for (size_t i = 0; i < service->desks->route_count; i++) {
        const struct pk_lane_route *route = &service->desks->routes[i];
        if (route->channel != channel || route->rule->screens.count > 0)
            continue;
        bool answerable = pk_route_answerable(service, route->id);
        int r = length_of(service, campaign, template_name, group, answerable, text, &known[answerable], err);
        if (r != 0)
            return r;
        *ret_parts = known[answerable] > *ret_parts ? known[answerable] : *ret_parts;
    }
    return 0;
}

/* Who is not reached on their first channel goes on to the next, be it in the same call or later: everybody, at the most. A channel
 * without a price in that currency is in no sum. */
static int add_later(struct pk_service *service, const struct pk_campaign *campaign, const char *template_name, const char *currency,
                     const struct pk_audience_counts *counts, const struct pk_audience *audience, struct lengths *lengths, struct pk_step_cost *cost,
                     struct pk_error *err)
{
    const struct pk_channel_scope scope = { .service = service, .audience = audience, .every_account = true };
    for (size_t channel = 1; channel < audience->channel_count; channel++) {
        const struct pk_channel_rate rate = pk_channel_rate(&scope, channel);
        bool priced = rate.priced && strcmp(rate.currency, currency) == 0;
        for (size_t i = 0; i < counts->group_count; i++) {
            const struct pk_audience_group *group = &counts->groups[i];
            int64_t people = rate.desk ? pk_channel_most_later(audience, group, channel) : 0;
            uint32_t parts = 0;
            if (people == 0)
                continue;
            int r = later_length(service, campaign, template_name, group, audience->channels[channel], &lengths->text, lengths->parts[i], &parts, err);
            if (r != 0)
                return r;
            cost->unpriced |= priced ? 0 : 1u << channel;
            cost->later += priced ? people * pk_channel_cost(&rate, parts).most : 0;
        }
    }
    return 0;
}

int pk_campaign_step_cost(struct pk_service *service, const struct pk_campaign *campaign, const char *template_name, const char *currency,
                          const struct pk_audience_counts *counts, const struct pk_audience *audience, struct pk_step_cost *ret_cost,
                          struct pk_error *err)
{
    struct pk_cost_bounds *prices = pk_alloc_array(counts->cell_count + 1, sizeof *prices), *first = &ret_cost->first;
    struct lengths lengths = { 0 };
    int r = 0;
    pk_buf_init(&lengths.text, PK_CAMPAIGN_TEXTS_MAX);
    *ret_cost = (struct pk_step_cost){ .first.known = true };
    for (size_t i = 0; r == 0 && i < counts->cell_count; i++) {
        const struct pk_audience_cell *cell = &counts->cells[i];
        const struct pk_lane_route *route = pk_campaign_way(service, campaign, audience->channels[cell->channel], cell->country);
        bool answerable = !route || pk_route_answerable(service, route->id);
        uint32_t *parts = &lengths.parts[cell->group][answerable];
        r = length_of(service, campaign, template_name, &counts->groups[cell->group], answerable, &lengths.text, parts, err);
        if (r == 0)
            first->known &= price_of(route, currency, cell->country, *parts, &prices[i]);
    }
    for (size_t i = 0; r == 0 && first->known && i < counts->cell_count; i++)
        add_cell(&counts->cells[i], counts, prices, first);
    if (r == 0)
        r = add_later(service, campaign, template_name, currency, counts, audience, &lengths, ret_cost, err);
    pk_buf_finish(&lengths.text);
    free(prices);
    return r;
}
