/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/sign_in.h"

#include "gateway/base/json.h"
#include "gateway/base/random.h"
#include "gateway/service/passes.h"
#include "gateway/service/planner.h"
#include "gateway/service/trail.h"
#include "gateway/store/names.h"

#define HOUR_MS 3600000ll
#define CODES_PER_SOURCE 3 /* to one user, an hour */
#define CODES_PER_USER 30 /* from everywhere: a mailbox is not to be filled; a link still opens */
#define ADDRESS_ROOM 256u

bool pk_staff_needs_second(enum pk_role role)
{
    return role == PK_ROLE_ADVISER || role == PK_ROLE_APPROVER || role == PK_ROLE_OPERATOR;
}

/* ---- asking ---- */

int pk_staff_ask(struct pk_service *service, struct pk_slice name, struct pk_slice source, int64_t now_ms,
                 uint8_t ret_token[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    if (pk_passes_waiting(service->store) >= PK_PASSES_AT_ONCE)
        return pk_fail(err, PK_E_BUSY, "too many codes are asked for at once");
    pk_random_bytes(ret_token, PK_PASS_TOKEN_BYTES);
    return pk_sign_in_ask(service->store, ret_token, name, source, now_ms, now_ms + PK_PASS_MS, err);
}

static int send(struct pk_service *service, const struct pk_user *user, const char *code, int64_t now_ms, struct pk_error *err)
{
    struct pk_buf address, values;
    uint32_t channel = 0;
    pk_buf_init(&address, ADDRESS_ROOM);
    pk_buf_init(&values, 64);
    struct pk_json_out out = pk_json_out(&values);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "code", code);
    pk_json_close(&out, '}');
    int r = pk_user_address(service->store, user->id, &channel, &address, err);
    const struct pk_user_plan plan = {
        .channel = r == 0 ? pk_name_text(service->store, PK_NAME_CHANNEL, channel) : NULL,
        .address = pk_buf_slice(&address),
        .template_name = "code",
        .language = pk_slice_of(user->language),
        .values = pk_buf_slice(&values),
        .valid_ms = PK_PASS_MS,
        .at_once = true,
    };
    if (r == 0)
        r = pk_planner_user(service, &plan, now_ms, err);
    pk_buf_wipe(&address);
    pk_buf_wipe(&values);
    return r;
}

int pk_staff_look_at(struct pk_service *service, const struct pk_pass *pass, struct pk_slice name, int64_t now_ms, struct pk_error *err)
{
    struct pk_user user = { 0 };
    char code[8];
    int r = pk_user_get(service->store, name, &user, NULL);
    struct pk_sign_in_count sent = pk_sign_in_since(service->store, user.id, pass->id, pass->created_ms - HOUR_MS);
    bool written = r == 0 && sent.same_source < CODES_PER_SOURCE && sent.all < CODES_PER_USER;
    pk_passes_code(code);
    if (written) {
        r = send(service, &user, code, now_ms, err);
        written = r == 0; /* no address, no route any more: nobody is written to, and nothing waits for it */
        if (r != 0 && r != PK_E_NOT_FOUND && r != PK_E_CONFIG)
            return r;
    }
    r = pk_sign_in_ready(service->store, pass->id, written ? user.id : 0, pk_slice_of(code), err);
    explicit_bzero(code, sizeof code);
    return r;
}

