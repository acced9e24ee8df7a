/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One language as its language.ini describes it: name, renderings, fallback, days and hours, reply words. Private to
 * this folder; the catalog owns the languages. Immutable once loaded.
 */
#ifndef PK_LANGUAGE_LANGUAGE_FILE_H
#define PK_LANGUAGE_LANGUAGE_FILE_H

#include "gateway/language/dates.h"
#include "gateway/language/holidays.h"
#include "gateway/language/reply.h"

struct pk_language {
    char *tag;           /* "bg": the folder's name */
    char *name;          /* in Dutch, for people */
    char *locale;        /* ICU's name for plurals and names of days; the tag unless said otherwise */
    char *renderings;    /* beside its own letters: "Latn", "plain", separated by spaces */
    char *fallback;      /* languages to read instead, separated by spaces, best first */
    char *yes, *no;      /* what the buttons under a question say; NULL = no buttons */
    char *stop;          /* and the one that ends it all; NULL = there is none */
    int64_t reply_order; /* a word that several languages have belongs to the lowest */
    struct pk_dates *dates;
    struct pk_holidays *holidays;
    struct pk_style *style; /* rules that texts are checked by when somebody asks (style.h) */
    struct pk_ini *ini; /* kept for the reply words, which are added in reply order */
};

/* What is wrong is told; NULL then. */
struct pk_language *pk_language_load(const char *path, struct pk_slice tag, struct pk_ini_report *report);
void pk_language_free(struct pk_language *language);

/* Adds the lists of its [replies] sections. */
void pk_language_add_replies(const struct pk_language *language, struct pk_reply_words *words, struct pk_ini_report *report);
bool pk_language_renders(const struct pk_language *language, struct pk_slice script);

#endif
