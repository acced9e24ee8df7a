/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One sendMessage per message. "ok" is all that is ever known: Telegram tells of no delivery. It takes no key of
 * ours either, so a lost answer stays uncertain.
 */
#include "adapters/telegram/telegram.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/encode.h"
#include "adapters/kit/json.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define TEXT_UNITS_MAX 4096u
#define BUTTONS_MAX 8u
#define BUTTONS_IN_ROW 2u
#define DESCRIPTION_MAX 512u /* of it is looked at */
#define RETRY_AFTER_MAX_S 3600
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The error's number decides first, then the first row of it whose words occur in the description. */
static const struct {
    uint32_t number;
    const char *words; /* lower case; "" = whatever else it says */
    uint32_t outcome;
    const char *code; /* for the operator */
} refusals[] = {
    { 429, "", PK_OUTCOME_THROTTLED, "429" },
    { 403, "blocked by the user", PK_OUTCOME_OPTED_OUT, "403-blocked" },
    { 403, "user is deactivated", PK_OUTCOME_INVALID_RECIPIENT, "403-deactivated" },
    { 403, "initiate conversation", PK_OUTCOME_INVALID_RECIPIENT, "403-not-linked" },
    { 403, "", PK_OUTCOME_OPTED_OUT, "403" },
    { 400, "chat not found", PK_OUTCOME_INVALID_RECIPIENT, "400-no-chat" },
    { 400, "chat_id is empty", PK_OUTCOME_INVALID_RECIPIENT, "400-no-chat" },
    { 400, "peer_id_invalid", PK_OUTCOME_INVALID_RECIPIENT, "400-no-chat" },
    { 400, "upgraded to a supergroup", PK_OUTCOME_INVALID_RECIPIENT, "400-group" },
    { 400, "frozen_method_invalid", PK_OUTCOME_MISCONFIGURED, "400-frozen" },
    { 400, "", PK_OUTCOME_REJECTED, "400" },
    { 401, "", PK_OUTCOME_MISCONFIGURED, "401" },
    { 404, "", PK_OUTCOME_MISCONFIGURED, "404" },
    { 409, "", PK_OUTCOME_MISCONFIGURED, "409" },
};

/* ---- the request ---- */

/* Chats with one person have the person's id; groups, which are nobody, have negative ones. */
static bool read_chat(struct pk_slice address, int64_t *ret_chat)
{
    return pk_kit_decimal(address, ret_chat) && *ret_chat > 0;
}

/* Without a way for a press to come back there are none. */
static bool has_buttons(const struct telegram *bot, const struct pk_job *job)
{
    return bot->updates != TELEGRAM_OFF && job->choice_count > 0 && job->choice_count <= BUTTONS_MAX;
}

static void write_buttons(struct pk_kit_json *json, const struct pk_job *job)
{
    char payload[PK_KIT_BUTTON_ROOM];
    pk_kit_json_open(json, "reply_markup", '{');
    pk_kit_json_open(json, "inline_keyboard", '[');
    for (size_t i = 0; i < job->choice_count; i++) {
        size_t len = pk_kit_button(job, job->choices[i].id, payload);
        if (i % BUTTONS_IN_ROW == 0)
            pk_kit_json_open(json, NULL, '[');
        pk_kit_json_open(json, NULL, '{');
        pk_kit_json_text(json, "text", job->choices[i].label);
        pk_kit_json_text(json, "callback_data", pk_slice_make(payload, len));
        pk_kit_json_close(json, '}');
        if (i % BUTTONS_IN_ROW == BUTTONS_IN_ROW - 1 || i + 1 == job->choice_count)
            pk_kit_json_close(json, ']');
    }
    pk_kit_json_close(json, ']');
    pk_kit_json_close(json, '}');
}

