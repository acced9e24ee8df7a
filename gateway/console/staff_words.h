/* SPDX-License-Identifier: EUPL-1.2 */
/* What users' pages say alike: moments in the reader's words, what something is called, an id in the path. Only gateway/console. */
#ifndef PK_CONSOLE_STAFF_WORDS_H
#define PK_CONSOLE_STAFF_WORDS_H

#include "gateway/console/visit.h"

struct pk_dates; /* gateway/language/dates.h */

/* Adds `name`, "вторник, 3 март, 18:00 ч."; nameTime, "18:00 ч."; and nameToday, whether that is today. 0 = none: all are empty. */
void pk_staff_add_moment(struct pk_visit *visit, const char *name, int64_t ms);
/* Days and hours in the language of the page, or in the gateway's own where that knows none; NULL = neither does. */
const struct pk_dates *pk_staff_dates(const struct pk_visit *visit);
/* A text of the configuration or of somebody's, in Latin letters where the page is. */
void pk_staff_add_words(struct pk_visit *visit, const char *name, struct pk_slice text);
/* What the letters of a text say of its language: "bg" of Cyrillic ones, else "". */
const char *pk_staff_written_in(struct pk_slice text);
/* A title or a place, which nobody says the language of: as pk_staff_add_words() does, and nameLanguage. Of Cyrillic letters it is
 * Bulgarian, else what those who work here read. */
void pk_staff_add_theirs(struct pk_visit *visit, const char *name, struct pk_slice text);
/* The phrase `front`.`word`, or the word itself where there is none. */
void pk_staff_add_phrase(struct pk_visit *visit, const char *name, const char *front, const char *word);
/* Adds `name`, a number, and nameFew where it may not be told (negative). */
void pk_staff_add_people(struct pk_visit *visit, const char *name, int64_t people);
/* Does the address that was asked for carry this word behind its question mark? Adds it as `name`. */
void pk_staff_add_flag(struct pk_visit *visit, const char *name);
/* The id that stands for {} in the path. False: answered that there is no such page. */
bool pk_staff_place_id(struct pk_visit *visit, int64_t *ret_id);
/* Every field `name` of the form, with blanks between, appended. PK_E_LIMIT beyond `max` of them. */
int pk_staff_fields(struct pk_visit *visit, const char *name, size_t max, struct pk_buf *out, struct pk_error *err);

#endif
