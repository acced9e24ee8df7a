/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * SMSGate (android-sms-gateway): telephones of one's own send, over a server of one's own. The server takes a message's id
 * from us and each id once: so nothing is ever doubled, and whatever got no answer may be handed over again.
 *
 * An id that is there already (409) is asked for: if the telephones failed with it or it was cancelled, the message goes
 * out under the next id of a fixed row (KEY, KEY-2, KEY-3); else they have it. The row depends on nothing but the key.
 */
#include "adapters/kit/account.h"
#include "adapters/kit/encode.h"
#include "adapters/kit/event.h"
#include "adapters/kit/export.h"
#include "adapters/kit/json.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define TRIES 3u
#define PARTS_MAX 10u
#define KNOWN 1024u /* messages of several parts whose deliveries are counted; a power of two */
#define MAC_BYTES 32

static const struct pk_setting settings[] = {
    PK_KIT_URL_REQUIRED("url", "The server's address up to its version, such as https://sms.example.org/3rdparty/v1."),
    PK_KIT_TEXT_REQUIRED("user", "The user name that the app shows."),
    PK_KIT_SECRET_REQUIRED("password", "The password that the app shows."),
    PK_KIT_TEXT("device", NULL, "The id of the one telephone to send with; without it the server chooses."),
    PK_KIT_INTEGER("sim", NULL, 1, 3, "The SIM to send with, counted from 1."),
    PK_KIT_CHOICE("priority", "normal|low", "normal", "Whether messages of others on the same telephone go first (low)."),
    PK_KIT_INTEGER("active_within", NULL, 1, 720, "Only telephones that were heard of within so many hours."),
    PK_KIT_DURATION("queue_wait", "5m", PK_KIT_SECOND, PK_KIT_HOUR, "How long to wait while the telephones' queue is full."),
    PK_KIT_SECRET("webhook_key", "The signing key of a telephone's webhooks; of several telephones each on a line of its own."),
    PK_KIT_DURATION("webhook_age", "3d", 30 * PK_KIT_SECOND, 7 * PK_KIT_DAY,
                    "How old the signed time of a call may be; telephones repeat a call for two days."),
};

/* Reasons of Android's SmsManager that no second try mends; every other failure is the telephone's, for now. */
static const char for_good[] =
    "RESULT_ERROR_FDN_CHECK_FAILURE, RESULT_ERROR_SHORT_CODE_NOT_ALLOWED, RESULT_ERROR_SHORT_CODE_NEVER_ALLOWED, "
    "RESULT_ERROR_NULL_PDU, RESULT_INVALID_ARGUMENTS, RESULT_INVALID_SMS_FORMAT, RESULT_ENCODING_ERROR, "
    "RESULT_RIL_INVALID_ARGUMENTS, RESULT_RIL_INVALID_SMS_FORMAT, RESULT_RIL_ENCODING_ERR";

static const struct pk_kit_word events[] = {
    { "sms:sent", PK_RECEIPT_SENT },
    { "sms:delivered", PK_RECEIPT_DELIVERED },
    { "sms:failed", PK_RECEIPT_UNDELIVERED_TEMPORARY },
    { "sms:cancelled", PK_RECEIPT_UNDELIVERED_PERMANENT },
};

/* A message of several parts: "delivered" comes once for each, under event ids of their own. */
struct counted {
    uint64_t message, seen[PARTS_MAX]; /* its id and the events', hashed; 0 = free */
    unsigned parts, seen_count;
};

struct account {
    struct pk_kit_account base;
    char *basic;
    struct counted counted[KNOWN];
};

static void account_close(void *self)
{
    struct account *account = self;
    if (account)
        pk_kit_basic_free(account->basic);
    pk_kit_account_free(account);
}

static int account_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                        struct pk_error *err)
{
    void *made = NULL;
    int r = pk_kit_account_new(sizeof(struct account), host, values, count, &made);
    struct account *account = made;
    (void) err;
    if (r != 0)
        return r;
    const struct pk_kit_settings *own = &account->base.settings;
    account->basic = pk_kit_basic(pk_kit_text(own, "user"), pk_kit_text(own, "password"));
    if (!account->basic) {
        account_close(account);
        return PK_E_NOMEM;
    }
    *ret_self = account;
    return 0;
}

