/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/rekey.h"

#include "gateway/store/attempts.h"
#include "gateway/store/cursors.h"
#include "gateway/store/internal.h"
#include "gateway/store/sign_in.h"
#include "gateway/store/messages.h"
#include "gateway/store/recipients.h"

#include <stdio.h>

#define VALUE_MAX 1024u

/* The job: which table it is at, and how far. */
#define PHASE "keys.phase"
#define CURSOR "keys.cursor"
#define TARGET "keys.target" /* the key everything is to be under */
#define DONE "keys.done"
#define FINISHED "keys.finished_ms"
enum phase { NOTHING = 0, ADDRESSES = 1, ATTEMPTS = 2 };

/* ---- which keys ---- */

static int know(struct pk_store *store, const struct pk_keyring *ring, uint8_t id, struct pk_error *err)
{
    uint8_t mine[16];
    pk_keyring_check_value(ring, id, mine);
    struct pk_slice value = pk_slice_make(mine, sizeof mine);
    sqlite3_stmt *find = pk_sql(store, "SELECT value FROM key_check WHERE id = ?1");
    pk_sql_bind(find, "u", (unsigned) id);
    int r = pk_sql_step(store, find, err);
    if (r < 0)
        return r;
    bool same = r == 1 && pk_slice_equal(pk_sql_blob(find, 0), value);
    if (r == 1)
        pk_sql_reset(find);
    if (r == 1 && !same) {
        (void) pk_fail(err, PK_E_CONFIG, "key %u is not the one this database was written with", id);
        return pk_hint(err, PK_E_CONFIG, "Use the key file that belongs to this database.");
    }
    return r == 1 ? 0 : pk_sql_write(store, err, "INSERT INTO key_check(id, value) VALUES(?1, ?2)", "ub", (unsigned) id, value);
}

int pk_store_know_keys(struct pk_store *store, const struct pk_keyring *ring, struct pk_error *err)
{
    for (size_t i = 0; i < pk_keyring_count(ring); i++) {
        int r = know(store, ring, pk_keyring_id(ring, i), err);
        if (r != 0)
            return r;
    }
    int64_t known = pk_sql_int(store, 0, "SELECT count(*) FROM key_check", "");
    if (known > (int64_t) pk_keyring_count(ring)) {
        (void) pk_fail(err, PK_E_CONFIG, "the key file lacks a key this database was written with");
        return pk_hint(err, PK_E_CONFIG, "Use the key file that belongs to this database.");
    }
    return 0;
}

/* ---- the job ---- */

static int set_place(struct pk_store *store, enum phase phase, int64_t cursor, struct pk_error *err)
{
    int r = pk_store_set_number(store, PHASE, phase, err);
    return r == 0 ? pk_store_set_number(store, CURSOR, cursor, err) : r;
}

int pk_rekey_begin(struct pk_store *store, const struct pk_keyring *ring, struct pk_error *err)
{
    int r = pk_store_know_keys(store, ring, err);
    if (r == 0)
        r = set_place(store, ADDRESSES, 0, err);
    if (r == 0)
        r = pk_store_set_number(store, TARGET, pk_keyring_current(ring), err);
    return r == 0 ? pk_store_set_number(store, DONE, 0, err) : r;
}

bool pk_rekey_is_done(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM address WHERE key_of(value) <> ?1 LIMIT 1", "u", (unsigned) pk_keyring_current(store->keys)) == 0;
}

void pk_rekey_read(struct pk_store *store, struct pk_rekey *ret_rekey)
{
    *ret_rekey = (struct pk_rekey){
        .running = pk_store_number(store, PHASE, NOTHING) != NOTHING,
        .done = pk_store_number(store, DONE, 0),
        .finished_ms = pk_store_number(store, FINISHED, 0),
    };
}

