/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One send_message per message. Viber answers 200 for everything; "status" says what happened. It takes no key by which a
 * repeat would be known, and no time to live.
 */
#include "adapters/viber/viber.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"

#define TEXT_UNITS_MAX 7000u
#define SENDER_UNITS_MAX 28u
#define BUTTONS_MAX 8u
#define API_VERSION 3
#define ROW 6 /* columns */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* By status, from 1 on; what is not listed is a general error, and the message was not taken. */
static const uint8_t refusals[] = {
    [1] = PK_OUTCOME_MISCONFIGURED,      /* the webhook's address is not valid */
    [2] = PK_OUTCOME_MISCONFIGURED,      /* the token is not valid */
    [3] = PK_OUTCOME_REJECTED,           /* bad data */
    [4] = PK_OUTCOME_REJECTED,           /* missing data */
    [5] = PK_OUTCOME_INVALID_RECIPIENT,  /* not registered */
    [6] = PK_OUTCOME_OPTED_OUT,          /* not subscribed, or not any more */
    [7] = PK_OUTCOME_MISCONFIGURED,      /* the bot is blocked */
    [8] = PK_OUTCOME_MISCONFIGURED,      /* there is no such bot */
    [9] = PK_OUTCOME_MISCONFIGURED,      /* the bot is suspended */
    [10] = PK_OUTCOME_MISCONFIGURED,     /* no webhook is set */
    [11] = PK_OUTCOME_INVALID_RECIPIENT, /* no suitable device */
    [12] = PK_OUTCOME_THROTTLED,         /* too many requests */
    [13] = PK_OUTCOME_INVALID_RECIPIENT, /* their Viber is too old */
    [14] = PK_OUTCOME_REJECTED,          /* not supported */
    [15] = PK_OUTCOME_MISCONFIGURED,     /* not authorised */
    [16] = PK_OUTCOME_REJECTED,          [17] = PK_OUTCOME_REJECTED, [18] = PK_OUTCOME_REJECTED,
    [19] = PK_OUTCOME_REJECTED,          [20] = PK_OUTCOME_REJECTED, [21] = PK_OUTCOME_REJECTED, /* not in that country */
    [22] = PK_OUTCOME_REJECTED,                                                                  /* no payments there */
    [23] = PK_OUTCOME_MISCONFIGURED, /* the month's free messages are used up */
    [24] = PK_OUTCOME_MISCONFIGURED, /* no balance */
};

/* ---- the request ---- */

bool pk_viber_is_id(struct pk_slice id)
{
    for (size_t i = 0; i < id.len; i++)
        if (id.data[i] <= ' ' || id.data[i] > '~')
            return false;
    return id.len > 0 && id.len <= VIBER_ID_MAX;
}

void pk_viber_write_sender(struct pk_kit_json *json, struct pk_slice name)
{
    pk_kit_json_open(json, "sender", '{');
    pk_kit_json_text(json, "name", name);
    pk_kit_json_close(json, '}');
}

void pk_viber_open_keyboard(struct pk_kit_json *json)
{
    pk_kit_json_open(json, "keyboard", '{');
    pk_kit_json_text(json, "Type", PK_SLICE("keyboard"));
    pk_kit_json_bool(json, "DefaultHeight", false);
    pk_kit_json_open(json, "Buttons", '[');
}

void pk_viber_write_button(struct pk_kit_json *json, bool wide, struct pk_slice sends, struct pk_slice label)
{
    pk_kit_json_open(json, NULL, '{');
    pk_kit_json_int(json, "Columns", wide ? ROW : ROW / 2);
    pk_kit_json_int(json, "Rows", 1);
    pk_kit_json_text(json, "ActionType", PK_SLICE("reply"));
    pk_kit_json_text(json, "ActionBody", sends);
    pk_kit_json_text(json, "Text", label);
    pk_kit_json_text(json, "TextSize", PK_SLICE("regular"));
    pk_kit_json_close(json, '}');
}

void pk_viber_close_keyboard(struct pk_kit_json *json)
{
    pk_kit_json_close(json, ']');
    pk_kit_json_close(json, '}');
}

