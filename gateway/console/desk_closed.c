/* SPDX-License-Identifier: EUPL-1.2 */
/* The info point is closed today, in two taps: which, and yes. */
#include "gateway/console/handlers.h"
#include "gateway/console/staff.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/closed_today.h"

#include "gateway/base/id.h"

static int add_one(void *ctx, const struct pk_open_today *open)
{
    struct pk_visit *visit = ctx;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_id(&visit->out, "event", open->event);
    pk_staff_add_theirs(visit, "title", pk_slice_of(open->title));
    pk_staff_add_theirs(visit, "place", pk_slice_of(open->place));
    pk_staff_add_moment(visit, "from", open->starts_ms);
    pk_staff_add_moment(visit, "until", open->ends_ms);
    pk_staff_add_moment(visit, "closed", open->closed_ms);
    pk_json_close(&visit->out, '}');
    return 0;
}

struct counting {
    struct pk_visit *visit;
    size_t count;
};

static int count_one(void *ctx, const struct pk_open_today *open)
{
    struct counting *counting = ctx;
    counting->count++;
    return add_one(counting->visit, open);
}

void pk_desk_today_page(struct pk_visit *visit)
{
    struct counting counting = { .visit = visit };
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    pk_staff_add_flag(visit, "old");
    pk_json_open(&visit->out, "open", '[');
    int r = pk_open_today_each(visit->call->service, &staff.acting.actor, visit->call->now_ms, count_one, &counting, &err);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "none", counting.count == 0);
    if (r == 0)
        pk_staff_show(visit, &staff, 200, "desk-today");
    else
        pk_visit_trouble(visit, &err);
}

/* How many would be told: it is done, looked at, and undone. */
static int try_it(struct pk_visit *visit, const struct pk_staff *staff, int64_t event, struct pk_events_done *done, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_close_today(visit->call->service, &staff->acting.actor, event, visit->call->now_ms, done, err);
    pk_unit_drop(store);
    return r;
}

/* The first tap: what it does. */
void pk_desk_close_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_open_today open;
    struct pk_events_done done = { 0 };
    int64_t event = 0;
    if (!pk_staff_signed_in(visit, &staff) || !pk_staff_place_id(visit, &event))
        return;
    int r = pk_open_today(visit->call->service, &staff.acting.actor, event, visit->call->now_ms, &open, &err);
    if (r == 0 && open.closed_ms != 0) {
        pk_visit_go(visit, "/staff/closed");
        return;
    }
    if (r == 0)
        r = try_it(visit, &staff, event, &done, &err);
    if (r != 0) {
        pk_visit_trouble(visit, &err);
        return;
    }
    pk_json_open(&visit->out, "date", '[');
    (void) add_one(visit, &open);
    pk_json_close(&visit->out, ']');
    pk_json_add_int(&visit->out, "told", done.effect.told);
    pk_staff_show(visit, &staff, 200, "desk-close");
}

static int close_it(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_events_done done;
    int64_t event = 0;
    if (pk_id_parse(visit->place, &event) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "nothing of this is open today");
    staff->acting.actor.purpose = "closed-today";
    return pk_close_today(visit->call->service, &staff->acting.actor, event, visit->call->now_ms, &done, err);
}

/* The second tap, and any after it: the list, which says since when it is closed. */
void pk_desk_close(struct pk_visit *visit)
{
    pk_staff_do(visit, close_it, "/staff/closed", "/staff/closed?old=1");
}
