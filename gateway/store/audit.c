/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/audit.h"

#include "gateway/base/random.h"
#include "gateway/store/internal.h"

#define LINK_BYTES 32u
#define CHAIN "audit" /* keeps its links apart from those of the consent ledger */
#define ROLE_OPERATOR 6u /* model/rights.h, whose numbers never change */

enum anchor { ANCHOR_FIRST = 1, ANCHOR_LAST = 2 };

/* Where a chain begins or ends: the entry before the first one, or the last one. */
struct place {
    int64_t entry;
    uint8_t link[LINK_BYTES];
    size_t link_len; /* 0 = nothing before */
};

static void number(uint8_t bytes[8], int64_t value)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t) ((uint64_t) value >> (56 - 8 * i));
}

static struct pk_slice link_of(const struct place *place)
{
    return pk_slice_make(place->link, place->link_len);
}

/* ---- pseudonyms, traces ---- */

int pk_pseudonym(const struct pk_store *store, uint8_t key, int64_t recipient, uint8_t ret_pseudonym[PK_PSEUDONYM_BYTES])
{
    uint8_t id[8], mac[32];
    number(id, recipient);
    const struct pk_slice parts[] = { PK_SLICE("ldv|"), pk_slice_make(id, sizeof id) };
    int r = pk_keyring_mac_by(store->keys, key, PK_KEY_PSEUDONYM, parts, PK_COUNT(parts), mac);
    if (r == 0)
        memcpy(ret_pseudonym, mac, PK_PSEUDONYM_BYTES);
    return r;
}

void pk_audit_derive(const struct pk_store *store, const char *kind, int64_t id, uint8_t ret_bytes[PK_TRACE_BYTES])
{
    uint8_t bytes[8], mac[32];
    number(bytes, id);
    const struct pk_slice parts[] = { PK_SLICE("trace|"), pk_slice_of(kind), pk_slice_make(bytes, sizeof bytes) };
    pk_keyring_mac(store->keys, PK_KEY_PSEUDONYM, parts, PK_COUNT(parts), mac);
    memcpy(ret_bytes, mac, PK_TRACE_BYTES);
}

static bool read_hex(const char *from, uint8_t *to, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < 2 * count; i++) {
        char c = from[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        to[i / 2] = (uint8_t) (i % 2 == 0 ? digit << 4 : to[i / 2] | digit);
        any |= digit != 0;
    }
    return any;
}

/* "00-<trace>-<parent>-01" goes on in that trace; anything else begins one. */
static size_t take_trace(struct pk_slice traceparent, uint8_t trace[PK_TRACE_BYTES], uint8_t parent[PK_SPAN_BYTES])
{
    bool good = traceparent.len >= 55 && memcmp(traceparent.data, "00-", 3) == 0 && traceparent.data[35] == '-' &&
                read_hex(traceparent.data + 3, trace, PK_TRACE_BYTES) && read_hex(traceparent.data + 36, parent, PK_SPAN_BYTES);
    if (!good)
        pk_random_bytes(trace, PK_TRACE_BYTES);
    return good ? PK_SPAN_BYTES : 0;
}

/* ---- links ---- */

/* The order of the fields is part of the format: never change it. */
static int make_link(const struct pk_store *store, struct pk_slice previous, const struct pk_audit_entry *entry, uint8_t ret_link[LINK_BYTES])
{
    const int64_t numbers[] = { entry->id, entry->at_ms, entry->role, entry->result, entry->key };
    uint8_t bytes[PK_COUNT(numbers)][8];
    struct pk_slice parts[16];
    size_t n = 0;
    parts[n++] = PK_SLICE(CHAIN);
    parts[n++] = previous;
    for (size_t i = 0; i < PK_COUNT(numbers); i++) {
        number(bytes[i], numbers[i]);
        parts[n++] = pk_slice_make(bytes[i], 8);
    }
    parts[n++] = entry->actor;
    parts[n++] = entry->via;
    parts[n++] = entry->action;
    parts[n++] = entry->object;
    parts[n++] = entry->detail;
    parts[n++] = entry->subject;
    parts[n++] = entry->trace;
    parts[n++] = entry->span;
    parts[n++] = entry->parent;
    return pk_keyring_mac_by(store->keys, entry->key, PK_KEY_CHAIN, parts, n, ret_link);
}

