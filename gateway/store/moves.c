/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/moves.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/links.h"
#include "gateway/store/messages.h"
#include "gateway/store/passes.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"
#include "gateway/store/reply_parts.h"

#define PLACE_VALUE "move.value"
#define KIND "move" /* of the blind index: it finds nothing else */
#define VALUE_MAX 1024u
#define SEALED_MAX 512u
#define COUNTED_MS (24 * 3600 * 1000ll)
#define COLUMNS "id, recipient, address, keeps, channel, created_ms, until_ms, value"

enum move_state { ASKED = 0, READY = 1, OVER = 2 };

static void read_move(sqlite3_stmt *row, struct pk_move *ret_move)
{
    *ret_move = (struct pk_move){
        .id = sqlite3_column_int64(row, 0),
        .recipient = sqlite3_column_int64(row, 1),
        .address = sqlite3_column_int64(row, 2),
        .keeps = sqlite3_column_int64(row, 3) != 0,
        .channel = pk_sql_u32(row, 4),
        .created_ms = sqlite3_column_int64(row, 5),
        .until_ms = sqlite3_column_int64(row, 6),
    };
}

/* ---- asking ---- */

static struct pk_slice blind_of(struct pk_store *store, uint8_t key, uint32_t channel, struct pk_slice value, uint8_t room[PK_BLIND_BYTES])
{
    struct pk_buf whole;
    pk_buf_init(&whole, VALUE_MAX + sizeof channel);
    (void) pk_buf_add(&whole, &channel, sizeof channel);
    (void) pk_buf_add_slice(&whole, value);
    (void) pk_blind(store->keys, key, KIND, pk_buf_slice(&whole), room);
    pk_buf_wipe(&whole);
    return pk_slice_make(room, PK_BLIND_BYTES);
}

int pk_moves_void(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    if (recipient == 0)
        return pk_sql_write(store, err, "UPDATE move SET state = 2, value = x'', old_code = x'', new_code = x'' WHERE state < 2", "");
    return pk_sql_write(store, err,
                        "UPDATE move SET state = 2, value = x'', old_code = x'', new_code = x'' WHERE recipient = ?1 AND state < 2", "i",
                        recipient);
}

int pk_move_ask(struct pk_store *store, struct pk_move *move, struct pk_slice value, struct pk_error *err)
{
    char room[SEALED_MAX];
    uint8_t blind[PK_BLIND_BYTES];
    struct pk_buf sealed = { .data = room, .cap = sizeof room, .max_bytes = sizeof room - 1 };
    move->id = pk_id_ordered();
    pk_seal(store->keys, PLACE_VALUE, move->id, value, &sealed);
    if (sealed.failed)
        return pk_fail(err, PK_E_LIMIT, "this address is too long");
    int r = pk_moves_void(store, move->recipient, err);
    return r != 0 ? r
                  : pk_sql_write(store, err,
                                 "INSERT INTO move(id, recipient, address, keeps, state, channel, value, blind, old_code, new_code, tries,"
                                 " created_ms, until_ms) VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, x'', x'', 0, ?8, ?9)",
                                 "iiiuubbii", move->id, move->recipient, move->address, (unsigned) move->keeps, move->channel,
                                 pk_buf_slice(&sealed), blind_of(store, 0, move->channel, value, blind), move->created_ms, move->until_ms);
}

int64_t pk_moves_since(struct pk_store *store, int64_t recipient, int64_t since_ms)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM move WHERE recipient = ?1 AND created_ms >= ?2", "ii", recipient, since_ms);
}

int64_t pk_moves_to_since(struct pk_store *store, uint32_t channel, struct pk_slice value, int64_t since_ms)
{
    int64_t count = 0;
    for (size_t i = 0; i < pk_keyring_count(store->keys); i++) {
        uint8_t blind[PK_BLIND_BYTES];
        count += pk_sql_int(store, 0, "SELECT count(*) FROM move WHERE blind = ?1 AND created_ms >= ?2", "bi",
                            blind_of(store, pk_keyring_id(store->keys, i), channel, value, blind), since_ms);
    }
    return count;
}

/* ---- from the queue ---- */

/* Six digits are soon tried through: what a stolen file holds must not tell them. */
static struct pk_slice mac_of(struct pk_store *store, int64_t move, const char *which, struct pk_slice code, uint8_t room[32])
{
    struct pk_slice parts[] = { pk_slice_of(which), pk_slice_make(&move, sizeof move), code };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, PK_COUNT(parts), room);
    return pk_slice_make(room, 32);
}

