/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A message as it looks on a phone, drawn with the lines of a terminal: a bubble as wide as a small screen, its words
 * broken where a phone breaks them, and a mark where one SMS part ends and the next begins.
 */
#ifndef PK_LANGUAGE_BUBBLE_H
#define PK_LANGUAGE_BUBBLE_H

#include "gateway/base/buf.h"

#include <stdint.h>

/* Where the next part begins; one column. */
#define PK_BUBBLE_MARK "\xe2\x94\x8a" /* ┊ */
#define PK_BUBBLE_COLUMNS 32u         /* of words; the frame takes four more */
#define PK_BUBBLE_FRAME 4u

struct pk_bubble {
    struct pk_slice text;      /* prepared for sending: no controls but line breaks */
    const uint32_t *part_ends; /* in bytes, the last is the text's end */
    size_t part_count;
    size_t columns; /* of words, at least 8 */
};

/* Appends lines of `columns` + PK_BUBBLE_FRAME columns each, ending in a line break. */
void pk_bubble_draw(const struct pk_bubble *bubble, struct pk_buf *out);
/* Columns a text takes on a terminal: wide letters and emoji two, combining marks and joined signs none. */
size_t pk_display_columns(struct pk_slice text);

#endif
