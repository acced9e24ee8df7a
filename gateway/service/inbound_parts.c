/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Long replies come in parts, in any order and now and then twice. They wait in the store until all are there and are then
 * read as one text: a character, or a word like STOP, may lie across two of them.
 */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/conversation.h"
#include "gateway/service/inbound.h"
#include "gateway/store/reply_parts.h"

#define PART_BYTES_MAX 640u /* 160 characters of UTF-8 */
#define GROUPS_PER_STEP 64u

struct joining {
    struct pk_buf octets; /* of a run of parts in the same coding */
    struct pk_buf text;
    struct pk_buf from, event_id; /* of the first part */
    uint32_t coding;
};

static int read_run(struct joining *joining)
{
    int r = pk_inbound_read(pk_buf_slice(&joining->octets), joining->coding, &joining->text);
    pk_buf_clear(&joining->octets);
    return r;
}

static int add_part(void *ctx, const struct pk_reply_part *part)
{
    struct joining *joining = ctx;
    int r = 0;
    if (joining->from.len == 0) {
        r = pk_buf_add_slice(&joining->from, part->from);
        if (r == 0)
            r = pk_buf_add_slice(&joining->event_id, part->event_id);
        joining->coding = part->coding;
    }
    if (r == 0 && part->coding != joining->coding)
        r = read_run(joining);
    joining->coding = part->coding;
    return r == 0 ? pk_buf_add_slice(&joining->octets, part->text) : r;
}

/* Hears what is there of a group as one reply. */
static int hear(struct pk_desk *desk, const struct pk_reply_group *group, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = desk->service->store;
    struct joining joining;
    pk_buf_init(&joining.octets, PK_PARTS_PER_REPLY * PART_BYTES_MAX);
    pk_buf_init(&joining.text, 4 * PK_PARTS_PER_REPLY * PART_BYTES_MAX);
    pk_buf_init(&joining.from, 512);
    pk_buf_init(&joining.event_id, 64);
    int r = pk_reply_parts_read(store, group, add_part, &joining, err);
    if (r == 0)
        r = read_run(&joining);
    if (r == 0) {
        struct pk_said said = {
            .desk = desk,
            .from = pk_buf_slice(&joining.from),
            .text = pk_buf_slice(&joining.text),
            .event_id = pk_buf_slice(&joining.event_id),
        };
        r = pk_conversation_take(desk->service, &said, now_ms, err);
    }
    if (r == 0)
        r = pk_reply_parts_joined(store, group, err);
    pk_buf_wipe(&joining.octets);
    pk_buf_wipe(&joining.text);
    pk_buf_wipe(&joining.from);
    pk_buf_finish(&joining.event_id);
    return r;
}

int pk_inbound_part(struct pk_desk *desk, const struct pk_event *event, int64_t now_ms, struct pk_error *err)
{
    bool sound = event->part_total <= PK_PARTS_PER_REPLY && event->part_index >= 1 && event->part_index <= event->part_total &&
                 event->text.len > 0 && event->text.len <= PART_BYTES_MAX && event->address.len > 0 && event->address.len <= 255;
    if (!sound)
        return PK_E_LIMIT;
    struct pk_reply_group group = { .account = desk->id, .reference = event->part_reference, .total = event->part_total };
    struct pk_reply_part part = {
        .index = event->part_index,
        .coding = event->coding,
        .from = event->address,
        .text = event->text,
        .event_id = event->event_id,
        .at_ms = now_ms,
    };
    bool whole = false;
    int r = pk_reply_part_add(desk->service->store, &group, &part, PK_PARTS_KEPT_MAX, &whole, err);
    if (r == PK_E_CONFLICT) {
        desk->service->metrics.replies_repeated++;
        return 0;
    }
    return r == 0 && whole ? hear(desk, &group, now_ms, err) : r;
}

/* What cannot be heard is given up: it would stand before all others. */
static int hear_overdue(struct pk_service *service, const struct pk_reply_group *group, int64_t now_ms, struct pk_error *err)
{
    struct pk_desk *desk = pk_desks_by_id(service->desks, group->account);
    int r = desk ? hear(desk, group, now_ms, err) : pk_fail(err, PK_E_INVALID, "its account is no longer configured");
    if (r != PK_E_INVALID)
        return r;
    pk_log(PK_LOG_WARN, "inbound", "reply.given_up", "reason", err->message, NULL);
    return pk_reply_parts_joined(service->store, group, err);
}

static int hear_in_unit(struct pk_service *service, const struct pk_reply_group *group, int64_t now_ms)
{
    struct pk_error err = { 0 };
    int r = pk_unit_begin(service->store, &err);
    if (r == 0) {
        r = hear_overdue(service, group, now_ms, &err);
        if (r != 0)
            pk_unit_drop(service->store);
        else
            r = pk_unit_keep(service->store, &err);
    }
    if (r != 0)
        pk_log(PK_LOG_ERROR, "inbound", "parts.failed", "reason", err.message, NULL);
    return r;
}

bool pk_inbound_parts_overdue(struct pk_service *service)
{
    int64_t now_ms = pk_clock_wall_ms();
    struct pk_reply_group group;
    for (unsigned i = 0; i < GROUPS_PER_STEP; i++) {
        if (pk_reply_parts_overdue(service->store, now_ms - PK_REPLY_PARTS_WAIT_MS, &group, NULL) != 0)
            return false;
        if (hear_in_unit(service, &group, now_ms) != 0)
            return false;
    }
    return true;
}
