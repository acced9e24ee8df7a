/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing up at the public page. Anybody can type anybody's number there: so a form only asks, the question goes to the
 * number itself, once, and a clear yes decides. Taking a form in does the same for every number, known, unknown or stopped:
 * who is asked is decided a moment later, from the queue, by the rules of an imported row. Somebody who said no is not asked.
 */
#ifndef PK_SERVICE_JOINING_H
#define PK_SERVICE_JOINING_H

#include "gateway/service/service.h"
#include "gateway/store/joins.h"

#define PK_JOINING_TOPICS_MAX 16u
#define PK_JOINING_FORM_MS (2 * 3600 * 1000ll) /* how long a form that was shown can be sent */

/* A form's own token: not kept, and good for one form. */
void pk_joining_form(struct pk_service *service, int64_t now_ms, uint8_t ret_token[PK_JOIN_TOKEN_BYTES]);

struct pk_joining_plan {
    uint8_t token[PK_JOIN_TOKEN_BYTES];
    struct pk_slice number; /* as people write it */
    struct pk_slice topics[PK_JOINING_TOPICS_MAX];
    size_t topic_count;
    struct pk_slice tag; /* language and script: "bg-Latn" */
};
/* What keeps it from being taken, for the page to say beside the field. */
struct pk_joining_wrong {
    bool number, topics, language;
    bool form; /* the token is none of ours, or too old */
};

/* Inside a unit. 0 also when this form came before. PK_E_INVALID: *ret_wrong says what; PK_E_LIMIT: very many came within
 * the hour, PK_E_BUSY: very many are waiting, PK_E_CONFIG: nobody could be asked. Nothing of it depends on whose number it is. */
int pk_joining_take(struct pk_service *service, const struct pk_joining_plan *plan, int64_t now_ms, struct pk_joining_wrong *ret_wrong,
                    struct pk_error *err);
/* Looks at what came, at most `max`, each in its own unit. True when there is more. */
bool pk_joining_step(struct pk_service *service, size_t max);

#endif
