/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/reports.h"

#include "gateway/base/id.h"
#include "gateway/service/events.h"
#include "gateway/service/events_private.h"
#include "gateway/service/report_tell.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"
#include "gateway/store/campaigns.h"
#include "gateway/store/names.h"

#define DATES_MAX 64u

/* ---- counted ---- */

int pk_report_counting(struct pk_service *service, const struct pk_report_subject *subject, struct pk_report_counter **ret_counter,
                       struct pk_error *err)
{
    struct pk_report_source *sources = NULL;
    size_t count = 0;
    int r = pk_report_sources(service->store, subject, &sources, &count, err);
    if (r != 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        const struct pk_template *text =
            pk_catalog_find(service->catalog, pk_slice_of(sources[i].template_name), pk_slice_of(service->rules->default_language));
        if (text) /* else the store's guess by the name stands */
            sources[i].opinion = pk_template_reply(text) == PK_TEXT_REPLY_OPINION;
    }
    *ret_counter = pk_report_counter_new(subject, sources, count);
    return 0;
}

void pk_report_question_free(struct pk_report_question *question)
{
    if (!question)
        return;
    pk_report_counter_free(question->counter);
    free(question);
}

int pk_report_answer(struct pk_report_question *question, struct pk_store *store, struct pk_error *err)
{
    return pk_report_count_some(question->counter, store, PK_REPORT_STEP, err);
}

static int ask(struct pk_service *service, const struct pk_report_subject *subject, int64_t now_ms, struct pk_report_question *question,
               struct pk_error *err)
{
    int64_t dates[DATES_MAX];
    size_t count = pk_report_dates(service->store, subject, dates, PK_COUNT(dates));
    question->came = -1;
    question->now_ms = now_ms;
    for (size_t i = 0; i < count; i++) {
        struct pk_came came = pk_came_get(service->store, dates[i]);
        if (came.count >= 0)
            question->came = (question->came < 0 ? 0 : question->came) + came.count;
    }
    return pk_report_counting(service, subject, &question->counter, err);
}

/* ---- of a campaign ---- */

int pk_report_ask_campaign(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                           struct pk_report_question **ret_question, struct pk_error *err)
{
    struct pk_campaign campaign;
    if (pk_right_of(PK_ACTION_REPORT_VIEW, actor->role) != PK_RIGHT_YES) /* before it is told what there is */
        return pk_allow(service, actor, PK_ACTION_REPORT_VIEW, NULL, NULL, err);
    int r = pk_campaign_get(service->store, name, &campaign, err);
    if (r != 0)
        return r;
    const char *topic = pk_name_text(service->store, PK_NAME_TOPIC, campaign.topic);
    const struct pk_about about = { .topic = pk_slice_of(topic ? topic : "") };
    r = pk_allow(service, actor, PK_ACTION_REPORT_VIEW, &about, campaign.name, err);
    if (r != 0)
        return r;
    pk_auto(pk_report_question) struct pk_report_question *question = pk_alloc(sizeof *question);
    const struct pk_report_subject subject = { .kind = PK_REPORT_OF_CAMPAIGN, .id = campaign.id };
    (void) snprintf(question->name, sizeof question->name, "%s", campaign.name);
    (void) snprintf(question->state, sizeof question->state, "%s", pk_campaign_state_name((enum pk_campaign_state) campaign.state));
    r = ask(service, &subject, now_ms, question, err);
    if (r == 0)
        *ret_question = pk_steal(&question);
    return r;
}

/* ---- of a date ---- */

static int find_date(struct pk_service *service, const struct pk_agenda_event *event, int32_t day, struct pk_occurrence *ret_date, struct pk_error *err)
{
    if (event->rule[0] == '\0' && day == event->when.day)
        day = 0;
    int r = pk_occurrence_find(service->store, event->id, day, ret_date, err);
    if (r != PK_E_NOT_FOUND)
        return r;
    (void) pk_fail(err, r, day == 0 && event->rule[0] ? "this event has many dates" : "the event has no such date");
    return pk_hint(err, r, "Name it by the day its rule gives, like --day 2026-12-01, also when it was moved; pokana events show lists them.");
}

/* Who may nothing of it learns nothing of what there is. */
static int get_event(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, int64_t id, struct pk_agenda_event *ret_event,
                     struct pk_error *err)
{
    if (pk_right_of(action, actor->role) == PK_RIGHT_NO)
        return pk_allow(service, actor, action, NULL, NULL, err);
    int r = pk_agenda_get(service->store, id, ret_event, err);
    return r == 0 ? pk_events_allow(service, actor, action, ret_event, err) : r;
}

int pk_report_ask_date(struct pk_service *service, const struct pk_actor *actor, int64_t id, int32_t day, int64_t now_ms,
                       struct pk_report_question **ret_question, struct pk_error *err)
{
    struct pk_agenda_event event;
    struct pk_occurrence date;
    int r = get_event(service, actor, PK_ACTION_REPORT_VIEW, id, &event, err);
    if (r == 0)
        r = find_date(service, &event, day, &date, err);
    if (r != 0)
        return r;
    pk_auto(pk_report_question) struct pk_report_question *question = pk_alloc(sizeof *question);
    const struct pk_report_subject subject = { .kind = PK_REPORT_OF_DATE, .id = date.id };
    question->event = id;
    question->starts_ms = date.starts_ms;
    (void) snprintf(question->name, sizeof question->name, "%s", event.title);
    (void) snprintf(question->state, sizeof question->state, "%s", pk_agenda_state_name((enum pk_agenda_state) date.state));
    r = ask(service, &subject, now_ms, question, err);
    if (r == 0)
        *ret_question = pk_steal(&question);
    return r;
}

/* ---- who came ---- */

static int check_came(const struct pk_occurrence *date, int64_t count, int64_t now_ms, struct pk_error *err)
{
    if (count < 0 || count > PK_CAME_MAX)
        return pk_fail(err, PK_E_INVALID, "how many came must be a number from 0 to %d", PK_CAME_MAX);
    if (date->state == PK_AGENDA_CANCELLED)
        return pk_fail(err, PK_E_CONFLICT, "that date was called off: nobody came");
    if (date->starts_ms <= now_ms)
        return 0;
    (void) pk_fail(err, PK_E_CONFLICT, "that date has not begun");
    return pk_hint(err, PK_E_CONFLICT, "Count the people there, and say so afterwards.");
}

int pk_came_record(struct pk_service *service, const struct pk_actor *actor, int64_t event_id, int32_t day, int64_t count, int64_t now_ms,
                   struct pk_error *err)
{
    struct pk_agenda_event event;
    struct pk_occurrence date;
    char object[PK_ID_TEXT_MAX], detail[64], text[PK_LOCAL_TEXT_MAX] = "";
    int r = get_event(service, actor, PK_ACTION_EVENT_CAME, event_id, &event, err);
    if (r == 0)
        r = find_date(service, &event, day, &date, err);
    if (r == 0)
        r = check_came(&date, count, now_ms, err);
    if (r == 0)
        r = pk_came_put(service->store, date.id, count, pk_slice_of(actor->name), now_ms, err);
    if (r != 0)
        return r;
    if (date.day != 0)
        (void) pk_day_text(date.day, text);
    (void) snprintf(detail, sizeof detail, "%s%s%lld came", text, text[0] ? ": " : "", (long long) count);
    return pk_trail_done(service, actor, "event.came", pk_id_format(event_id, object), detail, 0, now_ms, err);
}
