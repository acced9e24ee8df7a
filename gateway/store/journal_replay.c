/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The journal applied to a backup. Its hashes cannot be turned round: every address, person and consent of the backup is
 * hashed, under each key that occurs, and looked for among the records. First all is collected, then it is done.
 */
#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/offers.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"
#include "gateway/store/restored.h"

#define PROOF_MS (1826 * 24 * 3600 * 1000ll) /* the longest a proof is kept; retention shortens it */

/* What a record is about; STOP and START are about the same. */
enum about { ABOUT_STOP = 0, ABOUT_WITHDRAWAL, ABOUT_ERASURE, ABOUT_FORGOTTEN, ABOUT_NOTHING };

struct entry {
    struct pk_journal_record record;
    enum about about;
    bool met; /* something of the backup is meant */
};

struct replay {
    struct pk_store *store;
    int64_t since_seq, now_ms;
    struct entry *entries;
    size_t count, cap;
    bool keys[256]; /* those that occur */
    struct pk_replayed *told;
};

/* What is to be done, by the ids of rows. */
struct ids {
    int64_t *items; /* pairs: the row and the moment */
    size_t count, cap;
};

static void add_id(struct ids *ids, int64_t id, int64_t at_ms)
{
    if (ids->count == ids->cap) {
        ids->cap = ids->cap > 0 ? 2 * ids->cap : 64;
        ids->items = pk_realloc_array(ids->items, 2 * ids->cap, sizeof *ids->items);
    }
    ids->items[2 * ids->count] = id;
    ids->items[2 * ids->count++ + 1] = at_ms;
}

/* ---- the records ---- */

static enum about about_of(uint32_t kind)
{
    static const enum about table[PK_JOURNAL_KINDS] = {
        [PK_JOURNAL_MARK] = ABOUT_NOTHING,          [PK_JOURNAL_STOP] = ABOUT_STOP,       [PK_JOURNAL_START] = ABOUT_STOP,
        [PK_JOURNAL_WITHDRAWAL] = ABOUT_WITHDRAWAL, [PK_JOURNAL_ERASURE] = ABOUT_ERASURE, [PK_JOURNAL_FORGOTTEN] = ABOUT_FORGOTTEN,
    };
    return table[kind];
}

static int collect(void *ctx, const struct pk_journal_record *record)
{
    struct replay *replay = ctx;
    if (record->seq <= replay->since_seq)
        return 0;
    replay->told->records++;
    if (about_of(record->kind) == ABOUT_NOTHING)
        return 0;
    if (replay->count == replay->cap) {
        replay->cap = replay->cap > 0 ? 2 * replay->cap : 256;
        replay->entries = pk_realloc_array(replay->entries, replay->cap, sizeof *replay->entries);
    }
    replay->entries[replay->count++] = (struct entry){ .record = *record, .about = about_of(record->kind) };
    replay->keys[record->key] = true;
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->about != y->about)
        return x->about < y->about ? -1 : 1;
    if (x->record.key != y->record.key)
        return x->record.key < y->record.key ? -1 : 1;
    int by_hash = memcmp(x->record.hash, y->record.hash, PK_BLIND_BYTES);
    return by_hash != 0 ? by_hash : strcmp(x->record.channel, y->record.channel);
}

static int compare_in_time(const void *a, const void *b)
{
    int order = compare(a, b);
    const struct entry *x = a, *y = b;
    if (order != 0)
        return order;
    return x->record.seq < y->record.seq ? -1 : x->record.seq > y->record.seq;
}

/* Sorted, and of several records about the same only the last. */
static void settle_records(struct replay *replay)
{
    size_t kept = 0;
    if (replay->count == 0)
        return;
    qsort(replay->entries, replay->count, sizeof *replay->entries, compare_in_time);
    for (size_t i = 0; i < replay->count; i++)
        if (i + 1 == replay->count || compare(&replay->entries[i], &replay->entries[i + 1]) != 0)
            replay->entries[kept++] = replay->entries[i];
    replay->count = kept;
}

