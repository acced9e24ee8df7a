/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How updates come. Telegram has one way or the other, never both, and so has an account.
 *
 *     webhook   one update a call; a press is acknowledged by the answer to the call itself
 *     poll      getUpdates; the cursor is the next update we want, so that asking with it lets go of what is stored.
 *               Presses are acknowledged between two such questions: until then the button spins.
 */
#include "adapters/telegram/telegram.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/json.h"
#include "adapters/kit/request.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define UPDATES_MAX 100

/* ---- Telegram calls ---- */

int pk_telegram_verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct telegram *bot = self;
    if (bot->updates != TELEGRAM_WEBHOOK)
        return pk_fail(err, PK_E_NOT_FOUND, "the webhook is closed: updates is not \"webhook\"");
    bool good = pk_kit_header_is(request, "X-Telegram-Bot-Api-Secret-Token", pk_kit_text(&bot->settings, "webhook_secret"));
    return good ? 0 : pk_fail(err, PK_E_DENIED, "the call does not show webhook_secret");
}

int pk_telegram_called(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                       struct pk_error *err)
{
    const struct telegram *bot = self;
    const struct pk_host *host = bot->host;
    const struct pk_value *update = host->json_parse(host->ctx, request->body);
    struct telegram_pressed pressed;
    if (host->json_kind(update) != PK_VALUE_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the call's body is no update");
    int r = pk_telegram_update(bot, update, sink, &pressed);
    if (r != 0 || !pk_kit_is_token(pressed.id))
        return r;
    struct pk_kit_json json = pk_kit_json(host, reply);
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "method", PK_SLICE("answerCallbackQuery"));
    pk_kit_json_text(&json, "callback_query_id", pressed.id);
    pk_kit_json_close(&json, '}');
    return json.error;
}

/* ---- we ask ---- */

static void remember(struct telegram *bot, struct pk_slice id)
{
    if (bot->pressed_count == TELEGRAM_PRESSED_MAX || id.len >= TELEGRAM_PRESSED_BYTES || !pk_kit_is_token(id))
        return; /* that button spins until it gives up; what was pressed is kept all the same */
    char *room = bot->pressed[bot->pressed_count++];
    memcpy(room, id.data, id.len);
    room[id.len] = '\0';
}

static int acknowledge(struct telegram *bot, struct pk_request *request)
{
    int r = pk_telegram_begin(bot, request, "/answerCallbackQuery");
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(bot->host, bot->host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "callback_query_id", pk_slice_of(bot->pressed[0]));
    pk_kit_json_close(&json, '}');
    bot->pressed_count--;
    memmove(bot->pressed[0], bot->pressed[1], bot->pressed_count * TELEGRAM_PRESSED_BYTES);
    bot->acknowledging = true;
    return json.error != 0 ? json.error : PK_STEP_SEND;
}

int pk_telegram_ask(void *self, struct pk_slice cursor, struct pk_request *request, int64_t now_ms)
{
    struct telegram *bot = self;
    int64_t offset;
    (void) now_ms;
    if (bot->updates != TELEGRAM_POLL)
        return PK_STEP_DONE;
    bot->acknowledging = false;
    if (bot->pressed_count > 0)
        return acknowledge(bot, request);
    int r = pk_telegram_begin(bot, request, "/getUpdates");
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(bot->host, bot->host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    if (pk_kit_decimal(cursor, &offset))
        pk_kit_json_int(&json, "offset", offset);
    pk_kit_json_int(&json, "limit", UPDATES_MAX);
    pk_kit_json_int(&json, "timeout", pk_kit_number(&bot->settings, "poll_wait", 0) / 1000);
    pk_kit_json_open(&json, "allowed_updates", '[');
    pk_kit_json_text(&json, NULL, PK_SLICE("message"));
    pk_kit_json_text(&json, NULL, PK_SLICE("callback_query"));
    pk_kit_json_text(&json, NULL, PK_SLICE("my_chat_member"));
    pk_kit_json_close(&json, ']');
    pk_kit_json_close(&json, '}');
    return json.error != 0 ? json.error : PK_STEP_SEND;
}

/* What the operator can do about it, where it is theirs to do. */
static int refused(const struct pk_answer *answer, struct pk_error *err)
{
    switch (answer->status) {
    case 401:
    case 404:
        return pk_fail(err, PK_E_DENIED, "Telegram does not know the bot's token");
    case 409:
        return pk_fail(err, PK_E_DENIED, "somebody else asks for this bot's updates, or a webhook is set for it");
    case 429:
        return pk_fail(err, PK_E_BUSY, "Telegram asks to go slower");
    default:
        return pk_fail(err, PK_E_PROTOCOL, "the answer is no list of updates (HTTP %u)", answer->status);
    }
}

static int write_cursor(const struct telegram *bot, int64_t next, struct pk_out *ret_cursor)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%lld", (long long) next);
    return bot->host->write(ret_cursor, text, (size_t) n);
}

/* Updates come in the order of their numbers; the cursor never goes back all the same. */
static int take_updates(struct telegram *bot, const struct pk_value *list, struct pk_event_sink *sink, int64_t *ret_next)
{
    const struct pk_host *host = bot->host;
    for (size_t i = 0, count = host->json_count(list); i < count; i++) {
        const struct pk_value *update = host->json_item(list, i);
        int64_t number = host->json_int(host->json_at(update, "update_id"), -1);
        struct telegram_pressed pressed;
        if (number < 0 || number == INT64_MAX)
            continue;
        int r = pk_telegram_update(bot, update, sink, &pressed);
        if (r == PK_E_LIMIT)
            return 0; /* this one and the rest come again */
        if (r < 0 && r != PK_E_INVALID)
            return r;
        if (pressed.id.len > 0)
            remember(bot, pressed.id);
        if (number >= *ret_next)
            *ret_next = number + 1;
    }
    return 0;
}

int pk_telegram_answered(void *self, const struct pk_answer *answer, struct pk_event_sink *sink, struct pk_out *ret_cursor,
                         struct pk_error *err)
{
    struct telegram *bot = self;
    const struct pk_host *host = bot->host;
    int64_t next = 0;
    if (bot->acknowledging)
        return 0; /* too late for one or not, nothing depends on it */
    if (answer->status != 200)
        return refused(answer, err);
    const struct pk_value *root = host->json_parse(host->ctx, answer->body), *list = host->json_at(root, "result");
    if (host->json_kind(list) != PK_VALUE_ARRAY)
        return refused(answer, err);
    int r = take_updates(bot, list, sink, &next);
    if (r != 0)
        return pk_fail(err, r, "an update could not be stored");
    return next > 0 ? write_cursor(bot, next, ret_cursor) : 0;
}
