/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Lines from a descriptor, one at a time, with a ceiling: a longer one is passed over whole, however long it is, and
 * reported in its place. Taking never waits and reading may: whoever answers lines empties what it has written in
 * between, so that it never waits for a question while its last answer is still kept back.
 */
#ifndef PK_APP_LINES_H
#define PK_APP_LINES_H

#include "gateway/include/pokana/error.h"
#include "gateway/include/pokana/slice.h"

struct pk_lines {
    int fd; /* borrowed */
    size_t max_bytes;
    char *data; /* max_bytes + 1 */
    size_t begin, end;
    size_t searched; /* up to here there is no line's end */
    bool skipping;   /* in a line that is too long */
    bool ended;      /* there is nothing more to read */
};

enum pk_line {
    PK_LINE_WAIT = 0, /* nothing whole: read on */
    PK_LINE_TEXT,
    PK_LINE_TOO_LONG, /* it has ended, and is gone */
    PK_LINE_END,      /* no more lines */
};

/* max_bytes is the most a line may have, its end not counted. */
void pk_lines_init(struct pk_lines *lines, int fd, size_t max_bytes);
void pk_lines_finish(struct pk_lines *lines);
/* ret_line, without its end, is the reader's: good until the next read. The last line needs no end. */
enum pk_line pk_lines_take(struct pk_lines *lines, struct pk_slice *ret_line);
/* Reads what there is, and blocks until there is something. PK_E_IO. */
int pk_lines_read(struct pk_lines *lines, struct pk_error *err);

#endif
