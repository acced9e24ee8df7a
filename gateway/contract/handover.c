/* SPDX-License-Identifier: EUPL-1.2 */
/* A hand-over: the job as the gateway would give it, the rounds driven by given answers, the interface kept on the way. */
#include "gateway/contract/trial.h"

#include "gateway/base/text.h"
#include "gateway/plugin/record.h"
#include "gateway/plugin/url.h"

#include <stdio.h>

/* ---- the job ---- */

/* The hand-over's own word, else the file's, else the usual one. */
static struct pk_slice word(const struct pk_case *test, const struct pk_json *object, const char *name, const char *otherwise)
{
    struct pk_slice text = pk_case_text(pk_json_get(object, "job"), name, NULL);
    return text.data ? text : pk_case_text(test ? pk_json_get(test->document, "job") : NULL, name, otherwise);
}

static struct pk_slice in_format(uint32_t format, struct pk_slice address, char *room, size_t size)
{
    if (address.len == 0 || address.data[0] != '+' || (format != PK_NUMBER_E164_DIGITS && format != PK_NUMBER_00))
        return address;
    int n = snprintf(room, size, "%s%.*s", format == PK_NUMBER_00 ? "00" : "", (int) address.len - 1, address.data + 1);
    return pk_slice_make(room, (size_t) n < size ? (size_t) n : size - 1);
}

static void add_values(const struct pk_json *values, struct pk_trial_job *job)
{
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    while (job->job.value_count < PK_TRIAL_VALUES_MAX && pk_json_next(values, &iter, &name, &value))
        job->values[job->job.value_count++] = (struct pk_named_value){ name, pk_json_string(value) };
    job->job.values = job->values;
}

/* Labels by the ids of their choices. */
static void add_choices(const struct pk_json *choices, struct pk_trial_job *job)
{
    void *iter = NULL;
    struct pk_slice id;
    const struct pk_json *label;
    while (job->job.choice_count < PK_TRIAL_CHOICES_MAX && pk_json_next(choices, &iter, &id, &label))
        job->choices[job->job.choice_count++] = (struct pk_choice){ id, pk_json_string(label) };
    job->job.choices = job->choices;
}

void pk_trial_job(const struct pk_trial *trial, const struct pk_case *test, const struct pk_json *object,
                  struct pk_trial_job *ret_job)
{
    const struct pk_json *own = pk_json_get(object, "job"), *usual = test ? pk_json_get(test->document, "job") : NULL;
    const struct pk_json *values = pk_json_get(own, "values"), *choices = pk_json_get(own, "choices");
    *ret_job = (struct pk_trial_job){ 0 };
    ret_job->job = (struct pk_job){
        .size = sizeof(struct pk_job),
        .token = 1,
        .message_id = word(test, object, "messageId", "01jab0message"),
        .attempt_id = word(test, object, "attemptId", "01jab0attempt"),
        .idempotency_key = word(test, object, "idempotencyKey", "01jab0repeat"),
        .channel = word(test, object, "channel", "sms"),
        .address = in_format(trial->adapter->number_format, word(test, object, "address", PK_TRIAL_NUMBER), ret_job->address,
                             sizeof ret_job->address),
        .text = word(test, object, "text", PK_TRIAL_TEXT),
        .template_name = word(test, object, "template", "parent-meeting-invitation"),
        .template_version = PK_SLICE("1"),
        .sender = word(test, object, "sender", NULL),
        .language = word(test, object, "language", "bg"),
        .valid_until_ms = pk_case_int(own, "validUntilMs", pk_case_int(usual, "validUntilMs", PK_TRIAL_NOW_MS + 2 * 3600 * 1000)),
        .now_ms = PK_TRIAL_NOW_MS,
        .step = word(test, object, "step", "invitation"),
        .unsubscribe = word(test, object, "unsubscribe", NULL),
        .fallback_channel = word(test, object, "fallbackChannel", NULL),
        .fallback_text = word(test, object, "fallbackText", NULL),
        .fallback_attempt_id = word(test, object, "fallbackAttemptId", NULL),
    };
    add_values(values ? values : pk_json_get(usual, "values"), ret_job);
    add_choices(choices ? choices : pk_json_get(usual, "choices"), ret_job);
}

/* ---- answers ---- */

static struct pk_slice answer_header(const struct pk_answer *base, const char *name)
{
    const struct pk_trial_answer *answer = (const struct pk_trial_answer *) (const void *) base;
    void *iter = NULL;
    struct pk_slice key;
    const struct pk_json *value;
    while (pk_json_next(answer->headers, &iter, &key, &value))
        if (pk_slice_equal_nocase(key, name))
            return pk_json_string(value);
    return (struct pk_slice){ 0 };
}

struct pk_trial_answer pk_trial_answer_make(uint32_t state, uint32_t status, struct pk_slice body, int64_t retry_after_ms)
{
    return (struct pk_trial_answer){ .base = { .size = sizeof(struct pk_answer),
                                               .state = state,
                                               .status = status,
                                               .body = body,
                                               .retry_after_ms = retry_after_ms,
                                               .header = answer_header } };
}

void pk_trial_answer(const struct pk_json *given, struct pk_trial_answer *ret_answer)
{
    struct pk_slice state = pk_case_text(given, "state", "complete");
    uint32_t known = pk_slice_is(state, "complete")  ? PK_ANSWER_COMPLETE
                     : pk_slice_is(state, "notSent") ? PK_ANSWER_NOT_SENT
                                                     : PK_ANSWER_NONE;
    *ret_answer = pk_trial_answer_make(known, (uint32_t) pk_case_int(given, "status", known == PK_ANSWER_COMPLETE ? 200 : 0),
                                       PK_SLICE(""), pk_case_int(given, "retryAfterMs", 0));
    ret_answer->headers = pk_json_get(given, "headers");
    pk_case_body(given, "body", &ret_answer->body);
    ret_answer->base.body = pk_buf_slice(&ret_answer->body);
}

