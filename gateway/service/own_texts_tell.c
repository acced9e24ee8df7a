/* SPDX-License-Identifier: EUPL-1.2 */
/* The texts as they are shown; see the header. */
#include "gateway/service/own_texts_tell.h"

#include "gateway/base/text.h"
#include "gateway/language/preview.h"
#include "gateway/language/style.h"
#include "gateway/service/readings.h"
#include "gateway/store/own_texts.h"
#include "gateway/store/readings.h"

#define VALUES_MAX 65536u
#define PAST_MAX 20u
#define NOTES_MAX 20u
#define FINDINGS_MAX 60u

static const char *const kinds[] = { "notice", "question", "answer" };
static const char *const replies[] = { "none", "yes-no", "consent", "opinion" };

static void add_moment(const struct pk_texts_teller *teller, const char *name, int64_t ms)
{
    if (teller->moment)
        teller->moment(teller->ctx, name, ms);
    else
        pk_json_add_time(teller->out, name, ms);
}

static void add_name(const struct pk_texts_teller *teller, struct pk_slice name)
{
    pk_json_add_slice(teller->out, teller->name_as ? teller->name_as : "name", name);
}

static void add_language(const struct pk_texts_teller *teller, struct pk_slice tag)
{
    pk_json_add_slice(teller->out, "language", tag);
    if (teller->language)
        teller->language(teller->ctx, "languageName", tag);
}

static int no_such(struct pk_slice name, struct pk_error *err)
{
    return pk_fail(err, PK_E_NOT_FOUND, "there is no such text \"%.*s\"", (int) (name.len < 60 ? name.len : 60), name.data);
}

static int allow(const struct pk_texts_teller *teller, struct pk_slice name, struct pk_error *err)
{
    char object[128];
    (void) snprintf(object, sizeof object, "%.*s", (int) (name.len < 100 ? name.len : 100), name.len > 0 ? name.data : "");
    return pk_allow(teller->service, teller->actor, PK_ACTION_TEMPLATE_VIEW, &(struct pk_about){ .template_name = name }, name.len > 0 ? object : NULL, err);
}

/* ---- who read it ---- */

typedef void tag_fn(const struct pk_texts_teller *teller, const struct pk_template *text, struct pk_slice script, const char *tag, void *ctx);

static void each_tag(const struct pk_texts_teller *teller, const struct pk_catalog *catalog, const struct pk_template *text, tag_fn *each, void *ctx)
{
    char tag[48];
    struct pk_slice language = pk_template_language(text), rest = { 0 }, script;
    (void) snprintf(tag, sizeof tag, "%.*s", PK_SLICE_ARG(language));
    each(teller, text, PK_SLICE(""), tag, ctx);
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++)
        if (pk_slice_equal(pk_catalog_language_tag(catalog, i), language))
            rest = pk_catalog_language_renderings(catalog, i);
    while (rest.len > 0 && pk_slice_cut(&rest, ' ', &script)) {
        (void) snprintf(tag, sizeof tag, "%.*s-%.*s", PK_SLICE_ARG(language), PK_SLICE_ARG(script));
        if (script.len > 0)
            each(teller, text, script, tag, ctx);
    }
}

static void count_unread(const struct pk_texts_teller *teller, const struct pk_template *text, struct pk_slice script, const char *tag, void *ctx)
{
    struct pk_reading reading;
    (void) script;
    if (!pk_reading_find(teller->service->store, pk_template_name(text), pk_slice_of(tag), pk_template_hash(text), &reading))
        ++*(size_t *) ctx;
}

static void add_tag(const struct pk_texts_teller *teller, const struct pk_template *text, struct pk_slice script, const char *tag, void *ctx)
{
    struct pk_reading reading = { 0 };
    bool read = pk_reading_find(teller->service->store, pk_template_name(text), pk_slice_of(tag), pk_template_hash(text), &reading);
    (void) ctx;
    pk_json_open(teller->out, NULL, '{');
    pk_json_add_text(teller->out, "tag", tag);
    pk_json_add_slice(teller->out, "script", script);
    pk_json_add_bool(teller->out, "read", read);
    pk_json_add_text(teller->out, "by", reading.reader);
    add_moment(teller, "at", reading.at_ms);
    pk_json_close(teller->out, '}');
}

static bool waits(const struct pk_texts_teller *teller, const struct pk_template *text)
{
    size_t unread = 0;
    if (pk_text_needs_reader(teller->service, text))
        each_tag(teller, teller->service->catalog, text, count_unread, &unread);
    return unread > 0;
}

