/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events at a desk: listed, planned, changed, called off, one date or all of them. Where people know the date as it was, the change is
 * tried first and its reader is asked whether they shall be told; nothing is kept before that is answered.
 */
#include "gateway/base/code.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office_campaign.h"
#include "gateway/console/staff_words.h"
#include "gateway/store/agenda.h"

#define EVENTS_MAX 120u
#define DATES_MAX 30u
#define FIELD_MAX 260
#define SHORT_MAX 24
#define PATH_ROOM 96

/* What stands in the fields; texts, since a mistake is shown as it was typed. */
struct fields {
    char kind[FIELD_MAX], title[FIELD_MAX], subject[FIELD_MAX], place[FIELD_MAX], place_short[FIELD_MAX], rule[FIELD_MAX], languages[FIELD_MAX];
    char day[SHORT_MAX], from[SHORT_MAX], to[SHORT_MAX], end_day[SHORT_MAX], capacity[SHORT_MAX], repeat[SHORT_MAX], until[SHORT_MAX];
};

struct event_page {
    struct pk_visit visit; /* first */
    struct pk_staff staff;
    int64_t id; /* 0 = a new one */
    int32_t day; /* one date of an event that comes back */
    struct pk_agenda_event event;
    struct pk_agenda_change date;
    struct fields fields;
    struct pk_events_done done;
    bool trying, asks; /* the change is only tried; the question is shown */
    char act[SHORT_MAX], tell[SHORT_MAX];
    struct pk_error wrong;
};

/* ---- fields and events ---- */

static void put_hour(char to[SHORT_MAX], int32_t minute)
{
    (void) snprintf(to, SHORT_MAX, "%02d:%02d", minute / 60, minute % 60);
}

static void put_when(const struct pk_agenda_when *when, struct fields *fields)
{
    char text[PK_LOCAL_TEXT_MAX];
    (void) snprintf(fields->day, sizeof fields->day, "%s", pk_day_text(when->day, text));
    put_hour(fields->from, when->from);
    put_hour(fields->to, when->to);
    fields->end_day[0] = '\0';
    if (when->days > 0)
        (void) snprintf(fields->end_day, sizeof fields->end_day, "%s", pk_day_text(pk_day_of_number(pk_day_number(when->day) + when->days), text));
}

static void put_event(const struct pk_agenda_event *event, struct fields *fields)
{
    (void) snprintf(fields->kind, sizeof fields->kind, "%s", event->kind);
    (void) snprintf(fields->title, sizeof fields->title, "%s", event->title);
    (void) snprintf(fields->subject, sizeof fields->subject, "%s", event->subject);
    (void) snprintf(fields->place, sizeof fields->place, "%s", event->place);
    (void) snprintf(fields->place_short, sizeof fields->place_short, "%s", event->place_short);
    (void) snprintf(fields->rule, sizeof fields->rule, "%s", event->rule);
    (void) snprintf(fields->languages, sizeof fields->languages, "%s", event->languages);
    if (event->capacity > 0)
        (void) snprintf(fields->capacity, sizeof fields->capacity, "%d", event->capacity);
    put_when(&event->when, fields);
}

static void read_fields(struct pk_visit *visit, struct fields *fields)
{
    const struct {
        const char *name;
        char *to;
        size_t size;
    } all[] = {
        { "kind", fields->kind, sizeof fields->kind },          { "title", fields->title, sizeof fields->title },
        { "subject", fields->subject, sizeof fields->subject }, { "place", fields->place, sizeof fields->place },
        { "placeShort", fields->place_short, sizeof fields->place_short }, { "rule", fields->rule, sizeof fields->rule },
        { "languages", fields->languages, sizeof fields->languages }, { "day", fields->day, sizeof fields->day },
        { "from", fields->from, sizeof fields->from },          { "to", fields->to, sizeof fields->to },
        { "endDay", fields->end_day, sizeof fields->end_day },  { "capacity", fields->capacity, sizeof fields->capacity },
        { "repeat", fields->repeat, sizeof fields->repeat },    { "until", fields->until, sizeof fields->until },
    };
    for (size_t i = 0; i < PK_COUNT(all); i++)
        pk_office_field(visit, all[i].name, all[i].to, all[i].size);
}

/* "09:00" too, as a field of hours writes it. */
static int read_hour(const char *text, const char *name, int32_t *ret_minute, struct pk_error *err)
{
    struct pk_slice hour = pk_slice_of(text);
    if (hour.len == 5 && hour.data[0] == '0')
        hour = pk_slice_make(hour.data + 1, 4);
    return pk_minute_parse(hour, ret_minute) == 0 ? 0 : pk_fail(err, PK_E_INVALID, "the hour \"%s\" is none", name);
}

