/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How the gateway is doing, for whoever looks after it: health, accounts, what waits, how long what is kept, versions; and what is
 * stopped from here. All of it is what status, health and metrics say, read on the loop: numbers that are kept, and index look-ups.
 */
#include "gateway/api/accounts.h"
#include "gateway/api/figures.h"
#include "gateway/base/clock.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/office.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/holds.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/spending.h"
#include "gateway/store/journaled.h"
#include "gateway/store/names.h"

#define SECTION "gateway"
#define PAGE "/office/gateway"
#define DAY_MS (24 * 3600 * 1000ll)
#define ADDRESS_MAX 255u

static bool may(const struct pk_staff *staff, enum pk_action action)
{
    return pk_may(&staff->acting.actor, action, NULL, NULL) == 0;
}

/* ---- what is shown ---- */

/* "12,50 EUR"; nothing where nothing is priced. Amounts are in 1/10,000. */
static void add_money(struct pk_visit *visit, const char *name, int64_t amount, const char *currency)
{
    const char *point = strcmp(pk_visit_language(visit), "en") == 0 ? "." : ",";
    char text[48] = "";
    if (currency[0])
        (void) snprintf(text, sizeof text, "%lld%s%02lld %s", (long long) (amount / 10000), point, (long long) (amount % 10000 / 100), currency);
    pk_json_add_text(&visit->out, name, text);
}

static void add_rate(struct pk_visit *visit, int64_t per_second_milli)
{
    const char *point = strcmp(pk_visit_language(visit), "en") == 0 ? "." : ",";
    char text[32] = "";
    if (per_second_milli > 0)
        (void) snprintf(text, sizeof text, "%lld%s%lld", (long long) (per_second_milli / 1000), point, (long long) (per_second_milli % 1000 / 100));
    pk_json_add_text(&visit->out, "rate", text);
}

static void add_account(struct pk_visit *visit, struct pk_desk *desk)
{
    static const char *const circuits[] = { "closed", "open", "trying" };
    struct pk_json_out *out = &visit->out;
    struct pk_day_use used = pk_spending_used(desk, visit->call->now_ms);
    const char *why, *channel = pk_name_text(visit->call->service->store, PK_NAME_CHANNEL, desk->channel);
    const char *state = pk_account_state(desk, desk->paused, visit->call->now_ms, &why);
    bool good = strcmp(state, "working") == 0 || strcmp(state, "waiting") == 0;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "account", desk->rule->name);
    pk_json_add_text(out, "adapter", desk->rule->adapter->name);
    pk_json_add_text(out, "channel", channel ? channel : "");
    pk_staff_add_phrase(visit, "state", "gateway.state", state);
    pk_json_add_bool(out, "good", good);
    pk_json_add_bool(out, "paused", desk->paused);
    pk_json_add_text(out, "why", why);
    pk_staff_add_phrase(visit, "circuit", "gateway.circuit", circuits[desk->breaker.state]);
    pk_staff_add_moment(visit, "accepted", desk->accepted_ms);
    add_rate(visit, desk->rule->per_second_milli);
    pk_json_add_int(out, "flying", desk->flying);
    pk_json_add_int(out, "window", desk->rule->window);
    pk_json_add_int(out, "messages", used.messages);
    pk_json_add_int(out, "messagesLimit", desk->limits.messages);
    pk_json_add_bool(out, "limited", desk->limits.messages > 0);
    add_money(visit, "cost", used.cost, desk->prices.currency);
    add_money(visit, "budget", desk->limits.cost, desk->limits.cost > 0 ? desk->prices.currency : "");
    pk_json_add_bool(out, "numbers", channel && strcmp(channel, "email") != 0);
    pk_json_close(out, '}');
}

