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

bool pk_catalog_knows(const struct pk_catalog *catalog, struct pk_slice name)
{
    for (size_t i = 0; i < catalog->template_count; i++)
        if (pk_slice_is(name, catalog->templates[i]->name))
            return true;
    return false;
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

enum pk_text_reply pk_template_reply(const struct pk_template *t)
{
    return t->reply;
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

/* The shortest of the lengths the languages allow: a notice is written once and sent in all of them. */
static uint32_t shortest(const struct pk_catalog *catalog, struct pk_slice name, const struct pk_argument *argument)
{
    uint32_t units = UINT32_MAX;
    for (size_t i = 0; i < catalog->template_count; i++) {
        const struct pk_template *t = catalog->templates[i];
        const struct pk_template_argument *declared = pk_slice_is(name, t->name) ? pk_template_argument(t, argument) : NULL;
        if (declared && declared->max_units < units)
            units = declared->max_units;
    }
    return units;
}

static bool is_org(const struct pk_argument *argument)
{
    return strcmp(argument->name, "org") == 0;
}

static int check_known(const struct pk_template *t, const struct pk_json *values, struct pk_error *err)
{
    const char *names[PK_ARGUMENTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < t->argument_count; i++)
        if (!is_org(t->arguments[i].argument))
            names[count++] = t->arguments[i].argument->name;
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    while (pk_json_next(values, &iter, &name, &value)) {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known = known || pk_slice_is(name, names[i]);
        if (known)
            continue;
        const char *near = count > 0 ? pk_nearest(name, names, count) : NULL;
        (void) pk_fail(err, PK_E_INVALID, "template \"%s\" has no value \"%.*s\"", t->name, PK_SHOWN(name));
        return near ? pk_hint(err, PK_E_INVALID, "Did you mean \"%s\"?", near) : pk_hint(err, PK_E_INVALID, "Leave it out.");
    }
    return 0;
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

int pk_template_check_values(const struct pk_catalog *catalog, struct pk_slice name, const struct pk_json *values,
                             struct pk_error *err)
{
    const struct pk_template *t = NULL;
    for (size_t i = 0; !t && i < catalog->template_count; i++)
        if (pk_slice_is(name, catalog->templates[i]->name))
            t = catalog->templates[i]; /* any language: all have the same arguments */
    if (!t)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no template \"%.*s\"", PK_SHOWN(name));
    enum pk_json_kind kind = pk_json_kind(values);
    if (kind != PK_JSON_OBJECT && kind != PK_JSON_ABSENT) {
        (void) pk_fail(err, PK_E_INVALID, "the values of template \"%s\" are no object", t->name);
        return pk_hint(err, PK_E_INVALID, "Give them as {\"name\": value}.");
    }
    int r = check_known(t, values, err);
    for (size_t i = 0; r == 0 && i < t->argument_count; i++) {
        const struct pk_argument *argument = t->arguments[i].argument;
        if (is_org(argument))
            continue;
        const struct pk_json *value = pk_json_get(values, argument->name);
        if (pk_json_kind(value) == PK_JSON_ABSENT) {
            (void) pk_fail(err, PK_E_INVALID, "template \"%s\" needs value \"%s\"", t->name, argument->name);
            return pk_hint(err, PK_E_INVALID, "Add it: %s.", argument->meaning);
        }
        r = pk_argument_check(argument, shortest(catalog, name, argument), value, err);
    }
    return r != 0 ? r : check_order(values, err);
}
