/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From a stored text version and the values of a notice to the words that are sent. Called by the service, which
 * keeps the result per notice and version. Only the loop's thread may call it: ICU's messages are not for sharing.
 */
#include "gateway/language/catalog_private.h"

#include "gateway/language/body.h"
#include "gateway/language/prepare.h"

#define RENDERED_MAX 65536u

/* The compiled text, when this body still is the one of the catalog; otherwise it is compiled for this once. */
static const struct pk_body *compiled(const struct pk_catalog *catalog, const struct pk_language *language, struct pk_slice body,
                                      struct pk_body **ret_own)
{
    for (size_t i = 0; i < catalog->template_count; i++)
        if (catalog->templates[i]->language == language && pk_slice_is(body, catalog->templates[i]->text))
            return catalog->templates[i]->body;
    *ret_own = pk_body_new(language->locale, body, NULL);
    return *ret_own;
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
    pk_buf_init(&prepared, RENDERED_MAX);
    int r = pk_text_prepare(formatted, &prepared);
    if (r == 0)
        r = to_script(script, pk_buf_slice(&prepared), out);
    pk_buf_finish(&prepared);
    return r == 0 ? 0 : pk_fail(err, r, "cannot write the text: it is too long or no text");
}

int pk_catalog_render(const struct pk_catalog *catalog, const struct pk_render *render, struct pk_buf *out, struct pk_error *err)
{
    const struct pk_language *language = pk_catalog_language(catalog, render->language);
    if (!language)
        return pk_fail(err, PK_E_INVALID, "cannot write the text: language \"%.*s\" is not loaded",
                       PK_SLICE_ARG(render->language));
    struct pk_slice script = script_of(language, render->rendering);
    if (script.len > 0 && !pk_language_renders(language, script))
        return pk_fail(err, PK_E_INVALID, "cannot write the text: there is no rendering \"%.*s\"",
                       PK_SLICE_ARG(render->rendering));
    pk_auto(pk_body) struct pk_body *own = NULL;
    const struct pk_body *body = compiled(catalog, language, render->body, &own);
    if (!body)
        return pk_fail(err, PK_E_INVALID, "cannot write the text: its placeholders are not ours");
    struct pk_body_values values = { language->dates, render->values, render->org, render->zone };
    struct pk_buf formatted;
    pk_buf_init(&formatted, RENDERED_MAX);
    int r = pk_body_format(body, &values, &formatted, err);
    if (r == 0)
        r = finish(script, pk_buf_slice(&formatted), out, err);
    pk_buf_finish(&formatted);
    return r;
}
