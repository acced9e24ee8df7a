/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/kept_pages.h"

#include "gateway/base/crypto.h"
#include "gateway/base/text.h"
#include "gateway/store/agenda.h"

#define MARK_BYTES 16

/* ---- kept ---- */

struct kept {
    struct pk_kept_page page; /* its slices lie in `path` and `body` */
    char *path, *body; /* owned; path NULL = nothing is kept here */
    int64_t at_ms;
};

struct pk_kept_pages {
    struct kept items[PK_KEPT_PAGES_MAX];
    size_t bytes;
    struct pk_kept_as_of as_of; /* of all of them */
};

struct pk_kept_pages *pk_kept_pages_new(void)
{
    return pk_alloc(sizeof(struct pk_kept_pages));
}

static void drop(struct pk_kept_pages *pages, struct kept *kept)
{
    pages->bytes -= kept->page.body.len;
    free(kept->path);
    free(kept->body);
    *kept = (struct kept){ 0 };
}

static void drop_all(struct pk_kept_pages *pages)
{
    for (size_t i = 0; i < PK_KEPT_PAGES_MAX; i++)
        if (pages->items[i].path)
            drop(pages, &pages->items[i]);
}

void pk_kept_pages_free(struct pk_kept_pages *pages)
{
    if (!pages)
        return;
    drop_all(pages);
    free(pages);
}

static void look_at(struct pk_kept_pages *pages, struct pk_kept_as_of as_of)
{
    if (pages->as_of.agenda != as_of.agenda || pages->as_of.reloads != as_of.reloads)
        drop_all(pages);
    pages->as_of = as_of;
}

static struct kept *find(struct pk_kept_pages *pages, struct pk_slice path, size_t language)
{
    for (size_t i = 0; i < PK_KEPT_PAGES_MAX; i++) {
        struct kept *kept = &pages->items[i];
        if (kept->path && kept->page.language == language && pk_slice_is(path, kept->path))
            return kept;
    }
    return NULL;
}

const struct pk_kept_page *pk_kept_pages_find(struct pk_kept_pages *pages, struct pk_slice path, size_t language, struct pk_kept_as_of as_of,
                                              int64_t now_ms)
{
    look_at(pages, as_of);
    const struct kept *kept = find(pages, path, language);
    bool young = kept && now_ms >= kept->at_ms && now_ms < kept->at_ms + PK_KEPT_PAGES_MS; /* also when the clock went back */
    return young ? &kept->page : NULL;
}

/* An empty place, with room for so many bytes. */
static struct kept *make_room(struct pk_kept_pages *pages, size_t bytes)
{
    for (;;) {
        struct kept *oldest = NULL, *empty = NULL;
        for (size_t i = 0; i < PK_KEPT_PAGES_MAX; i++) {
            struct kept *kept = &pages->items[i];
            if (!kept->path)
                empty = kept;
            else if (!oldest || kept->at_ms < oldest->at_ms)
                oldest = kept;
        }
        if (empty && pages->bytes + bytes <= PK_KEPT_PAGES_BYTES_MAX)
            return empty;
        drop(pages, oldest);
    }
}

void pk_kept_pages_keep(struct pk_kept_pages *pages, const struct pk_kept_page *page, struct pk_kept_as_of as_of, int64_t now_ms)
{
    look_at(pages, as_of);
    struct kept *kept = find(pages, page->path, page->language);
    if (kept)
        drop(pages, kept);
    if (page->body.len > PK_KEPT_PAGE_BYTES_MAX)
        return;
    kept = make_room(pages, page->body.len);
    kept->path = pk_strndup(page->path.data, page->path.len);
    kept->body = pk_strndup(page->body.data, page->body.len);
    kept->page = *page;
    kept->page.path = pk_slice_of(kept->path);
    kept->page.body = pk_slice_make(kept->body, page->body.len);
    kept->at_ms = now_ms;
    pages->bytes += page->body.len;
}

/* ---- answered ---- */

/* Is `mark` in the header's list? "*" stands for whatever there is. */
static bool has_already(struct pk_call *call, const char *mark)
{
    struct pk_slice rest = pk_http_request_header(call->request, "If-None-Match"), one;
    while (rest.len > 0 && pk_slice_cut(&rest, ',', &one)) {
        one = pk_slice_trim(one);
        if (pk_slice_starts(one, "W/"))
            one = pk_slice_make(one.data + 2, one.len - 2);
        if (pk_slice_is(one, "*") || pk_slice_is(one, mark))
            return true;
    }
    return false;
}

static void answer(struct pk_visit *visit, const char *type, const char *cache, struct pk_buf *body)
{
    uint8_t digest[32];
    struct pk_buf mark;
    pk_buf_init(&mark, 64);
    pk_sha256(pk_buf_slice(body), digest);
    (void) pk_buf_add_char(&mark, '"');
    pk_hex(&mark, digest, MARK_BYTES);
    (void) pk_buf_add_char(&mark, '"');
    pk_call_header(visit->call, "ETag", pk_buf_text(&mark));
    if (has_already(visit->call, pk_buf_text(&mark)))
        pk_buf_clear(body);
    pk_visit_leave(visit, body->len > 0 ? 200 : 304, type, cache, body);
    pk_buf_finish(&mark);
}

static struct pk_kept_as_of as_of_now(const struct pk_visit *visit)
{
    const struct pk_service *service = visit->call->service;
    return (struct pk_kept_as_of){ pk_agenda_mark(service->store), service->reloads };
}

bool pk_visit_show_kept(struct pk_visit *visit)
{
    struct pk_call *call = visit->call;
    const struct pk_kept_page *kept =
        pk_kept_pages_find(visit->console->kept, pk_http_request_path(call->request), visit->language, as_of_now(visit), call->now_ms);
    struct pk_buf body;
    if (!kept)
        return false;
    pk_buf_init(&body, PK_KEPT_PAGE_BYTES_MAX);
    (void) pk_buf_add(&body, kept->body.data, kept->body.len);
    answer(visit, kept->type, kept->cache, &body);
    pk_buf_finish(&body);
    return true;
}

void pk_visit_keep_and_show(struct pk_visit *visit, const char *type, const char *cache, struct pk_buf *body)
{
    const struct pk_kept_page page = { .path = pk_http_request_path(visit->call->request), .body = pk_buf_slice(body),
                                       .language = visit->language, .type = type, .cache = cache };
    if (!body->failed && body->len > 0)
        pk_kept_pages_keep(visit->console->kept, &page, as_of_now(visit), visit->call->now_ms);
    answer(visit, type, cache, body);
}
