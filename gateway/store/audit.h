/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The audit trail: who did what to which object, and what came of it; and the processing log of one person: the entries
 * that carry their pseudonym. Append-only and chained: a link is a MAC under the chain key over the link before it and
 * the entry's fields, length-prefixed, fixed order, with the id of the key it was made with. Two anchors say where the
 * chain begins (older entries were removed by retention) and where it ends. No personal data: objects are ids and names.
 */
#ifndef PK_STORE_AUDIT_H
#define PK_STORE_AUDIT_H

#include "gateway/store/store.h"

#define PK_TRACE_BYTES 16u
#define PK_SPAN_BYTES 8u
#define PK_PSEUDONYM_BYTES 16u

enum pk_audit_result { PK_AUDIT_DONE = 0, PK_AUDIT_REFUSED = 1, PK_AUDIT_FAILED = 2 };

struct pk_audit_entry {
    int64_t id; /* given by write; no gaps */
    int64_t at_ms;
    struct pk_slice actor, via; /* who, and in whose name it was typed: "anna", "uid:1000" */
    struct pk_slice action, object, detail;
    uint32_t role; /* enum pk_role */
    uint32_t result; /* enum pk_audit_result */
    int64_t recipient; /* to write: whose data it was about; 0 = nobody's. Not kept: its pseudonym is */
    struct pk_slice subject; /* read: that pseudonym; empty = nobody's */
    struct pk_slice traceparent; /* to write: W3C; whatever is none begins a trace */
    struct pk_slice trace, span, parent; /* read: PK_TRACE_BYTES, PK_SPAN_BYTES, or empty */
    uint8_t key; /* read: of its link */
};

int pk_audit_write(struct pk_store *store, struct pk_audit_entry *entry, struct pk_error *err);
/* The same for a command that holds the database: done, as operator, about nobody in particular. */
int pk_audit_append(struct pk_store *store, const char *actor, const char *action, const char *object, const char *detail,
                    int64_t now_ms, struct pk_error *err);

struct pk_audit_filter {
    struct pk_slice actor, object, action; /* exactly this one; empty = all */
    int64_t since_ms, until_ms; /* until_ms: not any more; 0 = all */
    int64_t recipient; /* whose log; 0 = the whole trail */
    int64_t after; /* the page that follows this entry; 0 = the first */
    bool oldest_first;
};
/* Slices of an entry live for the call of `each`. A non-zero return ends the walk and is returned. */
int pk_audit_list(struct pk_store *store, const struct pk_audit_filter *filter, size_t max,
                  int (*each)(void *ctx, const struct pk_audit_entry *entry), void *ctx, struct pk_error *err);

/* Walks the whole chain from its first anchor to its last. PK_E_CONFLICT names the first broken entry; *ret_count = those
 * that held. */
int pk_audit_verify(struct pk_store *store, int64_t *ret_count, struct pk_error *err);
/* Removes entries older than that, oldest first, and moves the first anchor. In a unit. *ret_more: there are more. */
int pk_audit_prune(struct pk_store *store, int64_t before_ms, size_t max, bool *ret_more, struct pk_error *err);

/* The pseudonym of a person under one key (0 = the current one): PK_E_NOT_FOUND for a key that is not there. */
int pk_pseudonym(const struct pk_store *store, uint8_t key, int64_t recipient, uint8_t ret_pseudonym[PK_PSEUDONYM_BYTES]);
/* Trace and span ids for what is told from rows that have none of their own: the same row, the same ids. */
void pk_audit_derive(const struct pk_store *store, const char *kind, int64_t id, uint8_t ret_bytes[PK_TRACE_BYTES]);

#endif
