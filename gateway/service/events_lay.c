/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The ledger of dates follows the events. A date enters it once, when the ledger's edge passes it: what begins after `laid_ms`
 * is new, what begins before was there or came by a change. So a restart in the middle writes the same rows, not others. Whoever
 * hangs on a date that changed is told here, and nowhere else.
 */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/events_private.h"
#include "gateway/service/seats.h"

#define STEPS_PER_TURN 8

/* ---- one date ---- */

static void fill(const struct pk_agenda_event *event, const struct pk_date *date, struct pk_occurrence *occurrence)
{
    const struct pk_agenda_change *change = date->change;
    bool off = event->state == PK_AGENDA_CANCELLED || (change && change->difference == PK_AGENDA_CALLED_OFF);
    bool elsewhere = change && change->difference == PK_AGENDA_CHANGED && change->place[0];
    occurrence->event = event->id;
    occurrence->day = date->day;
    occurrence->state = off ? PK_AGENDA_CANCELLED : PK_AGENDA_PLANNED;
    if (off && occurrence->id != 0)
        return; /* where it would have been stays told */
    occurrence->starts_ms = date->starts_ms;
    occurrence->ends_ms = date->ends_ms;
    (void) snprintf(occurrence->place, sizeof occurrence->place, "%s", elsewhere ? change->place : event->place);
    (void) snprintf(occurrence->place_short, sizeof occurrence->place_short, "%s", elsewhere ? change->place_short : event->place_short);
}

static bool same(const struct pk_occurrence *a, const struct pk_occurrence *b)
{
    return a->starts_ms == b->starts_ms && a->ends_ms == b->ends_ms && a->state == b->state && strcmp(a->place, b->place) == 0 &&
           strcmp(a->place_short, b->place_short) == 0;
}

/* Closed before its end, or open after all later that day: of what has begun this alone is no history yet. */
static bool is_of_today(const struct pk_date *date, const struct pk_occurrence *known, const struct pk_occurrence *wanted, int64_t now_ms)
{
    if (wanted->state == PK_AGENDA_CANCELLED)
        return date->change && date->change->difference == PK_AGENDA_CALLED_OFF && known->ends_ms > now_ms;
    return known->state == PK_AGENDA_CANCELLED && wanted->starts_ms > now_ms;
}

static int into_the_past(const struct pk_date *date, struct pk_error *err)
{
    char day[PK_LOCAL_TEXT_MAX];
    if (date->day != 0)
        (void) pk_fail(err, PK_E_CONFLICT, "the date of %s would begin in the past", pk_day_text(date->day, day));
    else
        (void) pk_fail(err, PK_E_CONFLICT, "it would begin in the past");
    return pk_hint(err, PK_E_CONFLICT, "Choose hours that are still to come, or call that date off first.");
}

/* The date is written, and the campaigns on it hear of it. */
static int put(struct pk_service *service, const struct pk_events_keeping *keeping, const struct pk_occurrence *known, struct pk_occurrence *wanted,
               struct pk_error *err)
{
    int r = pk_occurrence_put(service->store, wanted, keeping->now_ms, err);
    if (r == 0)
        r = pk_seats_date_changed(service, known, keeping->done->quietly, err);
    return r == 0 ? pk_campaigns_date_changed(service, keeping->actor, known, keeping->done->quietly, keeping->now_ms, &keeping->done->effect, err)
                  : r;
}

static int follow(struct pk_service *service, const struct pk_events_keeping *keeping, const struct pk_date *date, int64_t edge_ms,
                  int64_t horizon_ms, struct pk_error *err)
{
    const struct pk_agenda_event *event = keeping->event;
    const int64_t now_ms = keeping->now_ms;
    struct pk_occurrence known = { 0 }, wanted;
    int r = pk_occurrence_find(service->store, event->id, date->day, &known, err);
    if (r != 0 && r != PK_E_NOT_FOUND)
        return r;
    bool there = r == 0;
    wanted = there ? known : (struct pk_occurrence){ 0 };
    fill(event, date, &wanted);
    if (!there) {
        bool new = date->starts_ms > edge_ms && date->starts_ms <= horizon_ms && wanted.state == PK_AGENDA_PLANNED;
        return new ? pk_occurrence_add(service->store, &wanted, now_ms, err) : 0;
    }
    if (same(&known, &wanted)) /* its words may be others: of title and subject no version is counted */
        return known.starts_ms > now_ms ? pk_campaigns_date_changed(service, keeping->actor, &known, keeping->done->quietly, now_ms,
                                                                    &keeping->done->effect, err)
                                        : 0;
    if (known.starts_ms <= now_ms && is_of_today(date, &known, &wanted, now_ms))
        return put(service, keeping, &known, &wanted, err);
    if (known.starts_ms <= now_ms) {
        if (date->day != 0)
            return 0; /* it has begun: history */
        (void) pk_fail(err, PK_E_CONFLICT, "it has begun");
        return pk_hint(err, PK_E_CONFLICT, "What has begun is not changed any more; plan another event.");
    }
    if (wanted.starts_ms <= now_ms)
        return into_the_past(date, err);
    return put(service, keeping, &known, &wanted, err);
}

