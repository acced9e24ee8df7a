/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Calendars: which days are days of rest. Two kinds. Rules that hold every year are a language's own ([holidays] of its
 * language.ini: Easter is computed, King's Day gives way to a Sunday). What is decided year by year (school holidays of a
 * region, the two Bayrams) comes from a file of days, which says from when until when it is complete: outside of that
 * nothing is guessed, and whoever asks is told that the day is not known. Pure; called by quiet hours and by whoever warns
 * that an event falls on such a day.
 *
 *     [known]                                  [days]
 *     from = 2026-01-01                        2026-02-21..2026-03-01 = Voorjaarsvakantie
 *     until = 2027-08-31                       2026-03-20 = ...
 */
#ifndef PK_MODEL_HOLIDAYS_H
#define PK_MODEL_HOLIDAYS_H

#include "gateway/base/ini.h"

#include <stdbool.h>

struct pk_holidays; /* gateway/language/holidays.h */

/* A file of days. Immutable once loaded. */
struct pk_days;
/* What is wrong is told at its line; never NULL. The caller's. */
struct pk_days *pk_days_load(const struct pk_ini *ini, struct pk_ini_report *report);
void pk_days_free(struct pk_days *days);
/* The name of a day (month from 1), or NULL. */
const char *pk_days_name(const struct pk_days *days, int year, int month, int day);
/* Whether the file says anything of that day, be it that it is an ordinary one. */
bool pk_days_known(const struct pk_days *days, int year, int month, int day);
/* The last day that is known, "2027-08-31". */
const char *pk_days_until(const struct pk_days *days);

/* One of the two, under the name the configuration gives it. Borrowed: lives as long as what it points to. */
struct pk_calendar {
    const char *name;
    const struct pk_holidays *rules; /* NULL = it is a file */
    const struct pk_days *dates;
};
/* The name of the day of rest, or NULL: an ordinary day, or one that is not known. */
const char *pk_calendar_rest(const struct pk_calendar *calendar, int year, int month, int day);
/* The same with the days on which people have plans: for events. */
const char *pk_calendar_event(const struct pk_calendar *calendar, int year, int month, int day);
bool pk_calendar_known(const struct pk_calendar *calendar, int year, int month, int day);

#endif