static int seal_anchor(const struct pk_store *store, enum anchor which, const struct place *place, uint8_t key, uint8_t ret_seal[LINK_BYTES])
{
    uint8_t kind[8], entry[8];
    number(kind, which);
    number(entry, place->entry);
    const struct pk_slice parts[] = { PK_SLICE(CHAIN " anchor"), pk_slice_make(kind, 8), pk_slice_make(entry, 8), link_of(place) };
    return pk_keyring_mac_by(store->keys, key, PK_KEY_CHAIN, parts, PK_COUNT(parts), ret_seal);
}

static int save_anchor(struct pk_store *store, enum anchor which, const struct place *place, struct pk_error *err)
{
    uint8_t seal[LINK_BYTES], key = pk_keyring_current(store->keys);
    (void) seal_anchor(store, which, place, key, seal);
    return pk_sql_write(store, err,
                        "INSERT INTO audit_anchor(id, entry, link, key, seal) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(id) DO UPDATE"
                        " SET entry = excluded.entry, link = excluded.link, key = excluded.key, seal = excluded.seal",
                        "uibub", (unsigned) which, place->entry, link_of(place), (unsigned) key, pk_slice_make(seal, sizeof seal));
}

/* PK_E_CONFLICT when it was tampered with; nothing and 0 when there is none yet. */
static int load_anchor(struct pk_store *store, enum anchor which, struct place *ret_place, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT entry, link, key, seal FROM audit_anchor WHERE id = ?1");
    uint8_t seal[LINK_BYTES];
    *ret_place = (struct place){ 0 };
    pk_sql_bind(find, "u", (unsigned) which);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    struct pk_slice link = pk_sql_blob(find, 1), sealed = pk_sql_blob(find, 3);
    ret_place->entry = sqlite3_column_int64(find, 0);
    ret_place->link_len = link.len == LINK_BYTES ? LINK_BYTES : 0;
    memcpy(ret_place->link, link.data, ret_place->link_len);
    bool good = seal_anchor(store, which, ret_place, (uint8_t) pk_sql_u32(find, 2), seal) == 0 && sealed.len == LINK_BYTES &&
                pk_equal_constant_time(sealed.data, seal, LINK_BYTES);
    pk_sql_reset(find);
    return good ? 0 : pk_fail(err, PK_E_CONFLICT, "the audit trail's %s anchor was changed", which == ANCHOR_FIRST ? "first" : "last");
}

/* ---- writing ---- */

static int insert(struct pk_store *store, struct pk_audit_entry *entry, struct pk_error *err)
{
    struct place last;
    int r = load_anchor(store, ANCHOR_LAST, &last, err);
    if (r == PK_E_CONFLICT) /* verify tells of it; what is done now is kept all the same */
        r = 0;
    if (r != 0)
        return r;
    int64_t newest = pk_sql_int(store, 0, "SELECT max(id) FROM audit", "");
    entry->id = (newest > last.entry ? newest : last.entry) + 1;
    entry->key = pk_keyring_current(store->keys);
    (void) make_link(store, link_of(&last), entry, last.link);
    last.link_len = LINK_BYTES;
    last.entry = entry->id;
    r = pk_sql_write(store, err,
                     "INSERT INTO audit(id, at_ms, actor, action, object, detail, via, role, result, subject, trace, span, parent, key, link)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
                     "iitttttuubbbbub", entry->id, entry->at_ms, entry->actor, entry->action, entry->object, entry->detail, entry->via,
                     entry->role, entry->result, entry->subject, entry->trace, entry->span, entry->parent, (unsigned) entry->key,
                     link_of(&last));
    return r == 0 ? save_anchor(store, ANCHOR_LAST, &last, err) : r;
}

int pk_audit_write(struct pk_store *store, struct pk_audit_entry *entry, struct pk_error *err)
{
    uint8_t trace[PK_TRACE_BYTES], span[PK_SPAN_BYTES], parent[PK_SPAN_BYTES], subject[PK_PSEUDONYM_BYTES];
    size_t parent_len = take_trace(entry->traceparent, trace, parent);
    pk_random_bytes(span, sizeof span);
    if (entry->recipient != 0)
        (void) pk_pseudonym(store, 0, entry->recipient, subject);
    struct pk_audit_entry row = *entry;
    row.trace = pk_slice_make(trace, sizeof trace);
    row.span = pk_slice_make(span, sizeof span);
    row.parent = pk_slice_make(parent, parent_len);
    row.subject = pk_slice_make(subject, entry->recipient != 0 ? sizeof subject : 0);
    int r = insert(store, &row, err);
    if (r == 0)
        entry->id = row.id;
    return r;
}

