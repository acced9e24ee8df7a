/* SPDX-License-Identifier: EUPL-1.2 */
/* Copies that end where their text ends, and what was loaded written out: for the tests of texts that were made to do harm. */
#ifndef PK_TESTS_LANGUAGE_WRITTEN_H
#define PK_TESTS_LANGUAGE_WRITTEN_H

#include "tests/unit/language/support.h"

#include "gateway/language/body.h"
#include "gateway/language/template_file.h"

/* A copy that ends where the text ends: what reads on is caught. */
static inline char *exact_copy(struct pk_slice text)
{
    char *copy = malloc(text.len > 0 ? text.len : 1);
    assert_non_null(copy);
    memcpy(copy, text.data, text.len);
    return copy;
}

/* What is loaded can be written, with values as long as it allows them. */
static inline void use_template(const struct pk_template *t, struct pk_wall *wall)
{
    struct pk_buf document, words;
    pk_auto(pk_json) struct pk_json *values = NULL;
    pk_buf_init(&document, 65536);
    pk_buf_init(&words, 65536);
    pk_template_longest(t, NULL, false, &document);
    assert_int_equal(pk_json_parse(pk_buf_slice(&document), 65536, &values, NULL), 0);
    struct pk_body_values how = { t->language, values, { .org = pk_json_string(pk_json_get(values, "org")) }, wall, { 0 } };
    assert_int_equal(pk_body_format(t->body, &how, &words, NULL), 0);
    pk_buf_finish(&document);
    pk_buf_finish(&words);
}

#endif
