/* SPDX-License-Identifier: EUPL-1.2 */
/* Another number, or one more place to be written to: the new address, then two codes. What is shown is the same for every
 * address that can be one. */
#include "gateway/base/text.h"
#include "gateway/console/me.h"
#include "gateway/service/moves.h"

#define ADDRESS_MAX 256

/* Which addresses can be changed, and how it went the last time. */
static void show(struct pk_visit *visit, struct pk_me *me, unsigned status, bool wrong)
{
    pk_json_add_bool(&visit->out, "wrong", wrong);
    if (pk_me_fill(visit, me))
        pk_me_show(visit, me, status, "me-address");
}

void pk_me_address(struct pk_visit *visit)
{
    struct pk_me me;
    if (pk_me_signed_in(visit, &me))
        show(visit, &me, 200, false);
}

static int ask(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    struct pk_buf what, address;
    int r = pk_me_field(visit, "what", PK_ME_FIELD_MAX, &what, err);
    int a = pk_me_field(visit, "address", ADDRESS_MAX, &address, r == 0 ? err : NULL);
    if (r == 0 && a != 0)
        r = pk_fail(err, PK_E_INVALID, "this cannot be an address");
    if (r == 0)
        r = pk_moves_ask(visit->call->service, &me->actor, pk_buf_slice(&what), pk_buf_slice(&address), visit->call->now_ms, err);
    pk_buf_finish(&what);
    pk_buf_wipe(&address);
    return r;
}

void pk_me_ask_address(struct pk_visit *visit)
{
    struct pk_me me;
    struct pk_error err = { 0 };
    if (pk_visit_often(visit) || !pk_me_signed_in(visit, &me))
        return;
    int r = pk_me_change(visit, &me, ask, &err);
    if (r == PK_E_INVALID)
        show(visit, &me, 422, true);
    else if (r == PK_E_LIMIT)
        pk_visit_too_often(visit);
    else
        pk_me_end(visit, &me, r, &err, "/me/address/codes");
}

/* ---- the codes ---- */

static void show_codes(struct pk_visit *visit, const struct pk_me *me, unsigned status, bool wrong)
{
    pk_json_add_bool(&visit->out, "wrong", wrong);
    pk_me_show(visit, me, status, "me-codes");
}

void pk_me_codes(struct pk_visit *visit)
{
    struct pk_me me;
    if (pk_me_signed_in(visit, &me))
        show_codes(visit, &me, 200, false);
}

/* The new session's token takes the old one's place. */
static int enter(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    struct pk_buf old_code, new_code;
    int r = pk_me_field(visit, "old", PK_ME_FIELD_MAX, &old_code, err);
    int n = pk_me_field(visit, "new", PK_ME_FIELD_MAX, &new_code, r == 0 ? err : NULL);
    if (r == 0)
        r = n;
    if (r == 0)
        r = pk_moves_enter(visit->call->service, &me->actor, pk_buf_slice(&old_code), pk_buf_slice(&new_code), visit->call->now_ms, me->token,
                           err);
    pk_buf_wipe(&old_code);
    pk_buf_wipe(&new_code);
    return r;
}

void pk_me_enter_codes(struct pk_visit *visit)
{
    struct pk_me me;
    struct pk_error err = { 0 };
    char text[PK_TOKEN_TEXT];
    if (pk_visit_often(visit) || !pk_me_signed_in(visit, &me))
        return;
    int r = pk_me_change(visit, &me, enter, &err);
    if (r == 0) {
        pk_token_write(me.token, text);
        pk_visit_set_cookie(visit, PK_ME_COOKIE, text, PK_SESSION_WHOLE_MS / 1000);
        explicit_bzero(text, sizeof text);
    }
    if (r == PK_E_DENIED || r == PK_E_INVALID || (r == PK_E_LIMIT && !me.old_form))
        show_codes(visit, &me, 422, true);
    else
        pk_me_end(visit, &me, r, &err, "/me?saved=1");
}
