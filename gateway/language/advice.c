/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/language/advice.h"

#include "gateway/base/text.h"
#include "gateway/language/catalog_private.h"
#include "gateway/language/utf16.h"

#define TEXT_BYTES_MAX 65536u

static int measure(const struct pk_catalog *catalog, const struct pk_render *render, struct pk_slice script,
                   struct pk_advice *advice, struct pk_error *err)
{
    struct pk_advice_form *form = &advice->forms[advice->count];
    struct pk_render how = *render;
    struct pk_buf text;
    char rendering[32] = "";
    *form = (struct pk_advice_form){ 0 };
    (void) snprintf(form->script, sizeof form->script, "%.*s", PK_SLICE_ARG(script));
    if (script.len > 0)
        (void) snprintf(rendering, sizeof rendering, "%s-%s", advice->language, form->script);
    how.rendering = pk_slice_of(rendering);
    pk_buf_init(&text, TEXT_BYTES_MAX);
    int r = pk_catalog_render(catalog, &how, &text, err);
    if (r == 0 && (r = pk_segment(pk_buf_slice(&text), false, &form->length, NULL)) != 0)
        (void) pk_fail(err, r, "the text takes more than %d parts", PK_PARTS_MAX);
    pk_buf_finish(&text);
    advice->count += r == 0;
    return r;
}

int pk_advise(const struct pk_catalog *catalog, const struct pk_render *render, struct pk_advice *ret_advice, struct pk_error *err)
{
    const struct pk_language *language = pk_catalog_language(catalog, render->language);
    *ret_advice = (struct pk_advice){ 0 };
    if (!language)
        return pk_fail(err, PK_E_INVALID, "language \"%.*s\" is not loaded", PK_SHOWN(render->language));
    (void) snprintf(ret_advice->language, sizeof ret_advice->language, "%s", language->tag);
    int r = measure(catalog, render, (struct pk_slice){ 0 }, ret_advice, err);
    struct pk_slice rest = pk_slice_of(language->renderings), script;
    while (r == 0 && ret_advice->count < PK_ADVICE_FORMS_MAX && pk_slice_cut(&rest, ' ', &script))
        if (script.len > 0)
            r = measure(catalog, render, script, ret_advice, err);
    return r;
}

const struct pk_advice_form *pk_advice_form(const struct pk_advice *advice, struct pk_slice script)
{
    for (size_t i = 0; i < advice->count; i++)
        if (pk_slice_is(script, advice->forms[i].script))
            return &advice->forms[i];
    return &advice->forms[0];
}

static bool offers(const struct pk_advice *advice, const char *script)
{
    for (size_t i = 0; i < advice->count; i++)
        if (strcmp(advice->forms[i].script, script) == 0)
            return true;
    return false;
}

const char *pk_advice_form_name(const struct pk_advice *advice, const struct pk_advice_form *form)
{
    if (strcmp(form->script, PK_RENDERING_LATIN) == 0)
        return "Latin";
    if (strcmp(form->script, PK_RENDERING_PLAIN) == 0)
        return "plain letters";
    return offers(advice, PK_RENDERING_LATIN) ? "Cyrillic" : "as written";
}

int pk_advice_sentence(const struct pk_advice *advice, struct pk_buf *out)
{
    bool with_units = offers(advice, PK_RENDERING_PLAIN);
    int r = 0;
    for (size_t i = 0; r == 0 && i < advice->count; i++) {
        const struct pk_advice_form *form = &advice->forms[i];
        r = pk_buf_printf(out, "%s%s: %u part%s", i > 0 ? ", " : "", pk_advice_form_name(advice, form), form->length.parts,
                          form->length.parts == 1 ? "" : "s");
        if (r == 0 && with_units)
            r = pk_buf_printf(out, " (%u units)", form->length.units);
    }
    return r;
}
