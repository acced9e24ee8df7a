/* SPDX-License-Identifier: EUPL-1.2 */
/* What dates_load.c fills and dates.c reads. */
#ifndef PK_LANGUAGE_DATES_PRIVATE_H
#define PK_LANGUAGE_DATES_PRIVATE_H

#include "gateway/language/dates.h"

#include <unicode/udat.h>

#define PK_WORD_UNITS_MAX 128 /* of one word or phrase; patterns are short */
#define PK_PREPOSITIONS_MAX 8

/* "в/във: в ф": `plain` becomes `changed` before a word that begins with one of `letters`. */
struct pk_preposition {
    char *plain, *changed, *letters;
};

struct pk_dates {
    UDateFormat *formats[PK_DAY_WORDS];
    UDateFormat *weekday; /* its name alone, for lists */
    struct pk_preposition prepositions[PK_PREPOSITIONS_MAX];
    size_t preposition_count;
    char *list_and; /* what stands between the last two of a list */
    int64_t longest;
};

#endif
