/* SPDX-License-Identifier: EUPL-1.2 */
/* HTTP over the gateway's control socket, for the command line. Blocks. */
#ifndef PK_IO_CONTROL_CLIENT_H
#define PK_IO_CONTROL_CLIENT_H

#include "gateway/base/buf.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

struct pk_control_call {
    const char *socket_path;
    const char *method;
    const char *path; /* with query, encoded */
    struct pk_slice body;
    const char *content_type; /* NULL = application/json */
    const char *header; /* one more header line, "Name: value"; NULL = none */
    int64_t timeout_ms; /* 0 = none */
};

/* The answer's body is appended; its status, whatever it is, is returned in *ret_status. PK_E_NOT_FOUND when there is no
 * socket or nobody behind it, PK_E_DENIED without the right to use it, PK_E_TIMEOUT, PK_E_LIMIT when the buffer's ceiling
 * is reached, PK_E_IO when the gateway went away meanwhile: what was asked may have been done. */
int pk_control_ask(const struct pk_control_call *call, unsigned *ret_status, struct pk_buf *ret_body, struct pk_error *err);

#endif
