/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Moments as providers write them. No clock and no time zone database: what names no offset is no moment. One clock's
 * rule is known (pk_kit_amsterdam).
 */
#ifndef PK_KIT_MOMENT_H
#define PK_KIT_MOMENT_H

#include "gateway/include/pokana/adapter.h"

#define PK_KIT_RFC3339_ROOM sizeof "2026-10-14T16:00:00Z"

/* UTC to the second, rounded down. Moments outside the years 1970 to 9999 are brought to the nearer end. */
void pk_kit_rfc3339(int64_t ms, char ret_text[PK_KIT_RFC3339_ROOM]);

/* As mails say it: "Wed, 14 Oct 2026 16:00:00 +0000". The same bounds. */
#define PK_KIT_RFC5322_ROOM sizeof "Wed, 14 Oct 2026 16:00:00 +0000"
void pk_kit_rfc5322(int64_t ms, char ret_text[PK_KIT_RFC5322_ROOM]);

/* What Amsterdam's wall clock shows then, as if it were UTC: an hour ahead, two from the last Sunday of March to the last one of
 * October (as it is since 1996). */
int64_t pk_kit_amsterdam(int64_t ms);

/* Reads RFC 3339 (a space for the T is fine), or seconds or milliseconds since 1970 by their size. 0 when it is neither, or
 * outside the years 1970 to 9999. */
int64_t pk_kit_moment(struct pk_slice text);

#endif