int pk_move_next(struct pk_store *store, struct pk_move *ret_move, struct pk_buf *value, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM move WHERE state = 0 ORDER BY id LIMIT 1");
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "no new address is asked for");
    read_move(find, ret_move);
    if (pk_unseal(store->keys, PLACE_VALUE, ret_move->id, pk_sql_blob(find, 7), value, NULL) != 0)
        pk_buf_clear(value); /* it never fits, then: those behind it must not wait for ever */
    pk_sql_reset(find);
    return 0;
}

int pk_move_ready(struct pk_store *store, int64_t id, struct pk_slice old_code, struct pk_slice new_code, struct pk_error *err)
{
    uint8_t old_mac[32], new_mac[32];
    struct pk_slice fits = new_code.len > 0 ? mac_of(store, id, "move.new", new_code, new_mac) : PK_SLICE("");
    return pk_sql_write(store, err, "UPDATE move SET state = 1, old_code = ?2, new_code = ?3 WHERE id = ?1 AND state = 0", "ibb", id,
                        mac_of(store, id, "move.old", old_code, old_mac), fits);
}

/* ---- the codes ---- */

static int refuse(struct pk_error *err)
{
    return pk_fail(err, PK_E_DENIED, "these codes are not right, or their time is over");
}

static bool is_same(struct pk_slice kept, const uint8_t mac[32])
{
    return kept.len == 32 && pk_equal_constant_time(kept.data, mac, 32);
}

static int find_ready(struct pk_store *store, int64_t recipient, int64_t now_ms, sqlite3_stmt **ret_row, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS ", old_code, new_code FROM move WHERE recipient = ?1 AND state = 1 AND tries < ?2"
                                       " AND until_ms > ?3 ORDER BY created_ms DESC LIMIT 1");
    pk_sql_bind(find, "iui", recipient, (unsigned) PK_MOVE_TRIES, now_ms);
    int r = pk_sql_step(store, find, err);
    *ret_row = find;
    return r == 1 ? 0 : r < 0 ? r : refuse(err);
}

/* Both messages look alike, so the codes may be typed in either order. */
static bool are_both(struct pk_store *store, const struct pk_move *move, sqlite3_stmt *row, struct pk_slice old_code, struct pk_slice new_code)
{
    uint8_t old_mac[32], new_mac[32];
    (void) mac_of(store, move->id, "move.old", old_code, old_mac);
    (void) mac_of(store, move->id, "move.new", new_code, new_mac);
    bool first = is_same(pk_sql_blob(row, 8), old_mac), second = is_same(pk_sql_blob(row, 9), new_mac);
    return first && second;
}

int pk_move_use(struct pk_store *store, int64_t recipient, struct pk_slice old_code, struct pk_slice new_code, int64_t now_ms,
                struct pk_move *ret_move, struct pk_buf *value, struct pk_error *err)
{
    struct pk_move move;
    sqlite3_stmt *row;
    int r = find_ready(store, recipient, now_ms, &row, err);
    if (r != 0)
        return r;
    read_move(row, &move);
    bool fit = are_both(store, &move, row, old_code, new_code) || are_both(store, &move, row, new_code, old_code);
    bool known = pk_unseal(store->keys, PLACE_VALUE, move.id, pk_sql_blob(row, 7), value, NULL) == 0;
    pk_sql_reset(row);
    if (!fit || !known) {
        pk_buf_wipe(value);
        r = pk_sql_write(store, err, "UPDATE move SET tries = tries + 1 WHERE id = ?1", "i", move.id);
        return r != 0 ? r : refuse(err);
    }
    *ret_move = move;
    return pk_moves_void(store, recipient, err);
}

/* ---- moving ---- */

int pk_move_in(struct pk_store *store, const struct pk_move *move, struct pk_slice value, int64_t now_ms, int64_t *ret_address,
               struct pk_error *err)
{
    int r = pk_address_add(store, move->recipient, move->channel, value, now_ms, ret_address, err);
    /* A stranger's address before: theirs since now. */
    return r == 0 ? pk_sql_write(store, err, "UPDATE address SET created_ms = ?2 WHERE id = ?1", "ii", *ret_address, now_ms) : r;
}

