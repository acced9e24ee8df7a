/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A text compiled and checked; see the header. ICU prints "{name}" for a value that is missing and calls it success, so
 * every placeholder is known before anything is formatted (body_format.c).
 */
#include "gateway/language/body_private.h"

#include "gateway/base/text.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

/* ---- checking ---- */

struct checking {
    struct pk_body *body;
    const struct pk_body_report *report;
    bool has_part;
    size_t open, close; /* where the brackets of the part are */
    bool bad;
};

__attribute__((format(printf, 4, 5))) static void complain(struct checking *c, size_t offset, const char *hint,
                                                           const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    c->bad = true;
    if (c->report)
        c->report->tell(c->report->ctx, offset, hint, reason);
}

static void complain_unknown(struct checking *c, struct pk_slice name, size_t offset)
{
    char hint[128], near[PK_PLACEHOLDER_MAX];
    if (pk_argument_is_personal(name)) {
        complain(c, offset,
                 "Say it without: a text is shown on a locked screen, and what it says of a person would have to be kept.",
                 "placeholder \"%.*s\" asks for something personal", PK_SHOWN(name));
        return;
    }
    const struct pk_argument *moment = pk_argument_find(name);
    if (moment)
        (void) snprintf(hint, sizeof hint, "A moment is told in words: write {%s_on_day} or {%s_time}.", moment->name,
                        moment->name);
    else if (pk_placeholder_nearest(name, near))
        (void) snprintf(hint, sizeof hint, "Did you mean {%s}?", near);
    else
        (void) snprintf(hint, sizeof hint, "The README of the templates lists all placeholders.");
    complain(c, offset, hint, "there is no placeholder \"%.*s\"", PK_SHOWN(name));
}

static void check_use(struct checking *c, const struct used *used, enum pk_message_use use, size_t offset)
{
    enum pk_argument_type type = used->placeholder.argument->type;
    if (use == PK_MESSAGE_FORMATTED)
        complain(c, offset, "Write the placeholder alone: days and hours come as finished words.",
                 "placeholder \"%s\" is formatted in the text", used->name);
    else if (use == PK_MESSAGE_PLURAL && type != PK_ARGUMENT_COUNT)
        complain(c, offset, "Use plural with {people} only.", "placeholder \"%s\" is no number", used->name);
    else if (use == PK_MESSAGE_SELECT && type != PK_ARGUMENT_TEXT)
        complain(c, offset, "Use select with a text only.", "placeholder \"%s\" cannot be selected by", used->name);
}

/* ICU gets the text without the brackets: where in the file is that? */
static size_t place_of(const struct checking *c, size_t offset)
{
    if (c->has_part && offset >= c->open)
        offset++;
    return c->has_part && offset >= c->close ? offset + 1 : offset;
}

static void see_argument(void *ctx, const char *name, size_t len, enum pk_message_use use, size_t offset)
{
    struct checking *c = ctx;
    struct pk_body *body = c->body;
    struct pk_slice text = pk_slice_make(name, len);
    offset = place_of(c, offset);
    bool in_part = c->has_part && offset > c->open && offset < c->close;
    for (size_t i = 0; i < body->count; i++) {
        if (pk_slice_is(text, body->used[i].name)) {
            body->used[i].in_part = body->used[i].in_part && in_part;
            check_use(c, &body->used[i], use, offset);
            return;
        }
    }
    struct used *used = &body->used[body->count];
    if (body->count == PLACEHOLDERS_MAX) {
        complain(c, offset, "Write a simpler text.", "the text has more than %d placeholders", PLACEHOLDERS_MAX);
        return;
    }
    if (len >= NAME_MAX_BYTES || !pk_placeholder_find(text, &used->placeholder)) {
        complain_unknown(c, text, offset);
        return;
    }
    memcpy(used->name, name, len);
    used->name[len] = '\0';
    used->offset = offset;
    used->in_part = in_part;
    body->count++;
    check_use(c, used, use, offset);
}

/* One word of Latin and Cyrillic letters is a slip of the keyboard: it looks right, and nobody finds or reads it aloud. */
static void see_literal(void *ctx, const char *text, size_t len, size_t offset)
{
    struct checking *c = ctx;
    bool latin = false, cyrillic = false, told = false;
    int32_t begin = 0;
    for (int32_t i = 0; i < (int32_t) len;) {
        int32_t at = i;
        UErrorCode code = U_ZERO_ERROR;
        UChar32 one = pk_utf8_next(text, &i, (int32_t) len);
        if (one < 0 || !u_isalpha(one)) {
            latin = cyrillic = told = false;
            continue;
        }
        if (!latin && !cyrillic)
            begin = at;
        UScriptCode script = uscript_getScript(one, &code);
        latin = latin || script == USCRIPT_LATIN;
        cyrillic = cyrillic || script == USCRIPT_CYRILLIC;
        if (latin && cyrillic && !told) {
            complain(c, place_of(c, offset + (size_t) begin), "Type the whole word in one alphabet.",
                     "a word mixes Latin and Cyrillic letters");
            told = true;
        }
    }
}

/* ---- the part in brackets ---- */

