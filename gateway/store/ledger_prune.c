/* SPDX-License-Identifier: EUPL-1.2 */
/* Anchors of the consent ledger (ledger_chain.h), and the pruning that leaves one behind. */
#include "gateway/store/ledger_private.h"

/* ---- anchors ---- */

static int anchor_mac(const struct pk_store *store, const struct pk_ledger_anchor *anchor, uint8_t ret_mac[32])
{
    const int64_t numbers[] = { anchor->key, anchor->id, anchor->at_ms, anchor->made_ms };
    uint8_t bytes[PK_COUNT(numbers)][8];
    struct pk_slice parts[PK_COUNT(numbers) + 2] = { PK_SLICE("anchor") };
    for (size_t i = 0; i < PK_COUNT(numbers); i++) {
        pk_ledger_number(bytes[i], numbers[i]);
        parts[i + 1] = pk_slice_make(bytes[i], 8);
    }
    parts[PK_COUNT(numbers) + 1] = pk_slice_make(anchor->link, sizeof anchor->link);
    if (anchor->key == 0 || anchor->key > UINT8_MAX)
        return PK_E_NOT_FOUND;
    return pk_keyring_mac_by(store->keys, (uint8_t) anchor->key, PK_KEY_CHAIN, parts, PK_COUNT(parts), ret_mac);
}

int pk_ledger_read_anchor(struct pk_store *store, struct pk_ledger_anchor *ret_anchor, bool *ret_good, struct pk_error *err)
{
    uint8_t mac[32];
    sqlite3_stmt *find = pk_sql(store, "SELECT id, at_ms, made_ms, key, link, mac FROM ledger_anchor ORDER BY id DESC LIMIT 1");
    *ret_anchor = (struct pk_ledger_anchor){ 0 };
    *ret_good = true;
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    ret_anchor->id = sqlite3_column_int64(find, 0);
    ret_anchor->at_ms = sqlite3_column_int64(find, 1);
    ret_anchor->made_ms = sqlite3_column_int64(find, 2);
    ret_anchor->key = pk_sql_u32(find, 3);
    struct pk_slice link = pk_sql_blob(find, 4), kept = pk_sql_blob(find, 5);
    memcpy(ret_anchor->link, link.data, link.len < PK_LINK_BYTES ? link.len : PK_LINK_BYTES);
    *ret_good = link.len == PK_LINK_BYTES && kept.len == sizeof mac && anchor_mac(store, ret_anchor, mac) == 0 &&
                pk_equal_constant_time(kept.data, mac, sizeof mac);
    pk_sql_reset(find);
    return 0;
}

int pk_ledger_anchor(struct pk_store *store, struct pk_ledger_anchor *ret_anchor, struct pk_error *err)
{
    bool good;
    return pk_ledger_read_anchor(store, ret_anchor, &good, err);
}

/* ---- pruning ---- */

/* The entries from the oldest on that may go: their number in *ret_count. */
static int find_old(struct pk_store *store, int64_t after, int64_t before_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT l.at_ms, c.kind FROM ledger l LEFT JOIN consent c ON c.recipient = l.recipient"
                                       " AND c.topic = l.topic AND c.channel = l.channel AND c.event = l.id WHERE l.id > ?1"
                                       " ORDER BY l.id LIMIT ?2");
    pk_sql_bind(rows, "ii", after, (int64_t) max);
    int r;
    *ret_count = 0;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        bool stands = sqlite3_column_type(rows, 1) != SQLITE_NULL && sqlite3_column_int64(rows, 1) <= PK_CONSENT_CONFIRMED;
        if (stands || sqlite3_column_int64(rows, 0) >= before_ms) {
            pk_sql_reset(rows);
            return 0;
        }
        (*ret_count)++;
    }
    return r;
}

static int drop_anchor(struct pk_store *store, const struct pk_ledger_proof *proof, int64_t now_ms, struct pk_error *err)
{
    struct pk_ledger_anchor anchor = { .id = proof->id, .at_ms = proof->at_ms, .made_ms = now_ms, .key = pk_keyring_current(store->keys) };
    uint8_t mac[32];
    memcpy(anchor.link, proof->link, sizeof anchor.link);
    if (anchor_mac(store, &anchor, mac) != 0)
        return pk_fail(err, PK_E_CONFIG, "there is no key to sign an anchor with");
    int r = pk_sql_write(store, err, "INSERT INTO ledger_anchor(id, at_ms, made_ms, key, link, mac) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", "iiiubb",
                         anchor.id, anchor.at_ms, anchor.made_ms, anchor.key, pk_slice_make(anchor.link, sizeof anchor.link),
                         pk_slice_make(mac, sizeof mac));
    return r == 0 ? pk_sql_write(store, err, "DELETE FROM ledger_anchor WHERE id < ?1", "i", anchor.id) : r;
}

int pk_ledger_prune(struct pk_store *store, int64_t before_ms, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    struct pk_ledger_proof proof = { 0 };
    size_t seen = 0, count = 0;
    *ret_count = 0;
    int r = pk_ledger_begin(store, &proof, false, err);
    if (r == 0)
        r = find_old(store, proof.id, before_ms, max, &count, err);
    if (r != 0 || count == 0)
        return r;
    if ((r = pk_ledger_check_chain(store, &proof, false, count, &seen, err)) != 0)
        return r;
    r = drop_anchor(store, &proof, now_ms, err);
    /* What the last of them left is known no more either, of people who are gone. */
    if (r == 0)
        r = pk_sql_write(store, err,
                         "DELETE FROM consent WHERE (recipient, topic, channel) IN (SELECT recipient, topic, channel FROM ledger WHERE id <= ?1)"
                         " AND event <= ?1 AND recipient NOT IN (SELECT id FROM recipient)",
                         "i", proof.id);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM ledger WHERE id <= ?1", "i", proof.id);
    *ret_count = r == 0 ? count : 0;
    return r;
}
