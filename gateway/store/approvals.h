/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Standing approvals: a publisher may do something urgent about a topic without being asked each time, because two people said so
 * beforehand. One that ended, or was revoked, stays readable as long as the audit does. Writes run in a unit.
 */
#ifndef PK_STORE_APPROVALS_H
#define PK_STORE_APPROVALS_H

#include "gateway/store/store.h"

#define PK_APPROVAL_NAME_MAX 64
#define PK_APPROVALS_MAX 200 /* that have not ended */

struct pk_approval {
    int64_t id; /* made by add */
    char type[PK_APPROVAL_NAME_MAX + 1]; /* "infopoint.closed-today" */
    char publisher[PK_APPROVAL_NAME_MAX + 1], topic[PK_APPROVAL_NAME_MAX + 1];
    int64_t people_max; /* of one trigger */
    int64_t until_ms;
    uint8_t digest[32]; /* of what was approved; zeros = nothing was yet */
    char asked_by[PK_APPROVAL_NAME_MAX + 1], approved_by[PK_APPROVAL_NAME_MAX + 1], revoked_by[PK_APPROVAL_NAME_MAX + 1];
    int64_t asked_ms, approved_ms, revoked_ms; /* 0 = it was not */
};

/* PK_E_LIMIT when there are PK_APPROVALS_MAX that have not ended at approval->asked_ms. */
int pk_approval_add(struct pk_store *store, struct pk_approval *approval, struct pk_error *err);
int pk_approval_get(struct pk_store *store, int64_t id, struct pk_approval *ret_approval, struct pk_error *err); /* PK_E_NOT_FOUND */
int pk_approval_put(struct pk_store *store, const struct pk_approval *approval, struct pk_error *err); /* digest, approved, revoked */
/* Those of a publisher and a type that somebody approved, nobody revoked, and that have not ended, newest first. `publisher` NULL:
 * all there are, whatever became of them. A non-zero return of `each` ends the walk and is returned. */
int pk_approvals_each(struct pk_store *store, const char *publisher, const char *type, int64_t now_ms,
                      int (*each)(void *ctx, const struct pk_approval *approval), void *ctx, struct pk_error *err);
/* Retention: those that ended, or were revoked, 18 months ago. */
int pk_approvals_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif
