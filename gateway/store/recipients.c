/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/recipients.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/messages.h"
#include "gateway/store/person.h"

static struct pk_slice blind_slice(const uint8_t blind[PK_BLIND_BYTES])
{
    return pk_slice_make(blind, PK_BLIND_BYTES);
}

/* ---- addresses ---- */

static void read_address(sqlite3_stmt *row, struct pk_address *ret_address)
{
    *ret_address = (struct pk_address){
        .id = sqlite3_column_int64(row, 0),
        .recipient = sqlite3_column_int64(row, 1),
        .channel = pk_sql_u32(row, 2),
        .blocked_ms = sqlite3_column_int64(row, 3),
    };
    pk_country_copy(ret_address->country, pk_sql_text(row, 4));
}

int pk_address_find(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_address *ret_address, struct pk_error *err)
{
    for (size_t i = pk_keyring_count(store->keys); i-- > 0;) {
        uint8_t blind[PK_BLIND_BYTES];
        (void) pk_blind(store->keys, pk_keyring_id(store->keys, i), PK_BLIND_ADDRESS, value, blind);
        sqlite3_stmt *find = pk_sql(store, "SELECT id, recipient, channel, blocked_ms, country FROM address WHERE channel = ?1 AND blind = ?2");
        pk_sql_bind(find, "ub", channel, blind_slice(blind));
        int r = pk_sql_step(store, find, err);
        if (r == 1) {
            read_address(find, ret_address);
            pk_sql_reset(find);
            return 0;
        }
        if (r < 0)
            return r;
    }
    return pk_fail(err, PK_E_NOT_FOUND, "this address is not known");
}

int pk_address_get(struct pk_store *store, int64_t id, struct pk_address *ret_address, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT id, recipient, channel, blocked_ms, country FROM address WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r == 1) {
        read_address(find, ret_address);
        pk_sql_reset(find);
        return 0;
    }
    return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "this address is not known");
}

int pk_address_value(struct pk_store *store, int64_t id, struct pk_buf *out, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT value FROM address WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r == 1) {
        r = pk_unseal(store->keys, PK_PLACE_ADDRESS, id, pk_sql_blob(find, 0), out, err);
        pk_sql_reset(find);
        return r;
    }
    return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "this address is not known");
}

/* A STOP from before this address was known, or that it did not answer, may be kept under an older key. With the address at
 * hand both move to the newest one: they are found by the address' own index. */
static int adopt_kept(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_slice blind, struct pk_error *err)
{
    for (size_t i = 0; i + 1 < pk_keyring_count(store->keys); i++) {
        uint8_t old[PK_BLIND_BYTES];
        (void) pk_blind(store->keys, pk_keyring_id(store->keys, i), PK_BLIND_ADDRESS, value, old);
        int r = pk_kept_move(store, channel, blind_slice(old), blind, err);
        if (r != 0)
            return r;
    }
    return 0;
}

int pk_kept_move(struct pk_store *store, uint32_t channel, struct pk_slice old, struct pk_slice fresh, struct pk_error *err)
{
    const unsigned key = pk_keyring_current(store->keys);
    int r = pk_sql_write(store, err,
                         "INSERT INTO suppression(channel, blind, at_ms, key) SELECT channel, ?3, at_ms, ?4 FROM suppression"
                         " WHERE channel = ?1 AND blind = ?2 ON CONFLICT(channel, blind) DO NOTHING",
                         "ubbu", channel, old, fresh, key);
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM suppression WHERE channel = ?1 AND blind = ?2", "ub", channel, old);
    if (r == 0)
        r = pk_sql_write(store, err,
                         "INSERT INTO silent(channel, blind, until_ms, key) SELECT channel, ?3, until_ms, ?4 FROM silent"
                         " WHERE channel = ?1 AND blind = ?2 ON CONFLICT(channel, blind) DO NOTHING",
                         "ubbu", channel, old, fresh, key);
    return r == 0 ? pk_sql_write(store, err, "DELETE FROM silent WHERE channel = ?1 AND blind = ?2", "ub", channel, old) : r;
}

