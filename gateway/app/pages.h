/* SPDX-License-Identifier: EUPL-1.2 */
/* A list of the gateway's, read page after page until there are as many items as asked for, or all of them are read. */
#ifndef PK_APP_PAGES_H
#define PK_APP_PAGES_H

#include "gateway/app/ask.h"
#include "gateway/app/table.h"
#include "gateway/base/id.h"

#define PK_PAGES_LIMIT 50 /* when nothing is said */
#define PK_PAGES_LIMIT_MAX 10000
#define PK_PAGES_NEXT_MAX 65 /* an id, or a name */
#define PK_PAGE_ITEMS 500 /* at most in one page: the gateway's own limit */

struct pk_pages {
    const char *path, *member;                /* "/v1/messages", "messages" */
    bool (*keep)(const struct pk_json *item); /* NULL = every item; the others are passed over */
    struct pk_json **pages;
    size_t count;
    size_t items, limit;
    char next[PK_PAGES_NEXT_MAX]; /* where the rest begins; "" = that was all */
    bool more;                 /* than `limit` */
};

struct pk_page_filter {
    const char *name, *value; /* NULL = none */
};

void pk_pages_init(struct pk_pages *pages, const char *path, const char *member);
void pk_pages_finish(struct pk_pages *pages);
/* Text as the operator wrote it, NULL = nothing said; false when it is no number within the bounds. */
bool pk_pages_limit(struct pk_pages *pages, const char *limit);
/* `after` NULL = from the start. Called again with other filters it adds to what is there. */
int pk_pages_read(struct pk_pages *pages, const struct pk_invocation *invocation, const struct pk_page_filter *filters,
                  size_t count, const char *after, struct pk_error *err);
/* Walks the items, at most `limit`: start with {0}; NULL at the end. */
struct pk_page_place {
    size_t page, item, given;
};
const struct pk_json *pk_pages_next(const struct pk_pages *pages, struct pk_page_place *place);
/* For people: the table made of the items, or the words for when there are none, and how to read on. */
void pk_pages_show(const struct pk_pages *pages, const struct pk_table *table, const char *nothing);
/* --json: one document, as if it had been one page. */
void pk_pages_print(const struct pk_pages *pages);

#endif
