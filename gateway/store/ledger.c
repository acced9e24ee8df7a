/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/ledger.h"

#include "gateway/store/internal.h"

#define LINK_BYTES 32u
#define FIELDS 13u

static void number(uint8_t bytes[8], int64_t value)
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t) ((uint64_t) value >> (56 - 8 * i));
}

/* The link of an event to the one before it. The order of the fields is part of the format: never change it. */
static void make_link(const struct pk_store *store, struct pk_slice previous, const struct pk_consent_event *event, uint8_t ret_link[LINK_BYTES])
{
    const int64_t numbers[8] = { event->id, event->recipient, event->topic, event->channel, event->kind, event->at_ms, event->given_ms, event->until_ms };
    uint8_t bytes[8][8];
    struct pk_slice parts[FIELDS];
    size_t n = 0;
    parts[n++] = previous;
    for (size_t i = 0; i < 8; i++) {
        number(bytes[i], numbers[i]);
        parts[n++] = pk_slice_make(bytes[i], 8);
    }
    parts[n++] = event->how;
    parts[n++] = event->wording;
    parts[n++] = event->language;
    parts[n++] = event->by;
    pk_keyring_mac(store->keys, PK_KEY_CHAIN, parts, n, ret_link);
}

static int last_link(struct pk_store *store, int64_t *ret_id, uint8_t ret_link[LINK_BYTES], size_t *ret_len, struct pk_error *err)
{
    sqlite3_stmt *last = pk_sql(store, "SELECT id, link FROM ledger ORDER BY id DESC LIMIT 1");
    *ret_id = 0;
    *ret_len = 0;
    int r = pk_sql_step(store, last, err);
    if (r != 1)
        return r;
    struct pk_slice link = pk_sql_blob(last, 1);
    *ret_id = sqlite3_column_int64(last, 0);
    *ret_len = link.len == LINK_BYTES ? LINK_BYTES : 0;
    memcpy(ret_link, link.data, *ret_len);
    pk_sql_reset(last);
    return 0;
}

int pk_ledger_append(struct pk_store *store, struct pk_consent_event *event, struct pk_error *err)
{
    uint8_t previous[LINK_BYTES], link[LINK_BYTES];
    size_t previous_len;
    int r = last_link(store, &event->id, previous, &previous_len, err);
    if (r != 0)
        return r;
    event->id++;
    if (event->given_ms == 0)
        event->given_ms = event->at_ms;
    make_link(store, pk_slice_make(previous, previous_len), event, link);
    r = pk_sql_write(store, err,
                     "INSERT INTO ledger(id, recipient, topic, channel, kind, at_ms, given_ms, until_ms, how, wording, language, by, link)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                     "iiuuuiiittttb", event->id, event->recipient, event->topic, event->channel, event->kind, event->at_ms, event->given_ms,
                     event->until_ms, event->how, event->wording, event->language, event->by, pk_slice_make(link, sizeof link));
    if (r != 0)
        return r;
    return pk_sql_write(store, err,
                        "INSERT INTO consent(recipient, topic, channel, kind, until_ms, event) VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                        " ON CONFLICT(recipient, topic, channel) DO UPDATE SET kind = excluded.kind, until_ms = excluded.until_ms,"
                        " event = excluded.event",
                        "iuuuii", event->recipient, event->topic, event->channel, event->kind, event->until_ms, event->id);
}

enum pk_consent_state pk_ledger_state(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t channel, int64_t now_ms,
                                      int64_t *ret_until_ms)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT kind, until_ms FROM consent WHERE recipient = ?1 AND topic = ?2 AND channel = ?3");
    pk_sql_bind(find, "iuu", recipient, topic, channel);
    uint32_t kind = 0;
    int64_t until_ms = 0;
    if (pk_sql_step(store, find, NULL) == 1) {
        kind = pk_sql_u32(find, 0);
        until_ms = sqlite3_column_int64(find, 1);
        pk_sql_reset(find);
    }
    if (ret_until_ms)
        *ret_until_ms = until_ms;
    return pk_consent_state_of(kind, until_ms, now_ms);
}

static void read_event(sqlite3_stmt *row, struct pk_consent_event *ret_event)
{
    *ret_event = (struct pk_consent_event){
        .id = sqlite3_column_int64(row, 0),
        .recipient = sqlite3_column_int64(row, 1),
        .topic = pk_sql_u32(row, 2),
        .channel = pk_sql_u32(row, 3),
        .kind = pk_sql_u32(row, 4),
        .at_ms = sqlite3_column_int64(row, 5),
        .given_ms = sqlite3_column_int64(row, 6),
        .until_ms = sqlite3_column_int64(row, 7),
        .how = pk_sql_text(row, 8),
        .wording = pk_sql_text(row, 9),
        .language = pk_sql_text(row, 10),
        .by = pk_sql_text(row, 11),
    };
}

int pk_ledger_newest(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_consent_event *event), void *ctx,
                     struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store,
                                "SELECT l.id, l.recipient, l.topic, l.channel, l.kind, l.at_ms, l.given_ms, l.until_ms, l.how, l.wording,"
                                " l.language, l.by FROM consent c JOIN ledger l ON l.id = c.event WHERE c.recipient = ?1"
                                " ORDER BY c.topic, c.channel");
    pk_sql_bind(rows, "i", recipient);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_consent_event event;
        read_event(rows, &event);
        if ((r = each(ctx, &event)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}

int pk_ledger_verify(struct pk_store *store, int64_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store,
                                "SELECT id, recipient, topic, channel, kind, at_ms, given_ms, until_ms, how, wording, language, by, link"
                                " FROM ledger ORDER BY id");
    uint8_t previous[LINK_BYTES];
    size_t previous_len = 0;
    int64_t expected = 0;
    int r;
    *ret_count = 0;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_consent_event event;
        uint8_t link[LINK_BYTES];
        read_event(rows, &event);
        make_link(store, pk_slice_make(previous, previous_len), &event, link);
        struct pk_slice stored = pk_sql_blob(rows, 12);
        bool good = event.id == ++expected && stored.len == LINK_BYTES && pk_equal_constant_time(stored.data, link, LINK_BYTES);
        if (!good) {
            pk_sql_reset(rows);
            return pk_fail(err, PK_E_CONFLICT, "the consent ledger is broken at entry %lld: it or the one before it was changed or removed",
                           (long long) (event.id == expected ? event.id : expected));
        }
        memcpy(previous, link, sizeof link);
        previous_len = LINK_BYTES;
        (*ret_count)++;
    }
    return r;
}
