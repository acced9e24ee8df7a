/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An adapter of these tests, a session over nothing: what is submitted stays until the test completes it. Its webhook
 * takes lines, "receipt ATTEMPT" and "reply TEXT", with the key "right" in X-Key; its play desk has one message.
 */
#ifndef PK_TESTS_API_FAKE_ADAPTER_H
#define PK_TESTS_API_FAKE_ADAPTER_H

#include "gateway/include/pokana/adapter.h"

#define FAKE_JOBS 64
#define FAKE_NUMBER "+31612345678"

struct fake {
    struct pk_link *link;
    const struct pk_link_ops *ops;
    struct {
        uint64_t token;
        char attempt[16];
    } jobs[FAKE_JOBS];
    size_t count; /* submitted so far */
    char answered[64]; /* what was typed at the play desk */
};

extern const struct pk_adapter fake_adapter; /* with webhook and play desk */
extern const struct pk_adapter bare_adapter; /* without either */
/* The state of the account opened last but n (0 = the newest). */
struct fake *fake_opened(size_t n);
void fake_complete(struct fake *fake, size_t job, uint32_t outcome);

#endif