static void add_health(struct pk_visit *visit)
{
    struct pk_service *service = visit->call->service;
    struct pk_condition condition;
    struct pk_journal_condition journal;
    struct pk_holds holds;
    pk_upkeep_condition(service->upkeep, &condition);
    pk_store_journal_condition(service->store, &journal);
    pk_holds_read(service, &holds);
    pk_json_add_bool(&visit->out, "ready", condition.ready);
    pk_json_add_bool(&visit->out, "healthy", condition.ready && !condition.degraded);
    pk_json_add_text(&visit->out, "trouble", condition.why);
    pk_json_add_bool(&visit->out, "all", holds.all);
    pk_json_add_bool(&visit->out, "restored", holds.restored);
    pk_json_add_bool(&visit->out, "held", holds.all || holds.restored);
    pk_staff_add_moment(visit, "started", visit->call->api->started_ms);
    pk_json_add_bool(&visit->out, "journalWell", journal.kept && !journal.behind && journal.owed == 0);
    pk_staff_add_moment(visit, "journal", journal.last_ms);
}

/* The longest due of those that wait, of all lanes. */
static int64_t oldest_due_ms(struct pk_service *service)
{
    int64_t oldest_ms = INT64_MAX;
    for (size_t i = 0; i < service->desks->route_count; i++) {
        for (uint32_t priority = 0; priority < PK_PRIORITIES; priority++) {
            int64_t due_ms = pk_messages_next_due(service->store, service->desks->routes[i].id, priority);
            oldest_ms = due_ms < oldest_ms ? due_ms : oldest_ms;
        }
    }
    return oldest_ms;
}

static void add_queue(struct pk_visit *visit)
{
    struct pk_service *service = visit->call->service;
    int64_t counts[PK_MESSAGE_STATES] = { 0 }, oldest_ms = oldest_due_ms(service), now_ms = visit->call->now_ms;
    (void) pk_messages_count(service->store, 0, counts, NULL);
    pk_json_open(&visit->out, "queue", '[');
    for (unsigned state = 0; state < PK_MESSAGE_STATES; state++) {
        if (counts[state] == 0)
            continue;
        pk_json_open(&visit->out, NULL, '{');
        pk_staff_add_phrase(visit, "state", "gateway.message", pk_message_state_name((enum pk_message_state) state));
        pk_json_add_int(&visit->out, "count", counts[state]);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
    pk_staff_add_moment(visit, "oldestDue", oldest_ms < now_ms ? oldest_ms : 0);
    pk_json_add_int(&visit->out, "underWay", pk_dispatcher_flying(service->dispatcher));
    pk_json_add_int(&visit->out, "handedOver", (int64_t) service->metrics.handovers[PK_OUTCOME_ACCEPTED]);
    pk_json_add_int(&visit->out, "planned", (int64_t) service->metrics.messages_planned);
}

/* A day with its year: some things are kept for five of them. */
static void add_day(struct pk_visit *visit, const char *name, int64_t ms)
{
    char moment[PK_TIME_TEXT_MAX] = "";
    if (ms != 0)
        (void) pk_time_format(ms, moment);
    pk_json_add_slice(&visit->out, name, pk_slice_make(moment, ms != 0 ? strlen("2026-10-13") : 0));
}

static void add_retention(struct pk_visit *visit)
{
    struct pk_kept kept[PK_KEPT_MAX];
    struct pk_oldest oldest;
    pk_upkeep_oldest(visit->call->service->store, &oldest);
    size_t count = pk_kept_list(visit->call->service, &oldest, kept);
    pk_json_open(&visit->out, "retention", '[');
    for (size_t i = 0; i < count; i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_staff_add_phrase(visit, "kind", "gateway.kept", kept[i].kind);
        pk_json_add_int(&visit->out, "days", (kept[i].kept_ms + DAY_MS - 1) / DAY_MS);
        pk_json_add_bool(&visit->out, "ends", kept[i].kept_ms > 0);
        add_day(visit, "oldest", kept[i].oldest_ms);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_version(struct pk_visit *visit, const char *what, const char *version)
{
    pk_json_open(&visit->out, NULL, '{');
    pk_staff_add_phrase(visit, "what", "gateway.version", what);
    pk_json_add_text(&visit->out, "version", version);
    pk_json_close(&visit->out, '}');
}

static void add_versions(struct pk_visit *visit)
{
    const struct pk_catalog *catalog = visit->call->service->catalog;
    char schema[24], texts[48];
    (void) snprintf(schema, sizeof schema, "%lld", (long long) pk_schema_newest());
    (void) snprintf(texts, sizeof texts, "%zu (%zu)", pk_catalog_template_count(catalog), pk_catalog_language_count(catalog));
    pk_json_open(&visit->out, "versions", '[');
    add_version(visit, "program", visit->call->api->version);
    add_version(visit, "api", PK_API_VERSION);
    add_version(visit, "schema", schema);
    add_version(visit, "texts", texts);
    add_version(visit, "sqlite", pk_store_engine());
    add_version(visit, "curl", pk_http_client_library());
    add_version(visit, "microhttpd", pk_http_server_library());
    pk_json_close(&visit->out, ']');
}

static void add_rights(struct pk_visit *visit, const struct pk_staff *staff)
{
    pk_json_add_bool(&visit->out, "mayPause", may(staff, PK_ACTION_ACCOUNT_PAUSE));
    pk_json_add_bool(&visit->out, "mayTest", may(staff, PK_ACTION_ACCOUNT_TEST));
    pk_json_add_bool(&visit->out, "mayHold", may(staff, PK_ACTION_HOLD_SET));
    pk_json_add_bool(&visit->out, "mayLift", may(staff, PK_ACTION_HOLD_LIFT));
}

static void show(struct pk_visit *visit, const struct pk_staff *staff, unsigned status, bool wrong)
{
    static const char *const flags[] = { "done", "old", "tested" };
    struct pk_service *service = visit->call->service;
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "gateway.heading"));
    for (size_t i = 0; i < PK_COUNT(flags); i++)
        pk_staff_add_flag(visit, flags[i]);
    pk_json_add_bool(&visit->out, "wrong", wrong);
    add_rights(visit, staff);
    add_health(visit);
    pk_json_open(&visit->out, "accounts", '[');
    for (size_t i = 0; i < service->desks->count; i++)
        add_account(visit, service->desks->items[i]);
    pk_json_close(&visit->out, ']');
    add_queue(visit);
    add_retention(visit);
    add_versions(visit);
    pk_office_show(visit, staff, status, SECTION, "office-gateway");
}

void pk_office_gateway_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    if (pk_office_opened(visit, PK_ACTION_ACCOUNT_VIEW, &staff))
        show(visit, &staff, 200, false);
}

