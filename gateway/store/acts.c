/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/acts.h"

#include "gateway/store/internal.h"
#include "gateway/store/triggers.h"

_Static_assert(PK_TRIGGER_WAITING == 7, "the index trigger_waiting and its queries name it by number");

int pk_act_put(struct pk_store *store, const struct pk_act *act, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO trigger_act(trigger, data, changed, event, campaign) VALUES(?1, ?2, ?3, ?4, ?5)"
                        " ON CONFLICT(trigger) DO UPDATE SET data = excluded.data, changed = excluded.changed, event = excluded.event,"
                        " campaign = excluded.campaign",
                        "ituii", act->trigger, act->data, act->changed ? 1u : 0u, act->event, act->campaign);
}

int pk_act_get(struct pk_store *store, int64_t trigger, struct pk_act *ret_act, struct pk_error *err)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT data, changed, event, campaign FROM trigger_act WHERE trigger = ?1");
    pk_sql_reset(find);
    pk_sql_bind(find, "i", trigger);
    int r = pk_sql_step(store, find, err);
    if (r != 1)
        return r < 0 ? r : pk_fail(err, PK_E_NOT_FOUND, "this trigger asks for a notice");
    pk_sql_hold(store, find);
    *ret_act = (struct pk_act){
        .trigger = trigger,
        .data = pk_sql_text(find, 0),
        .changed = sqlite3_column_int64(find, 1) != 0,
        .event = sqlite3_column_int64(find, 2),
        .campaign = sqlite3_column_int64(find, 3),
    };
    return 0;
}

int64_t pk_act_starter(struct pk_store *store, int64_t campaign)
{
    return pk_sql_int(store, 0, "SELECT trigger FROM trigger_act INDEXED BY trigger_act_by_campaign WHERE campaign <> 0 AND campaign = ?1"
                                " AND changed = 1 ORDER BY trigger DESC LIMIT 1", "i", campaign);
}

int64_t pk_trigger_waited(struct pk_store *store, int64_t now_ms)
{
    return pk_sql_int(store, 0, "SELECT id FROM trigger INDEXED BY trigger_waiting WHERE state = 7 AND valid_until_ms <= ?1 ORDER BY valid_until_ms LIMIT 1",
                      "i", now_ms);
}

int64_t pk_triggers_waiting(struct pk_store *store, uint32_t publisher)
{
    return pk_sql_int(store, 0, "SELECT count(*) FROM trigger INDEXED BY trigger_waiting WHERE state = 7 AND publisher = ?1", "u", publisher);
}

int64_t pk_trigger_waiting_for(struct pk_store *store, uint32_t publisher, struct pk_slice type, struct pk_slice data, int64_t now_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT t.id FROM trigger t INDEXED BY trigger_waiting CROSS JOIN trigger_act a ON a.trigger = t.id WHERE t.state = 7"
                      " AND t.valid_until_ms > ?4 AND t.publisher = ?1 AND t.type = ?2 AND a.data = ?3 LIMIT 1",
                      "utti", publisher, type, data, now_ms);
}

/* ---- what was said of a date ---- */

int pk_date_news_add(struct pk_store *store, int64_t occurrence, const struct pk_date_news *news, struct pk_error *err)
{
    return pk_sql_write(store, err, "INSERT INTO date_news(trigger, occurrence, word, round) VALUES(?1, ?2, ?3, ?4)", "iiuu", news->trigger, occurrence,
                        news->word, news->round);
}

int pk_date_news_of(struct pk_store *store, int64_t occurrence, struct pk_date_news ret_news[PK_DATE_NEWS_MAX], size_t *ret_count, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT trigger, word, round FROM date_news INDEXED BY date_news_by_date WHERE occurrence = ?1"
                                       " ORDER BY round, trigger LIMIT ?2");
    size_t count = 0;
    int r;
    pk_sql_bind(rows, "ii", occurrence, (int64_t) PK_DATE_NEWS_MAX);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        ret_news[count++] = (struct pk_date_news){ sqlite3_column_int64(rows, 0), pk_sql_u32(rows, 1), pk_sql_u32(rows, 2) };
    *ret_count = count;
    return r;
}

/* ---- publishers' names for events ---- */

static void digest_of(struct pk_slice source, struct pk_slice name, uint8_t ret_digest[32])
{
    struct pk_buf key;
    pk_buf_init(&key, 1024);
    (void) pk_buf_add_slice(&key, source);
    (void) pk_buf_add_char(&key, '\0'); /* neither can hold one */
    (void) pk_buf_add_slice(&key, name);
    pk_sha256(pk_buf_slice(&key), ret_digest);
    pk_buf_finish(&key);
}

int64_t pk_event_named(struct pk_store *store, struct pk_slice source, struct pk_slice name)
{
    uint8_t digest[32];
    digest_of(source, name, digest);
    return pk_sql_int(store, 0, "SELECT event FROM event_name WHERE name = ?1", "b", pk_slice_make(digest, 16));
}

int pk_event_name(struct pk_store *store, struct pk_slice source, struct pk_slice name, int64_t event, uint32_t publisher, struct pk_error *err)
{
    uint8_t digest[32];
    digest_of(source, name, digest);
    return pk_sql_write(store, err,
                        "INSERT INTO event_name(name, event, publisher) VALUES(?1, ?2, ?3)"
                        " ON CONFLICT(name) DO UPDATE SET event = excluded.event, publisher = excluded.publisher",
                        "biu", pk_slice_make(digest, 16), event, publisher);
}

int64_t pk_events_open_of(struct pk_store *store, uint32_t publisher, int64_t limit, int64_t now_ms)
{
    return pk_sql_int(store, 0,
                      "SELECT count(*) FROM (SELECT 1 FROM event_name n INDEXED BY event_name_of CROSS JOIN event e ON e.id = n.event"
                      " WHERE n.publisher = ?1 AND e.last_ms > ?2 LIMIT ?3)", "uii", publisher, now_ms, limit);
}
