/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Calendar files in and out. A file is read whole before anything is planned: an event and the dates of it that differ stand
 * apart in it, in any order. It is taken whole or not at all, in the unit of whoever calls.
 */
#include "gateway/base/id.h"
#include "gateway/model/ics.h"
#include "gateway/service/events_private.h"
#include "gateway/service/public_events.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"

#define ITEMS_MAX 2000u
#define FILE_DATES_MAX 5000u /* of all its events together: one turn writes them */

/* ---- a file in memory ---- */

struct item {
    struct pk_ics_item item;
    int32_t *skipped; /* owned */
    bool used; /* a date that found its event */
};

struct file {
    struct item *items;
    size_t count;
};

static int take(void *ctx, const struct pk_ics_item *seen, struct pk_error *err)
{
    struct file *file = ctx;
    if (file->count == ITEMS_MAX) {
        (void) pk_fail(err, PK_E_LIMIT, "the calendar file holds more than %u events", ITEMS_MAX);
        return pk_hint(err, PK_E_LIMIT, "Export less of the calendar at once.");
    }
    if (file->count % 64 == 0)
        file->items = pk_realloc_array(file->items, file->count + 64, sizeof *file->items);
    struct item *item = &file->items[file->count++];
    *item = (struct item){ .item = *seen };
    if (seen->skipped_count > 0) {
        item->skipped = pk_alloc_array(seen->skipped_count, sizeof *item->skipped);
        memcpy(item->skipped, seen->skipped, seen->skipped_count * sizeof *item->skipped);
    }
    item->item.skipped = item->skipped;
    return 0;
}

static void forget(struct file *file)
{
    for (size_t i = 0; i < file->count; i++)
        free(file->items[i].skipped);
    free(file->items);
}

/* ---- dates that differ ---- */

struct gathering {
    struct pk_agenda_change changes[PK_DATES_MAX];
    size_t count;
};

static int gather_one(struct gathering *gathering, const struct pk_agenda_change *change, struct pk_error *err)
{
    for (size_t i = 0; i < gathering->count; i++)
        if (gathering->changes[i].day == change->day) {
            gathering->changes[i] = *change; /* the later word holds */
            return 0;
        }
    if (gathering->count == PK_DATES_MAX)
        return pk_fail(err, PK_E_LIMIT, "more than %d dates of an event differ", PK_DATES_MAX);
    gathering->changes[gathering->count++] = *change;
    return 0;
}

static int by_day(const void *a, const void *b)
{
    const struct pk_agenda_change *left = a, *right = b;
    return (left->day > right->day) - (left->day < right->day);
}

static int no_date(const struct pk_agenda_event *event, int32_t day, struct pk_error *err)
{
    char text[PK_LOCAL_TEXT_MAX];
    (void) pk_fail(err, PK_E_INVALID, "event \"%.60s\": its rule does not give %s, which the file says is different", event->title, pk_day_text(day, text));
    return pk_hint(err, PK_E_INVALID, "Give that day as an event of its own.");
}

struct rule_days {
    int32_t *items;
    size_t count;
};

static int gather_by(struct file *file, const struct item *master, const struct pk_agenda_event *event, const struct rule_days *days,
                     struct gathering *gathering, struct pk_error *err)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < master->item.skipped_count; i++) {
        const struct pk_agenda_change change = { .day = master->item.skipped[i], .difference = PK_AGENDA_SKIPPED };
        if (pk_days_have(days->items, days->count, change.day)) /* one that was none anyway is not missed */
            r = gather_one(gathering, &change, err);
    }
    for (size_t i = 0; r == 0 && i < file->count; i++) {
        struct item *item = &file->items[i];
        const struct pk_agenda_event *date = &item->item.event;
        if (item->item.date == 0 || memcmp(date->uid, master->item.event.uid, sizeof date->uid) != 0)
            continue;
        struct pk_agenda_change change = { .day = item->item.date, .difference = item->item.cancelled ? PK_AGENDA_CALLED_OFF : PK_AGENDA_CHANGED,
                                           .when = date->when };
        item->used = true;
        if (!pk_days_have(days->items, days->count, change.day))
            return no_date(event, change.day, err);
        if (item->item.cancelled) {
            change.when = event->when;
            change.when.day = change.day;
        } else if (strcmp(date->place, event->place) != 0 && date->place[0]) {
            (void) snprintf(change.place, sizeof change.place, "%s", date->place);
        }
        r = gather_one(gathering, &change, err);
    }
    qsort(gathering->changes, gathering->count, sizeof gathering->changes[0], by_day);
    return r;
}

