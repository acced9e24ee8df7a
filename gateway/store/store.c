/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Opening and the turn. One writing connection, held by an exclusive lock on a file beside the database, so that a
 * second gateway is refused before it can do harm; any number of reading ones.
 */
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/store/campaign_cost.h"
#include "gateway/store/connect.h"
#include "gateway/store/inspect.h"
#include "gateway/store/internal.h"
#include "gateway/store/rekey.h"
#include "gateway/store/wal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CACHE_BYTES (16ll << 20)
#define PAGE_BYTES 4096u /* SQLite's default */
#define FRAME_BYTES (PAGE_BYTES + 24u) /* a page in the write-ahead log */
#define BUSY_MS 2000 /* how long another process is waited for */
#define CHECKPOINT_BUSY_MS 50 /* and how long a reader, who may take longer than the loop can stand still */

/* ---- opening ---- */

/* Of the library, and only before its first connection; a later call changes nothing. Nobody asks how much memory it
 * holds, and counting that takes a lock twice for every little piece. */
static void set_library(void)
{
    (void) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int take_lock(struct pk_store *store, struct pk_error *err)
{
    struct pk_buf name;
    pk_buf_init(&name, 4096);
    (void) pk_buf_printf(&name, "%s.lock", store->path);
    store->lock_fd = open(pk_buf_text(&name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int r = 0;
    if (store->lock_fd < 0) {
        char text[128];
        r = pk_fail(err, PK_E_IO, "could not open \"%s\": %s", pk_buf_text(&name), strerror_r(errno, text, sizeof text));
    } else if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        r = pk_fail(err, PK_E_CONFLICT, "the database \"%s\" is in use by another process", store->path);
        (void) pk_hint(err, r, "Stop the running gateway first, or use the command that asks it.");
    }
    pk_buf_finish(&name);
    return r;
}

/* A restore that was cut off: what lies here may be half of the old database. */
static int refuse_half_restored(const struct pk_store *store, struct pk_error *err)
{
    struct pk_buf name;
    pk_buf_init(&name, 4096);
    (void) pk_buf_printf(&name, "%s" PK_STORE_RESTORING, store->path);
    int r = 0;
    if (access(pk_buf_text(&name), F_OK) == 0) {
        r = pk_fail(err, PK_E_CONFLICT, "a restore of \"%s\" was cut off", store->path);
        (void) pk_hint(err, r, "Run pokana restore again with the same backup.");
    }
    pk_buf_finish(&name);
    return r;
}

/* SQL: key_of(sealed) is the id of the key a value was sealed with. */
static void key_of(sqlite3_context *context, int count, sqlite3_value **values)
{
    const uint8_t *sealed = sqlite3_value_blob(values[0]);
    (void) count;
    sqlite3_result_int(context, sealed && sqlite3_value_bytes(values[0]) > 0 ? sealed[0] : 0);
}

int pk_store_functions(struct pk_store *store, struct pk_error *err)
{
    int r = sqlite3_create_function_v2(store->db, "key_of", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, key_of,
                                       NULL, NULL, NULL);
    return r == SQLITE_OK ? 0 : pk_sql_fail(store, r, err);
}

int pk_store_configure(struct pk_store *store, bool sync_off, int64_t cache_bytes, struct pk_error *err)
{
    char pragmas[512];
    (void) snprintf(pragmas, sizeof pragmas,
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=ON;"
                    "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-%lld; PRAGMA trusted_schema=OFF;",
                    sync_off ? "OFF" : "FULL", (long long) ((cache_bytes > 0 ? cache_bytes : CACHE_BYTES) / 1024));
    (void) sqlite3_busy_timeout(store->db, BUSY_MS);
    (void) sqlite3_extended_result_codes(store->db, 1);
    int r = sqlite3_exec(store->db, pragmas, NULL, NULL, NULL);
    return r == SQLITE_OK ? 0 : pk_sql_fail(store, r, err);
}

/* After every commit. The file itself may be larger: once all of it was copied it is begun again from its front. */
static int wal_has(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct pk_store *store = ctx;
    (void) db;
    (void) name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

static void see_ids(struct pk_store *store)
{
    pk_id_seen(pk_sql_int(store, 0, "SELECT max(id) FROM message", ""));
    pk_id_seen(pk_sql_int(store, 0, "SELECT max(id) FROM attempt", ""));
    pk_id_seen(pk_sql_int(store, 0, "SELECT max(id) FROM trigger", ""));
    pk_id_seen(pk_sql_int(store, 0, "SELECT max(id) FROM event", ""));
    pk_id_seen(pk_sql_int(store, 0, "SELECT max(id) FROM occurrence", ""));
    pk_id_seen(pk_sql_int(store, 0, "SELECT max(id) FROM outbox", ""));
    pk_id_seen(pk_store_number(store, "outbox.newest", 0));
}

int pk_store_open(const struct pk_store_config *config, struct pk_store **ret_store, struct pk_error *err)
{
    pk_auto(pk_store) struct pk_store *store = pk_alloc(sizeof *store);
    bool memory = strcmp(config->path, ":memory:") == 0;
    store->lock_fd = -1;
    store->parked = -1;
    store->keys = config->keys;
    store->path = pk_strdup(config->path);
    int r = memory ? 0 : take_lock(store, err);
    if (r == 0 && !memory)
        r = refuse_half_restored(store, err);
    if (r != 0)
        return r;
    set_library();
    mode_t mask = umask(0077);
    int opened = sqlite3_open_v2(config->path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                                 config->sync_off ? NULL : pk_wal_file_system());
    (void) umask(mask);
    if (opened != SQLITE_OK)
        return pk_fail(err, PK_E_IO, "could not open the database \"%s\": %s", config->path, sqlite3_errstr(opened));
    if (config->copy_of && (r = pk_store_copy_into(config->copy_of, store->db, err)) != 0)
        return r;
    if ((r = pk_store_configure(store, config->sync_off, config->cache_bytes, err)) == 0)
        r = pk_messages_attach(store, err);
    if (r == 0)
        r = pk_campaign_cost_attach(store, err);
    if (r == 0)
        r = pk_store_functions(store, err);
    (void) sqlite3_wal_hook(store->db, wal_has, store);
    if (r == 0)
        r = pk_migrate(store, err);
    if (r == 0)
        r = pk_store_know_keys(store, store->keys, err); /* a wrong one would make new rows unreadable later */
    if (r == 0)
        r = pk_counts_load(store, err);
    if (r == 0)
        r = pk_store_commit(store, err);
    if (r != 0) {
        pk_error_prefix(err, "database \"%s\"", config->path);
        return r;
    }
    pk_names_new(store);
    pk_numbers_new(store);
    see_ids(store);
    *ret_store = pk_steal(&store);
    return 0;
}

int pk_store_open_reading(const char *path, struct pk_keyring *keys, struct pk_store **ret_store, struct pk_error *err)
{
    pk_auto(pk_store) struct pk_store *store = pk_alloc(sizeof *store);
    store->lock_fd = -1;
    store->parked = -1;
    store->read_only = true;
    store->keys = keys;
    store->path = pk_strdup(path);
    set_library();
    int opened = sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (opened != SQLITE_OK)
        return pk_fail(err, PK_E_IO, "could not open the database \"%s\": %s", path, sqlite3_errstr(opened));
    (void) sqlite3_busy_timeout(store->db, BUSY_MS);
    int r = sqlite3_exec(store->db, "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-4096;", NULL, NULL, NULL);
    if (r != SQLITE_OK)
        return pk_sql_fail(store, r, err);
    if ((r = pk_store_functions(store, err)) != 0)
        return r;
    pk_names_new(store);
    *ret_store = pk_steal(&store);
    return 0;
}

static void free_afters(struct pk_store *store)
{
    for (size_t lane = 0; lane < PK_LANES; lane++) {
        free(store->added[lane].items);
        free(store->ready[lane].items);
    }
}

void pk_store_close(struct pk_store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < PK_STATEMENTS; i++)
        (void) sqlite3_finalize(store->cache[i].statement);
    for (size_t i = 0; i < store->composed_count; i++)
        free(store->composed[i]);
    if (store->db && store->turn)
        (void) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    (void) sqlite3_close(store->db);
    if (store->lock_fd >= 0)
        (void) close(store->lock_fd);
    pk_journal_finish(store);
    pk_names_free(store);
    pk_versions_free(store);
    pk_numbers_free(store);
    free_afters(store);
    free(store->path);
    free(store);
}

struct pk_keyring *pk_store_keys(const struct pk_store *store)
{
    return store->keys;
}

const char *pk_store_path(const struct pk_store *store)
{
    return store->path;
}

const char *pk_store_engine(void)
{
    return sqlite3_libversion();
}

/* ---- the turn ---- */

int pk_turn_begin(struct pk_store *store, struct pk_error *err)
{
    if (store->lost)
        return pk_fail(err, PK_E_IO, "this turn was rolled back");
    if (store->turn)
        return 0;
    int r = pk_sql_step(store, pk_sql(store, "BEGIN IMMEDIATE"), err);
    store->turn = r == 0;
    return r;
}

static void mark(struct pk_store *store)
{
    for (size_t lane = 0; lane < PK_LANES; lane++)
        store->unit_mark[lane] = store->added[lane].count;
    pk_journal_mark_unit(store);
    memcpy(store->unit_counts, store->counts, sizeof store->counts);
    store->unit_holding = store->holding;
}

int pk_unit_begin(struct pk_store *store, struct pk_error *err)
{
    int r = pk_turn_begin(store, err);
    if (r == 0)
        r = pk_sql_step(store, pk_sql(store, "SAVEPOINT unit"), err);
    if (r != 0)
        return r;
    store->unit = true;
    mark(store);
    return 0;
}

int pk_unit_keep(struct pk_store *store, struct pk_error *err)
{
    int r = store->lost ? pk_fail(err, PK_E_IO, "this turn was rolled back") : pk_sql_step(store, pk_sql(store, "RELEASE unit"), err);
    if (r != 0) {
        pk_unit_drop(store);
        return r;
    }
    store->unit = false;
    return 0;
}

void pk_unit_drop(struct pk_store *store)
{
    if (!store->unit)
        return;
    store->unit = false;
    for (size_t lane = 0; lane < PK_LANES; lane++)
        store->added[lane].count = store->unit_mark[lane];
    memcpy(store->counts, store->unit_counts, sizeof store->counts);
    store->holding = store->unit_holding;
    pk_journal_drop_unit(store);
    pk_names_settle(store, false);
    pk_versions_settle(store, false);
    pk_numbers_forget(store);
    store->parked = -1;
    if (store->lost)
        return;
    struct pk_error err;
    if (pk_sql_step(store, pk_sql(store, "ROLLBACK TO unit"), &err) != 0 || pk_sql_step(store, pk_sql(store, "RELEASE unit"), &err) != 0)
        store->lost = true;
}

bool pk_unit_open(const struct pk_store *store)
{
    return store->unit;
}

void pk_store_after(struct pk_store *store, enum pk_lane lane, struct pk_after entry)
{
    struct pk_afters *list = &store->added[lane];
    if (list->count == list->cap) {
        list->cap = list->cap > 0 ? 2 * list->cap : 64;
        list->items = pk_realloc_array(list->items, list->cap, sizeof *list->items);
    }
    list->items[list->count++] = entry;
}

static int end_turn(struct pk_store *store, struct pk_error *err)
{
    if (store->lost) {
        store->agenda_changes++;
        if (!sqlite3_get_autocommit(store->db))
            (void) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
        return store->why.code != 0 ? pk_fail(err, store->why.code, "%s", store->why.message)
                                    : pk_fail(err, PK_E_IO, "the database rolled the turn back");
    }
    if (!store->turn)
        return 0;
    int r = pk_counts_save(store, err);
    if (r == 0)
        r = pk_campaign_holding_write(store, err);
    if (r == 0)
        r = pk_journal_before_commit(store, err);
    if (r == 0)
        r = pk_sql_step(store, pk_sql(store, "COMMIT"), err);
    if (r != 0 && !sqlite3_get_autocommit(store->db))
        (void) sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    store->agenda_changes += r != 0;
    return r;
}

/* A turn that only looked commits on a full disk too: one failure stands until something was written again. */
static void judge(struct pk_store *store, int result, bool turned, const struct pk_error *why)
{
    int64_t changes = sqlite3_total_changes64(store->db);
    bool changed = changes != store->changes;
    store->changes = changes;
    if (!turned || (result == 0 && !changed))
        return;
    store->failed = result != 0;
    store->why = result != 0 ? *why : (struct pk_error){ 0 };
}

int pk_store_commit(struct pk_store *store, struct pk_error *err)
{
    struct pk_error why = { 0 };
    bool wrote = store->turn || store->lost;
    pk_sql_let_go(store);
    if (store->unit)
        pk_unit_drop(store); /* somebody left it open: not kept */
    int r = end_turn(store, &why);
    store->turn = store->lost = false;
    if (r != 0) {
        memcpy(store->counts, store->committed_counts, sizeof store->counts);
        store->holding = (struct pk_campaign_holding){ 0 };
        pk_numbers_forget(store);
        store->parked = -1;
    } else {
        memcpy(store->committed_counts, store->counts, sizeof store->counts);
    }
    judge(store, r, wrote, &why);
    if (wrote) {
        pk_journal_settle(store, r == 0);
        pk_names_settle(store, r == 0);
        pk_versions_settle(store, r == 0);
    }
    store->ready_good = r == 0;
    for (size_t lane = 0; lane < PK_LANES; lane++) {
        struct pk_afters empty = store->ready[lane];
        empty.count = 0;
        store->ready[lane] = store->added[lane];
        store->added[lane] = empty;
    }
    if (r != 0 && err)
        *err = why;
    return r;
}

void pk_store_release(struct pk_store *store, enum pk_lane lane)
{
    struct pk_afters *list = &store->ready[lane];
    bool good = store->ready_good;
    for (size_t i = 0; i < list->count; i++) {
        void (*call)(void *ctx) = good ? list->items[i].done : list->items[i].failed;
        if (call)
            call(list->items[i].ctx);
    }
    list->count = 0;
}

bool pk_store_pending(const struct pk_store *store)
{
    if (store->turn || store->lost)
        return true;
    for (size_t lane = 0; lane < PK_LANES; lane++)
        if (store->added[lane].count > 0)
            return true;
    return false;
}

bool pk_store_healthy(const struct pk_store *store, struct pk_error *ret_why)
{
    bool damaged = store->damaged.code != 0;
    if ((store->failed || damaged) && ret_why)
        *ret_why = damaged ? store->damaged : store->why;
    return !store->failed && !damaged;
}

/* ---- messages per state ---- */

int pk_counts_load(struct pk_store *store, struct pk_error *err)
{
    sqlite3_stmt *all = pk_sql(store, "SELECT state, count FROM message_count");
    int r;
    while ((r = pk_sql_step(store, all, err)) == 1) {
        int64_t state = sqlite3_column_int64(all, 0);
        if (state >= 0 && state < PK_MESSAGE_STATES)
            store->counts[state] = store->committed_counts[state] = sqlite3_column_int64(all, 1);
    }
    return r;
}

int pk_counts_save(struct pk_store *store, struct pk_error *err)
{
    int r = 0;
    for (unsigned state = 0; r == 0 && state < PK_MESSAGE_STATES; state++)
        if (store->counts[state] != store->committed_counts[state])
            r = pk_sql_write(store, err,
                             "INSERT INTO message_count(state, count) VALUES(?1, ?2) ON CONFLICT(state) DO UPDATE SET count = excluded.count",
                             "ui", state, store->counts[state]);
    return r;
}

/* ---- upkeep ---- */

int64_t pk_store_wal_bytes(const struct pk_store *store)
{
    return store->wal_pages * (int64_t) FRAME_BYTES;
}

int pk_store_checkpoint(struct pk_store *store, bool restart, struct pk_error *err)
{
    int mode = restart ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    (void) sqlite3_busy_timeout(store->db, CHECKPOINT_BUSY_MS);
    int pages = 0, copied = 0;
    int r = sqlite3_wal_checkpoint_v2(store->db, NULL, mode, &pages, &copied);
    (void) sqlite3_busy_timeout(store->db, BUSY_MS);
    if (r == SQLITE_OK && copied == pages)
        store->wal_pages = 0;
    return r == SQLITE_OK ? 0 : pk_sql_fail(store, r, err);
}
