/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/campaigns_when.h"

#include "gateway/service/campaigns_private.h"
#include "gateway/service/desks.h"
#include "gateway/service/quiet.h"
#include "gateway/store/names.h"

#define TOGETHER_MS (30 * 60000ll) /* what lies closer is one span to whoever plans by it */

/* All spans of all routes, one after the other. */
struct heap {
    struct pk_forecast_span *items;
    size_t count;
    int64_t late;
};

static void forecast(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_lane_route *route, int64_t people,
                     int64_t start_ms, int64_t until_ms, struct heap *heap)
{
    const struct pk_quiet_rule *rules[PK_QUIET_RULES_MAX];
    struct pk_forecast found;
    int64_t rate_milli = route->desk_count > 0 ? route->desks[0]->rule->per_second_milli : 0;
    struct pk_forecast_plan plan = {
        .count = people,
        .rates_milli = &rate_milli,
        .rate_count = route->desk_count > 0 ? 1 : 0,
        .rules = rules,
        .rule_count = pk_quiet_for(service->quiet, pk_name_text(service->store, PK_NAME_TOPIC, campaign->topic), route->rule->channel, rules),
        .start_ms = start_ms,
        .until_ms = until_ms,
    };
    pk_forecast(&plan, pk_quiet_zone(service->quiet), &found);
    memcpy(heap->items + heap->count, found.spans, found.span_count * sizeof found.spans[0]);
    heap->count += found.span_count;
    heap->late += found.late;
}

static int by_time(const void *a, const void *b)
{
    const struct pk_forecast_span *one = a, *other = b;
    return (one->from_ms > other->from_ms) - (one->from_ms < other->from_ms);
}

/* What overlaps is told together: by which route how many go is no matter of whoever plans. */
static void join(const struct heap *heap, struct pk_campaign_when *when)
{
    for (size_t i = 0; i < heap->count; i++) {
        const struct pk_forecast_span *next = &heap->items[i];
        struct pk_forecast_span *last = when->span_count > 0 ? &when->spans[when->span_count - 1] : NULL;
        if (last && next->from_ms <= last->to_ms + TOGETHER_MS) {
            last->count += next->count;
            last->to_ms = next->to_ms > last->to_ms ? next->to_ms : last->to_ms;
        } else if (when->span_count < PK_FORECAST_SPANS) {
            when->spans[when->span_count++] = *next;
        } else {
            when->late += next->count;
        }
    }
    when->late += heap->late;
    when->starts_ms = when->span_count > 0 ? when->spans[0].from_ms : 0;
    when->finishes_ms = when->span_count > 0 ? when->spans[when->span_count - 1].to_ms : 0;
}

void pk_campaign_when(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_audience_counts *counts,
                      const uint32_t *channels, int64_t start_ms, int64_t until_ms, struct pk_campaign_when *ret_when)
{
    size_t routes = service->desks->route_count;
    int64_t *people = pk_alloc_array(routes + 1, sizeof *people);
    struct heap heap = { .items = pk_alloc_array(routes * PK_FORECAST_SPANS + 1, sizeof *heap.items) };
    *ret_when = (struct pk_campaign_when){ 0 };
    for (size_t i = 0; i < counts->cell_count; i++) {
        const struct pk_audience_cell *cell = &counts->cells[i];
        const struct pk_lane_route *route = pk_campaign_way(service, campaign, channels[cell->channel], cell->country);
        if (route)
            people[route - service->desks->routes] += cell->people;
        else
            ret_when->late += cell->people; /* nobody takes it */
    }
    for (size_t i = 0; i < routes; i++)
        if (people[i] > 0)
            forecast(service, campaign, &service->desks->routes[i], people[i], start_ms, until_ms, &heap);
    qsort(heap.items, heap.count, sizeof *heap.items, by_time);
    join(&heap, ret_when);
    free(heap.items);
    free(people);
}
