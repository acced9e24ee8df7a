/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An adapter built apart from the gateway, from its public headers alone: the smallest that works. The variants that
 * the suite needs (an older one, several that are wrong) are the same source with other definitions (meson.build).
 */
#include "gateway/include/pokana/adapter.h"

#define EXPORT __attribute__((visibility("default")))

#ifndef SAMPLE_NAME
#define SAMPLE_NAME "sample"
#endif
#ifndef SAMPLE_ABI
#define SAMPLE_ABI PK_ADAPTER_ABI
#endif
#ifndef SAMPLE_SIZE
#define SAMPLE_SIZE sizeof(struct pk_adapter)
#endif
#ifndef SAMPLE_TRANSPORT
#define SAMPLE_TRANSPORT PK_TRANSPORT_HTTP
#endif
#ifndef SAMPLE_CHANNELS
#define SAMPLE_CHANNELS "sms"
#endif
#ifndef SAMPLE_EXCHANGE
#define SAMPLE_EXCHANGE &exchange
#endif
#ifndef SAMPLE_STEP
#define SAMPLE_STEP step
#endif
#ifndef SAMPLE_SYMBOL
#define SAMPLE_SYMBOL pk_adapter
#endif

struct sample {
    const struct pk_host *host;
};

static int open_sample(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                       struct pk_error *err)
{
    static struct sample sample; /* one account is enough here */
    (void) values;
    if (count != 1)
        return pk_fail(err, PK_E_CONFIG, "the sample has one setting");
    sample.host = host;
    *ret_self = &sample;
    return 0;
}

static void close_sample(void *self)
{
    ((struct sample *) self)->host = NULL;
}

#ifdef SAMPLE_UNDEFINED
extern int a_function_nobody_has(void);
#endif

__attribute__((unused)) static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    (void) self;
    (void) job;
#ifdef SAMPLE_UNDEFINED
    round->submits = (uint32_t) a_function_nobody_has();
#endif
    round->result.outcome = PK_OUTCOME_REJECTED;
    return PK_STEP_DONE;
}

__attribute__((unused)) static const struct pk_exchange_ops exchange = {
    .size = sizeof exchange,
    .transport = SAMPLE_TRANSPORT,
    .step = SAMPLE_STEP,
};

__attribute__((unused)) static int connected(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms)
{
    (void) self;
    (void) link;
    (void) ops;
    (void) now_ms;
    return 0;
}

__attribute__((unused)) static int submit(void *self, const struct pk_job *job)
{
    (void) self;
    (void) job;
    return PK_E_BUSY;
}

__attribute__((unused)) static int tick(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    return 0;
}

__attribute__((unused)) static const struct pk_session_ops session = {
    .size = sizeof session,
    .transport = SAMPLE_TRANSPORT,
    .connected = connected,
    .submit = submit,
    .tick = tick,
};

__attribute__((unused)) static const struct pk_poll_ops poll = { .size = sizeof poll };

static const struct pk_setting settings[] = {
    { .name = "greeting", .type = PK_SETTING_TEXT, .fallback = "hello", .help = "What it would say." },
};

#ifdef SAMPLE_FUNCTION
EXPORT int pk_adapter(void);
EXPORT int pk_adapter(void)
{
    return 0;
}
#endif

extern const struct pk_adapter SAMPLE_SYMBOL;
EXPORT const struct pk_adapter SAMPLE_SYMBOL = {
    .size = SAMPLE_SIZE,
    .abi = SAMPLE_ABI,
    .name = SAMPLE_NAME,
    .version = "1.2",
    .summary = "An adapter built apart.",
    .channels = SAMPLE_CHANNELS,
    .number_format = PK_NUMBER_E164,
    .settings = settings,
    .setting_count = 1,
    .open = open_sample,
    .close = close_sample,
    .exchange = SAMPLE_EXCHANGE,
#ifdef SAMPLE_SESSION
    .session = &session,
#endif
#ifdef SAMPLE_POLL
    .poll = &poll,
#endif
};
