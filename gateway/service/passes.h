/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing in to one's own page without a password: a code to the same address (gateway/store/passes.h). The page tells
 * nobody whether an address is known: asking does the same for every address, and who is written to is decided a turn
 * later, from the queue. Nothing is sent to somebody who said STOP, for anybody can type a number.
 */
#ifndef PK_SERVICE_PASSES_H
#define PK_SERVICE_PASSES_H

#include "gateway/service/service.h"
#include "gateway/store/passes.h"

#define PK_PASSES_AT_ONCE 1000 /* waiting to be looked at: more is nobody's real need */
#define PK_PASS_MS (10 * 60 * 1000ll) /* the text that carries the code says so */
#define PK_SESSION_MS (15 * 60 * 1000ll) /* without a button pressed */
#define PK_SESSION_WHOLE_MS (2 * 3600 * 1000ll) /* with buttons */

/* `written`: a number as people write it. Inside a unit. PK_E_INVALID when that cannot be a mobile number; PK_E_CONFIG where no
 * route could carry a code; PK_E_BUSY when very many ask at once. */
int pk_passes_ask(struct pk_service *service, struct pk_slice written, int64_t now_ms, uint8_t ret_token[PK_PASS_TOKEN_BYTES],
                  struct pk_error *err);

/* Looks at what was asked for, at most `max`; each in its own unit. True when there is more. The open phase. */
bool pk_passes_step(struct pk_service *service, size_t max);

/* Six digits, and the message that carries them. Inside a unit; also for moves.h. */
void pk_passes_code(char ret_code[8]);
struct pk_recipient;
struct pk_pass_code {
    int64_t recipient, address; /* recipient 0 = nobody's address yet */
    uint32_t channel;
    const struct pk_recipient *who; /* whose language it is in */
    const char *code;
    int64_t asked_ms;
};
int pk_passes_send(struct pk_service *service, const struct pk_pass_code *code, int64_t now_ms, struct pk_error *err);

/* Opens a session. Keep the unit also when this refuses (PK_E_DENIED): a wrong code is counted. */
int pk_passes_enter(struct pk_service *service, const uint8_t pass[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms,
                    uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err);
/* Whose page it is: looking changes nothing, how long it stays open neither. PK_E_DENIED. */
int pk_passes_session(struct pk_service *service, const uint8_t session[PK_PASS_TOKEN_BYTES], int64_t now_ms, int64_t *ret_recipient,
                      struct pk_error *err);
/* Somebody pressed a button there: the session goes on. Inside a unit. PK_E_DENIED. */
int pk_passes_go_on(struct pk_service *service, const uint8_t session[PK_PASS_TOKEN_BYTES], int64_t now_ms, struct pk_error *err);

#endif
