/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/key_events.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/language/dates.h"
#include "gateway/service/campaigns_private.h"
#include "gateway/service/circles.h"
#include "gateway/service/trail.h"
#include "gateway/store/names.h"
#include "gateway/store/told_me.h"

#define EVENTS_MAX 40u

/* ---- whose ---- */

static int allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const char *topic, const char *object,
                 struct pk_error *err)
{
    const struct pk_about about = { .owner = pk_slice_of(actor->name ? actor->name : ""), .topic = pk_slice_of(topic ? topic : "") };
    return pk_allow(service, actor, action, &about, object, err);
}

/* Her circle; an empty one where she signed nobody up yet. */
static int circle_of(struct pk_service *service, const struct pk_actor *actor, struct pk_user *ret_user, struct pk_circle *ret_circle,
                     struct pk_error *err)
{
    *ret_circle = (struct pk_circle){ 0 };
    int r = pk_user_get(service->store, pk_slice_of(actor->name ? actor->name : ""), ret_user, err);
    if (r != 0)
        return r;
    r = pk_circle_of_user(service->store, ret_user->id, ret_circle, err);
    return r == PK_E_NOT_FOUND ? 0 : r;
}

static int64_t few(int64_t people)
{
    return people > 0 && people < PK_CIRCLE_SMALL ? PK_FEW : people;
}

/* ---- one ---- */

static int count_answers(struct pk_service *service, const struct pk_occurrence *date, int64_t user, struct pk_key_event *event,
                         struct pk_error *err)
{
    struct pk_rsvp_counts counts;
    int r = pk_rsvps_count(service->store, date->id, date->version, &counts, err);
    if (r != 0)
        return r;
    event->counts = true;
    event->yes = few(counts.yes);
    event->heads = event->yes == PK_FEW ? PK_FEW : counts.heads;
    event->no = few(counts.no);
    event->told_me = pk_told_me_get(service->store, date->id, date->version, user);
    return 0;
}

static int look_at_date(struct pk_service *service, const struct pk_campaign *campaign, int64_t user, struct pk_key_event *event,
                        struct pk_error *err)
{
    struct pk_occurrence date;
    struct pk_agenda_event agenda;
    (void) snprintf(event->title, sizeof event->title, "%s", campaign->name);
    event->starts_ms = campaign->starts_ms;
    if (campaign->occurrence == 0 || pk_occurrence_get(service->store, campaign->occurrence, &date, NULL) != 0)
        return 0;
    event->starts_ms = date.starts_ms;
    event->off = date.state == PK_AGENDA_CANCELLED;
    (void) snprintf(event->place, sizeof event->place, "%s", date.place);
    (void) snprintf(event->kind, sizeof event->kind, "%s", date.kind);
    if (pk_agenda_get(service->store, date.event, &agenda, NULL) == 0)
        (void) snprintf(event->title, sizeof event->title, "%s", agenda.title);
    return count_answers(service, &date, user, event, err);
}

/* *ret_hers false: nobody of her circle was told of it, it is over, or about a topic that is not hers. */
static int look(struct pk_service *service, const struct pk_actor *actor, const struct pk_user *user, const struct pk_circle *circle, int64_t id,
                bool exactly, int64_t now_ms, struct pk_key_event *event, bool *ret_hers, struct pk_error *err)
{
    struct pk_campaign_for_circle stands;
    struct pk_campaign campaign;
    struct pk_buf texts;
    *event = (struct pk_key_event){ .id = id };
    *ret_hers = false;
    int r = pk_campaign_by_id(service->store, id, &campaign, err);
    if (r != 0 || circle->id == 0)
        return r;
    event->topic = pk_name_text(service->store, PK_NAME_TOPIC, campaign.topic);
    const struct pk_about about = { .owner = pk_slice_of(actor->name), .topic = pk_slice_of(event->topic) };
    bool alive = campaign.state == PK_CAMPAIGN_RUNNING || campaign.state == PK_CAMPAIGN_PAUSED || campaign.state == PK_CAMPAIGN_FINISHED;
    if (!alive || pk_may(actor, PK_ACTION_CAMPAIGN_VIEW, &about, NULL) != 0)
        return 0;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    (void) snprintf(event->campaign, sizeof event->campaign, "%s", campaign.name);
    r = pk_campaign_for_circle(service, &campaign, circle, exactly, now_ms, &stands, err);
    if (r == 0)
        r = look_at_date(service, &campaign, user->id, event, err);
    pk_buf_finish(&texts);
    *ret_hers = r == 0 && stands.told && (event->starts_ms > now_ms || (event->starts_ms == 0 && stands.planned_ms > now_ms));
    event->planned_ms = event->off ? 0 : stands.planned_ms;
    event->people = few(stands.people);
    (void) snprintf(event->template_name, sizeof event->template_name, "%s", stands.template_name);
    event->sent_ms = stands.sent_ms;
    event->sent_people = few(stands.sent_people);
    event->gone_ms = stands.gone_ms;
    return r;
}

