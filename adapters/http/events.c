/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A call at the webhook: JSON (one event, a list, or a list somewhere inside), a form, or a query, told apart by how it
 * begins. An item with a listed state is a receipt; else one with a text and a sender is a reply; anything else is an
 * event of a kind nobody asked for, and passes.
 */
#include "adapters/http/http.h"

#include "adapters/kit/moment.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

#define FIELDS_MAX 64u /* of a form; more are not looked at */

struct field {
    struct pk_slice name, value;
};

/* Where fields are looked up: a JSON value, or a form's. */
struct item {
    const struct http_account *account;
    const struct pk_value *json;
    const struct field *fields;
    size_t field_count;
};

static struct pk_slice find(const struct item *item, const struct http_paths *paths)
{
    const struct pk_host *host = item->account->host;
    for (size_t i = 0; i < paths->count; i++) {
        if (item->json) {
            struct pk_slice text = host->json_text(host->ctx, host->json_at(item->json, paths->at[i]));
            if (text.data)
                return text;
            continue;
        }
        for (size_t j = 0; j < item->field_count; j++)
            if (pk_slice_is(item->fields[j].name, paths->at[i]))
                return item->fields[j].value;
    }
    return (struct pk_slice){ 0 };
}

/* ---- receipts ---- */

/* "failed/24" is looked for before "failed". */
static uint32_t state_of(const struct http_account *account, struct pk_slice state, struct pk_slice code)
{
    char both[2 * PK_KIT_CODE_MAX + 2];
    if (code.len > 0 && state.len <= PK_KIT_CODE_MAX && code.len <= PK_KIT_CODE_MAX) {
        memcpy(both, state.data, state.len);
        both[state.len] = '/';
        memcpy(both + state.len + 1, code.data, code.len);
        uint32_t meaning = pk_kit_table_find(&account->states, pk_slice_make(both, state.len + 1 + code.len));
        if (meaning != 0)
            return meaning;
    }
    return pk_kit_table_find(&account->states, state);
}

static int take_receipt(const struct item *item, uint32_t state, struct pk_slice code, struct pk_event_sink *sink)
{
    const struct http_account *account = item->account;
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_RECEIPT,
        .provider_id = find(item, &account->receipt_id),
        .our_reference = find(item, &account->receipt_reference),
        .state = state,
        .at_ms = pk_kit_moment(find(item, &account->receipt_time)),
    };
    if (event.provider_id.len > PK_KIT_ID_MAX)
        event.provider_id = (struct pk_slice){ 0 };
    if (event.our_reference.len > PK_KIT_ID_MAX)
        event.our_reference = (struct pk_slice){ 0 };
    if (event.provider_id.len == 0 && event.our_reference.len == 0)
        return 0; /* of no message we could find */
    if (pk_kit_code_is_plain(code))
        event.code = code;
    return sink->emit(sink, &event);
}

/* ---- replies ---- */

static uint32_t small_number(const struct item *item, const struct http_paths *paths)
{
    int64_t number = 0;
    return pk_kit_decimal(find(item, paths), &number) && number <= UINT32_MAX ? (uint32_t) number : 0;
}

static int take_reply(const struct item *item, struct pk_slice text, struct pk_event_sink *sink)
{
    const struct http_account *account = item->account;
    char from[PK_KIT_E164_ROOM];
    if (pk_kit_e164(find(item, &account->reply_from), from) != 0)
        return 0; /* a name or a short code: nobody of ours */
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_REPLY,
        .address = pk_slice_of(from),
        .text = text,
        .event_id = find(item, &account->reply_id),
        .at_ms = pk_kit_moment(find(item, &account->reply_time)),
        .part_reference = small_number(item, &account->reply_part_reference),
        .part_total = small_number(item, &account->reply_part_total),
        .part_index = small_number(item, &account->reply_part_index),
    };
    int r = sink->emit(sink, &event);
    explicit_bzero(from, sizeof from);
    return r;
}

/* ---- calls ---- */

static int take_item(struct http_account *account, const struct item *item, struct pk_event_sink *sink, struct pk_error *err)
{
    struct pk_slice state = find(item, &account->receipt_state), code = find(item, &account->receipt_code);
    struct pk_slice text = find(item, &account->reply_text);
    uint32_t meaning = state.len > 0 ? state_of(account, state, code) : 0;
    if (meaning != 0)
        return take_receipt(item, meaning, code, sink);
    if (text.data && !pk_kit_utf8(text))
        return pk_fail(err, PK_E_INVALID, "the text of a reply is not UTF-8");
    if (text.data)
        return take_reply(item, text, sink);
    if (state.len > 0 && !account->told_of_state) {
        account->told_of_state = true;
        account->host->log(account->host->ctx, PK_LEVEL_WARN,
                           "A receipt holds a state that no receipt. setting lists; such receipts are passed over.");
    }
    return 0;
}

static int parse_json(struct http_account *account, struct pk_slice body, struct pk_event_sink *sink, struct pk_error *err)
{
    const struct pk_host *host = account->host;
    const struct pk_value *root = host->json_parse(host->ctx, body);
    if (!root)
        return pk_fail(err, PK_E_INVALID, "the call's body is not JSON");
    if (account->items.count > 0 && host->json_kind(root) == PK_VALUE_OBJECT)
        root = host->json_at(root, account->items.at[0]);
    if (host->json_kind(root) != PK_VALUE_ARRAY) {
        struct item item = { .account = account, .json = root };
        return host->json_kind(root) == PK_VALUE_OBJECT ? take_item(account, &item, sink, err) : 0;
    }
    int r = 0;
    for (size_t i = 0, count = host->json_count(root); i < count && r == 0; i++) {
        struct item item = { .account = account, .json = host->json_item(root, i) };
        r = take_item(account, &item, sink, err);
    }
    return r;
}

static int parse_form(struct http_account *account, struct pk_slice form, struct pk_event_sink *sink, struct pk_error *err)
{
    struct field fields[FIELDS_MAX];
    struct item item = { .account = account, .fields = fields };
    char *memory = malloc(form.len + 1), *room = memory;
    if (!memory)
        return PK_E_NOMEM;
    while (item.field_count < FIELDS_MAX &&
           pk_kit_next_pair(&form, &room, &fields[item.field_count].name, &fields[item.field_count].value))
        item.field_count++;
    int r = take_item(account, &item, sink, err);
    explicit_bzero(memory, (size_t) (room - memory));
    free(memory);
    return r;
}

int pk_http_adapter_parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                          struct pk_error *err)
{
    struct http_account *account = self;
    struct pk_slice body = pk_kit_trim(request->body);
    (void) reply;
    if (body.len > 0 && (body.data[0] == '{' || body.data[0] == '['))
        return parse_json(account, body, sink, err);
    if (body.len == 0 && account->hmac_secret.len > 0)
        return 0; /* a query is not what was signed */
    return parse_form(account, body.len > 0 ? body : request->query, sink, err);
}
