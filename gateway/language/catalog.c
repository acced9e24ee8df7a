/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The catalog: every language folder loaded, the languages of a text compared, and look-up. Called at start and
 * reload by the daemon (pk_catalog_load) and by the service for everything else. What a file says is parsed in
 * template_file.c and language_file.c, the files are compared in catalog_check.c; rendering is render.c.
 */
#include "gateway/language/catalog_private.h"

#include "gateway/base/text.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#define TEMPLATES_MAX 4096
#define FILES_MAX 1024

/* ---- folders ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* The names in a folder, sorted: what is loaded may not depend on the order of the disk. Hidden ones are left out. */
static int list_folder(const char *path, char ***ret_names, size_t *ret_count, struct pk_error *err)
{
    DIR *folder = opendir(path);
    if (!folder)
        return pk_fail(err, PK_E_IO, "could not read folder \"%s\"", path);
    char **names = pk_alloc_array(FILES_MAX, sizeof *names);
    size_t count = 0;
    bool too_many = false;
    for (struct dirent *entry = readdir(folder); entry && !too_many; entry = readdir(folder)) {
        too_many = entry->d_name[0] != '.' && count == FILES_MAX;
        if (entry->d_name[0] != '.' && !too_many)
            names[count++] = pk_strdup(entry->d_name);
    }
    (void) closedir(folder);
    if (too_many) { /* a part of it would be chosen by the disk */
        free_names(names, count);
        return pk_fail(err, PK_E_LIMIT, "folder \"%s\" holds more than %d files", path, FILES_MAX);
    }
    qsort(names, count, sizeof *names, by_name);
    *ret_names = names;
    *ret_count = count;
    return 0;
}

