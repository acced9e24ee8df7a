/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/gate.h"

#include "gateway/base/clock.h"
#include "gateway/service/quiet.h"
#include "gateway/store/journaled.h"
#include "gateway/store/recipients.h"

/* A STOP does not cover answers to what the person did after it. A stranger's STOP is known by the address alone. */
static bool stop_covers(const struct pk_due *due)
{
    int64_t stopped_ms = due->message.recipient != 0 ? due->stopped_ms : due->blocked_ms;
    if (stopped_ms == 0)
        return false;
    if (due->message.flags & PK_MESSAGE_BY_HAND)
        return true; /* nobody writes to who wants no messages, also when they asked something */
    return due->message.cls != PK_CLASS_ANSWER || due->message.act_ms <= stopped_ms;
}

static int64_t window_of(uint32_t flags)
{
    if (flags & PK_MESSAGE_CONFIRMS_STOP)
        return PK_GATE_STOP_ANSWER_MS;
    return flags & PK_MESSAGE_BY_HAND ? PK_GATE_HAND_ANSWER_MS : PK_GATE_ANSWER_MS;
}

enum pk_gate_verdict pk_gate_ask(struct pk_service *service, const struct pk_due *due, int64_t now_ms, enum pk_reason *ret_reason,
                                 int64_t *ret_until_ms)
{
    bool confirms_stop = (due->message.flags & PK_MESSAGE_CONFIRMS_STOP) != 0;
    struct pk_gate_facts facts = {
        .cls = due->message.cls,
        .consent = due->consent,
        .person_stopped = stop_covers(due),
        .address_blocked = due->blocked_ms != 0,
        .all_paused = false, /* nothing is claimed while everything is on hold */
        .held = (due->message.flags & PK_MESSAGE_HELD) != 0,
        .expires_ms = due->message.expires_ms,
        .act_ms = due->message.act_ms,
        .act_window_ms = window_of(due->message.flags),
        .confirms_stop = confirms_stop,
        .renews = (due->message.flags & PK_MESSAGE_RENEWS) != 0,
        .quiet_until_ms = pk_quiet_holds(service->quiet, &due->message, now_ms),
        .now_ms = now_ms,
    };
    *ret_until_ms = facts.quiet_until_ms;
    return pk_gate_decide(&facts, ret_reason);
}

bool pk_gate_all_held(struct pk_service *service)
{
    return pk_store_number(service->store, "hold.all", 0) != 0 || pk_store_number(service->store, "hold.restored", 0) != 0 ||
           pk_store_journal_late(service->store, pk_clock_wall_ms());
}

enum pk_reason pk_gate_withholds(struct pk_service *service, int64_t message, int64_t now_ms)
{
    struct pk_due due;
    enum pk_reason reason = PK_REASON_NONE;
    int64_t until_ms;
    if (service->draining || pk_gate_all_held(service))
        return PK_REASON_ALL_PAUSED;
    if (pk_message_due_facts(service->store, message, now_ms, &due, NULL) != 0)
        return PK_REASON_ERASED;
    if (due.blocks_retry)
        return PK_REASON_NO_ANSWER; /* an earlier attempt arrived after all */
    return pk_gate_ask(service, &due, now_ms, &reason, &until_ms) == PK_GATE_PASS ? PK_REASON_NONE : reason;
}