int pk_audit_append(struct pk_store *store, const char *actor, const char *action, const char *object, const char *detail, int64_t now_ms,
                    struct pk_error *err)
{
    struct pk_audit_entry entry = {
        .at_ms = now_ms,
        .actor = pk_slice_of(actor ? actor : ""),
        .action = pk_slice_of(action),
        .object = pk_slice_of(object ? object : ""),
        .detail = pk_slice_of(detail ? detail : ""),
        .role = ROLE_OPERATOR,
    };
    return pk_audit_write(store, &entry, err);
}

/* ---- reading ---- */

#define COLUMNS "id, at_ms, actor, action, object, detail, via, role, result, subject, trace, span, parent, key, link"

static void read_entry(sqlite3_stmt *row, struct pk_audit_entry *ret_entry)
{
    *ret_entry = (struct pk_audit_entry){
        .id = sqlite3_column_int64(row, 0),
        .at_ms = sqlite3_column_int64(row, 1),
        .actor = pk_sql_text(row, 2),
        .action = pk_sql_text(row, 3),
        .object = pk_sql_text(row, 4),
        .detail = pk_sql_text(row, 5),
        .via = pk_sql_text(row, 6),
        .role = pk_sql_u32(row, 7),
        .result = pk_sql_u32(row, 8),
        .subject = pk_sql_blob(row, 9),
        .trace = pk_sql_blob(row, 10),
        .span = pk_sql_blob(row, 11),
        .parent = pk_sql_blob(row, 12),
        .key = (uint8_t) pk_sql_u32(row, 13),
    };
}

/* One person's entries, under every key their pseudonym may have been made with, are found by the index on it. */
#define WANTED "(?1 = '' OR actor = ?1) AND (?2 = '' OR object = ?2) AND at_ms >= ?3 AND (?6 = '' OR action = ?6) AND (?7 = 0 OR at_ms < ?7)"
#define SUBJECTS "subject IN (?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"

static const char *list_sql(const struct pk_audit_filter *filter)
{
    static const char newest[] = "SELECT " COLUMNS " FROM audit WHERE " WANTED " AND id < ?4 ORDER BY id DESC LIMIT ?5";
    static const char oldest[] = "SELECT " COLUMNS " FROM audit WHERE " WANTED " AND id > ?4 ORDER BY id LIMIT ?5";
    static const char newest_of[] = "SELECT " COLUMNS " FROM audit WHERE " WANTED " AND " SUBJECTS " AND id < ?4 ORDER BY id DESC LIMIT ?5";
    static const char oldest_of[] = "SELECT " COLUMNS " FROM audit WHERE " WANTED " AND " SUBJECTS " AND id > ?4 ORDER BY id LIMIT ?5";
    if (filter->recipient != 0)
        return filter->oldest_first ? oldest_of : newest_of;
    return filter->oldest_first ? oldest : newest;
}

