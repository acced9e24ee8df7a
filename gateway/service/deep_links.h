/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Links by which somebody opens a chat with us, and what such a link stands for.
 *
 *     bound     a one-time code, made for a person we know by another channel: whoever opens the chat with it first is that
 *               person there. Ends after PK_LINK_MS, with a STOP, or when a new one is made.
 *     unbound   a topic's name, with or without a language behind it, as it stands on a poster: "festival", "festival_nl".
 *               Anybody's, any number of times; the same as START and the topic's word.
 *
 * What opening one does is conversation_links.c; why so and not otherwise: decisions/deep-links.md.
 */
#ifndef PK_SERVICE_DEEP_LINKS_H
#define PK_SERVICE_DEEP_LINKS_H

#include "gateway/service/service.h"
#include "gateway/store/deep_links.h"

#define PK_LINK_MS (7 * 24 * 3600 * 1000ll) /* how long a bound one can be opened */
#define PK_LINK_URL_MAX 256u /* with the NUL */

/* An address with "{code}" in it once, and nothing that could end it. */
bool pk_chat_link_is_good(const char *chat_link);

struct pk_link_plan {
    int64_t recipient;
    struct pk_slice channel;
    struct pk_slice topics[PK_LINK_TOPICS_MAX / 16]; /* none: all they have agreed to on any channel, or were asked about */
    size_t topic_count;
};
struct pk_link_made {
    int64_t id;
    const char *account; /* by which its chat is; borrowed from the rules */
    char url[PK_LINK_URL_MAX]; /* holds the code: shown once, and never kept or logged */
    char topics[PK_LINK_TOPICS_MAX];
    int64_t until_ms;
};
/* Inside a unit. PK_E_NOT_FOUND: nobody has this id; PK_E_CONFIG: no account of the channel has a chat_link; PK_E_INVALID: no
 * such topic, or none to take; PK_E_CONFLICT: they said STOP. */
int pk_link_make(struct pk_service *service, const struct pk_actor *actor, const struct pk_link_plan *plan, int64_t now_ms,
                 struct pk_link_made *ret_made, struct pk_error *err);
/* May this actor see a person's links (pk_deep_links_of())? The look is kept. PK_E_NOT_FOUND. */
int pk_link_look(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, int64_t now_ms, struct pk_error *err);

/* The unbound one of a topic, for a poster: no secret. `language` empty: that of the gateway. PK_E_INVALID, PK_E_CONFIG. */
int pk_link_poster(const struct pk_service *service, struct pk_slice channel, struct pk_slice topic, struct pk_slice language,
                   char ret_url[PK_LINK_URL_MAX], struct pk_error *err);
/* What an unbound one carries, taken apart: false when there is no such topic, or no such language. Borrowed. */
bool pk_link_read_poster(const struct pk_service *service, struct pk_slice token, const struct pk_topic_rule **ret_topic,
                         struct pk_slice *ret_language);

#endif
