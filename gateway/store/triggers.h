/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Triggers taken in. (source, event id) is unique: a repeat is found, not stored. A trigger is its own resumable
 * job: expansion walks its audience by `cursor`.
 */
#ifndef PK_STORE_TRIGGERS_H
#define PK_STORE_TRIGGERS_H

#include "gateway/store/store.h"

enum pk_trigger_state { PK_TRIGGER_EXPANDING = 1, PK_TRIGGER_EXPANDED = 2, /* its messages are on their way */ PK_TRIGGER_CANCELLED = 3, PK_TRIGGER_EXPIRED = 4, PK_TRIGGER_HELD = 5, PK_TRIGGER_COMPLETED = 6, /* every message is final */ PK_TRIGGER_WAITING = 7 /* for a person: nobody approved it beforehand */ };

struct pk_trigger {
    int64_t id;
    uint32_t publisher; /* PK_NAME_PUBLISHER */
    uint32_t state;
    struct pk_slice source, event_id, type;
    int64_t received_ms;
    int64_t notice;
    struct pk_slice audience; /* canonical JSON: {"all":[...],"any":[...],"none":[...]} */
    int64_t send_at_ms; /* 0 = now */
    int64_t valid_until_ms;
    uint32_t priority;
    uint32_t route; /* PK_NAME_ROUTE */
    int64_t cursor; /* last recipient expanded */
    int64_t planned; /* messages made so far */
    int64_t ceiling; /* most recipients the publisher may reach */
    int64_t people, tells_ms; /* as its publisher was answered: how many hear it (-1 = not known), and from when (0 = nobody does) */
};

/* The trigger an event was taken in as, or 0: a repeat is answered as the first was, and stored once. */
int64_t pk_trigger_find(struct pk_store *store, struct pk_slice source, struct pk_slice event_id);
/* Stores it under the id given. PK_E_CONFLICT when (source, event id) is there. */
int pk_trigger_add(struct pk_store *store, const struct pk_trigger *trigger, struct pk_error *err);
int pk_trigger_get(struct pk_store *store, int64_t id, struct pk_trigger *ret_trigger, struct pk_error *err);
/* The oldest trigger still to be expanded; PK_E_NOT_FOUND when none. */
int pk_trigger_next_expanding(struct pk_store *store, int64_t after, struct pk_trigger *ret_trigger, struct pk_error *err);
/* The oldest trigger after `after` that is expanding or expanded. */
int pk_trigger_next_in(struct pk_store *store, uint32_t state, int64_t after, struct pk_trigger *ret_trigger, struct pk_error *err);
/* Triggers with an id below `before` (0 = from the newest), newest first, at most `max`. For lists: any connection. A
 * non-zero return of `each` ends the walk and is returned. */
int pk_triggers_list(struct pk_store *store, int64_t before, size_t max, int (*each)(void *ctx, const struct pk_trigger *trigger),
                     void *ctx, struct pk_error *err);
/* The same of one publisher. */
int pk_triggers_list_of(struct pk_store *store, uint32_t publisher, int64_t before, size_t max,
                        int (*each)(void *ctx, const struct pk_trigger *trigger), void *ctx, struct pk_error *err);
/* One that waited is done: its state, its notice, whom it is for, and how. */
int pk_trigger_done(struct pk_store *store, const struct pk_trigger *trigger, struct pk_error *err);
int pk_trigger_progress(struct pk_store *store, int64_t id, uint32_t state, int64_t cursor, int64_t planned, struct pk_error *err);

#endif