int pk_audit_list(struct pk_store *store, const struct pk_audit_filter *filter, size_t max,
                  int (*each)(void *ctx, const struct pk_audit_entry *entry), void *ctx, struct pk_error *err)
{
    uint8_t subjects[PK_KEYS_MAX][PK_PSEUDONYM_BYTES];
    struct pk_slice subject[PK_KEYS_MAX] = { { 0 } };
    int64_t after = filter->after == 0 && !filter->oldest_first ? INT64_MAX : filter->after;
    sqlite3_stmt *rows = pk_sql(store, list_sql(filter));
    for (size_t i = 0; filter->recipient != 0 && i < PK_KEYS_MAX; i++) {
        size_t key = i < pk_keyring_count(store->keys) ? i : 0; /* the rest repeat the first */
        (void) pk_pseudonym(store, pk_keyring_id(store->keys, key), filter->recipient, subjects[i]);
        subject[i] = pk_slice_make(subjects[i], PK_PSEUDONYM_BYTES);
    }
    if (filter->recipient != 0)
        pk_sql_bind(rows, "ttiiitibbbbbbbb", filter->actor, filter->object, filter->since_ms, after, (int64_t) max, filter->action, filter->until_ms,
                    subject[0], subject[1], subject[2], subject[3], subject[4], subject[5], subject[6], subject[7]);
    else
        pk_sql_bind(rows, "ttiiiti", filter->actor, filter->object, filter->since_ms, after, (int64_t) max, filter->action, filter->until_ms);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_audit_entry entry;
        read_entry(rows, &entry);
        if ((r = each(ctx, &entry)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

/* ---- the chain ---- */

static int broken(struct pk_error *err, int64_t entry)
{
    (void) pk_fail(err, PK_E_CONFLICT, "the audit trail is broken at entry %lld: it or the one before it was changed or removed",
                   (long long) entry);
    return pk_hint(err, PK_E_CONFLICT, "Keep the file as it is, and compare it with the last backup.");
}

int pk_audit_verify(struct pk_store *store, int64_t *ret_count, struct pk_error *err)
{
    struct place at, last;
    *ret_count = 0;
    int r = load_anchor(store, ANCHOR_FIRST, &at, err);
    if (r == 0)
        r = load_anchor(store, ANCHOR_LAST, &last, err);
    if (r != 0)
        return r;
    sqlite3_stmt *rows = pk_sql(store, "SELECT " COLUMNS " FROM audit ORDER BY id");
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_audit_entry entry;
        uint8_t link[LINK_BYTES];
        read_entry(rows, &entry);
        struct pk_slice stored = pk_sql_blob(rows, 14);
        bool good = entry.id == at.entry + 1 && make_link(store, link_of(&at), &entry, link) == 0 && stored.len == LINK_BYTES &&
                    pk_equal_constant_time(stored.data, link, LINK_BYTES);
        if (!good) {
            pk_sql_reset(rows);
            return broken(err, at.entry + 1);
        }
        at.entry = entry.id;
        memcpy(at.link, link, LINK_BYTES);
        at.link_len = LINK_BYTES;
        (*ret_count)++;
    }
    if (r != 0)
        return r;
    bool whole = at.entry == last.entry && pk_slice_equal(link_of(&at), link_of(&last));
    return whole ? 0 : broken(err, at.entry + 1);
}

int pk_audit_prune(struct pk_store *store, int64_t before_ms, size_t max, bool *ret_more, struct pk_error *err)
{
    /* In order: an entry goes only after all that are older, whatever the clock did meanwhile. */
    sqlite3_stmt *find = pk_sql(store, "SELECT id, link FROM audit WHERE id < ifnull((SELECT min(id) FROM audit WHERE at_ms >= ?1),"
                                       " (SELECT max(id) + 1 FROM audit)) AND id < (SELECT min(id) + ?2 FROM audit) ORDER BY id DESC LIMIT 1");
    struct place first = { 0 };
    *ret_more = false;
    pk_sql_bind(find, "ii", before_ms, (int64_t) max);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r;
    struct pk_slice link = pk_sql_blob(find, 1);
    first.entry = sqlite3_column_int64(find, 0);
    first.link_len = link.len == LINK_BYTES ? LINK_BYTES : 0;
    memcpy(first.link, link.data, first.link_len);
    pk_sql_reset(find);
    r = save_anchor(store, ANCHOR_FIRST, &first, err); /* the schema lets go only of what lies behind it */
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM audit WHERE id <= ?1", "i", first.entry);
    *ret_more = r == 0 && pk_sql_changed(store) >= (int64_t) max;
    return r;
}

/* ---- what older programs wrote ---- */

/* Entries of before there was a chain become its beginning. Once: only in the opening that added the columns. */
int pk_audit_adopt(struct pk_store *store, struct pk_error *err)
{
    struct place at = { 0 };
    for (;;) {
        sqlite3_stmt *find = pk_sql(store, "SELECT " COLUMNS " FROM audit WHERE id > ?1 ORDER BY id LIMIT 1");
        struct pk_audit_entry entry;
        pk_sql_bind(find, "i", at.entry);
        int r = pk_sql_step(store, find, err);
        if (r != 1)
            return r < 0 || at.entry == 0 ? r : save_anchor(store, ANCHOR_LAST, &at, err);
        read_entry(find, &entry);
        int64_t was = entry.id;
        entry.id = ++at.entry; /* without gaps, as those to come */
        entry.key = pk_keyring_current(store->keys);
        (void) make_link(store, link_of(&at), &entry, at.link);
        at.link_len = LINK_BYTES;
        pk_sql_reset(find);
        r = pk_sql_write(store, err, "UPDATE audit SET id = ?2, key = ?3, link = ?4 WHERE id = ?1", "iiub", was, entry.id, (unsigned) entry.key,
                         link_of(&at));
        if (r != 0)
            return r;
    }
}
