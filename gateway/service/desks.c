/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/desks.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/inbound.h"
#include "gateway/service/polling.h"
#include "gateway/service/publishing.h"
#include "gateway/service/spending.h"
#include "gateway/service/team.h"
#include "gateway/store/names.h"

static void refused(void *ctx, struct pk_account *account, const char *reason);

static const struct pk_account_ops account_ops = {
    .event = pk_inbound_event, .cursor = pk_polling_cursor, .polled = pk_polling_polled, .refused = refused,
    .remember = pk_polling_remember,
};

static void pause_key(const char *name, char ret_key[80])
{
    (void) snprintf(ret_key, 80, "hold.account.%s", name);
}

/* ---- one account ---- */

/* The desk keeps what it needs of its rule: the rules it came from may be gone before it is. */
static struct pk_account_rule *rule_copy(const struct pk_account_rule *rule)
{
    struct pk_account_rule *copy = pk_alloc(sizeof *copy);
    *copy = *rule;
    copy->name = pk_strdup(rule->name);
    copy->settings = pk_settings_hold(rule->settings);
    return copy;
}

static void rule_free(const struct pk_account_rule *rule)
{
    if (!rule)
        return;
    pk_settings_free(rule->settings);
    free((char *) rule->name);
    free((struct pk_account_rule *) rule);
}

static void desk_free(struct pk_desk *desk)
{
    if (!desk)
        return;
    pk_account_close(desk->account);
    rule_free(desk->rule);
    pk_buf_finish(&desk->test_record);
    free(desk);
}
PK_AUTO_DEFINE(desk, struct pk_desk *, desk_free)

static int desk_open(struct pk_service *service, const struct pk_account_rule *rule, struct pk_desk **ret_desk, struct pk_error *err)
{
    int64_t now_ms = pk_clock_wall_ms();
    pk_auto(desk) struct pk_desk *desk = pk_alloc(sizeof *desk);
    desk->service = service;
    desk->rule = rule_copy(rule);
    pk_buf_init(&desk->test_record, 2 * PK_RECORD_MAX_BYTES);
    desk->urgent_reserve = rule->window >= 8 ? rule->window / 8 : 0;
    pk_rate_init(&desk->rate, rule->per_second_milli, 0, now_ms);
    int r = pk_name_intern(service->store, PK_NAME_ACCOUNT, pk_slice_of(rule->name), &desk->id, err);
    if (r != 0)
        return r;
    struct pk_account_config config = {
        .name = desk->rule->name,
        .adapter = rule->adapter,
        .settings = pk_settings_hold(rule->settings),
        .http = service->http,
        .publisher = pk_publishing_publisher(service->publishing),
        .ca_file = service->ca_file,
        .window = rule->window,
        .connect_timeout_ms = rule->connect_timeout_ms,
        .timeout_ms = rule->timeout_ms,
        .poll_ms = rule->poll_ms,
        .ops = &account_ops,
        .ctx = desk,
    };
    if ((r = pk_account_open(service->loop, &config, &desk->account, err)) != 0) {
        pk_settings_free(config.settings);
        pk_error_prefix(err, "account \"%s\"", rule->name);
        return r;
    }
    desk->capabilities = pk_account_capabilities(desk->account);
    *ret_desk = pk_steal(&desk);
    return 0;
}

/* ---- what a reload keeps ---- */

static bool same_settings(const struct pk_settings *a, const struct pk_settings *b)
{
    if (!a || !b)
        return a == b;
    size_t a_count, b_count;
    const struct pk_setting_value *x = pk_settings_values(a, &a_count), *y = pk_settings_values(b, &b_count);
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (strcmp(x[i].name, y[i].name) != 0 || x[i].number != y[i].number || !pk_slice_equal(x[i].text, y[i].text))
            return false;
    return true;
}

