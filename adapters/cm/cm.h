/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * CM.com, for its own files. One API carries SMS and Viber; an account speaks on one of the two, and what differs is in
 * viber.c: the content, how buttons come back, and which codes of a failure mean what. One of Viber may fall back to SMS.
 */
#ifndef PK_ADAPTER_CM_H
#define PK_ADAPTER_CM_H

#include "adapters/kit/account.h"
#include "adapters/kit/json.h"

enum cm_buttons { CM_NO_BUTTONS = 0, CM_WORDS, CM_EXACT };

struct cm_account {
    struct pk_kit_account base;
    bool viber; /* else SMS */
    bool falls_back; /* Viber: to SMS, where the job says so */
    enum cm_buttons buttons;
};

/* ---- send.c ---- */

int pk_cm_step(void *self, const struct pk_job *job, struct pk_round *round);

/* ---- calls.c ---- */

int pk_cm_verify(void *self, const struct pk_hook_request *request, struct pk_error *err);
int pk_cm_called(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                 struct pk_error *err);

/* ---- viber.c, for accounts of Viber ---- */

/* What only such an account can get wrong: PK_E_CONFIG names the setting. */
int pk_cm_viber_check(const struct cm_account *account, struct pk_error *err);
/* false: never to be sent, and the result says why. */
bool pk_cm_viber_may_send(const struct cm_account *account, const struct pk_job *job, struct pk_result *ret_result);
/* The member richContent; PK_E_NOMEM, else what the JSON's error says. */
int pk_cm_viber_content(const struct cm_account *account, const struct pk_job *job, struct pk_kit_json *json);
/* What a failure with this code is; *ret_blocked: the person blocked the sender. */
uint32_t pk_cm_viber_failure(const struct cm_account *account, struct pk_slice code, bool *ret_blocked);

#endif
