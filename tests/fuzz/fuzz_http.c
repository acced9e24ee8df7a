/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The http adapter as every account of it works: the first byte chooses a call's body, its query, a signature, an
 * answer, or a text to send. What comes out is fit to be kept and shown: texts are UTF-8, ids and codes plain, numbers
 * whole; and the request of any text is well-formed and says that text.
 */
#include "adapters/kit/text.h"
#include "gateway/base/crypto.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/language/prepare.h"
#include "gateway/plugin/builtin.h"
#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"

#include "tests/fuzz/fuzz.h"

#define NOW_MS 1791993600000ll
#define NUMBER "+31600000001"
#define SECRET "0123456789abcdef"

/* clang-format off */
#define VALUE(name_, text_) { .name = (name_), .text = PK_SLICE_INIT(text_) }
/* clang-format on */
#define EVENTS                                                                                                             \
    VALUE("receipt_id", "id, messages[0].id"), VALUE("receipt_reference", "ref"), VALUE("receipt_state", "status"),        \
        VALUE("receipt_code", "code"), VALUE("receipt_time", "at"), VALUE("receipt.delivered", "delivered"),               \
        VALUE("receipt.sent", "sent"), VALUE("receipt.undelivered_permanent", "failed"),                                   \
        VALUE("receipt.undelivered_temporary", "failed/24"), VALUE("reply_from", "from"), VALUE("reply_text", "text"),     \
        VALUE("reply_id", "id"), VALUE("reply_time", "at"), VALUE("reply_part_reference", "part.ref"),                     \
        VALUE("reply_part_total", "part.total"), VALUE("reply_part_index", "part.index"), VALUE("code.accepted", "0, ok"), \
        VALUE("code.opted_out", "7"), VALUE("code.throttled", "busy"), VALUE("status.uncertain", "5xx")

static const struct pk_setting_value json_account[] = {
    VALUE("url", "https://sms.example/messages"),
    VALUE("body", "{\"to\":\"{to}\",\"text\":\"{text}\",\"ttl\":{validity_s}}"),
    VALUE("answer_id", "id, messages[0].id"),
    VALUE("answer_code", "error.code, code"),
    VALUE("events", "events"),
    VALUE("webhook_hmac_header", "X-Signature"),
    VALUE("webhook_hmac_secret", SECRET),
    EVENTS,
};
static const struct pk_setting_value form_account[] = {
    VALUE("url", "https://sms.example/send"), VALUE("format", "form"),
    VALUE("body", "to={to}&text={text}"),     VALUE("answer_id_after", "ID:"),
    VALUE("answer_code_after", "ERR:"),       VALUE("webhook_header", "X-Signature"),
    VALUE("webhook_header_secret", SECRET),   EVENTS,
};

struct account {
    struct pk_host_side *host;
    void *self;
};
static struct account accounts[2]; /* JSON, form */
static const struct pk_adapter *adapter;

static void open_account(struct account *account, const struct pk_setting_value *values, size_t count)
{
    struct pk_error err = { 0 };
    account->host = pk_host_new("test", NULL);
    if (adapter->open(pk_host_table(account->host), values, count, &account->self, &err) != 0)
        (void) fprintf(stderr, "%s\n", err.message);
    fuzz_need(account->self != NULL);
    pk_host_end_call(account->host);
}

static void open_accounts(void)
{
    pk_log_set_level(PK_LOG_ERROR);
    for (size_t i = 0; i < pk_builtin_count; i++)
        if (strcmp(pk_builtin_adapters[i]->name, "http") == 0)
            adapter = pk_builtin_adapters[i];
    fuzz_need(adapter != NULL);
    open_account(&accounts[0], json_account, PK_COUNT(json_account));
    open_account(&accounts[1], form_account, PK_COUNT(form_account));
}

static bool plain(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < ' ' || text.data[i] > '~')
            return false;
    return true;
}

/* ---- the webhook ---- */

