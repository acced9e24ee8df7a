/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/accounts.h"

#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/plugin/registry.h"
#include "gateway/service/holds.h"
#include "gateway/service/spending.h"
#include "gateway/store/names.h"

#define NUMBER_DIGITS 8u /* as many in a row look like a phone number */

int pk_account_place(struct pk_call *call, size_t place, struct pk_desk **ret_desk, struct pk_error *err)
{
    struct pk_desks *desks = call->service->desks;
    for (size_t i = 0; i < desks->count; i++) {
        if (pk_slice_is(call->places[place], desks->items[i]->rule->name)) {
            *ret_desk = desks->items[i];
            return 0;
        }
    }
    (void) pk_fail(err, PK_E_NOT_FOUND, "there is no such account");
    return pk_hint(err, PK_E_NOT_FOUND, "List them with pokana accounts list.");
}

/* ---- telling ---- */

/* More cannot be opened now: the window is full, or the second's share is used up. */
static bool is_full(struct pk_desk *desk, int64_t now_ms)
{
    return desk->flying >= desk->rule->window || pk_account_room(desk->account) == 0 ||
           pk_rate_available(&desk->rate, now_ms, 1) == 0;
}

const char *pk_account_state(struct pk_desk *desk, bool paused, int64_t now_ms, const char **ret_why)
{
    *ret_why = "";
    if (paused) {
        *ret_why = desk->last.message[0] ? desk->last.message : "paused by an operator";
        return "paused";
    }
    if (desk->breaker.state == PK_BREAKER_OPEN && now_ms < desk->breaker.until_ms) {
        *ret_why = "the provider does not answer; tried again by itself";
        return "down";
    }
    if (pk_account_room(desk->account) == 0 && pk_account_open_count(desk->account) == 0) {
        const char *trouble = pk_account_trouble(desk->account);
        *ret_why = trouble[0] ? trouble : "there is no link to the provider; tried again by itself";
        return "down";
    }
    if (pk_spending_stopped(desk, now_ms)) {
        *ret_why = "its limit of the day is reached; it goes on at midnight";
        return "spent";
    }
    if (now_ms < desk->throttled_until_ms) {
        *ret_why = "the provider asked to wait";
        return "throttled";
    }
    if (is_full(desk, now_ms)) {
        *ret_why = "as many hand-overs are under way as the account may have";
        return "waiting";
    }
    *ret_why = pk_account_trouble(desk->account);
    if (!**ret_why && pk_spending_state(desk, now_ms) == PK_DAY_NEAR)
        *ret_why = "its limit of the day is near";
    return "working";
}

static void add_capabilities(struct pk_json_out *out, uint32_t capabilities)
{
    const char *name;
    uint32_t bit;
    pk_json_open(out, "capabilities", '[');
    for (size_t i = 0; (name = pk_capability_name(i, &bit)); i++)
        if (capabilities & bit)
            pk_json_add_text(out, NULL, name);
    pk_json_close(out, ']');
}

static void add_limit(struct pk_json_out *out, const char *name, int64_t limit)
{
    if (limit > 0)
        pk_json_add_int(out, name, limit);
    else
        pk_json_add_null(out, name);
}

/* What it was given today and what that cost, with its limits; amounts in 1/10,000 of the currency. */
static void add_costs(struct pk_json_out *out, struct pk_desk *desk, int64_t now_ms)
{
    struct pk_day_use used = pk_spending_used(desk, now_ms);
    pk_json_add_text(out, "currency", desk->prices.currency[0] ? desk->prices.currency : NULL);
    pk_json_add_text(out, "pricedPer", desk->prices.per_message ? "message" : "part");
    pk_json_open(out, "prices", '[');
    for (uint32_t i = 0; i < desk->prices.count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "country", desk->prices.rows[i].country);
        pk_json_add_int(out, "amount", desk->prices.rows[i].amount);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_open(out, "today", '{');
    pk_json_add_text(out, "state", pk_day_state_name(pk_spending_state(desk, now_ms)));
    pk_json_add_int(out, "messages", used.messages);
    add_limit(out, "messagesLimit", desk->limits.messages);
    pk_json_add_int(out, "cost", used.cost);
    add_limit(out, "budget", desk->limits.cost);
    pk_json_add_time(out, "until", pk_spending_today(desk->service, now_ms)->until_ms);
    pk_json_close(out, '}');
}

