/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers that are everybody's: found by path and language, for a minute, until something changes; never more than there may be. */
#include "tests/unit/cmocka.h"

#include "gateway/console/kept_pages.h"

#define AT 1000000

static void keep(struct pk_kept_pages *pages, const char *path, size_t language, struct pk_slice body, int64_t at_ms)
{
    const struct pk_kept_page page = { .path = pk_slice_of(path), .body = body, .language = language, .type = PK_PAGE_TYPE, .cache = "no-store" };
    pk_kept_pages_keep(pages, &page, (struct pk_kept_as_of){ 1, 1 }, at_ms);
}

static const char *find(struct pk_kept_pages *pages, const char *path, size_t language, struct pk_kept_as_of as_of, int64_t at_ms)
{
    const struct pk_kept_page *page = pk_kept_pages_find(pages, pk_slice_of(path), language, as_of, at_ms);
    return page ? page->body.data : NULL;
}

static const struct pk_kept_as_of same = { 1, 1 };

static void found_by_path_and_language(void **state)
{
    (void) state;
    pk_auto(pk_kept_pages) struct pk_kept_pages *pages = pk_kept_pages_new();
    keep(pages, "/events", 0, PK_SLICE("bg"), AT);
    keep(pages, "/events", 1, PK_SLICE("nl"), AT);
    keep(pages, "/events/a", 0, PK_SLICE("a"), AT);
    assert_string_equal(find(pages, "/events", 0, same, AT), "bg");
    assert_string_equal(find(pages, "/events", 1, same, AT), "nl");
    assert_string_equal(find(pages, "/events/a", 0, same, AT), "a");
    assert_null(find(pages, "/events/a", 1, same, AT));
    assert_null(find(pages, "/event", 0, same, AT));
    keep(pages, "/events", 0, PK_SLICE("newer"), AT + 1);
    assert_string_equal(find(pages, "/events", 0, same, AT + 1), "newer");
}

static void for_a_minute(void **state)
{
    (void) state;
    pk_auto(pk_kept_pages) struct pk_kept_pages *pages = pk_kept_pages_new();
    keep(pages, "/events", 0, PK_SLICE("bg"), AT);
    assert_non_null(find(pages, "/events", 0, same, AT + PK_KEPT_PAGES_MS - 1));
    assert_null(find(pages, "/events", 0, same, AT + PK_KEPT_PAGES_MS));
    assert_null(find(pages, "/events", 0, same, AT - 1));
}

static void until_something_changes(void **state)
{
    (void) state;
    pk_auto(pk_kept_pages) struct pk_kept_pages *pages = pk_kept_pages_new();
    keep(pages, "/events", 0, PK_SLICE("bg"), AT);
    assert_null(find(pages, "/events", 0, (struct pk_kept_as_of){ 2, 1 }, AT));
    assert_null(find(pages, "/events", 0, same, AT));
    keep(pages, "/events", 0, PK_SLICE("bg"), AT);
    assert_null(find(pages, "/events", 0, (struct pk_kept_as_of){ 1, 2 }, AT));
}

static void never_more_than_there_may_be(void **state)
{
    (void) state;
    pk_auto(pk_kept_pages) struct pk_kept_pages *pages = pk_kept_pages_new();
    char path[32];
    size_t kept = 0;
    for (unsigned i = 0; i < 3 * PK_KEPT_PAGES_MAX; i++) {
        (void) snprintf(path, sizeof path, "/events/%u", i);
        keep(pages, path, 0, PK_SLICE("x"), AT + i);
    }
    for (unsigned i = 0; i < 3 * PK_KEPT_PAGES_MAX; i++) {
        (void) snprintf(path, sizeof path, "/events/%u", i);
        kept += find(pages, path, 0, same, AT + 3 * PK_KEPT_PAGES_MAX) != NULL;
        assert_int_equal(find(pages, path, 0, same, AT + 3 * PK_KEPT_PAGES_MAX) != NULL, i >= 2 * PK_KEPT_PAGES_MAX); /* the newest stay */
    }
    assert_int_equal(kept, PK_KEPT_PAGES_MAX);
    struct pk_buf large;
    pk_buf_init(&large, 2 * PK_KEPT_PAGE_BYTES_MAX);
    while (large.len < PK_KEPT_PAGE_BYTES_MAX)
        (void) pk_buf_add_char(&large, 'x');
    kept = 0;
    for (unsigned i = 0; i < 2 * PK_KEPT_PAGES_BYTES_MAX / PK_KEPT_PAGE_BYTES_MAX; i++) {
        (void) snprintf(path, sizeof path, "/large/%u", i);
        keep(pages, path, 0, pk_buf_slice(&large), AT + 1000 + i);
    }
    for (unsigned i = 0; i < 2 * PK_KEPT_PAGES_BYTES_MAX / PK_KEPT_PAGE_BYTES_MAX; i++) {
        (void) snprintf(path, sizeof path, "/large/%u", i);
        kept += find(pages, path, 0, same, AT + 2000) != NULL;
    }
    assert_int_equal(kept, PK_KEPT_PAGES_BYTES_MAX / PK_KEPT_PAGE_BYTES_MAX);
    (void) pk_buf_add_char(&large, 'x');
    keep(pages, "/larger", 0, pk_buf_slice(&large), AT + 2000);
    assert_null(find(pages, "/larger", 0, same, AT + 2000));
    pk_buf_finish(&large);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_by_path_and_language),
        cmocka_unit_test(for_a_minute),
        cmocka_unit_test(until_something_changes),
        cmocka_unit_test(never_more_than_there_may_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
