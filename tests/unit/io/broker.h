/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A real mosquitto of our own in a folder of its own, a peer that talks to it (libmosquitto, plain), and the client under
 * test with what it was told. Everything turns on one loop; the broker is ended by its process id.
 */
#ifndef PK_TEST_IO_BROKER_H
#define PK_TEST_IO_BROKER_H

#include "gateway/io/mqtt.h"
#include "tests/unit/io/support.h"

#include <mosquitto.h>
#include <sys/types.h>

#define SKIPPED 77 /* exit status: there is no broker here */

struct broker {
    char folder[128];
    unsigned port;
    pid_t pid;
    int log_fd;
};

bool broker_is_installed(void);
bool broker_can_make_certificates(void);
void broker_make_certificates(const struct broker *broker); /* ca.crt, server.*, client.*, other-ca.crt */
void broker_make_user(const struct broker *broker, const char *name, const char *password); /* the file users */
/* `settings` are added to the listener's; "" = anonymous access. */
void broker_new(struct broker *broker);
void broker_start(struct broker *broker, const char *settings);
void broker_stop(struct broker *broker); /* keeps its folder: it can start again */
void broker_free(struct broker *broker);

/* ---- the other side ---- */

struct peer {
    struct mosquitto *handle;
    bool subscribed;
    unsigned acknowledged, received;
    struct pk_buf seen; /* "topic payload\n" */
    mosquitto_property *properties; /* of the last message */
};

struct peer *peer_new(const struct broker *broker, const char *topic);
void peer_free(struct peer *peer);
bool peer_turn(struct peer *peer); /* always true */
void peer_publish(struct peer *peer, const char *topic, const char *payload, const mosquitto_property *properties);

/* ---- the client under test ---- */

struct member {
    struct pk_loop *loop;
    struct pk_mqtt *mqtt;
    struct pk_mqtt_config config; /* to be changed before member_open() */
    bool hold; /* no release at all */
    bool fail; /* commits fail */
    unsigned connects, disconnects, messages, published;
    unsigned last_reason;
    uint64_t last_token;
    char reason[256];
    struct pk_buf seen; /* payloads, a space after each */
    void (*look)(struct member *member, const struct pk_mqtt_message *message);
};

struct member *member_new(const struct broker *broker);
void member_open(struct member *member);
void member_close(struct member *member);
void member_free(struct member *member);
void member_publish(struct member *member, const char *topic, const char *payload, uint64_t token);

#endif
