/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/users.h"

#include "gateway/base/text.h"
#include "gateway/language/phone.h"
#include "gateway/service/address.h"
#include "gateway/service/trail.h"
#include "gateway/store/circles.h"
#include "gateway/store/names.h"
#include "gateway/store/tokens.h"

#define DIGITS_MAX 7u /* as many in a row are no phone number yet */

/* ---- who ---- */

/* "a, b" in place into words; an empty list stands for all. */
static struct pk_words words_of(char *list, const char *items[PK_ACTING_WORDS])
{
    size_t count = 0;
    for (char *at = list; *at && count < PK_ACTING_WORDS;) {
        items[count++] = at;
        char *comma = strchr(at, ',');
        if (!comma)
            break;
        *comma = '\0';
        at = comma + 1;
    }
    if (count == 0)
        items[count++] = "*";
    return (struct pk_words){ items, count };
}

static int unknown(struct pk_slice name, struct pk_error *err)
{
    if (pk_is_name(name) && name.len <= PK_USER_NAME_MAX)
        (void) pk_fail(err, PK_E_DENIED, "there is no user \"%.*s\"", PK_SLICE_ARG(name));
    else
        (void) pk_fail(err, PK_E_DENIED, "there is no such user");
    return pk_hint(err, PK_E_DENIED, "pokana users list shows them; name one with --by NAME.");
}

int pk_users_act(struct pk_service *service, struct pk_slice name, const char *via, struct pk_acting *ret_acting, struct pk_error *err)
{
    *ret_acting = (struct pk_acting){ 0 };
    if (pk_user_count(service->store) == 0)
        return 0;
    int r = pk_user_get(service->store, name, &ret_acting->user, err);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? unknown(name, err) : r;
    (void) snprintf(ret_acting->via, sizeof ret_acting->via, "%s", via);
    static const char *const all[] = { "*" };
    ret_acting->scope = (struct pk_actor_scope){
        .topics = words_of(ret_acting->user.topics, ret_acting->topics),
        .tags = words_of(ret_acting->user.tags, ret_acting->tags),
        .templates = { all, 1 },
    };
    ret_acting->actor = (struct pk_actor){
        .role = (enum pk_role) ret_acting->user.role,
        .name = ret_acting->user.name,
        .via = ret_acting->via,
        .scope = &ret_acting->scope,
    };
    return 1;
}

int pk_users_vouch(struct pk_service *service, struct pk_slice name, enum pk_action action, struct pk_error *err)
{
    struct pk_user user;
    if (pk_user_count(service->store) == 0)
        return 0;
    int r = pk_user_get(service->store, name, &user, err);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? unknown(name, err) : r;
    return pk_may(&(struct pk_actor){ .role = (enum pk_role) user.role, .name = user.name }, action, NULL, err);
}

/* ---- the list ---- */

static bool is_user_name(struct pk_slice name)
{
    size_t digits = 0;
    for (size_t i = 0; i < name.len; i++) {
        digits = name.data[i] >= '0' && name.data[i] <= '9' ? digits + 1 : 0;
        if (digits > DIGITS_MAX)
            return false;
    }
    return name.len <= PK_USER_NAME_MAX && pk_is_name(name);
}

static bool is_tag(struct pk_slice tag)
{
    struct pk_slice kind, rest = tag;
    if (!pk_slice_cut(&rest, ':', &kind) || kind.len == tag.len)
        return pk_is_name(tag);
    return pk_is_name(kind) && (pk_slice_is(rest, "*") || pk_is_name(rest));
}

/* Each word of a list, and the list without the blanks around them. */
static int check_list(const struct pk_service *service, char *list, bool topics, struct pk_error *err)
{
    char tidy[PK_USER_LIST_MAX + 1];
    struct pk_slice rest = pk_slice_of(list), word;
    size_t count = 0, len = 0;
    tidy[0] = '\0';
    while (list[0] && pk_slice_cut(&rest, ',', &word)) {
        word = pk_slice_trim(word);
        if (topics && !pk_rules_topic(service->rules, word))
            return pk_fail(err, PK_E_INVALID, "topics: \"%.*s\" is not a topic of this gateway", PK_SLICE_ARG(word));
        if (!topics && !is_tag(word))
            return pk_fail(err, PK_E_INVALID, "tags: \"%.*s\" is not a tag: write kind:name or kind:*", PK_SLICE_ARG(word));
        if (++count > PK_ACTING_WORDS)
            return pk_fail(err, PK_E_INVALID, "a user may have %u %s at most", PK_ACTING_WORDS, topics ? "topics" : "tags");
        len += (size_t) snprintf(tidy + len, sizeof tidy - len, "%s%.*s", count > 1 ? "," : "", PK_SLICE_ARG(word));
    }
    (void) snprintf(list, PK_USER_LIST_MAX + 1, "%s", tidy);
    return 0;
}

