/* SPDX-License-Identifier: EUPL-1.2 */
/* What a compiled text is made of: body.c makes and checks it, body_format.c writes it. */
#ifndef PK_LANGUAGE_BODY_PRIVATE_H
#define PK_LANGUAGE_BODY_PRIVATE_H

#include "gateway/language/body.h"
#include "gateway/language/shim.h"

#define PLACEHOLDERS_MAX 32
#define NAME_MAX_BYTES 48

struct used {
    char name[NAME_MAX_BYTES];
    struct pk_placeholder placeholder;
    size_t offset;
    bool in_part; /* and nowhere else */
};

struct pk_body {
    struct pk_message *message;
    struct pk_message *without; /* the part in brackets left out; NULL = there is none */
    struct used used[PLACEHOLDERS_MAX];
    size_t count;
};

#endif
