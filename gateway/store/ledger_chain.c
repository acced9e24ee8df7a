/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/ledger_chain.h"

#include "gateway/base/clock.h"
#include "gateway/store/ledger_private.h"

enum { PHASE_BEGIN = 0, PHASE_CHAIN, PHASE_STATES, PHASE_ENTRIES, PHASE_DONE };

#define ALL_AT_ONCE 100000u /* a step of a verification nobody waits beside */

/* ---- links ---- */

void pk_ledger_number(uint8_t bytes[8], int64_t value)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t) ((uint64_t) value >> (56 - 8 * i));
}

/* The order of the fields is part of the format: never change it. */
int pk_ledger_link(const struct pk_store *store, struct pk_slice previous, const struct pk_consent_event *event, struct pk_slice shown_hash,
                   uint8_t ret_link[PK_LINK_BYTES])
{
    const int64_t numbers[] = { event->key,  event->id,    event->recipient, event->topic,   event->channel,
                                event->kind, event->at_ms, event->given_ms,  event->until_ms };
    uint8_t bytes[PK_COUNT(numbers)][8];
    struct pk_slice parts[PK_COUNT(numbers) + 6];
    size_t n = 0;
    parts[n++] = previous;
    /* Entries made before links told their key have neither it nor a text of ours. */
    for (size_t i = event->key == 0 ? 1 : 0; i < PK_COUNT(numbers); i++) {
        pk_ledger_number(bytes[i], numbers[i]);
        parts[n++] = pk_slice_make(bytes[i], 8);
    }
    if (event->key != 0)
        parts[n++] = shown_hash;
    parts[n++] = event->how;
    parts[n++] = event->wording;
    parts[n++] = event->language;
    parts[n++] = event->by;
    uint8_t key = event->key != 0 ? (uint8_t) event->key : pk_keyring_id(store->keys, 0);
    if (key == 0 || event->key > UINT8_MAX)
        return PK_E_NOT_FOUND;
    return pk_keyring_mac_by(store->keys, key, PK_KEY_CHAIN, parts, n, ret_link);
}

/* ---- what does not fit ---- */

static const struct {
    const char *name, *sentence;
} flaws[PK_FLAWS] = {
    [PK_FLAW_NONE] = { "none", "holds" },
    [PK_FLAW_MISSING] = { "missing", "was removed" },
    [PK_FLAW_CONTENT] = { "content", "was changed: what it says is not what was written" },
    [PK_FLAW_LINK] = { "link", "was changed: its link is not the one that was written" },
    [PK_FLAW_EITHER] = { "content-or-link", "was changed: what it says, or its link" },
    [PK_FLAW_KEY] = { "key", "names a chain key that the key file lacks" },
    [PK_FLAW_TEXT] = { "text", "shows a text that was changed or removed" },
    [PK_FLAW_ANCHOR] = { "anchor", "is the first there is, and the anchor before it was changed or removed" },
    [PK_FLAW_STATE] = { "state", "stands, and the state kept for its consent is another" },
};

const char *pk_ledger_flaw_name(enum pk_ledger_flaw flaw)
{
    return flaw < PK_FLAWS ? flaws[flaw].name : NULL;
}

const char *pk_ledger_flaw_sentence(enum pk_ledger_flaw flaw)
{
    return flaw < PK_FLAWS ? flaws[flaw].sentence : NULL;
}

static int broken(struct pk_ledger_proof *proof, enum pk_ledger_flaw flaw, int64_t id, int64_t at_ms, struct pk_error *err)
{
    char when[PK_TIME_TEXT_MAX];
    proof->flaw = flaw;
    proof->broken_id = id;
    proof->broken_at_ms = at_ms;
    return pk_fail(err, PK_E_CONFLICT, "the consent ledger is broken: entry %lld (%s) %s", (long long) id,
                   at_ms != 0 ? pk_time_format(at_ms, when) : "its time is not known", flaws[flaw].sentence);
}

/* ---- the texts shown ---- */

