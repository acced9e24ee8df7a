/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/accounts.h"

#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/language/phone.h"
#include "gateway/plugin/registry.h"
#include "gateway/service/holds.h"
#include "gateway/service/planner.h"
#include "gateway/store/names.h"

#define REASON_MAX 200u
#define NUMBER_DIGITS 8u /* as many in a row look like a phone number */
#define LANGUAGE_MAX 35u /* a BCP 47 tag in use */
#define TEST_TEMPLATE "account-test"

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
    if (now_ms < desk->throttled_until_ms) {
        *ret_why = "the provider asked to wait";
        return "throttled";
    }
    if (is_full(desk, now_ms)) {
        *ret_why = "as many hand-overs are under way as the account may have";
        return "waiting";
    }
    *ret_why = pk_account_trouble(desk->account);
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
    char reason[REASON_MAX + 1];
};

static int set_pause(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct pausing *pausing = ctx;
    return pk_hold_account(call->service, &call->actor, pausing->desk, pausing->pause,
                           pausing->reason[0] ? pausing->reason : NULL, call->now_ms, err);
}

/* A reason is shown, audited and logged: whoever types a number into it is asked not to. */
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
        r = pk_call_field_optional(call, "reason", REASON_MAX, &reason, &err);
    if (r == 0 && has_number(reason))
        r = pk_fail(&err, PK_E_INVALID, "field \"reason\" may hold no phone number");
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

/* ---- testing ---- */

struct testing {
    struct pk_staff_plan plan;
    char e164[PK_PHONE_MAX];
    int64_t message;
};

static int queue_test(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct testing *testing = ctx;
    return pk_planner_staff(call->service, &call->actor, &testing->plan, call->now_ms, &testing->message, err);
}

/* The address as its channel wants it. What was sent is never repeated in the refusal. */
static int read_address(struct pk_call *call, const struct pk_desk *desk, struct testing *testing, struct pk_error *err)
{
    int r = pk_call_field(call, "address", 255, &testing->plan.address, err);
    const char *channel = pk_name_text(call->service->store, PK_NAME_CHANNEL, desk->channel);
    if (r != 0 || !channel || strcmp(channel, "sms") != 0)
        return r;
    if (pk_phone_parse(testing->plan.address, call->service->rules->phone_region, testing->e164) != PK_PHONE_OK) {
        (void) pk_fail(err, PK_E_INVALID, "field \"address\" is no number that takes SMS");
        return pk_hint(err, PK_E_INVALID, "Write it with its country: + and the country's code first.");
    }
    testing->plan.address = pk_slice_of(testing->e164);
    return 0;
}

void pk_api_account_test(struct pk_call *call)
{
    static const char *const fields[] = { "address", "language", NULL };
    struct testing testing = { .plan = { .template_name = TEST_TEMPLATE } };
    struct pk_error err = { 0 };
    struct pk_desk *desk = NULL;
    int r = pk_account_place(call, 0, &desk, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = read_address(call, desk, &testing, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "language", LANGUAGE_MAX, &testing.plan.language, &err);
    if (r == 0) {
        testing.plan.desk = desk;
        if (!testing.plan.language.data)
            testing.plan.language = PK_SLICE("nl");
        call->actor.purpose = "test";
        r = pk_call_change(call, queue_test, &testing, &err);
    }
    explicit_bzero(testing.e164, sizeof testing.e164);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "message", testing.message);
    pk_json_close(&out, '}');
    pk_call_answer(call, 202, &call->out);
}
