/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Events, from what stands in a provider's call: bounded, and passed over (0) where they could be of nobody, because a call
 * that is refused for that would only come again. What emit() returns is returned.
 */
#ifndef PK_KIT_EVENT_H
#define PK_KIT_EVENT_H

#include "gateway/include/pokana/adapter.h"

/* `provider_id` or `reference` names the message, either may be empty; a `code` that is not plain is left out. `moment`
 * as pk_kit_moment() reads it. */
int pk_kit_receipt(struct pk_event_sink *sink, uint32_t state, struct pk_slice provider_id, struct pk_slice reference,
                   struct pk_slice code, struct pk_slice moment);

/* Telephone numbers in any way of writing them; names and short codes are nobody of ours. `event_id` may be empty. */
int pk_kit_reply(struct pk_event_sink *sink, struct pk_slice from, struct pk_slice text, struct pk_slice event_id,
                 struct pk_slice moment);
/* A pressed button, as pk_kit_button_read() (chat.h) read it. */
int pk_kit_choice(struct pk_event_sink *sink, struct pk_slice from, struct pk_slice reference, struct pk_slice choice,
                  struct pk_slice event_id, struct pk_slice moment);
int pk_kit_opt_out(struct pk_event_sink *sink, struct pk_slice number, struct pk_slice event_id);

/* Tells the gateway what left (incoming false) or came about a job that is `recorded`: a line of plain words, codes and counts.
 * Nothing where the gateway does not know how. */
void pk_kit_exchanged(const struct pk_link_ops *ops, struct pk_link *link, uint64_t job_token, bool incoming, const char *line);

#endif
