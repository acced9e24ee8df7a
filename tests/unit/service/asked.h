/* SPDX-License-Identifier: EUPL-1.2 */
/* A provider that can be asked what became of a message: the HTTP client in a few lines, and the adapter whose questions it carries. */
#ifndef PK_TESTS_SERVICE_ASKED_H
#define PK_TESTS_SERVICE_ASKED_H

#include "tests/unit/service/house.h"

#include "gateway/io/http_client.h"

#include <stdio.h>

/* ---- the client: linked instead of gateway/io/http_client.c ---- */

#define CALLS_MAX 32

struct pk_http_client {
    struct pk_http_call calls[CALLS_MAX];
    bool asks[CALLS_MAX], done[CALLS_MAX];
    size_t count; /* started so far */
    unsigned sent, asked;
    char last[128]; /* what the last one said */
};

unsigned pk_http_client_room(const struct pk_http_client *client)
{
    return (unsigned) (CALLS_MAX - client->count);
}

int pk_http_client_start(struct pk_http_client *client, const struct pk_http_call *call, struct pk_error *err)
{
    (void) err;
    assert_true(client->count < CALLS_MAX);
    (void) snprintf(client->last, sizeof client->last, "%.*s %.*s", PK_SLICE_ARG(call->method), PK_SLICE_ARG(call->body));
    bool asks = pk_slice_is(call->method, "GET");
    client->asks[client->count] = asks;
    client->calls[client->count++] = *call;
    client->sent += !asks;
    client->asked += asks;
    return 0;
}

static inline struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer;
    (void) name;
    return (struct pk_slice){ 0 };
}

static inline void finish(struct pk_http_client *client, size_t call, uint32_t status)
{
    struct pk_answer answer = { .size = sizeof answer, .state = status ? PK_ANSWER_COMPLETE : PK_ANSWER_NONE, .status = status,
                                .header = no_header };
    assert_false(client->done[call]);
    client->done[call] = true;
    client->calls[call].done(client->calls[call].ctx, &answer);
}

/* The last call's answer; 0 is silence. */
static inline void answer(struct house *house, uint32_t status)
{
    finish(house->http, house->http->count - 1, status);
    house_settle(house);
}

/* ---- the adapter ---- */

static const struct pk_host *lent;

static inline int post_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self, struct pk_error *err)
{
    (void) values;
    (void) count;
    (void) err;
    lent = host;
    *ret_self = pk_alloc(1);
    return 0;
}

static inline void post_close(void *self)
{
    free(self);
}

static inline int describe(struct pk_round *round, const struct pk_job *job, const char *method)
{
    static const char url[] = "http://127.0.0.1/";
    (void) lent->method(round->request, method);
    (void) lent->write(lent->url(round->request), url, sizeof url - 1);
    (void) lent->write(lent->body(round->request), job->address.data, job->address.len);
    return PK_STEP_SEND;
}

static inline int post_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    round->submits = 1;
    if (!round->answer)
        return describe(round, job, "POST");
    round->result.outcome = round->answer->state != PK_ANSWER_COMPLETE ? PK_OUTCOME_UNCERTAIN : PK_OUTCOME_ACCEPTED;
    round->result.provider_id = PK_SLICE("p-sent");
    return PK_STEP_DONE;
}

static inline int post_query(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    if (!round->answer) {
        assert_int_equal(job->text.len, 0);
        assert_true(job->attempt_id.len > 0 && job->message_id.len > 0 && pk_slice_is(job->channel, "sms"));
        return describe(round, job, "GET");
    }
    switch (round->answer->status) {
    case 200:
        round->result.outcome = PK_OUTCOME_ACCEPTED;
        round->result.provider_id = PK_SLICE("p-found");
        break;
    case 403:
        round->result.outcome = PK_OUTCOME_OPTED_OUT;
        break;
    case 401:
        round->result.outcome = PK_OUTCOME_MISCONFIGURED;
        break;
    case 410:
        round->result.outcome = PK_OUTCOME_REJECTED;
        break;
    case 202:
        round->result.outcome = PK_OUTCOME_UNCERTAIN;
        break;
    default: /* also when no answer came: that is for the gateway to judge */
        round->result.outcome = PK_OUTCOME_RETRY;
        break;
    }
    return PK_STEP_DONE;
}

static const struct pk_exchange_ops exchange = {
    .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = post_step, .query = post_query
};

#endif
