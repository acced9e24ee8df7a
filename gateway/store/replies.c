/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/replies.h"

#include "gateway/store/internal.h"

#include <stdio.h>

#define REPEAT_MS 60000 /* without an event id, the same words again within this are the same reply */

/* A provider that gives an id twice may mean two replies: only the same words under it are a repeat. */
static void digest_of(struct pk_store *store, uint8_t key, const struct pk_reply *reply, struct pk_slice from, struct pk_slice text,
                      struct pk_slice event_id, int64_t minute, uint8_t ret_digest[32])
{
    char front[64];
    (void) snprintf(front, sizeof front, "%u %lld", reply->account, (long long) minute);
    struct pk_slice parts[4] = { pk_slice_of(front), event_id, from, text };
    (void) pk_keyring_mac_by(store->keys, key, PK_KEY_INDEX, parts, 4, ret_digest);
}

/* The words alone, of this address alone: the account and the provider's id may differ. */
static void echo_of(struct pk_store *store, struct pk_slice from, struct pk_slice text, uint8_t ret_echo[32])
{
    struct pk_slice parts[3] = { PK_SLICE("echo"), from, text };
    pk_keyring_mac(store->keys, PK_KEY_INDEX, parts, 3, ret_echo);
}

static bool seen(struct pk_store *store, const uint8_t digest[32])
{
    return pk_sql_int(store, 0, "SELECT 1 FROM reply WHERE digest = ?1", "b", pk_slice_make(digest, 16)) != 0;
}

/* Under each key that lives: the first one may have come before the newest key. */
static bool is_repeat(struct pk_store *store, const struct pk_reply *reply, struct pk_slice from, struct pk_slice text, struct pk_slice event_id,
                      int64_t minute)
{
    for (size_t i = pk_keyring_count(store->keys); i-- > 0;) {
        uint8_t digest[32], before[32], key = pk_keyring_id(store->keys, i);
        digest_of(store, key, reply, from, text, event_id, minute, digest);
        digest_of(store, key, reply, from, text, event_id, minute - 1, before);
        if (seen(store, digest) || (event_id.len == 0 && seen(store, before)))
            return true;
    }
    return false;
}

int pk_reply_add(struct pk_store *store, const struct pk_reply *reply, struct pk_slice from, struct pk_slice text, struct pk_slice event_id,
                 int64_t *ret_id, struct pk_error *err)
{
    uint8_t digest[32], echo[32];
    int64_t minute = event_id.len > 0 ? 0 : reply->at_ms / REPEAT_MS;
    digest_of(store, 0, reply, from, text, event_id, minute, digest);
    if (is_repeat(store, reply, from, text, event_id, minute))
        return pk_fail(err, PK_E_CONFLICT, "this reply was taken in before");
    int64_t id = pk_sql_int(store, 0, "SELECT max(id) FROM reply", "") + 1;
    echo_of(store, from, text, echo);
    struct pk_buf sealed;
    pk_buf_init(&sealed, text.len + PK_SEAL_OVERHEAD);
    pk_seal(store->keys, PK_PLACE_REPLY, id, text, &sealed);
    int r = pk_sql_write(store, err,
                         "INSERT INTO reply(id, account, channel, address, recipient, intent, message, at_ms, digest, text, echo)"
                         " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                         "iuuiiuiibbb", id, reply->account, reply->channel, reply->address, reply->recipient, reply->intent, reply->message,
                         reply->at_ms, pk_slice_make(digest, 16), pk_buf_slice(&sealed), pk_slice_make(echo, 16));
    pk_buf_finish(&sealed);
    if (r == 0)
        *ret_id = id;
    return r;
}

int64_t pk_reply_after(struct pk_store *store, int64_t message)
{
    return pk_sql_int(store, 0,
                      "SELECT min(r.at_ms) FROM message m JOIN reply r ON r.address = m.address WHERE m.id = ?1 AND r.account = m.account"
                      " AND r.at_ms >= (SELECT min(opened_ms) FROM attempt WHERE message = m.id)",
                      "i", message);
}

int64_t pk_reply_echoes(struct pk_store *store, int64_t id, int64_t since_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM reply r JOIN reply e INDEXED BY reply_by_echo ON e.address = r.address AND e.echo = r.echo"
                      " WHERE r.id = ?1 AND e.id < r.id AND e.at_ms >= ?2",
                      "ii", id, since_ms);
}
