/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of a notice: a line with a text's name, then the values as JSON. What intake accepts can be written in every
 * language the text has, and is fit to be sent. */
#include "tests/fuzz/catalog.h"

static void render_all(const struct pk_catalog *catalog, struct pk_slice name, const struct pk_json *values)
{
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        if (!pk_slice_equal(pk_template_name(t), name))
            continue;
        char *language = pk_slice_dup(pk_template_language(t));
        fuzz_render(catalog, language, pk_template_body(t), values);
        free(language);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct pk_catalog *catalog = fuzz_catalog();
    struct pk_slice rest = pk_slice_make(data, size), name = fuzz_line(&rest);
    struct pk_error err = { 0 };
    struct pk_json *values = NULL;
    if (!pk_utf8_valid(name) || pk_json_parse(rest, 65536, &values, NULL) != 0)
        return 0;
    int r = pk_template_check_values(catalog, name, values, &err);
    if (r == 0)
        render_all(catalog, name, values);
    else
        fuzz_refused(r, &err);
    pk_json_free(values);
    return 0;
}
