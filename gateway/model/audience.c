/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/audience.h"

#include "gateway/base/crypto.h"
#include "gateway/base/text.h"
#include "gateway/model/trigger.h"

#include <stdlib.h>

#define NAME_MIN_LANGUAGE 2u
#define NAME_MAX_LANGUAGE 11u

const char *pk_audience_kind_name(enum pk_audience_kind kind)
{
    static const char *const names[] = { NULL, NULL, NULL, "tag", "circle", "language", "script", "topic" };
    return (size_t) kind < PK_COUNT(names) ? names[kind] : NULL;
}

bool pk_audience_is_name(enum pk_audience_kind kind, struct pk_slice name)
{
    switch (kind) {
    case PK_AUDIENCE_TAG:
        return pk_is_tag(name);
    case PK_AUDIENCE_LANGUAGE:
        return pk_is_name(name) && name.len >= NAME_MIN_LANGUAGE && name.len <= NAME_MAX_LANGUAGE;
    case PK_AUDIENCE_SCRIPT:
        return pk_slice_is(name, "own") || pk_slice_is(name, "Latn") || pk_slice_is(name, "plain");
    case PK_AUDIENCE_CIRCLE:
    case PK_AUDIENCE_TOPIC:
        return pk_is_name(name);
    default:
        return false;
    }
}

int pk_audience_too_big(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_LIMIT, "the audience has more than %d parts", PK_AUDIENCE_NODES_MAX);
    return pk_hint(err, PK_E_LIMIT, "Give the people who belong together a tag of their own, and name that.");
}

/* ---- building ---- */

void pk_audience_begin(struct pk_audience_tree *tree)
{
    tree->count = tree->root = tree->names_len = 0;
}

uint16_t pk_audience_add(struct pk_audience_tree *tree, enum pk_audience_kind kind, struct pk_slice name)
{
    if (tree->count == PK_AUDIENCE_NODES_MAX || name.len >= sizeof tree->names - tree->names_len)
        return 0;
    struct pk_audience_node *node = &tree->nodes[++tree->count];
    *node = (struct pk_audience_node){ .kind = (uint8_t) kind, .name = tree->names_len };
    if (kind < PK_AUDIENCE_TAG)
        return tree->count;
    memcpy(tree->names + tree->names_len, name.data, name.len);
    tree->names_len = (uint16_t) (tree->names_len + name.len);
    tree->names[tree->names_len++] = '\0';
    return tree->count;
}

void pk_audience_put(struct pk_audience_tree *tree, uint16_t parent, uint16_t *last, uint16_t child)
{
    if (*last == 0)
        tree->nodes[parent].child = child;
    else
        tree->nodes[*last].next = child;
    *last = child;
}

int pk_audience_of_tags(const struct pk_slice *tags, size_t count, struct pk_audience_tree *ret_tree, struct pk_error *err)
{
    struct pk_audience_tree tree;
    uint16_t last = 0;
    pk_audience_begin(&tree);
    uint16_t all = pk_audience_add(&tree, PK_AUDIENCE_ALL, (struct pk_slice){ 0 });
    for (size_t i = 0; i < count; i++) {
        uint16_t leaf = pk_audience_add(&tree, PK_AUDIENCE_TAG, tags[i]);
        if (leaf == 0)
            return pk_audience_too_big(err);
        pk_audience_put(&tree, all, &last, leaf);
    }
    return pk_audience_settle(&tree, all, ret_tree, err);
}

/* ---- the one form ---- */

/* Of two settled trees: children are in order already. */
static int compare(const struct pk_audience_tree *tree, uint16_t a, uint16_t b)
{
    const struct pk_audience_node *one = &tree->nodes[a], *other = &tree->nodes[b];
    if (one->kind != other->kind) /* leaves first: what is short and plain is read first */
        return one->kind > other->kind ? -1 : 1;
    if (one->kind >= PK_AUDIENCE_TAG)
        return strcmp(pk_audience_name(tree, a), pk_audience_name(tree, b));
    uint16_t x = one->child, y = other->child;
    for (; x != 0 && y != 0; x = tree->nodes[x].next, y = tree->nodes[y].next) {
        int order = compare(tree, x, y);
        if (order != 0)
            return order;
    }
    return (x != 0) - (y != 0);
}

/* Into a list that is sorted and holds nothing twice. */
static void insert(struct pk_audience_tree *tree, uint16_t *first, uint16_t item)
{
    uint16_t *at = first;
    while (*at != 0) {
        int order = compare(tree, *at, item);
        if (order == 0)
            return;
        if (order > 0)
            break;
        at = &tree->nodes[*at].next;
    }
    tree->nodes[item].next = *at;
    *at = item;
}

