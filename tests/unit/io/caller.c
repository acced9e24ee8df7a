/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/io/caller.h"

static void harvest(void *ctx)
{
    struct caller *caller = ctx;
    if (caller->client)
        pk_http_client_harvest(caller->client, caller->budget);
}

static void on_done(void *ctx, const struct pk_answer *answer)
{
    struct caller *caller = ctx;
    assert_true(answer->size >= sizeof *answer && answer->state <= PK_ANSWER_NONE);
    caller->done++;
    caller->states[answer->state]++;
    caller->state = answer->state;
    caller->status = answer->status;
    caller->retry_after_ms = answer->retry_after_ms;
    (void) snprintf(caller->body, sizeof caller->body, "%.*s", PK_SLICE_ARG(answer->body));
    struct pk_slice thing = answer->header(answer, "x-THING");
    (void) snprintf(caller->thing, sizeof caller->thing, "%.*s", PK_SLICE_ARG(thing.data ? thing : PK_SLICE("absent")));
    if (caller->start_again) {
        struct pk_error err = { 0 };
        assert_int_equal(pk_http_client_start(caller->client, &caller->call, &err), PK_E_LIMIT);
    }
}

struct caller *caller_new(void)
{
    struct caller *caller = pk_alloc(sizeof *caller);
    caller->loop = test_loop_new();
    caller->script = script_new(caller->loop);
    caller->budget = 256;
    caller->config = (struct pk_http_client_config){ .max_calls = 16, .max_answer_bytes = 1000 };
    (void) snprintf(caller->url, sizeof caller->url, "http://127.0.0.1:%u/send", caller->script->port);
    caller->call = (struct pk_http_call){
        .method = PK_SLICE_INIT("POST"),
        .url = pk_slice_of(caller->url),
        .body = PK_SLICE_INIT("hello"),
        .connect_timeout_ms = 5000,
        .timeout_ms = 10000,
        .done = on_done,
        .ctx = caller,
    };
    pk_loop_on_phase(caller->loop, PK_PHASE_HARVEST, harvest, caller);
    return caller;
}

void caller_open(struct caller *caller)
{
    assert_int_equal(pk_http_client_new(caller->loop, &caller->config, &caller->client, NULL), 0);
}

void caller_free(struct caller *caller)
{
    pk_http_client_free(caller->client);
    script_free(caller->script);
    pk_loop_free(caller->loop);
    free(caller);
}

void caller_start(struct caller *caller)
{
    struct pk_error err = { 0 };
    if (pk_http_client_start(caller->client, &caller->call, &err) != 0)
        fail_msg("a call does not start: %s", err.message);
}

void caller_expect(struct caller *caller, uint32_t state)
{
    unsigned before = caller->done;
    caller_start(caller);
    turn_until(caller->loop, caller->done > before);
    assert_int_equal(caller->done, before + 1);
    assert_int_equal(caller->state, state);
}
