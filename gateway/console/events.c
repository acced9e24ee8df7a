/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events for everybody: what is coming, and a page of each, which printed is a poster. The same for whoever asks. A title and a place
 * are of whoever wrote them, in one language; everything else is the reader's.
 */
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/qr.h"
#include "gateway/console/staff_words.h"
#include "gateway/language/dates.h"
#include "gateway/service/deep_links.h"
#include "gateway/service/own.h"
#include "gateway/service/public_events.h"
#include "gateway/service/senders.h"
#include "gateway/service/topics.h"

#define EVENTS_MAX 60u
#define NEXT_DATES 3u /* of one event in the list */
#define DATES_MAX 10u /* on its own page: an info point's week, and the next */
#define WORDS_MAX 1024u
#define PICTURE_MAX (64u << 10)

/* ---- words ---- */

static void add_word(struct pk_visit *visit, struct pk_wall *wall, enum pk_day_word word, int64_t ms, struct pk_buf *out)
{
    const struct pk_dates *dates = pk_staff_dates(visit);
    if (dates)
        (void) pk_dates_word(dates, wall, word, ms, out);
}

/* "вторник, 3 март" and "от 18:00 до 19:30 ч."; over several days: from the one moment to the other. */
static void add_hours(struct pk_visit *visit, struct pk_wall *wall, const struct pk_public_date *date)
{
    const struct pk_dates *dates = pk_staff_dates(visit);
    int from_year, year, month, day;
    int64_t from_ms, until_ms;
    struct pk_buf when, hours;
    pk_buf_init(&when, WORDS_MAX);
    pk_buf_init(&hours, WORDS_MAX);
    pk_wall_day_bounds(wall, date->starts_ms, &from_ms, &until_ms);
    pk_wall_day(wall, visit->call->now_ms, &year, &month, &day);
    pk_wall_day(wall, date->starts_ms, &from_year, &month, &day);
    if (date->ends_ms > until_ms) {
        add_word(visit, wall, PK_WORD_DATETIME, date->starts_ms, &when);
        (void) pk_buf_add_text(&when, " – ");
        add_word(visit, wall, PK_WORD_DATETIME, date->ends_ms, &when);
    } else {
        add_word(visit, wall, from_year == year ? PK_WORD_DAY : PK_WORD_DAY_YEAR, date->starts_ms, &when);
        if (dates)
            (void) pk_dates_range(dates, wall, date->starts_ms, date->ends_ms, &hours);
    }
    pk_staff_add_words(visit, "when", pk_buf_slice(&when));
    pk_staff_add_words(visit, "hours", pk_buf_slice(&hours));
    pk_json_add_bool(&visit->out, "today", visit->call->now_ms >= from_ms && visit->call->now_ms < until_ms);
    pk_buf_finish(&when);
    pk_buf_finish(&hours);
}

/* ---- one event ---- */

struct dating {
    struct pk_visit *visit;
    const struct pk_agenda_event *event;
    struct pk_wall *wall;
    size_t count;
    bool closed_today;
};

static int add_date(void *ctx, const struct pk_public_date *date)
{
    struct dating *dating = ctx;
    struct pk_visit *visit = dating->visit;
    int64_t from_ms, until_ms;
    bool once = dating->event->rule[0] == '\0', elsewhere = strcmp(date->place, dating->event->place) != 0;
    pk_wall_day_bounds(dating->wall, visit->call->now_ms, &from_ms, &until_ms);
    pk_json_open(&visit->out, NULL, '{');
    add_hours(visit, dating->wall, date);
    pk_json_add_bool(&visit->out, "off", date->off && once);
    pk_json_add_bool(&visit->out, "closed", date->off && !once);
    pk_json_add_bool(&visit->out, "changed", date->changed);
    pk_json_add_bool(&visit->out, "full", date->full);
    pk_staff_add_theirs(visit, "elsewhere", pk_slice_of(elsewhere ? date->place : ""));
    pk_json_close(&visit->out, '}');
    dating->closed_today |= date->off && !once && date->starts_ms >= from_ms && date->starts_ms < until_ms;
    dating->count++;
    return 0;
}

static int add_dates(struct dating *dating, const char *name, size_t max, struct pk_error *err)
{
    struct pk_visit *visit = dating->visit;
    pk_json_open(&visit->out, name, '[');
    int r = pk_public_dates_each(visit->call->service, dating->event, visit->call->now_ms, max, add_date, dating, err);
    pk_json_close(&visit->out, ']');
    return r;
}

