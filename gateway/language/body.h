/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A text compiled: the ICU message and the placeholders it uses. Private to this folder: the template parser makes one
 * to check a text and keeps it, the renderer makes one for texts of earlier days. Immutable once made.
 *
 * One part of a text may stand in square brackets: "... open again.[ Questions: {phone}.]". It is left out where what the
 * configuration would have to know is not known. So one text serves every city, and no text tells of "tel. " and nothing.
 */
#ifndef PK_LANGUAGE_BODY_H
#define PK_LANGUAGE_BODY_H

#include "gateway/language/arguments.h"
#include "gateway/language/dates.h"

struct pk_body;

/* Longest text; ICU walks into it as deeply as it nests. */
#define PK_BODY_BYTES_MAX 16384u

/* Told for every mistake, with its place in bytes of the body. */
struct pk_body_report {
    void (*tell)(void *ctx, size_t offset, const char *hint, const char *reason);
    void *ctx;
};

/* `locale` is ICU's, for plurals. NULL when anything was told. */
struct pk_body *pk_body_new(const char *locale, struct pk_slice text, const struct pk_body_report *report);
void pk_body_free(struct pk_body *body);
PK_AUTO_DEFINE(pk_body, struct pk_body *, pk_body_free)

/* Is this argument needed nowhere but in the part in brackets, and may that be left out for want of it? */
bool pk_body_can_spare(const struct pk_body *body, const struct pk_argument *argument);
/* Does any placeholder need this argument? */
bool pk_body_uses(const struct pk_body *body, const struct pk_argument *argument);
/* Arguments in the order of the text; `offset` of the first placeholder. */
size_t pk_body_placeholder_count(const struct pk_body *body);
const struct pk_placeholder *pk_body_placeholder(const struct pk_body *body, size_t index, size_t *ret_offset);

/* Puts values in words and formats. Values the text does not use are left alone. PK_E_INVALID names what is missing.
 * Appends UTF-8 as ICU made it, not yet prepared for sending. */
struct pk_body_values {
    const struct pk_language *language;
    const struct pk_json *values;
    struct pk_house house;
    struct pk_wall *wall;
    struct pk_slice link; /* instead of any other; empty = none */
};
int pk_body_format(const struct pk_body *body, const struct pk_body_values *values, struct pk_buf *out, struct pk_error *err);

#endif
