/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/attempt_parts.h"

#include "gateway/include/pokana/adapter.h"
#include "gateway/store/internal.h"

int pk_attempt_part_taken(struct pk_store *store, uint32_t account, const struct pk_attempt_part *part, struct pk_slice provider_id,
                          struct pk_error *err)
{
    uint8_t blind[PK_BLIND_BYTES];
    pk_attempt_blind(store, 0, account, provider_id, blind);
    return pk_sql_write(store, err,
                        "INSERT INTO attempt_part(attempt, part, parts, state, provider, key) SELECT ?1, ?2, ?3, 0, ?4, ?5 WHERE EXISTS"
                        " (SELECT 1 FROM attempt t JOIN message m ON m.id = t.message WHERE t.id = ?1 AND m.address <> 0)"
                        " ON CONFLICT(attempt, part) DO UPDATE SET provider = excluded.provider, key = excluded.key",
                        "iuubu", part->attempt, part->index, part->total, pk_slice_make(blind, sizeof blind),
                        (unsigned) pk_keyring_current(store->keys));
}

int pk_attempt_part_find(struct pk_store *store, uint32_t account, struct pk_slice provider_id, struct pk_attempt_part *ret_part,
                         struct pk_error *err)
{
    for (size_t i = pk_keyring_count(store->keys); i-- > 0;) {
        uint8_t blind[PK_BLIND_BYTES];
        pk_attempt_blind(store, pk_keyring_id(store->keys, i), account, provider_id, blind);
        sqlite3_stmt *find = pk_sql(store, "SELECT attempt, part, parts FROM attempt_part INDEXED BY attempt_part_by_provider"
                                           " WHERE provider = ?1 ORDER BY attempt DESC LIMIT 1");
        pk_sql_bind(find, "b", pk_slice_make(blind, sizeof blind));
        int r = pk_sql_step(store, find, err);
        if (r == 1) {
            *ret_part = (struct pk_attempt_part){ sqlite3_column_int64(find, 0), pk_sql_u32(find, 1), pk_sql_u32(find, 2) };
            pk_sql_reset(find);
        }
        if (r != 0)
            return r < 0 ? r : 0;
    }
    return pk_fail(err, PK_E_NOT_FOUND, "there is no such part");
}

/* What is said later counts only when it ranks higher: given up for now, given up, arrived. */
static unsigned rank_of(uint32_t receipt_state)
{
    static const unsigned ranks[] = {
        [PK_RECEIPT_ACCEPTED] = 1,
        [PK_RECEIPT_SENT] = 2,
        [PK_RECEIPT_UNDELIVERED_TEMPORARY] = 3,
        [PK_RECEIPT_UNDELIVERED_PERMANENT] = 4,
        [PK_RECEIPT_DELIVERED] = 5,
        [PK_RECEIPT_READ] = 6,
        [PK_RECEIPT_UNKNOWN] = 0,
    };
    return receipt_state < PK_COUNT(ranks) ? ranks[receipt_state] : 0;
}

int pk_attempt_part_heard(struct pk_store *store, const struct pk_attempt_part *part, uint32_t receipt_state, struct pk_error *err)
{
    uint32_t known = (uint32_t) pk_sql_int(store, 0, "SELECT state FROM attempt_part WHERE attempt = ?1 AND part = ?2", "iu", part->attempt,
                                           part->index);
    if (rank_of(receipt_state) <= rank_of(known))
        return 0;
    int r = pk_sql_write(store, err,
                         "INSERT INTO attempt_part(attempt, part, parts, state, provider, key) VALUES(?1, ?2, ?3, ?4, NULL, ?5)"
                         " ON CONFLICT(attempt, part) DO UPDATE SET state = excluded.state",
                         "iuuuu", part->attempt, part->index, part->total, receipt_state, (unsigned) pk_keyring_current(store->keys));
    return r != 0 ? r : 1;
}

int pk_attempt_parts_whole(struct pk_store *store, int64_t attempt, uint32_t *ret_receipt_state, struct pk_error *err)
{
    uint32_t total = 0, arrived = 0, lost = 0, told = 0;
    sqlite3_stmt *rows = pk_sql(store, "SELECT state, parts FROM attempt_part WHERE attempt = ?1");
    pk_sql_bind(rows, "i", attempt);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        uint32_t state = pk_sql_u32(rows, 0);
        total = pk_sql_u32(rows, 1);
        told += rank_of(state) > rank_of(PK_RECEIPT_ACCEPTED);
        arrived += rank_of(state) >= rank_of(PK_RECEIPT_DELIVERED);
        bool given_up = state == PK_RECEIPT_UNDELIVERED_PERMANENT || state == PK_RECEIPT_UNDELIVERED_TEMPORARY;
        if (given_up && rank_of(state) > rank_of(lost))
            lost = state;
    }
    *ret_receipt_state = told > 0 ? PK_RECEIPT_SENT : 0;
    if (arrived > 0 && arrived == total)
        *ret_receipt_state = PK_RECEIPT_DELIVERED;
    if (lost != 0)
        *ret_receipt_state = lost;
    return r;
}
