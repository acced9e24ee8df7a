/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Days and hours in words, per language: every pattern, preposition and list is data of that language's language.ini,
 * section [dates]. Called by the renderer, and by who looks a language up in the catalog (pk_catalog_dates). Formatters
 * are made when a language is loaded; the wall clock comes with each call. Nothing changes once loaded and there is no clock of its own, but ICU's
 * formatters keep notes while they work: one thread at a time.
 */
#ifndef PK_LANGUAGE_DATES_H
#define PK_LANGUAGE_DATES_H

#include "gateway/base/buf.h"
#include "gateway/base/ini.h"

/* The words a moment can be put into; the keys of [dates] are named after them. */
enum pk_day_word {
    PK_WORD_ON_DAY = 0, /* във вторник, 3 март */
    PK_WORD_DAY,        /* вторник, 3 март */
    PK_WORD_DAY_YEAR,   /* вторник, 3 март 2026 г. */
    PK_WORD_DAY_SHORT,  /* вт, 3.03 */
    PK_WORD_DAY_MONTH,  /* 3 март */
    PK_WORD_ON_WEEKDAY, /* във вторник */
    PK_WORD_TIME,       /* 18:00 ч. */
    PK_WORD_DATETIME,   /* вторник, 3 март, 18:00 ч. */
    PK_WORD_SHORT,      /* вт, 3.03, 18:00 ч. */
    PK_WORD_RANGE_FROM, /* от 18:00 */
    PK_WORD_RANGE_TO,   /* до 19:30 ч. */
    PK_WORD_BRIEF_FROM, /* 9:00– */
    PK_WORD_BRIEF_TO,   /* 17:00 ч */
    PK_DAY_WORDS,
};

struct pk_dates;
struct pk_wall; /* a wall clock: the zone in which moments are told */

/* Reads [dates] of a language file. What is wrong is told; NULL then. `locale` is ICU's, for the names. */
struct pk_dates *pk_dates_new(const struct pk_ini *ini, const char *locale, struct pk_ini_report *report);
void pk_dates_free(struct pk_dates *dates);

/* PK_E_INVALID for a zone ICU does not know (it would silently tell the time of Greenwich). */
int pk_wall_new(const char *zone, struct pk_wall **ret_wall, struct pk_error *err);
void pk_wall_free(struct pk_wall *wall);
PK_AUTO_DEFINE(pk_wall, struct pk_wall *, pk_wall_free)

/* The day of a moment on this clock: month from 1. */
void pk_wall_day(struct pk_wall *wall, int64_t moment_ms, int *ret_year, int *ret_month, int *ret_day);

/* When that day began, and when the next one begins: 23, 24 or 25 hours apart where clocks change. */
void pk_wall_day_bounds(struct pk_wall *wall, int64_t moment_ms, int64_t *ret_from_ms, int64_t *ret_until_ms);

/* All append UTF-8 and return 0, PK_E_LIMIT, or PK_E_INVALID when the value is none. */
int pk_dates_word(const struct pk_dates *dates, struct pk_wall *wall, enum pk_day_word word, int64_t moment_ms,
                  struct pk_buf *out);
/* "от 18:00 до 19:30 ч." */
int pk_dates_range(const struct pk_dates *dates, struct pk_wall *wall, int64_t from_ms, int64_t to_ms, struct pk_buf *out);
/* "9:00-17:00" in words: "от 9:00 до 17:00 ч."; `brief`: "9:00–17:00 ч". */
int pk_dates_hours(const struct pk_dates *dates, struct pk_slice hours, bool brief, struct pk_buf *out);
/* "tue thu" in words: "вторник и четвъртък"; `brief`: "вт и чт". Each day once, Monday first. */
int pk_dates_weekdays(const struct pk_dates *dates, struct pk_slice weekdays, bool brief, struct pk_buf *out);

/* "срещи, събития и работно време": names joined as this language lists things. */
int pk_dates_list(const struct pk_dates *dates, const struct pk_slice *names, size_t count, struct pk_buf *out);

/* Are these values of pk_dates_hours() and pk_dates_weekdays()? */
bool pk_hours_valid(struct pk_slice hours);
size_t pk_weekdays_count(struct pk_slice weekdays); /* at most PK_WEEKDAYS_MAX of them; 0 = it is none */
#define PK_WEEKDAYS_MAX 5

/* The values whose words are longest in this language, for checks of length. */
struct pk_longest_days {
    int64_t moment_ms;
    char weekdays[4 * PK_WEEKDAYS_MAX]; /* as many as there may be, the longest first */
};
const struct pk_longest_days *pk_dates_longest(const struct pk_dates *dates);

#endif