static uint16_t settle(const struct pk_audience_tree *from, uint16_t at, struct pk_audience_tree *to);

static bool is_empty(const struct pk_audience_tree *tree, uint16_t node, enum pk_audience_kind kind)
{
    return tree->nodes[node].kind == kind && tree->nodes[node].child == 0;
}

static uint16_t settle_not(const struct pk_audience_tree *from, uint16_t at, struct pk_audience_tree *to)
{
    uint16_t inner = settle(from, from->nodes[at].child, to);
    if (to->nodes[inner].kind == PK_AUDIENCE_NOT)
        return to->nodes[inner].child;
    if (is_empty(to, inner, PK_AUDIENCE_ALL) || is_empty(to, inner, PK_AUDIENCE_ANY)) {
        to->nodes[inner].kind = to->nodes[inner].kind == PK_AUDIENCE_ALL ? PK_AUDIENCE_ANY : PK_AUDIENCE_ALL;
        return inner;
    }
    uint16_t self = pk_audience_add(to, PK_AUDIENCE_NOT, (struct pk_slice){ 0 });
    to->nodes[self].child = inner;
    return self;
}

/* and, or: what is of the same kind within is taken in, what changes nothing is left out, one alone stands for itself. */
static uint16_t settle_list(const struct pk_audience_tree *from, uint16_t at, struct pk_audience_tree *to)
{
    enum pk_audience_kind kind = (enum pk_audience_kind) from->nodes[at].kind;
    enum pk_audience_kind decides = kind == PK_AUDIENCE_ALL ? PK_AUDIENCE_ANY : PK_AUDIENCE_ALL;
    uint16_t first = 0;
    for (uint16_t child = from->nodes[at].child; child != 0; child = from->nodes[child].next) {
        uint16_t made = settle(from, child, to);
        if (is_empty(to, made, decides)) /* nobody, in an and; everybody, in an or */
            return made;
        if (to->nodes[made].kind != kind) {
            insert(to, &first, made);
            continue;
        }
        for (uint16_t inner = to->nodes[made].child, next; inner != 0; inner = next) {
            next = to->nodes[inner].next;
            insert(to, &first, inner);
        }
    }
    if (first != 0 && to->nodes[first].next == 0)
        return first;
    uint16_t self = pk_audience_add(to, kind, (struct pk_slice){ 0 });
    to->nodes[self].child = first;
    return self;
}

/* There is room: nothing makes two of one. */
static uint16_t settle(const struct pk_audience_tree *from, uint16_t at, struct pk_audience_tree *to)
{
    switch (from->nodes[at].kind) {
    case PK_AUDIENCE_NOT:
        return settle_not(from, at, to);
    case PK_AUDIENCE_ALL:
    case PK_AUDIENCE_ANY:
        return settle_list(from, at, to);
    default:
        return pk_audience_add(to, (enum pk_audience_kind) from->nodes[at].kind, pk_slice_of(pk_audience_name(from, at)));
    }
}

static unsigned height(const struct pk_audience_tree *tree, uint16_t at)
{
    unsigned most = 0;
    for (uint16_t child = tree->nodes[at].child; child != 0; child = tree->nodes[child].next) {
        unsigned below = 1 + height(tree, child);
        most = below > most ? below : most;
    }
    return most;
}

int pk_audience_settle(const struct pk_audience_tree *tree, uint16_t root, struct pk_audience_tree *ret_tree, struct pk_error *err)
{
    pk_audience_begin(ret_tree);
    ret_tree->root = settle(tree, root, ret_tree);
    if (height(ret_tree, ret_tree->root) <= PK_AUDIENCE_DEPTH_MAX)
        return 0;
    (void) pk_fail(err, PK_E_LIMIT, "the audience has more than %d brackets within each other", PK_AUDIENCE_DEPTH_MAX);
    return pk_hint(err, PK_E_LIMIT, "Give the people who belong together a tag of their own, and name that.");
}

/* ---- asked about it ---- */

static bool is_bound(const struct pk_audience_tree *tree, uint16_t at)
{
    const struct pk_audience_node *node = &tree->nodes[at];
    bool any = false, all = true;
    for (uint16_t child = node->child; child != 0; child = tree->nodes[child].next) {
        bool bound = is_bound(tree, child);
        any |= bound;
        all &= bound;
    }
    switch (node->kind) {
    case PK_AUDIENCE_TAG:
    case PK_AUDIENCE_CIRCLE:
        return true;
    case PK_AUDIENCE_ALL:
        return any;
    case PK_AUDIENCE_ANY: /* nobody is somebody with no tag */
        return all;
    default:
        return false;
    }
}

