/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Replies that come in parts, kept until they can be joined: sealed, bounded in number, and only for as long as parts of
 * one reply are under way together. What was joined stays, without its text, for the same while: so a repeat is known.
 */
#ifndef PK_STORE_REPLY_PARTS_H
#define PK_STORE_REPLY_PARTS_H

#include "gateway/store/store.h"

#define PK_REPLY_PARTS_WAIT_MS (2 * 60 * 1000ll) /* how long a part waits for the others */

/* Parts that belong together: of one sender at one account, under the reference the sender's phone chose. */
struct pk_reply_group {
    uint32_t account, reference, total;
    uint8_t sender[PK_BLIND_BYTES]; /* filled by the calls below */
};

struct pk_reply_part {
    uint32_t index;           /* from 1 */
    uint32_t coding;          /* enum pk_coding, 0 = UTF-8 */
    struct pk_slice from;     /* the address as the provider gave it */
    struct pk_slice text;     /* octets as they came; not empty */
    struct pk_slice event_id; /* the provider's own; read back as a stand-in that is as unique. May be empty */
    int64_t at_ms;
};

/* Keeps a part; *ret_whole: it was the last one missing. PK_E_CONFLICT for a repeat, PK_E_LIMIT when `limit` parts are kept
 * already or another reply is under way under this name: then it has to do without the others. */
int pk_reply_part_add(struct pk_store *store, struct pk_reply_group *group, const struct pk_reply_part *part, int64_t limit,
                      bool *ret_whole, struct pk_error *err);
/* The parts that came, in order; slices live for the call. A non-zero return of `each` ends the walk and is returned. */
int pk_reply_parts_read(struct pk_store *store, const struct pk_reply_group *group,
                        int (*each)(void *ctx, const struct pk_reply_part *part), void *ctx, struct pk_error *err);
/* They were joined: their texts and the address go. */
int pk_reply_parts_joined(struct pk_store *store, const struct pk_reply_group *group, struct pk_error *err);
/* The group that has waited longest, if since before this moment; PK_E_NOT_FOUND. */
int pk_reply_parts_overdue(struct pk_store *store, int64_t before_ms, struct pk_reply_group *ret_group, struct pk_error *err);
/* Forgets what was joined and is older than the wait, at most `max`. */
int pk_reply_parts_forget(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

/* Everything of one sender goes: who was erased. `value` is the address as we keep it; providers write it in their ways. */
int pk_reply_parts_forget_sender(struct pk_store *store, struct pk_slice value, struct pk_error *err);

#endif
