/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Small questions about text that need no ICU: whole-string number and duration parsing, UTF-8 validity, trimming,
 * splitting, hex and base64, JSON and percent escapes. Locale-free.
 */
#ifndef PK_BASE_TEXT_H
#define PK_BASE_TEXT_H

#include "gateway/base/buf.h"

bool pk_utf8_valid(struct pk_slice text); /* no overlong forms, surrogates, > U+10FFFF; NUL counts as invalid */

struct pk_slice pk_slice_trim(struct pk_slice text); /* ASCII white space */
/* Cuts the next field off *rest at `separator`; false when nothing is left. "a,,b" has three fields, "" none. */
bool pk_slice_cut(struct pk_slice *rest, char separator, struct pk_slice *ret_field);
bool pk_slice_equal_nocase(struct pk_slice a, const char *b); /* ASCII */

/* Whole text or PK_E_INVALID: no white space, no sign but '-', no overflow. */
int pk_parse_int(struct pk_slice text, int64_t min, int64_t max, int64_t *ret_value);
/* "500ms" "30s" "5m" "2h" "7d", in milliseconds. */
int pk_parse_duration(struct pk_slice text, int64_t *ret_ms);
/* yes, no */
int pk_parse_bool(struct pk_slice text, bool *ret_value);
/* Names in topics, accounts, publishers, tags' halves: a-z 0-9 and inner '-', 1 to 48 characters. */
bool pk_is_name(struct pk_slice text);

void pk_hex(struct pk_buf *out, const void *data, size_t len);
int pk_unhex(struct pk_slice text, void *ret_bytes, size_t len); /* exactly len bytes */
void pk_base64(struct pk_buf *out, const void *data, size_t len);
int pk_unbase64(struct pk_slice text, struct pk_buf *out);

/* The nearest of `names` for "did you mean", or NULL when none is near. */
const char *pk_nearest(struct pk_slice text, const char *const *names, size_t count);

#endif