int pk_address_add(struct pk_store *store, int64_t recipient, uint32_t channel, struct pk_slice value, int64_t now_ms, int64_t *ret_id,
                   struct pk_error *err)
{
    struct pk_address known;
    int r = pk_address_find(store, channel, value, &known, err);
    if (r == 0 && known.recipient == 0 && recipient != 0) {
        /* Somebody who wrote before is now signed up. */
        r = pk_sql_write(store, err, "UPDATE address SET recipient = ?2 WHERE id = ?1", "ii", known.id, recipient);
        *ret_id = known.id;
        return r;
    }
    if (r == 0)
        return pk_fail(err, PK_E_CONFLICT, "this address is somebody's already");
    if (r != PK_E_NOT_FOUND)
        return r;
    uint8_t blind[PK_BLIND_BYTES];
    struct pk_buf sealed;
    int64_t id = pk_id_ordered();
    char country[3];
    pk_country_of(value, country);
    (void) pk_blind(store->keys, 0, PK_BLIND_ADDRESS, value, blind);
    pk_buf_init(&sealed, 1024);
    pk_seal(store->keys, PK_PLACE_ADDRESS, id, value, &sealed);
    r = sealed.failed ? pk_fail(err, PK_E_LIMIT, "the address is too long") : 0;
    if (r == 0)
        r = pk_sql_write(store, err,
                         "INSERT INTO address(id, recipient, channel, value, blind, created_ms, country)"
                         " VALUES(?1, nullif(?2, 0), ?3, ?4, ?5, ?6, ?7)",
                         "iiubbit", id, recipient, channel, pk_buf_slice(&sealed), blind_slice(blind), now_ms, pk_slice_of(country));
    pk_buf_finish(&sealed);
    if (r == 0)
        r = adopt_kept(store, channel, value, blind_slice(blind), err);
    if (r == 0)
        *ret_id = id;
    return r;
}

int pk_address_block(struct pk_store *store, int64_t id, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE address SET blocked_ms = ?2 WHERE id = ?1 AND blocked_ms = 0", "ii", id, now_ms);
}

int pk_address_unblock(struct pk_store *store, int64_t id, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE address SET blocked_ms = 0 WHERE id = ?1 AND blocked_ms <> 0", "i", id);
}

/* ---- recipients ---- */

int pk_recipient_add(struct pk_store *store, struct pk_slice language, struct pk_slice script, int64_t now_ms, int64_t *ret_id,
                     struct pk_error *err)
{
    int64_t id = pk_id_random();
    int r = pk_sql_write(store, err, "INSERT INTO recipient(id, language, script, created_ms) VALUES(?1, ?2, ?3, ?4)", "itti", id, language,
                         script, now_ms);
    if (r == 0)
        *ret_id = id;
    return r;
}

static void copy_short(char to[PK_LANGUAGE_MAX], struct pk_slice text)
{
    size_t n = text.len < PK_LANGUAGE_MAX - 1 ? text.len : PK_LANGUAGE_MAX - 1;
    memcpy(to, text.data, n);
    to[n] = '\0';
}

int pk_recipient_get(struct pk_store *store, int64_t id, struct pk_recipient *ret_recipient, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT language, script, created_ms, stopped_ms FROM recipient WHERE id = ?1");
    pk_sql_bind(find, "i", id);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "there is no such recipient");
    *ret_recipient = (struct pk_recipient){ .id = id };
    copy_short(ret_recipient->language, pk_sql_text(find, 0));
    copy_short(ret_recipient->script, pk_sql_text(find, 1));
    ret_recipient->created_ms = sqlite3_column_int64(find, 2);
    ret_recipient->stopped_ms = sqlite3_column_int64(find, 3);
    pk_sql_reset(find);
    return 0;
}

bool pk_recipients_read(struct pk_store *store, struct pk_slice language, struct pk_slice script)
{
    return pk_sql_int(store, 0, "SELECT EXISTS(SELECT 1 FROM recipient WHERE language = ?1 AND script = ?2)", "tt", language, script) != 0;
}

int pk_recipient_set_language(struct pk_store *store, int64_t id, struct pk_slice language, struct pk_slice script, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE recipient SET language = ?2, script = ?3 WHERE id = ?1", "itt", id, language, script);
}

int pk_recipient_tag(struct pk_store *store, int64_t id, uint32_t tag, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "INSERT INTO tag(tag, recipient) VALUES(?1, ?2) ON CONFLICT(tag, recipient) DO NOTHING", "ui", tag, id);
    return r != 0 ? r : pk_sql_changed(store) > 0 ? 1 : 0;
}

