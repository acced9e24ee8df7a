/* SPDX-License-Identifier: EUPL-1.2 */
/* What dates_load.c fills and dates.c reads; the wall clock, for wall.c too. */
#ifndef PK_LANGUAGE_DATES_PRIVATE_H
#define PK_LANGUAGE_DATES_PRIVATE_H

#include "gateway/language/dates.h"

#include <unicode/ucal.h>
#include <unicode/udat.h>

struct pk_wall {
    UCalendar *calendar;
};

/* "mon" to "sun" */
extern const char *const pk_weekday_names[7];

#define PK_WORD_UNITS_MAX 128 /* of one word or phrase; patterns are short */
#define PK_PREPOSITIONS_MAX 8

/* "в/във: в ф": `plain` becomes `changed` before a word that begins with one of `letters`. */
struct pk_preposition {
    char *plain, *changed, *letters;
};

struct pk_dates {
    struct pk_wall *plain; /* a clock that never changes: for hours and weekdays of no particular day */
    UDateFormat *formats[PK_DAY_WORDS];
    UDateFormat *weekday, *weekday_brief; /* its name alone, for lists */
    struct pk_preposition prepositions[PK_PREPOSITIONS_MAX];
    size_t preposition_count;
    char *list_and; /* what stands between the last two of a list */
    struct pk_longest_days longest;
};

#endif
