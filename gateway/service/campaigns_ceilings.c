/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What stops a campaign by itself: more people, or more money, than were approved, and too large a share of errors. The two
 * ceilings are asked before a step is released, and again with each chunk of messages that is made of it: what was made, at the
 * price of the dearest account that may carry it, is counted in the same unit, and from then on what its attempts cost
 * (store/campaign_made.h); so that of cost is looked at every second too. Errors are looked at once a minute, on the reading thread,
 * as that reads each message of a step.
 */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/model/floor.h"
#include "gateway/service/campaigns_private.h"
#include "gateway/service/desks.h"
#include "gateway/service/planner.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/texts.h"
#include "gateway/service/trail.h"
#include "gateway/store/campaign_made.h"

#define ERRORS_OF 20 /* fewer say nothing */
#define WATCHED_MS (48 * 3600000ll) /* so long after a step was due: later nothing of it leaves, and hardly a receipt comes */
#define WATCH_DEADLINE_MS 30000
#define WHY_PEOPLE "it would reach more people than were approved"
#define WHY_COST "it would cost more than was approved"

/* ---- stopped ---- */

/* Whoever can look hears of it; that nobody can be told must not keep it from stopping. */
static void tell_team(struct pk_service *service, int64_t now_ms)
{
    struct pk_error err = { 0 };
    if (service->rules->team && pk_planner_team(service, 0, now_ms, &err) != 0)
        pk_log(PK_LOG_ERROR, "campaigns", "team.failed", "reason", err.message, NULL);
}

int pk_campaign_stop(struct pk_service *service, struct pk_campaign *campaign, const char *why, int64_t now_ms, struct pk_error *err)
{
    static const struct pk_actor gateway = { .role = PK_ROLE_SYSTEM, .name = "gateway", .purpose = "campaign" };
    (void) snprintf(campaign->why, sizeof campaign->why, "%s", why);
    campaign->state = PK_CAMPAIGN_PAUSED;
    campaign->updated_ms = now_ms;
    pk_log(PK_LOG_WARN, "campaigns", "campaign.paused", "campaign", campaign->name, "reason", why, NULL);
    service->metrics.campaigns_stopped++;
    int r = pk_campaign_call_back(service, campaign, now_ms, NULL, err);
    if (r == 0)
        r = pk_campaign_write(service->store, campaign, err);
    if (r == 0)
        r = pk_trail_done(service, &gateway, "campaign.pause", campaign->name, why, 0, now_ms, err);
    if (r == 0)
        tell_team(service, now_ms);
    return r;
}

/* ---- before a step goes ---- */

/* What left and what waits is counted, and what is to be made at its first channel: a ceiling stops what does cost more, not what
 * could. Of this step's date it is counted again with everybody it is for. Of a step for some of those
 * told, or for news, nobody knows how many those are: it is asked while its messages are made. */
static const char *beyond_cost(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                               const struct pk_audience *audience, const struct pk_audience_counts *counts)
{
    struct pk_step_cost cost = { 0 };
    struct pk_campaign_made all = pk_campaign_made(service->store, campaign->id, 0, 0);
    struct pk_campaign_made own = pk_campaign_made(service->store, campaign->id, step->id, campaign->edition);
    bool for_all = !pk_step_waits_for_news(&step->rule) && step->rule.whom == PK_STEP_TO_ALL;
    if (campaign->cost_max == 0)
        return NULL;
    if (for_all && pk_campaign_step_cost(service, campaign, step->template_name, campaign->currency, counts, audience, &cost, NULL) != 0)
        return "what its text costs cannot be worked out";
    if (for_all && !cost.first.known)
        return "an account of its route has no price in the currency of its ceiling";
    return all.cost - (for_all ? own.cost : 0) + cost.first.most > campaign->cost_max ? WHY_COST : NULL;
}

