/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/desks.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/inbound.h"
#include "gateway/store/names.h"

static const struct pk_account_ops account_ops = { .event = pk_inbound_event };

static void pause_key(const char *name, char ret_key[80])
{
    (void) snprintf(ret_key, 80, "hold.account.%s", name);
}

/* ---- opening and closing ---- */

static void desk_free(struct pk_desk *desk)
{
    if (!desk)
        return;
    pk_account_close(desk->account);
    free(desk);
}
PK_AUTO_DEFINE(desk, struct pk_desk *, desk_free)

static int desk_open(struct pk_service *service, const struct pk_account_rule *rule, struct pk_desk **ret_desk, struct pk_error *err)
{
    int64_t now_ms = pk_clock_wall_ms();
    pk_auto(desk) struct pk_desk *desk = pk_alloc(sizeof *desk);
    desk->service = service;
    desk->rule = rule;
    desk->urgent_reserve = rule->window >= 8 ? rule->window / 8 : 0;
    pk_rate_init(&desk->rate, rule->per_second_milli, now_ms);
    int r = pk_name_intern(service->store, PK_NAME_ACCOUNT, pk_slice_of(rule->name), &desk->id, err);
    if (r != 0)
        return r;
    struct pk_account_config config = {
        .name = rule->name,
        .adapter = rule->adapter,
        .settings = rule->settings,
        .http = service->http,
        .window = rule->window,
        .connect_timeout_ms = rule->connect_timeout_ms,
        .timeout_ms = rule->timeout_ms,
        .ops = &account_ops,
        .ctx = desk,
    };
    if ((r = pk_account_open(service->loop, &config, &desk->account, err)) != 0) {
        pk_error_prefix(err, "account \"%s\"", rule->name);
        return r;
    }
    desk->capabilities = pk_account_capabilities(desk->account);
    *ret_desk = pk_steal(&desk);
    return 0;
}

static int route_open(struct pk_service *service, struct pk_desks *desks, const struct pk_route_rule *rule,
                      struct pk_lane_route *ret_route, struct pk_error *err)
{
    ret_route->rule = rule;
    int r = pk_name_intern(service->store, PK_NAME_ROUTE, pk_slice_of(rule->name), &ret_route->id, err);
    if (r == 0)
        r = pk_name_intern(service->store, PK_NAME_CHANNEL, pk_slice_of(rule->channel), &ret_route->channel, err);
    if (r != 0)
        return r;
    ret_route->desks = pk_alloc_array(rule->accounts.count, sizeof(struct pk_desk *));
    for (size_t i = 0; i < rule->accounts.count; i++) {
        struct pk_desk *desk = pk_desks_find(desks, rule->accounts.items[i]);
        if (!desk)
            return pk_fail(err, PK_E_CONFIG, "route \"%s\" names account \"%s\", which does not exist", rule->name,
                           rule->accounts.items[i]);
        if (desk->channel == 0)
            desk->channel = ret_route->channel;
        ret_route->desks[ret_route->desk_count++] = desk;
    }
    return 0;
}

void pk_desks_free(struct pk_desks *desks)
{
    if (!desks)
        return;
    for (size_t i = 0; i < desks->route_count; i++)
        free(desks->routes[i].desks);
    free(desks->routes);
    for (size_t i = 0; i < desks->count; i++)
        desk_free(desks->items[i]);
    free(desks->items);
    free(desks);
}
PK_AUTO_DEFINE(pk_desks, struct pk_desks *, pk_desks_free)

int pk_desks_open(struct pk_service *service, const struct pk_rules *rules, struct pk_desks **ret_desks, struct pk_error *err)
{
    pk_auto(pk_desks) struct pk_desks *desks = pk_alloc(sizeof *desks);
    desks->items = pk_alloc_array(rules->account_count, sizeof *desks->items);
    for (size_t i = 0; i < rules->account_count; i++) {
        int r = desk_open(service, &rules->accounts[i], &desks->items[desks->count], err);
        if (r != 0)
            return r;
        desks->count++;
    }
    desks->routes = pk_alloc_array(rules->route_count, sizeof *desks->routes);
    for (size_t i = 0; i < rules->route_count; i++) {
        desks->route_count++;
        int r = route_open(service, desks, &rules->routes[i], &desks->routes[i], err);
        if (r != 0)
            return r;
    }
    pk_desks_refresh(desks);
    *ret_desks = pk_steal(&desks);
    return 0;
}

/* ---- finding ---- */

