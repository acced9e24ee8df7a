/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/circles.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/language/dates.h"
#include "gateway/model/floor.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"

#define RECENT_MAX 1000u
#define AHEAD_MS (31 * 24 * 3600 * 1000ll) /* a day may be allowed for so long before it */

int pk_service_day(const struct pk_service *service, int64_t moment_ms, int64_t *ret_day, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int year, month, day;
    int r = pk_wall_new(service->rules->zone, &wall, err);
    if (r != 0)
        return pk_fail(err, PK_E_CONFIG, "the gateway's time zone is not known");
    pk_wall_day(wall, moment_ms, &year, &month, &day);
    *ret_day = year * 10000ll + month * 100 + day;
    return 0;
}

static int allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, struct pk_slice owner, struct pk_error *err)
{
    char object[PK_USER_NAME_MAX + 1];
    const struct pk_about about = { .owner = owner };
    (void) snprintf(object, sizeof object, "%.*s", PK_SLICE_ARG(owner));
    return pk_allow(service, actor, action, &about, object[0] ? object : NULL, err);
}

/* A user who has a circle, or could have one. */
static int key_person(struct pk_service *service, struct pk_slice name, struct pk_user *ret_user, struct pk_error *err)
{
    int r = pk_user_get(service->store, name, ret_user, err);
    if (r == 0 && ret_user->role == PK_ROLE_KEY_PERSON)
        return 0;
    if (r != 0 && r != PK_E_NOT_FOUND)
        return r;
    (void) pk_fail(err, PK_E_NOT_FOUND, "there is no key person of this name");
    return pk_hint(err, PK_E_NOT_FOUND, "pokana users list shows who has the role key-person.");
}

/* ---- seen by size ---- */

static bool is_hers(const struct pk_actor *actor, const char *name)
{
    return actor->role == PK_ROLE_KEY_PERSON && actor->name && strcmp(actor->name, name) == 0;
}

/* Few of them, or all but few, or all: then it is told of each who knows whom she signed up. Nobody is told. */
static int64_t told_unreachable(int64_t size, int64_t unreachable)
{
    bool hides = unreachable > 0 && (pk_is_few(unreachable) || size - unreachable < PK_FLOOR);
    return size < PK_CIRCLE_SMALL || hides ? -1 : unreachable;
}

static bool is_for(const struct pk_user *user, const char *topic)
{
    struct pk_slice rest = pk_slice_of(user->topics), word;
    while (pk_slice_cut(&rest, ',', &word))
        if (pk_slice_is(pk_slice_trim(word), topic))
            return true;
    return user->topics[0] == '\0';
}

/* The first word of each topic: the others mean the same. */
static void add_codes(const struct pk_service *service, const struct pk_user *user, struct pk_circle_view *view)
{
    for (size_t i = 0; i < service->rules->topic_count && view->code_count < PK_CIRCLE_CODES; i++) {
        const struct pk_topic_rule *topic = &service->rules->topics[i];
        const char *words = pk_tagged_find(&topic->words, pk_slice_of(user->language));
        struct pk_slice rest, word;
        if (!words)
            words = pk_tagged_find(&topic->words, pk_slice_of(service->rules->default_language));
        rest = pk_slice_of(words ? words : "");
        if (is_for(user, topic->name) && pk_slice_cut(&rest, ',', &word))
            (void) snprintf(view->codes[view->code_count++], PK_CIRCLE_CODE_MAX, "START %.*s", PK_SLICE_ARG(pk_slice_trim(word)));
    }
}

static int look(struct pk_service *service, const struct pk_actor *actor, const struct pk_circle *circle, int64_t size, int64_t day,
                struct pk_circle_view *ret_view, struct pk_error *err)
{
    struct pk_circle_day today = { 0 };
    struct pk_user user = { 0 };
    int r = circle->left_ms == 0 ? pk_circle_day_get(service->store, circle->user, day, &today, err) : 0;
    *ret_view = (struct pk_circle_view){
        .size = size > 0 && size < PK_CIRCLE_SMALL && !is_hers(actor, circle->name) ? -1 : size,
        .unreachable = told_unreachable(size, size > 0 ? pk_circle_unreachable(service->store, circle->id) : 0),
        .since_ms = circle->created_ms,
        .left_ms = circle->left_ms,
        .today = today.count,
        .most = circle->left_ms == 0 ? (int64_t) service->rules->signups_per_day + today.more : 0,
    };
    (void) snprintf(ret_view->name, sizeof ret_view->name, "%s", circle->name);
    if (r == 0 && circle->left_ms == 0 && pk_user_find(service->store, circle->user, &user, NULL) == 0)
        add_codes(service, &user, ret_view);
    return r;
}

struct listing {
    struct pk_service *service;
    const struct pk_actor *actor;
    int64_t day;
    int (*each)(void *ctx, const struct pk_circle_view *view);
    void *ctx;
    struct pk_error *err;
};

static int list_one(void *ctx, const struct pk_circle *circle, int64_t size)
{
    struct listing *listing = ctx;
    struct pk_circle_view view;
    int r = look(listing->service, listing->actor, circle, size, listing->day, &view, listing->err);
    return r != 0 ? r : listing->each(listing->ctx, &view);
}

int pk_circles_each(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                    int (*each)(void *ctx, const struct pk_circle_view *view), void *ctx, struct pk_error *err)
{
    struct listing listing = { .service = service, .actor = actor, .each = each, .ctx = ctx, .err = err };
    int r = allow(service, actor, PK_ACTION_CIRCLE_VIEW, (struct pk_slice){ 0 }, err);
    if (r == 0)
        r = pk_service_day(service, now_ms, &listing.day, err);
    return r == 0 ? pk_circles_list(service->store, list_one, &listing, err) : r;
}

