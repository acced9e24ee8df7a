/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A text as somebody will get it: its words in one script, its parts and where they end, what it costs. Asked by
 * `pokana templates preview` and by the proof-reading page (proof.h); nothing is sent by it.
 */
#ifndef PK_LANGUAGE_PREVIEW_H
#define PK_LANGUAGE_PREVIEW_H

#include "gateway/language/catalog.h"
#include "gateway/language/segment.h"

struct pk_preview {
    char script[8];      /* "" = the language's own; else "Latn" */
    const char *letters; /* "Cyrillic", "Latin": those of the text */
    struct pk_buf text;
    struct pk_segmentation segmentation;
    uint32_t part_units[PK_PARTS_MAX];
    uint32_t part_ends[PK_PARTS_MAX]; /* in bytes of the text */
    char forcing[8];                  /* the character that takes it out of the small alphabet; "" = none */
    char instead[PK_INSTEAD_MAX];     /* the letter or sign that the small alphabet has for it; "" = none */
};

struct pk_preview_request {
    const struct pk_catalog *catalog;
    const struct pk_template *template_;
    struct pk_slice script; /* "" or "Latn" */
    const struct pk_json *values;
    struct pk_slice org;
    const char *zone;
};

/* The errors of pk_catalog_render(). The caller finishes what was made; on failure there is nothing to finish. */
int pk_preview_make(const struct pk_preview_request *request, struct pk_preview *ret_preview, struct pk_error *err);
void pk_preview_finish(struct pk_preview *preview);

/* Values for a text that was given none, appended as a JSON document with `org`: examples of ordinary length, or the
 * longest there may be (in letters that become three when written in `script`). */
void pk_preview_sample(const struct pk_template *template_, struct pk_buf *out);
void pk_preview_longest(const struct pk_template *template_, struct pk_slice script, struct pk_buf *out);

/* An amount in 1/10,000 of the currency ("EUR") as the language writes it: "0,13 €"; two to four decimals. Appends.
 * PK_E_INVALID for a language that is not loaded. */
int pk_money_write(const struct pk_catalog *catalog, struct pk_slice language, int64_t amount, const char *currency,
                   struct pk_buf *out);

#endif
