/* SPDX-License-Identifier: EUPL-1.2 */
/* Two open hash tables over one list: by (kind, text) and by id. A city has some hundred names. */
#include "gateway/store/names.h"

#include "gateway/store/internal.h"

struct entry {
    uint32_t id, kind;
    char *text;
    bool committed;
};

struct pk_names {
    struct entry *items;
    size_t count, cap;
    size_t *by_text, *by_id; /* index + 1 into items; 0 = free */
    size_t slots; /* a power of two */
};

static size_t hash_text(enum pk_name_kind kind, struct pk_slice text)
{
    uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t) kind;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char) text.data[i]) * 0x100000001b3u;
    return (size_t) (hash ^ hash >> 32);
}

static size_t hash_id(uint32_t id)
{
    return (size_t) id * 0x9E3779B1u;
}

static void place(size_t *table, size_t slots, size_t hash, size_t index)
{
    size_t at = hash & (slots - 1);
    while (table[at] != 0)
        at = (at + 1) & (slots - 1);
    table[at] = index + 1;
}

static void rebuild(struct pk_names *names, size_t slots)
{
    free(names->by_text);
    free(names->by_id);
    names->slots = slots;
    names->by_text = pk_alloc_array(slots, sizeof *names->by_text);
    names->by_id = pk_alloc_array(slots, sizeof *names->by_id);
    for (size_t i = 0; i < names->count; i++) {
        const struct entry *entry = &names->items[i];
        place(names->by_text, slots, hash_text((enum pk_name_kind) entry->kind, pk_slice_of(entry->text)), i);
        place(names->by_id, slots, hash_id(entry->id), i);
    }
}

void pk_names_new(struct pk_store *store)
{
    store->names = pk_alloc(sizeof *store->names);
    rebuild(store->names, 256);
}

void pk_names_free(struct pk_store *store)
{
    struct pk_names *names = store->names;
    if (!names)
        return;
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i].text);
    free(names->items);
    free(names->by_text);
    free(names->by_id);
    free(names);
}

static const struct entry *remember(struct pk_names *names, uint32_t id, enum pk_name_kind kind, struct pk_slice text, bool committed)
{
    if (names->count == names->cap) {
        names->cap = names->cap > 0 ? 2 * names->cap : 64;
        names->items = pk_realloc_array(names->items, names->cap, sizeof *names->items);
    }
    names->items[names->count] = (struct entry){ id, kind, pk_slice_dup(text), committed };
    if (2 * ++names->count > names->slots) {
        rebuild(names, 2 * names->slots);
    } else {
        place(names->by_text, names->slots, hash_text(kind, text), names->count - 1);
        place(names->by_id, names->slots, hash_id(id), names->count - 1);
    }
    return &names->items[names->count - 1];
}

void pk_names_settle(struct pk_store *store, bool committed)
{
    struct pk_names *names = store->names;
    if (!names)
        return;
    size_t kept = 0;
    bool dropped = false;
    for (size_t i = 0; i < names->count; i++) {
        names->items[i].committed |= committed;
        if (names->items[i].committed) {
            names->items[kept++] = names->items[i];
        } else {
            free(names->items[i].text);
            dropped = true;
        }
    }
    names->count = kept;
    if (dropped)
        rebuild(names, names->slots);
}

static const struct entry *look(struct pk_names *names, enum pk_name_kind kind, struct pk_slice text)
{
    for (size_t at = hash_text(kind, text) & (names->slots - 1); names->by_text[at] != 0; at = (at + 1) & (names->slots - 1)) {
        const struct entry *entry = &names->items[names->by_text[at] - 1];
        if (entry->kind == (uint32_t) kind && pk_slice_is(text, entry->text))
            return entry;
    }
    return NULL;
}

uint32_t pk_name_find(struct pk_store *store, enum pk_name_kind kind, struct pk_slice text)
{
    const struct entry *entry = look(store->names, kind, text);
    if (entry)
        return entry->id;
    int64_t id = pk_sql_int(store, 0, "SELECT id FROM name WHERE kind = ?1 AND text = ?2", "ut", (unsigned) kind, text);
    if (id != 0)
        (void) remember(store->names, (uint32_t) id, kind, text, !store->turn);
    return (uint32_t) id;
}

int pk_name_intern(struct pk_store *store, enum pk_name_kind kind, struct pk_slice text, uint32_t *ret_id, struct pk_error *err)
{
    uint32_t id = pk_name_find(store, kind, text);
    if (id == 0) {
        int r = pk_sql_write(store, err, "INSERT INTO name(kind, text) VALUES(?1, ?2)", "ut", (unsigned) kind, text);
        if (r != 0)
            return r;
        id = (uint32_t) sqlite3_last_insert_rowid(store->db);
        (void) remember(store->names, id, kind, text, false);
    }
    *ret_id = id;
    return 0;
}

const char *pk_name_text(struct pk_store *store, enum pk_name_kind kind, uint32_t id)
{
    struct pk_names *names = store->names;
    for (size_t at = hash_id(id) & (names->slots - 1); names->by_id[at] != 0; at = (at + 1) & (names->slots - 1)) {
        const struct entry *entry = &names->items[names->by_id[at] - 1];
        if (entry->id == id)
            return entry->kind == (uint32_t) kind ? entry->text : NULL;
    }
    sqlite3_stmt *find = pk_sql(store, "SELECT text FROM name WHERE id = ?1 AND kind = ?2");
    pk_sql_bind(find, "uu", id, (unsigned) kind);
    if (pk_sql_step(store, find, NULL) != 1)
        return NULL;
    const struct entry *entry = remember(names, id, kind, pk_sql_text(find, 0), !store->turn);
    pk_sql_reset(find);
    return entry->text;
}
