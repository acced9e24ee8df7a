/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One event published the way a service does it, and the gateway's receipt for it: MQTT 5, QoS 1, a client id of its own,
 * no lasting session, the publisher's answer topic as response topic and random correlation data. A link that falls is
 * made again and the event sent again: the gateway knows a repeat by the event's source and id.
 */
#ifndef PK_APP_PUBLISH_H
#define PK_APP_PUBLISH_H

#include "gateway/base/json.h"
#include "gateway/service/rules.h"

struct pk_publication {
    const struct pk_bus_rule *bus; /* its client id and protocol are not used */
    const char *publisher;
    struct pk_slice event; /* structured CloudEvent, JSON */
    int64_t wait_ms;       /* for the receipt; 0 = only until the broker has the event */
};

/* Blocks. *ret_receipt is the gateway's answer, a CloudEvent, and the caller's; NULL when none was waited for.
 * PK_E_BUSY: no broker, or no gateway behind it; PK_E_DENIED: the broker refuses; PK_E_TIMEOUT. */
int pk_publish(const struct pk_publication *publication, struct pk_json **ret_receipt, struct pk_error *err);

#endif
