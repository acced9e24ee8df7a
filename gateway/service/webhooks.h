/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events told by HTTP: for each endpoint of the configuration ([webhook NAME]) a delivery is written beside the outbox, in the
 * unit that decided the event. After the commit those that are due are signed and sent, a few at once for each endpoint, over a
 * client of their own: none of it takes a place from messages to people. What came of a try is written in a unit of its own; a
 * crash before that sends again, with the same id. The decisions are in decisions/webhooks.md.
 */
#ifndef PK_SERVICE_WEBHOOKS_H
#define PK_SERVICE_WEBHOOKS_H

#include "gateway/service/service.h"
#include "gateway/store/webhooks.h"

#define PK_WEBHOOK_CALLS 16u /* at once, to all endpoints together */
#define PK_WEBHOOK_CALLS_EACH 4u
#define PK_WEBHOOK_ANSWER_MAX (16u << 10) /* bytes of an answer that are read; a larger one is no answer */

struct pk_webhooks;

struct pk_webhooks *pk_webhooks_new(struct pk_service *service);
void pk_webhooks_free(struct pk_webhooks *webhooks); /* its client's calls have ended */

/* Inside a unit: an event of ours for this publisher, as it is published. Nothing happens when no endpoint wants it. */
int pk_webhooks_tell(struct pk_webhooks *webhooks, struct pk_slice publisher, const char *type, const char *event_id, struct pk_slice payload,
                     int64_t now_ms, struct pk_error *err);

/* The harvest phase, after that of the client: writes what came of calls that ended. */
void pk_webhooks_settle(struct pk_webhooks *webhooks);
/* The release phase: sends what is due. */
void pk_webhooks_send(struct pk_webhooks *webhooks);
/* What is due is looked for again: new rules, a row that changed. */
void pk_webhooks_look(struct pk_webhooks *webhooks);
unsigned pk_webhooks_flying(const struct pk_webhooks *webhooks); /* calls not ended, or not yet written down */

/* The endpoint of this name in the rules; NULL = there is none. */
const struct pk_webhook_rule *pk_rules_webhook(const struct pk_rules *rules, struct pk_slice name);

/* ---- for people: webhooks_acts.c. Inside a unit where something changes ---- */

struct pk_webhook_view {
    const struct pk_webhook_rule *rule;
    struct pk_webhook_place place;
    int64_t waiting, next_ms; /* next_ms: when the next try is due; 0 = none waits */
};
int pk_webhooks_show(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_webhook_view *view), void *ctx,
                     struct pk_error *err);
/* May they look at deliveries, and is there such an endpoint (`name` empty: of all)? */
int pk_webhooks_may_look(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_error *err);
/* Sends one again that ended, or one that waits now; always with the id it had. */
int pk_webhooks_resend(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_error *err);
/* An event that says nothing but that it is a test, to this endpoint alone. */
int pk_webhooks_test(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, int64_t *ret_id,
                     struct pk_error *err);
/* One that was turned off is sent to again: *ret_waiting deliveries. */
int pk_webhooks_resume(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, int64_t *ret_waiting,
                       struct pk_error *err);

#endif
