/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Agreeing at a desk: a word goes to the person's telephone, the person reads it and says it, whoever sits there types it.
 * That is a clear yes: only who holds the telephone knows the word, and saying it is what its text asks for. Kept as
 * evidence with the words of that text. Three wrong words are the end of one, three words a day the end of asking.
 */
#ifndef PK_SERVICE_DESK_WORD_H
#define PK_SERVICE_DESK_WORD_H

#include "gateway/service/consent.h"

#define PK_DESK_WORD_MS (30 * 60 * 1000ll) /* somebody stands there and waits */
#define PK_DESK_WORDS_A_DAY 3 /* to one person */
#define PK_DESK_WORD_MAX 64u /* bytes of what is typed */

struct pk_desk_word_plan {
    int64_t recipient;
    struct pk_slice topic, channel; /* channel empty = "sms" */
    struct pk_slice by; /* who asks; empty = the actor */
};
/* Inside a unit, as the next. PK_E_UNSUPPORTED where the setting is off; PK_E_CONFLICT: they said STOP, agreed already, or the
 * network refuses them; PK_E_LIMIT: as above. */
int pk_desk_word_send(struct pk_service *service, const struct pk_actor *actor, const struct pk_desk_word_plan *plan, int64_t now_ms,
                      int64_t *ret_until_ms, struct pk_error *err);

/* Keep the unit also when this refuses with PK_E_DENIED: a wrong word is counted. */
int pk_desk_word_said(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, struct pk_slice said, struct pk_slice by,
                      int64_t now_ms, struct pk_grant_result *ret_result, struct pk_error *err);

#endif
