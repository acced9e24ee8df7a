/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The gateway as a process: opens what the configuration names, gives every phase of the loop's turn its work, and lives
 * until it is told to stop.
 *
 *     SIGTERM, SIGINT   stop: no new work, what is in flight is settled within the grace time, checkpoint; a second one
 *                       does not wait any more
 *     SIGHUP            reload: configuration, texts and secrets are read and checked whole before anything changes
 *
 *     daemon.c         opening, phases, signals, closing
 *     daemon_check.c   the self-check, readiness, the service manager's watchdog
 *     daemon_reload.c  reload
 */
#ifndef PK_APP_DAEMON_H
#define PK_APP_DAEMON_H

#include "gateway/include/pokana/error.h"

/* Runs until a signal ends it. 0 after an orderly end; else what could not be opened, with the remedy: mistakes of the
 * configuration are told on standard error before. */
int pk_daemon_run(const char *config_path, struct pk_error *err);

#endif