static int write_request(const struct telegram *bot, const struct pk_job *job, int64_t chat, struct pk_request *request)
{
    int r = pk_telegram_begin(bot, request, "/sendMessage");
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(bot->host, bot->host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_int(&json, "chat_id", chat);
    pk_kit_json_text(&json, "text", job->text); /* without parse_mode every sign stands for itself */
    if (pk_kit_number(&bot->settings, "link_preview", 0) == 0) {
        pk_kit_json_open(&json, "link_preview_options", '{');
        pk_kit_json_bool(&json, "is_disabled", true);
        pk_kit_json_close(&json, '}');
    }
    if (has_buttons(bot, job))
        write_buttons(&json, job);
    pk_kit_json_close(&json, '}');
    return json.error;
}

/* false: refused before anything is sent. */
static bool may_send(const struct telegram *bot, const struct pk_job *job, int64_t *ret_chat, struct pk_result *ret)
{
    char payload[PK_KIT_BUTTON_ROOM];
    if (!read_chat(job->address, ret_chat)) {
        pk_kit_reject("no-chat", "The address is not the id of a person's chat with the bot.", ret);
        ret->outcome = PK_OUTCOME_INVALID_RECIPIENT;
        return false;
    }
    size_t units = pk_kit_units(job->text);
    if (units == 0 || units > TEXT_UNITS_MAX) {
        pk_kit_reject("text-length", "Telegram takes texts of 1 to 4096 characters.", ret);
        return false;
    }
    for (size_t i = 0; has_buttons(bot, job) && i < job->choice_count; i++)
        if (pk_kit_button(job, job->choices[i].id, payload) == 0) {
            pk_kit_reject("choice", "A choice's id is one that no button can carry.", ret);
            return false;
        }
    return true;
}

/* ---- the answer ---- */

/* A message's number counts within its chat only. What tells the chats apart must not tell the chat: it is a person's. */
static struct pk_slice provider_id(struct telegram *bot, const struct pk_job *job, int64_t message, char room[48])
{
    uint8_t mac[32];
    char hex[PK_KIT_HEX_ROOM(8)];
    bot->host->hmac_sha256(pk_kit_text(&bot->settings, "token"), &job->address, 1, mac);
    (void) pk_kit_hex(mac, 8, hex);
    int n = snprintf(room, 48, "%lld-%s", (long long) message, hex);
    return pk_slice_make(room, (size_t) n);
}

static bool occurs(struct pk_slice text, const char *words)
{
    size_t len = strlen(words);
    for (size_t i = 0; i + len <= text.len && i < DESCRIPTION_MAX; i++)
        if (pk_kit_same_word(pk_slice_make(text.data + i, len), pk_slice_make(words, len)))
            return true;
    return len == 0;
}

static void refuse(struct telegram *bot, const struct pk_value *root, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = bot->host;
    int64_t number = host->json_int(host->json_at(root, "error_code"), 0);
    struct pk_slice description = host->json_text(host->ctx, host->json_at(root, "description"));
    int64_t after_s = host->json_int(host->json_at(root, "parameters.retry_after"), 0);
    int64_t wait_ms = pk_kit_number(&bot->settings, "throttle_wait", 0);
    uint32_t outcome = pk_kit_outcome_of_status(answer->status);
    const char *code = NULL;
    for (size_t i = 0; i < COUNT(refusals) && !code; i++)
        if (number == refusals[i].number && occurs(description, refusals[i].words)) {
            outcome = refusals[i].outcome;
            code = refusals[i].code;
        }
    if (outcome == PK_OUTCOME_ACCEPTED) { /* a 2xx that says neither yes nor a no we know */
        pk_kit_unreadable(&bot->words, answer, ret);
        return;
    }
    pk_kit_refuse(&bot->words, answer, outcome, pk_slice_of(code), wait_ms, ret);
    if (outcome == PK_OUTCOME_THROTTLED && after_s > 0)
        ret->after_ms = 1000 * (after_s < RETRY_AFTER_MAX_S ? after_s : RETRY_AFTER_MAX_S);
}

static bool is_true(const struct pk_host *host, const struct pk_value *value)
{
    return host->json_kind(value) == PK_VALUE_BOOL && pk_slice_is(host->json_text(host->ctx, value), "true");
}

static void judge(struct telegram *bot, const struct pk_job *job, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = bot->host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    int64_t message = host->json_int(host->json_at(root, "result.message_id"), 0);
    char room[48];
    if (answer->status / 100 == 2 && is_true(host, host->json_at(root, "ok")) && message > 0)
        pk_kit_accept(&bot->words, provider_id(bot, job, message, room), ret);
    else
        refuse(bot, root, answer, ret);
}

int pk_telegram_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct telegram *bot = self;
    int64_t chat;
    if (round->answer) {
        if (!pk_kit_unanswered(round->answer, &round->result))
            judge(bot, job, round->answer, &round->result);
        return PK_STEP_DONE;
    }
    if (!may_send(bot, job, &chat, &round->result))
        return PK_STEP_DONE;
    round->submits = 1;
    int r = write_request(bot, job, chat, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}
