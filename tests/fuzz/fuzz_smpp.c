/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The smpp adapter at the other end of a link: what a centre sends, in any pieces. The first byte chooses the account, whether
 * the login was answered and whether messages are open; the second how long the pieces are. A message is completed once at
 * most, events are fit to be kept, what we send is whole units; and all of it is the same whatever the pieces were.
 */
#include "adapters/kit/text.h"
#include "gateway/base/log.h"
#include "gateway/plugin/builtin.h"
#include "gateway/plugin/host.h"

#include "tests/fuzz/fuzz.h"

#define NOW_MS 1791993600000ll
#define NUMBER "31600000001"
#define JOBS 3u

/* clang-format off */
#define VALUE(name_, text_) { .name = (name_), .text = PK_SLICE_INIT(text_) }
/* clang-format on */
#define LOGIN VALUE("host", "127.0.0.1"), VALUE("system_id", "test"), VALUE("password", "secret12"), VALUE("sender", "Gemeente")

static const struct pk_setting_value usual[] = { LOGIN };
static const struct pk_setting_value packed[] = { LOGIN, VALUE("alphabet", "gsm7-packed"), VALUE("long_messages", "sar"),
                                                  VALUE("id_notation", "hex-decimal"), VALUE("code.throttled", "0x401, 8"),
                                                  VALUE("code.accepted", "0x402"), VALUE("receipt.read", "READ") };
static const struct pk_setting_value latin1[] = { LOGIN, VALUE("alphabet", "latin1"), VALUE("long_messages", "payload"),
                                                  VALUE("id_notation", "decimal-hex"), VALUE("validity", "absolute") };
static const struct {
    const struct pk_setting_value *values;
    size_t count;
} accounts[] = { { usual, PK_COUNT(usual) }, { packed, PK_COUNT(packed) }, { latin1, PK_COUNT(latin1) } };

static const struct pk_adapter *adapter;

struct pk_link {
    struct pk_buf sent;
    unsigned completed[JOBS + 1];
    uint64_t tokens[64]; /* of events that wait to be settled */
    size_t waiting, events;
    uint64_t told; /* what was told, mixed together */
    bool hung_up;
};

static void mix(struct pk_link *link, const void *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        link->told = (link->told ^ ((const uint8_t *) bytes)[i]) * 1099511628211u;
}

/* ---- the gateway's side ---- */

static int send_bytes(struct pk_link *link, const void *bytes, size_t len)
{
    return link->hung_up ? PK_E_IO : pk_buf_add(&link->sent, bytes, len);
}

static bool plain(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < ' ' || text.data[i] > '~')
            return false;
    return true;
}

static int complete(struct pk_link *link, uint64_t token, const struct pk_result *result)
{
    fuzz_need(token >= 1 && token <= JOBS && link->completed[token]++ == 0);
    fuzz_need(result->outcome >= PK_OUTCOME_ACCEPTED && result->outcome <= PK_OUTCOME_UNCERTAIN && result->after_ms >= 0);
    fuzz_need(result->provider_id.len <= 255 && plain(result->provider_id) && plain(result->code) && result->code.len <= 64);
    fuzz_need(result->outcome == PK_OUTCOME_ACCEPTED || result->reason.len > 0);
    fuzz_need(result->outcome != PK_OUTCOME_ACCEPTED || result->reason.len == 0);
    mix(link, &result->outcome, sizeof result->outcome);
    mix(link, result->provider_id.data, result->provider_id.len);
    return 0;
}

static int event(struct pk_link *link, const struct pk_event *event)
{
    fuzz_need(event->kind == PK_EVENT_RECEIPT || event->kind == PK_EVENT_REPLY);
    fuzz_need(plain(event->code) && event->code.len <= 64 && event->text.len <= 65536);
    if (event->kind == PK_EVENT_RECEIPT) {
        fuzz_need(event->state >= PK_RECEIPT_ACCEPTED && event->state <= PK_RECEIPT_UNKNOWN && plain(event->provider_id));
        fuzz_need(event->provider_id.len > 0 && event->provider_id.len <= 255);
        fuzz_need(event->part_total == 0 || (event->part_index >= 1 && event->part_index <= event->part_total && event->part_total <= 64));
    } else {
        fuzz_need(event->address.len >= 8 && event->address.len <= 16 && event->address.data[0] == '+' && event->text.len > 0);
        fuzz_need(event->coding <= PK_CODING_BINARY && (event->coding != 0 || pk_kit_utf8(event->text)));
        for (size_t i = 0; event->coding == PK_CODING_GSM7 && i < event->text.len; i++)
            fuzz_need((uint8_t) event->text.data[i] < 0x80);
    }
    mix(link, &event->state, sizeof event->state);
    mix(link, event->provider_id.data, event->provider_id.len);
    mix(link, event->code.data, event->code.len);
    mix(link, event->text.data, event->text.len);
    link->events++;
    if (event->token != 0 && link->waiting < PK_COUNT(link->tokens))
        link->tokens[link->waiting++] = event->token;
    return link->events % 5 == 0 ? PK_E_INVALID : 0;
}

static void wake_at(struct pk_link *link, int64_t when_ms)
{
    (void) link;
    fuzz_need(when_ms >= NOW_MS);
}

static void window(struct pk_link *link, uint32_t jobs)
{
    (void) link, (void) jobs;
}

