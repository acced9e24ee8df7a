/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What no single file of texts can tell: the Dutch twin, the twin for who cannot answer, the word to end it all, the
 * length with the longest values, and the languages named as fallbacks. Called once by the catalog when all is read.
 */
#include "gateway/language/catalog_private.h"

#include "gateway/base/text.h"
#include "gateway/language/reply_words.h"
#include "gateway/language/segment.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

#define TWIN "nl" /* what the city's own people read: every text has this twin */

/* Whoever writes a text at a page sees no folders of the machine. */
static const char *named(const struct pk_catalog_loading *l, const struct pk_template *t)
{
    const char *slash = l->only ? strrchr(t->file, '/') : NULL;
    while (slash && slash > t->file && slash[-1] != '/')
        slash--;
    return slash ? slash : t->file;
}

static void check_twin(struct pk_catalog_loading *l, const struct pk_template *t)
{
    const struct pk_template *twin = pk_catalog_exact(l->catalog, pk_slice_of(t->name), PK_SLICE(TWIN));
    if (!twin && pk_catalog_has_failed(l, pk_slice_of(t->name)))
        return;
    if (!twin) {
        pk_ini_tell(l->report, t->file, 1, NULL, NULL,
                    "Write the same text in Dutch, in the folder " TWIN ", with the same arguments.",
                    "column 1: the text has no Dutch twin");
        return;
    }
    bool same = twin->argument_count == t->argument_count;
    for (size_t i = 0; i < t->argument_count; i++)
        same = same && pk_template_argument(twin, t->arguments[i].argument);
    if (!same)
        pk_ini_tell(l->report, t->file, t->arguments_line, NULL, NULL, "Let both name the same arguments, in any order.",
                    "column 1: the arguments differ from those of %s", named(l, twin));
    if (twin->kind != t->kind || twin->reply != t->reply || twin->step != t->step || strcmp(twin->topic, t->topic) != 0)
        pk_ini_tell(l->report, t->file, 1, NULL, NULL, "Let both say the same topic, kind, step and reply.",
                    "column 1: the head differs from that of %s", named(l, twin));
}

/* ---- what people are asked to write ---- */

#define STOP_WORDS (1u << PK_LIST_STOP_FIRST)
#define REPLY_WORDS (STOP_WORDS | 1u << PK_LIST_STOP_WHOLE | 1u << PK_LIST_START | 1u << PK_LIST_HELP_FIRST)

/* Does the text offer a word of these lists? Words to write stand in capitals: "Край: СТОП". */
static bool offers(const struct pk_catalog *catalog, const struct pk_template *t, uint32_t lists)
{
    struct pk_slice text = pk_slice_of(t->text);
    int32_t begin = 0, letters = 0;
    bool capitals = true;
    for (int32_t i = 0, at = 0; at <= (int32_t) text.len; at = i) {
        UChar32 one = at < (int32_t) text.len ? pk_utf8_next(text.data, &i, (int32_t) text.len) : ' ';
        if (one >= 0 && u_isalpha(one)) {
            begin = letters++ == 0 ? at : begin;
            capitals = capitals && u_isupper(one);
            continue;
        }
        struct pk_slice word = pk_slice_make(text.data + begin, (size_t) (at - begin));
        if (letters > 1 && capitals && pk_reply_word_is(catalog->words, word, lists, t->language->tag))
            return true;
        letters = 0;
        capitals = true;
        if (at == (int32_t) text.len)
            break;
    }
    return false;
}

/* Who gets a text from a name instead of a number cannot answer it: there is another text for them. */
static void check_noreply(const struct pk_catalog_loading *l, const struct pk_template *t)
{
    bool asks = t->reply != PK_TEXT_REPLY_NONE || offers(l->catalog, t, REPLY_WORDS);
    const struct pk_argument *link = pk_argument_find(PK_SLICE("link"));
    char name[256];
    (void) snprintf(name, sizeof name, "%s" PK_NOREPLY, t->name);
    if (pk_name_ends(pk_slice_of(t->name), PK_NOREPLY)) {
        if (asks)
            pk_ini_tell(l->report, t->file, t->text_line, NULL, NULL, "Write reply: none, and {link} in place of the words.",
                        "column 1: a text for who cannot answer asks for an answer");
        if (!pk_body_uses(t->body, link) || pk_body_can_spare(t->body, link))
            pk_ini_tell(l->report, t->file, t->text_line, NULL, NULL, "Put {link} where the other text has the words to write.",
                        "column 1: a text for who cannot answer names no page");
        return;
    }
    if (!asks || pk_catalog_has_failed(l, pk_slice_of(name)))
        return;
    const struct pk_template *twin = pk_template_noreply(l->catalog, t);
    if (!twin)
        pk_ini_tell(l->report, t->file, 1, NULL, NULL, "Write the same text with {link} in place of the words to write, with reply: none.",
                    "column 1: the text asks for an answer, and there is no %s.txt beside it for who cannot give one", name);
    else if (!pk_template_covers(t, twin) || strcmp(t->topic, twin->topic) != 0 || t->kind != twin->kind || t->step != twin->step)
        pk_ini_tell(l->report, twin->file, 1, NULL, NULL,
                    "Let both say the same topic, kind and step, and add no arguments here but link and phone.",
                    "column 1: the head differs from that of %s", named(l, t));
}

