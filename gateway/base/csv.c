/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One pass over the bytes, a field at a time. A field without quotes is lent from the text itself; one with doubled
 * quotes is rewritten into the reader's buffer, which has room for a whole row from the start and so never moves
 * while slices of it are out. A row that is wrong is left at its line's end, so that one slip is told once.
 */
#include "gateway/base/csv.h"

#include <string.h>

#include "gateway/base/mem.h"
#include "gateway/base/text.h"

static char separator_of(struct pk_slice text)
{
    size_t commas = 0, semicolons = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && (quoted || text.data[i] != '\n'); i++) {
        if (text.data[i] == '"')
            quoted = !quoted;
        else if (!quoted && text.data[i] == ',')
            commas++;
        else if (!quoted && text.data[i] == ';')
            semicolons++;
    }
    return semicolons > commas ? ';' : ',';
}

void pk_csv_init(struct pk_csv *csv, struct pk_slice text)
{
    if (pk_slice_starts(text, "\xEF\xBB\xBF"))
        text = pk_slice_make(text.data + 3, text.len - 3);
    *csv = (struct pk_csv){ .rest = text, .separator = separator_of(text), .line = 1 };
    pk_buf_init(&csv->unquoted, PK_CSV_ROW_BYTES_MAX + 1);
    (void) pk_buf_reserve(&csv->unquoted, PK_CSV_ROW_BYTES_MAX);
}

void pk_csv_finish(struct pk_csv *csv)
{
    pk_buf_wipe(&csv->unquoted);
}

static char peek(const struct pk_csv *csv)
{
    return csv->rest.len > 0 ? csv->rest.data[0] : '\0';
}

static void skip(struct pk_csv *csv, size_t count)
{
    csv->rest = pk_slice_make(csv->rest.data + count, csv->rest.len - count);
}

/* Steps over a line's end; false when there is none here. */
static bool end_of_line(struct pk_csv *csv)
{
    size_t n = pk_slice_starts(csv->rest, "\r\n") ? 2 : pk_slice_starts(csv->rest, "\n") ? 1 : 0;
    skip(csv, n);
    csv->line += n > 0;
    return n > 0;
}

static void skip_line(struct pk_csv *csv)
{
    const char *at = csv->rest.len > 0 ? memchr(csv->rest.data, '\n', csv->rest.len) : NULL;
    if (!at) {
        skip(csv, csv->rest.len);
        return;
    }
    skip(csv, (size_t) (at - csv->rest.data) + 1);
    csv->line++;
}

static int bad(struct pk_csv *csv, struct pk_error *err, const char *what, const char *remedy)
{
    skip_line(csv);
    (void) pk_fail(err, PK_E_INVALID, "%s", what);
    return pk_hint(err, PK_E_INVALID, "%s", remedy);
}

/* ---- fields ---- */

static int plain_field(struct pk_csv *csv, struct pk_slice *ret_field, struct pk_error *err)
{
    const struct pk_slice from = csv->rest;
    size_t n = 0;
    for (; n < from.len && from.data[n] != csv->separator && from.data[n] != '\n'; n++) {
        if (from.data[n] == '"')
            return bad(csv, err, "a quote stands inside a field that does not begin with one",
                       "Put the whole field in quotes and write a quote inside it twice.");
        if (from.data[n] == '\r') {
            if (n + 1 == from.len || from.data[n + 1] == '\n')
                break;
            return bad(csv, err, "a carriage return stands inside a field", "End lines with LF or CRLF.");
        }
    }
    *ret_field = pk_slice_make(from.data, n);
    skip(csv, n);
    if (pk_slice_is(csv->rest, "\r"))
        skip(csv, 1); /* the last line of the file, its LF lost */
    return 0;
}

