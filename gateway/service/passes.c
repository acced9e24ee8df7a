/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/passes.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/base/random.h"
#include "gateway/language/phone.h"
#include "gateway/service/planner.h"
#include "gateway/service/sign_in.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define CHANNEL "sms" /* an address people can type */
#define HOUR_MS 3600000ll
#define CODES_PER_HOUR 3 /* to one person */
#define ADDRESS_MAX 256u

int pk_passes_ask(struct pk_service *service, struct pk_slice written, int64_t now_ms, uint8_t ret_token[PK_PASS_TOKEN_BYTES],
                  struct pk_error *err)
{
    char e164[PK_PHONE_MAX];
    uint32_t channel = pk_name_find(service->store, PK_NAME_CHANNEL, PK_SLICE(CHANNEL));
    if (channel == 0)
        return pk_fail(err, PK_E_CONFIG, "there is no route for text messages");
    if (pk_passes_waiting(service->store) >= PK_PASSES_AT_ONCE)
        return pk_fail(err, PK_E_BUSY, "too many codes are asked for at once");
    if (pk_phone_parse(written, service->rules->phone_region, e164) > PK_PHONE_AMBIGUOUS)
        return pk_fail(err, PK_E_INVALID, "this is no mobile number");
    pk_random_bytes(ret_token, PK_PASS_TOKEN_BYTES);
    return pk_pass_ask(service->store, ret_token, channel, pk_slice_of(e164), now_ms, now_ms + PK_PASS_MS, err);
}

/* ---- from the queue ---- */

/* Who is written to: somebody known at this address who did not say STOP and was not sent codes all the time. */
static int64_t written_to(struct pk_service *service, const struct pk_pass *pass, struct pk_slice value, struct pk_address *ret_address,
                          struct pk_recipient *ret_who)
{
    struct pk_store *store = service->store;
    if (pk_address_find(store, pass->channel, value, ret_address, NULL) != 0 || ret_address->recipient == 0 || ret_address->blocked_ms != 0 ||
        pk_suppression_has(store, pass->channel, value) || pk_recipient_get(store, ret_address->recipient, ret_who, NULL) != 0 ||
        ret_who->stopped_ms != 0)
        return 0;
    return pk_passes_since(store, ret_who->id, pass->created_ms - HOUR_MS) < CODES_PER_HOUR ? ret_who->id : 0;
}

int pk_passes_send(struct pk_service *service, const struct pk_pass_code *code, int64_t now_ms, struct pk_error *err)
{
    struct pk_buf values;
    pk_buf_init(&values, 64);
    struct pk_json_out out = pk_json_out(&values);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "code", code->code);
    pk_json_close(&out, '}');
    struct pk_answer_plan plan = {
        .recipient = code->recipient,
        .address = code->address,
        .channel = code->channel,
        .template_name = "code",
        .language = pk_slice_of(code->who->language),
        .script = pk_slice_of(code->who->script),
        .values = pk_buf_slice(&values),
        .act_ms = code->asked_ms,
    };
    int r = pk_planner_answer(service, &plan, now_ms, err);
    pk_buf_wipe(&values);
    return r;
}

void pk_passes_code(char ret_code[8])
{
    (void) snprintf(ret_code, 8, "%06u", (unsigned) pk_random_below(1000000));
}

static int look_at(struct pk_service *service, const struct pk_pass *pass, struct pk_slice value, int64_t now_ms, struct pk_error *err)
{
    struct pk_address address;
    struct pk_recipient who;
    char code[8];
    int64_t recipient = written_to(service, pass, value, &address, &who);
    pk_passes_code(code);
    int r = pk_pass_ready(service->store, pass->id, recipient, pk_slice_of(code), err);
    if (r == 0 && recipient != 0)
        r = pk_passes_send(service, &(struct pk_pass_code){ recipient, address.id, pass->channel, &who, code, pass->created_ms }, now_ms, err);
    explicit_bzero(code, sizeof code);
    return r;
}

static int step(struct pk_service *service, struct pk_error *err)
{
    struct pk_pass pass;
    struct pk_buf value;
    pk_buf_init(&value, ADDRESS_MAX);
    int r = pk_pass_next(service->store, &pass, &value, err);
    if (r == 0 && (r = pk_unit_begin(service->store, err)) == 0) {
        r = pass.channel == 0 ? pk_staff_look_at(service, &pass, pk_buf_slice(&value), pk_clock_wall_ms(), err)
                              : look_at(service, &pass, pk_buf_slice(&value), pk_clock_wall_ms(), err);
        if (r != 0)
            pk_unit_drop(service->store);
        else
            r = pk_unit_keep(service->store, err);
    }
    pk_buf_wipe(&value);
    return r;
}

bool pk_passes_step(struct pk_service *service, size_t max)
{
    struct pk_error err = { 0 };
    int r = 0;
    for (size_t i = 0; r == 0 && i < max; i++)
        r = step(service, &err);
    if (r != 0 && r != PK_E_NOT_FOUND)
        pk_log(PK_LOG_ERROR, "passes", "pass.failed", "reason", err.message, NULL);
    return r == 0;
}

/* ---- sessions ---- */

int pk_passes_enter(struct pk_service *service, const uint8_t pass[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms,
                    uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    int64_t recipient = 0;
    int r = pk_pass_use(service->store, pass, code, now_ms, &recipient, err);
    if (r != 0)
        return r;
    pk_random_bytes(ret_session, PK_PASS_TOKEN_BYTES);
    return pk_session_add(service->store, ret_session, recipient, now_ms, now_ms + PK_SESSION_MS, err);
}

int pk_passes_session(struct pk_service *service, const uint8_t session[PK_PASS_TOKEN_BYTES], int64_t now_ms, int64_t *ret_recipient,
                      struct pk_error *err)
{
    int64_t began_ms = 0;
    return pk_session_find(service->store, session, now_ms, ret_recipient, &began_ms, err);
}

int pk_passes_go_on(struct pk_service *service, const uint8_t session[PK_PASS_TOKEN_BYTES], int64_t now_ms, struct pk_error *err)
{
    int64_t recipient = 0, began_ms = 0;
    int r = pk_session_find(service->store, session, now_ms, &recipient, &began_ms, err);
    if (r != 0)
        return r;
    int64_t until_ms = now_ms + PK_SESSION_MS, end_ms = began_ms + PK_SESSION_WHOLE_MS;
    return pk_session_prolong(service->store, session, until_ms < end_ms ? until_ms : end_ms, err);
}
