/* SPDX-License-Identifier: EUPL-1.2 */
/* Looking things up in a loaded catalog, and checking a notice's values. Called by intake, planner and texts. */
#include "gateway/language/catalog_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/language/utf16.h"

const struct pk_language *pk_catalog_language(const struct pk_catalog *catalog, struct pk_slice tag)
{
    const char *hyphen = tag.len > 0 ? memchr(tag.data, '-', tag.len) : NULL;
    struct pk_slice plain = hyphen ? pk_slice_make(tag.data, (size_t) (hyphen - tag.data)) : tag;
    const struct pk_language *found = NULL;
    for (size_t i = 0; i < catalog->language_count; i++) {
        if (pk_slice_is(tag, catalog->languages[i]->tag))
            return catalog->languages[i];
        if (pk_slice_is(plain, catalog->languages[i]->tag))
            found = catalog->languages[i];
    }
    return found;
}

const struct pk_template *pk_catalog_find(const struct pk_catalog *catalog, struct pk_slice name, struct pk_slice language)
{
    const struct pk_language *own = pk_catalog_language(catalog, language);
    if (!own)
        return NULL;
    const struct pk_template *found = pk_catalog_exact(catalog, name, pk_slice_of(own->tag));
    struct pk_slice rest = pk_slice_of(own->fallback), tag;
    while (!found && pk_slice_cut(&rest, ' ', &tag))
        found = pk_catalog_exact(catalog, name, tag);
    return found;
}

/* The first of a name, in whatever language: all have the same arguments. */
static const struct pk_template *any_of(const struct pk_catalog *catalog, struct pk_slice name)
{
    for (size_t i = 0; i < catalog->template_count; i++)
        if (pk_slice_is(name, catalog->templates[i]->name))
            return catalog->templates[i];
    return NULL;
}

bool pk_catalog_knows(const struct pk_catalog *catalog, struct pk_slice name)
{
    return any_of(catalog, name) != NULL;
}

bool pk_template_covers(const struct pk_template *t, const struct pk_template *twin)
{
    for (size_t i = 0; i < twin->argument_count; i++)
        if (!twin->arguments[i].argument->key && !pk_template_argument(t, twin->arguments[i].argument))
            return false;
    return true;
}

const struct pk_template *pk_template_noreply(const struct pk_catalog *catalog, const struct pk_template *t)
{
    struct pk_slice name = pk_slice_of(t->name), tag = pk_slice_of(t->language->tag);
    char twin[256];
    (void) snprintf(twin, sizeof twin, "%s" PK_NOREPLY, t->name);
    const struct pk_template *found = pk_catalog_exact(catalog, pk_slice_of(twin), tag);
    if (found || !pk_name_ends(name, PK_SHORT))
        return found;
    (void) snprintf(twin, sizeof twin, "%.*s" PK_NOREPLY, (int) (name.len - strlen(PK_SHORT)), t->name);
    found = pk_catalog_exact(catalog, pk_slice_of(twin), tag);
    return found && pk_template_covers(t, found) ? found : NULL;
}

struct pk_slice pk_catalog_noreply(const struct pk_catalog *catalog, struct pk_slice name)
{
    const struct pk_template *t = any_of(catalog, name);
    const struct pk_template *twin = t ? pk_template_noreply(catalog, t) : NULL;
    return twin ? pk_slice_of(twin->name) : (struct pk_slice){ 0 };
}

bool pk_catalog_knows_page(const struct pk_catalog *catalog)
{
    return catalog->link[0] != '\0' || catalog->own_link[0] != '\0';
}

bool pk_catalog_is_noreply(struct pk_slice name)
{
    return pk_name_ends(name, PK_NOREPLY);
}

bool pk_catalog_has_language(const struct pk_catalog *catalog, struct pk_slice language)
{
    const struct pk_language *found = pk_catalog_language(catalog, language);
    return found && pk_slice_is(language, found->tag);
}

bool pk_catalog_has_rendering(const struct pk_catalog *catalog, struct pk_slice language, struct pk_slice script)
{
    const struct pk_language *found = pk_catalog_language(catalog, language);
    return found && (script.len == 0 || pk_language_renders(found, script));
}

const struct pk_dates *pk_catalog_dates(const struct pk_catalog *catalog, struct pk_slice language)
{
    const struct pk_language *found = pk_catalog_language(catalog, language);
    return found ? found->dates : NULL;
}

size_t pk_catalog_language_count(const struct pk_catalog *catalog)
{
    return catalog->language_count;
}

struct pk_slice pk_catalog_language_tag(const struct pk_catalog *catalog, size_t index)
{
    return pk_slice_of(catalog->languages[index]->tag);
}

const char *pk_catalog_holiday(const struct pk_catalog *catalog, size_t index, struct pk_wall *wall, int64_t moment_ms)
{
    int year, month, day;
    pk_wall_day(wall, moment_ms, &year, &month, &day);
    return pk_holidays_name(catalog->languages[index]->holidays, year, month, day);
}