int pk_circle_meant(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_circle *ret_circle,
                    struct pk_error *err)
{
    int r = pk_circle_by_name(service->store, name, ret_circle, err);
    if (r != 0 || ret_circle->left_ms == 0 || actor->role != PK_ROLE_KEY_PERSON)
        return r;
    *ret_circle = (struct pk_circle){ 0 };
    return pk_fail(err, PK_E_NOT_FOUND, "nobody is in that circle yet");
}

int pk_circle_show(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                   struct pk_circle_view *ret_view, struct pk_error *err)
{
    struct pk_circle circle = { 0 };
    struct pk_user user;
    int64_t day = 0;
    int r = allow(service, actor, PK_ACTION_CIRCLE_VIEW, name, err);
    if (r == 0)
        r = pk_service_day(service, now_ms, &day, err);
    if (r != 0)
        return r;
    r = pk_circle_meant(service, actor, name, &circle, err);
    if (r == PK_E_NOT_FOUND && (r = key_person(service, name, &user, err)) == 0) { /* nobody signed up yet */
        circle.user = user.id;
        (void) snprintf(circle.name, sizeof circle.name, "%s", user.name);
    }
    return r == 0 ? look(service, actor, &circle, circle.id != 0 ? pk_circle_size(service->store, circle.id) : 0, day, ret_view, err) : r;
}

/* ---- the last day ---- */

const char *pk_signup_state(const struct pk_signup *signup)
{
    return signup->answered ? "answered" : "asked";
}

int pk_circle_recent(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                     int (*each)(void *ctx, const struct pk_signup *signup), void *ctx, struct pk_error *err)
{
    struct pk_user user;
    int r = allow(service, actor, PK_ACTION_CIRCLE_RECENT, name, err);
    if (r == 0)
        r = key_person(service, name, &user, err);
    return r == 0 ? pk_signups_of(service->store, user.id, now_ms - PK_CIRCLE_RECENT_MS, RECENT_MAX, each, ctx, err) : r;
}

/* ---- what an adviser decides ---- */

int pk_circle_pass_on(struct pk_service *service, const struct pk_actor *actor, struct pk_slice from, struct pk_slice to, int64_t now_ms,
                      struct pk_error *err)
{
    struct pk_circle circle;
    struct pk_user successor;
    int64_t target = 0;
    int r = allow(service, actor, PK_ACTION_CIRCLE_HANDOVER, from, err);
    if (r == 0)
        r = key_person(service, to, &successor, err);
    if (r == 0 && (r = pk_circle_by_name(service->store, from, &circle, err)) == PK_E_NOT_FOUND)
        (void) pk_hint(err, r, "pokana circles list shows those there are.");
    if (r == 0 && circle.user == successor.id)
        r = pk_fail(err, PK_E_INVALID, "it is this key person's circle already");
    if (r == 0)
        r = pk_circle_make(service->store, &successor, now_ms, &target, err);
    if (r == 0)
        r = pk_circle_hand_over(service->store, circle.id, target, err);
    return r == 0 ? pk_trail_done(service, actor, "circle.handover", circle.name, successor.name, 0, now_ms, err) : r;
}

static int check_day(const struct pk_service *service, int64_t now_ms, int64_t *day, struct pk_error *err)
{
    int64_t today = 0, last = 0;
    int r = pk_service_day(service, now_ms, &today, err);
    if (r == 0)
        r = pk_service_day(service, now_ms + AHEAD_MS, &last, err);
    if (r != 0)
        return r;
    if (*day == 0)
        *day = today;
    if (*day >= today && *day <= last)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "the day is over, or more than a month away");
    return pk_hint(err, PK_E_INVALID, "Name today or a day of the next 31.");
}

int pk_circle_let(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t more, int64_t day,
                  int64_t now_ms, int64_t *ret_most, struct pk_error *err)
{
    struct pk_user user;
    struct pk_circle_day values;
    char detail[64];
    int r = allow(service, actor, PK_ACTION_CIRCLE_ALLOW, name, err);
    if (r == 0 && (more < 0 || more > PK_CIRCLE_MORE_MAX))
        r = pk_fail(err, PK_E_INVALID, "at most %d more in a day, at least 0", PK_CIRCLE_MORE_MAX);
    if (r == 0)
        r = key_person(service, name, &user, err);
    if (r == 0)
        r = check_day(service, now_ms, &day, err);
    if (r == 0)
        r = pk_circle_day_get(service->store, user.id, day, &values, err);
    if (r != 0)
        return r;
    values.more = more;
    *ret_most = (int64_t) service->rules->signups_per_day + more;
    (void) snprintf(detail, sizeof detail, "%lld more on %lld", (long long) more, (long long) day);
    r = pk_circle_day_set(service->store, user.id, day, &values, now_ms, err);
    return r == 0 ? pk_trail_done(service, actor, "circle.allow", user.name, detail, 0, now_ms, err) : r;
}

/* ---- what a person decides ---- */

int pk_circle_step_out(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    const struct pk_about about = { .recipient = actor->recipient };
    bool was = false;
    int r = pk_allow(service, actor, PK_ACTION_CIRCLE_LEAVE, &about, pk_id_format(actor->recipient, id), err);
    if (r == 0)
        r = pk_circle_leave(service->store, actor->recipient, &was, err);
    return r == 0 && was ? pk_trail_done(service, actor, "circle.leave", id, "", actor->recipient, now_ms, err) : r;
}
