/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A campaign's text to whoever wrote it, before anybody else gets it: by the way it would take, in the words of a language. It is
 * no invitation to that address: class staff, ten minutes of worth, nobody's RSVP; and so often a day, so that it stays a trial.
 */
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/language/phone.h"
#include "gateway/service/address.h"
#include "gateway/service/campaigns_preview.h"
#include "gateway/service/campaigns_private.h"
#include "gateway/service/desks.h"
#include "gateway/service/gate.h"
#include "gateway/service/planner.h"
#include "gateway/service/spending.h"
#include "gateway/service/trail.h"
#include "gateway/store/audit.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"

#define VALID_MS (10 * 60 * 1000ll) /* whoever tries it waits for it */
#define ACTION "campaign.trial"
#define ENTRIES_MAX 2000 /* of one person in one day that are looked through */

static int count_trial(void *ctx, const struct pk_audit_entry *entry)
{
    *(int64_t *) ctx += pk_slice_is(entry->action, ACTION);
    return 0;
}

static int check_often(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err)
{
    struct pk_audit_filter filter = { .actor = pk_slice_of(actor->name ? actor->name : ""), .since_ms = now_ms - 86400000 };
    int64_t count = 0;
    int r = pk_audit_list(service->store, &filter, ENTRIES_MAX, count_trial, &count, err);
    if (r != 0 || count < PK_TRIALS_PER_DAY)
        return r;
    (void) pk_fail(err, PK_E_LIMIT, "that were %d trials in a day", PK_TRIALS_PER_DAY);
    return pk_hint(err, PK_E_LIMIT, "Read the texts with pokana campaigns preview instead.");
}

/* As its channel keeps it; what was typed is repeated nowhere. */
static int read_address(struct pk_service *service, const char *channel, struct pk_slice text, char room[PK_ADDRESS_ROOM], struct pk_slice *ret_address,
                        struct pk_error *err)
{
    char e164[PK_PHONE_MAX] = "";
    int r = 0;
    if (strcmp(channel, PK_CHANNEL_EMAIL) == 0)
        return pk_address_read_mail(text, room, ret_address, err);
    if (strcmp(channel, PK_CHANNEL_SMS) != 0) {
        *ret_address = pk_address_as_kept(service, pk_slice_of(channel), text, room);
        return 0;
    }
    if (pk_phone_parse(text, service->rules->phone_region, e164) != PK_PHONE_OK) {
        (void) pk_fail(err, PK_E_INVALID, "field \"address\" is no number that takes SMS");
        r = pk_hint(err, PK_E_INVALID, "Write it with its country: + and the country's code first.");
    }
    (void) snprintf(room, PK_ADDRESS_ROOM, "%s", e164);
    explicit_bzero(e164, sizeof e164);
    *ret_address = pk_slice_of(room);
    return r;
}

/* The address is kept like a stranger's; the route is that of its country. */
static int find_way(struct pk_service *service, const struct pk_campaign *campaign, struct pk_slice value, struct pk_message *message, int64_t now_ms,
                    struct pk_error *err)
{
    struct pk_address known = { 0 };
    int r = pk_address_find(service->store, message->channel, value, &known, err);
    if (r == PK_E_NOT_FOUND) {
        r = pk_address_add(service->store, 0, message->channel, value, now_ms, &known.id, err);
        if (r == 0)
            r = pk_address_get(service->store, known.id, &known, err);
    }
    if (r != 0)
        return r;
    const struct pk_lane_route *route = pk_campaign_way(service, campaign, message->channel, known.country);
    if (!route)
        return pk_fail(err, PK_E_CONFIG, "there is no route for this channel and country");
    if (known.blocked_ms != 0 || pk_suppression_has(service->store, message->channel, value))
        return pk_fail(err, PK_E_CONFLICT, "nothing is sent to that address: it said STOP, or its network refused it");
    message->address = known.id;
    message->route = route->id;
    return 0;
}

