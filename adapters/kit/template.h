/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A request's text with places to fill: {"to":"{to}"}. A place is '{', a name of lower-case letters, digits, '_' and
 * '.', and '}'; every other brace stands for itself. Read once, when the account opens; filled for every message.
 */
#ifndef PK_KIT_TEMPLATE_H
#define PK_KIT_TEMPLATE_H

#include "adapters/kit/encode.h"

#define PK_KIT_LITERAL UINT32_MAX

struct pk_kit_piece {
    struct pk_slice text; /* as written; of a place: its name */
    uint32_t place;       /* which value goes here, or PK_KIT_LITERAL */
};

struct pk_kit_template {
    struct pk_kit_piece *pieces;
    size_t count;
};

/* The pieces point into `text`, which must outlive them. place_of gives a name's number, or PK_KIT_LITERAL for a name
 * it does not know: then PK_E_CONFIG, with `setting` named. */
int pk_kit_template_init(struct pk_kit_template *template, const char *setting, struct pk_slice text,
                         uint32_t (*place_of)(const void *ctx, struct pk_slice name), const void *ctx, struct pk_error *err);
void pk_kit_template_finish(struct pk_kit_template *template);

int pk_kit_template_write(const struct pk_kit_template *template, const struct pk_host *host, struct pk_out *out,
                          enum pk_kit_format format, const struct pk_slice *values);

#endif
