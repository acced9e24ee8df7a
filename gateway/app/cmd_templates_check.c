/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana templates check`: every mistake of the texts, then all that departs from the rules of style, each with its place
 * and what to do about it: "file:line:column: reason". What the gateway would refuse and what a reader would stumble over
 * are told alike; warnings alone do not fail.
 */
#include "gateway/app/options.h"
#include "gateway/app/texts.h"
#include "gateway/base/buf.h"
#include "gateway/base/mem.h"
#include "gateway/base/text.h"
#include "gateway/language/style.h"

#include <stdio.h>
#include <string.h>

struct checking {
    bool json;
    struct pk_store *readings; /* NULL = nobody can say who read what */
    struct pk_buf text;
    struct pk_json_out out;
    size_t mistakes; /* what the loader refuses */
};

static void tell(struct checking *c, const struct pk_style_finding *found)
{
    if (!c->json) {
        (void) printf("%s:%u:%u: %s%s\n", found->file, found->line, found->column, found->warning ? "warning: " : "",
                      found->reason);
        if (found->remedy && found->remedy[0])
            (void) printf("  hint: %s\n", found->remedy);
        return;
    }
    pk_json_open(&c->out, NULL, '{');
    pk_json_add_text(&c->out, "file", found->file);
    pk_json_add_int(&c->out, "line", found->line);
    pk_json_add_int(&c->out, "column", found->column);
    pk_json_add_text(&c->out, "level", found->warning ? "warning" : "error");
    pk_json_add_text(&c->out, "rule", found->rule);
    pk_json_add_text(&c->out, "reason", found->reason);
    pk_json_add_text(&c->out, "remedy", found->remedy);
    pk_json_close(&c->out, '}');
}

/* The loader tells the column at the beginning of the reason; a language file has none. */
static uint32_t take_column(const char **reason)
{
    struct pk_slice rest = pk_slice_of(*reason), front;
    int64_t column;
    if (!pk_slice_starts(rest, "column ") || !pk_slice_cut(&rest, ':', &front) || !rest.data ||
        pk_parse_int(pk_slice_make(front.data + 7, front.len - 7), 1, INT32_MAX, &column) != 0)
        return 1;
    *reason = rest.data + (rest.len > 0 && rest.data[0] == ' ');
    return (uint32_t) column;
}

static void tell_mistake(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                         const char *hint)
{
    struct checking *c = ctx;
    char where[512];
    uint32_t column = take_column(&reason);
    (void) snprintf(where, sizeof where, "%s%s%s%s%s%s", section ? "[" : "", section ? section : "", section ? "] " : "",
                    key ? key : "", key ? ": " : "", reason);
    const struct pk_style_finding found = {
        .file = file, .line = line > 0 ? line : 1, .column = column, .rule = "mistake", .reason = where, .remedy = hint
    };
    c->mistakes++;
    tell(c, &found);
}

static void tell_finding(void *ctx, const struct pk_style_finding *found)
{
    char reason[512];
    struct pk_style_finding named = *found;
    struct checking *c = ctx;
    (void) snprintf(reason, sizeof reason, "%s: %s", found->rule, found->reason);
    if (!c->json)
        named.reason = reason;
    tell(c, &named);
}

static void end(struct checking *c, const struct pk_texts *texts, const struct pk_style_report *style)
{
    size_t count = texts->catalog ? pk_catalog_template_count(texts->catalog) : 0;
    size_t errors = c->mistakes + style->errors, all = 0, read = 0;
    if (c->readings && texts->catalog)
        pk_templates_count_read(texts->catalog, c->readings, &all, &read);
    if (c->json) {
        pk_json_close(&c->out, ']');
        pk_json_add_int(&c->out, "texts", (int64_t) count);
        pk_json_add_int(&c->out, "errors", (int64_t) errors);
        pk_json_add_int(&c->out, "warnings", (int64_t) style->warnings);
        if (c->readings && texts->catalog) {
            pk_json_add_int(&c->out, "readings", (int64_t) all);
            pk_json_add_int(&c->out, "read", (int64_t) read);
        }
        pk_json_close(&c->out, '}');
        (void) puts(pk_buf_text(&c->text));
    } else if (texts->catalog) {
        (void) printf("%zu texts: %zu error%s, %zu warning%s\n", count, errors, errors == 1 ? "" : "s", style->warnings,
                      style->warnings == 1 ? "" : "s");
        if (c->readings)
            (void) printf("%zu of %zu texts and scripts were read aloud by somebody whose language it is\n", read, all);
    } else {
        (void) printf("%zu mistake%s; style is looked at when there are none\n", errors, errors == 1 ? "" : "s");
    }
}

static int failed(const struct pk_texts *texts, size_t errors)
{
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_CONFIG, "the texts in \"%s\" are not as they should be: %zu finding%s", texts->folder, errors,
                   errors == 1 ? "" : "s");
    return pk_command_failed(&err);
}

int pk_templates_check(const struct pk_invocation *invocation)
{
    const char *folder = NULL;
    bool strict = false;
    const struct pk_option options[] = { { "templates", &folder, NULL }, { "strict", NULL, &strict } };
    struct checking c = { .json = invocation->json };
    struct pk_ini_report report = { .tell = tell_mistake, .ctx = &c };
    struct pk_style_report style = { .tell = tell_finding, .ctx = &c };
    struct pk_plain_words words;
    struct pk_texts texts;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_templates, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_templates, "check takes no words: it looks at all texts");
    pk_buf_init(&c.text, 16u << 20);
    c.out = pk_json_out(&c.text);
    pk_json_open(&c.out, NULL, '{');
    pk_json_open(&c.out, "findings", '[');
    int r = pk_texts_open(invocation, folder, &report, &texts, &err);
    if (r != 0) {
        pk_buf_finish(&c.text);
        return pk_command_failed(&err);
    }
    for (size_t i = 0; texts.catalog && i < pk_catalog_template_count(texts.catalog); i++)
        pk_style_check(texts.catalog, pk_catalog_template(texts.catalog, i), &style);
    c.mistakes = report.count; /* those that were only counted too */
    c.readings = pk_texts_readings(invocation);
    end(&c, &texts, &style);
    pk_store_close(c.readings);
    size_t errors = c.mistakes + style.errors + (strict ? style.warnings : 0);
    status = errors > 0 ? failed(&texts, errors) : 0;
    pk_texts_close(&texts);
    pk_buf_finish(&c.text);
    return status;
}
