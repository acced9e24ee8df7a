/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes a compiled text apart and writes it out in each of its ways; see the header. */
#include "gateway/language/outline.h"

#include "gateway/language/body.h"
#include "gateway/language/shim.h"

/* ---- taking apart ---- */

struct taking {
    struct pk_outline *outline;
    bool choices[32]; /* is the argument at this depth a choice? message.cpp allows less depth than this */
    size_t branches[32];
    size_t depth;
};

static struct pk_piece *add(struct taking *t, enum pk_piece_kind kind, size_t offset, size_t len)
{
    struct pk_outline *o = t->outline;
    if ((o->count & (o->count - 1)) == 0)
        o->pieces = pk_realloc_array(o->pieces, o->count > 0 ? 2 * o->count : 1, sizeof *o->pieces);
    struct pk_piece *piece = &o->pieces[o->count++];
    *piece = (struct pk_piece){ .kind = kind, .offset = offset, .len = len };
    return piece;
}

static void see_argument(void *ctx, const char *name, size_t len, enum pk_message_use use, size_t offset)
{
    struct taking *t = ctx;
    bool choice = use == PK_MESSAGE_PLURAL || use == PK_MESSAGE_SELECT;
    struct pk_piece *piece = add(t, choice ? PK_PIECE_CHOICE : PK_PIECE_VALUE, offset, len);
    const char *body = t->outline->body.data;
    piece->brace = offset;
    while (piece->brace > 0 && body[piece->brace] != '{')
        piece->brace--;
    piece->plural = use == PK_MESSAGE_PLURAL;
    (void) pk_placeholder_find(pk_slice_make(name, len), &piece->placeholder);
    if (t->depth < PK_COUNT(t->choices)) {
        t->choices[t->depth] = choice;
        t->branches[t->depth] = 0;
    }
    t->depth++;
}

static void see_literal(void *ctx, const char *text, size_t len, size_t offset)
{
    (void) text; /* it stands in the body */
    (void) add(ctx, PK_PIECE_TYPED, offset, len);
}

static void see_selector(void *ctx, const char *text, size_t len, size_t offset)
{
    struct taking *t = ctx;
    (void) text;
    (void) add(t, PK_PIECE_BRANCH, offset, len);
    if (t->depth == 0 || t->depth > PK_COUNT(t->choices))
        return;
    size_t branches = ++t->branches[t->depth - 1];
    if (branches > t->outline->ways)
        t->outline->ways = branches;
}

static void see_number(void *ctx, size_t offset)
{
    (void) add(ctx, PK_PIECE_NUMBER, offset, 1);
}

static void see_branch_end(void *ctx)
{
    (void) add(ctx, PK_PIECE_BRANCH_END, 0, 0);
}

static void see_argument_end(void *ctx)
{
    struct taking *t = ctx;
    if (t->depth == 0)
        return;
    t->depth--;
    if (t->depth < PK_COUNT(t->choices) && t->choices[t->depth])
        (void) add(t, PK_PIECE_CHOICE_END, 0, 0);
}

/* What is in brackets outside of all braces: words for ICU, and for us a part that may be left out. */
static void find_part(struct pk_outline *o)
{
    size_t depth = 0;
    for (size_t i = 0; i < o->count; i++) {
        const struct pk_piece *piece = &o->pieces[i];
        depth += piece->kind == PK_PIECE_CHOICE;
        depth -= piece->kind == PK_PIECE_CHOICE_END && depth > 0;
        for (size_t at = piece->offset; piece->kind == PK_PIECE_TYPED && depth == 0 && at < piece->offset + piece->len; at++) {
            if (o->body.data[at] == '[' && o->part_end == 0)
                o->part_begin = at;
            else if (o->body.data[at] == ']' && o->part_end == 0)
                o->part_end = at + 1;
        }
    }
    if (o->part_end > 0)
        o->ways *= 2;
}

void pk_outline_init(struct pk_outline *outline, struct pk_slice body)
{
    struct taking taking = { .outline = outline };
    const struct pk_message_visitor visitor = {
        .ctx = &taking,
        .argument = see_argument,
        .literal = see_literal,
        .selector = see_selector,
        .number = see_number,
        .branch_end = see_branch_end,
        .argument_end = see_argument_end,
    };
    *outline = (struct pk_outline){ .body = body, .ways = 1 };
    (void) pk_message_walk(body.data, body.len, &visitor);
    find_part(outline);
}

void pk_outline_finish(struct pk_outline *outline)
{
    free(outline->pieces);
    *outline = (struct pk_outline){ 0 };
}

struct pk_slice pk_piece_text(const struct pk_outline *outline, const struct pk_piece *piece)
{
    return pk_slice_make(outline->body.data + piece->offset, piece->len);
}

