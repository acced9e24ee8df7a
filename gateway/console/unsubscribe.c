/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The link that ends the mails. Who follows it by itself, a scanner or a preview, sees a button and has changed nothing;
 * pressing that button and what a mail program sends for its reader (RFC 8058) are the same POST, answered at once and never
 * sent elsewhere. Every link looks the same until it is pressed.
 */
#include "gateway/console/handlers.h"
#include "gateway/service/unsubscribe.h"

void pk_unsubscribe_ask(struct pk_visit *visit)
{
    pk_visit_show(visit, 200, "unsubscribe");
}

static int end(struct pk_visit *visit, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_unsubscribe(visit->call->service, visit->place, visit->call->now_ms, err);
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

void pk_unsubscribe_end(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    int r = end(visit, &err);
    if (r != 0 && r != PK_E_NOT_FOUND) {
        pk_visit_trouble(visit, &err);
        return;
    }
    pk_json_add_bool(&visit->out, "over", r != 0);
    pk_json_add_bool(&visit->out, "done", r == 0);
    pk_visit_show(visit, r == 0 ? 200 : 404, "unsubscribe-done");
}
