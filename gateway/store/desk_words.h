/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Words that were sent to somebody who stands at a desk, to be said there. A word is kept as a MAC: neither the database nor
 * whoever sits at the desk knows it before the person says it. One a person at a time; a few wrong words make it void.
 */
#ifndef PK_STORE_DESK_WORDS_H
#define PK_STORE_DESK_WORDS_H

#include "gateway/store/store.h"

#define PK_DESK_WORD_TRIES 3

struct pk_desk_word {
    uint32_t topic, channel; /* what it agrees to */
    int64_t message; /* that carried it: the words shown are its */
    int64_t created_ms, until_ms;
    struct pk_slice asked_by; /* who had it sent; lives until the next call or the turn's end */
};

/* In place of one that is open. `word` as pk_desk_word_fold() writes it. Inside a unit. */
int pk_desk_word_add(struct pk_store *store, int64_t recipient, const struct pk_desk_word *word, struct pk_slice said, struct pk_error *err);
/* Said at the desk. 0 and *ret_word: right, and used up. PK_E_DENIED: wrong, void, over or none, all the same; a wrong one is
 * counted, so a unit is kept when this refuses. */
int pk_desk_word_use(struct pk_store *store, int64_t recipient, struct pk_slice said, int64_t now_ms, struct pk_desk_word *ret_word,
                     struct pk_error *err);
/* How many were sent to somebody since a moment. */
int64_t pk_desk_words_since(struct pk_store *store, int64_t recipient, int64_t since_ms);
/* What was sent to somebody, 0 = to everybody, is right no more; it still counts. */
int pk_desk_words_void(struct pk_store *store, int64_t recipient, struct pk_error *err);
int pk_desk_words_forget(struct pk_store *store, int64_t recipient, struct pk_error *err);
/* Drops what was over a day ago, at most `max`: until then it is counted. */
int pk_desk_words_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif
