/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is coming: a month as a calendar, the next dates as a list, the campaigns with the step that goes next, and what waits for
 * somebody. Each part is shown to whoever may see it.
 */
#include "gateway/console/handlers.h"
#include "gateway/console/office.h"
#include "gateway/console/staff_words.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/model/floor.h"
#include "gateway/service/coming.h"
#include "gateway/service/events.h"
#include "gateway/store/inbox.h"

#define WEEK 7
#define CELL_DATES 4u /* in one day of the calendar; the others are in its list */
#define LIST_DATES 60u
#define DRAFTS_MAX 50u
#define AHEAD_DAYS 31 /* the list of the month it is now */

/* ---- the month ---- */

struct dated {
    struct pk_coming_date date;
    struct pk_local local;
};

struct month {
    struct pk_visit *visit;
    struct pk_wall *wall;
    int32_t first, today; /* its first day, days as numbers */
    int32_t from, until; /* whole weeks around it */
    bool now; /* it is this month */
    struct dated *dates;
    size_t count;
};

static int32_t first_of(int32_t day)
{
    return day / 100 * 100 + 1;
}

static int32_t next_month(int32_t first)
{
    return first % 10000 / 100 == 12 ? first + 10000 - 1100 : first + 100;
}

static int32_t month_before(int32_t first)
{
    return first % 10000 / 100 == 1 ? first - 10000 + 1100 : first - 100;
}

/* Monday is 0: 1 January 1970 was a Thursday. */
static int32_t weekday(int32_t number)
{
    return (number + 3) % WEEK;
}

/* "month=2026-12"; anything else, and what lies too far, is the month it is now. */
static int32_t asked_month(struct pk_visit *visit, int32_t today)
{
    struct pk_buf text;
    int32_t day = 0;
    pk_buf_init(&text, 16);
    bool asked = pk_http_request_argument(visit->call->request, "month", &text) == 0 && pk_buf_add_text(&text, "-01") == 0 &&
                 pk_day_parse(pk_buf_slice(&text), &day) == 0 && day > 20200101 && day < PK_DAY_LAST - 10000;
    pk_buf_finish(&text);
    return first_of(asked ? day : today);
}

static int64_t midnight(const struct month *month, int32_t number)
{
    int64_t ms = 0;
    (void) pk_wall_moment(month->wall, (struct pk_local){ .day = pk_day_of_number(number) }, &ms, NULL);
    return ms;
}

static int begin_month(struct pk_visit *visit, struct month *ret_month, struct pk_error *err)
{
    *ret_month = (struct month){ .visit = visit };
    int r = pk_wall_new(visit->call->service->rules->zone, &ret_month->wall, err);
    if (r != 0)
        return r;
    int32_t today = pk_wall_local(ret_month->wall, visit->call->now_ms).day, first = asked_month(visit, today);
    int32_t number = pk_day_number(first), last = pk_day_number(next_month(first)) - 1;
    ret_month->first = first;
    ret_month->now = first == first_of(today);
    ret_month->today = pk_day_number(today);
    ret_month->from = number - weekday(number);
    ret_month->until = last + WEEK - weekday(last);
    ret_month->dates = pk_alloc_array(2 * PK_COMING_DATES_MAX, sizeof *ret_month->dates);
    return 0;
}

static void month_finish(struct month *month)
{
    pk_wall_free(month->wall);
    free(month->dates);
}

static int take_date(void *ctx, const struct pk_coming_date *date)
{
    struct month *month = ctx;
    if (month->count < 2 * PK_COMING_DATES_MAX)
        month->dates[month->count++] = (struct dated){ *date, pk_wall_local(month->wall, date->starts_ms) };
    return 0;
}

static int in_order(const void *a, const void *b)
{
    int64_t one = ((const struct dated *) a)->date.starts_ms, other = ((const struct dated *) b)->date.starts_ms;
    return (one > other) - (one < other);
}

static int read_dates(struct month *month, const struct pk_staff *staff, int32_t from, int32_t until, struct pk_error *err)
{
    month->count = 0;
    int r = pk_coming_dates_each(month->visit->call->service, &staff->acting.actor, midnight(month, from), midnight(month, until), take_date, month, err);
    qsort(month->dates, month->count, sizeof month->dates[0], in_order);
    return r;
}

/* ---- its dates ---- */

static const char *const state_names[PK_COMING_STATES] = {
    [PK_COMING_DRAFT] = "draft", [PK_COMING_PLANNED] = "planned", [PK_COMING_CHANGED] = "changed", [PK_COMING_CANCELLED] = "cancelled",
};

