/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is said: notices (one template with its values, said to everybody of a trigger, or as one answer) and the
 * template versions messages refer to. A text is stored at first use under its hash and never changes.
 */
#ifndef PK_STORE_NOTICES_H
#define PK_STORE_NOTICES_H

#include "gateway/store/store.h"

struct pk_notice {
    int64_t id;
    int64_t trigger; /* 0 = none */
    uint32_t cls; /* enum pk_class */
    uint32_t topic; /* 0 = none */
    struct pk_slice template_name;
    struct pk_slice values; /* canonical JSON object; {} once they are needed no more */
    int64_t created_ms;
    int64_t occurrence, version; /* the date it is about, as that was told (store/occurrences.h); 0 = none */
};

/* Borrowed slices are copied. For answers (no trigger) an equal notice is found again instead of stored twice. */
int pk_notice_add(struct pk_store *store, const struct pk_notice *notice, int64_t *ret_id, struct pk_error *err);
int pk_notice_get(struct pk_store *store, int64_t id, struct pk_notice *ret_notice, struct pk_error *err);

/* The last notice about a date in the highest version below `below` that there is one of. PK_E_NOT_FOUND. */
int pk_notice_of_date(struct pk_store *store, int64_t occurrence, int64_t below, struct pk_notice *ret_notice, struct pk_error *err);

/* Its values are needed no more: nobody is told it, and no answer repeats them. */
int pk_notice_clear_values(struct pk_store *store, int64_t id, struct pk_error *err);

/* One text: a template in one language as it was at first use. */
struct pk_text_version {
    int64_t id;
    struct pk_slice name; /* template */
    struct pk_slice language; /* folder it came from: "bg" */
    struct pk_slice rendering; /* "" or "bg-Latn" */
    struct pk_slice body; /* the file's text */
    uint8_t hash[32]; /* SHA-256 of body */
};

/* Finds (name, language, rendering, hash) or stores it. Cached. */
int pk_text_version_intern(struct pk_store *store, const struct pk_text_version *version, int64_t now_ms, int64_t *ret_id,
                           struct pk_error *err);
int pk_text_version_get(struct pk_store *store, int64_t id, struct pk_text_version *ret_version, struct pk_error *err);

/* Every version there is, by name, language and moment. A non-zero return of `each` ends the walk and is returned. */
int pk_text_versions_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_text_version *version, int64_t created_ms),
                          void *ctx, struct pk_error *err);

#endif
