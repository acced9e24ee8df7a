/* SPDX-License-Identifier: EUPL-1.2 */
/* A key person's events on the pages (service/key_events.h). Only gateway/console. */
#ifndef PK_CONSOLE_KEY_EVENTS_H
#define PK_CONSOLE_KEY_EVENTS_H

#include "gateway/console/staff.h"
#include "gateway/service/key_events.h"

/* Adds `events`, each as the file key-event.html shows it, and `noEvents`. */
int pk_key_events_add(struct pk_visit *visit, const struct pk_staff *staff, struct pk_error *err);
/* What is known of one, into the open object. */
void pk_key_event_add(struct pk_visit *visit, const struct pk_key_event *event);
/* The event of the path. False: answered. */
bool pk_key_event_at(struct pk_visit *visit, const struct pk_staff *staff, struct pk_key_event *ret_event);

#endif
