/* SPDX-License-Identifier: EUPL-1.2 */
/* Draws a message as a speech bubble; see the header. Lines break where ICU's rules for the end of a line allow. */
#include "gateway/language/bubble.h"

#include "gateway/language/utf16.h"

#include <unicode/ubrk.h>
#include <unicode/uchar.h>

#define HORIZONTAL "\xe2\x94\x80"
#define VERTICAL "\xe2\x94\x82"

/* ---- width ---- */

static size_t columns_of(UChar32 c, UChar32 before)
{
    int8_t type = u_charType(c);
    if (before == 0x200d || type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR ||
        u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER) || u_hasBinaryProperty(c, UCHAR_VARIATION_SELECTOR))
        return 0;
    int32_t width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

size_t pk_display_columns(struct pk_slice text)
{
    size_t columns = 0;
    UChar32 before = 0;
    for (int32_t at = 0; at < (int32_t) text.len;) {
        UChar32 c = pk_utf8_next(text.data, &at, (int32_t) text.len);
        columns += columns_of(c, before);
        before = c;
    }
    return columns;
}

/* ---- lines ---- */

static void add_line(struct pk_slice words, size_t columns, struct pk_buf *out)
{
    size_t used = pk_display_columns(words);
    (void) pk_buf_add_text(out, VERTICAL " ");
    (void) pk_buf_add_slice(out, words);
    for (; used < columns; used++)
        (void) pk_buf_add_char(out, ' ');
    (void) pk_buf_add_text(out, " " VERTICAL "\n");
}

static void add_edge(const char *left, const char *right, size_t columns, struct pk_buf *out)
{
    (void) pk_buf_add_text(out, left);
    for (size_t i = 0; i < columns + PK_BUBBLE_FRAME - 2; i++)
        (void) pk_buf_add_text(out, HORIZONTAL);
    (void) pk_buf_add_text(out, right);
    (void) pk_buf_add_char(out, '\n');
}

/* The text with a mark where each part but the first begins. */
static void mark_parts(const struct pk_bubble *bubble, struct pk_buf *marked)
{
    size_t begin = 0;
    for (size_t i = 0; i < bubble->part_count; i++) {
        size_t end = bubble->part_ends[i] < bubble->text.len ? bubble->part_ends[i] : bubble->text.len;
        if (i > 0)
            (void) pk_buf_add_text(marked, PK_BUBBLE_MARK);
        (void) pk_buf_add(marked, bubble->text.data + begin, end - begin);
        begin = end;
    }
    (void) pk_buf_add(marked, bubble->text.data + begin, bubble->text.len - begin);
}

static struct pk_slice without_end(struct pk_slice line)
{
    while (line.len > 0 && (line.data[line.len - 1] == ' ' || line.data[line.len - 1] == '\n'))
        line.len--;
    return line;
}

/* As much of a word as fits, at least one character: a link longer than the bubble. */
static size_t fitting(struct pk_slice word, size_t columns)
{
    size_t used = 0;
    int32_t at = 0, end = 0;
    UChar32 before = 0;
    while (at < (int32_t) word.len) {
        UChar32 c = pk_utf8_next(word.data, &at, (int32_t) word.len);
        used += columns_of(c, before);
        if (used > columns && end > 0)
            break;
        end = at;
        before = c;
    }
    return (size_t) end;
}

struct drawing {
    const char *data;
    size_t columns;
    struct pk_buf *out;
    int32_t line; /* where the line at hand begins */
};

static struct pk_slice from_line(const struct drawing *d, int32_t end)
{
    return without_end(pk_slice_make(d->data + d->line, (size_t) (end - d->line)));
}

/* `last` and `next` are places where a line may break: is there room up to the next one? If not, break at the last. */
static void take(struct drawing *d, int32_t last, int32_t next)
{
    if (last > d->line && pk_display_columns(from_line(d, next)) > d->columns) {
        add_line(from_line(d, last), d->columns, d->out);
        d->line = last;
    }
    while (pk_display_columns(from_line(d, next)) > d->columns) {
        struct pk_slice word = from_line(d, next);
        size_t fits = fitting(word, d->columns);
        add_line(pk_slice_make(word.data, fits), d->columns, d->out);
        d->line += (int32_t) fits;
    }
    if (next > d->line && d->data[next - 1] == '\n') {
        add_line(from_line(d, next), d->columns, d->out);
        d->line = next;
    }
}

static void add_lines(struct pk_slice text, size_t columns, struct pk_buf *out)
{
    UErrorCode code = U_ZERO_ERROR;
    struct drawing d = { .data = text.data, .columns = columns, .out = out };
    UText *utext = utext_openUTF8(NULL, text.data, (int64_t) text.len, &code);
    UBreakIterator *breaks = ubrk_open(UBRK_LINE, "en", NULL, 0, &code);
    ubrk_setUText(breaks, utext, &code);
    int32_t last = 0;
    for (int32_t next = U_SUCCESS(code) ? ubrk_next(breaks) : UBRK_DONE; next != UBRK_DONE; next = ubrk_next(breaks)) {
        take(&d, last, next);
        last = next;
    }
    if (d.line < (int32_t) text.len)
        take(&d, d.line, (int32_t) text.len); /* ICU without its rules breaks nowhere */
    if (d.line < (int32_t) text.len)
        add_line(from_line(&d, (int32_t) text.len), columns, out);
    ubrk_close(breaks);
    utext_close(utext);
}

void pk_bubble_draw(const struct pk_bubble *bubble, struct pk_buf *out)
{
    struct pk_buf marked;
    pk_buf_init(&marked, bubble->text.len + bubble->part_count * (sizeof PK_BUBBLE_MARK - 1) + 1);
    mark_parts(bubble, &marked);
    add_edge("\xe2\x95\xad", "\xe2\x95\xae", bubble->columns, out);
    add_lines(pk_buf_slice(&marked), bubble->columns, out);
    add_edge("\xe2\x95\xb0", "\xe2\x95\xaf", bubble->columns, out);
    pk_buf_finish(&marked);
}
