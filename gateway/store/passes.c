/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/passes.h"

#include "gateway/base/id.h"
#include "gateway/store/internal.h"
#include "gateway/store/sealed_rows.h"

#define PLACE_VALUE "pass.value"
#define SEALED_MAX 512u
#define COUNTED_MS 3600000ll /* how long a pass is still counted */

enum pass_state { ASKED = 0, READY = 1 };

static struct pk_slice digest_of(const uint8_t token[PK_PASS_TOKEN_BYTES], uint8_t room[32])
{
    pk_sha256(pk_slice_make(token, PK_PASS_TOKEN_BYTES), room);
    return pk_slice_make(room, 32);
}

/* Six digits are soon tried through: what a stolen file holds must not tell them. */
static struct pk_slice mac_of(struct pk_store *store, int64_t pass, struct pk_slice code, uint8_t room[32])
{
    struct pk_slice parts[] = { PK_SLICE("pass.code"), pk_slice_make(&pass, sizeof pass), code };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, PK_COUNT(parts), room);
    return pk_slice_make(room, 32);
}

int pk_pass_ask(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], uint32_t channel, struct pk_slice value, int64_t now_ms,
                int64_t until_ms, struct pk_error *err)
{
    char room[SEALED_MAX];
    uint8_t digest[32];
    struct pk_buf sealed = { .data = room, .cap = sizeof room, .max_bytes = sizeof room - 1 };
    int64_t id = pk_id_ordered();
    pk_seal(store->keys, PLACE_VALUE, id, value, &sealed);
    if (sealed.failed)
        return pk_fail(err, PK_E_LIMIT, "this address is too long");
    return pk_sql_write(store, err,
                        "INSERT INTO pass(id, token, state, channel, value, code, tries, recipient, created_ms, until_ms)"
                        " VALUES(?1, ?2, 0, ?3, ?4, x'', 0, 0, ?5, ?6)",
                        "ibubii", id, digest_of(token, digest), channel, pk_buf_slice(&sealed), now_ms, until_ms);
}

int64_t pk_passes_waiting(struct pk_store *store)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM pass WHERE state = 0", "");
}

int pk_pass_next(struct pk_store *store, struct pk_pass *ret_pass, struct pk_buf *value, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT id, channel, created_ms, until_ms, value FROM pass WHERE state = 0 ORDER BY id LIMIT 1");
    int r = pk_sql_step(store, find, err);
    if (r == 0)
        return pk_fail(err, PK_E_NOT_FOUND, "no code is asked for");
    if (r < 0)
        return r;
    *ret_pass = (struct pk_pass){
        .id = sqlite3_column_int64(find, 0),
        .channel = pk_sql_u32(find, 1),
        .created_ms = sqlite3_column_int64(find, 2),
        .until_ms = sqlite3_column_int64(find, 3),
    };
    if (pk_unseal(store->keys, PLACE_VALUE, ret_pass->id, pk_sql_blob(find, 4), value, NULL) != 0)
        pk_buf_clear(value); /* nobody's, then: those behind it must not wait for ever */
    pk_sql_reset(find);
    return 0;
}

int pk_pass_ready(struct pk_store *store, int64_t id, int64_t recipient, struct pk_slice code, struct pk_error *err)
{
    uint8_t mac[32];
    return pk_sql_write(store, err, "UPDATE pass SET state = 1, recipient = ?2, code = ?3, value = x'' WHERE id = ?1", "iib", id, recipient,
                        mac_of(store, id, code, mac));
}

int pk_passes_forget(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_error *err)
{
    static const struct pk_sealed_rows asked = {
        .next = "SELECT id, value FROM pass INDEXED BY pass_asked WHERE state = 0 AND id > ?1 AND channel = ?2 ORDER BY id LIMIT 1",
        .forget = "DELETE FROM pass WHERE id = ?1",
        .place = PLACE_VALUE,
    };
    return pk_sealed_rows_forget(store, &asked, channel, value, err);
}

