/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Prometheus text, version 0.0.4: base units, fixed labels, nothing about a person. What is counted in the database is
 * left out while it cannot be asked; everything else is told also then.
 */
#include "gateway/api/accounts.h"
#include "gateway/api/answer.h"
#include "gateway/api/figures.h"
#include "gateway/api/handlers.h"
#include "gateway/api/page.h"
#include "gateway/api/words.h"
#include "gateway/service/bus.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/holds.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/spending.h"
#include "gateway/store/journaled.h"
#include "gateway/store/names.h"

/* ---- how it is now ---- */

static void add_condition(struct pk_page *page, struct pk_call *call)
{
    struct pk_service *service = call->service;
    struct pk_condition condition;
    struct pk_holds holds;
    struct pk_journal_condition journal;
    pk_upkeep_condition(service->upkeep, &condition);
    pk_holds_read(service, &holds);
    pk_store_journal_condition(service->store, &journal);
    pk_page_family(page, "build_info", "gauge", "The program's version.");
    pk_page_labelled(page, (struct pk_label[]){ { "version", call->api->version } }, 1, 1);
    pk_page_one(page, "start_time_seconds", "gauge", "When the process started, since the epoch.", call->api->started_ms / 1000);
    pk_page_one(page, "ready", "gauge", "Whether it takes and hands over work.", condition.ready);
    pk_page_one(page, "degraded", "gauge", "Whether something needs a person or time.", condition.degraded);
    pk_page_one(page, "database_healthy", "gauge", "Whether the last commit went well.", pk_store_healthy(service->store, NULL));
    pk_page_one(page, "broker_configured", "gauge", "Whether there is a message bus.", service->bus != NULL);
    pk_page_one(page, "broker_connected", "gauge", "Whether the message bus is connected.",
                service->bus && pk_bus_connected(service->bus));
    pk_page_family(page, "hold", "gauge", "Whether all sending is on hold, and why.");
    pk_page_labelled(page, (struct pk_label[]){ { "kind", "all" } }, 1, holds.all);
    pk_page_labelled(page, (struct pk_label[]){ { "kind", "restored" } }, 1, holds.restored);
    pk_page_one(page, "wal_bytes", "gauge", "Size of the database's write-ahead log.", pk_store_wal_bytes(service->store));
    pk_page_one(page, "journal_healthy", "gauge", "Whether STOPs, withdrawals and erasures reach the journal.", !journal.behind);
    pk_page_one(page, "journal_owed", "gauge", "Records that only the database holds.", journal.owed);
    pk_page_one(page, "journal_last_record_timestamp_seconds", "gauge", "Moment of the journal's last record, since the epoch.",
                journal.last_ms / 1000);
    pk_page_one(page, "turns_total", "counter", "Turns of the event loop.", (int64_t) pk_loop_turns(service->loop));
    pk_page_one_ms(page, "turn_worst_seconds", "gauge", "Longest turn since the last scrape.",
                   (pk_loop_worst_turn_us(service->loop) + 999) / 1000);
}

static void add_messages(struct pk_page *page, struct pk_service *service)
{
    int64_t counts[PK_MESSAGE_STATES] = { 0 };
    (void) pk_messages_count(service->store, 0, counts, NULL);
    pk_page_family(page, "messages", "gauge", "Messages by state.");
    for (unsigned i = 0; i < PK_MESSAGE_STATES; i++)
        pk_page_labelled(page, (struct pk_label[]){ { "state", pk_message_state_name((enum pk_message_state) i) } }, 1,
                         counts[i]);
}

