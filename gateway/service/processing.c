/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/processing.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/service/trail.h"
#include "gateway/store/attempts.h"
#include "gateway/store/audit.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"

#define ID_MOMENT_BITS 20 /* ids are ordered by time: base/id.h */

int pk_processing_open(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, int64_t now_ms, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    int r = pk_allow(service, actor, PK_ACTION_AUDIT_PERSON, &(struct pk_about){ .recipient = recipient }, pk_id_format(recipient, id), err);
    return r == 0 ? pk_trail_done(service, actor, "person.log", id, "", recipient, now_ms, err) : r;
}

/* ---- one record ---- */

struct writing {
    struct pk_store *store;
    const struct pk_processing *wanted;
    struct pk_json_out *out;
    struct pk_error *err;
    struct pk_slice subject; /* as hexadecimal digits */
    size_t count, most;
    bool more;
    const struct pk_message *message; /* whose attempts are told */
    uint8_t trace[PK_TRACE_BYTES], span[PK_TRACE_BYTES];
};

struct record {
    struct pk_slice trace, span, parent;
    struct pk_slice name, activity;
    const char *status;
    int64_t start_ms, end_ms;
};

static void add_hex(struct pk_json_out *out, const char *name, struct pk_slice bytes)
{
    struct pk_buf text;
    if (bytes.len == 0)
        return;
    pk_buf_init(&text, 2 * PK_TRACE_BYTES + 1);
    pk_hex(&text, bytes.data, bytes.len);
    pk_json_add_slice(out, name, pk_buf_slice(&text));
    pk_buf_finish(&text);
}

/* Up to the attributes, which stay open for what this kind of record has more. */
static void begin(struct writing *w, const struct record *record)
{
    struct pk_json_out *out = w->out;
    struct pk_buf activity;
    pk_buf_init(&activity, 1024);
    (void) pk_buf_printf(&activity, "%s:verwerking:%.*s", w->wanted->source, PK_SLICE_ARG(record->activity));
    pk_json_open(out, NULL, '{');
    add_hex(out, "trace_id", record->trace);
    add_hex(out, "span_id", record->span);
    add_hex(out, "parent_span_id", record->parent);
    pk_json_add_slice(out, "name", record->name);
    pk_json_add_text(out, "status", record->status);
    pk_json_add_int(out, "start_time", record->start_ms);
    pk_json_add_int(out, "end_time", record->end_ms);
    pk_json_open(out, "attributes", '{');
    pk_json_add_slice(out, "dpl.core.processing_activity_id", pk_buf_slice(&activity));
    pk_json_add_slice(out, "dpl.core.data_subject_id", w->subject);
    pk_json_add_text(out, "dpl.core.data_subject_id_type", "pseudonym");
    pk_buf_finish(&activity);
}

static void end(struct writing *w)
{
    pk_json_close(w->out, '}');
    pk_json_open(w->out, "resource", '{');
    pk_json_add_text(w->out, "name", "pokana");
    pk_json_add_text(w->out, "version", w->wanted->version);
    pk_json_close(w->out, '}');
    pk_json_close(w->out, '}');
}

/* ---- acts ---- */

static int add_act(void *ctx, const struct pk_audit_entry *entry)
{
    static const char *const status[] = { [PK_AUDIT_DONE] = "Ok", [PK_AUDIT_REFUSED] = "Unset", [PK_AUDIT_FAILED] = "Error" };
    struct writing *w = ctx;
    if (w->count++ == w->most) {
        w->more = true;
        return 1;
    }
    struct record record = {
        .trace = entry->trace, .span = entry->span, .parent = entry->parent, .name = entry->action, .activity = entry->action,
        .status = entry->result < PK_COUNT(status) ? status[entry->result] : "Unset", .start_ms = entry->at_ms, .end_ms = entry->at_ms,
    };
    begin(w, &record);
    pk_json_add_slice(w->out, "actor", entry->actor);
    pk_json_add_text(w->out, "role", pk_role_name((enum pk_role) entry->role));
    pk_json_add_text(w->out, "result", entry->result == PK_AUDIT_DONE ? "done" : "refused");
    pk_json_add_slice(w->out, "object", entry->object);
    end(w);
    return 0;
}

/* ---- what was sent ---- */

static const char *status_of(uint32_t state)
{
    enum pk_message_state s = (enum pk_message_state) state;
    if (s == PK_MESSAGE_DELIVERED || s == PK_MESSAGE_READ || s == PK_MESSAGE_SENT || s == PK_MESSAGE_SENT_FINAL || s == PK_MESSAGE_ACCEPTED)
        return "Ok";
    return s == PK_MESSAGE_FAILED || s == PK_MESSAGE_UNDELIVERED ? "Error" : "Unset";
}

