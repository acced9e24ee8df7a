/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Triggers: what publishers asked for and how far it is, with counts and no persons. Read on the reading thread. And the
 * decision about one that is held since a restore.
 */
#include "gateway/store/triggers.h"
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/api/words.h"
#include "gateway/service/holds.h"
#include "gateway/service/rights.h"
#include "gateway/store/acts.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/rsvps.h"

#define HISTORY_MAX 200u /* answers shown of one trigger, the newest */
#define DEADLINE_MS 2000 /* messages of fifty triggers are counted */

struct reading {
    int64_t id; /* one; 0 = the list */
    size_t limit, count;
    int64_t after, last;
    char publisher[64]; /* whose alone; "" = everybody's */
    struct pk_store *store;
    struct pk_json_out out;
    struct pk_error *err;
};

static int add_answer(void *ctx, const struct pk_rsvp_line *line)
{
    struct pk_json_out *out = &((struct reading *) ctx)->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_time(out, "at", line->at_ms);
    pk_json_add_text(out, "answer", line->yes ? "yes" : "no");
    pk_json_add_int(out, "heads", line->heads);
    pk_json_add_bool(out, "changed", line->changed);
    pk_json_add_bool(out, "waits", line->waits);
    pk_json_close(out, '}');
    return 0;
}

/* Who answered is not said: when, what, and whether it was another answer before. */
static int add_history(struct reading *reading, int64_t trigger)
{
    pk_json_open(&reading->out, "history", '[');
    int r = pk_rsvps_of(reading->store, trigger, HISTORY_MAX, add_answer, reading, reading->err);
    pk_json_close(&reading->out, ']');
    return r;
}

static int add_trigger(void *ctx, const struct pk_trigger *trigger)
{
    struct reading *reading = ctx;
    struct pk_store *store = reading->store;
    struct pk_json_out *out = &reading->out;
    struct pk_notice notice;
    int64_t counts[PK_MESSAGE_STATES], yes = 0, no = 0, heads = 0;
    bool said = pk_notice_get(store, trigger->notice, &notice, NULL) == 0;
    struct pk_act act;
    bool acts = pk_act_get(store, trigger->id, &act, NULL) == 0;
    int r = pk_messages_count(store, trigger->id, counts, reading->err);
    if (r == 0)
        r = pk_replies_count(store, trigger->id, &yes, &no, &heads, reading->err);
    if (r != 0)
        return r;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "id", trigger->id);
    pk_json_add_text(out, "publisher", pk_name_text(store, PK_NAME_PUBLISHER, trigger->publisher));
    pk_json_add_slice(out, "type", trigger->type);
    pk_json_add_text(out, "state", pk_trigger_word(trigger->state));
    pk_json_add_time(out, "receivedAt", trigger->received_ms);
    pk_json_add_slice(out, "template", said ? notice.template_name : (struct pk_slice){ 0 });
    pk_json_add_text(out, "topic", said && notice.topic != 0 ? pk_name_text(store, PK_NAME_TOPIC, notice.topic) : NULL);
    if (acts && act.data.len == 0)
        pk_json_add_bool(out, "changed", act.changed);
    if (acts && act.event != 0)
        pk_json_add_id(out, "event", act.event);
    pk_json_add_int(out, "planned", trigger->planned);
    pk_message_counts_add(out, "counts", counts);
    pk_json_open(out, "replies", '{');
    pk_json_add_int(out, "yes", yes);
    pk_json_add_int(out, "no", no);
    pk_json_add_int(out, "heads", heads);
    pk_json_close(out, '}');
    if (reading->id != 0)
        r = add_history(reading, trigger->id);
    pk_json_close(out, '}');
    return r;
}

static int add_listed(void *ctx, const struct pk_trigger *trigger)
{
    struct reading *reading = ctx;
    if (reading->count++ == reading->limit)
        return 1; /* there are more */
    reading->last = trigger->id;
    return add_trigger(reading, trigger);
}

