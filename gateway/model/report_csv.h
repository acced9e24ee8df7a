/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reports and indicators as comma-separated values for spreadsheets: a line for each number or group, lines ended by CRLF, "hidden"
 * where the gateway tells no number. From the JSON that is told everywhere, so a file says what a page and a terminal say. Pure.
 */
#ifndef PK_MODEL_REPORT_CSV_H
#define PK_MODEL_REPORT_CSV_H

#include "gateway/base/json.h"

#define PK_REPORT_HIDDEN "hidden"

void pk_report_csv(const struct pk_json *report, struct pk_buf *out); /* of a campaign or of one date */
void pk_indicators_csv(const struct pk_json *month, struct pk_buf *out);

/* "12.5000 EUR", several with a plus between them; a currency nobody named is left out. */
void pk_report_cost_text(const struct pk_json *costs, struct pk_buf *out);

/* ---- one number of a month ---- */

struct pk_indicator_line {
    const struct pk_json *indicator, *numbers; /* numbers: the indicator's own, or a group's */
    bool group;
};
/* In the order they are told; money by its currencies alone. */
void pk_indicators_each_line(const struct pk_json *month, void (*each)(void *ctx, const struct pk_indicator_line *line), void *ctx);
void pk_indicator_value_text(const struct pk_indicator_line *line, char ret_text[48]); /* "42", "12.5000", "hidden" */
void pk_indicator_share_text(const struct pk_indicator_line *line, char ret_text[48]); /* "12.5%"; "" when there is none */
void pk_indicator_estimate_text(const struct pk_indicator_line *line, char ret_text[48]); /* "" when there is none */

#endif
