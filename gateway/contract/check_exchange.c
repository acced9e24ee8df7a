/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What every exchange must do, whatever its provider: run against each account of each case file that hands over. The
 * rounds before the last of the file's first accepted hand-over are answered as there; then comes what is tried. A file
 * whose settings give statuses a meaning of their own says so ("ownStatuses": true).
 */
#include "gateway/contract/trial.h"

#include "gateway/base/text.h"

#include <stdio.h>

#define CHANGES 300u /* of each sample answer */

/* ---- one account and its good beginning ---- */

struct ground {
    struct pk_bench bench;
    struct pk_trial_answer before[PK_TRIAL_ROUNDS_MAX]; /* the answers that lead to the round under trial */
    size_t before_count;
    uint32_t good_status; /* of an answer that accepts */
    bool own_statuses;
};

typedef void each_ground(struct ground *ground);

static const struct pk_json *first_accepted(const struct pk_json *handovers)
{
    for (size_t i = 0; i < pk_json_count(handovers); i++) {
        const struct pk_json *one = pk_json_item(handovers, i);
        if (pk_slice_is(pk_case_text(pk_json_get(one, "result"), "outcome", "accepted"), "accepted") &&
            pk_json_count(pk_json_get(one, "rounds")) <= PK_TRIAL_ROUNDS_MAX)
            return one;
    }
    return NULL;
}

static void for_each(struct pk_trial *trial, const char *check, each_ground *run)
{
    pk_trial_begin(trial, check, NULL);
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_case *test = &trial->cases[i];
        const struct pk_json *handovers = pk_json_get(test->document, "handovers");
        const struct pk_json *rounds = pk_json_get(first_accepted(handovers), "rounds");
        struct ground ground = { .good_status = 200, .own_statuses = pk_case_bool(test->document, "ownStatuses") };
        if (!handovers)
            continue;
        pk_trial_where(trial, test->name, NULL);
        pk_bench_open(&ground.bench, trial, test, NULL, NULL);
        for (size_t j = 0; j + 1 < pk_json_count(rounds); j++)
            pk_trial_answer(pk_json_get(pk_json_item(rounds, j), "answer"), &ground.before[ground.before_count++]);
        if (pk_json_count(rounds) > 0)
            ground.good_status =
                (uint32_t) pk_case_int(pk_json_get(pk_json_item(rounds, pk_json_count(rounds) - 1), "answer"), "status", 200);
        if (ground.bench.self)
            run(&ground);
        else
            (void) pk_trial_flaw(trial, "it does not open: %s", pk_buf_text(&ground.bench.trouble));
        for (size_t j = 0; j < ground.before_count; j++)
            pk_buf_finish(&ground.before[j].body);
        pk_bench_close(&ground.bench);
    }
    pk_trial_end(trial);
}

/* The usual job, its submitting round answered so (and all later ones). NULL: the interface was broken, and that told. */
static const struct pk_result *answered(struct ground *ground, uint32_t state, uint32_t status, struct pk_slice body,
                                        int64_t retry_after_ms)
{
    static struct pk_handed handed;
    const struct pk_answer *answers[PK_TRIAL_ROUNDS_MAX + 1];
    struct pk_trial_answer last = pk_trial_answer_make(state, status, body, retry_after_ms);
    struct pk_trial_job job;
    size_t count = 0;
    pk_bench_renew(&ground->bench);
    if (!ground->bench.self)
        return NULL;
    for (size_t i = 0; i < ground->before_count; i++)
        answers[count++] = &ground->before[i].base;
    answers[count++] = &last.base;
    pk_trial_job(ground->bench.trial, ground->bench.test, NULL, &job);
    return pk_trial_hand_over(&ground->bench, &job.job, answers, count, NULL, NULL, &handed) ? &handed.result : NULL;
}

static void expect(struct ground *ground, const char *what, const struct pk_result *result, uint32_t outcome)
{
    if (result && result->outcome != outcome)
        (void) pk_trial_flaw(ground->bench.trial, "%s is \"%s\", not \"%s\"", what, pk_trial_outcome(result->outcome),
                             pk_trial_outcome(outcome));
}

/* ---- statuses ---- */

