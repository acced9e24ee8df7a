/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages: what became of them, never what they say nor to which address. Lists are read on the reading thread. */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/api/words.h"
#include "gateway/service/tracker.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"

#define LIST_DEADLINE_MS 1000

/* ---- one message as JSON ---- */

static void add_language(struct pk_json_out *out, struct pk_store *store, int64_t version_id)
{
    struct pk_text_version version;
    if (pk_text_version_get(store, version_id, &version, NULL) == 0)
        pk_json_add_slice(out, "language", version.rendering.len > 0 ? version.rendering : version.language);
}

/* What list and detail share; inside an open object. */
static void add_message(struct pk_json_out *out, struct pk_store *store, const struct pk_message *message)
{
    pk_json_add_id(out, "id", message->id);
    pk_json_add_text(out, "state", pk_message_state_name((enum pk_message_state) message->state));
    pk_json_add_text(out, "reason", pk_reason_name((enum pk_reason) message->reason));
    pk_json_add_text(out, "class", pk_class_name((enum pk_class) message->cls));
    pk_json_add_text(out, "topic", message->topic != 0 ? pk_name_text(store, PK_NAME_TOPIC, message->topic) : NULL);
    pk_json_add_text(out, "channel", pk_name_text(store, PK_NAME_CHANNEL, message->channel));
    add_language(out, store, message->version);
    pk_json_add_bool(out, "held", (message->flags & PK_MESSAGE_HELD) != 0);
    pk_json_add_bool(out, "possibleDouble", (message->flags & PK_MESSAGE_POSSIBLE_DOUBLE) != 0);
    pk_json_add_time(out, "dueAt", pk_message_is_waiting((enum pk_message_state) message->state) ? message->due_ms : 0);
    pk_json_add_time(out, "expiresAt", message->expires_ms);
    pk_json_add_time(out, "updatedAt", message->updated_ms);
    if (message->recipient != 0)
        pk_json_add_id(out, "recipient", message->recipient);
    else
        pk_json_add_null(out, "recipient");
}

/* ---- the list ---- */

struct listing {
    struct pk_message_filter filter;
    size_t limit, count;
    int64_t last;
    struct pk_store *store;
    struct pk_json_out out;
};

static int list_one(void *ctx, const struct pk_message *message)
{
    struct listing *listing = ctx;
    if (listing->count++ == listing->limit)
        return 1; /* there are more */
    listing->last = message->id;
    pk_json_open(&listing->out, NULL, '{');
    add_message(&listing->out, listing->store, message);
    pk_json_add_int(&listing->out, "attempts", message->attempts);
    pk_json_close(&listing->out, '}');
    return 0;
}

static int list_read(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct listing *listing = call->data;
    listing->store = store;
    listing->out = pk_json_out(&call->out);
    pk_json_open(&listing->out, NULL, '{');
    pk_json_open(&listing->out, "messages", '[');
    int r = pk_messages_list(store, &listing->filter, listing->limit + 1, list_one, listing, err);
    if (r < 0)
        return r;
    pk_answer_list_end(&listing->out, listing->count > listing->limit, listing->last);
    return 0;
}

static int argument_state(struct pk_call *call, int *ret_state, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    enum pk_message_state state;
    pk_buf_init(&text, 64);
    int r = pk_call_argument(call, "state", &text, &given, err);
    if (r == 0 && given) {
        if (pk_message_state_parse(pk_buf_text(&text), &state) == 0) {
            *ret_state = (int) state;
        } else {
            r = pk_fail(err, PK_E_INVALID, "argument \"state\" names no state of a message");
            (void) pk_hint(err, r, "Names are queued, deferred, uncertain, delivered and the others of /v1/status.");
        }
    }
    pk_buf_finish(&text);
    return r;
}

void pk_api_messages(struct pk_call *call)
{
    struct listing *listing = pk_alloc(sizeof *listing);
    struct pk_error err = { 0 };
    call->data = listing;
    listing->filter.state = -1;
    int r = argument_state(call, &listing->filter.state, &err);
    if (r == 0)
        r = pk_call_argument_id(call, "trigger", &listing->filter.trigger, &err);
    if (r == 0)
        r = pk_call_argument_id(call, "after", &listing->filter.after, &err);
    if (r == 0)
        r = pk_call_argument_limit(call, &listing->limit, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read(call, list_read, pk_call_answer_read, LIST_DEADLINE_MS);
}

/* ---- one, with its attempts ---- */

struct telling {
    struct pk_store *store;
    const struct pk_message *message;
    struct pk_json_out *out;
    struct pk_error *err;
};

static int add_receipt(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms)
{
    struct telling *telling = ctx;
    pk_json_open(telling->out, NULL, '{');
    pk_json_add_text(telling->out, "state", pk_receipt_word(receipt_state));
    pk_json_add_slice(telling->out, "code", code);
    pk_json_add_time(telling->out, "at", at_ms);
    pk_json_close(telling->out, '}');
    return 0;
}

static int add_attempt(void *ctx, const struct pk_attempt *attempt)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = telling->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "id", attempt->id);
    pk_json_add_text(out, "account", pk_name_text(telling->store, PK_NAME_ACCOUNT, attempt->account));
    pk_json_add_text(out, "channel", pk_name_text(telling->store, PK_NAME_CHANNEL, attempt->channel != 0 ? attempt->channel : telling->message->channel));
    if (attempt->beside != 0)
        pk_json_add_id(out, "beside", attempt->beside);
    else
        pk_json_add_null(out, "beside");
    pk_json_add_text(out, "state", pk_attempt_state_name((enum pk_attempt_state) attempt->state));
    pk_json_add_text(out, "reason", pk_reason_name((enum pk_reason) attempt->reason));
    pk_json_add_time(out, "openedAt", attempt->opened_ms);
    pk_json_add_time(out, "settledAt", attempt->settled_ms);
    pk_json_add_int(out, "parts", attempt->parts);
    pk_json_add_int(out, "price", attempt->price);
    pk_json_add_text(out, "currency", attempt->currency[0] ? attempt->currency : NULL);
    pk_json_open(out, "receipts", '[');
    int r = pk_receipts_of(telling->store, attempt->id, add_receipt, telling, telling->err);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
    return r;
}

