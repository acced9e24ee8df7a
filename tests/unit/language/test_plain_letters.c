/* SPDX-License-Identifier: EUPL-1.2 */
/* Plain letters: what is replaced, that nothing else ever is, and that only who chose them gets them. */
#include "tests/unit/language/support.h"

#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"

static void check(const char *text, const char *plain)
{
    struct pk_buf out;
    pk_buf_init(&out, 4096);
    assert_int_equal(pk_plain_letters(pk_slice_of(text), &out), 0);
    assert_string_equal(pk_buf_text(&out), plain);
    pk_buf_finish(&out);
}

static void test_letters_and_signs(void **state)
{
    (void) state;
    check("şğıİçĂăłŁđĐëïâîșț", "sgiIcAalLdDeiaist");
    check("„Çocuk“ – 5 € … é ü ñ", "\"Çocuk\" - 5 € ... é ü ñ"); /* what the alphabet has stays */
    check("geldiğinizde", "geldiginizde");
}

/* Nothing becomes "?", nothing is left out, no script changes. */
static void test_what_has_no_plain_letter_stays(void **state)
{
    (void) state;
    check("Çarşı: Заандам й", "Çarsi: Заандам й");
    check("ok 👍🏽 ş", "ok 👍🏽 s");
    check("漢 ẞ ؟", "漢 ẞ ؟");
}

static char *render(const struct pk_catalog *catalog, const char *language, const char *rendering, struct pk_segmentation *ret)
{
    struct pk_error err = { 0 };
    struct pk_render render = {
        .language = pk_slice_of(language),
        .rendering = pk_slice_of(rendering),
        .body = PK_SLICE("{org}: Şiş kebap günü, İstanbul'dan ğ. Заандам?"),
        .org = PK_SLICE("Zaanstad"),
        .zone = "Europe/Amsterdam",
    };
    struct pk_buf out;
    pk_buf_init(&out, 4096);
    if (pk_catalog_render(catalog, &render, &out, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(pk_segment(pk_buf_slice(&out), false, ret, NULL), 0);
    char *text = pk_slice_dup(pk_buf_slice(&out));
    pk_buf_finish(&out);
    return text;
}

static void test_only_for_who_chose_them(void **state)
{
    const struct pk_catalog *catalog = *state;
    struct pk_segmentation length;
    char *own = render(catalog, "tr", "", &length), *plain = render(catalog, "tr", "tr-plain", &length);
    assert_string_equal(own, "Zaanstad: Şiş kebap günü, İstanbul'dan ğ. Заандам?");
    assert_string_equal(plain, "Zaanstad: Sis kebap günü, Istanbul'dan g. Заандам?");
    free(own);
    free(plain);
}

static void test_which_languages_have_them(void **state)
{
    const struct pk_catalog *catalog = *state;
    assert_true(pk_catalog_has_rendering(catalog, PK_SLICE("tr"), PK_SLICE("plain")));
    assert_true(pk_catalog_has_rendering(catalog, PK_SLICE("nl"), PK_SLICE("plain")));
    assert_true(pk_catalog_has_rendering(catalog, PK_SLICE("en"), PK_SLICE("plain")));
    assert_false(pk_catalog_has_rendering(catalog, PK_SLICE("bg"), PK_SLICE("plain"))); /* Cyrillic is not made Latin so */
    assert_false(pk_catalog_has_rendering(catalog, PK_SLICE("tr"), PK_SLICE("Latn")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_and_signs), cmocka_unit_test(test_what_has_no_plain_letter_stays),
        cmocka_unit_test(test_only_for_who_chose_them), cmocka_unit_test(test_which_languages_have_them),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