/* What the transport itself says of an answer, whoever the provider is. */
static const struct {
    uint32_t transport, status, outcome;
} statuses[] = {
    { PK_TRANSPORT_HTTP, 401, PK_OUTCOME_MISCONFIGURED },
    { PK_TRANSPORT_HTTP, 403, PK_OUTCOME_MISCONFIGURED },
    { PK_TRANSPORT_HTTP, 500, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_HTTP, 502, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_HTTP, 503, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_HTTP, 504, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_SMTP, 421, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_SMTP, 450, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_SMTP, 451, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_SMTP, 452, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_SMTP, 530, PK_OUTCOME_MISCONFIGURED },
    { PK_TRANSPORT_SMTP, 535, PK_OUTCOME_MISCONFIGURED },
    { PK_TRANSPORT_SMTP, 554, PK_OUTCOME_REJECTED },
    { PK_TRANSPORT_PUBLISH, 0, PK_OUTCOME_ACCEPTED },
    { PK_TRANSPORT_PUBLISH, 16, PK_OUTCOME_ACCEPTED },
    { PK_TRANSPORT_PUBLISH, 128, PK_OUTCOME_RETRY },
    { PK_TRANSPORT_PUBLISH, 135, PK_OUTCOME_MISCONFIGURED },
    { PK_TRANSPORT_PUBLISH, 144, PK_OUTCOME_REJECTED },
    { PK_TRANSPORT_PUBLISH, 149, PK_OUTCOME_REJECTED },
    { PK_TRANSPORT_PUBLISH, 151, PK_OUTCOME_THROTTLED },
};

static uint32_t transport_of(const struct ground *ground)
{
    return ground->bench.trial->adapter->exchange->transport;
}

static void check_statuses(struct ground *ground)
{
    static const char *const bodies[] = { "", "{}", "<html>no</html>", "{\"error\":{\"message\":\"no\"}}" };
    for (size_t i = 0; i < PK_COUNT(statuses) && !ground->own_statuses; i++)
        for (size_t j = 0; j < PK_COUNT(bodies) && statuses[i].transport == transport_of(ground); j++) {
            char what[64];
            (void) snprintf(what, sizeof what, "status %u", statuses[i].status);
            expect(ground, what, answered(ground, PK_ANSWER_COMPLETE, statuses[i].status, pk_slice_of(bodies[j]), 0),
                   statuses[i].outcome);
        }
}

static void check_throttled(struct ground *ground)
{
    const struct pk_result *result;
    if (ground->own_statuses || transport_of(ground) != PK_TRANSPORT_HTTP)
        return; /* no other transport has a Retry-After */
    result = answered(ground, PK_ANSWER_COMPLETE, 429, PK_SLICE(""), 7000);
    expect(ground, "status 429", result, PK_OUTCOME_THROTTLED);
    if (result && result->after_ms != 7000)
        (void) pk_trial_flaw(ground->bench.trial, "Retry-After: 7 of a 429 is not kept");
    result = answered(ground, PK_ANSWER_COMPLETE, 503, PK_SLICE(""), 9000);
    if (result && result->after_ms != 9000)
        (void) pk_trial_flaw(ground->bench.trial, "Retry-After: 9 of a 503 is not kept");
}

static void check_no_answer(struct ground *ground)
{
    expect(ground, "a refused connection", answered(ground, PK_ANSWER_NOT_SENT, 0, PK_SLICE(""), 0), PK_OUTCOME_RETRY);
    expect(ground, "silence after sending", answered(ground, PK_ANSWER_NONE, 0, PK_SLICE(""), 0), PK_OUTCOME_UNCERTAIN);
    /* Half an answer is none, whatever its beginning says. */
    expect(ground, "half an answer", answered(ground, PK_ANSWER_NONE, ground->good_status, PK_SLICE("{\"id\":"), 0),
           PK_OUTCOME_UNCERTAIN);
}

/* A 2xx that nobody can read: the provider may have the message, so it is neither refused nor sent again. */
static void check_garbage(struct ground *ground)
{
    static const char *const bodies[] = {
        "", "<html><body>Login</body></html>", "[", "null", "[]", "0", "\xff\xfe", "{\"a\":1,\"a\":2}"
    };
    for (size_t i = 0; i < PK_COUNT(bodies) && !ground->own_statuses; i++) {
        const struct pk_result *result = answered(ground, PK_ANSWER_COMPLETE, ground->good_status, pk_slice_of(bodies[i]), 0);
        if (result && result->outcome != PK_OUTCOME_ACCEPTED && result->outcome != PK_OUTCOME_UNCERTAIN)
            (void) pk_trial_flaw(ground->bench.trial, "status %u with an answer nobody can read is \"%s\"", ground->good_status,
                                 pk_trial_outcome(result->outcome));
    }
}

/* ---- answers gone wrong ---- */

struct wrong {
    struct ground *ground;
    const struct pk_json *rounds;
    size_t round; /* whose answer is changed */
    const char *about;
};

