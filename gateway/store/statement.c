/* SPDX-License-Identifier: EUPL-1.2 */
/* The statement cache and the words for using it (internal.h). */
#include "gateway/store/internal.h"

#include <stdarg.h>
#include <stdio.h>

static int explain(int code, struct pk_error *err)
{
    const char *text = sqlite3_errstr(code);
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return pk_fail(err, PK_E_CONFLICT, "the database refused a row: %s", text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        (void) pk_fail(err, PK_E_BUSY, "the database is locked by another program");
        return pk_hint(err, PK_E_BUSY, "Close whatever else has opened the database file.");
    case SQLITE_INTERRUPT:
        return pk_fail(err, PK_E_TIMEOUT, "the question took too long");
    case SQLITE_FULL:
        (void) pk_fail(err, PK_E_IO, "the disk is full");
        return pk_hint(err, PK_E_IO, "Free space where the database lies; the gateway goes on by itself.");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        (void) pk_fail(err, PK_E_IO, "the database is damaged");
        return pk_hint(err, PK_E_IO, "Stop the gateway, keep the file, and restore the last backup.");
    default:
        return pk_fail(err, PK_E_IO, "the database failed: %s", text);
    }
}

int pk_sql_fail(struct pk_store *store, int code, struct pk_error *err)
{
    struct pk_error why = { 0 };
    int r = explain(code, &why);
    if ((code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB)
        store->damaged = why;
    /* On a full disk SQLite takes back the statement, or all of the turn, by what the statement was. For us it is the turn:
     * what one could not write the commit could not either. */
    if (store->turn && ((code & 0xff) == SQLITE_FULL || sqlite3_get_autocommit(store->db))) {
        store->lost = true;
        store->why = why; /* what the failing commit will be told */
    }
    if (err)
        *err = why;
    return r;
}

static sqlite3_stmt *prepare(struct pk_store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int r = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (r == SQLITE_ERROR) {
        (void) fprintf(stderr, "pokana: statement cannot be prepared: %s\n%s\n", sqlite3_errmsg(store->db), sql);
        abort();
    }
    return statement;
}

sqlite3_stmt *pk_sql(struct pk_store *store, const char *sql)
{
    size_t slot = ((uintptr_t) sql >> 3) * 0x9E3779B1u & (PK_STATEMENTS - 1);
    while (store->cache[slot].sql && store->cache[slot].sql != sql)
        slot = (slot + 1) & (PK_STATEMENTS - 1);
    if (!store->cache[slot].sql || !store->cache[slot].statement) {
        store->cache[slot].statement = prepare(store, sql);
        store->cache[slot].sql = sql;
    }
    return store->cache[slot].statement;
}

sqlite3_stmt *pk_sql_composed(struct pk_store *store, const char *text)
{
    for (size_t i = 0; i < store->composed_count; i++)
        if (strcmp(store->composed[i], text) == 0)
            return pk_sql(store, store->composed[i]);
    if (store->composed_count == PK_COUNT(store->composed)) {
        (void) fprintf(stderr, "pokana: too many shapes of composed statements\n");
        abort();
    }
    store->composed[store->composed_count] = pk_strdup(text);
    return pk_sql(store, store->composed[store->composed_count++]);
}

static void bind_list(sqlite3_stmt *statement, const char *kinds, va_list args)
{
    struct pk_slice slice;
    for (int at = 1; kinds[at - 1]; at++) {
        switch (kinds[at - 1]) {
        case 'i':
            (void) sqlite3_bind_int64(statement, at, va_arg(args, int64_t));
            break;
        case 'u':
            (void) sqlite3_bind_int64(statement, at, va_arg(args, unsigned));
            break;
        case 't':
            slice = va_arg(args, struct pk_slice);
            (void) sqlite3_bind_text(statement, at, slice.data ? slice.data : "", (int) slice.len, SQLITE_STATIC);
            break;
        case 'b':
            slice = va_arg(args, struct pk_slice);
            (void) sqlite3_bind_blob(statement, at, slice.data ? slice.data : "", (int) slice.len, SQLITE_STATIC);
            break;
        default:
            (void) sqlite3_bind_null(statement, at);
            break;
        }
    }
}

void pk_sql_bind(sqlite3_stmt *statement, const char *kinds, ...)
{
    va_list args;
    va_start(args, kinds);
    bind_list(statement, kinds, args);
    va_end(args);
}

void pk_sql_reset(sqlite3_stmt *statement)
{
    (void) sqlite3_reset(statement);
}

void pk_sql_hold(struct pk_store *store, sqlite3_stmt *statement)
{
    for (size_t i = 0; i < store->held_count; i++)
        if (store->held[i] == statement)
            return;
    if (store->held_count < PK_COUNT(store->held))
        store->held[store->held_count++] = statement;
}

void pk_sql_let_go(struct pk_store *store)
{
    while (store->held_count > 0)
        pk_sql_reset(store->held[--store->held_count]);
}

int pk_sql_step(struct pk_store *store, sqlite3_stmt *statement, struct pk_error *err)
{
    if (!statement)
        return pk_sql_fail(store, sqlite3_errcode(store->db), err);
    int r = sqlite3_step(statement);
    if (r == SQLITE_ROW)
        return 1;
    pk_sql_reset(statement);
    return r == SQLITE_DONE ? 0 : pk_sql_fail(store, r, err);
}

int pk_sql_write(struct pk_store *store, struct pk_error *err, const char *sql, const char *kinds, ...)
{
    int r = pk_turn_begin(store, err);
    if (r != 0)
        return r;
    sqlite3_stmt *statement = pk_sql(store, sql);
    va_list args;
    va_start(args, kinds);
    bind_list(statement, kinds, args);
    va_end(args);
    do {
        r = pk_sql_step(store, statement, err);
    } while (r == 1);
    return r;
}

int64_t pk_sql_changed(const struct pk_store *store)
{
    return sqlite3_changes64(store->db);
}

int64_t pk_sql_int(struct pk_store *store, int64_t otherwise, const char *sql, const char *kinds, ...)
{
    sqlite3_stmt *statement = pk_sql(store, sql);
    va_list args;
    va_start(args, kinds);
    bind_list(statement, kinds, args);
    va_end(args);
    int64_t value = otherwise;
    if (pk_sql_step(store, statement, NULL) == 1) {
        if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
            value = sqlite3_column_int64(statement, 0);
        pk_sql_reset(statement);
    }
    return value;
}