/* ---- one text ---- */

static void add_facts(const struct pk_texts_teller *teller, const struct pk_template *text)
{
    char words[PK_WORDS_NAME];
    struct pk_json_out *out = teller->out;
    pk_text_words_name(text, words);
    add_language(teller, pk_template_language(text));
    pk_json_add_bool(out, "own", pk_template_is_own(text));
    pk_json_add_int(out, "parts", pk_template_parts(text));
    pk_json_add_text(out, "words", words);
    pk_json_add_bool(out, "needsReader", pk_text_needs_reader(teller->service, text));
    pk_json_add_bool(out, "waits", waits(teller, text));
    pk_json_open(out, "read", '[');
    each_tag(teller, teller->service->catalog, text, add_tag, NULL);
    pk_json_close(out, ']');
}

/* All languages of a name have the same head but for parts: the first of them tells it. */
static void add_head(const struct pk_texts_teller *teller, const struct pk_template *text)
{
    struct pk_json_out *out = teller->out;
    const struct pk_catalog *catalog = teller->service->catalog;
    struct pk_slice name = pk_template_name(text);
    bool own = false, waiting = false;
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++) {
        const struct pk_template *one = pk_catalog_exact(catalog, name, pk_catalog_language_tag(catalog, i));
        own = own || (one && pk_template_is_own(one));
        waiting = waiting || (one && waits(teller, one));
    }
    add_name(teller, name);
    pk_json_add_slice(out, "gloss", pk_template_gloss(text));
    pk_json_add_slice(out, "topic", pk_template_topic(text));
    pk_json_add_text(out, "kind", kinds[pk_template_kind(text)]);
    pk_json_add_text(out, "step", pk_step_name(pk_template_step(text)));
    pk_json_add_text(out, "reply", replies[pk_template_reply(text)]);
    pk_json_add_bool(out, "own", own);
    pk_json_add_bool(out, "waits", waiting);
    pk_json_add_bool(out, "setAside", pk_own_texts_is_aside(teller->service, name));
}

static const struct pk_template *first_of(const struct pk_catalog *catalog, struct pk_slice name)
{
    const struct pk_template *found = NULL;
    for (size_t i = 0; !found && i < pk_catalog_language_count(catalog); i++)
        found = pk_catalog_exact(catalog, name, pk_catalog_language_tag(catalog, i));
    return found;
}