/* ---- writing out ---- */

void pk_written_init(struct pk_written *written)
{
    *written = (struct pk_written){ 0 };
    pk_buf_init(&written->text, 4u * PK_BODY_BYTES_MAX);
}

void pk_written_finish(struct pk_written *written)
{
    pk_buf_finish(&written->text);
    free(written->source);
    free(written->typed);
}

/* What was appended since `before` came from here. */
static void note(struct pk_written *w, size_t before, size_t offset, bool typed)
{
    if (w->text.len > w->room) {
        w->room = 2 * w->text.len;
        w->source = pk_realloc_array(w->source, w->room, sizeof *w->source);
        w->typed = pk_realloc_array(w->typed, w->room, sizeof *w->typed);
    }
    for (size_t i = before; i < w->text.len; i++) {
        w->source[i] = (uint32_t) (typed ? offset + (i - before) : offset);
        w->typed[i] = typed;
    }
}

/* The end of the choice or branch that begins at `at`. */
static size_t end_of(const struct pk_outline *o, size_t at)
{
    enum pk_piece_kind begin = o->pieces[at].kind, end = begin == PK_PIECE_CHOICE ? PK_PIECE_CHOICE_END : PK_PIECE_BRANCH_END;
    size_t depth = 0;
    for (; at < o->count; at++) {
        if (o->pieces[at].kind == begin)
            depth++;
        else if (o->pieces[at].kind == end && --depth == 0)
            return at;
    }
    return o->count;
}

/* Where the wanted branch of a choice begins: the way-th, or the last there is. */
static size_t branch_of(const struct pk_outline *o, size_t choice, size_t way)
{
    size_t found = choice;
    for (size_t at = choice + 1; at < o->count && o->pieces[at].kind == PK_PIECE_BRANCH; at = end_of(o, at) + 1) {
        found = at;
        if (way-- == 0)
            break;
    }
    return found;
}

static void write_number(const struct pk_outline *o, size_t branch, struct pk_buf *out)
{
    struct pk_slice selector = pk_piece_text(o, &o->pieces[branch]);
    if (selector.len > 1 && selector.data[0] == '=')
        (void) pk_buf_add(out, selector.data + 1, selector.len - 1);
    else
        (void) pk_buf_add_text(out, pk_slice_is(selector, "one") ? "1" : "3");
}

/* Typed words but the brackets, and without what is in them when it is to be left out. */
static void write_typed(const struct pk_outline *o, const struct pk_piece *piece, bool with_part, struct pk_written *w)
{
    for (size_t at = piece->offset; at < piece->offset + piece->len; at++) {
        bool inside = at >= o->part_begin && at < o->part_end;
        bool bracket = inside && (at == o->part_begin || at + 1 == o->part_end);
        size_t before = w->text.len;
        if (bracket || (inside && !with_part))
            continue;
        (void) pk_buf_add_char(&w->text, o->body.data[at]);
        note(w, before, at, true);
    }
}

static void write_pieces(const struct pk_outline *o, size_t from, size_t to, size_t branch, size_t way, bool with_part,
                         const struct pk_outline_values *values, struct pk_written *w)
{
    for (size_t at = from; at < to; at++) {
        const struct pk_piece *piece = &o->pieces[at];
        size_t before = w->text.len;
        if (piece->kind == PK_PIECE_TYPED) {
            write_typed(o, piece, with_part, w);
        } else if (!with_part && piece->offset > o->part_begin && piece->offset < o->part_end) {
            continue;
        } else if (piece->kind == PK_PIECE_NUMBER && !values) {
            (void) pk_buf_add_char(&w->text, '#');
            note(w, before, piece->offset, true);
        } else if (piece->kind == PK_PIECE_NUMBER) {
            write_number(o, branch, &w->text);
            note(w, before, piece->offset, false);
        } else if (piece->kind == PK_PIECE_VALUE) {
            if (values)
                values->words(values->ctx, piece, &w->text);
            else
                (void) pk_buf_add_text(&w->text, PK_STAND_IN);
            note(w, before, piece->brace, false);
        } else if (piece->kind == PK_PIECE_CHOICE) {
            size_t chosen = branch_of(o, at, way);
            if (chosen > at) /* message.cpp allows no great depth */
                write_pieces(o, chosen + 1, end_of(o, chosen), chosen, way, with_part, values, w);
            at = end_of(o, at);
        }
    }
}

void pk_outline_write(const struct pk_outline *outline, size_t way, const struct pk_outline_values *values,
                      struct pk_written *written)
{
    pk_buf_clear(&written->text);
    bool part = outline->part_end > 0;
    size_t half = part ? outline->ways / 2 : outline->ways;
    write_pieces(outline, 0, outline->count, 0, way % half, !part || way < half, values, written);
}