static void add_date(struct pk_visit *visit, const struct pk_coming_date *date)
{
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_id(&visit->out, "event", date->event);
    pk_staff_add_theirs(visit, "title", pk_slice_of(date->title));
    pk_staff_add_theirs(visit, "place", pk_slice_of(date->place));
    pk_staff_add_moment(visit, "when", date->starts_ms);
    pk_staff_add_phrase(visit, "state", "coming.state", state_names[date->state]);
    pk_json_add_bool(&visit->out, "usual", date->state == PK_COMING_PLANNED);
    pk_json_add_bool(&visit->out, "draft", date->state == PK_COMING_DRAFT);
    pk_json_add_bool(&visit->out, "changed", date->state == PK_COMING_CHANGED);
    pk_json_add_bool(&visit->out, "cancelled", date->state == PK_COMING_CANCELLED);
    pk_json_close(&visit->out, '}');
}

static void add_day(const struct month *month, int32_t number)
{
    struct pk_visit *visit = month->visit;
    int32_t day = pk_day_of_number(number);
    char text[PK_LOCAL_TEXT_MAX];
    size_t found = 0;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_int(&visit->out, "day", day % 100);
    pk_json_add_text(&visit->out, "iso", pk_day_text(day, text));
    pk_json_add_bool(&visit->out, "today", number == month->today);
    pk_json_add_bool(&visit->out, "outside", first_of(day) != month->first);
    pk_json_open(&visit->out, "dates", '[');
    for (size_t i = 0; i < month->count; i++)
        if (month->dates[i].local.day == day && found++ < CELL_DATES)
            add_date(visit, &month->dates[i].date);
    pk_json_close(&visit->out, ']');
    pk_json_add_int(&visit->out, "more", found > CELL_DATES ? (int64_t) (found - CELL_DATES) : 0);
    pk_json_add_bool(&visit->out, "full", found > CELL_DATES);
    pk_json_close(&visit->out, '}');
}

static void add_link(struct pk_visit *visit, const char *name, int32_t first)
{
    char text[PK_LOCAL_TEXT_MAX];
    (void) pk_day_text(first, text);
    text[7] = '\0'; /* "2026-12" */
    pk_json_add_text(&visit->out, name, text);
}