static void give_wrong(void *ctx, struct pk_slice body, const char *what)
{
    const struct wrong *wrong = ctx;
    struct pk_bench *bench = &wrong->ground->bench;
    struct pk_trial_answer answers[PK_TRIAL_ROUNDS_MAX];
    const struct pk_answer *given[PK_TRIAL_ROUNDS_MAX];
    struct pk_trial_job job;
    struct pk_handed handed;
    char where[160];
    size_t count = pk_json_count(wrong->rounds);
    (void) snprintf(where, sizeof where, "answer of \"%s\" %s", wrong->about, what);
    pk_trial_where(bench->trial, bench->test->name, where);
    pk_bench_renew(bench);
    for (size_t i = 0; i < count; i++) {
        pk_trial_answer(pk_json_get(pk_json_item(wrong->rounds, i), "answer"), &answers[i]);
        if (i == wrong->round)
            answers[i].base.body = body;
        given[i] = &answers[i].base;
    }
    pk_trial_job(bench->trial, bench->test, NULL, &job);
    if (bench->self)
        (void) pk_trial_hand_over(bench, &job.job, given, count, NULL, NULL, &handed);
    for (size_t i = 0; i < count; i++)
        pk_buf_finish(&answers[i].body);
}

static void change_all(struct ground *ground, const char *list)
{
    const struct pk_json *handovers = pk_json_get(ground->bench.test->document, list);
    for (size_t i = 0; i < pk_json_count(handovers); i++) {
        const struct pk_json *handover = pk_json_item(handovers, i);
        char about[80];
        (void) snprintf(about, sizeof about, "%.*s", PK_SLICE_ARG(pk_case_text(handover, "about", "?")));
        struct wrong wrong = { .ground = ground, .rounds = pk_json_get(handover, "rounds"), .about = about };
        for (; wrong.round < pk_json_count(wrong.rounds) && wrong.round < PK_TRIAL_ROUNDS_MAX; wrong.round++) {
            struct pk_buf body;
            pk_case_body(pk_json_get(pk_json_item(wrong.rounds, wrong.round), "answer"), "body", &body);
            pk_changes(pk_buf_slice(&body), CHANGES, give_wrong, &wrong);
            pk_buf_finish(&body);
        }
    }
}

static void check_wrong(struct ground *ground)
{
    change_all(ground, "handovers");
    ground->bench.asks = true;
    if (ground->bench.trial->adapter->exchange->query)
        change_all(ground, "queries");
    ground->bench.asks = false;
}

/* ---- a provider that repeats everything it was told ---- */

static void take_all(void *ctx, unsigned round, const struct pk_request *request, bool submits)
{
    struct pk_buf *echo = ctx;
    (void) round;
    if (!submits)
        return;
    pk_buf_clear(echo);
    (void) pk_buf_add_slice(echo, pk_request_url(request));
    (void) pk_buf_add_slice(echo, pk_request_body(request));
    for (size_t i = 0; i < pk_request_header_count(request); i++) {
        struct pk_slice name, value;
        pk_request_header(request, i, &name, &value);
        (void) pk_buf_add_slice(echo, value);
    }
}

static void take_body(void *ctx, unsigned round, const struct pk_request *request, bool submits)
{
    (void) round;
    if (!submits)
        return;
    pk_buf_clear(ctx);
    (void) pk_buf_add_slice(ctx, pk_request_body(request));
}

/* A hand-over that is looked at and gets no answer. */
static void looked_at(struct ground *ground, const struct pk_job *job,
                      void (*look)(void *ctx, unsigned round, const struct pk_request *request, bool submits), void *ctx)
{
    const struct pk_answer *answers[PK_TRIAL_ROUNDS_MAX + 1];
    struct pk_trial_answer none = pk_trial_answer_make(PK_ANSWER_NONE, 0, PK_SLICE(""), 0);
    struct pk_handed handed;
    size_t count = 0;
    pk_bench_renew(&ground->bench);
    for (size_t i = 0; i < ground->before_count; i++)
        answers[count++] = &ground->before[i].base;
    answers[count++] = &none.base;
    if (ground->bench.self)
        (void) pk_trial_hand_over(&ground->bench, job, answers, count, look, ctx, &handed);
}

static void check_echo(struct ground *ground)
{
    static const uint32_t echoed[] = { 0, 16, 135, 151, 200, 202, 250, 400, 401, 404, 422, 429, 450, 500, 535, 550, 554 };
    struct pk_trial_job job;
    struct pk_buf all, body;
    pk_buf_init(&all, 1u << 20);
    pk_buf_init(&body, 1u << 20);
    pk_trial_job(ground->bench.trial, ground->bench.test, NULL, &job);
    looked_at(ground, &job.job, take_all, &all);
    looked_at(ground, &job.job, take_body, &body);
    for (size_t i = 0; i < PK_COUNT(echoed); i++) {
        (void) answered(ground, PK_ANSWER_COMPLETE, echoed[i], pk_buf_slice(&all), 0);
        (void) answered(ground, PK_ANSWER_COMPLETE, echoed[i], pk_buf_slice(&body), 0);
    }
    pk_buf_finish(&all);
    pk_buf_finish(&body);
}