int pk_key_event(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_key_event *ret_event,
                 struct pk_error *err)
{
    struct pk_user user;
    struct pk_circle circle;
    bool hers = false;
    int r = allow(service, actor, PK_ACTION_CAMPAIGN_VIEW, NULL, NULL, err);
    if (r == 0)
        r = circle_of(service, actor, &user, &circle, err);
    if (r == 0)
        r = look(service, actor, &user, &circle, id, true, now_ms, ret_event, &hers, err);
    if (r != 0 && r != PK_E_NOT_FOUND)
        return r;
    return r == 0 && hers ? 0 : pk_fail(err, PK_E_NOT_FOUND, "there is no such event");
}

/* ---- all ---- */

struct ids {
    int64_t items[EVENTS_MAX], starts_ms[EVENTS_MAX];
    size_t count;
    int64_t now_ms;
};

/* By their beginning; those that are over stay out. */
static int add_id(void *ctx, const struct pk_campaign *campaign)
{
    struct ids *ids = ctx;
    if (campaign->starts_ms != 0 ? campaign->starts_ms <= ids->now_ms : campaign->state != PK_CAMPAIGN_RUNNING)
        return 0;
    size_t at = ids->count < EVENTS_MAX ? ids->count++ : EVENTS_MAX;
    for (; at > 0 && campaign->starts_ms < ids->starts_ms[at - 1]; at--) {
        if (at == EVENTS_MAX)
            continue;
        ids->items[at] = ids->items[at - 1];
        ids->starts_ms[at] = ids->starts_ms[at - 1];
    }
    if (at < EVENTS_MAX) {
        ids->items[at] = campaign->id;
        ids->starts_ms[at] = campaign->starts_ms;
    }
    return 0;
}

int pk_key_events_each(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                       int (*each)(void *ctx, const struct pk_key_event *event), void *ctx, struct pk_error *err)
{
    struct ids ids = { .now_ms = now_ms };
    struct pk_key_event event;
    struct pk_user user;
    struct pk_circle circle;
    bool hers = false;
    int r = allow(service, actor, PK_ACTION_CAMPAIGN_VIEW, NULL, NULL, err);
    if (r == 0)
        r = circle_of(service, actor, &user, &circle, err);
    if (r == 0)
        r = pk_campaigns_list(service->store, add_id, &ids, err);
    for (size_t i = 0; r == 0 && i < ids.count; i++) {
        r = look(service, actor, &user, &circle, ids.items[i], false, now_ms, &event, &hers, err);
        if (r == 0 && hers)
            r = each(ctx, &event);
    }
    return r;
}

/* ---- what it says, and that it goes ---- */

int pk_key_event_text(struct pk_service *service, const struct pk_key_event *event, struct pk_slice tag, struct pk_buf *out, struct pk_error *err)
{
    struct pk_campaign campaign;
    struct pk_segmentation length;
    struct pk_slice script = tag, language = tag;
    struct pk_buf texts;
    (void) pk_slice_cut(&script, '-', &language);
    if (event->template_name[0] == '\0')
        return pk_fail(err, PK_E_NOT_FOUND, "no reminder of it is still to come");
    int r = pk_campaign_by_id(service->store, event->id, &campaign, err);
    if (r != 0)
        return r;
    if (!pk_catalog_has_language(service->catalog, language))
        language = pk_slice_of(service->rules->default_language);
    if (!pk_catalog_has_rendering(service->catalog, language, script))
        script = (struct pk_slice){ 0 };
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = pk_campaign_text(service, &campaign, pk_slice_of(event->template_name), language, script, out, &length, err);
    pk_buf_finish(&texts);
    return r;
}

