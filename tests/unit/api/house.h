/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A whole gateway but for the process: store in a file, service with two accounts ("first", "second") of a made-up
 * adapter, the api behind three real listeners, and a client that turns the loop until it has its answer. The clock is
 * set by hand. Every answer is looked through for the number the tests use.
 */
#ifndef PK_TESTS_API_HOUSE_H
#define PK_TESTS_API_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/api/api.h"
#include "gateway/base/buf.h"
#include "gateway/base/json.h"
#include "gateway/service/desks.h"
#include "gateway/store/messages.h"
#include "gateway/store/users.h"
#include "tests/unit/api/fake_adapter.h"

#define HOUSE_NOW 1764000000000 /* 2025-11-24T16:00:00Z */

struct house {
    char folder[64];
    struct pk_keyring *keys;
    struct pk_store *store;
    struct pk_reader *reader;
    struct pk_loop *loop;
    struct pk_catalog *catalog;
    struct pk_rules rules;
    struct pk_settings *settings[2];
    struct pk_service *service;
    struct pk_api *api;
    struct pk_http_server *control, *public, *watch;
    struct fake *first, *second; /* the accounts' adapters */
    bool commit_fails;
    int wait_ms; /* of a turn; with more than 0 an idle turn moves the clock on */
    /* Called once per turn after the listeners served; NULL = nothing. */
    void (*after_serve)(struct house *house);
    unsigned served; /* turns in which after_serve did its work: its own */
};

enum door { CONTROL, PUBLIC, WATCH };

/* cmocka setup and teardown: *state is the house. */
int house_build(void **state);
int house_tear(void **state);

struct asked {
    unsigned status;
    char *head, *body; /* freed by house_forget() */
    struct pk_json *json; /* NULL when the body is none */
};

void house_turn(struct house *house);
/* Sends it and turns until the answer is whole. `head` is further header lines, each with \r\n, or "". */
void house_ask(struct house *house, enum door door, const char *method, const char *path, const char *head, const char *body,
               struct asked *ret_asked);
/* The same at the control socket with a JSON body (NULL = none); checks the status. */
struct asked house_json(struct house *house, const char *method, const char *path, const char *body, unsigned status);
/* A user of the gateway, known from the next turn on. */
void house_employ(struct house *house, const char *name, enum pk_role role);
/* As house_json(), asked by one. */
struct asked house_by(struct house *house, const char *who, const char *method, const char *path, const char *body, unsigned status);
void house_answered(struct house *house, const char *who, const char *method, const char *path, const char *body, unsigned status); /* by its status alone */
void house_forget(struct asked *asked);

/* A value of the answer, by path: "accounts[0].name". */
struct pk_slice said(const struct asked *asked, const char *path);
int64_t said_int(const struct asked *asked, const char *path);
bool said_bool(const struct asked *asked, const char *path);
#define assert_said(asked, path, text) assert_true(pk_slice_is(said(asked, path), text))
bool house_has_header(const struct asked *asked, const char *line);

/* Queues a message that needs no consent (class staff) in a unit; `flags` as given. Its id. */
int64_t house_message(struct house *house, uint32_t flags, int64_t due_ms, int64_t expires_ms);
uint32_t house_state(struct house *house, int64_t message);
/* Rows of the audit with this action. */
int64_t house_audited(struct house *house, const char *action);
/* Hand-overs seen by both accounts. */
size_t house_handed(const struct house *house);

#define test_in_house(name) cmocka_unit_test_setup_teardown(name, house_build, house_tear)

#endif
