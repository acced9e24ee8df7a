/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The whatsapp adapter's own header: one sender number as configured, and which file does what with it.
 *
 *     whatsapp.c  the settings, the adapter's table, an account's life
 *     approved.c  which of our texts are approved templates at Meta, under which name and with which parameters
 *     send.c      a job -> a template or a free text; the answer -> an outcome
 *     codes.c     Meta's error codes, which mean the same in answers and in statuses
 *     window.c    who wrote to us within 24 hours: only they may get a free text
 *     protect.c   is this call at the webhook Meta's?
 *     calls.c     its statuses, replies and refusals -> events
 */
#ifndef PK_ADAPTER_WHATSAPP_H
#define PK_ADAPTER_WHATSAPP_H

#include "adapters/kit/result.h"
#include "adapters/kit/settings.h"

#define WHATSAPP_FIELDS_MAX 24u  /* parameters of a template */
#define WHATSAPP_BUTTONS_MAX 10u /* of a template */

/* One of our texts in one rendering, as Meta knows it. The slices lie in the account's settings. */
struct whatsapp_field {
    struct pk_slice name;  /* ours */
    struct pk_slice named; /* Meta's, where its template names its parameters; else empty */
};

struct whatsapp_approved {
    const char *key;                /* "event-invitation.bg-Latn" */
    struct pk_slice name, language; /* Meta's */
    struct whatsapp_field fields[WHATSAPP_FIELDS_MAX];
    size_t field_count;
    struct pk_slice buttons[WHATSAPP_BUTTONS_MAX]; /* ids of choices, by the order of the template's buttons */
    size_t button_count;
    int64_t refused_until_ms; /* Meta does not approve it now, or has no such template; asked again after that */
};

/* Who wrote lately, by a keyed hash of the number: a table that forgets the oldest when it is full. */
#define WHATSAPP_WINDOW_SLOTS 8192u

struct whatsapp_window {
    uint8_t key[32];
    struct {
        uint64_t who;
        int64_t until_ms; /* 0 = free */
    } slots[WHATSAPP_WINDOW_SLOTS];
};

struct whatsapp {
    const struct pk_host *host;
    struct pk_kit_settings settings;
    char *bearer; /* the value of Authorization */
    struct whatsapp_approved *approved;
    size_t approved_count;
    struct whatsapp_window window;
    struct pk_kit_words words; /* what a result points at */
    bool told_of_nameless;     /* a person without a number is logged once */
};

/* approved.c */
int pk_whatsapp_read_approved(struct whatsapp *account, struct pk_error *err);
/* NULL: this text has no approved template in this rendering. */
const struct whatsapp_approved *pk_whatsapp_find(const struct whatsapp *account, const struct pk_job *job);

/* As `carries` of the adapter. */
int pk_whatsapp_carries(const void *self, struct pk_slice template_name, struct pk_slice language, int64_t now_ms, struct pk_error *err);

/* send.c */
int pk_whatsapp_step(void *self, const struct pk_job *job, struct pk_round *round);

/* codes.c */
struct whatsapp_code {
    int64_t first, last;
    uint32_t outcome;
    const char *reason; /* NULL = the outcome's own */
};
/* NULL: not one that we know. `details` of the error tells two meanings of one code apart. */
const struct whatsapp_code *pk_whatsapp_code(int64_t code, struct pk_slice details);

/* Is it about the template itself, whatever the message? Missing, paused or switched off at Meta. */
bool pk_whatsapp_is_unapproved(int64_t code);

/* window.c */
void pk_whatsapp_window_init(struct whatsapp_window *window, const struct pk_host *host);
void pk_whatsapp_window_heard(struct whatsapp *account, struct pk_slice address, int64_t at_ms, int64_t now_ms);
bool pk_whatsapp_window_open(const struct whatsapp *account, struct pk_slice address, int64_t now_ms);

/* protect.c */
int pk_whatsapp_verify(void *self, const struct pk_hook_request *request, struct pk_error *err);
/* The call with which Meta looks whether the address is ours: what it wants back. {NULL,0}: another call. The slice
 * lives in `room`, as long as the query. */
struct pk_slice pk_whatsapp_challenge(const struct pk_hook_request *request, char *room);

/* calls.c */
int pk_whatsapp_called(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                       struct pk_error *err);

#endif