static int queue(struct pk_service *service, const struct pk_campaign *campaign, const char *text, const struct pk_campaign_trial *trial,
                 struct pk_message *message, int64_t now_ms, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *values = NULL;
    struct pk_buf said;
    pk_buf_init(&said, PK_CAMPAIGN_TEXTS_MAX);
    int r = pk_json_parse(campaign->values, PK_CAMPAIGN_TEXTS_MAX, &values, err);
    if (r == 0)
        r = pk_campaign_fill(service, pk_slice_of(text), campaign->route, values, &said, err);
    struct pk_notice notice = {
        .cls = PK_CLASS_STAFF,
        .template_name = pk_slice_of(text),
        .values = pk_buf_slice(&said),
        .created_ms = now_ms,
    };
    struct pk_slice language = trial->language.len > 0 ? trial->language : pk_slice_of(service->rules->default_language);
    *message = (struct pk_message){
        .id = pk_id_ordered(),
        .address = message->address,
        .channel = message->channel,
        .cls = PK_CLASS_STAFF,
        .route = message->route,
        .priority = PK_PRIORITY_ANSWER,
        .state = PK_MESSAGE_QUEUED,
        .due_ms = now_ms,
        .expires_ms = now_ms + VALID_MS,
        .updated_ms = now_ms,
    };
    if (r == 0)
        r = pk_planner_queue(service, &notice, language, trial->script, message, err);
    pk_buf_finish(&said);
    return r;
}

static int check(struct pk_service *service, const struct pk_actor *actor, const struct pk_campaign *campaign, const struct pk_campaign_trial *trial,
                 int64_t now_ms, struct pk_campaign_step *ret_step, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count = 0;
    struct pk_about about = { .topic = pk_slice_of(pk_name_text(service->store, PK_NAME_TOPIC, campaign->topic)) };
    int r = pk_allow(service, actor, PK_ACTION_CAMPAIGN_EDIT, &about, campaign->name, err);
    if (r == 0)
        r = check_often(service, actor, now_ms, err);
    if (r == 0)
        r = pk_campaign_steps(service->store, campaign->id, steps, &count, err);
    if (r != 0)
        return r;
    if (trial->step < 1 || trial->step > (int64_t) count)
        return pk_fail(err, PK_E_INVALID, "step must be from 1 to %zu", count);
    if (pk_gate_all_held(service))
        return pk_fail(err, PK_E_CONFLICT, "all sending is on hold");
    if (trial->language.len > 0 && !pk_catalog_has_language(service->catalog, trial->language))
        return pk_fail(err, PK_E_NOT_FOUND, "there are no texts in that language");
    if (trial->script.len > 0 && !pk_catalog_has_rendering(service->catalog, trial->language, trial->script))
        return pk_fail(err, PK_E_NOT_FOUND, "that language is not written in that script");
    *ret_step = steps[trial->step - 1];
    return 0;
}

int pk_campaign_try(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, const struct pk_campaign_trial *trial,
                    int64_t now_ms, int64_t *ret_message, struct pk_error *err)
{
    struct pk_campaign campaign;
    struct pk_campaign_step step;
    struct pk_buf texts;
    struct pk_slice value;
    char room[PK_ADDRESS_ROOM] = "";
    int r = pk_campaign_get(service->store, name, &campaign, err);
    if (r != 0)
        return r;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = check(service, actor, &campaign, trial, now_ms, &step, err);
    const struct pk_lane_route *own = r == 0 ? pk_desks_route(service->desks, pk_name_text(service->store, PK_NAME_ROUTE, campaign.route)) : NULL;
    if (r == 0 && !own)
        r = pk_fail(err, PK_E_CONFIG, "its route is no longer configured");
    struct pk_message message = { .channel = own ? own->channel : 0 };
    if (r == 0)
        r = read_address(service, own->rule->channel, trial->address, room, &value, err);
    if (r == 0)
        r = find_way(service, &campaign, value, &message, now_ms, err);
    if (r == 0)
        r = queue(service, &campaign, step.template_name, trial, &message, now_ms, err);
    if (r == 0)
        r = pk_trail_done(service, actor, ACTION, campaign.name, "", 0, now_ms, err);
    if (r == 0)
        *ret_message = message.id;
    explicit_bzero(room, sizeof room);
    pk_buf_finish(&texts);
    return r;
}
