/* SPDX-License-Identifier: EUPL-1.2 */
/* Verbs of `pokana campaigns` and `pokana events` that tell what became of it. */
#ifndef PK_APP_CMD_REPORT_H
#define PK_APP_CMD_REPORT_H

#include "gateway/app/command.h"
#include "gateway/base/json.h"

int pk_report_verb_campaign(const struct pk_invocation *invocation); /* campaigns report NAME */
int pk_report_verb_date(const struct pk_invocation *invocation); /* events report ID */
void pk_report_print(const struct pk_json *report, const char *by); /* for people; by NULL = its total and its steps */
int pk_report_verb_came(const struct pk_invocation *invocation); /* events came ID N */

#endif
