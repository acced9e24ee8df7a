/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads a template file; see the header and catalog.h for its form. Written for people who do not program: every
 * mistake of a file is told at once, with its line, its column where it is in a line, and what to do.
 */
#include "gateway/language/template_file.h"

#include "gateway/base/crypto.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/language/utf16.h"

static const char *const head_keys[] = { "topic", "kind", "arguments", "reply", "gloss", "parts", "step", "status" };
static const char *const kinds[] = { "notice", "question", "answer" };
static const char *const replies[] = { "none", "yes-no", "consent", "opinion" };
static const char *const statuses[] = { "read aloud by a native reader", "unread by a native reader" };

struct parsing {
    struct pk_template *template_;
    struct pk_ini_report *report;
    uint32_t line;
    uint32_t seen;                            /* bits of head_keys */
    struct pk_slice line_text;                /* for columns */
    struct pk_slice maxima[PK_ARGUMENTS_MAX]; /* "max.place" lines: name and value, applied when arguments are known */
    struct pk_slice maxima_values[PK_ARGUMENTS_MAX];
    uint32_t maxima_lines[PK_ARGUMENTS_MAX];
    size_t maxima_count;
};

/* The column of a place in a text: characters, from 1. */
static uint32_t column_of(struct pk_slice line, size_t offset)
{
    uint32_t column = 1;
    for (size_t i = 0; i < offset && i < line.len; i++)
        if (((unsigned char) line.data[i] & 0xc0) != 0x80)
            column++;
    return column;
}

__attribute__((format(printf, 5, 6))) static void complain(struct parsing *p, uint32_t line, uint32_t column, const char *hint,
                                                           const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    pk_ini_tell(p->report, p->template_->file, line, NULL, NULL, hint, "column %u: %s", column, reason);
}

static uint32_t here(const struct parsing *p, struct pk_slice part)
{
    return column_of(p->line_text, part.data >= p->line_text.data ? (size_t) (part.data - p->line_text.data) : 0);
}

/* ---- the head ---- */

static int one_of(struct parsing *p, struct pk_slice value, const char *const *names, size_t count, const char *hint)
{
    for (size_t i = 0; i < count; i++)
        if (pk_slice_is(value, names[i]))
            return (int) i;
    complain(p, p->line, here(p, value), hint, "\"%.*s\" is none of the values there are", PK_SHOWN(value));
    return -1;
}

static void read_arguments(struct parsing *p, struct pk_slice value)
{
    struct pk_template *t = p->template_;
    struct pk_slice rest = value, name;
    t->arguments_line = p->line;
    while (rest.data && pk_slice_cut(&rest, ' ', &name)) {
        if (name.len == 0)
            continue;
        const struct pk_argument *argument = pk_argument_find(name);
        if (!argument && pk_argument_is_personal(name))
            complain(p, p->line, here(p, name),
                     "Say it without: a text is shown on a locked screen, and what it says of a person would have to be kept.",
                     "argument \"%.*s\" asks for something personal", PK_SHOWN(name));
        else if (!argument)
            complain(p, p->line, here(p, name), "The README of the templates lists all arguments.",
                     "there is no argument \"%.*s\"", PK_SHOWN(name));
        else if (pk_template_argument(t, argument))
            complain(p, p->line, here(p, name), "Name it once.", "argument \"%.*s\" is there twice", PK_SHOWN(name));
        else if (t->argument_count == PK_ARGUMENTS_MAX)
            complain(p, p->line, here(p, name), "Write a simpler text.", "there are more than %d arguments", PK_ARGUMENTS_MAX);
        else
            t->arguments[t->argument_count++] =
                (struct pk_template_argument){ .argument = argument, .max_units = argument->max_units };
    }
}

static void read_step(struct parsing *p, struct pk_slice value)
{
    if (!pk_step_find(value, &p->template_->step))
        complain(p, p->line, here(p, value), "The README of the templates lists all steps.", "\"%.*s\" is no step",
                 PK_SHOWN(value));
}

