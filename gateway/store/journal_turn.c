/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a turn owes the journal. What forbids (STOP, withdrawal, erasure) is written before the commit: written and then
 * not committed it does no harm, for whoever said it says it again. What allows again (START) is written after it: lost
 * in between, somebody stays stopped who would not mind. When the file cannot be written, a STOP is heard all the same:
 * its record is kept in the database, in the same commit, and follows as soon as the file can be written.
 */
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/journaled.h"
#include "gateway/store/names.h"

#define FLUSHED_AT_ONCE 1000
#define SEQ "journal.seq"
#define LEDGER "journal.ledger"
#define LEDGER_STEP 10000 /* so many entries are looked at again at most when the gateway starts */

static void push(struct pk_journal_list *list, const struct pk_journal_record *record)
{
    if (list->count == list->cap) {
        list->cap = list->cap > 0 ? 2 * list->cap : 16;
        list->items = pk_realloc_array(list->items, list->cap, sizeof *list->items);
    }
    list->items[list->count++] = *record;
}

static void name_channel(struct pk_store *store, uint32_t channel, struct pk_journal_record *record)
{
    const char *name = pk_name_text(store, PK_NAME_CHANNEL, channel);
    (void) snprintf(record->channel, sizeof record->channel, "%s", name ? name : "");
}

void pk_journal_owe_address(struct pk_store *store, enum pk_journal_kind kind, uint32_t channel, uint8_t key,
                            const uint8_t blind[PK_BLIND_BYTES], int64_t at_ms)
{
    struct pk_journal_record record = { .at_ms = at_ms, .kind = kind, .key = key };
    if (!store->journal.file)
        return;
    memcpy(record.hash, blind, PK_BLIND_BYTES);
    name_channel(store, channel, &record);
    push(kind == PK_JOURNAL_START ? &store->journal.after : &store->journal.before, &record);
}

void pk_journal_owe_erasure(struct pk_store *store, int64_t recipient, int64_t at_ms)
{
    struct pk_journal_record record = { .at_ms = at_ms, .kind = PK_JOURNAL_ERASURE, .key = pk_keyring_current(store->keys) };
    if (!store->journal.file)
        return;
    pk_journal_hash_person(store->keys, record.key, recipient, record.hash);
    push(&store->journal.before, &record);
}

/* Withdrawals, refusals and blocks are found in the ledger itself, whoever appended them; those of a STOP or an erasure
 * are in the journal as what they were. */
static int owe_withdrawals(struct pk_store *store, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, recipient, topic, channel, at_ms, kind IN (4, 5, 7) AND how NOT IN ('stop', 'erasure')"
                                       " FROM ledger WHERE id > ?1 ORDER BY id");
    pk_sql_bind(rows, "i", store->journal.ledger);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        store->journal.ledger = sqlite3_column_int64(rows, 0);
        if (sqlite3_column_int64(rows, 5) == 0)
            continue;
        struct pk_journal_record record = {
            .at_ms = sqlite3_column_int64(rows, 4), .kind = PK_JOURNAL_WITHDRAWAL, .key = pk_keyring_current(store->keys)
        };
        const char *topic = pk_name_text(store, PK_NAME_TOPIC, pk_sql_u32(rows, 2));
        name_channel(store, pk_sql_u32(rows, 3), &record);
        pk_journal_hash_consent(store->keys, record.key, sqlite3_column_int64(rows, 1), topic ? topic : "", record.channel, record.hash);
        push(&store->journal.before, &record);
    }
    return r;
}

/* ---- what could not be written ---- */

static void note_trouble(struct pk_store *store, const struct pk_error *why)
{
    store->journal.behind = true;
    store->journal.why = *why;
}

static int keep_owed(struct pk_store *store, const struct pk_journal_record *record, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "INSERT INTO journal_owed(at_ms, kind, key, hash, channel) VALUES(?1, ?2, ?3, ?4, ?5)", "iuubt",
                         record->at_ms, record->kind, (unsigned) record->key, pk_slice_make(record->hash, PK_BLIND_BYTES),
                         pk_slice_of(record->channel));
    return r;
}

