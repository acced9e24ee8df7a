/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/events.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/model/ics.h"
#include "gateway/service/events_private.h"
#include "gateway/service/rights.h"
#include "gateway/service/seats.h"
#include "gateway/service/trail.h"

#define KINDS_NAMED 32

int pk_events_wall(const struct pk_service *service, struct pk_wall **ret_wall, struct pk_error *err)
{
    return pk_wall_new(service->rules->zone, ret_wall, err);
}

/* ---- rights ---- */

int pk_events_allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const struct pk_agenda_event *event,
                    struct pk_error *err)
{
    char object[PK_ID_TEXT_MAX] = "";
    const struct pk_kind_rule *kind = pk_rules_kind(service->rules, pk_slice_of(event->kind));
    struct pk_about about = { .owner = pk_slice_of(event->proposed_by) };
    if (kind)
        about.topic = pk_slice_of(kind->topic);
    if (event->id != 0)
        (void) pk_id_format(event->id, object);
    return pk_allow(service, actor, action, &about, object[0] ? object : NULL, err);
}

int pk_events_trail(struct pk_service *service, const struct pk_actor *actor, const char *action, int64_t id, int32_t day, int64_t now_ms,
                 struct pk_error *err)
{
    char object[PK_ID_TEXT_MAX], detail[PK_LOCAL_TEXT_MAX] = "";
    if (day != 0)
        (void) pk_day_text(day, detail);
    return pk_trail_done(service, actor, action, pk_id_format(id, object), detail, 0, now_ms, err);
}

/* ---- what is wrong with it ---- */

static int no_kind(const struct pk_service *service, const char *kind, struct pk_error *err)
{
    const struct pk_rules *rules = service->rules;
    const char *names[KINDS_NAMED];
    size_t count = rules->kind_count < KINDS_NAMED ? rules->kind_count : KINDS_NAMED;
    for (size_t i = 0; i < count; i++)
        names[i] = rules->kinds[i].name;
    const char *near = pk_nearest(pk_slice_of(kind), names, count);
    (void) pk_fail(err, PK_E_INVALID, "there is no kind of event \"%s\"", kind);
    if (near)
        return pk_hint(err, PK_E_INVALID, "Did you mean %s?", near);
    return pk_hint(err, PK_E_INVALID, "Name one of the [event NAME] sections of the configuration, or add it.");
}

static int check_languages(const struct pk_service *service, const char *languages, struct pk_error *err)
{
    struct pk_slice rest = pk_slice_of(languages), language;
    while (rest.len > 0 && pk_slice_cut(&rest, ',', &language)) {
        language = pk_slice_trim(language);
        if (!pk_catalog_has_language(service->catalog, language)) {
            (void) pk_fail(err, PK_E_INVALID, "there are no texts in the language \"%.*s\"", PK_SLICE_ARG(language));
            return pk_hint(err, PK_E_INVALID, "Name languages with commas, as their folders of texts are called: bg, nl.");
        }
    }
    return 0;
}

static void take_over(const struct pk_kind_rule *kind, struct pk_agenda_event *event)
{
    struct pk_agenda_when *when = &event->when;
    if (event->place[0] == '\0' && kind->place) {
        (void) snprintf(event->place, sizeof event->place, "%s", kind->place);
        if (event->place_short[0] == '\0' && kind->place_short)
            (void) snprintf(event->place_short, sizeof event->place_short, "%s", kind->place_short);
    }
    if (when->to == PK_EVENTS_NO_END) {
        int64_t end = when->from + kind->length_ms / 60000;
        when->to = (int32_t) (end % PK_DAY_MINUTES);
        when->days = (int32_t) (end / PK_DAY_MINUTES);
    }
}

int pk_events_ready(struct pk_service *service, struct pk_agenda_event *event, struct pk_wall *wall, struct pk_error *err)
{
    const struct pk_kind_rule *kind = pk_rules_kind(service->rules, pk_slice_of(event->kind));
    if (!kind)
        return no_kind(service, event->kind, err);
    (void) snprintf(event->zone, sizeof event->zone, "%s", service->rules->zone);
    take_over(kind, event);
    int r = pk_agenda_check(event, wall, err);
    if (r == 0)
        r = check_languages(service, event->languages, err);
    return r == 0 ? pk_recurrence_settle(event, wall, err) : r;
}

bool pk_events_same(const struct pk_agenda_event *a, const struct pk_agenda_event *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->title, b->title) == 0 && strcmp(a->subject, b->subject) == 0 &&
           strcmp(a->place, b->place) == 0 && strcmp(a->place_short, b->place_short) == 0 && strcmp(a->rule, b->rule) == 0 &&
           strcmp(a->languages, b->languages) == 0 && strcmp(a->zone, b->zone) == 0 && a->capacity == b->capacity && a->state == b->state &&
           memcmp(&a->when, &b->when, sizeof a->when) == 0;
}

/* ---- written ---- */

