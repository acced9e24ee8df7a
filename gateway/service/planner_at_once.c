/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Most triggers of a machine reach one person or two. Stored as one that is to be expanded, each would be read back, parsed
 * and written again in the same turn; so their messages are made while they are taken in.
 */
#include "gateway/base/json.h"
#include "gateway/service/planner_private.h"
#include "gateway/service/routing.h"
#include "gateway/service/texts.h"
#include "gateway/service/wording.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"

int pk_planner_reach(struct pk_service *service, const struct pk_json *tags, struct pk_slice topic, uint32_t channel,
                     const struct pk_channels *ladder, int64_t now_ms, struct pk_reach *ret_reach, struct pk_error *err)
{
    struct pk_audience_tree tree;
    uint32_t topic_id = pk_name_find(service->store, PK_NAME_TOPIC, topic);
    ret_reach->count = 0;
    if (topic_id == 0)
        return 0;
    int r = pk_wanted_read(service, tags, &tree, err);
    if (r != 0)
        return r;
    struct pk_audience audience = pk_ladder_audience(topic_id, ladder, channel, &tree);
    return pk_audience_page(service->store, &audience, 0, now_ms, PK_COUNT(ret_reach->rows), ret_reach->rows, &ret_reach->count, err);
}

/* What the planner would have to give up, or to write otherwise, is left to it. */
static bool texts_are_there(struct pk_making *making, const struct pk_reach *reach)
{
    const struct pk_slice name = making->notice->template_name;
    int64_t version;
    for (size_t i = 0; i < reach->count; i++) {
        const struct pk_audience_row *row = &reach->rows[i];
        if (pk_expand_way(making, row, NULL) != 0 || !making->route || !pk_slice_equal(making->text, name) ||
            pk_texts_version(making->service, name, pk_slice_of(row->language), pk_slice_of(row->script), making->now_ms, &version, NULL) != 0)
            return false;
    }
    return true;
}

static bool suits(struct pk_making *making, const struct pk_reach *reach)
{
    const struct pk_trigger *trigger = making->trigger;
    if (making->notice->cls != PK_CLASS_NOTICE) /* what screens show reaches nobody */
        return false;
    if (making->service->draining || trigger->state != PK_TRIGGER_EXPANDING || trigger->send_at_ms > making->now_ms)
        return false;
    if (reach->count > PK_AT_ONCE || (int64_t) reach->count > trigger->ceiling)
        return false;
    return texts_are_there(making, reach);
}

int pk_planner_at_once(struct pk_service *service, struct pk_trigger *trigger, const struct pk_notice *notice, const struct pk_reach *reach,
                       int64_t now_ms, struct pk_error *err)
{
    struct pk_making making = { .service = service, .trigger = trigger, .notice = notice, .now_ms = now_ms };
    if (!suits(&making, reach))
        return 0;
    for (size_t i = 0; i < reach->count; i++) {
        int r = pk_expand_row(&making, &reach->rows[i], err);
        if (r != 0)
            return r;
    }
    trigger->state = PK_TRIGGER_EXPANDED;
    trigger->planned = (int64_t) reach->count;
    trigger->cursor = reach->count > 0 ? reach->rows[reach->count - 1].recipient : 0;
    return 0;
}

int pk_planner_made_at_once(struct pk_service *service, const struct pk_trigger *trigger, int64_t now_ms, struct pk_error *err)
{
    return pk_expand_tell(service, trigger, trigger->state, trigger->planned, now_ms, err);
}
