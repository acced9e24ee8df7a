/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The texts as they are shown: which there are, who wrote and read them, and what one that is being written would be like. Adds
 * members to a JSON object that is open. Asked by the api and by the pages, which say moments and languages in their own way.
 */
#ifndef PK_SERVICE_OWN_TEXTS_TELL_H
#define PK_SERVICE_OWN_TEXTS_TELL_H

#include "gateway/service/own_texts.h"

struct pk_texts_teller {
    struct pk_service *service;
    const struct pk_actor *actor;
    struct pk_json_out *out;
    const char *name_as; /* the member with a text's name; NULL = "name" */
    void (*moment)(void *ctx, const char *name, int64_t ms); /* NULL = as a moment of RFC 3339 */
    void (*language)(void *ctx, const char *name, struct pk_slice tag); /* adds what a language is called; NULL = nothing is added */
    void *ctx;
};

/* "templates": each name once. PK_E_DENIED. */
int pk_texts_tell_all(const struct pk_texts_teller *teller, struct pk_error *err);
/* One, with its words, its past and what readers said. PK_E_NOT_FOUND, PK_E_DENIED. */
int pk_texts_tell_one(const struct pk_texts_teller *teller, struct pk_slice name, struct pk_error *err);
/* What files that are not kept would be: "good", "findings" with their lines, "previews" with example values, part by part. */
int pk_texts_tell_check(const struct pk_texts_teller *teller, const struct pk_own_file *files, size_t count, struct pk_error *err);
/* A text as it is in one language, with "previews" in its scripts, for who reads it aloud. PK_E_NOT_FOUND, PK_E_DENIED. */
int pk_texts_tell_aloud(const struct pk_texts_teller *teller, struct pk_slice name, struct pk_slice language, struct pk_error *err);

/* What somebody of a language could read aloud: "waiting" as it would arrive, which does not leave before; "others" that nobody
 * read either. PK_E_DENIED. */
int pk_texts_tell_to_read(const struct pk_texts_teller *teller, struct pk_slice language, struct pk_error *err);
/* How many wait for it. */
size_t pk_texts_to_read(struct pk_service *service, struct pk_slice language);

#endif
