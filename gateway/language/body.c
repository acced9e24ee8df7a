/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A text compiled, checked and formatted; see the header. ICU prints "{name}" for a value that is missing and calls
 * it success, so every placeholder is known before anything is formatted.
 */
#include "gateway/language/body.h"

#include "gateway/base/clock.h"
#include "gateway/language/shim.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#define PLACEHOLDERS_MAX 32
#define NAME_MAX_BYTES 48
#define FORMATTED_MAX 32768u

struct used {
    char name[NAME_MAX_BYTES];
    struct pk_placeholder placeholder;
    size_t offset;
};

struct pk_body {
    struct pk_message *message;
    struct used used[PLACEHOLDERS_MAX];
    size_t count;
};

/* ---- checking ---- */

struct checking {
    struct pk_body *body;
    const struct pk_body_report *report;
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

static void see_argument(void *ctx, const char *name, size_t len, enum pk_message_use use, size_t offset)
{
    struct checking *c = ctx;
    struct pk_body *body = c->body;
    struct pk_slice text = pk_slice_make(name, len);
    for (size_t i = 0; i < body->count; i++) {
        if (pk_slice_is(text, body->used[i].name)) {
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
            complain(c, offset + (size_t) begin, "Type the whole word in one alphabet.",
                     "a word mixes Latin and Cyrillic letters");
            told = true;
        }
    }
}

struct pk_body *pk_body_new(const char *locale, struct pk_slice text, const struct pk_body_report *report)
{
    pk_auto(pk_body) struct pk_body *body = pk_alloc(sizeof *body);
    struct checking checking = { .body = body, .report = report };
    if (text.len > PK_BODY_BYTES_MAX) {
        complain(&checking, 0, "Write a simpler text.", "the text is longer than %u bytes", PK_BODY_BYTES_MAX);
        return NULL;
    }
    struct pk_message_visitor visitor = { .ctx = &checking, .argument = see_argument, .literal = see_literal };
    struct pk_message_problem problem = { 0 };
    body->message = pk_message_new(locale, text.data, text.len, &visitor, &problem);
    if (!body->message)
        complain(&checking, problem.offset, problem.hint, "%s", problem.reason);
    return checking.bad ? NULL : pk_steal(&body);
}

void pk_body_free(struct pk_body *body)
{
    if (!body)
        return;
    pk_message_free(body->message);
    free(body);
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

/* ---- formatting ---- */

struct formatting {
    const struct pk_body_values *from;
    struct pk_buf words; /* all values behind each other */
    struct pk_message_value values[PLACEHOLDERS_MAX];
    size_t begins[PLACEHOLDERS_MAX]; /* where a value's text begins in words */
};

static int missing(const char *argument, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_INVALID, "cannot write the text: value \"%s\" is missing or of the wrong type", argument);
    return pk_hint(err, PK_E_INVALID, "Give every argument the template names.");
}

static int moment_of(const struct formatting *f, const struct pk_argument *argument, int64_t *ret_ms, struct pk_error *err)
{
    struct pk_slice text = pk_json_string(pk_json_get(f->from->values, argument->name));
    return text.data && pk_time_parse(text, ret_ms) == 0 ? 0 : missing(argument->name, err);
}

static int add_moment(struct formatting *f, const struct pk_placeholder *placeholder, struct pk_error *err)
{
    int64_t ms, until_ms;
    int r = moment_of(f, placeholder->argument, &ms, err);
    if (r == 0 && placeholder->until)
        r = moment_of(f, placeholder->until, &until_ms, err);
    if (r != 0)
        return r;
    r = placeholder->until ? pk_dates_range(f->from->dates, f->from->wall, ms, until_ms, &f->words)
                           : pk_dates_word(f->from->dates, f->from->wall, placeholder->word, ms, &f->words);
    return r == 0 ? 0 : missing(placeholder->argument->name, err);
}

static int add_value(struct formatting *f, const struct pk_placeholder *placeholder, struct pk_message_value *value,
                     struct pk_error *err)
{
    const struct pk_argument *argument = placeholder->argument;
    const struct pk_json *given = pk_json_get(f->from->values, argument->name);
    struct pk_slice text = strcmp(argument->name, "org") == 0 ? f->from->org : pk_json_string(given);
    switch (argument->type) {
    case PK_ARGUMENT_MOMENT:
        return add_moment(f, placeholder, err);
    case PK_ARGUMENT_COUNT:
        value->is_number = true;
        return pk_json_int(given, &value->number) ? 0 : missing(argument->name, err);
    case PK_ARGUMENT_HOURS:
        return text.data && pk_dates_hours(f->from->dates, text, &f->words) == 0 ? 0 : missing(argument->name, err);
    case PK_ARGUMENT_WEEKDAYS:
        return text.data && pk_dates_weekdays(f->from->dates, text, &f->words) == 0 ? 0 : missing(argument->name, err);
    case PK_ARGUMENT_TEXT:
    case PK_ARGUMENT_PHONE:
    case PK_ARGUMENT_LINK:
        return text.len > 0 && pk_buf_add_slice(&f->words, text) == 0 ? 0 : missing(argument->name, err);
    }
    return missing(argument->name, err);
}

static void write_to(void *ctx, const char *text, size_t len)
{
    (void) pk_buf_add(ctx, text, len);
}

static int format_with(const struct pk_body *body, struct formatting *f, struct pk_buf *out, struct pk_error *err)
{
    for (size_t i = 0; i < body->count; i++) {
        f->values[i] = (struct pk_message_value){ .name = body->used[i].name };
        f->begins[i] = f->words.len;
        int r = add_value(f, &body->used[i].placeholder, &f->values[i], err);
        if (r != 0)
            return r;
        f->values[i].len = f->words.len - f->begins[i];
    }
    for (size_t i = 0; i < body->count; i++)
        f->values[i].text = pk_buf_text(&f->words) + f->begins[i];
    if (!pk_message_format(body->message, f->values, body->count, write_to, out))
        return pk_fail(err, PK_E_INVALID, "cannot write the text: its values do not fit its form");
    return out->failed ? pk_fail(err, PK_E_LIMIT, "cannot write the text: it is too long") : 0;
}

int pk_body_format(const struct pk_body *body, const struct pk_body_values *values, struct pk_buf *out, struct pk_error *err)
{
    struct formatting f = { .from = values };
    pk_buf_init(&f.words, FORMATTED_MAX);
    int r = format_with(body, &f, out, err);
    pk_buf_finish(&f.words);
    return r;
}
