/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The bound's database: WAL with synchronous=FULL, one transaction per turn, cached statements, rows as wide as the
 * gateway's. A second thread with its own connection moves the WAL back into the file, so that no commit waits for it.
 */
#include "tests/bench/bound.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECKPOINT_PAGES 1024 /* of 4 KiB: 4 MiB */
#define SEALED_BYTES 41 /* a number under AES-256-GCM with nonce, tag and key id */
#define INDEX_BYTES 32

static const char schema[] =
    "CREATE TABLE address(id INTEGER PRIMARY KEY, recipient INTEGER NOT NULL, channel INTEGER NOT NULL, value BLOB NOT NULL,"
    " blocked_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE message(id INTEGER PRIMARY KEY, recipient INTEGER NOT NULL, address INTEGER NOT NULL, notice INTEGER NOT NULL,"
    " version INTEGER NOT NULL, topic INTEGER NOT NULL, channel INTEGER NOT NULL, class INTEGER NOT NULL, route INTEGER NOT NULL,"
    " priority INTEGER NOT NULL, state INTEGER NOT NULL, reason INTEGER NOT NULL, flags INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, account INTEGER NOT NULL, due_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,"
    " updated_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX message_due ON message(route, priority, due_ms, id) WHERE state < 3;"
    "CREATE INDEX message_recipient ON message(recipient);"
    "CREATE TABLE attempt(id INTEGER PRIMARY KEY, message INTEGER NOT NULL, account INTEGER NOT NULL, state INTEGER NOT NULL,"
    " reason INTEGER NOT NULL, gate INTEGER NOT NULL, opened_ms INTEGER NOT NULL, settled_ms INTEGER NOT NULL,"
    " provider_id BLOB, provider_index BLOB, parts INTEGER NOT NULL, price INTEGER NOT NULL) STRICT;"
    "CREATE INDEX attempt_message ON attempt(message);"
    "CREATE UNIQUE INDEX attempt_provider ON attempt(account, provider_index) WHERE provider_index IS NOT NULL;";

enum statement { BEGIN, COMMIT, DUE, OPEN_ATTEMPT, SUBMITTING, SETTLE_ATTEMPT, SETTLE_MESSAGE, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [DUE] = ("SELECT m.id, m.notice, m.version, m.class, m.expires_ms, a.value, a.blocked_ms FROM message m"
             " JOIN address a ON a.id = m.address"
             " WHERE m.route = 1 AND m.priority = 1 AND m.state < 3 AND m.due_ms <= ?1 ORDER BY m.due_ms LIMIT ?2"),
    [OPEN_ATTEMPT] = "INSERT INTO attempt VALUES(?1, ?2, 1, 0, 0, 257, ?3, 0, NULL, NULL, 0, 0)",
    [SUBMITTING] = "UPDATE message SET state = 3, attempts = attempts + 1, account = 1, updated_ms = ?2 WHERE id = ?1",
    [SETTLE_ATTEMPT] = ("UPDATE attempt SET state = 1, settled_ms = ?2, provider_id = ?3, provider_index = ?4, parts = 2,"
                        " price = 150 WHERE id = ?1"),
    [SETTLE_MESSAGE] = "UPDATE message SET state = 4, reason = 0, updated_ms = ?2 WHERE id = ?1",
};

struct bound_store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
    const char *path;
    bool open; /* a transaction */
    int64_t next_attempt;
    pthread_t checkpointer;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool wanted, end;
};

static void execute(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        bench_die("database: %s", message);
}

