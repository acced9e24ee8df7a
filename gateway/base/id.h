/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Identifiers, positive 63-bit integers, made by the gateway. Ordered ones are `milliseconds << 20 | counter`
 * and never repeat within a database, also when the clock steps back; random ones say nothing about when.
 * As text: 13 lower-case Crockford base-32 digits.
 */
#ifndef PK_BASE_ID_H
#define PK_BASE_ID_H

#include "gateway/include/pokana/slice.h"

#include <stdint.h>

#define PK_ID_TEXT_MAX 14

int64_t pk_id_ordered(void);
/* At start: later ids are greater than this one. */
void pk_id_seen(int64_t id);
int64_t pk_id_random(void);

const char *pk_id_format(int64_t id, char ret_text[PK_ID_TEXT_MAX]);
/* PK_E_INVALID unless exactly 13 digits of a positive id; case-insensitive. */
int pk_id_parse(struct pk_slice text, int64_t *ret_id);

#endif
