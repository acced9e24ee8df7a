/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/table.h"

#include "gateway/base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define GAP 2
#define ROOM_MIN 20 /* narrower than this, breaking helps nobody */
#define CELL_BYTES_MAX (64u * 1024)
#define TABLE_BYTES_MAX (64u * 1024 * 1024)

struct cell {
    size_t start, len; /* in the table's text */
    size_t width;
};

struct pk_table {
    const struct pk_column *columns;
    size_t column_count;
    struct pk_buf text; /* of all cells */
    struct cell *cells;
    size_t cell_count, cell_room;
    bool titled;
};

struct pk_table *pk_table_new(const struct pk_column *columns, size_t count)
{
    struct pk_table *table = pk_alloc(sizeof *table);
    table->columns = columns;
    table->column_count = count;
    pk_buf_init(&table->text, TABLE_BYTES_MAX);
    table->titled = columns[0].title != NULL;
    return table;
}

void pk_table_free(struct pk_table *table)
{
    if (!table)
        return;
    pk_buf_wipe(&table->text);
    pk_buf_finish(&table->text);
    free(table->cells);
    free(table);
}

/* ---- cells ---- */

/* What was appended to the table's text since `start` is the next cell. */
static void end_cell(struct pk_table *table, size_t start)
{
    if (table->text.len == start)
        (void) pk_buf_add_char(&table->text, '-');
    if (table->cell_count == table->cell_room) {
        table->cell_room = table->cell_room > 0 ? 2 * table->cell_room : 64;
        table->cells = pk_realloc_array(table->cells, table->cell_room, sizeof *table->cells);
    }
    struct cell *cell = &table->cells[table->cell_count++];
    cell->start = start;
    cell->len = table->text.len - start;
    cell->width = pk_show_width(pk_slice_make(table->text.data + start, cell->len));
}

void pk_table_slice(struct pk_table *table, struct pk_slice text)
{
    size_t start = table->text.len;
    if (text.len > CELL_BYTES_MAX)
        text.len = CELL_BYTES_MAX;
    pk_show_text(&table->text, text);
    end_cell(table, start);
}

void pk_table_text(struct pk_table *table, const char *text)
{
    pk_table_slice(table, pk_slice_of(text));
}

void pk_table_printf(struct pk_table *table, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(text, sizeof text, format, args);
    va_end(args);
    pk_table_text(table, text);
}

void pk_table_json(struct pk_table *table, const struct pk_json *value)
{
    size_t start = table->text.len;
    pk_show_json(&table->text, value);
    end_cell(table, start);
}

void pk_table_moment(struct pk_table *table, const struct pk_json *value)
{
    char text[PK_SHOW_TEXT_MAX];
    int64_t ms;
    if (pk_time_parse(pk_json_string(value), &ms) != 0)
        pk_table_json(table, value);
    else
        pk_table_text(table, table->titled ? pk_show_moment(ms, pk_clock_wall_ms(), text) : pk_show_moment_long(ms, text));
}

static bool is_nothing(const struct pk_json *value)
{
    enum pk_json_kind kind = pk_json_kind(value);
    return kind == PK_JSON_ABSENT || kind == PK_JSON_NULL || (kind == PK_JSON_STRING && pk_json_string(value).len == 0) ||
           ((kind == PK_JSON_ARRAY || kind == PK_JSON_OBJECT) && pk_json_count(value) == 0);
}

void pk_table_fact(struct pk_table *table, const char *name, const struct pk_json *value)
{
    if (is_nothing(value))
        return;
    pk_table_text(table, name);
    pk_table_json(table, value);
}

void pk_table_fact_moment(struct pk_table *table, const char *name, const struct pk_json *value)
{
    if (is_nothing(value))
        return;
    pk_table_text(table, name);
    pk_table_moment(table, value);
}

size_t pk_table_rows(const struct pk_table *table)
{
    return table->cell_count / table->column_count;
}

/* ---- lines ---- */

static size_t column_width(const struct pk_table *table, size_t column)
{
    size_t width = table->titled ? pk_show_width(pk_slice_of(table->columns[column].title)) : 0;
    for (size_t i = column; i < table->cell_count; i += table->column_count)
        if (table->cells[i].width > width)
            width = table->cells[i].width;
    return width;
}

static void add_spaces(struct pk_buf *out, size_t count)
{
    while (count-- > 0)
        (void) pk_buf_add_char(out, ' ');
}

/* The last cell of a row, on as many lines as it takes. */
static void write_broken(struct pk_slice text, size_t before, size_t room, struct pk_buf *out)
{
    while (text.len > 0) {
        size_t fits = pk_show_fit(text, room);
        (void) pk_buf_add(out, text.data, fits);
        text = pk_slice_make(text.data + fits, text.len - fits);
        while (text.len > 0 && text.data[0] == ' ')
            text = pk_slice_make(text.data + 1, text.len - 1);
        (void) pk_buf_add_char(out, '\n');
        if (text.len > 0)
            add_spaces(out, before);
    }
}

static void write_cell(const struct pk_table *table, size_t column, size_t width, struct pk_slice text, size_t text_width,
                       struct pk_buf *out)
{
    bool last = column + 1 == table->column_count;
    if (table->columns[column].right)
        add_spaces(out, width - text_width);
    (void) pk_buf_add_slice(out, text);
    if (!table->columns[column].right && !last)
        add_spaces(out, width - text_width);
    if (last)
        (void) pk_buf_add_char(out, '\n');
    else
        add_spaces(out, GAP);
}

void pk_table_write(const struct pk_table *table, struct pk_buf *out)
{
    pk_table_write_within(table, 0, out);
}

void pk_table_write_within(const struct pk_table *table, size_t columns, struct pk_buf *out)
{
    size_t last = table->column_count - 1, before = 0;
    size_t *widths = pk_alloc_array(table->column_count, sizeof *widths);
    for (size_t column = 0; column < table->column_count; column++) {
        struct pk_slice title = pk_slice_of(table->columns[column].title);
        widths[column] = column_width(table, column);
        before += column < last ? widths[column] + GAP : 0;
        if (table->titled)
            write_cell(table, column, widths[column], title, pk_show_width(title), out);
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        const struct cell *cell = &table->cells[i];
        size_t column = i % table->column_count;
        if (column == last && !table->columns[column].right && columns >= before + ROOM_MIN && cell->width > columns - before) {
            write_broken(pk_slice_make(table->text.data + cell->start, cell->len), before, columns - before, out);
            continue;
        }
        write_cell(table, column, widths[column], pk_slice_make(table->text.data + cell->start, cell->len), cell->width, out);
    }
    free(widths);
}

size_t pk_terminal_columns(void)
{
    struct winsize size;
    return isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void pk_table_print(const struct pk_table *table)
{
    struct pk_buf text;
    pk_buf_init(&text, 2 * TABLE_BYTES_MAX);
    pk_table_write_within(table, pk_terminal_columns(), &text);
    (void) fwrite(pk_buf_text(&text), 1, text.len, stdout);
    pk_buf_wipe(&text);
    pk_buf_finish(&text);
}