/* A service sees what it asked for itself; of another's it hears what it would hear of none. */
static bool is_theirs(const struct reading *reading, const struct pk_trigger *trigger)
{
    const char *name = pk_name_text(reading->store, PK_NAME_PUBLISHER, trigger->publisher);
    return !reading->publisher[0] || (name && strcmp(name, reading->publisher) == 0);
}

static int read(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct reading *reading = call->data;
    struct pk_trigger trigger;
    reading->store = store;
    reading->err = err;
    reading->out = pk_json_out(&call->out);
    if (reading->id != 0) {
        int r = pk_trigger_get(store, reading->id, &trigger, err);
        if (r == 0 && !is_theirs(reading, &trigger))
            r = pk_fail(err, PK_E_NOT_FOUND, "there is no such trigger");
        return r != 0 ? r : add_trigger(reading, &trigger);
    }
    pk_json_open(&reading->out, NULL, '{');
    pk_json_open(&reading->out, "triggers", '[');
    uint32_t publisher = reading->publisher[0] ? pk_name_find(store, PK_NAME_PUBLISHER, pk_slice_of(reading->publisher)) : 0;
    int r = reading->publisher[0] ? pk_triggers_list_of(store, publisher, reading->after, reading->limit + 1, add_listed, reading, err)
                                  : pk_triggers_list(store, reading->after, reading->limit + 1, add_listed, reading, err);
    if (r >= 0)
        pk_answer_list_end(&reading->out, r == 1, reading->last);
    return r < 0 ? r : 0;
}

static int whose(struct pk_call *call, struct reading *reading, struct pk_error *err)
{
    if (call->actor.role == PK_ROLE_PUBLISHER)
        (void) snprintf(reading->publisher, sizeof reading->publisher, "%s", call->actor.name);
    return pk_allow(call->service, &call->actor, PK_ACTION_TRIGGER_VIEW, &(struct pk_about){ .owner = pk_slice_of(reading->publisher) }, "triggers", err);
}

void pk_api_triggers(struct pk_call *call)
{
    struct reading *reading = pk_alloc(sizeof *reading);
    struct pk_error err = { 0 };
    call->data = reading;
    int r = whose(call, reading, &err);
    if (r == 0)
        r = pk_call_argument_id(call, "after", &reading->after, &err);
    if (r == 0)
        r = pk_call_argument_limit(call, &reading->limit, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read(call, read, pk_call_answer_read, DEADLINE_MS);
}

void pk_api_trigger(struct pk_call *call)
{
    struct reading *reading = pk_alloc(sizeof *reading);
    struct pk_error err = { 0 };
    call->data = reading;
    int r = whose(call, reading, &err);
    if (r == 0)
        r = pk_call_place_id(call, 0, "trigger", &reading->id, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read(call, read, pk_call_answer_read, DEADLINE_MS);
}

/* ---- those held since a restore, or for want of an approval ---- */

struct deciding {
    int64_t trigger;
    bool drop;
};

static int decide(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct deciding *deciding = ctx;
    return pk_hold_trigger_decide(call->service, &call->actor, deciding->trigger, deciding->drop, call->now_ms, err);
}

static void release_or_drop(struct pk_call *call, bool drop)
{
    struct deciding deciding = { .drop = drop };
    struct pk_error err = { 0 };
    call->actor.purpose = drop ? "drop" : "release";
    int r = pk_call_place_id(call, 0, "trigger", &deciding.trigger, &err);
    if (r == 0)
        r = pk_call_change(call, decide, &deciding, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    (void) pk_buf_add_text(&call->out, "{}");
    pk_call_answer(call, 200, &call->out);
}

void pk_api_trigger_release(struct pk_call *call)
{
    release_or_drop(call, false);
}

void pk_api_trigger_drop(struct pk_call *call)
{
    release_or_drop(call, true);
}
