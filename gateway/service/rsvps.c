/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/rsvps.h"

#include "gateway/base/id.h"
#include "gateway/service/person_private.h"
#include "gateway/service/questions.h"
#include "gateway/service/rights.h"
#include "gateway/service/seats.h"
#include "gateway/service/trail.h"
#include "gateway/store/circles.h"
#include "gateway/store/names.h"
#include "gateway/store/rsvps.h"
#include "gateway/store/triggers.h"

/* ---- for what ---- */

/* The same for everybody, before anybody is looked for. */
static int check_invitation(struct pk_service *service, const struct pk_rsvp_plan *plan, int64_t now_ms, struct pk_asked *ret_asked,
                            struct pk_error *err)
{
    struct pk_trigger trigger;
    int r = pk_trigger_get(service->store, plan->trigger, &trigger, err);
    if (r == 0)
        r = pk_asked_read(service, trigger.notice, ret_asked, err);
    if (r == PK_E_NOT_FOUND) {
        (void) pk_fail(err, r, "there is no such trigger");
        return pk_hint(err, r, "pokana triggers list shows them.");
    }
    if (r != 0)
        return r;
    if (ret_asked->asks != PK_TEXT_REPLY_YES_NO)
        return pk_fail(err, PK_E_CONFLICT, "this trigger asked nobody whether they come");
    if (pk_asked_over(service, ret_asked, now_ms))
        return pk_fail(err, PK_E_CONFLICT, "it has begun or was called off");
    if (plan->heads > PK_RSVP_HEADS_MAX || (!plan->yes && plan->heads > 0)) {
        (void) pk_fail(err, PK_E_INVALID, "heads: a yes is for 1 to %u people, a no for none", PK_RSVP_HEADS_MAX);
        return pk_hint(err, PK_E_INVALID, "Say how many come, the person included.");
    }
    return 0;
}

/* ---- for whom ---- */

/* *ret_who 0 = nobody it may be written down for. */
static int find(struct pk_service *service, const struct pk_actor *actor, const struct pk_rsvp_plan *plan, int64_t *ret_who,
                struct pk_error *err)
{
    struct pk_found found;
    struct pk_user user;
    struct pk_circle circle;
    bool by_key_person = actor->role == PK_ROLE_KEY_PERSON;
    *ret_who = 0;
    if (by_key_person && plan->whom.recipient != 0)
        return pk_fail(err, PK_E_INVALID, "a key person names somebody by their number");
    int r = pk_person_find(service, &plan->whom, &found, err);
    if (r != 0 && r != PK_E_NOT_FOUND)
        return r;
    int64_t who = r == 0 ? found.who.id : 0;
    if (!by_key_person) {
        *ret_who = who;
        return who != 0 ? 0 : pk_fail(err, PK_E_NOT_FOUND, "nobody is known by this");
    }
    if (who != 0 && pk_user_get(service->store, pk_slice_of(actor->name), &user, NULL) == 0 &&
        pk_circle_of_user(service->store, user.id, &circle, NULL) == 0 && pk_circle_has(service->store, circle.id, who))
        *ret_who = who;
    return 0;
}

/* ---- written down ---- */

struct waking {
    struct pk_service *service;
    int64_t now_ms;
    struct pk_error *err;
};

/* What waited for the answer to this question at an address may leave. */
static int wake(void *ctx, const struct pk_address *address)
{
    struct waking *waking = ctx;
    return pk_question_answered(waking->service, address->id, waking->now_ms, waking->err);
}

int pk_rsvp_record(struct pk_service *service, const struct pk_actor *actor, const struct pk_rsvp_plan *plan, int64_t now_ms,
                   struct pk_error *err)
{
    struct pk_asked asked;
    char id[PK_ID_TEXT_MAX];
    int64_t who = 0;
    struct pk_about about = { .recipient = plan->whom.recipient };
    if (actor->role == PK_ROLE_KEY_PERSON)
        about.owner = pk_slice_of(actor->name); /* whom it counts for is looked at below */
    pk_id_format(plan->trigger, id);
    int r = pk_allow(service, actor, PK_ACTION_RSVP_RECORD, &about, id, err);
    if (r == 0)
        r = check_invitation(service, plan, now_ms, &asked, err);
    if (r == 0) {
        const char *topic = pk_name_text(service->store, PK_NAME_TOPIC, asked.topic);
        about.topic = pk_slice_of(topic ? topic : "");
        r = pk_allow(service, actor, PK_ACTION_RSVP_RECORD, &about, id, err);
    }
    if (r == 0)
        r = find(service, actor, plan, &who, err);
    if (r != 0)
        return r;
    struct pk_rsvp rsvp = {
        .recipient = who,
        .trigger = plan->trigger,
        .occurrence = asked.occurrence,
        .version = asked.version,
        .yes = plan->yes,
        .wanted = plan->yes ? (plan->heads > 0 ? plan->heads : 1) : 0,
        .at_ms = now_ms,
    };
    enum pk_seat seat = PK_SEAT_NONE;
    if (plan->ret_full && (r = pk_seats_are_taken(service, &rsvp, plan->ret_full, err)) != 0)
        return r;
    struct waking waking = { .service = service, .now_ms = now_ms, .err = err };
    if (who != 0)
        r = pk_seats_answer(service, &rsvp, now_ms, &seat, err);
    if (r == 0 && plan->ret_full && actor->role != PK_ROLE_KEY_PERSON)
        *plan->ret_full = seat == PK_SEAT_WAITS || seat == PK_SEAT_KEPT;
    if (r == 0 && who != 0)
        r = pk_addresses_of(service->store, who, wake, &waking, err);
    return r == 0 ? pk_trail_done(service, actor, "rsvp.record", id, "by mouth", who, now_ms, err) : r;
}
