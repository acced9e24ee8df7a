/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Links that bind a chat to somebody we know: a one-time code of 128 bits that the link carries into the chat. Only the
 * code's digest is kept. A person has at most one open link a channel: a new one takes the place of the one before.
 */
#ifndef PK_STORE_DEEP_LINKS_H
#define PK_STORE_DEEP_LINKS_H

#include "gateway/store/store.h"

#define PK_LINK_CODE_TEXT 33 /* 32 hexadecimal digits, and the NUL */
#define PK_LINK_TOPICS_MAX 1024u /* bytes of its topics' names */

enum pk_link_state {
    PK_LINK_OPEN = 0,
    PK_LINK_USED = 1, /* the chat is theirs */
    PK_LINK_REFUSED = 2, /* it was shown by a chat that is somebody else's: it has been passed on */
};

struct pk_deep_link {
    int64_t id;
    int64_t recipient;
    uint32_t channel; /* PK_NAME_CHANNEL */
    uint32_t state; /* enum pk_link_state */
    struct pk_slice topics; /* names, with commas */
    struct pk_slice by; /* who made it: a user, or "self" */
    int64_t created_ms, until_ms;
    int64_t used_ms; /* 0 = not yet */
};

/* Makes one that is open and drops the person's others on that channel, used or not. `code` is 16 bytes of chance. */
int pk_deep_link_add(struct pk_store *store, const struct pk_deep_link *link, const uint8_t code[16], int64_t *ret_id, struct pk_error *err);
/* The open one with this code, as text, in either case. PK_E_NOT_FOUND for any other: forged, used, over, of another channel. The
 * slices live until the next call or the turn's end. */
int pk_deep_link_find(struct pk_store *store, uint32_t channel, struct pk_slice code, int64_t now_ms, struct pk_deep_link *ret_link,
                      struct pk_error *err);
/* It was shown: USED or REFUSED. */
int pk_deep_link_end(struct pk_store *store, int64_t id, enum pk_link_state state, int64_t now_ms, struct pk_error *err);
/* A person's, newest first. A non-zero return of `each` ends the walk and is returned. */
int pk_deep_links_of(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_deep_link *link), void *ctx,
                     struct pk_error *err);
/* Drops all of a person's: they said STOP, or are forgotten. */
int pk_deep_links_end_of(struct pk_store *store, int64_t recipient, struct pk_error *err);
/* After a restore: which of them were used since is not known. */
int pk_deep_links_end_all(struct pk_store *store, struct pk_error *err);
/* Drops those that are over, at most `max`. */
int pk_deep_links_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

const char *pk_link_state_name(enum pk_link_state state);
/* Could it be such a code? */
bool pk_link_is_code(struct pk_slice text);

#endif
