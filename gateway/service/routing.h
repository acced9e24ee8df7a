/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * By which route and on which channels somebody is written to, by the rules as they are now (model/routing.h is the rule).
 * Chosen when a message is made, and again when it goes on to its next channel; the hot path only follows the message's route.
 */
#ifndef PK_SERVICE_ROUTING_H
#define PK_SERVICE_ROUTING_H

#include "gateway/model/routing.h"
#include "gateway/service/service.h"
#include "gateway/store/audience.h"

#define PK_NO_ROUTE SIZE_MAX

/* The route of a channel that takes a country: an index into the rules' routes, and the desks'. Who names the country comes
 * before who takes the rest; `own` (NULL = none) before others that fit as well. PK_NO_ROUTE when nobody takes it. */
size_t pk_route_for(const struct pk_rules *rules, const char *channel, const char *own, const char *country);
/* The number (PK_NAME_ROUTE) of the route by which an address of this channel is reached. The address is looked at only where a
 * channel has several; 0 = the country is not known. PK_E_CONFIG when there is none. */
int pk_route_to(struct pk_service *service, uint32_t channel, int64_t address, uint32_t *ret_route, struct pk_error *err);

/* The channels that what a publisher sends may take, in order: the ladder's, or of who names a route its channel alone. */
struct pk_channels {
    uint32_t items[PK_LADDER_MAX]; /* PK_NAME_CHANNEL */
    size_t count; /* 0 = no ladder: the route's channel */
};
/* `publisher` may be NULL: somebody who is configured no more. */
void pk_ladder_read(struct pk_service *service, const struct pk_publisher_rule *publisher, struct pk_channels *ret_channels);
void pk_ladder_whole(struct pk_service *service, struct pk_channels *ret_channels);
/* Whom of a tree something about this topic reaches on these channels, or where there is no ladder on `channel`. The tree is
 * borrowed. */
struct pk_audience pk_ladder_audience(uint32_t topic, const struct pk_channels *ladder, uint32_t channel, const struct pk_audience_tree *tree);

/* Which answers are possible on the routes that a trigger's messages may take: some, all, none of them hear. */
struct pk_answerable {
    bool some, all;
};
struct pk_answerable pk_routes_answerable(struct pk_service *service, const char *own, const struct pk_channels *ladder);

#endif
