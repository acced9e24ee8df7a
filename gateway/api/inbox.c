/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The inbox: replies that a person reads and answers. The list has no text and only the ends of an address; one item has the
 * texts, and whoever asks for it is written down. The rules are service/inbox.
 */
#include "gateway/service/inbox.h"
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/language/prepare.h"
#include "gateway/store/names.h"

#define LIST_DEADLINE_MS 1000
#define TEXT_MAX 8192u

/* ---- one item as JSON; inside an open object ---- */

static void add_from(struct pk_json_out *out, struct pk_store *store, int64_t address)
{
    char masked[PK_MASKED_MAX] = "…";
    struct pk_buf value;
    pk_buf_init(&value, 1024);
    if (pk_address_value(store, address, &value, NULL) == 0)
        pk_mask_address(pk_buf_slice(&value), masked);
    if (value.data)
        explicit_bzero(value.data, value.len);
    pk_buf_finish(&value);
    pk_json_add_text(out, "from", masked);
}

static void add_item(struct pk_json_out *out, struct pk_store *store, const struct pk_inbox_item *item, int64_t now_ms)
{
    pk_json_add_id(out, "id", item->id);
    pk_json_add_text(out, "state", pk_inbox_state_name(item->state));
    pk_json_add_text(out, "subject", pk_inbox_subject_name(item->subject));
    pk_json_add_text(out, "assigned", item->assigned);
    add_from(out, store, item->address);
    pk_json_add_text(out, "channel", pk_name_text(store, PK_NAME_CHANNEL, item->channel));
    pk_json_add_text(out, "language", item->language);
    pk_json_add_int(out, "replies", item->replies);
    pk_json_add_time(out, "firstAt", item->first_ms);
    pk_json_add_time(out, "lastAt", item->last_ms);
    pk_json_add_bool(out, "late", item->state == PK_INBOX_OPEN && item->first_ms < now_ms - PK_INBOX_LATE_MS);
    pk_json_add_time(out, "closedAt", item->closed_ms);
    pk_json_add_text(out, "closedBy", item->closed_by[0] ? item->closed_by : NULL);
    if (item->message != 0)
        pk_json_add_id(out, "answer", item->message);
    else
        pk_json_add_null(out, "answer");
}

