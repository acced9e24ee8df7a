/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts of the city's own: how they get into the catalog, are written and taken back; see the header. */
#include "gateway/service/own_texts.h"

#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/planner.h"
#include "gateway/service/texts.h"
#include "gateway/service/trail.h"
#include "gateway/store/own_texts.h"

#define DETAIL_MAX 200u

/* Files with memory of their own. */
struct files {
    struct pk_own_file *items;
    size_t count;
};

struct pk_own_texts {
    const struct pk_catalog *shipped;
    struct pk_catalog *made; /* NULL = the city has none of its own */
    char **aside; /* names */
    size_t aside_count;
};

static void file_free(struct pk_own_file *file)
{
    free((char *) file->name.data);
    free((char *) file->language.data);
    free((char *) file->content.data);
}

static void files_free(struct files *files)
{
    for (size_t i = 0; i < files->count; i++)
        file_free(&files->items[i]);
    free(files->items);
    *files = (struct files){ 0 };
}

static void files_add(struct files *files, const struct pk_own_file *file)
{
    files->items = pk_realloc_array(files->items, files->count + 1, sizeof *files->items);
    files->items[files->count++] = (struct pk_own_file){
        .name = pk_slice_make(pk_slice_dup(file->name), file->name.len),
        .language = pk_slice_make(pk_slice_dup(file->language), file->language.len),
        .content = pk_slice_make(pk_slice_dup(file->content), file->content.len),
    };
}

static struct pk_own_file *files_find(struct files *files, struct pk_slice name, struct pk_slice language)
{
    for (size_t i = 0; i < files->count; i++)
        if (pk_slice_equal(files->items[i].name, name) && pk_slice_equal(files->items[i].language, language))
            return &files->items[i];
    return NULL;
}

/* In place of what is there under its name and language. */
static void files_put(struct files *files, const struct pk_own_file *file)
{
    struct pk_own_file *there = files_find(files, file->name, file->language);
    if (!there) {
        files_add(files, file);
        return;
    }
    free((char *) there->content.data);
    there->content = pk_slice_make(pk_slice_dup(file->content), file->content.len);
}

static void files_take(struct files *files, struct pk_slice name)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        if (pk_slice_equal(files->items[i].name, name))
            file_free(&files->items[i]);
        else
            files->items[kept++] = files->items[i];
    }
    files->count = kept;
}

static int add_stored(void *ctx, const struct pk_own_text *text)
{
    const struct pk_own_file file = { text->name, text->language, text->content };
    if (text->content.len > 0)
        files_add(ctx, &file);
    return 0;
}

/* The newest of each, as the turn sees them. */
static int read_all(struct pk_service *service, struct files *ret_files, struct pk_error *err)
{
    int r = pk_own_texts_now(service->store, add_stored, ret_files, err);
    if (r != 0)
        files_free(ret_files);
    return r;
}

/* What is set aside and has no form among `files` keeps nobody from writing something else. */
static void leave_aside(const struct pk_own_texts *own, const struct pk_own_file *files, size_t count, struct files *all)
{
    for (size_t i = 0; own && i < own->aside_count; i++) {
        bool concerned = false;
        for (size_t j = 0; j < count; j++)
            concerned = concerned || pk_catalog_is_form_of(pk_slice_of(own->aside[i]), files[j].name);
        if (!concerned)
            files_take(all, pk_slice_of(own->aside[i]));
    }
}

/* ---- in use ---- */

static void log_mistake(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    char at[16];
    (void) ctx;
    (void) section;
    (void) key;
    (void) snprintf(at, sizeof at, "%u", line);
    pk_log(PK_LOG_ERROR, "service", "text.mistake", "file", file, "line", at, "reason", reason, "hint", hint, NULL);
}

