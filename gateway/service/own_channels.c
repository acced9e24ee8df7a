/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Somebody's addresses at their own page: what is there, and one channel stopped or taken up again. A channel counts as
 * stopped by what the ledger says of it, so nothing else has to be kept.
 */
#include "gateway/service/own_private.h"

#include "gateway/base/id.h"
#include "gateway/service/consent.h"
#include "gateway/service/moves.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"

#define PAIRS_MAX 64

/* ---- which there are ---- */

static struct pk_own_channel *channel_of(struct pk_own_channels *channels, uint32_t id)
{
    for (size_t i = 0; i < channels->count; i++)
        if (channels->items[i].id == id)
            return &channels->items[i];
    return NULL;
}

static int add_address(void *ctx, const struct pk_address *address)
{
    struct pk_own_channels *channels = ctx;
    struct pk_own_channel *channel = channel_of(channels, address->channel);
    if (!channel && channels->count == PK_OWN_CHANNELS_MAX)
        return 0;
    if (!channel) {
        channel = &channels->items[channels->count++];
        *channel = (struct pk_own_channel){ .id = address->channel };
    }
    if (channel->address == 0 && address->blocked_ms == 0)
        channel->address = address->id;
    return 0;
}

struct looking {
    struct pk_own_channels *channels;
    bool agreed[PK_OWN_CHANNELS_MAX];
    int64_t now_ms;
};

static int look(void *ctx, const struct pk_consent_event *newest)
{
    struct looking *looking = ctx;
    struct pk_own_channel *channel = channel_of(looking->channels, newest->channel);
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, looking->now_ms);
    if (!channel)
        return 0;
    if (state == PK_CONSENT_GRANTED || state == PK_CONSENT_INVITED)
        looking->agreed[channel - looking->channels->items] = true;
    channel->stopped |= newest->kind == PK_CONSENT_WITHDRAWN && pk_slice_is(newest->how, PK_OWN_HOW_CHANNEL);
    return 0;
}

int pk_own_channels(struct pk_service *service, int64_t recipient, int64_t now_ms, struct pk_own_channels *ret_channels, struct pk_error *err)
{
    struct looking looking = { .channels = ret_channels, .now_ms = now_ms };
    *ret_channels = (struct pk_own_channels){ 0 };
    int r = pk_addresses_of(service->store, recipient, add_address, ret_channels, err);
    if (r == 0)
        r = pk_ledger_newest(service->store, recipient, look, &looking, err);
    for (size_t i = 0; r == 0 && i < ret_channels->count; i++)
        ret_channels->items[i].stopped &= !looking.agreed[i];
    return r;
}

/* ---- seeing ---- */

/* Brands are called the same everywhere. */
const char *pk_channel_label(const char *channel)
{
    static const char *const labels[][2] = {
        { "sms", "SMS" }, { "whatsapp", "WhatsApp" }, { "viber", "Viber" }, { "telegram", "Telegram" }, { "email", "E-mail" },
    };
    for (size_t i = 0; i < PK_COUNT(labels); i++)
        if (strcmp(labels[i][0], channel) == 0)
            return labels[i][1];
    return channel;
}

struct showing {
    struct pk_service *service;
    struct pk_json_out *out;
    const struct pk_own_channels *channels;
    bool replaceable; /* only those whose address can be typed, as places for a new one */
    bool any;
};

static void add_masked(struct showing *showing, const struct pk_address *address)
{
    struct pk_buf value, masked;
    pk_buf_init(&value, 1024);
    pk_buf_init(&masked, 1024);
    if (pk_address_value(showing->service->store, address->id, &value, NULL) == 0)
        pk_consent_mask(pk_buf_slice(&value), &masked);
    pk_json_add_slice(showing->out, "masked", pk_buf_slice(&masked));
    pk_buf_wipe(&value);
    pk_buf_finish(&masked);
}

