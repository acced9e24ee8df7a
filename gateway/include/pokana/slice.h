/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A borrowed run of bytes: the one shape in which text crosses a boundary without being copied.
 * Not NUL-terminated. Borrowed for the length of the call that hands it over, unless the header says otherwise.
 * An absent value is {NULL, 0}; an empty one has a non-NULL pointer and length 0.
 */
#ifndef POKANA_SLICE_H
#define POKANA_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct pk_slice {
    const char *data;
    size_t len;
};

/* A string literal as a slice, usable in static initialisers. */
#define PK_SLICE(literal) ((struct pk_slice){ .data = "" literal, .len = sizeof(literal) - 1 })
#define PK_SLICE_INIT(literal) { .data = "" literal, .len = sizeof(literal) - 1 }
/* For "%.*s". */
#define PK_SLICE_ARG(s) (int) (s).len, (s).data ? (s).data : ""

static inline struct pk_slice pk_slice_of(const char *text)
{
    struct pk_slice slice;
    slice.data = text;
    slice.len = text ? strlen(text) : 0;
    return slice;
}

static inline struct pk_slice pk_slice_make(const void *data, size_t len)
{
    struct pk_slice slice;
    slice.data = (const char *) data;
    slice.len = len;
    return slice;
}

static inline bool pk_slice_equal(struct pk_slice a, struct pk_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool pk_slice_is(struct pk_slice s, const char *text)
{
    return pk_slice_equal(s, pk_slice_of(text));
}

static inline bool pk_slice_starts(struct pk_slice s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.len >= n && (n == 0 || memcmp(s.data, prefix, n) == 0);
}

#endif
