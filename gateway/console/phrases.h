/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the pages say, by key, in each language: phrases/TAG.ini with one section [phrases], and for the pages at a desk
 * phrases/office/SUBJECT.TAG.ini likewise. Every language has every key, with the same {places}; those of the office only the
 * languages it is in. bg-Latn is made from bg. Immutable once loaded.
 */
#ifndef PK_CONSOLE_PHRASES_H
#define PK_CONSOLE_PHRASES_H

#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

struct pk_phrases; /* of all languages */

/* PK_E_INVALID names the file, the key and what is wrong with it. */
int pk_phrases_load(struct pk_phrases **ret_phrases, struct pk_error *err);
void pk_phrases_free(struct pk_phrases *phrases);
PK_AUTO_DEFINE(pk_phrases, struct pk_phrases *, pk_phrases_free)

size_t pk_phrases_language_count(const struct pk_phrases *phrases);
const char *pk_phrases_language(const struct pk_phrases *phrases, size_t index); /* "bg", "bg-Latn", ... */
/* The index of a language, by its tag or, for an unknown region or script, its first part; `otherwise` for one there is not. */
size_t pk_phrases_find(const struct pk_phrases *phrases, struct pk_slice tag, size_t otherwise);
/* The best of an Accept-Language header; `otherwise` when it names none of ours. */
size_t pk_phrases_accept(const struct pk_phrases *phrases, struct pk_slice header, size_t otherwise);
/* Are the pages at a desk in this language too? */
bool pk_phrases_is_of_office(const struct pk_phrases *phrases, size_t language);
/* {NULL, 0} for a key there is not. Lives as long as the phrases. */
struct pk_slice pk_phrases_get(const struct pk_phrases *phrases, size_t language, struct pk_slice key);

#endif
