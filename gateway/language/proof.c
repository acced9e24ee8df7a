/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes the proof-reading page; see the header. */
#include "gateway/language/proof.h"

#include "gateway/base/text.h"
#include "gateway/language/catalog_private.h"
#include "gateway/language/preview.h"
#include "gateway/language/samples.h"

#define DUTCH "nl"
#define SAME "〃"
#define PENCIL_LINE "……………………………………………………………………………………………………………………………………………………………………………………"

static const char preface[] =
    "# Proefblad\n\n"
    "<!-- Gemaakt met `pokana templates proof`; verander de teksten zelf en maak dit blad opnieuw. -->\n\n"
    "Alle teksten die mensen krijgen, met voorbeelden ingevuld: Zaanstad, dinsdag 3 maart, Dam 12. Lees ze hardop, met een "
    "potlood\n"
    "in de hand. Zet een kruis in ☐ als een tekst goed is; streep anders door wat niet klopt en schrijf het op de regel "
    "eronder.\n"
    "De Latijnse schrijfwijze wordt gemaakt volgens de Bulgaarse wet: daar is alleen te lezen of zij te begrijpen is.\n\n"
    "Прочетете на глас всеки текст. Ако е добър, отбележете ☐. Ако не е, поправете го с молив на реда под него.\n"
    "Латинските букви са по закона за транслитерацията: кажете само дали се разбират.\n\n"
    "Een sms met Bulgaarse letters telt 70 tekens, in delen 67; met Latijnse letters 160 en 153. Elk deel wordt betaald.\n";

/* ---- cells ---- */

/* What means something in a table of Markdown is written as it is. */
static void add_cell(struct pk_buf *out, struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\n') {
            (void) pk_buf_add_text(out, "<br>");
            continue;
        }
        if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '`' || c == '<' || c == '[')
            (void) pk_buf_add_char(out, '\\');
        (void) pk_buf_add_char(out, c);
    }
}

static const char *kind_of(const struct pk_template *t)
{
    static const char *const kinds[] = { "bericht", "vraag om toestemming", "antwoord" };
    return kinds[t->kind];
}

static const char *reply_of(const struct pk_template *t)
{
    static const char *const replies[] = { "", " · vraagt ja of nee", " · vraagt ja", " · vraagt een mening" };
    return replies[t->reply];
}

static const char *status_of(const struct pk_template *t)
{
    if (strcmp(t->status, "unread by a native reader") == 0)
        return "nog niet gelezen door een moedertaalspreker";
    return t->status[0] ? "hardop gelezen door een moedertaalspreker" : "geen opgave";
}

static bool counts_people(const struct pk_template *t)
{
    for (size_t i = 0; i < t->argument_count; i++)
        if (t->arguments[i].argument->type == PK_ARGUMENT_COUNT)
            return true;
    return false;
}

/* ---- one text ---- */

struct writing {
    const struct pk_catalog *catalog;
    struct pk_buf *out;
    struct pk_error *err;
};

static int preview(const struct writing *w, const struct pk_template *t, struct pk_slice script, int64_t people,
                   struct pk_preview *ret)
{
    struct pk_buf document;
    pk_auto(pk_json) struct pk_json *values = NULL;
    pk_buf_init(&document, 65536);
    pk_template_sample(t, 0, people, &document);
    int r = pk_json_parse(pk_buf_slice(&document), 65536, &values, w->err);
    const struct pk_preview_request request = {
        .catalog = w->catalog,
        .template_ = t,
        .script = script,
        .values = values,
        .org = pk_json_string(pk_json_get(values, "org")),
        .zone = PK_SAMPLE_ZONE,
    };
    if (r == 0)
        r = pk_preview_make(&request, ret, w->err);
    pk_buf_finish(&document);
    if (r != 0 && w->err)
        pk_error_prefix(w->err, "%s in %s", t->name, t->language->tag);
    return r;
}

static const char *script_of(struct pk_slice script)
{
    if (pk_slice_is(script, PK_RENDERING_PLAIN))
        return ", gewone letters";
    return script.len > 0 ? ", Latijnse letters" : "";
}

static void add_row(const struct writing *w, const struct pk_template *t, const struct pk_preview *made, struct pk_slice beside)
{
    (void) pk_buf_printf(w->out, "| ☐ | %s%s | ", t->language->name, script_of(pk_slice_of(made->script)));
    add_cell(w->out, pk_buf_slice(&made->text));
    (void) pk_buf_add_text(w->out, " | ");
    add_cell(w->out, beside);
    (void) pk_buf_printf(w->out, " | %u | %u |\n", made->segmentation.units, made->segmentation.parts);
}

