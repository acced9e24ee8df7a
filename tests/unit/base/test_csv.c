/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows as RFC 4180 and spreadsheets write them, and every way a row can be wrong, with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/csv.h"
#include "gateway/base/mem.h"

/* Everything read, as "line:field|field" and "line!message" lines. */
static void check_slice(struct pk_slice text, const char *expected)
{
    struct pk_csv csv;
    struct pk_csv_row row;
    struct pk_error err;
    struct pk_buf seen;
    int r;
    /* A copy of exact size: reading past its end is seen by the sanitizer. */
    char *copy = text.len > 0 ? pk_strndup(text.data, text.len) : pk_strdup("");
    char *exact = pk_alloc(text.len > 0 ? text.len : 1);
    memcpy(exact, copy, text.len);
    pk_buf_init(&seen, 1u << 20);
    pk_csv_init(&csv, pk_slice_make(exact, text.len));
    while ((r = pk_csv_next(&csv, &row, &err)) != 0) {
        if (r < 0) {
            assert_int_equal(r, err.code);
            (void) pk_buf_printf(&seen, "%u!%s\n", row.line, err.message);
            continue;
        }
        (void) pk_buf_printf(&seen, "%u:", row.line);
        for (size_t i = 0; i < row.count; i++)
            (void) pk_buf_printf(&seen, "%s%.*s", i > 0 ? "|" : "", PK_SLICE_ARG(row.fields[i]));
        (void) pk_buf_add_char(&seen, '\n');
    }
    assert_string_equal(pk_buf_text(&seen), expected);
    pk_csv_finish(&csv);
    pk_buf_finish(&seen);
    free(exact);
    free(copy);
}

static void check(const char *text, const char *expected)
{
    check_slice(pk_slice_of(text), expected);
}

static void test_plain(void **state)
{
    (void) state;
    check("", "");
    check("\n\r\n\n", "");
    check("a,b,c\n1,2,3\n", "1:a|b|c\n2:1|2|3\n");
    check("a,b\r\n1,2\r\n", "1:a|b\n2:1|2\n");
    check("a,b\n1,2", "1:a|b\n2:1|2\n");
    check("a,b\n1,2\r", "1:a|b\n2:1|2\n");
    check("a,b\n,\n\n x ,\n", "1:a|b\n2:|\n4: x |\n");
    check("one", "1:one\n");
}

static void test_separator_and_mark(void **state)
{
    (void) state;
    check("\xEF\xBB\xBF"
          "a;b\n1,5;2\n",
          "1:a|b\n2:1,5|2\n");
    check("a,b;c,d\n", "1:a|b;c|d\n");
    check("\"a,b,c\";d\n1;2\n", "1:a,b,c|d\n2:1|2\n");
    check("\xEF\xBB\xBF", "");
}

static void test_quotes(void **state)
{
    (void) state;
    check("a,b\n\"1,x\",\"\"\n", "1:a|b\n2:1,x|\n");
    check("a,b\n\"say \"\"no\"\"\",\"\"\"\"\n", "1:a|b\n2:say \"no\"|\"\n");
    check("a,b\n\"two\nlines\",2\n3,4\n", "1:a|b\n2:two\nlines|2\n4:3|4\n");
    check("a,b\r\n\"x\r\ny\",\"z\"\r\n", "1:a|b\n2:x\r\ny|z\n");
    check("a,b\n1,\"z\"", "1:a|b\n2:1|z\n");
    check("a,b\n1,\"z\"\r", "1:a|b\n2:1|z\n");
}

static void test_slips_are_told_once_and_the_rest_is_read(void **state)
{
    (void) state;
    check("a,b\nx\"y,2\n3,4\n", "1:a|b\n2!a quote stands inside a field that does not begin with one\n3:3|4\n");
    check("a,b\n\"x\"y,2\n3,4\n", "1:a|b\n2!text follows the quote that closes a field\n3:3|4\n");
    check("a,b\n\"x,2\n3,4\n", "1:a|b\n2!the quote that begins a field is never closed\n3:3|4\n");
    check("a,b\n\"", "1:a|b\n2!the quote that begins a field is never closed\n");
    check("a,b\n1\r2,3\n4,5\n", "1:a|b\n2!a carriage return stands inside a field\n3:4|5\n");
    check("a,b\n\"1\"\r2,3\n4,5\n", "1:a|b\n2!a carriage return stands inside a field\n3:4|5\n");
    check("a,b\n\xFF,2\n3,4\n", "1:a|b\n2!it is not UTF-8\n3:3|4\n");
    check_slice(PK_SLICE("a,b\n1\0,2\n3,4\n"), "1:a|b\n2!it is not UTF-8\n3:3|4\n");
}