static int show_address(void *ctx, const struct pk_address *address)
{
    struct showing *showing = ctx;
    struct pk_json_out *out = showing->out;
    const char *channel = pk_name_text(showing->service->store, PK_NAME_CHANNEL, address->channel);
    bool stopped = false, several = showing->channels->count > 1;
    char id[PK_ID_TEXT_MAX], what[PK_ID_TEXT_MAX + sizeof PK_MOVE_REPLACE];
    if (!channel || (showing->replaceable && !pk_moves_can_type(showing->service, channel)))
        return 0;
    for (size_t i = 0; i < showing->channels->count; i++)
        stopped |= showing->channels->items[i].id == address->channel && showing->channels->items[i].stopped;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "channel", channel);
    pk_json_add_text(out, "label", pk_channel_label(channel));
    add_masked(showing, address);
    if (showing->replaceable) {
        (void) snprintf(what, sizeof what, PK_MOVE_REPLACE "%s", pk_id_format(address->id, id));
        pk_json_add_text(out, "what", what);
        pk_json_add_bool(out, "first", !showing->any);
        showing->any = true;
    } else {
        pk_json_add_bool(out, "blocked", address->blocked_ms != 0);
        pk_json_add_bool(out, "on", several && !stopped);
        pk_json_add_bool(out, "off", stopped);
    }
    pk_json_close(out, '}');
    return 0;
}

static bool has_channel(const struct showing *showing, uint32_t id)
{
    for (size_t i = 0; i < showing->channels->count; i++)
        if (showing->channels->items[i].id == id)
            return true;
    return false;
}

/* Channels with a route on which the person has no address yet; each once, though several routes may be one's. */
static void show_addable(struct showing *showing)
{
    const struct pk_rules *rules = showing->service->rules;
    struct pk_json_out *out = showing->out;
    for (size_t i = 0; i < rules->route_count; i++) {
        const char *channel = rules->routes[i].channel;
        bool before = false;
        char what[64];
        for (size_t j = 0; j < i; j++)
            before |= strcmp(rules->routes[j].channel, channel) == 0;
        if (before || !pk_moves_can_type(showing->service, channel) ||
            has_channel(showing, pk_name_find(showing->service->store, PK_NAME_CHANNEL, pk_slice_of(channel))))
            continue;
        (void) snprintf(what, sizeof what, PK_MOVE_ADD "%.48s", channel);
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "what", what);
        pk_json_add_text(out, "label", pk_channel_label(channel));
        pk_json_add_bool(out, "first", !showing->any);
        pk_json_close(out, '}');
        showing->any = true;
    }
}

int pk_own_show_addresses(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_json_out *out,
                          struct pk_error *err)
{
    struct pk_own_channels channels;
    struct showing showing = { .service = service, .out = out, .channels = &channels };
    int r = pk_own_channels(service, actor->recipient, now_ms, &channels, err);
    if (r != 0)
        return r;
    pk_json_open(out, "addresses", '[');
    r = pk_addresses_of(service->store, actor->recipient, show_address, &showing, err);
    pk_json_close(out, ']');
    showing.replaceable = true;
    pk_json_open(out, "replace", '[');
    if (r == 0)
        r = pk_addresses_of(service->store, actor->recipient, show_address, &showing, err);
    pk_json_close(out, ']');
    pk_json_open(out, "add", '[');
    show_addable(&showing);
    pk_json_close(out, ']');
    pk_json_add_bool(out, "movable", showing.any);
    return r;
}

/* ---- stopping one, and taking it up again ---- */

struct pairs {
    uint32_t channel;
    int64_t now_ms;
    uint32_t live[PAIRS_MAX], elsewhere[PAIRS_MAX], taken[PAIRS_MAX]; /* topics */
    size_t live_count, elsewhere_count, taken_count;
};

