/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is kept, and why: every column of the schema with its kind, for a data-protection assessment, in Dutch. It stands
 * beside migrations.c: a column that is not here fails a test.
 */
#ifndef PK_STORE_FIELDS_H
#define PK_STORE_FIELDS_H

#include "gateway/store/store.h"

enum pk_field_kind {
    PK_FIELD_SYSTEM = 1, /* says nothing of anybody */
    PK_FIELD_POINTER, /* a random mark of a person: without the rest it tells nothing */
    PK_FIELD_PERSON, /* about a person, readable in the file */
    PK_FIELD_SEALED, /* about a person, encrypted */
    PK_FIELD_HASHED, /* about a person, a keyed hash */
    PK_FIELD_STAFF, /* about people who work with the gateway */
    PK_FIELD_KINDS
};

struct pk_field {
    const char *table, *column, *why; /* why: in Dutch */
    enum pk_field_kind kind;
};
const struct pk_field *pk_field_at(size_t index); /* by table, in the order of the schema; NULL at the end */
const char *pk_field_kind_word(enum pk_field_kind kind); /* in Dutch */

/* A table: what it is for, how long its rows are kept, and its oldest row. */
struct pk_field_table {
    const char *name, *what, *kept;
    const char *oldest; /* SQL of one moment; NULL = its rows have none */
};
const struct pk_field_table *pk_field_table_at(size_t index); /* NULL at the end */
/* 0 = it is empty, or has no moments. */
int64_t pk_field_oldest_ms(struct pk_store *store, const struct pk_field_table *table);
int64_t pk_field_rows(struct pk_store *store, const struct pk_field_table *table);

#endif
