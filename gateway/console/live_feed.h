/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Campaigns watched while they run: server-sent events at /office/campaigns/ID/events. What a campaign came to is counted once a
 * second at most, on the reading thread, for all who watch it; an event leaves when it is another than before:
 *
 *     retry: 3000
 *     id: 1790000000000          what it says is of this moment (milliseconds, always growing); back as Last-Event-ID
 *     data: {"state":3, ...}     service/live.h, pk_live_tell(); all of it, so that whoever missed one misses nothing
 *     :                          a sign of life every fifteen seconds
 *
 * Only gateway/console.
 */
#ifndef PK_CONSOLE_LIVE_FEED_H
#define PK_CONSOLE_LIVE_FEED_H

#include "gateway/service/service.h"

#define PK_LIVE_STREAMS_MAX 256u /* of all: half of what the public door may have open */
#define PK_LIVE_SESSION_MAX 8u /* of one session: a browser opens no more to one host */

struct pk_live_room;

struct pk_live_room *pk_live_room_new(struct pk_service *service); /* borrows it */
void pk_live_room_free(struct pk_live_room *room); /* after listeners and reader, before the loop; NULL is fine */

#endif
