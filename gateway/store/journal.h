/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The journal: STOPs, withdrawals and erasures once more, in a file outside the database, so that a backup put back in
 * its place does not write to who said no meanwhile. Append-only, synced with each append; a record is one line:
 *
 *     SEQUENCE MOMENT KIND CHANNEL KEY HASH MAC
 *
 * HASH is a keyed hash of whom it is about, as in the database, so the file names nobody. MAC chains each line to the one
 * before. A line that was cut off by a crash is recognised and cut. Calls block; the loop's thread, or a command.
 */
#ifndef PK_STORE_JOURNAL_H
#define PK_STORE_JOURNAL_H

#include "gateway/base/crypto.h"
#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

enum pk_journal_kind {
    PK_JOURNAL_MARK = 0, /* the gateway was there: nothing is missing up to here */
    PK_JOURNAL_STOP = 1, /* an address that must not be written to; hash: its blind index */
    PK_JOURNAL_START = 2, /* the person took that back */
    PK_JOURNAL_WITHDRAWAL = 3, /* of one topic on one channel; hash: person, topic, channel */
    PK_JOURNAL_ERASURE = 4, /* hash: person */
    PK_JOURNAL_FORGOTTEN = 5, /* an address that was nobody's, or that its person left; hash: its blind index */
    PK_JOURNAL_KINDS
};

#define PK_JOURNAL_CHANNEL_MAX 48

struct pk_journal_record {
    int64_t seq; /* rising by one; given by append */
    int64_t at_ms;
    uint32_t kind;
    uint8_t key; /* of hash and MAC */
    uint8_t hash[PK_BLIND_BYTES];
    char channel[PK_JOURNAL_CHANNEL_MAX + 1]; /* its name; "" = none */
};

/* The hashes, under one key of the ring (0 = current; then *key says which that was). */
void pk_journal_hash_address(const struct pk_keyring *keys, uint8_t key, struct pk_slice value, uint8_t ret_hash[PK_BLIND_BYTES]);
void pk_journal_hash_person(const struct pk_keyring *keys, uint8_t key, int64_t recipient, uint8_t ret_hash[PK_BLIND_BYTES]);
void pk_journal_hash_consent(const struct pk_keyring *keys, uint8_t key, int64_t recipient, const char *topic, const char *channel,
                             uint8_t ret_hash[PK_BLIND_BYTES]);

/* ---- written ---- */

struct pk_journal;

struct pk_journal_found {
    bool begun; /* it is new: what was known before is to be written into it */
    bool cut; /* its last line was torn and is cut */
    char aside[4096]; /* what lay here did not fit to the database and has this name now; "" = nothing did */
};

/* Opens or makes it, mode 0600, and reads it whole. `known_seq`: the last record the database knows of. A journal that ends
 * before it or is damaged is set aside, whole, and a new one begun. `keys` is borrowed. PK_E_CONFIG when not even its first
 * record is of these keys, PK_E_CONFLICT when another process has it, PK_E_IO. */
int pk_journal_open(const char *path, const struct pk_keyring *keys, int64_t known_seq, int64_t now_ms, struct pk_journal **ret_journal,
                    struct pk_journal_found *ret_found, struct pk_error *err);
void pk_journal_close(struct pk_journal *journal);
PK_AUTO_DEFINE(pk_journal, struct pk_journal *, pk_journal_close)
/* All of them, synced, or none of them. Gives them their sequence. */
int pk_journal_append(struct pk_journal *journal, struct pk_journal_record *records, size_t count, struct pk_error *err);
int64_t pk_journal_seq(const struct pk_journal *journal); /* of the last record */
int64_t pk_journal_last_ms(const struct pk_journal *journal); /* moment of the last record, 0 = none */
/* Records under this key: they cannot be read without it. */
int64_t pk_journal_count_of_key(const struct pk_journal *journal, uint8_t key);

/* ---- read ---- */

struct pk_journal_facts {
    int64_t records;
    int64_t last_seq, last_ms; /* 0 = it is empty */
    bool torn; /* its last line was cut off */
    bool damaged; /* what follows the last good line was never written so: changed, or another one's */
};
/* From the first record on, checked line by line; a non-zero return of `each` ends the walk and is returned. PK_E_NOT_FOUND,
 * PK_E_INVALID: not a journal, or of other keys. */
int pk_journal_read(const char *path, const struct pk_keyring *keys, int (*each)(void *ctx, const struct pk_journal_record *record),
                    void *ctx, struct pk_journal_facts *ret_facts, struct pk_error *err);

#endif
