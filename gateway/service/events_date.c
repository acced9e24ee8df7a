/* SPDX-License-Identifier: EUPL-1.2 */
/* One date of an event, and who sees which events: see events.h. */
#include "gateway/service/events_private.h"
#include "gateway/service/rights.h"

/* ---- one date ---- */

static int no_such_date(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_NOT_FOUND, "the event has no such date");
    return pk_hint(err, PK_E_NOT_FOUND, "Name it by the day its rule gives, also when it was moved; pokana events show lists them.");
}

/* What has begun stays as it was; but it may be broken off before its end, and what was called off has not begun. */
static int check_date(struct pk_service *service, const struct pk_agenda_event *event, int32_t day, bool off, struct pk_wall *wall, int64_t now_ms,
                      struct pk_error *err)
{
    struct pk_occurrence known;
    if (!pk_recurrence_has(event, day, wall))
        return no_such_date(err);
    if (pk_occurrence_find(service->store, event->id, day, &known, NULL) == 0 && known.starts_ms <= now_ms &&
        (off ? known.ends_ms <= now_ms : known.state == PK_AGENDA_PLANNED))
        return pk_fail(err, PK_E_CONFLICT, "that date has begun");
    return 0;
}

int pk_events_date(struct pk_service *service, const struct pk_agenda_event *event, int32_t day, struct pk_agenda_change *ret_date,
                   struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct pk_agenda_change *changes = NULL;
    size_t count = 0;
    int r = pk_events_wall(service, &wall, err);
    if (r == 0 && event->rule[0] == '\0' && day == event->when.day)
        day = 0;
    if (r == 0 && !pk_recurrence_has(event, day, wall))
        r = no_such_date(err);
    if (r == 0)
        r = pk_agenda_changes(service->store, event->id, &changes, &count, err);
    if (r != 0)
        return r;
    *ret_date = (struct pk_agenda_change){ .day = day, .difference = PK_AGENDA_CHANGED, .when = event->when };
    if (day != 0)
        ret_date->when.day = day;
    for (size_t i = 0; i < count; i++)
        if (changes[i].day == day && changes[i].difference == PK_AGENDA_CHANGED)
            *ret_date = changes[i];
    free(changes);
    return 0;
}

/* Puts one differing date among the others, and lets the ledger follow. */
static int keep_date(struct pk_service *service, const struct pk_actor *actor, struct pk_agenda_event *event, const struct pk_agenda_change *change,
                     struct pk_wall *wall, int64_t now_ms, struct pk_events_done *done, struct pk_error *err)
{
    struct pk_agenda_change *changes = NULL;
    size_t count = 0;
    int r = pk_agenda_changes(service->store, event->id, &changes, &count, err);
    done->changed = r == 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        if (changes[i].day == change->day && changes[i].difference == change->difference && memcmp(&changes[i].when, &change->when, sizeof change->when) == 0 &&
            strcmp(changes[i].place, change->place) == 0 && strcmp(changes[i].place_short, change->place_short) == 0)
            done->changed = false;
    free(changes);
    if (r != 0 || !done->changed)
        return r;
    event->sequence++;
    r = pk_agenda_change_put(service->store, event->id, change, err);
    return r == 0 ? pk_events_rewrite(service, actor, event, wall, now_ms, done, err) : r;
}

int pk_events_change_date(struct pk_service *service, const struct pk_actor *actor, int64_t id, const struct pk_agenda_change *wanted,
                          int64_t now_ms, struct pk_events_done *done, struct pk_error *err)
{
    struct pk_agenda_event event;
    struct pk_agenda_change change = *wanted;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int64_t starts_ms, ends_ms;
    int r = pk_events_open(service, actor, id, &event, &wall, err);
    if (r == 0 && event.rule[0] == '\0') {
        event.when = wanted->when;
        if (wanted->place[0]) {
            (void) snprintf(event.place, sizeof event.place, "%s", wanted->place);
            (void) snprintf(event.place_short, sizeof event.place_short, "%s", wanted->place_short);
        }
        return wanted->day == 0 ? pk_events_change(service, actor, &event, now_ms, done, err) : no_such_date(err);
    }
    if (r == 0)
        r = check_date(service, &event, change.day, false, wall, now_ms, err);
    if (r == 0)
        r = pk_agenda_moments(&change.when, wall, true, &starts_ms, &ends_ms, err);
    if (r == 0)
        r = pk_agenda_text_check("place", pk_slice_of(change.place), PK_AGENDA_PLACE_MAX, err);
    if (r == 0)
        r = pk_agenda_text_check("short place", pk_slice_of(change.place_short), PK_AGENDA_SHORT_MAX, err);
    if (r == 0 && starts_ms <= now_ms) {
        (void) pk_fail(err, PK_E_CONFLICT, "that date would begin in the past");
        r = pk_hint(err, PK_E_CONFLICT, "Choose hours that are still to come.");
    }
    if (r != 0)
        return r;
    change.difference = PK_AGENDA_CHANGED;
    r = keep_date(service, actor, &event, &change, wall, now_ms, done, err);
    return r == 0 && done->changed ? pk_events_trail(service, actor, "event.change-date", id, change.day, now_ms, err) : r;
}

