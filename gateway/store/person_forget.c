/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Forgetting a person (person.h). The order matters only where a row is needed to find others: messages, replies and
 * proofs hang on addresses, so addresses go last. secure_delete overwrites what is deleted; the write-ahead log is
 * emptied by whoever keeps it, once this is committed.
 */
#include "gateway/base/id.h"
#include "gateway/base/random.h"
#include "gateway/store/circles.h"
#include "gateway/store/deep_links.h"
#include "gateway/store/moves.h"
#include "gateway/store/desk_words.h"
#include "gateway/store/internal.h"
#include "gateway/store/joins.h"
#include "gateway/store/links.h"
#include "gateway/store/passes.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"
#include "gateway/store/reply_parts.h"
#include "gateway/store/unsubscribe.h"

#define ADDRESSES_MAX 256u /* of one person */
#define MESSAGES_A_STEP 256u
#define VALUE_MAX 1024u

/* Counted, so that whoever empties the log knows whether more was erased meanwhile. */
int pk_wal_holds_erased(struct pk_store *store, struct pk_error *err)
{
    return pk_store_set_number(store, PK_NUMBER_WAL_HOLDS_ERASED, pk_store_number(store, PK_NUMBER_WAL_HOLDS_ERASED, 0) + 1, err);
}

/* ---- the proof ---- */

/* Under a key that finds nothing else, so that proofs and addresses cannot be matched without the master key. */
static int pseudonym(struct pk_store *store, uint8_t key, uint32_t channel, struct pk_slice value, uint8_t ret_pseudonym[32])
{
    uint8_t of[4] = { (uint8_t) (channel >> 24), (uint8_t) (channel >> 16), (uint8_t) (channel >> 8), (uint8_t) channel };
    struct pk_slice parts[3] = { PK_SLICE("consent"), pk_slice_make(of, sizeof of), value };
    return pk_keyring_mac_by(store->keys, key, PK_KEY_PSEUDONYM, parts, PK_COUNT(parts), ret_pseudonym);
}

static int keep_proof(struct pk_store *store, const struct pk_forgetting *f, uint32_t channel, struct pk_slice value, struct pk_error *err)
{
    uint8_t name[32];
    uint8_t key = pk_keyring_current(store->keys);
    bool agreed = pk_sql_int(store, 0, "SELECT 1 FROM ledger WHERE recipient = ?1 LIMIT 1", "i", f->recipient) != 0;
    if (f->proof_until_ms == 0 || !agreed)
        return 0;
    (void) pseudonym(store, key, channel, value, name);
    return pk_sql_write(store, err,
                        "INSERT INTO proof(pseudonym, recipient, key, until_ms) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(pseudonym, recipient)"
                        " DO UPDATE SET until_ms = excluded.until_ms",
                        "biui", pk_slice_make(name, PK_BLIND_BYTES), f->recipient, (unsigned) key, f->proof_until_ms);
}

int64_t pk_proof_find(struct pk_store *store, uint32_t channel, struct pk_slice value)
{
    for (size_t i = pk_keyring_count(store->keys); i-- > 0;) {
        uint8_t name[32];
        (void) pseudonym(store, pk_keyring_id(store->keys, i), channel, value, name);
        int64_t recipient = pk_sql_int(store, 0, "SELECT recipient FROM proof WHERE pseudonym = ?1 ORDER BY until_ms DESC LIMIT 1", "b",
                                       pk_slice_make(name, PK_BLIND_BYTES));
        if (recipient != 0)
            return recipient;
    }
    return 0;
}

/* ---- what hangs on an address ---- */

static int cancel_waiting(struct pk_store *store, const struct pk_forgetting *f, int64_t address, size_t *ret_cancelled, struct pk_error *err)
{
    const struct pk_message_change change = { .state = PK_MESSAGE_CANCELLED, .reason = PK_REASON_ERASED, .now_ms = f->now_ms };
    int64_t ids[MESSAGES_A_STEP];
    size_t count;
    do {
        sqlite3_stmt *rows = pk_sql(store, "SELECT id FROM message INDEXED BY message_by_address WHERE address = ?1 AND state < 3"
                                           " AND id <> ?2 LIMIT 256");
        int r;
        pk_sql_bind(rows, "ii", address, f->farewell);
        for (count = 0; (r = pk_sql_step(store, rows, err)) == 1; count++)
            ids[count] = sqlite3_column_int64(rows, 0);
        for (size_t i = 0; r == 0 && i < count; i++)
            r = pk_message_change(store, ids[i], &change, err);
        if (r != 0)
            return r;
        *ret_cancelled += count;
    } while (count == MESSAGES_A_STEP);
    return 0;
}

