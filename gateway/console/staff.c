/* SPDX-License-Identifier: EUPL-1.2 */
/* A user signed in: the second step, the devices, and out again. */
#include "gateway/console/staff.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/qr.h"
#include "gateway/console/staff_known.h"

#define STAFF_COOKIE "staff"
#define START "/staff/start"
#define PICTURE_MAX (64u << 10)

void pk_staff_keep(struct pk_visit *visit, const uint8_t session[PK_TOKEN_BYTES])
{
    char text[PK_TOKEN_TEXT];
    pk_token_write(session, text);
    pk_visit_set_cookie(visit, STAFF_COOKIE, text, PK_STAFF_DEVICE_MS / 1000); /* how long it counts is known here */
    explicit_bzero(text, sizeof text);
}

/* Whole or not. False: answered. */
static bool find(struct pk_visit *visit, struct pk_staff *ret_staff)
{
    struct pk_error err = { 0 };
    uint8_t token[PK_TOKEN_BYTES];
    int r = PK_E_DENIED;
    *ret_staff = (struct pk_staff){ 0 };
    if (pk_token_read(pk_visit_cookie(visit, STAFF_COOKIE), token))
        r = pk_staff_find(visit->call->service, token, visit->call->now_ms, ret_staff, &err);
    struct pk_slice known = pk_staff_known(visit);
    if (r == 0 && known.len > 0 && !pk_slice_is(known, ret_staff->acting.user.name))
        r = PK_E_DENIED; /* somebody else sits at this browser by now */
    if (r == PK_E_DENIED)
        pk_visit_go(visit, START);
    else if (r != 0)
        pk_visit_trouble(visit, &err);
    return r == 0;
}

bool pk_staff_signed_in(struct pk_visit *visit, struct pk_staff *ret_staff)
{
    if (!find(visit, ret_staff))
        return false;
    if (pk_visit_cookie(visit, "language").len == 0) /* who chose none reads their own */
        pk_visit_speak(visit, pk_slice_of(ret_staff->acting.user.language));
    if (!ret_staff->session.whole)
        pk_visit_go(visit, "/staff/second");
    return ret_staff->session.whole;
}

void pk_staff_show(struct pk_visit *visit, const struct pk_staff *staff, unsigned status, const char *page)
{
    struct pk_error err = { 0 };
    uint8_t form[PK_FORM_BYTES];
    char text[PK_TOKEN_TEXT], key[48];
    if (pk_session_form(visit->call->service->store, staff->token, form, &err) != 0) {
        if (err.code == PK_E_DENIED) /* it ended just now */
            pk_visit_go(visit, START);
        else
            pk_visit_trouble(visit, &err);
        return;
    }
    pk_token_write(form, text);
    (void) snprintf(key, sizeof key, "staff.role.%s", pk_role_name(staff->acting.actor.role));
    pk_json_add_text(&visit->out, "form", text);
    pk_json_add_text(&visit->out, "name", staff->acting.user.name);
    pk_json_add_slice(&visit->out, "role", pk_visit_string(visit, key));
    pk_visit_show(visit, status, page);
}

/* ---- one change ---- */

static bool read_form(struct pk_visit *visit, uint8_t ret_form[PK_FORM_BYTES])
{
    struct pk_buf text;
    bool read = pk_me_field(visit, "form", PK_ME_FIELD_MAX, &text, NULL) == 0 && pk_token_read(pk_buf_slice(&text), ret_form);
    pk_buf_wipe(&text);
    return read;
}

bool pk_staff_tapped_twice(struct pk_visit *visit, const struct pk_staff *staff)
{
    uint8_t form[PK_FORM_BYTES];
    struct pk_form_sent sent = pk_visit_sent(visit);
    return read_form(visit, form) && pk_session_took(visit->call->service->store, staff->token, form, &sent);
}

bool pk_staff_form_is_ours(struct pk_visit *visit, const struct pk_staff *staff)
{
    uint8_t form[PK_FORM_BYTES], wanted[PK_FORM_BYTES];
    return pk_session_form(visit->call->service->store, staff->token, wanted, NULL) == 0 && read_form(visit, form) &&
           memcmp(form, wanted, sizeof form) == 0;
}