struct pk_desk *pk_desks_find(struct pk_desks *desks, const char *name)
{
    for (size_t i = 0; i < desks->count; i++)
        if (strcmp(desks->items[i]->rule->name, name) == 0)
            return desks->items[i];
    return NULL;
}

struct pk_desk *pk_desks_by_id(struct pk_desks *desks, uint32_t id)
{
    for (size_t i = 0; i < desks->count; i++)
        if (desks->items[i]->id == id)
            return desks->items[i];
    return NULL;
}

struct pk_lane_route *pk_desks_route(struct pk_desks *desks, const char *name)
{
    for (size_t i = 0; i < desks->route_count; i++)
        if (strcmp(desks->routes[i].rule->name, name) == 0)
            return &desks->routes[i];
    return NULL;
}

struct pk_lane_route *pk_desks_route_of(struct pk_desks *desks, const struct pk_desk *desk)
{
    for (size_t i = 0; i < desks->route_count; i++)
        for (size_t j = 0; j < desks->routes[i].desk_count; j++)
            if (desks->routes[i].desks[j] == desk)
                return &desks->routes[i];
    return NULL;
}

/* ---- room ---- */

bool pk_desk_usable(struct pk_desk *desk, int64_t now_ms)
{
    if (desk->paused || desk->leaving)
        return false;
    if (desk->breaker.state == PK_BREAKER_OPEN && now_ms < desk->breaker.until_ms)
        return false;
    /* A session that is down takes nothing; a full one still has hand-overs open. */
    return pk_account_room(desk->account) > 0 || pk_account_open_count(desk->account) > 0;
}

unsigned pk_desk_room(struct pk_desk *desk, uint32_t priority, int64_t now_ms, int64_t *ret_when_ms)
{
    *ret_when_ms = INT64_MAX;
    if (desk->paused || desk->leaving)
        return 0;
    if (now_ms < desk->throttled_until_ms) {
        *ret_when_ms = desk->throttled_until_ms;
        return 0;
    }
    unsigned window = desk->rule->window;
    unsigned limit = priority == PK_PRIORITY_URGENT ? window : window - desk->urgent_reserve;
    unsigned room = desk->flying < limit ? limit - desk->flying : 0;
    unsigned free_slots = pk_account_room(desk->account);
    if (free_slots < room)
        room = free_slots;
    if (room == 0)
        return 0; /* a hand-over that ends, or the session, wakes the loop */
    uint32_t may = pk_breaker_room(&desk->breaker, &desk->rule->breaker, now_ms, room);
    if (may == 0) {
        *ret_when_ms = desk->breaker.until_ms > now_ms ? desk->breaker.until_ms : INT64_MAX;
        return 0;
    }
    may = pk_rate_available(&desk->rate, now_ms, may);
    if (may == 0)
        *ret_when_ms = pk_rate_next_ms(&desk->rate, now_ms);
    return may;
}

/* ---- pauses ---- */

struct pause_change {
    struct pk_desk *desk;
    bool paused;
};

static void pause_committed(void *ctx)
{
    struct pause_change *change = ctx;
    change->desk->paused = change->paused;
    free(change);
}

static void pause_failed(void *ctx)
{
    free(ctx);
}

int pk_desk_pause(struct pk_desk *desk, bool pause, const char *reason, struct pk_error *err)
{
    char key[80];
    pause_key(desk->rule->name, key);
    int r = pk_store_set_number(desk->service->store, key, pause ? 1 : 0, err);
    if (r != 0)
        return r;
    if (pause)
        (void) pk_fail(&desk->last, PK_E_CONFLICT, "%s", reason ? reason : "paused by an operator");
    else
        desk->last = (struct pk_error){ 0 };
    pk_log(pause ? PK_LOG_WARN : PK_LOG_INFO, "desks", pause ? "account.paused" : "account.resumed", "account", desk->rule->name, "reason",
           pause ? desk->last.message : NULL, NULL);
    struct pause_change *change = pk_alloc(sizeof *change);
    *change = (struct pause_change){ desk, pause };
    pk_store_after(desk->service->store, PK_LANE_MEMORY,
                   (struct pk_after){ .done = pause_committed, .failed = pause_failed, .ctx = change });
    return 0;
}

void pk_desks_refresh(struct pk_desks *desks)
{
    for (size_t i = 0; i < desks->count; i++) {
        char key[80];
        pause_key(desks->items[i]->rule->name, key);
        desks->items[i]->paused = pk_store_number(desks->items[i]->service->store, key, 0) != 0;
    }
}
