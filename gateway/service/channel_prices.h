/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a message costs on the channels of an audience, before anything is sent: the price of each channel by its accounts, who takes
 * over in the same call, and how many people may come to a channel because those before it did not reach them. Told as bounds
 * that give nobody away: which countries later numbers are of is not counted, and a channel of few people is not told apart. By
 * `templates cost` and by the preview of a campaign.
 */
#ifndef PK_SERVICE_CHANNEL_PRICES_H
#define PK_SERVICE_CHANNEL_PRICES_H

#include "gateway/service/desks.h"
#include "gateway/store/audience.h"

/* Whose prices on which channels; borrowed. */
struct pk_channel_scope {
    const struct pk_service *service;
    const struct pk_audience *audience;
    const struct pk_lane_route *route; /* the one there is; NULL = all of the audience's channels */
    bool every_account; /* any of a route's accounts may carry it; else its first is asked */
};

/* How many, or how much, when it is not all told: at least and at most. */
struct pk_channel_bounds {
    int64_t least, most;
};

/* Of a message or part on a channel: the least and the most over its routes and every country. */
struct pk_channel_rate {
    const struct pk_lane_route *route; /* the first; NULL = there is none */
    const struct pk_desk *desk; /* its account; NULL = there is none */
    bool priced; /* every account has a price, all in one currency */
    bool known; /* and all of a message, or all of a part */
    bool per_message;
    char currency[4];
    int64_t least, most; /* of a message or a part, as the account has it */
    struct pk_channel_bounds of_part, of_message; /* the same apart, 0 where no account has it so */
};
/* The accounts that take over in the same call from a channel before this one are among them. */
struct pk_channel_rate pk_channel_rate(const struct pk_channel_scope *scope, size_t channel);
/* Of one message of so many parts. */
struct pk_channel_bounds pk_channel_cost(const struct pk_channel_rate *rate, uint32_t parts);
/* The account that takes over in the same call, where the ladder has its channel behind this one; NULL = there is none. */
const struct pk_desk *pk_channel_fallback(const struct pk_channel_scope *scope, size_t channel);

/* People of a group on a channel. What would tell of few people lies between nobody and all whom it could be. */
struct pk_channel_bounds pk_channel_people(const struct pk_audience *audience, const struct pk_audience_group *group, size_t channel);
/* Who may come to a channel because those before it did not reach them: how many at most. */
int64_t pk_channel_most_later(const struct pk_audience *audience, const struct pk_audience_group *group, size_t channel);

#endif
