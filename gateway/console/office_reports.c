/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What became of campaigns and of dates: of what there are reports, one of them with its tables and bars, the same as a file, and how
 * many people came. The numbers and what is hidden of them are service/reports'; here they are laid out.
 */
#include "gateway/api/counting.h"
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/office.h"
#include "gateway/console/office_numbers.h"
#include "gateway/console/staff_words.h"
#include "gateway/language/wall.h"
#include "gateway/model/agenda.h"
#include "gateway/model/report.h"
#include "gateway/model/report_csv.h"
#include "gateway/service/reports.h"

#define TOOK_TOO_LONG_MS 120000 /* from the visit on */
#define STEP_MS 60000
#define SECTION "reports"
#define LIST_SPAN_MS (62 * 24 * 3600 * 1000ll) /* dates of the last two months */
#define LIST_MAX 300u
#define JSON_MAX (1u << 20)
#define PATH_MAX_BYTES 128
#define BAR_PERCENT 85 /* of a chart: the longest bar; its number stands beside it */
#define BAR_HEIGHT 44

/* ---- of what there are ---- */

struct offered {
    char name[PK_AGENDA_TITLE_MAX + 1], state[24], path[PATH_MAX_BYTES];
    int64_t starts_ms, came;
    bool date;
};

struct offers {
    struct offered *items;
    size_t count;
};

/* "once", or the day its rule gives. */
static void date_name(int64_t event, int32_t day, char ret_name[64])
{
    char id[PK_ID_TEXT_MAX], text[PK_LOCAL_TEXT_MAX] = "once";
    if (day != 0)
        (void) pk_day_text(day, text);
    (void) snprintf(ret_name, 64, "%s.%s", pk_id_format(event, id), text);
}

static int take_offer(void *ctx, const struct pk_report_offer *offer)
{
    struct offers *offers = ctx;
    char date[64];
    if (offers->count == LIST_MAX)
        return 1;
    struct offered *item = &offers->items[offers->count++];
    *item = (struct offered){ .starts_ms = offer->starts_ms, .came = offer->came, .date = offer->event != 0 };
    (void) snprintf(item->name, sizeof item->name, "%s", offer->name);
    (void) snprintf(item->state, sizeof item->state, "%s", offer->state);
    if (item->date)
        date_name(offer->event, offer->day, date);
    (void) snprintf(item->path, sizeof item->path, "/office/report/%s/%s", item->date ? "date" : "campaign", item->date ? date : offer->name);
    return 0;
}

/* Newest first where they have a date. */
static void add_offers(struct pk_visit *visit, const char *name, const struct offers *offers, bool newest_first)
{
    char none[64];
    pk_json_open(&visit->out, name, '[');
    for (size_t i = 0; i < offers->count; i++) {
        const struct offered *item = &offers->items[newest_first ? offers->count - 1 - i : i];
        pk_json_open(&visit->out, NULL, '{');
        pk_staff_add_theirs(visit, "title", pk_slice_of(item->name));
        pk_json_add_text(&visit->out, "path", item->path);
        pk_staff_add_phrase(visit, "state", "reports.state", item->state);
        pk_staff_add_moment(visit, "begins", item->starts_ms);
        pk_json_add_bool(&visit->out, "counted", item->came >= 0);
        pk_json_add_int(&visit->out, "came", item->came < 0 ? 0 : item->came);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
    (void) snprintf(none, sizeof none, "no%c%s", name[0] - 'a' + 'A', name + 1);
    pk_json_add_bool(&visit->out, none, offers->count == 0);
}

void pk_office_reports_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_REPORT_VIEW, &staff))
        return;
    struct pk_service *service = visit->call->service;
    int64_t now_ms = visit->call->now_ms;
    struct offers campaigns = { .items = pk_alloc_array(LIST_MAX, sizeof *campaigns.items) };
    struct offers dates = { .items = pk_alloc_array(LIST_MAX, sizeof *dates.items) };
    int r = pk_reports_of_campaigns(service, &staff.acting.actor, take_offer, &campaigns, &err);
    if (r >= 0)
        r = pk_reports_of_dates(service, &staff.acting.actor, now_ms - LIST_SPAN_MS, now_ms, LIST_MAX, take_offer, &dates, &err);
    if (r >= 0) {
        pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "reports.heading"));
        add_offers(visit, "campaigns", &campaigns, false);
        add_offers(visit, "dates", &dates, true);
        pk_office_show(visit, &staff, 200, SECTION, "office-reports");
    } else {
        pk_visit_trouble(visit, &err);
    }
    free(campaigns.items);
    free(dates.items);
}