static bool has_buttons(const struct viber *bot, const struct pk_job *job)
{
    return bot->buttons != VIBER_NO_BUTTONS && job->choice_count > 0 && job->choice_count <= BUTTONS_MAX;
}

static void write_buttons(struct pk_kit_json *json, const struct viber *bot, const struct pk_job *job)
{
    char payload[PK_KIT_BUTTON_ROOM];
    pk_viber_open_keyboard(json);
    for (size_t i = 0; i < job->choice_count; i++) {
        const struct pk_choice *choice = &job->choices[i];
        struct pk_slice exact = pk_slice_make(payload, pk_kit_button(job, choice->id, payload));
        pk_viber_write_button(json, job->choice_count != 2, bot->buttons == VIBER_EXACT ? exact : choice->label, choice->label);
    }
    pk_viber_close_keyboard(json);
}

/* The job's, if it is short enough to be shown. */
static struct pk_slice sender_of(const struct viber *bot, const struct pk_job *job)
{
    size_t units = pk_kit_units(job->sender);
    return units > 0 && units <= SENDER_UNITS_MAX ? job->sender : pk_kit_text(&bot->settings, "sender");
}

static int write_request(const struct viber *bot, const struct pk_job *job, struct pk_request *request)
{
    const struct pk_host *host = bot->host;
    int r = pk_kit_begin_json(host, request, pk_kit_text(&bot->settings, "url"), "/pa/send_message");
    if (r == 0)
        r = host->header(request, PK_SLICE("X-Viber-Auth-Token"), pk_kit_text(&bot->settings, "token"));
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "receiver", job->address);
    pk_kit_json_int(&json, "min_api_version", API_VERSION);
    pk_viber_write_sender(&json, sender_of(bot, job));
    pk_kit_json_text(&json, "tracking_data", job->attempt_id);
    pk_kit_json_text(&json, "type", PK_SLICE("text"));
    pk_kit_json_text(&json, "text", job->text);
    if (has_buttons(bot, job))
        write_buttons(&json, bot, job);
    pk_kit_json_close(&json, '}');
    return json.error;
}

static bool may_send(const struct viber *bot, const struct pk_job *job, struct pk_result *ret)
{
    char payload[PK_KIT_BUTTON_ROOM];
    size_t units = pk_kit_units(job->text);
    if (!pk_viber_is_id(job->address)) {
        pk_kit_reject("no-id", "The address is not the id of somebody who opened the bot.", ret);
        ret->outcome = PK_OUTCOME_INVALID_RECIPIENT;
        return false;
    }
    if (units == 0 || units > TEXT_UNITS_MAX) {
        pk_kit_reject("text-length", "Viber takes texts of 1 to 7000 characters.", ret);
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

static void judge(struct viber *bot, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = bot->host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body), *status = host->json_at(root, "status");
    int64_t number = host->json_kind(status) == PK_VALUE_NUMBER ? host->json_int(status, -1) : -1;
    int64_t wait_ms = pk_kit_number(&bot->settings, "throttle_wait", 0);
    uint32_t outcome = pk_kit_outcome_of_status(answer->status);
    if (outcome == PK_OUTCOME_ACCEPTED && number == 0) {
        pk_kit_accept(&bot->words, host->json_text(host->ctx, host->json_at(root, "message_token")), ret);
        if (ret->provider_id.len == 0)
            pk_kit_unreadable(&bot->words, answer, ret);
        return;
    }
    if (number > 0)
        outcome = (size_t) number < COUNT(refusals) ? refusals[number] : PK_OUTCOME_RETRY;
    if (outcome == PK_OUTCOME_ACCEPTED)
        pk_kit_unreadable(&bot->words, answer, ret);
    else
        pk_kit_refuse(&bot->words, answer, outcome, host->json_text(host->ctx, status), wait_ms, ret);
}

int pk_viber_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct viber *bot = self;
    if (round->answer) {
        if (!pk_kit_unanswered(round->answer, &round->result))
            judge(bot, round->answer, &round->result);
        return PK_STEP_DONE;
    }
    if (!may_send(bot, job, &round->result))
        return PK_STEP_DONE;
    round->submits = 1;
    int r = write_request(bot, job, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}
