/* SPDX-License-Identifier: EUPL-1.2 */
/* How an account is told: in /v1/accounts, /v1/status, and as the answer of what changes one. Only gateway/api. */
#ifndef PK_API_ACCOUNTS_H
#define PK_API_ACCOUNTS_H

#include "gateway/api/call.h"
#include "gateway/language/phone.h"
#include "gateway/service/desks.h"
#include "gateway/service/planner.h"

/* The desk a path names; PK_E_NOT_FOUND. */
int pk_account_place(struct pk_call *call, size_t place, struct pk_desk **ret_desk, struct pk_error *err);
/* "accounts":[...] */
void pk_accounts_add(struct pk_json_out *out, struct pk_service *service, int64_t now_ms);
/* Why it takes nothing now, as one word and a sentence ("" when it works). */
const char *pk_account_state(struct pk_desk *desk, bool paused, int64_t now_ms, const char **ret_why);

/* Why one is paused is shown, kept and logged: PK_E_INVALID for words that hold a phone number. */
#define PK_ACCOUNT_REASON_MAX 200u
int pk_account_reason_check(struct pk_slice reason, struct pk_error *err);

/* One message to try it, to an address as people write one. `room` is what the plan points into: not copied, wiped by the caller. */
struct pk_account_test {
    struct pk_staff_plan plan;
    char room[PK_PHONE_MAX];
};
/* PK_E_INVALID when it is no address of its channel. Language {NULL, 0}: Dutch. */
int pk_account_test_plan(struct pk_service *service, const struct pk_desk *desk, struct pk_slice address, struct pk_slice language,
                         struct pk_account_test *ret_test, struct pk_error *err);

#endif
