/* SPDX-License-Identifier: EUPL-1.2 */
/* A template file: a mistake is told or there is a text, never neither; what is taken can be written with the longest
 * values it allows, in both alphabets. */
#include "gateway/language/catalog_private.h"

#include "tests/fuzz/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct pk_catalog *catalog = fuzz_catalog();
    const struct pk_language *language = pk_catalog_language(catalog, PK_SLICE("bg"));
    struct pk_ini_report report = { .tell = fuzz_told };
    struct pk_template *t = pk_template_parse("f.txt", PK_SLICE("f"), language, pk_slice_make(data, size), &report);
    fuzz_need((t != NULL) == (report.count == 0));
    for (int latin = 0; t && latin < 2; latin++) {
        struct pk_buf document;
        struct pk_json *values = NULL;
        pk_buf_init(&document, 65536);
        pk_template_longest(t, NULL, latin == 1, &document);
        fuzz_need(pk_json_parse(pk_buf_slice(&document), 65536, &values, NULL) == 0);
        fuzz_render(catalog, "bg", pk_template_body(t), values);
        pk_json_free(values);
        pk_buf_finish(&document);
    }
    pk_template_free(t);
    return 0;
}