int pk_key_event_remind(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t planned_ms, int64_t now_ms,
                        struct pk_error *err)
{
    struct pk_campaign_reminded reminded;
    struct pk_key_event event;
    int r = pk_key_event(service, actor, id, now_ms, &event, err);
    if (r == 0 && event.planned_ms == 0 && event.sent_ms != 0)
        return 0; /* she pressed before */
    if (r == 0 && event.planned_ms != planned_ms)
        return pk_fail(err, PK_E_CONFLICT, "the reminder that was shown went by itself, or its date moved");
    return r == 0 ? pk_campaign_remind(service, actor, pk_slice_of(event.campaign), (struct pk_slice){ 0 }, now_ms, &reminded, err) : r;
}

/* ---- told by mouth ---- */

int pk_key_event_told_me(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t count, int64_t now_ms,
                         struct pk_error *err)
{
    struct pk_key_event event;
    struct pk_campaign campaign;
    struct pk_occurrence date;
    struct pk_user user;
    char object[PK_ID_TEXT_MAX], detail[48];
    int r = pk_key_event(service, actor, id, now_ms, &event, err);
    if (r == 0)
        r = allow(service, actor, PK_ACTION_RSVP_RECORD, event.topic, pk_id_format(id, object), err);
    if (r == 0 && (count < 0 || count > PK_TOLD_ME_MAX))
        r = pk_fail(err, PK_E_INVALID, "so many people cannot be written down here: 0 to %d", PK_TOLD_ME_MAX);
    if (r == 0 && (!event.counts || event.off))
        r = pk_fail(err, PK_E_CONFLICT, "it was called off, or is no date of an event");
    if (r == 0)
        r = pk_campaign_by_id(service->store, id, &campaign, err);
    if (r == 0)
        r = pk_occurrence_get(service->store, campaign.occurrence, &date, err);
    if (r == 0)
        r = pk_user_get(service->store, pk_slice_of(actor->name), &user, err);
    if (r == 0)
        r = pk_told_me_put(service->store, date.id, date.version, user.id, count, now_ms, err);
    (void) snprintf(detail, sizeof detail, "%lld said so by mouth", (long long) count);
    return r == 0 ? pk_trail_done(service, actor, "rsvp.told-me", object, detail, 0, now_ms, err) : r;
}

/* ---- a month ---- */

int pk_key_month(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_key_month *ret_month, struct pk_error *err)
{
    struct pk_circle_view view;
    struct pk_circle circle;
    struct pk_user user;
    int64_t from_ms, reminded = 0;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int number;
    *ret_month = (struct pk_key_month){ 0 };
    int r = pk_circle_show(service, actor, pk_slice_of(actor->name ? actor->name : ""), now_ms, &view, err);
    if (r == 0)
        r = pk_wall_new(service->rules->zone, &wall, err);
    if (r == 0)
        r = circle_of(service, actor, &user, &circle, err);
    if (r != 0)
        return r;
    pk_wall_day(wall, now_ms, &ret_month->year, &ret_month->month, &number);
    const int32_t day = ret_month->year * 10000 + ret_month->month * 100;
    r = pk_wall_moment(wall, (struct pk_local){ .day = day + 1 }, &from_ms, NULL);
    if (r != 0)
        return pk_fail(err, PK_E_INVALID, "the month has no first day");
    ret_month->size = view.size;
    ret_month->signups = pk_circle_days_sum(service->store, user.id, day, day + 99);
    if (circle.id != 0)
        ret_month->reminders = pk_campaign_circle_sum(service->store, circle.id, from_ms, &reminded);
    ret_month->reminded = few(reminded);
    return 0;
}