static void add_account(struct pk_json_out *out, struct pk_desk *desk, bool paused, int64_t now_ms)
{
    const char *why;
    const char *state = pk_account_state(desk, paused, now_ms, &why);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "name", desk->rule->name);
    pk_json_add_text(out, "adapter", desk->rule->adapter->name);
    pk_json_add_text(out, "channel", pk_name_text(desk->service->store, PK_NAME_CHANNEL, desk->channel));
    pk_json_add_text(out, "state", state);
    pk_json_add_text(out, "why", why);
    pk_json_add_int(out, "window", desk->rule->window);
    pk_json_add_int(out, "inFlight", desk->flying);
    add_costs(out, desk, now_ms);
    add_capabilities(out, desk->capabilities);
    pk_json_close(out, '}');
}

void pk_accounts_add(struct pk_json_out *out, struct pk_service *service, int64_t now_ms)
{
    pk_json_open(out, "accounts", '[');
    for (size_t i = 0; i < service->desks->count; i++)
        add_account(out, service->desks->items[i], service->desks->items[i]->paused, now_ms);
    pk_json_close(out, ']');
}

void pk_api_accounts(struct pk_call *call)
{
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_accounts_add(&out, call->service, call->now_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- pausing ---- */

struct pausing {
    struct pk_desk *desk;
    bool pause;
    char reason[PK_ACCOUNT_REASON_MAX + 1];
};

static int set_pause(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct pausing *pausing = ctx;
    return pk_hold_account(call->service, &call->actor, pausing->desk, pausing->pause,
                           pausing->reason[0] ? pausing->reason : NULL, call->now_ms, err);
}

static bool has_number(struct pk_slice text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len && digits < NUMBER_DIGITS; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9')
            digits++;
        else if (!strchr(" -+().", text.data[i]))
            digits = 0;
    return digits == NUMBER_DIGITS;
}

int pk_account_reason_check(struct pk_slice reason, struct pk_error *err)
{
    return has_number(reason) ? pk_fail(err, PK_E_INVALID, "field \"reason\" may hold no phone number") : 0;
}

static void pause_or_resume(struct pk_call *call, bool pause)
{
    static const char *const pause_fields[] = { "reason", NULL }, *const resume_fields[] = { NULL };
    struct pausing pausing = { .pause = pause };
    struct pk_error err = { 0 };
    struct pk_slice reason = { 0 };
    int r = pk_account_place(call, 0, &pausing.desk, &err);
    if (r == 0)
        r = pk_json_only(call->body, pause ? pause_fields : resume_fields, "body", &err);
    if (r == 0)
        r = pk_call_field_optional(call, "reason", PK_ACCOUNT_REASON_MAX, &reason, &err);
    if (r == 0)
        r = pk_account_reason_check(reason, &err);
    if (r == 0) {
        (void) snprintf(pausing.reason, sizeof pausing.reason, "%.*s", PK_SLICE_ARG(reason));
        call->actor.purpose = pause ? "pause" : "resume";
        r = pk_call_change(call, set_pause, &pausing, &err);
    }
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    add_account(&out, pausing.desk, pause, call->now_ms);
    pk_call_answer(call, 200, &call->out);
}

void pk_api_account_pause(struct pk_call *call)
{
    pause_or_resume(call, true);
}

void pk_api_account_resume(struct pk_call *call)
{
    pause_or_resume(call, false);
}
