/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/event.h"

#include "adapters/kit/moment.h"
#include "adapters/kit/result.h"
#include "adapters/kit/text.h"

static struct pk_slice bounded(struct pk_slice id)
{
    return id.len <= PK_KIT_ID_MAX ? id : (struct pk_slice){ 0 };
}

int pk_kit_receipt(struct pk_event_sink *sink, uint32_t state, struct pk_slice provider_id, struct pk_slice reference,
                   struct pk_slice code, struct pk_slice moment)
{
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_RECEIPT,
        .provider_id = bounded(provider_id),
        .our_reference = bounded(reference),
        .state = state,
        .code = pk_kit_code_is_plain(code) ? code : (struct pk_slice){ 0 },
        .at_ms = pk_kit_moment(moment),
    };
    if (event.provider_id.len == 0 && event.our_reference.len == 0)
        return 0;
    return sink->emit(sink, &event);
}

static int from_person(struct pk_event_sink *sink, struct pk_event *event, struct pk_slice number)
{
    char from[PK_KIT_E164_ROOM];
    if (pk_kit_e164(number, from) != 0)
        return 0;
    event->address = pk_slice_of(from);
    int r = sink->emit(sink, event);
    explicit_bzero(from, sizeof from);
    return r;
}

int pk_kit_reply(struct pk_event_sink *sink, struct pk_slice from, struct pk_slice text, struct pk_slice event_id,
                 struct pk_slice moment)
{
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_REPLY,
        .text = text,
        .event_id = bounded(event_id),
        .at_ms = pk_kit_moment(moment),
    };
    return from_person(sink, &event, from);
}

int pk_kit_choice(struct pk_event_sink *sink, struct pk_slice from, struct pk_slice reference, struct pk_slice choice,
                  struct pk_slice event_id, struct pk_slice moment)
{
    struct pk_event event = {
        .size = sizeof event,
        .kind = PK_EVENT_REPLY,
        .our_reference = bounded(reference),
        .choice = choice,
        .event_id = bounded(event_id),
        .at_ms = pk_kit_moment(moment),
    };
    return from_person(sink, &event, from);
}

int pk_kit_opt_out(struct pk_event_sink *sink, struct pk_slice number, struct pk_slice event_id)
{
    struct pk_event event = { .size = sizeof event, .kind = PK_EVENT_OPT_OUT, .event_id = bounded(event_id) };
    return from_person(sink, &event, number);
}

void pk_kit_exchanged(const struct pk_link_ops *ops, struct pk_link *link, uint64_t job_token, bool incoming, const char *line)
{
    bool known = ops->size >= offsetof(struct pk_link_ops, exchanged) + sizeof ops->exchanged;
    if (known && ops->exchanged)
        ops->exchanged(link, job_token, incoming, pk_slice_of(line));
}