/* Forms of a text go with each other, and with nothing else: those that do not fit are left out together. */
static struct pk_catalog *make_of_those_that_fit(struct pk_own_texts *own, const struct files *all)
{
    struct files good = { 0 };
    for (size_t i = 0; i < all->count; i++) {
        struct files forms = { 0 };
        struct pk_ini_report report = { .tell = log_mistake };
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen = seen || pk_catalog_is_form_of(all->items[j].name, all->items[i].name);
        for (size_t j = i; j < all->count && !seen; j++)
            if (pk_catalog_is_form_of(all->items[j].name, all->items[i].name))
                files_add(&forms, &all->items[j]);
        pk_catalog_free(seen ? NULL : pk_catalog_with(own->shipped, forms.items, forms.count, &report));
        for (size_t j = 0; j < forms.count; j++) {
            if (report.count == 0) {
                files_add(&good, &forms.items[j]);
                continue;
            }
            own->aside = pk_realloc_array(own->aside, own->aside_count + 1, sizeof *own->aside);
            own->aside[own->aside_count++] = pk_slice_dup(forms.items[j].name);
            pk_log(PK_LOG_ERROR, "service", "text.set_aside", "text", own->aside[own->aside_count - 1], "reason",
                   "the city's own text does not go with the shipped ones any more; those count until it is corrected", NULL);
        }
        files_free(&forms);
    }
    struct pk_catalog *made = good.count > 0 ? pk_catalog_with(own->shipped, good.items, good.count, NULL) : NULL;
    files_free(&good);
    return made;
}

static struct pk_own_texts *make(struct pk_service *service, const struct pk_catalog *shipped)
{
    struct files all = { 0 };
    struct pk_error err = { 0 };
    struct pk_ini_report report = { 0 };
    struct pk_own_texts *own = pk_alloc(sizeof *own);
    own->shipped = shipped;
    if (read_all(service, &all, &err) != 0)
        pk_log(PK_LOG_ERROR, "service", "texts.unread", "reason", err.message, NULL);
    if (all.count > 0)
        own->made = pk_catalog_with(shipped, all.items, all.count, &report);
    if (report.count > 0) {
        pk_catalog_free(own->made);
        own->made = make_of_those_that_fit(own, &all);
    }
    files_free(&all);
    return own;
}

void pk_own_texts_free(struct pk_own_texts *own)
{
    if (!own)
        return;
    pk_catalog_free(own->made);
    for (size_t i = 0; i < own->aside_count; i++)
        free(own->aside[i]);
    free(own->aside);
    free(own);
}

void pk_own_texts_take(struct pk_service *service, const struct pk_catalog *shipped)
{
    struct pk_own_texts *before = service->own_texts;
    service->own_texts = make(service, shipped);
    service->catalog = service->own_texts->made ? service->own_texts->made : shipped;
    pk_own_texts_free(before);
    pk_texts_forget(service->texts);
}

const struct pk_catalog *pk_own_texts_shipped(const struct pk_service *service)
{
    return service->own_texts ? service->own_texts->shipped : service->catalog;
}

bool pk_own_texts_is_aside(const struct pk_service *service, struct pk_slice name)
{
    for (size_t i = 0; service->own_texts && i < service->own_texts->aside_count; i++)
        if (pk_slice_is(name, service->own_texts->aside[i]))
            return true;
    return false;
}

/* ---- changed ---- */

/* After the commit: no handler is at work, and nothing holds a text of the catalog before. */
static void renew(void *ctx)
{
    struct pk_service *service = ctx;
    pk_own_texts_take(service, pk_own_texts_shipped(service));
    if (service->dispatcher)
        pk_dispatcher_judge_anew(service->dispatcher);
    if (service->planner)
        pk_planner_refresh(service->planner);
}

static int compare_editions(struct pk_service *service, struct pk_slice name, int64_t edition, struct pk_error *err)
{
    if (edition == PK_EDITION_ANY || edition == pk_own_text_edition(service->store, name))
        return 0;
    (void) pk_fail(err, PK_E_CONFLICT, "somebody else wrote text \"%.*s\" in the meantime", PK_SLICE_ARG(name));
    return pk_hint(err, PK_E_CONFLICT, "Look at it as it is now, and write yours again if it is still wanted.");
}