static int take_form(struct pk_visit *visit, const struct pk_staff *staff, struct pk_error *err)
{
    uint8_t form[PK_FORM_BYTES];
    if (!read_form(visit, form))
        return pk_fail(err, PK_E_CONFLICT, "this form is of another page");
    struct pk_form_sent sent = pk_visit_sent(visit);
    return pk_session_take_form(visit->call->service->store, staff->token, form, &sent, err);
}

int pk_staff_change(struct pk_visit *visit, struct pk_staff *staff, pk_staff_act *act, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_error kept = { 0 };
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = take_form(visit, staff, err);
    if (r == 0)
        r = pk_staff_go_on(visit->call->service, staff, visit->call->now_ms, err);
    if (r == 0)
        r = act(visit, staff, err);
    if (r != 0 && r != PK_E_DENIED) {
        pk_unit_drop(store);
        return r;
    }
    int k = pk_unit_keep(store, &kept);
    if (k != 0)
        *err = kept;
    return k != 0 ? k : r;
}

void pk_staff_do(struct pk_visit *visit, pk_staff_act *act, const char *done, const char *old)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    int r = pk_staff_change(visit, &staff, act, &err);
    if (r == 0 || (r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff)))
        pk_visit_go(visit, done);
    else if (r == PK_E_CONFLICT)
        pk_visit_go(visit, old);
    else
        pk_visit_trouble(visit, &err);
}

/* What is done to one's own devices, and where it leads. An old form shows the page as it is now. */
static void change_and_go(struct pk_visit *visit, pk_staff_act *act, const char *path)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!find(visit, &staff))
        return;
    int r = pk_staff_change(visit, &staff, act, &err);
    if (r == 0)
        pk_visit_go(visit, path);
    else if (r == PK_E_CONFLICT)
        pk_visit_go(visit, "/staff/account?old=1");
    else
        pk_visit_trouble(visit, &err);
}

/* ---- the second step ---- */

/* As a picture in the page itself: no address carries the secret, and the page is kept by nobody. */
static void add_picture(struct pk_visit *visit, struct pk_slice uri)
{
    struct pk_buf path;
    int side = 0;
    pk_buf_init(&path, PICTURE_MAX);
    if (uri.len == 0 || pk_qr_path(uri, &path, &side, NULL) != 0)
        pk_buf_clear(&path);
    pk_json_add_slice(&visit->out, "picture", pk_buf_slice(&path));
    pk_json_add_int(&visit->out, "side", side);
    pk_buf_wipe(&path);
}

/* The secret while it is this session's to confirm; nothing of it afterwards. */
static void add_secret(struct pk_visit *visit, const struct pk_staff *staff)
{
    uint8_t secret[PK_TOTP_SECRET_BYTES];
    char uri[256];
    struct pk_buf text;
    bool known = pk_staff_secret(visit->call->service, staff, secret, NULL) == 0;
    pk_buf_init(&text, 64);
    if (known)
        pk_base32(&text, secret, sizeof secret);
    (void) snprintf(uri, sizeof uri, "otpauth://totp/pokana:%s?secret=%s&issuer=pokana", staff->acting.user.name,
                    known ? pk_buf_text(&text) : "");
    pk_json_add_text(&visit->out, "secret", known ? pk_buf_text(&text) : "");
    pk_json_add_text(&visit->out, "uri", uri);
    add_picture(visit, pk_slice_of(known ? uri : ""));
    explicit_bzero(secret, sizeof secret);
    explicit_bzero(uri, sizeof uri);
    pk_buf_wipe(&text);
}

static void show_second(struct pk_visit *visit, const struct pk_staff *staff, unsigned status)
{
    pk_json_add_bool(&visit->out, "wrong", status != 200);
    add_secret(visit, staff);
    pk_staff_show(visit, staff, status, "staff-second");
}

void pk_staff_page_second(struct pk_visit *visit)
{
    struct pk_staff staff;
    if (!find(visit, &staff))
        return;
    if (staff.session.whole)
        pk_visit_go(visit, "/staff");
    else
        show_second(visit, &staff, 200);
}

