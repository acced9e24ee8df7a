/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CM's calls: receipts, of today's form and of older accounts', and replies. It signs nothing.
 */
#include "adapters/cm/cm.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/encode.h"
#include "adapters/kit/event.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdio.h>
#include <stdlib.h>

#define FIELDS_MAX 32u   /* of a form; more are not looked at */
#define MESSAGES_MAX 64u /* in one call */
#define ID_BYTES 16      /* of a digest, for an event's id */

static const struct pk_kit_word states[] = {
    { "0", PK_RECEIPT_SENT },      { "1", PK_RECEIPT_UNDELIVERED_PERMANENT },
    { "2", PK_RECEIPT_DELIVERED }, { "3", PK_RECEIPT_UNDELIVERED_PERMANENT }, /* unless its error code says otherwise */
    { "4", PK_RECEIPT_READ },
};

/* Error codes of an SMS in state 3 that are not for good. */
static const struct pk_kit_word passing[] = {
    { "7", PK_RECEIPT_SENT },                   /* the network tries on */
    { "21", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* no credit */
    { "22", PK_RECEIPT_UNDELIVERED_TEMPORARY },
    { "24", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* absent */
    { "25", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* network */
    { "26", PK_RECEIPT_UNDELIVERED_TEMPORARY }, /* telephone full */
};
#define FAILED "3"
#define ON_STOP_LIST "37"

int pk_cm_verify(void *self, const struct pk_hook_request *request, struct pk_error *err)
{
    const struct cm_account *account = self;
    return pk_kit_verify_path(&account->base, request, err);
}

struct status {
    struct pk_slice reference, state, code, to, channel;
};

/* ---- which channel ---- */

/* Of an account that falls back: "sms" and "viber" as the gateway knows them; empty where CM names none, or another. */
static struct pk_slice channel_of(const struct cm_account *account, struct pk_slice said)
{
    if (!account->falls_back)
        return (struct pk_slice){ 0 };
    return pk_kit_same_word(said, PK_SLICE("SMS"))     ? PK_SLICE("sms")
           : pk_kit_same_word(said, PK_SLICE("Viber")) ? PK_SLICE("viber")
                                                       : (struct pk_slice){ 0 };
}

/* Every event that passes says its channel. */
struct naming {
    struct pk_event_sink base; /* first */
    struct pk_event_sink *sink;
    struct pk_slice channel;
};

static int emit_named(struct pk_event_sink *base, const struct pk_event *event)
{
    struct naming *naming = (struct naming *) (void *) base;
    struct pk_event named = *event;
    named.channel = naming->channel;
    return naming->sink->emit(naming->sink, &named);
}

static uint32_t sms_failure(const struct status *status, bool *ret_stopped)
{
    bool failed = pk_slice_is(status->state, FAILED);
    uint32_t other = failed ? pk_kit_meaning(passing, PK_KIT_COUNT(passing), status->code) : 0;
    *ret_stopped = failed && pk_slice_is(status->code, ON_STOP_LIST);
    return other != 0 ? other : PK_RECEIPT_UNDELIVERED_PERMANENT;
}

/* CM gives no moment with a zone: the gateway's own counts. Whoever stopped at CM is heard, too. */
static int take_status(const struct cm_account *account, const struct status *status, struct pk_event_sink *sink)
{
    struct naming naming = { { emit_named }, sink, channel_of(account, status->channel) };
    bool viber = account->viber && !pk_slice_is(naming.channel, "sms"), stopped = false;
    uint32_t state = pk_kit_meaning(states, PK_KIT_COUNT(states), status->state);
    if (state == PK_RECEIPT_READ && account->falls_back)
        naming.channel = PK_SLICE("viber"); /* nobody tells that an SMS was read */
    if (state == PK_RECEIPT_UNDELIVERED_PERMANENT)
        state = viber ? pk_cm_viber_failure(account, status->code, &stopped) : sms_failure(status, &stopped);
    int r = state != 0 ? pk_kit_receipt(&naming.base, state, (struct pk_slice){ 0 }, status->reference, status->code,
                                        (struct pk_slice){ 0 })
                       : 0;
    return r == 0 && stopped ? pk_kit_opt_out(&naming.base, status->to, (struct pk_slice){ 0 }) : r;
}

static struct pk_slice either(const struct pk_host *host, const struct pk_value *root, const char *path, const char *other)
{
    struct pk_slice text = pk_kit_at(host, root, path);
    return text.data ? text : pk_kit_at(host, root, other);
}

/* No id comes with a reply, and an unanswered call comes again for a month: sender, moment and text are its id, digested. */
static int take_reply(struct cm_account *account, const struct pk_value *root, struct pk_event_sink *sink)
{
    const struct pk_host *host = account->base.host;
    struct pk_slice from = either(host, root, "from.number", "from"), text = either(host, root, "message.text", "message");
    struct pk_slice time = pk_kit_at(host, root, "timeUtc");
    char id[PK_KIT_HEX_ROOM(ID_BYTES)], moment[40];
    uint8_t digest[32];
    struct pk_slice reference, choice;
    text = text.data ? text : pk_kit_at(host, root, "body");
    if (!text.data)
        return 0;
    const struct pk_slice said[] = { from, PK_SLICE("\n"), time, PK_SLICE("\n"), text };
    host->hmac_sha256(pk_kit_text(&account->base.settings, "webhook_secret"), said, PK_KIT_COUNT(said), digest);
    size_t len = time.len > 0 ? pk_kit_hex(digest, ID_BYTES, id) : 0;
    struct naming naming = { { emit_named }, sink, channel_of(account, pk_kit_at(host, root, "channel")) };
    bool button = account->viber && !pk_slice_is(naming.channel, "sms");
    int n = snprintf(moment, sizeof moment, "%.*sZ", (int) (time.len < 30 ? time.len : 30), time.data ? time.data : "");
    if (button && pk_kit_button_read(text, &reference, &choice))
        return pk_kit_choice(&naming.base, from, reference, choice, pk_slice_make(id, len), pk_slice_make(moment, (size_t) n));
    return pk_kit_reply(&naming.base, from, text, pk_slice_make(id, len), pk_slice_make(moment, (size_t) n));
}

/* The older form: a query or form whose names the customer wrote into the URL, in capitals as CM suggests. */
static int parse_form(const struct cm_account *account, struct pk_slice form, struct pk_event_sink *sink)
{
    struct status status = { 0 };
    struct pk_slice name, value;
    char *memory = malloc(form.len + 1), *room = memory;
    if (!memory)
        return PK_E_NOMEM;
    for (unsigned i = 0; i < FIELDS_MAX && pk_kit_next_pair(&form, &room, &name, &value); i++) {
        if (pk_kit_same_word(name, PK_SLICE("REFERENCE")))
            status.reference = value;
        else if (pk_kit_same_word(name, PK_SLICE("STATUS")))
            status.state = value;
        else if (pk_kit_same_word(name, PK_SLICE("STATUSDESCRIPTION")) || pk_kit_same_word(name, PK_SLICE("ERRORCODE")))
            status.code = value;
        else if (pk_kit_same_word(name, PK_SLICE("GSM")))
            status.to = value;
        else if (pk_kit_same_word(name, PK_SLICE("CHANNEL")))
            status.channel = value;
    }
    int r = take_status(account, &status, sink);
    explicit_bzero(memory, (size_t) (room - memory));
    free(memory);
    return r;
}

static int take_message(const struct cm_account *account, const struct pk_value *message, struct pk_event_sink *sink)
{
    const struct pk_host *host = account->base.host;
    const struct status status = {
        .reference = pk_kit_at(host, message, "reference"),
        .state = pk_kit_at(host, message, "status.code"),
        .code = pk_kit_at(host, message, "status.errorCode"),
        .to = either(host, message, "to.number", "to"),
        .channel = either(host, message, "channel", "status.channel"),
    };
    return take_status(account, &status, sink);
}

/* What people write on one channel must not end the other. Refused it comes again, for a month, until the address at CM is
 * put right; taken it would be lost to its own channel. Where the account falls back both are its own, and told apart. */
static bool of_other_channel(const struct cm_account *account, const struct pk_value *root)
{
    if (account->falls_back)
        return false;
    struct pk_slice channel = pk_kit_at(account->base.host, root, "channel");
    return pk_kit_same_word(channel, account->viber ? PK_SLICE("SMS") : PK_SLICE("Viber"));
}

int pk_cm_called(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err)
{
    struct cm_account *account = self;
    const struct pk_host *host = account->base.host;
    struct pk_slice body = pk_kit_trim(request->body);
    (void) reply;
    if (body.len == 0 || (body.data[0] != '{' && body.data[0] != '['))
        return parse_form(account, body.len > 0 ? body : request->query, sink);
    const struct pk_value *root = host->json_parse(host->ctx, body), *messages = host->json_at(root, "messages.msg");
    if (!root)
        return pk_fail(err, PK_E_INVALID, "the call's body is not JSON");
    if (host->json_kind(messages) == PK_VALUE_OBJECT)
        return take_message(account, messages, sink);
    if (host->json_kind(messages) == PK_VALUE_ABSENT && of_other_channel(account, root))
        return pk_fail(err, PK_E_INVALID, "the reply came on another channel than this account's");
    if (host->json_kind(messages) == PK_VALUE_ABSENT)
        return host->json_kind(root) == PK_VALUE_OBJECT ? take_reply(account, root, sink) : 0;
    int r = 0;
    for (size_t i = 0, count = host->json_count(messages); i < count && i < MESSAGES_MAX && r == 0; i++)
        r = take_message(account, host->json_item(messages, i), sink);
    return r;
}
