/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The walk over people by rising id. Every index it asks is in that order, so each is a stream that only goes forward: where
 * the next candidate is near it steps, where it is far it is asked anew, and nothing is read that neither the rule nor the
 * question needs. A tag of ten people costs ten looks, a whole city one pass. Only gateway/store/audience*.c.
 */
#ifndef PK_STORE_AUDIENCE_WALK_H
#define PK_STORE_AUDIENCE_WALK_H

#include "gateway/store/audience.h"
#include "gateway/store/internal.h"

struct pk_stream {
    sqlite3_stmt *rows; /* NULL = not asked yet */
    int from; /* which parameter says where to begin */
    int64_t at; /* the person it stands at; INT64_MAX = behind the last one */
    unsigned far; /* so often in a row it had to be asked anew: people are far apart in it */
};

/* The oldest address of the person on a channel that may be written to. */
struct pk_walk_open {
    int64_t address; /* 0 = none */
    char country[3];
};

struct pk_walk {
    struct pk_store *store;
    const struct pk_audience *audience;
    int64_t now_ms;
    bool told_only; /* who said yes leads: the others are not looked for */
    bool stops_apart; /* neither STOP nor suppression is looked at: the gate will */
    int result; /* what the database said; then every stream is at its end */
    struct pk_error *err;
    int64_t read;
    struct pk_stream people, addresses, consents[PK_AUDIENCE_CHANNELS_MAX];
    struct pk_stream leaves[PK_AUDIENCE_NODES_MAX + 1]; /* by node */
    struct pk_walk_open open[PK_AUDIENCE_CHANNELS_MAX]; /* of whom was judged last, by channel */
    /* Addresses that are suppressed, sorted; NULL = each is looked up. */
    const int64_t *suppressed;
    size_t suppressed_count;
};

void pk_walk_begin(struct pk_walk *walk, struct pk_store *store, const struct pk_audience *audience, int64_t now_ms, struct pk_error *err);
/* The next person at or above `from` whom the rule means, INT64_MAX when there is none. */
int64_t pk_walk_next(struct pk_walk *walk, int64_t from);
/* Of the person the walk stands at: whether a part of the rule means them, what becomes of a message to them. */
bool pk_walk_means(struct pk_walk *walk, uint16_t node, int64_t who);
enum pk_left_out pk_walk_judge(struct pk_walk *walk, int64_t who, size_t *ret_channel);
/* Whether whom it judged last could be told on this channel, on one behind it. */
bool pk_walk_may_tell(struct pk_walk *walk, int64_t who, size_t channel);
bool pk_walk_has_next(struct pk_walk *walk, int64_t who, size_t channel);
struct pk_slice pk_walk_language(const struct pk_walk *walk); /* until the next person */
struct pk_slice pk_walk_script(const struct pk_walk *walk);
/* Nothing stays open. What the database said, or 0. */
int pk_walk_end(struct pk_walk *walk);

#endif