static int read_when(const struct fields *fields, struct pk_agenda_when *when, struct pk_error *err)
{
    int32_t end = 0;
    if (pk_day_parse(pk_slice_of(fields->day), &when->day) != 0)
        return pk_fail(err, PK_E_INVALID, "the day is none");
    int r = read_hour(fields->from, "from", &when->from, err);
    when->days = 0;
    when->to = PK_EVENTS_NO_END;
    if (r == 0 && fields->to[0])
        r = read_hour(fields->to, "to", &when->to, err);
    if (r != 0 || !fields->end_day[0])
        return r;
    if (pk_day_parse(pk_slice_of(fields->end_day), &end) != 0 || !fields->to[0])
        return pk_fail(err, PK_E_INVALID, "the last day is none, or no hour is said for it");
    when->days = pk_day_number(end) - pk_day_number(when->day);
    return 0;
}

/* Weekly until a day, and the like; anything else is a rule in its own words. */
static int read_rule(const struct fields *fields, struct pk_agenda_event *event, struct pk_error *err)
{
    static const struct {
        const char *name, *rule;
    } repeats[] = { { "week", "FREQ=WEEKLY" }, { "weeks", "FREQ=WEEKLY;INTERVAL=2" }, { "month", "FREQ=MONTHLY" }, { "year", "FREQ=YEARLY" } };
    int32_t until = 0;
    (void) snprintf(event->rule, sizeof event->rule, "%.*s", PK_AGENDA_RULE_MAX, fields->rule);
    for (size_t i = 0; i < PK_COUNT(repeats); i++) {
        if (strcmp(fields->repeat, repeats[i].name) != 0)
            continue;
        if (pk_day_parse(pk_slice_of(fields->until), &until) != 0)
            return pk_fail(err, PK_E_INVALID, "the day until which it comes back is none");
        (void) snprintf(event->rule, sizeof event->rule, "%s;UNTIL=%08d", repeats[i].rule, until);
    }
    return 0;
}

static int copy(const char *what, const char *from, char *to, size_t size, struct pk_error *err)
{
    if (strlen(from) >= size)
        return pk_fail(err, PK_E_INVALID, "the %s is too long", what);
    (void) snprintf(to, size, "%s", from);
    return 0;
}

static int read_event(const struct fields *fields, struct pk_agenda_event *event, struct pk_error *err)
{
    int64_t capacity = 0;
    int r = copy("kind", fields->kind, event->kind, sizeof event->kind, err);
    if (r == 0)
        r = copy("title", fields->title, event->title, sizeof event->title, err);
    if (r == 0)
        r = copy("subject", fields->subject, event->subject, sizeof event->subject, err);
    if (r == 0)
        r = copy("place", fields->place, event->place, sizeof event->place, err);
    if (r == 0)
        r = copy("short place", fields->place_short, event->place_short, sizeof event->place_short, err);
    if (r == 0)
        r = copy("languages", fields->languages, event->languages, sizeof event->languages, err);
    if (r == 0 && fields->capacity[0] && pk_parse_int(pk_slice_of(fields->capacity), 0, PK_AGENDA_CAPACITY_MAX, &capacity) != 0)
        r = pk_fail(err, PK_E_INVALID, "the capacity must be a number from 0 to %d; 0 is no limit", PK_AGENDA_CAPACITY_MAX);
    event->capacity = (int32_t) capacity;
    if (r == 0)
        r = read_rule(fields, event, err);
    return r == 0 ? read_when(fields, &event->when, err) : r;
}

/* ---- found ---- */

static struct event_page *open_page(struct pk_visit *visit, enum pk_action action)
{
    struct event_page *page = pk_visit_stay(visit, sizeof *page, NULL);
    return pk_office_opened(&page->visit, action, &page->staff) ? page : NULL;
}

/* The event of the path, or the one date of it. False: answered. */
static bool find(struct event_page *page)
{
    struct pk_visit *visit = &page->visit;
    struct pk_error err = { 0 };
    int r = pk_office_date_parse(visit->place, &page->id, &page->day, &err);
    if (r == 0)
        r = pk_events_show(visit->call->service, &page->staff.acting.actor, page->id, &page->event, &err);
    if (r == 0)
        put_event(&page->event, &page->fields);
    if (r == 0 && page->day != 0) {
        r = pk_events_date(visit->call->service, &page->event, page->day, &page->date, &err);
        put_when(&page->date.when, &page->fields);
        (void) snprintf(page->fields.place, sizeof page->fields.place, "%s", page->date.place);
        (void) snprintf(page->fields.place_short, sizeof page->fields.place_short, "%s", page->date.place_short);
    }
    if (r != 0)
        pk_visit_trouble(visit, &err);
    return r == 0;
}