/* Line ends as in a folder; one at the end. */
static void tidy(struct pk_slice content, struct pk_buf *out)
{
    struct pk_slice trimmed = pk_slice_trim(content);
    for (size_t i = 0; i < trimmed.len; i++)
        if (trimmed.data[i] != '\r')
            (void) pk_buf_add(out, trimmed.data + i, 1);
    (void) pk_buf_add_text(out, "\n");
}

static struct pk_catalog *catalog_of(struct pk_service *service, const struct files *files, struct pk_ini_report *report)
{
    return pk_catalog_with(pk_own_texts_shipped(service), files->items, files->count, report);
}

/* What is stored, with these files in it. */
static int put_all(struct pk_service *service, const struct pk_own_file *files, size_t count, struct files *ret_all, struct pk_error *err)
{
    int r = read_all(service, ret_all, err);
    leave_aside(service->own_texts, files, count, ret_all);
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct pk_buf content;
        pk_buf_init(&content, 2 * PK_OWN_TEXT_MAX);
        tidy(files[i].content, &content);
        struct pk_own_file file = { files[i].name, files[i].language, pk_buf_slice(&content) };
        if (content.failed)
            r = pk_fail(err, PK_E_LIMIT, "a text is at most %u bytes", PK_OWN_TEXT_MAX);
        else
            files_put(ret_all, &file);
        pk_buf_finish(&content);
    }
    return r;
}

struct pk_catalog *pk_own_texts_try(struct pk_service *service, const struct pk_own_file *files, size_t count, struct pk_ini_report *report)
{
    struct files all = { 0 };
    (void) put_all(service, files, count, &all, NULL);
    struct pk_catalog *made = catalog_of(service, &all, report);
    files_free(&all);
    return made;
}

static bool says_nothing_new(struct pk_service *service, struct files *before, const struct pk_template *t, struct pk_slice content)
{
    const struct pk_own_file *there = files_find(before, pk_template_name(t), pk_template_language(t));
    if (there)
        return pk_slice_equal(there->content, content);
    const struct pk_template *shipped = pk_catalog_exact(pk_own_texts_shipped(service), pk_template_name(t), pk_template_language(t));
    return shipped && memcmp(pk_template_hash(shipped), pk_template_hash(t), 32) == 0 &&
           pk_slice_equal(pk_template_head(shipped), pk_template_head(t));
}

static int keep_one(struct pk_service *service, const struct pk_actor *actor, const struct pk_template *t, struct pk_slice content, int64_t now_ms,
                    struct pk_error *err)
{
    int64_t id;
    char object[128], detail[DETAIL_MAX];
    const uint8_t *hash = pk_template_hash(t);
    struct pk_own_text row = {
        .name = pk_template_name(t),
        .language = pk_template_language(t),
        .content = content,
        .author = pk_slice_of(actor->name),
        .at_ms = now_ms,
    };
    memcpy(row.hash, hash, sizeof row.hash);
    int r = pk_own_text_add(service->store, &row, &id, err);
    (void) snprintf(object, sizeof object, "%.*s", (int) (row.name.len < 100 ? row.name.len : 100), row.name.data);
    (void) snprintf(detail, sizeof detail, "%.*s, words %02x%02x%02x%02x", (int) (row.language.len < 40 ? row.language.len : 40), row.language.data, hash[0],
                    hash[1], hash[2], hash[3]);
    return r == 0 ? pk_trail_done(service, actor, "template.edit", object, detail, 0, now_ms, err) : r;
}

static int allowed(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_error *err)
{
    char object[128];
    (void) snprintf(object, sizeof object, "%.*s", (int) (name.len < 100 ? name.len : 100), name.data);
    return pk_allow(service, actor, PK_ACTION_TEMPLATE_EDIT, &(struct pk_about){ .template_name = name }, object, err);
}

static int wrong(const struct pk_ini_report *report, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_INVALID, "the texts have %zu mistake%s", report->count, report->count == 1 ? "" : "s");
    return pk_hint(err, PK_E_INVALID, "Each is told with its line.");
}

