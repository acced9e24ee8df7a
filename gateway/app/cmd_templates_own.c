/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The city's own texts as files: `pokana templates export FOLDER` writes them, each where it would stand among the shipped
 * ones, `import FOLDER` puts such a folder into the running gateway, and `withdraw NAME` takes one back. Forms of a text go
 * with each other, so they are put in together.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/texts.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/store/own_texts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX 1024u
#define PATH_MAX_BYTES 4096u
#define BODY_MAX (512u << 10)

/* ---- export ---- */

static int make_folder(const char *path, struct pk_error *err)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST ? 0 : pk_fail(err, PK_E_IO, "could not make folder \"%s\"", path);
}

/* A name of a file comes from the gateway; it is still looked at before it becomes a path. */
static int write_one(const char *folder, struct pk_slice name, const struct pk_json *text, struct pk_error *err)
{
    char path[PATH_MAX_BYTES];
    struct pk_slice language = pk_json_string(pk_json_get(text, "language")), content = pk_json_string(pk_json_get(text, "content"));
    if (!pk_is_name(name) || !pk_is_name(language))
        return pk_fail(err, PK_E_INVALID, "the gateway answered with a text that has no name");
    (void) snprintf(path, sizeof path, "%s/%.*s", folder, PK_SLICE_ARG(language));
    int r = make_folder(path, err);
    if (r != 0)
        return r;
    if (snprintf(path, sizeof path, "%s/%.*s/%.*s.txt", folder, PK_SLICE_ARG(language), PK_SLICE_ARG(name)) >= (int) sizeof path)
        return pk_fail(err, PK_E_LIMIT, "the name of folder \"%.200s\" is too long", folder);
    return pk_file_replace(path, 0644, content, err);
}

static int ask_one(const struct pk_invocation *invocation, struct pk_slice name, struct pk_json **ret_text, struct pk_error *err)
{
    struct pk_buf path;
    pk_buf_init(&path, 1024);
    (void) pk_buf_add_text(&path, "/v1/templates/");
    pk_ask_escape(&path, name);
    int r = pk_ask_read(invocation, pk_buf_text(&path), ret_text, err);
    pk_buf_finish(&path);
    return r;
}

static int export_one(const struct pk_invocation *invocation, const char *folder, struct pk_slice name, size_t *count, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *whole = NULL;
    int r = ask_one(invocation, name, &whole, err);
    const struct pk_json *texts = pk_json_get(whole, "texts");
    for (size_t i = 0; r == 0 && i < pk_json_count(texts); i++) {
        bool own = false;
        if (!pk_json_bool(pk_json_get(pk_json_item(texts, i), "own"), &own) || !own)
            continue;
        r = write_one(folder, name, pk_json_item(texts, i), err);
        *count += r == 0;
    }
    return r;
}

static void print_count(const struct pk_invocation *invocation, size_t count, const char *sentence)
{
    if (invocation->json)
        (void) printf("{\"texts\":%zu}\n", count);
    else
        (void) printf("%zu text%s %s\n", count, count == 1 ? "" : "s", sentence);
}

int pk_templates_export(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    size_t count = 0;
    int status = pk_options_read(&pk_command_templates, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_templates, "export takes the folder to write to");
    pk_auto(pk_json) struct pk_json *list = NULL;
    int r = pk_ask_read(invocation, "/v1/templates", &list, &err);
    if (r == 0)
        r = make_folder(words.words[0], &err);
    const struct pk_json *templates = pk_json_get(list, "templates");
    for (size_t i = 0; r == 0 && i < pk_json_count(templates); i++) {
        bool own = false;
        if (pk_json_bool(pk_json_get(pk_json_item(templates, i), "own"), &own) && own)
            r = export_one(invocation, words.words[0], pk_json_string(pk_json_get(pk_json_item(templates, i), "name")), &count, &err);
    }
    if (r != 0)
        return pk_command_failed(&err);
    print_count(invocation, count, "of the city's own written");
    return 0;
}

/* ---- import ---- */

struct file {
    char *language, *name; /* without .txt */
    bool sent;
};

struct folder {
    const char *path;
    struct file files[FILES_MAX];
    size_t count;
};

static void folder_free(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->files[i].language);
        free(folder->files[i].name);
    }
    free(folder);
}

