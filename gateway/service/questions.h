/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One question at a time. "ДА" says yes to one thing: so a question whether we may write and one whether somebody comes are
 * never open together at one address. The dispatcher asks here before it opens an attempt; the conversation says when a
 * question was answered, and what waited for that goes on. Why so and not otherwise: decisions/one-question.md.
 */
#ifndef PK_SERVICE_QUESTIONS_H
#define PK_SERVICE_QUESTIONS_H

#include "gateway/service/service.h"
#include "gateway/store/messages.h"

/* What a notice asks, and about what. */
struct pk_asked {
    int64_t notice, trigger;
    int64_t occurrence, version; /* whether they come to a date of an event, as it was told (store/occurrences.h); 0 = it names none */
    uint32_t topic;
    enum pk_text_reply asks;
    enum pk_text_step step;
    int64_t begins_ms; /* of the event; 0 = it names none */
};
/* PK_E_NOT_FOUND when the notice is gone; a text that is gone asks nothing. */
int pk_asked_read(struct pk_service *service, int64_t notice, struct pk_asked *ret_asked, struct pk_error *err);
/* Has the event begun, or was it called off? Or is the date another by now than the one that was told? */
bool pk_asked_over(struct pk_service *service, const struct pk_asked *asked, int64_t now_ms);

#define PK_CONSENT_ALONE_MS (24 * 3600 * 1000ll) /* at most so long an invitation waits for the answer to a consent question */

/* Until when this message waits for another question; 0 = it need not. `memo` keeps what was read for the next message of
 * the same notice: {0} at first, for one batch. */
int64_t pk_question_waits(struct pk_service *service, const struct pk_message *message, struct pk_asked *memo, int64_t now_ms);
/* Puts it off so. */
int pk_question_put_off(struct pk_service *service, const struct pk_message *message, int64_t until_ms, int64_t now_ms, struct pk_error *err);
/* The question at this address was answered: what waited for it is due. */
int pk_question_answered(struct pk_service *service, int64_t address, int64_t now_ms, struct pk_error *err);

#endif
