/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Standing approvals: two people say beforehand that a publisher may tell people of something urgent. One asks, another approves
 * exactly what was shown: publisher, type, topic, whom it may address, how many people, until when, and every text in every
 * language. When any of it is another later, the approval covers nothing, as if it had been revoked. Why it is done so:
 * decisions/standing-approvals.md. Calls that change run inside a unit and keep who did what.
 */
#ifndef PK_SERVICE_APPROVALS_H
#define PK_SERVICE_APPROVALS_H

#include "gateway/service/rights.h"
#include "gateway/store/approvals.h"

#define PK_APPROVAL_LONGEST_MS (366 * 24 * 3600 * 1000ll)
#define PK_APPROVAL_DIGEST_TEXT 33 /* 32 hexadecimal digits */

/* What somebody asks for. Slices are borrowed for the call. */
struct pk_approval_plan {
    struct pk_slice type; /* "infopoint.closed-today" */
    struct pk_slice publisher, topic;
    int64_t people_max, until_ms;
};
/* PK_E_INVALID and PK_E_NOT_FOUND name the field. */
int pk_approvals_ask(struct pk_service *service, const struct pk_actor *actor, const struct pk_approval_plan *plan, int64_t now_ms,
                     int64_t *ret_id, struct pk_error *err);
/* `digest`: of what whoever approves was shown. PK_E_DENIED for whoever asked, PK_E_CONFLICT when it is something else by now. */
int pk_approvals_approve(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_slice digest, int64_t now_ms,
                         struct pk_error *err);
int pk_approvals_revoke(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_error *err);

/* One as somebody sees it. */
struct pk_approval_view {
    const struct pk_approval *approval;
    const char *state; /* "asked", "approved", "revoked", "ended", "outdated": texts or audience are others than those approved */
    char digest[PK_APPROVAL_DIGEST_TEXT]; /* as it is now */
};
/* Newest first. A non-zero return of `each` ends it and is returned. */
int pk_approvals_show(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                      int (*each)(void *ctx, const struct pk_approval_view *view), void *ctx, struct pk_error *err);

/* Does one cover this? 0 with it, or PK_E_NOT_FOUND with one sentence why not. `people` below 0: nobody who could be counted. */
int pk_approvals_cover(struct pk_service *service, const char *type, const char *publisher, const char *topic, int64_t people, int64_t now_ms,
                       struct pk_approval *ret_approval, struct pk_error *err);

/* Which types need one: what they say leaves at once, and nobody looks at it before. */
bool pk_approval_is_for(const char *type);

#endif
