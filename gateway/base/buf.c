/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/base/buf.h"

#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

#include <stdio.h>
#include <string.h>

#define FIRST_CAPACITY 64u

void pk_buf_init(struct pk_buf *buf, size_t max_bytes)
{
    *buf = (struct pk_buf){ .max_bytes = max_bytes };
}

void pk_buf_finish(struct pk_buf *buf)
{
    if (!buf)
        return;
    free(buf->data);
    pk_buf_init(buf, buf->max_bytes);
}

void pk_buf_clear(struct pk_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->data)
        buf->data[0] = '\0';
}

void pk_buf_wipe(struct pk_buf *buf)
{
    if (buf && buf->data)
        explicit_bzero(buf->data, buf->cap);
    pk_buf_finish(buf);
}

/* Room for `len` more bytes and the NUL behind them. */
static bool make_room(struct pk_buf *buf, size_t len)
{
    if (buf->failed || len > buf->max_bytes - buf->len) {
        buf->failed = true;
        return false;
    }
    size_t need = buf->len + len + 1;
    if (need <= buf->cap)
        return true;
    size_t cap = buf->cap > 0 ? buf->cap : FIRST_CAPACITY;
    while (cap < need)
        cap *= 2;
    if (cap > buf->max_bytes + 1)
        cap = buf->max_bytes + 1;
    buf->data = pk_realloc_array(buf->data, cap, 1);
    buf->cap = cap;
    return true;
}

int pk_buf_add(struct pk_buf *buf, const void *data, size_t len)
{
    if (!make_room(buf, len))
        return PK_E_LIMIT;
    if (len > 0)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return 0;
}

int pk_buf_add_slice(struct pk_buf *buf, struct pk_slice text)
{
    return pk_buf_add(buf, text.data, text.len);
}

int pk_buf_add_text(struct pk_buf *buf, const char *text)
{
    return pk_buf_add(buf, text, strlen(text));
}

int pk_buf_add_char(struct pk_buf *buf, char c)
{
    return pk_buf_add(buf, &c, 1);
}

int pk_buf_printf(struct pk_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    int r = 0;
    if (n < 0 || !make_room(buf, (size_t) n)) {
        buf->failed = true;
        r = PK_E_LIMIT;
    } else {
        (void) vsnprintf(buf->data + buf->len, (size_t) n + 1, format, again);
        buf->len += (size_t) n;
    }
    va_end(again);
    return r;
}

void pk_buf_consume(struct pk_buf *buf, size_t len)
{
    if (len >= buf->len) {
        pk_buf_clear(buf);
        return;
    }
    memmove(buf->data, buf->data + len, buf->len - len + 1);
    buf->len -= len;
}

char *pk_buf_reserve(struct pk_buf *buf, size_t len)
{
    return make_room(buf, len) ? buf->data + buf->len : NULL;
}

void pk_buf_grew(struct pk_buf *buf, size_t len)
{
    buf->len += len;
    buf->data[buf->len] = '\0';
}