static void read_value(struct parsing *p, size_t key, struct pk_slice value)
{
    struct pk_template *t = p->template_;
    int64_t number = 0;
    int choice;
    switch (key) {
    case 0:
        if (!pk_is_name(value))
            complain(p, p->line, here(p, value), "Use small letters, digits and hyphens.", "\"%.*s\" is no name of a topic",
                     PK_SHOWN(value));
        free(t->topic);
        t->topic = pk_slice_dup(value);
        return;
    case 1:
        choice = one_of(p, value, kinds, PK_COUNT(kinds), "Write notice, question or answer.");
        t->kind = choice > 0 ? (enum pk_text_kind) choice : PK_TEXT_NOTICE;
        return;
    case 2:
        read_arguments(p, value);
        return;
    case 3:
        choice = one_of(p, value, replies, PK_COUNT(replies), "Write none, yes-no, consent or opinion.");
        t->reply = choice > 0 ? (enum pk_text_reply) choice : PK_TEXT_REPLY_NONE;
        return;
    case 4:
        free(t->gloss);
        t->gloss = pk_slice_dup(value);
        return;
    case 5:
        if (pk_parse_int(value, 1, PK_TEMPLATE_PARTS_MAX, &number) != 0)
            complain(p, p->line, here(p, value), "Write 1, 2 or 3.", "\"%.*s\" is no number of parts", PK_SHOWN(value));
        t->parts = (uint32_t) number;
        return;
    case 6:
        read_step(p, value);
        return;
    default:
        choice =
            one_of(p, value, statuses, PK_COUNT(statuses), "Write \"unread by a native reader\" until one has read it aloud.");
        t->status = choice >= 0 ? statuses[choice] : "";
    }
}

static void keep_maximum(struct parsing *p, struct pk_slice key, struct pk_slice value)
{
    struct pk_slice name = pk_slice_make(key.data + 4, key.len - 4);
    for (size_t i = 0; i < p->maxima_count; i++) {
        if (pk_slice_equal(p->maxima[i], name)) {
            complain(p, p->line, 1, "Keep one of them.", "\"%.*s\" is there already", PK_SHOWN(key));
            return;
        }
    }
    if (p->maxima_count == PK_ARGUMENTS_MAX)
        return; /* more maxima than arguments: some of them are of no argument, which is told */
    p->maxima[p->maxima_count] = name;
    p->maxima_values[p->maxima_count] = value;
    p->maxima_lines[p->maxima_count++] = p->line;
}

static void read_head_line(struct parsing *p, struct pk_slice line)
{
    struct pk_slice value = line, key;
    p->line_text = line;
    if (!memchr(line.data, ':', line.len) || !pk_slice_cut(&value, ':', &key)) {
        complain(p, p->line, 1, "Write key: value, and an empty line between the head and the text.",
                 "the line is no key and value");
        return;
    }
    key = pk_slice_trim(key);
    value = value.data ? pk_slice_trim(value) : pk_slice_make(line.data + line.len, 0);
    if (pk_slice_starts(key, "max.")) {
        keep_maximum(p, key, value);
        return;
    }
    for (size_t i = 0; i < PK_COUNT(head_keys); i++) {
        if (!pk_slice_is(key, head_keys[i]))
            continue;
        if (p->seen & (1u << i))
            complain(p, p->line, 1, "Keep one of them.", "\"%s\" is there already", head_keys[i]);
        p->seen |= 1u << i;
        read_value(p, i, value);
        return;
    }
    const char *near = pk_nearest(key, head_keys, PK_COUNT(head_keys));
    complain(p, p->line, 1, near ? "Correct the spelling." : "The README of the templates lists all keys.",
             near ? "there is no key \"%.*s\"; did you mean \"%s\"?" : "there is no key \"%.*s\"%s", PK_SHOWN(key),
             near ? near : "");
}

/* "max.place: 20" */
static void apply_maxima(struct parsing *p)
{
    struct pk_template *t = p->template_;
    for (size_t i = 0; i < p->maxima_count; i++) {
        struct pk_template_argument *found = NULL;
        for (size_t j = 0; j < t->argument_count; j++)
            if (pk_slice_is(p->maxima[i], t->arguments[j].argument->name))
                found = &t->arguments[j];
        int64_t units = 0;
        if (!found || found->argument->max_units == 0)
            complain(p, p->maxima_lines[i], 1, "Name an argument of this text that is words.", "\"%.*s\" has no length here",
                     PK_SHOWN(p->maxima[i]));
        else if (pk_parse_int(p->maxima_values[i], 1, found->argument->max_units, &units) != 0)
            complain(p, p->maxima_lines[i], 1, "Lower it; lengths can only be made smaller here.",
                     "the longest value of \"%s\" is a number from 1 to %u", found->argument->name, found->argument->max_units);
        else
            found->max_units = (uint32_t) units;
    }
}

