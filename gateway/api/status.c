/* SPDX-License-Identifier: EUPL-1.2 */
/* The whole on one page, and the queue lane by lane. */
#include "gateway/api/accounts.h"
#include "gateway/api/answer.h"
#include "gateway/api/figures.h"
#include "gateway/api/handlers.h"
#include "gateway/service/bus.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/holds.h"
#include "gateway/service/housekeeping.h"
#include "gateway/store/journaled.h"
#include "gateway/store/names.h"

void pk_message_counts_add(struct pk_json_out *out, const char *name, const int64_t counts[PK_MESSAGE_STATES])
{
    pk_json_open(out, name, '{');
    for (unsigned state = 0; state < PK_MESSAGE_STATES; state++)
        pk_json_add_int(out, pk_message_state_name((enum pk_message_state) state), counts[state]);
    pk_json_close(out, '}');
}

static void add_broker(struct pk_json_out *out, const struct pk_service *service)
{
    pk_json_open(out, "broker", '{');
    pk_json_add_bool(out, "configured", service->bus != NULL);
    pk_json_add_bool(out, "connected", service->bus && pk_bus_connected(service->bus));
    pk_json_add_text(out, "trouble", service->bus ? pk_bus_trouble(service->bus) : "");
    pk_json_close(out, '}');
}

static void add_condition(struct pk_json_out *out, struct pk_service *service)
{
    struct pk_condition condition;
    struct pk_holds holds;
    pk_upkeep_condition(service->upkeep, &condition);
    pk_holds_read(service, &holds);
    pk_json_open(out, "hold", '{');
    pk_json_add_bool(out, "all", holds.all);
    pk_json_add_bool(out, "restored", holds.restored);
    pk_json_close(out, '}');
    pk_json_open(out, "condition", '{');
    pk_json_add_bool(out, "ready", condition.ready);
    pk_json_add_bool(out, "degraded", condition.degraded);
    pk_json_add_text(out, "why", condition.why);
    pk_json_close(out, '}');
}

static void add_journal(struct pk_json_out *out, const struct pk_store *store)
{
    struct pk_journal_condition journal;
    pk_store_journal_condition(store, &journal);
    pk_json_open(out, "journal", '{');
    pk_json_add_bool(out, "kept", journal.kept);
    pk_json_add_bool(out, "behind", journal.behind);
    pk_json_add_int(out, "owed", journal.owed);
    pk_json_add_time(out, "lastRecordAt", journal.last_ms);
    pk_json_close(out, '}');
}

/* What the database could not be asked for is null: the rest is wanted most when that is so. */
static void add_figure(struct pk_json_out *out, const char *name, bool read, int64_t value)
{
    if (read)
        pk_json_add_int(out, name, value);
    else
        pk_json_add_null(out, name);
}

static void add_retention(struct pk_json_out *out, const struct pk_service *service, const struct pk_figures *figures)
{
    struct pk_kept kept[PK_KEPT_MAX];
    size_t count = figures->read ? pk_kept_list(service, &figures->oldest, kept) : 0;
    pk_json_open(out, "retention", '[');
    for (size_t i = 0; i < count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "kind", kept[i].kind);
        if (kept[i].kept_ms > 0)
            pk_json_add_int(out, "keptSeconds", kept[i].kept_ms / 1000);
        else
            pk_json_add_null(out, "keptSeconds");
        pk_json_add_text(out, "since", kept[i].since);
        pk_json_add_time(out, "oldestAt", kept[i].oldest_ms);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void status_read(struct pk_call *call, const struct pk_figures *figures, const struct pk_error *err)
{
    struct pk_service *service = call->service;
    int64_t counts[PK_MESSAGE_STATES] = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    (void) err;
    (void) pk_messages_count(service->store, 0, counts, NULL);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "instance", service->rules->instance);
    pk_json_add_text(&out, "version", call->api->version);
    pk_json_add_time(&out, "startedAt", call->api->started_ms);
    add_broker(&out, service);
    add_condition(&out, service);
    add_journal(&out, service->store);
    pk_message_counts_add(&out, "messages", counts);
    add_figure(&out, "recipients", figures->read, figures->recipients);
    add_figure(&out, "outbox", figures->read, figures->outbox);
    add_retention(&out, service, figures);
    pk_accounts_add(&out, service, call->now_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

void pk_api_status(struct pk_call *call)
{
    pk_figures_read(call, status_read);
}

/* ---- the queue ---- */

static void queue_read(struct pk_call *call, const struct pk_figures *figures, const struct pk_error *err)
{
    struct pk_service *service = call->service;
    struct pk_json_out out = pk_json_out(&call->out);
    if (!figures->read) {
        pk_call_problem(call, err);
        return;
    }
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "lanes", '[');
    for (size_t i = 0; i < figures->lane_count; i++) {
        const struct pk_queue_depth *lane = &figures->lanes[i];
        pk_json_open(&out, NULL, '{');
        pk_json_add_text(&out, "route", pk_name_text(service->store, PK_NAME_ROUTE, lane->route));
        pk_json_add_text(&out, "priority", pk_priority_name((enum pk_priority) lane->priority));
        pk_json_add_int(&out, "waiting", lane->waiting);
        pk_json_add_int(&out, "due", lane->due);
        pk_json_add_time(&out, "oldestDueAt", lane->oldest_due_ms);
        pk_json_close(&out, '}');
    }
    pk_json_close(&out, ']');
    pk_json_add_int(&out, "inFlight", pk_dispatcher_flying(service->dispatcher));
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

void pk_api_queue(struct pk_call *call)
{
    pk_figures_read(call, queue_read);
}
