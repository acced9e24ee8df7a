/* SPDX-License-Identifier: EUPL-1.2 */
/* A client under test, its scripted other side, and what came of each call. */
#ifndef PK_TEST_IO_CALLER_H
#define PK_TEST_IO_CALLER_H

#include "gateway/io/http_client.h"
#include "tests/unit/io/script.h"

struct caller {
    struct pk_loop *loop;
    struct pk_http_client *client;
    struct pk_http_client_config config; /* to be changed before caller_open() */
    struct script *script;
    struct pk_http_call call; /* what caller_start() starts; a POST to the script at first */
    char url[128];
    unsigned budget;
    /* of the last answer */
    unsigned done;
    uint32_t state, status;
    int64_t retry_after_ms;
    char body[256], thing[64]; /* the header X-Thing, "absent" without */
    unsigned states[4]; /* how many answers of each state */
    bool start_again; /* from done() */
};

struct caller *caller_new(void);
void caller_open(struct caller *caller);
void caller_free(struct caller *caller);
void caller_start(struct caller *caller);
/* Starts, turns until it is done, checks the state. */
void caller_expect(struct caller *caller, uint32_t state);

#endif