/* The words are hashed anew: the link vouches for the hash, the hash for the words. */
static bool text_holds(struct pk_store *store, int64_t shown, uint8_t ret_hash[32])
{
    uint8_t digest[32];
    sqlite3_stmt *find = pk_sql(store, "SELECT s.hash, s.text, v.body, v.hash FROM shown s JOIN text_version v ON v.id = s.version WHERE s.id = ?1");
    pk_sql_bind(find, "i", shown);
    if (pk_sql_step(store, find, NULL) != 1)
        return false;
    struct pk_slice hash = pk_sql_blob(find, 0);
    pk_sha256(pk_sql_text(find, 1), digest);
    bool good = hash.len == sizeof digest && memcmp(hash.data, digest, sizeof digest) == 0;
    memcpy(ret_hash, digest, sizeof digest);
    pk_sha256(pk_sql_text(find, 2), digest);
    struct pk_slice version = pk_sql_blob(find, 3);
    good = good && version.len == sizeof digest && memcmp(version.data, digest, sizeof digest) == 0;
    pk_sql_reset(find);
    return good;
}

/* The texts of one step, so that each is hashed once: a city asks in a handful of ways. */
struct shown_texts {
    struct {
        int64_t id;
        bool good;
        uint8_t hash[32];
    } items[64];
};

static bool shown_hash(struct pk_store *store, struct shown_texts *texts, int64_t shown, struct pk_slice *ret_hash)
{
    size_t slot = (size_t) ((uint64_t) shown % PK_COUNT(texts->items));
    if (texts->items[slot].id != shown) {
        texts->items[slot].good = text_holds(store, shown, texts->items[slot].hash);
        texts->items[slot].id = shown;
    }
    *ret_hash = pk_slice_make(texts->items[slot].hash, 32);
    return texts->items[slot].good;
}

/* ---- the chain ---- */

/* A database of before links told their key: looked at from outside, before it is migrated. */
static bool is_old(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM pragma_table_info('ledger') WHERE name = 'key'", "") == 0;
}

/* Two statements with one shape of row. */
static sqlite3_stmt *entries_after(struct pk_store *store, bool old, int64_t id, size_t max)
{
    sqlite3_stmt *rows = old ? pk_sql(store, "SELECT id, recipient, topic, channel, kind, at_ms, given_ms, until_ms, how, wording, language, by,"
                                             " 0, 0, link FROM ledger WHERE id > ?1 ORDER BY id LIMIT ?2")
                             : pk_sql(store, "SELECT " PK_LEDGER_COLUMNS ", link FROM ledger WHERE id > ?1 ORDER BY id LIMIT ?2");
    pk_sql_bind(rows, "ii", id, (int64_t) max);
    return rows;
}

/* Also in the middle, when what was verified last was pruned meanwhile. */
int pk_ledger_begin(struct pk_store *store, struct pk_ledger_proof *proof, bool old, struct pk_error *err)
{
    struct pk_ledger_anchor anchor = { 0 };
    bool good = true;
    int r = old ? 0 : pk_ledger_read_anchor(store, &anchor, &good, err);
    if (r != 0)
        return r;
    int64_t first = pk_sql_int(store, 0, "SELECT min(id) FROM ledger", "");
    proof->first = first;
    if (!good)
        return broken(proof, PK_FLAW_ANCHOR, anchor.id + 1, anchor.at_ms, err);
    if (anchor.id <= proof->id)
        return 0; /* behind us, or none: the chain begins with nothing before it */
    proof->id = anchor.id;
    proof->at_ms = anchor.at_ms;
    memcpy(proof->link, anchor.link, sizeof proof->link);
    proof->link_len = sizeof proof->link;
    return 0;
}

/* The entry behind it was made on the true link: whether that is the one kept here, or the one that what is said here gives,
 * tells what of it was changed. `made`: the latter. */
static enum pk_ledger_flaw look_closer(struct pk_store *store, bool old, sqlite3_stmt *walk, int64_t id, const uint8_t made[PK_LINK_BYTES])
{
    struct pk_slice link = pk_sql_blob(walk, PK_LEDGER_LINK);
    uint8_t kept[PK_LINK_BYTES] = { 0 }, on_kept[PK_LINK_BYTES], on_made[PK_LINK_BYTES];
    struct shown_texts texts = { 0 };
    struct pk_slice hash = { 0 };
    struct pk_consent_event next;
    memcpy(kept, link.data, link.len < sizeof kept ? link.len : sizeof kept);
    pk_sql_reset(walk); /* it ends here */
    sqlite3_stmt *rows = entries_after(store, old, id, 1);
    if (pk_sql_step(store, rows, NULL) != 1)
        return PK_FLAW_EITHER;
    pk_ledger_read(rows, &next);
    struct pk_slice stored = pk_sql_blob(rows, PK_LEDGER_LINK);
    if (next.shown != 0)
        (void) shown_hash(store, &texts, next.shown, &hash);
    bool judged = next.id == id + 1 && stored.len == PK_LINK_BYTES &&
                  pk_ledger_link(store, pk_slice_make(kept, sizeof kept), &next, hash, on_kept) == 0 &&
                  pk_ledger_link(store, pk_slice_make(made, PK_LINK_BYTES), &next, hash, on_made) == 0;
    bool content = judged && pk_equal_constant_time(stored.data, on_kept, PK_LINK_BYTES);
    bool only_link = judged && pk_equal_constant_time(stored.data, on_made, PK_LINK_BYTES);
    pk_sql_reset(rows);
    return content ? PK_FLAW_CONTENT : only_link ? PK_FLAW_LINK : PK_FLAW_EITHER;
}

