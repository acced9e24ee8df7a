/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a text takes in each way it can be written: its language's own letters and every rendering, side by side, so that
 * whoever writes it sees what another script would save before anything is sent. Called by the api for an audience.
 * Rendering belongs to the loop's thread (catalog.h), and so does this.
 */
#ifndef PK_LANGUAGE_ADVICE_H
#define PK_LANGUAGE_ADVICE_H

#include "gateway/language/catalog.h"
#include "gateway/language/segment.h"

#define PK_ADVICE_FORMS_MAX 4

struct pk_advice_form {
    char script[12]; /* "" = the language's own letters, "Latn", "plain" */
    struct pk_segmentation length;
};

struct pk_advice {
    char language[12]; /* of the text */
    struct pk_advice_form forms[PK_ADVICE_FORMS_MAX]; /* own letters first */
    size_t count;
};

/* `render` as for pk_catalog_render(); its rendering is left alone. The code of that, or of pk_segment(). */
int pk_advise(const struct pk_catalog *catalog, const struct pk_render *render, struct pk_advice *ret_advice, struct pk_error *err);
/* The form somebody with this script gets: their own where the language has it, else the first. */
const struct pk_advice_form *pk_advice_form(const struct pk_advice *advice, struct pk_slice script);
/* "Cyrillic", "Latin", "plain letters", or "as written" for own letters that are Latin. */
const char *pk_advice_form_name(const struct pk_advice *advice, const struct pk_advice_form *form);
/* Appends "Cyrillic: 2 parts, Latin: 1 part"; where plain letters are one of the ways, with the units too. */
int pk_advice_sentence(const struct pk_advice *advice, struct pk_buf *out);

#endif
