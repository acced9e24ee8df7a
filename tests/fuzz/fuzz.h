/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the fuzz targets share. A target is one function that gives bytes to a parser and asks for what the parser
 * promises; it is called by libFuzzer, and in every build by replay.c over the committed corpus.
 */
#ifndef PK_TEST_FUZZ_H
#define PK_TEST_FUZZ_H

#include "gateway/base/buf.h"
#include "gateway/base/ini.h"
#include "gateway/base/text.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise, kept in every build: with and without NDEBUG. */
#define fuzz_need(condition)                                                               \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            (void) fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

/* A copy that ends where the text ends: what reads on is caught. The caller frees. */
static inline char *fuzz_copy(struct pk_slice text)
{
    char *copy = malloc(text.len > 0 ? text.len : 1);
    fuzz_need(copy != NULL);
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    return copy;
}

/* Cuts the first line off, without its end. */
static inline struct pk_slice fuzz_line(struct pk_slice *rest)
{
    const char *end = rest->len > 0 ? memchr(rest->data, '\n', rest->len) : NULL;
    struct pk_slice line = pk_slice_make(rest->data, end ? (size_t) (end - rest->data) : rest->len);
    size_t used = end ? line.len + 1 : line.len;
    *rest = pk_slice_make(rest->data + used, rest->len - used);
    return line;
}

/* What is told to people is text, and names its place. */
static inline void fuzz_told(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                             const char *hint)
{
    (void) ctx, (void) line;
    const char *const words[] = { file, reason, section, key, hint };
    fuzz_need(file && reason && reason[0] != '\0');
    for (size_t i = 0; i < PK_COUNT(words); i++)
        fuzz_need(!words[i] || pk_utf8_valid(pk_slice_of(words[i])));
}

static inline void fuzz_refused(int code, const struct pk_error *err)
{
    fuzz_need(code < 0 && err->code == code && err->message[0] != '\0');
    fuzz_need(pk_utf8_valid(pk_slice_of(err->message)) && pk_utf8_valid(pk_slice_of(err->hint)));
}

#endif