static struct entry *find(struct replay *replay, enum about about, uint8_t key, const uint8_t hash[PK_BLIND_BYTES], const char *channel)
{
    struct entry wanted = { .about = about, .record.key = key };
    memcpy(wanted.record.hash, hash, PK_BLIND_BYTES);
    (void) snprintf(wanted.record.channel, sizeof wanted.record.channel, "%s", channel ? channel : "");
    struct entry *found = replay->count > 0 ? bsearch(&wanted, replay->entries, replay->count, sizeof wanted, compare) : NULL;
    if (found)
        found->met = true;
    return found;
}

/* ---- whom they mean ---- */

struct meant {
    struct ids stopped, stopped_strangers, forgotten; /* people; addresses that are nobody's; addresses */
    struct ids erased;
    struct ids withdrawn; /* rows of the ledger: the newest of their consents */
};

static int meet_address(struct replay *replay, struct meant *meant, sqlite3_stmt *row, struct pk_error *err)
{
    int64_t id = sqlite3_column_int64(row, 0), recipient = sqlite3_column_int64(row, 1);
    const char *channel = pk_name_text(replay->store, PK_NAME_CHANNEL, pk_sql_u32(row, 2));
    uint8_t hash[PK_BLIND_BYTES];
    struct pk_buf value;
    pk_buf_init(&value, 1024);
    int r = pk_unseal(replay->store->keys, PK_PLACE_ADDRESS, id, pk_sql_blob(row, 3), &value, err);
    for (unsigned key = 1; r == 0 && key < PK_COUNT(replay->keys); key++) {
        if (!replay->keys[key])
            continue;
        pk_journal_hash_address(replay->store->keys, (uint8_t) key, pk_buf_slice(&value), hash);
        const struct entry *stop = find(replay, ABOUT_STOP, (uint8_t) key, hash, channel);
        if (stop && stop->record.kind == PK_JOURNAL_STOP)
            add_id(recipient != 0 ? &meant->stopped : &meant->stopped_strangers, recipient != 0 ? recipient : id, stop->record.at_ms);
        else if (stop)
            replay->told->starts++;
        const struct entry *gone = find(replay, ABOUT_FORGOTTEN, (uint8_t) key, hash, channel);
        if (gone) /* erased as a stranger's; or somebody's who changed their number, and is not to be written to there */
            add_id(&meant->forgotten, id, gone->record.at_ms);
    }
    pk_buf_wipe(&value);
    return r;
}