/* The first that people hear of an event tells them how to end it all. A short text has no room: it is for who was told. */
static void check_stop(const struct pk_catalog_loading *l, const struct pk_template *t)
{
    struct pk_slice name = pk_slice_of(t->name);
    if (t->kind != PK_TEXT_NOTICE || t->step != PK_STEP_INVITATION || pk_name_ends(name, PK_SHORT) || pk_name_ends(name, PK_NOREPLY) ||
        offers(l->catalog, t, STOP_WORDS))
        return;
    pk_ini_tell(l->report, t->file, t->text_line, NULL, NULL,
                "End it with a word of the list stop-first in capitals, as in \"Край: СТОП\"; only NAME-short may leave it out.",
                "column 1: an invitation does not say how to end all messages");
}

/* ---- what it costs ---- */

/* How many parts a text takes in one script with the longest values, or with what `house` (NULL = nobody's) has longer. */
static int longest_parts(const struct pk_catalog *catalog, const struct pk_template *t, struct pk_slice script,
                         const struct pk_house *house, uint32_t *ret_parts)
{
    struct pk_buf document, words;
    struct pk_segmentation found = { 0 };
    pk_auto(pk_json) struct pk_json *values = NULL;
    char rendering[64] = "";
    pk_buf_init(&document, 65536);
    pk_buf_init(&words, 65536);
    pk_template_longest(t, house, pk_slice_is(script, PK_RENDERING_LATIN), &document);
    if (script.len > 0)
        (void) snprintf(rendering, sizeof rendering, "%s-%.*s", t->language->tag, PK_SLICE_ARG(script));
    int r = pk_json_parse(pk_buf_slice(&document), 65536, &values, NULL);
    struct pk_slice longest = pk_json_string(pk_json_get(values, "org"));
    struct pk_render render = {
        .language = pk_slice_of(t->language->tag),
        .rendering = pk_slice_of(rendering),
        .body = pk_slice_of(t->text),
        .values = values,
        .org = longest.len > 0 || !house ? longest : house->org,
        .zone = "Etc/UTC",
    };
    if (r == 0)
        r = pk_catalog_render(catalog, &render, &words, NULL);
    if (r == 0)
        r = pk_segment(pk_buf_slice(&words), false, &found, NULL);
    *ret_parts = found.parts;
    pk_buf_finish(&document);
    pk_buf_finish(&words);
    return r;
}

static void check_length(struct pk_catalog_loading *l, const struct pk_template *t, struct pk_slice script)
{
    uint32_t parts;
    if (longest_parts(l->catalog, t, script, NULL, &parts) != 0)
        pk_ini_tell(l->report, t->file, t->text_line, NULL, NULL, "Write a simpler text.",
                    "column 1: the text cannot be written with its longest values");
    else if (parts > t->parts)
        pk_ini_tell(l->report, t->file, t->text_line, NULL, NULL,
                    "Shorten the text, or lower max.place, or pay for more and raise parts.",
                    "column 1: with its longest values the text%s%s%s%.*s takes %u SMS parts and not %u",
                    script.len > 0 ? " in script " : "", script.len > 0 ? t->language->tag : "", script.len > 0 ? "-" : "",
                    PK_SLICE_ARG(script), parts, t->parts);
}

static bool is_asked(const struct pk_catalog_loading *l, const struct pk_template *t)
{
    for (size_t i = 0; i < l->only_count; i++)
        if (pk_catalog_is_form_of(pk_slice_of(t->name), l->only[i].name))
            return true;
    return !l->only;
}

static void check_templates(struct pk_catalog_loading *l)
{
    for (size_t i = 0; i < l->catalog->template_count; i++) {
        const struct pk_template *t = l->catalog->templates[i];
        if (!is_asked(l, t))
            continue;
        check_twin(l, t);
        check_noreply(l, t);
        check_stop(l, t);
        check_length(l, t, (struct pk_slice){ 0 });
        struct pk_slice rest = pk_slice_of(t->language->renderings), script;
        while (pk_slice_cut(&rest, ' ', &script))
            if (script.len > 0)
                check_length(l, t, script);
    }
}

static void check_fallbacks(struct pk_catalog_loading *l)
{
    for (size_t i = 0; i < l->catalog->language_count; i++) {
        const struct pk_language *language = l->catalog->languages[i];
        struct pk_slice rest = pk_slice_of(language->fallback), tag;
        while (pk_slice_cut(&rest, ' ', &tag))
            if (tag.len > 0 && !pk_catalog_language(l->catalog, tag))
                pk_ini_tell(l->report, language->ini->file, 1, "language", "fallback", "Name languages that have a folder here.",
                            "there is no language \"%.*s\"", PK_SHOWN(tag));
    }
}

void pk_catalog_check(struct pk_catalog_loading *l)
{
    check_fallbacks(l);
    check_templates(l);
}

void pk_catalog_measure(const struct pk_catalog *catalog, struct pk_slice org, struct pk_ini_report *report)
{
    const struct pk_house plain = { org, pk_slice_of(catalog->phone), pk_slice_of(catalog->link) };
    const struct pk_house linked = { org, plain.phone, pk_slice_of(catalog->own_link) };
    for (size_t i = 0; i < catalog->template_count; i++) {
        const struct pk_template *t = catalog->templates[i];
        bool own = catalog->own_link[0] && pk_catalog_is_noreply(pk_slice_of(t->name));
        uint32_t parts;
        if (longest_parts(catalog, t, (struct pk_slice){ 0 }, own ? &linked : &plain, &parts) == 0 && parts > t->parts)
            pk_ini_tell(report, t->file, t->text_line, NULL, NULL, "Write a shorter organisation, phone or page in [gateway].",
                        "column 1: as the gateway is configured the text can take %u SMS parts and not %u", parts, t->parts);
    }
}
