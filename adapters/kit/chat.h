/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What chat providers have in common: buttons that say which message they stand under, lengths as such providers count
 * them, the tokens of links that open a chat, signatures over the bytes of a call.
 */
#ifndef PK_KIT_CHAT_H
#define PK_KIT_CHAT_H

#include "gateway/include/pokana/adapter.h"

/* What a button carries and is told back when it is pressed: "c:ATTEMPT:CHOICE", NUL-terminated. Buttons stay in a chat for
 * ever, so the choice alone would not say what is answered. */
#define PK_KIT_BUTTON_ROOM 65
/* Its length; 0 when the choice's id is none that can be carried (1 to 40 of A-Z a-z 0-9 _ -). */
size_t pk_kit_button(const struct pk_job *job, struct pk_slice choice, char ret_payload[PK_KIT_BUTTON_ROOM]);
/* false: not one of ours. The slices point into `payload`. */
bool pk_kit_button_read(struct pk_slice payload, struct pk_slice *ret_attempt, struct pk_slice *ret_choice);

/* UTF-16 code units of UTF-8: as many as the characters any of these providers may count, or more. */
size_t pk_kit_units(struct pk_slice text);

/* A token that a link carries into a chat: 1 to 64 of A-Z a-z 0-9 _ -. */
bool pk_kit_is_token(struct pk_slice text);

/* Is `hex` (letters in either case) the HMAC-SHA256 of these bytes? Never for an empty key. */
bool pk_kit_hmac_is(const struct pk_host *host, struct pk_slice key, struct pk_slice bytes, struct pk_slice hex);

#endif
