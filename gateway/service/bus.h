/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The gateway on the message bus: its topics, its subscription, its retained state with last will. Hands events to
 * intake and carries what outbound has.
 */
#ifndef PK_SERVICE_BUS_H
#define PK_SERVICE_BUS_H

#include "gateway/io/mqtt.h"
#include "gateway/service/service.h"

#define PK_TOPIC_TRIGGER "pokana/v1/trigger/"
#define PK_TOPIC_ANSWER "pokana/v1/answer/"
#define PK_TOPIC_STATUS "pokana/v1/status/"
#define PK_TOPIC_STATE "pokana/v1/state/"

struct pk_bus;

int pk_bus_new(struct pk_service *service, struct pk_bus **ret_bus, struct pk_error *err);
void pk_bus_free(struct pk_bus *bus);
bool pk_bus_connected(const struct pk_bus *bus);
/* Why it is not connected; "" when it is. */
const char *pk_bus_trouble(const struct pk_bus *bus);
struct pk_mqtt *pk_bus_mqtt(struct pk_bus *bus);
/* After the commit: lets the acknowledgements out, or has everything sent again. */
void pk_bus_release(struct pk_bus *bus, bool committed);
/* The retained state: "online", "degraded" with a sentence, "offline". Published when it changed. */
void pk_bus_state(struct pk_bus *bus, const char *state, const char *why);
/* Items of the inbox that wait too long for a person, told with the state. */
void pk_bus_inbox(struct pk_bus *bus, int64_t late);
/* Takes no more events; says "offline" and leaves. */
void pk_bus_drain(struct pk_bus *bus);

#endif