/* ---- an account: paused, resumed, tried ---- */

/* Why it is paused is shown and logged: 0, or what is wrong with the words. */
static int pause_account(struct pk_visit *visit, struct pk_staff *staff, struct pk_desk *desk, struct pk_error *err)
{
    char text[PK_ACCOUNT_REASON_MAX + 1];
    struct pk_buf reason;
    bool given = false;
    pk_buf_init(&reason, PK_ACCOUNT_REASON_MAX);
    int r = pk_call_form(visit->call, "reason", 0, &reason, &given, err);
    if (r == 0)
        r = pk_account_reason_check(pk_buf_slice(&reason), err);
    (void) snprintf(text, sizeof text, "%.*s", PK_SLICE_ARG(pk_buf_slice(&reason)));
    pk_buf_finish(&reason);
    staff->acting.actor.purpose = "pause";
    return r == 0 ? pk_hold_account(visit->call->service, &staff->acting.actor, desk, true, given ? text : NULL, visit->call->now_ms, err) : r;
}

static int resume_account(struct pk_visit *visit, struct pk_staff *staff, struct pk_desk *desk, struct pk_error *err)
{
    staff->acting.actor.purpose = "resume";
    return pk_hold_account(visit->call->service, &staff->acting.actor, desk, false, NULL, visit->call->now_ms, err);
}

static int try_account(struct pk_visit *visit, struct pk_staff *staff, struct pk_desk *desk, struct pk_error *err)
{
    struct pk_account_test test;
    struct pk_buf to;
    int64_t message;
    int r = pk_me_field(visit, "to", ADDRESS_MAX, &to, err);
    if (r == 0)
        r = pk_account_test_plan(visit->call->service, desk, pk_buf_slice(&to), pk_slice_of(staff->acting.user.language), &test, err);
    staff->acting.actor.purpose = "test";
    if (r == 0)
        r = pk_planner_staff(visit->call->service, &staff->acting.actor, &test.plan, visit->call->now_ms, &message, err);
    explicit_bzero(&test, sizeof test);
    pk_buf_wipe(&to);
    return r;
}