static void disconnect(struct pk_link *link, const char *reason)
{
    fuzz_need(reason && reason[0]);
    link->hung_up = true;
}

static void exchanged(struct pk_link *link, uint64_t token, uint32_t incoming, struct pk_slice line)
{
    fuzz_need(token == 1 && link->completed[token] == 0 && incoming <= 1);
    fuzz_need(line.len > 0 && line.len < 128 && plain(line));
}

static const struct pk_link_ops ops = {
    .size = sizeof ops,
    .send = send_bytes,
    .complete = complete,
    .event = event,
    .wake_at = wake_at,
    .window = window,
    .disconnect = disconnect,
    .refused = disconnect,
    .exchanged = exchanged,
};

/* ---- a session ---- */

static void find_adapter(void)
{
    pk_log_set_level(PK_LOG_ERROR + 1);
    for (size_t i = 0; i < pk_builtin_count; i++)
        if (strcmp(pk_builtin_adapters[i]->name, "smpp") == 0)
            adapter = pk_builtin_adapters[i];
    fuzz_need(adapter != NULL);
}

static void submit(void *self, uint64_t token)
{
    const struct pk_part parts[] = { { PK_SLICE("\x04\x1f\x04\x3e"), PK_CODING_UCS2, 2 },
                                     { PK_SLICE("\x04\x1a\x04\x30"), PK_CODING_UCS2, 2 } };
    const struct pk_part single = { PK_SLICE("Kom om 14:30"), PK_CODING_GSM7, 12 };
    const struct pk_job job = { .size = sizeof job,
                                .recorded = token == 1,
                                .token = token,
                                .attempt_id = PK_SLICE("01jab0attempt"),
                                .address = PK_SLICE(NUMBER),
                                .parts = token == 2 ? parts : &single,
                                .part_count = token == 2 ? 2 : 1,
                                .valid_until_ms = NOW_MS + 3600 * 1000,
                                .now_ms = NOW_MS };
    fuzz_need(adapter->session->submit(self, &job) == 0);
}

/* Whole units, one after the other. */
static void check_sent(const struct pk_buf *sent)
{
    for (size_t at = 0; at < sent->len;) {
        const uint8_t *unit = (const uint8_t *) sent->data + at;
        fuzz_need(sent->len - at >= 16);
        size_t length = (size_t) unit[0] << 24 | (size_t) unit[1] << 16 | (size_t) unit[2] << 8 | unit[3];
        fuzz_need(length >= 16 && length <= sent->len - at);
        at += length;
    }
}

static void hear(void *self, struct pk_link *link, struct pk_slice bytes)
{
    char *copy = fuzz_copy(bytes);
    if (!link->hung_up && adapter->session->received(self, pk_slice_make(copy, bytes.len), NOW_MS) < 0)
        link->hung_up = true;
    free(copy);
}

/* Returns what was told and sent, mixed together. */
static uint64_t play(uint8_t how, size_t piece, struct pk_slice bytes)
{
    static const char bound[] = "\0\0\0\x15\x80\0\0\x09\0\0\0\0\0\0\0\x01SMSC";
    struct pk_host_side *host = pk_host_new("test", NULL);
    struct pk_link link = { .told = 14695981039346656037u };
    struct pk_error err = { 0 };
    void *self = NULL;
    size_t account = how % PK_COUNT(accounts);
    pk_buf_init(&link.sent, 1u << 22);
    fuzz_need(adapter->open(pk_host_table(host), accounts[account].values, accounts[account].count, &self, &err) == 0);
    fuzz_need(adapter->session->connected(self, &link, &ops, NOW_MS) == 0);
    if (how & 0x40)
        hear(self, &link, pk_slice_make(bound, sizeof bound));
    for (uint64_t token = 1; (how & 0xc0) == 0xc0 && token <= JOBS; token++)
        submit(self, token);
    for (size_t at = 0; at < bytes.len; at += piece)
        hear(self, &link, pk_slice_make(bytes.data + at, bytes.len - at < piece ? bytes.len - at : piece));
    for (size_t i = 0; i < link.waiting; i++)
        adapter->session->settled(self, link.tokens[i], i % 3 != 0, NOW_MS);
    for (int64_t now_ms = NOW_MS; !link.hung_up && now_ms < NOW_MS + 60000; now_ms += 10000)
        fuzz_need(adapter->session->tick(self, now_ms) == 0);
    check_sent(&link.sent);
    for (size_t i = 0; i + 4 <= link.sent.len; i++)
        if (memcmp(link.sent.data + i, "\x05\0\x03", 3) == 0)
            link.sent.data[i + 3] = 0; /* a reference is chance */
    if (account != 1)
        mix(&link, link.sent.data, link.sent.len);
    adapter->session->disconnected(self, NOW_MS);
    pk_host_end_call(host);
    adapter->close(self);
    pk_buf_finish(&link.sent);
    pk_host_free(host);
    return link.told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!adapter)
        find_adapter();
    if (size < 2)
        return 0;
    struct pk_slice bytes = pk_slice_make(data + 2, size - 2);
    uint64_t pieces = play(data[0], 1 + data[1] % 64, bytes);
    fuzz_need(play(data[0], bytes.len > 0 ? bytes.len : 1, bytes) == pieces);
    return 0;
}
