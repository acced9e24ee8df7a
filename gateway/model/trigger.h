/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a trigger asks for: the `data` of each event type, read and checked into one request. A new type is a row in the table of
 * types (trigger.c) with its reader, a row in the table of what is done (service/intake_types.c), and a schema
 * (gateway/api/schemas). Pure.
 */
#ifndef PK_MODEL_TRIGGER_H
#define PK_MODEL_TRIGGER_H

#include "gateway/base/json.h"
#include "gateway/model/agenda.h"

#define PK_TAGS_MAX 32 /* in each of all, any and none */

struct pk_tag_list {
    struct pk_slice items[PK_TAGS_MAX];
    size_t count;
};

/* Which members of an event of the calendar were said. */
enum pk_wish {
    PK_WISH_KIND = 1,
    PK_WISH_TITLE = 2,
    PK_WISH_SUBJECT = 4,
    PK_WISH_PLACE = 8,
    PK_WISH_PLACE_SHORT = 16,
    PK_WISH_DAY = 32,
    PK_WISH_FROM = 64,
    PK_WISH_TO = 128,
    PK_WISH_END_DAY = 256,
    PK_WISH_RULE = 512,
    PK_WISH_CAPACITY = 1024,
    PK_WISH_LANGUAGES = 2048,
};

/* Slices and values live in the event's document. */
struct pk_trigger_request {
    struct pk_slice template_name, topic;
    struct pk_tag_list all, any, none;
    const struct pk_json *tags; /* the whole "tags" object; NULL when absent */
    const struct pk_json *values; /* NULL when absent */
    struct pk_slice event; /* the publisher's name for what it is about: the same in each notice about it; empty = not said */
    int64_t sequence; /* how often that was changed */
    int64_t send_at_ms; /* 0 = now */
    int64_t valid_until_ms; /* 0 = not said */

    /* of the types about events of the calendar and info points, which are named by `event` */
    uint32_t said; /* enum pk_wish: which members of `wish` count */
    struct pk_agenda_event wish;
    int32_t end_day; /* END_DAY */
    int32_t date; /* one date of it, by the day its rule gives; 0 = all of it */

    struct pk_slice campaign; /* of campaign.start */
};

/* One event type: its name, the one a configuration uses, and its reader. PK_E_INVALID names the field. */
struct pk_event_type {
    const char *name; /* "nl.events.event-planned.v1" */
    const char *word; /* "event.planned" */
    int (*read)(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);
};

const struct pk_event_type *pk_event_type_find(struct pk_slice name); /* NULL unknown */
const struct pk_event_type *pk_event_type_at(size_t index); /* NULL behind the last one */
const struct pk_event_type *pk_event_type_near(struct pk_slice name); /* which may have been meant; NULL = none */
/* A tag: a name, or two halves "school:de-windroos". */
bool pk_is_tag(struct pk_slice text);

#endif