/* Between its quotes a field may hold separators, line ends and doubled quotes. */
static int quoted_field(struct pk_csv *csv, struct pk_slice *ret_field, struct pk_error *err)
{
    const char *from = csv->rest.data + 1;
    size_t left = csv->rest.len - 1, n = 0, doubled = 0;
    uint32_t lines = 0;
    for (;; n++) {
        if (n == left || n - doubled > PK_CSV_FIELD_BYTES_MAX)
            return bad(csv, err, n == left ? "the quote that begins a field is never closed" : "a quoted field is too long",
                       "Close the field with a quote, or take the quote out.");
        if (from[n] == '\n')
            lines++;
        if (from[n] != '"')
            continue;
        if (n + 1 == left || from[n + 1] != '"')
            break;
        doubled++;
        n++;
    }
    char after = n + 1 < left ? from[n + 1] : '\n';
    if (after != csv->separator && after != '\n' && after != '\r')
        return bad(csv, err, "text follows the quote that closes a field", "Write a quote inside a quoted field twice.");
    *ret_field = pk_slice_make(from, n);
    if (doubled > 0 && csv->unquoted.len + n <= PK_CSV_ROW_BYTES_MAX) {
        size_t start = csv->unquoted.len;
        for (size_t i = 0; i < n; i++) {
            (void) pk_buf_add_char(&csv->unquoted, from[i]);
            i += from[i] == '"';
        }
        *ret_field = pk_slice_make(csv->unquoted.data + start, csv->unquoted.len - start);
    }
    skip(csv, n + 2);
    csv->line += lines;
    if (pk_slice_is(csv->rest, "\r"))
        skip(csv, 1);
    return 0;
}

static int field(struct pk_csv *csv, struct pk_slice *ret_field, struct pk_error *err)
{
    int r = peek(csv) == '"' ? quoted_field(csv, ret_field, err) : plain_field(csv, ret_field, err);
    if (r != 0)
        return r;
    if (ret_field->len > PK_CSV_FIELD_BYTES_MAX) {
        skip_line(csv);
        return pk_fail(err, PK_E_LIMIT, "a field is longer than %d bytes", PK_CSV_FIELD_BYTES_MAX);
    }
    if (!pk_utf8_valid(*ret_field))
        return bad(csv, err, "it is not UTF-8", "Save the file as \"CSV UTF-8\" and try again.");
    return 0;
}

/* ---- rows ---- */

static int row(struct pk_csv *csv, struct pk_csv_row *ret_row, struct pk_error *err)
{
    size_t bytes = 0;
    for (;;) {
        if (ret_row->count == PK_CSV_FIELDS_MAX) {
            skip_line(csv);
            return pk_fail(err, PK_E_LIMIT, "it has more than %d fields", PK_CSV_FIELDS_MAX);
        }
        int r = field(csv, &ret_row->fields[ret_row->count], err);
        if (r != 0)
            return r;
        bytes += ret_row->fields[ret_row->count++].len;
        if (bytes > PK_CSV_ROW_BYTES_MAX) {
            skip_line(csv);
            return pk_fail(err, PK_E_LIMIT, "it is longer than %d bytes", PK_CSV_ROW_BYTES_MAX);
        }
        if (end_of_line(csv) || csv->rest.len == 0)
            return 1;
        if (peek(csv) != csv->separator)
            return bad(csv, err, "a carriage return stands inside a field", "End lines with LF or CRLF.");
        skip(csv, 1);
    }
}

int pk_csv_next(struct pk_csv *csv, struct pk_csv_row *ret_row, struct pk_error *err)
{
    while (end_of_line(csv))
        ;
    ret_row->count = 0;
    ret_row->line = csv->line;
    pk_buf_clear(&csv->unquoted);
    if (csv->rest.len == 0)
        return 0;
    if (csv->rows == PK_CSV_ROWS_MAX) {
        skip(csv, csv->rest.len);
        (void) pk_fail(err, PK_E_LIMIT, "the file has more than %d lines", PK_CSV_ROWS_MAX);
        return pk_hint(err, PK_E_LIMIT, "Divide it into smaller files.");
    }
    csv->rows++;
    return row(csv, ret_row, err);
}

/* ---- written ---- */

void pk_csv_text(struct pk_buf *out, struct pk_slice text)
{
    (void) pk_buf_add_char(out, '"');
    if (text.len > 0 && strchr("=+-@\t\r", text.data[0]))
        (void) pk_buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '"')
            (void) pk_buf_add_char(out, '"');
        (void) pk_buf_add_char(out, text.data[i]);
    }
    (void) pk_buf_add_char(out, '"');
}
