/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a text is made of, piece by piece, and the ways it can be written out: once for each branch of its plurals, with
 * every byte knowing where in the file it came from. Private to this folder: style.c looks at texts through it.
 */
#ifndef PK_LANGUAGE_OUTLINE_H
#define PK_LANGUAGE_OUTLINE_H

#include "gateway/base/buf.h"
#include "gateway/base/mem.h"
#include "gateway/language/arguments.h"

enum pk_piece_kind {
    PK_PIECE_TYPED = 1, /* words as they stand in the text */
    PK_PIECE_VALUE,     /* a placeholder */
    PK_PIECE_CHOICE,    /* a plural or select begins: branches follow, then PK_PIECE_CHOICE_END */
    PK_PIECE_BRANCH,    /* its selector: "one", "=0", "other"; then what is in it, then PK_PIECE_BRANCH_END */
    PK_PIECE_NUMBER,    /* "#" */
    PK_PIECE_BRANCH_END,
    PK_PIECE_CHOICE_END,
};

struct pk_piece {
    enum pk_piece_kind kind;
    bool plural;                       /* of a choice: by a number */
    size_t offset, len;                /* in the body; of typed words, names and selectors */
    size_t brace;                      /* where the { of a value or choice stands */
    struct pk_placeholder placeholder; /* of a value and a choice */
};

struct pk_outline {
    struct pk_slice body; /* borrowed */
    struct pk_piece *pieces;
    size_t count;
    size_t ways; /* in how many it can be written: the most branches of any of its choices; twice that with a part that may
                  * be left out */
    size_t part_begin, part_end; /* where that part is, its brackets included; both 0 = there is none */
};

/* The body has been compiled before (body.h): nothing in it is wrong. */
void pk_outline_init(struct pk_outline *outline, struct pk_slice body);
void pk_outline_finish(struct pk_outline *outline);
/* The text of a piece. */
struct pk_slice pk_piece_text(const struct pk_outline *outline, const struct pk_piece *piece);

/* A text written out one way. */
struct pk_written {
    struct pk_buf text;
    uint32_t *source; /* where in the body each byte of the text comes from; of a value, where its { stands */
    bool *typed;      /* it stands in the body as it is */
    size_t room;
};
void pk_written_init(struct pk_written *written);
void pk_written_finish(struct pk_written *written);

/* What stands for a placeholder where no words are put for it: U+FFFC. */
#define PK_STAND_IN "\xef\xbf\xbc"
struct pk_outline_values {
    void (*words)(void *ctx, const struct pk_piece *piece, struct pk_buf *out);
    void *ctx;
};
/* `way` picks the branch of each choice: the way-th, or its last; the second half of the ways is without the part in brackets.
 * The brackets themselves are never written. `values` put the words of placeholders, and "#" becomes a
 * number of that branch; NULL: stand-ins, and the sign itself. */
void pk_outline_write(const struct pk_outline *outline, size_t way, const struct pk_outline_values *values,
                      struct pk_written *written);

#endif
