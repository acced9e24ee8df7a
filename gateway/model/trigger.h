/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a trigger asks for: the `data` of each event type, read and checked into one request. A new type is a reader
 * and a row in the table of types (trigger.c), nothing else. Pure.
 */
#ifndef PK_MODEL_TRIGGER_H
#define PK_MODEL_TRIGGER_H

#include "gateway/base/json.h"

#define PK_TAGS_MAX 32 /* in each of all, any and none */

struct pk_tag_list {
    struct pk_slice items[PK_TAGS_MAX];
    size_t count;
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
};

/* One event type: its name and its reader. PK_E_INVALID names the field. */
struct pk_event_type {
    const char *name;
    int (*read)(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);
};

const struct pk_event_type *pk_event_type_find(struct pk_slice name); /* NULL unknown */
const char *pk_event_types(void); /* their names, separated by commas */
/* A tag: a name, or two halves "school:de-windroos". */
bool pk_is_tag(struct pk_slice text);

#endif