static void add_accounts(struct pk_page *page, struct pk_service *service, int64_t now_ms)
{
    static const char *const states[] = { "working", "paused", "waiting", "throttled", "down", "spent" };
    pk_page_one(page, "attempts_in_flight", "gauge", "Hand-overs opened and not settled.",
                pk_dispatcher_flying(service->dispatcher));
    pk_page_family(page, "account_in_flight", "gauge", "The same by account.");
    for (size_t i = 0; i < service->desks->count; i++)
        pk_page_labelled(page, (struct pk_label[]){ { "account", service->desks->items[i]->rule->name } }, 1,
                         service->desks->items[i]->flying);
    pk_page_family(page, "account_state", "gauge", "1 for the state the account is in.");
    for (size_t i = 0; i < service->desks->count; i++) {
        struct pk_desk *desk = service->desks->items[i];
        const char *why;
        const char *state = pk_account_state(desk, desk->paused, now_ms, &why);
        for (size_t j = 0; j < PK_COUNT(states); j++)
            pk_page_labelled(page, (struct pk_label[]){ { "account", desk->rule->name }, { "state", states[j] } }, 2,
                             strcmp(state, states[j]) == 0);
    }
}

/* ---- what it costs ---- */

static void add_money(struct pk_page *page, struct pk_service *service, bool limits, int64_t now_ms)
{
    for (size_t i = 0; i < service->desks->count; i++) {
        struct pk_desk *desk = service->desks->items[i];
        const struct pk_label labels[] = { { "account", desk->rule->name }, { "currency", desk->prices.currency } };
        int64_t amount = limits ? desk->limits.cost : pk_spending_used(desk, now_ms).cost;
        if (desk->prices.currency[0] && (!limits || amount > 0))
            pk_page_labelled_money(page, labels, PK_COUNT(labels), amount);
    }
}

/* Days are the gateway's own: what was counted begins again at midnight. */
static void add_costs(struct pk_page *page, struct pk_service *service, int64_t now_ms)
{
    pk_page_family(page, "cost_today", "gauge", "What an account's messages of this day cost, in its currency.");
    add_money(page, service, false, now_ms);
    pk_page_family(page, "cost_budget_per_day", "gauge", "Most they may cost.");
    add_money(page, service, true, now_ms);
    pk_page_family(page, "cost_messages_today", "gauge", "Messages an account was given this day.");
    for (size_t i = 0; i < service->desks->count; i++)
        pk_page_labelled(page, (struct pk_label[]){ { "account", service->desks->items[i]->rule->name } }, 1,
                         pk_spending_used(service->desks->items[i], now_ms).messages);
    pk_page_family(page, "cost_messages_per_day", "gauge", "Most it may be given.");
    for (size_t i = 0; i < service->desks->count; i++)
        if (service->desks->items[i]->limits.messages > 0)
            pk_page_labelled(page, (struct pk_label[]){ { "account", service->desks->items[i]->rule->name } }, 1,
                             service->desks->items[i]->limits.messages);
    pk_page_family(page, "cost_limit_state", "gauge", "1 for where the account stands towards its limits: open, near or spent.");
    for (size_t i = 0; i < service->desks->count; i++)
        for (unsigned state = 0; state < PK_DAY_STATES; state++)
            pk_page_labelled(page, (struct pk_label[]){ { "account", service->desks->items[i]->rule->name },
                                                        { "state", pk_day_state_name((enum pk_day_state) state) } }, 2,
                             pk_spending_state(service->desks->items[i], now_ms) == (enum pk_day_state) state);
}

/* ---- what is in the database ---- */

enum lane_figure { LANE_WAITING, LANE_DUE, LANE_DELAY };

static void add_lanes(struct pk_page *page, struct pk_call *call, const struct pk_figures *figures, enum lane_figure figure)
{
    for (size_t i = 0; i < figures->lane_count; i++) {
        const struct pk_queue_depth *lane = &figures->lanes[i];
        const struct pk_label labels[] = {
            { "route", pk_name_text(call->service->store, PK_NAME_ROUTE, lane->route) },
            { "priority", pk_priority_name((enum pk_priority) lane->priority) },
        };
        if (figure == LANE_DELAY)
            pk_page_labelled_ms(page, labels, 2, lane->oldest_due_ms < call->now_ms ? call->now_ms - lane->oldest_due_ms : 0);
        else
            pk_page_labelled(page, labels, 2, figure == LANE_WAITING ? lane->waiting : lane->due);
    }
}