/* ---- one ---- */

enum format { AS_PAGE, AS_CSV, AS_JSON };

struct reporting {
    struct pk_visit visit; /* first */
    struct pk_report_question *question;
    enum format format;
    bool date;
    char name[64]; /* in the path: the campaign's, or event and day */
};

static void drop(void *thing)
{
    struct reporting *reporting = thing;
    pk_report_question_free(reporting->question);
}

static int count(void *thing, struct pk_store *store, struct pk_error *err)
{
    struct reporting *reporting = thing;
    return pk_report_answer(reporting->question, store, err);
}

/* Of a total and of a row, in order. */
static const char *const measures[] = { "people", "told", "arrived", "handedOver", "unknown", "notTold", "waiting", "read", "yes", "no",
                                        "noAnswer", "heads", "useful", "notUseful", "optedOut" };

static void add_cost(struct pk_visit *visit, const struct pk_json *row)
{
    const struct pk_json *costs = pk_json_get(row, "cost");
    struct pk_buf text;
    pk_buf_init(&text, 512);
    for (size_t i = 0; i < pk_json_count(costs); i++)
        pk_office_money(visit, pk_json_item(costs, i), i > 0, &text);
    pk_json_add_bool(&visit->out, "costHidden", pk_json_kind(costs) != PK_JSON_ARRAY);
    pk_json_add_slice(&visit->out, "cost", pk_buf_slice(&text));
    pk_buf_finish(&text);
}

static void add_facts(struct pk_visit *visit, const struct pk_json *total)
{
    pk_json_open(&visit->out, "facts", '[');
    for (size_t i = 0; i < PK_COUNT(measures); i++) {
        char least_name[40], most_name[40];
        int64_t least = 0, most = 0;
        const struct pk_json *value = pk_json_get(total, measures[i]);
        (void) snprintf(least_name, sizeof least_name, "%sAtLeast", measures[i]);
        (void) snprintf(most_name, sizeof most_name, "%sAtMost", measures[i]);
        bool between = pk_json_kind(value) != PK_JSON_NUMBER && pk_json_int(pk_json_get(total, least_name), &least) &&
                       pk_json_int(pk_json_get(total, most_name), &most);
        pk_json_open(&visit->out, NULL, '{');
        pk_staff_add_phrase(visit, "label", "reports.measure", measures[i]);
        pk_json_add_bool(&visit->out, "between", between);
        pk_json_add_int(&visit->out, "least", least);
        pk_json_add_int(&visit->out, "most", most);
        pk_office_add_number(visit, value, between);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* As people call a group; `by` says what kind it is. */
static void add_group_name(struct pk_visit *visit, struct pk_slice by, const struct pk_json *group)
{
    char label[PK_REPORT_LABEL], parent[PK_REPORT_LABEL];
    (void) snprintf(label, sizeof label, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(group, "group"))));
    (void) snprintf(parent, sizeof parent, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(group, "language"))));
    pk_office_add_group(visit, by, parent, label);
}

