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

/* Adds to `out`, of the page's `language` ("bg-Latn"), and in *ret_own says that of the person's messages:
 *
 *     stopped                                              they said STOP
 *     circle                                               they are in one, or were asked for it
 *     addresses  channel, label, masked, blocked, on, off  on: can be stopped; off: was stopped, can be taken up again
 *     replace, add   what, label, masked                   addresses that can be changed, channels that can be added (moves.h)
 *     movable                                              there are any of these
 *     topics     topic, name, purpose, granted, invited, none, until
 *     groups     group, name, one, items (tag, name, chosen)   schools or areas they choose from */
int pk_own_show(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, int64_t now_ms, struct pk_json_out *out,
                char ret_own[2 * PK_LANGUAGE_MAX], struct pk_error *err);
/* What people call a channel: "WhatsApp"; its name where it has no other. Borrowed. */
const char *pk_channel_label(const char *channel);
/* "bg", "bg-Latn", "nl": a language of the catalog, with a script of it. PK_E_INVALID for another. */
int pk_own_language(struct pk_service *service, const struct pk_actor *actor, struct pk_slice tag, int64_t now_ms, struct pk_error *err);
/* A yes is the person's own and counts at once, on every channel of theirs they did not stop; a no ends it. PK_E_INVALID for a
 * topic there is not, PK_E_CONFLICT for a yes of somebody who said STOP. */
int pk_own_topic(struct pk_service *service, const struct pk_actor *actor, struct pk_slice topic, bool yes, int64_t now_ms,
                 struct pk_error *err);
/* One channel, by its name: stopped, it takes no topic's messages; taken up again, those of the topics that others take, or,
 * where none does, those it took. PK_E_INVALID for one they have no address on, PK_E_CONFLICT to take it up after a STOP. */
int pk_own_channel(struct pk_service *service, const struct pk_actor *actor, struct pk_slice channel, bool on, int64_t now_ms,
                   struct pk_error *err);
/* Of one group of choices (rules.h) these and no others. Tags that are no choice stay as they are. PK_E_INVALID for a group or
 * tag there is not, or several where there can be one. */
int pk_own_choose(struct pk_service *service, const struct pk_actor *actor, struct pk_slice group, const struct pk_slice *tags, size_t count,
                  int64_t now_ms, struct pk_error *err);
/* As the word STOP, without a message: the page says it. Ends the person's sessions. */
int pk_own_stop(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err);
/* Everything kept about them, as person.h says. */
int pk_own_export(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_buf *out, struct pk_error *err);
/* Erased, sessions and all, and told so by a last message. never_again: nobody can sign the addresses up again. */
int pk_own_erase(struct pk_service *service, const struct pk_actor *actor, bool never_again, int64_t now_ms, struct pk_error *err);

#endif
