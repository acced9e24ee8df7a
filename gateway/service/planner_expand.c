/* SPDX-License-Identifier: EUPL-1.2 */
/* From a trigger to messages, one chunk at a time: whom it reaches now, and what each of them gets. */
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/service/carriers.h"
#include "gateway/service/desks.h"
#include "gateway/service/outbound.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/routing.h"
#include "gateway/service/texts.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"

int pk_wanted_read(struct pk_service *service, const struct pk_json *audience, struct pk_audience_tree *ret_tree, struct pk_error *err)
{
    int r = pk_audience_read_json(audience, "audience", ret_tree, err);
    if (r != 0)
        return PK_E_INVALID;
    return pk_audience_resolve(service->store, ret_tree, err);
}

/* The rule, and beside it which other triggers must have told somebody. */
static int read_audience(struct pk_service *service, struct pk_slice text, struct pk_audience_tree *ret_tree, struct pk_earlier *ret_earlier,
                         struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    int r = pk_json_parse(text, PK_CLOUDEVENT_BYTES_MAX, &document, err);
    return r != 0 ? r : pk_wanted_read(service, pk_earlier_read(document, ret_earlier), ret_tree, err);
}

/* A text that no account of the route may send fails here, and not at the provider. */
static bool is_carried(const struct pk_making *making, const struct pk_audience_row *row)
{
    char label[PK_LABEL_MAX];
    if (!making->route || !pk_route_choosy(making->route))
        return true;
    struct pk_slice language = pk_texts_label(making->service, making->text, pk_slice_of(row->language), pk_slice_of(row->script), label);
    return pk_route_carries(making->route, making->text, language, making->notice->cls, making->now_ms, NULL);
}

/* The trigger's own route comes first of those that fit. */
int pk_expand_way(struct pk_making *making, const struct pk_audience_row *row, struct pk_error *err)
{
    struct pk_service *service = making->service;
    const struct pk_notice *notice = making->notice;
    if (making->channel == row->channel && strcmp(making->country, row->country) == 0)
        return 0;
    const char *own = pk_name_text(service->store, PK_NAME_ROUTE, making->trigger->route);
    size_t index = pk_route_for(service->rules, pk_name_text(service->store, PK_NAME_CHANNEL, row->channel), own, row->country);
    const struct pk_lane_route *route = index < service->desks->route_count ? &service->desks->routes[index] : NULL;
    struct pk_slice text = pk_wording(service, notice->template_name, !route || pk_route_answerable(service, route->id));
    int r = pk_slice_equal(text, notice->template_name) ? 0 : pk_wording_needs_page(service, notice->values, err);
    if (r != 0)
        return r;
    making->channel = row->channel;
    memcpy(making->country, row->country, sizeof making->country);
    making->route = route;
    making->text = text;
    return 0;
}

/* `reason`: why it cannot leave; `left_out`: why it is not on a channel before. */
static int make_one(struct pk_making *making, const struct pk_audience_row *row, enum pk_reason reason, enum pk_reason left_out,
                    struct pk_error *err)
{
    struct pk_service *service = making->service;
    const struct pk_trigger *trigger = making->trigger;
    const int64_t now_ms = making->now_ms;
    bool later = trigger->send_at_ms > now_ms, fails = reason != PK_REASON_NONE;
    struct pk_message message = {
        .id = pk_id_ordered(),
        .recipient = row->recipient,
        .address = row->address,
        .notice = trigger->notice,
        .topic = making->notice->topic,
        .channel = row->channel,
        .cls = making->notice->cls,
        .route = making->route ? making->route->id : trigger->route,
        .priority = trigger->priority,
        .state = fails ? PK_MESSAGE_FAILED : later ? PK_MESSAGE_SCHEDULED : PK_MESSAGE_QUEUED,
        .reason = fails ? reason : left_out,
        .flags = (row->has_next ? PK_MESSAGE_HAS_NEXT : 0u) | (making->of_campaign ? PK_MESSAGE_OF_CAMPAIGN : 0u),
        .due_ms = later ? trigger->send_at_ms : now_ms,
        .expires_ms = trigger->valid_until_ms,
        .updated_ms = now_ms,
    };
    int r = pk_texts_version(service, making->text, pk_slice_of(row->language), pk_slice_of(row->script), now_ms, &message.version, err);
    if (r != 0)
        return r;
    making->version = message.version;
    if (making->left_out != PK_REASON_NONE) {
        message.state = PK_MESSAGE_SUPPRESSED;
        message.reason = making->left_out;
        return pk_message_insert(service->store, &message, err);
    }
    if (!fails)
        pk_planner_note(service, &message);
    return pk_message_insert(service->store, &message, err);
}

