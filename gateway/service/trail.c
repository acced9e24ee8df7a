/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/trail.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/store/audit.h"

#define REFUSALS_A_TURN 32u
#define WORD_BYTES 96

struct refusal {
    char actor[WORD_BYTES], via[32], object[WORD_BYTES], trace[64];
    enum pk_role role;
    enum pk_action action;
    int64_t recipient, at_ms;
};

struct pk_trail {
    struct refusal items[REFUSALS_A_TURN];
    size_t count, more;
    size_t written; /* of them, in the turn at hand */
};

struct pk_trail *pk_trail_new(void)
{
    return pk_alloc(sizeof(struct pk_trail));
}

void pk_trail_free(struct pk_trail *trail)
{
    free(trail);
}

static struct pk_slice text(const char *words)
{
    return pk_slice_of(words ? words : "");
}

int pk_trail_done(struct pk_service *service, const struct pk_actor *actor, const char *action, const char *object, const char *detail,
                  int64_t recipient, int64_t now_ms, struct pk_error *err)
{
    struct pk_audit_entry entry = {
        .at_ms = now_ms,
        .actor = text(actor->name),
        .via = text(actor->via),
        .action = text(action),
        .object = text(object),
        .detail = text(detail),
        .role = actor->role,
        .result = PK_AUDIT_DONE,
        .recipient = recipient,
        .traceparent = actor->trace,
    };
    return pk_audit_write(service->store, &entry, err);
}

void pk_trail_refused(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const char *object,
                      int64_t recipient)
{
    struct pk_trail *trail = service->trail;
    if (!trail)
        return;
    if (trail->count == REFUSALS_A_TURN) {
        trail->more++;
        return;
    }
    struct refusal *refusal = &trail->items[trail->count++];
    *refusal = (struct refusal){ .role = actor->role, .action = action, .recipient = recipient, .at_ms = pk_clock_wall_ms() };
    (void) snprintf(refusal->actor, sizeof refusal->actor, "%s", actor->name ? actor->name : "");
    (void) snprintf(refusal->via, sizeof refusal->via, "%s", actor->via ? actor->via : "");
    (void) snprintf(refusal->object, sizeof refusal->object, "%s", object ? object : "");
    (void) snprintf(refusal->trace, sizeof refusal->trace, "%.*s", PK_SLICE_ARG(actor->trace));
}

static int write_one(struct pk_service *service, const struct refusal *refusal, struct pk_error *err)
{
    struct pk_audit_entry entry = {
        .at_ms = refusal->at_ms,
        .actor = text(refusal->actor),
        .via = text(refusal->via),
        .action = text(pk_action_name(refusal->action)),
        .object = text(refusal->object),
        .role = refusal->role,
        .result = PK_AUDIT_REFUSED,
        .recipient = refusal->recipient,
        .traceparent = text(refusal->trace),
    };
    return pk_audit_write(service->store, &entry, err);
}

void pk_trail_write(struct pk_service *service)
{
    struct pk_trail *trail = service->trail;
    struct pk_error err = { 0 };
    int r = 0;
    if (!trail || trail->count == 0)
        return;
    for (trail->written = 0; r == 0 && trail->written < trail->count; trail->written++)
        r = write_one(service, &trail->items[trail->written], &err);
    if (r == 0 && trail->more > 0) {
        char detail[48];
        (void) snprintf(detail, sizeof detail, "%zu more refusals", trail->more);
        struct pk_audit_entry entry = {
            .at_ms = pk_clock_wall_ms(), .actor = PK_SLICE("gateway"), .action = PK_SLICE("refused.more"), .detail = text(detail),
            .role = PK_ROLE_SYSTEM, .result = PK_AUDIT_REFUSED,
        };
        r = pk_audit_write(service->store, &entry, &err);
    }
    if (r != 0)
        trail->written = 0; /* all of it again with the next turn */
    if (r != 0)
        pk_log(PK_LOG_ERROR, "trail", "refusal.not_kept", "reason", err.message, NULL);
}

void pk_trail_settle(struct pk_service *service, bool committed)
{
    struct pk_trail *trail = service->trail;
    if (!trail)
        return;
    if (committed && trail->written >= trail->count)
        trail->count = trail->more = 0;
    trail->written = 0;
}
