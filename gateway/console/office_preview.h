/* SPDX-License-Identifier: EUPL-1.2 */
/* What service/campaigns_preview.h and service/audience.h tell as JSON, in the reader's words: numbers, prices, moments. Only
 * gateway/console. */
#ifndef PK_CONSOLE_OFFICE_PREVIEW_H
#define PK_CONSOLE_OFFICE_PREVIEW_H

#include "gateway/console/visit.h"

/* Adds `counted` of an audience: `told`, `meant`, each with ...Few where it may not be told; `leftOut`. Of a preview's JSON or of an
 * audience's. */
void pk_preview_add_count(struct pk_visit *visit, const struct pk_json *told);
/* Adds `said`: of each step its text in every language and script. */
void pk_preview_add_texts(struct pk_visit *visit, const struct pk_json *preview);
/* Adds `contract`: whom it reaches, what it costs, when each step begins and ends, what to mind. */
void pk_preview_add_contract(struct pk_visit *visit, const struct pk_json *preview);

#endif
