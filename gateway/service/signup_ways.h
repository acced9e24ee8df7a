/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How somebody who stands beside a user can be signed up: by writing first themself, which proves it is their telephone, or by
 * a form (signup.h). Offered is what works now and is the user's: topics, schools and areas of their lists, channels whose
 * account takes work. Changes nothing.
 */
#ifndef PK_SERVICE_SIGNUP_WAYS_H
#define PK_SERVICE_SIGNUP_WAYS_H

#include "gateway/base/json.h"
#include "gateway/service/deep_links.h"
#include "gateway/service/rights.h"

/* What a form had when it was sent, to be shown again: words with blanks between; all empty at first. Nothing is ticked by us. */
struct pk_signup_filled {
    struct pk_slice channel, topics, tags;
};
/* Adds to `out`, for a page of `language` ("bg-Latn"):
 *
 *     topics     topic, name, purpose, ticked
 *     channels   channel, label, chosen         known by a number; where there is one, it is chosen
 *     several    there are several channels
 *     groups     group, name, one, items (tag, name, chosen)
 *
 * PK_E_CONFIG when nobody can be asked on any channel. */
int pk_signup_offer(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, const struct pk_signup_filled *filled,
                    int64_t now_ms, struct pk_json_out *out, struct pk_error *err);

/* Links with which they write first, of each channel that has one and works now: START and `code`, which is a topic, with or
 * without a language ("festival", "festival_bg-Latn"). PK_E_NOT_FOUND for a code that is none, PK_E_DENIED of a topic that is not
 * the actor's. A non-zero return of `each` ends it and is returned. */
struct pk_signup_way {
    const char *channel, *label;
    char url[PK_LINK_URL_MAX];
};
int pk_signup_ways(struct pk_service *service, const struct pk_actor *actor, struct pk_slice code, int64_t now_ms,
                   int (*each)(void *ctx, const struct pk_signup_way *way), void *ctx, struct pk_error *err);

#endif