static int look_into(struct folder *folder, const char *language, struct pk_error *err)
{
    char path[PATH_MAX_BYTES];
    (void) snprintf(path, sizeof path, "%s/%s", folder->path, language);
    DIR *open = opendir(path);
    int r = open ? 0 : pk_fail(err, PK_E_IO, "could not read folder \"%.300s\"", path);
    for (struct dirent *entry = open ? readdir(open) : NULL; r == 0 && entry; entry = readdir(open)) {
        size_t len = strlen(entry->d_name);
        if (len < 5 || strcmp(entry->d_name + len - 4, ".txt") != 0)
            continue; /* language.ini, where a whole folder of texts is given */
        if (folder->count == FILES_MAX)
            r = pk_fail(err, PK_E_LIMIT, "folder \"%.300s\" holds more than %u texts", folder->path, FILES_MAX);
        else
            folder->files[folder->count++] = (struct file){ .language = pk_strdup(language), .name = pk_strndup(entry->d_name, len - 4) };
    }
    if (open)
        (void) closedir(open);
    return r;
}

static int by_name(const void *a, const void *b)
{
    const struct file *x = a, *y = b;
    int by = strcmp(x->name, y->name);
    return by != 0 ? by : strcmp(x->language, y->language);
}

/* Folders named by a language; what else lies there is left alone. */
static int list_folder(struct folder *folder, struct pk_error *err)
{
    DIR *open = opendir(folder->path);
    int r = open ? 0 : pk_fail(err, PK_E_IO, "could not read folder \"%.300s\"", folder->path);
    for (struct dirent *entry = open ? readdir(open) : NULL; r == 0 && entry; entry = readdir(open)) {
        char path[PATH_MAX_BYTES];
        struct stat info;
        (void) snprintf(path, sizeof path, "%s/%s", folder->path, entry->d_name);
        if (entry->d_name[0] != '.' && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
            r = look_into(folder, entry->d_name, err);
    }
    if (open)
        (void) closedir(open);
    if (r == 0 && folder->count == 0)
        r = pk_fail(err, PK_E_NOT_FOUND, "there are no texts in folder \"%.300s\"", folder->path);
    qsort(folder->files, folder->count, sizeof folder->files[0], by_name);
    return r;
}

static int add_file(const struct folder *folder, const struct file *file, struct pk_json_out *out, struct pk_error *err)
{
    char path[PATH_MAX_BYTES];
    struct pk_buf content;
    (void) snprintf(path, sizeof path, "%s/%s/%s.txt", folder->path, file->language, file->name);
    pk_buf_init(&content, PK_OWN_TEXT_MAX);
    int r = pk_file_read(path, PK_OWN_TEXT_MAX, &content, err);
    if (r == 0 && !pk_utf8_valid(pk_buf_slice(&content)))
        r = pk_fail(err, PK_E_INVALID, "\"%.300s\" is not UTF-8 text", path);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "name", file->name);
    pk_json_add_text(out, "language", file->language);
    pk_json_add_slice(out, "content", pk_buf_slice(&content));
    pk_json_close(out, '}');
    pk_buf_finish(&content);
    return r;
}

/* The forms of one text, in all languages. */
static int send_forms(const struct pk_invocation *invocation, struct folder *folder, size_t first, struct pk_error *err)
{
    struct pk_buf body;
    pk_auto(pk_json) struct pk_json *answer = NULL;
    int r = 0;
    pk_buf_init(&body, BODY_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "texts", '[');
    for (size_t i = first; r == 0 && i < folder->count; i++) {
        if (folder->files[i].sent || !pk_catalog_is_form_of(pk_slice_of(folder->files[i].name), pk_slice_of(folder->files[first].name)))
            continue;
        folder->files[i].sent = true;
        r = add_file(folder, &folder->files[i], &out, err);
    }
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    if (r == 0)
        r = pk_ask_change(invocation, "POST", "/v1/templates", pk_buf_text(&body), &answer, err);
    pk_buf_finish(&body);
    return r;
}

int pk_templates_import(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_templates, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_templates, "import takes a folder of texts, as export writes it");
    struct folder *folder = pk_alloc(sizeof *folder);
    folder->path = words.words[0];
    int r = list_folder(folder, &err);
    for (size_t i = 0; r == 0 && i < folder->count; i++)
        if (!folder->files[i].sent)
            r = send_forms(invocation, folder, i, &err);
    if (r == 0)
        print_count(invocation, folder->count, "read in; what says nothing new is no new version");
    folder_free(folder);
    return r == 0 ? 0 : pk_command_failed(&err);
}

/* ---- withdraw ---- */

int pk_templates_withdraw(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_buf path;
    int status = pk_options_read(&pk_command_templates, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_templates, "withdraw takes the name of one text");
    pk_auto(pk_json) struct pk_json *answer = NULL;
    pk_buf_init(&path, 1024);
    (void) pk_buf_add_text(&path, "/v1/templates/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    int r = path.failed ? pk_fail(&err, PK_E_LIMIT, "that is too long") : pk_ask_change(invocation, "DELETE", pk_buf_text(&path), "", &answer, &err);
    pk_buf_finish(&path);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%s: the city's own words are taken back; what was planned keeps them\n", words.words[0]);
    return 0;
}