/* The Dutch text beside it is that of the same number; `dutch` NULL: it stands above. */
static int add_own(const struct writing *w, const struct pk_template *t, const struct pk_preview *own, int64_t people,
                   const struct pk_template *dutch)
{
    struct pk_preview beside;
    int r = dutch ? preview(w, dutch, (struct pk_slice){ 0 }, people, &beside) : 0;
    if (r != 0)
        return r;
    add_row(w, t, own, dutch ? pk_buf_slice(&beside.text) : PK_SLICE(SAME));
    if (dutch)
        pk_preview_finish(&beside);
    return 0;
}

/* In the language's own letters and in each script that makes it another text. */
static int add_scripts(const struct writing *w, const struct pk_template *t, int64_t people, const struct pk_template *dutch)
{
    struct pk_slice rest = pk_slice_of(t->language->renderings), script;
    struct pk_preview own, made;
    int r = preview(w, t, (struct pk_slice){ 0 }, people, &own);
    if (r != 0)
        return r;
    r = add_own(w, t, &own, people, dutch);
    while (r == 0 && pk_slice_cut(&rest, ' ', &script)) {
        if (script.len == 0 || (r = preview(w, t, script, people, &made)) != 0)
            continue;
        if (!pk_slice_equal(pk_buf_slice(&made.text), pk_buf_slice(&own.text)))
            add_row(w, t, &made, PK_SLICE(SAME));
        pk_preview_finish(&made);
    }
    pk_preview_finish(&own);
    return r;
}

/* A number as one and as more. */
static int add_language(const struct writing *w, const struct pk_template *t, const struct pk_template *dutch)
{
    int r = counts_people(t) ? add_scripts(w, t, 1, dutch) : 0;
    return r != 0 ? r : add_scripts(w, t, PK_SAMPLE_PEOPLE, dutch);
}

static int add_head(const struct writing *w, const struct pk_template *dutch)
{
    struct pk_preview made;
    int r = preview(w, dutch, (struct pk_slice){ 0 }, PK_SAMPLE_PEOPLE, &made);
    if (r != 0)
        return r;
    (void) pk_buf_printf(w->out, "\n## %s\n\n", dutch->name);
    add_cell(w->out, pk_template_gloss(dutch));
    (void) pk_buf_printf(w->out, " · %s%s%s%s\n\n", kind_of(dutch), reply_of(dutch), dutch->topic[0] ? " · onderwerp " : "",
                         dutch->topic);
    (void) pk_buf_printf(w->out, "| ☐ | | tekst | Nederlands: %u tekens, %u %s | tekens | delen |\n|:-:|---|---|---|--:|--:|\n",
                         made.segmentation.units, made.segmentation.parts, made.segmentation.parts == 1 ? "deel" : "delen");
    pk_preview_finish(&made);
    return 0;
}

/* Every text has a Dutch one. */
static int add_section(const struct writing *w, const struct pk_template *dutch)
{
    const struct pk_catalog *catalog = w->catalog;
    const struct pk_template *beside = dutch;
    int r = add_head(w, dutch);
    for (size_t i = 0; r == 0 && i < catalog->language_count; i++) {
        const struct pk_template *t =
            pk_catalog_exact(catalog, pk_slice_of(dutch->name), pk_slice_of(catalog->languages[i]->tag));
        if (!t || t == dutch)
            continue;
        r = add_language(w, t, beside);
        beside = counts_people(t) ? beside : NULL;
    }
    if (r == 0 && beside == dutch && !counts_people(dutch)) /* it stands beside nothing */
        r = add_language(w, dutch, NULL);
    const char *between = "\n"; /* a paragraph of its own, then one sentence after the other */
    for (size_t i = 0; i < catalog->language_count; i++) {
        const struct pk_template *t =
            pk_catalog_exact(catalog, pk_slice_of(dutch->name), pk_slice_of(catalog->languages[i]->tag));
        if (!t || t == dutch)
            continue;
        (void) pk_buf_printf(w->out, "%s%s: %s.", between, t->language->name, status_of(t));
        between = " ";
    }
    (void) pk_buf_add_text(w->out, "\n\n☐ " PENCIL_LINE "\n");
    return r;
}

static int by_name(const void *a, const void *b)
{
    const struct pk_template *x = *(struct pk_template *const *) a, *y = *(struct pk_template *const *) b;
    return strcmp(x->name, y->name);
}

int pk_proof_write(const struct pk_catalog *catalog, struct pk_buf *out, struct pk_error *err)
{
    const struct writing w = { .catalog = catalog, .out = out, .err = err };
    const struct pk_template **texts = pk_alloc_array(catalog->template_count + 1, sizeof *texts);
    size_t count = 0;
    int r = 0;
    for (size_t i = 0; i < catalog->template_count; i++)
        if (strcmp(catalog->templates[i]->language->tag, DUTCH) == 0)
            texts[count++] = catalog->templates[i];
    qsort(texts, count, sizeof *texts, by_name);
    (void) pk_buf_add_text(out, preface);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = add_section(&w, texts[i]);
    free(texts);
    return r == 0 && out->failed ? pk_fail(err, PK_E_LIMIT, "cannot write the page: it is too long") : r;
}
