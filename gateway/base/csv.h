/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Comma-separated values as spreadsheets write them (RFC 4180): rows of fields, quoted where needed, `,` or `;`
 * between them (found from the first line), lines ended by CRLF or LF, UTF-8 with or without a byte order mark. A
 * reader of rows, not of meanings; it keeps nothing of the text. Messages name what is wrong, never the content:
 * files like these hold numbers.
 *
 *     pk_csv_init(&csv, text);
 *     while ((r = pk_csv_next(&csv, &row, &err)) != 0)   // negative: this row is bad, the next may be good
 *         ...
 *     pk_csv_finish(&csv);
 */
#ifndef PK_BASE_CSV_H
#define PK_BASE_CSV_H

#include "gateway/base/buf.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

#define PK_CSV_FIELDS_MAX 64 /* in a row */
#define PK_CSV_FIELD_BYTES_MAX 4096
#define PK_CSV_ROW_BYTES_MAX 16384 /* all fields of a row */
#define PK_CSV_ROWS_MAX 250000     /* in a file, the first line too */

struct pk_csv {
    struct pk_slice rest;   /* not read yet */
    struct pk_buf unquoted; /* what had to be rewritten of the current row */
    char separator;         /* ',' or ';' */
    uint32_t line;          /* where `rest` begins, from 1 */
    uint32_t rows;          /* read so far, bad ones too */
};

struct pk_csv_row {
    uint32_t line;                             /* where it begins */
    struct pk_slice fields[PK_CSV_FIELDS_MAX]; /* in the text or in the reader; until the next call */
    size_t count;
};

/* `text` is borrowed until finish. */
void pk_csv_init(struct pk_csv *csv, struct pk_slice text);
void pk_csv_finish(struct pk_csv *csv); /* wipes what it copied */

/* 1 with a row, 0 at the end, PK_E_INVALID or PK_E_LIMIT for a row that cannot be read: ret_row->line says where, and
 * the reader stands behind it. Lines with nothing in them are left out. After PK_E_LIMIT for the number of rows the
 * reader stands at the end. */
int pk_csv_next(struct pk_csv *csv, struct pk_csv_row *ret_row, struct pk_error *err);

/* For spreadsheets: the text in quotes, made harmless where it begins like a formula. */
void pk_csv_text(struct pk_buf *out, struct pk_slice text);

#endif
