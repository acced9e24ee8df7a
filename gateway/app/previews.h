/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Previews of one text on standard output: drawn as on a phone, two scripts side by side where there is room, with what
 * each takes and costs; or as one JSON document. Called by `pokana templates preview`.
 */
#ifndef PK_APP_PREVIEWS_H
#define PK_APP_PREVIEWS_H

#include "gateway/language/preview.h"
#include "gateway/model/price.h"

struct pk_previews {
    const struct pk_catalog *catalog;
    const struct pk_template *template_;
    const struct pk_preview *previews; /* one a script, the one asked for first; at least one */
    size_t count;
    struct pk_price part_price; /* no currency = not known */
    const char *advice;         /* "Cyrillic: 2 parts, Latin: 1 part" */
};

void pk_previews_print(const struct pk_previews *previews);
void pk_previews_print_json(const struct pk_previews *previews);

#endif