static int gather(struct file *file, const struct item *master, const struct pk_agenda_event *event, struct pk_wall *wall,
                  struct gathering *gathering, struct pk_error *err)
{
    struct rule_days days = { 0 };
    int r = pk_recurrence_days(event, wall, &days.items, &days.count, err);
    if (r == 0)
        r = gather_by(file, master, event, &days, gathering, err);
    free(days.items);
    return r;
}

static bool same_changes(const struct pk_agenda_change *a, size_t a_count, const struct gathering *b)
{
    if (a_count != b->count)
        return false;
    for (size_t i = 0; i < a_count; i++) {
        const struct pk_agenda_change *x = &a[i], *y = &b->changes[i];
        bool hours = x->difference != PK_AGENDA_CHANGED || (memcmp(&x->when, &y->when, sizeof x->when) == 0 && strcmp(x->place, y->place) == 0);
        if (x->day != y->day || x->difference != y->difference || !hours)
            return false;
    }
    return true;
}

/* A file knows no short places: where the place is the same, so is its short form. */
static void keep_short_places(const struct pk_agenda_change *known, size_t count, struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->count; i++)
        for (size_t j = 0; j < count; j++)
            if (known[j].day == gathering->changes[i].day && strcmp(known[j].place, gathering->changes[i].place) == 0)
                memcpy(gathering->changes[i].place_short, known[j].place_short, sizeof known[j].place_short);
}

/* ---- events ---- */

struct importing {
    struct pk_service *service;
    const struct pk_actor *actor;
    struct pk_slice kind;
    bool draft;
    int64_t now_ms;
    struct pk_wall *wall;
    struct file file;
    struct gathering gathering;
    size_t dates; /* of the events so far */
    struct pk_events_done changes; /* of all events so far */
    struct pk_events_imported done;
};

/* *ret_known: it is here already, by its own name or another calendar's. */
static int find(struct importing *im, const struct pk_agenda_event *seen, struct pk_agenda_event *ret_event, bool *ret_known, struct pk_error *err)
{
    struct pk_store *store = im->service->store;
    int r = seen->id != 0 ? pk_agenda_get(store, seen->id, ret_event, err) : PK_E_NOT_FOUND;
    if (r == PK_E_NOT_FOUND)
        r = pk_agenda_by_uid(store, seen->uid, ret_event, err);
    *ret_known = r == 0;
    return r == PK_E_NOT_FOUND ? 0 : r;
}

/* What the file says, over what is known; of what a file does not know the known stays. */
static void overlay(const struct importing *im, const struct pk_agenda_event *seen, bool known, struct pk_agenda_event *event)
{
    bool says_kind = pk_rules_kind(im->service->rules, pk_slice_of(seen->kind)) != NULL;
    if (known && strcmp(seen->place, event->place) != 0)
        event->place_short[0] = '\0';
    if (!known)
        *event = (struct pk_agenda_event){ .created_ms = im->now_ms, .state = im->draft ? PK_AGENDA_DRAFT : PK_AGENDA_PLANNED };
    if (says_kind)
        memcpy(event->kind, seen->kind, sizeof event->kind);
    else if (!known)
        (void) snprintf(event->kind, sizeof event->kind, "%.*s", PK_SLICE_ARG(im->kind));
    memcpy(event->title, seen->title, sizeof event->title);
    memcpy(event->place, seen->place, sizeof event->place);
    memcpy(event->rule, seen->rule, sizeof event->rule);
    event->when = seen->when;
    if (!known)
        memcpy(event->uid, seen->uid, sizeof event->uid);
}

static int write(struct importing *im, struct pk_agenda_event *event, bool fresh, struct pk_error *err)
{
    char object[PK_ID_TEXT_MAX];
    const struct pk_events_keeping keeping = { .actor = im->actor, .done = &im->changes, .event = event, .changes = im->gathering.changes, .change_count = im->gathering.count,
                                               .replace = true, .fresh = fresh, .now_ms = im->now_ms };
    if (fresh)
        event->id = pk_id_ordered();
    int r = pk_events_keep(im->service, &keeping, im->wall, err);
    return r == 0 ? pk_trail_done(im->service, im->actor, "event.import", pk_id_format(event->id, object), "", 0, im->now_ms, err) : r;
}

