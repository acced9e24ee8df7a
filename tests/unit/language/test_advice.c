/* SPDX-License-Identifier: EUPL-1.2 */
/* What a text takes in every way it can be written, and the sentence that says so. */
#include "tests/unit/language/support.h"

#include "gateway/language/advice.h"

static void advise(void **state, const char *language, const char *body, struct pk_advice *ret)
{
    struct pk_render render = {
        .language = pk_slice_of(language), .body = pk_slice_of(body), .org = PK_SLICE("Zaanstad"), .zone = "Europe/Amsterdam"
    };
    assert_int_equal(pk_advise(*state, &render, ret, NULL), 0);
}

static void assert_sentence(const struct pk_advice *advice, const char *wanted)
{
    struct pk_buf text;
    pk_buf_init(&text, 512);
    assert_int_equal(pk_advice_sentence(advice, &text), 0);
    assert_string_equal(pk_buf_text(&text), wanted);
    pk_buf_finish(&text);
}

static void test_cyrillic_and_latin(void **state)
{
    struct pk_advice advice;
    advise(state, "bg", "{org}: родителска среща във вторник, 3 март, 18:00 ч. Място: De Windroos. Идвате ли?", &advice);
    assert_int_equal(advice.count, 2);
    assert_int_equal(advice.forms[0].length.encoding, PK_ENCODING_UCS2);
    assert_int_equal(advice.forms[0].length.parts, 2);
    assert_int_equal(advice.forms[1].length.encoding, PK_ENCODING_GSM7);
    assert_int_equal(advice.forms[1].length.parts, 1);
    assert_sentence(&advice, "Cyrillic: 2 parts, Latin: 1 part");
    assert_ptr_equal(pk_advice_form(&advice, PK_SLICE("Latn")), &advice.forms[1]);
    assert_ptr_equal(pk_advice_form(&advice, PK_SLICE("")), &advice.forms[0]);
    assert_ptr_equal(pk_advice_form(&advice, PK_SLICE("plain")), &advice.forms[0]); /* what the language has not */
}

static void test_plain_letters_show_what_they_save(void **state)
{
    struct pk_advice advice;
    advise(state, "tr", "{org}: Salı günü veli toplantısı var, saat 18:00. Yer: De Windroos. Geliyor musunuz?", &advice);
    assert_sentence(&advice, "as written: 2 parts (87 units), plain letters: 1 part (87 units)");
    assert_int_equal(advice.forms[0].length.forcing_codepoint, 0x131);
    assert_int_equal(advice.forms[1].length.forcing_codepoint, 0);
    advise(state, "nl", "Hallo {org}", &advice);
    assert_sentence(&advice, "as written: 1 part (14 units), plain letters: 1 part (14 units)");
}

static void test_a_language_that_is_not_there(void **state)
{
    struct pk_render render = { .language = PK_SLICE("xx"), .body = PK_SLICE("x"), .zone = "Europe/Amsterdam" };
    struct pk_advice advice;
    assert_int_equal(pk_advise(*state, &render, &advice, NULL), PK_E_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cyrillic_and_latin),
        cmocka_unit_test(test_plain_letters_show_what_they_save),
        cmocka_unit_test(test_a_language_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
