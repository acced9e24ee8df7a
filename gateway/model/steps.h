/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * When a campaign says something, and to whom of its audience. A step hangs on the occurrence ("7 days before at 18:00",
 * "2 hours before", "1 day after at 10:00"), on what happens to it ("on change", "on cancel"), or on no event at all ("at
 * 2026-10-01T16:00:00Z"). Days are counted on the wall clock of the occurrence, hours in real time. Pure.
 */
#ifndef PK_MODEL_STEPS_H
#define PK_MODEL_STEPS_H

#include "gateway/base/buf.h"
#include "gateway/language/wall.h"

#define PK_STEP_TEXT_MAX 64
#define PK_STEP_EARLY_MS (15ll * 60 * 1000) /* a step's messages are made so long before they are due, not earlier */

enum pk_step_when { PK_STEP_AT = 1, PK_STEP_BEFORE, PK_STEP_DAYS_BEFORE, PK_STEP_DAYS_AFTER, PK_STEP_ON_CHANGE, PK_STEP_ON_CANCEL, PK_STEP_WHENS };

/* YES and SILENT: of those who were told. A change and a cancellation are for everybody who was told, whatever they answered. */
enum pk_step_whom { PK_STEP_TO_ALL = 0, PK_STEP_TO_YES, PK_STEP_TO_SILENT, PK_STEP_WHOMS };

struct pk_step_rule {
    uint32_t when; /* enum pk_step_when */
    uint32_t whom; /* enum pk_step_whom */
    int64_t at_ms;   /* AT */
    int32_t count;   /* minutes BEFORE; days otherwise */
    int32_t minute;  /* of the day, of DAYS_… */
};

/* "7 days before at 18:00 to silent". PK_E_INVALID with a sentence and what may be written. */
int pk_step_parse(struct pk_slice text, struct pk_step_rule *ret_step, struct pk_error *err);
/* In its one form, which pk_step_parse() reads as the same step. */
const char *pk_step_text(const struct pk_step_rule *step, char ret_text[PK_STEP_TEXT_MAX]);
bool pk_step_waits_for_news(const struct pk_step_rule *step); /* on change, on cancel: due when that happens */
bool pk_step_needs_date(const struct pk_step_rule *step);     /* there must be an occurrence */

/* When it is due for an occurrence that begins then. Not of a step that waits for news. */
int64_t pk_step_due_ms(const struct pk_step_rule *step, int64_t starts_ms, struct pk_wall *wall);
/* Until when it may be sent: an invitation and a reminder until the occurrence begins, anything else a day. */
int64_t pk_step_until_ms(const struct pk_step_rule *step, int64_t due_ms, int64_t starts_ms);

#endif
