/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An audience as people write it: a line of tags, `and`, `or`, `not` and brackets. What is wrong is told with the column where
 * it stands and what would help, never with what stands there.
 */
#include "gateway/base/text.h"
#include "gateway/model/audience.h"

enum token { END, OPEN, CLOSE, AND, OR, NOT, WORD };

struct reading {
    struct pk_slice text;
    size_t at; /* behind the token */
    size_t begins; /* of the token */
    enum token token;
    struct pk_slice word;
    struct pk_audience_tree *tree;
    struct pk_error *err;
};

static unsigned column(const struct reading *reading, size_t at)
{
    unsigned column = 1;
    for (size_t i = 0; i < at; i++)
        column += ((unsigned char) reading->text.data[i] & 0xC0) != 0x80;
    return column;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void next(struct reading *reading)
{
    const struct pk_slice text = reading->text;
    while (reading->at < text.len && is_blank(text.data[reading->at]))
        reading->at++;
    reading->begins = reading->at;
    if (reading->at == text.len) {
        reading->token = END;
        return;
    }
    char c = text.data[reading->at++];
    if (c == '(' || c == ')') {
        reading->token = c == '(' ? OPEN : CLOSE;
        return;
    }
    while (reading->at < text.len && !is_blank(text.data[reading->at]) && text.data[reading->at] != '(' && text.data[reading->at] != ')')
        reading->at++;
    reading->word = pk_slice_make(text.data + reading->begins, reading->at - reading->begins);
    reading->token = pk_slice_equal_nocase(reading->word, "and") ? AND
                     : pk_slice_equal_nocase(reading->word, "or") ? OR
                     : pk_slice_equal_nocase(reading->word, "not") ? NOT
                                                                   : WORD;
}

static int wrong(struct reading *reading, const char *what, const char *remedy)
{
    (void) pk_fail(reading->err, PK_E_INVALID, "column %u: %s", column(reading, reading->begins), what);
    return pk_hint(reading->err, PK_E_INVALID, "%s", remedy);
}

static int expression(struct reading *reading, unsigned depth, uint16_t *ret_node);

/* "circle:maria" is a circle; whatever has another front, or none, is a tag. */
static int leaf(struct reading *reading, uint16_t *ret_node)
{
    struct pk_slice name = reading->word;
    enum pk_audience_kind kind = PK_AUDIENCE_TAG;
    if (pk_slice_equal_nocase(name, "everybody") || pk_slice_equal_nocase(name, "nobody")) {
        *ret_node = pk_audience_add(reading->tree, pk_slice_equal_nocase(name, "nobody") ? PK_AUDIENCE_ANY : PK_AUDIENCE_ALL, (struct pk_slice){ 0 });
        return *ret_node != 0 ? 0 : pk_audience_too_big(reading->err);
    }
    for (int other = PK_AUDIENCE_TAG; other <= PK_AUDIENCE_TOPIC; other++) {
        const char *front = pk_audience_kind_name((enum pk_audience_kind) other);
        size_t len = strlen(front);
        if (reading->word.len <= len || memcmp(reading->word.data, front, len) != 0 || reading->word.data[len] != ':')
            continue;
        kind = (enum pk_audience_kind) other;
        name = pk_slice_make(reading->word.data + len + 1, reading->word.len - len - 1);
        break;
    }
    if (!pk_audience_is_name(kind, name)) {
        switch (kind) {
        case PK_AUDIENCE_SCRIPT:
            return wrong(reading, "this is no script", "Scripts are script:own, script:Latn and script:plain.");
        case PK_AUDIENCE_LANGUAGE:
            return wrong(reading, "this is no language", "Languages look like language:bg.");
        case PK_AUDIENCE_TAG:
            return wrong(reading, "this is no tag", "Tags look like school:de-windroos: lower-case letters, digits and inner hyphens.");
        default:
            return wrong(reading, "this is no name", "Names are lower-case letters, digits and inner hyphens, at most 48.");
        }
    }
    *ret_node = pk_audience_add(reading->tree, kind, name);
    return *ret_node != 0 ? 0 : pk_audience_too_big(reading->err);
}

static int brackets(struct reading *reading, unsigned depth, uint16_t *ret_node)
{
    unsigned opened = column(reading, reading->begins);
    next(reading);
    int r = expression(reading, depth + 1, ret_node);
    if (r != 0)
        return r;
    if (reading->token != CLOSE) {
        (void) pk_fail(reading->err, PK_E_INVALID, "column %u: the bracket opened here is not closed", opened);
        return pk_hint(reading->err, PK_E_INVALID, "Write \")\" where it ends.");
    }
    return 0;
}

static int operand(struct reading *reading, unsigned depth, uint16_t *ret_node)
{
    int r;
    if (depth > PK_AUDIENCE_DEPTH_MAX) {
        (void) pk_fail(reading->err, PK_E_LIMIT, "column %u: more than %d brackets within each other", column(reading, reading->begins),
                       PK_AUDIENCE_DEPTH_MAX);
        return pk_hint(reading->err, PK_E_LIMIT, "Give the people who belong together a tag of their own, and name that.");
    }
    switch (reading->token) {
    case OPEN:
        r = brackets(reading, depth, ret_node);
        break;
    case WORD:
        r = leaf(reading, ret_node);
        break;
    case NOT: {
        uint16_t self = pk_audience_add(reading->tree, PK_AUDIENCE_NOT, (struct pk_slice){ 0 }), inner = 0;
        next(reading);
        r = self == 0 ? pk_audience_too_big(reading->err) : operand(reading, depth + 1, &inner);
        if (r == 0)
            reading->tree->nodes[self].child = inner;
        *ret_node = self;
        return r;
    }
    case CLOSE:
        return wrong(reading, "something is missing before this bracket", "A tag belongs here, or the bracket is one too many.");
    default:
        return wrong(reading, "something is missing here", "A tag such as school:de-windroos belongs here; or write everybody.");
    }
    if (r == 0)
        next(reading);
    return r;
}

static int expression(struct reading *reading, unsigned depth, uint16_t *ret_node)
{
    uint16_t first = 0, last = 0;
    int r = operand(reading, depth, &first);
    enum token between = reading->token;
    *ret_node = first;
    if (r != 0 || (between != AND && between != OR))
        return r;
    uint16_t list = pk_audience_add(reading->tree, between == AND ? PK_AUDIENCE_ALL : PK_AUDIENCE_ANY, (struct pk_slice){ 0 });
    if (list == 0)
        return pk_audience_too_big(reading->err);
    pk_audience_put(reading->tree, list, &last, first);
    while (reading->token == between) {
        uint16_t more = 0;
        next(reading);
        if ((r = operand(reading, depth, &more)) != 0)
            return r;
        pk_audience_put(reading->tree, list, &last, more);
    }
    *ret_node = list;
    if (reading->token == AND || reading->token == OR)
        return wrong(reading, "\"and\" and \"or\" are mixed", "Put brackets around what belongs together: school:a and (area:b or area:c).");
    return 0;
}

int pk_audience_read_text(struct pk_slice text, struct pk_audience_tree *ret_tree, struct pk_error *err)
{
    struct pk_audience_tree tree;
    struct reading reading = { .text = text, .tree = &tree, .err = err };
    uint16_t root = 0;
    if (text.len > PK_AUDIENCE_TEXT_MAX) {
        (void) pk_fail(err, PK_E_LIMIT, "the audience is longer than %d bytes", PK_AUDIENCE_TEXT_MAX);
        return pk_hint(err, PK_E_LIMIT, "Give the people who belong together a tag of their own, and name that.");
    }
    if (!pk_utf8_valid(text))
        return pk_fail(err, PK_E_INVALID, "the audience is no UTF-8");
    pk_audience_begin(&tree);
    next(&reading);
    int r = expression(&reading, 0, &root);
    if (r != 0)
        return r;
    if (reading.token == CLOSE)
        return wrong(&reading, "this bracket was not opened", "Leave it out, or write \"(\" where it begins.");
    if (reading.token != END)
        return wrong(&reading, "\"and\" or \"or\" is missing before this", "Write how it belongs to what stands before it.");
    return pk_audience_settle(&tree, root, ret_tree, err);
}
