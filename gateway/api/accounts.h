/* SPDX-License-Identifier: EUPL-1.2 */
/* How an account is told: in /v1/accounts, /v1/status, and as the answer of what changes one. Only gateway/api. */
#ifndef PK_API_ACCOUNTS_H
#define PK_API_ACCOUNTS_H

#include "gateway/api/call.h"
#include "gateway/service/desks.h"

/* The desk a path names; PK_E_NOT_FOUND. */
int pk_account_place(struct pk_call *call, size_t place, struct pk_desk **ret_desk, struct pk_error *err);
/* "accounts":[...] */
void pk_accounts_add(struct pk_json_out *out, struct pk_service *service, int64_t now_ms);
/* Why it takes nothing now, as one word and a sentence ("" when it works). */
const char *pk_account_state(struct pk_desk *desk, bool paused, int64_t now_ms, const char **ret_why);

#endif