static void add_sentence(struct pk_json_out *out, const struct pk_message *message, const char *language)
{
    char sentence[512];
    bool plain = message->reason == PK_REASON_NONE || message->reason >= PK_REASONS;
    (void) snprintf(sentence, sizeof sentence, "%s%s%s",
                    pk_message_state_sentence((enum pk_message_state) message->state, language), plain ? "" : " ",
                    plain ? "" : pk_reason_sentence((enum pk_reason) message->reason, language));
    pk_json_add_text(out, "sentence", sentence);
}

static void answer_message(struct pk_call *call, int64_t id, const char *language)
{
    struct pk_store *store = call->service->store;
    struct pk_error err = { 0 };
    struct pk_message message;
    struct pk_json_out out = pk_json_out(&call->out);
    struct telling telling = { .store = store, .message = &message, .out = &out, .err = &err };
    int r = pk_message_get(store, id, &message, &err);
    if (r == 0) {
        pk_json_open(&out, NULL, '{');
        add_message(&out, store, &message);
        add_sentence(&out, &message, language);
        pk_json_open(&out, "attempts", '[');
        r = pk_attempts_of(store, id, add_attempt, &telling, &err);
        pk_json_close(&out, ']');
        pk_json_close(&out, '}');
    }
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_answer(call, 200, &call->out);
}

static int argument_language(struct pk_call *call, const char **ret_language, struct pk_error *err)
{
    static const char *const known[] = { "nl", "bg", "en" };
    struct pk_buf text;
    bool given = false;
    pk_buf_init(&text, 64);
    int r = pk_call_argument(call, "language", &text, &given, err);
    *ret_language = given ? NULL : known[0];
    for (size_t i = 0; given && i < PK_COUNT(known); i++)
        if (strcmp(pk_buf_text(&text), known[i]) == 0)
            *ret_language = known[i];
    pk_buf_finish(&text);
    if (r == 0 && !*ret_language)
        r = pk_fail(err, PK_E_INVALID, "argument \"language\" must be nl, bg or en");
    return r;
}

void pk_api_message(struct pk_call *call)
{
    struct pk_error err = { 0 };
    const char *language = NULL;
    int64_t id = 0;
    int r = pk_call_place_id(call, 0, "message", &id, &err);
    if (r == 0)
        r = argument_language(call, &language, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        answer_message(call, id, language);
}

/* ---- a person decides ---- */

struct resolving {
    int64_t message;
    enum pk_resolution resolution;
};

static int resolve(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct resolving *resolving = ctx;
    return pk_tracker_resolve(call->service, &call->actor, resolving->message, resolving->resolution, call->now_ms, err);
}

static int read_resolution(struct pk_call *call, enum pk_resolution *ret_resolution, struct pk_error *err)
{
    static const char *const fields[] = { "resolution", NULL };
    static const char *const words[] = { [PK_RESOLVE_SENT] = "sent", [PK_RESOLVE_RESEND] = "resend", [PK_RESOLVE_DROP] = "drop" };
    struct pk_slice word = { 0 };
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = pk_call_field(call, "resolution", 16, &word, err);
    if (r != 0)
        return r;
    for (size_t i = PK_RESOLVE_SENT; i < PK_COUNT(words); i++) {
        if (pk_slice_is(word, words[i])) {
            *ret_resolution = (enum pk_resolution) i;
            return 0;
        }
    }
    return pk_fail(err, PK_E_INVALID, "field \"resolution\" must be sent, resend or drop");
}

void pk_api_message_resolve(struct pk_call *call)
{
    struct resolving resolving = { 0 };
    struct pk_error err = { 0 };
    int r = pk_call_place_id(call, 0, "message", &resolving.message, &err);
    if (r == 0)
        r = read_resolution(call, &resolving.resolution, &err);
    call->actor.purpose = "resolve";
    if (r == 0)
        r = pk_call_change(call, resolve, &resolving, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        answer_message(call, resolving.message, "nl");
}
