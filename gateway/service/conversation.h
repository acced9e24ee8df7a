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
    struct pk_slice event_id; /* the provider's; may be empty */
    bool opted_out; /* the provider says so itself: as STOP, without a confirmation */
};
int pk_conversation_take(struct pk_service *service, const struct pk_said *said, int64_t now_ms, struct pk_error *err);

#endif