static int check_entry(struct pk_store *store, struct pk_ledger_proof *proof, bool old, sqlite3_stmt *row, struct shown_texts *texts,
                       struct pk_error *err)
{
    struct pk_consent_event event;
    struct pk_slice hash = { 0 };
    uint8_t link[PK_LINK_BYTES];
    pk_ledger_read(row, &event);
    if (event.id != proof->id + 1)
        return proof->id == 0 ? broken(proof, PK_FLAW_ANCHOR, event.id, event.at_ms, err)
                              : broken(proof, PK_FLAW_MISSING, proof->id + 1, proof->at_ms, err);
    if (event.shown != 0 && !shown_hash(store, texts, event.shown, &hash))
        return broken(proof, PK_FLAW_TEXT, event.id, event.at_ms, err);
    if (pk_ledger_link(store, pk_slice_make(proof->link, proof->link_len), &event, hash, link) != 0)
        return broken(proof, PK_FLAW_KEY, event.id, event.at_ms, err);
    struct pk_slice stored = pk_sql_blob(row, PK_LEDGER_LINK);
    bool unsaid = event.key == 0 && event.shown != 0; /* the link of such an entry says nothing of a text */
    if (stored.len != sizeof link || !pk_equal_constant_time(stored.data, link, sizeof link) || unsaid) {
        int64_t id = event.id, at_ms = event.at_ms;
        return broken(proof, unsaid ? PK_FLAW_CONTENT : look_closer(store, old, row, id, link), id, at_ms, err);
    }
    memcpy(proof->link, link, sizeof link);
    proof->link_len = sizeof link;
    proof->id = event.id;
    proof->at_ms = event.at_ms;
    proof->held++;
    return 0;
}

