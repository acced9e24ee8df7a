/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For a data breach: which people, by their ids alone, what is kept of each, and since when. Whoever asks is in the audit.
 */
#ifndef PK_SERVICE_BREACH_H
#define PK_SERVICE_BREACH_H

#include "gateway/base/json.h"
#include "gateway/service/rights.h"
#include "gateway/store/fields.h"

#define PK_BREACH_PAGE 500u

/* Asks the right and keeps that somebody asked. In a unit, before the first page. */
int pk_breach_open(struct pk_service *service, const struct pk_actor *actor, int64_t since_ms, int64_t now_ms, struct pk_error *err);
/* Writes {"people": [...], "next": ID or null}. Reads only: any thread's store. */
int pk_breach_page(struct pk_store *store, int64_t since_ms, int64_t after, size_t max, struct pk_json_out *out, struct pk_error *err);

#endif