int pk_texts_tell_all(const struct pk_texts_teller *teller, struct pk_error *err)
{
    const struct pk_catalog *catalog = teller->service->catalog;
    struct pk_json_out *out = teller->out;
    int r = allow(teller, PK_SLICE(""), err);
    pk_json_open(out, "templates", '[');
    for (size_t i = 0; r == 0 && i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *text = pk_catalog_template(catalog, i);
        if (first_of(catalog, pk_template_name(text)) != text)
            continue;
        pk_json_open(out, NULL, '{');
        add_head(teller, text);
        pk_json_open(out, "texts", '[');
        for (size_t j = 0; j < pk_catalog_language_count(catalog); j++) {
            const struct pk_template *one = pk_catalog_exact(catalog, pk_template_name(text), pk_catalog_language_tag(catalog, j));
            if (!one)
                continue;
            pk_json_open(out, NULL, '{');
            add_facts(teller, one);
            pk_json_close(out, '}');
        }
        pk_json_close(out, ']');
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    return r;
}

static int add_past(void *ctx, const struct pk_own_text *text)
{
    const struct pk_texts_teller *teller = ctx;
    pk_json_open(teller->out, NULL, '{');
    add_language(teller, text->language);
    add_moment(teller, "at", text->at_ms);
    pk_json_add_slice(teller->out, "by", text->author);
    pk_json_add_bool(teller->out, "takenBack", text->content.len == 0);
    pk_json_close(teller->out, '}');
    return 0;
}

static int add_note(void *ctx, const struct pk_text_note *note)
{
    const struct pk_texts_teller *teller = ctx;
    pk_json_open(teller->out, NULL, '{');
    pk_json_add_slice(teller->out, "tag", note->tag);
    add_moment(teller, "at", note->at_ms);
    pk_json_add_slice(teller->out, "by", note->reader);
    pk_json_add_slice(teller->out, "note", note->words);
    pk_json_close(teller->out, '}');
    return 0;
}

static void add_words(const struct pk_texts_teller *teller, const struct pk_template *text)
{
    struct pk_json_out *out = teller->out;
    const struct pk_template *shipped = pk_catalog_exact(pk_own_texts_shipped(teller->service), pk_template_name(text), pk_template_language(text));
    struct pk_buf content;
    pk_buf_init(&content, 2 * PK_OWN_TEXT_MAX);
    (void) pk_buf_printf(&content, "%.*s\n\n%.*s\n", PK_SLICE_ARG(pk_template_head(text)), PK_SLICE_ARG(pk_template_body(text)));
    pk_json_open(out, NULL, '{');
    add_facts(teller, text);
    pk_json_add_slice(out, "head", pk_template_head(text));
    pk_json_add_slice(out, "text", pk_template_body(text));
    pk_json_add_slice(out, "content", pk_buf_slice(&content));
    pk_json_add_slice(out, "shipped", pk_template_is_own(text) && shipped ? pk_template_body(shipped) : PK_SLICE(""));
    pk_json_open(out, "notes", '[');
    (void) pk_text_notes_each(teller->service->store, pk_template_name(text), pk_template_hash(text), NOTES_MAX, add_note, (void *) teller, NULL);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
    pk_buf_finish(&content);
}

int pk_texts_tell_one(const struct pk_texts_teller *teller, struct pk_slice name, struct pk_error *err)
{
    const struct pk_catalog *catalog = teller->service->catalog;
    const struct pk_template *first = first_of(catalog, name);
    char edition[24];
    int r = allow(teller, name, err);
    if (r == 0 && !first)
        r = no_such(name, err);
    if (r != 0)
        return r;
    add_head(teller, first);
    (void) snprintf(edition, sizeof edition, "%lld", (long long) pk_own_text_edition(teller->service->store, name));
    pk_json_add_text(teller->out, "edition", edition);
    pk_json_open(teller->out, "texts", '[');
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++) {
        const struct pk_template *text = pk_catalog_exact(catalog, name, pk_catalog_language_tag(catalog, i));
        if (text)
            add_words(teller, text);
    }
    pk_json_close(teller->out, ']');
    pk_json_open(teller->out, "past", '[');
    r = pk_own_text_history(teller->service->store, name, PAST_MAX, add_past, (void *) teller, err);
    pk_json_close(teller->out, ']');
    return r;
}

/* ---- what it would be like ---- */

struct checking {
    const struct pk_texts_teller *teller;
    const struct pk_own_file *files;
    size_t count;
    size_t told;
    size_t wrong;
};

/* The text begins below the first empty line; what is told of a line is found in the box it stands in. */
static int64_t line_in_text(const struct checking *c, const char *file, uint32_t line)
{
    const char *slash = strchr(file, '/');
    for (size_t i = 0; slash && i < c->count; i++) {
        struct pk_slice rest = c->files[i].content, one;
        uint32_t at = 0;
        if (!pk_slice_equal(c->files[i].language, pk_slice_make(file, (size_t) (slash - file))))
            continue;
        while (pk_slice_cut(&rest, '\n', &one) && pk_slice_trim(one).len > 0)
            at++;
        return line > at + 1 ? (int64_t) (line - at - 1) : 0;
    }
    return 0;
}

static void tell(struct checking *c, const char *file, uint32_t line, const char *level, const char *reason, const char *hint)
{
    struct pk_json_out *out = c->teller->out;
    if (c->told++ >= FINDINGS_MAX)
        return;
    const char *slash = strchr(file, '/');
    pk_json_open(out, NULL, '{');
    add_language(c->teller, slash ? pk_slice_make(file, (size_t) (slash - file)) : PK_SLICE(""));
    pk_json_add_text(out, "file", file);
    pk_json_add_int(out, "line", line);
    int64_t in_text = line_in_text(c, file, line);
    pk_json_add_int(out, "textLine", in_text);
    pk_json_add_bool(out, "inText", in_text > 0);
    pk_json_add_text(out, "level", level);
    pk_json_add_bool(out, "wrong", strcmp(level, "error") == 0);
    pk_json_add_text(out, "reason", reason);
    pk_json_add_text(out, "remedy", hint ? hint : "");
    pk_json_close(out, '}');
}

static void tell_mistake(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    struct checking *c = ctx;
    (void) section;
    (void) key;
    c->wrong++;
    tell(c, file, line, "error", reason, hint);
}

static void tell_style(void *ctx, const struct pk_style_finding *finding)
{
    tell(ctx, finding->file, finding->line, "advice", finding->reason, finding->remedy);
}