static const struct act {
    const char *name, *done;
    int (*act)(struct pk_visit *visit, struct pk_staff *staff, struct pk_desk *desk, struct pk_error *err);
} acts[] = {
    { "pause", PAGE "?done=1", pause_account },
    { "resume", PAGE "?done=1", resume_account },
    { "test", PAGE "?tested=1", try_account },
};

static const struct act *asked_act(struct pk_visit *visit)
{
    const struct act *found = NULL;
    struct pk_buf name;
    if (pk_me_field(visit, "act", PK_ME_FIELD_MAX, &name, NULL) == 0)
        for (size_t i = 0; i < PK_COUNT(acts); i++)
            if (pk_slice_is(pk_buf_slice(&name), acts[i].name))
                found = &acts[i];
    pk_buf_finish(&name);
    return found;
}

static int change_account(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    char name[PK_ME_FIELD_MAX + 1];
    const struct act *act = asked_act(visit);
    (void) snprintf(name, sizeof name, "%.*s", PK_SLICE_ARG(visit->place));
    struct pk_desk *desk = pk_desks_find(visit->call->service->desks, name);
    if (!desk || !act)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such account, or nothing like that is done with it");
    return act->act(visit, staff, desk, err); /* the last thing in its unit */
}

/* What cannot be read is said beside the form; the rest as everywhere. */
void pk_office_gateway_account(struct pk_visit *visit)
{
    const struct act *act = asked_act(visit);
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_ACCOUNT_VIEW, &staff))
        return;
    int r = pk_staff_change(visit, &staff, change_account, &err);
    if (r == 0 || (r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff)))
        pk_visit_go(visit, act ? act->done : PAGE);
    else if (r == PK_E_CONFLICT || r == PK_E_CONFIG)
        pk_visit_go(visit, PAGE "?old=1");
    else if (r == PK_E_INVALID || r == PK_E_LIMIT)
        show(visit, &staff, 422, true);
    else
        pk_visit_trouble(visit, &err);
}

/* ---- everything stopped, and let go ---- */

static int hold(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    staff->acting.actor.purpose = "hold";
    return pk_hold_all(visit->call->service, &staff->acting.actor, true, visit->call->now_ms, err);
}

/* For whoever sees the page it stands on; the service asks whether they may. */
void pk_office_gateway_hold(struct pk_visit *visit)
{
    struct pk_staff staff;
    if (pk_office_opened(visit, PK_ACTION_ACCOUNT_VIEW, &staff))
        pk_staff_do(visit, hold, PAGE "?done=1", PAGE "?old=1");
}

/* Asked once more: what is let go leaves at once. */
void pk_office_gateway_lift_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_HOLD_LIFT, &staff))
        return;
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "gateway.lift.heading"));
    add_health(visit);
    add_queue(visit);
    pk_office_show(visit, &staff, 200, SECTION, "office-lift");
}

static int lift(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_service *service = visit->call->service;
    struct pk_holds holds;
    struct pk_buf sure;
    bool given = false;
    pk_buf_init(&sure, PK_ME_FIELD_MAX);
    int r = pk_call_form(visit->call, "sure", 0, &sure, &given, err);
    pk_buf_finish(&sure);
    if (r == 0 && !given)
        r = pk_fail(err, PK_E_CONFLICT, "it was not said that this is meant");
    pk_holds_read(service, &holds);
    staff->acting.actor.purpose = "hold";
    if (r == 0 && (holds.all || !holds.restored))
        r = pk_hold_all(service, &staff->acting.actor, false, visit->call->now_ms, err);
    if (r == 0 && holds.restored)
        r = pk_hold_restored_lift(service, &staff->acting.actor, visit->call->now_ms, err);
    return r;
}

void pk_office_gateway_lift(struct pk_visit *visit)
{
    struct pk_staff staff;
    if (pk_office_opened(visit, PK_ACTION_HOLD_LIFT, &staff))
        pk_staff_do(visit, lift, PAGE "?done=1", PAGE "?old=1");
}
