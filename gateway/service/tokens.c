/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/tokens.h"

#include "gateway/base/crypto.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/service/trail.h"

#define SECRET_BYTES 32 /* 256 bits */
#define DAY_MS (24ll * 3600 * 1000)
#define DIGITS_MAX 7u /* as many in a row are no phone number yet */

/* ---- making one ---- */

static bool is_token_name(struct pk_slice name)
{
    size_t digits = 0;
    for (size_t i = 0; i < name.len; i++) {
        digits = name.data[i] >= '0' && name.data[i] <= '9' ? digits + 1 : 0;
        if (digits > DIGITS_MAX)
            return false;
    }
    return name.len <= PK_TOKEN_NAME_MAX && pk_is_name(name);
}

static int role_of_owner(struct pk_service *service, const struct pk_token *token, enum pk_role *ret_role, struct pk_error *err)
{
    struct pk_user user;
    struct pk_slice owner = pk_slice_of(token->owner);
    if (token->owner_kind == PK_TOKEN_OF_PUBLISHER) {
        *ret_role = PK_ROLE_PUBLISHER;
        return pk_rules_publisher(service->rules, owner) ? 0 : pk_fail(err, PK_E_INVALID, "publisher: there is none of this name");
    }
    if (pk_user_get(service->store, owner, &user, NULL) != 0)
        return pk_fail(err, PK_E_INVALID, "user: there is none of this name");
    *ret_role = (enum pk_role) user.role;
    return 0;
}

static void add_action(struct pk_actor_actions *actions, enum pk_action action)
{
    actions->bits[(unsigned) action / 64] |= UINT64_C(1) << ((unsigned) action % 64);
}

/* Each word an action the role may do, and the list without blanks and repetitions. */
static int check_scopes(struct pk_token *token, enum pk_role role, struct pk_error *err)
{
    char tidy[PK_TOKEN_SCOPES_MAX + 1] = "";
    struct pk_actor_actions seen = { 0 };
    struct pk_slice rest = pk_slice_of(token->scopes), word;
    size_t len = 0;
    while (rest.len > 0 && pk_slice_cut(&rest, ',', &word)) {
        word = pk_slice_trim(word);
        enum pk_action action = pk_action_of_name(word);
        if (action == PK_ACTION_NONE) {
            (void) pk_fail(err, PK_E_INVALID, "scopes: there is an action that is none");
            return pk_hint(err, PK_E_INVALID, "pokana privacy roles shows their names: trigger.publish, trigger.view.");
        }
        if (pk_right_of(action, role) == PK_RIGHT_NO)
            return pk_fail(err, PK_E_INVALID, "scopes: the role %s may not do this: %s", pk_role_name(role), pk_action_name(action));
        if (pk_actions_have(&seen, action))
            continue;
        add_action(&seen, action);
        len += (size_t) snprintf(tidy + len, sizeof tidy - len, "%s%s", len > 0 ? "," : "", pk_action_name(action));
    }
    if (len == 0)
        return pk_fail(err, PK_E_INVALID, "scopes: at least one action must be there");
    (void) snprintf(token->scopes, sizeof token->scopes, "%s", tidy);
    return 0;
}

static int check(struct pk_service *service, struct pk_token *token, int64_t now_ms, struct pk_error *err)
{
    enum pk_role role = PK_ROLE_NONE;
    if (!is_token_name(pk_slice_of(token->name))) {
        (void) pk_fail(err, PK_E_INVALID, "name: not a name for a token");
        return pk_hint(err, PK_E_INVALID, "Write lower-case letters, digits and - inside, at most %d: school-portal.", PK_TOKEN_NAME_MAX);
    }
    if (token->expires_ms <= now_ms || token->expires_ms > now_ms + PK_TOKEN_LIFE_MAX_MS)
        return pk_fail(err, PK_E_INVALID, "expires: must be ahead, and at most a year");
    int r = role_of_owner(service, token, &role, err);
    return r == 0 ? check_scopes(token, role, err) : r;
}

static void hash_of(struct pk_slice text, uint8_t ret_hash[PK_TOKEN_HASH_BYTES])
{
    pk_sha256(text, ret_hash);
}

