/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/spending.h"

#include "gateway/base/log.h"
#include "gateway/language/dates.h"
#include "gateway/service/dispatcher.h"

/* ---- the day ---- */

static void day_of(const struct pk_service *service, int64_t moment_ms, struct pk_today *ret_today)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int year, month, day;
    if (pk_wall_new(service->rules->zone, &wall, NULL) != 0)
        (void) pk_wall_new("Etc/UTC", &wall, NULL); /* the configuration was checked: only a test gets here */
    pk_wall_day(wall, moment_ms, &year, &month, &day);
    ret_today->day = year * 10000ll + month * 100 + day;
    pk_wall_day_bounds(wall, moment_ms, &ret_today->from_ms, &ret_today->until_ms);
}

const struct pk_today *pk_spending_today(struct pk_service *service, int64_t now_ms)
{
    if (now_ms < service->today.from_ms || now_ms >= service->today.until_ms)
        day_of(service, now_ms, &service->today);
    return &service->today;
}

void pk_spending_forget_day(struct pk_service *service)
{
    service->today = (struct pk_today){ 0 };
}

/* ---- what is used, and what is left ---- */

void pk_spending_adopt(struct pk_desk *desk, const struct pk_account_rule *rule)
{
    desk->prices = rule->prices;
    desk->prices.per_message = (desk->capabilities & PK_PRICED_PER_MESSAGE) != 0;
    desk->limits = rule->limits;
    desk->closed_day = 0;
}

void pk_spending_read(struct pk_desk *desk, int64_t now_ms)
{
    desk->day = pk_spending_today(desk->service, now_ms)->day;
    desk->used = pk_account_day(desk->service->store, desk->id, desk->day);
    desk->closed_day = 0;
}

struct pk_day_use pk_spending_used(struct pk_desk *desk, int64_t now_ms)
{
    int64_t day = pk_spending_today(desk->service, now_ms)->day;
    if (desk->day != day)
        pk_spending_read(desk, now_ms);
    return (struct pk_day_use){ desk->used.cost + desk->opening.cost, desk->used.messages + desk->opening.messages };
}

enum pk_day_state pk_spending_state(struct pk_desk *desk, int64_t now_ms)
{
    struct pk_day_use used = pk_spending_used(desk, now_ms);
    return desk->closed_day == desk->day ? PK_DAY_SPENT : pk_day_state_of(&desk->limits, used);
}

static bool unlimited(const struct pk_desk *desk)
{
    return desk->limits.cost == 0 && desk->limits.messages == 0;
}

bool pk_spending_stopped(struct pk_desk *desk, int64_t now_ms)
{
    return !unlimited(desk) && pk_spending_state(desk, now_ms) == PK_DAY_SPENT;
}

unsigned pk_spending_room(struct pk_desk *desk, int64_t now_ms, unsigned wanted)
{
    if (unlimited(desk))
        return wanted;
    return pk_spending_stopped(desk, now_ms) ? 0 : pk_day_room(&desk->limits, pk_spending_used(desk, now_ms), wanted);
}

bool pk_spending_all_stopped(const struct pk_lane_route *route, int64_t now_ms)
{
    for (size_t i = 0; i < route->desk_count; i++)
        if (!pk_spending_stopped(route->desks[i], now_ms))
            return false;
    return route->desk_count > 0;
}

bool pk_spending_some_stopped(const struct pk_lane_route *route, int64_t now_ms)
{
    for (size_t i = 0; i < route->desk_count; i++)
        if (pk_spending_stopped(route->desks[i], now_ms))
            return true;
    return false;
}

/* Once when it begins: what the log, health and the metrics tell is the same. */
static void tell(struct pk_desk *desk, int64_t now_ms)
{
    enum pk_day_state state = pk_spending_state(desk, now_ms);
    if (desk->told_day != desk->day)
        desk->told = PK_DAY_OPEN;
    desk->told_day = desk->day;
    if (state <= desk->told || unlimited(desk))
        return;
    desk->told = state;
    pk_log(PK_LOG_WARN, "spending", state == PK_DAY_SPENT ? "account.day_spent" : "account.day_near", "account", desk->rule->name,
           "messages", PK_LOG_INT(desk->used.messages), "cost", PK_LOG_INT(desk->used.cost), NULL);
}

/* ---- one hand-over ---- */

void pk_spending_price(struct pk_flight *flight, int64_t now_ms, bool repeats)
{
    struct pk_desk *desk = flight->desk;
    flight->day = pk_spending_today(desk->service, now_ms)->day;
    flight->counted = desk->prices.count > 0 && !desk->prices.per_message ? pk_text_parts(flight->text) : (uint32_t) flight->text->part_count;
    flight->spends = !repeats;
    flight->cost = repeats ? 0 : pk_prices_of(&desk->prices, flight->country, flight->counted);
}

bool pk_spending_fits(struct pk_flight *flight, int64_t now_ms)
{
    struct pk_desk *desk = flight->desk;
    if (unlimited(desk) || !flight->spends || pk_day_fits(&desk->limits, pk_spending_used(desk, now_ms), flight->cost))
        return true;
    desk->closed_day = desk->day;
    tell(desk, now_ms);
    return false;
}

void pk_spending_opening(struct pk_flight *flight)
{
    flight->desk->opening.cost += flight->cost;
    flight->desk->opening.messages += flight->spends;
}

