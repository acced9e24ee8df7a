/* SPDX-License-Identifier: EUPL-1.2 */
/* Allocation that aborts instead of failing, with a line that says how much was asked for. */
#include "gateway/base/mem.h"

#include <stdint.h>
#include <stdio.h>

static void die(size_t size) __attribute__((noreturn));
static void die(size_t size)
{
    (void) fprintf(stderr, "pokana: out of memory (%zu bytes)\n", size);
    abort();
}

void *pk_alloc(size_t size)
{
    void *memory = calloc(1, size > 0 ? size : 1);
    if (!memory)
        die(size);
    return memory;
}

void *pk_alloc_array(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        die(SIZE_MAX);
    return pk_alloc(count * size);
}

void *pk_realloc_array(void *old, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        die(SIZE_MAX);
    size_t bytes = count * size;
    void *memory = realloc(old, bytes > 0 ? bytes : 1);
    if (!memory)
        die(bytes);
    return memory;
}

char *pk_strdup(const char *text)
{
    return text ? pk_strndup(text, strlen(text)) : NULL;
}

char *pk_strndup(const char *text, size_t len)
{
    char *copy = pk_alloc(len + 1);
    if (len > 0)
        memcpy(copy, text, len);
    return copy;
}

char *pk_slice_dup(struct pk_slice text)
{
    return text.data ? pk_strndup(text.data, text.len) : NULL;
}