static void add_kind(struct pk_visit *visit, const struct pk_agenda_event *event)
{
    const struct pk_rules *rules = visit->call->service->rules;
    const struct pk_kind_rule *kind = pk_rules_kind(rules, pk_slice_of(event->kind));
    struct pk_slice rest = pk_slice_of(pk_visit_language(visit)), language = rest;
    (void) pk_slice_cut(&rest, '-', &language);
    const char *name = kind ? pk_tagged_find(&kind->names, language) : NULL;
    pk_staff_add_words(visit, "kind", pk_slice_of(name ? name : "")); /* in another language it would say less than nothing */
}

static void add_event(struct pk_visit *visit, const struct pk_agenda_event *event)
{
    char id[PK_ID_TEXT_MAX];
    pk_json_add_text(&visit->out, "id", pk_id_format(event->id, id));
    pk_staff_add_theirs(visit, "title", pk_slice_of(event->title));
    pk_staff_add_theirs(visit, "place", pk_slice_of(event->place));
    add_kind(visit, event);
}

/* ---- all ---- */

struct listing {
    struct pk_visit *visit;
    struct pk_error *err;
    bool any;
};

static int add_one(void *ctx, const struct pk_agenda_event *event)
{
    struct listing *listing = ctx;
    struct pk_visit *visit = listing->visit;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct dating dating = { .visit = visit, .event = event };
    int r = pk_wall_new(event->zone, &wall, listing->err);
    if (r != 0)
        return r;
    dating.wall = wall;
    listing->any = true;
    pk_json_open(&visit->out, NULL, '{');
    add_event(visit, event);
    r = add_dates(&dating, "dates", NEXT_DATES, listing->err);
    pk_json_add_bool(&visit->out, "closedToday", dating.closed_today);
    pk_json_close(&visit->out, '}');
    return r;
}

void pk_events_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct listing listing = { .visit = visit, .err = &err };
    pk_json_open(&visit->out, "events", '[');
    int r = pk_public_events_each(visit->call->service, visit->call->now_ms, EVENTS_MAX, add_one, &listing, &err);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "none", !listing.any);
    if (r == 0)
        pk_visit_show(visit, 200, "events");
    else
        pk_visit_trouble(visit, &err);
}

/* ---- signing up ---- */

static int add_number(void *ctx, const struct pk_sender *sender)
{
    struct pk_visit *visit = ctx;
    if (!sender->answered)
        return 0;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "number", sender->name);
    pk_json_close(&visit->out, '}');
    return 0;
}