/* A question and an answer are steps of their own; a notice has to say which it is. */
static void check_step(struct parsing *p)
{
    struct pk_template *t = p->template_;
    bool said = (p->seen & (1u << 6)) != 0;
    if (!said && t->kind == PK_TEXT_NOTICE)
        complain(p, 1, 1, "Say what it is for, like step: invitation; the README of the templates lists all steps.",
                 "key \"step\" is missing");
    else if (!said)
        t->step = t->kind == PK_TEXT_QUESTION ? PK_STEP_QUESTION : PK_STEP_ANSWER;
    else if (t->step != PK_STEP_NONE && pk_step_kind(t->step) != t->kind)
        complain(p, 1, 1, "Change one of the two.", "step %s is one of a text of kind %s", pk_step_name(t->step),
                 kinds[pk_step_kind(t->step)]);
}

static void check_head(struct parsing *p)
{
    static const size_t required[] = { 1, 2, 4, 5 };
    for (size_t i = 0; i < PK_COUNT(required); i++)
        if (!(p->seen & (1u << required[i])))
            complain(p, 1, 1, "Add it to the head, above the empty line.", "key \"%s\" is missing", head_keys[required[i]]);
    apply_maxima(p);
    struct pk_template *t = p->template_;
    if (p->seen & 2u)
        check_step(p);
    /* What happened to people's data is told to all of them. */
    if (t->kind == PK_TEXT_NOTICE && (p->seen & 2u) && t->topic[0] == '\0' && t->step != PK_STEP_BREACH)
        complain(p, 1, 1, "A notice needs consent for a topic: write topic: and its name.", "key \"topic\" is missing");
    bool elsewhere = pk_name_ends(pk_slice_of(t->name), PK_NOREPLY) && t->reply == PK_TEXT_REPLY_NONE; /* asked on a page */
    if ((t->kind == PK_TEXT_QUESTION) != (t->reply == PK_TEXT_REPLY_CONSENT) && (p->seen & 2u) && !elsewhere)
        complain(p, 1, 1, "Write kind: question and reply: consent together.",
                 "a question is what asks for consent, and nothing else is");
}

/* ---- the text ---- */

static void tell_in_text(void *ctx, size_t offset, const char *hint, const char *reason)
{
    struct parsing *p = ctx;
    const char *text = p->template_->text;
    uint32_t line = p->template_->text_line;
    size_t begin = 0;
    for (size_t i = 0; i < offset && text[i]; i++) {
        if (text[i] == '\n') {
            line++;
            begin = i + 1;
        }
    }
    complain(p, line, column_of(pk_slice_of(text + begin), offset - begin), hint, "%s", reason);
}

static void check_arguments(struct parsing *p)
{
    struct pk_template *t = p->template_;
    for (size_t i = 0; i < pk_body_placeholder_count(t->body); i++) {
        size_t offset;
        const struct pk_placeholder *placeholder = pk_body_placeholder(t->body, i, &offset);
        const struct pk_argument *needed[2] = { placeholder->argument, placeholder->until };
        for (size_t j = 0; j < 2; j++) {
            char reason[128], hint[128];
            if (!needed[j] || pk_template_argument(t, needed[j]))
                continue;
            (void) snprintf(reason, sizeof reason, "argument \"%s\" is not named in the head", needed[j]->name);
            (void) snprintf(hint, sizeof hint, "Add %s to the line that begins with arguments:", needed[j]->name);
            tell_in_text(p, offset, hint, reason);
        }
    }
    for (size_t i = 0; i < t->argument_count; i++)
        if (!pk_body_uses(t->body, t->arguments[i].argument))
            complain(p, t->arguments_line, 1, "Use it in the text, or take it out of the head.",
                     "argument \"%s\" is not used in the text", t->arguments[i].argument->name);
}

