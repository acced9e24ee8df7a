/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From the hands of a wall clock to a moment and back, and days of the calendar as numbers like 20261201. The two nights on
 * which a clock is changed are told apart: an hour that is not there is read by the offset before the gap (2:30 becomes 3:30),
 * one that is there twice means its first (RFC 5545, 3.3.5). One thread at a time, as dates.h.
 */
#ifndef PK_LANGUAGE_WALL_H
#define PK_LANGUAGE_WALL_H

#include "gateway/language/dates.h"

#define PK_DAY_FIRST 19700101
#define PK_DAY_LAST 21991231
#define PK_DAY_MINUTES 1440

/* What a wall shows: a day, and minutes after midnight. */
struct pk_local {
    int32_t day, minute;
};

enum pk_local_kind { PK_LOCAL_ONCE = 0, PK_LOCAL_MISSING, PK_LOCAL_TWICE };

/* PK_E_INVALID when the day is none of the calendar, or the minute none of a day. `ret_kind` may be NULL. */
int pk_wall_moment(struct pk_wall *wall, struct pk_local local, int64_t *ret_ms, enum pk_local_kind *ret_kind);
struct pk_local pk_wall_local(struct pk_wall *wall, int64_t moment_ms);

bool pk_day_valid(int32_t day); /* there is such a day, from PK_DAY_FIRST to PK_DAY_LAST */
/* Whole days from 1 January 1970, and back. Of valid days only. */
int32_t pk_day_number(int32_t day);
int32_t pk_day_of_number(int32_t number);

/* "2026-12-01" and "9:05", "18:00", to PK_E_INVALID; whole texts only. */
int pk_day_parse(struct pk_slice text, int32_t *ret_day);
int pk_minute_parse(struct pk_slice text, int32_t *ret_minute);
#define PK_LOCAL_TEXT_MAX 24
const char *pk_day_text(int32_t day, char ret_text[PK_LOCAL_TEXT_MAX]);       /* 2026-12-01 */
const char *pk_minute_text(int32_t minute, char ret_text[PK_LOCAL_TEXT_MAX]); /* 18:00 */

#endif
