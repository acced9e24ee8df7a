/* SPDX-License-Identifier: EUPL-1.2 */
/* Trying an account: one message to the operator's own address, and how far it, its receipt and the answer to it came. */
#include "gateway/api/accounts.h"

#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"
#include "gateway/store/replies.h"

#define ADDRESS_MAX 255u
#define LANGUAGE_MAX 35u /* a BCP 47 tag in use */
#define TEST_TEMPLATE "account-test"

/* ---- starting one ---- */

struct testing {
    struct pk_account_test test;
    int64_t message;
};

static int queue_test(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct testing *testing = ctx;
    return pk_planner_staff(call->service, &call->actor, &testing->test.plan, call->now_ms, &testing->message, err);
}

/* What was sent is never repeated in the refusal. */
int pk_account_test_plan(struct pk_service *service, const struct pk_desk *desk, struct pk_slice address, struct pk_slice language,
                         struct pk_account_test *ret_test, struct pk_error *err)
{
    const char *channel = pk_name_text(service->store, PK_NAME_CHANNEL, desk->channel);
    *ret_test = (struct pk_account_test){
        .plan = { .desk = desk, .address = address, .template_name = TEST_TEMPLATE, .language = language.data ? language : PK_SLICE("nl") }
    };
    if (!channel || strcmp(channel, "sms") != 0)
        return 0;
    if (pk_phone_parse(address, service->rules->phone_region, ret_test->room) != PK_PHONE_OK) {
        (void) pk_fail(err, PK_E_INVALID, "field \"address\" is no number that takes SMS");
        return pk_hint(err, PK_E_INVALID, "Write it with its country: + and the country's code first.");
    }
    ret_test->plan.address = pk_slice_of(ret_test->room);
    return 0;
}

void pk_api_account_test(struct pk_call *call)
{
    static const char *const fields[] = { "address", "language", NULL };
    struct testing testing = { .message = 0 };
    struct pk_slice address = { 0 }, language = { 0 };
    struct pk_error err = { 0 };
    struct pk_desk *desk = NULL;
    int r = pk_account_place(call, 0, &desk, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "address", ADDRESS_MAX, &address, &err);
    if (r == 0)
        r = pk_account_test_plan(call->service, desk, address, language, &testing.test, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "language", LANGUAGE_MAX, &language, &err);
    if (r == 0) {
        if (language.data)
            testing.test.plan.language = language;
        call->actor.purpose = "test";
        r = pk_call_change(call, queue_test, &testing, &err);
    }
    explicit_bzero(&testing.test, sizeof testing.test);
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

/* ---- how far it came ---- */

/* The newest one since the account was opened. Nothing of it names anybody: the exchange is recorded without. */
void pk_api_account_tested(struct pk_call *call)
{
    struct pk_desk *desk = NULL;
    struct pk_error err = { 0 };
    int r = pk_account_place(call, 0, &desk, &err);
    if (r == 0 && desk->test == 0) {
        (void) pk_fail(&err, PK_E_NOT_FOUND, "account \"%s\" handed no test message over since it was opened", desk->rule->name);
        r = pk_hint(&err, PK_E_NOT_FOUND, "Send one with pokana accounts test %s --to ADDRESS.", desk->rule->name);
    }
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "message", desk->test);
    pk_json_add_bool(&out, "receipts", (desk->capabilities & PK_CAN_RECEIPTS) != 0);
    pk_json_add_bool(&out, "answerable", (desk->capabilities & PK_CAN_INBOUND) != 0 && pk_account_answerable(call->service, desk->id));
    pk_json_add_time(&out, "answeredAt", pk_reply_after(call->service->store, desk->test));
    pk_json_add_slice(&out, "exchange", pk_buf_slice(&desk->test_record));
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}