static int write_changes(struct pk_service *service, const struct pk_events_keeping *keeping, struct pk_error *err)
{
    struct pk_agenda_change *old = NULL;
    size_t count = 0;
    int r = pk_agenda_changes(service->store, keeping->event->id, &old, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = pk_agenda_change_drop(service->store, keeping->event->id, old[i].day, err);
    for (size_t i = 0; r == 0 && i < keeping->change_count; i++)
        r = pk_agenda_change_put(service->store, keeping->event->id, &keeping->changes[i], err);
    free(old);
    return r;
}

static int over(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_CONFLICT, "no date of it is still to come");
    return pk_hint(err, PK_E_CONFLICT, "Choose a day that is not past, or let it come back for longer.");
}

/* The end of all of it; PK_E_CONFLICT when nothing is still to come. */
static int last_of(struct pk_agenda_event *event, const struct pk_date *dates, size_t count, int64_t now_ms, struct pk_error *err)
{
    bool ahead = false;
    event->last_ms = 0;
    for (size_t i = 0; i < count; i++) {
        ahead |= dates[i].starts_ms > now_ms;
        if (dates[i].ends_ms > event->last_ms)
            event->last_ms = dates[i].ends_ms;
    }
    return ahead ? 0 : over(err);
}

int pk_events_keep(struct pk_service *service, const struct pk_events_keeping *keeping, struct pk_wall *wall, struct pk_error *err)
{
    struct pk_agenda_event *event = keeping->event;
    struct pk_agenda_change *stored = NULL;
    const struct pk_agenda_change *changes = keeping->changes;
    struct pk_date *dates = NULL;
    size_t change_count = keeping->change_count, count = 0;
    int r = keeping->replace ? 0 : pk_agenda_changes(service->store, event->id, &stored, &change_count, err);
    if (!keeping->replace)
        changes = stored;
    if (r == 0)
        r = pk_recurrence_list(event, changes, change_count, wall, &dates, &count, err);
    if (r == 0)
        r = last_of(event, dates, count, keeping->now_ms, err);
    event->updated_ms = keeping->now_ms;
    if (r == 0)
        r = keeping->fresh ? pk_agenda_add(service->store, event, keeping->now_ms, err) : pk_agenda_put(service->store, event, err);
    if (r == 0 && keeping->replace)
        r = write_changes(service, keeping, err);
    if (r == 0 && event->state != PK_AGENDA_DRAFT)
        r = pk_events_lay(service, keeping, dates, count, err);
    free(dates);
    free(stored);
    return r;
}

/* Nobody knows its dates yet. */
static int keep_new(struct pk_service *service, const struct pk_actor *actor, struct pk_agenda_event *event, bool fresh, struct pk_wall *wall,
                    int64_t now_ms, struct pk_error *err)
{
    struct pk_events_done done = { 0 };
    const struct pk_events_keeping keeping = { .actor = actor, .event = event, .fresh = fresh, .replace = fresh, .now_ms = now_ms, .done = &done };
    return pk_events_keep(service, &keeping, wall, err);
}

int pk_events_rewrite(struct pk_service *service, const struct pk_actor *actor, struct pk_agenda_event *event, struct pk_wall *wall, int64_t now_ms,
                      struct pk_events_done *done, struct pk_error *err)
{
    const struct pk_events_keeping keeping = { .actor = actor, .event = event, .now_ms = now_ms, .done = done };
    return pk_events_keep(service, &keeping, wall, err);
}

/* ---- planning ---- */

int pk_events_plan(struct pk_service *service, const struct pk_actor *actor, struct pk_agenda_event *event, bool draft, int64_t now_ms,
                   struct pk_error *err)
{
    char uid[PK_ICS_UID_MAX];
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    bool proposes = actor->role == PK_ROLE_KEY_PERSON;
    event->id = 0;
    event->sequence = 0;
    event->laid_ms = 0;
    event->created_ms = now_ms;
    event->state = draft || proposes ? PK_AGENDA_DRAFT : PK_AGENDA_PLANNED;
    (void) snprintf(event->proposed_by, sizeof event->proposed_by, "%s", proposes ? actor->name : "");
    int r = pk_events_allow(service, actor, event->state == PK_AGENDA_DRAFT ? PK_ACTION_EVENT_PROPOSE : PK_ACTION_EVENT_EDIT, event, err);
    if (r == 0)
        r = pk_events_wall(service, &wall, err);
    if (r == 0)
        r = pk_events_ready(service, event, wall, err);
    if (r != 0)
        return r;
    event->id = pk_id_ordered();
    pk_ics_uid(pk_slice_of(pk_ics_own_uid(event->id, service->rules->instance, uid)), event->uid);
    r = keep_new(service, actor, event, true, wall, now_ms, err);
    return r == 0 ? pk_events_trail(service, actor, proposes ? "event.propose" : "event.plan", event->id, 0, now_ms, err) : r;
}

