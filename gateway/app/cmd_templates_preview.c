/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana templates preview NAME`: one text as somebody will get it, in every script its language has: drawn as on a phone,
 * with its parts, what they cost, and which character makes it long.
 */
#include "gateway/app/options.h"
#include "gateway/app/previews.h"
#include "gateway/app/texts.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/language/advice.h"

#include <stdio.h>
#include <string.h>

#define VALUES_BYTES_MAX 65536u
#define PREVIEWS_MAX 4 /* scripts of one language */

struct asked {
    const char *name, *folder, *language, *script, *values, *price, *zone, *organisation;
    bool longest;
    struct pk_price part_price; /* no currency = not asked */
};

struct showing {
    const struct asked *asked;
    struct pk_texts texts;
    const struct pk_template *template_;
    struct pk_slice language;
    struct pk_json *given;                    /* with --values; else NULL */
    struct pk_preview previews[PREVIEWS_MAX]; /* the one asked for first */
    size_t count;
};

/* ---- what was asked ---- */

/* "0.065" and "0,065" are euros; "0.065 CHF" says what it is. */
static int read_price(struct asked *asked)
{
    char text[PK_PRICE_TEXT_MAX];
    struct pk_price price;
    if (!asked->price)
        return 0;
    int len = snprintf(text, sizeof text, strchr(asked->price, ' ') ? "%s" : "%s EUR", asked->price);
    char *comma = strchr(text, ',');
    if (comma)
        *comma = '.';
    if (len < 0 || len >= (int) sizeof text || pk_price_parse(pk_slice_of(text), &price) != 0)
        return PK_E_INVALID;
    asked->part_price = price;
    return 0;
}

static int read_asked(const struct pk_invocation *invocation, struct asked *asked)
{
    const struct pk_option options[] = {
        { "templates", &asked->folder, NULL }, { "lang", &asked->language, NULL },    { "script", &asked->script, NULL },
        { "values", &asked->values, NULL },    { "price", &asked->price, NULL },      { "zone", &asked->zone, NULL },
        { "longest", NULL, &asked->longest },  { "org", &asked->organisation, NULL },
    };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_templates, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_templates, "which text? pokana templates list shows their names");
    if (asked->longest && asked->values)
        return pk_command_misused(&pk_command_templates, "either --values or --longest");
    if (read_price(asked) != 0)
        return pk_command_misused(&pk_command_templates, "--price \"%s\" is no price of at most four decimals, like 0.065",
                                  asked->price);
    asked->name = words.words[0];
    asked->language = asked->language ? asked->language : "bg";
    return 0;
}

static int unknown_text(const struct pk_catalog *catalog, const char *name, struct pk_error *err)
{
    size_t count = pk_catalog_template_count(catalog);
    const char **names = pk_alloc_array(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = pk_template_name(pk_catalog_template(catalog, i)).data;
    const char *near = pk_nearest(pk_slice_of(name), names, count);
    (void) pk_fail(err, PK_E_NOT_FOUND, "there is no text \"%.60s\"", name);
    if (near)
        (void) pk_hint(err, PK_E_NOT_FOUND, "Did you mean %s?", near);
    else
        (void) pk_hint(err, PK_E_NOT_FOUND, "pokana templates list shows all.");
    free(names);
    return PK_E_NOT_FOUND;
}

/* "bg-Latn" is bg in Latin letters. */
static int find_text(struct showing *s, struct pk_error *err)
{
    const struct asked *asked = s->asked;
    const struct pk_catalog *catalog = s->texts.catalog;
    struct pk_slice tag = pk_slice_of(asked->language);
    const char *hyphen = strchr(asked->language, '-');
    if (!pk_catalog_has_language(catalog, tag) && hyphen)
        tag.len = (size_t) (hyphen - asked->language);
    if (!pk_catalog_has_language(catalog, tag)) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "there is no language \"%.20s\"", asked->language);
        return pk_hint(err, PK_E_NOT_FOUND, "Name one of the folders of texts, like bg.");
    }
    if (!pk_catalog_knows(catalog, pk_slice_of(asked->name)))
        return unknown_text(catalog, asked->name, err);
    s->template_ = pk_catalog_find(catalog, pk_slice_of(asked->name), tag);
    if (!s->template_)
        return pk_fail(err, PK_E_NOT_FOUND, "text \"%.60s\" is not there in language %.*s, nor in one to use instead",
                       asked->name, PK_SLICE_ARG(tag));
    s->language = pk_template_language(s->template_);
    return 0;
}

/* ---- values ---- */

static int read_values_file(const char *path, struct pk_json **ret_values, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, VALUES_BYTES_MAX);
    const char *from = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
    int r = pk_file_read(from, VALUES_BYTES_MAX, &text, err);
    if (r == 0 && (r = pk_json_parse(pk_buf_slice(&text), VALUES_BYTES_MAX, ret_values, err)) != 0)
        pk_error_prefix(err, "%.80s", path);
    pk_buf_finish(&text);
    return r;
}

/* The values of a notice hold no `org`: it is the configuration's. For a preview it may be said among them. */
static int check_values(const struct showing *s, const struct pk_json *values, struct pk_error *err)
{
    struct pk_buf text;
    pk_auto(pk_json) struct pk_json *rest = NULL;
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    if (pk_json_kind(values) != PK_JSON_OBJECT)
        return pk_template_check_values(s->texts.catalog, pk_template_name(s->template_), values, err);
    pk_buf_init(&text, 2 * VALUES_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    while (pk_json_next(values, &iter, &name, &value)) {
        struct pk_buf one;
        char key[64];
        if (pk_slice_is(name, "org"))
            continue;
        (void) snprintf(key, sizeof key, "%.*s", (int) (name.len < 63 ? name.len : 63), name.data);
        pk_buf_init(&one, 2 * VALUES_BYTES_MAX);
        (void) pk_json_dump(value, &one);
        pk_json_add_raw(&out, key, pk_buf_slice(&one));
        pk_buf_finish(&one);
    }
    pk_json_close(&out, '}');
    int r = pk_json_parse(pk_buf_slice(&text), 2 * VALUES_BYTES_MAX, &rest, err);
    if (r == 0)
        r = pk_template_check_values(s->texts.catalog, pk_template_name(s->template_), rest, err);
    pk_buf_finish(&text);
    return r;
}

static int values_of(const struct showing *s, struct pk_slice script, struct pk_json **ret_values, struct pk_error *err)
{
    struct pk_buf document;
    if (s->asked->values)
        return read_values_file(s->asked->values, ret_values, err);
    pk_buf_init(&document, VALUES_BYTES_MAX);
    if (s->asked->longest)
        pk_preview_longest(s->template_, script, &document);
    else
        pk_preview_sample(s->template_, &document);
    int r = pk_json_parse(pk_buf_slice(&document), VALUES_BYTES_MAX, ret_values, err);
    pk_buf_finish(&document);
    return r;
}

/* The sender: as asked, among the values, the configuration's, an example. */
static struct pk_slice organisation_of(const struct showing *s, const struct pk_json *values)
{
    struct pk_slice said = pk_json_string(pk_json_get(values, "org"));
    if (s->asked->organisation)
        return pk_slice_of(s->asked->organisation);
    if (said.len > 0 && (s->asked->values || s->asked->longest || !s->texts.organisation))
        return said;
    return pk_slice_of(s->texts.organisation ? s->texts.organisation : "Zaanstad");
}

/* ---- making it ---- */

static bool is_shown(const struct showing *s, const struct pk_preview *preview)
{
    for (size_t i = 0; i < s->count; i++)
        if (pk_slice_equal(pk_buf_slice(&s->previews[i].text), pk_buf_slice(&preview->text)))
            return true;
    return false;
}

/* A script that changes nothing in this text is not shown again. */
static int add_preview(struct showing *s, struct pk_slice script, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *own = NULL;
    int r = s->given ? 0 : values_of(s, script, &own, err);
    const struct pk_json *values = s->given ? s->given : own;
    const struct pk_preview_request request = {
        .catalog = s->texts.catalog,
        .template_ = s->template_,
        .script = script,
        .values = values,
        .org = organisation_of(s, values),
        .zone = s->asked->zone ? s->asked->zone : s->texts.zone,
    };
    if (r != 0 || s->count == PREVIEWS_MAX || (r = pk_preview_make(&request, &s->previews[s->count], err)) != 0)
        return r;
    if (is_shown(s, &s->previews[s->count]))
        pk_preview_finish(&s->previews[s->count]);
    else
        s->count++;
    return 0;
}

/* The script asked for, then the others. */
static int make_previews(struct showing *s, struct pk_error *err)
{
    const struct pk_catalog *catalog = s->texts.catalog;
    const char *hyphen = strchr(s->asked->language, '-');
    const char *named = s->asked->script ? s->asked->script : hyphen ? hyphen + 1 : "";
    /* A language's own script may be named too. */
    struct pk_slice wanted = pk_slice_of(named), none = { .data = "", .len = 0 }, rest = none, script;
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++)
        if (pk_slice_equal(pk_catalog_language_tag(catalog, i), s->language))
            rest = pk_catalog_language_renderings(catalog, i);
    bool rendered = pk_catalog_has_rendering(catalog, s->language, wanted) && wanted.len > 0;
    int r = s->asked->values ? values_of(s, none, &s->given, err) : 0;
    if (r == 0 && s->given)
        r = check_values(s, s->given, err);
    if (r == 0)
        r = add_preview(s, rendered ? wanted : none, err);
    if (r == 0 && wanted.len > 0 && !rendered && !pk_slice_starts(wanted, "Cyrl") &&
        strcmp(s->previews[0].letters, "Latin") != 0) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "language %.*s has no script \"%.20s\"", PK_SLICE_ARG(s->language), named);
        return pk_hint(err, PK_E_NOT_FOUND, "Leave --script out, or write --script Latn where the language has it.");
    }
    if (r == 0 && rendered)
        r = add_preview(s, none, err);
    while (r == 0 && pk_slice_cut(&rest, ' ', &script))
        if (script.len > 0 && !(rendered && pk_slice_equal(script, wanted)))
            r = add_preview(s, script, err);
    return r;
}

/* With the values of the text's own letters: "Cyrillic: 2 parts, Latin: 1 part". */
static int advise(const struct showing *s, struct pk_buf *out, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *own = NULL;
    struct pk_advice advice;
    int r = s->given ? 0 : values_of(s, (struct pk_slice){ 0 }, &own, err);
    const struct pk_json *values = s->given ? s->given : own;
    const struct pk_render render = {
        .language = s->language,
        .body = pk_template_body(s->template_),
        .values = values,
        .org = organisation_of(s, values),
        .zone = s->asked->zone ? s->asked->zone : s->texts.zone,
    };
    if (r == 0)
        r = pk_advise(s->texts.catalog, &render, &advice, err);
    return r != 0 ? r : pk_advice_sentence(&advice, out);
}

/* ---- the verb ---- */

int pk_templates_preview(const struct pk_invocation *invocation)
{
    struct asked asked = { 0 };
    struct showing s = { .asked = &asked };
    struct pk_error err = { 0 };
    struct pk_buf advice;
    int status = read_asked(invocation, &asked);
    if (status != 0)
        return status;
    if (pk_texts_open_good(invocation, asked.folder, &s.texts, &err) != 0)
        return pk_command_failed(&err);
    int r = find_text(&s, &err);
    if (r == 0)
        r = make_previews(&s, &err);
    pk_buf_init(&advice, 1024);
    if (r == 0)
        r = advise(&s, &advice, &err);
    const struct pk_previews shown = {
        .catalog = s.texts.catalog,
        .template_ = s.template_,
        .previews = s.previews,
        .count = s.count,
        .part_price = asked.price ? asked.part_price : s.texts.price,
        .advice = pk_buf_text(&advice),
    };
    if (r == 0 && invocation->json)
        pk_previews_print_json(&shown);
    else if (r == 0)
        pk_previews_print(&shown);
    for (size_t i = 0; i < s.count; i++)
        pk_preview_finish(&s.previews[i]);
    pk_buf_finish(&advice);
    pk_json_free(s.given);
    pk_texts_close(&s.texts);
    return r == 0 ? 0 : pk_command_failed(&err);
}