/* Is any date of it still to come? */
static int ahead(struct importing *im, const struct pk_agenda_event *event, bool *ret_ahead, struct pk_error *err)
{
    struct pk_date *dates = NULL;
    size_t count = 0;
    int r = pk_recurrence_list(event, im->gathering.changes, im->gathering.count, im->wall, &dates, &count, err);
    *ret_ahead = false;
    for (size_t i = 0; r == 0 && i < count; i++)
        *ret_ahead |= dates[i].starts_ms > im->now_ms;
    if (r == 0)
        free(dates);
    if (r == 0 && (im->dates += count) > FILE_DATES_MAX) {
        (void) pk_fail(err, PK_E_LIMIT, "the events of the file have more than %u dates together", FILE_DATES_MAX);
        r = pk_hint(err, PK_E_LIMIT, "Export less of the calendar at once, or let rules end earlier.");
    }
    return r;
}

static int renew(struct importing *im, const struct pk_agenda_event *known, struct pk_agenda_event *event, struct pk_error *err)
{
    struct pk_agenda_change *changes = NULL;
    size_t count = 0;
    int r = pk_agenda_changes(im->service->store, event->id, &changes, &count, err);
    if (r != 0)
        return r;
    keep_short_places(changes, count, &im->gathering);
    bool same = pk_events_same(known, event) && same_changes(changes, count, &im->gathering);
    free(changes);
    if (same) {
        im->done.unchanged++;
        return 0;
    }
    if (known->state != PK_AGENDA_DRAFT && (known->rule[0] == '\0') != (event->rule[0] == '\0'))
        return pk_fail(err, PK_E_CONFLICT, "event \"%.60s\": it was once and comes back now, or the other way round", event->title);
    event->sequence++;
    im->done.changed++;
    return write(im, event, false, err);
}

static int take_in(struct importing *im, struct item *item, struct pk_error *err)
{
    struct pk_agenda_event known, event;
    bool there = false, comes = false;
    int r = find(im, &item->item.event, &known, &there, err);
    if (r != 0)
        return r;
    if (item->item.cancelled || (there && known.state == PK_AGENDA_CANCELLED)) {
        im->changes.changed = false;
        for (size_t i = 0; i < im->file.count; i++)
            im->file.items[i].used |= memcmp(im->file.items[i].item.event.uid, item->item.event.uid, PK_AGENDA_UID_BYTES) == 0;
        if (there && item->item.cancelled)
            r = pk_events_cancel(im->service, im->actor, known.id, im->now_ms, &im->changes, err);
        *(im->changes.changed ? &im->done.cancelled : there ? &im->done.unchanged : &im->done.over) += 1;
        return r;
    }
    event = known;
    overlay(im, &item->item.event, there, &event);
    im->gathering.count = 0;
    r = pk_events_ready(im->service, &event, im->wall, err);
    if (r == 0)
        r = pk_events_allow(im->service, im->actor, event.state == PK_AGENDA_DRAFT ? PK_ACTION_EVENT_PROPOSE : PK_ACTION_EVENT_EDIT, &event, err);
    if (r == 0)
        r = gather(&im->file, item, &event, im->wall, &im->gathering, err);
    if (r == 0)
        r = ahead(im, &event, &comes, err);
    if (r != 0)
        return r;
    if (!comes) {
        im->done.over++;
        return 0;
    }
    if (there)
        return renew(im, &known, &event, err);
    im->done.planned++;
    return write(im, &event, true, err);
}

static int take_all(struct importing *im, struct pk_error *err)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < im->file.count; i++)
        if (im->file.items[i].item.date == 0 && (r = take_in(im, &im->file.items[i], err)) != 0 && im->file.items[i].item.event.title[0] &&
            r != PK_E_DENIED)
            pk_error_prefix(err, "event \"%.60s\"", im->file.items[i].item.event.title);
    for (size_t i = 0; r == 0 && i < im->file.count; i++)
        if (im->file.items[i].item.date != 0 && !im->file.items[i].used) {
            r = pk_fail(err, PK_E_INVALID, "event \"%.60s\": the file changes a date of it, but not the event itself is in it",
                        im->file.items[i].item.event.title);
            (void) pk_hint(err, r, "Export the event with all its dates, or change the date with pokana events change ID --date DAY.");
        }
    return r;
}

