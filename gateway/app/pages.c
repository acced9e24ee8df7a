/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/pages.h"

#include "gateway/app/progress.h"
#include "gateway/base/text.h"

#define PATH_BYTES_MAX 1024

void pk_pages_init(struct pk_pages *pages, const char *path, const char *member)
{
    *pages = (struct pk_pages){ .path = path, .member = member, .limit = PK_PAGES_LIMIT };
}

void pk_pages_finish(struct pk_pages *pages)
{
    for (size_t i = 0; i < pages->count; i++)
        pk_json_free(pages->pages[i]);
    free(pages->pages);
    *pages = (struct pk_pages){ 0 };
}

bool pk_pages_limit(struct pk_pages *pages, const char *limit)
{
    int64_t n;
    if (!limit)
        return true;
    if (pk_parse_int(pk_slice_of(limit), 1, PK_PAGES_LIMIT_MAX, &n) != 0)
        return false;
    pages->limit = (size_t) n;
    return true;
}

static void write_path(const struct pk_pages *pages, const struct pk_page_filter *filters, size_t count, const char *after,
                       struct pk_buf *path)
{
    size_t left = pages->keep ? PK_PAGE_ITEMS : pages->limit - pages->items;
    (void) pk_buf_printf(path, "%s?limit=%zu", pages->path, left < PK_PAGE_ITEMS ? left : (size_t) PK_PAGE_ITEMS);
    for (size_t i = 0; i < count; i++) {
        if (!filters[i].value)
            continue;
        (void) pk_buf_printf(path, "&%s=", filters[i].name);
        pk_ask_escape(path, pk_slice_of(filters[i].value));
    }
    if (after && after[0]) {
        (void) pk_buf_add_text(path, "&after=");
        pk_ask_escape(path, pk_slice_of(after));
    }
}

static bool is_kept(const struct pk_pages *pages, const struct pk_json *item)
{
    return !pages->keep || pages->keep(item);
}

static size_t count_kept(const struct pk_pages *pages, const struct pk_json *items)
{
    size_t kept = 0;
    for (size_t i = 0; i < pk_json_count(items); i++)
        kept += is_kept(pages, pk_json_item(items, i)) ? 1 : 0;
    return kept;
}

static int read_page(struct pk_pages *pages, const struct pk_invocation *invocation, const char *path, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *page = NULL;
    int r = pk_ask_read(invocation, path, &page, err);
    if (r != 0)
        return r;
    struct pk_slice next = pk_json_string(pk_json_get(page, "next"));
    const struct pk_json *items = pk_json_get(page, pages->member);
    if (next.len >= sizeof pages->next || (pk_json_count(items) == 0 && next.len > 0))
        return pk_fail(err, PK_E_PROTOCOL, "the gateway answered with a list that has no end");
    (void) snprintf(pages->next, sizeof pages->next, "%.*s", PK_SLICE_ARG(next));
    size_t kept = count_kept(pages, items);
    if (kept == 0)
        return 0;
    pages->items += kept;
    pages->pages = pk_realloc_array(pages->pages, pages->count + 1, sizeof *pages->pages);
    pages->pages[pages->count++] = pk_steal(&page);
    return 0;
}

int pk_pages_read(struct pk_pages *pages, const struct pk_invocation *invocation, const struct pk_page_filter *filters,
                  size_t count, const char *after, struct pk_error *err)
{
    int r = 0;
    pages->next[0] = '\0';
    pk_progress_begin("reading");
    while (r == 0 && pages->items < pages->limit + (pages->keep ? 1 : 0)) { /* one more tells that there are more */
        char bytes[PATH_BYTES_MAX];
        struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
        write_path(pages, filters, count, after, &path);
        r = path.failed ? pk_fail(err, PK_E_LIMIT, "the filters are too long")
                        : read_page(pages, invocation, pk_buf_text(&path), err);
        pk_progress_count((int64_t) pages->items, 0);
        if (!pages->next[0])
            break;
        after = pages->next;
    }
    pages->more = pages->items > pages->limit || (!pages->keep && pages->next[0]);
    pk_progress_end();
    return r;
}

const struct pk_json *pk_pages_next(const struct pk_pages *pages, struct pk_page_place *place)
{
    while (place->page < pages->count && place->given < pages->limit) {
        const struct pk_json *items = pk_json_get(pages->pages[place->page], pages->member);
        while (place->item < pk_json_count(items)) {
            const struct pk_json *item = pk_json_item(items, place->item++);
            if (!is_kept(pages, item))
                continue;
            place->given++;
            return item;
        }
        place->page++;
        place->item = 0;
    }
    return NULL;
}

void pk_pages_show(const struct pk_pages *pages, const struct pk_table *table, const char *nothing)
{
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("%s\n", nothing);
    /* Where items were passed over, the place of the last one read is not where the shown ones end. */
    if (pages->more && pages->keep)
        (void) printf("there are more: --limit N\n");
    else if (pages->more)
        (void) printf("there are more: --limit N, or go on with --after %s\n", pages->next);
}

void pk_pages_print(const struct pk_pages *pages)
{
    struct pk_buf text;
    pk_buf_init(&text, 4 * PK_ASK_ANSWER_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, pages->member, '[');
    struct pk_page_place place = { 0 };
    const struct pk_json *item;
    while ((item = pk_pages_next(pages, &place)) != NULL) {
        struct pk_buf dumped;
        pk_buf_init(&dumped, PK_ASK_ANSWER_BYTES_MAX);
        (void) pk_json_dump(item, &dumped);
        pk_json_add_raw(&out, NULL, pk_buf_slice(&dumped));
        pk_buf_finish(&dumped);
    }
    pk_json_close(&out, ']');
    pk_json_add_text(&out, "next", pages->next[0] && !pages->keep ? pages->next : NULL);
    pk_json_close(&out, '}');
    (void) printf("%s\n", pk_buf_text(&text));
    pk_buf_finish(&text);
}
