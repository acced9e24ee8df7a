/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the catalog share: catalog.c fills it, lookup.c and render.c read it. */
#ifndef PK_LANGUAGE_CATALOG_PRIVATE_H
#define PK_LANGUAGE_CATALOG_PRIVATE_H

#include "gateway/language/catalog.h"
#include "gateway/language/language_file.h"
#include "gateway/language/template_file.h"

#define PK_LANGUAGES_MAX 64 /* of one catalog */

struct pk_catalog {
    struct pk_language **languages;
    size_t language_count;
    struct pk_template **templates;
    size_t template_count;
    struct pk_reply_words *words;
    struct pk_render_cache *cache; /* render.c's own */
    char *phone, *link;            /* what the configuration knows; "" = it does not */
    char *own_link;                /* one as long as those the gateway makes; "" = it makes none */
    const struct pk_catalog *shipped; /* whose languages, words and other texts these are; NULL = its own */
};

/* What rendering opens once and keeps: wall clocks, and texts of earlier days that are no longer in the catalog. */
struct pk_render_cache *pk_render_cache_new(void);
void pk_render_cache_free(struct pk_render_cache *cache);

/* A catalog that is being read: what could not be was told, and that others miss it is not told again. */
#define PK_TEMPLATES_FAILED_MAX 256
struct pk_catalog_loading {
    struct pk_catalog *catalog;
    struct pk_ini_report *report;
    struct pk_error *err;
    bool language_failed;
    char *failed[PK_TEMPLATES_FAILED_MAX]; /* names of texts */
    size_t failed_count;
    const struct pk_own_file *only; /* forms of these alone are checked; NULL = all texts */
    size_t only_count;
};
void pk_catalog_note_failed(struct pk_catalog_loading *loading, struct pk_slice name);
void pk_catalog_loading_finish(struct pk_catalog_loading *loading); /* what it noted; not the catalog */
bool pk_catalog_has_failed(const struct pk_catalog_loading *loading, struct pk_slice name);
/* What no single file can tell: twins, lengths, fallbacks (catalog_check.c). The reply words are there. */
void pk_catalog_check(struct pk_catalog_loading *loading);

/* What goes out instead of a text where nobody can answer, in the same language; NULL = there is none. A short text may
 * share its long one's when that asks no more of a notice. */
const struct pk_template *pk_template_noreply(const struct pk_catalog *catalog, const struct pk_template *t);
/* Does a notice with the values of `t` have all that `twin` needs, but what the configuration knows? */
bool pk_template_covers(const struct pk_template *t, const struct pk_template *twin);
/* "bg", and "bg-Latn" as well: what stands behind the hyphen is how it is written. NULL = not loaded. */
const struct pk_language *pk_catalog_language(const struct pk_catalog *catalog, struct pk_slice tag);

#endif
