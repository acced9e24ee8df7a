/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the files of this folder share: the open store, its statement cache and a few words for "bind, step, read".
 * Each file keeps its own SQL beside its code as string literals; a literal's address is its name in the cache, so a
 * statement is prepared once per connection. Nobody outside gateway/store includes this.
 */
#ifndef PK_STORE_INTERNAL_H
#define PK_STORE_INTERNAL_H

#include "gateway/base/log.h"
#include "gateway/model/states.h"
#include "gateway/store/journal.h"
#include "gateway/store/messages.h"
#include "gateway/store/store.h"

#include <sqlite3.h>

#define PK_STATEMENTS 1024u /* slots of the cache, a power of two; less than half are used, as there are so many statements */

struct pk_afters {
    struct pk_after *items;
    size_t count, cap;
};

struct pk_journal_list {
    struct pk_journal_record *items;
    size_t count, cap;
};

struct pk_journal_state { /* journal_turn.c */
    struct pk_journal *file; /* NULL = none is kept */
    struct pk_journal_list before, after; /* of this turn: to be written before its commit, after it */
    size_t before_mark, after_mark; /* when the unit began */
    int64_t ledger, ledger_kept, ledger_stored; /* entries looked at: in this turn, in what was committed, as the store says */
    bool behind; /* it could not be written: what is owed waits in the database */
    struct pk_error why; /* of that */
    int64_t owed, oldest_owed_ms;
};

struct pk_names; /* names.c */
struct pk_versions; /* notices.c */
struct pk_numbers; /* numbers.c */

struct pk_store {
    sqlite3 *db;
    struct pk_keyring *keys;
    char *path;
    int lock_fd; /* -1 for a reading connection */
    bool read_only;
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } cache[PK_STATEMENTS];
    char *composed[128]; /* texts of statements put together at run time; owned */
    size_t composed_count;

    sqlite3_stmt *held[8]; /* rows whose slices are lent out until the turn ends */
    size_t held_count;

    /* the turn */
    bool turn; /* a transaction is open */
    bool unit; /* a savepoint is open in it */
    bool lost; /* SQLite rolled the turn back by itself */
    bool failed; /* the last commit of anything failed */
    int64_t wal_pages; /* in the write-ahead log since it was last begun */
    uint64_t agenda_changes; /* pk_agenda_mark() */
    int64_t changes; /* rows changed on this connection up to the last commit */
    struct pk_error why; /* of that */
    struct pk_error damaged; /* said once of the file: no commit that went well takes it back */
    struct pk_afters added[PK_LANES]; /* of this turn */
    struct pk_afters ready[PK_LANES]; /* of the last one, to be released */
    bool ready_good; /* how it ended */
    size_t unit_mark[PK_LANES];

    /* messages per state: rows of message_count, kept here and written when a turn that changed them commits */
    int64_t counts[PK_MESSAGE_STATES];
    int64_t committed_counts[PK_MESSAGE_STATES];
    int64_t unit_counts[PK_MESSAGE_STATES];
    struct pk_campaign_holding { /* campaign_cost.h */
        int64_t notice, more;
    } holding, unit_holding, crossed; /* not written yet; when the unit began; seen by the statement at hand */
    int64_t dearer; /* seen likewise: by how much it changed the price of an attempt */
    int64_t refused_from; /* the state a message could not leave as asked; -1 = none */

    struct pk_journal_state journal;
    struct pk_names *names;
    struct pk_versions *versions;
    struct pk_numbers *numbers; /* NULL for a reading connection: others write */
    pk_message_watch watch; /* messages.h; NULL = nobody */
    void *watch_ctx;
    int64_t parked; /* receipts parked, so that the usual "none" costs nothing; -1 = not counted yet */
};

/* ---- statements ---- */

/* A reading statement, ready to bind. NULL is never returned: a statement that cannot be prepared is our own fault and
 * aborts, but for a damaged or vanished file, which the step then reports. */