/* Finds the one part that may be left out. Brackets inside { } and quoted braces are looked past. */
static void find_part(struct checking *c, struct pk_slice text)
{
    size_t depth = 0;
    bool quoted = false, open = false;
    for (size_t i = 0; i < text.len; i++) {
        char at = text.data[i];
        bool brace = i + 1 < text.len && (text.data[i + 1] == '{' || text.data[i + 1] == '}');
        if (at == '\'' && (quoted || brace))
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (at == '{')
            depth++;
        else if (at == '}')
            depth -= depth > 0;
        else if ((at == '[' || at == ']') && depth > 0)
            complain(c, i, "Put the part in brackets around the braces.", "a %c stands inside braces", at);
        else if (at == '[' && (open || c->has_part))
            complain(c, i, "Keep one part in [ ].", "there is a second part in [ ]");
        else if (at == '[') {
            open = true;
            c->open = i;
        } else if (at == ']' && !open)
            complain(c, i, "Remove it.", "a ] has no [ before it");
        else if (at == ']') {
            open = false;
            c->has_part = true;
            c->close = i;
        }
    }
    if (open)
        complain(c, c->open, "Close it with ].", "the [ that begins here is never closed");
}

static struct pk_message *compile(const char *locale, const struct pk_buf *text, struct checking *c, const struct pk_message_visitor *visitor)
{
    struct pk_message_problem problem = { 0 };
    struct pk_message *message = pk_message_new(locale, pk_buf_text(text), text->len, visitor, &problem);
    if (!message)
        complain(c, place_of(c, problem.offset), problem.hint, "%s", problem.reason);
    return message;
}

static void check_part(struct checking *c)
{
    for (size_t i = 0; i < c->body->count; i++)
        if (pk_body_can_spare(c->body, c->body->used[i].placeholder.argument))
            return;
    complain(c, c->open, "Put {phone} or {link} into it: the brackets are for what the configuration may not know.",
             "nothing in the part in [ ] can be missing");
}

static void compile_both(const char *locale, struct pk_slice text, struct checking *c)
{
    struct pk_message_visitor visitor = { .ctx = c, .argument = see_argument, .literal = see_literal };
    struct pk_buf whole;
    pk_buf_init(&whole, PK_BODY_BYTES_MAX + 1);
    size_t open = c->has_part ? c->open : text.len, close = c->has_part ? c->close : text.len;
    (void) pk_buf_add(&whole, text.data, open);
    if (c->has_part) {
        struct pk_buf less;
        pk_buf_init(&less, PK_BODY_BYTES_MAX + 1);
        (void) pk_buf_add(&whole, text.data + open + 1, close - open - 1);
        (void) pk_buf_add(&whole, text.data + close + 1, text.len - close - 1);
        (void) pk_buf_add(&less, text.data, open);
        (void) pk_buf_add(&less, text.data + close + 1, text.len - close - 1);
        c->body->message = compile(locale, &whole, c, &visitor);
        if (pk_slice_trim(pk_buf_slice(&less)).len == 0)
            complain(c, open, "Let it say something without the part in brackets.", "all of the text is in brackets");
        if (c->body->message) {
            c->body->without = compile(locale, &less, c, NULL);
            check_part(c);
        }
        pk_buf_finish(&less);
    } else {
        c->body->message = compile(locale, &whole, c, &visitor);
    }
    pk_buf_finish(&whole);
}

struct pk_body *pk_body_new(const char *locale, struct pk_slice text, const struct pk_body_report *report)
{
    pk_auto(pk_body) struct pk_body *body = pk_alloc(sizeof *body);
    struct checking checking = { .body = body, .report = report };
    if (text.len > PK_BODY_BYTES_MAX) {
        complain(&checking, 0, "Write a simpler text.", "the text is longer than %u bytes", PK_BODY_BYTES_MAX);
        return NULL;
    }
    find_part(&checking, text);
    if (!checking.bad)
        compile_both(locale, text, &checking);
    return checking.bad ? NULL : pk_steal(&body);
}

void pk_body_free(struct pk_body *body)
{
    if (!body)
        return;
    pk_message_free(body->message);
    if (body->without)
        pk_message_free(body->without);
    free(body);
}

bool pk_body_can_spare(const struct pk_body *body, const struct pk_argument *argument)
{
    bool used = false;
    for (size_t i = 0; i < body->count; i++) {
        if (body->used[i].placeholder.argument != argument)
            continue;
        if (!body->used[i].in_part)
            return false;
        used = true;
    }
    return used && argument->key && (argument->type == PK_ARGUMENT_PHONE || argument->type == PK_ARGUMENT_LINK);
}

bool pk_body_uses(const struct pk_body *body, const struct pk_argument *argument)
{
    for (size_t i = 0; i < body->count; i++)
        if (body->used[i].placeholder.argument == argument || body->used[i].placeholder.until == argument)
            return true;
    return false;
}

size_t pk_body_placeholder_count(const struct pk_body *body)
{
    return body->count;
}

const struct pk_placeholder *pk_body_placeholder(const struct pk_body *body, size_t index, size_t *ret_offset)
{
    *ret_offset = body->used[index].offset;
    return &body->used[index].placeholder;
}