void pk_spending_opened(struct pk_flight *flight, bool kept)
{
    struct pk_desk *desk = flight->desk;
    desk->opening.cost -= flight->cost;
    desk->opening.messages -= flight->spends;
    if (!kept || flight->day != desk->day)
        return;
    desk->used.cost += flight->cost;
    desk->used.messages += flight->spends;
    if (!unlimited(desk))
        tell(desk, desk->service->today.from_ms);
}

/* ---- what it came to ---- */

static int64_t paid_for(const struct pk_flight *flight, int64_t cost, bool refused)
{
    const struct pk_desk *desk = flight->desk;
    const char *unit = desk->rule->adapter->price_unit;
    if (refused)
        return 0;
    if (flight->price > 0 && (!unit || strcmp(unit, desk->prices.currency) == 0 || desk->prices.currency[0] == '\0'))
        return flight->price;
    /* The provider counted other parts than we did: it is its count that is paid. */
    if (flight->parts > 0 && flight->counted > 0 && flight->parts != flight->counted && !desk->prices.per_message)
        return cost / flight->counted * flight->parts;
    return cost;
}

void pk_spending_judge(struct pk_flight *flight, bool refused)
{
    flight->paid = paid_for(flight, flight->cost, refused);
    flight->back = (struct pk_day_use){ .cost = flight->cost - flight->paid, .messages = refused && flight->spends };
}

void pk_spending_judge_late(struct pk_flight *flight, int64_t opened_ms, int64_t price, bool refused)
{
    struct pk_today then;
    day_of(flight->service, opened_ms, &then);
    flight->day = then.day;
    flight->paid = paid_for(flight, price, refused);
    flight->back = (struct pk_day_use){ .cost = price - flight->paid, .messages = refused };
}

bool pk_spending_returned(struct pk_flight *flight, int64_t now_ms)
{
    struct pk_desk *desk = flight->desk->leaving ? pk_desks_by_id(flight->service->desks, flight->desk->id) : flight->desk;
    bool stopped = desk && pk_spending_stopped(desk, now_ms);
    if (!desk || flight->day != desk->day)
        return false;
    desk->used.cost -= flight->back.cost;
    desk->used.messages -= flight->back.messages;
    if (flight->back.cost > 0)
        desk->closed_day = 0;
    return stopped && !pk_spending_stopped(desk, now_ms);
}

/* ---- given back later ---- */

struct giving {
    struct pk_service *service;
    uint32_t account;
    int64_t day;
    struct pk_day_use back;
};

static void given(void *ctx)
{
    struct giving *giving = ctx;
    struct pk_desk *desk = pk_desks_by_id(giving->service->desks, giving->account);
    if (desk && desk->day == giving->day) {
        bool stopped = desk->closed_day == desk->day || pk_day_state_of(&desk->limits, desk->used) == PK_DAY_SPENT;
        desk->used.cost -= giving->back.cost;
        desk->used.messages -= giving->back.messages;
        if (giving->back.cost > 0)
            desk->closed_day = 0;
        if (stopped && giving->service->dispatcher)
            pk_dispatcher_recall(giving->service->dispatcher);
    }
    free(giving);
}

static void not_given(void *ctx)
{
    free(ctx);
}

int pk_spending_give_back(struct pk_service *service, uint32_t account, int64_t opened_ms, struct pk_day_use back, int64_t now_ms,
                          struct pk_error *err)
{
    struct pk_today then;
    if (back.cost == 0 && back.messages == 0)
        return 0;
    day_of(service, opened_ms, &then);
    int r = pk_account_day_add(service->store, account, then.day, (struct pk_day_use){ -back.cost, -back.messages }, now_ms, err);
    if (r != 0)
        return r;
    struct giving *giving = pk_alloc(sizeof *giving);
    *giving = (struct giving){ service, account, then.day, back };
    pk_store_after(service->store, PK_LANE_MEMORY, (struct pk_after){ .done = given, .failed = not_given, .ctx = giving });
    return 0;
}

/* ---- in the store ---- */

int pk_tally_write(struct pk_tally *tally, struct pk_store *store, int64_t now_ms, struct pk_error *err)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < tally->count; i++)
        if (tally->items[i].use.cost != 0 || tally->items[i].use.messages != 0)
            r = pk_account_day_add(store, tally->items[i].account, tally->items[i].day, tally->items[i].use, now_ms, err);
    tally->count = 0;
    return r;
}

int pk_tally_add(struct pk_tally *tally, struct pk_store *store, uint32_t account, int64_t day, struct pk_day_use use, int64_t now_ms,
                 struct pk_error *err)
{
    size_t i = 0;
    while (i < tally->count && (tally->items[i].account != account || tally->items[i].day != day))
        i++;
    if (i == PK_COUNT(tally->items)) {
        int r = pk_tally_write(tally, store, now_ms, err);
        if (r != 0)
            return r;
        i = 0;
    }
    if (i == tally->count) {
        tally->items[i].account = account;
        tally->items[i].day = day;
        tally->items[i].use = (struct pk_day_use){ 0 };
        tally->count++;
    }
    tally->items[i].use.cost += use.cost;
    tally->items[i].use.messages += use.messages;
    return 0;
}
