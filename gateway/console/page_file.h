/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Page files: HTML with places to fill in, compiled once. Everything filled in is escaped, and there is no way to fill in
 * anything that is not; so no text of anybody's can become markup.
 *
 *     {{name}}                 a value, escaped; of the innermost thing that has one of that name
 *     {{t key}}                a string in the reader's language; {name} inside it is filled in likewise
 *     {{#name}} ... {{/name}}  once for each item of a list; once for a thing, a text that is not empty, or true
 *     {{^name}} ... {{/name}}  only when the above would be nothing
 *     {{> name}}               another page file here
 *     {{! remark}}             nothing
 *
 * Pure: pages and strings in, bytes out.
 */
#ifndef PK_CONSOLE_PAGE_FILE_H
#define PK_CONSOLE_PAGE_FILE_H

#include "gateway/base/json.h"

#define PK_PAGE_DEPTH_MAX 8 /* sections and page files in each other */

struct pk_page_file;

/* Where other pages and strings are found; both return NULL or {NULL, 0} for a name that does not exist. */
struct pk_page_source {
    const struct pk_page_file *(*page)(void *ctx, struct pk_slice name);
    struct pk_slice (*string)(void *ctx, struct pk_slice key);
    void *ctx;
};

/* `name` and `text` are borrowed for as long as the page lives. PK_E_INVALID with name, line and what is wrong. */
int pk_page_compile(const char *name, struct pk_slice text, struct pk_page_file **ret_page, struct pk_error *err);
void pk_page_free(struct pk_page_file *page);
PK_AUTO_DEFINE(pk_page, struct pk_page_file *, pk_page_free)

/* Every page file and string it mentions exists. PK_E_NOT_FOUND names the one that does not. */
int pk_page_check(const struct pk_page_file *page, const struct pk_page_source *source, struct pk_error *err);

/* Appends the page, filled in from `data` (an object). PK_E_NOT_FOUND for a value that nothing has: a page never shows a
 * hole. PK_E_LIMIT for a page too long or too deep. */
int pk_page_render(const struct pk_page_file *page, const struct pk_page_source *source, const struct pk_json *data,
                   struct pk_buf *out, struct pk_error *err);

/* Appends a text as it may stand between tags and between double quotes. */
void pk_page_escape(struct pk_buf *out, struct pk_slice text);

#endif