sqlite3_stmt *pk_sql(struct pk_store *store, const char *sql);
/* The same for text put together at run time; kept by content, at most a few dozen shapes. */
sqlite3_stmt *pk_sql_composed(struct pk_store *store, const char *text);
/* Binds in order: i int64_t, u unsigned, t struct pk_slice as text, b struct pk_slice as blob, n (nothing) NULL. */
void pk_sql_bind(sqlite3_stmt *statement, const char *kinds, ...);
/* 1 a row, 0 no more (and reset), negative failed (and reset). */
int pk_sql_step(struct pk_store *store, sqlite3_stmt *statement, struct pk_error *err);
void pk_sql_reset(sqlite3_stmt *statement);
/* The row stays readable until the statement runs again or the turn ends: an open row would keep a snapshot alive. */
void pk_sql_hold(struct pk_store *store, sqlite3_stmt *statement);
void pk_sql_let_go(struct pk_store *store);
/* Begins the turn if need be, binds, runs to the end. 0 or negative; PK_E_CONFLICT for a broken constraint. */
int pk_sql_write(struct pk_store *store, struct pk_error *err, const char *sql, const char *kinds, ...);
/* Rows changed by the last write. */
int64_t pk_sql_changed(const struct pk_store *store);
/* One integer, or `otherwise`. */
int64_t pk_sql_int(struct pk_store *store, int64_t otherwise, const char *sql, const char *kinds, ...);

static inline struct pk_slice pk_sql_text(sqlite3_stmt *statement, int column)
{
    const void *text = sqlite3_column_text(statement, column);
    return pk_slice_make(text ? text : "", (size_t) sqlite3_column_bytes(statement, column));
}

static inline struct pk_slice pk_sql_blob(sqlite3_stmt *statement, int column)
{
    const void *blob = sqlite3_column_blob(statement, column);
    return pk_slice_make(blob ? blob : "", (size_t) sqlite3_column_bytes(statement, column));
}

static inline uint32_t pk_sql_u32(sqlite3_stmt *statement, int column)
{
    return (uint32_t) sqlite3_column_int64(statement, column);
}

/* What SQLite said, as one of ours. */
int pk_sql_fail(struct pk_store *store, int code, struct pk_error *err);
int pk_turn_begin(struct pk_store *store, struct pk_error *err);

/* A provider's id within an account (name of PK_NAME_ACCOUNT) under a key; 0 = the newest. attempts.c */
void pk_attempt_blind(struct pk_store *store, uint8_t key, uint32_t account, struct pk_slice provider_id,
                      uint8_t ret_blind[PK_BLIND_BYTES]);

/* ---- parts with memory of their own ---- */

int pk_migrate(struct pk_store *store, struct pk_error *err);
int pk_audit_adopt(struct pk_store *store, struct pk_error *err); /* audit.c; once */
void pk_names_new(struct pk_store *store);
void pk_names_free(struct pk_store *store);
void pk_names_settle(struct pk_store *store, bool committed); /* forgets names of a turn that was rolled back */
void pk_versions_free(struct pk_store *store);
void pk_versions_settle(struct pk_store *store, bool committed);
void pk_numbers_new(struct pk_store *store);
void pk_numbers_free(struct pk_store *store);
void pk_numbers_forget(struct pk_store *store); /* something was rolled back */
/* The journal's part in a turn; nothing without one. */
void pk_journal_owe_address(struct pk_store *store, enum pk_journal_kind kind, uint32_t channel, uint8_t key,
                            const uint8_t blind[PK_BLIND_BYTES], int64_t at_ms);
void pk_journal_owe_erasure(struct pk_store *store, int64_t recipient, int64_t at_ms);
int pk_journal_before_commit(struct pk_store *store, struct pk_error *err);
void pk_journal_settle(struct pk_store *store, bool committed);
void pk_journal_mark_unit(struct pk_store *store);
void pk_journal_drop_unit(struct pk_store *store);
void pk_journal_finish(struct pk_store *store);
/* What is kept by an address' index alone goes from one index to that of the newest key (recipients.c). */
int pk_kept_move(struct pk_store *store, uint32_t channel, struct pk_slice old, struct pk_slice fresh, struct pk_error *err);
int pk_store_copy_into(const char *from, sqlite3 *to, struct pk_error *err); /* backup.c: one moment of it */
int pk_store_functions(struct pk_store *store, struct pk_error *err); /* SQL functions of both kinds of connections */
int pk_messages_attach(struct pk_store *store, struct pk_error *err); /* before the first statement is prepared */
int pk_counts_load(struct pk_store *store, struct pk_error *err);
int pk_counts_save(struct pk_store *store, struct pk_error *err); /* before the commit */

/* ---- countries of addresses (countries.c) ---- */
void pk_country_copy(char to[3], struct pk_slice country); /* of a column; NULL and anything but two letters is "" */
void pk_country_of(struct pk_slice value, char ret_country[3]); /* of an address in clear */

/* fields_agenda.c: the rows that follow those of fields.c; NULL at the end. */
struct pk_field;
const struct pk_field *pk_field_of_agenda(size_t index);

#endif
