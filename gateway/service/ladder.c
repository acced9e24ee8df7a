/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/ladder.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/routing.h"
#include "gateway/service/texts.h"
#include "gateway/service/wording.h"
#include "gateway/store/attempt_pairs.h"
#include "gateway/store/audience.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"

#define STEP_MAX 64u
#define RECEIPT_WINDOW_MS (48 * 3600 * 1000ll) /* of an account that is not configured any more */

/* ---- where to ---- */

static int is_in_doubt(void *ctx, const struct pk_attempt *attempt)
{
    (void) ctx;
    return attempt->state == PK_ATTEMPT_NO_ANSWER ? 1 : 0;
}

int pk_ladder_word(struct pk_service *service, const struct pk_message *message, uint32_t route, int64_t now_ms, int64_t *ret_version)
{
    struct pk_notice notice;
    struct pk_recipient who;
    int r = pk_recipient_get(service->store, message->recipient, &who, NULL);
    if (r == 0)
        r = pk_notice_get(service->store, message->notice, &notice, NULL);
    if (r != 0)
        return r;
    struct pk_slice name = pk_wording(service, notice.template_name, pk_route_answerable(service, route));
    if (!pk_slice_equal(name, notice.template_name) && (r = pk_wording_needs_page(service, notice.values, NULL)) != 0)
        return r;
    return pk_texts_version(service, name, pk_slice_of(who.language), pk_slice_of(who.script), now_ms, ret_version, NULL);
}

/* The first channel after the present one that the person agreed to, that a route leads to and that has the text. */
static int find_way(struct pk_service *service, const struct pk_message *message, int64_t now_ms, struct pk_message_way *ret_way, struct pk_error *err)
{
    struct pk_channels ladder;
    struct pk_next_address next = { .channel = message->channel };
    pk_ladder_whole(service, &ladder);
    const struct pk_audience audience = pk_ladder_audience(message->topic, &ladder, message->channel, NULL);
    do {
        int r = pk_ladder_next(service->store, &audience, message->recipient, next.channel, now_ms, &next, err);
        if (r != 0 || next.channel == 0)
            return r;
        const char *channel = pk_name_text(service->store, PK_NAME_CHANNEL, next.channel);
        size_t index = pk_route_for(service->rules, channel, NULL, next.country);
        *ret_way = (struct pk_message_way){ .address = next.address, .channel = next.channel, .has_next = next.has_next };
        if (index == PK_NO_ROUTE || index >= service->desks->route_count || pk_attempts_took(service->store, message->id, next.channel))
            continue; /* nobody takes it there, or it was carried there beside another channel and came to nothing */
        ret_way->route = service->desks->routes[index].id;
        if (pk_ladder_word(service, message, ret_way->route, now_ms, &ret_way->version) == 0)
            return 1;
    } while (next.has_next);
    return 0;
}

/* ---- going on ---- */

static void say(struct pk_service *service, const struct pk_message *message, const struct pk_message_way *way, uint32_t reason)
{
    char id[PK_ID_TEXT_MAX];
    pk_log(PK_LOG_INFO, "ladder", "message.next_channel", "msg", pk_id_format(message->id, id), "from",
           pk_name_text(service->store, PK_NAME_CHANNEL, message->channel), "to", pk_name_text(service->store, PK_NAME_CHANNEL, way->channel),
           "reason", pk_reason_name((enum pk_reason) reason), NULL);
}

int pk_ladder_go_on(struct pk_service *service, int64_t id, const struct pk_message_change *end, struct pk_error *err)
{
    struct pk_message message;
    struct pk_message_way way = { 0 };
    if (!pk_ladder_goes_on((enum pk_message_state) end->state, (enum pk_reason) end->reason))
        return 0;
    int r = pk_message_get(service->store, id, &message, err);
    if (r != 0)
        return r;
    if (!(message.flags & PK_MESSAGE_HAS_NEXT) || message.expires_ms <= end->now_ms || !pk_message_may_go_on((enum pk_message_state) message.state))
        return 0;
    if (pk_message_is_called_back(service->store, id)) /* who resumes its campaign releases the step to those it did not reach */
        return pk_campaign_trigger_missed(service->store, pk_message_trigger(service->store, id), end->now_ms, err);
    if ((r = pk_attempts_of(service->store, id, is_in_doubt, NULL, err)) != 0)
        return r < 0 ? r : 0; /* one of its attempts may have arrived */
    if ((r = find_way(service, &message, end->now_ms, &way, err)) != 1)
        return r;
    r = pk_message_go_on(service->store, id, &way, end->now_ms, err);
    if (r != 0)
        return r;
    say(service, &message, &way, end->reason);
    pk_dispatcher_note(service->dispatcher, way.route, message.priority, end->now_ms);
    return 1;
}

/* ---- what its provider could not deliver in time ---- */

static bool drops_late(const struct pk_desk *desk)
{
    return desk && (desk->capabilities & PK_CAN_EXPIRE) != 0;
}

int64_t pk_ladder_valid_until_ms(const struct pk_service *service, const struct pk_desk *desk, const struct pk_message *message, int64_t now_ms)
{
    bool short_of = (message->flags & PK_MESSAGE_HAS_NEXT) != 0 && drops_late(desk) && service->rules->ladder_wait_ms > 0;
    return short_of ? pk_ladder_valid_until(now_ms, service->rules->ladder_wait_ms, message->expires_ms) : message->expires_ms;
}

/* Where nothing says that it cannot arrive any more, or nowhere is left to go, it waits for its receipt like any other. */
static int overdue(struct pk_service *service, const struct pk_message *message, int64_t now_ms, struct pk_error *err)
{
    const struct pk_desk *desk = pk_desks_by_id(service->desks, message->account);
    const struct pk_message_change end = { .state = PK_MESSAGE_UNCONFIRMED, .reason = PK_REASON_NEXT_CHANNEL, .now_ms = now_ms };
    int r = drops_late(desk) ? pk_ladder_go_on(service, message->id, &end, err) : 0;
    if (r != 0)
        return r < 0 ? r : 0;
    struct pk_message_change stays = {
        .state = message->state,
        .reason = message->reason,
        .clear_flags = PK_MESSAGE_HAS_NEXT,
        .due_ms = now_ms,
        .now_ms = now_ms,
    };
    if (drops_late(desk) && !pk_attempts_paired(service->store, message->id)) /* it was looked at before its time */
        stays.due_ms += desk ? desk->rule->receipt_window_ms : RECEIPT_WINDOW_MS;
    return pk_message_change(service->store, message->id, &stays, err);
}

bool pk_ladder_step(struct pk_service *service, size_t max)
{
    struct pk_message late[STEP_MAX];
    struct pk_error err = { 0 };
    size_t count = 0;
    int64_t now_ms = pk_clock_wall_ms();
    max = max < STEP_MAX ? max : STEP_MAX;
    int r = pk_unit_begin(service->store, &err);
    if (r == 0)
        r = pk_messages_overdue(service->store, now_ms, max, late, &count, &err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = overdue(service, &late[i], now_ms, &err);
    if (r != 0 && pk_unit_open(service->store))
        pk_unit_drop(service->store);
    else if (r == 0)
        r = pk_unit_keep(service->store, &err);
    if (r != 0)
        pk_log(PK_LOG_ERROR, "ladder", "step.failed", "reason", err.message, NULL);
    return r == 0 && count == max;
}