int pk_staff_link(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                  uint8_t ret_token[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_user user;
    int r = pk_allow(service, actor, PK_ACTION_USER_EDIT, NULL, NULL, err);
    if (r == 0)
        r = pk_user_get(service->store, name, &user, err);
    if (r != 0)
        return r;
    pk_random_bytes(ret_token, PK_PASS_TOKEN_BYTES);
    r = pk_sign_in_link(service->store, ret_token, user.id, now_ms, now_ms + PK_STAFF_LINK_MS, err);
    return r == 0 ? pk_trail_done(service, actor, "user.link", user.name, "", 0, now_ms, err) : r;
}

/* ---- who it is ---- */

static int act_as(struct pk_service *service, int64_t user_id, struct pk_staff *ret_staff, struct pk_error *err)
{
    struct pk_user user;
    int r = pk_user_find(service->store, user_id, &user, NULL);
    if (r == 0)
        r = pk_users_act(service, pk_slice_of(user.name), "page", &ret_staff->acting, NULL);
    if (r != 1)
        return r < 0 && r != PK_E_NOT_FOUND && r != PK_E_DENIED ? pk_fail(err, (enum pk_code) r, "it could not be looked up")
                                                                 : pk_fail(err, PK_E_DENIED, "nobody is signed in here");
    ret_staff->acting.actor.purpose = "page";
    return pk_allow(service, &ret_staff->acting.actor, PK_ACTION_SESSION_OWN, NULL, NULL, err);
}

int pk_staff_find(struct pk_service *service, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms, struct pk_staff *ret_staff,
                  struct pk_error *err)
{
    int r = pk_staff_session_find(service->store, token, now_ms, &ret_staff->session, err);
    memcpy(ret_staff->token, token, PK_PASS_TOKEN_BYTES);
    return r == 0 ? act_as(service, ret_staff->session.user, ret_staff, err) : r;
}

/* ---- opening ---- */

static int64_t until_of(const struct pk_staff *staff, bool whole, int64_t began_ms, int64_t now_ms)
{
    if (!whole)
        return began_ms + PK_STAFF_HALF_MS;
    if (staff->acting.actor.role == PK_ROLE_KEY_PERSON)
        return began_ms + PK_STAFF_DEVICE_MS;
    int64_t idle_ms = now_ms + PK_STAFF_IDLE_MS, end_ms = began_ms + PK_STAFF_WHOLE_MS;
    return idle_ms < end_ms ? idle_ms : end_ms;
}

static int open_session(struct pk_service *service, struct pk_staff *staff, int64_t user, bool whole, const char *how, int64_t now_ms,
                        uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    const struct pk_staff_session session = {
        .user = user, .whole = whole, .began_ms = now_ms, .until_ms = until_of(staff, whole, now_ms, now_ms)
    };
    pk_random_bytes(ret_session, PK_PASS_TOKEN_BYTES);
    int r = pk_staff_session_add(service->store, ret_session, &session, err);
    return r == 0 ? pk_trail_done(service, &staff->acting.actor, "session.open", staff->acting.user.name, how, 0,
                                  now_ms, err)
                  : r;
}

/* After the first step: what stands between this user and the pages. */
static int let_in(struct pk_service *service, int64_t user, bool known, int64_t now_ms, uint8_t ret_session[PK_PASS_TOKEN_BYTES],
                  struct pk_error *err)
{
    struct pk_staff staff = { 0 };
    uint8_t secret[PK_TOTP_SECRET_BYTES];
    int r = act_as(service, user, &staff, err);
    if (r != 0)
        return r;
    bool second = pk_staff_needs_second(staff.acting.actor.role) && (!known || service->rules->proxy_second);
    const char *how = known ? second ? "first step, by the proxy" : "whole, by the proxy" : second ? "first step" : "whole";
    r = open_session(service, &staff, user, !second, how, now_ms, ret_session, err);
    if (r == 0 && second) {
        pk_random_bytes(secret, sizeof secret);
        r = pk_factor_begin(service->store, user, ret_session, secret, now_ms, err);
        explicit_bzero(secret, sizeof secret);
    }
    return r;
}

int pk_staff_enter(struct pk_service *service, const uint8_t pass[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms,
                   uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    int64_t user = 0;
    int r = pk_pass_use_user(service->store, pass, code, now_ms, &user, err);
    return r == 0 ? let_in(service, user, false, now_ms, ret_session, err) : r;
}

int pk_staff_enter_link(struct pk_service *service, const uint8_t link[PK_PASS_TOKEN_BYTES], int64_t now_ms,
                        uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    int64_t user = 0;
    int r = pk_sign_in_link_use(service->store, link, now_ms, &user, err);
    return r == 0 ? let_in(service, user, false, now_ms, ret_session, err) : r;
}

int pk_staff_enter_known(struct pk_service *service, struct pk_slice name, int64_t now_ms, uint8_t ret_session[PK_PASS_TOKEN_BYTES],
                         struct pk_error *err)
{
    struct pk_user user;
    int r = pk_user_get(service->store, name, &user, NULL);
    if (r == PK_E_NOT_FOUND)
        return pk_fail(err, PK_E_DENIED, "there is no user of this name");
    return r == 0 ? let_in(service, user.id, true, now_ms, ret_session, err) : pk_fail(err, (enum pk_code) r, "it could not be looked up");
}

int pk_staff_secret(struct pk_service *service, const struct pk_staff *staff, uint8_t ret_secret[PK_TOTP_SECRET_BYTES], struct pk_error *err)
{
    struct pk_factor factor;
    int r = pk_factor_get(service->store, staff->session.user, staff->token, &factor, err);
    if (r == 0 && (factor.confirmed || !factor.ours))
        r = pk_fail(err, PK_E_NOT_FOUND, "there is nothing to show");
    if (r == 0)
        memcpy(ret_secret, factor.secret, sizeof factor.secret);
    explicit_bzero(&factor, sizeof factor);
    return r;
}

int pk_staff_second(struct pk_service *service, const struct pk_staff *staff, struct pk_slice code, int64_t now_ms,
                    uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_factor factor;
    struct pk_staff found = { 0 };
    int64_t step = 0, user = staff->session.user;
    if (staff->session.whole)
        return pk_fail(err, PK_E_CONFLICT, "the second step was done");
    int r = pk_factor_get(service->store, user, staff->token, &factor, err);
    if (r != 0)
        return r;
    bool right = (factor.confirmed || factor.ours) &&
                 pk_totp_check(pk_slice_make(factor.secret, sizeof factor.secret), code, now_ms, factor.step, &step);
    explicit_bzero(&factor, sizeof factor);
    if (!right) {
        r = pk_staff_session_wrong(service->store, staff->token, err);
        return r != 0 ? r : pk_fail(err, PK_E_DENIED, "this code is not right, or was used");
    }
    r = pk_factor_used(service->store, user, step, err);
    if (r == 0)
        r = pk_staff_session_end(service->store, user, pk_slice_of(staff->session.mark), err);
    if (r == 0)
        r = act_as(service, user, &found, err);
    return r == 0 ? open_session(service, &found, user, true, "whole", now_ms, ret_session, err) : r;
}

int pk_staff_go_on(struct pk_service *service, const struct pk_staff *staff, int64_t now_ms, struct pk_error *err)
{
    return pk_session_prolong(service->store, staff->token, until_of(staff, staff->session.whole, staff->session.began_ms, now_ms), err);
}

/* ---- devices ---- */

static int allow(struct pk_service *service, const struct pk_staff *staff, struct pk_error *err)
{
    return pk_allow(service, &staff->acting.actor, PK_ACTION_SESSION_OWN, NULL, NULL, err);
}

int pk_staff_devices(struct pk_service *service, const struct pk_staff *staff, int64_t now_ms,
                     int (*each)(void *ctx, const struct pk_staff_session *session), void *ctx, struct pk_error *err)
{
    int r = allow(service, staff, err);
    return r == 0 ? pk_staff_sessions_list(service->store, staff->session.user, now_ms, each, ctx, err) : r;
}

int pk_staff_end(struct pk_service *service, const struct pk_staff *staff, struct pk_slice mark, int64_t now_ms, struct pk_error *err)
{
    int r = allow(service, staff, err);
    if (r == 0)
        r = pk_staff_session_end(service->store, staff->session.user, mark, err);
    return r == 0 ? pk_trail_done(service, &staff->acting.actor, "session.end", staff->acting.user.name, "", 0, now_ms, err) : r;
}

int pk_staff_end_all(struct pk_service *service, const struct pk_staff *staff, int64_t now_ms, struct pk_error *err)
{
    int r = allow(service, staff, err);
    if (r == 0)
        r = pk_staff_sessions_end_of(service->store, staff->session.user, err);
    return r == 0 ? pk_trail_done(service, &staff->acting.actor, "session.end", staff->acting.user.name, "all", 0, now_ms, err) : r;
}
