/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What screens show: one message for each screen of the route in each of its languages. It is about nobody, so nobody is asked
 * and nothing is kept of whom it reached. A screen is kept as an address that is nobody's.
 */
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/service/desks.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/texts.h"
#include "gateway/service/wording.h"
#include "gateway/store/notices.h"

static int address_of(struct pk_service *service, uint32_t channel, struct pk_slice screen, int64_t now_ms, int64_t *ret_id,
                      struct pk_error *err)
{
    struct pk_address known;
    int r = pk_address_find(service->store, channel, screen, &known, err);
    if (r == PK_E_NOT_FOUND)
        return pk_address_add(service->store, 0, channel, screen, now_ms, ret_id, err);
    if (r == 0)
        *ret_id = known.id;
    return r;
}

static int show(struct pk_service *service, const struct pk_trigger *trigger, struct pk_slice text,
                const struct pk_lane_route *route, size_t index, int64_t now_ms, struct pk_error *err)
{
    const struct pk_words *languages = &route->rule->languages;
    struct pk_slice screen = pk_slice_of(route->rule->screens.items[index / languages->count]);
    struct pk_slice script = pk_slice_of(languages->items[index % languages->count]), language;
    bool later = trigger->send_at_ms > now_ms;
    struct pk_message message = {
        .id = pk_id_ordered(),
        .notice = trigger->notice,
        .channel = route->channel,
        .cls = PK_CLASS_PUBLIC,
        .route = trigger->route,
        .priority = trigger->priority,
        .state = later ? PK_MESSAGE_SCHEDULED : PK_MESSAGE_QUEUED,
        .due_ms = later ? trigger->send_at_ms : now_ms,
        .expires_ms = trigger->valid_until_ms,
        .updated_ms = now_ms,
    };
    (void) pk_slice_cut(&script, '-', &language);
    int r = address_of(service, route->channel, screen, now_ms, &message.address, err);
    if (r == 0)
        r = pk_texts_version(service, text, language, script, now_ms, &message.version, err);
    if (r == 0)
        r = pk_message_insert(service->store, &message, err);
    if (r == 0)
        pk_planner_note(service, &message);
    return r;
}

/* The cursor counts pairs of a screen and a language. */
int pk_expand_public(struct pk_service *service, const struct pk_trigger *trigger, const struct pk_notice *notice,
                     const struct pk_lane_route *route, size_t max, int64_t now_ms, struct pk_expanded *ret_expanded, struct pk_error *err)
{
    size_t count = route->rule->screens.count * route->rule->languages.count, at = trigger->cursor > 0 ? (size_t) trigger->cursor : 0;
    struct pk_expanded expanded = { 0 };
    struct pk_slice text = pk_wording(service, notice->template_name, pk_route_answerable(service, trigger->route));
    if (!pk_slice_equal(text, notice->template_name) && pk_wording_needs_page(service, notice->values, err) != 0)
        return PK_E_INVALID;
    int r = 0;
    for (; r == 0 && at < count && expanded.seen < max; at++, expanded.seen++)
        r = show(service, trigger, text, route, at, now_ms, err);
    expanded.made = expanded.seen;
    expanded.cursor = (int64_t) at;
    if (r == 0)
        *ret_expanded = expanded;
    return r;
}
