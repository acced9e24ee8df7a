/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/page_file.h"

#include "gateway/base/text.h"

enum op_kind { OP_TEXT = 0, OP_VALUE, OP_STRING, OP_PAGE, OP_EACH, OP_UNLESS, OP_END };

struct op {
    enum op_kind kind;
    struct pk_slice text; /* the text itself, or a name */
    size_t end; /* of a section: its OP_END */
    unsigned line;
};

struct pk_page_file {
    const char *name;
    struct op *ops;
    size_t count, cap;
};

/* ---- compiling ---- */

static struct op *add(struct pk_page_file *page, enum op_kind kind, struct pk_slice text, unsigned line)
{
    if (page->count == page->cap) {
        page->cap = page->cap > 0 ? 2 * page->cap : 32;
        page->ops = pk_realloc_array(page->ops, page->cap, sizeof *page->ops);
    }
    struct op *op = &page->ops[page->count++];
    *op = (struct op){ .kind = kind, .text = text, .line = line };
    return op;
}

static bool is_word(struct pk_slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
            return false;
    }
    return name.len > 0;
}

static enum op_kind kind_of(struct pk_slice *tag)
{
    static const struct {
        const char *sign;
        enum op_kind kind;
    } signs[] = { { "#", OP_EACH }, { "^", OP_UNLESS }, { "/", OP_END }, { ">", OP_PAGE }, { "t ", OP_STRING } };
    for (size_t i = 0; i < PK_COUNT(signs); i++) {
        size_t n = strlen(signs[i].sign);
        if (tag->len > n && memcmp(tag->data, signs[i].sign, n) == 0) {
            *tag = pk_slice_trim(pk_slice_make(tag->data + n, tag->len - n));
            return signs[i].kind;
        }
    }
    return OP_VALUE;
}

/* Sections that are open, innermost last. */
struct nesting {
    size_t at[PK_PAGE_DEPTH_MAX];
    size_t depth;
};

static int nest(struct pk_page_file *page, struct nesting *nesting, size_t at, struct pk_error *err)
{
    struct op *op = &page->ops[at];
    if (op->kind == OP_EACH || op->kind == OP_UNLESS) {
        if (nesting->depth == PK_PAGE_DEPTH_MAX)
            return pk_fail(err, PK_E_INVALID, "page \"%s\" line %u: sections are nested too deep", page->name, op->line);
        nesting->at[nesting->depth++] = at;
        return 0;
    }
    if (op->kind != OP_END)
        return 0;
    struct op *begin = nesting->depth > 0 ? &page->ops[nesting->at[nesting->depth - 1]] : NULL;
    if (!begin || !pk_slice_equal(begin->text, op->text))
        return pk_fail(err, PK_E_INVALID, "page \"%s\" line %u: {{/%.*s}} ends no section that is open", page->name, op->line,
                       PK_SLICE_ARG(op->text));
    begin->end = at;
    nesting->depth--;
    return 0;
}

static struct pk_slice find(struct pk_slice text, const char *sign)
{
    const char *at = text.len >= 2 ? memmem(text.data, text.len, sign, 2) : NULL;
    return at ? pk_slice_make(at, text.len - (size_t) (at - text.data)) : (struct pk_slice){ 0 };
}

static unsigned lines_in(struct pk_slice text)
{
    unsigned count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    return count;
}

static int compile(struct pk_page_file *page, struct pk_slice text, struct pk_error *err)
{
    struct nesting nesting = { .depth = 0 };
    unsigned line = 1;
    for (;;) {
        struct pk_slice open = find(text, "{{");
        struct pk_slice plain = pk_slice_make(text.data, text.len - open.len);
        if (plain.len > 0)
            add(page, OP_TEXT, plain, line);
        if (open.len == 0)
            break;
        line += lines_in(plain);
        struct pk_slice inside = pk_slice_make(open.data + 2, open.len - 2), close = find(inside, "}}");
        if (close.len == 0)
            return pk_fail(err, PK_E_INVALID, "page \"%s\" line %u: {{ without }}", page->name, line);
        struct pk_slice tag = pk_slice_trim(pk_slice_make(inside.data, inside.len - close.len));
        if (tag.len == 0 || tag.data[0] != '!') {
            enum op_kind kind = kind_of(&tag);
            if (!is_word(tag))
                return pk_fail(err, PK_E_INVALID, "page \"%s\" line %u: {{%.*s}} names nothing", page->name, line, PK_SLICE_ARG(tag));
            add(page, kind, tag, line);
            int r = nest(page, &nesting, page->count - 1, err);
            if (r != 0)
                return r;
        }
        line += lines_in(tag);
        text = pk_slice_make(close.data + 2, close.len - 2);
    }
    if (nesting.depth > 0) {
        const struct op *begin = &page->ops[nesting.at[nesting.depth - 1]];
        return pk_fail(err, PK_E_INVALID, "page \"%s\" line %u: the section %.*s is never ended", page->name, begin->line,
                       PK_SLICE_ARG(begin->text));
    }
    return 0;
}