static void add_rows(struct pk_visit *visit, struct pk_slice by, const struct pk_json *groups)
{
    pk_json_open(&visit->out, "rows", '[');
    for (size_t g = 0; g < pk_json_count(groups); g++) {
        const struct pk_json *group = pk_json_item(groups, g);
        pk_json_open(&visit->out, NULL, '{');
        add_group_name(visit, by, group);
        pk_json_open(&visit->out, "cells", '[');
        for (size_t i = 0; i < PK_COUNT(measures); i++) {
            pk_json_open(&visit->out, NULL, '{');
            pk_office_add_number(visit, pk_json_get(group, measures[i]), false);
            pk_json_close(&visit->out, '}');
        }
        pk_json_close(&visit->out, ']');
        add_cost(visit, group);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* A bar for those told, and in it one for those who said yes: both are drawn by the largest group that is told. */
static void add_bars(struct pk_visit *visit, struct pk_slice by, const struct pk_json *groups)
{
    int64_t most = 0, told = 0, yes = 0;
    for (size_t g = 0; g < pk_json_count(groups); g++)
        if (pk_json_int(pk_json_get(pk_json_item(groups, g), "told"), &told) && told > most)
            most = told;
    pk_json_add_bool(&visit->out, "drawn", most > 0);
    pk_json_add_int(&visit->out, "height", (int64_t) pk_json_count(groups) * BAR_HEIGHT);
    pk_json_open(&visit->out, "bars", '[');
    for (size_t g = 0; g < pk_json_count(groups) && most > 0; g++) {
        const struct pk_json *group = pk_json_item(groups, g);
        bool shows_told = pk_json_int(pk_json_get(group, "told"), &told), shows_yes = pk_json_int(pk_json_get(group, "yes"), &yes);
        pk_json_open(&visit->out, NULL, '{');
        add_group_name(visit, by, group);
        pk_json_add_int(&visit->out, "textY", (int64_t) g * BAR_HEIGHT + 14);
        pk_json_add_int(&visit->out, "barY", (int64_t) g * BAR_HEIGHT + 20);
        pk_json_add_bool(&visit->out, "hidden", !shows_told);
        pk_json_add_int(&visit->out, "told", shows_told ? told : 0);
        pk_json_add_int(&visit->out, "toldPercent", shows_told ? told * BAR_PERCENT / most : 0);
        pk_json_add_bool(&visit->out, "showsYes", shows_told && shows_yes && yes > 0 && yes <= told);
        pk_json_add_int(&visit->out, "yes", shows_yes ? yes : 0);
        pk_json_add_int(&visit->out, "yesPercent", shows_told && shows_yes && yes <= told ? yes * BAR_PERCENT / most : 0);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_breakdowns(struct pk_visit *visit, const struct pk_json *report)
{
    const struct pk_json *breakdowns = pk_json_get(report, "breakdowns");
    pk_json_open(&visit->out, "columns", '[');
    for (size_t i = 0; i < PK_COUNT(measures); i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_staff_add_phrase(visit, "column", "reports.measure", measures[i]);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
    pk_json_open(&visit->out, "breakdowns", '[');
    for (size_t i = 0; i < pk_json_count(breakdowns); i++) {
        const struct pk_json *groups = pk_json_get(pk_json_item(breakdowns, i), "groups");
        struct pk_slice by = pk_json_string(pk_json_get(pk_json_item(breakdowns, i), "by"));
        char name[16];
        if (pk_json_count(groups) == 0)
            continue;
        (void) snprintf(name, sizeof name, "%.*s", PK_SLICE_ARG(by));
        pk_json_open(&visit->out, NULL, '{');
        pk_staff_add_phrase(visit, "by", "reports.by", name);
        add_bars(visit, by, groups);
        add_rows(visit, by, groups);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_came(struct pk_visit *visit, const struct pk_staff *staff, const struct reporting *reporting, const struct pk_json *report)
{
    int64_t came = 0, begins_ms = 0;
    const struct pk_json *begins = pk_json_get(report, "begins");
    bool counted = pk_json_int(pk_json_get(pk_json_get(report, "total"), "came"), &came);
    if (pk_json_kind(begins) == PK_JSON_STRING)
        (void) pk_time_parse(pk_json_string(begins), &begins_ms);
    pk_json_add_bool(&visit->out, "counted", counted);
    pk_json_add_int(&visit->out, "came", came);
    pk_json_add_bool(&visit->out, "countable", reporting->date && begins_ms <= visit->call->now_ms &&
                                                   !pk_slice_is(pk_json_string(pk_json_get(report, "state")), "cancelled") &&
                                                   pk_may(&staff->acting.actor, PK_ACTION_EVENT_CAME, NULL, NULL) == 0);
    pk_staff_add_moment(visit, "begins", begins_ms);
    pk_json_add_int(&visit->out, "mostCame", PK_CAME_MAX);
}

static void add_head(struct pk_visit *visit, const struct reporting *reporting, const struct pk_json *report)
{
    bool final = false, few = false;
    int64_t as_of_ms = 0;
    char path[PATH_MAX_BYTES], state[24];
    struct pk_slice title = pk_json_string(pk_json_get(report, reporting->date ? "title" : "campaign"));
    (void) pk_json_bool(pk_json_get(report, "final"), &final);
    (void) pk_json_bool(pk_json_get(report, "fewerThanFive"), &few);
    (void) pk_time_parse(pk_json_string(pk_json_get(report, "asOf")), &as_of_ms);
    (void) snprintf(path, sizeof path, "/office/report/%s/%s", reporting->date ? "date" : "campaign", reporting->name);
    (void) snprintf(state, sizeof state, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(report, "state"))));
    pk_json_add_slice(&visit->out, "pageTitle", title);
    pk_staff_add_theirs(visit, "title", title);
    pk_json_add_bool(&visit->out, "date", reporting->date);
    pk_json_add_text(&visit->out, "path", path);
    pk_staff_add_phrase(visit, "state", "reports.state", state);
    pk_office_add_moment(visit, "asOf", as_of_ms);
    pk_json_add_bool(&visit->out, "final", final);
    pk_json_add_bool(&visit->out, "few", few);
    pk_staff_add_flag(visit, "saved");
    pk_staff_add_flag(visit, "wrong");
    pk_staff_add_flag(visit, "old");
}

static void show_page(struct pk_visit *visit, const struct pk_staff *staff, const struct reporting *reporting, struct pk_slice json)
{
    pk_auto(pk_json) struct pk_json *report = NULL;
    struct pk_error err = { 0 };
    if (pk_json_parse(json, JSON_MAX, &report, &err) != 0) {
        pk_visit_trouble(visit, &err);
        return;
    }
    add_head(visit, reporting, report);
    add_facts(visit, pk_json_get(report, "total"));
    add_cost(visit, pk_json_get(report, "total"));
    add_came(visit, staff, reporting, report);
    add_breakdowns(visit, report);
    pk_office_show(visit, staff, 200, SECTION, "office-report");
}

static void give_file(struct pk_visit *visit, const struct reporting *reporting, struct pk_buf *json)
{
    char name[96];
    (void) snprintf(name, sizeof name, "report-%s.%s", reporting->name, reporting->format == AS_CSV ? "csv" : "json");
    pk_office_give(visit, name, reporting->format == AS_CSV ? pk_report_csv : NULL, json);
}

static void show(struct reporting *reporting, const struct pk_staff *staff)
{
    struct pk_visit *visit = &reporting->visit;
    struct pk_buf json;
    pk_buf_init(&json, JSON_MAX);
    struct pk_json_out out = pk_json_out(&json);
    pk_report_tell(reporting->question, PK_REPORT_TOTAL, &out);
    if (reporting->format == AS_PAGE)
        show_page(visit, staff, reporting, pk_buf_slice(&json));
    else
        give_file(visit, reporting, &json);
    pk_buf_finish(&json);
}

static void tell(struct pk_call *call, void *thing)
{
    struct reporting *reporting = thing;
    struct pk_staff staff;
    (void) call;
    if (pk_office_reopened(&reporting->visit, PK_ACTION_REPORT_VIEW, &staff))
        show(reporting, &staff);
}

static const struct pk_counting counting = { .step = count, .tell = tell, .fail = pk_visit_failed,
                                             .late = "the page could not be counted in time", .most_ms = TOOK_TOO_LONG_MS,
                                             .step_ms = STEP_MS };

static struct reporting *reporting_new(struct pk_visit *visit, bool date)
{
    struct reporting *reporting = pk_visit_stay(visit, sizeof *reporting, drop);
    visit = &reporting->visit;
    struct pk_buf as;
    pk_buf_init(&as, 8);
    if (pk_http_request_argument(visit->call->request, "as", &as) == 0)
        reporting->format = pk_slice_is(pk_buf_slice(&as), "csv") ? AS_CSV : pk_slice_is(pk_buf_slice(&as), "json") ? AS_JSON : AS_PAGE;
    pk_buf_finish(&as);
    reporting->date = date;
    (void) snprintf(reporting->name, sizeof reporting->name, "%.*s", PK_SLICE_ARG(visit->place));
    return reporting;
}

void pk_office_campaign_report_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_REPORT_VIEW, &staff))
        return;
    struct reporting *reporting = reporting_new(visit, false);
    visit = &reporting->visit;
    staff.acting.actor.purpose = "report";
    int r = pk_report_ask_campaign(visit->call->service, &staff.acting.actor, visit->place, visit->call->now_ms, &reporting->question, &err);
    pk_call_count(visit->call, &counting, r, &err);
}

static int read_date(struct pk_visit *visit, int64_t *ret_event, int32_t *ret_day, struct pk_error *err)
{
    struct pk_slice day = visit->place, event;
    *ret_day = 0;
    if (pk_slice_cut(&day, '.', &event) && pk_id_parse(event, ret_event) == 0 && (pk_slice_is(day, "once") || pk_day_parse(day, ret_day) == 0))
        return 0;
    return pk_fail(err, PK_E_NOT_FOUND, "there is no such date");
}

void pk_office_date_report_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    int64_t event = 0;
    int32_t day = 0;
    if (!pk_office_opened(visit, PK_ACTION_REPORT_VIEW, &staff))
        return;
    struct reporting *reporting = reporting_new(visit, true);
    visit = &reporting->visit;
    staff.acting.actor.purpose = "report";
    int r = read_date(visit, &event, &day, &err);
    if (r == 0)
        r = pk_report_ask_date(visit->call->service, &staff.acting.actor, event, day, visit->call->now_ms, &reporting->question, &err);
    pk_call_count(visit->call, &counting, r, &err);
}

/* ---- who came ---- */

static int record(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_buf text;
    int64_t event = 0, people = 0;
    int32_t day = 0;
    staff->acting.actor.purpose = "came";
    int r = read_date(visit, &event, &day, err);
    if (r == 0)
        r = pk_me_field(visit, "count", 8, &text, err);
    else
        pk_buf_init(&text, 1);
    if (r == 0 && pk_parse_int(pk_buf_slice(&text), 0, PK_CAME_MAX, &people) != 0)
        r = pk_fail(err, PK_E_INVALID, "that is no number of people");
    if (r == 0)
        r = pk_came_record(visit->call->service, &staff->acting.actor, event, day, people, visit->call->now_ms, err);
    pk_buf_finish(&text);
    return r;
}

void pk_office_came(struct pk_visit *visit)
{
    char path[PATH_MAX_BYTES];
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_EVENT_CAME, &staff))
        return;
    int r = pk_staff_change(visit, &staff, record, &err);
    bool done = r == 0 || (r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff));
    const char *word = done ? "saved" : r == PK_E_CONFLICT ? "old" : "wrong";
    (void) snprintf(path, sizeof path, "/office/report/date/%.*s?%s=1", (int) (visit->place.len < 64 ? visit->place.len : 64), visit->place.data, word);
    if (done || r == PK_E_CONFLICT || r == PK_E_INVALID || r == PK_E_LIMIT)
        pk_visit_go(visit, path);
    else
        pk_visit_trouble(visit, &err);
}