/* ---- what is in a request ---- */

struct search {
    struct pk_slice text;
    bool found;
};

static void search(void *ctx, unsigned round, const struct pk_request *request, bool submits)
{
    struct search *wanted = ctx;
    (void) round;
    if (submits)
        wanted->found = wanted->found || pk_request_holds(request, wanted->text);
}

static void check_texts(struct ground *ground)
{
    static const char *const texts[] = {
        "👩‍👩‍👧‍👦 🎉 Заповядайте! 🇧🇬",
        "مرحبا بكم في المدرسة‏ ‫שלום‬",
        "Quote \" back \\ slash / line\nfeed\ttab {to} {text} &amp;=+%20?#<b>'`",
        "end with a backslash \\",
        "ю",
    };
    struct pk_trial *trial = ground->bench.trial;
    bool templates = (trial->adapter->capabilities & PK_CAN_TEMPLATES_ONLY) != 0;
    char thousand[2001];
    if (templates && pk_case_bool(ground->bench.test->document, "valuesOnly"))
        return; /* the provider makes the text */
    for (size_t i = 0; i < 1000; i++)
        memcpy(thousand + 2 * i, "Ж", 2);
    thousand[2000] = '\0';
    for (size_t i = 0; i <= PK_COUNT(texts); i++) {
        struct pk_trial_job job;
        struct search wanted = { .text = pk_slice_of(i < PK_COUNT(texts) ? texts[i] : thousand) };
        pk_trial_job(trial, ground->bench.test, NULL, &job);
        job.job.text = wanted.text;
        if (wanted.text.len > trial->adapter->max_text_bytes)
            continue;
        looked_at(ground, &job.job, search, &wanted);
        if (!wanted.found)
            (void) pk_trial_flaw(trial, "text %zu of the difficult ones does not arrive whole", i + 1);
    }
}

struct part {
    struct pk_slice text;
    bool found;
};

/* Anywhere in the request: the key may be a piece of something. */
static void search_part(void *ctx, unsigned round, const struct pk_request *request, bool submits)
{
    struct part *part = ctx;
    struct pk_buf all;
    pk_buf_init(&all, 1u << 20);
    take_all(&all, round, request, submits);
    part->found = part->found || (all.len > 0 && memmem(all.data, all.len, part->text.data, part->text.len));
    pk_buf_finish(&all);
}

/* Idempotent: the key goes along. With receipts: they will name the provider's id, or our reference goes along. */
static void check_names(struct ground *ground)
{
    struct pk_trial *trial = ground->bench.trial;
    uint32_t can = pk_bench_capabilities(&ground->bench);
    struct pk_trial_job job;
    pk_trial_job(trial, ground->bench.test, NULL, &job);
    struct part key = { .text = job.job.idempotency_key }, reference = { .text = job.job.attempt_id };
    looked_at(ground, &job.job, search_part, &key);
    looked_at(ground, &job.job, search_part, &reference);
    if (can & PK_CAN_IDEMPOTENT && !key.found)
        (void) pk_trial_flaw(trial, "it declares idempotency, and the request does not hold the key");
    const struct pk_json *accepted = first_accepted(pk_json_get(ground->bench.test->document, "handovers"));
    if (can & PK_CAN_RECEIPTS && !reference.found && pk_case_text(pk_json_get(accepted, "result"), "providerId", "").len == 0)
        (void) pk_trial_flaw(trial, "receipts could name neither the provider's id nor our reference");
}

void pk_check_exchange(struct pk_trial *trial)
{
    for_each(trial, "401 and 403 are misconfigured, 5xx is retry", check_statuses);
    for_each(trial, "429 is throttled, and Retry-After is kept", check_throttled);
    for_each(trial, "no connection is retry, a lost answer uncertain", check_no_answer);
    for_each(trial, "an unreadable 2xx is neither a refusal nor a retry", check_garbage);
    for_each(trial, "answers cut off or changed are survived", check_wrong);
    for_each(trial, "nothing a provider repeats reaches people", check_echo);
    for_each(trial, "difficult texts arrive whole", check_texts);
    for_each(trial, "the idempotency key and a reference go along", check_names);
}