int pk_recipient_untag(struct pk_store *store, int64_t id, uint32_t tag, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM tag WHERE tag = ?1 AND recipient = ?2", "ui", tag, id);
    return r != 0 ? r : pk_sql_changed(store) > 0 ? 1 : 0;
}

int pk_recipient_set_stopped(struct pk_store *store, int64_t id, int64_t stopped_ms, struct pk_error *err)
{
    return pk_sql_write(store, err, "UPDATE recipient SET stopped_ms = ?2 WHERE id = ?1", "ii", id, stopped_ms);
}

int64_t pk_recipient_count(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM recipient", "");
}

int64_t pk_address_blocked_count(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM address WHERE blocked_ms <> 0 AND recipient IS NOT NULL", "");
}

int pk_recipients_list(struct pk_store *store, int64_t after, size_t max, int (*each)(void *ctx, const struct pk_recipient *who), void *ctx,
                       struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, language, script, created_ms, stopped_ms FROM recipient WHERE id > ?1 ORDER BY id LIMIT ?2");
    int r;
    pk_sql_bind(rows, "ii", after, (int64_t) max);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_recipient who = { .id = sqlite3_column_int64(rows, 0), .created_ms = sqlite3_column_int64(rows, 3),
                                    .stopped_ms = sqlite3_column_int64(rows, 4) };
        (void) snprintf(who.language, sizeof who.language, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 1)));
        (void) snprintf(who.script, sizeof who.script, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 2)));
        if ((r = each(ctx, &who)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_addresses_of(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_address *address), void *ctx,
                    struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, recipient, channel, blocked_ms, country FROM address INDEXED BY address_by_recipient"
                                       " WHERE recipient = ?1 ORDER BY id");
    pk_sql_bind(rows, "i", recipient);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_address address;
        read_address(rows, &address);
        if ((r = each(ctx, &address)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

/* ---- who did not answer ---- */

bool pk_recipient_is_written_to(struct pk_store *store, int64_t id)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM address a CROSS JOIN message m INDEXED BY message_by_address ON m.address = a.id"
                                " WHERE a.recipient = ?1 AND m.state < 8 LIMIT 1", "i", id) != 0;
}

int pk_recipient_forget(struct pk_store *store, int64_t id, struct pk_error *err)
{
    struct pk_forgetting forgetting = { .recipient = id, .now_ms = pk_clock_wall_ms() };
    size_t cancelled;
    int r = pk_sql_write(store, err, "DELETE FROM consent WHERE recipient = ?1", "i", id);
    return r == 0 ? pk_person_forget(store, &forgetting, &cancelled, err) : r;
}

int pk_silent_add_person(struct pk_store *store, int64_t recipient, int64_t until_ms, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO silent(channel, blind, until_ms, key) SELECT channel, blind, ?2, key_of(value) FROM address"
                        " WHERE recipient = ?1 ON CONFLICT(channel, blind) DO UPDATE SET until_ms = max(until_ms, excluded.until_ms)",
                        "ii", recipient, until_ms);
}

bool pk_silent_has(struct pk_store *store, int64_t address, int64_t now_ms)
{
    return pk_sql_int(store, 0, "SELECT 1 FROM address a JOIN silent s ON s.channel = a.channel AND s.blind = a.blind"
                                " WHERE a.id = ?1 AND s.until_ms > ?2", "ii", address, now_ms) != 0;
}

