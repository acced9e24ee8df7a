/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reading aloud, on a telephone: texts that wait for somebody whose language it is, one of them large and in every script it is
 * sent in, and two answers: it is right, or what is wrong.
 */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/staff.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/own_texts_tell.h"
#include "gateway/service/readings.h"
#include "gateway/store/own_texts.h"

#define DONE "/staff/texts?done=1"
#define NOTED "/staff/texts?noted=1"

static struct pk_slice language_of(const struct pk_staff *staff)
{
    return pk_slice_of(staff->acting.user.language);
}

static void moment(void *ctx, const char *name, int64_t ms)
{
    pk_staff_add_moment(ctx, name, ms);
}

static struct pk_texts_teller teller_of(struct pk_visit *visit, const struct pk_staff *staff)
{
    return (struct pk_texts_teller){
        .service = visit->call->service, .actor = &staff->acting.actor, .out = &visit->out, .name_as = "textName", .moment = moment, .ctx = visit
    };
}

/* False: answered. */
static bool opened(struct pk_visit *visit, struct pk_staff *ret_staff)
{
    struct pk_error err = { 0 };
    if (!pk_staff_signed_in(visit, ret_staff))
        return false;
    if (pk_allow(visit->call->service, &ret_staff->acting.actor, PK_ACTION_TEMPLATE_READ, NULL, NULL, &err) == 0)
        return true;
    pk_visit_trouble(visit, &err);
    return false;
}

void pk_staff_texts_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!opened(visit, &staff))
        return;
    const struct pk_texts_teller teller = teller_of(visit, &staff);
    pk_staff_add_flag(visit, "done");
    pk_staff_add_flag(visit, "noted");
    pk_json_add_slice(&visit->out, "reads", language_of(&staff));
    pk_json_add_bool(&visit->out, "none", pk_texts_to_read(visit->call->service, language_of(&staff)) == 0);
    if (pk_texts_tell_to_read(&teller, language_of(&staff), &err) == 0)
        pk_staff_show(visit, &staff, 200, "staff-texts");
    else
        pk_visit_trouble(visit, &err);
}

/* `note`: what was typed and could not be taken. */
static void show(struct pk_visit *visit, const struct pk_staff *staff, struct pk_slice note, bool wrong)
{
    struct pk_error err = { 0 };
    const struct pk_texts_teller teller = teller_of(visit, staff);
    pk_staff_add_flag(visit, "old");
    pk_json_add_slice(&visit->out, "note", note);
    pk_json_add_bool(&visit->out, "wrong", wrong);
    if (pk_texts_tell_aloud(&teller, visit->place, language_of(staff), &err) == 0)
        pk_staff_show(visit, staff, wrong ? 422 : 200, "staff-text");
    else
        pk_visit_trouble(visit, &err);
}

void pk_staff_text_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    if (opened(visit, &staff))
        show(visit, &staff, PK_SLICE(""), false);
}

/* ---- said ---- */

/* Every script it is sent in was on the page. */
static int say_right(struct pk_visit *visit, const struct pk_staff *staff, struct pk_slice seen, struct pk_error *err)
{
    struct pk_service *service = visit->call->service;
    const struct pk_actor *actor = &staff->acting.actor;
    struct pk_slice language = language_of(staff), rest = { 0 }, script;
    int r = pk_text_was_read(service, actor, visit->place, language, seen, visit->call->now_ms, err);
    for (size_t i = 0; i < pk_catalog_language_count(service->catalog); i++)
        if (pk_slice_equal(pk_catalog_language_tag(service->catalog, i), language))
            rest = pk_catalog_language_renderings(service->catalog, i);
    while (r == 0 && rest.len > 0 && pk_slice_cut(&rest, ' ', &script)) {
        char tag[48];
        (void) snprintf(tag, sizeof tag, "%.*s-%.*s", PK_SLICE_ARG(language), PK_SLICE_ARG(script));
        if (script.len > 0)
            r = pk_text_was_read(service, actor, visit->place, pk_slice_of(tag), seen, visit->call->now_ms, err);
    }
    return r;
}

static bool says_wrong(struct pk_visit *visit)
{
    struct pk_buf act;
    bool wrong = pk_me_field(visit, "act", PK_ME_FIELD_MAX, &act, NULL) == 0 && pk_slice_is(pk_buf_slice(&act), "wrong");
    pk_buf_finish(&act);
    return wrong;
}

static int say(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_buf seen, note;
    staff->acting.actor.purpose = "proof";
    int r = pk_me_field(visit, "seen", PK_ME_FIELD_MAX, &seen, err);
    int n = pk_me_field(visit, "note", PK_TEXT_NOTE_MAX, &note, NULL);
    if (r == 0 && says_wrong(visit))
        r = n != 0 ? pk_fail(err, PK_E_INVALID, "say what is wrong")
                   : pk_text_was_faulted(visit->call->service, &staff->acting.actor, visit->place, language_of(staff), pk_buf_slice(&seen),
                                         pk_buf_slice(&note), visit->call->now_ms, err);
    else if (r == 0)
        r = say_right(visit, staff, pk_buf_slice(&seen), err);
    pk_buf_finish(&seen);
    pk_buf_finish(&note);
    return r;
}

void pk_staff_text(struct pk_visit *visit)
{
    char old[256];
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_buf note;
    if (!opened(visit, &staff))
        return;
    int r = pk_staff_change(visit, &staff, say, &err);
    (void) snprintf(old, sizeof old, "/staff/texts/%.*s?old=1", (int) (visit->place.len < 200 ? visit->place.len : 200), visit->place.data);
    if (r == 0 || (r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff))) {
        pk_visit_go(visit, says_wrong(visit) ? NOTED : DONE);
    } else if (r == PK_E_CONFLICT) {
        pk_visit_go(visit, old);
    } else if (r == PK_E_INVALID || r == PK_E_LIMIT) {
        (void) pk_me_field(visit, "note", 4 * PK_TEXT_NOTE_MAX, &note, NULL);
        show(visit, &staff, pk_buf_slice(&note), true);
        pk_buf_finish(&note);
    } else {
        pk_visit_trouble(visit, &err);
    }
}