static int preview_of(const struct pk_texts_teller *teller, const struct pk_catalog *catalog, const struct pk_template *text, struct pk_slice script,
                      bool longest, struct pk_preview *ret_preview)
{
    struct pk_buf document;
    pk_auto(pk_json) struct pk_json *values = NULL;
    pk_buf_init(&document, VALUES_MAX);
    if (longest)
        pk_preview_longest(text, pk_slice_is(script, PK_RENDERING_LATIN) ? script : PK_SLICE(""), &document);
    else
        pk_preview_sample(text, &document);
    int r = pk_json_parse(pk_buf_slice(&document), VALUES_MAX, &values, NULL);
    pk_buf_finish(&document);
    const struct pk_preview_request request = {
        .catalog = catalog,
        .template_ = text,
        .script = script,
        .values = values,
        .org = longest ? pk_json_string(pk_json_get(values, "org")) : pk_slice_of(teller->service->rules->organisation),
        .zone = teller->service->rules->zone,
    };
    return r == 0 ? pk_preview_make(&request, ret_preview, NULL) : r;
}

static void add_parts(struct pk_json_out *out, const struct pk_preview *preview)
{
    uint32_t from = 0;
    pk_json_open(out, "bubbles", '[');
    for (uint32_t i = 0; i < preview->segmentation.parts; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_slice(out, "text", pk_slice_make(preview->text.data + from, preview->part_ends[i] - from));
        pk_json_add_int(out, "units", preview->part_units[i]);
        pk_json_close(out, '}');
        from = preview->part_ends[i];
    }
    pk_json_close(out, ']');
}

/* A script that changes nothing in this text is not shown again. */
static bool is_as_written(const struct pk_texts_teller *teller, const struct pk_catalog *catalog, const struct pk_template *text,
                          struct pk_slice script, const struct pk_preview *preview)
{
    struct pk_preview own;
    if (script.len == 0 || preview_of(teller, catalog, text, PK_SLICE(""), false, &own) != 0)
        return false;
    bool same = pk_slice_equal(pk_buf_slice(&own.text), pk_buf_slice(&preview->text));
    pk_preview_finish(&own);
    return same;
}

static void add_preview(const struct pk_texts_teller *teller, const struct pk_template *text, struct pk_slice script, const char *tag, void *ctx)
{
    const struct pk_catalog *catalog = ctx;
    struct pk_json_out *out = teller->out;
    struct pk_preview preview, longest;
    if (preview_of(teller, catalog, text, script, false, &preview) != 0)
        return;
    if (is_as_written(teller, catalog, text, script, &preview)) {
        pk_preview_finish(&preview);
        return;
    }
    uint32_t most = preview.segmentation.parts;
    if (preview_of(teller, catalog, text, script, true, &longest) == 0) {
        most = longest.segmentation.parts;
        pk_preview_finish(&longest);
    }
    bool small = preview.segmentation.encoding == PK_ENCODING_GSM7;
    pk_json_open(out, NULL, '{');
    add_language(teller, pk_template_language(text));
    pk_json_add_text(out, "tag", tag);
    /* Plain letters are a way to spell and no script of their own: the page says its text is of the language. */
    pk_json_add_text(out, "shownAs", pk_slice_is(script, PK_RENDERING_LATIN) ? tag : "");
    pk_json_add_bool(out, "latin", pk_slice_is(script, PK_RENDERING_LATIN));
    pk_json_add_bool(out, "plain", pk_slice_is(script, PK_RENDERING_PLAIN));
    pk_json_add_int(out, "parts", preview.segmentation.parts);
    pk_json_add_bool(out, "several", preview.segmentation.parts != 1);
    pk_json_add_int(out, "units", preview.segmentation.units);
    pk_json_add_bool(out, "small", small);
    pk_json_add_int(out, "most", most);
    pk_json_add_int(out, "limit", pk_template_parts(text));
    pk_json_add_bool(out, "tooLong", most > pk_template_parts(text));
    pk_json_add_text(out, "costs", small || !preview.instead[0] ? "" : preview.forcing);
    pk_json_add_text(out, "instead", preview.instead);
    add_parts(out, &preview);
    pk_json_close(out, '}');
    pk_preview_finish(&preview);
}