const struct pk_holidays *pk_catalog_holidays(const struct pk_catalog *catalog, struct pk_slice language)
{
    for (size_t i = 0; i < catalog->language_count; i++)
        if (pk_slice_is(language, catalog->languages[i]->tag))
            return catalog->languages[i]->holidays;
    return NULL;
}

struct pk_slice pk_catalog_language_name(const struct pk_catalog *catalog, size_t index)
{
    return pk_slice_of(catalog->languages[index]->name);
}

struct pk_slice pk_catalog_language_renderings(const struct pk_catalog *catalog, size_t index)
{
    return pk_slice_of(catalog->languages[index]->renderings);
}

size_t pk_catalog_template_count(const struct pk_catalog *catalog)
{
    return catalog->template_count;
}

const struct pk_template *pk_catalog_template(const struct pk_catalog *catalog, size_t index)
{
    return catalog->templates[index];
}

struct pk_slice pk_template_name(const struct pk_template *t)
{
    return pk_slice_of(t->name);
}

struct pk_slice pk_template_language(const struct pk_template *t)
{
    return pk_slice_of(t->language->tag);
}

struct pk_slice pk_template_body(const struct pk_template *t)
{
    return pk_slice_of(t->text);
}

struct pk_slice pk_template_topic(const struct pk_template *t)
{
    return pk_slice_of(t->topic);
}

enum pk_text_kind pk_template_kind(const struct pk_template *t)
{
    return t->kind;
}

enum pk_text_step pk_template_step(const struct pk_template *t)
{
    return t->step;
}

enum pk_text_reply pk_template_reply(const struct pk_template *t)
{
    return t->reply;
}

struct pk_slice pk_template_gloss(const struct pk_template *t)
{
    return pk_slice_of(t->gloss ? t->gloss : "");
}

struct pk_slice pk_template_status(const struct pk_template *t)
{
    return pk_slice_of(t->status);
}

bool pk_template_is_own(const struct pk_template *t)
{
    return t->own;
}

struct pk_slice pk_template_head(const struct pk_template *t)
{
    return pk_slice_of(t->head ? t->head : "");
}

uint32_t pk_template_parts(const struct pk_template *t)
{
    return t->parts;
}

const uint8_t *pk_template_hash(const struct pk_template *t)
{
    return t->hash;
}

int pk_catalog_list(const struct pk_catalog *catalog, struct pk_slice language, const struct pk_slice *names, size_t count,
                    struct pk_buf *out)
{
    const struct pk_language *own = pk_catalog_language(catalog, language);
    return own ? pk_dates_list(own->dates, names, count, out) : PK_E_NOT_FOUND;
}

struct pk_slice pk_catalog_fallback(const struct pk_catalog *catalog, struct pk_slice language)
{
    const struct pk_language *own = pk_catalog_language(catalog, language);
    return own ? pk_slice_of(own->fallback) : PK_SLICE("");
}

const struct pk_reply_words *pk_catalog_reply_words(const struct pk_catalog *catalog)
{
    return catalog->words;
}

/* ---- values ---- */

/* One text in its languages, one at least: looked for once, and not for each of its arguments. */
struct versions {
    const struct pk_template *items[PK_LANGUAGES_MAX];
    size_t count;
};

static void find_versions(const struct pk_catalog *catalog, const struct pk_template *of, struct versions *ret_versions)
{
    ret_versions->count = 0;
    for (size_t i = 0; i < catalog->template_count && ret_versions->count < PK_LANGUAGES_MAX; i++)
        if (strcmp(catalog->templates[i]->name, of->name) == 0)
            ret_versions->items[ret_versions->count++] = catalog->templates[i];
}

/* The shortest of the lengths the languages allow: a notice is written once and sent in all of them. */
static uint32_t shortest(const struct versions *versions, const struct pk_argument *argument)
{
    uint32_t units = UINT32_MAX;
    for (size_t i = 0; i < versions->count; i++) {
        const struct pk_template_argument *declared = pk_template_argument(versions->items[i], argument);
        if (declared && declared->max_units < units)
            units = declared->max_units;
    }
    return units;
}

static bool is_org(const struct pk_argument *argument)
{
    return strcmp(argument->name, "org") == 0;
}

/* A text and what goes out instead of it: their values are checked together. */
struct checked {
    const struct pk_catalog *catalog;
    const struct pk_template *texts[2]; /* the second may be NULL, or the first again */
    const struct pk_json *values;
};

static bool is_known(const struct pk_template *t, struct pk_slice name)
{
    for (size_t i = 0; t && i < t->argument_count; i++)
        if (!is_org(t->arguments[i].argument) && pk_slice_is(name, t->arguments[i].argument->name))
            return true;
    return false;
}

static int check_known(const struct checked *c, struct pk_error *err)
{
    const struct pk_template *t = c->texts[0], *twin = pk_template_noreply(c->catalog, t);
    const char *names[PK_ARGUMENTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < t->argument_count; i++)
        if (!is_org(t->arguments[i].argument))
            names[count++] = t->arguments[i].argument->name;
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    while (pk_json_next(c->values, &iter, &name, &value)) {
        if (is_known(t, name) || is_known(c->texts[1], name) || is_known(twin, name))
            continue;
        const char *near = count > 0 ? pk_nearest(name, names, count) : NULL;
        (void) pk_fail(err, PK_E_INVALID, "template \"%s\" has no value \"%.*s\"", t->name, PK_SHOWN(name));
        return near ? pk_hint(err, PK_E_INVALID, "Did you mean \"%s\"?", near) : pk_hint(err, PK_E_INVALID, "Leave it out.");
    }
    return 0;
}