static uint32_t capabilities_of(const void *self)
{
    const struct account *account = self;
    bool open = pk_kit_is_set(&account->base.settings, "webhook_key");
    return PK_CAN_IDEMPOTENT | PK_CAN_EXPIRE | (open ? PK_CAN_RECEIPTS | PK_CAN_INBOUND : 0);
}

/* ---- sending ---- */

enum { MEMORY_TRY, MEMORY_ASKS }; /* in round->memory */

static struct pk_slice id_of(const struct pk_job *job, uint64_t try, char room[40])
{
    static const char *const ends[TRIES] = { "", "-2", "-3" };
    int len = (int) (job->idempotency_key.len < 32 ? job->idempotency_key.len : 32);
    int n = snprintf(room, 40, "%.*s%s", len, job->idempotency_key.data, ends[try]);
    return pk_slice_make(room, (size_t) n);
}

static int write_message(struct account *account, const struct pk_job *job, struct pk_slice id, int64_t left_ms,
                         struct pk_request *request)
{
    const struct pk_host *host = account->base.host;
    const struct pk_kit_settings *own = &account->base.settings;
    char path[64] = "/messages";
    if (pk_kit_is_set(own, "active_within"))
        (void) snprintf(path, sizeof path, "/messages?deviceActiveWithin=%lld",
                        (long long) pk_kit_number(own, "active_within", 1));
    int r = pk_kit_begin_json(host, request, pk_kit_text(own, "url"), path);
    if (r == 0)
        r = host->header(request, PK_SLICE("Authorization"), pk_slice_of(account->basic));
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "id", id);
    pk_kit_json_open(&json, "textMessage", '{');
    pk_kit_json_text(&json, "text", job->text);
    pk_kit_json_close(&json, '}');
    pk_kit_json_open(&json, "phoneNumbers", '[');
    pk_kit_json_text(&json, NULL, job->address);
    pk_kit_json_close(&json, ']');
    pk_kit_json_int(&json, "ttl", left_ms / PK_KIT_SECOND);
    pk_kit_json_bool(&json, "withDeliveryReport", true);
    if (pk_kit_is_set(own, "device"))
        pk_kit_json_text(&json, "deviceId", pk_kit_text(own, "device"));
    if (pk_kit_is_set(own, "sim"))
        pk_kit_json_int(&json, "simNumber", pk_kit_number(own, "sim", 1));
    if (pk_slice_is(pk_kit_text(own, "priority"), "low"))
        pk_kit_json_int(&json, "priority", -128);
    pk_kit_json_close(&json, '}');
    return json.error;
}

static int write_question(struct account *account, struct pk_slice id, struct pk_request *request)
{
    const struct pk_host *host = account->base.host;
    int r = pk_kit_begin(host, request, "GET", pk_kit_text(&account->base.settings, "url"), "/messages/");
    if (r == 0)
        r = pk_kit_write(host, host->url(request), PK_KIT_PERCENT, id);
    return r == 0 ? host->header(request, PK_SLICE("Authorization"), pk_slice_of(account->basic)) : r;
}

