/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/rights.h"

#include "gateway/service/trail.h"

/* Whatever is named must be within the actor's lists. */
static bool is_within(const struct pk_actor_scope *scope, const struct pk_about *about)
{
    if (!scope || !about)
        return true;
    return (about->topic.len == 0 || pk_words_allow(&scope->topics, about->topic)) &&
           (about->template_name.len == 0 || pk_words_allow(&scope->templates, about->template_name)) &&
           (about->tag.len == 0 || pk_words_allow(&scope->tags, about->tag));
}

/* A claim to it: what somebody owns, who somebody is, or what a service was given. */
static bool is_own(const struct pk_actor *actor, const struct pk_about *about)
{
    if (!about)
        return false;
    switch (actor->role) {
    case PK_ROLE_PERSON:
        return about->recipient != 0 && about->recipient == actor->recipient;
    case PK_ROLE_PUBLISHER:
        return actor->scope && (about->owner.len == 0 || pk_slice_is(about->owner, actor->name)) &&
               about->owner.len + about->topic.len + about->template_name.len + about->tag.len > 0;
    default:
        return about->owner.len > 0 && pk_slice_is(about->owner, actor->name);
    }
}

int pk_may(const struct pk_actor *actor, enum pk_action action, const struct pk_about *about, struct pk_error *err)
{
    enum pk_right right = pk_right_of(action, actor->role);
    if (right == PK_RIGHT_NO) {
        (void) pk_fail(err, PK_E_DENIED, "the role %s may not do this: %s", pk_role_name(actor->role), pk_action_name(action));
        return pk_hint(err, PK_E_DENIED, "pokana privacy roles shows who may; name yourself with --by NAME if you are one of them.");
    }
    if (actor->actions && !pk_actions_have(actor->actions, action)) {
        (void) pk_fail(err, PK_E_DENIED, "this token is not for this: %s", pk_action_name(action));
        return pk_hint(err, PK_E_DENIED, "Ask for a token with this scope.");
    }
    if ((right == PK_RIGHT_OWN && !is_own(actor, about)) || !is_within(actor->scope, about)) {
        (void) pk_fail(err, PK_E_DENIED, "the role %s may do this to its own only: %s", pk_role_name(actor->role), pk_action_name(action));
        return pk_hint(err, PK_E_DENIED, "Ask somebody whose it is, or an adviser.");
    }
    return 0;
}

int pk_allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const struct pk_about *about,
             const char *object, struct pk_error *err)
{
    int r = pk_may(actor, action, about, err);
    if (r != 0)
        pk_trail_refused(service, actor, action, object, about ? about->recipient : 0);
    return r;
}
