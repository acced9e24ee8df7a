/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Exchanges: the adapter describes a request, its carrier (HTTP, SMTP, MQTT) sends it, the adapter judges the answer or
 * describes the next.
 *
 * What is certain is decided here, whatever the adapter says. Once a request that hands the message over may have
 * reached the provider and its answer was lost, the attempt is uncertain; only an answer that came to a later question
 * can make it accepted, and nothing can make it "try again". Before such a request left, nothing can make it accepted.
 */
#include "gateway/base/clock.h"
#include "gateway/plugin/errand.h"
#include "gateway/plugin/record.h"
#include "gateway/plugin/url.h"

#define ROUNDS_MAX 8u

/* ---- carriers ---- */

static void http_answered(void *ctx, const struct pk_answer *answer)
{
    pk_exchange_answered(ctx, answer);
}

static int http_send(struct pk_errand *errand, struct pk_error *err)
{
    const char *refusal = pk_url_refusal(pk_request_url(errand->request));
    return refusal ? pk_fail(err, PK_E_INVALID, "%s", refusal)
                   : pk_account_call(errand->account, errand->request, http_answered, errand, err);
}

static int carry(struct pk_errand *errand, struct pk_error *err)
{
    switch (errand->account->config.adapter->exchange->transport) {
    case PK_TRANSPORT_SMTP:
        return pk_mail_send(errand, err);
    case PK_TRANSPORT_PUBLISH:
        return pk_publish_send(errand, err);
    default:
        return http_send(errand, err);
    }
}

static unsigned carrier_room(const struct pk_account *account)
{
    switch (account->config.adapter->exchange->transport) {
    case PK_TRANSPORT_SMTP:
        return pk_mail_room(account);
    case PK_TRANSPORT_PUBLISH:
        return pk_publish_room(account);
    default:
        return pk_http_client_room(account->config.http);
    }
}

/* ---- rounds ---- */

/* Our own fault, or the adapter's. */
static void end_as_fault(struct pk_errand *errand, const char *reason)
{
    pk_errand_end_as(errand, errand->submitted || errand->asks ? PK_OUTCOME_UNCERTAIN : PK_OUTCOME_REJECTED, reason);
}

/* Nothing of this request left: try again, unless an earlier one did. */
static void end_as_unsent(struct pk_errand *errand, const char *reason)
{
    pk_errand_end_as(errand, errand->submitted || errand->asks ? PK_OUTCOME_UNCERTAIN : PK_OUTCOME_RETRY, reason);
}

/* What was asked about an earlier attempt is known only from a whole answer, and hands nothing over. */
static void judge_question(struct pk_errand *errand, const struct pk_answer *answer)
{
    const struct pk_result *result = &errand->round.result;
    bool known = answer && answer->state == PK_ANSWER_COMPLETE && result->outcome >= PK_OUTCOME_ACCEPTED &&
                 result->outcome < PK_OUTCOME_UNCERTAIN && result->outcome != PK_OUTCOME_MISCONFIGURED;
    if (known)
        pk_errand_end(errand, result);
    else
        pk_errand_end_as(errand, PK_OUTCOME_UNCERTAIN, "the provider did not say what became of the message");
}

static void judge(struct pk_errand *errand, const struct pk_answer *answer)
{
    const struct pk_result *result = &errand->round.result;
    if (errand->asks) {
        judge_question(errand, answer);
        return;
    }
    if (result->outcome < PK_OUTCOME_ACCEPTED || result->outcome > PK_OUTCOME_UNCERTAIN)
        end_as_fault(errand, "the adapter came to no outcome");
    else if (errand->lost && (result->outcome != PK_OUTCOME_ACCEPTED || !answer || answer->state != PK_ANSWER_COMPLETE))
        pk_errand_end_as(errand, PK_OUTCOME_UNCERTAIN, "no answer came after the message was handed over");
    else if (result->outcome == PK_OUTCOME_ACCEPTED && !errand->submitted)
        pk_errand_end_as(errand, PK_OUTCOME_UNCERTAIN, "the adapter says accepted, and submitted nothing");
    else
        pk_errand_end(errand, result);
}

