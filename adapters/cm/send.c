/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One request per message. CM gives no id of its own: what comes back names our reference. It takes the same reference twice,
 * so a lost answer stays uncertain. Each message names the one channel it may take, or, where the gateway says that both may,
 * Viber and SMS behind it.
 */
#include "adapters/cm/cm.h"

#include "adapters/kit/moment.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"

#include <stdio.h>

#define WAIT_MS (10 * PK_KIT_SECOND)

/* errorCode of an answer, messageErrorCode of a message in it. */
static const struct pk_kit_word codes[] = {
    { "0", PK_OUTCOME_ACCEPTED },
    { "101", PK_OUTCOME_MISCONFIGURED }, /* authentication failed */
    { "102", PK_OUTCOME_MISCONFIGURED }, /* balance used up */
    { "103", PK_OUTCOME_MISCONFIGURED }, /* product token wrong */
    { "202", PK_OUTCOME_REJECTED },      /* malformed JSON */
    { "203", PK_OUTCOME_REJECTED },
    { "301", PK_OUTCOME_MISCONFIGURED }, /* sender */
    { "302", PK_OUTCOME_INVALID_RECIPIENT },
    { "303", PK_OUTCOME_INVALID_RECIPIENT },
    { "304", PK_OUTCOME_REJECTED }, /* body */
    { "305", PK_OUTCOME_REJECTED }, /* a field */
    { "401", PK_OUTCOME_REJECTED }, /* taken for spam */
    { "402", PK_OUTCOME_OPTED_OUT },
    { "403", PK_OUTCOME_REJECTED },
    { "500", PK_OUTCOME_RETRY },
    { "999", PK_OUTCOME_RETRY },
};
#define PER_MESSAGE "201" /* errorCode: see each message */

/* ---- sending ---- */

/* A gateway of before that tells nothing of it; what it tells of other channels than SMS is none of ours. */
static bool falls_back(const struct cm_account *account, const struct pk_job *job)
{
    bool told = job->size >= offsetof(struct pk_job, fallback_attempt_id);
    return account->falls_back && told && pk_slice_is(job->fallback_channel, "sms") && job->fallback_text.len > 0;
}

/* Named, so that CM falls back to no other channel than the consent is for. */
static void write_channels(const struct cm_account *account, const struct pk_job *job, struct pk_kit_json *json)
{
    pk_kit_json_open(json, "allowedChannels", '[');
    if (account->viber)
        pk_kit_json_text(json, NULL, PK_SLICE("Viber"));
    if (!account->viber || falls_back(account, job))
        pk_kit_json_text(json, NULL, PK_SLICE("SMS"));
    pk_kit_json_close(json, ']');
}

/* "2026-10-14 18:00:00 GMT": the one absolute form that names its zone. */
static void write_validity(struct pk_kit_json *json, int64_t until_ms)
{
    char moment[PK_KIT_RFC3339_ROOM], text[sizeof "2026-10-14 18:00:00 GMT"];
    pk_kit_rfc3339(until_ms, moment);
    (void) snprintf(text, sizeof text, "%.10s %.8s GMT", moment, moment + 11);
    pk_kit_json_text(json, "validity", pk_slice_of(text));
}

/* On Viber only registered senders are known, which a message's own is not. */
static struct pk_slice sender_of(const struct cm_account *account, const struct pk_job *job)
{
    return job->sender.len > 0 && !account->viber ? job->sender : pk_kit_text(&account->base.settings, "sender");
}

static void write_head(const struct cm_account *account, const struct pk_job *job, struct pk_kit_json *json)
{
    struct pk_slice sender = sender_of(account, job);
    write_channels(account, job, json);
    if (sender.len > 0)
        pk_kit_json_text(json, "from", sender);
    pk_kit_json_open(json, "to", '[');
    pk_kit_json_open(json, NULL, '{');
    pk_kit_json_text(json, "number", job->address);
    pk_kit_json_close(json, '}');
    pk_kit_json_close(json, ']');
    pk_kit_json_open(json, "body", '{');
    pk_kit_json_text(json, "type", PK_SLICE("auto"));
    pk_kit_json_text(json, "content", falls_back(account, job) ? job->fallback_text : job->text);
    pk_kit_json_close(json, '}');
}

