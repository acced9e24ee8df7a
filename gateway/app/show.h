/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text, moments and lengths of time as people read them on a terminal. Text from outside is made harmless on the way:
 * nothing in it can move the cursor or turn the line around.
 */
#ifndef PK_APP_SHOW_H
#define PK_APP_SHOW_H

#include "gateway/base/buf.h"
#include "gateway/base/json.h"

/* Columns the text takes on a terminal: Cyrillic letters one, Chinese ones and most emoji two, combining marks none. */
size_t pk_show_width(struct pk_slice text);
/* How many bytes of it fit in so many columns, whole words if there is a space to break at; at least one character. */
size_t pk_show_fit(struct pk_slice text, size_t columns);
/* Appends the text; a line break becomes U+21B5, other control and direction characters and what is no UTF-8 U+FFFD. */
void pk_show_text(struct pk_buf *out, struct pk_slice text);
/* A JSON value: strings as they are, numbers in digits, yes and no, the items of a list with commas, the counts of
 * an object as "queued 3, delivered 4" without those that are 0; nothing for null. */
void pk_show_json(struct pk_buf *out, const struct pk_json *value);

#define PK_SHOW_TEXT_MAX 48
/* Local time: "17:30:05" on the day of `now_ms`, "14 Oct 17:30" in its year, else "14 Oct 2027 17:30". */
const char *pk_show_moment(int64_t ms, int64_t now_ms, char ret_text[PK_SHOW_TEXT_MAX]);
/* "2026-10-14 17:30:05 CEST" */
const char *pk_show_moment_long(int64_t ms, char ret_text[PK_SHOW_TEXT_MAX]);
/* "40 s", "12 min", "3 h 20 min", "2 d 4 h" */
const char *pk_show_duration(int64_t ms, char ret_text[PK_SHOW_TEXT_MAX]);

#endif
