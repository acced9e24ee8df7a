/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/public_events.h"

#include "gateway/base/mem.h"
#include "gateway/model/ics.h"
#include "gateway/store/occurrences.h"
#include "gateway/store/rsvps.h"

#define LONGEST_MS ((PK_AGENDA_DAYS_MAX + 2) * 24 * 3600 * 1000ll) /* no date goes on for longer */
#define BEHIND_MAX ((size_t) (PK_AGENDA_DAYS_MAX + 2)) /* dates of a rule that began in this time: one a day */
#define ENOUGH 1 /* ends a walk that went well */

/* ---- which ---- */

static bool is_open(const struct pk_service *service, const struct pk_agenda_event *event)
{
    const struct pk_kind_rule *kind = pk_rules_kind(service->rules, pk_slice_of(event->kind));
    return kind && kind->open;
}

bool pk_public_is(const struct pk_service *service, const struct pk_agenda_event *event)
{
    return event->state == PK_AGENDA_PLANNED && is_open(service, event);
}

/* A draft that was put away is called off too; it never had a date in the ledger. */
static bool was_public(const struct pk_service *service, const struct pk_agenda_event *event)
{
    return event->state == PK_AGENDA_CANCELLED && event->laid_ms != 0 && is_open(service, event);
}

int pk_public_event(struct pk_service *service, int64_t id, int64_t now_ms, struct pk_agenda_event *ret_event, struct pk_error *err)
{
    int r = pk_agenda_get(service->store, id, ret_event, NULL);
    if (r != 0 && r != PK_E_NOT_FOUND)
        return pk_fail(err, r, "the event could not be read");
    bool shown = r == 0 && (pk_public_is(service, ret_event) || was_public(service, ret_event));
    return shown && ret_event->last_ms >= now_ms - PK_PUBLIC_BEHIND_MS ? 0 : pk_fail(err, PK_E_NOT_FOUND, "there is no such event");
}

/* ---- the dates of one ---- */

struct dating {
    struct pk_service *service;
    const struct pk_agenda_event *event;
    const struct pk_agenda_change *changes;
    size_t change_count, left;
    int64_t now_ms;
    int (*each)(void *ctx, const struct pk_public_date *date);
    void *ctx;
    struct pk_error *err;
};

/* A date of many differs from its rule; one that is once was told otherwise before. */
static bool is_changed(const struct dating *dating, const struct pk_occurrence *date)
{
    if (dating->event->rule[0] == '\0')
        return date->version > 1;
    for (size_t i = 0; i < dating->change_count; i++)
        if (dating->changes[i].day == date->day)
            return dating->changes[i].difference == PK_AGENDA_CHANGED;
    return false;
}

static int is_full(const struct dating *dating, const struct pk_occurrence *date, bool *ret_full)
{
    struct pk_rsvp_counts counts = { 0 };
    *ret_full = false;
    if (dating->event->capacity == 0)
        return 0;
    int r = pk_rsvps_count(dating->service->store, date->id, date->version, &counts, dating->err);
    *ret_full = r == 0 && counts.heads >= dating->event->capacity;
    return r;
}

static int look_at_date(void *ctx, const struct pk_occurrence *date)
{
    struct dating *dating = ctx;
    struct pk_public_date seen = { .starts_ms = date->starts_ms, .ends_ms = date->ends_ms, .off = date->state == PK_AGENDA_CANCELLED };
    if (date->ends_ms <= dating->now_ms)
        return 0;
    if (dating->left == 0)
        return ENOUGH;
    dating->left--;
    (void) snprintf(seen.place, sizeof seen.place, "%s", date->place);
    seen.changed = !seen.off && is_changed(dating, date);
    int r = seen.off ? 0 : is_full(dating, date, &seen.full);
    return r == 0 ? dating->each(dating->ctx, &seen) : r;
}

int pk_public_dates_each(struct pk_service *service, const struct pk_agenda_event *event, int64_t now_ms, size_t max,
                         int (*each)(void *ctx, const struct pk_public_date *date), void *ctx, struct pk_error *err)
{
    struct pk_agenda_change *changes = NULL;
    struct dating dating = { .service = service, .event = event, .left = max, .now_ms = now_ms, .each = each, .ctx = ctx, .err = err };
    int r = pk_agenda_changes(service->store, event->id, &changes, &dating.change_count, err);
    dating.changes = changes;
    if (r == 0)
        r = pk_occurrences_of(service->store, event->id, now_ms - LONGEST_MS, max + BEHIND_MAX, look_at_date, &dating, err);
    free(changes);
    return r == ENOUGH ? 0 : r;
}

/* ---- all ---- */

struct next {
    int64_t event, starts_ms;
};

struct listing {
    struct pk_service *service;
    int64_t now_ms;
    struct next *items;
    size_t count;
    struct pk_error *err;
};

static int take_next(void *ctx, const struct pk_occurrence *date)
{
    struct listing *listing = ctx;
    if (date->ends_ms <= listing->now_ms)
        return 0;
    listing->items[listing->count++].starts_ms = date->starts_ms;
    return ENOUGH;
}

static int take_event(void *ctx, const struct pk_agenda_event *event)
{
    struct listing *listing = ctx;
    if (!pk_public_is(listing->service, event) || listing->count == PK_AGENDA_OPEN_MAX)
        return 0;
    listing->items[listing->count].event = event->id;
    int r = pk_occurrences_of(listing->service->store, event->id, listing->now_ms - LONGEST_MS, 1 + BEHIND_MAX, take_next, listing, listing->err);
    return r == ENOUGH ? 0 : r;
}

static int by_start(const void *a, const void *b)
{
    const struct next *left = a, *right = b;
    return left->starts_ms != right->starts_ms ? (left->starts_ms > right->starts_ms) - (left->starts_ms < right->starts_ms)
                                               : (left->event > right->event) - (left->event < right->event);
}

int pk_public_events_each(struct pk_service *service, int64_t now_ms, size_t max, int (*each)(void *ctx, const struct pk_agenda_event *event),
                          void *ctx, struct pk_error *err)
{
    struct listing listing = { .service = service, .now_ms = now_ms, .err = err };
    struct pk_agenda_event event;
    listing.items = pk_alloc_array(PK_AGENDA_OPEN_MAX, sizeof *listing.items);
    int r = pk_agenda_list(service->store, PK_AGENDA_PLANNED, now_ms, 0, PK_AGENDA_OPEN_MAX, take_event, &listing, err);
    qsort(listing.items, listing.count, sizeof *listing.items, by_start);
    for (size_t i = 0; r == 0 && i < listing.count && i < max; i++) {
        r = pk_agenda_get(service->store, listing.items[i].event, &event, err);
        if (r == 0)
            r = each(ctx, &event);
    }
    free(listing.items);
    return r;
}

/* ---- as a file ---- */

int pk_public_event_calendar(struct pk_service *service, const struct pk_agenda_event *event, struct pk_buf *out, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct pk_agenda_change *changes = NULL;
    size_t count = 0;
    int r = pk_wall_new(event->zone, &wall, err);
    if (r == 0)
        r = pk_agenda_changes(service->store, event->id, &changes, &count, err);
    if (r == 0) {
        const struct pk_ics_writer writer = { .out = out, .wall = wall, .zone = event->zone, .instance = service->rules->instance };
        pk_ics_begin(&writer, pk_slice_of(service->rules->organisation));
        r = pk_ics_add(&writer, event, changes, count, err);
        pk_ics_end(&writer);
    }
    free(changes);
    return r == 0 && out->failed ? pk_fail(err, PK_E_LIMIT, "the calendar is too large") : r;
}
