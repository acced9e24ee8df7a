/* SPDX-License-Identifier: EUPL-1.2 */
/* What the pages say is there in every language, and the reader's is found. */
#include "tests/unit/cmocka.h"

#include "gateway/console/console.h"
#include "gateway/console/phrases.h"

static struct pk_phrases *phrases;

static int load(void **state)
{
    struct pk_error err = { 0 };
    (void) state;
    if (pk_phrases_load(&phrases, &err) != 0)
        fail_msg("%s", err.message);
    return 0;
}

static int unload(void **state)
{
    (void) state;
    pk_phrases_free(phrases);
    return 0;
}

static const char *accepted(const char *header)
{
    size_t none = pk_phrases_language_count(phrases), found = pk_phrases_accept(phrases, pk_slice_of(header), none);
    return found == none ? "none" : pk_phrases_language(phrases, found);
}

static void every_language_is_there(void **state)
{
    static const char *const tags[] = { "bg", "bg-Latn", "nl", "en", "tr" };
    size_t none = pk_phrases_language_count(phrases);
    (void) state;
    for (size_t i = 0; i < PK_COUNT(tags); i++) {
        size_t at = pk_phrases_find(phrases, pk_slice_of(tags[i]), none);
        assert_true(at < none);
        assert_string_equal(pk_phrases_language(phrases, at), tags[i]);
        assert_true(pk_phrases_get(phrases, at, PK_SLICE("title")).len > 0);
    }
    assert_int_equal(pk_phrases_get(phrases, 0, PK_SLICE("no.such")).len, 0);
}

static void pages_at_a_desk_are_in_some(void **state)
{
    static const char *const tags[] = { "bg", "bg-Latn", "nl", "en", "tr" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(tags); i++) {
        size_t at = pk_phrases_find(phrases, pk_slice_of(tags[i]), 99);
        bool has = strcmp(tags[i], "tr") != 0;
        assert_int_equal(pk_phrases_is_of_office(phrases, at), has);
        assert_int_equal(pk_phrases_get(phrases, at, PK_SLICE("office.title")).len > 0, has);
    }
}

static void latin_is_made(void **state)
{
    size_t at = pk_phrases_find(phrases, PK_SLICE("bg-Latn"), 99);
    (void) state;
    assert_true(pk_slice_is(pk_phrases_get(phrases, at, PK_SLICE("language.name")), "Balgarski"));
}

static void the_reader_s_language(void **state)
{
    (void) state;
    assert_string_equal(accepted("nl"), "nl");
    assert_string_equal(accepted("nl-NL,nl;q=0.9,en;q=0.8"), "nl");
    assert_string_equal(accepted("fr, en;q=0.4, bg;q=0.5"), "bg");
    assert_string_equal(accepted("bg-BG"), "bg");
    assert_string_equal(accepted("BG-latn"), "bg-Latn");
    assert_string_equal(accepted("en;q=0"), "none");
    assert_string_equal(accepted("fr,*"), "none");
    assert_string_equal(accepted(""), "none");
    assert_string_equal(accepted(",,;q=1,=;;"), "none");
}

static void every_page_compiles(void **state)
{
    struct pk_rules rules = { .public_url = "https://berichten.example" };
    struct pk_service service = { .rules = &rules };
    struct pk_console *console = NULL;
    struct pk_error err = { 0 };
    (void) state;
    if (pk_console_new(&service, &console, &err) != 0)
        fail_msg("%s", err.message);
    pk_console_free(console);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_is_there),
        cmocka_unit_test(pages_at_a_desk_are_in_some), cmocka_unit_test(latin_is_made),
        cmocka_unit_test(the_reader_s_language),
        cmocka_unit_test(every_page_compiles),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