/* Who may: of today's date the desk too. */
static int allow_cancel_date(struct pk_service *service, const struct pk_actor *actor, const struct pk_agenda_event *event, int32_t day,
                             struct pk_wall *wall, int64_t now_ms, struct pk_error *err)
{
    struct pk_occurrence known;
    int32_t today = pk_wall_local(wall, now_ms).day;
    bool now = pk_occurrence_find(service->store, event->id, day, &known, NULL) == 0 && pk_wall_local(wall, known.starts_ms).day == today;
    enum pk_action action = event->state == PK_AGENDA_DRAFT ? PK_ACTION_EVENT_PROPOSE : now ? PK_ACTION_EVENT_CLOSED : PK_ACTION_EVENT_EDIT;
    return pk_events_allow(service, actor, action, event, err);
}

int pk_events_cancel_date(struct pk_service *service, const struct pk_actor *actor, int64_t id, int32_t day, int64_t now_ms, struct pk_events_done *done,
                          struct pk_error *err)
{
    struct pk_agenda_event event;
    struct pk_agenda_change change = { .day = day, .difference = PK_AGENDA_CALLED_OFF };
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_agenda_get(service->store, id, &event, err);
    done->changed = false;
    if (r == 0)
        r = pk_events_wall(service, &wall, err);
    if (r == 0)
        r = allow_cancel_date(service, actor, &event, day, wall, now_ms, err);
    if (r != 0 || event.state == PK_AGENDA_CANCELLED)
        return r;
    if (event.rule[0] == '\0') {
        (void) pk_fail(err, PK_E_INVALID, "this event is once: it has no single dates");
        return pk_hint(err, PK_E_INVALID, "pokana events cancel ID calls it off.");
    }
    r = check_date(service, &event, day, true, wall, now_ms, err);
    change.when = event.when;
    change.when.day = day;
    if (r == 0)
        r = keep_date(service, actor, &event, &change, wall, now_ms, done, err);
    return r == 0 && done->changed ? pk_events_trail(service, actor, "event.cancel-date", id, day, now_ms, err) : r;
}

/* ---- looking ---- */

/* A key person sees as her own what everybody will be told. */
static struct pk_agenda_event as_seen(const struct pk_actor *actor, const struct pk_agenda_event *event)
{
    struct pk_agenda_event seen = *event;
    if (actor->role == PK_ROLE_KEY_PERSON && event->state != PK_AGENDA_DRAFT)
        (void) snprintf(seen.proposed_by, sizeof seen.proposed_by, "%s", actor->name);
    return seen;
}

int pk_events_show(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_agenda_event *ret_event, struct pk_error *err)
{
    struct pk_agenda_event event;
    int r = pk_agenda_get(service->store, id, &event, err);
    if (r == PK_E_NOT_FOUND) { /* who may see nothing learns nothing of what there is */
        struct pk_agenda_event none = { 0 };
        (void) snprintf(none.proposed_by, sizeof none.proposed_by, "%s", actor->name ? actor->name : "");
        int denied = pk_events_allow(service, actor, PK_ACTION_EVENT_VIEW, &none, err);
        return denied != 0 ? denied : pk_agenda_get(service->store, id, &event, err);
    }
    if (r != 0)
        return r;
    struct pk_agenda_event seen = as_seen(actor, &event);
    r = pk_events_allow(service, actor, PK_ACTION_EVENT_VIEW, &seen, err);
    if (r == 0)
        *ret_event = event;
    return r;
}

struct walking {
    struct pk_service *service;
    const struct pk_actor *actor;
    int (*each)(void *ctx, const struct pk_agenda_event *event);
    void *ctx;
};

static int walk_one(void *ctx, const struct pk_agenda_event *event)
{
    struct walking *walking = ctx;
    const struct pk_kind_rule *kind = pk_rules_kind(walking->service->rules, pk_slice_of(event->kind));
    struct pk_agenda_event seen = as_seen(walking->actor, event);
    const struct pk_about about = { .topic = kind ? pk_slice_of(kind->topic) : (struct pk_slice){ 0 }, .owner = pk_slice_of(seen.proposed_by) };
    /* What is not for this user is passed over, not refused. */
    return pk_may(walking->actor, PK_ACTION_EVENT_VIEW, &about, NULL) == 0 ? walking->each(walking->ctx, event) : 0;
}

int pk_events_each(struct pk_service *service, const struct pk_actor *actor, uint32_t state, int64_t since_ms, int64_t after, size_t max,
                   int (*each)(void *ctx, const struct pk_agenda_event *event), void *ctx, struct pk_error *err)
{
    struct walking walking = { .service = service, .actor = actor, .each = each, .ctx = ctx };
    const struct pk_about about = { .owner = pk_slice_of(actor->name ? actor->name : "") };
    int r = pk_allow(service, actor, PK_ACTION_EVENT_VIEW, &about, NULL, err);
    return r == 0 ? pk_agenda_list(service->store, state, since_ms, after, max, walk_one, &walking, err) : r;
}