int pk_page_compile(const char *name, struct pk_slice text, struct pk_page_file **ret_page, struct pk_error *err)
{
    pk_auto(pk_page) struct pk_page_file *page = pk_alloc(sizeof *page);
    page->name = name;
    int r = compile(page, text, err);
    if (r == 0)
        *ret_page = pk_steal(&page);
    return r;
}

void pk_page_free(struct pk_page_file *page)
{
    if (!page)
        return;
    free(page->ops);
    free(page);
}

int pk_page_check(const struct pk_page_file *page, const struct pk_page_source *source, struct pk_error *err)
{
    for (size_t i = 0; i < page->count; i++) {
        const struct op *op = &page->ops[i];
        if (op->kind == OP_STRING && source->string(source->ctx, op->text).len == 0)
            return pk_fail(err, PK_E_NOT_FOUND, "page \"%s\" line %u: there is no string \"%.*s\"", page->name, op->line,
                           PK_SLICE_ARG(op->text));
        if (op->kind == OP_PAGE && !source->page(source->ctx, op->text))
            return pk_fail(err, PK_E_NOT_FOUND, "page \"%s\" line %u: there is no page \"%.*s\"", page->name, op->line,
                           PK_SLICE_ARG(op->text));
    }
    return 0;
}

/* ---- rendering ---- */

void pk_page_escape(struct pk_buf *out, struct pk_slice text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *as = text.data[i] == '&'    ? "&amp;"
                         : text.data[i] == '<'  ? "&lt;"
                         : text.data[i] == '>'  ? "&gt;"
                         : text.data[i] == '"'  ? "&quot;"
                         : text.data[i] == '\'' ? "&#39;"
                                                : NULL;
        if (!as)
            continue;
        (void) pk_buf_add(out, text.data + from, i - from);
        (void) pk_buf_add_text(out, as);
        from = i + 1;
    }
    (void) pk_buf_add(out, text.data + from, text.len - from);
}

struct filling {
    const struct pk_page_source *source;
    const struct pk_json *things[2 * PK_PAGE_DEPTH_MAX + 2]; /* innermost last */
    size_t depth;
    unsigned pages;
    struct pk_buf *out;
    struct pk_error *err;
};

/* "." is the innermost thing itself. */
static const struct pk_json *look_up(const struct filling *filling, struct pk_slice name)
{
    char text[64];
    if (pk_slice_is(name, "."))
        return filling->things[filling->depth - 1];
    if (name.len >= sizeof text)
        return NULL;
    memcpy(text, name.data, name.len);
    text[name.len] = '\0';
    for (size_t i = filling->depth; i-- > 0;) {
        const struct pk_json *value = pk_json_kind(filling->things[i]) == PK_JSON_OBJECT ? pk_json_get(filling->things[i], text) : NULL;
        if (pk_json_kind(value) != PK_JSON_ABSENT)
            return value;
    }
    return NULL;
}

static bool is_something(const struct pk_json *value)
{
    bool truth = false;
    int64_t number = 0;
    switch (pk_json_kind(value)) {
    case PK_JSON_BOOL:
        return pk_json_bool(value, &truth) && truth;
    case PK_JSON_STRING:
        return pk_json_string(value).len > 0;
    case PK_JSON_ARRAY:
        return pk_json_count(value) > 0;
    case PK_JSON_NUMBER:
        return !pk_json_int(value, &number) || number != 0;
    case PK_JSON_OBJECT:
        return true;
    default:
        return false;
    }
}

static int put_value(struct filling *filling, const char *page, unsigned line, struct pk_slice name)
{
    const struct pk_json *value = look_up(filling, name);
    int64_t number = 0;
    if (pk_json_kind(value) == PK_JSON_STRING)
        pk_page_escape(filling->out, pk_json_string(value));
    else if (pk_json_int(value, &number))
        (void) pk_buf_printf(filling->out, "%lld", (long long) number);
    else
        return pk_fail(filling->err, PK_E_NOT_FOUND, "page \"%s\" line %u: nothing to fill in for \"%.*s\"", page, line,
                       PK_SLICE_ARG(name));
    return 0;
}