int pk_events_import(struct pk_service *service, const struct pk_actor *actor, struct pk_slice file, struct pk_slice kind, bool draft,
                     bool quietly, int64_t now_ms, struct pk_events_imported *ret_imported, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_allow(service, actor, PK_ACTION_EVENT_EDIT, NULL, "a calendar file", err);
    if (r == 0 && kind.len > PK_AGENDA_KIND_MAX)
        r = pk_fail(err, PK_E_INVALID, "there is no such kind of event");
    if (r == 0)
        r = pk_events_wall(service, &wall, err);
    if (r != 0)
        return r;
    struct importing *im = pk_alloc(sizeof *im);
    im->service = service;
    im->actor = actor;
    im->kind = kind;
    im->draft = draft;
    im->changes.quietly = quietly;
    im->now_ms = now_ms;
    im->wall = wall;
    r = pk_ics_read(file, service->rules->zone, service->rules->instance, take, &im->file, err);
    if (r == 0)
        r = take_all(im, err);
    im->done.effect = im->changes.effect;
    if (r == 0)
        *ret_imported = im->done;
    forget(&im->file);
    free(im);
    return r;
}

/* ---- out ---- */

struct exporting {
    struct pk_service *service;
    struct pk_ics_writer writer;
    struct pk_slice topic;
    bool open_only;
    struct pk_error *err;
};

static int export_one(void *ctx, const struct pk_agenda_event *event)
{
    struct exporting *ex = ctx;
    struct pk_agenda_change *changes = NULL;
    size_t count = 0;
    const struct pk_kind_rule *kind = pk_rules_kind(ex->service->rules, pk_slice_of(event->kind));
    if (event->state == PK_AGENDA_DRAFT || strcmp(event->zone, ex->writer.zone) != 0)
        return 0;
    if (ex->open_only && !pk_public_is(ex->service, event))
        return 0;
    if (ex->topic.len > 0 && (!kind || !pk_slice_is(ex->topic, kind->topic)))
        return 0;
    int r = pk_agenda_changes(ex->service->store, event->id, &changes, &count, ex->err);
    if (r == 0)
        r = pk_ics_add(&ex->writer, event, changes, count, ex->err);
    free(changes);
    return r;
}

static int export(struct exporting *ex, struct pk_slice name, int64_t since_ms, struct pk_buf *out, const struct pk_actor *actor, struct pk_error *err)
{
    struct pk_service *service = ex->service;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_events_wall(service, &wall, err);
    if (r != 0)
        return r;
    ex->writer = (struct pk_ics_writer){ .out = out, .wall = wall, .zone = service->rules->zone, .instance = service->rules->instance };
    ex->err = err;
    pk_ics_begin(&ex->writer, name);
    r = actor ? pk_events_each(service, actor, 0, since_ms, 0, PK_AGENDA_OPEN_MAX * 2, export_one, ex, err)
              : pk_agenda_list(service->store, PK_AGENDA_PLANNED, since_ms, 0, PK_AGENDA_OPEN_MAX * 2, export_one, ex, err);
    pk_ics_end(&ex->writer);
    return r == 0 && out->failed ? pk_fail(err, PK_E_LIMIT, "the calendar is too large") : r;
}

int pk_events_export(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_buf *out, struct pk_error *err)
{
    struct exporting ex = { .service = service };
    return export(&ex, pk_slice_of(service->rules->organisation), now_ms, out, actor, err);
}

int pk_events_calendar(struct pk_service *service, struct pk_slice topic, int64_t now_ms, struct pk_buf *out, struct pk_error *err)
{
    struct exporting ex = { .service = service, .topic = topic, .open_only = true };
    if (topic.len > 0 && !pk_rules_topic(service->rules, topic))
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such calendar");
    return export(&ex, pk_slice_of(service->rules->organisation), now_ms - PK_PUBLIC_BEHIND_MS, out, NULL, err);
}