int64_t pk_passes_since(struct pk_store *store, int64_t recipient, int64_t since_ms)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM pass WHERE recipient = ?1 AND created_ms >= ?2", "ii", recipient, since_ms);
}

static int refuse(struct pk_error *err)
{
    return pk_fail(err, PK_E_DENIED, "this code is not right, or its time is over");
}

/* What lies at the token, when it can still be used. */
struct found {
    int64_t id, recipient, user;
    uint8_t code[32];
};

static int find_ready(struct pk_store *store, struct pk_slice token, int64_t now_ms, struct found *found, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT id, recipient, code, user FROM pass WHERE token = ?1 AND state = 1 AND tries < ?2 AND until_ms > ?3");
    pk_sql_bind(find, "bui", token, (unsigned) PK_PASS_TRIES, now_ms);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : refuse(err);
    struct pk_slice code = pk_sql_blob(find, 2);
    found->id = sqlite3_column_int64(find, 0);
    found->recipient = sqlite3_column_int64(find, 1);
    found->user = sqlite3_column_int64(find, 3);
    if (code.len == sizeof found->code)
        memcpy(found->code, code.data, code.len);
    pk_sql_reset(find);
    return 0;
}

/* Of a person, or of a user: what is the one's never opens for the other. */
static int use(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms, bool user,
               int64_t *ret_whose, struct pk_error *err)
{
    uint8_t digest[32], mac[32];
    struct found found = { 0 };
    int r = find_ready(store, digest_of(token, digest), now_ms, &found, err);
    if (r != 0)
        return r;
    int64_t whose = user ? found.user : found.recipient;
    (void) mac_of(store, found.id, code, mac);
    if (!pk_equal_constant_time(mac, found.code, sizeof mac) || whose == 0) {
        r = pk_sql_write(store, err, "UPDATE pass SET tries = tries + 1 WHERE id = ?1", "i", found.id);
        return r != 0 ? r : refuse(err);
    }
    *ret_whose = whose;
    return pk_sql_write(store, err, "UPDATE pass SET tries = ?2 WHERE id = ?1", "iu", found.id, (unsigned) PK_PASS_TRIES);
}

int pk_pass_use(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms,
                int64_t *ret_recipient, struct pk_error *err)
{
    return use(store, token, code, now_ms, false, ret_recipient, err);
}

int pk_pass_use_user(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms,
                     int64_t *ret_user, struct pk_error *err)
{
    return use(store, token, code, now_ms, true, ret_user, err);
}

/* ---- sessions ---- */

int pk_session_add(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t recipient, int64_t now_ms, int64_t until_ms,
                   struct pk_error *err)
{
    uint8_t digest[32];
    return pk_sql_write(store, err, "INSERT INTO session(token, recipient, created_ms, until_ms) VALUES(?1, ?2, ?3, ?4)", "biii",
                        digest_of(token, digest), recipient, now_ms, until_ms);
}

int pk_session_find(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms, int64_t *ret_recipient,
                    int64_t *ret_began_ms, struct pk_error *err)
{
    uint8_t digest[32];
    sqlite3_stmt *find = pk_sql(store, "SELECT recipient, created_ms FROM session WHERE token = ?1 AND until_ms > ?2 AND user = 0");
    pk_sql_bind(find, "bi", digest_of(token, digest), now_ms);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_DENIED, "nobody is signed in here");
    *ret_recipient = sqlite3_column_int64(find, 0);
    *ret_began_ms = sqlite3_column_int64(find, 1);
    pk_sql_reset(find);
    return 0;
}

int pk_session_prolong(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t until_ms, struct pk_error *err)
{
    uint8_t digest[32];
    return pk_sql_write(store, err, "UPDATE session SET until_ms = ?2 WHERE token = ?1", "bi", digest_of(token, digest), until_ms);
}

