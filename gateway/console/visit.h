/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One page asked for: who asks in which language, and how it is answered. A handler answers exactly once. Only
 * gateway/console.
 */
#ifndef PK_CONSOLE_VISIT_H
#define PK_CONSOLE_VISIT_H

#include "gateway/api/answer.h"
#include "gateway/console/console.h"
#include "gateway/console/page_file.h"
#include "gateway/console/phrases.h"
#include "gateway/store/passes.h"

#define PK_VISIT_DATA_MAX (512u << 10)
#define PK_PAGE_TYPE "text/html; charset=utf-8"

struct pk_live_room;
struct pk_remotes;
struct pk_kept_pages;

struct pk_console {
    struct pk_service *service;
    struct pk_phrases *phrases;
    struct pk_page_file **pages; /* of the embedded files, NULL where one is no page */
    struct pk_remotes *remotes; /* who asks how often */
    struct pk_kept_pages *kept; /* answers that are everybody's (kept_pages.h) */
    struct pk_live_room *live; /* who watches campaigns */
    struct pk_buf docs_api, docs_events; /* the documents for machines, laid out for their pages (docs.h) */
    bool secure; /* the outside speaks https: cookies say so */
};

/* "home" for pages/home.html; NULL when there is none. */
const struct pk_page_file *pk_console_page(const struct pk_console *console, struct pk_slice name);

struct pk_visit {
    struct pk_console *console;
    struct pk_call *call;
    bool everybodys; /* a page that is the same for all: no cookie is read or set, and others may keep it for a minute */
    bool office; /* a page at a desk, which only some languages have */
    size_t language; /* of the phrases */
    struct pk_slice here; /* the path at which this page is read again, in another language too */
    struct pk_slice place; /* what stands in the path where the pattern has {} */
    struct pk_buf data; /* what the page is filled in with, a JSON object that is not closed yet */
    struct pk_json_out out;
    void (*drop)(void *thing); /* of one that stays */
};

typedef void (*pk_visit_handler)(struct pk_visit *visit);

/* The page is for somebody of this language, unless another was asked for with it. Before anything is added to visit->out. */
void pk_visit_speak(struct pk_visit *visit, struct pk_slice tag);

/* Moves the visit into a larger thing of `size` bytes that begins with one: for a page that is answered in a later turn. It lives
 * as long as the call, as call->data, and is what pk_call_count() counts; `drop` frees what it holds besides, NULL = nothing. The
 * one it was is not used any more. */
void *pk_visit_stay(struct pk_visit *visit, size_t size, void (*drop)(void *thing));
/* A `fail` of struct pk_counting for such a thing: the page of pk_visit_trouble(). */
void pk_visit_failed(struct pk_call *call, void *thing, const struct pk_error *err);
/* Forgets what was added to visit->out. */
void pk_visit_begin(struct pk_visit *visit);

/* Answers with a page filled in from what was added to visit->out: `lang`, `here`, `org` and `languages` are there already. */
void pk_visit_show(struct pk_visit *visit, unsigned status, const char *page);
/* Answers with a body as it is, and what every answer of its type says besides. Takes over what is in `body`. */
void pk_visit_leave(struct pk_visit *visit, unsigned status, const char *type, const char *cache, struct pk_buf *body);
/* Answers 303 to a path of ours: what a form did is shown by another page, so that a reload does nothing twice. */
void pk_visit_go(struct pk_visit *visit, const char *path);
/* Answers with a page that says in plain words what went wrong. */
void pk_visit_trouble(struct pk_visit *visit, const struct pk_error *err);

/* Answers 429 with a page that says so, when this remote did too much of something; false otherwise: counted. */
bool pk_visit_often(struct pk_visit *visit);
/* The same page, for whoever was too often elsewhere. */
void pk_visit_too_often(struct pk_visit *visit);

/* What this POST carries, by which a second tap is known. Borrowed until the answer. */
struct pk_form_sent pk_visit_sent(const struct pk_visit *visit);

/* A cookie for this site alone, out of reach of scripts; max_age_s 0 removes it. */
void pk_visit_set_cookie(struct pk_visit *visit, const char *name, const char *value, int64_t max_age_s);
struct pk_slice pk_visit_cookie(struct pk_visit *visit, const char *name);

/* {NULL, 0} for a key there is not. */
struct pk_slice pk_visit_string(const struct pk_visit *visit, const char *key);
const char *pk_visit_language(const struct pk_visit *visit); /* "bg-Latn" */

#endif
