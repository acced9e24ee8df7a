/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A table on standard output: columns aligned by the width the text has on a terminal, two spaces between them, the
 * last one never padded. On a terminal too narrow for it the last column is broken between words; elsewhere a row is a
 * line. Programs use --json.
 */
#ifndef PK_APP_TABLE_H
#define PK_APP_TABLE_H

#include "gateway/app/show.h"
#include "gateway/base/mem.h"

struct pk_column {
    const char *title; /* "ACCOUNT"; all NULL: a list of facts without a line of titles */
    bool right;        /* numbers stand at the right */
};

struct pk_table;

/* The columns are borrowed until it is freed. */
struct pk_table *pk_table_new(const struct pk_column *columns, size_t count);
void pk_table_free(struct pk_table *table);
PK_AUTO_DEFINE(pk_table, struct pk_table *, pk_table_free)

/* The cells of a row one after the other; a full row ends by itself. An empty cell shows as "-". */
void pk_table_slice(struct pk_table *table, struct pk_slice text);
void pk_table_text(struct pk_table *table, const char *text); /* NULL = empty */
__attribute__((format(printf, 2, 3))) void pk_table_printf(struct pk_table *table, const char *format, ...);
void pk_table_json(struct pk_table *table, const struct pk_json *value); /* as pk_show_json() */
/* A moment as the gateway writes it (RFC 3339), in local time; short in a table, long in a list of facts. */
void pk_table_moment(struct pk_table *table, const struct pk_json *value);
/* A list of facts: the row of name and value, left out when there is no value. */
void pk_table_fact(struct pk_table *table, const char *name, const struct pk_json *value);
void pk_table_fact_moment(struct pk_table *table, const char *name, const struct pk_json *value);

size_t pk_table_rows(const struct pk_table *table); /* without the titles */
void pk_table_write(const struct pk_table *table, struct pk_buf *out);
void pk_table_write_within(const struct pk_table *table, size_t columns, struct pk_buf *out); /* 0 = as wide as it is */
void pk_table_print(const struct pk_table *table);
/* How wide the terminal at standard output is; 0 when it is none, or one that does not tell. */
size_t pk_terminal_columns(void);


#endif