static void add_figures(struct pk_page *page, struct pk_call *call, const struct pk_figures *figures)
{
    struct pk_kept kept[PK_KEPT_MAX];
    size_t kinds = pk_kept_list(call->service, &figures->oldest, kept);
    pk_page_family(page, "queue_waiting", "gauge", "Messages waiting by lane.");
    add_lanes(page, call, figures, LANE_WAITING);
    pk_page_family(page, "queue_due", "gauge", "Messages whose time has come by lane.");
    add_lanes(page, call, figures, LANE_DUE);
    pk_page_family(page, "queue_delay_seconds", "gauge", "How long the oldest due message of a lane waits.");
    add_lanes(page, call, figures, LANE_DELAY);
    pk_page_one(page, "recipients", "gauge", "People known.", figures->recipients);
    pk_page_one(page, "outbox_events", "gauge", "Events not yet told to other systems.", figures->outbox);
    pk_page_one(page, "inbox_open", "gauge", "Replies that wait for a person.", figures->inbox.open);
    pk_page_one(page, "inbox_late", "gauge", "Those of them that wait longer than a day.", figures->inbox.waiting);
    pk_page_family(page, "oldest_row_timestamp_seconds", "gauge",
                   "Moment of the oldest row by kind, since the epoch; shows that retention works.");
    for (size_t i = 0; i < kinds; i++)
        if (kept[i].oldest_ms != 0)
            pk_page_labelled(page, (struct pk_label[]){ { "kind", kept[i].kind } }, 1, kept[i].oldest_ms / 1000);
    pk_page_family(page, "retention_seconds", "gauge", "How long rows of a kind are kept.");
    for (size_t i = 0; i < kinds; i++)
        if (kept[i].kept_ms > 0)
            pk_page_labelled_ms(page, (struct pk_label[]){ { "kind", kept[i].kind } }, 1, kept[i].kept_ms);
}

/* ---- what happened since the start ---- */

static const char *refusal_word(unsigned index)
{
    return pk_refusal_name((enum pk_event_refusal) index);
}

static const char *reason_word(unsigned index)
{
    return pk_reason_name((enum pk_reason) index);
}

static const char *webhook_outcome_word(unsigned outcome)
{
    return outcome == PK_WEBHOOK_UNTRIED ? NULL : pk_webhook_outcome_name((enum pk_webhook_outcome) outcome);
}

static void add_counts(struct pk_page *page, const char *name, const char *help, const char *label, const uint64_t *counts,
                       size_t count, const char *(*word)(unsigned index))
{
    pk_page_family(page, name, "counter", help);
    for (unsigned i = 0; i < count; i++)
        if (word(i))
            pk_page_labelled(page, (struct pk_label[]){ { label, word(i) } }, 1, (int64_t) counts[i]);
}

static void add_count(struct pk_page *page, const char *name, const char *help, uint64_t count)
{
    pk_page_one(page, name, "counter", help, (int64_t) count);
}

