/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Three rhythms: recovery runs every turn until it is done; the short round (a second) expires, closes and completes;
 * the long round (a minute) is retention. A round that did not finish its share goes on in the next turn.
 */
#include "gateway/service/housekeeping.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/bus.h"
#include "gateway/service/campaigns.h"
#include "gateway/service/circles.h"
#include "gateway/service/consent_ends.h"
#include "gateway/service/desks.h"
#include "gateway/service/events.h"
#include "gateway/service/holds.h"
#include "gateway/service/inbound.h"
#include "gateway/service/joining.h"
#include "gateway/service/keys.h"
#include "gateway/service/ladder.h"
#include "gateway/service/inbox.h"
#include "gateway/service/intake.h"
#include "gateway/service/outbound.h"
#include "gateway/service/moves.h"
#include "gateway/service/passes.h"
#include "gateway/service/quiet.h"
#include "gateway/service/spending.h"
#include "gateway/service/status_events.h"
#include "gateway/service/team.h"
#include "gateway/service/tracker.h"
#include "gateway/service/wal.h"
#include "gateway/service/webhooks.h"
#include "gateway/store/agenda.h"
#include "gateway/store/approvals.h"
#include "gateway/store/attempts.h"
#include "gateway/store/audit.h"
#include "gateway/store/deep_links.h"
#include "gateway/store/desk_words.h"
#include "gateway/store/joins.h"
#include "gateway/store/journaled.h"
#include "gateway/store/links.h"
#include "gateway/store/messages.h"
#include "gateway/store/moves.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/once.h"
#include "gateway/store/outbox.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"
#include "gateway/store/reply_parts.h"
#include "gateway/store/tokens.h"
#include "gateway/store/triggers.h"
#include "gateway/store/unsubscribe.h"
#include "gateway/store/upkeep.h"

#define ACCOUNT_DAYS_MS (400 * 24 * 3600 * 1000ll) /* a year of what accounts cost, and the days to look at it */
#define SHORT_MS 1000
#define LONG_MS 60000
#define MARK_MS (3600 * 1000ll) /* the journal says as often that nothing is missing */
#define DAY_MS (24 * 3600 * 1000ll)
#define ROWS 500u
#define COMPLETIONS 256u /* looked at in a round, a few in each turn: they are told, which costs more than looking */
#define COMPLETIONS_PER_TURN 16u
#define RECOVERED_PER_TURN 1000u
#define PLACED_PER_TURN 250u
#define PASSES_PER_TURN 64u
#define LADDER_PER_TURN 64u
#define JOINS_PER_TURN 16u
#define TROUBLE_MS 1000

struct pk_upkeep {
    struct pk_service *service;
    struct pk_timer *soon, *slow;
    bool recovered, soon_due, slow_due, ends_due;
    int64_t completion_cursor;
    unsigned completions; /* left of this round's share */
    struct pk_wal *wal;
    int64_t marked_ms;
    struct pk_consent_ends *ends;
};

static void soon(void *ctx)
{
    struct pk_upkeep *upkeep = ctx;
    upkeep->soon_due = true;
    pk_timer_in(upkeep->soon, SHORT_MS);
}

static void slow(void *ctx)
{
    struct pk_upkeep *upkeep = ctx;
    upkeep->slow_due = true;
    pk_timer_in(upkeep->slow, LONG_MS);
}

struct pk_upkeep *pk_upkeep_new(struct pk_service *service)
{
    struct pk_upkeep *upkeep = pk_alloc(sizeof *upkeep);
    upkeep->service = service;
    upkeep->wal = pk_wal_new(service->store, service->reader, 0);
    upkeep->ends = pk_consent_ends_new(service);
    upkeep->soon = pk_timer_new(service->loop, soon, upkeep);
    upkeep->slow = pk_timer_new(service->loop, slow, upkeep);
    upkeep->soon_due = upkeep->slow_due = true;
    upkeep->marked_ms = pk_clock_wall_ms(); /* opening it did that */
    pk_timer_in(upkeep->soon, SHORT_MS);
    pk_timer_in(upkeep->slow, LONG_MS);
    return upkeep;
}