/* A message without a body is refused, so a rich one has both; where it falls back the body is the SMS. */
static int write_message(const struct cm_account *account, const struct pk_job *job, int64_t left_ms, struct pk_kit_json *json)
{
    const struct pk_kit_settings *own = &account->base.settings;
    int r = 0;
    pk_kit_json_open(json, NULL, '{');
    write_head(account, job, json);
    if (account->viber)
        r = pk_cm_viber_content(account, job, json);
    if (!account->viber || falls_back(account, job)) {
        pk_kit_json_int(json, "minimumNumberOfMessageParts", 1);
        pk_kit_json_int(json, "maximumNumberOfMessageParts", pk_kit_number(own, "max_parts", 8));
    }
    pk_kit_json_text(json, "reference", job->attempt_id);
    write_validity(json, job->now_ms + left_ms);
    if (pk_kit_is_set(own, "grouping"))
        pk_kit_json_text(json, "customGrouping", pk_kit_text(own, "grouping"));
    pk_kit_json_close(json, '}');
    return r;
}

static int write_request(struct cm_account *account, const struct pk_job *job, int64_t left_ms, struct pk_request *request)
{
    const struct pk_host *host = account->base.host;
    int r = pk_kit_begin_json(host, request, pk_kit_text(&account->base.settings, "url"), "");
    if (r == 0)
        r = host->header(request, PK_SLICE("X-CM-PRODUCTTOKEN"), pk_kit_text(&account->base.settings, "product_token"));
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_open(&json, "messages", '{');
    pk_kit_json_open(&json, "msg", '[');
    r = write_message(account, job, left_ms, &json);
    pk_kit_json_close(&json, ']');
    pk_kit_json_close(&json, '}');
    pk_kit_json_close(&json, '}');
    return r != 0 ? r : json.error;
}

/* The code decides, the message's own before the whole's; then the status. Without a code no 2xx is a success. */
static void judge(struct cm_account *account, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    struct pk_slice whole = pk_kit_at(host, root, "errorCode"), code = pk_kit_at(host, root, "messages[0].messageErrorCode");
    int64_t parts = host->json_int(host->json_at(root, "messages[0].parts"), 0);
    if (code.len == 0 || (whole.len > 0 && !pk_slice_is(whole, "0") && !pk_slice_is(whole, PER_MESSAGE)))
        code = whole;
    uint32_t outcome = pk_kit_meaning(codes, PK_KIT_COUNT(codes), code);
    if (outcome == 0) {
        outcome = pk_kit_outcome_of_status(answer->status);
        outcome = outcome == PK_OUTCOME_ACCEPTED ? PK_OUTCOME_UNCERTAIN : outcome;
    }
    if (outcome != PK_OUTCOME_ACCEPTED) {
        pk_kit_refuse(&account->base.words, answer, outcome, code, WAIT_MS, ret);
        return;
    }
    pk_kit_accept(&account->base.words, (struct pk_slice){ 0 }, ret);
    ret->parts = parts > 0 && parts < 256 ? (uint32_t) parts : 0;
}

/* A route may name an account that was set up for the other channel: nothing is lost while that is put right. */
static bool may_send(const struct cm_account *account, const struct pk_job *job, struct pk_result *ret)
{
    if (pk_slice_is(job->channel, account->viber ? "viber" : "sms"))
        return !account->viber || pk_cm_viber_may_send(account, job, ret);
    pk_kit_reject("channel", "The account's setting channel names another channel than its route.", ret);
    ret->outcome = PK_OUTCOME_MISCONFIGURED;
    return false;
}

int pk_cm_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct cm_account *account = self;
    int64_t left_ms;
    if (round->answer) {
        if (!pk_kit_unanswered(round->answer, &round->result))
            judge(account, round->answer, &round->result);
        return PK_STEP_DONE;
    }
    if (!may_send(account, job, &round->result))
        return PK_STEP_DONE;
    if (!pk_kit_time_left(job, PK_KIT_MINUTE, 48 * PK_KIT_HOUR, &left_ms)) {
        pk_kit_too_late(&round->result);
        return PK_STEP_DONE;
    }
    round->submits = 1;
    int r = write_request(account, job, left_ms, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}
