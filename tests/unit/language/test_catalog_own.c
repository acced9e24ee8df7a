/* SPDX-License-Identifier: EUPL-1.2 */
/* The city's own texts over the shipped ones: they win by name, and are checked as files are. */
#include "tests/unit/language/support.h"

#define THANKS "kind: answer\narguments:\nreply: none\ngloss: Dank\nparts: 2\n\n"
#define BG_THANKS THANKS "Много Ви благодарим! Имате ли въпрос, пишете ПОМОЩ. Ако не искате съобщения, пишете СТОП."

static struct pk_own_file own(const char *name, const char *language, const char *content)
{
    return (struct pk_own_file){ pk_slice_of(name), pk_slice_of(language), pk_slice_of(content) };
}

static struct pk_catalog *with(void **state, const struct pk_own_file *files, size_t count, const char *wanted)
{
    struct told told;
    told_begin(&told);
    struct pk_catalog *made = pk_catalog_with(*state, files, count, &told.report);
    assert_non_null(made);
    assert_string_equal(pk_buf_text(&told.text), wanted);
    told_end(&told);
    return made;
}

static void it_wins_by_name(void **state)
{
    const struct pk_catalog *shipped = *state;
    const struct pk_own_file file = own("thanks", "bg", BG_THANKS);
    pk_auto(pk_catalog) struct pk_catalog *made = with(state, &file, 1, "");
    const struct pk_template *text = pk_catalog_find(made, PK_SLICE("thanks"), PK_SLICE("bg"));
    assert_true(pk_template_is_own(text));
    assert_true(pk_slice_starts(pk_template_body(text), "Много Ви"));
    assert_true(pk_slice_is(pk_template_head(text), "kind: answer\narguments:\nreply: none\ngloss: Dank\nparts: 2"));
    /* Only there: other languages and the catalog before are as they were. */
    assert_ptr_equal(pk_catalog_exact(made, PK_SLICE("thanks"), PK_SLICE("nl")), pk_catalog_exact(shipped, PK_SLICE("thanks"), PK_SLICE("nl")));
    assert_false(pk_template_is_own(pk_catalog_exact(shipped, PK_SLICE("thanks"), PK_SLICE("bg"))));
    assert_int_equal(pk_catalog_template_count(made), pk_catalog_template_count(shipped));
    struct pk_buf words;
    pk_buf_init(&words, 4096);
    const struct pk_render render = { .language = PK_SLICE("bg"), .rendering = PK_SLICE("bg-Latn"), .body = pk_template_body(text), .zone = "Europe/Amsterdam" };
    assert_int_equal(pk_catalog_render(made, &render, &words, NULL), 0);
    assert_true(pk_slice_starts(pk_buf_slice(&words), "Mnogo Vi blagodarim!"));
    pk_buf_finish(&words);
}

static void what_is_wrong_is_told_as_of_a_file(void **state)
{
    const struct pk_own_file unknown = own("thanks", "bg", THANKS "Благодаря, {nobody}. СТОП, ПОМОЩ");
    pk_catalog_free(with(state, &unknown, 1, "thanks.txt:7: column 13: there is no placeholder \"nobody\" | The README of the templates lists all placeholders.\n"));
    const struct pk_own_file asks = own("thanks", "bg", "kind: answer\narguments:\nreply: yes-no\ngloss: Dank\nparts: 2\n\nИдвате ли?");
    pk_auto(pk_catalog) struct pk_catalog *made = with(state, &asks, 1,
        "thanks.txt:1: column 1: the head differs from that of the text as it was shipped | Keep its topic, kind, step and reply, or write a text of another name.\n"
        "thanks.txt:1: column 1: the head differs from that of nl/thanks.txt | Let both say the same topic, kind, step and reply.\n");
    assert_non_null(pk_catalog_exact(made, PK_SLICE("thanks"), PK_SLICE("bg"))); /* still there to be looked at */
    const struct pk_own_file nowhere[] = { own("thanks", "xx", BG_THANKS), own("../thanks", "bg", BG_THANKS) };
    pk_catalog_free(with(state, nowhere, 2, "thanks.txt:0: there is no such language | Name one of the languages there are texts in, like bg.\n"
                                            "thanks.txt:0: this is no name of a text | Use small letters, digits and hyphens, like parent-meeting-invitation.\n"));
}

static void a_new_text_needs_its_twins(void **state)
{
    const struct pk_own_file alone = own("bicycle", "bg", "topic: festival\nkind: notice\nstep: hours\narguments:\nreply: none\ngloss: Fiets\nparts: 2\n\nКолело!");
    pk_catalog_free(with(state, &alone, 1, "bicycle.txt:1: column 1: the text has no Dutch twin | "
                                           "Write the same text in Dutch, in the folder nl, with the same arguments.\n"));
    const struct pk_own_file both[] = { alone, own("bicycle", "nl", "topic: festival\nkind: notice\nstep: hours\narguments:\nreply: none\ngloss: Fiets\nparts: 1\n\nFiets!") };
    pk_auto(pk_catalog) struct pk_catalog *made = with(state, both, 2, "");
    assert_true(pk_catalog_knows(made, PK_SLICE("bicycle")));
}

static void forms_of_a_text(void **state)
{
    (void) state;
    assert_true(pk_catalog_is_form_of(PK_SLICE("thanks"), PK_SLICE("thanks-short")));
    assert_true(pk_catalog_is_form_of(PK_SLICE("thanks-noreply"), PK_SLICE("thanks-short-noreply")));
    assert_false(pk_catalog_is_form_of(PK_SLICE("thanks"), PK_SLICE("thanks-again")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_wins_by_name),
        cmocka_unit_test(what_is_wrong_is_told_as_of_a_file),
        cmocka_unit_test(a_new_text_needs_its_twins),
        cmocka_unit_test(forms_of_a_text),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
