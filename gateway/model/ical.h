/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libical, and all that is asked of it: the days a rule gives, and what stands in a calendar file. The only file that includes
 * its headers is ical.c. Nothing here knows a zone: times come out as they are written, and language/wall.h makes moments of
 * them, as libical's own are wrong on the nights the clock changes. What is read was bounded before libical saw it.
 */
#ifndef PK_MODEL_ICAL_H
#define PK_MODEL_ICAL_H

#include "gateway/base/mem.h"
#include "gateway/language/wall.h"

#define PK_ICAL_FILE_MAX (512u << 10)
#define PK_ICAL_LINE_MAX 16384u /* unfolded */
#define PK_ICAL_PARTS_MAX 4000u /* BEGIN lines of a file */
#define PK_ICAL_DEPTH_MAX 4u
#define PK_ICAL_COUNT_MAX 10000

struct pk_ical_time {
    bool present, date_only, utc;
    struct pk_local local; /* as written, not checked: there may be no such day */
    int32_t second;
    char zone[64]; /* TZID as written; "" = none */
};

struct pk_ical_rule {
    int32_t count; /* 0 = not said */
    struct pk_ical_time until;
};

/* PK_E_INVALID with a sentence: no rule, or one of hours, of days or weeks of the year, or more often than daily. */
int pk_ical_rule_read(struct pk_slice text, struct pk_ical_rule *ret_rule, struct pk_error *err);
/* The same rule in libical's own order; until_ms INT64_MAX = it ends by its count. PK_E_LIMIT when it does not fit. */
int pk_ical_rule_write(struct pk_slice text, int64_t until_ms, char *ret_text, size_t size, struct pk_error *err);

/* The days of a rule from `first` on, its UNTIL not looked at. 0 at the end. */
struct pk_ical_days;
int pk_ical_days_new(struct pk_slice rule, int32_t first, struct pk_ical_days **ret_days, struct pk_error *err);
int32_t pk_ical_days_next(struct pk_ical_days *days);
void pk_ical_days_free(struct pk_ical_days *days);
PK_AUTO_DEFINE(pk_ical_days, struct pk_ical_days *, pk_ical_days_free)

/* One VEVENT, as it is written. Strings live for the call; NULL = not there. */
struct pk_ical_event {
    const char *uid, *summary, *location, *category, *rule;
    struct pk_ical_time start, end, recurrence_id;
    int64_t duration_ms; /* 0 = none */
    int64_t sequence;
    bool cancelled; /* itself, or the file calls all of it off */
    const struct pk_ical_time *skipped; /* EXDATE */
    size_t skipped_count;
};
#define PK_ICAL_SKIPPED_MAX 1000

/* Each VEVENT in the order written; a non-zero return of `each` ends the walk and is returned. PK_E_INVALID or PK_E_LIMIT with a
 * sentence when the file is none, is too large, or a property that matters cannot be read. */
int pk_ical_read(struct pk_slice file, int (*each)(void *ctx, const struct pk_ical_event *event, struct pk_error *err), void *ctx,
                 struct pk_error *err);

#endif
