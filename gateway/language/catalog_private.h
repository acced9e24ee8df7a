/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the catalog share: catalog.c fills it, lookup.c and render.c read it. */
#ifndef PK_LANGUAGE_CATALOG_PRIVATE_H
#define PK_LANGUAGE_CATALOG_PRIVATE_H

#include "gateway/language/catalog.h"
#include "gateway/language/language_file.h"
#include "gateway/language/template_file.h"

struct pk_catalog {
    struct pk_language **languages;
    size_t language_count;
    struct pk_template **templates;
    size_t template_count;
    struct pk_reply_words *words;
    struct pk_render_cache *cache; /* render.c's own */
};

/* What rendering opens once and keeps: wall clocks, and texts of earlier days that are no longer in the catalog. */
struct pk_render_cache *pk_render_cache_new(void);
void pk_render_cache_free(struct pk_render_cache *cache);

/* In exactly this language, or NULL. */
const struct pk_template *pk_catalog_exact(const struct pk_catalog *catalog, struct pk_slice name, struct pk_slice language);
/* "bg", and "bg-Latn" as well: what stands behind the hyphen is how it is written. NULL = not loaded. */
const struct pk_language *pk_catalog_language(const struct pk_catalog *catalog, struct pk_slice tag);

#endif
