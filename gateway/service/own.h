/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What somebody sees and changes at their own page, signed in by a code to their own address (passes.h). The actor is the
 * person; each call asks the table of rights whether the data is theirs. Inside a unit.
 */
#ifndef PK_SERVICE_OWN_H
#define PK_SERVICE_OWN_H

#include "gateway/base/json.h"
#include "gateway/service/service.h"
#include "gateway/store/recipients.h"

/* Adds to `out`: stopped, circle (they are in one, or were asked for it), addresses (masked), topics (topic, name, purpose, granted, invited, none, until). `language` is
 * that of the page, *ret_own that of the person's messages: "bg-Latn". */
int pk_own_show(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, int64_t now_ms, struct pk_json_out *out,
                char ret_own[2 * PK_LANGUAGE_MAX], struct pk_error *err);
/* "bg", "bg-Latn", "nl": a language of the catalog, with a script of it. PK_E_INVALID for another. */
int pk_own_language(struct pk_service *service, const struct pk_actor *actor, struct pk_slice tag, int64_t now_ms, struct pk_error *err);
/* A yes is the person's own and counts at once, on every channel they have an address of; a no ends it. PK_E_INVALID for a
 * topic there is not, PK_E_CONFLICT for a yes of somebody who said STOP. */
int pk_own_topic(struct pk_service *service, const struct pk_actor *actor, struct pk_slice topic, bool yes, int64_t now_ms,
                 struct pk_error *err);
/* As the word STOP, without a message: the page says it. Ends the person's sessions. */
int pk_own_stop(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err);

#endif