/* The channel is left out, and the person's next one takes its place. 1, or 0 when there is none. */
static int next_rung(const struct pk_making *making, const struct pk_audience_row *row, enum pk_reason reason,
                     struct pk_audience_row *ret_row, struct pk_error *err)
{
    struct pk_service *service = making->service;
    struct pk_channels ladder;
    struct pk_next_address next = { 0 };
    char id[PK_ID_TEXT_MAX];
    if (!row->has_next)
        return 0;
    pk_ladder_whole(service, &ladder);
    const struct pk_audience audience = pk_ladder_audience(making->notice->topic, &ladder, row->channel, NULL);
    int r = pk_ladder_next(service->store, &audience, row->recipient, row->channel, making->now_ms, &next, err);
    if (r != 0 || next.channel == 0)
        return r;
    pk_log(PK_LOG_INFO, "planner", "channel.left_out", "trigger", pk_id_format(making->trigger->id, id), "from",
           pk_name_text(service->store, PK_NAME_CHANNEL, row->channel), "to", pk_name_text(service->store, PK_NAME_CHANNEL, next.channel),
           "reason", pk_reason_name(reason), NULL);
    *ret_row = *row;
    ret_row->channel = next.channel;
    ret_row->address = next.address;
    ret_row->has_next = next.has_next;
    memcpy(ret_row->country, next.country, sizeof ret_row->country);
    return 1;
}

int pk_expand_row(struct pk_making *making, const struct pk_audience_row *wanted, struct pk_error *err)
{
    struct pk_audience_row row = *wanted;
    for (enum pk_reason left_out = PK_REASON_NONE;;) {
        int r = pk_expand_way(making, &row, err);
        if (r != 0)
            return r;
        enum pk_reason reason = !making->route ? PK_REASON_NO_ROUTE : is_carried(making, &row) ? PK_REASON_NONE : PK_REASON_TEXT_UNMAPPED;
        r = reason != PK_REASON_NONE ? next_rung(making, &row, reason, &row, err) : 0;
        if (r <= 0)
            return r < 0 ? r : make_one(making, &row, reason, left_out, err);
        left_out = reason;
    }
}

static const struct pk_lane_route *route_of(const struct pk_service *service, const struct pk_trigger *trigger)
{
    for (size_t i = 0; i < service->desks->route_count; i++)
        if (service->desks->routes[i].id == trigger->route)
            return &service->desks->routes[i];
    return NULL;
}

static const struct pk_publisher_rule *publisher_of(const struct pk_service *service, const struct pk_trigger *trigger)
{
    const char *name = pk_name_text(service->store, PK_NAME_PUBLISHER, trigger->publisher);
    return name ? pk_rules_publisher(service->rules, pk_slice_of(name)) : NULL;
}

int pk_expand_tell(struct pk_service *service, const struct pk_trigger *trigger, uint32_t state, int64_t planned, int64_t now_ms,
                   struct pk_error *err)
{
    const struct pk_publisher_rule *rule = publisher_of(service, trigger);
    if (!rule || !rule->status)
        return 0;
    struct pk_told told = { .publisher = pk_slice_of(rule->name), .causation = trigger->event_id };
    if (state == PK_TRIGGER_EXPANDED)
        return pk_outbound_planned(service->outbound, &told, trigger->id, planned, now_ms, err);
    const char *why = state == PK_TRIGGER_EXPIRED ? "expired" : "cancelled";
    return pk_outbound_cut_short(service->outbound, &told, trigger->id, why, planned, now_ms, err);
}

/* Nothing more is made for it. */
static int finish(struct pk_service *service, const struct pk_trigger *trigger, uint32_t state, int64_t cursor, int64_t planned,
                  int64_t now_ms, struct pk_error *err)
{
    int r = pk_trigger_progress(service->store, trigger->id, state, cursor, planned, err);
    return r != 0 ? r : pk_expand_tell(service, trigger, state, planned, now_ms, err);
}

/* The price of a message is read from its text, and with it other rows of notices: what the chunk says must outlive that. */
static void keep_notice(struct pk_notice *notice, struct pk_buf *texts)
{
    size_t name = notice->template_name.len;
    (void) pk_buf_add_slice(texts, notice->template_name);
    (void) pk_buf_add_slice(texts, notice->values);
    notice->values = pk_slice_make(texts->data + name, notice->values.len);
    notice->template_name = pk_slice_make(texts->data, name);
}

/* The messages of a page of people. */
static int make_page(struct pk_making *making, const struct pk_earlier *earlier, struct pk_campaign_meter *meter, const struct pk_audience_row *rows,
                     size_t count, size_t *ret_made, struct pk_error *err)
{
    struct pk_service *service = making->service;
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        if (!pk_earlier_suits(service->store, earlier, &rows[i]))
            continue;
        making->left_out = pk_campaign_meter_leaves_out(service, meter, rows[i].recipient) ? PK_REASON_OFTEN_ENOUGH : PK_REASON_NONE;
        r = pk_expand_row(making, &rows[i], err);
        (*ret_made)++;
        if (r == 0 && making->left_out == PK_REASON_NONE)
            pk_campaign_meter_add(meter, making, making->version);
    }
    return r;
}