static int send(struct account *account, const struct pk_job *job, struct pk_round *round)
{
    char room[40];
    int64_t left_ms;
    if (!pk_kit_time_left(job, 5 * PK_KIT_SECOND, 7 * PK_KIT_DAY, &left_ms)) {
        pk_kit_too_late(&round->result);
        return PK_STEP_DONE;
    }
    round->submits = 1;
    round->memory[MEMORY_ASKS] = 0;
    int r = write_message(account, job, id_of(job, round->memory[MEMORY_TRY], room), left_ms, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}

/* The answer to a message that is not there yet. */
static void judge(struct account *account, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    struct pk_slice message = pk_kit_at(host, root, "message");
    struct pk_slice error = pk_kit_at(host, root, "error");
    struct pk_slice id = pk_kit_at(host, root, "id");
    uint32_t outcome = pk_kit_outcome_of_status(answer->status);
    if (answer->status == 400 && message.len > 0 && memmem(message.data, message.len, "hone", 4)) /* "phone", "Phone" */
        outcome = PK_OUTCOME_INVALID_RECIPIENT;
    if (answer->status == 503 && pk_slice_is(error, "QueueLimitExceeded"))
        outcome = PK_OUTCOME_THROTTLED;
    if (outcome != PK_OUTCOME_ACCEPTED) {
        pk_kit_refuse(&account->base.words, answer, outcome, error,
                      pk_kit_number(&account->base.settings, "queue_wait", 5 * PK_KIT_MINUTE), ret);
        return;
    }
    pk_kit_accept(&account->base.words, id, ret);
    if (ret->provider_id.len == 0)
        pk_kit_unreadable(&account->base.words, answer, ret);
}

/* The answer to the question about an id that was taken before. */
static int judge_known(struct account *account, const struct pk_job *job, struct pk_round *round)
{
    const struct pk_host *host = account->base.host;
    const struct pk_answer *answer = round->answer;
    char room[40];
    struct pk_slice id = id_of(job, round->memory[MEMORY_TRY], room), state = { 0 };
    if (answer->state != PK_ANSWER_COMPLETE || answer->status >= 500 || answer->status == 429) {
        round->result =
            (struct pk_result){ .outcome = PK_OUTCOME_UNCERTAIN,
                                .reason = PK_SLICE("The server knows the message and did not say what became of it.") };
        return PK_STEP_DONE;
    }
    if (answer->status == 200)
        state = pk_kit_at(host, host->json_parse(host->ctx, answer->body), "state");
    if (!pk_slice_is(state, "Failed") && !pk_slice_is(state, "Cancelled")) {
        pk_kit_accept(&account->base.words, id, &round->result);
        return PK_STEP_DONE;
    }
    if (++round->memory[MEMORY_TRY] < TRIES)
        return send(account, job, round);
    pk_kit_reject("failed-before", "The telephones failed with this message three times.", &round->result);
    return PK_STEP_DONE;
}

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct account *account = self;
    char room[40];
    if (!round->answer)
        return send(account, job, round);
    if (round->memory[MEMORY_ASKS])
        return judge_known(account, job, round);
    if (pk_kit_unanswered(round->answer, &round->result))
        return PK_STEP_DONE;
    if (round->answer->status == 409) {
        round->memory[MEMORY_ASKS] = 1;
        int r = write_question(account, id_of(job, round->memory[MEMORY_TRY], room), round->request);
        return r != 0 ? r : PK_STEP_SEND;
    }
    judge(account, round->answer, &round->result);
    return PK_STEP_DONE;
}

/* ---- the telephones' calls ---- */

static bool key_fits(const struct account *account, struct pk_slice key, const struct pk_hook_request *request,
                     struct pk_slice time)
{
    const struct pk_slice sealed[] = { request->body, time };
    uint8_t mac[MAC_BYTES];
    char expected[PK_KIT_HEX_ROOM(MAC_BYTES)];
    account->base.host->hmac_sha256(key, sealed, PK_KIT_COUNT(sealed), mac);
    size_t len = pk_kit_hex(mac, sizeof mac, expected);
    return pk_kit_header_is(request, "X-Signature", pk_slice_make(expected, len));
}

static int verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct account *account = self;
    struct pk_slice keys = pk_kit_text(&account->base.settings, "webhook_key"), time = request->header(request, "X-Timestamp");
    int64_t seconds = 0, most_ms = pk_kit_number(&account->base.settings, "webhook_age", 3 * PK_KIT_DAY);
    if (keys.len == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "the webhook is closed: webhook_key is not set");
    if (!pk_kit_decimal(time, &seconds) || seconds > INT64_MAX / 1000)
        return pk_fail(err, PK_E_DENIED, "the call has no X-Timestamp");
    int64_t age_ms = request->now_ms - seconds * 1000;
    if (age_ms > most_ms || age_ms < -5 * PK_KIT_MINUTE)
        return pk_fail(err, PK_E_DENIED, "the call is older than webhook_age, or from the future");
    for (struct pk_slice key; pk_kit_next_line(&keys, &key);)
        if (key_fits(account, key, request, time))
            return 0;
    return pk_fail(err, PK_E_DENIED, "the call's signature fits no webhook_key");
}

