/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/moments.h"

#include "gateway/store/internal.h"

#define AWAY_MS 90000
#define AHEAD "900000" /* a step is made so long before it is due */

static void nearer(int64_t *next_ms, int64_t now_ms, int64_t moment_ms)
{
    if (moment_ms > now_ms && moment_ms < *next_ms)
        *next_ms = moment_ms;
}

int64_t pk_store_next_moment(struct pk_store *store, int64_t now_ms, int64_t otherwise)
{
    static const char *const moments[] = {
        "SELECT min(due_ms) FROM message WHERE state < 3 AND due_ms > ?1 AND reason <> 7",
        "SELECT min(expires_ms) FROM message WHERE state < 3 AND expires_ms > ?1",
        "SELECT min(due_ms) FROM message WHERE state BETWEEN 4 AND 7 AND due_ms > ?1",
        "SELECT min(due_ms) - " AHEAD " FROM campaign_step WHERE state = 1 AND due_ms > ?1 + " AHEAD,
        "SELECT min(due_ms) FROM campaign_step WHERE state = 5 AND due_ms > ?1",
        "SELECT min(starts_ms) FROM campaign WHERE state = 3 AND starts_ms > ?1",
    };
    int64_t next_ms = otherwise;
    for (size_t i = 0; i < PK_COUNT(moments); i++)
        nearer(&next_ms, now_ms, pk_sql_int(store, 0, moments[i], "i", now_ms));
    if (pk_sql_int(store, 0, "SELECT 1 FROM message WHERE state < 4 AND (due_ms <= ?1 OR reason = 7) LIMIT 1", "i", now_ms) != 0)
        nearer(&next_ms, now_ms, now_ms + AWAY_MS);
    return next_ms;
}
