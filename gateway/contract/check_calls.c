/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The webhook: the calls of the case files, exactly; and of every accepted one that it is refused without its proof or
 * with a spoilt one, and survived cut off anywhere and changed by chance. A sample whose proof covers the body says so
 * ("signed": true); one whose proof is a word in its query gives that word ("queryProof").
 */
#include "gateway/contract/trial.h"

#include "gateway/base/text.h"

#include <stdio.h>

#define CHANGES 300u    /* of each sample body */
#define HEADERS_MAX 16u /* of a sample that can be spoilt */

/* ---- one call ---- */

struct call {
    struct pk_hook_request base; /* first */
    const struct pk_json *headers;
    bool spoil_headers;
    struct pk_buf body, path, query, spoilt[HEADERS_MAX]; /* spoilt: by the header's place, each as long as the call */
};

static struct pk_slice call_header(const struct pk_hook_request *base, const char *name)
{
    struct call *call = (struct call *) (void *) (uintptr_t) base;
    void *iter = NULL;
    struct pk_slice key;
    const struct pk_json *value;
    for (size_t i = 0; pk_json_next(call->headers, &iter, &key, &value); i++) {
        if (!pk_slice_equal_nocase(key, name))
            continue;
        struct pk_slice text = pk_json_string(value);
        if (!call->spoil_headers || text.len == 0 || i >= HEADERS_MAX)
            return text;
        struct pk_buf *spoilt = &call->spoilt[i];
        pk_buf_clear(spoilt);
        (void) pk_buf_add_slice(spoilt, text);
        spoilt->data[spoilt->len - 1] ^= 1;
        return pk_buf_slice(spoilt);
    }
    return (struct pk_slice){ 0 };
}

static void call_init(struct call *call, const struct pk_json *sample)
{
    *call = (struct call){ .headers = pk_json_get(sample, "headers") };
    pk_case_body(sample, "body", &call->body);
    pk_case_body(sample, "path", &call->path);
    pk_case_body(sample, "query", &call->query);
    for (size_t i = 0; i < HEADERS_MAX; i++)
        pk_buf_init(&call->spoilt[i], 4096);
    call->base = (struct pk_hook_request){
        .size = sizeof call->base,
        .method = pk_case_text(sample, "method", "POST"),
        .url = pk_case_text(sample, "url", "https://pokana.example/hooks/test"),
        .path_rest = pk_buf_slice(&call->path),
        .query = pk_buf_slice(&call->query),
        .body = pk_buf_slice(&call->body),
        .now_ms = pk_case_int(sample, "nowMs", PK_TRIAL_NOW_MS),
        .header = call_header,
    };
}

static void call_finish(struct call *call)
{
    pk_buf_finish(&call->body);
    pk_buf_finish(&call->path);
    pk_buf_finish(&call->query);
    for (size_t i = 0; i < HEADERS_MAX; i++)
        pk_buf_finish(&call->spoilt[i]);
}

static int verify(struct pk_bench *bench, const struct call *call)
{
    struct pk_error err = { 0 };
    int r = bench->trial->adapter->webhook->verify(bench->self, &call->base, &err);
    pk_bench_end_call(bench);
    pk_bench_private(bench, pk_slice_of(err.message), "what verify() says");
    return r;
}

/* `sample` NULL: whatever it replies. */
static int parse(struct pk_bench *bench, const struct pk_hook_request *request, struct pk_events *events, const struct pk_json *sample)
{
    struct pk_error err = { 0 };
    struct pk_out reply;
    pk_out_init(&reply, 4096);
    int r = bench->trial->adapter->webhook->parse(bench->self, request, &events->base, &reply, &err);
    pk_bench_end_call(bench);
    if (reply.buf.failed)
        (void) pk_trial_flaw(bench->trial, "its reply is longer than 4 KiB");
    else if (sample && r == 0 && !pk_slice_equal(pk_buf_slice(&reply.buf), pk_case_text(sample, "reply", "")))
        (void) pk_trial_flaw(bench->trial, "it replies \"%s\"", pk_buf_text(&reply.buf));
    pk_out_finish(&reply);
    pk_bench_private(bench, pk_slice_of(err.message), "what parse() says");
    pk_events_sound(bench->trial, events);
    return r;
}

/* ---- the cases ---- */