int pk_ledger_check_chain(struct pk_store *store, struct pk_ledger_proof *proof, bool old, size_t max, size_t *ret_seen, struct pk_error *err)
{
    struct shown_texts texts = { 0 };
    int r = pk_ledger_begin(store, proof, old, err);
    if (r != 0)
        return r;
    sqlite3_stmt *rows = entries_after(store, old, proof->id, max);
    *ret_seen = 0;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        (*ret_seen)++;
        if ((r = check_entry(store, proof, old, rows, &texts, err)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

/* ---- the states ---- */

/* Each state is what the newest entry of its consent left. Only a pruned one may be gone. */
static enum pk_ledger_flaw judge_state(sqlite3_stmt *row, int64_t pruned, int64_t *ret_id, int64_t *ret_at_ms)
{
    int64_t event = sqlite3_column_int64(row, 5), newest = sqlite3_column_int64(row, 9);
    bool there = sqlite3_column_type(row, 6) != SQLITE_NULL;
    *ret_id = event > newest ? event : newest;
    *ret_at_ms = *ret_id == event ? sqlite3_column_int64(row, 8) : 0;
    if (!there && newest < event)
        return event <= pruned ? PK_FLAW_NONE : PK_FLAW_MISSING;
    bool same = newest == event && sqlite3_column_int64(row, 3) == sqlite3_column_int64(row, 6) &&
                sqlite3_column_int64(row, 4) == sqlite3_column_int64(row, 7);
    return same ? PK_FLAW_NONE : PK_FLAW_STATE;
}

static int check_states(struct pk_store *store, struct pk_ledger_proof *proof, size_t max, size_t *ret_seen, struct pk_error *err)
{
    struct pk_ledger_anchor anchor;
    int r = pk_ledger_anchor(store, &anchor, err);
    if (r != 0)
        return r;
    sqlite3_stmt *rows = pk_sql(store, "SELECT c.recipient, c.topic, c.channel, c.kind, c.until_ms, c.event, l.kind, l.until_ms, l.at_ms,"
                                       " (SELECT max(n.id) FROM ledger n INDEXED BY ledger_by_person WHERE n.recipient = c.recipient"
                                       " AND n.topic = c.topic AND n.channel = c.channel) FROM consent c LEFT JOIN ledger l ON l.id = c.event"
                                       " AND l.recipient = c.recipient AND l.topic = c.topic AND l.channel = c.channel"
                                       " WHERE (c.recipient, c.topic, c.channel) > (?1, ?2, ?3) ORDER BY 1, 2, 3 LIMIT ?4");
    pk_sql_bind(rows, "iuui", proof->state.recipient, proof->state.topic, proof->state.channel, (int64_t) max);
    *ret_seen = 0;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        int64_t id, at_ms;
        (*ret_seen)++;
        proof->state.recipient = sqlite3_column_int64(rows, 0);
        proof->state.topic = pk_sql_u32(rows, 1);
        proof->state.channel = pk_sql_u32(rows, 2);
        enum pk_ledger_flaw flaw = judge_state(rows, anchor.id, &id, &at_ms);
        if (flaw == PK_FLAW_NONE)
            continue;
        if (flaw == PK_FLAW_MISSING && id > proof->id) /* entries have no gaps: the chain was cut off at its end */
            id = proof->id + 1;
        pk_sql_reset(rows);
        return broken(proof, flaw, id, at_ms, err);
    }
    return r;
}

/* Somebody who is still known has a state for each consent the ledger tells of; an erased person has none. */
static int check_entries(struct pk_store *store, struct pk_ledger_proof *proof, size_t max, size_t *ret_seen, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT l.recipient, l.topic, l.channel, max(l.id), l.at_ms,"
                                       " EXISTS(SELECT 1 FROM consent c WHERE c.recipient = l.recipient AND c.topic = l.topic"
                                       " AND c.channel = l.channel) OR NOT EXISTS(SELECT 1 FROM recipient p WHERE p.id = l.recipient)"
                                       " FROM ledger l INDEXED BY ledger_by_person WHERE (l.recipient, l.topic, l.channel) > (?1, ?2, ?3)"
                                       " GROUP BY l.recipient, l.topic, l.channel ORDER BY 1, 2, 3 LIMIT ?4");
    pk_sql_bind(rows, "iuui", proof->state.recipient, proof->state.topic, proof->state.channel, (int64_t) max);
    int r;
    *ret_seen = 0;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        (*ret_seen)++;
        proof->state.recipient = sqlite3_column_int64(rows, 0);
        proof->state.topic = pk_sql_u32(rows, 1);
        proof->state.channel = pk_sql_u32(rows, 2);
        if (sqlite3_column_int(rows, 5) != 0)
            continue;
        int64_t id = sqlite3_column_int64(rows, 3), at_ms = sqlite3_column_int64(rows, 4);
        pk_sql_reset(rows);
        return broken(proof, PK_FLAW_STATE, id, at_ms, err);
    }
    return r;
}

/* ---- all of it ---- */

int pk_ledger_verify_some(struct pk_store *store, struct pk_ledger_proof *proof, size_t max, struct pk_error *err)
{
    bool old = is_old(store);
    size_t seen = 0;
    int r = 0;
    switch (proof->phase) {
    case PHASE_BEGIN:
        proof->total = pk_sql_int(store, 0, "SELECT count(*) FROM ledger", "");
        proof->phase = PHASE_CHAIN;
        return 1;
    case PHASE_CHAIN:
        r = pk_ledger_check_chain(store, proof, old, max, &seen, err);
        break;
    case PHASE_STATES:
        r = old ? 0 : check_states(store, proof, max, &seen, err);
        break;
    case PHASE_ENTRIES:
        r = old ? 0 : check_entries(store, proof, max, &seen, err);
        break;
    default:
        return 0;
    }
    if (r != 0)
        return r;
    if (seen < max) {
        proof->phase++;
        memset(&proof->state, 0, sizeof proof->state);
        proof->state.recipient = INT64_MIN;
    }
    return proof->phase == PHASE_DONE ? 0 : 1;
}

int pk_ledger_verify(struct pk_store *store, int64_t *ret_count, struct pk_error *err)
{
    struct pk_ledger_proof proof = { 0 };
    int r;
    do {
        r = pk_ledger_verify_some(store, &proof, ALL_AT_ONCE, err);
    } while (r == 1);
    *ret_count = proof.held;
    return r;
}
