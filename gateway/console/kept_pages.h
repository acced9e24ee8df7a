/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Answers that are the same for everybody, kept for a minute, or until an event, a date or an answer to one changes or the
 * configuration is read again: a link that a whole city follows is worked out once. Each carries a mark of its content, and who has it
 * already is told so (304). Bounded in number and bytes. Only gateway/console.
 */
#ifndef PK_CONSOLE_KEPT_PAGES_H
#define PK_CONSOLE_KEPT_PAGES_H

#include "gateway/console/visit.h"

#define PK_KEPT_PAGES_MAX 96u
#define PK_KEPT_PAGE_BYTES_MAX (512u << 10) /* a larger one is worked out each time */
#define PK_KEPT_PAGES_BYTES_MAX (8u << 20)
#define PK_KEPT_PAGES_MS 60000

struct pk_kept_pages;

/* What a page depends on beside the time. */
struct pk_kept_as_of {
    uint64_t agenda; /* pk_agenda_mark() */
    unsigned reloads;
};

/* An answer with its path, the language it is in and how others may keep it. */
struct pk_kept_page {
    struct pk_slice path, body;
    size_t language;
    const char *type, *cache; /* constants: headers Content-Type and Cache-Control */
};

struct pk_kept_pages *pk_kept_pages_new(void);
void pk_kept_pages_free(struct pk_kept_pages *pages);
PK_AUTO_DEFINE(pk_kept_pages, struct pk_kept_pages *, pk_kept_pages_free)
/* The page of a path in a language as it is still good, borrowed until the next call; NULL = there is none. */
const struct pk_kept_page *pk_kept_pages_find(struct pk_kept_pages *pages, struct pk_slice path, size_t language, struct pk_kept_as_of as_of,
                                              int64_t now_ms);
/* Copies it; the oldest make room. */
void pk_kept_pages_keep(struct pk_kept_pages *pages, const struct pk_kept_page *page, struct pk_kept_as_of as_of, int64_t now_ms);

/* Answers with what is kept for this visit's path and language; false = nothing is. */
bool pk_visit_show_kept(struct pk_visit *visit);
/* Keeps an answer of 200 and gives it. Takes over what is in `body`. */
void pk_visit_keep_and_show(struct pk_visit *visit, const char *type, const char *cache, struct pk_buf *body);

#endif