int pk_events_accept(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_error *err)
{
    struct pk_agenda_event event;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_agenda_get(service->store, id, &event, err);
    if (r == 0)
        r = pk_events_allow(service, actor, PK_ACTION_EVENT_EDIT, &event, err);
    if (r == 0 && event.state != PK_AGENDA_DRAFT)
        r = pk_fail(err, PK_E_CONFLICT, "it is no draft: it is %s", pk_agenda_state_name((enum pk_agenda_state) event.state));
    if (r == 0)
        r = pk_events_wall(service, &wall, err);
    if (r == 0)
        r = pk_events_ready(service, &event, wall, err);
    if (r != 0)
        return r;
    event.state = PK_AGENDA_PLANNED;
    event.sequence++;
    r = keep_new(service, actor, &event, false, wall, now_ms, err);
    return r == 0 ? pk_events_trail(service, actor, "event.accept", id, 0, now_ms, err) : r;
}

/* ---- changing ---- */

int pk_events_open(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_agenda_event *ret_event, struct pk_wall **ret_wall,
                      struct pk_error *err)
{
    int r = pk_agenda_get(service->store, id, ret_event, err);
    if (r == 0)
        r = pk_events_allow(service, actor, ret_event->state == PK_AGENDA_DRAFT ? PK_ACTION_EVENT_PROPOSE : PK_ACTION_EVENT_EDIT, ret_event, err);
    if (r == 0 && ret_event->state == PK_AGENDA_CANCELLED) {
        (void) pk_fail(err, PK_E_CONFLICT, "this event was called off");
        r = pk_hint(err, PK_E_CONFLICT, "Plan it anew: who was told that it is off must be told of another.");
    }
    return r == 0 ? pk_events_wall(service, ret_wall, err) : r;
}

/* Differing dates that the rule does not give any more are forgotten with it. */
static int drop_strays(struct pk_service *service, const struct pk_agenda_event *event, struct pk_wall *wall, struct pk_error *err)
{
    struct pk_agenda_change *changes = NULL;
    int32_t *days = NULL;
    size_t count = 0, day_count = 0;
    int r = pk_agenda_changes(service->store, event->id, &changes, &count, err);
    if (r == 0)
        r = pk_recurrence_days(event, wall, &days, &day_count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (!pk_days_have(days, day_count, changes[i].day))
            r = pk_agenda_change_drop(service->store, event->id, changes[i].day, err);
    free(days);
    free(changes);
    return r;
}

int pk_events_change(struct pk_service *service, const struct pk_actor *actor, const struct pk_agenda_event *wanted, int64_t now_ms,
                     struct pk_events_done *done, struct pk_error *err)
{
    struct pk_agenda_event known, event = *wanted;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_events_open(service, actor, wanted->id, &known, &wall, err);
    if (r != 0)
        return r;
    event.state = known.state;
    event.sequence = known.sequence + 1;
    memcpy(event.uid, known.uid, sizeof event.uid);
    memcpy(event.proposed_by, known.proposed_by, sizeof event.proposed_by);
    event.laid_ms = known.laid_ms;
    event.created_ms = known.created_ms;
    if ((r = pk_events_ready(service, &event, wall, err)) != 0 || (r = pk_events_allow(service, actor, event.state == PK_AGENDA_DRAFT ? PK_ACTION_EVENT_PROPOSE : PK_ACTION_EVENT_EDIT, &event, err)) != 0)
        return r;
    done->changed = !pk_events_same(&known, &event);
    if (!done->changed)
        return 0;
    if (known.state != PK_AGENDA_DRAFT && (known.rule[0] == '\0') != (event.rule[0] == '\0')) {
        (void) pk_fail(err, PK_E_CONFLICT, "an event that is once cannot become one that comes back, nor the other way round");
        return pk_hint(err, PK_E_CONFLICT, "Cancel it and plan another, so that everybody who was told hears of both.");
    }
    r = drop_strays(service, &event, wall, err);
    if (r == 0)
        r = pk_events_rewrite(service, actor, &event, wall, now_ms, done, err);
    if (r == 0 && event.capacity != known.capacity)
        r = pk_seats_of_event(service, event.id, now_ms, err);
    return r == 0 ? pk_events_trail(service, actor, "event.change", event.id, 0, now_ms, err) : r;
}

int pk_events_cancel(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_events_done *done,
                     struct pk_error *err)
{
    struct pk_agenda_event event;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int r = pk_agenda_get(service->store, id, &event, err);
    done->changed = false;
    if (r == 0)
        r = pk_events_allow(service, actor, event.state == PK_AGENDA_DRAFT ? PK_ACTION_EVENT_PROPOSE : PK_ACTION_EVENT_EDIT, &event, err);
    if (r != 0 || event.state == PK_AGENDA_CANCELLED)
        return r;
    if ((r = pk_events_wall(service, &wall, err)) != 0)
        return r;
    bool draft = event.state == PK_AGENDA_DRAFT;
    event.state = PK_AGENDA_CANCELLED;
    event.sequence++;
    event.updated_ms = now_ms;
    /* A draft has no dates; one of yesterday may be put away too. */
    r = draft ? pk_agenda_put(service->store, &event, err) : pk_events_rewrite(service, actor, &event, wall, now_ms, done, err);
    done->changed = r == 0;
    return r == 0 ? pk_events_trail(service, actor, "event.cancel", id, 0, now_ms, err) : r;
}
