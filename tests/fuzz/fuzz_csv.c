/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV: the rows that were read, written with every field in quotes, are read again as the same rows. */
#include "gateway/base/csv.h"

#include "tests/fuzz/fuzz.h"

static void write_row(const struct pk_csv_row *row, struct pk_buf *out)
{
    for (size_t i = 0; i < row->count; i++) {
        (void) pk_buf_add_text(out, i > 0 ? ",\"" : "\"");
        for (size_t j = 0; j < row->fields[i].len; j++) {
            if (row->fields[i].data[j] == '"')
                (void) pk_buf_add_char(out, '"');
            (void) pk_buf_add_char(out, row->fields[i].data[j]);
        }
        (void) pk_buf_add_char(out, '"');
    }
    (void) pk_buf_add_char(out, '\n');
}

static void check_row(const struct pk_csv_row *row)
{
    size_t bytes = 0;
    fuzz_need(row->count >= 1 && row->count <= PK_CSV_FIELDS_MAX);
    for (size_t i = 0; i < row->count; i++) {
        fuzz_need(row->fields[i].len <= PK_CSV_FIELD_BYTES_MAX && pk_utf8_valid(row->fields[i]));
        bytes += row->fields[i].len;
    }
    fuzz_need(bytes <= PK_CSV_ROW_BYTES_MAX);
}

/* Reads everything; what is good is appended to `out`. Returns the number of bad rows. */
static size_t read_all(struct pk_slice text, struct pk_buf *out)
{
    struct pk_csv csv;
    struct pk_csv_row row;
    size_t bad = 0;
    uint32_t line = 0;
    pk_csv_init(&csv, text);
    for (;;) {
        struct pk_error err = { 0 };
        size_t left = csv.rest.len;
        int r = pk_csv_next(&csv, &row, &err);
        if (r == 0)
            break;
        fuzz_need(csv.rest.len < left && row.line > line && csv.line >= row.line);
        line = row.line;
        if (r < 0) {
            fuzz_refused(r, &err);
            bad++;
            continue;
        }
        check_row(&row);
        write_row(&row, out);
    }
    fuzz_need(csv.rest.len == 0);
    pk_csv_finish(&csv);
    return bad;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_buf once, twice;
    pk_buf_init(&once, 1u << 22);
    pk_buf_init(&twice, 1u << 22);
    (void) read_all(pk_slice_make(data, size), &once);
    fuzz_need(!once.failed && read_all(pk_buf_slice(&once), &twice) == 0);
    fuzz_need(pk_slice_equal(pk_buf_slice(&once), pk_buf_slice(&twice)));
    pk_buf_finish(&once);
    pk_buf_finish(&twice);
    return 0;
}