static int meet_addresses(struct replay *replay, struct meant *meant, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(replay->store, "SELECT id, recipient, channel, value FROM address ORDER BY id");
    int r;
    while ((r = pk_sql_step(replay->store, rows, err)) == 1) {
        if ((r = meet_address(replay, meant, rows, err)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

static int meet_people(struct replay *replay, struct meant *meant, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(replay->store, "SELECT id FROM recipient ORDER BY id");
    int r;
    while ((r = pk_sql_step(replay->store, rows, err)) == 1) {
        for (unsigned key = 1; key < PK_COUNT(replay->keys); key++) {
            uint8_t hash[PK_BLIND_BYTES];
            int64_t id = sqlite3_column_int64(rows, 0);
            if (!replay->keys[key])
                continue;
            pk_journal_hash_person(replay->store->keys, (uint8_t) key, id, hash);
            const struct entry *gone = find(replay, ABOUT_ERASURE, (uint8_t) key, hash, "");
            if (gone)
                add_id(&meant->erased, id, gone->record.at_ms);
        }
    }
    return r;
}

static int meet_consents(struct replay *replay, struct meant *meant, struct pk_error *err)
{
    struct pk_store *store = replay->store;
    sqlite3_stmt *rows = pk_sql(store, "SELECT recipient, topic, channel, event FROM consent WHERE kind IN (1, 2, 3)"
                                       " ORDER BY recipient, topic, channel");
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        const char *topic = pk_name_text(store, PK_NAME_TOPIC, pk_sql_u32(rows, 1));
        const char *channel = pk_name_text(store, PK_NAME_CHANNEL, pk_sql_u32(rows, 2));
        for (unsigned key = 1; topic && channel && key < PK_COUNT(replay->keys); key++) {
            uint8_t hash[PK_BLIND_BYTES];
            if (!replay->keys[key])
                continue;
            pk_journal_hash_consent(store->keys, (uint8_t) key, sqlite3_column_int64(rows, 0), topic, channel, hash);
            const struct entry *withdrawal = find(replay, ABOUT_WITHDRAWAL, (uint8_t) key, hash, channel);
            if (withdrawal)
                add_id(&meant->withdrawn, sqlite3_column_int64(rows, 3), withdrawal->record.at_ms);
        }
    }
    return r;
}

/* ---- doing it ---- */

static int withdraw(struct replay *replay, int64_t recipient, uint32_t topic, uint32_t channel, int64_t given_ms, const char *how,
                    struct pk_error *err)
{
    struct pk_consent_event event = {
        .recipient = recipient,
        .topic = topic,
        .channel = channel,
        .kind = PK_CONSENT_WITHDRAWN,
        .at_ms = replay->now_ms,
        .given_ms = given_ms,
        .how = pk_slice_of(how),
        .by = PK_SLICE("journal"),
    };
    return pk_ledger_append(replay->store, &event, err);
}

struct consents {
    struct {
        uint32_t topic, channel;
    } items[64];
    size_t count;
};

static int keep_live(void *ctx, const struct pk_consent_event *newest)
{
    struct consents *consents = ctx;
    bool live = newest->kind == PK_CONSENT_REQUESTED || newest->kind == PK_CONSENT_GIVEN || newest->kind == PK_CONSENT_CONFIRMED;
    if (live && consents->count < PK_COUNT(consents->items)) {
        consents->items[consents->count].topic = newest->topic;
        consents->items[consents->count++].channel = newest->channel;
    }
    return 0;
}

/* As it was done when it was said. */
static int stop_person(struct replay *replay, int64_t recipient, int64_t at_ms, struct pk_error *err)
{
    struct pk_store *store = replay->store;
    struct consents live = { 0 };
    size_t count;
    int r = pk_recipient_set_stopped(store, recipient, at_ms, err);
    if (r == 0)
        r = pk_suppression_add_person(store, recipient, at_ms, err);
    if (r == 0)
        r = pk_offers_end_of(store, recipient, err);
    if (r == 0)
        r = pk_ledger_newest(store, recipient, keep_live, &live, err);
    for (size_t i = 0; r == 0 && i < live.count; i++)
        r = withdraw(replay, recipient, live.items[i].topic, live.items[i].channel, at_ms, "stop", err);
    return r == 0 ? pk_messages_suppress_person(store, recipient, PK_REASON_STOPPED, replay->now_ms, &count, err) : r;
}

static int forget(struct replay *replay, int64_t recipient, int64_t address, struct pk_error *err)
{
    struct pk_recipient who = { 0 };
    size_t cancelled;
    int r = recipient != 0 ? pk_recipient_get(replay->store, recipient, &who, err) : 0;
    struct pk_forgetting forgetting = {
        .recipient = recipient,
        .address = address,
        .stays_stopped = who.stopped_ms != 0,
        .now_ms = replay->now_ms,
        .proof_until_ms = replay->now_ms + PROOF_MS,
    };
    return r == 0 ? pk_person_forget(replay->store, &forgetting, &cancelled, err) : r;
}

/* With the person it belonged to. */
static bool is_gone(struct replay *replay, int64_t address)
{
    return pk_sql_int(replay->store, 0, "SELECT 1 FROM address WHERE id = ?1", "i", address) == 0;
}

static int withdraw_entry(struct replay *replay, int64_t entry, int64_t at_ms, struct pk_error *err)
{
    sqlite3_stmt *row = pk_sql(replay->store, "SELECT recipient, topic, channel FROM ledger WHERE id = ?1");
    pk_sql_bind(row, "i", entry);
    int r = pk_sql_step(replay->store, row, err);
    if (r != 1)
        return r;
    int64_t recipient = sqlite3_column_int64(row, 0);
    uint32_t topic = pk_sql_u32(row, 1), channel = pk_sql_u32(row, 2);
    pk_sql_reset(row);
    return withdraw(replay, recipient, topic, channel, at_ms, "journal", err);
}

static int stop_stranger(struct replay *replay, int64_t address, int64_t at_ms, struct pk_error *err)
{
    return pk_sql_write(replay->store, err,
                        "INSERT INTO suppression(channel, blind, at_ms, key) SELECT channel, blind, ?2, key_of(value) FROM address"
                        " WHERE id = ?1 ON CONFLICT(channel, blind) DO NOTHING",
                        "ii", address, at_ms);
}

/* Nobody the backup knows: its hash is all that is needed to know it again. */
static int stop_unknown(struct replay *replay, const struct pk_journal_record *record, struct pk_error *err)
{
    uint32_t channel;
    int r = pk_name_intern(replay->store, PK_NAME_CHANNEL, pk_slice_of(record->channel), &channel, err);
    if (r == 0)
        r = pk_sql_write(replay->store, err,
                         "INSERT INTO suppression(channel, blind, at_ms, key) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(channel, blind) DO NOTHING",
                         "ubiu", channel, pk_slice_make(record->hash, PK_BLIND_BYTES), record->at_ms, (unsigned) record->key);
    if (r == 0)
        replay->told->strangers++;
    return r;
}

/* STOPs before erasures: who did both stays stopped. */
static int apply(struct replay *replay, const struct meant *meant, struct pk_error *err)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < meant->withdrawn.count; i++)
        r = withdraw_entry(replay, meant->withdrawn.items[2 * i], meant->withdrawn.items[2 * i + 1], err);
    for (size_t i = 0; r == 0 && i < meant->stopped.count; i++)
        r = stop_person(replay, meant->stopped.items[2 * i], meant->stopped.items[2 * i + 1], err);
    for (size_t i = 0; r == 0 && i < meant->stopped_strangers.count; i++)
        r = stop_stranger(replay, meant->stopped_strangers.items[2 * i], meant->stopped_strangers.items[2 * i + 1], err);
    for (size_t i = 0; r == 0 && i < replay->count; i++)
        if (replay->entries[i].record.kind == PK_JOURNAL_STOP && !replay->entries[i].met)
            r = stop_unknown(replay, &replay->entries[i].record, err);
    for (size_t i = 0; r == 0 && i < meant->erased.count; i++)
        r = forget(replay, meant->erased.items[2 * i], 0, err);
    for (size_t i = 0; r == 0 && i < meant->forgotten.count; i++)
        r = is_gone(replay, meant->forgotten.items[2 * i]) ? 0 : forget(replay, 0, meant->forgotten.items[2 * i], err);
    replay->told->withdrawals = (int64_t) meant->withdrawn.count;
    replay->told->stops = (int64_t) (meant->stopped.count + meant->stopped_strangers.count);
    replay->told->erasures = (int64_t) (meant->erased.count + meant->forgotten.count);
    return r;
}

int pk_journal_replay(struct pk_store *store, const char *path, int64_t now_ms, struct pk_replayed *ret_replayed, struct pk_error *err)
{
    struct replay replay = { .store = store, .since_seq = pk_store_number(store, "journal.seq", 0), .now_ms = now_ms, .told = ret_replayed };
    struct meant meant = { 0 };
    *ret_replayed = (struct pk_replayed){ 0 };
    int r = pk_journal_read(path, store->keys, collect, &replay, &ret_replayed->facts, err);
    if (r == 0) {
        settle_records(&replay);
        r = meet_addresses(&replay, &meant, err);
    }
    if (r == 0)
        r = meet_people(&replay, &meant, err);
    if (r == 0)
        r = meet_consents(&replay, &meant, err);
    if (r == 0)
        r = apply(&replay, &meant, err);
    if (r == 0 && ret_replayed->facts.last_seq > replay.since_seq)
        r = pk_store_set_number(store, "journal.seq", ret_replayed->facts.last_seq, err);
    free(replay.entries);
    free(meant.stopped.items);
    free(meant.stopped_strangers.items);
    free(meant.forgotten.items);
    free(meant.erased.items);
    free(meant.withdrawn.items);
    return r;
}
