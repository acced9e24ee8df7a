/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A key person's circle as it is seen and ruled: by size, never as a list. What a key person learns of a number she typed is
 * only whether somebody answered the question she caused; decisions/circles.md says why. Calls that change run in a unit.
 */
#ifndef PK_SERVICE_CIRCLES_H
#define PK_SERVICE_CIRCLES_H

#include "gateway/service/service.h"
#include "gateway/store/circles.h"

#define PK_CIRCLE_SMALL 5 /* for others than its key person a smaller circle is "fewer than 5" */
#define PK_CIRCLE_CODES 8u
#define PK_CIRCLE_CODE_MAX 96u
#define PK_CIRCLE_RECENT_MS (24 * 3600 * 1000ll)
#define PK_CIRCLE_MORE_MAX 500 /* sign-ups allowed beyond the usual ones, for one day */

struct pk_circle_view {
    char name[PK_USER_NAME_MAX + 1];
    int64_t size; /* -1 = there are some, but fewer than PK_CIRCLE_SMALL, and this is not the actor's own */
    int64_t unreachable; /* of them: no address takes messages any more; -1 = it would point at people, for whoever asks */
    /* What whoever has a new number writes to be told again, in the key person's language: "START" and the word of a topic she is
     * for. None when there are no such words, or she is gone. */
    char codes[PK_CIRCLE_CODES][PK_CIRCLE_CODE_MAX];
    size_t code_count;
    int64_t since_ms; /* 0 = nobody was signed up yet */
    int64_t left_ms; /* its key person was removed then */
    int64_t today, most; /* sign-ups of today and how many there may be; most 0 = it has no key person */
};

/* All of them, by name; `each` as in the store. */
int pk_circles_each(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                    int (*each)(void *ctx, const struct pk_circle_view *view), void *ctx, struct pk_error *err);
/* The circle of this name, as this actor may mean it: what a former key person left is no namesake's own. PK_E_NOT_FOUND. */
int pk_circle_meant(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_circle *ret_circle,
                    struct pk_error *err);
/* PK_E_NOT_FOUND when there is no such key person and nobody left a circle of this name. */
int pk_circle_show(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                   struct pk_circle_view *ret_view, struct pk_error *err);

/* The actor's own sign-ups of the last 24 hours, newest first, known numbers and stopped ones like new ones. */
int pk_circle_recent(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t now_ms,
                     int (*each)(void *ctx, const struct pk_signup *signup), void *ctx, struct pk_error *err);
const char *pk_signup_state(const struct pk_signup *signup); /* "asked", "answered" */

/* From one key person, who may be removed already, to another. */
int pk_circle_pass_on(struct pk_service *service, const struct pk_actor *actor, struct pk_slice from, struct pk_slice to, int64_t now_ms,
                      struct pk_error *err);
/* `more` sign-ups than usual on a day: 20260314, 0 = today; a second word replaces the first. *ret_most: how many in all. */
int pk_circle_let(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t more, int64_t day,
                  int64_t now_ms, int64_t *ret_most, struct pk_error *err);
/* The person's own act; 0 also when they were in none. */
int pk_circle_step_out(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err);

/* The day of a moment on the gateway's wall clock: 20260314. PK_E_CONFIG when its zone is none. */
int pk_service_day(const struct pk_service *service, int64_t moment_ms, int64_t *ret_day, struct pk_error *err);

#endif
