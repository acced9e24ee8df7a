/* SPDX-License-Identifier: EUPL-1.2 */
/* For the targets of gateway/language: the shipped texts, loaded once, and what every text that leaves must be. */
#ifndef PK_TEST_FUZZ_CATALOG_H
#define PK_TEST_FUZZ_CATALOG_H

#include "gateway/language/catalog.h"
#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"

#include "tests/fuzz/fuzz.h"

#define FUZZ_TEXT_MAX (1u << 17)

/* PK_FUZZ_TEMPLATES is their folder (meson.build). */
static inline const struct pk_catalog *fuzz_catalog(void)
{
    static struct pk_catalog *catalog;
    struct pk_ini_report report = { 0 };
    if (!catalog)
        fuzz_need(pk_catalog_load(PK_FUZZ_TEMPLATES, &report, &catalog, NULL) == 0);
    return catalog;
}

/* UTF-8, in normal form, nothing invisible, no blank ends: preparing it again changes nothing. */
static inline void fuzz_need_prepared(struct pk_slice text)
{
    struct pk_buf again;
    pk_buf_init(&again, FUZZ_TEXT_MAX);
    fuzz_need(pk_utf8_valid(text) && pk_text_prepare(text, &again) == 0 && pk_slice_equal(pk_buf_slice(&again), text));
    pk_buf_finish(&again);
}

/* Fit for one message in the GSM alphabet, as far as its letters go. */
static inline void fuzz_need_gsm(struct pk_slice text)
{
    struct pk_segmentation found;
    int r = pk_segment(text, false, &found, NULL);
    fuzz_need(r == PK_E_LIMIT || (r == 0 && found.encoding == PK_ENCODING_GSM7));
}

/* Renders in both of the language's alphabets; what comes out is fit to be sent. PK_E_LIMIT is an answer too. */
static inline void fuzz_render(const struct pk_catalog *catalog, const char *language, struct pk_slice body,
                               const struct pk_json *values)
{
    static const char *const scripts[] = { "", "Latn" };
    struct pk_slice org = pk_json_string(pk_json_get(values, "org"));
    for (size_t i = 0; i < PK_COUNT(scripts); i++) {
        struct pk_buf out;
        if (!pk_catalog_has_rendering(catalog, pk_slice_of(language), pk_slice_of(scripts[i])))
            continue;
        pk_buf_init(&out, FUZZ_TEXT_MAX);
        const struct pk_render render = { .language = pk_slice_of(language),
                                          .rendering = pk_slice_of(scripts[i]),
                                          .body = body,
                                          .values = values,
                                          .org = org.data ? org : PK_SLICE("Zaanstad"),
                                          .zone = "Europe/Amsterdam" };
        int r = pk_catalog_render(catalog, &render, &out, NULL);
        fuzz_need(r == 0 || r == PK_E_LIMIT);
        if (r == 0)
            fuzz_need_prepared(pk_buf_slice(&out));
        if (r == 0 && scripts[i][0] != '\0')
            fuzz_need_gsm(pk_buf_slice(&out));
        pk_buf_finish(&out);
    }
}

#endif