int pk_texts_tell_check(const struct pk_texts_teller *teller, const struct pk_own_file *files, size_t count, struct pk_error *err)
{
    struct checking c = { .teller = teller, .files = files, .count = count };
    struct pk_ini_report mistakes = { .tell = tell_mistake, .ctx = &c };
    struct pk_style_report style = { .tell = tell_style, .ctx = &c };
    int r = allow(teller, count > 0 ? files[0].name : PK_SLICE(""), err);
    if (r != 0)
        return r;
    pk_json_open(teller->out, "findings", '[');
    pk_auto(pk_catalog) struct pk_catalog *catalog = pk_own_texts_try(teller->service, files, count, &mistakes);
    for (size_t i = 0; i < count; i++) {
        const struct pk_template *text = pk_catalog_exact(catalog, files[i].name, files[i].language);
        if (text && pk_template_is_own(text))
            pk_style_check(catalog, text, &style);
    }
    pk_json_close(teller->out, ']');
    pk_json_add_bool(teller->out, "good", c.wrong == 0);
    pk_json_add_bool(teller->out, "advised", c.wrong == 0 && c.told > 0);
    pk_json_open(teller->out, "previews", '[');
    for (size_t i = 0; i < count; i++) {
        const struct pk_template *text = pk_catalog_exact(catalog, files[i].name, files[i].language);
        if (text && pk_template_is_own(text))
            each_tag(teller, catalog, text, add_preview, catalog);
    }
    pk_json_close(teller->out, ']');
    return 0;
}

int pk_texts_tell_aloud(const struct pk_texts_teller *teller, struct pk_slice name, struct pk_slice language, struct pk_error *err)
{
    struct pk_service *service = teller->service;
    const struct pk_template *text = pk_catalog_exact(service->catalog, name, language);
    int r = allow(teller, name, err);
    if (r == 0 && !text)
        r = no_such(name, err);
    if (r != 0)
        return r;
    struct pk_json_out *out = teller->out;
    add_name(teller, name);
    pk_json_add_slice(out, "gloss", pk_template_gloss(text));
    add_facts(teller, text);
    pk_json_add_bool(out, "mine",
                     pk_own_text_is_of(service->store, name, language, pk_template_hash(text), pk_slice_of(teller->actor->name)));
    pk_json_open(out, "previews", '[');
    each_tag(teller, service->catalog, text, add_preview, (void *) service->catalog);
    pk_json_close(out, ']');
    return 0;
}

/* ---- what waits for a reader ---- */

static size_t unread_of(const struct pk_texts_teller *teller, const struct pk_template *text)
{
    size_t unread = 0;
    each_tag(teller, teller->service->catalog, text, count_unread, &unread);
    return unread;
}

static void add_sample(const struct pk_texts_teller *teller, const struct pk_template *text)
{
    struct pk_preview preview;
    bool made = preview_of(teller, teller->service->catalog, text, PK_SLICE(""), false, &preview) == 0;
    pk_json_add_slice(teller->out, "sample", made ? pk_buf_slice(&preview.text) : PK_SLICE(""));
    if (made)
        pk_preview_finish(&preview);
}

static void add_to_read(const struct pk_texts_teller *teller, struct pk_slice language, bool waiting)
{
    const struct pk_catalog *catalog = teller->service->catalog;
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *text = pk_catalog_template(catalog, i);
        if (!pk_slice_equal(pk_template_language(text), language) || pk_text_needs_reader(teller->service, text) != waiting || unread_of(teller, text) == 0)
            continue;
        pk_json_open(teller->out, NULL, '{');
        add_name(teller, pk_template_name(text));
        pk_json_add_slice(teller->out, "gloss", pk_template_gloss(text));
        if (waiting)
            add_sample(teller, text);
        pk_json_close(teller->out, '}');
    }
}

int pk_texts_tell_to_read(const struct pk_texts_teller *teller, struct pk_slice language, struct pk_error *err)
{
    int r = allow(teller, PK_SLICE(""), err);
    pk_json_open(teller->out, "waiting", '[');
    if (r == 0)
        add_to_read(teller, language, true);
    pk_json_close(teller->out, ']');
    pk_json_open(teller->out, "others", '[');
    if (r == 0)
        add_to_read(teller, language, false);
    pk_json_close(teller->out, ']');
    return r;
}

size_t pk_texts_to_read(struct pk_service *service, struct pk_slice language)
{
    const struct pk_texts_teller teller = { .service = service };
    size_t count = 0;
    for (size_t i = 0; i < pk_catalog_template_count(service->catalog); i++) {
        const struct pk_template *text = pk_catalog_template(service->catalog, i);
        count += pk_slice_equal(pk_template_language(text), language) && waits(&teller, text);
    }
    return count;
}