static void send_round(struct pk_errand *errand)
{
    struct pk_error err = { 0 };
    bool submits = errand->round.submits != 0;
    if (errand->round.number == ROUNDS_MAX) {
        end_as_fault(errand, "the adapter needs more than 8 rounds");
        return;
    }
    if (pk_request_check(errand->request, &err) != 0) {
        end_as_fault(errand, err.message);
        return;
    }
    if (submits && errand->asks) {
        end_as_fault(errand, "the adapter would hand a message over while asking");
        return;
    }
    if (submits && errand->lost) {
        pk_errand_end_as(errand, PK_OUTCOME_UNCERTAIN, "no answer came after the message was handed over");
        return;
    }
    if (submits && errand->round.number > 0 && errand->may_submit && !errand->may_submit(errand->ctx)) {
        end_as_unsent(errand, "the gateway no longer lets the message out");
        return;
    }
    if (errand->record)
        pk_record_request(errand->record, errand->account->config.settings, &errand->job, errand->request);
    if (carry(errand, &err) != 0) {
        if (err.code == PK_E_INVALID)
            end_as_fault(errand, err.message);
        else
            end_as_unsent(errand, err.message);
        return;
    }
    errand->in_air = true;
}

/* Asks the adapter what comes next; `answer` is NULL in round 0. */
static void advance(struct pk_errand *errand, const struct pk_answer *answer)
{
    struct pk_account *account = errand->account;
    struct pk_round *round = &errand->round;
    pk_request_clear(errand->request);
    round->answer = answer;
    round->submits = 0;
    round->result = (struct pk_result){ 0 };
    errand->job.now_ms = pk_clock_wall_ms();
    (void) pk_host_about(account->host, &errand->job);
    const struct pk_exchange_ops *exchange = account->config.adapter->exchange;
    int r = (errand->asks ? exchange->query : exchange->step)(account->self, &errand->job, round);
    round->answer = NULL;
    if (r == PK_STEP_SEND)
        send_round(errand);
    else if (r == PK_STEP_DONE)
        judge(errand, answer);
    else
        end_as_fault(errand, "the adapter could not describe or judge the exchange");
    pk_host_end_call(account->host); /* the result was copied: its slices may lie in what goes now */
}

void pk_exchange_answered(struct pk_errand *errand, const struct pk_answer *answer)
{
    struct pk_account *account = errand->account;
    errand->in_air = false;
    if (!account) {
        pk_errand_free(errand); /* it ended as uncertain when the account closed */
        return;
    }
    if (errand->record)
        pk_record_answer(errand->record, account->config.settings, &errand->job, answer);
    if (errand->round.submits && answer->state != PK_ANSWER_NOT_SENT) {
        errand->submitted = true;
        errand->lost = answer->state != PK_ANSWER_COMPLETE;
    }
    errand->round.number++;
    advance(errand, answer);
    pk_errand_deliver(account);
}

static void start(struct pk_errand *errand)
{
    if (!errand->request) {
        errand->request = pk_alloc(sizeof *errand->request);
        pk_request_init(errand->request);
    }
    errand->round = (struct pk_round){ .size = sizeof errand->round, .request = errand->request };
    advance(errand, NULL);
}

/* ---- the rest of the kind ---- */

static int open_exchange(struct pk_account *account, struct pk_error *err)
{
    uint32_t transport = account->config.adapter->exchange->transport;
    if (transport != PK_TRANSPORT_HTTP)
        return transport == PK_TRANSPORT_SMTP ? pk_mail_open(account, err) : 0;
    return account->config.http ? 0 : pk_fail(err, PK_E_INTERNAL, "there is no HTTP client to send with");
}

static unsigned room(const struct pk_account *account, unsigned free_slots)
{
    unsigned calls = carrier_room(account);
    return calls < free_slots ? calls : free_slots;
}

static void close_exchange(struct pk_account *account)
{
    pk_publish_close(account);
    pk_mail_close(account); /* HTTP's are left to the client, which everybody shares */
}

static void nothing(struct pk_account *account)
{
    (void) account; /* what is under way ends by itself */
}

static void settled(struct pk_account *account, uint64_t event_token, bool stored)
{
    (void) account; /* only a session's events carry tokens */
    (void) event_token;
    (void) stored;
}

static bool stopped(const struct pk_account *account)
{
    (void) account;
    return true;
}

const struct pk_account_kind pk_exchange_kind = {
    .open = open_exchange,
    .close = close_exchange,
    .room = room,
    .start = start,
    .settled = settled,
    .stop = nothing,
    .stopped = stopped,
};
