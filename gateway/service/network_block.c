/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/network_block.h"

#include "gateway/service/topics.h"
#include "gateway/store/ledger.h"
#include "gateway/store/recipients.h"

struct ending {
    uint32_t channel;
    int64_t now_ms;
    struct pk_topic_set topics;
};

static int add_live_here(void *ctx, const struct pk_consent_event *newest)
{
    struct ending *ending = ctx;
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, ending->now_ms);
    if (newest->channel == ending->channel && (state == PK_CONSENT_INVITED || state == PK_CONSENT_GRANTED))
        pk_topic_set_add(&ending->topics, newest->topic);
    return 0;
}

int pk_network_block(struct pk_service *service, const struct pk_desk *desk, int64_t recipient, int64_t address, uint32_t channel,
                     int64_t now_ms, struct pk_error *err)
{
    struct ending ending = { .channel = channel, .now_ms = now_ms };
    int r = address != 0 ? pk_address_block(service->store, address, now_ms, err) : 0;
    if (r == 0 && recipient != 0)
        r = pk_ledger_newest(service->store, recipient, add_live_here, &ending, err);
    for (size_t i = 0; r == 0 && i < ending.topics.count; i++) {
        struct pk_consent_event event = {
            .recipient = recipient,
            .topic = ending.topics.items[i],
            .channel = channel,
            .kind = PK_CONSENT_BLOCKED,
            .at_ms = now_ms,
            .how = PK_SLICE("provider"),
            .by = pk_slice_of(desk->rule->name),
        };
        r = pk_ledger_append(service->store, &event, err);
    }
    return r;
}