/* `all` holds them as they will be. */
static int keep_all(struct pk_service *service, const struct pk_actor *actor, const struct pk_catalog *made, struct files *all,
                    const struct pk_own_file *files, size_t count, int64_t now_ms, struct pk_error *err)
{
    struct files before = { 0 };
    size_t kept = 0;
    int r = read_all(service, &before, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct pk_template *t = pk_catalog_exact(made, files[i].name, files[i].language);
        struct pk_slice content = files_find(all, files[i].name, files[i].language)->content;
        if (says_nothing_new(service, &before, t, content))
            continue;
        kept++;
        r = keep_one(service, actor, t, content, now_ms, err);
    }
    files_free(&before);
    if (r == 0 && kept > 0)
        pk_store_after(service->store, PK_LANE_MEMORY, (struct pk_after){ .done = renew, .ctx = service });
    return r;
}

int pk_own_texts_write(struct pk_service *service, const struct pk_actor *actor, const struct pk_own_file *files, size_t count, int64_t edition,
                       struct pk_ini_report *report, int64_t now_ms, struct pk_error *err)
{
    struct files all = { 0 };
    int r = count > 0 && count <= PK_OWN_FILES_MAX ? 0 : pk_fail(err, PK_E_INVALID, "write one text at least, and at most %d at once", PK_OWN_FILES_MAX);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = allowed(service, actor, files[i].name, err);
    if (r == 0)
        r = compare_editions(service, files[0].name, edition, err);
    if (r == 0)
        r = put_all(service, files, count, &all, err);
    if (r == 0) {
        pk_auto(pk_catalog) struct pk_catalog *made = catalog_of(service, &all, report);
        r = report->count > 0 ? wrong(report, err) : keep_all(service, actor, made, &all, files, count, now_ms, err);
    }
    files_free(&all);
    return r;
}

/* ---- taken back ---- */

struct taking_back {
    struct pk_service *service;
    const struct pk_actor *actor;
    int64_t now_ms;
    struct pk_error *err;
};

static int take_back_one(const struct taking_back *taking, struct pk_slice name, struct pk_slice language)
{
    int64_t id;
    char object[128], detail[DETAIL_MAX];
    const struct pk_own_text row = { .name = name, .language = language, .author = pk_slice_of(taking->actor->name), .at_ms = taking->now_ms };
    int r = pk_own_text_add(taking->service->store, &row, &id, taking->err);
    (void) snprintf(object, sizeof object, "%.*s", (int) (name.len < 100 ? name.len : 100), name.data);
    (void) snprintf(detail, sizeof detail, "%.*s, taken back", (int) (language.len < 40 ? language.len : 40), language.data);
    return r == 0 ? pk_trail_done(taking->service, taking->actor, "template.edit", object, detail, 0, taking->now_ms, taking->err) : r;
}

int pk_own_texts_withdraw(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, int64_t edition,
                          struct pk_ini_report *report, int64_t now_ms, struct pk_error *err)
{
    const struct taking_back taking = { service, actor, now_ms, err };
    struct files all = { 0 }, was = { 0 };
    int r = allowed(service, actor, name, err);
    if (r == 0)
        r = compare_editions(service, name, edition, err);
    if (r == 0)
        r = read_all(service, &all, err);
    for (size_t i = 0; i < all.count; i++)
        if (pk_slice_equal(all.items[i].name, name))
            files_add(&was, &all.items[i]);
    if (r == 0 && was.count == 0)
        r = pk_fail(err, PK_E_NOT_FOUND, "the city has no text \"%.*s\" of its own", PK_SLICE_ARG(name));
    if (r == 0) {
        files_take(&all, name);
        leave_aside(service->own_texts, NULL, 0, &all);
        pk_auto(pk_catalog) struct pk_catalog *made = catalog_of(service, &all, report);
        r = report->count > 0 ? wrong(report, err) : 0;
    }
    for (size_t i = 0; r == 0 && i < was.count; i++)
        r = take_back_one(&taking, name, was.items[i].language);
    if (r == 0)
        pk_store_after(service->store, PK_LANE_MEMORY, (struct pk_after){ .done = renew, .ctx = service });
    files_free(&was);
    files_free(&all);
    return r;
}
