/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How a failure of ours travels: an int (0 or a negative PK_E_ code) and, where the caller gave one, a
 * struct pk_error on its stack with what was attempted and what would help. Reporting cannot fail and
 * allocates nothing. A provider that says no is not an error; that is an outcome (adapter.h).
 *
 * message: lower case, no full stop, the offending value in double quotes; "could not" if it may work later,
 * "cannot" if it never will. hint: a full sentence with the remedy, or empty.
 * Neither ever holds a phone number, an address, a text of a message or a secret.
 */
#ifndef POKANA_ERROR_H
#define POKANA_ERROR_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum pk_code {
    PK_OK = 0,
    PK_E_INVALID = -1,     /* the input is wrong and stays wrong */
    PK_E_CONFIG = -2,      /* the configuration is wrong */
    PK_E_NOT_FOUND = -3,   /* the thing named does not exist */
    PK_E_CONFLICT = -4,    /* it exists already, or its state forbids this */
    PK_E_DENIED = -5,      /* the actor may not do this */
    PK_E_LIMIT = -6,       /* a stated limit was reached */
    PK_E_BUSY = -7,        /* not now, worth trying again */
    PK_E_TIMEOUT = -8,     /* no answer in time */
    PK_E_IO = -9,          /* disk, socket or system call */
    PK_E_PROTOCOL = -10,   /* the peer broke its protocol */
    PK_E_UNSUPPORTED = -11, /* understood, not offered */
    PK_E_NOMEM = -12,      /* adapters only: the gateway itself aborts */
    PK_E_INTERNAL = -13,   /* our own fault */
};

struct pk_error {
    int32_t code;
    char message[256];
    char hint[256];
};

__attribute__((format(printf, 3, 4))) static inline int pk_fail(struct pk_error *err, int code, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        err->code = code;
        err->hint[0] = '\0';
        (void) vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return code;
}

/* Adds the remedy to the error just written; returns its code, so that it can end a statement:
 *     pk_fail(err, PK_E_CONFIG, "..."); return pk_hint(err, PK_E_CONFIG, "..."); */
__attribute__((format(printf, 3, 4))) static inline int pk_hint(struct pk_error *err, int code, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        (void) vsnprintf(err->hint, sizeof err->hint, format, args);
        va_end(args);
    }
    return code;
}

/* Puts "<where>: " before the message: callers say where they were, never again what happened. */
__attribute__((format(printf, 2, 3))) static inline void pk_error_prefix(struct pk_error *err, const char *format, ...)
{
    if (!err)
        return;
    char where[128];
    char what[sizeof err->message];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(where, sizeof where, format, args);
    va_end(args);
    memcpy(what, err->message, sizeof what);
    (void) snprintf(err->message, sizeof err->message, "%s: %.*s", where, (int) (sizeof what - sizeof where - 2), what);
}

#endif