static void add_counters(struct pk_page *page, const struct pk_metrics *m)
{
    add_count(page, "triggers_accepted_total", "Events taken in.", m->triggers_accepted);
    add_count(page, "triggers_repeated_total", "Events that had been taken in before.", m->triggers_repeated);
    add_counts(page, "triggers_refused_total", "Events refused, by reason.", "reason", m->triggers_refused, PK_REFUSALS,
               refusal_word);
    add_count(page, "messages_planned_total", "Messages made from events.", m->messages_planned);
    add_counts(page, "handovers_total", "Hand-overs by what they came to.", "outcome", m->handovers, PK_OUTCOMES,
               pk_outcome_word);
    add_counts(page, "gate_refused_total", "Messages the gate did not let pass, by reason.", "reason", m->gate_refused,
               PK_REASONS, reason_word);
    add_counts(page, "receipts_total", "Receipts of providers by state.", "state", m->receipts, PK_RECEIPT_STATES,
               pk_receipt_word);
    add_count(page, "receipts_repeated_total", "Receipts that were there already.", m->receipts_repeated);
    add_count(page, "receipts_parked_total", "Receipts kept until their attempt is known.", m->receipts_parked);
    add_count(page, "receipts_refused_total", "Receipts of unknown attempts beyond the limit.", m->receipts_refused);
    add_counts(page, "replies_total", "Replies by what they meant.", "intent", m->replies, PK_INTENTS, pk_intent_word);
    add_count(page, "replies_repeated_total", "Replies that were there already.", m->replies_repeated);
    add_count(page, "replies_muted_total", "Replies heard and not answered: machines, and the same words again.", m->replies_muted);
    add_count(page, "inbox_taken_total", "Replies put before a person.", m->inbox_taken);
    add_count(page, "inbox_refused_total", "Replies there was no room for in the inbox.", m->inbox_refused);
    add_count(page, "inbox_answered_total", "Answers given by a person.", m->inbox_answered);
    add_count(page, "inbox_late_total", "Items that waited longer than a day.", m->inbox_late);
    add_count(page, "campaigns_stopped_total", "Campaigns that paused by themselves.", m->campaigns_stopped);
    add_count(page, "stops_total", "People who said STOP.", m->stops);
    add_count(page, "unsubscribed_total", "Channels ended at the link of a message.", m->unsubscribed);
    add_count(page, "consents_ended_total", "Consents whose time was over.", m->consents_ended);
    add_count(page, "renewals_asked_total", "People asked whether their consents shall go on.", m->renewals_asked);
    add_count(page, "people_silent_total", "People forgotten because they never answered.", m->people_silent);
    add_count(page, "people_former_total", "People forgotten because every consent of theirs had ended.", m->people_former);
    add_count(page, "outbox_told_total", "Events the broker took.", m->outbox_told);
    add_count(page, "outbox_expired_total", "Events nobody could be told in time.", m->outbox_expired);
    add_counts(page, "webhook_tries_total", "Tries to send an event to a webhook, by what came of it.", "outcome", m->webhooks, PK_WEBHOOK_OUTCOMES,
               webhook_outcome_word);
    add_count(page, "webhook_missed_total", "Events there was no room for at a webhook.", m->webhooks_missed);
    add_count(page, "webhook_expired_total", "Events given up because their webhook was off for too long.", m->webhooks_expired);
    add_count(page, "commits_total", "Turns committed.", m->commits);
    add_count(page, "commits_failed_total", "Turns that could not be committed.", m->commits_failed);
    add_count(page, "hooks_refused_total", "Calls at the public listener that were refused.", m->hooks_refused);
    add_count(page, "tokens_refused_total", "Calls of the public API without a token that counts.", m->tokens_refused);
}

static void add_answers(struct pk_page *page, const struct pk_api *api)
{
    static const char *const classes[] = { NULL, NULL, "2xx", "3xx", "4xx", "5xx" };
    pk_page_family(page, "http_answers_total", "counter", "HTTP answers given, by class.");
    for (size_t i = 2; i < PK_COUNT(classes); i++)
        pk_page_labelled(page, (struct pk_label[]){ { "class", classes[i] } }, 1, (int64_t) api->answers[i]);
}

/* ---- the page ---- */

static void answer(struct pk_call *call, const struct pk_figures *figures, const struct pk_error *err)
{
    struct pk_page page = { .out = &call->out };
    (void) err;
    add_condition(&page, call);
    add_messages(&page, call->service);
    add_accounts(&page, call->service, call->now_ms);
    add_costs(&page, call->service, call->now_ms);
    if (figures->read)
        add_figures(&page, call, figures);
    add_counters(&page, &call->service->metrics);
    add_answers(&page, call->api);
    pk_call_answer_as(call, 200, "text/plain; version=0.0.4; charset=utf-8", &call->out);
}

void pk_api_metrics(struct pk_call *call)
{
    pk_figures_read(call, answer);
}