static int check_user(const struct pk_service *service, struct pk_user *user, struct pk_error *err)
{
    if (!is_user_name(pk_slice_of(user->name))) {
        (void) pk_fail(err, PK_E_INVALID, "name: not a name for a user");
        return pk_hint(err, PK_E_INVALID, "Write lower-case letters, digits and - inside, no number: maria-d.");
    }
    if (!pk_role_is_for_users((enum pk_role) user->role)) {
        (void) pk_fail(err, PK_E_INVALID, "role: not a role of users");
        return pk_hint(err, PK_E_INVALID, "Roles are adviser, approver, desk, key-person and operator.");
    }
    if (!pk_catalog_has_language(service->catalog, pk_slice_of(user->language)))
        return pk_fail(err, PK_E_INVALID, "language: there are no texts in it");
    int r = check_list(service, user->topics, true, err);
    return r == 0 ? check_list(service, user->tags, false, err) : r;
}

/* By its form: a mail address, or a mobile number. None is fine: then only a link signs them in. */
static int check_address(struct pk_service *service, struct pk_user *user, struct pk_error *err)
{
    char room[PK_ADDRESS_ROOM], e164[PK_PHONE_MAX];
    struct pk_slice kept, written = pk_slice_of(user->address);
    const char *channel = memchr(written.data, '@', written.len) ? PK_CHANNEL_EMAIL : PK_CHANNEL_SMS;
    user->channel = 0;
    if (written.len == 0)
        return 0;
    if (strcmp(channel, PK_CHANNEL_EMAIL) == 0) {
        if (pk_address_read_mail(written, room, &kept, NULL) != 0 || kept.len >= sizeof user->address)
            return pk_fail(err, PK_E_INVALID, "address: this is no mail address");
    } else {
        if (pk_phone_parse(written, service->rules->phone_region, e164) > PK_PHONE_AMBIGUOUS)
            return pk_fail(err, PK_E_INVALID, "address: this is no mail address and no mobile number");
        kept = pk_slice_of(e164);
    }
    user->channel = pk_name_find(service->store, PK_NAME_CHANNEL, pk_slice_of(channel));
    if (user->channel == 0)
        return pk_fail(err, PK_E_CONFIG, "address: there is no route of channel \"%s\" to send codes by", channel);
    (void) snprintf(user->address, sizeof user->address, "%.*s", PK_SLICE_ARG(kept));
    return 0;
}

int pk_users_add(struct pk_service *service, const struct pk_actor *actor, struct pk_user *user, int64_t now_ms, struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_USER_EDIT, NULL, NULL, err);
    if (r == 0)
        r = check_user(service, user, err);
    if (r == 0)
        r = check_address(service, user, err);
    user->created_ms = now_ms;
    if (r == 0)
        r = pk_user_add(service->store, user, err);
    if (r != 0)
        return r;
    return pk_trail_done(service, actor, "user.add", user->name, pk_role_name((enum pk_role) user->role), 0, now_ms, err);
}

int pk_users_remove(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms, struct pk_error *err)
{
    struct pk_user user;
    int r = pk_allow(service, actor, PK_ACTION_USER_EDIT, NULL, NULL, err);
    if (r == 0)
        r = pk_user_get(service->store, name, &user, err);
    if (r == 0)
        r = pk_user_remove(service->store, user.id, err);
    if (r == 0)
        r = pk_circle_orphan(service->store, user.id, now_ms, err);
    if (r == 0)
        r = pk_tokens_end_of(service->store, PK_TOKEN_OF_USER, pk_slice_of(user.name), now_ms, err);
    if (r != 0)
        return r;
    return pk_trail_done(service, actor, "user.remove", user.name, pk_role_name((enum pk_role) user.role), 0, now_ms, err);
}

int pk_users_each(struct pk_service *service, const struct pk_actor *actor, int (*each)(void *ctx, const struct pk_user *user), void *ctx,
                  struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_USER_VIEW, NULL, NULL, err);
    return r == 0 ? pk_users_list(service->store, each, ctx, err) : r;
}