static void answer_item(struct pk_call *call, int64_t id)
{
    struct pk_inbox_item item;
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    if (pk_inbox_get(call->service->store, id, &item, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_open(&out, NULL, '{');
    add_item(&out, call->service->store, &item, call->now_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- the list ---- */

struct listing {
    struct pk_inbox_filter filter;
    char assigned[PK_INBOX_NAME_MAX];
    size_t limit, count;
    int64_t last, now_ms;
    struct pk_store *store;
    struct pk_json_out out;
};

static int list_one(void *ctx, const struct pk_inbox_item *item)
{
    struct listing *listing = ctx;
    if (listing->count++ == listing->limit)
        return 1; /* there are more */
    listing->last = item->id;
    pk_json_open(&listing->out, NULL, '{');
    add_item(&listing->out, listing->store, item, listing->now_ms);
    pk_json_close(&listing->out, '}');
    return 0;
}

static int list_read(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct listing *listing = call->data;
    listing->store = store;
    listing->now_ms = call->now_ms;
    listing->out = pk_json_out(&call->out);
    pk_json_open(&listing->out, NULL, '{');
    pk_json_open(&listing->out, "items", '[');
    int r = pk_inbox_list(store, &listing->filter, listing->limit + 1, list_one, listing, err);
    if (r < 0)
        return r;
    pk_answer_list_end(&listing->out, listing->count > listing->limit, listing->last);
    return 0;
}

static int argument_state(struct pk_call *call, uint32_t *ret_state, struct pk_error *err)
{
    char bytes[32];
    struct pk_buf text = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    bool given = false;
    int r = pk_call_argument(call, "state", &text, &given, err);
    if (r == 0 && given && pk_inbox_state_parse(pk_buf_slice(&text), ret_state) != 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"state\" must be open, answered or closed");
    return r;
}

static int argument_assigned(struct pk_call *call, struct listing *listing, struct pk_error *err)
{
    struct pk_buf text = { .data = listing->assigned, .cap = sizeof listing->assigned, .max_bytes = sizeof listing->assigned - 1 };
    bool given = false;
    int r = pk_call_argument(call, "assigned", &text, &given, err);
    if (r == 0 && given)
        listing->filter.assigned = pk_buf_slice(&text);
    return r;
}

void pk_api_inbox(struct pk_call *call)
{
    struct listing *listing = pk_alloc(sizeof *listing);
    struct pk_error err = { 0 };
    call->data = listing;
    int r = argument_state(call, &listing->filter.state, &err);
    if (r == 0)
        r = argument_assigned(call, listing, &err);
    if (r == 0)
        r = pk_call_argument_id(call, "after", &listing->filter.after, &err);
    if (r == 0)
        r = pk_call_argument_limit(call, &listing->limit, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read(call, list_read, pk_call_answer_read, LIST_DEADLINE_MS);
}

/* ---- one, with what the person wrote ---- */

struct reading {
    int64_t id;
    struct pk_json_out out;
};

/* What is no text is shown as that: a forged reply may be anything. A very long one may end within a letter. */
static int add_text(void *ctx, int64_t at_ms, struct pk_slice text)
{
    struct reading *reading = ctx;
    struct pk_buf prepared;
    pk_buf_init(&prepared, TEXT_MAX);
    pk_json_open(&reading->out, NULL, '{');
    pk_json_add_time(&reading->out, "at", at_ms);
    int r = pk_text_prepare(text, &prepared);
    for (size_t cut = 1; r == PK_E_INVALID && cut < 4 && cut < text.len; cut++) {
        pk_buf_clear(&prepared);
        r = pk_text_prepare(pk_slice_make(text.data, text.len - cut), &prepared);
    }
    if (r == 0)
        pk_json_add_slice(&reading->out, "text", pk_buf_slice(&prepared));
    else
        pk_json_add_null(&reading->out, "text");
    pk_json_close(&reading->out, '}');
    if (prepared.data)
        explicit_bzero(prepared.data, prepared.len);
    pk_buf_finish(&prepared);
    return 0;
}

static int open_item(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct reading *reading = ctx;
    struct pk_inbox_item item;
    int r = pk_inbox_open(call->service, &call->actor, reading->id, call->now_ms, &item, err);
    if (r != 0)
        return r;
    reading->out = pk_json_out(&call->out);
    pk_json_open(&reading->out, NULL, '{');
    add_item(&reading->out, call->service->store, &item, call->now_ms);
    pk_json_open(&reading->out, "texts", '[');
    r = pk_inbox_texts(call->service->store, reading->id, add_text, reading, err);
    pk_json_close(&reading->out, ']');
    pk_json_close(&reading->out, '}');
    return r;
}

void pk_api_inbox_item(struct pk_call *call)
{
    struct reading reading = { 0 };
    struct pk_error err = { 0 };
    int r = pk_call_place_id(call, 0, "item", &reading.id, &err);
    call->actor.purpose = "inbox";
    if (r == 0)
        r = pk_call_change(call, open_item, &reading, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 200, &call->out);
}

/* ---- what is done with it ---- */

struct wish {
    struct pk_inbox_answer answer; /* item and subject: of the others too */
    struct pk_slice to;
    struct pk_inbox_sent sent;
};

static int field_subject(struct pk_call *call, uint32_t *ret_subject, struct pk_error *err)
{
    struct pk_slice name = { 0 };
    int r = pk_call_field(call, "subject", 32, &name, err);
    return r != 0 ? r : pk_inbox_subject_parse(name, ret_subject, err);
}

static int read_answer(struct pk_call *call, struct pk_inbox_answer *answer, struct pk_error *err)
{
    static const char *const fields[] = { "subject", "template", "text", "dryRun", NULL };
    bool given = false;
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = field_subject(call, &answer->subject, err);
    if (r == 0)
        r = pk_call_field_optional(call, "template", 64, &answer->template_name, err);
    if (r == 0)
        r = pk_call_field_optional(call, "text", PK_INBOX_TEXT_MAX, &answer->words, err);
    if (r == 0)
        r = pk_call_field_bool(call, "dryRun", &given, &answer->only_count, err);
    if (r == 0 && (answer->template_name.len > 0) == (answer->words.len > 0))
        r = pk_fail(err, PK_E_INVALID, "either field \"template\" or field \"text\" must be there");
    return r;
}

static int reply(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct wish *wish = ctx;
    return pk_inbox_reply(call->service, &call->actor, &wish->answer, call->now_ms, &wish->sent, err);
}

void pk_api_inbox_answer(struct pk_call *call)
{
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    int r = pk_call_place_id(call, 0, "item", &wish.answer.item, &err);
    if (r == 0)
        r = read_answer(call, &wish.answer, &err);
    call->actor.purpose = "inbox";
    if (r == 0)
        r = pk_call_change(call, reply, &wish, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    if (wish.sent.message != 0)
        pk_json_add_id(&out, "message", wish.sent.message);
    else
        pk_json_add_null(&out, "message");
    pk_json_add_int(&out, "parts", wish.sent.cost.parts);
    pk_json_add_text(&out, "encoding", wish.sent.cost.encoding == PK_ENCODING_GSM7 ? "gsm7" : "ucs2");
    pk_json_close(&out, '}');
    pk_call_answer(call, wish.sent.message != 0 ? 202 : 200, &call->out);
}

static int hand_to(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct wish *wish = ctx;
    return pk_inbox_hand_to(call->service, &call->actor, wish->answer.item, wish->to, call->now_ms, err);
}

void pk_api_inbox_assign(struct pk_call *call)
{
    static const char *const fields[] = { "to", NULL };
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    int r = pk_call_place_id(call, 0, "item", &wish.answer.item, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "to", PK_INBOX_NAME_MAX - 1, &wish.to, &err);
    call->actor.purpose = "inbox";
    if (r == 0)
        r = pk_call_change(call, hand_to, &wish, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        answer_item(call, wish.answer.item);
}

static int end(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct wish *wish = ctx;
    return pk_inbox_end(call->service, &call->actor, wish->answer.item, wish->answer.subject, call->now_ms, err);
}

void pk_api_inbox_close(struct pk_call *call)
{
    static const char *const fields[] = { "subject", NULL };
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    int r = pk_call_place_id(call, 0, "item", &wish.answer.item, &err);
    if (r == 0)
        r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = field_subject(call, &wish.answer.subject, &err);
    call->actor.purpose = "inbox";
    if (r == 0)
        r = pk_call_change(call, end, &wish, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        answer_item(call, wish.answer.item);
}
