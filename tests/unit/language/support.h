/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For the tests of this folder: the shipped catalog as group state, and a collector of what a loader tells.
 * PK_TEST_TEMPLATES is the folder of the shipped texts (meson.build).
 */
#ifndef PK_TESTS_LANGUAGE_SUPPORT_H
#define PK_TESTS_LANGUAGE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/base/text.h"
#include "gateway/language/catalog.h"

#include <stdio.h>

/* Everything told, one "file-name:line: [section] key: reason | hint" a line, without the folder. */
struct told {
    struct pk_ini_report report;
    struct pk_buf text;
};

static inline void pk_test_tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key,
                                const char *reason, const char *hint)
{
    struct told *told = ctx;
    const char *slash = strrchr(file, '/');
    (void) pk_buf_printf(&told->text, "%s:%u: %s%s%s%s%s%s | %s\n", slash ? slash + 1 : file, line, section ? "[" : "",
                         section ? section : "", section ? "] " : "", key ? key : "", key ? ": " : "", reason, hint ? hint : "");
}

static inline void told_begin(struct told *told)
{
    pk_buf_init(&told->text, 1u << 20);
    told->report = (struct pk_ini_report){ .tell = pk_test_tell, .ctx = told };
}

static inline void told_end(struct told *told)
{
    pk_buf_finish(&told->text);
}

static inline int pk_test_load_catalog(void **state)
{
    struct told told;
    struct pk_catalog *catalog = NULL;
    told_begin(&told);
    int r = pk_catalog_load(PK_TEST_TEMPLATES, &told.report, &catalog, NULL);
    if (r != 0)
        print_message("%s", pk_buf_text(&told.text));
    told_end(&told);
    *state = catalog;
    return r;
}

static inline int pk_test_free_catalog(void **state)
{
    pk_catalog_free(*state);
    return 0;
}

#endif