static void run_call(struct pk_bench *bench, const struct pk_json *sample)
{
    struct pk_trial *trial = bench->trial;
    const struct pk_json *expected = pk_json_get(sample, "events");
    struct pk_slice refused = pk_case_text(sample, "refused", "");
    int wanted = pk_slice_is(refused, "denied") ? PK_E_DENIED : pk_slice_is(refused, "closed") ? PK_E_NOT_FOUND : 0;
    struct call call;
    struct pk_events events;
    call_init(&call, sample);
    pk_events_init(&events);
    int r = verify(bench, &call);
    if (r != wanted)
        (void) pk_trial_flaw(trial, "verify() says %d, not %d", r, wanted);
    if (r == 0) {
        r = parse(bench, &call.base, &events, sample);
        if (r != (pk_slice_is(refused, "invalid") ? PK_E_INVALID : 0))
            (void) pk_trial_flaw(trial, "parse() says %d", r);
        if (events.count != pk_json_count(expected))
            (void) pk_trial_flaw(trial, "there are %zu events, not %zu", events.count, pk_json_count(expected));
        for (size_t i = 0; i < events.count && i < pk_json_count(expected); i++)
            pk_event_compare(trial, &events.at[i], pk_json_item(expected, i));
    }
    pk_events_finish(&events);
    call_finish(&call);
}

void pk_bench_hear(struct pk_bench *bench)
{
    const struct pk_json *heard = pk_json_get(bench->test->document, "heard");
    for (size_t i = 0; i < pk_json_count(heard); i++) {
        struct call call;
        struct pk_events events;
        call_init(&call, pk_json_item(heard, i));
        pk_events_init(&events);
        if (verify(bench, &call) != 0 || parse(bench, &call.base, &events, NULL) != 0)
            (void) pk_trial_flaw(bench->trial, "call number %zu of \"heard\" is refused", i + 1);
        pk_events_finish(&events);
        call_finish(&call);
    }
}

static void check_samples(struct pk_trial *trial)
{
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_case *test = &trial->cases[i];
        const struct pk_json *calls = pk_json_get(test->document, "calls");
        struct pk_bench bench;
        if (!calls)
            continue;
        pk_bench_open(&bench, trial, test, NULL, NULL);
        for (size_t j = 0; j < pk_json_count(calls) && bench.self; j++) {
            char name[100];
            (void) snprintf(name, sizeof name, "%s: %.*s", test->name,
                            PK_SLICE_ARG(pk_case_text(pk_json_item(calls, j), "about", "?")));
            pk_trial_begin(trial, "call", name);
            run_call(&bench, pk_json_item(calls, j));
            pk_trial_end(trial);
        }
        pk_bench_close(&bench);
    }
}

/* ---- of every accepted call ---- */

typedef void each_sample(struct pk_bench *bench, const struct pk_json *sample);

static void for_each(struct pk_trial *trial, const char *check, each_sample *run)
{
    size_t ran = 0;
    pk_trial_begin(trial, check, NULL);
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_case *test = &trial->cases[i];
        const struct pk_json *calls = pk_json_get(test->document, "calls");
        struct pk_bench bench;
        if (!calls)
            continue;
        pk_bench_open(&bench, trial, test, NULL, NULL);
        for (size_t j = 0; j < pk_json_count(calls) && bench.self; j++) {
            const struct pk_json *sample = pk_json_item(calls, j);
            char about[80];
            if (pk_json_get(sample, "refused"))
                continue;
            (void) snprintf(about, sizeof about, "%.*s", PK_SLICE_ARG(pk_case_text(sample, "about", "?")));
            pk_trial_where(trial, test->name, about);
            run(&bench, sample);
            ran++;
        }
        pk_bench_close(&bench);
    }
    pk_trial_where(trial, NULL, NULL);
    if (ran == 0)
        (void) pk_trial_flaw(trial, "no case holds a call that is accepted");
    pk_trial_end(trial);
}

static void check_bare(struct pk_bench *bench, const struct pk_json *sample)
{
    struct call call;
    call_init(&call, sample);
    call.headers = NULL;
    call.base.path_rest = PK_SLICE("");
    if (pk_json_get(sample, "queryProof"))
        call.base.query = PK_SLICE("");
    if (verify(bench, &call) != PK_E_DENIED)
        (void) pk_trial_flaw(bench->trial, "a call without any proof passes");
    call_finish(&call);
}

/* The last byte of the proof in the query, to be spoilt; NULL when it has none. */
static char *query_proof(struct pk_trial *trial, struct call *call, const struct pk_json *sample)
{
    struct pk_slice proof = pk_case_text(sample, "queryProof", "");
    char *at = proof.len > 0 && call->query.len > 0 ? memmem(call->query.data, call->query.len, proof.data, proof.len) : NULL;
    if (proof.len > 0 && !at)
        (void) pk_trial_flaw(trial, "the query does not hold \"queryProof\"");
    return at ? at + proof.len - 1 : NULL;
}

