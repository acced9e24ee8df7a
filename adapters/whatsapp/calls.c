/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One call may tell of many things: entries of changes of statuses and messages. What concerns another of our numbers, or is
 * of no kind that we know, passes: Meta would repeat it for seven days.
 */
#include "adapters/whatsapp/whatsapp.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct call {
    struct whatsapp *account;
    struct pk_event_sink *sink;
    int64_t now_ms;
};

static struct pk_slice text_at(const struct call *call, const struct pk_value *value, const char *path)
{
    const struct pk_host *host = call->account->host;
    return host->json_text(host->ctx, host->json_at(value, path));
}

static struct pk_slice id_at(const struct call *call, const struct pk_value *value, const char *path)
{
    struct pk_slice id = text_at(call, value, path);
    return id.len <= PK_KIT_ID_MAX ? id : (struct pk_slice){ 0 };
}

/* ---- statuses ---- */

static const struct pk_kit_word states[] = {
    { "sent", PK_RECEIPT_SENT },   { "delivered", PK_RECEIPT_DELIVERED },          { "read", PK_RECEIPT_READ },
    { "played", PK_RECEIPT_READ }, { "failed", PK_RECEIPT_UNDELIVERED_PERMANENT },
};

/* Whether another try may help. */
static uint32_t failed_state(const struct whatsapp_code *code)
{
    bool passing = code && (code->outcome == PK_OUTCOME_RETRY || code->outcome == PK_OUTCOME_THROTTLED);
    return passing ? PK_RECEIPT_UNDELIVERED_TEMPORARY : PK_RECEIPT_UNDELIVERED_PERMANENT;
}

static int emit_opt_out(const struct call *call, struct pk_slice number, int64_t at_ms)
{
    char address[PK_KIT_E164_ROOM];
    if (pk_kit_e164(number, address) != 0)
        return 0;
    struct pk_event event = { .size = sizeof event, .kind = PK_EVENT_OPT_OUT, .address = pk_slice_of(address), .at_ms = at_ms };
    int r = call->sink->emit(call->sink, &event);
    explicit_bzero(address, sizeof address);
    return r;
}

static int take_status(const struct call *call, const struct pk_value *status)
{
    const struct pk_host *host = call->account->host;
    struct pk_slice word = text_at(call, status, "status"), number = text_at(call, status, "errors[0].code");
    const struct whatsapp_code *code = NULL;
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_RECEIPT,
        .provider_id = id_at(call, status, "id"),
        .our_reference = id_at(call, status, "biz_opaque_callback_data"),
        .state = pk_kit_meaning(states, COUNT(states), word),
        .at_ms = pk_kit_moment(text_at(call, status, "timestamp")),
    };
    if (event.state == 0 || (event.provider_id.len == 0 && event.our_reference.len == 0))
        return 0;
    if (event.state == PK_RECEIPT_UNDELIVERED_PERMANENT) {
        code = pk_whatsapp_code(host->json_int(host->json_at(status, "errors[0].code"), -1),
                                text_at(call, status, "errors[0].error_data.details"));
        event.state = failed_state(code);
        event.code = pk_kit_code_is_plain(number) ? number : (struct pk_slice){ 0 };
    }
    int r = call->sink->emit(call->sink, &event);
    if (r == 0 && code && code->outcome == PK_OUTCOME_OPTED_OUT)
        r = emit_opt_out(call, text_at(call, status, "recipient_id"), event.at_ms);
    return r;
}

/* ---- messages ---- */

/* What they wrote, or the label of what they pressed; the payload is ours if it is the button of a message of ours. */
static bool read_words(const struct call *call, const struct pk_value *message, struct pk_event *event)
{
    static const struct {
        const char *type, *text, *payload;
    } shapes[] = {
        { "text", "text.body", NULL },
        { "button", "button.text", "button.payload" },
        { "interactive", "interactive.button_reply.title", "interactive.button_reply.id" },
        { "interactive", "interactive.list_reply.title", "interactive.list_reply.id" },
    };
    struct pk_slice type = text_at(call, message, "type");
    for (size_t i = 0; i < COUNT(shapes) && event->text.len == 0; i++) {
        if (!pk_slice_is(type, shapes[i].type))
            continue;
        event->text = text_at(call, message, shapes[i].text);
        if (shapes[i].payload)
            (void) pk_kit_button_read(text_at(call, message, shapes[i].payload), &event->our_reference, &event->choice);
    }
    return event->text.len > 0 || event->choice.len > 0;
}

