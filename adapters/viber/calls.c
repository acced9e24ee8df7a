/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One event a call, signed over its bytes with the bot's token.
 *
 * Opening a conversation by a link is no consent, and a bot may not write to somebody who only looked. So the answer to it is a
 * welcome with a button that holds the link's token; who presses it joins, and that is the opt-in.
 */
#include "adapters/viber/viber.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define JOIN "o:" /* and the token */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct pk_kit_word states[] = {
    { "delivered", PK_RECEIPT_DELIVERED },
    { "seen", PK_RECEIPT_READ },
    { "failed", PK_RECEIPT_UNDELIVERED_PERMANENT },
};

int pk_viber_verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct viber *bot = self;
    struct pk_slice claim = request->header(request, "X-Viber-Content-Signature");
    bool good = request->body.len > 0 && pk_kit_hmac_is(bot->host, pk_kit_text(&bot->settings, "token"), request->body, claim);
    return good ? 0 : pk_fail(err, PK_E_DENIED, "the call's signature does not fit its body");
}

static struct pk_slice text_at(const struct viber *bot, const struct pk_value *root, const char *path)
{
    return bot->host->json_text(bot->host->ctx, bot->host->json_at(root, path));
}

static struct pk_slice token_of(const struct viber *bot, const struct pk_value *root)
{
    struct pk_slice token = text_at(bot, root, "message_token");
    return token.len <= PK_KIT_ID_MAX ? token : (struct pk_slice){ 0 };
}

/* ---- what happens ---- */

static int take_receipt(const struct viber *bot, const struct pk_value *root, uint32_t state, struct pk_event_sink *sink)
{
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_RECEIPT,
        .provider_id = token_of(bot, root),
        .state = state,
        .at_ms = pk_kit_moment(text_at(bot, root, "timestamp")),
    };
    return event.provider_id.len > 0 ? sink->emit(sink, &event) : 0;
}

/* What a button of ours sends arrives as a text. */
static int take_message(const struct viber *bot, const struct pk_value *root, struct pk_event_sink *sink)
{
    struct pk_slice text = text_at(bot, root, "message.text");
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_REPLY,
        .address = text_at(bot, root, "sender.id"),
        .text = text,
        .event_id = token_of(bot, root),
        .at_ms = pk_kit_moment(text_at(bot, root, "timestamp")),
    };
    if (!pk_slice_is(text_at(bot, root, "message.type"), "text") || text.len == 0 || !pk_viber_is_id(event.address))
        return 0;
    struct pk_slice joins =
        pk_slice_starts(text, JOIN) ? pk_slice_make(text.data + strlen(JOIN), text.len - strlen(JOIN)) : PK_SLICE("");
    if (pk_kit_is_token(joins)) {
        event.kind = PK_EVENT_OPT_IN;
        event.text = joins;
    } else if (pk_kit_button_read(text, &event.our_reference, &event.choice)) {
        event.text = (struct pk_slice){ 0 };
    }
    return sink->emit(sink, &event);
}

static int take_farewell(const struct viber *bot, const struct pk_value *root, struct pk_event_sink *sink)
{
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_OPT_OUT,
        .address = text_at(bot, root, "user_id"),
        .event_id = token_of(bot, root),
        .at_ms = pk_kit_moment(text_at(bot, root, "timestamp")),
    };
    return pk_viber_is_id(event.address) ? sink->emit(sink, &event) : 0;
}

/* A welcome for who came by a link with a token; else no answer at all. */
static int welcome(const struct viber *bot, const struct pk_value *root, struct pk_out *reply)
{
    struct pk_slice token = text_at(bot, root, "context"), text = pk_kit_text(&bot->settings, "welcome");
    char joins[sizeof JOIN + 64];
    if (text.len == 0 || !pk_kit_is_token(token))
        return 0;
    int n = snprintf(joins, sizeof joins, JOIN "%.*s", PK_SLICE_ARG(token));
    struct pk_kit_json json = pk_kit_json(bot->host, reply);
    pk_kit_json_open(&json, NULL, '{');
    pk_viber_write_sender(&json, pk_kit_text(&bot->settings, "sender"));
    pk_kit_json_text(&json, "type", PK_SLICE("text"));
    pk_kit_json_text(&json, "text", text);
    pk_viber_open_keyboard(&json);
    pk_viber_write_button(&json, true, pk_slice_make(joins, (size_t) n), pk_kit_text(&bot->settings, "welcome_button"));
    pk_viber_close_keyboard(&json);
    pk_kit_json_close(&json, '}');
    return json.error;
}

int pk_viber_called(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                    struct pk_error *err)
{
    struct viber *bot = self;
    const struct pk_value *root = bot->host->json_parse(bot->host->ctx, request->body);
    if (bot->host->json_kind(root) != PK_VALUE_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the call's body is no JSON object");
    struct pk_slice what = text_at(bot, root, "event");
    uint32_t state = pk_kit_meaning(states, COUNT(states), what);
    if (state != 0)
        return take_receipt(bot, root, state, sink);
    if (pk_slice_is(what, "message"))
        return take_message(bot, root, sink);
    if (pk_slice_is(what, "unsubscribed"))
        return take_farewell(bot, root, sink);
    if (pk_slice_is(what, "conversation_started"))
        return welcome(bot, root, reply);
    return 0; /* "webhook" when the address is entered, "subscribed": no consent of theirs to us */
}