static void check_spoilt(struct pk_bench *bench, const struct pk_json *sample)
{
    struct call call;
    call_init(&call, sample);
    char *in_query = query_proof(bench->trial, &call, sample);
    call.spoil_headers = true;
    if (call.path.len > 0)
        call.path.data[0] ^= 1;
    if (in_query)
        *in_query ^= 1;
    if (verify(bench, &call) != PK_E_DENIED)
        (void) pk_trial_flaw(bench->trial, "a call with spoilt proofs passes");
    call.spoil_headers = false;
    if (call.path.len > 0)
        call.path.data[0] ^= 1;
    if (in_query)
        *in_query ^= 1;
    if (verify(bench, &call) != 0)
        (void) pk_trial_flaw(bench->trial, "a good call after a bad one is refused");
    if (call.path.len > 0) {
        call.base.path_rest = pk_slice_make(call.path.data + 1, call.path.len - 1);
        if (verify(bench, &call) != PK_E_DENIED)
            (void) pk_trial_flaw(bench->trial, "half a path passes");
        call.base.path_rest = pk_buf_slice(&call.path);
    }
    for (size_t i = 0; i < call.body.len && pk_case_bool(sample, "signed"); i++) {
        call.body.data[i] ^= 1;
        if (verify(bench, &call) != PK_E_DENIED)
            (void) pk_trial_flaw(bench->trial, "a body altered at byte %zu passes", i);
        call.body.data[i] ^= 1;
    }
    call_finish(&call);
}

struct wrong {
    struct pk_bench *bench;
    struct call *call;
    bool sealed; /* the proof covers the body */
    bool query;  /* there is no body */
    char about[80];
};

static void give_wrong(void *ctx, struct pk_slice body, const char *what)
{
    const struct wrong *wrong = ctx;
    struct pk_bench *bench = wrong->bench;
    struct pk_events events;
    char where[160];
    (void) snprintf(where, sizeof where, "\"%s\" %s", wrong->about, what);
    pk_trial_where(bench->trial, bench->test->name, where);
    pk_events_init(&events);
    if (wrong->query)
        wrong->call->base.query = body;
    else
        wrong->call->base.body = body;
    bool same = pk_slice_equal(body, pk_buf_slice(&wrong->call->body));
    if (wrong->sealed && !same && verify(bench, wrong->call) != PK_E_DENIED)
        (void) pk_trial_flaw(bench->trial, "verify() takes it for good");
    int r = parse(bench, &wrong->call->base, &events, NULL);
    if (r > 0)
        (void) pk_trial_flaw(bench->trial, "parse() says %d", r);
    if (r < 0 && r != PK_E_LIMIT && events.count > 0 && !events.too_many && strncmp(what, "cut", 3) == 0)
        (void) pk_trial_flaw(bench->trial, "events came before the refusal");
    pk_events_finish(&events);
}

static void check_wrong(struct pk_bench *bench, const struct pk_json *sample)
{
    struct call call;
    call_init(&call, sample);
    struct wrong wrong = { .bench = bench, .call = &call, .sealed = pk_case_bool(sample, "signed"), .query = call.body.len == 0 };
    (void) snprintf(wrong.about, sizeof wrong.about, "%.*s", PK_SLICE_ARG(pk_case_text(sample, "about", "?")));
    struct pk_slice query = call.base.query;
    pk_changes(wrong.query ? query : pk_buf_slice(&call.body), CHANGES, give_wrong, &wrong);
    call_finish(&call);
}

static void check_garbage(struct pk_bench *bench, const struct pk_json *sample)
{
    static const char *const bodies[] = {
        "[", "[]", "{}", "[1,2,null,\"x\",[[]]]", "{\"a\":1,\"a\":2}", "&&&===&=&%", "%zz=%1&%", "\xff\xfe", "null", "="
    };
    struct call call;
    call_init(&call, sample);
    for (size_t i = 0; i < PK_COUNT(bodies); i++) {
        struct pk_events events;
        pk_events_init(&events);
        call.base.body = pk_slice_of(bodies[i]);
        (void) parse(bench, &call.base, &events, NULL);
        if (events.count > 0)
            (void) pk_trial_flaw(bench->trial, "garbage number %zu makes events", i + 1);
        pk_events_finish(&events);
    }
    call_finish(&call);
}

void pk_check_calls(struct pk_trial *trial)
{
    check_samples(trial);
    for_each(trial, "a call without proof is refused", check_bare);
    for_each(trial, "a call with a bad proof is refused", check_spoilt);
    for_each(trial, "calls cut off or changed are survived", check_wrong);
    for_each(trial, "garbage makes no events", check_garbage);
}