void pk_upkeep_free(struct pk_upkeep *upkeep)
{
    if (!upkeep)
        return;
    pk_timer_free(upkeep->soon);
    pk_timer_free(upkeep->slow);
    pk_wal_free(upkeep->wal);
    pk_consent_ends_free(upkeep->ends);
    free(upkeep);
}

bool pk_upkeep_recovered(const struct pk_upkeep *upkeep)
{
    return upkeep->recovered;
}

/* One step on many rows, in its unit; what it did is added to *counted (NULL = nobody's). True when there may be more. */
typedef int (*step_fn)(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

static bool step(struct pk_upkeep *upkeep, const char *what, step_fn run, size_t max, uint64_t *counted)
{
    struct pk_store *store = upkeep->service->store;
    struct pk_error err = { 0 };
    size_t count = 0;
    int r = pk_unit_begin(store, &err);
    if (r == 0) {
        r = run(store, pk_clock_wall_ms(), max, &count, &err);
        if (r != 0)
            pk_unit_drop(store);
        else
            r = pk_unit_keep(store, &err);
    }
    if (r != 0)
        pk_log(PK_LOG_ERROR, "housekeeping", "step.failed", "step", what, "reason", err.message, NULL);
    else if (counted)
        *counted += count;
    return r == 0 && count >= max;
}

/* The hand-over was cut off: the message may be with the provider. It is repeated by itself only where that is no
 * double, or where the account says that a double is the lesser evil. */
static void plan_recovery(void *ctx, uint32_t account, struct pk_message_change *change, int64_t *ret_ask_ms)
{
    struct pk_service *service = ctx;
    const struct pk_desk *desk = pk_desks_by_id(service->desks, account);
    pk_tracker_interrupted(desk, change);
    if (change->state == PK_MESSAGE_UNCERTAIN)
        *ret_ask_ms = pk_tracker_ask_ms(desk, change->now_ms);
}

static void recover(struct pk_upkeep *upkeep)
{
    struct pk_store *store = upkeep->service->store;
    struct pk_error err = { 0 };
    size_t count = 0, placed = 0;
    int r = pk_unit_begin(store, &err);
    if (r == 0)
        r = pk_countries_fill(store, pk_clock_wall_ms(), PLACED_PER_TURN, &placed, &err); /* routes are chosen by them */
    if (r == 0) {
        struct pk_recovery recovery = { .plan = plan_recovery, .ctx = upkeep->service, .now_ms = pk_clock_wall_ms() };
        r = pk_messages_recover(store, &recovery, RECOVERED_PER_TURN, &count, &err);
    }
    if (r == 0)
        r = pk_unit_keep(store, &err);
    else if (pk_unit_open(store))
        pk_unit_drop(store);
    if (r != 0) {
        pk_log(PK_LOG_ERROR, "housekeeping", "recovery.failed", "reason", err.message, NULL);
        pk_timer_in(upkeep->soon, TROUBLE_MS);
        return;
    }
    if (count > 0)
        pk_log(PK_LOG_WARN, "housekeeping", "recovery.interrupted", "messages", PK_LOG_INT(count), NULL);
    upkeep->recovered = count < RECOVERED_PER_TURN && placed < PLACED_PER_TURN;
    pk_dispatcher_refresh(upkeep->service->dispatcher);
    pk_loop_again(upkeep->service->loop);
}

/* ---- triggers whose messages are all final ---- */

/* Of a text that asks something they are kept for the answers; retention ends that. */
static int forget_values(struct pk_service *service, int64_t id, struct pk_error *err)
{
    struct pk_notice notice;
    if (pk_notice_get(service->store, id, &notice, NULL) != 0)
        return 0;
    const struct pk_template *text = pk_catalog_find(service->catalog, notice.template_name, pk_slice_of(service->rules->default_language));
    return text && pk_template_reply(text) == PK_TEXT_REPLY_NONE ? pk_notice_clear_values(service->store, id, err) : 0;
}

static int complete_one(struct pk_upkeep *upkeep, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err)
{
    struct pk_service *service = upkeep->service;
    int64_t counts[PK_MESSAGE_STATES];
    if (!pk_messages_all_final(service->store, trigger->notice))
        return 0;
    int r = pk_messages_count(service->store, trigger->id, counts, err);
    if (r == 0)
        r = pk_trigger_progress(service->store, trigger->id, PK_TRIGGER_COMPLETED, trigger->cursor, trigger->planned, err);
    if (r == 0)
        r = forget_values(service, trigger->notice, err);
    const char *name = pk_name_text(service->store, PK_NAME_PUBLISHER, trigger->publisher);
    const struct pk_publisher_rule *rule = name ? pk_rules_publisher(service->rules, pk_slice_of(name)) : NULL;
    if (r == 0 && !rule)
        r = pk_status_events_step(service, trigger, counts, now_ms, err);
    if (r != 0 || !rule || !rule->status)
        return r;
    struct pk_told told = { .publisher = pk_slice_of(name), .causation = trigger->event_id };
    return pk_outbound_completed(service->outbound, &told, trigger->id, counts, now_ms, err);
}

static void complete_triggers(struct pk_upkeep *upkeep)
{
    struct pk_store *store = upkeep->service->store;
    for (unsigned i = 0; i < COMPLETIONS_PER_TURN && upkeep->completions > 0; i++) {
        struct pk_trigger trigger;
        struct pk_error err = { 0 };
        int r = pk_trigger_next_in(store, PK_TRIGGER_EXPANDED, upkeep->completion_cursor, &trigger, &err);
        if (r == PK_E_NOT_FOUND) {
            upkeep->completion_cursor = 0;
            upkeep->completions = 0;
            return;
        }
        if (r == 0)
            r = pk_unit_begin(store, &err);
        if (r == 0) {
            upkeep->completion_cursor = trigger.id;
            r = complete_one(upkeep, &trigger, pk_clock_wall_ms(), &err);
            if (r != 0)
                pk_unit_drop(store);
            else
                r = pk_unit_keep(store, &err);
        }
        if (r != 0) {
            pk_log(PK_LOG_ERROR, "housekeeping", "completion.failed", "reason", err.message, NULL);
            upkeep->completions = 0;
            return;
        }
        upkeep->completions--;
    }
}

void pk_upkeep_between_turns(struct pk_upkeep *upkeep)
{
    pk_wal_between_turns(upkeep->wal);
    if (pk_store_pending(upkeep->service->store)) /* who waited for it answers now */
        pk_loop_again(upkeep->service->loop);
}

void pk_upkeep_when_emptied(struct pk_upkeep *upkeep, void (*done)(void *ctx, bool emptied), void *ctx)
{
    pk_wal_when_empty(upkeep->wal, done, ctx);
    pk_loop_again(upkeep->service->loop);
}

/* After a failed commit something has to be written before it can be said that the database works again. */
static void probe(struct pk_upkeep *upkeep)
{
    struct pk_store *store = upkeep->service->store;
    if (!pk_store_healthy(store, NULL))
        (void) pk_store_set_number(store, "health.probe", pk_clock_wall_ms(), NULL);
}

/* ---- how we are ---- */

static void say(struct pk_condition *condition, const char *what)
{
    size_t n = strlen(condition->why);
    condition->degraded = true;
    (void) snprintf(condition->why + n, sizeof condition->why - n, "%s%s", n > 0 ? "; " : "", what);
}

/* A STOP is heard all the same, but only the database knows of it. */
static void say_journal(struct pk_condition *condition, const struct pk_store *store)
{
    struct pk_journal_condition journal;
    char text[400];
    pk_store_journal_condition(store, &journal);
    if (!journal.behind)
        return;
    bool late = pk_store_journal_late(store, pk_clock_wall_ms());
    (void) snprintf(text, sizeof text, "journal: %s%s", journal.why[0] ? journal.why : "not all of it is written yet",
                    late ? "; nothing is sent until it is written" : "");
    say(condition, text);
}

/* A restored backup is said to everybody, and what is not known since it was taken. */
static void say_holds(struct pk_condition *condition, struct pk_service *service)
{
    struct pk_holds holds;
    char text[160], moment[PK_TIME_TEXT_MAX];
    pk_holds_read(service, &holds);
    if (holds.all)
        say(condition, "all sending is on hold");
    if (!holds.restored)
        return;
    (void) snprintf(text, sizeof text, "a backup of %s was restored: nothing is sent until pokana resume --after-restore",
                    pk_time_format(pk_store_number(service->store, "restore.taken_ms", 0), moment));
    say(condition, text);
    int64_t unknown_ms = pk_store_number(service->store, "restore.unknown_from_ms", 0);
    if (unknown_ms == 0)
        return;
    (void) snprintf(text, sizeof text, "STOPs since %s are not known", pk_time_format(unknown_ms, moment));
    say(condition, text);
}

/* A calendar that ends is said while there is time to add to it: nothing is guessed. */
static void say_days(struct pk_condition *condition, struct pk_service *service)
{
    const struct pk_days_rule *days;
    char text[160];
    size_t at = 0;
    while ((days = pk_quiet_unknown(service->rules, pk_quiet_zone(service->quiet), pk_clock_wall_ms(), &at)) != NULL) {
        (void) snprintf(text, sizeof text, "the days of %s are known until %s: add those that follow", days->name, pk_days_until(days->days));
        say(condition, text);
    }
}

/* A limit of the day that is near, or reached. */
static void say_limits(struct pk_condition *condition, struct pk_service *service)
{
    char text[160];
    int64_t now_ms = pk_clock_wall_ms();
    for (size_t i = 0; i < service->desks->count; i++) {
        struct pk_desk *desk = service->desks->items[i];
        bool stopped = pk_spending_stopped(desk, now_ms);
        if (!stopped && pk_spending_state(desk, now_ms) != PK_DAY_NEAR)
            continue;
        (void) snprintf(text, sizeof text, "account %s: %s", desk->rule->name,
                        stopped ? "its limit of the day is reached, nothing leaves by it until midnight" : "its limit of the day is near");
        say(condition, text);
    }
}

/* Its owner is to be told: nothing reaches it any more. */
static void say_webhooks(struct pk_condition *condition, struct pk_service *service)
{
    char text[160];
    for (size_t i = 0; i < service->rules->webhook_count; i++) {
        struct pk_webhook_place place;
        pk_webhook_place(service->store, service->rules->webhooks[i].name, &place);
        if (place.off_ms == 0)
            continue;
        (void) snprintf(text, sizeof text, "webhook %s is off: %s", service->rules->webhooks[i].name,
                        pk_webhook_outcome_name((enum pk_webhook_outcome) place.off_outcome));
        say(condition, text);
    }
}

void pk_upkeep_condition(const struct pk_upkeep *upkeep, struct pk_condition *ret_condition)
{
    struct pk_service *service = upkeep->service;
    struct pk_error why = { 0 };
    char text[320];
    *ret_condition = (struct pk_condition){ .ready = upkeep->recovered && !service->draining };
    if (!upkeep->recovered)
        say(ret_condition, "sorting out what the last stop left");
    if (service->draining)
        say(ret_condition, "stopping");
    if (!pk_store_healthy(service->store, &why)) {
        ret_condition->ready = false;
        (void) snprintf(text, sizeof text, "database: %s", why.message);
        say(ret_condition, text);
    }
    say_journal(ret_condition, service->store);
    if (service->bus && !pk_bus_connected(service->bus)) {
        (void) snprintf(text, sizeof text, "broker: %s", pk_bus_trouble(service->bus));
        say(ret_condition, text);
    }
    if (service->config_trouble[0]) {
        (void) snprintf(text, sizeof text, "configuration: %s", service->config_trouble);
        say(ret_condition, text);
    }
    say_holds(ret_condition, service);
    say_days(ret_condition, service);
    for (size_t i = 0; i < service->desks->count; i++) {
        const struct pk_desk *desk = service->desks->items[i];
        const char *trouble = desk->account ? pk_account_trouble(desk->account) : "";
        bool working = desk->breaker.state == PK_BREAKER_CLOSED;
        if (!desk->paused && working && !trouble[0])
            continue;
        (void) snprintf(text, sizeof text, "account %s: %s", desk->rule->name,
                        desk->paused ? "paused" : working ? trouble : "provider is not answering");
        say(ret_condition, text);
    }
    say_limits(ret_condition, service);
    say_webhooks(ret_condition, service);
    if (pk_wal_large(upkeep->wal))
        say(ret_condition, "the write-ahead log is large");
}

static void tell_state(struct pk_upkeep *upkeep)
{
    struct pk_condition condition;
    if (!upkeep->service->bus || upkeep->service->draining)
        return;
    pk_upkeep_condition(upkeep, &condition);
    pk_bus_state(upkeep->service->bus, condition.degraded ? "degraded" : "online", condition.why);
}

/* ---- the rounds ---- */

static void short_round(struct pk_upkeep *upkeep)
{
    bool more = step(upkeep, "expire", pk_messages_expire, ROWS, NULL);
    more |= pk_ladder_step(upkeep->service, LADDER_PER_TURN); /* before their receipts are given up */
    more |= step(upkeep, "receipts", pk_messages_close_receipts, ROWS, NULL);
    more |= step(upkeep, "parked", pk_receipts_drop_parked, ROWS, NULL);
    more |= step(upkeep, "outbox", pk_outbox_expire, ROWS, &upkeep->service->metrics.outbox_expired);
    more |= step(upkeep, "webhooks", pk_webhooks_expire, ROWS, &upkeep->service->metrics.webhooks_expired);
    more |= pk_inbound_parts_overdue(upkeep->service);
    more |= step(upkeep, "parts", pk_reply_parts_forget, ROWS, NULL);
    more |= step(upkeep, "journal", pk_store_journal_catch_up, ROWS, NULL);
    more |= step(upkeep, "farewells", pk_farewells_end, ROWS, NULL);
    more |= step(upkeep, "passes", pk_passes_drop, ROWS, NULL);
    more |= step(upkeep, "deep links", pk_deep_links_drop, ROWS, NULL);
    more |= step(upkeep, "unsubscribe", pk_unsubscribe_drop, ROWS, NULL);
    more |= pk_passes_step(upkeep->service, PASSES_PER_TURN);
    more |= step(upkeep, "moves", pk_moves_drop, ROWS, NULL);
    more |= pk_moves_step(upkeep->service, PASSES_PER_TURN);
    more |= step(upkeep, "links", pk_links_drop, ROWS, NULL);
    more |= step(upkeep, "joins", pk_joins_drop, ROWS, NULL);
    more |= step(upkeep, "desk words", pk_desk_words_drop, ROWS, NULL);
    more |= step(upkeep, "tokens", pk_tokens_drop, ROWS, NULL);
    more |= step(upkeep, "once", pk_once_drop, ROWS, NULL);
    more |= pk_joining_step(upkeep->service, JOINS_PER_TURN);
    more |= pk_holds_step(upkeep->service);
    more |= pk_campaigns_run(upkeep->service);
    more |= pk_events_step(upkeep->service, pk_clock_wall_ms());
    more |= step(upkeep, "events", pk_agenda_drop, ROWS, NULL);
    more |= step(upkeep, "approvals", pk_approvals_drop, ROWS, NULL);
    more |= pk_intake_step(upkeep->service);
    upkeep->completions = COMPLETIONS;
    pk_wal_each_second(upkeep->wal);
    probe(upkeep);
    tell_state(upkeep);
    upkeep->soon_due = more;
}

/* What users saw of their day, who was asked for a circle and said nothing, counts of days, circles nobody took over. */
static int retain_circles(struct pk_service *service, int64_t now_ms, bool *ret_more, struct pk_error *err)
{
    const struct pk_circles_retention retention = {
        .signups_before_ms = now_ms - PK_CIRCLE_RECENT_MS,
        .asked_before_ms = now_ms - 30 * DAY_MS,
        .days_before_ms = now_ms - 60 * DAY_MS,
        .orphans_before_ms = now_ms - 90 * DAY_MS,
    };
    return pk_circles_retain(service->store, &retention, ROWS, ret_more, err);
}

static void long_round(struct pk_upkeep *upkeep)
{
    struct pk_service *service = upkeep->service;
    int64_t now_ms = pk_clock_wall_ms();
    struct pk_error err = { 0 };
    struct pk_retention retention = {
        .messages_before_ms = now_ms - service->rules->keep_messages_ms,
        .questions_before_ms = now_ms - service->rules->question_every_ms,
        .replies_before_ms = now_ms - service->rules->keep_replies_ms,
        .triggers_before_ms = now_ms - service->rules->keep_triggers_ms,
        .values_before_ms = service->rules->keep_values_ms > 0 ? now_ms - service->rules->keep_values_ms : 0,
        .rsvps_before_ms = service->rules->keep_rsvps_ms > 0 ? now_ms - service->rules->keep_rsvps_ms : 0,
        .jobs_before_ms = now_ms - PK_UPKEEP_JOBS_MS,
        .now_ms = now_ms,
    };
    bool more = false;
    int r = pk_unit_begin(service->store, &err);
    if (r == 0) {
        r = pk_upkeep_retain(service->store, &retention, ROWS, &more, &err);
        if (r == 0 && service->rules->keep_audit_ms > 0) {
            bool more_acts = false;
            r = pk_audit_prune(service->store, now_ms - service->rules->keep_audit_ms, ROWS, &more_acts, &err);
            more |= more_acts;
        }
        if (r == 0)
            r = pk_account_days_drop(service->store, now_ms - ACCOUNT_DAYS_MS, ROWS, &err);
        if (r == 0 && service->rules->keep_webhooks_ms > 0) {
            size_t dropped = 0;
            r = pk_webhooks_drop(service->store, now_ms - service->rules->keep_webhooks_ms, ROWS, &dropped, &err);
            more |= dropped >= ROWS;
        }
        if (r == 0) {
            bool more_circles = false;
            r = retain_circles(service, now_ms, &more_circles, &err);
            more |= more_circles;
        }
        if (r != 0)
            pk_unit_drop(service->store);
        else
            r = pk_unit_keep(service->store, &err);
    }
    if (r != 0)
        pk_log(PK_LOG_ERROR, "housekeeping", "retention.failed", "reason", err.message, NULL);
    if (now_ms - upkeep->marked_ms >= MARK_MS) {
        upkeep->marked_ms = now_ms;
        pk_store_journal_mark(service->store, now_ms);
    }
    upkeep->slow_due = r == 0 && more;
    upkeep->ends_due = true;
    pk_inbox_watch(service);
    pk_team_watch(service);
    pk_campaigns_watch(service);
    pk_wal_each_minute(upkeep->wal);
}

void pk_upkeep_run(struct pk_upkeep *upkeep)
{
    if (!upkeep->recovered) {
        recover(upkeep);
        return;
    }
    if (upkeep->soon_due)
        short_round(upkeep);
    if (upkeep->slow_due)
        long_round(upkeep);
    if (upkeep->ends_due)
        upkeep->ends_due = pk_consent_ends_run(upkeep->ends, pk_clock_wall_ms());
    bool renewing = pk_keys_run(upkeep->service);
    complete_triggers(upkeep);
    if (renewing || upkeep->soon_due || upkeep->slow_due || upkeep->ends_due || upkeep->completions > 0)
        pk_loop_again(upkeep->service->loop);
}