int pk_tokens_add(struct pk_service *service, const struct pk_actor *actor, struct pk_token *token, int64_t now_ms,
                  char ret_text[PK_TOKEN_TEXT_MAX], struct pk_error *err)
{
    uint8_t secret[SECRET_BYTES], hash[PK_TOKEN_HASH_BYTES];
    char detail[PK_TOKEN_OWNER_MAX + 16];
    int r = pk_allow(service, actor, PK_ACTION_TOKEN_EDIT, NULL, NULL, err);
    if (r == 0)
        r = check(service, token, now_ms, err);
    if (r != 0)
        return r;
    struct pk_buf text = { .data = ret_text, .cap = PK_TOKEN_TEXT_MAX, .max_bytes = PK_TOKEN_TEXT_MAX - 1 };
    pk_random_bytes(secret, sizeof secret);
    (void) pk_buf_add_text(&text, PK_TOKEN_FRONT);
    pk_hex(&text, secret, sizeof secret);
    explicit_bzero(secret, sizeof secret);
    hash_of(pk_buf_slice(&text), hash);
    token->created_ms = now_ms;
    (void) snprintf(token->made_by, sizeof token->made_by, "%s", actor->name);
    r = pk_token_add(service->store, token, hash, err);
    (void) snprintf(detail, sizeof detail, "%s %s", token->owner_kind == PK_TOKEN_OF_USER ? "user" : "publisher", token->owner);
    return r == 0 ? pk_trail_done(service, actor, "token.add", token->name, detail, 0, now_ms, err) : r;
}

int pk_tokens_revoke(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, struct pk_error *err)
{
    struct pk_token token;
    int r = pk_allow(service, actor, PK_ACTION_TOKEN_EDIT, NULL, NULL, err);
    if (r == 0)
        r = pk_token_get(service->store, name, &token, err);
    if (r == 0)
        r = pk_token_revoke(service->store, token.id, now_ms, err);
    return r == 0 ? pk_trail_done(service, actor, "token.revoke", token.name, "", 0, now_ms, err) : r;
}

int pk_tokens_each(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_token *token), void *ctx,
                   struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_TOKEN_EDIT, NULL, NULL, err);
    return r == 0 ? pk_tokens_list(service->store, each, ctx, err) : r;
}

/* ---- one at work ---- */

static int refuse(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_DENIED, "a token that counts is needed");
    return pk_hint(err, PK_E_DENIED, "Send the header Authorization: Bearer TOKEN; the operator makes tokens with pokana tokens add.");
}

static bool act_as_publisher(struct pk_service *service, struct pk_bearer *bearer)
{
    const struct pk_publisher_rule *rule = pk_rules_publisher(service->rules, pk_slice_of(bearer->token.owner));
    if (!rule)
        return false;
    struct pk_acting *acting = &bearer->acting;
    acting->scope = (struct pk_actor_scope){ .topics = rule->topics, .templates = rule->templates, .tags = rule->tags };
    acting->actor = (struct pk_actor){ .role = PK_ROLE_PUBLISHER, .name = bearer->token.owner, .scope = &acting->scope };
    return true;
}

int pk_tokens_act(struct pk_service *service, struct pk_slice text, int64_t now_ms, struct pk_bearer *bearer, struct pk_error *err)
{
    uint8_t hash[PK_TOKEN_HASH_BYTES];
    char via[PK_ACTING_VIA_MAX];
    *bearer = (struct pk_bearer){ 0 };
    hash_of(text, hash); /* what is absent is looked for like everything else */
    int r = pk_token_by_hash(service->store, hash, &bearer->token, err);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? refuse(err) : r;
    if (bearer->token.revoked_ms != 0 || bearer->token.expires_ms <= now_ms)
        return refuse(err);
    (void) snprintf(via, sizeof via, "token:%.*s", PK_TOKEN_NAME_MAX, bearer->token.name);
    bool known = bearer->token.owner_kind == PK_TOKEN_OF_PUBLISHER
                     ? act_as_publisher(service, bearer)
                     : pk_users_act(service, pk_slice_of(bearer->token.owner), via, &bearer->acting, NULL) == 1;
    if (!known)
        return refuse(err);
    struct pk_slice rest = pk_slice_of(bearer->token.scopes), word;
    while (rest.len > 0 && pk_slice_cut(&rest, ',', &word))
        add_action(&bearer->actions, pk_action_of_name(word));
    bearer->actions.bits[0] &= ~UINT64_C(1); /* an action of an older program is none */
    (void) snprintf(bearer->acting.via, sizeof bearer->acting.via, "%s", via);
    bearer->acting.actor.via = bearer->acting.via;
    bearer->acting.actor.actions = &bearer->actions;
    return 0;
}

void pk_tokens_note_use(struct pk_service *service, const struct pk_bearer *bearer, int64_t now_ms)
{
    int64_t day_ms = now_ms - now_ms % DAY_MS;
    if (bearer->token.used_ms >= day_ms || pk_unit_begin(service->store, NULL) != 0)
        return;
    if (pk_token_used(service->store, bearer->token.id, day_ms, NULL) != 0)
        pk_unit_drop(service->store);
    else
        (void) pk_unit_keep(service->store, NULL);
}
