/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages to those who work here: to the operator who wants to see whether an account works, to the team that answers
 * replies (planner.h). */
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/service/address.h"
#include "gateway/service/desks.h"
#include "gateway/service/gate.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/routing.h"
#include "gateway/service/trail.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"

#define VALID_MS (10 * 60 * 1000ll) /* whoever tests an account waits for it */
#define TEAM_VALID_MS (12 * 3600 * 1000ll) /* later somebody has looked, or the next one says it */
#define WAITING_TEMPLATE "inbox-waiting"
#define PAUSED_TEMPLATE "campaign-paused"
#define ASKED_TEMPLATE "trigger-waiting"
#define ASKED_VALID_MS (2 * 3600 * 1000ll)

static int address_of(struct pk_service *service, uint32_t channel, struct pk_slice value, int64_t now_ms, int64_t *ret_id,
                      struct pk_error *err)
{
    struct pk_address known;
    int r = pk_address_find(service->store, channel, value, &known, err);
    if (r == PK_E_NOT_FOUND)
        return pk_address_add(service->store, 0, channel, value, now_ms, ret_id, err);
    if (r == 0)
        *ret_id = known.id;
    return r;
}

static int may_test(struct pk_service *service, const struct pk_desk *desk, const struct pk_lane_route *route,
                    struct pk_error *err)
{
    if (!route)
        return pk_fail(err, PK_E_CONFIG, "account \"%s\" is in no route", desk->rule->name);
    if (desk->paused) {
        (void) pk_fail(err, PK_E_CONFLICT, "account \"%s\" is paused", desk->rule->name);
        return pk_hint(err, PK_E_CONFLICT, "Resume it first with pokana accounts resume %s.", desk->rule->name);
    }
    if (pk_gate_all_held(service)) {
        (void) pk_fail(err, PK_E_CONFLICT, "all sending is on hold");
        return pk_hint(err, PK_E_CONFLICT, "Resume it first with pokana resume --all.");
    }
    return 0;
}

int pk_planner_staff(struct pk_service *service, const struct pk_actor *actor, const struct pk_staff_plan *plan, int64_t now_ms,
                     int64_t *ret_message, struct pk_error *err)
{
    const struct pk_desk *desk = plan->desk;
    const struct pk_lane_route *route = pk_desks_route_of(service->desks, desk);
    int64_t address = 0;
    int r = pk_allow(service, actor, PK_ACTION_ACCOUNT_TEST, NULL, desk->rule->name, err);
    if (r == 0)
        r = may_test(service, desk, route, err);
    if (r == 0)
        r = address_of(service, desk->channel, plan->address, now_ms, &address, err);
    if (r == 0)
        r = pk_trail_done(service, actor, "account.test", desk->rule->name, "", 0, now_ms, err);
    if (r != 0)
        return r;
    struct pk_notice notice = {
        .cls = PK_CLASS_STAFF,
        .template_name = pk_slice_of(plan->template_name),
        .values = PK_SLICE("{}"),
        .created_ms = now_ms,
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .address = address,
        .channel = desk->channel,
        .cls = PK_CLASS_STAFF,
        .route = route->id,
        .priority = PK_PRIORITY_ANSWER,
        .state = PK_MESSAGE_QUEUED,
        .account = desk->id,
        .due_ms = now_ms,
        .expires_ms = now_ms + VALID_MS,
        .updated_ms = now_ms,
    };
    r = pk_planner_queue(service, &notice, plan->language, (struct pk_slice){ 0 }, &message, err);
    if (r == 0)
        *ret_message = message.id;
    return r;
}

/* ---- those who work here ---- */

static int queue_to(struct pk_service *service, const struct pk_user_plan *plan, uint32_t channel, uint32_t route, int64_t address,
                    int64_t now_ms, struct pk_error *err)
{
    struct pk_notice notice = {
        .cls = PK_CLASS_STAFF,
        .template_name = pk_slice_of(plan->template_name),
        .values = plan->values,
        .created_ms = now_ms,
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .address = address,
        .channel = channel,
        .cls = PK_CLASS_STAFF,
        .route = route,
        .priority = plan->at_once ? PK_PRIORITY_ANSWER : PK_PRIORITY_NORMAL,
        .state = PK_MESSAGE_QUEUED,
        .due_ms = now_ms,
        .expires_ms = now_ms + plan->valid_ms,
        .updated_ms = now_ms,
    };
    return pk_planner_queue(service, &notice, plan->language, (struct pk_slice){ 0 }, &message, err);
}

int pk_planner_user(struct pk_service *service, const struct pk_user_plan *plan, int64_t now_ms, struct pk_error *err)
{
    int64_t address = 0;
    uint32_t id = pk_name_find(service->store, PK_NAME_CHANNEL, pk_slice_of(plan->channel)), route = 0;
    if (id == 0 || pk_route_to(service, id, 0, &route, NULL) != 0)
        return pk_fail(err, PK_E_CONFIG, "there is no route of channel \"%s\"", plan->channel);
    int r = address_of(service, id, plan->address, now_ms, &address, err);
    if (r == 0)
        r = pk_route_to(service, id, address, &route, err); /* of its country */
    return r == 0 ? queue_to(service, plan, id, route, address, now_ms, err) : r;
}

static int tell_team(struct pk_service *service, const char *template_name, struct pk_slice values, int64_t valid_ms, int64_t now_ms,
                     struct pk_error *err)
{
    char room[PK_ADDRESS_ROOM];
    if (!service->rules->team || !service->rules->team_language)
        return pk_fail(err, PK_E_CONFIG, "no team is told when something waits");
    const char *channel = pk_rules_team_channel(service->rules);
    const struct pk_user_plan plan = {
        .channel = channel,
        .address = pk_address_as_kept(service, pk_slice_of(channel), pk_slice_of(service->rules->team), room),
        .template_name = template_name,
        .language = pk_slice_of(service->rules->team_language),
        .values = values,
        .valid_ms = valid_ms,
    };
    return pk_planner_user(service, &plan, now_ms, err);
}

int pk_planner_team_asked(struct pk_service *service, int64_t now_ms, struct pk_error *err)
{
    return tell_team(service, ASKED_TEMPLATE, PK_SLICE("{}"), ASKED_VALID_MS, now_ms, err);
}

int pk_planner_team_news(struct pk_service *service, const char *template_name, int64_t now_ms, struct pk_error *err)
{
    return tell_team(service, template_name, PK_SLICE("{}"), TEAM_VALID_MS, now_ms, err);
}

int pk_planner_team(struct pk_service *service, int64_t people, int64_t now_ms, struct pk_error *err)
{
    struct pk_buf values;
    pk_buf_init(&values, 64);
    struct pk_json_out out = pk_json_out(&values);
    pk_json_open(&out, NULL, '{');
    if (people > 0)
        pk_json_add_int(&out, "people", people);
    pk_json_close(&out, '}');
    const char *text = people > 0 ? WAITING_TEMPLATE : PAUSED_TEMPLATE;
    int r = tell_team(service, text, pk_buf_slice(&values), TEAM_VALID_MS, now_ms, err);
    pk_buf_finish(&values);
    return r;
}
