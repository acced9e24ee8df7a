/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The accounts at work. A desk is one account with what steers it: window, rate, breaker, pause, throttle; a lane is
 * one route's desks in order. Asked by the dispatcher for room, told by it what hand-overs came to.
 */
#ifndef PK_SERVICE_DESKS_H
#define PK_SERVICE_DESKS_H

#include "gateway/plugin/account.h"
#include "gateway/plugin/record.h"
#include "gateway/service/service.h"

struct pk_desk {
    struct pk_service *service;
    const struct pk_account_rule *rule; /* a copy of its own: rules are replaced on reload */
    struct pk_account *account;
    uint32_t id; /* PK_NAME_ACCOUNT */
    uint32_t channel; /* PK_NAME_CHANNEL of its route; 0 = in no route */
    uint32_t capabilities; /* enum pk_capability */
    unsigned flying; /* attempts opened and not settled */
    unsigned ended; /* of those: whose result waits to be settled */
    unsigned asking; /* of those: questions about earlier ones */
    unsigned urgent_reserve; /* slots only urgent work may take */
    struct pk_rate rate;
    struct pk_breaker breaker;
    int64_t throttled_until_ms;
    bool paused; /* set in the turn that pauses, cleared by the commit that resumes */
    bool leaving; /* by a reload: takes nothing more, closed as soon as nothing flies */
    int64_t accepted_ms; /* when its provider took a message last; 0 = none since the account was opened */
    int64_t test; /* the newest test message handed over; 0 = none since the account was opened */
    struct pk_buf test_record; /* what was exchanged about it (plugin/record.h) */
    struct pk_error last; /* why it was paused, for the operator */
    /* What it costs and may cost (spending.h): by the newest rules, also where `rule` is older. */
    struct pk_prices prices;
    struct pk_day_limits limits;
    int64_t day; /* that `used` is of */
    struct pk_day_use used; /* as committed */
    struct pk_day_use opening; /* attempts of this turn on top of it, until its commit */
    int64_t closed_day; /* on this day a message did not fit into what was left */
    int64_t told_day; /* when the log was told of `told` last */
    enum pk_day_state told;
};

struct pk_lane_route {
    const struct pk_route_rule *rule;
    uint32_t id; /* PK_NAME_ROUTE */
    uint32_t channel;
    struct pk_desk **desks;
    size_t desk_count;
};

struct pk_desks {
    struct pk_desk **items;
    size_t count;
    struct pk_lane_route *routes;
    size_t route_count;
    struct pk_desk **leaving; /* in no route, found by nobody; they only finish what flies */
    size_t leaving_count;
};

/* Opens the accounts of the rules. Those of `old` (NULL = none) whose configuration is the same go on as they are, with
 * what flies on them; the others of `old` leave. On success `old` is taken over and freed, on failure it is untouched. */
int pk_desks_open(struct pk_service *service, const struct pk_rules *rules, struct pk_desks *old, struct pk_desks **ret_desks,
                  struct pk_error *err);
void pk_desks_free(struct pk_desks *desks);
/* Closes the accounts, those that leave too: what flies ends as uncertain. The desks stay for who still points to them. */
void pk_desks_close(struct pk_desks *desks);
/* Asks every account to finish, links to say goodbye: when nothing flies any more. Whether they have. */
void pk_desks_stop(struct pk_desks *desks);
bool pk_desks_stopped(const struct pk_desks *desks);
/* Closes those that leave, have nothing in flight and said goodbye. Only when no after-commit entry waits: entries point to desks. */
void pk_desks_sweep(struct pk_desks *desks);

struct pk_desk *pk_desks_find(struct pk_desks *desks, const char *name);
struct pk_desk *pk_desks_by_id(struct pk_desks *desks, uint32_t id);
struct pk_lane_route *pk_desks_route(struct pk_desks *desks, const char *name);
/* The route a desk serves on its channel: the first that names it; NULL when none does. */
struct pk_lane_route *pk_desks_route_of(struct pk_desks *desks, const struct pk_desk *desk);

/* Whether it can take work at all now, and how many hand-overs may be opened. *ret_when_ms: when to ask again (INT64_MAX:
 * something will tell). One whose day is spent can take none until midnight; _beyond is for what no limit holds back. */
bool pk_desk_usable(struct pk_desk *desk, int64_t now_ms);
unsigned pk_desk_room(struct pk_desk *desk, uint32_t priority, int64_t now_ms, int64_t *ret_when_ms);
unsigned pk_desk_room_beyond(struct pk_desk *desk, uint32_t priority, int64_t now_ms, int64_t *ret_when_ms);

/* Pauses or resumes durably, inside a unit and as the last thing in it; the reason is one sentence without personal data. */
int pk_desk_pause(struct pk_desk *desk, bool pause, const char *reason, struct pk_error *err);
/* The same pause when nobody asked for it: the team hears of it. */
int pk_desk_pause_itself(struct pk_desk *desk, const char *reason, struct pk_error *err);
/* Reads the pauses and the names' numbers again: after a failed commit. */
void pk_desks_refresh(struct pk_desks *desks);

#endif