static void add_month(const struct month *month)
{
    struct pk_visit *visit = month->visit;
    char number[16];
    (void) snprintf(number, sizeof number, "%d", (int) (month->first % 10000 / 100));
    pk_staff_add_phrase(visit, "month", "coming.month", number);
    pk_json_add_int(&visit->out, "year", month->first / 10000);
    add_link(visit, "before", month_before(month->first));
    add_link(visit, "after", next_month(month->first));
    pk_json_add_bool(&visit->out, "otherMonth", !month->now);
    pk_json_open(&visit->out, "weekdays", '[');
    for (int i = 1; i <= WEEK; i++) {
        (void) snprintf(number, sizeof number, "%d", i);
        pk_json_open(&visit->out, NULL, '{');
        pk_staff_add_phrase(visit, "name", "coming.weekday", number);
        pk_staff_add_phrase(visit, "brief", "coming.day", number);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
    pk_json_open(&visit->out, "weeks", '[');
    for (int32_t week = month->from; week < month->until; week += WEEK) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_open(&visit->out, "days", '[');
        for (int32_t day = week; day < week + WEEK; day++)
            add_day(month, day);
        pk_json_close(&visit->out, ']');
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* Of this month what is still to come, and of the next one the days up to the same. */
static int add_list(struct month *month, const struct pk_staff *staff, struct pk_error *err)
{
    int32_t from = month->now ? month->today : pk_day_number(month->first);
    int32_t until = month->now ? from + AHEAD_DAYS : pk_day_number(next_month(month->first));
    size_t shown = 0;
    int r = read_dates(month, staff, from, until, err);
    pk_json_open(&month->visit->out, "list", '[');
    for (size_t i = 0; i < month->count; i++)
        if ((!month->now || month->dates[i].date.ends_ms > month->visit->call->now_ms) && shown++ < LIST_DATES)
            add_date(month->visit, &month->dates[i].date);
    pk_json_close(&month->visit->out, ']');
    pk_json_add_bool(&month->visit->out, "noDates", shown == 0);
    return r;
}

static int add_calendar(struct pk_visit *visit, const struct pk_staff *staff, struct pk_error *err)
{
    struct month month;
    int r = begin_month(visit, &month, err);
    if (r == 0)
        r = read_dates(&month, staff, month.from, month.until, err);
    if (r == 0)
        add_month(&month);
    if (r == 0)
        r = add_list(&month, staff, err);
    month_finish(&month);
    return r;
}

/* ---- campaigns, and what waits ---- */

struct listing {
    struct pk_visit *visit;
    size_t count;
    int64_t asked; /* for approval */
};

static int add_campaign(void *ctx, const struct pk_coming_campaign *campaign)
{
    struct listing *listing = ctx;
    struct pk_visit *visit = listing->visit;
    bool live = campaign->state == PK_CAMPAIGN_RUNNING || campaign->state == PK_CAMPAIGN_PAUSED;
    listing->count++;
    listing->asked += campaign->state == PK_CAMPAIGN_AWAITING_APPROVAL;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_id(&visit->out, "id", campaign->id);
    pk_json_add_text(&visit->out, "campaign", campaign->name);
    pk_json_add_bool(&visit->out, "live", live);
    pk_office_add_campaign_state(visit, (enum pk_campaign_state) campaign->state);
    pk_json_add_bool(&visit->out, "next", campaign->due_ms != 0);
    pk_office_add_step(visit, "step", campaign->template_name);
    pk_staff_add_moment(visit, "due", campaign->due_ms);
    pk_json_add_int(&visit->out, "people", campaign->people);
    pk_json_add_bool(&visit->out, "known", campaign->people > 0 && !pk_is_few(campaign->people));
    pk_json_add_int(&visit->out, "peopleMax", campaign->people_max);
    pk_json_close(&visit->out, '}');
    return 0;
}

static int add_draft(void *ctx, const struct pk_agenda_event *event)
{
    struct listing *listing = ctx;
    struct pk_visit *visit = listing->visit;
    listing->count++;
    pk_json_open(&visit->out, NULL, '{');
    pk_staff_add_theirs(visit, "title", pk_slice_of(event->title));
    pk_json_add_text(&visit->out, "proposedBy", event->proposed_by);
    pk_json_close(&visit->out, '}');
    return 0;
}

static int add_campaigns(struct pk_visit *visit, const struct pk_staff *staff, bool sees, struct pk_error *err)
{
    struct listing listing = { .visit = visit };
    int r = 0;
    pk_json_open(&visit->out, "campaigns", '[');
    if (sees)
        r = pk_coming_campaigns_each(visit->call->service, &staff->acting.actor, visit->call->now_ms, add_campaign, &listing, err);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "noCampaigns", listing.count == 0);
    pk_json_add_int(&visit->out, "asked", listing.asked);
    pk_json_add_bool(&visit->out, "anyAsked", listing.asked > 0);
    return r;
}

static int add_drafts(struct pk_visit *visit, const struct pk_staff *staff, bool sees, struct pk_error *err)
{
    struct listing listing = { .visit = visit };
    int r = 0;
    pk_json_open(&visit->out, "drafts", '[');
    if (sees)
        r = pk_events_each(visit->call->service, &staff->acting.actor, PK_AGENDA_DRAFT, visit->call->now_ms, 0, DRAFTS_MAX, add_draft, &listing, err);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "anyDrafts", listing.count > 0);
    return r;
}

static int64_t waiting_replies(struct pk_visit *visit, bool reads)
{
    struct pk_inbox_counts counts = { 0 };
    if (reads)
        pk_inbox_count(visit->call->service->store, visit->call->now_ms, &counts);
    return counts.open;
}

static bool may(const struct pk_staff *staff, enum pk_action action)
{
    return pk_may(&staff->acting.actor, action, NULL, NULL) == 0;
}

void pk_office_coming_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    if (!pk_office_has(staff.acting.actor.role)) {
        pk_visit_go(visit, "/staff");
        return;
    }
    bool events = may(&staff, PK_ACTION_EVENT_VIEW), campaigns = may(&staff, PK_ACTION_CAMPAIGN_VIEW), reads = may(&staff, PK_ACTION_INBOX_READ);
    int64_t replies = waiting_replies(visit, reads);
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "office.coming"));
    pk_json_add_bool(&visit->out, "seesEvents", events);
    pk_json_add_bool(&visit->out, "seesCampaigns", campaigns);
    pk_json_add_bool(&visit->out, "seesNothing", !events && !campaigns);
    pk_json_add_int(&visit->out, "replies", replies);
    pk_json_add_bool(&visit->out, "anyReplies", replies > 0);
    int r = events ? add_calendar(visit, &staff, &err) : 0;
    if (r == 0)
        r = add_campaigns(visit, &staff, campaigns, &err);
    if (r == 0)
        r = add_drafts(visit, &staff, events, &err);
    if (r == 0)
        pk_office_show(visit, &staff, 200, "coming", "office-coming");
    else
        pk_visit_trouble(visit, &err);
}
