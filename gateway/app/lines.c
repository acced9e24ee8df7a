/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/lines.h"

#include "gateway/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

void pk_lines_init(struct pk_lines *lines, int fd, size_t max_bytes)
{
    *lines = (struct pk_lines){ .fd = fd, .max_bytes = max_bytes };
    lines->data = pk_alloc_array(max_bytes + 1, 1);
}

void pk_lines_finish(struct pk_lines *lines)
{
    free(lines->data);
    *lines = (struct pk_lines){ .fd = -1 };
}

/* Everything before `end` has been dealt with. */
static void drop(struct pk_lines *lines, size_t end)
{
    lines->begin = lines->searched = end;
    if (end == lines->end)
        lines->begin = lines->searched = lines->end = 0;
}

static enum pk_line unfinished(struct pk_lines *lines, struct pk_slice *ret_line)
{
    size_t len = lines->end - lines->begin;
    lines->searched = lines->end;
    if (len > lines->max_bytes)
        lines->skipping = true;
    if (lines->skipping)
        drop(lines, lines->end);
    if (!lines->ended)
        return PK_LINE_WAIT;
    if (lines->skipping) {
        lines->skipping = false;
        return PK_LINE_TOO_LONG;
    }
    if (len == 0)
        return PK_LINE_END;
    *ret_line = pk_slice_make(lines->data + lines->begin, len);
    drop(lines, lines->end);
    return PK_LINE_TEXT;
}

enum pk_line pk_lines_take(struct pk_lines *lines, struct pk_slice *ret_line)
{
    const char *from = lines->data + lines->searched;
    const char *stop = memchr(from, '\n', lines->end - lines->searched);
    if (!stop)
        return unfinished(lines, ret_line);
    size_t at = (size_t) (stop - lines->data);
    bool too_long = lines->skipping;
    *ret_line = pk_slice_make(lines->data + lines->begin, at - lines->begin);
    lines->skipping = false;
    drop(lines, at + 1);
    return too_long ? PK_LINE_TOO_LONG : PK_LINE_TEXT;
}

static void make_room(struct pk_lines *lines)
{
    if (lines->begin == 0)
        return;
    memmove(lines->data, lines->data + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->searched -= lines->begin;
    lines->begin = 0;
}

int pk_lines_read(struct pk_lines *lines, struct pk_error *err)
{
    make_room(lines);
    for (;;) {
        ssize_t n = read(lines->fd, lines->data + lines->end, lines->max_bytes + 1 - lines->end);
        if (n >= 0) {
            lines->ended = n == 0;
            lines->end += (size_t) n;
            return 0;
        }
        /* Whoever started us may have left the descriptor in a state where it does not wait. */
        struct pollfd ready = { .fd = lines->fd, .events = POLLIN };
        if (errno == EAGAIN)
            (void) poll(&ready, 1, -1);
        else if (errno != EINTR)
            return pk_fail(err, PK_E_IO, "could not read standard input");
    }
}