/* Counts stay; whose they were does not. A provider's id may embed the number. */
static int detach_messages(struct pk_store *store, int64_t address, int64_t farewell, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "UPDATE attempt SET provider = NULL, provider_id = NULL, ask_ms = 0, address = 0 WHERE message IN (SELECT id FROM message"
                         " INDEXED BY message_by_address WHERE address = ?1 AND id <> ?2)",
                         "ii", address, farewell);
    if (r == 0)
        r = pk_sql_write(store, err,
                         "DELETE FROM attempt_part WHERE attempt IN (SELECT t.id FROM message m INDEXED BY message_by_address"
                         " JOIN attempt t ON t.message = m.id WHERE m.address = ?1 AND m.id <> ?2)",
                         "ii", address, farewell);
    return r != 0 ? r
                  : pk_sql_write(store, err,
                                 "UPDATE message SET recipient = 0, address = 0 WHERE id IN (SELECT id FROM message"
                                 " INDEXED BY message_by_address WHERE address = ?1 AND id <> ?2)",
                                 "ii", address, farewell);
}

/* Replies, and the questions in the inbox with the answers in somebody's own words. */
static int drop_written(struct pk_store *store, int64_t address, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox INDEXED BY inbox_of_address WHERE address = ?1)", "i",
                         address);
    return r != 0 ? r
                  : pk_sql_write(store, err,
                                 "DELETE FROM reply WHERE id IN (SELECT id FROM reply INDEXED BY reply_by_address WHERE address = ?1)", "i",
                                 address);
}

static int forget_address(struct pk_store *store, const struct pk_forgetting *f, int64_t address, size_t *ret_cancelled, struct pk_error *err)
{
    struct pk_address row;
    struct pk_buf value;
    pk_buf_init(&value, VALUE_MAX);
    int64_t last = pk_sql_int(store, 0, "SELECT address FROM message WHERE id = ?1", "i", f->farewell);
    int r = pk_address_get(store, address, &row, err);
    if (r == 0)
        r = pk_address_value(store, address, &value, err);
    if (r == 0 && f->stays_stopped)
        r = pk_suppression_add(store, row.channel, pk_buf_slice(&value), f->now_ms, err);
    if (r == 0 && f->recipient == 0) {
        uint8_t hash[PK_BLIND_BYTES];
        pk_journal_hash_address(store->keys, 0, pk_buf_slice(&value), hash);
        pk_journal_owe_address(store, PK_JOURNAL_FORGOTTEN, row.channel, pk_keyring_current(store->keys), hash, f->now_ms);
    }
    if (r == 0 && f->recipient != 0)
        r = keep_proof(store, f, row.channel, pk_buf_slice(&value), err);
    if (r == 0)
        r = pk_reply_parts_forget_sender(store, pk_buf_slice(&value), err);
    if (r == 0)
        r = pk_passes_forget(store, row.channel, pk_buf_slice(&value), err);
    if (r == 0)
        r = pk_moves_forget(store, row.channel, pk_buf_slice(&value), err);
    if (r == 0)
        r = pk_joins_forget(store, row.channel, pk_buf_slice(&value), err);
    pk_buf_wipe(&value);
    if (r == 0)
        r = pk_links_forget(store, address, err);
    if (r == 0)
        r = cancel_waiting(store, f, address, ret_cancelled, err);
    if (r == 0)
        r = detach_messages(store, address, f->farewell, err);
    if (r == 0)
        r = drop_written(store, address, err);
    if (r != 0)
        return r;
    if (f->farewell == 0 || last != address)
        return pk_sql_write(store, err, "DELETE FROM address WHERE id = ?1", "i", address);
    r = pk_sql_write(store, err, "UPDATE address SET recipient = NULL WHERE id = ?1", "i", address);
    return r != 0 ? r
                  : pk_sql_write(store, err, "INSERT INTO farewell(message, address) VALUES(?1, ?2) ON CONFLICT(message) DO NOTHING", "ii",
                                 f->farewell, address);
}

/* ---- the person ---- */

