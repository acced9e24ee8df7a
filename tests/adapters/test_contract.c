/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The contract suite can fail: the adapter to copy from keeps it, and each way of breaking it that is tried here is told by
 * the name of the check it breaks. A set of cases that lacks a kind is told by the name of that kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/file.h"
#include "gateway/contract/trial.h"

#include <stdio.h>
#include <unistd.h>

extern const struct pk_adapter pk_adapter_template;

#define CASES PK_TEST_ADAPTERS "/template/cases"

/* ---- running ---- */

struct heard {
    const char *check; /* looked for */
    const char *flaw;  /* in it; NULL = any */
    bool found;
    size_t flaws;
    char last[1024];
};

static void told(void *ctx, const char *check, const char *flaw)
{
    struct heard *heard = ctx;
    if (!flaw)
        return;
    heard->flaws++;
    (void) snprintf(heard->last, sizeof heard->last, "%s: %s", check, flaw);
    if (heard->check && strcmp(check, heard->check) == 0 && (!heard->flaw || strstr(flaw, heard->flaw)))
        heard->found = true;
}

static void run(const struct pk_adapter *adapter, const char *cases, struct heard *heard)
{
    struct pk_contract_report report = { .told = told, .ctx = heard };
    struct pk_contract_sum sum;
    struct pk_error err = { 0 };
    if (pk_contract_run(adapter, cases, &report, &sum, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(sum.failed > 0, heard->flaws > 0);
}

static void told_of(const struct pk_adapter *adapter, const char *check, const char *flaw)
{
    struct heard heard = { .check = check, .flaw = flaw };
    run(adapter, CASES, &heard);
    if (!heard.found)
        fail_msg("not told: %s; %zu flaws, the last one %s", check, heard.flaws, heard.last);
}

static void the_template_keeps_it(void **state)
{
    struct heard heard = { 0 };
    (void) state;
    run(&pk_adapter_template, CASES, &heard);
    if (heard.flaws > 0)
        fail_msg("%s", heard.last);
}

/* ---- adapters that break it: the good one with one thing wrong ---- */

enum wrong {
    RIGHT,
    RETRIES_SILENCE,
    FORGETS_RETRY_AFTER,
    REJECTS_401,
    REPEATS_ANSWER,
    LOGS_NUMBER,
    LOGS_SECRET,
    SHORTENS_TEXT,
    NEVER_DONE,
    SUBMITS_NOTHING,
    NO_REASON,
    RETRIES_GARBAGE,
    TAKES_ALL_CALLS,
    TAKES_HALF_PATHS,
    GUESSES_EVENTS,
    FAKE_STATE,
};
static enum wrong wrong;
static const struct pk_host *host;
static char words[256];

static int open_wrong(const struct pk_host *given, const struct pk_setting_value *values, size_t count, void **ret_self,
                      struct pk_error *err)
{
    host = given;
    for (size_t i = 0; i < count && wrong == LOGS_SECRET; i++)
        if (strcmp(values[i].name, "token") == 0) {
            (void) snprintf(words, sizeof words, "opening with %.*s", PK_SLICE_ARG(values[i].text));
            given->log(given->ctx, PK_LEVEL_INFO, words);
        }
    return pk_adapter_template.open(given, values, count, ret_self, err);
}

static void spoil(struct pk_round *round)
{
    const struct pk_answer *answer = round->answer;
    struct pk_result *result = &round->result;
    if (wrong == RETRIES_SILENCE && answer->state == PK_ANSWER_NONE)
        result->outcome = PK_OUTCOME_RETRY;
    if (wrong == FORGETS_RETRY_AFTER)
        result->after_ms = 0;
    if (wrong == REJECTS_401 && answer->status == 401)
        result->outcome = PK_OUTCOME_REJECTED;
    if (wrong == NO_REASON)
        result->reason = (struct pk_slice){ 0 };
    if (wrong == RETRIES_GARBAGE && result->outcome == PK_OUTCOME_UNCERTAIN && answer->state == PK_ANSWER_COMPLETE)
        result->outcome = PK_OUTCOME_RETRY;
    if (wrong == REPEATS_ANSWER && result->outcome == PK_OUTCOME_REJECTED) {
        (void) snprintf(words, sizeof words, "refused: %.*s", PK_SLICE_ARG(answer->body));
        result->reason = pk_slice_of(words);
    }
}

static int step_wrong(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct pk_job changed = *job;
    if (wrong == SHORTENS_TEXT && changed.text.len > 160)
        changed.text.len = 160;
    if (wrong == LOGS_NUMBER) {
        (void) snprintf(words, sizeof words, "sending to %.*s", PK_SLICE_ARG(job->address));
        host->log(host->ctx, PK_LEVEL_DEBUG, words);
    }
    const struct pk_answer *answer = round->answer;
    if (wrong == NEVER_DONE)
        round->answer = NULL;
    int r = pk_adapter_template.exchange->step(self, &changed, round);
    round->answer = answer;
    if (wrong == SUBMITS_NOTHING)
        round->submits = 0;
    if (r == PK_STEP_DONE && answer)
        spoil(round);
    return r;
}

static int verify_wrong(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    struct pk_hook_request changed = *request;
    if (wrong == TAKES_ALL_CALLS)
        return 0;
    if (wrong == TAKES_HALF_PATHS && request->path_rest.len > 10)
        changed.path_rest = PK_SLICE("p4th-secret-of-the-webhook");
    return pk_adapter_template.webhook->verify(self, &changed, err);
}

static int parse_wrong(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                       struct pk_error *err)
{
    struct pk_event event = {
        .size = sizeof event, .kind = PK_EVENT_RECEIPT, .provider_id = PK_SLICE("m-1"), .state = PK_RECEIPT_SENT
    };
    if (wrong == FAKE_STATE)
        event.state = 99;
    if (wrong == GUESSES_EVENTS || wrong == FAKE_STATE)
        return sink->emit(sink, &event);
    return pk_adapter_template.webhook->parse(self, request, sink, reply, err);
}

static void each_breach_is_told(void **state)
{
    static const struct {
        enum wrong wrong;
        const char *check, *flaw;
    } breaches[] = {
        { RETRIES_SILENCE, "no connection is retry, a lost answer uncertain", "silence after sending is \"retry\"" },
        { FORGETS_RETRY_AFTER, "429 is throttled, and Retry-After is kept", "Retry-After: 7" },
        { REJECTS_401, "401 and 403 are misconfigured, 5xx is retry", "status 401 is \"rejected\"" },
        { REPEATS_ANSWER, "nothing a provider repeats reaches people", "a reason holds the text" },
        { LOGS_NUMBER, "difficult texts arrive whole", "a log line holds the number" },
        { LOGS_SECRET, "account: template.json", "a log line holds the secret token" },
        { SHORTENS_TEXT, "difficult texts arrive whole", "does not arrive whole" },
        { SHORTENS_TEXT, "hand-over: template.json: Cyrillic of three parts", "body is" },
        { NEVER_DONE, "hand-over: template.json: accepted", "more than 8 rounds" },
        { SUBMITS_NOTHING, "hand-over: template.json: accepted", "says accepted" },
        { NO_REASON, "hand-over: template.json: refused", "has no reason" },
        { RETRIES_GARBAGE, "an unreadable 2xx is neither a refusal nor a retry", NULL },
        { TAKES_ALL_CALLS, "a call without proof is refused", "a call without any proof passes" },
        { TAKES_ALL_CALLS, "a call with a bad proof is refused", "a call with spoilt proofs passes" },
        { TAKES_HALF_PATHS, "a call with a bad proof is refused", "half a path passes" },
        { GUESSES_EVENTS, "garbage makes no events", NULL },
        { FAKE_STATE, "calls cut off or changed are survived", "a receipt of no state" },
    };
    struct pk_exchange_ops exchange = *pk_adapter_template.exchange;
    struct pk_webhook_ops webhook = *pk_adapter_template.webhook;
    struct pk_adapter adapter = pk_adapter_template;
    (void) state;
    exchange.step = step_wrong;
    webhook.verify = verify_wrong;
    webhook.parse = parse_wrong;
    adapter.open = open_wrong;
    adapter.exchange = &exchange;
    adapter.webhook = &webhook;
    for (size_t i = 0; i < PK_COUNT(breaches); i++) {
        wrong = breaches[i].wrong;
        told_of(&adapter, breaches[i].check, breaches[i].flaw);
    }
    wrong = RIGHT;
    struct heard heard = { 0 };
    run(&adapter, CASES, &heard);
    assert_int_equal(heard.flaws, 0);
}

static void false_promises_are_told(void **state)
{
    struct pk_adapter adapter = pk_adapter_template;
    struct pk_setting setting = { .name = "token", .type = PK_SETTING_SECRET, .required = 1, .help = "token" };
    (void) state;
    adapter.capabilities = PK_CAN_IDEMPOTENT;
    adapter.capabilities_of = NULL;
    told_of(&adapter, "the idempotency key and a reference go along", "does not hold the key");
    adapter = pk_adapter_template;
    adapter.summary = "";
    told_of(&adapter, "its table is sound", "summary");
    adapter = pk_adapter_template;
    adapter.settings = &setting;
    adapter.setting_count = 1;
    told_of(&adapter, "every setting is explained", "the help of token is no sentence");
}

/* ---- cases that are not whole ---- */

/* The template's cases with the first `from` in them written as `to`, in a folder of their own. */
static void told_without(const char *from, const char *to, const char *check)
{
    char folder[] = "/tmp/pokana-contract-XXXXXX", path[64];
    struct pk_buf text, changed;
    struct heard heard = { .check = check };
    pk_buf_init(&text, 1u << 20);
    pk_buf_init(&changed, 1u << 20);
    assert_int_equal(pk_file_read(CASES "/template.json", 1u << 20, &text, NULL), 0);
    char *at = strstr(pk_buf_text(&text), from);
    assert_non_null(at);
    (void) pk_buf_add(&changed, pk_buf_text(&text), (size_t) (at - pk_buf_text(&text)));
    (void) pk_buf_add_text(&changed, to);
    (void) pk_buf_add_text(&changed, at + strlen(from));
    assert_non_null(mkdtemp(folder));
    (void) snprintf(path, sizeof path, "%s/template.json", folder);
    assert_int_equal(pk_file_replace(path, 0600, pk_buf_slice(&changed), NULL), 0);
    run(&pk_adapter_template, folder, &heard);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    pk_buf_finish(&text);
    pk_buf_finish(&changed);
    if (!heard.found)
        fail_msg("not told: %s; the last flaw is %s", check, heard.last);
}

static void missing_kinds_are_told_by_name(void **state)
{
    static const char *const kinds[] = { "success", "refusal",   "invalid_recipient",  "opted_out",    "throttle",   "auth",
                                         "garbage", "timeout",   "refused_connection", "server_error", "cyrillic_1", "cyrillic_3",
                                         "emoji",   "delivered", "undelivered",        "reply" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(kinds); i++) {
        char from[64], check[64];
        (void) snprintf(from, sizeof from, "\"kind\": \"%s\"", kinds[i]);
        if (i + 1 == PK_COUNT(kinds))
            (void) snprintf(from, sizeof from, "\"kind\": \"%s\",\n      \"path\"", kinds[i]);
        (void) snprintf(check, sizeof check, "kind: %s", kinds[i]);
        told_without(from, i + 1 == PK_COUNT(kinds) ? "\"path\"" : "\"kind\": \"\"", check);
    }
}

static void cases_that_mean_nothing_are_told(void **state)
{
    (void) state;
    told_without("\"page\": \"adapters/template/README.md\",", "", "every case names the page it comes from");
    told_without("Заповядайте на празника! 🎉", "Заповядайте на празника!", "meaning of kind: emoji");
    told_without("\"state\": \"none\"", "\"state\": \"notSent\"", "meaning of kind: timeout");
    told_without("\"capabilities\": [", "\"capabilities\": [\"idempotent\",", "account: template.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_template_keeps_it),
        cmocka_unit_test(each_breach_is_told),
        cmocka_unit_test(false_promises_are_told),
        cmocka_unit_test(missing_kinds_are_told_by_name),
        cmocka_unit_test(cases_that_mean_nothing_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