static void add_chats(struct pk_visit *visit, const struct pk_topic_rule *topic)
{
    const struct pk_service *service = visit->call->service;
    const struct pk_rules *rules = service->rules;
    pk_json_open(&visit->out, "chats", '[');
    for (size_t i = 0; i < rules->route_count; i++) {
        struct pk_slice channel = pk_slice_of(rules->routes[i].channel);
        char url[PK_LINK_URL_MAX];
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again |= pk_slice_is(channel, rules->routes[j].channel);
        if (again || pk_link_poster(service, channel, pk_slice_of(topic->name), pk_slice_of(pk_visit_language(visit)), url, NULL) != 0)
            continue;
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "label", pk_channel_label(rules->routes[i].channel));
        pk_json_add_text(&visit->out, "url", url);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* The language a topic's name is said in: the page's, unless it has none there. "" = it is no word of a language. */
static const char *language_of_name(const struct pk_visit *visit, const struct pk_topic_rule *topic)
{
    struct pk_slice rest = pk_slice_of(pk_visit_language(visit)), language = rest;
    (void) pk_slice_cut(&rest, '-', &language);
    const char *name = pk_topic_name(visit->call->service, topic, language);
    for (size_t i = 0; i < topic->names.count; i++)
        if (topic->names.items[i].text == name)
            return pk_slice_is(language, topic->names.items[i].tag) ? pk_visit_language(visit) : topic->names.items[i].tag;
    return "";
}

static void add_signing_up(struct pk_visit *visit, const struct pk_agenda_event *event)
{
    const struct pk_service *service = visit->call->service;
    const struct pk_kind_rule *kind = pk_rules_kind(service->rules, pk_slice_of(event->kind));
    const struct pk_topic_rule *topic = kind ? pk_rules_topic(service->rules, pk_slice_of(kind->topic)) : NULL;
    if (!topic)
        return;
    pk_json_open(&visit->out, "signUp", '{');
    pk_topic_write(service, topic, pk_slice_of(pk_visit_language(visit)), &visit->out);
    pk_json_add_text(&visit->out, "nameLanguage", language_of_name(visit, topic));
    pk_json_add_text(&visit->out, "code", topic->name);
    pk_json_open(&visit->out, "numbers", '[');
    (void) pk_senders_each(service, add_number, visit);
    pk_json_close(&visit->out, ']');
    add_chats(visit, topic);
    pk_json_close(&visit->out, '}');
}

/* ---- the poster ---- */

/* In no language of ours: whoever reads it off a wall gets the page in their own. */
static void add_picture(struct pk_visit *visit, const struct pk_agenda_event *event)
{
    const char *url = visit->call->service->rules->public_url;
    char id[PK_ID_TEXT_MAX];
    struct pk_buf address, path;
    int side = 0;
    pk_buf_init(&address, WORDS_MAX);
    pk_buf_init(&path, PICTURE_MAX);
    (void) pk_buf_printf(&address, "%s/events/%s", url ? url : "", pk_id_format(event->id, id));
    if (!url || address.failed || pk_qr_path(pk_buf_slice(&address), &path, &side, NULL) != 0)
        pk_buf_clear(&path);
    pk_json_add_slice(&visit->out, "address", url ? pk_buf_slice(&address) : PK_SLICE(""));
    pk_json_add_slice(&visit->out, "path", pk_buf_slice(&path));
    pk_json_add_int(&visit->out, "side", side);
    pk_buf_finish(&address);
    pk_buf_finish(&path);
}

static int fill_in(struct pk_visit *visit, const struct pk_agenda_event *event, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct dating dating = { .visit = visit, .event = event };
    bool off = event->state == PK_AGENDA_CANCELLED;
    int r = pk_wall_new(event->zone, &wall, err);
    if (r != 0)
        return r;
    dating.wall = wall;
    add_event(visit, event);
    pk_staff_add_words(visit, "pageTitle", pk_slice_of(event->title));
    r = add_dates(&dating, "dates", DATES_MAX, err);
    pk_json_add_bool(&visit->out, "closedToday", dating.closed_today && !off);
    pk_json_add_bool(&visit->out, "calledOff", off);
    pk_json_add_bool(&visit->out, "dated", dating.count > 0);
    pk_json_add_bool(&visit->out, "many", dating.count > 3);
    pk_json_add_bool(&visit->out, "over", dating.count == 0 && !off);
    pk_json_add_bool(&visit->out, "comes", dating.count > 0 && !off);
    add_signing_up(visit, event);
    add_picture(visit, event);
    return r;
}

/* Answers that there is no such page where it is nobody's to see. */
static bool find(struct pk_visit *visit, struct pk_slice name, struct pk_agenda_event *ret_event)
{
    struct pk_error err = { 0 };
    int64_t id = 0;
    int r = pk_id_parse(name, &id) == 0 ? pk_public_event(visit->call->service, id, visit->call->now_ms, ret_event, &err)
                                        : pk_fail(&err, PK_E_NOT_FOUND, "there is no such event");
    if (r != 0)
        pk_visit_trouble(visit, &err);
    return r == 0;
}

void pk_event_page(struct pk_visit *visit)
{
    static const char end[] = ".ics";
    struct pk_slice name = visit->place;
    struct pk_error err = { 0 };
    struct pk_agenda_event event;
    bool file = name.len > strlen(end) && pk_slice_is(pk_slice_make(name.data + name.len - strlen(end), strlen(end)), end);
    if (file)
        name.len -= strlen(end);
    if (!find(visit, name, &event))
        return;
    if (file)
        pk_calendar_of_event(visit, &event);
    else if (fill_in(visit, &event, &err) == 0)
        pk_visit_show(visit, 200, "event");
    else
        pk_visit_trouble(visit, &err);
}

/* ---- is this message real? ---- */

struct naming {
    struct pk_visit *visit;
    bool any;
};

static int add_sender(void *ctx, const struct pk_sender *sender)
{
    struct naming *naming = ctx;
    struct pk_visit *visit = naming->visit;
    naming->any = true;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "label", sender->label);
    pk_json_add_text(&visit->out, "sender", sender->name);
    pk_json_close(&visit->out, '}');
    return 0;
}

void pk_real_page(struct pk_visit *visit)
{
    const struct pk_rules *rules = visit->call->service->rules;
    struct naming naming = { .visit = visit };
    pk_json_open(&visit->out, "senders", '[');
    (void) pk_senders_each(visit->call->service, add_sender, &naming);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "known", naming.any);
    pk_json_add_text(&visit->out, "address", rules->public_url ? rules->public_url : "");
    pk_json_add_text(&visit->out, "phone", rules->phone ? rules->phone : "");
    pk_visit_show(visit, 200, "real");
}