/* ---- shown ---- */

static void add_kinds(struct pk_visit *visit, const char *chosen)
{
    const struct pk_rules *rules = visit->call->service->rules;
    pk_json_open(&visit->out, "kinds", '[');
    for (size_t i = 0; i < rules->kind_count; i++) {
        const char *name = pk_tagged_find(&rules->kinds[i].names, pk_slice_of(pk_visit_language(visit)));
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "value", rules->kinds[i].name);
        pk_json_add_text(&visit->out, "label", name ? name : rules->kinds[i].name);
        pk_json_add_bool(&visit->out, "chosen", strcmp(chosen, rules->kinds[i].name) == 0);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* As it was typed, in every script, and nameLanguage: what its letters say of it. */
static void add_typed(struct pk_visit *visit, const char *name, const char *text)
{
    char language[32];
    (void) snprintf(language, sizeof language, "%sLanguage", name);
    pk_json_add_text(&visit->out, name, text);
    pk_json_add_text(&visit->out, language, pk_staff_written_in(pk_slice_of(text)));
}

static void add_fields(struct pk_visit *visit, const struct fields *fields)
{
    struct pk_json_out *out = &visit->out;
    add_kinds(visit, fields->kind);
    pk_json_add_text(out, "kind", fields->kind);
    add_typed(visit, "title", fields->title);
    add_typed(visit, "subject", fields->subject);
    add_typed(visit, "place", fields->place);
    add_typed(visit, "placeShort", fields->place_short);
    pk_json_add_text(out, "rule", fields->rule);
    pk_json_add_text(out, "spokenThere", fields->languages);
    pk_json_add_text(out, "day", fields->day);
    pk_json_add_text(out, "from", fields->from);
    pk_json_add_text(out, "to", fields->to);
    pk_json_add_text(out, "endDay", fields->end_day);
    pk_json_add_text(out, "capacity", fields->capacity);
    pk_json_add_text(out, "until", fields->until);
}

struct dating {
    struct pk_visit *visit;
    const struct pk_agenda_event *event;
};

static int add_date(void *ctx, const struct pk_occurrence *date)
{
    const struct dating *dating = ctx;
    struct pk_visit *visit = dating->visit;
    char path[PK_DATE_PLACE_MAX];
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "path", pk_office_date_text(dating->event->id, date->day, path));
    pk_staff_add_moment(visit, "begins", date->starts_ms);
    pk_json_add_text(&visit->out, "elsewhere", strcmp(date->place, dating->event->place) != 0 ? date->place : "");
    pk_json_add_bool(&visit->out, "off", date->state == PK_AGENDA_CANCELLED);
    pk_json_close(&visit->out, '}');
    return 0;
}

static int add_dates(struct event_page *page, struct pk_error *err)
{
    struct pk_visit *visit = &page->visit;
    struct dating dating = { visit, &page->event };
    pk_json_open(&visit->out, "dates", '[');
    int r = page->id != 0 && page->event.state != PK_AGENDA_DRAFT && page->event.rule[0]
                ? pk_occurrences_of(visit->call->service->store, page->id, visit->call->now_ms, DATES_MAX, add_date, &dating, err)
                : 0;
    pk_json_close(&visit->out, ']');
    return r;
}

/* Whom the change concerns, where it is asked about. */
static void add_question(struct event_page *page)
{
    const struct pk_campaigns_effect *effect = &page->done.effect;
    struct pk_visit *visit = &page->visit;
    pk_json_add_bool(&visit->out, "question", page->asks);
    pk_json_add_int(&visit->out, "know", effect->know);
    pk_json_add_bool(&visit->out, "oneKnows", effect->know == 1);
    pk_json_add_int(&visit->out, "toldNow", effect->told);
    pk_staff_add_moment(visit, "tells", effect->tells_ms);
    pk_json_add_text(&visit->out, "silent", effect->silent);
    pk_json_add_text(&visit->out, "act", page->act);
    pk_json_add_bool(&visit->out, "cancels", strcmp(page->act, "cancel") == 0);
}

