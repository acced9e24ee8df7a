/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers of people and of money on pages at a desk, and what groups are called: the same on reports and indicators. Only
 * gateway/console. */
#ifndef PK_CONSOLE_OFFICE_NUMBERS_H
#define PK_CONSOLE_OFFICE_NUMBERS_H

#include "gateway/console/office.h"

/* Adds `name`, "2026-11-25 20:47" by the wall clock of the rules; 0 = none: it is empty. For what may be years ago. */
void pk_office_add_moment(struct pk_visit *visit, const char *name, int64_t ms);
/* Adds `value`, and `hidden` where it is none; `elsewhere`: something else is shown in its place. */
void pk_office_add_number(struct pk_visit *visit, const struct pk_json *number, bool elsewhere);
/* Adds `group`, as people call it: languages and channels by their names, what has none as it is; and `groupTag`, the language of
 * that name, empty for the page's. */
void pk_office_add_group(struct pk_visit *visit, struct pk_slice by, const char *parent, const char *label);
/* Appends {"currency","tenThousandths"} as "EUR 12,34"; after another, with a plus before it. */
void pk_office_money(struct pk_visit *visit, const struct pk_json *cost, bool more, struct pk_buf *out);
/* The same of an amount of a currency. */
void pk_office_amount(struct pk_visit *visit, int64_t ten_thousandths, struct pk_slice currency, struct pk_buf *out);
/* Answers with a JSON document as it is, or as `csv` writes it. */
void pk_office_give(struct pk_visit *visit, const char *name, void (*csv)(const struct pk_json *document, struct pk_buf *out), struct pk_buf *json);

#endif