/* Can the text be written without it, in every language? */
static bool can_spare(const struct pk_catalog *catalog, const struct versions *versions, const struct pk_argument *argument)
{
    bool own = catalog->own_link[0] && pk_catalog_is_noreply(pk_slice_of(versions->items[0]->name));
    struct pk_house house = { .phone = pk_slice_of(catalog->phone), .link = pk_slice_of(own ? catalog->own_link : catalog->link) };
    if (argument->key && pk_house_value(&house, argument).len > 0)
        return true;
    for (size_t i = 0; i < versions->count; i++)
        if (!pk_body_can_spare(versions->items[i]->body, argument))
            return false;
    return true;
}

static int missing(const struct checked *c, const struct pk_template *t, const struct pk_argument *argument, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_INVALID, "%stemplate \"%s\" needs value \"%s\"",
                   t == c->texts[0] ? "" : "nobody can answer on this route, and ", t->name, argument->name);
    if (!argument->key)
        return pk_hint(err, PK_E_INVALID, "Add it: %s.", argument->meaning);
    return pk_hint(err, PK_E_INVALID, "Add it: %s. Or set %s in [gateway] of the configuration.", argument->meaning, argument->key);
}

/* Every value of one of the texts. */
static int check_text_values(const struct checked *c, const struct pk_template *t, bool needed, struct pk_error *err)
{
    struct versions versions;
    int r = 0;
    if (!t)
        return 0;
    find_versions(c->catalog, t, &versions);
    for (size_t i = 0; r == 0 && i < t->argument_count; i++) {
        const struct pk_argument *argument = t->arguments[i].argument;
        if (is_org(argument))
            continue;
        const struct pk_json *value = pk_json_get(c->values, argument->name);
        if (pk_json_kind(value) != PK_JSON_ABSENT)
            r = pk_argument_check(argument, shortest(&versions, argument), value, err);
        else if (needed && !can_spare(c->catalog, &versions, argument))
            r = missing(c, t, argument, err);
    }
    return r;
}

struct pk_slice pk_template_value(const struct pk_template *t, size_t index, bool *ret_number)
{
    if (index >= t->argument_count)
        return (struct pk_slice){ 0 };
    *ret_number = t->arguments[index].argument->type == PK_ARGUMENT_COUNT;
    return pk_slice_of(t->arguments[index].argument->name);
}

bool pk_template_takes(const struct pk_template *t, struct pk_slice value)
{
    for (size_t i = 0; i < t->argument_count; i++)
        if (pk_slice_is(value, t->arguments[i].argument->name))
            return true;
    return false;
}

static int check_order(const struct pk_json *values, struct pk_error *err)
{
    int64_t begins, ends;
    struct pk_slice begins_text = pk_json_string(pk_json_get(values, "begins")),
                    ends_text = pk_json_string(pk_json_get(values, "ends"));
    if (!begins_text.data || !ends_text.data || pk_time_parse(begins_text, &begins) != 0 ||
        pk_time_parse(ends_text, &ends) != 0 || ends > begins)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "value \"ends\" is not later than \"begins\"");
    return pk_hint(err, PK_E_INVALID, "Give the end of the same day.");
}

int pk_template_check_values_as(const struct pk_catalog *catalog, struct pk_slice name, struct pk_slice sent_as,
                                const struct pk_json *values, struct pk_error *err)
{
    struct checked c = { .catalog = catalog, .texts = { any_of(catalog, name), any_of(catalog, sent_as) }, .values = values };
    if (!c.texts[0])
        return pk_fail(err, PK_E_NOT_FOUND, "there is no template \"%.*s\"", PK_SHOWN(name));
    enum pk_json_kind kind = pk_json_kind(values);
    if (kind != PK_JSON_OBJECT && kind != PK_JSON_ABSENT) {
        (void) pk_fail(err, PK_E_INVALID, "the values of template \"%s\" are no object", c.texts[0]->name);
        return pk_hint(err, PK_E_INVALID, "Give them as {\"name\": value}.");
    }
    int r = check_known(&c, err);
    if (r == 0)
        r = check_text_values(&c, c.texts[0], true, err);
    if (r == 0 && c.texts[1] != c.texts[0])
        r = check_text_values(&c, c.texts[1], true, err);
    if (r == 0) /* what it does not need today has to be of use on the day its route changes */
        r = check_text_values(&c, pk_template_noreply(catalog, c.texts[0]), false, err);
    return r != 0 ? r : check_order(values, err);
}

int pk_template_check_values(const struct pk_catalog *catalog, struct pk_slice name, const struct pk_json *values,
                             struct pk_error *err)
{
    return pk_template_check_values_as(catalog, name, name, values, err);
}