static void show(struct event_page *page)
{
    struct pk_visit *visit = &page->visit;
    const struct pk_actor *actor = &page->staff.acting.actor;
    struct pk_error err = { 0 };
    char place[PK_DATE_PLACE_MAX] = "new";
    bool draft = page->event.state == PK_AGENDA_DRAFT, off = page->event.state == PK_AGENDA_CANCELLED;
    if (page->id != 0)
        (void) pk_office_date_text(page->id, page->day, place);
    pk_json_add_text(&visit->out, "at", place);
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, page->id ? "office.events" : "agenda.new"));
    pk_json_add_bool(&visit->out, "fresh", page->id == 0);
    pk_json_add_bool(&visit->out, "one", page->day != 0);
    pk_json_add_bool(&visit->out, "draft", draft);
    pk_json_add_bool(&visit->out, "off", off);
    pk_json_add_bool(&visit->out, "planned", page->event.state == PK_AGENDA_PLANNED);
    pk_json_add_bool(&visit->out, "editable", !off && pk_may(actor, PK_ACTION_EVENT_EDIT, NULL, NULL) == 0);
    pk_json_add_bool(&visit->out, "invites", page->event.state == PK_AGENDA_PLANNED && (page->day != 0 || !page->event.rule[0]) && pk_may(actor, PK_ACTION_CAMPAIGN_EDIT, NULL, NULL) == 0);
    pk_json_add_text(&visit->out, "proposedBy", page->event.proposed_by);
    pk_staff_add_theirs(visit, "heading", pk_slice_of(page->event.title));
    pk_staff_add_flag(visit, "saved");
    pk_staff_add_flag(visit, "old");
    add_fields(visit, &page->fields);
    add_question(page);
    pk_office_add_wrong(visit, &page->wrong);
    int r = add_dates(page, &err);
    if (r == 0)
        pk_office_show(visit, &page->staff, page->wrong.code != 0 ? pk_code_http_status(page->wrong.code) : 200, "events", page->asks ? "office-event-ask" : "office-event");
    else
        pk_visit_trouble(visit, &err);
}

void pk_office_event_page(struct pk_visit *visit)
{
    struct event_page *page = open_page(visit, PK_ACTION_EVENT_VIEW);
    if (page && find(page))
        show(page);
}

void pk_office_event_new_page(struct pk_visit *visit)
{
    struct event_page *page = open_page(visit, PK_ACTION_EVENT_EDIT);
    if (page)
        show(page);
}

/* ---- planned, changed, called off ---- */

static int change(struct event_page *page, struct pk_error *err)
{
    struct pk_visit *visit = &page->visit;
    struct pk_service *service = visit->call->service;
    const struct pk_actor *actor = &page->staff.acting.actor;
    int64_t now_ms = visit->call->now_ms;
    struct pk_agenda_event wanted = page->event;
    page->done = (struct pk_events_done){ .quietly = strcmp(page->tell, "no") == 0 };
    if (strcmp(page->act, "accept") == 0)
        return pk_events_accept(service, actor, page->id, now_ms, err);
    if (strcmp(page->act, "cancel") == 0)
        return page->day != 0 ? pk_events_cancel_date(service, actor, page->id, page->day, now_ms, &page->done, err)
                              : pk_events_cancel(service, actor, page->id, now_ms, &page->done, err);
    if (page->day != 0) {
        struct pk_agenda_change date = page->date;
        int r = read_when(&page->fields, &date.when, err);
        if (r == 0 && date.when.to == PK_EVENTS_NO_END)
            r = pk_fail(err, PK_E_INVALID, "the hour \"to\" is missing");
        if (r == 0)
            r = copy("place", page->fields.place, date.place, sizeof date.place, err);
        if (r == 0)
            r = copy("short place", page->fields.place_short, date.place_short, sizeof date.place_short, err);
        return r == 0 ? pk_events_change_date(service, actor, page->id, &date, now_ms, &page->done, err) : r;
    }
    int r = read_event(&page->fields, &wanted, err);
    return r == 0 ? pk_events_change(service, actor, &wanted, now_ms, &page->done, err) : r;
}

/* What it would come to: done, looked at, undone. */
static int try_it(struct event_page *page, struct pk_error *err)
{
    struct pk_store *store = page->visit.call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = change(page, err);
    pk_unit_drop(store);
    return r;
}

static int change_it(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    staff->acting.actor.purpose = "event";
    return change((struct event_page *) visit, err);
}

