/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The frame of the pages at a desk, /office: for adviser, approver and operator, in Dutch, Bulgarian and English. It has the
 * sections a user may open and says which one is open. Only gateway/console.
 */
#ifndef PK_CONSOLE_OFFICE_H
#define PK_CONSOLE_OFFICE_H

#include "gateway/console/staff.h"
#include "gateway/model/campaign.h"
#include "gateway/model/rights.h"

#define PK_OFFICE_PATH "/office"

/* Does somebody of this role work at a desk? The others have pages made for a phone, /staff. */
bool pk_office_has(enum pk_role role);
/* Signed in, of the office, and may do this; false: answered with the way in, with /staff, or with what is missing. */
bool pk_office_opened(struct pk_visit *visit, enum pk_action action, struct pk_staff *ret_staff);
/* The same in a later turn, of a visit that stayed: whoever asked may be signed out by then. What was added is forgotten. */
bool pk_office_reopened(struct pk_visit *visit, enum pk_action action, struct pk_staff *ret_staff);
/* Shows a page of a section ("campaigns", a row of the table in office.c) as pk_staff_show() does. The page begins with
 * {{> office-top}} and ends with {{> office-bottom}}. */
void pk_office_show(struct pk_visit *visit, const struct pk_staff *staff, unsigned status, const char *section, const char *page);

/* Adds what a campaign's text is to people: "uitnodiging"; its name where that is not known. */
void pk_office_add_step(struct pk_visit *visit, const char *name, const char *template_name);
/* Adds a state of a campaign: `state`, in a word, and its badge's colour as stateSuccess, stateWarning, stateDanger. */
void pk_office_add_campaign_state(struct pk_visit *visit, enum pk_campaign_state state);
/* Answers with a file to keep: "report-autumn.csv". Its name is made of letters, digits, '.' and '-'. */
void pk_office_file(struct pk_visit *visit, const char *type, const char *name, struct pk_buf *file);

#endif
