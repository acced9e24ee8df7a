/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/api/fake_adapter.h"

#include "gateway/base/mem.h"
#include "gateway/base/text.h"
#include "gateway/plugin/request.h"

static struct fake *opened[8];
static size_t opened_count;

static int fake_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                     struct pk_error *err)
{
    (void) host;
    (void) values;
    (void) count;
    (void) err;
    *ret_self = opened[opened_count++ % PK_COUNT(opened)] = pk_alloc(sizeof(struct fake));
    return 0;
}

static void fake_close(void *self)
{
    free(self);
}

struct fake *fake_opened(size_t n)
{
    return opened[(opened_count - 1 - n) % PK_COUNT(opened)];
}

/* ---- the session ---- */

static int fake_connected(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms)
{
    struct fake *fake = self;
    (void) now_ms;
    fake->link = link;
    fake->ops = ops;
    return 0;
}

static int fake_submit(void *self, const struct pk_job *job)
{
    struct fake *fake = self;
    if (fake->count == FAKE_JOBS)
        return PK_E_BUSY;
    fake->jobs[fake->count].token = job->token;
    (void) snprintf(fake->jobs[fake->count].attempt, sizeof fake->jobs[0].attempt, "%.*s", PK_SLICE_ARG(job->attempt_id));
    fake->count++;
    return 0;
}

void fake_complete(struct fake *fake, size_t job, uint32_t outcome)
{
    struct pk_result result = { .outcome = outcome, .provider_id = PK_SLICE("p-1"), .parts = 1 };
    (void) fake->ops->complete(fake->link, fake->jobs[job].token, &result);
}

static int fake_tick(void *self, int64_t now_ms)
{
    (void) self;
    (void) now_ms;
    return 0;
}

static const struct pk_session_ops session = {
    .size = sizeof session,
    .transport = PK_TRANSPORT_NONE,
    .connected = fake_connected,
    .submit = fake_submit,
    .tick = fake_tick,
};

/* ---- the webhook ---- */

static int fake_verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    (void) self;
    if (pk_slice_is(request->header(request, "X-Key"), "right") && pk_slice_starts(request->url, "https://pokana.example/hooks/"))
        return 0;
    return pk_fail(err, PK_E_DENIED, "wrong key");
}

static int fake_parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                      struct pk_error *err)
{
    struct pk_slice rest = request->body, line;
    (void) self;
    while (rest.len > 0 && pk_slice_cut(&rest, '\n', &line)) {
        struct pk_event event = { .size = sizeof event };
        if (pk_slice_starts(line, "say ")) {
            (void) pk_out_write(reply, line.data + 4, line.len - 4);
            continue;
        } else if (pk_slice_starts(line, "receipt ")) {
            event.kind = PK_EVENT_RECEIPT;
            event.state = PK_RECEIPT_DELIVERED;
            event.our_reference = pk_slice_make(line.data + 8, line.len - 8);
        } else if (pk_slice_starts(line, "reply ")) {
            event.kind = PK_EVENT_REPLY;
            event.address = PK_SLICE(FAKE_NUMBER);
            event.text = pk_slice_make(line.data + 6, line.len - 6);
            event.event_id = pk_slice_make(line.data, line.len < 512 ? line.len : 512);
        } else {
            return pk_fail(err, PK_E_INVALID, "no such line");
        }
        int r = sink->emit(sink, &event);
        if (r != 0)
            return r;
    }
    return 0;
}

static const struct pk_webhook_ops webhook = { .size = sizeof webhook, .verify = fake_verify, .parse = fake_parse };

/* ---- the play desk ---- */

static int fake_list(void *self, int (*show)(void *ctx, const struct pk_play_item *item), void *ctx)
{
    (void) self;
    struct pk_play_item item = {
        .size = sizeof item,
        .state = PK_RECEIPT_DELIVERED,
        .attempt_id = PK_SLICE("0123456789abc"),
        .address = PK_SLICE(FAKE_NUMBER),
        .text = PK_SLICE("Здравейте \"вие\""),
        .at_ms = 1764000000000,
    };
    return show(ctx, &item);
}

static int fake_answer(void *self, struct pk_slice address, struct pk_slice text, int64_t now_ms, struct pk_error *err)
{
    struct fake *fake = self;
    (void) now_ms;
    if (!pk_slice_is(address, FAKE_NUMBER))
        return pk_fail(err, PK_E_NOT_FOUND, "nothing arrived at this address");
    (void) snprintf(fake->answered, sizeof fake->answered, "%.*s", PK_SLICE_ARG(text));
    return 0;
}

static const struct pk_play_ops play = { .size = sizeof play, .list = fake_list, .answer = fake_answer };

const struct pk_adapter fake_adapter = {
    .size = sizeof fake_adapter,
    .abi = PK_ADAPTER_ABI,
    .name = "fake",
    .version = "1",
    .summary = "stands in for a provider",
    .channels = "sms",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND,
    .number_format = PK_NUMBER_E164,
    .max_text_bytes = 4096,
    .open = fake_open,
    .close = fake_close,
    .session = &session,
    .webhook = &webhook,
    .play = &play,
};

const struct pk_adapter bare_adapter = {
    .size = sizeof bare_adapter,
    .abi = PK_ADAPTER_ABI,
    .name = "bare",
    .version = "1",
    .summary = "the same without a way back",
    .channels = "sms",
    .number_format = PK_NUMBER_E164,
    .max_text_bytes = 4096,
    .open = fake_open,
    .close = fake_close,
    .session = &session,
};
