/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a person wrote, and what follows: STOP, START, yes or no to the open question, help, or a polite "we do not
 * understand". Inside a unit; answers are queued by the planner.
 */
#ifndef PK_SERVICE_CONVERSATION_H
#define PK_SERVICE_CONVERSATION_H

#include "gateway/service/desks.h"

struct pk_said {
    struct pk_desk *desk; /* it came on this account */
    struct pk_slice from; /* the address as the provider gave it */
    struct pk_slice text; /* UTF-8 */
    struct pk_slice choice; /* id of the choice pressed (texts.h, PK_CHOICE_YES); usually empty */
    struct pk_slice our_reference; /* the attempt it stood under, where the network tells; may be empty */
    struct pk_slice token; /* they opened the chat by a link with this in it; usually empty */
    struct pk_slice event_id; /* the provider's; may be empty */
    bool opted_out; /* the provider says so itself: of a number as STOP, without a confirmation; else the end of this channel */
};
/* What a STOP does to a person, said at their own page: nothing is sent. 0 also when it was said before. Inside a unit. */
int pk_conversation_stop(struct pk_service *service, int64_t recipient, int64_t now_ms, struct pk_error *err);

int pk_conversation_take(struct pk_service *service, const struct pk_said *said, int64_t now_ms, struct pk_error *err);

#endif
