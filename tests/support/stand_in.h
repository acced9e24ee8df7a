/* SPDX-License-Identifier: EUPL-1.2 */
/* What every adapter is that stands in for a provider of SMS: it keeps its link, has no wire, and never wishes to be woken. A test
 * adds what it does with jobs. */
#ifndef PK_TESTS_SUPPORT_STAND_IN_H
#define PK_TESTS_SUPPORT_STAND_IN_H

#include "gateway/include/pokana/adapter.h"

#include <stdlib.h>

/* The beginning of what an adapter keeps of an account. */
struct stand_in {
    const struct pk_link_ops *ops;
    struct pk_link *link;
};

static inline void stand_in_close(void *self)
{
    free(self);
}

static inline int stand_in_connected(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms)
{
    (void) now_ms;
    *(struct stand_in *) self = (struct stand_in){ ops, link };
    return 0;
}

static inline int stand_in_tick(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    return 0;
}

/* The members that are the same in all of them. */
#define STAND_IN_SESSION                                                                                              \
    .size = sizeof(struct pk_session_ops), .transport = PK_TRANSPORT_NONE, .connected = stand_in_connected, .tick = stand_in_tick
#define STAND_IN_ADAPTER                                                                                              \
    .size = sizeof(struct pk_adapter), .abi = PK_ADAPTER_ABI, .name = "post", .version = "1",                         \
    .summary = "stands in for a provider", .channels = "sms", .capabilities = PK_CAN_RECEIPTS,                        \
    .number_format = PK_NUMBER_E164, .max_text_bytes = 4096, .close = stand_in_close

#endif