static bool same_words(const struct pk_words *a, const struct pk_words *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

static bool same_rule(const struct pk_account_rule *a, const struct pk_account_rule *b)
{
    return strcmp(a->name, b->name) == 0 && a->adapter == b->adapter && a->window == b->window && a->per_second_milli == b->per_second_milli &&
           a->retry.first_ms == b->retry.first_ms && a->retry.cap_ms == b->retry.cap_ms && a->retry.max_attempts == b->retry.max_attempts &&
           a->breaker.threshold == b->breaker.threshold && a->breaker.window_ms == b->breaker.window_ms &&
           a->breaker.first_open_ms == b->breaker.first_open_ms && a->breaker.cap_open_ms == b->breaker.cap_open_ms &&
           a->breaker.trial == b->breaker.trial && a->connect_timeout_ms == b->connect_timeout_ms && a->timeout_ms == b->timeout_ms &&
           a->poll_ms == b->poll_ms && a->query_after_ms == b->query_after_ms && a->receipt_window_ms == b->receipt_window_ms &&
           a->resend_uncertain == b->resend_uncertain && same_words(&a->replies, &b->replies) &&
           same_settings(a->settings, b->settings);
}

static struct pk_desk *unchanged(struct pk_desks *old, const struct pk_account_rule *rule)
{
    struct pk_desk *desk = old ? pk_desks_find(old, rule->name) : NULL;
    return desk && same_rule(desk->rule, rule) ? desk : NULL;
}

/* Takes the desks that `other` has too out of `from`. */
static void give_up(struct pk_desks *from, const struct pk_desks *other)
{
    for (size_t i = 0; i < from->count; i++)
        for (size_t j = 0; j < other->count && from->items[i]; j++)
            if (from->items[i] == other->items[j])
                from->items[i] = NULL;
}

static void leave(struct pk_desks *desks, struct pk_desk *desk)
{
    desk->leaving = true;
    desks->leaving = pk_realloc_array(desks->leaving, desks->leaving_count + 1, sizeof(struct pk_desk *));
    desks->leaving[desks->leaving_count++] = desk;
}

/* What `old` has and `fresh` has not leaves, with those that were leaving already. */
static void take_over(struct pk_desks *fresh, struct pk_desks *old)
{
    give_up(old, fresh);
    for (size_t i = 0; i < old->count; i++) {
        if (!old->items[i])
            continue;
        pk_log(PK_LOG_INFO, "desks", "account.leaving", "account", old->items[i]->rule->name, "in_flight", PK_LOG_INT(old->items[i]->flying), NULL);
        leave(fresh, pk_steal(&old->items[i]));
    }
    for (size_t i = 0; i < old->leaving_count; i++)
        leave(fresh, pk_steal(&old->leaving[i]));
    pk_desks_free(old);
}

/* ---- all of them ---- */

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
        ret_route->desks[ret_route->desk_count++] = desk;
    }
    return 0;
}

