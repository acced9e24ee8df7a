/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/offers.h"

#include "gateway/store/circles.h"
#include "gateway/store/deep_links.h"
#include "gateway/store/desk_words.h"
#include "gateway/store/internal.h"
#include "gateway/store/joins.h"
#include "gateway/store/moves.h"
#include "gateway/store/passes.h"

int pk_offers_end_of(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    int r = pk_deep_links_end_of(store, recipient, err);
    if (r == 0)
        r = pk_desk_words_void(store, recipient, err);
    if (r == 0)
        r = pk_moves_void(store, recipient, err);
    return r == 0 ? pk_circle_unask(store, recipient, err) : r;
}

int pk_offers_end_all(struct pk_store *store, struct pk_error *err)
{
    int r = pk_deep_links_end_all(store, err);
    if (r == 0)
        r = pk_desk_words_void(store, 0, err);
    if (r == 0)
        r = pk_moves_void(store, 0, err);
    if (r == 0)
        r = pk_passes_end_all(store, err);
    return r == 0 ? pk_joins_end_all(store, err) : r;
}

static const char *const whats[] = { "answer link", "desk word", "new address", "unsubscribe link" };

int pk_offers_of(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_offer *offer), void *ctx,
                 struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT 0, a.channel, 0, '', l.created_ms AS made, l.until_ms, l.decided_ms, l.choice FROM address a"
                                       " CROSS JOIN message m INDEXED BY message_by_address ON m.address = a.id CROSS JOIN link l"
                                       " ON l.message = m.id WHERE a.recipient = ?1"
                                       " UNION ALL SELECT 1, channel, topic, asked_by, created_ms, until_ms, 0, 0 FROM desk_word"
                                       " WHERE recipient = ?1"
                                       " UNION ALL SELECT 2, channel, 0, '', created_ms, until_ms, 0, 0 FROM move WHERE recipient = ?1"
                                       " UNION ALL SELECT 3, channel, 0, '', created_ms, until_ms, used_ms, 0 FROM unsubscribe"
                                       " WHERE recipient = ?1 ORDER BY made");
    int r;
    pk_sql_bind(rows, "i", recipient);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        const struct pk_offer offer = {
            .what = whats[pk_sql_u32(rows, 0) % PK_COUNT(whats)],
            .channel = pk_sql_u32(rows, 1),
            .topic = pk_sql_u32(rows, 2),
            .by = pk_sql_text(rows, 3),
            .made_ms = sqlite3_column_int64(rows, 4),
            .until_ms = sqlite3_column_int64(rows, 5),
            .used_ms = sqlite3_column_int64(rows, 6),
            .choice = pk_sql_u32(rows, 7),
        };
        if ((r = each(ctx, &offer)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}
