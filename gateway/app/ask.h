/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A question to the running gateway, for every command that reads or changes live state: one HTTP call over its control
 * socket, and the answer as a JSON document. The socket is the one named with --socket, else the one the configuration
 * names; accounts, secrets and texts are not looked at, so that a mistake in them does not keep an operator from
 * `status` and `pause`. Blocks, and shows progress when that takes long.
 */
#ifndef PK_APP_ASK_H
#define PK_APP_ASK_H

#include "gateway/app/command.h"
#include "gateway/base/json.h"

#define PK_ASK_TIMEOUT_MS 30000
#define PK_ASK_ANSWER_BYTES_MAX (16u * 1024 * 1024)

struct pk_question {
    const char *method; /* NULL = GET */
    const char *path;   /* with query; words from outside go through pk_ask_escape() first */
    struct pk_slice body;
    const char *content_type; /* NULL = application/json */
    int64_t timeout_ms;       /* 0 = PK_ASK_TIMEOUT_MS */
};

/* The caller frees *ret_document; it is NULL after an answer without a body. A problem the gateway answered with comes
 * back as the error it was there: code, message and hint. Nobody behind the socket is PK_E_BUSY. */
int pk_ask(const struct pk_invocation *invocation, const struct pk_question *question, struct pk_json **ret_document,
           struct pk_error *err);
/* GET. */
int pk_ask_read(const struct pk_invocation *invocation, const char *path, struct pk_json **ret_document, struct pk_error *err);
/* POST or PUT of a JSON text; "" sends nothing. */
int pk_ask_change(const struct pk_invocation *invocation, const char *method, const char *path, const char *json,
                  struct pk_json **ret_document, struct pk_error *err);

/* Where the socket is: appended to *ret_path. */
int pk_ask_socket(const struct pk_invocation *invocation, struct pk_buf *ret_path, struct pk_error *err);

/* Appends the text with everything escaped that is not a letter, a digit or one of -._~ (a path segment, a query value). */
void pk_ask_escape(struct pk_buf *path, struct pk_slice text);

/* --json: the document on standard output, one line. */
void pk_ask_print(const struct pk_json *document);

#endif
