/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A catalog with texts of the city's own: those of the folder, some replaced and some added. Languages, reply words and the
 * texts that are not replaced stay the folder's. Called by the service, at start and when such a text is written.
 */
#include "gateway/language/catalog_private.h"

#include "gateway/base/text.h"

/* NAME of NAME-short, NAME-noreply and NAME-short-noreply. */
static struct pk_slice plain_name(struct pk_slice name)
{
    if (pk_name_ends(name, PK_NOREPLY))
        name.len -= strlen(PK_NOREPLY);
    if (pk_name_ends(name, PK_SHORT))
        name.len -= strlen(PK_SHORT);
    return name;
}

bool pk_catalog_is_form_of(struct pk_slice name, struct pk_slice other)
{
    return pk_slice_equal(plain_name(name), plain_name(other));
}

/* What asks for a shipped text by its name counts on its head: which values it takes and what its answers mean. */
static void check_shipped(const struct pk_catalog *shipped, const struct pk_template *t, struct pk_ini_report *report)
{
    const struct pk_template *was = pk_catalog_exact(shipped, pk_slice_of(t->name), pk_slice_of(t->language->tag));
    if (!was)
        was = pk_catalog_exact(shipped, pk_slice_of(t->name), PK_SLICE("nl"));
    if (!was)
        return;
    bool same = was->argument_count == t->argument_count;
    for (size_t i = 0; i < t->argument_count; i++)
        same = same && pk_template_argument(was, t->arguments[i].argument);
    if (!same)
        pk_ini_tell(report, t->file, t->arguments_line, NULL, NULL, "Name the same arguments, or write a text of another name.",
                    "column 1: the arguments differ from those of the text as it was shipped");
    if (was->kind != t->kind || was->reply != t->reply || was->step != t->step || strcmp(was->topic, t->topic) != 0)
        pk_ini_tell(report, t->file, 1, NULL, NULL, "Keep its topic, kind, step and reply, or write a text of another name.",
                    "column 1: the head differs from that of the text as it was shipped");
}

static void put(struct pk_catalog *catalog, struct pk_template *t)
{
    size_t i = 0;
    while (i < catalog->template_count && (strcmp(catalog->templates[i]->name, t->name) != 0 || catalog->templates[i]->language != t->language))
        i++;
    if (i < catalog->template_count && catalog->templates[i]->own)
        pk_template_free(catalog->templates[i]); /* named twice */
    if (i == catalog->template_count)
        catalog->templates = pk_realloc_array(catalog->templates, ++catalog->template_count, sizeof *catalog->templates);
    catalog->templates[i] = t;
}

static void add(struct pk_catalog_loading *l, const struct pk_own_file *own)
{
    char file[160];
    const struct pk_language *language = pk_catalog_language(l->catalog, own->language);
    (void) snprintf(file, sizeof file, "%.*s/%.*s.txt", (int) (own->language.len < 20 ? own->language.len : 20), own->language.data,
                    (int) (own->name.len < 100 ? own->name.len : 100), own->name.data);
    if (!language || !pk_slice_is(own->language, language->tag)) {
        pk_ini_tell(l->report, file, 0, NULL, NULL, "Name one of the languages there are texts in, like bg.", "there is no such language");
        return;
    }
    if (!pk_is_name(own->name)) {
        pk_ini_tell(l->report, file, 0, NULL, NULL, "Use small letters, digits and hyphens, like parent-meeting-invitation.",
                    "this is no name of a text");
        return;
    }
    struct pk_template *t = NULL;
    if (own->content.len > PK_TEMPLATE_BYTES_MAX)
        pk_ini_tell(l->report, file, 0, NULL, NULL, "A text is at most 16 KiB.", "the text is too long");
    else
        t = pk_template_parse(file, own->name, language, own->content, l->report);
    if (!t) {
        pk_catalog_note_failed(l, own->name);
        return;
    }
    t->own = true;
    check_shipped(l->catalog->shipped, t, l->report);
    put(l->catalog, t);
}

struct pk_catalog *pk_catalog_with(const struct pk_catalog *shipped, const struct pk_own_file *files, size_t count, struct pk_ini_report *report)
{
    struct pk_ini_report silent = { 0 };
    struct pk_catalog *catalog = pk_alloc(sizeof *catalog);
    struct pk_catalog_loading l = { .catalog = catalog, .report = report ? report : &silent, .only = files, .only_count = count };
    *catalog = (struct pk_catalog){
        .languages = shipped->languages,
        .language_count = shipped->language_count,
        .templates = pk_alloc_array(shipped->template_count + 1, sizeof *catalog->templates),
        .template_count = shipped->template_count,
        .words = shipped->words,
        .cache = pk_render_cache_new(),
        .phone = pk_strdup(shipped->phone),
        .link = pk_strdup(shipped->link),
        .own_link = pk_strdup(shipped->own_link),
        .shipped = shipped,
    };
    memcpy(catalog->templates, shipped->templates, shipped->template_count * sizeof *catalog->templates);
    for (size_t i = 0; i < count; i++)
        add(&l, &files[i]);
    if (count > 0)
        pk_catalog_check(&l);
    pk_catalog_loading_finish(&l);
    return catalog;
}
