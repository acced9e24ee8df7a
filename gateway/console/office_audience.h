/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whom a campaign is for, as boxes to tick: tags of the configuration's choices, languages, circles, and who is left out; several of
 * one kind are "or", kinds are "and". What no boxes can say is written as a line (model/audience.h). Only gateway/console.
 */
#ifndef PK_CONSOLE_OFFICE_AUDIENCE_H
#define PK_CONSOLE_OFFICE_AUDIENCE_H

#include "gateway/console/staff.h"
#include "gateway/model/audience.h"

/* What is ticked: names with blanks between. */
struct pk_ticks {
    struct pk_buf tags, without, languages, circles;
    struct pk_buf line; /* not empty: this, and no box counts */
};

void pk_ticks_init(struct pk_ticks *ticks);
void pk_ticks_finish(struct pk_ticks *ticks);
/* Of the form that came: fields tag, without, language, circle, and line. */
int pk_ticks_read(struct pk_visit *visit, struct pk_ticks *ticks, struct pk_error *err);
/* The boxes that say the same as a line, or the line itself where none do. */
void pk_ticks_of(const struct pk_rules *rules, struct pk_slice line, struct pk_ticks *ticks);
/* The line they stand for, appended; nothing = everybody. */
void pk_ticks_line(const struct pk_rules *rules, const struct pk_ticks *ticks, struct pk_buf *out);
/* Adds `choices`, `spoken`, `circles` and `line`; each box has `ticked`, and a tag `excluded`. */
int pk_ticks_add(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_ticks *ticks, struct pk_error *err);
/* Adds `meantAs`: the same as words, for who reads it; `line` where there is one. */
void pk_ticks_add_words(struct pk_visit *visit, const struct pk_ticks *ticks);

#endif
