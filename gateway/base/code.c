/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/base/code.h"

#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

static const struct {
    int code;
    const char *name;
    int exit_status;
    unsigned http_status;
} table[] = {
    { PK_OK, "ok", 0, 200 },
    { PK_E_INTERNAL, "internal", 1, 500 },
    { PK_E_INVALID, "invalid", 2, 400 },
    { PK_E_CONFIG, "config", 3, 500 },
    { PK_E_NOT_FOUND, "not-found", 4, 404 },
    { PK_E_CONFLICT, "conflict", 5, 409 },
    { PK_E_DENIED, "denied", 6, 403 },
    { PK_E_LIMIT, "limit", 7, 413 },
    { PK_E_BUSY, "busy", 8, 503 },
    { PK_E_TIMEOUT, "timeout", 9, 504 },
    { PK_E_IO, "io", 10, 500 },
    { PK_E_PROTOCOL, "protocol", 11, 502 },
    { PK_E_UNSUPPORTED, "unsupported", 12, 501 },
};

static size_t row_of(int code)
{
    for (size_t i = 0; i < PK_COUNT(table); i++)
        if (table[i].code == code)
            return i;
    return 1; /* what has no row of its own (PK_E_NOMEM) is our own fault */
}

const char *pk_code_name(int code)
{
    return table[row_of(code)].name;
}

int pk_code_exit_status(int code)
{
    return table[row_of(code)].exit_status;
}

unsigned pk_code_http_status(int code)
{
    return table[row_of(code)].http_status;
}

int pk_code_of_name(struct pk_slice name)
{
    for (size_t i = 0; i < PK_COUNT(table); i++)
        if (pk_slice_is(name, table[i].name))
            return table[i].code;
    return PK_E_INTERNAL;
}
