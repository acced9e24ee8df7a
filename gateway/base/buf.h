/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A growing byte buffer with a ceiling that is named when it is made. Growth past the ceiling marks the buffer
 * as failed and keeps what was there; callers may append freely and ask once, at the end. Always NUL-terminated
 * behind its length, so that `data` can be printed. Out of memory aborts.
 */
#ifndef PK_BASE_BUF_H
#define PK_BASE_BUF_H

#include "gateway/include/pokana/slice.h"

#include <stdarg.h>
#include <stdint.h>

struct pk_buf {
    char *data; /* NULL until the first byte */
    size_t len;
    size_t cap;
    size_t max_bytes;
    bool failed;
};

void pk_buf_init(struct pk_buf *buf, size_t max_bytes);
void pk_buf_finish(struct pk_buf *buf); /* NULL is fine; the buffer can be used again afterwards */
void pk_buf_clear(struct pk_buf *buf); /* keeps the memory */
/* Overwrites the content before freeing it: for secrets and numbers. */
void pk_buf_wipe(struct pk_buf *buf);

/* 0, or PK_E_LIMIT when the ceiling is reached. */
int pk_buf_add(struct pk_buf *buf, const void *data, size_t len);
int pk_buf_add_slice(struct pk_buf *buf, struct pk_slice text);
int pk_buf_add_text(struct pk_buf *buf, const char *text);
int pk_buf_add_char(struct pk_buf *buf, char c);
__attribute__((format(printf, 2, 3))) int pk_buf_printf(struct pk_buf *buf, const char *format, ...);
/* Removes the first `len` bytes. */
void pk_buf_consume(struct pk_buf *buf, size_t len);
/* Room for `len` more bytes to be written behind `len`, or NULL; commit with pk_buf_grew(). */
char *pk_buf_reserve(struct pk_buf *buf, size_t len);
void pk_buf_grew(struct pk_buf *buf, size_t len);

static inline struct pk_slice pk_buf_slice(const struct pk_buf *buf)
{
    return pk_slice_make(buf->data ? buf->data : "", buf->len);
}

/* "" when empty. */
static inline const char *pk_buf_text(const struct pk_buf *buf)
{
    return buf->data ? buf->data : "";
}

#endif