/* Codes and confirmations are of the old place alone. */
static int cancel_answers(struct pk_store *store, int64_t address, int64_t now_ms, struct pk_error *err)
{
    const struct pk_message_change change = { .state = PK_MESSAGE_CANCELLED, .reason = PK_REASON_ANSWER_TOO_LATE, .now_ms = now_ms };
    for (;;) {
        int64_t id = pk_sql_int(store, 0, "SELECT id FROM message INDEXED BY message_by_address WHERE address = ?1 AND state < 3"
                                          " AND class = 2 LIMIT 1", "i", address);
        int r = id != 0 ? pk_message_change(store, id, &change, err) : 0;
        if (id == 0 || r != 0)
            return r;
    }
}

/* A provider's id may embed the old number; of what is final nobody asks by it any more. */
static int hand_over(struct pk_store *store, int64_t from, int64_t to, struct pk_error *err)
{
    static const char *const changes[] = {
        ("UPDATE attempt SET provider = NULL, provider_id = NULL, ask_ms = 0 WHERE message IN (SELECT id FROM message"
         " INDEXED BY message_by_address WHERE address = ?1 AND state >= 8) AND ?2 <> 0"),
        "UPDATE message SET address = ?2 WHERE id IN (SELECT id FROM message INDEXED BY message_by_address WHERE address = ?1)",
        "UPDATE reply SET address = ?2 WHERE id IN (SELECT id FROM reply INDEXED BY reply_by_address WHERE address = ?1)",
        "UPDATE inbox SET address = ?2 WHERE id IN (SELECT id FROM inbox INDEXED BY inbox_of_address WHERE address = ?1)",
        "DELETE FROM address WHERE id = ?1 AND ?2 <> 0",
    };
    int r = 0;
    for (size_t i = 0; r == 0 && i < PK_COUNT(changes); i++)
        r = pk_sql_write(store, err, changes[i], "ii", from, to);
    return r;
}

int pk_move_out(struct pk_store *store, const struct pk_move *move, int64_t to, int64_t now_ms, struct pk_error *err)
{
    uint8_t hash[PK_BLIND_BYTES];
    struct pk_buf value;
    struct pk_address old;
    pk_buf_init(&value, VALUE_MAX);
    int r = pk_address_get(store, move->address, &old, err);
    if (r == 0)
        r = pk_address_value(store, old.id, &value, err);
    if (r == 0) {
        pk_journal_hash_address(store->keys, 0, pk_buf_slice(&value), hash);
        pk_journal_owe_address(store, PK_JOURNAL_FORGOTTEN, old.channel, pk_keyring_current(store->keys), hash, now_ms);
        r = pk_reply_parts_forget_sender(store, pk_buf_slice(&value), err);
    }
    if (r == 0)
        r = pk_passes_forget(store, old.channel, pk_buf_slice(&value), err);
    if (r == 0)
        r = pk_moves_forget(store, old.channel, pk_buf_slice(&value), err);
    pk_buf_wipe(&value);
    if (r == 0) /* texts lie on in the old telephone: what they offer is nobody's any more */
        r = pk_links_forget(store, old.id, err);
    if (r == 0)
        r = cancel_answers(store, old.id, now_ms, err);
    if (r == 0)
        r = hand_over(store, old.id, to, err);
    return r == 0 ? pk_wal_holds_erased(store, err) : r;
}

/* ---- the end ---- */

int pk_moves_forget(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_error *err)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < pk_keyring_count(store->keys); i++) {
        uint8_t blind[PK_BLIND_BYTES];
        r = pk_sql_write(store, err, "DELETE FROM move WHERE blind = ?1", "b",
                         blind_of(store, pk_keyring_id(store->keys, i), channel, value, blind));
    }
    return r;
}

int pk_moves_end_of(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM move WHERE recipient = ?1", "i", recipient);
}

int pk_moves_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "UPDATE move SET state = 2, value = x'', old_code = x'', new_code = x'' WHERE id IN (SELECT id FROM move"
                         " INDEXED BY move_open WHERE state < 2 AND until_ms <= ?1 ORDER BY until_ms LIMIT ?2)",
                         "ii", now_ms, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM move WHERE id IN (SELECT id FROM move WHERE created_ms <= ?1 ORDER BY created_ms LIMIT ?2)",
                         "ii", now_ms - COUNTED_MS, (int64_t) max);
    if (r == 0 && (size_t) pk_sql_changed(store) > *ret_count)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}
