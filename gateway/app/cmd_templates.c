/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana templates`: the texts, for those who write and pay for them. Asks no gateway, but for what one would cost and to say
 * that one was read: it reads the folder of texts, as it will be read at the next start or reload, and in the database who read
 * these very words aloud. list and proof are here; the other verbs have files of their own.
 */
#include "gateway/app/cmd_templates_cost.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/app/texts.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/language/proof.h"
#include "gateway/store/readings.h"

#include <stdio.h>
#include <string.h>

/* ---- list ---- */

static const char *const kinds[] = { "notice", "question", "answer" };
static const char *const replies[] = { "none", "yes-no", "consent", "opinion" };

/* "bg, bg-Latn, nl" */
static void add_languages(const struct pk_catalog *catalog, struct pk_slice name, struct pk_buf *out)
{
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++) {
        struct pk_slice tag = pk_catalog_language_tag(catalog, i), rest = pk_catalog_language_renderings(catalog, i), script;
        if (!pk_catalog_exact(catalog, name, tag))
            continue;
        (void) pk_buf_printf(out, "%s%.*s", out->len > 0 ? ", " : "", PK_SLICE_ARG(tag));
        while (pk_slice_cut(&rest, ' ', &script))
            if (script.len > 0)
                (void) pk_buf_printf(out, ", %.*s-%.*s", PK_SLICE_ARG(tag), PK_SLICE_ARG(script));
    }
}

/* ---- who read it ---- */

/* Calls `each` for every language and script of a text with its tag: "bg", "bg-Latn". */
static void each_tag(const struct pk_catalog *catalog, struct pk_slice name, void (*each)(void *ctx, const char *tag, const struct pk_template *t),
                     void *ctx)
{
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++) {
        struct pk_slice language = pk_catalog_language_tag(catalog, i), rest = pk_catalog_language_renderings(catalog, i), script;
        const struct pk_template *t = pk_catalog_exact(catalog, name, language);
        char tag[48];
        if (!t)
            continue;
        (void) snprintf(tag, sizeof tag, "%.*s", PK_SLICE_ARG(language));
        each(ctx, tag, t);
        while (pk_slice_cut(&rest, ' ', &script)) {
            (void) snprintf(tag, sizeof tag, "%.*s-%.*s", PK_SLICE_ARG(language), PK_SLICE_ARG(script));
            if (script.len > 0)
                each(ctx, tag, t);
        }
    }
}

struct readings {
    struct pk_store *store; /* NULL = nobody can say */
    struct pk_buf *read; /* tags of the text that were */
    struct pk_json_out *out; /* or, for JSON, who and when */
    size_t all, done;
};

static void see_tag(void *ctx, const char *tag, const struct pk_template *t)
{
    struct readings *readings = ctx;
    struct pk_reading reading;
    readings->all++;
    if (!readings->store || !pk_reading_find(readings->store, pk_template_name(t), pk_slice_of(tag), pk_template_hash(t), &reading))
        return;
    readings->done++;
    if (readings->read)
        (void) pk_buf_printf(readings->read, "%s%s", readings->read->len > 0 ? ", " : "", tag);
    if (!readings->out)
        return;
    pk_json_open(readings->out, NULL, '{');
    pk_json_add_text(readings->out, "language", tag);
    pk_json_add_text(readings->out, "by", reading.reader);
    pk_json_add_time(readings->out, "at", reading.at_ms);
    pk_json_close(readings->out, '}');
}

/* "read", "read in bg, nl", or what the file says itself. */
static void print_status(const struct pk_catalog *catalog, const struct pk_template *t, struct pk_store *store, struct pk_table *table)
{
    struct pk_buf tags;
    pk_buf_init(&tags, 4096);
    struct readings readings = { .store = store, .read = &tags };
    each_tag(catalog, pk_template_name(t), see_tag, &readings);
    if (readings.done == 0)
        pk_table_slice(table, pk_template_status(t));
    else if (readings.done == readings.all)
        pk_table_text(table, "read");
    else
        pk_table_printf(table, "read in %s", pk_buf_text(&tags));
    pk_buf_finish(&tags);
}

/* The first version of each text, in the order of the languages; all of a name have the same head but for the parts. */
static bool is_first(const struct pk_catalog *catalog, const struct pk_template *t)
{
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++) {
        const struct pk_template *found = pk_catalog_exact(catalog, pk_template_name(t), pk_catalog_language_tag(catalog, i));
        if (found)
            return found == t;
    }
    return false;
}

static void print_list(const struct pk_catalog *catalog, struct pk_store *store)
{
    static const struct pk_column columns[] = { { "TEXT", false },  { "LANGUAGES", false }, { "TOPIC", false }, { "KIND", false },
                                                { "REPLY", false }, { "PARTS", true },      { "STATUS", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    struct pk_buf languages;
    pk_buf_init(&languages, 4096);
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        if (!is_first(catalog, t))
            continue;
        pk_buf_clear(&languages);
        add_languages(catalog, pk_template_name(t), &languages);
        pk_table_slice(table, pk_template_name(t));
        pk_table_slice(table, pk_buf_slice(&languages));
        pk_table_slice(table, pk_template_topic(t));
        pk_table_text(table, kinds[pk_template_kind(t)]);
        pk_table_text(table, replies[pk_template_reply(t)]);
        pk_table_printf(table, "%u", pk_template_parts(t));
        print_status(catalog, t, store, table);
    }
    pk_table_print(table);
    pk_buf_finish(&languages);
}

static void write_version(struct pk_json_out *out, const struct pk_template *t)
{
    pk_json_open(out, NULL, '{');
    pk_json_add_slice(out, "language", pk_template_language(t));
    pk_json_add_int(out, "parts", pk_template_parts(t));
    pk_json_add_slice(out, "status", pk_template_status(t));
    pk_json_close(out, '}');
}

static void write_list(const struct pk_catalog *catalog, struct pk_store *store, struct pk_json_out *out)
{
    struct readings readings = { .store = store, .out = out };
    pk_json_open(out, NULL, '{');
    pk_json_open(out, "templates", '[');
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        if (!is_first(catalog, t))
            continue;
        pk_json_open(out, NULL, '{');
        pk_json_add_slice(out, "name", pk_template_name(t));
        pk_json_add_slice(out, "gloss", pk_template_gloss(t));
        pk_json_add_slice(out, "topic", pk_template_topic(t));
        pk_json_add_text(out, "kind", kinds[pk_template_kind(t)]);
        pk_json_add_text(out, "step", pk_step_name(pk_template_step(t)));
        pk_json_add_text(out, "reply", replies[pk_template_reply(t)]);
        pk_json_open(out, "versions", '[');
        for (size_t j = 0; j < pk_catalog_language_count(catalog); j++) {
            const struct pk_template *own = pk_catalog_exact(catalog, pk_template_name(t), pk_catalog_language_tag(catalog, j));
            if (own)
                write_version(out, own);
        }
        pk_json_close(out, ']');
        pk_json_open(out, "read", '[');
        each_tag(catalog, pk_template_name(t), see_tag, &readings);
        pk_json_close(out, ']');
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

static int list(const struct pk_invocation *invocation)
{
    const char *folder = NULL;
    const struct pk_option options[] = { { "templates", &folder, NULL } };
    struct pk_plain_words words;
    struct pk_texts texts;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_templates, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_templates,
                                  "list takes no words; one text is shown by pokana templates preview NAME");
    if (pk_texts_open_good(invocation, folder, &texts, &err) != 0)
        return pk_command_failed(&err);
    pk_auto(pk_store) struct pk_store *store = pk_texts_readings(invocation);
    if (invocation->json) {
        struct pk_buf text;
        pk_buf_init(&text, 4u << 20);
        struct pk_json_out out = pk_json_out(&text);
        write_list(texts.catalog, store, &out);
        (void) puts(pk_buf_text(&text));
        pk_buf_finish(&text);
    } else {
        print_list(texts.catalog, store);
    }
    pk_texts_close(&texts);
    return 0;
}

void pk_templates_count_read(const struct pk_catalog *catalog, struct pk_store *store, size_t *ret_all, size_t *ret_read)
{
    struct readings readings = { .store = store };
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++)
        if (is_first(catalog, pk_catalog_template(catalog, i)))
            each_tag(catalog, pk_template_name(pk_catalog_template(catalog, i)), see_tag, &readings);
    *ret_all = readings.all;
    *ret_read = readings.done;
}

/* ---- proof ---- */

static int compare(const char *path, struct pk_slice page, struct pk_error *err)
{
    struct pk_buf there;
    pk_buf_init(&there, PK_PROOF_BYTES_MAX);
    int r = pk_file_read(path, PK_PROOF_BYTES_MAX, &there, err);
    if ((r == 0 && !pk_slice_equal(pk_buf_slice(&there), page)) || r == PK_E_NOT_FOUND || r == PK_E_LIMIT) {
        r = pk_fail(err, PK_E_CONFLICT, "\"%s\" is not of these texts", path);
        (void) pk_hint(err, r, "Write it anew: pokana templates proof.");
    }
    pk_buf_finish(&there);
    return r;
}

static void print_page(const struct pk_invocation *invocation, const char *path, bool check)
{
    struct pk_buf text;
    pk_buf_init(&text, 65536);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "page", path);
    pk_json_add_bool(&out, "written", !check);
    pk_json_close(&out, '}');
    if (invocation->json)
        (void) puts(pk_buf_text(&text));
    else
        (void) printf(check ? "%s is of these texts\n" : "%s written; print it, and read it with a pencil\n", path);
    pk_buf_finish(&text);
}

static int proof(const struct pk_invocation *invocation)
{
    const char *folder = NULL, *output = NULL;
    bool check = false;
    const struct pk_option options[] = { { "templates", &folder, NULL }, { "output", &output, NULL }, { "check", NULL, &check } };
    char path[4096];
    struct pk_plain_words words;
    struct pk_texts texts;
    struct pk_buf page;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_templates, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_templates, "proof takes no words; the page is named by --output FILE");
    if (pk_texts_open_good(invocation, folder, &texts, &err) != 0)
        return pk_command_failed(&err);
    pk_buf_init(&page, PK_PROOF_BYTES_MAX);
    (void) snprintf(path, sizeof path, output ? "%s" : "%s/PROOF.md", output ? output : texts.folder);
    int r = pk_proof_write(texts.catalog, &page, &err);
    if (r == 0)
        r = check ? compare(path, pk_buf_slice(&page), &err) : pk_file_replace(path, 0644, pk_buf_slice(&page), &err);
    if (r == 0)
        print_page(invocation, path, check);
    pk_buf_finish(&page);
    pk_texts_close(&texts);
    return r == 0 ? 0 : pk_command_failed(&err);
}

/* ---- the command ---- */

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list },
                                            { "check", pk_templates_check },
                                            { "preview", pk_templates_preview },
                                            { "proof", proof },
                                            { "read", pk_templates_read },
                                            { "export", pk_templates_export },
                                            { "import", pk_templates_import },
                                            { "withdraw", pk_templates_withdraw },
                                            { "cost", pk_templates_cost } };
    return pk_verb_run(&pk_command_templates, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_templates = {
    .name = "templates",
    .usage = "templates list [--templates FOLDER]\n"
             "templates check [--strict] [--templates FOLDER]\n"
             "templates preview NAME [--lang TAG] [--script Latn|plain] [--values FILE | --longest] [--price PRICE] "
             "[--org NAME] [--zone ZONE] [--templates FOLDER]\n"
             "templates proof [--output FILE] [--check] [--templates FOLDER]\n"
             "templates read NAME --language TAG\n"
             "templates export FOLDER\n"
             "templates import FOLDER\n"
             "templates withdraw NAME\n" PK_TEMPLATES_COST_USAGE,
    .summary = "the texts: list, check, see one as on a phone, print all, say that one was read aloud, put in the city's own, tell what "
               "one would cost",
    .run = run,
};