static int check_event(struct pk_event_sink *sink, const struct pk_event *event)
{
    (void) sink;
    fuzz_need(event->kind == PK_EVENT_RECEIPT || event->kind == PK_EVENT_REPLY);
    fuzz_need(event->at_ms >= 0 && plain(event->code) && event->code.len <= 64);
    if (event->kind == PK_EVENT_RECEIPT) {
        fuzz_need(event->state >= PK_RECEIPT_ACCEPTED && event->state <= PK_RECEIPT_UNKNOWN);
        fuzz_need(event->provider_id.len + event->our_reference.len > 0);
        fuzz_need(event->provider_id.len <= 255 && event->our_reference.len <= 255);
        return 0;
    }
    fuzz_need(event->address.len >= 8 && event->address.len <= 16 && event->address.data[0] == '+');
    for (size_t i = 1; i < event->address.len; i++)
        fuzz_need(event->address.data[i] >= '0' && event->address.data[i] <= '9');
    fuzz_need(event->text.data && pk_kit_utf8(event->text));
    return 0;
}

static struct pk_slice signature;

static struct pk_slice call_header(const struct pk_hook_request *request, const char *name)
{
    (void) request;
    return strcmp(name, "X-Signature") == 0 ? signature : (struct pk_slice){ 0 };
}

static struct pk_hook_request call(struct pk_slice body, struct pk_slice query)
{
    return (struct pk_hook_request){ .size = sizeof(struct pk_hook_request),
                                     .method = PK_SLICE("POST"),
                                     .url = PK_SLICE("https://pokana.example/hooks/test"),
                                     .path_rest = PK_SLICE(""),
                                     .query = query,
                                     .body = body,
                                     .now_ms = NOW_MS,
                                     .header = call_header };
}

static void parse(const struct account *account, struct pk_slice body, struct pk_slice query)
{
    struct pk_event_sink sink = { check_event };
    struct pk_error err = { 0 };
    struct pk_out reply;
    const struct pk_hook_request request = call(body, query);
    pk_out_init(&reply, 4096);
    int r = adapter->webhook->parse(account->self, &request, &sink, &reply, &err);
    pk_host_end_call(account->host);
    pk_out_finish(&reply);
    if (r != 0)
        fuzz_refused(r, &err);
}

static int verify_as(const struct account *account, struct pk_slice claim, struct pk_slice body)
{
    const struct pk_hook_request request = call(body, PK_SLICE(""));
    signature = claim;
    int r = adapter->webhook->verify(account->self, &request, NULL);
    pk_host_end_call(account->host);
    fuzz_need(r == 0 || r == PK_E_DENIED);
    return r;
}

/* A body signed is taken, and no other by its signature; a secret header is taken whole or not at all. */
static void verify(struct pk_slice text)
{
    uint8_t mac[32];
    struct pk_buf claim;
    pk_buf_init(&claim, 1024);
    pk_hmac_sha256(PK_SLICE(SECRET), &text, 1, mac);
    (void) pk_buf_add_text(&claim, "sha256=");
    pk_hex(&claim, mac, sizeof mac);
    fuzz_need((verify_as(&accounts[0], pk_buf_slice(&claim), text) == 0) == (text.len > 0));
    if (text.len > 1)
        fuzz_need(verify_as(&accounts[0], pk_buf_slice(&claim), pk_slice_make(text.data, text.len - 1)) == PK_E_DENIED);
    if (verify_as(&accounts[0], text, PK_SLICE("{\"id\":\"a1\"}")) == 0)
        fuzz_need(verify_as(&accounts[0], text, PK_SLICE("{\"id\":\"a2\"}")) == PK_E_DENIED);
    fuzz_need((verify_as(&accounts[1], text, PK_SLICE("{}")) == 0) == pk_slice_is(text, SECRET));
    pk_buf_finish(&claim);
}

/* ---- hand-overs ---- */

static struct pk_job job(struct pk_slice text)
{
    return (struct pk_job){ .size = sizeof(struct pk_job),
                            .token = 1,
                            .message_id = PK_SLICE("01jab0message"),
                            .attempt_id = PK_SLICE("01jab0attempt"),
                            .idempotency_key = PK_SLICE("01jab0repeat"),
                            .channel = PK_SLICE("sms"),
                            .address = PK_SLICE(NUMBER),
                            .text = text,
                            .language = PK_SLICE("bg"),
                            .valid_until_ms = NOW_MS + 3600 * 1000,
                            .now_ms = NOW_MS };
}

