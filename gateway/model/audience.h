/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who is meant: a rule over what is known of people. Its leaves are a tag, a key person's circle, a language, a script, and a
 * topic somebody said yes to; between them stand and, or and not. Consent for what is sent is no part of it: the gate asks
 * that of everybody. People write it as a line,
 *
 *     school:de-windroos and not (area:zuid or language:nl)
 *
 * services as JSON, in which the three lists of a trigger's "tags" are one shape (decisions/audience.md). Both become the same
 * tree, in one form: flat, sorted, nothing twice; so two ways to write the same have the same hash. Pure.
 */
#ifndef PK_MODEL_AUDIENCE_H
#define PK_MODEL_AUDIENCE_H

#include "gateway/base/json.h"

#define PK_AUDIENCE_NODES_MAX 128 /* leaves and what stands between them */
#define PK_AUDIENCE_DEPTH_MAX 8 /* brackets within brackets */
#define PK_AUDIENCE_TEXT_MAX 16384 /* bytes of a line: whatever is written can be read */
#define PK_AUDIENCE_NAMES_MAX 12288 /* bytes of all names together */

enum pk_audience_kind {
    PK_AUDIENCE_ALL = 0, /* and; of nothing: everybody */
    PK_AUDIENCE_ANY, /* or; of nothing: nobody */
    PK_AUDIENCE_NOT, /* has one child */
    PK_AUDIENCE_TAG,
    PK_AUDIENCE_CIRCLE, /* a key person's name */
    PK_AUDIENCE_LANGUAGE,
    PK_AUDIENCE_SCRIPT, /* "own", "Latn", "plain" */
    PK_AUDIENCE_TOPIC,
};

struct pk_audience_node {
    uint8_t kind;
    uint16_t child, next; /* first child, next sibling; 0 = none */
    uint16_t name; /* where it begins in names; leaves */
    int64_t id; /* the store's (pk_audience_resolve); 0 = it knows none of this name: nobody */
};

struct pk_audience_tree {
    uint16_t count, root; /* node 0 is none */
    uint16_t names_len;
    struct pk_audience_node nodes[PK_AUDIENCE_NODES_MAX + 1];
    char names[PK_AUDIENCE_NAMES_MAX]; /* each ends with NUL */
};

static inline const char *pk_audience_name(const struct pk_audience_tree *tree, uint16_t node)
{
    return tree->names + tree->nodes[node].name;
}

/* A line. PK_E_INVALID names the column and what would help; PK_E_LIMIT. What is not understood is not repeated: somebody may
 * have typed a number. */
int pk_audience_read_text(struct pk_slice text, struct pk_audience_tree *ret_tree, struct pk_error *err);
/* JSON; NULL and null mean everybody. `where` is what it is called in messages: "data.tags". */
int pk_audience_read_json(const struct pk_json *value, const char *where, struct pk_audience_tree *ret_tree, struct pk_error *err);
/* Everybody who carries all of these tags. PK_E_LIMIT. */
int pk_audience_of_tags(const struct pk_slice *tags, size_t count, struct pk_audience_tree *ret_tree, struct pk_error *err);

/* The one line and the one JSON value that stand for it; reading them gives the same tree. */
void pk_audience_write_text(const struct pk_audience_tree *tree, struct pk_buf *out);
void pk_audience_write_json(const struct pk_audience_tree *tree, struct pk_json_out *out, const char *name);
/* SHA-256 over the line: what is approved. */
void pk_audience_hash(const struct pk_audience_tree *tree, uint8_t ret_hash[32]);

/* Whether everybody it can mean carries one of the tags, or is in one of the circles, that it names. */
bool pk_audience_is_bound(const struct pk_audience_tree *tree);

/* ---- for the two readers ---- */

void pk_audience_begin(struct pk_audience_tree *tree);
/* A node of this kind, 0 when there is no more room. `name` of leaves only; it is not checked. */
uint16_t pk_audience_add(struct pk_audience_tree *tree, enum pk_audience_kind kind, struct pk_slice name);
/* Puts `child` last under `parent`; *last is the one before it, 0 at first. */
void pk_audience_put(struct pk_audience_tree *tree, uint16_t parent, uint16_t *last, uint16_t child);
/* The tree under `root` in its one form. PK_E_LIMIT when that is too deep to be written as a line. */
int pk_audience_settle(const struct pk_audience_tree *tree, uint16_t root, struct pk_audience_tree *ret_tree, struct pk_error *err);
/* Is this a name of such a leaf? */
bool pk_audience_is_name(enum pk_audience_kind kind, struct pk_slice name);
/* "circle", "language", ...; NULL for what is no leaf. */
const char *pk_audience_kind_name(enum pk_audience_kind kind);
int pk_audience_too_big(struct pk_error *err);

#endif