static void fill(struct pk_buf *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void) pk_buf_add_char(text, 'x');
}

static void test_limits(void **state)
{
    (void) state;
    struct pk_buf text;
    pk_buf_init(&text, 1u << 24);

    (void) pk_buf_add_text(&text, "a\n");
    fill(&text, PK_CSV_FIELD_BYTES_MAX + 1);
    (void) pk_buf_add_text(&text, "\n\"");
    fill(&text, PK_CSV_FIELD_BYTES_MAX + 1);
    (void) pk_buf_add_text(&text, "\"\nlast\n");
    check_slice(pk_buf_slice(&text), "1:a\n2!a field is longer than 4096 bytes\n3!a quoted field is too long\n4:last\n");

    pk_buf_clear(&text);
    for (int i = 0; i < 5; i++) {
        fill(&text, PK_CSV_FIELD_BYTES_MAX);
        (void) pk_buf_add_char(&text, ',');
    }
    (void) pk_buf_add_text(&text, "\nlast\n");
    check_slice(pk_buf_slice(&text), "1!it is longer than 16384 bytes\n2:last\n");

    /* Rewritten fields up to the row's limit: the buffer must not move while slices of it are out. */
    pk_buf_clear(&text);
    for (int i = 0; i < 5; i++) {
        (void) pk_buf_add_text(&text, i > 0 ? ",\"\"\"" : "\"\"\"");
        fill(&text, 3000);
        (void) pk_buf_add_text(&text, "\"");
    }
    struct pk_csv csv;
    struct pk_csv_row row;
    pk_csv_init(&csv, pk_buf_slice(&text));
    assert_int_equal(pk_csv_next(&csv, &row, NULL), 1);
    for (size_t i = 0; i < row.count; i++) {
        assert_int_equal(row.fields[i].len, 3001);
        assert_int_equal(row.fields[i].data[0], '"');
    }
    pk_csv_finish(&csv);

    pk_buf_clear(&text);
    for (int i = 0; i < PK_CSV_FIELDS_MAX; i++)
        (void) pk_buf_add_char(&text, ',');
    check_slice(pk_buf_slice(&text), "1!it has more than 64 fields\n");

    pk_buf_clear(&text);
    for (int i = 0; i < PK_CSV_ROWS_MAX + 5; i++)
        (void) pk_buf_add_text(&text, "a\n");
    size_t rows = 0;
    int r;
    struct pk_error err;
    pk_csv_init(&csv, pk_buf_slice(&text));
    while ((r = pk_csv_next(&csv, &row, &err)) == 1)
        rows++;
    assert_int_equal(r, PK_E_LIMIT);
    assert_int_equal(rows, PK_CSV_ROWS_MAX);
    assert_int_equal(pk_csv_next(&csv, &row, &err), 0);
    pk_csv_finish(&csv);
    pk_buf_finish(&text);
}

/* Every beginning of a file is read without harm. */
static void test_every_truncation(void **state)
{
    (void) state;
    static const char text[] = "\xEF\xBB\xBF"
                               "a;\"b\"\r\n\"x\"\"y\";\"\r\n\";z\r\n\"\xD0\x90\";q\"";
    for (size_t n = 0; n < sizeof text; n++) {
        char *exact = pk_alloc(n > 0 ? n : 1);
        memcpy(exact, text, n);
        struct pk_csv csv;
        struct pk_csv_row row;
        unsigned calls = 0;
        pk_csv_init(&csv, pk_slice_make(exact, n));
        while (pk_csv_next(&csv, &row, NULL) != 0)
            assert_true(++calls < 10);
        pk_csv_finish(&csv);
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),  cmocka_unit_test(test_separator_and_mark),
        cmocka_unit_test(test_quotes), cmocka_unit_test(test_slips_are_told_once_and_the_rest_is_read),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_every_truncation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
