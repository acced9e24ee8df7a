/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For a data breach: which people, by their ids alone, what is kept of each, and since when; and that they are told so.
 * Whoever asks or orders is in the audit.
 */
#ifndef PK_SERVICE_BREACH_H
#define PK_SERVICE_BREACH_H

#include "gateway/base/json.h"
#include "gateway/service/rights.h"
#include "gateway/store/touched.h"

#define PK_BREACH_PAGE 500u

/* Asks the right and keeps that somebody asked. In a unit, before the first page. */
int pk_breach_open(struct pk_service *service, const struct pk_actor *actor, int64_t since_ms, int64_t now_ms, struct pk_error *err);
/* Writes {"people": [...], "next": ID or null}. Reads only: any thread's store. */
int pk_breach_page(struct pk_store *store, int64_t since_ms, int64_t after, size_t max, struct pk_json_out *out, struct pk_error *err);

/* What people are told: a page that says what happened, and from when on it touches them. */
struct pk_breach_notice {
    int64_t since_ms; /* as it was listed with; 0 = everybody */
    struct pk_slice link; /* https, as short as the text says */
    struct pk_slice second_person; /* a user who may order it as well, and did not */
};
/* Orders one message to each of them who did not say STOP, without asking for consent: the law does (decisions/breach.md).
 * Inside a unit; *ret_trigger tells how far it is. PK_E_CONFLICT when the same was ordered before: nobody is told twice. */
int pk_breach_notify(struct pk_service *service, const struct pk_actor *actor, const struct pk_breach_notice *notice, int64_t now_ms,
                     int64_t *ret_trigger, struct pk_error *err);

#endif
