/* SPDX-License-Identifier: EUPL-1.2 */
/* What the pages of campaigns share: the date one is about, who must act next, what was wrong. Only gateway/console. */
#ifndef PK_CONSOLE_OFFICE_CAMPAIGN_H
#define PK_CONSOLE_OFFICE_CAMPAIGN_H

#include "gateway/console/office.h"
#include "gateway/service/events.h"

#define PK_DATE_PLACE_MAX 32 /* "0a1b2c3d4e5f6.2026-12-01", the date of an event in a path */

/* "ID", or "ID.DAY" of an event that comes back. PK_E_NOT_FOUND. */
int pk_office_date_parse(struct pk_slice text, int64_t *ret_event, int32_t *ret_day, struct pk_error *err);
const char *pk_office_date_text(int64_t event, int32_t day, char ret_text[PK_DATE_PLACE_MAX]);
/* Adds `about` (a date's path), `title`, `place`, `when`, `ends`, `off`, as it is now; all empty without an event. */
int pk_office_add_date(struct pk_visit *visit, int64_t event, int32_t day, struct pk_error *err);

/* Adds whose turn it is as one of `yours`, `theirs`, `nobodys`, with the phrase `turn`. */
void pk_office_add_turn(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_campaign *campaign, struct pk_slice topic);
/* Adds `wrong`, and under `wrongDetail` and `wrongHint` what the service says; the phrase `wrongWhat` names the part of the page. */
void pk_office_add_wrong(struct pk_visit *visit, const struct pk_error *wrong);
/* A field of the form, trimmed; "" when it is not there or too long. */
void pk_office_field(struct pk_visit *visit, const char *name, char *to, size_t size);

#endif
