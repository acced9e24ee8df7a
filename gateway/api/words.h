/* SPDX-License-Identifier: EUPL-1.2 */
/* What the enumerations of the adapters' header are called at this door. NULL for a number that is none of them. */
#ifndef PK_API_WORDS_H
#define PK_API_WORDS_H

#include <stdint.h>

const char *pk_receipt_word(uint32_t state); /* enum pk_receipt_state */
const char *pk_outcome_word(uint32_t outcome); /* enum pk_outcome */
const char *pk_intent_word(uint32_t intent); /* enum pk_intent */
const char *pk_trigger_word(uint32_t state); /* enum pk_trigger_state */

#endif