static int renew_address(struct pk_store *store, int64_t id, struct pk_error *err)
{
    uint8_t blind[PK_BLIND_BYTES], old[PK_BLIND_BYTES] = { 0 };
    struct pk_buf clear, sealed;
    sqlite3_stmt *find = pk_sql(store, "SELECT channel, blind FROM address WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    uint32_t channel = pk_sql_u32(find, 0);
    struct pk_slice was = pk_sql_blob(find, 1);
    memcpy(old, was.data, was.len < sizeof old ? was.len : sizeof old);
    pk_sql_reset(find);
    pk_buf_init(&clear, VALUE_MAX);
    pk_buf_init(&sealed, VALUE_MAX + PK_SEAL_OVERHEAD);
    r = pk_address_value(store, id, &clear, err);
    if (r == 0) {
        (void) pk_blind(store->keys, 0, PK_BLIND_ADDRESS, pk_buf_slice(&clear), blind);
        pk_seal(store->keys, PK_PLACE_ADDRESS, id, pk_buf_slice(&clear), &sealed);
        r = pk_kept_move(store, channel, pk_slice_make(old, sizeof old), pk_slice_make(blind, sizeof blind), err); /* a STOP goes along */
    }
    if (r == 0)
        r = pk_sql_write(store, err, "UPDATE address SET value = ?2, blind = ?3 WHERE id = ?1", "ibb", id, pk_buf_slice(&sealed),
                         pk_slice_make(blind, sizeof blind));
    pk_buf_wipe(&clear);
    pk_buf_finish(&sealed);
    return r;
}

/* The rows behind the cursor that are under another key than the newest. */
static int collect(struct pk_store *store, const char *sql, size_t max, int64_t *ret_ids, size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, sql);
    size_t count = 0;
    int r;
    pk_sql_bind(rows, "iui", pk_store_number(store, CURSOR, 0), (unsigned) pk_keyring_current(store->keys), (int64_t) max);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        ret_ids[count++] = sqlite3_column_int64(rows, 0);
    *ret_count = count;
    return r;
}

static int finish(struct pk_store *store, int64_t now_ms, struct pk_error *err)
{
    int r = pk_cursors_rekey(store, err);
    if (r == 0)
        r = set_place(store, NOTHING, 0, err);
    return r == 0 ? pk_store_set_number(store, FINISHED, now_ms, err) : r;
}