static int put_string(struct filling *filling, const char *page, const struct op *op)
{
    struct pk_slice rest = filling->source->string(filling->source->ctx, op->text);
    if (rest.len == 0)
        return pk_fail(filling->err, PK_E_NOT_FOUND, "page \"%s\" line %u: there is no string \"%.*s\"", page, op->line,
                       PK_SLICE_ARG(op->text));
    for (;;) {
        const char *open = memchr(rest.data, '{', rest.len);
        const char *close = open ? memchr(open, '}', rest.len - (size_t) (open - rest.data)) : NULL;
        if (!close) {
            pk_page_escape(filling->out, rest);
            return 0;
        }
        pk_page_escape(filling->out, pk_slice_make(rest.data, (size_t) (open - rest.data)));
        int r = put_value(filling, page, op->line, pk_slice_make(open + 1, (size_t) (close - open) - 1));
        if (r != 0)
            return r;
        rest = pk_slice_make(close + 1, rest.len - (size_t) (close + 1 - rest.data));
    }
}

static int run(struct filling *filling, const struct pk_page_file *page, size_t from, size_t to);

static int put_page(struct filling *filling, const char *name, const struct op *op)
{
    const struct pk_page_file *other = filling->source->page(filling->source->ctx, op->text);
    if (!other)
        return pk_fail(filling->err, PK_E_NOT_FOUND, "page \"%s\" line %u: there is no page \"%.*s\"", name, op->line,
                       PK_SLICE_ARG(op->text));
    if (filling->pages == PK_PAGE_DEPTH_MAX)
        return pk_fail(filling->err, PK_E_LIMIT, "page \"%s\" line %u: pages in pages without end", name, op->line);
    filling->pages++;
    int r = run(filling, other, 0, other->count);
    filling->pages--;
    return r;
}

static int run_with(struct filling *filling, const struct pk_page_file *page, const struct pk_json *thing, size_t from, size_t to)
{
    if (filling->depth == PK_COUNT(filling->things))
        return pk_fail(filling->err, PK_E_LIMIT, "page \"%s\": sections are nested too deep", page->name);
    filling->things[filling->depth++] = thing;
    int r = run(filling, page, from, to);
    filling->depth--;
    return r;
}

static int put_section(struct filling *filling, const struct pk_page_file *page, size_t at)
{
    const struct op *op = &page->ops[at];
    const struct pk_json *value = look_up(filling, op->text);
    bool something = is_something(value);
    if (op->kind == OP_UNLESS)
        return something ? 0 : run(filling, page, at + 1, op->end);
    if (!something)
        return 0;
    if (pk_json_kind(value) != PK_JSON_ARRAY)
        return run_with(filling, page, value, at + 1, op->end);
    int r = 0;
    for (size_t i = 0; r == 0 && i < pk_json_count(value); i++)
        r = run_with(filling, page, pk_json_item(value, i), at + 1, op->end);
    return r;
}

static int run(struct filling *filling, const struct pk_page_file *page, size_t from, size_t to)
{
    int r = 0;
    for (size_t i = from; r == 0 && i < to; i++) {
        const struct op *op = &page->ops[i];
        switch (op->kind) {
        case OP_TEXT:
            (void) pk_buf_add_slice(filling->out, op->text);
            break;
        case OP_VALUE:
            r = put_value(filling, page->name, op->line, op->text);
            break;
        case OP_STRING:
            r = put_string(filling, page->name, op);
            break;
        case OP_PAGE:
            r = put_page(filling, page->name, op);
            break;
        case OP_EACH:
        case OP_UNLESS:
            r = put_section(filling, page, i);
            i = op->end;
            break;
        case OP_END:
            break;
        }
    }
    return r;
}

int pk_page_render(const struct pk_page_file *page, const struct pk_page_source *source, const struct pk_json *data,
                   struct pk_buf *out, struct pk_error *err)
{
    struct filling filling = { .source = source, .things = { data }, .depth = 1, .out = out, .err = err };
    int r = run(&filling, page, 0, page->count);
    if (r == 0 && out->failed)
        r = pk_fail(err, PK_E_LIMIT, "page \"%s\" is too long", page->name);
    return r;
}