static char *path_of(const char *folder, const char *name)
{
    struct pk_buf path;
    pk_buf_init(&path, 4096);
    (void) pk_buf_printf(&path, "%s/%s", folder, name);
    char *copy = pk_strdup(pk_buf_text(&path));
    pk_buf_finish(&path);
    return copy;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* ---- one language ---- */

bool pk_catalog_has_failed(const struct pk_catalog_loading *l, struct pk_slice name)
{
    for (size_t i = 0; i < l->failed_count; i++)
        if (pk_slice_is(name, l->failed[i]))
            return true;
    return l->failed_count == PK_TEMPLATES_FAILED_MAX;
}

void pk_catalog_note_failed(struct pk_catalog_loading *l, struct pk_slice name)
{
    if (l->failed_count < PK_TEMPLATES_FAILED_MAX)
        l->failed[l->failed_count++] = pk_slice_dup(name);
}

void pk_catalog_loading_finish(struct pk_catalog_loading *l)
{
    for (size_t i = 0; i < l->failed_count; i++)
        free(l->failed[i]);
    l->failed_count = 0;
}

static void load_template(struct pk_catalog_loading *l, const struct pk_language *language, const char *folder, const char *name)
{
    struct pk_catalog *catalog = l->catalog;
    size_t len = strlen(name);
    pk_auto(text) char *path = path_of(folder, name);
    if (len < 5 || strcmp(name + len - 4, ".txt") != 0 || !pk_is_name(pk_slice_make(name, len - 4))) {
        pk_ini_tell(l->report, path, 0, NULL, NULL, "Name texts like parent-meeting-invitation.txt, and put nothing else here.",
                    "the file is no text and no language.ini");
        return;
    }
    struct pk_template *t = pk_template_load(path, pk_slice_make(name, len - 4), language, l->report, l->err);
    if (!t) {
        pk_catalog_note_failed(l, pk_slice_make(name, len - 4));
        return;
    }
    if (catalog->template_count == TEMPLATES_MAX) {
        pk_ini_tell(l->report, path, 0, NULL, NULL, "Remove texts that are no longer sent.", "there are more than %d texts",
                    TEMPLATES_MAX);
        pk_template_free(t);
        return;
    }
    catalog->templates = pk_realloc_array(catalog->templates, catalog->template_count + 1, sizeof *catalog->templates);
    catalog->templates[catalog->template_count++] = t;
}

static int load_language(struct pk_catalog_loading *l, const char *folder, const char *tag)
{
    struct pk_catalog *catalog = l->catalog;
    char **names = NULL;
    size_t count = 0;
    pk_auto(text) char *path = path_of(folder, tag);
    if (!is_folder(path))
        return 0; /* the README beside the folders */
    if (catalog->language_count == PK_LANGUAGES_MAX || strlen(tag) >= sizeof((struct pk_reply_meaning *) 0)->language) {
        pk_ini_tell(l->report, path, 0, NULL, NULL, "Name the folder after the language's tag, like bg.",
                    "the folder is one too many, or no tag");
        return 0;
    }
    pk_auto(text) char *ini = path_of(path, "language.ini");
    struct pk_language *language = pk_language_load(ini, pk_slice_of(tag), l->report);
    if (!language) {
        l->language_failed = true;
        return 0;
    }
    catalog->languages[catalog->language_count++] = language;
    int r = list_folder(path, &names, &count, l->err);
    for (size_t i = 0; r == 0 && i < count; i++)
        if (strcmp(names[i], "language.ini") != 0)
            load_template(l, language, path, names[i]);
    free_names(names, count);
    return r;
}

/* ---- all of them ---- */

const struct pk_template *pk_catalog_exact(const struct pk_catalog *catalog, struct pk_slice name, struct pk_slice language)
{
    for (size_t i = 0; i < catalog->template_count; i++)
        if (pk_slice_is(name, catalog->templates[i]->name) && pk_slice_is(language, catalog->templates[i]->language->tag))
            return catalog->templates[i];
    return NULL;
}

static int by_reply_order(const void *a, const void *b)
{
    const struct pk_language *x = *(struct pk_language *const *) a, *y = *(struct pk_language *const *) b;
    return x->reply_order != y->reply_order ? (x->reply_order < y->reply_order ? -1 : 1) : strcmp(x->tag, y->tag);
}

static void add_reply_words(struct pk_catalog_loading *l)
{
    struct pk_catalog *catalog = l->catalog;
    qsort(catalog->languages, catalog->language_count, sizeof *catalog->languages, by_reply_order);
    for (size_t i = 0; i < catalog->language_count; i++)
        pk_language_add_replies(catalog->languages[i], catalog->words, l->report);
}

int pk_catalog_load(const char *folder, struct pk_ini_report *report, struct pk_catalog **ret_catalog, struct pk_error *err)
{
    struct pk_ini_report silent = { 0 };
    struct pk_catalog_loading l = { .report = report ? report : &silent, .err = err };
    size_t before = l.report->count, count = 0;
    char **tags = NULL;
    int r = list_folder(folder, &tags, &count, err);
    if (r != 0)
        return r;
    pk_auto(pk_catalog) struct pk_catalog *catalog = l.catalog = pk_alloc(sizeof *catalog);
    catalog->languages = pk_alloc_array(PK_LANGUAGES_MAX, sizeof *catalog->languages);
    catalog->words = pk_reply_words_new();
    catalog->cache = pk_render_cache_new();
    catalog->phone = pk_strdup("");
    catalog->link = pk_strdup("");
    catalog->own_link = pk_strdup("");
    for (size_t i = 0; r == 0 && i < count; i++)
        r = load_language(&l, folder, tags[i]);
    free_names(tags, count);
    add_reply_words(&l);
    if (!l.language_failed)
        pk_catalog_check(&l);
    pk_catalog_loading_finish(&l);
    if (r != 0)
        return r;
    if (catalog->language_count == 0 && l.report->count == before)
        return pk_fail(err, PK_E_NOT_FOUND, "there are no languages in folder \"%s\"", folder);
    if (l.report->count != before) {
        (void) pk_fail(err, PK_E_CONFIG, "the texts in \"%s\" have %zu mistakes", folder, l.report->count - before);
        return pk_hint(err, PK_E_CONFIG, "Each is told with its file and line.");
    }
    *ret_catalog = pk_steal(&catalog);
    return 0;
}

void pk_catalog_free(struct pk_catalog *catalog)
{
    if (!catalog)
        return;
    pk_render_cache_free(catalog->cache);
    for (size_t i = 0; i < catalog->template_count; i++)
        if (!catalog->shipped || catalog->templates[i]->own)
            pk_template_free(catalog->templates[i]);
    for (size_t i = 0; i < catalog->language_count && !catalog->shipped; i++)
        pk_language_free(catalog->languages[i]);
    free(catalog->templates);
    if (!catalog->shipped) {
        free(catalog->languages);
        pk_reply_words_free(catalog->words);
    }
    free(catalog->phone);
    free(catalog->link);
    free(catalog->own_link);
    free(catalog);
}

void pk_catalog_know(struct pk_catalog *catalog, struct pk_slice phone, struct pk_slice link)
{
    free(catalog->phone);
    free(catalog->link);
    catalog->phone = pk_slice_dup(phone.data ? phone : PK_SLICE(""));
    catalog->link = pk_slice_dup(link.data ? link : PK_SLICE(""));
}

void pk_catalog_make_links(struct pk_catalog *catalog, struct pk_slice sample)
{
    free(catalog->own_link);
    catalog->own_link = pk_slice_dup(sample.data ? sample : PK_SLICE(""));
}
