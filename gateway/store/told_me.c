/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/told_me.h"

#include "gateway/store/internal.h"

int pk_told_me_put(struct pk_store *store, int64_t occurrence, int64_t version, int64_t user, int64_t count, int64_t now_ms,
                   struct pk_error *err)
{
    if (count == 0)
        return pk_sql_write(store, err, "DELETE FROM told_me WHERE occurrence = ?1 AND user = ?2", "ii", occurrence, user);
    return pk_sql_write(store, err,
                        "INSERT INTO told_me(occurrence, user, version, count, at_ms) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(occurrence, user)"
                        " DO UPDATE SET version = excluded.version, count = excluded.count, at_ms = excluded.at_ms",
                        "iiiii", occurrence, user, version, count, now_ms);
}

int64_t pk_told_me_get(struct pk_store *store, int64_t occurrence, int64_t version, int64_t user)
{
    return pk_sql_int(store, 0, "SELECT coalesce(sum(count), 0) FROM told_me WHERE occurrence = ?1 AND version = ?2 AND (user = ?3 OR ?3 = 0)",
                      "iii", occurrence, version, user);
}

int pk_told_me_forget(struct pk_store *store, int64_t user, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM told_me WHERE user = ?1", "i", user);
}

int pk_told_me_drop(struct pk_store *store, size_t max, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "DELETE FROM told_me WHERE occurrence IN (SELECT occurrence FROM told_me WHERE occurrence NOT IN (SELECT id FROM"
                        " occurrence) LIMIT ?1)",
                        "i", (int64_t) max);
}
