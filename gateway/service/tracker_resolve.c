/* SPDX-License-Identifier: EUPL-1.2 */
/* A person decides about a message that waits for one: uncertain, or held since a restore. */
#include "gateway/service/tracker.h"

#include "gateway/base/id.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"
#include "gateway/store/restored.h"

int pk_tracker_resolve(struct pk_service *service, const struct pk_actor *actor, int64_t message_id, enum pk_resolution resolution,
                       int64_t now_ms, struct pk_error *err)
{
    static const char *const words[] = { [PK_RESOLVE_SENT] = "sent", [PK_RESOLVE_RESEND] = "resend", [PK_RESOLVE_DROP] = "drop" };
    char id[PK_ID_TEXT_MAX];
    pk_id_format(message_id, id);
    struct pk_message message;
    int r = pk_allow(service, actor, PK_ACTION_MESSAGE_RESOLVE, NULL, id, err);
    if (r == 0)
        r = pk_message_get(service->store, message_id, &message, err);
    if (r == PK_E_NOT_FOUND)
        return pk_fail(err, r, "there is no message \"%s\"", id);
    if (r != 0)
        return r;
    bool held = (message.flags & PK_MESSAGE_HELD) != 0 && pk_message_is_waiting((enum pk_message_state) message.state);
    if (message.state != PK_MESSAGE_UNCERTAIN && !held) {
        (void) pk_fail(err, PK_E_CONFLICT, "message \"%s\" is %s: only uncertain or held ones can be resolved", id,
                       pk_message_state_name((enum pk_message_state) message.state));
        return pk_hint(err, PK_E_CONFLICT, "List them with pokana messages list --state uncertain.");
    }
    int64_t was_due_ms = pk_message_was_due(service->store, message_id, now_ms); /* a restore keeps that */
    int64_t due_ms = was_due_ms > now_ms ? was_due_ms : now_ms;
    struct pk_message_change change = { .reason = PK_REASON_OPERATOR, .clear_flags = PK_MESSAGE_HELD, .now_ms = now_ms };
    switch (resolution) {
    case PK_RESOLVE_SENT:
        change.state = held ? PK_MESSAGE_CANCELLED : PK_MESSAGE_SENT;
        break;
    case PK_RESOLVE_RESEND:
        change.state = PK_MESSAGE_DEFERRED;
        change.due_ms = due_ms;
        change.set_flags = held ? 0 : PK_MESSAGE_POSSIBLE_DOUBLE;
        break;
    case PK_RESOLVE_DROP:
        change.state = held ? PK_MESSAGE_CANCELLED : PK_MESSAGE_UNCONFIRMED;
        break;
    }
    if (resolution == PK_RESOLVE_RESEND && message.expires_ms <= now_ms)
        return pk_fail(err, PK_E_CONFLICT, "message \"%s\" is past its validity and cannot be sent again", id);
    r = pk_message_change(service->store, message_id, &change, err);
    if (r == 0)
        r = pk_trail_done(service, actor, "message.resolve", id, words[resolution], message.recipient, now_ms, err);
    if (r == 0 && resolution == PK_RESOLVE_RESEND)
        pk_dispatcher_note(service->dispatcher, message.route, message.priority, due_ms);
    return r;
}