int pk_rekey_step(struct pk_store *store, int64_t now_ms, size_t max, bool *ret_more, struct pk_error *err)
{
    static const char addresses[] = "SELECT id FROM address WHERE id > ?1 AND key_of(value) <> ?2 ORDER BY id LIMIT ?3";
    static const char attempts[] = "SELECT id FROM attempt WHERE id > ?1 AND provider_id IS NOT NULL AND key_of(provider_id) <> ?2"
                                   " ORDER BY id LIMIT ?3";
    int64_t ids[1000];
    size_t count = 0;
    enum phase phase = (enum phase) pk_store_number(store, PHASE, NOTHING);
    max = max < PK_COUNT(ids) ? max : PK_COUNT(ids);
    *ret_more = phase != NOTHING;
    /* In the turn that began it the new key is not in memory yet. */
    if (phase == NOTHING || pk_store_number(store, TARGET, 0) != pk_keyring_current(store->keys))
        return 0;
    int r = collect(store, phase == ADDRESSES ? addresses : attempts, max, ids, &count, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = phase == ADDRESSES ? renew_address(store, ids[i], err) : pk_attempt_rekey(store, ids[i], err);
    if (r == 0 && count > 0)
        r = pk_store_set_number(store, DONE, pk_store_number(store, DONE, 0) + (int64_t) count, err);
    if (r == 0 && count > 0)
        r = set_place(store, phase, ids[count - 1], err);
    if (r != 0 || count == max)
        return r;
    *ret_more = phase == ADDRESSES;
    if (phase == ADDRESSES && (r = pk_sign_in_rekey(store, err)) != 0)
        return r;
    return phase == ADDRESSES ? set_place(store, ATTEMPTS, 0, err) : finish(store, now_ms, err);
}

/* ---- what needs which ---- */

/* Rows of before a table told its keys (0) are the oldest one's. Tables and columns that are not there need nothing. */
static const struct {
    const char *kind, *table, *column, *key;
    bool ages_out;
} kinds[PK_KEY_NEEDS - 1] = {
    { "addresses", "address", "value", "key_of(value)", false },
    { "stops", "suppression", "key", "key", false },
    { "silence", "silent", "key", "key", true },
    { "proofs", "proof", "key", "key", true },
    { "providers' ids", "attempt", "provider_id", "key_of(provider_id)", true },
    { "places in what providers keep", "cursor", "value", "key_of(value)", false },
    { "replies", "reply", "text", "key_of(text)", true },
    { "parts of replies", "reply_part", "text", "key_of(text)", true },
    { "answers by hand", "inbox", "words", "key_of(words)", true },
    { "new addresses", "move", "value", "key_of(value)", true },
    { "addresses of users", "user", "address", "key_of(address)", false },
    { "second factors", "factor", "secret", "key_of(secret)", false },
    { "codes asked for", "pass", "value", "key_of(value)", true },
    { "sign-ups of the day", "signup", "masked", "key_of(masked)", true },
    { "forms of people who signed up", "joining", "value", "key_of(value)", true },
    { "ids of parts", "attempt_part", "key", "key", true },
    { "parked receipts", "parked", "key", "key", true },
    { "journal owed", "journal_owed", "key", "key", true },
    { "entries of consent", "ledger", "key", "key", true },
    { "anchors of consent", "ledger_anchor", "key", "key", true },
    { "audit", "audit", "key", "key", true },
    { "anchors of the audit", "audit_anchor", "key", "key", true },
};

static bool has_column(struct pk_store *store, const char *table, const char *column)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM pragma_table_info(?1) WHERE name = ?2", "tt", pk_slice_of(table), pk_slice_of(column)) > 0;
}

static int count_need(struct pk_store *store, size_t kind, uint8_t key, uint8_t oldest, int64_t *ret_count, struct pk_error *err)
{
    char sql[256];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s = ?1 OR (?1 = ?2 AND '%s' = 'key' AND %s = 0)", kinds[kind].table,
                    kinds[kind].key, kinds[kind].key, kinds[kind].key);
    sqlite3_stmt *row = pk_sql_composed(store, sql);
    pk_sql_bind(row, "uu", (unsigned) key, (unsigned) oldest);
    int r = pk_sql_step(store, row, err);
    if (r != 1)
        return r;
    *ret_count = sqlite3_column_int64(row, 0);
    pk_sql_reset(row);
    return 0;
}

int pk_key_needs(struct pk_store *store, uint8_t key, struct pk_key_need ret_needs[PK_KEY_NEEDS], size_t *ret_count, struct pk_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < PK_COUNT(kinds); i++) {
        int64_t rows = 0;
        if (!has_column(store, kinds[i].table, kinds[i].column))
            continue;
        int r = count_need(store, i, key, pk_keyring_id(store->keys, 0), &rows, err);
        if (r != 0)
            return r;
        if (rows > 0)
            ret_needs[count++] = (struct pk_key_need){ .kind = kinds[i].kind, .count = rows, .ages_out = kinds[i].ages_out };
    }
    *ret_count = count;
    return 0;
}

int pk_key_retire(struct pk_store *store, uint8_t key, struct pk_error *err)
{
    if (key == pk_keyring_current(store->keys))
        return pk_fail(err, PK_E_CONFLICT, "key %u is the one that is written with", key);
    if (pk_store_number(store, PHASE, NOTHING) != NOTHING)
        return pk_fail(err, PK_E_CONFLICT, "a rotation is under way");
    int r = pk_sql_write(store, err, "DELETE FROM key_check WHERE id = ?1", "u", (unsigned) key);
    return r == 0 && pk_sql_changed(store) == 0 ? pk_fail(err, PK_E_NOT_FOUND, "the database knows no key %u", key) : r;
}
