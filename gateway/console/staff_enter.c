/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The way in for users: a name and a code to their own address, or a link that opens once. What is shown is the same for
 * every name. A link's page has a button: what follows links by itself uses none up.
 */
#include "gateway/api/remotes.h"
#include "gateway/base/text.h"
#include "gateway/console/entry_form.h"
#include "gateway/console/handlers.h"
#include "gateway/console/staff.h"
#include "gateway/console/staff_known.h"
#include "gateway/service/passes.h"

#define FIELD_MAX 64
#define PASS_COOKIE "staff-pass"

void pk_staff_start_show(struct pk_visit *visit, unsigned status, bool wrong)
{
    pk_json_add_slice(&visit->out, "known", pk_staff_known(visit));
    pk_entry_form_show(visit, status, "staff-start", wrong);
}

void pk_staff_page_start(struct pk_visit *visit)
{
    pk_staff_start_show(visit, 200, false);
}

/* ---- the name ---- */

static int ask(struct pk_visit *visit, struct pk_slice name, uint8_t token[PK_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    char source[PK_SOURCE_MAX];
    pk_remotes_source(visit->call->request, source);
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_staff_ask(visit->call->service, name, pk_slice_of(source), visit->call->now_ms, token, err);
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

void pk_staff_page_ask(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_buf name;
    uint8_t token[PK_TOKEN_BYTES];
    char text[PK_TOKEN_TEXT];
    bool given = false;
    if (pk_visit_often(visit) || !pk_entry_form_is_ours(visit))
        return;
    pk_buf_init(&name, FIELD_MAX);
    int r = pk_call_form(visit->call, "name", 0, &name, &given, &err);
    if (r == 0)
        r = ask(visit, pk_slice_trim(pk_buf_slice(&name)), token, &err);
    pk_buf_finish(&name);
    if (r == 0) {
        pk_token_write(token, text);
        pk_visit_set_cookie(visit, PASS_COOKIE, text, PK_PASS_MS / 1000);
        pk_visit_go(visit, "/staff/code");
    } else if (r == PK_E_INVALID || r == PK_E_LIMIT) {
        pk_staff_start_show(visit, 422, true);
    } else {
        pk_visit_trouble(visit, &err);
    }
}

/* ---- the code ---- */

void pk_staff_page_code(struct pk_visit *visit)
{
    pk_entry_form_show(visit, 200, "staff-code", false);
}

/* In a unit that is kept also when it is refused: a wrong code counts. */
static int enter(struct pk_visit *visit, bool by_link, const uint8_t token[PK_TOKEN_BYTES], struct pk_slice code,
                 uint8_t session[PK_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_call *call = visit->call;
    struct pk_error kept = { 0 };
    int r = pk_unit_begin(call->service->store, err);
    if (r != 0)
        return r;
    r = by_link ? pk_staff_enter_link(call->service, token, call->now_ms, session, err)
                : pk_staff_enter(call->service, token, code, call->now_ms, session, err);
    if (r != 0 && r != PK_E_DENIED) {
        pk_unit_drop(call->service->store);
        return r;
    }
    int k = pk_unit_keep(call->service->store, &kept);
    if (k != 0)
        *err = kept;
    return k != 0 ? k : r;
}

void pk_staff_page_enter(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_buf code;
    uint8_t pass[PK_TOKEN_BYTES], session[PK_TOKEN_BYTES];
    bool given = false;
    if (pk_visit_often(visit) || !pk_entry_form_is_ours(visit))
        return;
    pk_buf_init(&code, FIELD_MAX);
    int r = pk_call_form(visit->call, "code", 0, &code, &given, &err);
    if (r == 0 && !pk_token_read(pk_visit_cookie(visit, PASS_COOKIE), pass))
        r = pk_fail(&err, PK_E_DENIED, "no code is asked for here");
    if (r == 0)
        r = enter(visit, false, pass, pk_slice_trim(pk_buf_slice(&code)), session, &err);
    pk_buf_wipe(&code);
    if (r == 0) {
        pk_visit_set_cookie(visit, PASS_COOKIE, "", 0);
        pk_staff_keep(visit, session);
        pk_visit_go(visit, "/staff");
    } else if (r == PK_E_DENIED || r == PK_E_INVALID || r == PK_E_LIMIT) {
        pk_entry_form_show(visit, 422, "staff-code", true);
    } else {
        pk_visit_trouble(visit, &err);
    }
}

/* ---- the link ---- */

void pk_staff_page_link(struct pk_visit *visit)
{
    pk_entry_form_show(visit, 200, "staff-link", false);
}

void pk_staff_page_open(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    uint8_t link[PK_TOKEN_BYTES], session[PK_TOKEN_BYTES];
    if (pk_visit_often(visit) || !pk_entry_form_is_ours(visit))
        return;
    int r = pk_token_read(visit->place, link) ? enter(visit, true, link, (struct pk_slice){ 0 }, session, &err)
                                              : pk_fail(&err, PK_E_DENIED, "this link does not work any more");
    if (r == 0) {
        pk_staff_keep(visit, session);
        pk_visit_go(visit, "/staff");
    } else if (r == PK_E_DENIED) {
        pk_entry_form_show(visit, 422, "staff-link", true);
    } else {
        pk_visit_trouble(visit, &err);
    }
    explicit_bzero(link, sizeof link);
}