static int confirm(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    uint8_t session[PK_TOKEN_BYTES];
    struct pk_buf code;
    int r = pk_me_field(visit, "code", PK_ME_FIELD_MAX, &code, err);
    if (r == 0)
        r = pk_staff_second(visit->call->service, staff, pk_buf_slice(&code), visit->call->now_ms, session, err);
    pk_buf_wipe(&code);
    if (r == 0)
        memcpy(staff->token, session, sizeof session);
    return r;
}

void pk_staff_page_confirm(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (pk_visit_often(visit) || !find(visit, &staff))
        return;
    int r = pk_staff_change(visit, &staff, confirm, &err);
    if (r == 0) {
        pk_staff_keep(visit, staff.token);
        pk_visit_go(visit, "/staff");
    } else if (r == PK_E_DENIED || r == PK_E_INVALID || r == PK_E_LIMIT || r == PK_E_CONFLICT) {
        show_second(visit, &staff, 422);
    } else {
        pk_visit_trouble(visit, &err);
    }
}

/* ---- my account ---- */

struct listing {
    struct pk_json_out *out;
    const char *own; /* the mark of this device */
};

/* Day and minute, the same for every reader. */
static void add_moment(struct pk_json_out *out, const char *name, int64_t ms)
{
    char moment[PK_TIME_TEXT_MAX], text[32];
    (void) pk_time_format(ms, moment);
    (void) snprintf(text, sizeof text, "%.2s.%.2s.%.4s %.5s UTC", moment + 8, moment + 5, moment, moment + 11);
    pk_json_add_text(out, name, text);
}

static int add_device(void *ctx, const struct pk_staff_session *session)
{
    struct listing *listing = ctx;
    pk_json_open(listing->out, NULL, '{');
    pk_json_add_text(listing->out, "mark", session->mark);
    pk_json_add_bool(listing->out, "current", strcmp(session->mark, listing->own) == 0);
    add_moment(listing->out, "since", session->began_ms);
    add_moment(listing->out, "until", session->until_ms);
    pk_json_close(listing->out, '}');
    return 0;
}

void pk_staff_page_account(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_buf old;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    struct listing listing = { .out = &visit->out, .own = staff.session.mark };
    pk_buf_init(&old, 8);
    pk_json_add_bool(&visit->out, "old", pk_http_request_argument(visit->call->request, "old", &old) == 0);
    pk_buf_finish(&old);
    pk_json_open(&visit->out, "devices", '[');
    int r = pk_staff_devices(visit->call->service, &staff, visit->call->now_ms, add_device, &listing, &err);
    pk_json_close(&visit->out, ']');
    if (r == 0)
        pk_staff_show(visit, &staff, 200, "staff-account");
    else
        pk_visit_trouble(visit, &err);
}

/* ---- out ---- */

static int end_this(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    int r = pk_staff_end(visit->call->service, staff, pk_slice_of(staff->session.mark), visit->call->now_ms, err);
    if (r == 0)
        pk_visit_set_cookie(visit, STAFF_COOKIE, "", 0);
    return r;
}

void pk_staff_page_leave(struct pk_visit *visit)
{
    change_and_go(visit, end_this, START);
}

static int end_one(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_buf mark;
    int r = staff->session.whole ? pk_me_field(visit, "device", PK_ME_FIELD_MAX, &mark, err)
                                 : (pk_buf_init(&mark, 1), pk_fail(err, PK_E_DENIED, "the second step is missing"));
    if (r == 0)
        r = pk_staff_end(visit->call->service, staff, pk_buf_slice(&mark), visit->call->now_ms, err);
    pk_buf_finish(&mark);
    return r;
}

void pk_staff_page_end(struct pk_visit *visit)
{
    change_and_go(visit, end_one, "/staff/account");
}

static int end_all(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    int r = staff->session.whole ? pk_staff_end_all(visit->call->service, staff, visit->call->now_ms, err)
                                 : pk_fail(err, PK_E_DENIED, "the second step is missing");
    if (r == 0)
        pk_visit_set_cookie(visit, STAFF_COOKIE, "", 0);
    return r;
}

void pk_staff_page_everywhere(struct pk_visit *visit)
{
    change_and_go(visit, end_all, START);
}
