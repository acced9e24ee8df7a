/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The telegram adapter's own header: one bot as configured, and which file does what with it.
 *
 *     telegram.c  the settings, the adapter's table, an account's life
 *     send.c      a job -> sendMessage; the answer -> an outcome
 *     updates.c   what people write and press, whichever way it comes -> events
 *     doors.c     the two ways: Telegram calls us, or we ask Telegram
 */
#ifndef PK_ADAPTER_TELEGRAM_H
#define PK_ADAPTER_TELEGRAM_H

#include "adapters/kit/result.h"
#include "adapters/kit/settings.h"

/* Buttons pressed whose press is not acknowledged yet; more than these spin until they give up. */
#define TELEGRAM_PRESSED_MAX 32u
#define TELEGRAM_PRESSED_BYTES 40u

enum telegram_updates { TELEGRAM_POLL, TELEGRAM_WEBHOOK, TELEGRAM_OFF };

struct telegram {
    const struct pk_host *host;
    struct pk_kit_settings settings;
    enum telegram_updates updates;
    struct pk_kit_words words; /* what a result points at */

    /* asking */
    char pressed[TELEGRAM_PRESSED_MAX][TELEGRAM_PRESSED_BYTES]; /* ids of presses to acknowledge, oldest first */
    size_t pressed_count;
    bool acknowledging; /* the request in the air is such an acknowledgement */
};

/* telegram.c: begins a request of a method, the token in its URL. 0, or PK_E_LIMIT. */
int pk_telegram_begin(const struct telegram *bot, struct pk_request *request, const char *method);

/* send.c */
int pk_telegram_step(void *self, const struct pk_job *job, struct pk_round *round);

/* updates.c */
struct telegram_pressed {
    struct pk_slice id; /* of the press, to acknowledge it; empty when nothing was pressed */
};
/* The events of one update. 0, or what emit() said; an update that means nothing to us makes no event. */
int pk_telegram_update(const struct telegram *bot, const struct pk_value *update, struct pk_event_sink *sink,
                       struct telegram_pressed *ret_pressed);

/* doors.c */
int pk_telegram_verify(void *self, const struct pk_hook_request *request, struct pk_error *err);
int pk_telegram_called(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                       struct pk_error *err);
int pk_telegram_ask(void *self, struct pk_slice cursor, struct pk_request *request, int64_t now_ms);
int pk_telegram_answered(void *self, const struct pk_answer *answer, struct pk_event_sink *sink, struct pk_out *ret_cursor,
                         struct pk_error *err);

#endif