/* ---- dates that are in the rule no more ---- */

struct gone {
    struct pk_occurrence *items;
    size_t count;
    const struct pk_date *dates;
    size_t date_count;
};

static int collect(void *ctx, const struct pk_occurrence *occurrence)
{
    struct gone *gone = ctx;
    if (occurrence->state != PK_AGENDA_PLANNED)
        return 0;
    for (size_t i = 0; i < gone->date_count; i++)
        if (gone->dates[i].day == occurrence->day)
            return 0;
    gone->items = pk_realloc_array(gone->items, gone->count + 1, sizeof *gone->items);
    gone->items[gone->count++] = *occurrence;
    return 0;
}

static int call_off_gone(struct pk_service *service, const struct pk_events_keeping *keeping, const struct pk_date *dates, size_t count,
                         struct pk_error *err)
{
    struct gone gone = { .dates = dates, .date_count = count };
    int r = pk_occurrences_of(service->store, keeping->event->id, keeping->now_ms + 1, SIZE_MAX >> 1, collect, &gone, err);
    for (size_t i = 0; r == 0 && i < gone.count; i++) {
        const struct pk_occurrence known = gone.items[i];
        gone.items[i].state = PK_AGENDA_CANCELLED;
        r = put(service, keeping, &known, &gone.items[i], err);
    }
    free(gone.items);
    return r;
}

/* ---- all of them ---- */

int pk_events_lay(struct pk_service *service, const struct pk_events_keeping *keeping, const struct pk_date *dates, size_t count, struct pk_error *err)
{
    struct pk_agenda_event *event = keeping->event;
    const int64_t now_ms = keeping->now_ms;
    int64_t horizon_ms = now_ms + PK_EVENTS_AHEAD_MS;
    int64_t edge_ms = event->laid_ms > 0 && event->laid_ms < now_ms ? event->laid_ms : now_ms;
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        r = follow(service, keeping, &dates[i], edge_ms, horizon_ms, err);
    if (r == 0)
        r = call_off_gone(service, keeping, dates, count, err);
    if (r == 0 && horizon_ms > event->laid_ms)
        event->laid_ms = horizon_ms;
    return r == 0 ? pk_agenda_put(service->store, event, err) : r;
}

static int extend(struct pk_service *service, struct pk_agenda_event *event, int64_t now_ms, struct pk_error *err)
{
    static const struct pk_actor gateway = { .role = PK_ROLE_SYSTEM, .name = "gateway", .purpose = "event" };
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct pk_events_done done = { 0 };
    const struct pk_events_keeping keeping = { .actor = &gateway, .event = event, .now_ms = now_ms, .done = &done };
    struct pk_agenda_change *changes = NULL;
    struct pk_date *dates = NULL;
    size_t change_count = 0, count = 0;
    int r = pk_wall_new(event->zone, &wall, err);
    if (r == 0)
        r = pk_agenda_changes(service->store, event->id, &changes, &change_count, err);
    if (r == 0)
        r = pk_recurrence_list(event, changes, change_count, wall, &dates, &count, err);
    if (r == 0)
        r = pk_events_lay(service, &keeping, dates, count, err);
    free(dates);
    free(changes);
    return r;
}

/* The edge moves by a day at least, so that a minute's step does not write a row for every event. */
bool pk_events_step(struct pk_service *service, int64_t now_ms)
{
    struct pk_store *store = service->store;
    for (int i = 0; i < STEPS_PER_TURN; i++) {
        struct pk_agenda_event event;
        struct pk_error err = { 0 };
        int r = pk_agenda_to_lay(store, now_ms + PK_EVENTS_AHEAD_MS - 24 * 3600 * 1000ll, &event, &err);
        if (r == PK_E_NOT_FOUND)
            return false;
        if (r == 0)
            r = pk_unit_begin(store, &err);
        if (r == 0) {
            r = extend(service, &event, now_ms, &err);
            if (r != 0)
                pk_unit_drop(store);
            else
                r = pk_unit_keep(store, &err);
        }
        if (r != 0) {
            pk_log(PK_LOG_ERROR, "events", "lay.failed", "reason", err.message, NULL);
            return false;
        }
    }
    return true;
}
