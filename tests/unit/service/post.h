/* SPDX-License-Identifier: EUPL-1.2 */
/* The provider of the house: an adapter that keeps what it is given until the test says what became of it. */
#ifndef PK_TESTS_SERVICE_POST_H
#define PK_TESTS_SERVICE_POST_H

#include "tests/support/stand_in.h"

#include <stdbool.h>

#define HOUSE_ACCOUNTS 2

extern const struct pk_adapter post_adapter;

#define POST_JOBS 256

struct post_job {
    uint64_t token;
    char message[16], attempt[16], address[24], language[12];
    char text[600];
    char yes[24], no[24]; /* labels of the choices; "" = none */
    char yes_id[48];
    char stop[24], stop_id[48]; /* where there is such a button */
    char unsubscribe[128];
    char beside_channel[12], beside_text[600], beside[16]; /* of a call for two channels; "" = for one */
    size_t parts;
    bool completed;
};

/* An account at work: what was submitted stays until the test completes it. */
struct post {
    struct stand_in in;
    struct post_job jobs[POST_JOBS];
    size_t count; /* submitted so far */
    uint64_t settled[16]; /* tokens of events: stored */
    uint64_t refused[16]; /* the others */
    size_t settled_count, refused_count;
};

/* Called at every hand-over, while the adapter is called; NULL = nobody looks. */
extern void (*post_watch)(void *ctx, const struct post_job *job);
extern void *post_watch_ctx;
void post_complete(struct post *post, size_t job, uint32_t outcome); /* accepted: with provider id "p-<attempt>" */
/* The same, unless the gateway has given it up by itself: whether it was still waited for. */
bool post_try(struct post *post, size_t job, uint32_t outcome);
void post_complete_as(struct post *post, size_t job, const struct pk_result *result);
/* What the account tells of itself; 0 or what the service said. */
int post_event(struct post *post, const struct pk_event *event);
int post_receipt(struct post *post, size_t job, uint32_t state); /* by the provider's id */
int post_reply(struct post *post, const char *from, const char *text); /* with an id of its own */
/* The accounts in the order in which they were opened last. */
struct post *post_of(size_t account);

#endif
