/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Style: is a text written the way its readers need it? The rules are data of each language's language.ini ([style],
 * explained in templates/README.md); here they are put to a text that was loaded. Asked by `pokana templates check` and
 * by the tests over all shipped texts; the gateway runs without: a text that could be better is still sent.
 */
#ifndef PK_LANGUAGE_STYLE_H
#define PK_LANGUAGE_STYLE_H

#include "gateway/language/catalog.h"

struct pk_style_finding {
    const char *file;
    uint32_t line, column; /* column in characters, from 1 */
    const char *rule;      /* its name: "preposition" */
    bool warning;          /* a person may know better; else it is wrong */
    const char *reason;
    const char *remedy;
};

/* Told in the order of the text. What is told lives as long as the call. */
struct pk_style_report {
    void (*tell)(void *ctx, const struct pk_style_finding *finding);
    void *ctx;
    size_t errors, warnings;
};

void pk_style_check(const struct pk_catalog *catalog, const struct pk_template *template_, struct pk_style_report *report);

#endif
