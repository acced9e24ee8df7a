/* SPDX-License-Identifier: EUPL-1.2 */
/* Erasing one person (person.h): the order is say so, withdraw, forget, write down that it was done. */
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/desks.h"
#include "gateway/service/gate.h"
#include "gateway/service/person_private.h"
#include "gateway/service/planner.h"
#include "gateway/service/routing.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/person.h"

#define TEMPLATE "erased"

/* ---- the last message ---- */

/* By the channel's route, to the address the person was found by or their first one. It belongs to nobody: the person is
 * gone when it leaves. */
static int say_farewell(struct pk_service *service, const struct pk_found *found, bool stays_stopped, int64_t now_ms,
                        int64_t *ret_message, struct pk_error *err)
{
    uint32_t route = 0;
    bool known = found->who.id != 0;
    if (found->at.id == 0 || !service->desks || pk_route_to(service, found->at.channel, found->at.id, &route, NULL) != 0)
        return 0;
    struct pk_notice notice = {
        .cls = PK_CLASS_ANSWER, .template_name = PK_SLICE(TEMPLATE), .values = PK_SLICE("{}"), .created_ms = now_ms
    };
    struct pk_message message = {
        .id = pk_id_ordered(),
        .address = found->at.id,
        .channel = found->at.channel,
        .cls = PK_CLASS_ANSWER,
        .route = route,
        .priority = PK_PRIORITY_ANSWER,
        .state = PK_MESSAGE_QUEUED,
        .flags = stays_stopped ? PK_MESSAGE_CONFIRMS_STOP : 0,
        .due_ms = now_ms,
        .expires_ms = now_ms + PK_GATE_ANSWER_MS,
        .updated_ms = now_ms,
        .act_ms = now_ms,
    };
    int r = pk_planner_queue(service, &notice, pk_slice_of(known ? found->who.language : service->rules->default_language),
                             pk_slice_of(known ? found->who.script : ""), &message, err);
    if (r == 0)
        *ret_message = message.id;
    return r;
}

/* ---- consents ---- */

struct live {
    struct {
        uint32_t topic, channel;
    } items[64];
    size_t count;
    int64_t now_ms;
};

static int collect_live(void *ctx, const struct pk_consent_event *newest)
{
    struct live *live = ctx;
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, live->now_ms);
    if ((state == PK_CONSENT_INVITED || state == PK_CONSENT_GRANTED) && live->count < PK_COUNT(live->items)) {
        live->items[live->count].topic = newest->topic;
        live->items[live->count++].channel = newest->channel;
    }
    return 0;
}

/* An agreement ends with the person: the proof says until when it held. */
static int withdraw(struct pk_service *service, const struct pk_actor *actor, const struct pk_recipient *who, int64_t now_ms,
                    struct pk_error *err)
{
    struct live live = { .now_ms = now_ms };
    int r = pk_ledger_newest(service->store, who->id, collect_live, &live, err);
    for (size_t i = 0; r == 0 && i < live.count; i++) {
        struct pk_consent_event event = {
            .recipient = who->id,
            .topic = live.items[i].topic,
            .channel = live.items[i].channel,
            .kind = PK_CONSENT_WITHDRAWN,
            .at_ms = now_ms,
            .how = PK_SLICE("erasure"),
            .language = pk_slice_of(who->language),
            .by = pk_slice_of(actor->name),
        };
        r = pk_ledger_append(service->store, &event, err);
    }
    return r;
}

/* ---- the whole ---- */

static int forget(struct pk_service *service, const struct pk_actor *actor, const struct pk_found *found,
                  const struct pk_erase_plan *plan, int64_t now_ms, struct pk_error *err)
{
    struct pk_forgetting forgetting = {
        .recipient = found->who.id,
        .address = found->at.id,
        .stays_stopped = plan->stays_stopped || found->who.stopped_ms != 0,
        .now_ms = now_ms,
        .proof_until_ms = now_ms + service->rules->keep_proofs_ms,
    };
    size_t cancelled = 0;
    int r = plan->asked ? say_farewell(service, found, plan->stays_stopped, now_ms, &forgetting.farewell, err) : 0;
    if (r == 0 && found->who.id != 0)
        r = withdraw(service, actor, &found->who, now_ms, err);
    return r == 0 ? pk_person_forget(service->store, &forgetting, &cancelled, err) : r;
}

int pk_person_erase(struct pk_service *service, const struct pk_actor *actor, const struct pk_erase_plan *plan, int64_t now_ms,
                    struct pk_error *err)
{
    struct pk_found found;
    char id[PK_ID_TEXT_MAX] = "";
    int r = pk_allow(service, actor, PK_ACTION_RECIPIENT_ERASE, &(struct pk_about){ .recipient = plan->whom.recipient }, NULL, err);
    if (r != 0)
        return r;
    r = pk_person_find(service, &plan->whom, &found, err);
    bool unknown = r == PK_E_NOT_FOUND && plan->whom.recipient == 0;
    if (r != 0 && !unknown)
        return r;
    if (!unknown && found.who.id != 0)
        pk_id_format(found.who.id, id);
    /* An address nobody is known by is as erased as any other, and stays stopped like any other. */
    if (unknown && plan->stays_stopped)
        r = pk_suppression_add(service->store, found.channel, found.value, now_ms, err);
    else
        r = unknown ? pk_wal_holds_erased(service->store, err)
                    : forget(service, actor, &found, plan, now_ms, err);
    if (r == 0)
        r = pk_trail_done(service, actor, "recipient.erase", id, plan->asked ? "asked for by the person" : "", unknown ? 0 : found.who.id,
                          now_ms, err);
    if (r == 0) /* not whether there was anybody */
        pk_log(PK_LOG_INFO, "person", "person.erased", "by", actor->name, NULL);
    return r;
}