/* How many were taken; -1 = there is no session. */
static int64_t forms_of(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES])
{
    uint8_t digest[32];
    return pk_sql_int(store, -1, "SELECT forms FROM session WHERE token = ?1", "b", digest_of(token, digest));
}

static void make_form(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t forms, uint8_t ret_form[PK_FORM_BYTES])
{
    struct pk_slice parts[] = { PK_SLICE("session.form"), pk_slice_make(token, PK_PASS_TOKEN_BYTES), pk_slice_make(&forms, sizeof forms) };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, PK_COUNT(parts), ret_form);
}

int pk_session_form(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], uint8_t ret_form[PK_FORM_BYTES], struct pk_error *err)
{
    int64_t forms = forms_of(store, token);
    if (forms < 0)
        return pk_fail(err, PK_E_DENIED, "nobody is signed in here");
    make_form(store, token, forms, ret_form);
    return 0;
}

/* The form is part of the body. */
static struct pk_slice what_was_sent(struct pk_store *store, const struct pk_form_sent *sent, uint8_t ret_what[32])
{
    struct pk_slice parts[] = { PK_SLICE("session.took"), sent->path, sent->body };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, PK_COUNT(parts), ret_what);
    return pk_slice_make(ret_what, 32);
}

bool pk_session_took(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], const uint8_t form[PK_FORM_BYTES],
                     const struct pk_form_sent *sent)
{
    uint8_t digest[32], last[PK_FORM_BYTES], what[32];
    int64_t forms = forms_of(store, token);
    if (forms <= 0)
        return false;
    make_form(store, token, forms - 1, last);
    return pk_equal_constant_time(form, last, sizeof last) &&
           pk_sql_int(store, 0, "SELECT took IS ?2 FROM session WHERE token = ?1", "bb", digest_of(token, digest), what_was_sent(store, sent, what)) == 1;
}

int pk_session_take_form(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], const uint8_t form[PK_FORM_BYTES],
                         const struct pk_form_sent *sent, struct pk_error *err)
{
    uint8_t digest[32], wanted[PK_FORM_BYTES], what[32];
    int r = pk_session_form(store, token, wanted, err);
    if (r == 0 && !pk_equal_constant_time(form, wanted, sizeof wanted))
        r = pk_fail(err, PK_E_CONFLICT, "this form was used, or is of another page");
    return r == 0 ? pk_sql_write(store, err, "UPDATE session SET forms = forms + 1, took = ?2 WHERE token = ?1", "bb", digest_of(token, digest),
                                 what_was_sent(store, sent, what))
                  : r;
}

int pk_session_end(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    uint8_t digest[32];
    return pk_sql_write(store, err, "DELETE FROM session WHERE token = ?1", "b", digest_of(token, digest));
}

int pk_sessions_end_of(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM session WHERE recipient = ?1", "i", recipient);
    return r != 0 ? r : pk_sql_write(store, err, "DELETE FROM pass WHERE recipient = ?1", "i", recipient);
}

int pk_passes_end_all(struct pk_store *store, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM session", "");
    return r != 0 ? r : pk_sql_write(store, err, "DELETE FROM pass", "");
}

int pk_passes_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err)
{
    int r = pk_sql_write(store, err, "DELETE FROM pass WHERE id IN (SELECT id FROM pass WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)", "ii",
                         now_ms - COUNTED_MS, (int64_t) max);
    *ret_count = r == 0 ? (size_t) pk_sql_changed(store) : 0;
    if (r == 0)
        r = pk_sql_write(store, err,
                         "DELETE FROM session WHERE token IN (SELECT token FROM session WHERE until_ms <= ?1 ORDER BY until_ms LIMIT ?2)", "ii",
                         now_ms, (int64_t) max);
    if (r == 0 && (size_t) pk_sql_changed(store) > *ret_count)
        *ret_count = (size_t) pk_sql_changed(store);
    return r;
}
