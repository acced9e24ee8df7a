/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A body that went wrong on its way, or was made to: cut off at every byte, and changed by chance in ways that parsers
 * mind. The chance is a function of the body alone, so that a flaw comes again at every run.
 */
#include "gateway/contract/trial.h"

#include <stdio.h>

#define TRUNCATIONS_MAX 4096u /* of a longer body every nth byte */

struct chance {
    uint64_t state;
};

static uint64_t draw(struct chance *chance, size_t below)
{
    chance->state ^= chance->state << 13;
    chance->state ^= chance->state >> 7;
    chance->state ^= chance->state << 17;
    return below > 0 ? chance->state % below : 0;
}

static struct chance seeded(struct pk_slice body)
{
    struct chance chance = { 14695981039346656037u };
    for (size_t i = 0; i < body.len; i++)
        chance.state = (chance.state ^ (unsigned char) body.data[i]) * 1099511628211u;
    if (chance.state == 0)
        chance.state = 1;
    return chance;
}

/* What stands in a body instead of what should. */
static const char *const pieces[] = {
    "null",        "true",        "0",    "-1",          "99999999999999999999",
    "1e999",       "\"\"",        "[]",   "{}",          "[[[[[[[[[[[[[[[[[[[[",
    "\"\\ud800\"", "\"\\u0000\"", "\xff", "\xd0",        "\xed\xa0\x80",
    "&",           "=",           "%",    "%zz",         "\r\n",
    "\"",          "\\",          "+",    "31600000001", ",",
    ":",
};

/* One change; `out` has room for the body and a piece. */
static size_t change(struct chance *chance, struct pk_slice body, char *out)
{
    size_t at = draw(chance, body.len), n = 1 + draw(chance, 8);
    const char *piece = pieces[draw(chance, PK_COUNT(pieces))];
    size_t piece_len = strlen(piece);
    if (n > body.len - at)
        n = body.len - at;
    memcpy(out, body.data, body.len);
    switch (draw(chance, 5)) {
    case 0: /* a bit */
        out[at] = (char) (out[at] ^ (1 << draw(chance, 8)));
        return body.len;
    case 1: /* left out */
        memmove(out + at, out + at + n, body.len - at - n);
        return body.len - n;
    case 2: /* said twice */
        memmove(out + at + n, out + at, body.len - at);
        return body.len + n;
    case 3: /* something else in its place */
        memmove(out + at + piece_len, out + at + n, body.len - at - n);
        memcpy(out + at, piece, piece_len);
        return body.len - n + piece_len;
    default: /* any byte */
        out[at] = (char) draw(chance, 256);
        return body.len;
    }
}

/* An exact copy, so that a byte read past its end is seen. */
static void give(const char *bytes, size_t len, const char *what, void (*each)(void *ctx, struct pk_slice body, const char *what),
                 void *ctx)
{
    char *exact = pk_alloc(len > 0 ? len : 1);
    if (len > 0)
        memcpy(exact, bytes, len);
    each(ctx, pk_slice_make(exact, len), what);
    free(exact);
}

void pk_changes(struct pk_slice whole, unsigned count, void (*each)(void *ctx, struct pk_slice body, const char *what), void *ctx)
{
    char what[64];
    size_t stride = whole.len / TRUNCATIONS_MAX + 1;
    struct chance chance = seeded(whole);
    char *changed = pk_alloc(whole.len + 64);
    for (size_t len = 0; len < whole.len; len += stride) {
        (void) snprintf(what, sizeof what, "cut off at byte %zu", len);
        give(whole.data, len, what, each, ctx);
    }
    for (unsigned i = 0; i < count && whole.len > 0; i++) {
        (void) snprintf(what, sizeof what, "changed by chance, number %u", i);
        size_t len = change(&chance, whole, changed);
        /* Every other one is changed once more. */
        if (i % 2 == 1 && len > 0) {
            char *twice = pk_alloc(len + 64);
            size_t again = change(&chance, pk_slice_make(changed, len), twice);
            give(twice, again, what, each, ctx);
            free(twice);
        } else {
            give(changed, len, what, each, ctx);
        }
    }
    free(changed);
}
