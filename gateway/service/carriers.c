/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/carriers.h"

#include "gateway/service/texts.h"

#define CHOOSY (PK_CAN_TEMPLATES_ONLY | PK_CAN_WINDOW)

bool pk_route_choosy(const struct pk_lane_route *route)
{
    for (size_t i = 0; i < route->desk_count; i++)
        if (route->desks[i]->capabilities & CHOOSY)
            return true;
    return false;
}

bool pk_desk_carries(const struct pk_desk *desk, struct pk_slice name, struct pk_slice language, uint32_t cls, int64_t now_ms,
                     struct pk_error *why)
{
    if (!(desk->capabilities & CHOOSY) || !desk->account || pk_account_carries(desk->account, name, language, now_ms, why) == 0)
        return true;
    /* Whether the window is open its adapter knows: the person's own act is what opened it. */
    return cls == PK_CLASS_ANSWER && (desk->capabilities & PK_CAN_WINDOW) != 0;
}

bool pk_desk_may_try(const struct pk_desk *desk)
{
    return (desk->capabilities & PK_CAN_WINDOW) != 0;
}

bool pk_route_carries(const struct pk_lane_route *route, struct pk_slice name, struct pk_slice language, uint32_t cls, int64_t now_ms,
                      struct pk_error *why)
{
    for (size_t i = 0; i < route->desk_count; i++)
        if (pk_desk_carries(route->desks[i], name, language, cls, now_ms, why) || pk_desk_may_try(route->desks[i]))
            return true;
    return false;
}

bool pk_route_carries_some(const struct pk_service *service, const struct pk_lane_route *route, struct pk_slice name, uint32_t cls,
                           int64_t now_ms, struct pk_error *why)
{
    static const char *const scripts[] = { "", PK_RENDERING_LATIN };
    const struct pk_catalog *catalog = service->catalog;
    char label[PK_LABEL_MAX];
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *text = pk_catalog_template(catalog, i);
        if (!pk_slice_equal(pk_template_name(text), name))
            continue;
        for (size_t j = 0; j < PK_COUNT(scripts); j++) {
            struct pk_slice language = pk_texts_label(service, name, pk_template_language(text), pk_slice_of(scripts[j]), label);
            if (pk_route_carries(route, name, language, cls, now_ms, why))
                return true;
        }
    }
    return false;
}

/* The route's first that can send it; or, when nobody can, that may try. */
static enum pk_carrier look(const struct pk_lane_route *route, const struct pk_message *message, const struct pk_text *text, int64_t now_ms,
                            struct pk_desk **desk)
{
    enum pk_carrier found = PK_CARRIER_NONE;
    int64_t when_ms;
    for (int tried = 0; tried < 2 && found == PK_CARRIER_NONE; tried++)
        for (size_t i = 0; i < route->desk_count; i++) {
            struct pk_desk *other = route->desks[i];
            if (tried ? !pk_desk_may_try(other)
                      : other == *desk || !pk_desk_carries(other, text->template_name, text->language, message->cls, now_ms, NULL))
                continue;
            bool usable = pk_desk_usable(other, now_ms);
            if (usable && pk_desk_room(other, message->priority, now_ms, &when_ms) > 0) {
                *desk = other;
                return PK_CARRIER_FOUND;
            }
            if (found != PK_CARRIER_FULL)
                found = usable ? PK_CARRIER_FULL : PK_CARRIER_AWAY;
        }
    return found;
}

enum pk_carrier pk_carrier_of(struct pk_service *service, const struct pk_lane_route *route, const struct pk_message *message, bool bound,
                              int64_t now_ms, struct pk_desk **desk)
{
    enum pk_carrier found = PK_CARRIER_NONE;
    struct pk_text *text = NULL;
    if (pk_texts_get(service, message->notice, message->version, false, &text, NULL) != 0)
        return PK_CARRIER_FOUND; /* said where it is prepared */
    if (pk_desk_carries(*desk, text->template_name, text->language, message->cls, now_ms, NULL)) {
        pk_text_release(text);
        return PK_CARRIER_FOUND;
    }
    if (!bound)
        found = look(route, message, text, now_ms, desk);
    pk_text_release(text);
    return found == PK_CARRIER_NONE && pk_desk_may_try(*desk) ? PK_CARRIER_FOUND : found;
}
