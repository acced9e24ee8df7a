/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/desk_words.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"

#define COUNTED_MS (24 * 3600 * 1000ll)

/* A few thousand words are soon tried through: what a stolen file holds must not tell them. */
static struct pk_slice mac_of(struct pk_store *store, int64_t id, struct pk_slice said, uint8_t room[32])
{
    struct pk_slice parts[] = { PK_SLICE("desk.word"), pk_slice_make(&id, sizeof id), said };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, PK_COUNT(parts), room);
    return pk_slice_make(room, 32);
}

int pk_desk_words_void(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    if (recipient == 0)
        return pk_sql_write(store, err, "UPDATE desk_word SET tries = ?1", "u", (unsigned) PK_DESK_WORD_TRIES);
    return pk_sql_write(store, err, "UPDATE desk_word SET tries = ?2 WHERE recipient = ?1", "iu", recipient, (unsigned) PK_DESK_WORD_TRIES);
}

int pk_desk_word_add(struct pk_store *store, int64_t recipient, const struct pk_desk_word *word, struct pk_slice said, struct pk_error *err)
{
    uint8_t mac[32];
    int64_t id = pk_id_ordered();
    int r = pk_desk_words_void(store, recipient, err);
    return r != 0 ? r
                  : pk_sql_write(store, err,
                                 "INSERT INTO desk_word(id, recipient, topic, channel, message, mac, tries, asked_by, created_ms, until_ms)"
                                 " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9)",
                                 "iiuuibtii", id, recipient, word->topic, word->channel, word->message, mac_of(store, id, said, mac),
                                 word->asked_by, word->created_ms, word->until_ms);
}

static int refuse(struct pk_error *err)
{
    (void) pk_fail(err, PK_E_DENIED, "this is not the word, or its time is over");
    return pk_hint(err, PK_E_DENIED, "Let the person read it out again; after three wrong words a new one is sent.");
}

int pk_desk_word_use(struct pk_store *store, int64_t recipient, struct pk_slice said, int64_t now_ms, struct pk_desk_word *ret_word,
                     struct pk_error *err)
{
    uint8_t mac[32];
    sqlite3_stmt *find = pk_sql(store, "SELECT id, topic, channel, message, created_ms, until_ms, asked_by, mac FROM desk_word"
                                       " INDEXED BY desk_word_of_person WHERE recipient = ?1 AND tries < ?2 AND until_ms > ?3"
                                       " ORDER BY id DESC LIMIT 1");
    pk_sql_bind(find, "iui", recipient, (unsigned) PK_DESK_WORD_TRIES, now_ms);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : refuse(err);
    int64_t id = sqlite3_column_int64(find, 0);
    struct pk_slice kept = pk_sql_blob(find, 7);
    bool right = kept.len == sizeof mac && pk_equal_constant_time(mac_of(store, id, said, mac).data, kept.data, sizeof mac);
    struct pk_desk_word word = {
        .topic = pk_sql_u32(find, 1),
        .channel = pk_sql_u32(find, 2),
        .message = sqlite3_column_int64(find, 3),
        .created_ms = sqlite3_column_int64(find, 4),
        .until_ms = sqlite3_column_int64(find, 5),
        .asked_by = pk_sql_text(find, 6),
    };
    if (!right) {
        pk_sql_reset(find);
        r = pk_sql_write(store, err, "UPDATE desk_word SET tries = tries + 1 WHERE id = ?1", "i", id);
        return r != 0 ? r : refuse(err);
    }
    pk_sql_hold(store, find);
    *ret_word = word;
    return pk_sql_write(store, err, "UPDATE desk_word SET tries = ?2 WHERE id = ?1", "iu", id, (unsigned) PK_DESK_WORD_TRIES);
}

int64_t pk_desk_words_since(struct pk_store *store, int64_t recipient, int64_t since_ms)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM desk_word INDEXED BY desk_word_of_person WHERE recipient = ?1 AND created_ms >= ?2", "ii",
                      recipient, since_ms);
}

int pk_desk_words_forget(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    return pk_sql_write(store, err, "DELETE FROM desk_word WHERE recipient = ?1", "i", recipient);
}

int pk_desk_words_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM desk_word WHERE id IN (SELECT id FROM desk_word WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)",
                         "ii", now_ms - COUNTED_MS, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    return r;
}
