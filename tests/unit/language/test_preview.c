/* SPDX-License-Identifier: EUPL-1.2 */
/* How texts look: previews with their parts and price, the bubble, and the proof-reading page, which has to be current. */
#include "tests/unit/language/support.h"

#include "gateway/base/file.h"
#include "gateway/language/bubble.h"
#include "gateway/language/preview.h"
#include "gateway/language/proof.h"

static void test_proof_is_current(void **state)
{
    struct pk_buf made, again, there;
    struct pk_error err = { 0 };
    pk_buf_init(&made, PK_PROOF_BYTES_MAX);
    pk_buf_init(&again, PK_PROOF_BYTES_MAX);
    pk_buf_init(&there, PK_PROOF_BYTES_MAX);
    if (pk_proof_write(*state, &made, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(pk_proof_write(*state, &again, NULL), 0);
    assert_true(pk_slice_equal(pk_buf_slice(&made), pk_buf_slice(&again)));
    if (pk_file_read(PK_TEST_TEMPLATES "/PROOF.md", PK_PROOF_BYTES_MAX, &there, &err) != 0)
        fail_msg("%s: run pokana templates proof", err.message);
    if (!pk_slice_equal(pk_buf_slice(&made), pk_buf_slice(&there)))
        fail_msg("templates/PROOF.md is not of these texts: run pokana templates proof --templates templates");
    pk_buf_finish(&made);
    pk_buf_finish(&again);
    pk_buf_finish(&there);
}

/* ---- previews ---- */

static void make(const struct pk_catalog *catalog, const char *name, const char *language, const char *script,
                 struct pk_preview *ret)
{
    struct pk_buf document;
    struct pk_json *values = NULL;
    const struct pk_template *t = pk_catalog_exact(catalog, pk_slice_of(name), pk_slice_of(language));
    assert_non_null(t);
    pk_buf_init(&document, 65536);
    pk_preview_sample(t, &document);
    assert_int_equal(pk_json_parse(pk_buf_slice(&document), 65536, &values, NULL), 0);
    const struct pk_preview_request request = {
        .catalog = catalog,
        .template_ = t,
        .script = pk_slice_of(script),
        .values = values,
        .org = PK_SLICE("Zaanstad"),
        .zone = "Europe/Amsterdam",
    };
    assert_int_equal(pk_preview_make(&request, ret, NULL), 0);
    pk_json_free(values);
    pk_buf_finish(&document);
}

static void test_preview(void **state)
{
    struct pk_preview both[2];
    make(*state, "parent-meeting-invitation", "bg", "", &both[0]);
    make(*state, "parent-meeting-invitation", "bg", "Latn", &both[1]);
    assert_string_equal(both[0].letters, "Cyrillic");
    assert_int_equal(both[0].segmentation.parts, 2);
    assert_int_equal(both[0].part_units[0], 67);
    assert_int_equal(both[0].part_units[1], 44);
    assert_int_equal(both[0].part_ends[1], both[0].text.len);
    assert_true(pk_slice_starts(pk_slice_make(both[0].text.data + both[0].part_ends[0], 4), " 12."));
    assert_string_equal(both[0].forcing, "р");
    assert_string_equal(both[0].instead, ""); /* no other letter stands for a Cyrillic one */
    assert_string_equal(both[1].letters, "Latin");
    assert_int_equal(both[1].segmentation.units, 116);
    assert_string_equal(both[1].forcing, "");
    pk_preview_finish(&both[0]);
    pk_preview_finish(&both[1]);
    make(*state, "optin-request", "tr", "", &both[0]);
    assert_string_equal(both[0].letters, "Latin");
    assert_string_equal(both[0].forcing, "ı");
    assert_string_equal(both[0].instead, "i");
    pk_preview_finish(&both[0]);
}

static void test_money(void **state)
{
    static const struct {
        const char *language;
        int64_t amount;
        const char *wanted;
    } cases[] = {
        { "bg", 1300, "0,13\u00a0€" },         { "bg", 650, "0,065\u00a0€" }, { "bg", 12345000, "1\u00a0234,50\u00a0€" },
        { "nl", 1300, "€\u00a00,13" },         { "en", 650, "€0.065" },       { "tr", 1300, "€0,13" },
        { "nl", 12345000, "€\u00a01.234,50" }, { "bg", 0, "0,00\u00a0€" },
    };
    struct pk_buf out;
    pk_buf_init(&out, 256);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        pk_buf_clear(&out);
        assert_int_equal(pk_money_write(*state, pk_slice_of(cases[i].language), cases[i].amount, "EUR", &out), 0);
        assert_string_equal(pk_buf_text(&out), cases[i].wanted);
    }
    assert_int_equal(pk_money_write(*state, PK_SLICE("xx"), 1, "EUR", &out), PK_E_INVALID);
    assert_int_equal(pk_money_write(*state, PK_SLICE("bg"), 1, "EURO", &out), PK_E_INVALID);
    pk_buf_finish(&out);
}

/* ---- the bubble ---- */

static void test_bubble(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        uint32_t ends[3];
        size_t parts, columns;
        const char *wanted;
    } cases[] = {
        { "Идвате ли? Пишете ДА или НЕ.",
          { 0 },
          0,
          12,
          "╭──────────────╮\n│ Идвате ли?   │\n│ Пишете ДА    │\n│ или НЕ.      │\n╰──────────────╯\n" },
        /* Where a part ends, within a word. */
        { "abc def ghi", { 5, 11 }, 2, 8, "╭──────────╮\n│ abc d┊ef │\n│ ghi      │\n╰──────────╯\n" },
        /* A word longer than the bubble, and one that fills it. */
        { "https://zaanstad.nl/bg 12345678",
          { 0 },
          0,
          8,
          "╭──────────╮\n│ https:// │\n│ zaanstad │\n│ .nl/bg   │\n│ 12345678 │\n╰──────────╯\n" },
        /* Wide ones take two columns, marks and joined signs none. */
        { "👍🏽 ok и\u0306 会议室",
          { 0 },
          0,
          8,
          "╭──────────╮\n│ 👍🏽 ok и\u0306  │\n│ 会议室   "
          "│\n╰──────────╯\n" },
        { "a\nb\n", { 0 }, 0, 8, "╭──────────╮\n│ a        │\n│ b        │\n╰──────────╯\n" },
        { "", { 0 }, 0, 8, "╭──────────╮\n╰──────────╯\n" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_buf out;
        pk_buf_init(&out, 65536);
        const struct pk_bubble bubble = { .text = pk_slice_of(cases[i].text),
                                          .part_ends = cases[i].ends,
                                          .part_count = cases[i].parts,
                                          .columns = cases[i].columns };
        pk_bubble_draw(&bubble, &out);
        assert_string_equal(pk_buf_text(&out), cases[i].wanted);
        pk_buf_finish(&out);
    }
}

/* Every shipped text in every script: the frame is straight, and nothing of the text is lost. */
static void test_every_bubble(void **state)
{
    const struct pk_catalog *catalog = *state;
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        bool latin = pk_catalog_has_rendering(catalog, pk_template_language(t), PK_SLICE("Latn"));
        for (int script = 0; script <= (latin ? 1 : 0); script++) {
            struct pk_preview p;
            struct pk_buf out;
            struct pk_slice line;
            size_t letters = 0, shown = 0;
            char language[16];
            (void) snprintf(language, sizeof language, "%.*s", PK_SLICE_ARG(pk_template_language(t)));
            make(catalog, pk_template_name(t).data, language, script ? "Latn" : "", &p);
            pk_buf_init(&out, 65536);
            const struct pk_bubble bubble = { .text = pk_buf_slice(&p.text),
                                              .part_ends = p.part_ends,
                                              .part_count = p.segmentation.parts,
                                              .columns = PK_BUBBLE_COLUMNS };
            pk_bubble_draw(&bubble, &out);
            struct pk_slice rest = pk_buf_slice(&out);
            while (rest.len > 0 && pk_slice_cut(&rest, '\n', &line))
                assert_int_equal(pk_display_columns(line), PK_BUBBLE_COLUMNS + PK_BUBBLE_FRAME);
            for (size_t j = 0; j < p.text.len; j++)
                letters += p.text.data[j] != ' ' && ((unsigned char) p.text.data[j] < 0x80);
            for (size_t j = 0; j < out.len; j++)
                shown += out.data[j] != ' ' && out.data[j] != '\n' && ((unsigned char) out.data[j] < 0x80);
            assert_int_equal(letters, shown);
            pk_buf_finish(&out);
            pk_preview_finish(&p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proof_is_current), cmocka_unit_test(test_preview),      cmocka_unit_test(test_money),
        cmocka_unit_test(test_bubble),           cmocka_unit_test(test_every_bubble),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