/* FNV-1a: to tell apart, not to keep secret. Never 0. */
static uint64_t hash(struct pk_slice text)
{
    uint64_t sum = 14695981039346656037u;
    for (size_t i = 0; i < text.len; i++)
        sum = (sum ^ (unsigned char) text.data[i]) * 1099511628211u;
    return sum | 1;
}

/* Is this the last part's delivery? A message nobody told the parts of (one part, or before a restart) is whole at once. */
static bool is_whole(struct counted *counted, uint64_t message, uint64_t event)
{
    if (counted->message != message)
        return true;
    for (unsigned i = 0; i < counted->seen_count; i++)
        if (counted->seen[i] == event)
            return counted->seen_count == counted->parts;
    if (counted->seen_count < counted->parts)
        counted->seen[counted->seen_count++] = event;
    return counted->seen_count == counted->parts;
}

static int take_receipt(struct account *account, const struct pk_value *root, uint32_t state, struct pk_event_sink *sink)
{
    static const char *const times[] = { "payload.deliveredAt", "payload.sentAt", "payload.failedAt", "payload.cancelledAt" };
    const struct pk_host *host = account->base.host;
    struct pk_slice id = pk_kit_at(host, root, "payload.messageId"), reason = pk_kit_at(host, root, "payload.reason"),
                    time = { 0 };
    struct counted *counted = &account->counted[(hash(id) >> 8) & (KNOWN - 1)];
    int64_t parts = host->json_int(host->json_at(root, "payload.partsCount"), 1);
    for (size_t i = 0; i < PK_KIT_COUNT(times) && time.len == 0; i++)
        time = pk_kit_at(host, root, times[i]);
    if (state == PK_RECEIPT_SENT && parts > 1 && parts <= PARTS_MAX && counted->message != hash(id))
        *counted = (struct counted){ .message = hash(id), .parts = (unsigned) parts };
    if (state == PK_RECEIPT_DELIVERED && !is_whole(counted, hash(id), hash(pk_kit_at(host, root, "id"))))
        state = PK_RECEIPT_SENT;
    if (state == PK_RECEIPT_UNDELIVERED_TEMPORARY && pk_kit_is_listed(pk_slice_of(for_good), reason))
        state = PK_RECEIPT_UNDELIVERED_PERMANENT;
    return pk_kit_receipt(sink, state, id, (struct pk_slice){ 0 }, reason, time);
}

static int parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err)
{
    struct account *account = self;
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, request->body);
    struct pk_slice event = pk_kit_at(host, root, "event"), from = pk_kit_at(host, root, "payload.sender");
    uint32_t state = pk_kit_meaning(events, PK_KIT_COUNT(events), event);
    (void) reply;
    if (host->json_kind(root) != PK_VALUE_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the call's body is no JSON object");
    if (state != 0)
        return take_receipt(account, root, state, sink);
    if (!pk_slice_is(event, "sms:received"))
        return 0;   /* a ping, or of a kind nobody asked for */
    if (!from.data) /* apps before 2026 */
        from = pk_kit_at(host, root, "payload.phoneNumber");
    return pk_kit_reply(sink, from, pk_kit_at(host, root, "payload.message"), pk_kit_at(host, root, "id"),
                        pk_kit_at(host, root, "payload.receivedAt"));
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_HTTP, .step = step };
static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = verify, .parse = parse };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "androidgw",
    .version = "1",
    .summary = "Telephones of your own, through an SMSGate server",
    .channels = "sms",
    .capabilities = PK_CAN_IDEMPOTENT | PK_CAN_RECEIPTS | PK_CAN_INBOUND | PK_CAN_EXPIRE,
    .number_format = PK_NUMBER_E164,
    .max_text_bytes = 16384,
    .max_parts = PARTS_MAX,
    .settings = settings,
    .setting_count = PK_KIT_COUNT(settings),
    .open = account_open,
    .close = account_close,
    .exchange = &exchange,
    .webhook = &webhook,
    .capabilities_of = capabilities_of,
    .setup = "Webhooks: the key of webhook_key; {hook} for sms:sent, sms:delivered, sms:failed, sms:cancelled, sms:received.",
};