/* Everybody of its audience with what a price hangs on. Blocks for as long as it takes. */
static int survey_all(struct pk_service *service, const struct pk_audience *audience, int64_t now_ms, struct pk_survey **ret_survey, struct pk_error *err)
{
    int r;
    *ret_survey = pk_survey_new(audience, now_ms);
    while ((r = pk_survey_some(*ret_survey, service->store, PK_CAMPAIGN_PEOPLE_MAX, err)) == 1) {
    }
    return r;
}

/* Without a ceiling of cost people are counted only, which is less work. */
const char *pk_campaign_beyond(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step, int64_t now_ms)
{
    pk_auto(pk_survey) struct pk_survey *survey = NULL;
    struct pk_audience_tree tree;
    struct pk_audience audience;
    struct pk_error err = { 0 };
    const char *why = NULL;
    int64_t people = 0;
    int r = pk_campaign_audience(service, campaign, &tree, &audience, &err);
    if (r == 0 && campaign->cost_max == 0) {
        r = pk_audience_count(service->store, &audience, now_ms, PK_CAMPAIGN_PEOPLE_MAX + 1, &people, &err);
    } else if (r == 0 && (r = survey_all(service, &audience, now_ms, &survey, &err)) == 0) {
        people = pk_survey_counts(survey)->by_reason[PK_TOLD];
        why = beyond_cost(service, campaign, step, &audience, pk_survey_counts(survey));
    }
    if (r != 0)
        return r == PK_E_NOT_FOUND ? "its route is no longer configured" : "whom it would reach cannot be counted";
    return people > campaign->people_max ? WHY_PEOPLE : why;
}

/* ---- before it is approved ---- */

/* What all of it costs at the most, change and cancellation and every later channel that has a price too, for as many people as its
 * ceiling; and the margin of the rules.
 * 0: nobody to reckon with, or no price is known. */
static int64_t reckoned(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_audience *audience,
                        const struct pk_audience_counts *counts, const char *currency)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    int64_t heads = 0, sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < counts->group_count; i++) /* as many as the price is of: a few are told by none of both */
        heads += pk_is_few(counts->groups[i].people) ? PK_FLOOR - 1 : counts->groups[i].people;
    if (heads == 0 || pk_campaign_steps(service->store, campaign->id, steps, &count, NULL) != 0)
        return 0;
    for (size_t i = 0; i < count; i++) {
        struct pk_step_cost cost;
        if (pk_campaign_step_cost(service, campaign, steps[i].template_name, currency, counts, audience, &cost, NULL) != 0 || !cost.first.known)
            return 0;
        sum += cost.first.most + cost.later;
    }
    int64_t each = (sum + heads - 1) / heads, most = each * campaign->people_max;
    return most + (most * service->rules->cost_margin_percent + 99) / 100;
}

int pk_campaign_ceilings(struct pk_service *service, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    pk_auto(pk_survey) struct pk_survey *survey = NULL;
    struct pk_audience_tree tree;
    struct pk_audience audience;
    int64_t people = 0;
    int r = pk_campaign_audience(service, campaign, &tree, &audience, err);
    const char *currency = r == 0 ? pk_campaign_currency(service, campaign) : NULL;
    if (r == 0 && !currency) {
        r = pk_audience_count(service->store, &audience, now_ms, PK_CAMPAIGN_PEOPLE_MAX + 1, &people, err);
    } else if (r == 0 && (r = survey_all(service, &audience, now_ms, &survey, err)) == 0) {
        people = pk_survey_counts(survey)->by_reason[PK_TOLD];
        int64_t cost = reckoned(service, campaign, &audience, pk_survey_counts(survey), currency);
        if (campaign->cost_max == 0 && cost > 0) {
            campaign->cost_max = cost;
            (void) snprintf(campaign->currency, sizeof campaign->currency, "%s", currency);
        }
    }
    if (r != 0 || people <= campaign->people_max)
        return r;
    (void) pk_fail(err, PK_E_LIMIT, "it would reach more than the %lld people it says", (long long) campaign->people_max);
    return pk_hint(err, PK_E_LIMIT, "Narrow its audience, or say a higher number of people.");
}

/* ---- while its messages are made ---- */