int pk_silent_expire(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM silent WHERE (channel, blind) IN (SELECT channel, blind FROM silent"
                                     " INDEXED BY silent_by_end WHERE until_ms <= ?1 LIMIT ?2)", "ii", now_ms, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    return r;
}

/* ---- suppression ---- */

/* As the address' own row has it, if there is one: the claim compares the two. Else under the current key. */
static uint8_t blind_as_kept(struct pk_store *store, uint32_t channel, struct pk_slice value, uint8_t ret_blind[PK_BLIND_BYTES])
{
    for (size_t i = pk_keyring_count(store->keys); i-- > 0;) {
        uint8_t key = pk_keyring_id(store->keys, i);
        (void) pk_blind(store->keys, key, PK_BLIND_ADDRESS, value, ret_blind);
        if (pk_sql_int(store, 0, "SELECT 1 FROM address WHERE channel = ?1 AND blind = ?2", "ub", channel, blind_slice(ret_blind)) != 0)
            return key;
    }
    (void) pk_blind(store->keys, 0, PK_BLIND_ADDRESS, value, ret_blind);
    return pk_keyring_current(store->keys);
}

int pk_suppression_add(struct pk_store *store, uint32_t channel, struct pk_slice value, int64_t now_ms, struct pk_error *err)
{
    uint8_t blind[PK_BLIND_BYTES];
    uint8_t key = blind_as_kept(store, channel, value, blind);
    int r = pk_sql_write(store, err,
                         "INSERT INTO suppression(channel, blind, at_ms, key) VALUES(?1, ?2, ?3, ?4) ON CONFLICT(channel, blind) DO NOTHING",
                         "ubiu", channel, blind_slice(blind), now_ms, (unsigned) key);
    if (r == 0 && pk_sql_changed(store) > 0)
        pk_journal_owe_address(store, PK_JOURNAL_STOP, channel, key, blind, now_ms);
    return r;
}

/* Tells the journal of each row of (channel, blind, key). */
static int owe_rows(struct pk_store *store, enum pk_journal_kind kind, sqlite3_stmt *rows, int64_t now_ms, struct pk_error *err)
{
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_slice blind = pk_sql_blob(rows, 1);
        if (blind.len == PK_BLIND_BYTES)
            pk_journal_owe_address(store, kind, pk_sql_u32(rows, 0), (uint8_t) pk_sql_u32(rows, 2), (const uint8_t *) blind.data, now_ms);
    }
    return r;
}

int pk_suppression_lift(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_error *err)
{
    for (size_t i = 0; i < pk_keyring_count(store->keys); i++) {
        uint8_t blind[PK_BLIND_BYTES];
        uint8_t key = pk_keyring_id(store->keys, i);
        (void) pk_blind(store->keys, key, PK_BLIND_ADDRESS, value, blind);
        int r = pk_sql_write(store, err, "DELETE FROM suppression WHERE channel = ?1 AND blind = ?2", "ub", channel, blind_slice(blind));
        if (r != 0)
            return r;
        if (pk_sql_changed(store) > 0)
            pk_journal_owe_address(store, PK_JOURNAL_START, channel, key, blind, pk_clock_wall_ms());
    }
    return 0;
}

bool pk_suppression_has(struct pk_store *store, uint32_t channel, struct pk_slice value)
{
    for (size_t i = 0; i < pk_keyring_count(store->keys); i++) {
        uint8_t blind[PK_BLIND_BYTES];
        (void) pk_blind(store->keys, pk_keyring_id(store->keys, i), PK_BLIND_ADDRESS, value, blind);
        if (pk_sql_int(store, 0, "SELECT 1 FROM suppression WHERE channel = ?1 AND blind = ?2", "ub", channel, blind_slice(blind)) != 0)
            return true;
    }
    return false;
}

int pk_suppression_add_person(struct pk_store *store, int64_t recipient, int64_t now_ms, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "INSERT INTO suppression(channel, blind, at_ms, key) SELECT channel, blind, ?2, key_of(value) FROM address"
                         " WHERE recipient = ?1 ON CONFLICT(channel, blind) DO NOTHING",
                         "ii", recipient, now_ms);
    if (r != 0)
        return r;
    sqlite3_stmt *rows = pk_sql(store, "SELECT channel, blind, key_of(value) FROM address WHERE recipient = ?1 ORDER BY id");
    pk_sql_bind(rows, "i", recipient);
    return owe_rows(store, PK_JOURNAL_STOP, rows, now_ms, err);
}

#define OF_PERSON "(channel, blind) IN (SELECT channel, blind FROM address WHERE recipient = ?1)"

int pk_suppression_lift_person(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT channel, blind, key FROM suppression WHERE " OF_PERSON " ORDER BY channel, blind");
    pk_sql_bind(rows, "i", recipient);
    int r = owe_rows(store, PK_JOURNAL_START, rows, pk_clock_wall_ms(), err);
    return r != 0 ? r : pk_sql_write(store, err, "DELETE FROM suppression WHERE " OF_PERSON, "i", recipient);
}
