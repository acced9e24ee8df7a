/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One template file: its head, its text, and what can be said of it without the other files. Private to this folder;
 * the catalog owns the templates and compares the languages. Immutable once loaded.
 */
#ifndef PK_LANGUAGE_TEMPLATE_FILE_H
#define PK_LANGUAGE_TEMPLATE_FILE_H

#include "gateway/language/body.h"
#include "gateway/language/catalog.h"
#include "gateway/language/language_file.h"

struct pk_template_argument {
    const struct pk_argument *argument;
    uint32_t max_units;
};

struct pk_template {
    char *name;
    const struct pk_language *language; /* borrowed from the catalog */
    char *file;                         /* for messages */
    char *topic;                        /* "" = any */
    char *gloss;                        /* one Dutch line */
    const char *status;                 /* has a native reader read it aloud? "" = not said */
    enum pk_text_kind kind;
    enum pk_text_step step;
    enum pk_text_reply reply;
    uint32_t parts; /* most of them, with the longest values */
    struct pk_template_argument arguments[PK_ARGUMENTS_MAX];
    size_t argument_count;
    uint32_t arguments_line; /* where the head names them */
    char *head; /* the lines above the text */
    char *text;
    uint32_t text_line; /* where the text begins */
    bool own;           /* of the city, and of no folder */
    uint8_t hash[32];
    struct pk_body *body;
};

/* Our own limits: a text is short, and a message of more parts than these is a letter. */
#define PK_TEMPLATE_BYTES_MAX PK_BODY_BYTES_MAX
#define PK_TEMPLATE_PARTS_MAX 3

/* Names that end so are other forms of a text: for one text message, and for who cannot answer. */
#define PK_SHORT "-short"
#define PK_NOREPLY "-noreply"
bool pk_name_ends(struct pk_slice name, const char *ending);

bool pk_step_find(struct pk_slice name, enum pk_text_step *ret_step);
enum pk_text_kind pk_step_kind(enum pk_text_step step); /* the kind of text that may be this step */

/* What is wrong is told; NULL then. */
struct pk_template *pk_template_load(const char *path, struct pk_slice name, const struct pk_language *language,
                                     struct pk_ini_report *report, struct pk_error *err);
struct pk_template *pk_template_parse(const char *file, struct pk_slice name, const struct pk_language *language,
                                      struct pk_slice content, struct pk_ini_report *report);
void pk_template_free(struct pk_template *template_);

const struct pk_template_argument *pk_template_argument(const struct pk_template *template_, const struct pk_argument *argument);
/* Appends a document of values that are as long as they may be, `org` among them. What `house` (NULL = nobody's) knows
 * and is longer is left out of it. */
void pk_template_longest(const struct pk_template *template_, const struct pk_house *house, bool transliterated, struct pk_buf *out);

#endif