bool pk_audience_is_bound(const struct pk_audience_tree *tree)
{
    return is_bound(tree, tree->root);
}

/* ---- writing ---- */

/* A tag that would be read as something else says that it is one. */
static void write_leaf(const struct pk_audience_tree *tree, uint16_t at, struct pk_buf *out)
{
    const char *name = pk_audience_name(tree, at);
    enum pk_audience_kind kind = (enum pk_audience_kind) tree->nodes[at].kind;
    static const char *const words[] = { "and", "or", "not", "everybody", "nobody" };
    bool front = kind != PK_AUDIENCE_TAG;
    for (size_t i = 0; i < PK_COUNT(words); i++)
        front |= strcmp(name, words[i]) == 0;
    for (int other = PK_AUDIENCE_TAG; other <= PK_AUDIENCE_TOPIC; other++) {
        const char *kept = pk_audience_kind_name((enum pk_audience_kind) other);
        front |= strncmp(name, kept, strlen(kept)) == 0 && name[strlen(kept)] == ':';
    }
    if (front)
        (void) pk_buf_printf(out, "%s:", pk_audience_kind_name(kind));
    (void) pk_buf_add_text(out, name);
}

static void write_text(const struct pk_audience_tree *tree, uint16_t at, bool within, struct pk_buf *out)
{
    const struct pk_audience_node *node = &tree->nodes[at];
    bool is_and = node->kind == PK_AUDIENCE_ALL;
    if (node->kind == PK_AUDIENCE_NOT) {
        (void) pk_buf_add_text(out, "not ");
        write_text(tree, node->child, true, out);
    } else if (node->kind >= PK_AUDIENCE_TAG) {
        write_leaf(tree, at, out);
    } else if (node->child == 0) {
        (void) pk_buf_add_text(out, is_and ? "everybody" : "nobody");
    } else {
        if (within)
            (void) pk_buf_add_char(out, '(');
        for (uint16_t child = node->child; child != 0; child = tree->nodes[child].next) {
            if (child != node->child)
                (void) pk_buf_add_text(out, is_and ? " and " : " or ");
            write_text(tree, child, true, out);
        }
        if (within)
            (void) pk_buf_add_char(out, ')');
    }
}

void pk_audience_write_text(const struct pk_audience_tree *tree, struct pk_buf *out)
{
    write_text(tree, tree->root, false, out);
}

static void write_json(const struct pk_audience_tree *tree, uint16_t at, struct pk_json_out *out, const char *name)
{
    static const char *const lists[] = { "all", "any", "none" };
    const struct pk_audience_node *node = &tree->nodes[at];
    if (node->kind == PK_AUDIENCE_TAG) {
        pk_json_add_text(out, name, pk_audience_name(tree, at));
        return;
    }
    pk_json_open(out, name, '{');
    if (node->kind > PK_AUDIENCE_TAG) {
        pk_json_add_text(out, pk_audience_kind_name((enum pk_audience_kind) node->kind), pk_audience_name(tree, at));
    } else if (node->kind == PK_AUDIENCE_ANY && node->child == 0) { /* an empty list asks for nothing: nobody is not everybody */
        pk_json_open(out, "none", '[');
        pk_json_open(out, NULL, '{');
        pk_json_close(out, '}');
        pk_json_close(out, ']');
    } else if (node->child != 0) {
        pk_json_open(out, lists[node->kind], '[');
        for (uint16_t child = node->child; child != 0; child = tree->nodes[child].next)
            write_json(tree, child, out, NULL);
        pk_json_close(out, ']');
    }
    pk_json_close(out, '}');
}

void pk_audience_write_json(const struct pk_audience_tree *tree, struct pk_json_out *out, const char *name)
{
    write_json(tree, tree->root, out, name);
}

void pk_audience_hash(const struct pk_audience_tree *tree, uint8_t ret_hash[32])
{
    struct pk_buf line;
    pk_buf_init(&line, 2 * PK_AUDIENCE_TEXT_MAX);
    (void) pk_buf_add_text(&line, "audience 1\n");
    pk_audience_write_text(tree, &line);
    pk_sha256(pk_buf_slice(&line), ret_hash);
    pk_buf_finish(&line);
}
