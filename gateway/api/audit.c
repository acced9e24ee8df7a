/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit trail in pages, its chain looked after, and one person's processing log. Read on the reading thread. */
#include "gateway/store/audit.h"
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/service/processing.h"

#define LIST_DEADLINE_MS 5000
#define VERIFY_DEADLINE_MS 60000
#define LOG_DEADLINE_MS 5000
#define WORD_BYTES 128u

/* ---- the list ---- */

struct listing {
    struct pk_audit_filter filter;
    char actor[WORD_BYTES], object[WORD_BYTES];
    size_t limit, count;
    int64_t last;
    struct pk_json_out out;
};

static void add_hex(struct pk_json_out *out, const char *name, struct pk_slice bytes)
{
    struct pk_buf text;
    pk_buf_init(&text, 128);
    pk_hex(&text, bytes.data, bytes.len);
    if (bytes.len > 0)
        pk_json_add_slice(out, name, pk_buf_slice(&text));
    else
        pk_json_add_null(out, name);
    pk_buf_finish(&text);
}

static const char *result_word(uint32_t result)
{
    static const char *const words[] = { [PK_AUDIT_DONE] = "done", [PK_AUDIT_REFUSED] = "refused", [PK_AUDIT_FAILED] = "failed" };
    return result < PK_COUNT(words) ? words[result] : "unknown";
}

static int add_entry(void *ctx, const struct pk_audit_entry *entry)
{
    struct listing *listing = ctx;
    struct pk_json_out *out = &listing->out;
    if (listing->count++ == listing->limit)
        return 1; /* there are more */
    listing->last = entry->id;
    pk_json_open(out, NULL, '{');
    pk_json_add_int(out, "id", entry->id);
    pk_json_add_time(out, "at", entry->at_ms);
    pk_json_add_slice(out, "actor", entry->actor);
    pk_json_add_text(out, "role", pk_role_name((enum pk_role) entry->role));
    pk_json_add_slice(out, "via", entry->via);
    pk_json_add_slice(out, "action", entry->action);
    pk_json_add_slice(out, "object", entry->object);
    pk_json_add_text(out, "result", result_word(entry->result));
    pk_json_add_slice(out, "detail", entry->detail);
    add_hex(out, "subject", entry->subject);
    add_hex(out, "trace", entry->trace);
    add_hex(out, "span", entry->span);
    pk_json_close(out, '}');
    return 0;
}

static int list(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct listing *listing = call->data;
    char next[24];
    listing->out = pk_json_out(&call->out);
    pk_json_open(&listing->out, NULL, '{');
    pk_json_open(&listing->out, "entries", '[');
    int r = pk_audit_list(store, &listing->filter, listing->limit + 1, add_entry, listing, err);
    if (r < 0)
        return r;
    pk_json_close(&listing->out, ']');
    (void) snprintf(next, sizeof next, "%lld", (long long) listing->last);
    pk_json_add_text(&listing->out, "next", listing->count > listing->limit ? next : NULL);
    pk_json_close(&listing->out, '}');
    return 0;
}

static int argument_word(struct pk_call *call, const char *name, char ret_word[WORD_BYTES], struct pk_slice *ret_slice, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    pk_buf_init(&text, WORD_BYTES - 1);
    int r = pk_call_argument(call, name, &text, &given, err);
    if (r == 0 && given) {
        (void) snprintf(ret_word, WORD_BYTES, "%s", pk_buf_text(&text));
        *ret_slice = pk_slice_of(ret_word);
    }
    pk_buf_finish(&text);
    return r;
}

static int argument_entry(struct pk_call *call, int64_t *ret_entry, struct pk_error *err)
{
    char word[WORD_BYTES] = "";
    struct pk_slice text = { 0 };
    int r = argument_word(call, "after", word, &text, err);
    if (r == 0 && text.len > 0 && pk_parse_int(text, 0, INT64_MAX, ret_entry) != 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"after\" is no number of an entry");
    return r;
}

static int read_filter(struct pk_call *call, struct listing *listing, struct pk_error *err)
{
    char order[WORD_BYTES] = "";
    struct pk_slice how = { 0 };
    struct pk_audit_filter *filter = &listing->filter;
    int r = argument_word(call, "actor", listing->actor, &filter->actor, err);
    if (r == 0)
        r = argument_word(call, "object", listing->object, &filter->object, err);
    if (r == 0)
        r = argument_word(call, "order", order, &how, err);
    if (r == 0)
        r = pk_call_argument_moment(call, "since", &filter->since_ms, err);
    if (r == 0)
        r = argument_entry(call, &filter->after, err);
    if (r == 0)
        r = pk_call_argument_limit(call, &listing->limit, err);
    if (r == 0 && how.len > 0 && !pk_slice_is(how, "oldest") && !pk_slice_is(how, "newest"))
        r = pk_fail(err, PK_E_INVALID, "argument \"order\" must be oldest or newest");
    filter->oldest_first = pk_slice_is(how, "oldest");
    return r;
}

void pk_api_audit(struct pk_call *call)
{
    struct listing *listing = pk_alloc(sizeof *listing);
    struct pk_error err = { 0 };
    call->data = listing;
    if (read_filter(call, listing, &err) != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read(call, list, pk_call_answer_read, LIST_DEADLINE_MS);
}

/* ---- the chain ---- */

static int verify(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    int64_t count = 0;
    int r = pk_audit_verify(store, &count, err);
    if (r != 0)
        return r;
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_bool(&out, "whole", true);
    pk_json_add_int(&out, "entries", count);
    pk_json_close(&out, '}');
    return 0;
}

void pk_api_audit_verify(struct pk_call *call)
{
    pk_call_read(call, verify, pk_call_answer_read, VERIFY_DEADLINE_MS);
}

/* ---- one person ---- */

struct looking {
    struct pk_processing wanted;
    char source[256], version[64]; /* copies: the reading thread touches nothing of the service */
};

static int open_log(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct looking *looking = ctx;
    return pk_processing_open(call->service, &call->actor, looking->wanted.recipient, call->now_ms, err);
}

static int read_log(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    const struct looking *looking = call->data;
    struct pk_json_out out = pk_json_out(&call->out);
    return pk_processing_write(store, &looking->wanted, &out, err);
}

/* Somebody who is erased, or never was, has a log as well: it may be empty. Nothing tells whether there is such a person. */
void pk_api_person_log(struct pk_call *call)
{
    struct looking *looking = pk_alloc(sizeof *looking);
    struct pk_error err = { 0 };
    call->data = looking;
    (void) snprintf(looking->source, sizeof looking->source, "%s", call->service->rules->source);
    (void) snprintf(looking->version, sizeof looking->version, "%s", call->api->version);
    looking->wanted.source = looking->source;
    looking->wanted.version = looking->version;
    call->actor.purpose = "person-log";
    int r = pk_call_place_id(call, 0, "person", &looking->wanted.recipient, &err);
    if (r == 0)
        r = pk_call_change(call, open_log, looking, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read_kept(call, read_log, pk_call_answer_read, LOG_DEADLINE_MS);
}