static int open_all(struct pk_service *service, const struct pk_rules *rules, struct pk_desks *old, struct pk_desks *desks,
                    struct pk_error *err)
{
    desks->items = pk_alloc_array(rules->account_count, sizeof *desks->items);
    for (size_t i = 0; i < rules->account_count; i++) {
        desks->items[i] = unchanged(old, &rules->accounts[i]);
        int r = desks->items[i] ? 0 : desk_open(service, &rules->accounts[i], &desks->items[i], err);
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
    return 0;
}

/* An account speaks on the channel of the first route that names it. */
static void set_channels(struct pk_desks *desks)
{
    for (size_t i = 0; i < desks->count; i++) {
        const struct pk_lane_route *route = pk_desks_route_of(desks, desks->items[i]);
        desks->items[i]->channel = route ? route->channel : 0;
    }
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
    for (size_t i = 0; i < desks->leaving_count; i++)
        desk_free(desks->leaving[i]);
    free(desks->leaving);
    free(desks);
}
PK_AUTO_DEFINE(pk_desks, struct pk_desks *, pk_desks_free)

int pk_desks_open(struct pk_service *service, const struct pk_rules *rules, struct pk_desks *old, struct pk_desks **ret_desks,
                  struct pk_error *err)
{
    pk_auto(pk_desks) struct pk_desks *desks = pk_alloc(sizeof *desks);
    int r = open_all(service, rules, old, desks, err);
    if (r != 0) {
        if (old)
            give_up(desks, old);
        return r;
    }
    if (old)
        take_over(desks, old);
    for (size_t i = 0; i < desks->count; i++)
        pk_spending_adopt(desks->items[i], &rules->accounts[i]);
    pk_desks_refresh(desks);
    *ret_desks = pk_steal(&desks);
    return 0;
}

void pk_desks_close(struct pk_desks *desks)
{
    for (size_t i = 0; i < desks->count + desks->leaving_count; i++) {
        struct pk_desk *desk = i < desks->count ? desks->items[i] : desks->leaving[i - desks->count];
        pk_account_close(desk->account);
        desk->account = NULL;
    }
}

void pk_desks_sweep(struct pk_desks *desks)
{
    size_t kept = 0;
    for (size_t i = 0; i < desks->leaving_count; i++) {
        struct pk_desk *desk = desks->leaving[i];
        bool busy = desk->flying > 0 || pk_account_open_count(desk->account) > 0;
        if (!busy)
            pk_account_stop(desk->account);
        if (busy || !pk_account_stopped(desk->account)) {
            desks->leaving[kept++] = desk;
            continue;
        }
        pk_log(PK_LOG_INFO, "desks", "account.closed", "account", desk->rule->name, NULL);
        desk_free(desk);
    }
    desks->leaving_count = kept;
}

void pk_desks_stop(struct pk_desks *desks)
{
    for (size_t i = 0; i < desks->count + desks->leaving_count; i++)
        pk_account_stop((i < desks->count ? desks->items[i] : desks->leaving[i - desks->count])->account);
}

bool pk_desks_stopped(const struct pk_desks *desks)
{
    for (size_t i = 0; i < desks->count + desks->leaving_count; i++)
        if (!pk_account_stopped((i < desks->count ? desks->items[i] : desks->leaving[i - desks->count])->account))
            return false;
    return true;
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
    if (pk_breaker_room(&desk->breaker, &desk->rule->breaker, now_ms, 1) == 0)
        return false; /* open, or on trial with all its trials out */
    if (pk_spending_stopped(desk, now_ms))
        return false;
    /* A session that is down takes nothing; a full one still has hand-overs open. */
    return pk_account_room(desk->account) > 0 || pk_account_open_count(desk->account) > 0;
}

unsigned pk_desk_room(struct pk_desk *desk, uint32_t priority, int64_t now_ms, int64_t *ret_when_ms)
{
    unsigned room = pk_desk_room_beyond(desk, priority, now_ms, ret_when_ms);
    return room > 0 ? pk_spending_room(desk, now_ms, room) : 0;
}

unsigned pk_desk_room_beyond(struct pk_desk *desk, uint32_t priority, int64_t now_ms, int64_t *ret_when_ms)
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

/* As the store has it: a pause and its reason outlive the process. */
static void read_pause(struct pk_desk *desk)
{
    char key[80];
    pause_key(desk->rule->name, key);
    desk->paused = pk_store_number(desk->service->store, key, 0) != 0;
    desk->last = (struct pk_error){ 0 };
    if (!desk->paused)
        return;
    desk->last.code = PK_E_CONFLICT;
    pk_store_words(desk->service->store, key, desk->last.message, sizeof desk->last.message);
}

static void pause_settled(void *ctx)
{
    read_pause(ctx);
}

static void resume_settled(void *ctx)
{
    struct pk_desk *desk = ctx;
    read_pause(desk);
    if (!desk->paused && desk->account)
        pk_account_connect_now(desk->account);
}

int pk_desk_pause(struct pk_desk *desk, bool pause, const char *reason, struct pk_error *err)
{
    struct pk_store *store = desk->service->store;
    const char *why = pause ? reason ? reason : "paused by an operator" : "";
    char key[80];
    pause_key(desk->rule->name, key);
    int r = pk_store_set_number(store, key, pause ? 1 : 0, err);
    if (r == 0)
        r = pk_store_set_words(store, key, pk_slice_of(why), err);
    if (r != 0)
        return r;
    pk_log(pause ? PK_LOG_WARN : PK_LOG_INFO, "desks", pause ? "account.paused" : "account.resumed", "account", desk->rule->name, "reason",
           pause ? why : NULL, NULL);
    /* A pause works from here on, a resume only once it is kept; a failed commit has both read again. */
    if (pause)
        read_pause(desk);
    pk_store_after(store, PK_LANE_MEMORY, (struct pk_after){ .done = pause ? pause_settled : resume_settled, .failed = pause_settled, .ctx = desk });
    return 0;
}

int pk_desk_pause_itself(struct pk_desk *desk, const char *reason, struct pk_error *err)
{
    int r = desk->paused ? 0 : pk_team_note(desk->service, PK_TEAM_ACCOUNT_PAUSED, pk_clock_wall_ms(), err);
    return r == 0 ? pk_desk_pause(desk, true, reason, err) : r;
}

/* By its provider, for what stands in its settings. What an account that is being replaced says of them counts no more. */
static void refused(void *ctx, struct pk_account *account, const char *reason)
{
    struct pk_desk *desk = ctx;
    struct pk_store *store = desk->service->store;
    struct pk_error err = { 0 };
    (void) account;
    if (desk->paused || desk->leaving)
        return;
    int r = pk_unit_begin(store, &err);
    if (r == 0 && (r = pk_desk_pause_itself(desk, reason, &err)) == 0)
        r = pk_unit_keep(store, &err);
    else if (pk_unit_open(store))
        pk_unit_drop(store);
    if (r != 0)
        pk_log(PK_LOG_ERROR, "desks", "account.not_paused", "account", desk->rule->name, "reason", err.message, NULL);
}

/* A name made in a turn that was not kept has no number any more. */
static void renumber(struct pk_service *service, enum pk_name_kind kind, const char *name, uint32_t *id)
{
    struct pk_error err = { 0 };
    if (pk_name_find(service->store, kind, pk_slice_of(name)) == *id)
        return;
    if (pk_name_intern(service->store, kind, pk_slice_of(name), id, &err) != 0)
        pk_log(PK_LOG_ERROR, "desks", "name.not_stored", "name", name, "reason", err.message, NULL);
}

void pk_desks_refresh(struct pk_desks *desks)
{
    for (size_t i = 0; i < desks->count; i++) {
        struct pk_desk *desk = desks->items[i];
        renumber(desk->service, PK_NAME_ACCOUNT, desk->rule->name, &desk->id);
        read_pause(desk);
        pk_spending_read(desk, pk_clock_wall_ms());
    }
    for (size_t i = 0; i < desks->route_count && desks->count > 0; i++) {
        struct pk_lane_route *route = &desks->routes[i];
        renumber(desks->items[0]->service, PK_NAME_ROUTE, route->rule->name, &route->id);
        renumber(desks->items[0]->service, PK_NAME_CHANNEL, route->rule->channel, &route->channel);
    }
    set_channels(desks);
}
