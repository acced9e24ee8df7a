/* SPDX-License-Identifier: EUPL-1.2 */
/* Who publishes over MQTT for adapters that do: the layer above has the connection to the broker and lends it like this. */
#ifndef PK_PLUGIN_PUBLISHER_H
#define PK_PLUGIN_PUBLISHER_H

#include "gateway/io/mqtt.h"

struct pk_publisher {
    void *ctx;
    /* At QoS 1; `what` lives for the call, its token is not looked at. 0: answered() follows exactly once, in a descriptor or timer
     * phase or when the connection is given up for good: the reason code of the PUBACK, or negative when the link fell
     * first. Otherwise nothing was taken: PK_E_BUSY without a connection or with too much under way, else as
     * pk_mqtt_publish(). */
    int (*publish)(void *ctx, const struct pk_mqtt_publish *what, void (*answered)(void *answered_ctx, int reason), void *answered_ctx,
                   struct pk_error *err);
    unsigned (*room)(void *ctx); /* how many more may be under way; 0 without a connection */
};

#endif
