/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Values of ordinary length for a text: what previews, the proof-reading page and the checks of style are written with.
 * Words of the language ([samples] of its language.ini) where there are any. Private to this folder.
 */
#ifndef PK_LANGUAGE_SAMPLES_H
#define PK_LANGUAGE_SAMPLES_H

#include "gateway/language/template_file.h"

/* Moments are told on this clock. */
#define PK_SAMPLE_ZONE "Europe/Amsterdam"
#define PK_SAMPLE_PEOPLE 3

/* Appends a document of values, `org` among them; days are a Tuesday and a Thursday, `days_later` as many days later. */
void pk_template_sample(const struct pk_template *template_, uint32_t days_later, int64_t people, struct pk_buf *out);
/* What is wrong in [samples] is told. */
void pk_samples_check(const struct pk_ini *ini, struct pk_ini_report *report);

#endif
