/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From a stored text version and the values of a notice to the words that are sent. Called by the service, which
 * keeps the result per notice and version. Only the loop's thread may call it: ICU's messages are not for sharing.
 */
#include "gateway/language/catalog_private.h"

#include "gateway/language/body.h"
#include "gateway/language/prepare.h"
#include "gateway/language/utf16.h"

#define RENDERED_MAX 65536u

/* A city has one zone; texts of earlier days are those still queued when the templates were loaded anew. */
#define WALLS_MAX 4
#define BODIES_MAX 64

struct kept_wall {
    char *zone;
    struct pk_wall *wall;
};

struct kept_body {
    const struct pk_language *language;
    char *text;
    struct pk_body *body;
};

struct pk_render_cache {
    struct kept_wall walls[WALLS_MAX];
    struct kept_body bodies[BODIES_MAX];
    size_t next_wall, next_body; /* the oldest makes room */
};

struct pk_render_cache *pk_render_cache_new(void)
{
    return pk_alloc(sizeof(struct pk_render_cache));
}

static void forget_wall(struct kept_wall *kept)
{
    free(kept->zone);
    pk_wall_free(kept->wall);
}

static void forget_body(struct kept_body *kept)
{
    free(kept->text);
    pk_body_free(kept->body);
}

void pk_render_cache_free(struct pk_render_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < WALLS_MAX; i++)
        forget_wall(&cache->walls[i]);
    for (size_t i = 0; i < BODIES_MAX; i++)
        forget_body(&cache->bodies[i]);
    free(cache);
}

static int wall_of(struct pk_render_cache *cache, const char *zone, struct pk_wall **ret_wall, struct pk_error *err)
{
    struct pk_wall *wall = NULL;
    for (size_t i = 0; i < WALLS_MAX; i++) {
        if (cache->walls[i].zone && strcmp(cache->walls[i].zone, zone) == 0) {
            *ret_wall = cache->walls[i].wall;
            return 0;
        }
    }
    int r = pk_wall_new(zone, &wall, err);
    if (r != 0)
        return r;
    struct kept_wall *kept = &cache->walls[cache->next_wall++ % WALLS_MAX];
    forget_wall(kept);
    *kept = (struct kept_wall){ .zone = pk_strdup(zone), .wall = wall };
    *ret_wall = wall;
    return 0;
}

/* The compiled text: the catalog's when this body still is there, else one of an earlier day. */
static const struct pk_body *compiled(const struct pk_catalog *catalog, const struct pk_language *language, struct pk_slice body)
{
    struct pk_render_cache *cache = catalog->cache;
    for (size_t i = 0; i < catalog->template_count; i++)
        if (catalog->templates[i]->language == language && pk_slice_is(body, catalog->templates[i]->text))
            return catalog->templates[i]->body;
    for (size_t i = 0; i < BODIES_MAX; i++)
        if (cache->bodies[i].language == language && pk_slice_is(body, cache->bodies[i].text))
            return cache->bodies[i].body;
    struct pk_body *fresh = pk_body_new(language->locale, body, NULL);
    if (!fresh)
        return NULL;
    struct kept_body *kept = &cache->bodies[cache->next_body++ % BODIES_MAX];
    forget_body(kept);
    *kept = (struct kept_body){ .language = language, .text = pk_slice_dup(body), .body = fresh };
    return fresh;
}

/* "bg-Latn" of "bg": "Latn" */
static struct pk_slice script_of(const struct pk_language *language, struct pk_slice rendering)
{
    size_t tag = strlen(language->tag);
    if (rendering.len > tag + 1 && pk_slice_starts(rendering, language->tag) && rendering.data[tag] == '-')
        return pk_slice_make(rendering.data + tag + 1, rendering.len - tag - 1);
    return rendering;
}

static int to_script(struct pk_slice script, struct pk_slice text, struct pk_buf *out)
{
    struct pk_buf latin;
    if (script.len == 0)
        return pk_buf_add_slice(out, text);
    if (pk_slice_is(script, PK_RENDERING_PLAIN))
        return pk_plain_letters(text, out);
    pk_buf_init(&latin, RENDERED_MAX);
    int r = pk_transliterate_bg(text, &latin);
    if (r == 0)
        r = pk_gsm_safe(pk_buf_slice(&latin), out);
    pk_buf_finish(&latin);
    return r;
}

static int finish(struct pk_slice script, struct pk_slice formatted, struct pk_buf *out, struct pk_error *err)
{
    struct pk_buf prepared;
    size_t before = out->len;
    pk_buf_init(&prepared, RENDERED_MAX);
    int r = pk_text_prepare(formatted, &prepared);
    if (r == 0)
        r = to_script(script, pk_buf_slice(&prepared), out);
    if (r != 0 && out->data) { /* half a text is none */
        out->len = before;
        out->data[before] = '\0';
    }
    pk_buf_finish(&prepared);
    return r == 0 ? 0 : pk_fail(err, r, "cannot write the text: it is too long or no text");
}

int pk_catalog_render(const struct pk_catalog *catalog, const struct pk_render *render, struct pk_buf *out, struct pk_error *err)
{
    const struct pk_language *language = pk_catalog_language(catalog, render->language);
    if (!language)
        return pk_fail(err, PK_E_INVALID, "cannot write the text: language \"%.*s\" is not loaded", PK_SHOWN(render->language));
    struct pk_slice script = script_of(language, render->rendering);
    if (script.len > 0 && !pk_language_renders(language, script))
        return pk_fail(err, PK_E_INVALID, "cannot write the text: there is no rendering \"%.*s\"", PK_SHOWN(render->rendering));
    if (render->body.len > PK_BODY_BYTES_MAX)
        return pk_fail(err, PK_E_LIMIT, "cannot write the text: it is longer than %u bytes", PK_BODY_BYTES_MAX);
    const struct pk_body *body = compiled(catalog, language, render->body);
    if (!body)
        return pk_fail(err, PK_E_INVALID, "cannot write the text: its placeholders are not ours");
    struct pk_wall *wall;
    int r = wall_of(catalog->cache, render->zone, &wall, err);
    if (r != 0)
        return r;
    struct pk_house house = { render->org, pk_slice_of(catalog->phone), pk_slice_of(catalog->link) };
    struct pk_body_values values = { language, render->values, house, wall, render->link };
    struct pk_buf formatted;
    pk_buf_init(&formatted, RENDERED_MAX);
    r = pk_body_format(body, &values, &formatted, err);
    if (r == 0)
        r = finish(script, pk_buf_slice(&formatted), out, err);
    pk_buf_finish(&formatted);
    return r;
}

int pk_catalog_choices(const struct pk_catalog *catalog, struct pk_slice language, struct pk_slice rendering, struct pk_buf *ret_yes,
                       struct pk_buf *ret_no, struct pk_buf *ret_stop)
{
    const struct pk_language *own = pk_catalog_language(catalog, language);
    if (!own || !own->yes)
        return PK_E_NOT_FOUND;
    struct pk_slice script = script_of(own, rendering);
    int r = to_script(script, pk_slice_of(own->yes), ret_yes);
    if (r == 0)
        r = to_script(script, pk_slice_of(own->no), ret_no);
    return r != 0 || !own->stop ? r : to_script(script, pk_slice_of(own->stop), ret_stop);
}