/* Somebody under a user name may have no number: whom we know by number only, we do not find. */
static void tell_of_nameless(struct whatsapp *account)
{
    if (!account->told_of_nameless)
        account->host->log(account->host->ctx, PK_LEVEL_WARN,
                           "Somebody wrote who shows WhatsApp no number; such messages are passed over.");
    account->told_of_nameless = true;
}

static int take_message(const struct call *call, const struct pk_value *message)
{
    char from[PK_KIT_E164_ROOM];
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_REPLY,
        .event_id = id_at(call, message, "id"),
        .at_ms = pk_kit_moment(text_at(call, message, "timestamp")),
    };
    if (pk_kit_e164(text_at(call, message, "from"), from) != 0) {
        if (text_at(call, message, "from_user_id").len > 0)
            tell_of_nameless(call->account);
        return 0;
    }
    event.address = pk_slice_of(from);
    pk_whatsapp_window_heard(call->account, event.address, event.at_ms, call->now_ms);
    int r = read_words(call, message, &event) ? call->sink->emit(call->sink, &event) : 0;
    explicit_bzero(from, sizeof from);
    return r;
}

/* "Stop" at WhatsApp itself; "resume" there is no consent to us. */
static int take_preference(const struct call *call, const struct pk_value *preference)
{
    if (!pk_slice_is(text_at(call, preference, "value"), "stop"))
        return 0;
    return emit_opt_out(call, text_at(call, preference, "wa_id"), pk_kit_moment(text_at(call, preference, "timestamp")));
}

/* ---- a call ---- */

static int take_list(const struct call *call, const struct pk_value *list,
                     int (*take)(const struct call *call, const struct pk_value *item))
{
    const struct pk_host *host = call->account->host;
    int r = 0;
    for (size_t i = 0, count = host->json_count(list); i < count && r == 0; i++)
        r = take(call, host->json_item(list, i));
    return r;
}

static int take_change(const struct call *call, const struct pk_value *change)
{
    const struct pk_host *host = call->account->host;
    const struct pk_value *value = host->json_at(change, "value");
    struct pk_slice id = text_at(call, value, "metadata.phone_number_id");
    if (!pk_slice_equal(id, pk_kit_text(&call->account->settings, "phone_number_id")))
        return 0; /* of another of our numbers, or about the account */
    int r = take_list(call, host->json_at(value, "statuses"), take_status);
    if (r == 0)
        r = take_list(call, host->json_at(value, "messages"), take_message);
    return r == 0 ? take_list(call, host->json_at(value, "user_preferences"), take_preference) : r;
}

static int take_entry(const struct call *call, const struct pk_value *entry)
{
    return take_list(call, call->account->host->json_at(entry, "changes"), take_change);
}

static int answer_challenge(const struct whatsapp *account, const struct pk_hook_request *request, struct pk_out *reply,
                            struct pk_error *err)
{
    char *room = malloc(request->query.len + 1);
    if (!room)
        return PK_E_NOMEM;
    struct pk_slice challenge = pk_whatsapp_challenge(request, room);
    int r = challenge.len > 0 ? account->host->write(reply, challenge.data, challenge.len)
                              : pk_fail(err, PK_E_INVALID, "the call holds no challenge");
    explicit_bzero(room, request->query.len + 1);
    free(room);
    return r;
}

int pk_whatsapp_called(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                       struct pk_error *err)
{
    struct whatsapp *account = self;
    const struct pk_host *host = account->host;
    struct call call = { .account = account, .sink = sink, .now_ms = request->now_ms };
    if (pk_slice_is(request->method, "GET"))
        return answer_challenge(account, request, reply, err);
    const struct pk_value *root = host->json_parse(host->ctx, request->body);
    if (host->json_kind(root) != PK_VALUE_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the call's body is no JSON object");
    return take_list(&call, host->json_at(root, "entry"), take_entry);
}
