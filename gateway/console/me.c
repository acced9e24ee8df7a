/* SPDX-License-Identifier: EUPL-1.2 */
/* Somebody's own page: what we know, and the buttons that change it. Every change is a form; every form ends in 303. */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/service/circles.h"
#include "gateway/service/own.h"

#define FIELD_MAX 64

/* Whose page it is, as an actor; else answered with the way in. */
static bool signed_in(struct pk_visit *visit, struct pk_actor *ret_actor)
{
    struct pk_error err = { 0 };
    int64_t recipient = 0;
    int r = pk_me_find(visit, &recipient, &err);
    if (r == 0) {
        *ret_actor = (struct pk_actor){ .role = PK_ROLE_PERSON, .name = "self", .purpose = "page", .recipient = recipient };
        return true;
    }
    if (r == PK_E_DENIED)
        pk_visit_go(visit, "/me/start");
    else
        pk_visit_trouble(visit, &err);
    return false;
}

/* ---- seeing ---- */

/* The page marks the one that is theirs: me.html compares nothing, so it is said here. */
static void add_languages(struct pk_visit *visit, struct pk_slice own)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    pk_json_open(&visit->out, "choices", '[');
    for (size_t i = 0; i < pk_phrases_language_count(phrases); i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "tag", pk_phrases_language(phrases, i));
        pk_json_add_slice(&visit->out, "name", pk_phrases_get(phrases, i, PK_SLICE("language.name")));
        pk_json_add_bool(&visit->out, "current", pk_slice_is(own, pk_phrases_language(phrases, i)));
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static int show(struct pk_visit *visit, const struct pk_actor *actor, char ret_own[2 * PK_LANGUAGE_MAX], struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_own_show(visit->call->service, actor, pk_slice_of(pk_visit_language(visit)), visit->call->now_ms, &visit->out, ret_own, err);
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

void pk_me(struct pk_visit *visit)
{
    struct pk_actor actor;
    struct pk_error err = { 0 };
    struct pk_buf saved;
    char own[2 * PK_LANGUAGE_MAX];
    if (!signed_in(visit, &actor))
        return;
    pk_buf_init(&saved, FIELD_MAX);
    pk_json_add_bool(&visit->out, "saved", pk_http_request_argument(visit->call->request, "saved", &saved) == 0);
    pk_buf_finish(&saved);
    int r = show(visit, &actor, own, &err);
    if (r != 0) {
        pk_visit_trouble(visit, &err);
        return;
    }
    add_languages(visit, pk_slice_of(own));
    pk_visit_show(visit, 200, "me");
}

/* ---- changing ---- */

/* One change in its unit; `value` is a field of the form. */
static int change(struct pk_visit *visit, const struct pk_actor *actor,
                  int (*run)(struct pk_visit *visit, const struct pk_actor *actor, struct pk_slice value, struct pk_error *err),
                  const char *field, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_buf value;
    bool given = false;
    pk_buf_init(&value, FIELD_MAX);
    int r = field ? pk_call_form(visit->call, field, 0, &value, &given, err) : 0;
    if (r == 0 && (r = pk_unit_begin(store, err)) == 0) {
        r = run(visit, actor, pk_buf_slice(&value), err);
        if (r != 0)
            pk_unit_drop(store);
        else
            r = pk_unit_keep(store, err);
    }
    pk_buf_finish(&value);
    return r;
}

static void change_and_go(struct pk_visit *visit, int (*run)(struct pk_visit *visit, const struct pk_actor *actor, struct pk_slice value, struct pk_error *err),
                          const char *field, const char *path)
{
    struct pk_actor actor;
    struct pk_error err = { 0 };
    if (!signed_in(visit, &actor))
        return;
    if (change(visit, &actor, run, field, &err) != 0)
        pk_visit_trouble(visit, &err);
    else
        pk_visit_go(visit, path);
}

static int set_language(struct pk_visit *visit, const struct pk_actor *actor, struct pk_slice value, struct pk_error *err)
{
    return pk_own_language(visit->call->service, actor, value, visit->call->now_ms, err);
}

void pk_me_language(struct pk_visit *visit)
{
    change_and_go(visit, set_language, "language", "/me?saved=1");
}

static int set_topic(struct pk_visit *visit, const struct pk_actor *actor, struct pk_slice value, struct pk_error *err)
{
    struct pk_buf answer;
    bool given = false;
    pk_buf_init(&answer, FIELD_MAX);
    int r = pk_call_form(visit->call, "answer", 0, &answer, &given, err);
    bool yes = pk_slice_is(pk_buf_slice(&answer), "yes"), no = pk_slice_is(pk_buf_slice(&answer), "no");
    if (r == 0 && !yes && !no)
        r = pk_fail(err, PK_E_INVALID, "field \"answer\" must be yes or no");
    if (r == 0)
        r = pk_own_topic(visit->call->service, actor, value, yes, visit->call->now_ms, err);
    pk_buf_finish(&answer);
    return r;
}

void pk_me_topic(struct pk_visit *visit)
{
    change_and_go(visit, set_topic, "topic", "/me?saved=1");
}

static int leave_circle(struct pk_visit *visit, const struct pk_actor *actor, struct pk_slice value, struct pk_error *err)
{
    (void) value;
    return pk_circle_step_out(visit->call->service, actor, visit->call->now_ms, err);
}

void pk_me_circle(struct pk_visit *visit)
{
    change_and_go(visit, leave_circle, NULL, "/me?saved=1");
}

/* ---- the end ---- */

void pk_me_ask_stop(struct pk_visit *visit)
{
    struct pk_actor actor;
    if (signed_in(visit, &actor))
        pk_visit_show(visit, 200, "me-stop");
}

static int stop(struct pk_visit *visit, const struct pk_actor *actor, struct pk_slice value, struct pk_error *err)
{
    (void) value;
    pk_visit_set_cookie(visit, PK_ME_COOKIE, "", 0);
    return pk_own_stop(visit->call->service, actor, visit->call->now_ms, err);
}

void pk_me_stop(struct pk_visit *visit)
{
    change_and_go(visit, stop, NULL, "/me/stopped");
}

void pk_me_stopped(struct pk_visit *visit)
{
    pk_visit_show(visit, 200, "me-done");
}