static void read_text(struct parsing *p, struct pk_slice text)
{
    struct pk_template *t = p->template_;
    while (text.len > 0 && (text.data[0] == '\n' || text.data[0] == '\r')) {
        t->text_line += text.data[0] == '\n';
        text = pk_slice_make(text.data + 1, text.len - 1);
    }
    text = pk_slice_trim(text);
    if (text.len == 0) {
        complain(p, t->text_line, 1, "Write it below the head, after an empty line.", "the text is missing");
        return;
    }
    t->text = pk_slice_dup(text);
    pk_sha256(text, t->hash);
    struct pk_body_report report = { .tell = tell_in_text, .ctx = p };
    t->body = pk_body_new(t->language->locale, text, &report);
    if (t->body)
        check_arguments(p);
}

struct pk_template *pk_template_parse(const char *file, struct pk_slice name, const struct pk_language *language,
                                      struct pk_slice content, struct pk_ini_report *report)
{
    size_t before = report->count;
    struct pk_template *t = pk_alloc(sizeof *t);
    *t = (struct pk_template){
        .name = pk_slice_dup(name), .language = language, .file = pk_strdup(file), .topic = pk_strdup(""), .status = ""
    };
    struct parsing p = { .template_ = t, .report = report };
    struct pk_slice rest = content, line;
    if (!pk_utf8_valid(content)) {
        complain(&p, 1, 1, "Save the file as UTF-8.", "the file is not UTF-8 text");
    } else {
        if (pk_slice_starts(rest, "\xef\xbb\xbf"))
            rest = pk_slice_make(rest.data + 3, rest.len - 3);
        const char *top = rest.data, *end = top;
        while (pk_slice_cut(&rest, '\n', &line)) {
            p.line++;
            line = pk_slice_make(line.data, line.len > 0 && line.data[line.len - 1] == '\r' ? line.len - 1 : line.len);
            if (pk_slice_trim(line).len == 0)
                break;
            end = line.data + line.len;
            read_head_line(&p, line);
        }
        t->head = pk_strndup(top ? top : "", (size_t) (end - top));
        t->text_line = p.line + 1;
        check_head(&p);
        read_text(&p, rest);
    }
    if (report->count != before) {
        pk_template_free(t);
        return NULL;
    }
    return t;
}

struct pk_template *pk_template_load(const char *path, struct pk_slice name, const struct pk_language *language,
                                     struct pk_ini_report *report, struct pk_error *err)
{
    struct pk_buf content;
    struct pk_template *t = NULL;
    pk_buf_init(&content, PK_TEMPLATE_BYTES_MAX);
    if (pk_file_read(path, PK_TEMPLATE_BYTES_MAX, &content, err) != 0)
        pk_ini_tell(report, path, 0, NULL, NULL, "A text is a readable file of at most 16 KiB.", "the file cannot be read");
    else
        t = pk_template_parse(path, name, language, pk_buf_slice(&content), report);
    pk_buf_finish(&content);
    return t;
}

void pk_template_free(struct pk_template *t)
{
    if (!t)
        return;
    pk_body_free(t->body);
    free(t->name);
    free(t->file);
    free(t->topic);
    free(t->gloss);
    free(t->head);
    free(t->text);
    free(t);
}

const struct pk_template_argument *pk_template_argument(const struct pk_template *t, const struct pk_argument *argument)
{
    for (size_t i = 0; i < t->argument_count; i++)
        if (t->arguments[i].argument == argument)
            return &t->arguments[i];
    return NULL;
}

void pk_template_longest(const struct pk_template *t, const struct pk_house *house, bool transliterated, struct pk_buf *out)
{
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    for (size_t i = 0; i < t->argument_count; i++) {
        const struct pk_template_argument *a = &t->arguments[i];
        if (house && pk_house_value(house, a->argument).len > a->max_units)
            continue;
        pk_argument_longest(a->argument, a->max_units, t->language, pk_dates_longest(t->language->dates)->moment_ms,
                            transliterated, &json);
    }
    pk_json_close(&json, '}');
}
