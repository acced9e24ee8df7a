/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a text costs channel by channel: of everybody it would reach, on the first channel of the ladder that may take them, by the
 * prices of that channel's accounts; and what it costs more where it does not arrive and goes on to the channels behind it, be it
 * in the same call or later. Told as bounds: which countries numbers are of is not counted, and a channel of few people is not
 * told apart.
 */
#ifndef PK_API_COST_CHANNELS_H
#define PK_API_COST_CHANNELS_H

#include "gateway/base/json.h"
#include "gateway/service/channel_prices.h"
#include "gateway/service/texts.h"
#include "gateway/store/audience.h"

/* What a group of people gets. */
struct pk_cost_text {
    char label[PK_LABEL_MAX]; /* language and script, as in texts.h */
    uint32_t parts;
    bool carried[PK_AUDIENCE_CHANNELS_MAX]; /* an account of the channel can send it */
};

struct pk_cost_question {
    const struct pk_service *service;
    const struct pk_audience *audience;
    const struct pk_lane_route *route; /* the one there is; NULL = all of the audience's channels */
    const struct pk_audience_group *groups;
    const struct pk_cost_text *texts; /* by group */
    size_t group_count;
};

struct pk_cost_sum {
    bool known; /* every channel that may take somebody has a price, all in one currency */
    char currency[4];
    /* At least: everybody is reached where they are met first. At most: nobody before the last of their channels. */
    struct pk_channel_bounds parts; /* on channels that are paid by part */
    struct pk_channel_bounds cost;
};

/* The array "channels", into an open object; and the sum of it. */
void pk_cost_channels(const struct pk_cost_question *question, struct pk_json_out *out, struct pk_cost_sum *ret_sum);

#endif
