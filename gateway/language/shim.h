/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What only C++ can reach, private to this folder: ICU's MessageFormat with named arguments (message.cpp) and
 * libphonenumber (phone_number.cpp). Plain C types only, because the rest of the tree's headers are C and no C++.
 * Text is UTF-8 with a length; nothing here throws.
 */
#ifndef PK_LANGUAGE_SHIM_H
#define PK_LANGUAGE_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- messages ---- */

struct pk_message; /* a compiled text */

enum pk_message_use {
    PK_MESSAGE_PLAIN = 1,
    PK_MESSAGE_PLURAL,
    PK_MESSAGE_SELECT,
    PK_MESSAGE_FORMATTED /* {x, date}: not ours */
};

/* What a text is made of, told in the order written; offsets are bytes of the body. Those of the second half may be
 * NULL: a plural or select is an argument, then for each branch its selector, what is in it, and its end. */
struct pk_message_visitor {
    void *ctx;
    void (*argument)(void *ctx, const char *name, size_t len, enum pk_message_use use, size_t offset);
    void (*literal)(void *ctx, const char *text, size_t len, size_t offset);
    void (*selector)(void *ctx, const char *text, size_t len, size_t offset);
    void (*number)(void *ctx, size_t offset); /* "#" */
    void (*branch_end)(void *ctx);
    void (*argument_end)(void *ctx);
};

struct pk_message_value {
    const char *name;
    bool is_number;
    int64_t number;
    const char *text;
    size_t len;
};

/* Why a text does not compile; a constant. */
struct pk_message_problem {
    size_t offset;
    const char *reason;
    const char *hint;
};

/* `locale` decides plurals. `visitor` may be NULL. NULL with *ret_problem set when the text is wrong. */
struct pk_message *pk_message_new(const char *locale, const char *body, size_t len, const struct pk_message_visitor *visitor,
                                  struct pk_message_problem *ret_problem);
void pk_message_free(struct pk_message *message);
/* Only tells what the text is made of; false when it is wrong. */
bool pk_message_walk(const char *body, size_t len, const struct pk_message_visitor *visitor);
/* Calls `write` with the pieces of the result. A value missing prints "{name}": the caller has checked before.
 * false when ICU refuses (a text where a number is needed). */
bool pk_message_format(const struct pk_message *message, const struct pk_message_value *values, size_t count,
                       void (*write)(void *ctx, const char *text, size_t len), void *ctx);

/* ---- phone numbers ---- */

/* The values are those of enum pk_phone_status. The number, which has room for `max` bytes, and the kind it is of, a
 * constant, are written for all of them but INVALID. */
enum pk_phone_reading { PK_READING_OK = 1, PK_READING_AMBIGUOUS, PK_READING_NOT_SMS, PK_READING_INVALID };
enum pk_phone_reading pk_phone_read(const char *text, size_t len, const char *region, char *ret_e164, size_t max,
                                    const char **ret_type);
bool pk_phone_has_region(const char *region);
/* Two capital letters and a NUL, or nothing but the NUL. */
void pk_phone_country_of(const char *e164, size_t len, char ret_country[3]);

#ifdef __cplusplus
}
#endif

#endif
