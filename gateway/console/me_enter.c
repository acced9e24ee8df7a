/* SPDX-License-Identifier: EUPL-1.2 */
/* The way in to one's own page: a number, a code to it, and out again. What is shown is the same for every number. */
#include "gateway/base/text.h"
#include "gateway/console/entry_form.h"
#include "gateway/console/handlers.h"
#include "gateway/api/token_text.h"
#include "gateway/service/passes.h"

#define FIELD_MAX 64
#define PASS_COOKIE "pass"

int pk_me_find(struct pk_visit *visit, uint8_t ret_token[PK_TOKEN_BYTES], int64_t *ret_recipient, struct pk_error *err)
{
    if (!pk_token_read(pk_visit_cookie(visit, PK_ME_COOKIE), ret_token))
        return pk_fail(err, PK_E_DENIED, "nobody is signed in here");
    return pk_passes_session(visit->call->service, ret_token, visit->call->now_ms, ret_recipient, err);
}

void pk_me_start(struct pk_visit *visit)
{
    pk_entry_form_show(visit, 200, "me-start", false);
}

/* ---- the number ---- */

static int ask(struct pk_visit *visit, struct pk_slice number, uint8_t token[PK_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_passes_ask(visit->call->service, number, visit->call->now_ms, token, err);
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

void pk_me_ask(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_buf number;
    uint8_t token[PK_TOKEN_BYTES];
    char text[PK_TOKEN_TEXT];
    bool given = false;
    if (pk_visit_often(visit) || !pk_entry_form_is_ours(visit))
        return;
    pk_buf_init(&number, FIELD_MAX);
    int r = pk_call_form(visit->call, "number", 0, &number, &given, &err);
    if (r == 0)
        r = ask(visit, pk_buf_slice(&number), token, &err);
    pk_buf_wipe(&number);
    if (r == 0) {
        pk_token_write(token, text);
        pk_visit_set_cookie(visit, PASS_COOKIE, text, PK_PASS_MS / 1000);
        pk_visit_go(visit, "/me/code");
    } else if (r == PK_E_INVALID || r == PK_E_LIMIT) {
        pk_entry_form_show(visit, 422, "me-start", true);
    } else {
        pk_visit_trouble(visit, &err);
    }
}

/* ---- the code ---- */

void pk_me_code(struct pk_visit *visit)
{
    pk_entry_form_show(visit, 200, "me-code", false);
}

static int enter(struct pk_visit *visit, struct pk_slice code, uint8_t session[PK_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    uint8_t pass[PK_TOKEN_BYTES];
    if (!pk_token_read(pk_visit_cookie(visit, PASS_COOKIE), pass))
        return pk_fail(err, PK_E_DENIED, "no code is asked for here");
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_passes_enter(visit->call->service, pass, code, visit->call->now_ms, session, err);
    if (r != 0 && r != PK_E_DENIED) {
        pk_unit_drop(store);
        return r;
    }
    struct pk_error kept = { 0 };
    int k = pk_unit_keep(store, &kept); /* a wrong code too is counted */
    if (k != 0)
        *err = kept;
    return k != 0 ? k : r;
}

void pk_me_enter(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_buf code;
    uint8_t session[PK_TOKEN_BYTES];
    char text[PK_TOKEN_TEXT];
    bool given = false;
    if (pk_visit_often(visit) || !pk_entry_form_is_ours(visit))
        return;
    pk_buf_init(&code, FIELD_MAX);
    int r = pk_call_form(visit->call, "code", 0, &code, &given, &err);
    if (r == 0)
        r = enter(visit, pk_slice_trim(pk_buf_slice(&code)), session, &err);
    pk_buf_wipe(&code);
    if (r == 0) {
        pk_token_write(session, text);
        pk_visit_set_cookie(visit, PASS_COOKIE, "", 0);
        pk_visit_set_cookie(visit, PK_ME_COOKIE, text, PK_SESSION_WHOLE_MS / 1000);
        pk_visit_go(visit, "/me");
    } else if (r == PK_E_DENIED || r == PK_E_INVALID || r == PK_E_LIMIT) {
        pk_entry_form_show(visit, 422, "me-code", true);
    } else {
        pk_visit_trouble(visit, &err);
    }
    explicit_bzero(text, sizeof text);
}

void pk_me_leave(struct pk_visit *visit)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_error err = { 0 };
    uint8_t token[PK_TOKEN_BYTES];
    if (pk_token_read(pk_visit_cookie(visit, PK_ME_COOKIE), token) && pk_session_end(store, token, &err) != 0) {
        pk_visit_trouble(visit, &err);
        return;
    }
    pk_visit_set_cookie(visit, PK_ME_COOKIE, "", 0);
    pk_visit_go(visit, "/");
}
