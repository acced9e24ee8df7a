/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What triggers did that are no notices: an event planned, an info point closed, a campaign started. Beside it what was said of a
 * date, closed and open, so that who was told the one is told the other; and the publishers' own names for events of the
 * calendar. Nothing here is about a person. Writes run in a unit.
 */
#ifndef PK_STORE_ACTS_H
#define PK_STORE_ACTS_H

#include "gateway/store/store.h"

struct pk_act {
    int64_t trigger;
    struct pk_slice data; /* the event's, as long as it waits; else "". Lives until the next call with the store */
    bool changed;
    int64_t event, campaign; /* what it was about; 0 = none */
};

int pk_act_put(struct pk_store *store, const struct pk_act *act, struct pk_error *err); /* new, or all of it anew */
int pk_act_get(struct pk_store *store, int64_t trigger, struct pk_act *ret_act, struct pk_error *err); /* PK_E_NOT_FOUND: a notice's */
/* The trigger by which a publisher started this campaign; 0 = none did. */
int64_t pk_act_starter(struct pk_store *store, int64_t campaign);
/* A trigger that waits for a person and is past its validity; 0 = there is none. How many of a publisher wait; and one of them of
 * the same type and data, 0 = none. */
int64_t pk_trigger_waited(struct pk_store *store, int64_t now_ms);
int64_t pk_triggers_waiting(struct pk_store *store, uint32_t publisher);
int64_t pk_trigger_waiting_for(struct pk_store *store, uint32_t publisher, struct pk_slice type, struct pk_slice data, int64_t now_ms);

/* ---- what was said of a date ---- */

enum pk_date_word { PK_DATE_CLOSED = 1, PK_DATE_OPEN = 2 };

#define PK_DATE_NEWS_MAX 64 /* triggers that say something of one date */

/* Rounds are counted from 0; what one of them said is several triggers where people knew different things before. */
struct pk_date_news {
    int64_t trigger;
    uint32_t word; /* enum pk_date_word */
    uint32_t round;
};
int pk_date_news_add(struct pk_store *store, int64_t occurrence, const struct pk_date_news *news, struct pk_error *err);
int pk_date_news_of(struct pk_store *store, int64_t occurrence, struct pk_date_news ret_news[PK_DATE_NEWS_MAX], size_t *ret_count,
                    struct pk_error *err); /* in order of rounds */

/* ---- publishers' names for events ---- */

int64_t pk_event_named(struct pk_store *store, struct pk_slice source, struct pk_slice name); /* its id; 0 = none */
int pk_event_name(struct pk_store *store, struct pk_slice source, struct pk_slice name, int64_t event, uint32_t publisher, struct pk_error *err);
/* How many events of this publisher's are not over; counting stops at `limit`. */
int64_t pk_events_open_of(struct pk_store *store, uint32_t publisher, int64_t limit, int64_t now_ms);

#endif
