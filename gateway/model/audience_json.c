/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An audience as services write it. A part is a tag as a string, an object of one leaf ({"circle":"maria"}), or an object of
 * the lists "all", "any" and "none", which all must hold; an absent or empty list asks for nothing. So the "tags" of a
 * trigger are an audience as they stand.
 */
#include "gateway/model/audience.h"

#define WHERE_MAX 96

struct reading {
    struct pk_audience_tree *tree;
    struct pk_error *err;
};

static int part(struct reading *reading, const struct pk_json *value, const char *where, unsigned depth, uint16_t *ret_node);

static int list(struct reading *reading, const struct pk_json *items, const char *where, unsigned depth, uint16_t parent, uint16_t *last)
{
    for (size_t i = 0; i < pk_json_count(items); i++) {
        char here[WHERE_MAX];
        uint16_t node = 0;
        (void) snprintf(here, sizeof here, "%.70s[%zu]", where, i);
        int r = part(reading, pk_json_item(items, i), here, depth, &node);
        if (r != 0)
            return r;
        pk_audience_put(reading->tree, parent, last, node);
    }
    return 0;
}

/* One of the three lists; nothing when it is absent or empty. */
static int one_list(struct reading *reading, const struct pk_json *object, const char *name, const char *where, unsigned depth, uint16_t all,
                    uint16_t *last)
{
    const struct pk_json *items = pk_json_get(object, name);
    enum pk_json_kind kind = pk_json_kind(items);
    char here[WHERE_MAX];
    (void) snprintf(here, sizeof here, "%.80s.%s", where, name);
    if (kind == PK_JSON_ABSENT || kind == PK_JSON_NULL)
        return 0;
    if (kind != PK_JSON_ARRAY)
        return pk_fail(reading->err, PK_E_INVALID, "%s: not a list", here);
    if (pk_json_count(items) == 0)
        return 0;
    if (strcmp(name, "all") == 0)
        return list(reading, items, here, depth + 1, all, last);
    uint16_t any = pk_audience_add(reading->tree, PK_AUDIENCE_ANY, (struct pk_slice){ 0 }), inner = 0, put = any;
    if (strcmp(name, "none") == 0) {
        put = pk_audience_add(reading->tree, PK_AUDIENCE_NOT, (struct pk_slice){ 0 });
        reading->tree->nodes[put].child = any;
    }
    if (any == 0 || put == 0)
        return pk_audience_too_big(reading->err);
    pk_audience_put(reading->tree, all, last, put);
    return list(reading, items, here, depth + 1, any, &inner);
}

static int group(struct reading *reading, const struct pk_json *object, const char *where, unsigned depth, uint16_t *ret_node)
{
    static const char *const names[] = { "all", "any", "none", "tag", "circle", "language", "script", "topic", NULL };
    uint16_t last = 0;
    int r = pk_json_only(object, names, where, reading->err);
    if (r != 0)
        return r;
    *ret_node = pk_audience_add(reading->tree, PK_AUDIENCE_ALL, (struct pk_slice){ 0 });
    if (*ret_node == 0)
        return pk_audience_too_big(reading->err);
    for (size_t i = 0; r == 0 && i < 3; i++)
        r = one_list(reading, object, names[i], where, depth, *ret_node, &last);
    return r;
}

static int leaf(struct reading *reading, enum pk_audience_kind kind, struct pk_slice name, const char *where, uint16_t *ret_node)
{
    if (!pk_audience_is_name(kind, name)) {
        (void) pk_fail(reading->err, PK_E_INVALID, "%s: not a %s", where, pk_audience_kind_name(kind));
        if (kind == PK_AUDIENCE_TAG)
            return pk_hint(reading->err, PK_E_INVALID, "Tags look like school:de-windroos.");
        if (kind == PK_AUDIENCE_SCRIPT)
            return pk_hint(reading->err, PK_E_INVALID, "Scripts are own, Latn and plain.");
        return pk_hint(reading->err, PK_E_INVALID, "Names are lower-case letters, digits and inner hyphens, at most 48.");
    }
    *ret_node = pk_audience_add(reading->tree, kind, name);
    return *ret_node != 0 ? 0 : pk_audience_too_big(reading->err);
}

static int part(struct reading *reading, const struct pk_json *value, const char *where, unsigned depth, uint16_t *ret_node)
{
    if (depth > PK_AUDIENCE_DEPTH_MAX)
        return pk_fail(reading->err, PK_E_LIMIT, "%s: more than %d lists within each other", where, PK_AUDIENCE_DEPTH_MAX);
    if (pk_json_kind(value) == PK_JSON_STRING)
        return leaf(reading, PK_AUDIENCE_TAG, pk_json_string(value), where, ret_node);
    if (pk_json_kind(value) != PK_JSON_OBJECT)
        return pk_fail(reading->err, PK_E_INVALID, "%s: neither a tag nor an object", where);
    for (int kind = PK_AUDIENCE_TAG; kind <= PK_AUDIENCE_TOPIC; kind++) {
        const struct pk_json *name = pk_json_get(value, pk_audience_kind_name((enum pk_audience_kind) kind));
        if (pk_json_kind(name) == PK_JSON_ABSENT)
            continue;
        if (pk_json_count(value) != 1) {
            (void) pk_fail(reading->err, PK_E_INVALID, "%s: \"%s\" stands alone in its object", where, pk_audience_kind_name((enum pk_audience_kind) kind));
            return pk_hint(reading->err, PK_E_INVALID, "Put both into a list: {\"all\":[{...},{...}]}.");
        }
        return leaf(reading, (enum pk_audience_kind) kind, pk_json_string(name), where, ret_node);
    }
    return group(reading, value, where, depth, ret_node);
}

int pk_audience_read_json(const struct pk_json *value, const char *where, struct pk_audience_tree *ret_tree, struct pk_error *err)
{
    struct pk_audience_tree tree;
    struct reading reading = { .tree = &tree, .err = err };
    enum pk_json_kind kind = pk_json_kind(value);
    uint16_t root = 0;
    pk_audience_begin(&tree);
    if (kind == PK_JSON_ABSENT || kind == PK_JSON_NULL) {
        root = pk_audience_add(&tree, PK_AUDIENCE_ALL, (struct pk_slice){ 0 });
    } else {
        int r = part(&reading, value, where, 0, &root);
        if (r != 0)
            return r;
    }
    return pk_audience_settle(&tree, root, ret_tree, err);
}
