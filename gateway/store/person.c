/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/person.h"

#include "gateway/store/internal.h"
#include "gateway/store/message_row.h"
#include "gateway/store/recipients.h"
#include "gateway/store/replies.h"
#include "gateway/store/rsvps.h"

#define VALUE_MAX 1024u
#define TEXT_MAX 8192u

/* Ends a walk early. */
static int ended(sqlite3_stmt *rows, int r)
{
    pk_sql_reset(rows);
    return r;
}

int pk_person_addresses(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_person_address *address),
                        void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT id, channel, value, created_ms, blocked_ms, country FROM address WHERE recipient = ?1"
                                       " ORDER BY channel, id");
    pk_sql_bind(rows, "i", recipient);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_person_address address = {
            .id = sqlite3_column_int64(rows, 0),
            .channel = pk_sql_u32(rows, 1),
            .created_ms = sqlite3_column_int64(rows, 3),
            .blocked_ms = sqlite3_column_int64(rows, 4),
        };
        struct pk_buf clear;
        pk_buf_init(&clear, VALUE_MAX);
        pk_country_copy(address.country, pk_sql_text(rows, 5));
        r = pk_unseal(store->keys, PK_PLACE_ADDRESS, address.id, pk_sql_blob(rows, 2), &clear, err);
        address.value = pk_buf_slice(&clear);
        address.suppressed = r == 0 && pk_suppression_has(store, address.channel, address.value);
        if (r == 0)
            r = each(ctx, &address);
        pk_buf_wipe(&clear);
        if (r != 0)
            return ended(rows, r);
    }
    return r;
}

int pk_person_tags(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, uint32_t tag), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT tag FROM tag INDEXED BY tag_by_recipient WHERE recipient = ?1 ORDER BY tag");
    pk_sql_bind(rows, "i", recipient);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1)
        if ((r = each(ctx, pk_sql_u32(rows, 0))) != 0)
            return ended(rows, r);
    return r;
}

int pk_person_messages(struct pk_store *store, int64_t recipient, size_t max,
                       int (*each)(void *ctx, const struct pk_message *message), void *ctx, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT " PK_MESSAGE_COLUMNS_OF(m) " FROM address a CROSS JOIN message m"
                                       " INDEXED BY message_by_address ON m.address = a.id WHERE a.recipient = ?1"
                                       " ORDER BY m.id DESC LIMIT ?2");
    pk_sql_bind(rows, "ii", recipient, (int64_t) max);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_message message;
        pk_message_read(rows, &message);
        if ((r = each(ctx, &message)) != 0)
            return ended(rows, r);
    }
    return r;
}

int pk_person_replies(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_person_reply *reply), void *ctx,
                      struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT p.id, p.account, p.channel, p.intent, p.at_ms, p.text FROM address a CROSS JOIN reply p"
                                       " INDEXED BY reply_by_address ON p.address = a.id WHERE a.recipient = ?1 ORDER BY p.id");
    pk_sql_bind(rows, "i", recipient);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_person_reply reply = {
            .account = pk_sql_u32(rows, 1),
            .channel = pk_sql_u32(rows, 2),
            .intent = pk_sql_u32(rows, 3),
            .at_ms = sqlite3_column_int64(rows, 4),
        };
        struct pk_buf clear;
        pk_buf_init(&clear, TEXT_MAX);
        r = pk_unseal(store->keys, PK_PLACE_REPLY, sqlite3_column_int64(rows, 0), pk_sql_blob(rows, 5), &clear, err);
        reply.text = pk_buf_slice(&clear);
        if (r == 0)
            r = each(ctx, &reply);
        pk_buf_wipe(&clear);
        if (r != 0)
            return ended(rows, r);
    }
    return r;
}

int pk_person_rsvps(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_rsvp *rsvp), void *ctx,
                    struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT trigger, reply, yes, heads, at_ms, occurrence, version, wanted, waits FROM rsvp INDEXED BY rsvp_by_recipient"
                                       " WHERE recipient = ?1 ORDER BY id");
    pk_sql_bind(rows, "i", recipient);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_rsvp rsvp = {
            .recipient = recipient,
            .trigger = sqlite3_column_int64(rows, 0),
            .reply = sqlite3_column_int64(rows, 1),
            .yes = sqlite3_column_int64(rows, 2) != 0,
            .heads = pk_sql_u32(rows, 3),
            .at_ms = sqlite3_column_int64(rows, 4),
            .occurrence = sqlite3_column_int64(rows, 5),
            .version = sqlite3_column_int64(rows, 6),
            .wanted = pk_sql_u32(rows, 7),
            .waits = sqlite3_column_int64(rows, 8),
        };
        if ((r = each(ctx, &rsvp)) != 0)
            return ended(rows, r);
    }
    return r;
}
