/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The public holidays of a language's people, as its language.ini names them in [holidays]: days of the year (03-03), one
 * that gives way to a Sunday (04-27/sunday-1), and days counted from Easter, western or Orthodox (easter+39,
 * orthodox-easter-2). [occasions] names days in the same way on which people are not at rest but have plans. Asked before a
 * text goes out whether the day it tells is one on which nobody has time, and by quiet days. Immutable once loaded.
 */
#ifndef PK_LANGUAGE_HOLIDAYS_H
#define PK_LANGUAGE_HOLIDAYS_H

#include "gateway/base/ini.h"

struct pk_holidays;

/* What is wrong in [holidays] and [occasions] is told; without these sections there are none. Never NULL. */
struct pk_holidays *pk_holidays_load(const struct pk_ini *ini, struct pk_ini_report *report);
void pk_holidays_free(struct pk_holidays *holidays);
/* The name of the holiday or occasion on a day of the Gregorian calendar (month from 1), or NULL. */
const char *pk_holidays_name(const struct pk_holidays *holidays, int year, int month, int day);
/* The same of holidays alone. */
const char *pk_holidays_rest(const struct pk_holidays *holidays, int year, int month, int day);

#endif
