/* SPDX-License-Identifier: EUPL-1.2 */
/* What a user comes for, first: a key person's events, the info point's work; the others work at a desk (office.h). */
#include "gateway/console/key_events.h"
#include "gateway/console/staff.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/own_texts_tell.h"
#include "gateway/store/inbox.h"

/* A link is no right: what is behind it asks again. */
static void add_may(struct pk_visit *visit, const struct pk_staff *staff, const char *name, enum pk_action action)
{
    const struct pk_about about = { .owner = pk_slice_of(staff->acting.user.name) };
    pk_json_add_bool(&visit->out, name, pk_may(&staff->acting.actor, action, &about, NULL) == 0);
}

void pk_staff_home(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_inbox_counts counts = { 0 };
    if (!pk_staff_signed_in(visit, &staff))
        return;
    if (pk_office_has(staff.acting.actor.role)) {
        pk_visit_go(visit, PK_OFFICE_PATH);
        return;
    }
    bool key_person = staff.acting.actor.role == PK_ROLE_KEY_PERSON;
    pk_json_add_bool(&visit->out, "keyPerson", key_person);
    add_may(visit, &staff, "signsUp", PK_ACTION_RECIPIENT_ADD);
    add_may(visit, &staff, "reads", PK_ACTION_INBOX_READ);
    add_may(visit, &staff, "closes", PK_ACTION_EVENT_CLOSED);
    add_may(visit, &staff, "readsAloud", PK_ACTION_TEMPLATE_READ);
    pk_json_add_int(&visit->out, "toRead", (int64_t) pk_texts_to_read(visit->call->service, pk_slice_of(staff.acting.user.language)));
    pk_inbox_count(visit->call->service->store, visit->call->now_ms, &counts);
    pk_json_add_int(&visit->out, "waiting", counts.open);
    int r = key_person ? pk_key_events_add(visit, &staff, &err) : 0;
    if (r == 0)
        pk_staff_show(visit, &staff, 200, "staff");
    else
        pk_visit_trouble(visit, &err);
}
