/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The inbox: replies that a person has to read. What one address writes while its item is open belongs to that item, so a
 * flood makes no more than one. The texts are the replies' own, sealed there; an answer in own words is sealed here. All of
 * it goes with the replies, by retention.
 */
#ifndef PK_STORE_INBOX_H
#define PK_STORE_INBOX_H

#include "gateway/store/recipients.h"

/* Stored numbers: never renumber. */
enum pk_inbox_state { PK_INBOX_OPEN = 1, PK_INBOX_ANSWERED = 2, PK_INBOX_CLOSED = 3 /* needed no answer */ };
enum pk_inbox_subject {
    PK_SUBJECT_NONE = 0, /* nobody said yet */
    PK_SUBJECT_SCHOOL,
    PK_SUBJECT_CARE,
    PK_SUBJECT_REGISTRATION,
    PK_SUBJECT_WORK,
    PK_SUBJECT_HOUSING,
    PK_SUBJECT_RETURN,
    PK_SUBJECT_OTHER,
    PK_SUBJECTS,
};

#define PK_INBOX_NAME_MAX 49 /* a role's or a user's name, and its NUL */
#define PK_INBOX_REPLIES_MAX 20 /* of one item; what comes beyond is kept as a reply only */
#define PK_INBOX_OPEN_MAX 10000 /* items in all; beyond it PK_E_LIMIT */

struct pk_inbox_item {
    int64_t id; /* given by add */
    int64_t address;
    int64_t recipient; /* 0 = a stranger */
    uint32_t channel, account; /* how the newest reply came */
    char language[PK_LANGUAGE_MAX], script[PK_LANGUAGE_MAX]; /* to answer in */
    uint32_t state, subject;
    char assigned[PK_INBOX_NAME_MAX];
    int64_t first_ms, last_ms; /* the oldest and the newest reply */
    int64_t replies;
    int64_t told_ms; /* when the team was told that it waits too long; 0 = not */
    int64_t closed_ms; /* 0 = open */
    char closed_by[PK_INBOX_NAME_MAX];
    int64_t message; /* the answer; 0 = none */
};

/* Puts a reply into the open item of its address, or opens one as `item` says (address to assigned, last_ms). *ret_id is 0
 * when the item has its most. PK_E_LIMIT when there are too many items. */
int pk_inbox_add(struct pk_store *store, const struct pk_inbox_item *item, int64_t reply, int64_t *ret_id, struct pk_error *err);
int pk_inbox_get(struct pk_store *store, int64_t id, struct pk_inbox_item *ret_item, struct pk_error *err);

/* Newest first. A non-zero return of `each` ends the walk and is returned. */
struct pk_inbox_filter {
    uint32_t state; /* 0 = any */
    struct pk_slice assigned; /* empty = anybody's */
    int64_t after; /* ids below this; 0 = from the newest */
};
int pk_inbox_list(struct pk_store *store, const struct pk_inbox_filter *filter, size_t max,
                  int (*each)(void *ctx, const struct pk_inbox_item *item), void *ctx, struct pk_error *err);
/* All of one person, oldest first. */
int pk_inbox_of(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_inbox_item *item), void *ctx,
                struct pk_error *err);
/* What the person wrote, oldest first. */
int pk_inbox_texts(struct pk_store *store, int64_t id, int (*each)(void *ctx, int64_t at_ms, struct pk_slice text), void *ctx,
                   struct pk_error *err);

/* PK_E_CONFLICT unless it is open. */
int pk_inbox_assign(struct pk_store *store, int64_t id, struct pk_slice to, struct pk_error *err);
struct pk_inbox_end {
    uint32_t state, subject;
    struct pk_slice by;
    int64_t message; /* 0 = none */
    int64_t now_ms;
};
int pk_inbox_close(struct pk_store *store, int64_t id, const struct pk_inbox_end *end, struct pk_error *err);
/* An answer in own words: sealed; and appended in clear. PK_E_NOT_FOUND when there is none. */
int pk_inbox_keep_words(struct pk_store *store, int64_t id, struct pk_slice words, struct pk_error *err);
int pk_inbox_words(struct pk_store *store, int64_t id, struct pk_buf *out, struct pk_error *err);

/* Answers given to an address by hand since. */
int64_t pk_inbox_answered_since(struct pk_store *store, int64_t address, int64_t since_ms);
/* Items that are open, and those of them that are since before `before_ms`. */
struct pk_inbox_counts {
    int64_t open, waiting;
};
void pk_inbox_count(struct pk_store *store, int64_t before_ms, struct pk_inbox_counts *ret_counts);
/* Marks those that wait since before `before_ms` as told, each once. *ret_count says how many are new. */
int pk_inbox_tell(struct pk_store *store, int64_t before_ms, int64_t now_ms, int64_t *ret_count, struct pk_error *err);
/* Is any of those marked after `since_ms` still open? */
bool pk_inbox_told_since(struct pk_store *store, int64_t since_ms);

#endif
