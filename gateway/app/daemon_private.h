/* SPDX-License-Identifier: EUPL-1.2 */
/* What the daemon's files share. */
#ifndef PK_APP_DAEMON_PRIVATE_H
#define PK_APP_DAEMON_PRIVATE_H

#include "gateway/api/api.h"
#include "gateway/app/config.h"
#include "gateway/app/notify.h"
#include "gateway/console/console.h"

enum pk_door { PK_DOOR_CONTROL = 0, PK_DOOR_PUBLIC, PK_DOOR_WATCH, PK_DOORS };

struct pk_daemon {
    struct pk_config *started; /* as the process started: what no reload changes */
    struct pk_config *config; /* in use; the same until a reload */
    struct pk_registry *registry;
    struct pk_catalog *catalog;
    struct pk_keyring *keys;
    struct pk_loop *loop;
    struct pk_store *store;
    struct pk_reader *reader;
    struct pk_http_client *http;
    struct pk_http_client *webhook_http; /* of webhooks alone */
    struct pk_service *service;
    struct pk_console *console;
    struct pk_api *api;
    struct pk_http_server *doors[PK_DOORS]; /* NULL = not asked for */
    struct pk_notify notify;
    struct pk_timer *check; /* the next self-check */
    struct pk_timer *grace; /* when a stop waits no longer */
    bool checked; /* the last self-check holds */
    bool ready; /* the service manager was told so */
    bool stopping; /* no new work */
    bool closing; /* phases do nothing any more */
};

/* daemon_check.c */
void pk_daemon_check_start(struct pk_daemon *daemon);
void pk_daemon_check_release(struct pk_daemon *daemon); /* after a turn's release: tells that it is ready, once */

/* daemon_reload.c */
void pk_daemon_reload(struct pk_daemon *daemon);

#endif
