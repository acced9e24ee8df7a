/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Circles: the people a key person signed up and who were told so. Somebody is in one circle at most, and counts in it once
 * they said yes to a question that told them. Beside them, for a day, whom a user signed up with masked numbers, known here
 * or not, and how many people users and publishers came to on each day. Writes run inside a unit.
 */
#ifndef PK_STORE_CIRCLES_H
#define PK_STORE_CIRCLES_H

#include "gateway/store/users.h"

struct pk_circle {
    int64_t id;
    int64_t user; /* whose it is, or was */
    char name[PK_USER_NAME_MAX + 1]; /* that user's name */
    int64_t created_ms;
    int64_t left_ms; /* its user was removed then; 0 = works here */
};

/* All three: PK_E_NOT_FOUND when there is none. By name: the one of the user who works here under it, else of the one who was
 * removed last. */
int pk_circle_of_user(struct pk_store *store, int64_t user, struct pk_circle *ret_circle, struct pk_error *err);
int pk_circle_by_name(struct pk_store *store, struct pk_slice name, struct pk_circle *ret_circle, struct pk_error *err);
int pk_circle_of_person(struct pk_store *store, int64_t recipient, struct pk_circle *ret_circle, int64_t *ret_told_ms, struct pk_error *err);

/* The user's circle; an empty one is made when there is none. */
int pk_circle_make(struct pk_store *store, const struct pk_user *user, int64_t now_ms, int64_t *ret_id, struct pk_error *err);
/* By name; those without a user last. A non-zero return of `each` ends the walk and is returned. */
int pk_circles_list(struct pk_store *store, int (*each)(void *ctx, const struct pk_circle *circle, int64_t size), void *ctx,
                    struct pk_error *err);
int64_t pk_circle_size(struct pk_store *store, int64_t circle); /* people who were told and said yes */
/* Of these: who has no address left that takes messages, whether they said STOP or not. */
int64_t pk_circle_unreachable(struct pk_store *store, int64_t circle);
bool pk_circle_has(struct pk_store *store, int64_t circle, int64_t recipient); /* such a person */

/* The person was asked, in words that tell of the circle; they are in it when they say yes. Whoever is in a circle stays
 * there. `question`: the message. */
int pk_circle_ask(struct pk_store *store, int64_t circle, int64_t recipient, int64_t question, int64_t now_ms, struct pk_error *err);
/* They said yes or no to a question whether we may write. A yes counts when it is the one that told of the circle, and it may
 * have arrived; a no to any ends that they are asked. */
int pk_circle_answered(struct pk_store *store, int64_t recipient, int64_t question, bool yes, int64_t now_ms, struct pk_error *err);
/* Whoever is asked and did not answer is not asked any more. */
int pk_circle_unask(struct pk_store *store, int64_t recipient, struct pk_error *err);
/* *ret_was: they were in one, or asked for it. */
int pk_circle_leave(struct pk_store *store, int64_t recipient, bool *ret_was, struct pk_error *err);
/* Before the person's messages are detached: out of their circle, and out of what users see of the last day. */
int pk_circle_forget(struct pk_store *store, int64_t recipient, struct pk_error *err);
/* Everybody of `from` is in `to` from now on, and `from` is no more. */
int pk_circle_hand_over(struct pk_store *store, int64_t from, int64_t to, struct pk_error *err);
/* The user is removed: an empty circle goes at once, another waits for a successor. */
int pk_circle_orphan(struct pk_store *store, int64_t user, int64_t now_ms, struct pk_error *err);

/* ---- what a user did in a day ---- */

struct pk_signup {
    int64_t user, at_ms;
    struct pk_slice masked; /* the number as it is shown; sealed in the store */
    int64_t question; /* the message that asks; 0 = nobody was asked */
    bool answered;
};
int pk_signup_add(struct pk_store *store, const struct pk_signup *signup, struct pk_error *err);
/* Newest first, since; `masked` lives for the call. */
int pk_signups_of(struct pk_store *store, int64_t user, int64_t since_ms, size_t max,
                  int (*each)(void *ctx, const struct pk_signup *signup), void *ctx, struct pk_error *err);

/* A day is a number like 20260314, on the gateway's wall clock. Sign-ups of it, and how many more than usual are allowed. */
struct pk_circle_day {
    int64_t count, more;
};
int pk_circle_day_get(struct pk_store *store, int64_t user, int64_t day, struct pk_circle_day *ret_day, struct pk_error *err);
int pk_circle_day_set(struct pk_store *store, int64_t user, int64_t day, const struct pk_circle_day *values, int64_t now_ms,
                      struct pk_error *err);
/* Sign-ups of all days from `first` to `last`. */
int64_t pk_circle_days_sum(struct pk_store *store, int64_t user, int64_t first, int64_t last);
/* How many people a publisher's triggers could reach that were taken in on this day. */
int64_t pk_publisher_day(struct pk_store *store, uint32_t publisher, int64_t day);
int pk_publisher_day_add(struct pk_store *store, uint32_t publisher, int64_t day, int64_t people, int64_t now_ms, struct pk_error *err);

/* ---- retention ---- */

struct pk_circles_retention {
    int64_t signups_before_ms; /* what users see of their day */
    int64_t asked_before_ms; /* who was asked and is in no circle yet */
    int64_t days_before_ms; /* counts of days */
    int64_t orphans_before_ms; /* circles whose user was removed: who is in them stays, in no circle */
};
int pk_circles_retain(struct pk_store *store, const struct pk_circles_retention *retention, size_t max, bool *ret_more,
                      struct pk_error *err);

#endif