/* The messages of one chunk. */
static int make(struct pk_service *service, const struct pk_trigger *trigger, const struct pk_lane_route *route,
                struct pk_audience_row *rows, size_t max, int64_t now_ms, struct pk_expanded *ret_expanded, struct pk_error *err)
{
    struct pk_notice notice;
    struct pk_audience_tree tree;
    struct pk_earlier earlier;
    size_t count = 0, made = 0;
    int r = pk_notice_get(service->store, trigger->notice, &notice, err);
    if (r == 0 && notice.cls == PK_CLASS_DUTY)
        return pk_expand_duty(service, trigger, &notice, max, now_ms, ret_expanded, err);
    if (r == 0 && notice.cls == PK_CLASS_PUBLIC)
        return pk_expand_public(service, trigger, &notice, route, max, now_ms, ret_expanded, err);
    if (r == 0)
        r = read_audience(service, trigger->audience, &tree, &earlier, err);
    if (r != 0)
        return r;
    struct pk_campaign_meter meter;
    struct pk_channels ladder;
    struct pk_buf texts;
    pk_campaign_meter_begin(service, trigger, now_ms, &meter);
    if (meter.laddered)
        pk_ladder_whole(service, &ladder);
    else
        pk_ladder_read(service, publisher_of(service, trigger), &ladder);
    struct pk_audience audience = pk_ladder_audience(notice.topic, &ladder, route->channel, &tree);
    struct pk_making making = { .service = service, .trigger = trigger, .notice = &notice, .now_ms = now_ms, .of_campaign = meter.of_campaign };
    pk_buf_init(&texts, 4 * PK_CAMPAIGN_TEXTS_MAX);
    if (meter.of_campaign)
        keep_notice(&notice, &texts);
    r = pk_audience_page(service->store, &audience, trigger->cursor, now_ms, max, rows, &count, err);
    /* Routes may have changed since the trigger was taken in: without a page it is given up, and its publisher told. */
    if (r == 0)
        r = make_page(&making, &earlier, &meter, rows, count, &made, err);
    pk_buf_finish(&texts);
    if (r == PK_E_CONFIG)
        return PK_E_INVALID;
    if (r == 0)
        *ret_expanded = (struct pk_expanded){ count, made, count > 0 ? rows[count - 1].recipient : trigger->cursor, meter };
    return r;
}

static int expand(struct pk_service *service, const struct pk_trigger *trigger, struct pk_audience_row *rows, size_t max,
                  int64_t now_ms, size_t *ret_rows, struct pk_error *err)
{
    const struct pk_lane_route *route = route_of(service, trigger);
    if (trigger->valid_until_ms <= now_ms)
        return finish(service, trigger, PK_TRIGGER_EXPIRED, trigger->cursor, trigger->planned, now_ms, err);
    if (!route)
        return pk_fail(err, PK_E_NOT_FOUND, "its route is no longer configured");
    size_t room = max;
    struct pk_expanded expanded = { .cursor = trigger->cursor };
    int64_t left = trigger->ceiling > 0 ? trigger->ceiling - trigger->planned : INT64_MAX;
    if (left < (int64_t) room)
        room = left > 0 ? (size_t) left : 0;
    int r = room > 0 ? make(service, trigger, route, rows, room, now_ms, &expanded, err) : 0;
    if (r != 0)
        return r;
    int64_t cursor = expanded.cursor;
    int64_t planned = trigger->planned + (int64_t) expanded.made;
    bool all = expanded.seen < room || left <= (int64_t) expanded.made;
    r = all ? finish(service, trigger, PK_TRIGGER_EXPANDED, cursor, planned, now_ms, err)
            : pk_trigger_progress(service->store, trigger->id, PK_TRIGGER_EXPANDING, cursor, planned, err);
    if (r == 0)
        r = pk_campaign_meter_end(service, &expanded.meter, trigger->id, now_ms, err);
    if (r == 0)
        *ret_rows = expanded.seen;
    return r;
}

int pk_expand(struct pk_service *service, const struct pk_trigger *trigger, struct pk_audience_row *rows, size_t max,
              int64_t now_ms, size_t *ret_rows, struct pk_error *err)
{
    int r = pk_unit_begin(service->store, err);
    if (r != 0)
        return r;
    r = expand(service, trigger, rows, max, now_ms, ret_rows, err);
    if (r != 0) {
        pk_unit_drop(service->store);
        return r;
    }
    return pk_unit_keep(service->store, err);
}

int pk_expand_give_up(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    pk_log(PK_LOG_ERROR, "planner", "trigger.cancelled", "trigger", pk_id_format(trigger->id, id), "reason", err->message, NULL);
    int r = pk_unit_begin(service->store, err);
    if (r != 0)
        return r;
    r = finish(service, trigger, PK_TRIGGER_CANCELLED, trigger->cursor, trigger->planned, now_ms, err);
    if (r != 0) {
        pk_unit_drop(service->store);
        return r;
    }
    return pk_unit_keep(service->store, err);
}

int pk_planner_resume(struct pk_service *service, const struct pk_trigger *trigger, struct pk_error *err)
{
    int r = pk_trigger_progress(service->store, trigger->id, PK_TRIGGER_EXPANDING, trigger->cursor, trigger->planned, err);
    if (r == 0)
        pk_planner_wake(service->planner);
    return r;
}

int pk_planner_cut_short(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err)
{
    return finish(service, trigger, PK_TRIGGER_CANCELLED, trigger->cursor, trigger->planned, now_ms, err);
}