static int add_attempt(void *ctx, const struct pk_attempt *attempt)
{
    struct writing *w = ctx;
    uint8_t span[PK_TRACE_BYTES];
    pk_audit_derive(w->store, "attempt", attempt->id, span);
    const char *topic = w->message->topic != 0 ? pk_name_text(w->store, PK_NAME_TOPIC, w->message->topic) : NULL;
    struct record record = {
        .trace = pk_slice_make(w->trace, PK_TRACE_BYTES),
        .span = pk_slice_make(span, PK_SPAN_BYTES),
        .parent = pk_slice_make(w->span, PK_SPAN_BYTES),
        .name = PK_SLICE("message.attempt"),
        .activity = pk_slice_of(topic ? topic : "message"),
        .status = attempt->state == PK_ATTEMPT_ACCEPTED ? "Ok" : attempt->state == PK_ATTEMPT_REFUSED_PERMANENT ? "Error" : "Unset",
        .start_ms = attempt->opened_ms,
        .end_ms = attempt->settled_ms != 0 ? attempt->settled_ms : attempt->opened_ms,
    };
    begin(w, &record);
    pk_json_add_text(w->out, "account", pk_name_text(w->store, PK_NAME_ACCOUNT, attempt->account));
    if (attempt->channel != 0)
        pk_json_add_text(w->out, "channel", pk_name_text(w->store, PK_NAME_CHANNEL, attempt->channel));
    pk_json_add_text(w->out, "state", pk_attempt_state_name((enum pk_attempt_state) attempt->state));
    end(w);
    return 0;
}

static int add_message(void *ctx, const struct pk_message *message)
{
    struct writing *w = ctx;
    char id[PK_ID_TEXT_MAX];
    if (w->count++ == w->most) {
        w->more = true;
        return 1;
    }
    w->message = message;
    pk_audit_derive(w->store, "notice", message->notice, w->trace); /* everybody's share of one sending is one trace */
    pk_audit_derive(w->store, "message", message->id, w->span);
    const char *topic = message->topic != 0 ? pk_name_text(w->store, PK_NAME_TOPIC, message->topic) : NULL;
    struct record record = {
        .trace = pk_slice_make(w->trace, PK_TRACE_BYTES),
        .span = pk_slice_make(w->span, PK_SPAN_BYTES),
        .name = PK_SLICE("message"),
        .activity = pk_slice_of(topic ? topic : "message"),
        .status = status_of(message->state),
        .start_ms = message->id >> ID_MOMENT_BITS,
        .end_ms = message->updated_ms,
    };
    begin(w, &record);
    pk_json_add_text(w->out, "message", pk_id_format(message->id, id));
    pk_json_add_text(w->out, "class", pk_class_name((enum pk_class) message->cls));
    pk_json_add_text(w->out, "channel", pk_name_text(w->store, PK_NAME_CHANNEL, message->channel));
    pk_json_add_text(w->out, "state", pk_message_state_name((enum pk_message_state) message->state));
    end(w);
    return pk_attempts_of(w->store, message->id, add_attempt, w, w->err);
}

/* ---- the whole ---- */

static int write_records(struct writing *w)
{
    struct pk_audit_filter filter = { .recipient = w->wanted->recipient };
    w->most = PK_PROCESSING_ACTS_MAX;
    int r = pk_audit_list(w->store, &filter, w->most + 1, add_act, w, w->err);
    if (r < 0)
        return r;
    w->count = 0;
    w->most = PK_PROCESSING_MESSAGES_MAX;
    r = pk_messages_of_person(w->store, w->wanted->recipient, w->most + 1, add_message, w, w->err);
    return r < 0 ? r : 0;
}

int pk_processing_write(struct pk_store *store, const struct pk_processing *wanted, struct pk_json_out *out, struct pk_error *err)
{
    uint8_t pseudonym[PK_PSEUDONYM_BYTES];
    struct pk_buf subject;
    struct writing w = { .store = store, .wanted = wanted, .out = out, .err = err };
    (void) pk_pseudonym(store, 0, wanted->recipient, pseudonym);
    pk_buf_init(&subject, 2 * PK_PSEUDONYM_BYTES + 1);
    pk_hex(&subject, pseudonym, sizeof pseudonym);
    w.subject = pk_buf_slice(&subject);
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "person", wanted->recipient);
    pk_json_add_slice(out, "subject", w.subject);
    pk_json_open(out, "records", '[');
    int r = write_records(&w);
    pk_json_close(out, ']');
    pk_json_add_bool(out, "more", w.more);
    pk_json_close(out, '}');
    pk_buf_finish(&subject);
    return r;
}
