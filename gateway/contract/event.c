/* SPDX-License-Identifier: EUPL-1.2 */
/* Events: collected from a parse, compared with what a case expects, and judged for sense. */
#include "gateway/contract/trial.h"

#include "gateway/base/text.h"

#define ID_MAX 255u

static struct pk_slice copy(struct pk_slice text)
{
    return pk_slice_make(text.data ? pk_slice_dup(text) : NULL, text.len);
}

struct pk_event pk_event_copy(const struct pk_event *event)
{
    struct pk_event kept = *event;
    kept.provider_id = copy(event->provider_id);
    kept.our_reference = copy(event->our_reference);
    kept.code = copy(event->code);
    kept.reason = copy(event->reason);
    kept.address = copy(event->address);
    kept.text = copy(event->text);
    kept.choice = copy(event->choice);
    kept.event_id = copy(event->event_id);
    kept.channel = copy(event->channel);
    return kept;
}

void pk_event_free(struct pk_event *event)
{
    const struct pk_slice texts[] = { event->provider_id, event->our_reference, event->code,   event->reason,
                                      event->address,     event->text,          event->choice, event->event_id, event->channel };
    for (size_t i = 0; i < PK_COUNT(texts); i++)
        free((char *) texts[i].data);
}

static int sink_emit(struct pk_event_sink *sink, const struct pk_event *event)
{
    struct pk_events *events = (struct pk_events *) (void *) sink;
    events->too_many = events->count == PK_TRIAL_EVENTS_MAX;
    if (events->too_many)
        return PK_E_LIMIT;
    events->at[events->count++] = pk_event_copy(event);
    return 0;
}

void pk_events_init(struct pk_events *events)
{
    *events = (struct pk_events){ .base = { sink_emit } };
}

void pk_events_finish(struct pk_events *events)
{
    for (size_t i = 0; i < events->count; i++)
        pk_event_free(&events->at[i]);
    events->count = 0;
}

/* ---- as a case says ---- */

static const char *const kinds[] = { "", "receipt", "reply", "opt_in", "opt_out" };
static const char *const states[] = {
    "", "accepted", "sent", "delivered", "read", "undelivered_temporary", "undelivered_permanent", "unknown"
};

static void same(struct pk_trial *trial, struct pk_slice got, const struct pk_json *expected, const char *name)
{
    struct pk_slice wanted = pk_case_text(expected, name, "");
    if (!pk_slice_equal(got, wanted))
        (void) pk_trial_flaw(trial, "an event's %s is \"%.*s\", not \"%.*s\"", name, PK_SLICE_ARG(got), PK_SLICE_ARG(wanted));
}

static void same_number(struct pk_trial *trial, int64_t got, const struct pk_json *expected, const char *name)
{
    int64_t wanted = pk_case_int(expected, name, 0);
    if (got != wanted)
        (void) pk_trial_flaw(trial, "an event's %s is %lld, not %lld", name, (long long) got, (long long) wanted);
}

void pk_event_compare(struct pk_trial *trial, const struct pk_event *event, const struct pk_json *expected)
{
    if (event->kind >= PK_COUNT(kinds) || event->state >= PK_COUNT(states)) {
        (void) pk_trial_flaw(trial, "an event is of kind %u and state %u, which do not exist", event->kind, event->state);
        return;
    }
    same(trial, pk_slice_of(kinds[event->kind]), expected, "kind");
    same(trial, pk_slice_of(states[event->state]), expected, "state");
    same(trial, event->provider_id, expected, "providerId");
    same(trial, event->our_reference, expected, "reference");
    same(trial, event->code, expected, "code");
    same(trial, event->address, expected, "address");
    same(trial, event->text, expected, "text");
    same(trial, event->choice, expected, "choice");
    same(trial, event->channel, expected, "channel");
    if (pk_json_get(expected, "eventId") || event->event_id.len == 0)
        same(trial, event->event_id, expected, "eventId");
    same_number(trial, event->at_ms, expected, "atMs");
    same_number(trial, event->coding, expected, "coding");
    same_number(trial, event->part_reference, expected, "partReference");
    same_number(trial, event->part_total, expected, "partTotal");
    same_number(trial, event->part_index, expected, "partIndex");
}

/* ---- in general ---- */

static bool is_e164(struct pk_slice address)
{
    bool good = address.len >= 8 && address.len <= 16 && address.data[0] == '+';
    for (size_t i = 1; good && i < address.len; i++)
        good = address.data[i] >= '0' && address.data[i] <= '9';
    return good;
}

static const char *flaw_of(const struct pk_adapter *adapter, const struct pk_event *event)
{
    bool of_part = event->kind == PK_EVENT_RECEIPT && event->part_total > 1;
    if (event->size < sizeof(uint32_t) * 2 || event->kind < PK_EVENT_RECEIPT || event->kind > PK_EVENT_OPT_OUT)
        return "is of no kind";
    if (event->provider_id.len > ID_MAX || event->our_reference.len > ID_MAX || event->event_id.len > ID_MAX)
        return "has an id of more than 255 bytes";
    if (event->kind == PK_EVENT_RECEIPT && (event->state < PK_RECEIPT_ACCEPTED || event->state > PK_RECEIPT_UNKNOWN))
        return "is a receipt of no state";
    if (event->kind == PK_EVENT_RECEIPT && event->provider_id.len == 0 && event->our_reference.len == 0)
        return "is a receipt of no message";
    if (of_part && (event->part_index < 1 || event->part_index > event->part_total))
        return "is of a part that there is not";
    if (of_part && event->state == PK_RECEIPT_ACCEPTED && (event->provider_id.len == 0 || event->our_reference.len == 0))
        return "tells of a part that was taken without both its names";
    if (event->kind != PK_EVENT_RECEIPT && event->address.len == 0)
        return "comes from nobody";
    if (event->kind != PK_EVENT_RECEIPT && adapter->number_format != PK_NUMBER_OPAQUE && !is_e164(event->address))
        return "comes from an address that is no number as +31600000001";
    if (event->coding == 0 && event->text.len > 0 && !pk_utf8_valid(event->text))
        return "holds a text that is no UTF-8";
    if (event->channel.len > 0 && !(adapter->capabilities & PK_CAN_FALLBACK))
        return "names a channel, and the adapter falls back to none (PK_CAN_FALLBACK)";
    if (event->at_ms < 0)
        return "happened before 1970";
    return NULL;
}

void pk_events_sound(struct pk_trial *trial, const struct pk_events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        const char *flaw = flaw_of(trial->adapter, &events->at[i]);
        if (flaw)
            (void) pk_trial_flaw(trial, "an event %s", flaw);
    }
}
