/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/closed_today.h"

#include "gateway/service/events_private.h"
#include "gateway/service/rights.h"
#include "gateway/store/agenda.h"

#define DATES_MAX 64u

struct walk {
    struct pk_service *service;
    const struct pk_actor *actor;
    int64_t now_ms;
    int64_t wanted; /* this event alone; 0 = all */
    int (*each)(void *ctx, const struct pk_open_today *open);
    void *ctx;
};

/* What is not for this user is passed over, not refused. */
static bool may(const struct walk *walk, const struct pk_agenda_event *event)
{
    const struct pk_kind_rule *kind = pk_rules_kind(walk->service->rules, pk_slice_of(event->kind));
    const struct pk_about about = { .topic = kind ? pk_slice_of(kind->topic) : (struct pk_slice){ 0 } };
    return pk_may(walk->actor, PK_ACTION_EVENT_CLOSED, &about, NULL) == 0;
}

static int look(void *ctx, const struct pk_occurrence *date)
{
    const struct walk *walk = ctx;
    struct pk_agenda_event event;
    if (date->ends_ms <= walk->now_ms || (walk->wanted != 0 && date->event != walk->wanted) ||
        pk_agenda_get(walk->service->store, date->event, &event, NULL) != 0 || event.rule[0] == '\0' || !may(walk, &event))
        return 0;
    struct pk_open_today open = { .event = date->event, .day = date->day, .starts_ms = date->starts_ms, .ends_ms = date->ends_ms };
    (void) snprintf(open.title, sizeof open.title, "%s", event.title);
    (void) snprintf(open.place, sizeof open.place, "%s", date->place);
    open.closed_ms = date->state == PK_AGENDA_CANCELLED ? date->changed_ms : 0;
    return walk->each(walk->ctx, &open);
}

static int walk_today(struct walk *walk, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int64_t from_ms, until_ms;
    int r = pk_allow(walk->service, walk->actor, PK_ACTION_EVENT_CLOSED, NULL, NULL, err);
    if (r == 0)
        r = pk_events_wall(walk->service, &wall, err);
    if (r != 0)
        return r;
    pk_wall_day_bounds(wall, walk->now_ms, &from_ms, &until_ms);
    return pk_occurrences_between(walk->service->store, from_ms, until_ms, DATES_MAX, look, walk, err);
}

int pk_open_today_each(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                       int (*each)(void *ctx, const struct pk_open_today *open), void *ctx, struct pk_error *err)
{
    struct walk walk = { .service = service, .actor = actor, .now_ms = now_ms, .each = each, .ctx = ctx };
    return walk_today(&walk, err);
}

static int take_first(void *ctx, const struct pk_open_today *open)
{
    *(struct pk_open_today *) ctx = *open;
    return 1;
}

int pk_open_today(struct pk_service *service, const struct pk_actor *actor, int64_t event, int64_t now_ms, struct pk_open_today *ret_open,
                  struct pk_error *err)
{
    struct walk walk = { .service = service, .actor = actor, .now_ms = now_ms, .wanted = event, .each = take_first, .ctx = ret_open };
    *ret_open = (struct pk_open_today){ 0 };
    int r = walk_today(&walk, err);
    if (r < 0)
        return r;
    return ret_open->event != 0 ? 0 : pk_fail(err, PK_E_NOT_FOUND, "nothing of this is open today");
}

int pk_close_today(struct pk_service *service, const struct pk_actor *actor, int64_t event, int64_t now_ms, struct pk_events_done *done,
                   struct pk_error *err)
{
    struct pk_open_today open;
    *done = (struct pk_events_done){ 0 };
    int r = pk_open_today(service, actor, event, now_ms, &open, err);
    if (r != 0 || open.closed_ms != 0)
        return r;
    return pk_events_cancel_date(service, actor, event, open.day, now_ms, done, err);
}