static int sort_out(void *ctx, const struct pk_consent_event *newest)
{
    struct pairs *pairs = ctx;
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, pairs->now_ms);
    bool here = newest->channel == pairs->channel, granted = state == PK_CONSENT_GRANTED;
    if (here && (granted || state == PK_CONSENT_INVITED) && pairs->live_count < PAIRS_MAX)
        pairs->live[pairs->live_count++] = newest->topic;
    if (!here && granted && pairs->elsewhere_count < PAIRS_MAX)
        pairs->elsewhere[pairs->elsewhere_count++] = newest->topic;
    if (here && newest->kind == PK_CONSENT_WITHDRAWN && pk_slice_is(newest->how, PK_OWN_HOW_CHANNEL) && pairs->taken_count < PAIRS_MAX)
        pairs->taken[pairs->taken_count++] = newest->topic;
    return 0;
}

static int stop(struct pk_service *service, const struct pk_recipient *who, const struct pairs *pairs, struct pk_error *err)
{
    size_t messages;
    int r = 0;
    for (size_t i = 0; r == 0 && i < pairs->live_count; i++) {
        struct pk_consent_event event = {
            .recipient = who->id,
            .topic = pairs->live[i],
            .channel = pairs->channel,
            .kind = PK_CONSENT_WITHDRAWN,
            .at_ms = pairs->now_ms,
            .how = PK_SLICE(PK_OWN_HOW_CHANNEL),
            .language = pk_slice_of(who->language),
            .by = PK_SLICE("self"),
        };
        r = pk_ledger_append(service->store, &event, err);
    }
    return r == 0 ? pk_messages_suppress_channel(service->store, who->id, pairs->channel, PK_REASON_NO_CONSENT, pairs->now_ms, &messages, err)
                  : r;
}

static int take_up(struct pk_service *service, const struct pk_recipient *who, const struct pairs *pairs, struct pk_error *err)
{
    const uint32_t *topics = pairs->elsewhere_count > 0 ? pairs->elsewhere : pairs->taken;
    size_t count = pairs->elsewhere_count > 0 ? pairs->elsewhere_count : pairs->taken_count;
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        if (pk_ledger_state(service->store, who->id, topics[i], pairs->channel, pairs->now_ms, NULL) != PK_CONSENT_GRANTED)
            r = pk_own_confirm(service, who, topics[i], pairs->channel, pairs->now_ms, err);
    return r;
}

int pk_own_channel(struct pk_service *service, const struct pk_actor *actor, struct pk_slice channel, bool on, int64_t now_ms,
                   struct pk_error *err)
{
    struct pairs pairs = { .channel = pk_name_find(service->store, PK_NAME_CHANNEL, channel), .now_ms = now_ms };
    struct pk_own_channels channels;
    struct pk_recipient who;
    int r = pk_own_allow(service, actor, on ? PK_ACTION_CONSENT_GRANT : PK_ACTION_CONSENT_WITHDRAW, err);
    if (r == 0)
        r = pk_recipient_get(service->store, actor->recipient, &who, err);
    if (r == 0)
        r = pk_own_channels(service, actor->recipient, now_ms, &channels, err);
    if (r == 0 && (pairs.channel == 0 || !channel_of(&channels, pairs.channel)))
        r = pk_fail(err, PK_E_INVALID, "the person has no address on this channel");
    if (r == 0 && on && who.stopped_ms != 0)
        r = pk_fail(err, PK_E_CONFLICT, "this person said STOP");
    if (r == 0)
        r = pk_ledger_newest(service->store, who.id, sort_out, &pairs, err);
    if (r == 0)
        r = on ? take_up(service, &who, &pairs, err) : stop(service, &who, &pairs, err);
    const char *name = r == 0 ? pk_name_text(service->store, PK_NAME_CHANNEL, pairs.channel) : NULL;
    return r == 0 ? pk_own_done(service, actor, on ? "consent.grant" : "consent.withdraw", name, now_ms, err) : r;
}