static void count_owed(struct pk_store *store)
{
    store->journal.owed = pk_sql_int(store, 0, "SELECT count(*) FROM journal_owed", "");
    store->journal.oldest_owed_ms = pk_sql_int(store, 0, "SELECT at_ms FROM journal_owed ORDER BY id LIMIT 1", "");
}

static int read_owed(struct pk_store *store, struct pk_journal_record *ret_records, size_t *ret_count, int64_t *ret_last, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, at_ms, kind, key, hash, channel FROM journal_owed ORDER BY id LIMIT ?1");
    int r;
    pk_sql_bind(rows, "i", (int64_t) FLUSHED_AT_ONCE);
    for (*ret_count = 0; (r = pk_sql_step(store, rows, err)) == 1; (*ret_count)++) {
        struct pk_journal_record *record = &ret_records[*ret_count];
        struct pk_slice hash = pk_sql_blob(rows, 4), channel = pk_sql_text(rows, 5);
        *ret_last = sqlite3_column_int64(rows, 0);
        *record = (struct pk_journal_record){ .at_ms = sqlite3_column_int64(rows, 1),
                                              .kind = pk_sql_u32(rows, 2) % PK_JOURNAL_KINDS,
                                              .key = (uint8_t) pk_sql_u32(rows, 3) };
        memcpy(record->hash, hash.data, hash.len < PK_BLIND_BYTES ? hash.len : PK_BLIND_BYTES);
        (void) snprintf(record->channel, sizeof record->channel, "%.*s", PK_SLICE_ARG(channel));
    }
    return r;
}

int pk_store_journal_catch_up(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    struct pk_journal_state *journal = &store->journal;
    (void) now_ms;
    (void) max;
    *ret_count = 0;
    if (!journal->file || !journal->behind)
        return 0;
    struct pk_journal_record *records = pk_alloc_array(FLUSHED_AT_ONCE, sizeof *records);
    struct pk_error why = { 0 };
    size_t count = 0;
    int64_t last = 0;
    int r = read_owed(store, records, &count, &last, err);
    int written = r == 0 ? pk_journal_append(journal->file, records, count, &why) : r;
    free(records);
    if (r != 0)
        return r;
    if (written != 0) {
        journal->why = why;
        return 0;
    }
    /* Written twice, should this not be committed: that changes nothing. */
    r = pk_sql_write(store, err, "DELETE FROM journal_owed WHERE id <= ?1", "i", last);
    if (r == 0)
        r = pk_store_set_number(store, SEQ, pk_journal_seq(journal->file), err);
    if (r != 0)
        return r;
    count_owed(store);
    journal->behind = journal->owed > 0;
    *ret_count = count;
    return 0;
}

/* ---- the turn ---- */

/* How far the ledger was looked at, for the next start. Stored before it is committed: looked at again does no harm. */
static int store_cursor(struct pk_store *store, struct pk_error *err)
{
    store->journal.ledger_stored = store->journal.ledger;
    return pk_store_set_number(store, LEDGER, store->journal.ledger, err);
}

int pk_journal_before_commit(struct pk_store *store, struct pk_error *err)
{
    struct pk_journal_state *journal = &store->journal;
    struct pk_error why = { 0 };
    if (!journal->file)
        return 0;
    int r = owe_withdrawals(store, err);
    if (r == 0 && journal->before.count == 0 && journal->ledger - journal->ledger_stored >= LEDGER_STEP)
        r = store_cursor(store, err);
    if (r != 0 || journal->before.count == 0)
        return r;
    if (!journal->behind && pk_journal_append(journal->file, journal->before.items, journal->before.count, &why) != 0)
        note_trouble(store, &why);
    for (size_t i = 0; r == 0 && journal->behind && i < journal->before.count; i++)
        r = keep_owed(store, &journal->before.items[i], err);
    if (r == 0)
        r = pk_store_set_number(store, SEQ, pk_journal_seq(journal->file), err);
    return r == 0 ? store_cursor(store, err) : r;
}

