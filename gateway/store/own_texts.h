/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The city's own texts: every version of each, by name and language, who wrote it and when; and what readers said was wrong
 * with words they read. Only added to, which the schema guards. A version without content takes the text back.
 */
#ifndef PK_STORE_OWN_TEXTS_H
#define PK_STORE_OWN_TEXTS_H

#include "gateway/store/store.h"

#define PK_OWN_TEXT_MAX 16384u /* bytes of one, head and all */
#define PK_TEXT_NOTE_MAX 1000u /* bytes of a remark */

struct pk_own_text {
    int64_t id; /* grows with each that is written */
    struct pk_slice name, language; /* "optin-request", "bg" */
    struct pk_slice content; /* the file: head and text; empty = taken back */
    uint8_t hash[32]; /* of its words, as the catalog has it; zeros = taken back */
    struct pk_slice author;
    int64_t at_ms;
};

typedef int pk_own_text_each(void *ctx, const struct pk_own_text *text);

/* Inside a unit. `text->id` is not looked at. */
int pk_own_text_add(struct pk_store *store, const struct pk_own_text *text, int64_t *ret_id, struct pk_error *err);
/* The newest of each name and language, by both; those taken back too. What `each` returns ends the walk when it is not 0. */
int pk_own_texts_now(struct pk_store *store, pk_own_text_each *each, void *ctx, struct pk_error *err);
/* All of a name, the newest first, at most `max`. */
int pk_own_text_history(struct pk_store *store, struct pk_slice name, size_t max, pk_own_text_each *each, void *ctx, struct pk_error *err);
/* The id of the newest version of any language of a name: 0 = the city never wrote one. */
int64_t pk_own_text_edition(struct pk_store *store, struct pk_slice name);
/* Did the city write exactly these words under this name and language? Any connection. */
bool pk_own_text_has(struct pk_store *store, struct pk_slice name, struct pk_slice language, const uint8_t hash[32]);
/* And did this user? */
bool pk_own_text_is_of(struct pk_store *store, struct pk_slice name, struct pk_slice language, const uint8_t hash[32], struct pk_slice user);

struct pk_text_note {
    struct pk_slice name, tag; /* "bg", "bg-Latn" */
    uint8_t hash[32]; /* of the words that were read */
    struct pk_slice reader, words;
    int64_t at_ms;
};

int pk_text_note_add(struct pk_store *store, const struct pk_text_note *note, struct pk_error *err);
/* Of exactly these words, the newest first, at most `max`. */
int pk_text_notes_each(struct pk_store *store, struct pk_slice name, const uint8_t hash[32], size_t max,
                       int (*each)(void *ctx, const struct pk_text_note *note), void *ctx, struct pk_error *err);

#endif
