/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The viber adapter's own header: one bot as configured, and which file does what with it.
 *
 *     viber.c  the settings, the adapter's table, an account's life
 *     send.c   a job -> send_message; the answer -> an outcome
 *     calls.c  Viber's calls -> receipts, replies, opt-in and opt-out
 */
#ifndef PK_ADAPTER_VIBER_H
#define PK_ADAPTER_VIBER_H

#include "adapters/kit/json.h"
#include "adapters/kit/result.h"
#include "adapters/kit/settings.h"

#define VIBER_ID_MAX 128u /* bytes of a user's id; those seen have 24 */

/* What a button sends when it is pressed: what only we read, what a person would write, or there are none. */
enum viber_buttons { VIBER_EXACT, VIBER_WORDS, VIBER_NO_BUTTONS };

struct viber {
    const struct pk_host *host;
    struct pk_kit_settings settings;
    enum viber_buttons buttons;
    struct pk_kit_words words; /* what a result points at */
};

/* send.c */
int pk_viber_step(void *self, const struct pk_job *job, struct pk_round *round);
/* Visible signs of ASCII: what can be a user's id. */
bool pk_viber_is_id(struct pk_slice id);
void pk_viber_write_sender(struct pk_kit_json *json, struct pk_slice name);
/* A keyboard is opened, its buttons are written one by one (`wide`: a row of its own each, else half a row), it is closed. */
void pk_viber_open_keyboard(struct pk_kit_json *json);
void pk_viber_write_button(struct pk_kit_json *json, bool wide, struct pk_slice sends, struct pk_slice label);
void pk_viber_close_keyboard(struct pk_kit_json *json);

/* calls.c */
int pk_viber_verify(void *self, const struct pk_hook_request *request, struct pk_error *err);
int pk_viber_called(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                    struct pk_error *err);

#endif