static int addresses_of(struct pk_store *store, const struct pk_forgetting *f, int64_t *ret_ids, size_t *ret_count, struct pk_error *err)
{
    *ret_count = 0;
    if (f->recipient == 0) {
        ret_ids[(*ret_count)++] = f->address;
        return 0;
    }
    sqlite3_stmt *rows = pk_sql(store, "SELECT id FROM address INDEXED BY address_by_recipient WHERE recipient = ?1 LIMIT 257");
    int r;
    pk_sql_bind(rows, "i", f->recipient);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        if (*ret_count == ADDRESSES_MAX) {
            pk_sql_reset(rows);
            return pk_fail(err, PK_E_LIMIT, "this person has more than %u addresses", ADDRESSES_MAX);
        }
        ret_ids[(*ret_count)++] = sqlite3_column_int64(rows, 0);
    }
    return r;
}

/* Their answers to invitations stay in the counts, as somebody's. Where they only waited for a place they are in none. */
static int detach_rsvps(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM rsvp WHERE id IN (SELECT id FROM rsvp INDEXED BY rsvp_by_recipient WHERE recipient = ?1"
                                     " AND waits > 0 AND heads = 0)",
                         "i", recipient);
    return r != 0 ? r
                  : pk_sql_write(store, err, "UPDATE rsvp SET recipient = ?2, reply = 0, address = 0, wanted = heads, waits = 0 WHERE id IN"
                                             " (SELECT id FROM rsvp INDEXED BY rsvp_by_recipient WHERE recipient = ?1)",
                                 "ii", recipient, pk_id_random());
}

int pk_person_forget(struct pk_store *store, const struct pk_forgetting *forgetting, size_t *ret_cancelled, struct pk_error *err)
{
    int64_t ids[ADDRESSES_MAX];
    size_t count = 0;
    *ret_cancelled = 0;
    int r = addresses_of(store, forgetting, ids, &count, err);
    if (r == 0 && forgetting->recipient != 0)
        r = pk_circle_forget(store, forgetting->recipient, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = forget_address(store, forgetting, ids[i], ret_cancelled, err);
    if (r == 0 && forgetting->recipient != 0) {
        pk_journal_owe_erasure(store, forgetting->recipient, forgetting->now_ms);
        r = detach_rsvps(store, forgetting->recipient, err);
        if (r == 0)
            r = pk_sessions_end_of(store, forgetting->recipient, err);
        if (r == 0)
            r = pk_deep_links_end_of(store, forgetting->recipient, err);
        if (r == 0)
            r = pk_moves_end_of(store, forgetting->recipient, err);
        if (r == 0)
            r = pk_desk_words_forget(store, forgetting->recipient, err);
        if (r == 0)
            r = pk_unsubscribe_forget(store, forgetting->recipient, err);
        if (r == 0)
            r = pk_sql_write(store, err, "DELETE FROM tag WHERE recipient = ?1", "i", forgetting->recipient);
        if (r == 0)
            r = pk_sql_write(store, err, "DELETE FROM recipient WHERE id = ?1", "i", forgetting->recipient);
    }
    return r != 0 ? r : pk_wal_holds_erased(store, err);
}

/* ---- last messages ---- */

static int end_one(struct pk_store *store, int64_t message, int64_t address, struct pk_error *err)
{
    /* Unless the person came back meanwhile: then it is theirs again. */
    bool nobodys = pk_sql_int(store, 0, "SELECT 1 FROM address WHERE id = ?1 AND recipient IS NULL", "i", address) != 0;
    int r = nobodys ? detach_messages(store, address, 0, err) : 0;
    if (r == 0 && nobodys)
        r = drop_written(store, address, err);
    if (r == 0 && nobodys)
        r = pk_sql_write(store, err, "DELETE FROM address WHERE id = ?1", "i", address);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM farewell WHERE message = ?1", "i", message);
    return r != 0 ? r : pk_wal_holds_erased(store, err);
}

int pk_farewells_end(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    struct {
        int64_t message, address;
    } found[64];
    size_t count = 0, most = max < PK_COUNT(found) ? max : PK_COUNT(found);
    int r = 1;
    (void) now_ms;
    *ret_count = 0;
    sqlite3_stmt *rows = pk_sql(store, "SELECT f.message, f.address FROM farewell f WHERE NOT EXISTS (SELECT 1 FROM message m"
                                       " INDEXED BY message_by_address WHERE m.address = f.address AND m.state <= 3)"
                                       " ORDER BY f.message");
    while (count < most && (r = pk_sql_step(store, rows, err)) == 1) {
        found[count].message = sqlite3_column_int64(rows, 0);
        found[count].address = sqlite3_column_int64(rows, 1);
        count++;
    }
    if (r == 1)
        pk_sql_reset(rows);
    for (size_t i = 0; r >= 0 && i < count; i++)
        if ((r = end_one(store, found[i].message, found[i].address, err)) == 0)
            (*ret_count)++;
    return r < 0 ? r : 0;
}