void pk_campaign_meter_begin(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_campaign_meter *ret_meter)
{
    struct pk_campaign_link link;
    struct pk_campaign campaign;
    *ret_meter = (struct pk_campaign_meter){ 0 };
    if (!pk_campaign_link(service->store, trigger->id, &link) || pk_campaign_by_id(service->store, link.campaign, &campaign, NULL) != 0)
        return;
    ret_meter->of_campaign = true;
    ret_meter->laddered = campaign.laddered;
    ret_meter->capped = service->rules->at_most_times > 0 && !link.news;
    int64_t due_ms = trigger->send_at_ms > now_ms ? trigger->send_at_ms : now_ms;
    ret_meter->since_ms = due_ms - service->rules->at_most_ms;
    if (campaign.cost_max > 0)
        memcpy(ret_meter->currency, campaign.currency, sizeof ret_meter->currency);
}

bool pk_campaign_meter_leaves_out(struct pk_service *service, const struct pk_campaign_meter *meter, int64_t recipient)
{
    return meter->capped && pk_campaign_told_since(service->store, recipient, meter->since_ms) >= service->rules->at_most_times;
}

/* Most people of a chunk get the same text by the same way. */
void pk_campaign_meter_add(struct pk_campaign_meter *meter, const struct pk_making *making, int64_t version)
{
    meter->people++;
    if (meter->currency[0] == '\0' || !making->route)
        return;
    if (version != meter->version || making->route != meter->route || strcmp(making->country, meter->country) != 0) {
        struct pk_text *text = NULL;
        meter->version = version;
        meter->route = making->route;
        memcpy(meter->country, making->country, sizeof meter->country);
        uint32_t parts = pk_texts_get(making->service, making->trigger->notice, version, false, &text, NULL) == 0 ? pk_text_parts(text) : 0;
        meter->price = pk_campaign_dearest(making->route, meter->currency, making->country, parts);
        pk_text_release(text);
    }
    meter->cost += meter->price;
}

int pk_campaign_meter_end(struct pk_service *service, const struct pk_campaign_meter *meter, int64_t trigger, int64_t now_ms, struct pk_error *err)
{
    struct pk_campaign_link link;
    struct pk_campaign campaign;
    if (!meter->of_campaign || meter->people == 0 || !pk_campaign_link(service->store, trigger, &link))
        return 0;
    int r = pk_campaign_trigger_made(service->store, trigger, meter->people, meter->cost, err);
    if (r == 0)
        r = pk_campaign_by_id(service->store, link.campaign, &campaign, err);
    if (r != 0 || campaign.state != PK_CAMPAIGN_RUNNING)
        return r;
    struct pk_campaign_made all = pk_campaign_made(service->store, campaign.id, 0, 0);
    struct pk_campaign_made step = pk_campaign_made(service->store, campaign.id, link.step, link.edition);
    const char *why = step.people > campaign.people_max ? WHY_PEOPLE : campaign.cost_max > 0 && all.cost > campaign.cost_max ? WHY_COST : NULL;
    if (!why)
        return 0;
    struct pk_buf texts;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = pk_campaign_stop(service, &campaign, why, now_ms, err);
    pk_buf_finish(&texts);
    return r;
}

/* ---- while they leave ---- */

int pk_campaign_look_at_cost(struct pk_service *service, struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    bool beyond = campaign->cost_max > 0 && pk_campaign_made(service->store, campaign->id, 0, 0).cost > campaign->cost_max;
    return beyond ? pk_campaign_stop(service, campaign, WHY_COST, now_ms, err) : 0;
}

/* ---- errors ---- */

/* What the reading thread looks for: the running campaigns of which a step fails too often. */
#define WATCHED_MAX 64
struct watch {
    struct pk_service *service;
    int64_t percent, now_ms;
    int64_t found[WATCHED_MAX], since_ms[WATCHED_MAX];
    size_t count;
};