static struct pk_slice no_header(const struct pk_answer *answer, const char *name)
{
    (void) answer, (void) name;
    return (struct pk_slice){ 0 };
}

/* The status is the first line; what follows is the answer's body. */
static void judge(const struct account *account, struct pk_slice rest)
{
    struct pk_slice line = fuzz_line(&rest);
    int64_t status = 200;
    (void) pk_parse_int(line, 100, 599, &status);
    const struct pk_job message = job(PK_SLICE("Покана. ДА или СТОП."));
    const struct pk_answer answer = {
        .size = sizeof answer, .state = PK_ANSWER_COMPLETE, .status = (uint32_t) status, .body = rest, .header = no_header
    };
    struct pk_round round = { .size = sizeof round, .number = 1, .answer = &answer, .submits = 1 };
    fuzz_need(adapter->exchange->step(account->self, &message, &round) == PK_STEP_DONE);
    const struct pk_result *result = &round.result;
    fuzz_need(result->outcome >= PK_OUTCOME_ACCEPTED && result->outcome <= PK_OUTCOME_UNCERTAIN && result->after_ms >= 0);
    fuzz_need(result->outcome != PK_OUTCOME_ACCEPTED || status < 300 || result->provider_id.len <= 255);
    fuzz_need(plain(result->provider_id) && result->provider_id.len <= 255 && plain(result->code) && result->code.len <= 64);
    fuzz_need(pk_utf8_valid(result->reason) && result->price >= 0);
    fuzz_need(result->code.len < 11 || !memmem(result->code.data, result->code.len, &NUMBER[1], 11));
    pk_host_end_call(account->host);
}

static void check_request(bool json, struct pk_slice body, struct pk_slice text)
{
    if (json) {
        struct pk_json *document = NULL;
        fuzz_need(pk_json_parse(body, 1u << 20, &document, NULL) == 0);
        fuzz_need(pk_slice_equal(pk_json_string(pk_json_get(document, "text")), text) && pk_json_count(document) == 3);
        pk_json_free(document);
        return;
    }
    char *room = malloc(body.len + 1), *at = room;
    struct pk_slice name, value;
    fuzz_need(room && pk_kit_next_pair(&body, &at, &name, &value) && pk_slice_is(name, "to") && pk_slice_is(value, NUMBER));
    fuzz_need(pk_kit_next_pair(&body, &at, &name, &value) && pk_slice_is(name, "text") && pk_slice_equal(value, text));
    fuzz_need(!pk_kit_next_pair(&body, &at, &name, &value));
    free(room);
}

static void send(const struct account *account, struct pk_slice text)
{
    struct pk_request request;
    struct pk_buf prepared;
    struct pk_error err = { 0 };
    pk_buf_init(&prepared, 1u << 17);
    if (pk_text_prepare(text, &prepared) == 0) {
        const struct pk_job message = job(pk_buf_slice(&prepared));
        pk_request_init(&request);
        struct pk_round round = { .size = sizeof round, .request = &request };
        fuzz_need(adapter->exchange->step(account->self, &message, &round) == PK_STEP_SEND && round.submits == 1);
        fuzz_need(pk_request_check(&request, &err) == 0);
        check_request(account == &accounts[0], pk_request_body(&request), pk_buf_slice(&prepared));
        pk_request_finish(&request);
        pk_host_end_call(account->host);
    }
    pk_buf_finish(&prepared);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!adapter)
        open_accounts();
    if (size == 0)
        return 0;
    char *copy = fuzz_copy(pk_slice_make(data + 1, size - 1));
    struct pk_slice rest = pk_slice_make(copy, size - 1);
    for (size_t i = 0; i < PK_COUNT(accounts); i++) {
        switch (data[0] % 5) {
        case 0:
            parse(&accounts[i], rest, PK_SLICE(""));
            break;
        case 1:
            parse(&accounts[i], PK_SLICE(""), rest);
            break;
        case 2:
            verify(rest);
            break;
        case 3:
            judge(&accounts[i], rest);
            break;
        default:
            send(&accounts[i], rest);
            break;
        }
    }
    free(copy);
    return 0;
}