static void end(struct event_page *page, int r, const struct pk_error *err)
{
    char path[PATH_ROOM], place[PK_DATE_PLACE_MAX];
    bool twice = r == PK_E_CONFLICT && pk_staff_tapped_twice(&page->visit, &page->staff);
    (void) snprintf(path, sizeof path, "/office/events/%s?%s", pk_office_date_text(page->id, page->day, place), r == 0 || twice ? "saved=1" : "old=1");
    if (r == 0 || twice) {
        pk_visit_go(&page->visit, page->id != 0 ? path : "/office/events");
    } else if (r == PK_E_INVALID || r == PK_E_NOT_FOUND || r == PK_E_CONFLICT || r == PK_E_LIMIT) {
        page->wrong = *err;
        page->asks = false;
        show(page);
    } else {
        pk_visit_trouble(&page->visit, err);
    }
}

void pk_office_event(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct event_page *page = open_page(visit, PK_ACTION_EVENT_EDIT);
    if (!page || !find(page))
        return;
    pk_office_field(&page->visit, "act", page->act, sizeof page->act);
    pk_office_field(&page->visit, "tell", page->tell, sizeof page->tell);
    if (strcmp(page->act, "save") == 0)
        read_fields(&page->visit, &page->fields);
    bool answered = page->tell[0] != '\0', accepts = strcmp(page->act, "accept") == 0;
    int r = answered || accepts ? 0 : try_it(page, &err);
    page->asks = r == 0 && !answered && !accepts && (page->done.effect.know > 0 || strcmp(page->act, "cancel") == 0);
    if (page->asks) {
        show(page);
        return;
    }
    if (r == 0)
        r = pk_staff_change(&page->visit, &page->staff, change_it, &err);
    end(page, r, &err);
}

static int plan_it(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct event_page *page = (struct event_page *) visit;
    struct pk_agenda_event event = { .id = 0 };
    staff->acting.actor.purpose = "event";
    int r = read_event(&page->fields, &event, err);
    if (r == 0)
        r = pk_events_plan(visit->call->service, &staff->acting.actor, &event, strcmp(page->act, "draft") == 0, visit->call->now_ms, err);
    if (r == 0)
        page->id = event.id;
    return r;
}

void pk_office_event_new(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct event_page *page = open_page(visit, PK_ACTION_EVENT_EDIT);
    if (!page)
        return;
    pk_office_field(&page->visit, "act", page->act, sizeof page->act);
    read_fields(&page->visit, &page->fields);
    int r = pk_staff_change(&page->visit, &page->staff, plan_it, &err);
    end(page, r, &err);
}

/* ---- all of them ---- */

static int add_event(void *ctx, const struct pk_agenda_event *event)
{
    struct pk_visit *visit = ctx;
    const struct pk_kind_rule *kind = pk_rules_kind(visit->call->service->rules, pk_slice_of(event->kind));
    const char *name = kind ? pk_tagged_find(&kind->names, pk_slice_of(pk_visit_language(visit))) : NULL;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int64_t starts_ms = 0;
    if (pk_wall_new(event->zone, &wall, NULL) == 0)
        (void) pk_wall_moment(wall, (struct pk_local){ event->when.day, event->when.from }, &starts_ms, NULL);
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_id(&visit->out, "event", event->id);
    pk_staff_add_theirs(visit, "title", pk_slice_of(event->title));
    pk_json_add_text(&visit->out, "place", event->place);
    pk_json_add_text(&visit->out, "kind", name ? name : event->kind);
    pk_staff_add_moment(visit, "begins", starts_ms);
    pk_json_add_bool(&visit->out, "again", event->rule[0] != '\0');
    pk_json_add_bool(&visit->out, "draft", event->state == PK_AGENDA_DRAFT);
    pk_json_add_bool(&visit->out, "off", event->state == PK_AGENDA_CANCELLED);
    pk_json_add_bool(&visit->out, "invites", event->state == PK_AGENDA_PLANNED && event->rule[0] == '\0');
    pk_json_add_text(&visit->out, "proposedBy", event->proposed_by);
    pk_json_close(&visit->out, '}');
    return 0;
}

void pk_office_events_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_EVENT_VIEW, &staff))
        return;
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "office.events"));
    pk_json_add_bool(&visit->out, "plans", pk_may(&staff.acting.actor, PK_ACTION_EVENT_EDIT, NULL, NULL) == 0);
    pk_json_add_bool(&visit->out, "writes", pk_may(&staff.acting.actor, PK_ACTION_CAMPAIGN_EDIT, NULL, NULL) == 0);
    pk_json_open(&visit->out, "events", '[');
    int r = pk_events_each(visit->call->service, &staff.acting.actor, 0, visit->call->now_ms, 0, EVENTS_MAX, add_event, visit, &err);
    pk_json_close(&visit->out, ']');
    if (r >= 0)
        pk_office_show(visit, &staff, 200, "events", "office-events");
    else
        pk_visit_trouble(visit, &err);
}