/* Of what came of them since it was started, moved or resumed: whoever lets it go on has looked at what was before. */
static int look_at(struct watch *watch, struct pk_store *store, int64_t id, struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    struct pk_campaign campaign;
    size_t count = 0;
    int r = pk_campaign_by_id(store, id, &campaign, err);
    if (r == 0)
        r = pk_campaign_steps(store, id, steps, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        int64_t triggers[PK_CAMPAIGN_TRIGGERS_MAX];
        struct pk_campaign_outcome sum = { 0 };
        size_t trigger_count = 0;
        if (steps[i].due_ms < watch->now_ms - WATCHED_MS)
            continue;
        r = pk_campaign_triggers(store, id, steps[i].id, 0, triggers, PK_COUNT(triggers), &trigger_count, err);
        for (size_t j = 0; r == 0 && j < trigger_count; j++) {
            struct pk_campaign_outcome one;
            r = pk_campaign_outcome(store, triggers[j], campaign.updated_ms, &one, err);
            sum.ended += one.ended;
            sum.failed += one.failed;
        }
        if (r == 0 && sum.ended >= ERRORS_OF && sum.failed * 100 >= sum.ended * watch->percent) {
            watch->found[watch->count] = id;
            watch->since_ms[watch->count++] = campaign.updated_ms;
            break;
        }
    }
    return r;
}

static int look(void *ctx, struct pk_store *store, struct pk_error *err)
{
    struct watch *watch = ctx;
    int r = 0;
    for (int64_t id = 0; r == 0 && watch->count < WATCHED_MAX && (id = pk_campaign_running(store, id)) != 0;)
        r = look_at(watch, store, id, err);
    return r;
}

/* Unless somebody did something to it meanwhile: then it is looked at anew. */
static int stop_one(struct pk_service *service, int64_t id, int64_t since_ms, struct pk_error *err)
{
    struct pk_campaign campaign;
    struct pk_buf texts;
    int r = pk_campaign_by_id(service->store, id, &campaign, err);
    if (r != 0 || campaign.state != PK_CAMPAIGN_RUNNING || campaign.updated_ms != since_ms)
        return r;
    pk_buf_init(&texts, 2 * PK_CAMPAIGN_TEXTS_MAX);
    pk_campaign_keep(&campaign, &texts);
    r = pk_campaign_stop(service, &campaign, "too many of a step's messages failed", pk_clock_wall_ms(), err);
    pk_buf_finish(&texts);
    return r;
}

static void looked(void *ctx, int result, const struct pk_error *err)
{
    struct watch *watch = ctx;
    struct pk_service *service = watch->service;
    if (result != 0)
        pk_log(PK_LOG_ERROR, "campaigns", "watch.failed", "reason", err->message, NULL);
    for (size_t i = 0; result == 0 && i < watch->count; i++) {
        struct pk_error own = { 0 };
        int r = pk_unit_begin(service->store, &own);
        if (r == 0 && (r = stop_one(service, watch->found[i], watch->since_ms[i], &own)) != 0)
            pk_unit_drop(service->store);
        else if (r == 0)
            r = pk_unit_keep(service->store, &own);
        if (r != 0)
            pk_log(PK_LOG_ERROR, "campaigns", "stop.failed", "reason", own.message, NULL);
    }
    free(watch);
}

void pk_campaigns_watch(struct pk_service *service)
{
    struct pk_error err = { 0 };
    if (service->rules->stop_at_percent <= 0 || pk_campaign_running(service->store, 0) == 0)
        return;
    struct watch *watch = pk_alloc(sizeof *watch);
    *watch = (struct watch){ .service = service, .percent = service->rules->stop_at_percent, .now_ms = pk_clock_wall_ms() };
    struct pk_read read = { .run = look, .done = looked, .ctx = watch, .deadline_ms = WATCH_DEADLINE_MS };
    if (!service->reader) {
        int r = look(watch, service->store, &err);
        looked(watch, r, &err);
    } else if (pk_reader_submit(service->reader, &read, &err) != 0) {
        looked(watch, err.code, &err);
    }
}
