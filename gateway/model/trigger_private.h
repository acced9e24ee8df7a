/* SPDX-License-Identifier: EUPL-1.2 */
/* What the readers of triggers share: trigger.c has the table and notices, trigger_events.c everything about the calendar. */
#ifndef PK_MODEL_TRIGGER_PRIVATE_H
#define PK_MODEL_TRIGGER_PRIVATE_H

#include "gateway/model/trigger.h"

bool pk_data_absent(const struct pk_json *value); /* or null */
int pk_data_name(const struct pk_json *data, const char *field, struct pk_slice *ret_name, struct pk_error *err);
int pk_data_tags(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);

/* The readers of trigger_events.c, a type each. */
int pk_data_planned(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);
int pk_data_changed(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);
int pk_data_cancelled(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);
int pk_data_closed_today(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);
int pk_data_open_after_all(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);
int pk_data_hours_changed(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);
int pk_data_campaign_start(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err);

#endif
