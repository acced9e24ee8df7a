/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Moments as providers write them. No clock and no time zone database: what names no offset is no moment.
 */
#ifndef PK_KIT_MOMENT_H
#define PK_KIT_MOMENT_H

#include "gateway/include/pokana/adapter.h"

#define PK_KIT_RFC3339_ROOM sizeof "2026-10-14T16:00:00Z"

/* UTC to the second, rounded down. Moments outside the years 1970 to 9999 are brought to the nearer end. */
void pk_kit_rfc3339(int64_t ms, char ret_text[PK_KIT_RFC3339_ROOM]);

/* Reads RFC 3339 (a space for the T is fine), or seconds or milliseconds since 1970 by their size. 0 when it is neither, or
 * outside the years 1970 to 9999. */
int64_t pk_kit_moment(struct pk_slice text);

#endif
