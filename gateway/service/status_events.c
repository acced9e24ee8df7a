/* SPDX-License-Identifier: EUPL-1.2 */
/* Written to the outbox in the unit that made it so; nobody who did not ask for it costs a look-up. */
#include "gateway/service/status_events.h"

#include "gateway/base/json.h"
#include "gateway/base/text.h"
#include "gateway/model/floor.h"
#include "gateway/service/outbound.h"
#include "gateway/store/acts.h"
#include "gateway/store/campaigns.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"

#define DATA_MAX 2048u

static const struct pk_publisher_rule *publisher_of(struct pk_service *service, const struct pk_trigger *trigger)
{
    const char *name = pk_name_text(service->store, PK_NAME_PUBLISHER, trigger->publisher);
    return name ? pk_rules_publisher(service->rules, pk_slice_of(name)) : NULL;
}

/* ---- messages ---- */

/* No reason is told: that somebody said STOP is theirs. */
static const char *word_of(uint32_t state)
{
    switch (state) {
    case PK_MESSAGE_DELIVERED:
        return "delivered";
    case PK_MESSAGE_READ:
        return "read";
    case PK_MESSAGE_SENT_FINAL:
        return "sent";
    case PK_MESSAGE_UNCONFIRMED:
        return "unconfirmed";
    default:
        return "not-delivered";
    }
}

static int tell_message(void *ctx, int64_t id, uint32_t state, int64_t now_ms, struct pk_error *err)
{
    struct pk_service *service = ctx;
    struct pk_trigger trigger;
    int64_t trigger_id = pk_message_trigger(service->store, id);
    if (trigger_id == 0 || pk_trigger_get(service->store, trigger_id, &trigger, NULL) != 0)
        return 0;
    const struct pk_publisher_rule *rule = publisher_of(service, &trigger);
    if (!rule || !rule->status_messages)
        return 0;
    char bytes[256];
    struct pk_buf data = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_json_out out = pk_json_out(&data);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "trigger", trigger_id);
    pk_json_add_id(&out, "message", id);
    pk_json_add_text(&out, "state", word_of(state));
    pk_json_close(&out, '}');
    const struct pk_told told = { .publisher = pk_slice_of(rule->name), .causation = trigger.event_id };
    return pk_outbound_status(service->outbound, &told, "nl.notices.message-changed.v1", pk_buf_slice(&data), now_ms, err);
}

void pk_status_events_watch(struct pk_service *service)
{
    bool wanted = false;
    for (size_t i = 0; i < service->rules->publisher_count; i++)
        wanted = wanted || service->rules->publishers[i].status_messages;
    pk_messages_watch(service->store, wanted ? tell_message : NULL, service);
}

/* ---- campaigns ---- */

/* Delivered, not delivered, unknown: groups under five are hidden, with as many others as would give them away. */
static void add_counts(struct pk_json_out *out, const int64_t counts[PK_MESSAGE_STATES])
{
    static const char *const names[] = { "delivered", "sent", "unconfirmed", "not-delivered" };
    int64_t groups[PK_COUNT(names)] = { 0 };
    bool hidden[PK_COUNT(names)];
    for (uint32_t state = 0; state < PK_MESSAGE_STATES; state++)
        for (size_t i = 0; i < PK_COUNT(names); i++)
            if (strcmp(state == PK_MESSAGE_READ ? "delivered" : word_of(state), names[i]) == 0)
                groups[i] += counts[state];
    (void) pk_floor_hide(groups, PK_COUNT(groups), hidden); /* where all must be, nobody is hidden too */
    pk_json_open(out, "counts", '{');
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        if (hidden[i])
            pk_json_add_null(out, names[i]);
        else
            pk_json_add_int(out, names[i], groups[i]);
    }
    pk_json_close(out, '}');
}

/* Who started it, and by which event; NULL = no publisher, or one that wants to hear nothing. */
static const struct pk_publisher_rule *starter_of(struct pk_service *service, int64_t campaign, struct pk_trigger *ret_starter)
{
    int64_t id = pk_act_starter(service->store, campaign);
    if (id == 0 || pk_trigger_get(service->store, id, ret_starter, NULL) != 0)
        return NULL;
    const struct pk_publisher_rule *rule = publisher_of(service, ret_starter);
    return rule && rule->status ? rule : NULL;
}

static int tell(struct pk_service *service, const struct pk_campaign *campaign, const struct pk_campaign_step *step,
                const int64_t counts[PK_MESSAGE_STATES], int64_t now_ms, struct pk_error *err)
{
    char name[PK_CAMPAIGN_NAME_MAX + 1], text[PK_STEP_TEXT_MAX];
    enum pk_campaign_state state = (enum pk_campaign_state) campaign->state;
    struct pk_trigger starter;
    struct pk_buf data;
    (void) snprintf(name, sizeof name, "%s", campaign->name);
    const struct pk_publisher_rule *rule = starter_of(service, campaign->id, &starter);
    if (!rule)
        return 0;
    pk_buf_init(&data, DATA_MAX);
    struct pk_json_out out = pk_json_out(&data);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "campaign", name);
    pk_json_add_text(&out, "state", pk_campaign_state_name(state));
    if (step) {
        pk_json_open(&out, "step", '{');
        pk_json_add_text(&out, "when", pk_step_text(&step->rule, text));
        pk_json_add_text(&out, "template", step->template_name);
        add_counts(&out, counts);
        pk_json_close(&out, '}');
    }
    pk_json_close(&out, '}');
    const struct pk_told told = { .publisher = pk_slice_of(rule->name), .causation = starter.event_id };
    int r = pk_outbound_status(service->outbound, &told, "nl.campaigns.campaign-reported.v1", pk_buf_slice(&data), now_ms, err);
    pk_buf_finish(&data);
    return r;
}

int pk_status_events_step(struct pk_service *service, const struct pk_trigger *trigger, const int64_t counts[PK_MESSAGE_STATES], int64_t now_ms,
                          struct pk_error *err)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    struct pk_campaign campaign;
    int64_t step = 0, id = pk_campaign_of_trigger(service->store, trigger->id, &step);
    size_t count = 0;
    if (id == 0)
        return 0;
    int r = pk_campaign_by_id(service->store, id, &campaign, err);
    if (r == 0)
        r = pk_campaign_steps(service->store, id, steps, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (steps[i].id == step)
            return tell(service, &campaign, &steps[i], counts, now_ms, err);
    return r;
}

int pk_status_events_campaign(struct pk_service *service, const struct pk_campaign *campaign, int64_t now_ms, struct pk_error *err)
{
    return tell(service, campaign, NULL, NULL, now_ms, err);
}
