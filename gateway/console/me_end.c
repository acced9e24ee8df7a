/* SPDX-License-Identifier: EUPL-1.2 */
/* Taking one's data along, stopping everything, and being erased: the last two are asked once more on a page of their own. */
#include "gateway/base/text.h"
#include "gateway/base/clock.h"
#include "gateway/console/me.h"
#include "gateway/service/own.h"
#include "gateway/service/passes.h"

/* ---- data ---- */

/* Not a link: a mail scanner that follows links would make a copy of a person's data, and an entry that they took one. The
 * page stays where it is, so the form is not used up. */
static int write_data(struct pk_visit *visit, struct pk_me *me, struct pk_buf *json, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    int r = pk_me_check_form(visit, me, err);
    if (r == 0)
        r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_passes_go_on(visit->call->service, me->token, visit->call->now_ms, err);
    if (r == 0)
        r = pk_own_export(visit->call->service, &me->actor, visit->call->now_ms, json, err);
    if (r == 0 && json->failed)
        r = pk_fail(err, PK_E_LIMIT, "there is too much to give it at once");
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

void pk_me_data(struct pk_visit *visit)
{
    struct pk_me me;
    struct pk_error err = { 0 };
    struct pk_buf json;
    char day[PK_TIME_TEXT_MAX], file[64];
    if (!pk_me_signed_in(visit, &me))
        return;
    pk_buf_init(&json, PK_CALL_ANSWER_MAX);
    int r = write_data(visit, &me, &json, &err);
    if (r == 0) {
        (void) pk_time_format(visit->call->now_ms, day);
        (void) snprintf(file, sizeof file, "attachment; filename=\"pokana-%.10s.json\"", day);
        pk_call_header(visit->call, "Content-Disposition", file);
        pk_call_header(visit->call, "Cache-Control", "no-store");
        pk_call_answer_as(visit->call, 200, "application/json", &json);
    } else {
        pk_me_end(visit, &me, r, &err, "/me");
    }
    pk_buf_wipe(&json);
}

/* ---- stopping ---- */

static void show_signed_in(struct pk_visit *visit, const char *page)
{
    struct pk_me me;
    if (pk_me_signed_in(visit, &me))
        pk_me_show(visit, &me, 200, page);
}

void pk_me_ask_stop(struct pk_visit *visit)
{
    show_signed_in(visit, "me-stop");
}

static int stop(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    return pk_own_stop(visit->call->service, &me->actor, visit->call->now_ms, err);
}

/* The session went with it. */
static void change_and_leave(struct pk_visit *visit, pk_me_act *act, const char *path)
{
    struct pk_me me;
    struct pk_error err = { 0 };
    if (!pk_me_signed_in(visit, &me))
        return;
    int r = pk_me_change(visit, &me, act, &err);
    if (r == 0)
        pk_visit_set_cookie(visit, PK_ME_COOKIE, "", 0);
    pk_me_end(visit, &me, r, &err, path);
}

void pk_me_stop(struct pk_visit *visit)
{
    change_and_leave(visit, stop, "/me/stopped");
}

static void show_done(struct pk_visit *visit, bool erased)
{
    pk_json_add_bool(&visit->out, "erased", erased);
    pk_visit_show(visit, 200, "me-done");
}

void pk_me_stopped(struct pk_visit *visit)
{
    show_done(visit, false);
}

/* ---- erasing ---- */

void pk_me_ask_erase(struct pk_visit *visit)
{
    pk_json_add_bool(&visit->out, "unsure", false);
    show_signed_in(visit, "me-delete");
}

static bool is_ticked(struct pk_visit *visit, const char *name)
{
    struct pk_buf value;
    bool ticked = pk_me_field(visit, name, PK_ME_FIELD_MAX, &value, NULL) == 0 && pk_slice_is(pk_buf_slice(&value), "yes");
    pk_buf_finish(&value);
    return ticked;
}

static int erase(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    return pk_own_erase(visit->call->service, &me->actor, is_ticked(visit, "never"), visit->call->now_ms, err);
}

void pk_me_erase(struct pk_visit *visit)
{
    struct pk_me me;
    if (is_ticked(visit, "sure")) {
        change_and_leave(visit, erase, "/me/deleted");
        return;
    }
    if (!pk_me_signed_in(visit, &me))
        return;
    pk_json_add_bool(&visit->out, "unsure", true);
    pk_me_show(visit, &me, 422, "me-delete");
}

void pk_me_erased(struct pk_visit *visit)
{
    show_done(visit, true);
}