static sqlite3 *open_database(const char *path)
{
    sqlite3 *db;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        bench_die("cannot open \"%s\": %s", path, sqlite3_errmsg(db));
    sqlite3_busy_timeout(db, 10000);
    execute(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=0");
    return db;
}

static void *checkpoint(void *argument)
{
    struct bound_store *store = argument;
    sqlite3 *db = open_database(store->path);
    pthread_mutex_lock(&store->lock);
    while (!store->end) {
        if (!store->wanted) {
            pthread_cond_wait(&store->wake, &store->lock);
            continue;
        }
        store->wanted = false;
        pthread_mutex_unlock(&store->lock);
        sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
        pthread_mutex_lock(&store->lock);
    }
    pthread_mutex_unlock(&store->lock);
    sqlite3_close(db);
    return NULL;
}

static int wal_grew(void *argument, sqlite3 *db, const char *name, int pages)
{
    struct bound_store *store = argument;
    (void) db;
    (void) name;
    if (pages >= CHECKPOINT_PAGES) {
        pthread_mutex_lock(&store->lock);
        store->wanted = true;
        pthread_cond_signal(&store->wake);
        pthread_mutex_unlock(&store->lock);
    }
    return SQLITE_OK;
}

static void step(sqlite3 *db, sqlite3_stmt *statement)
{
    if (sqlite3_step(statement) != SQLITE_DONE)
        bench_die("database: %s", sqlite3_errmsg(db));
    sqlite3_reset(statement);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        bench_die("database: %s", sqlite3_errmsg(db));
    return statement;
}

/* Invented numbers; the rest of the blob stands in for nonce and tag. */
static void fill(sqlite3 *db, uint64_t messages)
{
    char sealed[SEALED_BYTES] = { 0 };
    sqlite3_stmt *address = prepare(db, "INSERT INTO address VALUES(?1, ?1, 1, ?2, 0)");
    sqlite3_stmt *message = prepare(db, "INSERT INTO message VALUES(?1, ?1, ?1, 7, 7, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, ?2, ?3, ?2)");
    execute(db, "BEGIN");
    for (uint64_t i = 1; i <= messages; i++) {
        snprintf(sealed, sizeof sealed, "+316%08llu", (unsigned long long) i % 100000000U);
        sqlite3_bind_int64(address, 1, (int64_t) i);
        sqlite3_bind_blob(address, 2, sealed, SEALED_BYTES, SQLITE_STATIC);
        step(db, address);
        sqlite3_bind_int64(message, 1, (int64_t) i);
        sqlite3_bind_int64(message, 2, (int64_t) (i / 1000));
        sqlite3_bind_int64(message, 3, INT64_MAX);
        step(db, message);
    }
    execute(db, "COMMIT");
    sqlite3_finalize(address);
    sqlite3_finalize(message);
    sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

struct bound_store *bound_store_new(const char *path, uint64_t messages)
{
    if (access(path, F_OK) == 0)
        bench_die("\"%s\" is there already", path);
    struct bound_store *store = bench_alloc(1, sizeof *store);
    store->path = path;
    store->next_attempt = 1;
    store->db = open_database(path);
    execute(store->db, schema);
    fill(store->db, messages);
    for (int i = 0; i < STATEMENTS; i++)
        store->statements[i] = prepare(store->db, texts[i]);
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->wake, NULL);
    if (pthread_create(&store->checkpointer, NULL, checkpoint, store) != 0)
        bench_die("cannot start a thread");
    sqlite3_wal_hook(store->db, wal_grew, store);
    return store;
}

void bound_store_free(struct bound_store *store)
{
    pthread_mutex_lock(&store->lock);
    store->end = true;
    pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock);
    pthread_join(store->checkpointer, NULL);
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->wake);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    free(store);
}

static void begin(struct bound_store *store)
{
    if (!store->open)
        step(store->db, store->statements[BEGIN]);
    store->open = true;
}

size_t bound_store_due(struct bound_store *store, int64_t now_ms, size_t max, struct bound_due *ret_due)
{
    begin(store);
    sqlite3_stmt *statement = store->statements[DUE];
    sqlite3_bind_int64(statement, 1, now_ms);
    sqlite3_bind_int64(statement, 2, (int64_t) max);
    size_t count = 0;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        struct bound_due *due = &ret_due[count++];
        due->message = sqlite3_column_int64(statement, 0);
        const char *value = sqlite3_column_blob(statement, 5);
        memcpy(due->address, value, sizeof due->address);
        due->address[sizeof due->address - 1] = '\0';
    }
    sqlite3_reset(statement);
    return count;
}

void bound_store_open_attempt(struct bound_store *store, struct bound_due *due, int64_t now_ms)
{
    begin(store);
    due->attempt = store->next_attempt++;
    sqlite3_stmt *statement = store->statements[OPEN_ATTEMPT];
    sqlite3_bind_int64(statement, 1, due->attempt);
    sqlite3_bind_int64(statement, 2, due->message);
    sqlite3_bind_int64(statement, 3, now_ms);
    step(store->db, statement);
    statement = store->statements[SUBMITTING];
    sqlite3_bind_int64(statement, 1, due->message);
    sqlite3_bind_int64(statement, 2, now_ms);
    step(store->db, statement);
}

/* The index value is spread like an HMAC's, because where a row lands in the index is what its insertion costs. */
static void make_index(unsigned char index[INDEX_BYTES], const char *provider_id, size_t len)
{
    uint64_t hash = bench_hash(provider_id, len);
    for (size_t i = 0; i < INDEX_BYTES; i += sizeof hash) {
        memcpy(index + i, &hash, sizeof hash);
        hash = bench_hash(&hash, sizeof hash);
    }
}

void bound_store_settle(struct bound_store *store, const struct bound_due *due, const char *provider_id, size_t len, int64_t now_ms)
{
    unsigned char index[INDEX_BYTES];
    char sealed[SEALED_BYTES] = { 0 };
    begin(store);
    make_index(index, provider_id, len);
    memcpy(sealed, provider_id, len < sizeof sealed ? len : sizeof sealed);
    sqlite3_stmt *statement = store->statements[SETTLE_ATTEMPT];
    sqlite3_bind_int64(statement, 1, due->attempt);
    sqlite3_bind_int64(statement, 2, now_ms);
    sqlite3_bind_blob(statement, 3, sealed, SEALED_BYTES, SQLITE_STATIC);
    sqlite3_bind_blob(statement, 4, index, INDEX_BYTES, SQLITE_STATIC);
    step(store->db, statement);
    statement = store->statements[SETTLE_MESSAGE];
    sqlite3_bind_int64(statement, 1, due->message);
    sqlite3_bind_int64(statement, 2, now_ms);
    step(store->db, statement);
}

bool bound_store_commit(struct bound_store *store)
{
    if (!store->open)
        return false;
    step(store->db, store->statements[COMMIT]);
    store->open = false;
    return true;
}

uint64_t bound_store_bytes(struct bound_store *store)
{
    struct stat status;
    sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return stat(store->path, &status) == 0 ? (uint64_t) status.st_size : 0;
}