void pk_journal_settle(struct pk_store *store, bool committed)
{
    struct pk_journal_state *journal = &store->journal;
    struct pk_error why = { 0 };
    if (!journal->file)
        return;
    if (committed)
        journal->ledger_kept = journal->ledger;
    else
        journal->ledger = journal->ledger_kept;
    bool owes = journal->before.count > 0 && journal->behind;
    /* Behind what is still to be written, a START would be overtaken by the STOP before it. */
    if (committed && journal->after.count > 0 && !journal->behind &&
        pk_journal_append(journal->file, journal->after.items, journal->after.count, &why) != 0)
        note_trouble(store, &why);
    journal->before.count = journal->after.count = 0;
    if (owes || (!committed && journal->owed > 0))
        count_owed(store);
}

void pk_journal_mark_unit(struct pk_store *store)
{
    store->journal.before_mark = store->journal.before.count;
    store->journal.after_mark = store->journal.after.count;
}

void pk_journal_drop_unit(struct pk_store *store)
{
    store->journal.before.count = store->journal.before_mark;
    store->journal.after.count = store->journal.after_mark;
}

void pk_journal_finish(struct pk_store *store)
{
    pk_journal_close(store->journal.file);
    free(store->journal.before.items);
    free(store->journal.after.items);
}

/* ---- opening ---- */

/* Into a new journal goes what is known already: then it is enough for any backup there is. */
static int write_what_is_known(struct pk_store *store, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT channel, blind, at_ms, key FROM suppression ORDER BY at_ms, channel, blind");
    int r;
    store->journal.ledger = store->journal.ledger_kept = 0;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_slice blind = pk_sql_blob(rows, 1);
        uint8_t hash[PK_BLIND_BYTES] = { 0 };
        memcpy(hash, blind.data, blind.len < PK_BLIND_BYTES ? blind.len : PK_BLIND_BYTES);
        uint8_t key = (uint8_t) pk_sql_u32(rows, 3);
        pk_journal_owe_address(store, PK_JOURNAL_STOP, pk_sql_u32(rows, 0), key != 0 ? key : pk_keyring_id(store->keys, 0), hash,
                               sqlite3_column_int64(rows, 2));
    }
    return r;
}

int pk_store_journal_open(struct pk_store *store, const char *path, int64_t now_ms, struct pk_journal_found *ret_found, struct pk_error *err)
{
    struct pk_journal_state *journal = &store->journal;
    int r = pk_journal_open(path, store->keys, pk_store_number(store, SEQ, 0), now_ms, &journal->file, ret_found, err);
    if (r != 0)
        return r;
    journal->ledger = journal->ledger_kept = journal->ledger_stored = pk_store_number(store, LEDGER, 0);
    count_owed(store);
    journal->behind = journal->owed > 0;
    r = pk_turn_begin(store, err);
    if (r == 0 && ret_found->begun)
        r = write_what_is_known(store, err);
    if (r == 0)
        r = pk_store_commit(store, err);
    if (r == 0)
        pk_store_journal_mark(store, now_ms);
    return r;
}

void pk_store_journal_mark(struct pk_store *store, int64_t now_ms)
{
    struct pk_journal_record record = { .at_ms = now_ms, .kind = PK_JOURNAL_MARK, .key = pk_keyring_current(store->keys) };
    struct pk_error why = { 0 };
    if (store->journal.file && !store->journal.behind && pk_journal_append(store->journal.file, &record, 1, &why) != 0)
        note_trouble(store, &why);
}

void pk_store_journal_condition(const struct pk_store *store, struct pk_journal_condition *ret_condition)
{
    const struct pk_journal_state *journal = &store->journal;
    *ret_condition = (struct pk_journal_condition){
        .kept = journal->file != NULL,
        .behind = journal->behind,
        .owed = journal->owed,
        .oldest_owed_ms = journal->oldest_owed_ms,
        .last_ms = journal->file ? pk_journal_last_ms(journal->file) : 0,
    };
    if (journal->behind)
        (void) snprintf(ret_condition->why, sizeof ret_condition->why, "%s", journal->why.message);
}

bool pk_store_journal_late(const struct pk_store *store, int64_t now_ms)
{
    return store->journal.owed > 0 && store->journal.oldest_owed_ms < now_ms - PK_JOURNAL_LATE_MS;
}

int64_t pk_store_journal_of_key(const struct pk_store *store, uint8_t key)
{
    return store->journal.file ? pk_journal_count_of_key(store->journal.file, key) : 0;
}