/* ---- driving ---- */

const char *pk_trial_outcome(uint32_t outcome)
{
    static const char *const names[] = { "none",      "accepted",      "retry",    "throttled", "rejected", "invalid_recipient",
                                         "opted_out", "misconfigured", "uncertain" };
    return outcome < PK_COUNT(names) ? names[outcome] : "none";
}

static void keep(const struct pk_result *result, struct pk_handed *handed)
{
    handed->result = *result;
    (void) snprintf(handed->id, sizeof handed->id, "%.*s", PK_SLICE_ARG(result->provider_id));
    (void) snprintf(handed->code, sizeof handed->code, "%.*s", PK_SLICE_ARG(result->code));
    (void) snprintf(handed->reason, sizeof handed->reason, "%.*s", PK_SLICE_ARG(result->reason));
    handed->result.provider_id = pk_slice_of(handed->id);
    handed->result.code = pk_slice_of(handed->code);
    handed->result.reason = pk_slice_of(handed->reason);
}

static bool check_result(struct pk_bench *bench, const struct pk_handed *handed)
{
    struct pk_trial *trial = bench->trial;
    const struct pk_result *result = &handed->result;
    if (result->outcome < PK_OUTCOME_ACCEPTED || result->outcome > PK_OUTCOME_UNCERTAIN)
        return pk_trial_flaw(trial, "the outcome is %u, which does not exist", result->outcome);
    if (result->outcome != PK_OUTCOME_ACCEPTED && result->reason.len == 0)
        (void) pk_trial_flaw(trial, "outcome \"%s\" has no reason for the operator", pk_trial_outcome(result->outcome));
    for (size_t i = 0; i < result->provider_id.len; i++)
        if (result->provider_id.data[i] < '!' || result->provider_id.data[i] > '~')
            return pk_trial_flaw(trial, "the provider's id holds what no id holds");
    if (result->after_ms < 0)
        (void) pk_trial_flaw(trial, "it asks to wait less than no time");
    pk_bench_private(bench, result->reason, "a reason");
    pk_bench_private(bench, result->code, "a code");
    return true;
}

static bool check_request(struct pk_trial *trial, const struct pk_request *request)
{
    struct pk_error err = { 0 };
    if (pk_request_check(request, &err) != 0)
        return pk_trial_flaw(trial, "its request cannot be sent: %s", err.message);
    bool plain = false;
    uint32_t transport = trial->adapter->exchange->transport;
    const char *refusal = transport == PK_TRANSPORT_SMTP      ? pk_url_mail_refusal(pk_request_url(request), &plain)
                          : transport == PK_TRANSPORT_PUBLISH ? NULL /* a topic */
                                                              : pk_url_refusal(pk_request_url(request));
    return refusal ? pk_trial_flaw(trial, "its request goes nowhere: %s", refusal) : true;
}

static bool any_submitted(const struct pk_handed *handed)
{
    for (unsigned i = 0; i < handed->rounds; i++)
        if (handed->submitted[i])
            return true;
    return false;
}

bool pk_trial_hand_over(struct pk_bench *bench, const struct pk_job *job, const struct pk_answer *const *answers, size_t count,
                        void (*looked)(void *ctx, unsigned round, const struct pk_request *request, bool submits), void *ctx,
                        struct pk_handed *ret_handed)
{
    struct pk_trial *trial = bench->trial;
    struct pk_request request;
    struct pk_round round = { .size = sizeof round, .request = &request };
    bool good = true, done = false;
    struct pk_buf record;
    pk_buf_init(&record, 2u * PK_RECORD_MAX_BYTES);
    *ret_handed = (struct pk_handed){ 0 };
    pk_request_init(&request);
    bench->job = job;
    while (good && !done) {
        pk_request_clear(&request);
        round.submits = 0;
        round.result = (struct pk_result){ 0 };
        int r = bench->asks ? trial->adapter->exchange->query(bench->self, job, &round)
                            : trial->adapter->exchange->step(bench->self, job, &round);
        if (r == PK_STEP_DONE) {
            keep(&round.result, ret_handed);
            done = true;
        }
        pk_bench_end_call(bench);
        if (done)
            break;
        if (r != PK_STEP_SEND)
            good = pk_trial_flaw(trial, "%s says %d in round %u", bench->asks ? "query()" : "step()", r, round.number);
        else if (round.number == PK_TRIAL_ROUNDS_MAX)
            good = pk_trial_flaw(trial, "it needs more than %u rounds", PK_TRIAL_ROUNDS_MAX);
        else
            good = check_request(trial, &request);
        if (!good)
            break;
        ret_handed->submitted[round.number] = round.submits != 0;
        if (looked)
            looked(ctx, round.number, &request, round.submits != 0);
        round.answer = answers[round.number < count ? round.number : count - 1];
        pk_record_request(&record, bench->settings, job, &request);
        pk_record_answer(&record, bench->settings, job, round.answer);
        round.number++;
        ret_handed->rounds = round.number;
    }
    pk_request_finish(&request);
    pk_bench_private(bench, pk_buf_slice(&record), "the record of the exchange");
    pk_buf_finish(&record);
    if (good)
        good = check_result(bench, ret_handed);
    if (good && bench->asks && any_submitted(ret_handed))
        good = pk_trial_flaw(trial, "query() hands the message over (submits)");
    if (good && !bench->asks && ret_handed->result.outcome == PK_OUTCOME_ACCEPTED && !any_submitted(ret_handed))
        good = pk_trial_flaw(trial, "it says accepted, and no request of it handed the message over (submits)");
    bench->job = NULL;
    return good;
}
