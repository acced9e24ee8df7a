/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Texts made to do harm that still load, and damaged ones, put to the rules of style; and bubbles drawn of anything. What
 * does not load is refused with its place. Nothing else is asked: the sanitizers are quiet.
 */
#include "tests/unit/language/written.h"

#include "gateway/base/file.h"
#include "gateway/base/random.h"
#include "gateway/language/bubble.h"
#include "gateway/language/style.h"

#define SEED 20261014u
#define FLIPS 6u

static void look_at_style(const struct pk_catalog *catalog, const struct pk_template *t)
{
    struct pk_style_report report = { 0 };
    pk_style_check(catalog, t, &report);
}

/* `before` and `after` each repeated `count` times, around `middle`, below a head that names every argument needed. */
static char *nested(const char *before, const char *middle, const char *after, size_t count)
{
    struct pk_buf text;
    pk_buf_init(&text, 4u << 20);
    (void) pk_buf_add_text(&text, "kind: answer\narguments: people place\ngloss: x\nparts: 3\n\n{place} ");
    for (size_t i = 0; i < count; i++)
        (void) pk_buf_add_text(&text, before);
    (void) pk_buf_add_text(&text, middle);
    for (size_t i = 0; i < count; i++)
        (void) pk_buf_add_text(&text, after);
    assert_false(text.failed);
    char *copy = exact_copy(pk_slice_make(pk_buf_text(&text), text.len + 1));
    pk_buf_finish(&text);
    return copy;
}

/* Too deep, too long, too many: refused with a place, and what is just allowed is written and looked at. */
static void test_hostile_texts(void **state)
{
    static const struct {
        const char *before, *middle, *after;
        size_t count;
        const char *wanted; /* NULL = it is fine */
    } cases[] = {
        { "{people,plural,other{", "x", "}}", 7, NULL },
        { "{people,plural,other{", "x", "}}", 9, "f.txt:6: column 177: the text nests too deeply | Write a simpler text.\n" },
        { "{people,plural,other{", "x", "}}", 40000,
          "f.txt:6: column 1: the text is longer than 16384 bytes | Write a simpler text.\n" },
        { "{", "x", "}", 600, "f.txt:6: column 25: the text nests too deeply | Write a simpler text.\n" },
        { "{", "", "", 1000000, "f.txt:6: column 1: the text is longer than 16384 bytes | Write a simpler text.\n" },
        { "а", "{people}", "я", 250000, "f.txt:6: column 1: the text is longer than 16384 bytes | Write a simpler text.\n" },
        { "{people} ", "x", " {people}", 800, NULL },
        { "'{' ", "{people}", " '}'", 1500, NULL },
        { "{people, plural, one{} other{}} ", "x", "", 400, NULL },
    };
    const struct pk_template *whole = pk_catalog_template(*state, 0);
    struct pk_wall *wall = NULL;
    assert_int_equal(pk_wall_new("Europe/Amsterdam", &wall, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct told told;
        told_begin(&told);
        char *text = nested(cases[i].before, cases[i].middle, cases[i].after, cases[i].count);
        struct pk_template *t = pk_template_parse("f.txt", PK_SLICE("f"), whole->language, pk_slice_of(text), &told.report);
        assert_string_equal(pk_buf_text(&told.text), cases[i].wanted ? cases[i].wanted : "");
        assert_int_equal(t == NULL, cases[i].wanted != NULL);
        if (t) {
            use_template(t, wall);
            look_at_style(*state, t);
        }
        pk_template_free(t);
        free(text);
        told_end(&told);
    }
    pk_wall_free(wall);
}

/* Every shipped text with bytes changed by chance, as far as it still loads. */
static void test_style_of_damaged_texts(void **state)
{
    static const char telling[] = "{}'#,.!? ДA„\n1:/";
    const struct pk_catalog *catalog = *state;
    size_t looked = 0;
    for (size_t i = 0; i < FLIPS * pk_catalog_template_count(catalog); i++) {
        const struct pk_template *whole = pk_catalog_template(catalog, i % pk_catalog_template_count(catalog));
        struct pk_ini_report report = { 0 };
        struct pk_buf file;
        pk_buf_init(&file, PK_TEMPLATE_BYTES_MAX);
        assert_int_equal(pk_file_read(whole->file, PK_TEMPLATE_BYTES_MAX, &file, NULL), 0);
        for (uint64_t n = 1 + pk_random_below(3); n > 0; n--)
            file.data[file.len - 1 - pk_random_below(strlen(whole->text))] = telling[pk_random_below(sizeof telling - 1)];
        struct pk_template *t = pk_template_parse("f.txt", PK_SLICE("f"), whole->language, pk_buf_slice(&file), &report);
        if (t) {
            look_at_style(catalog, t);
            looked++;
        }
        pk_template_free(t);
        pk_buf_finish(&file);
    }
    assert_true(looked > FLIPS * 10);
}

/* Whatever it is drawn of, the frame stands. */
static void draw(struct pk_slice text)
{
    struct pk_buf out;
    const uint32_t end = (uint32_t) text.len;
    const struct pk_bubble bubble = { .text = text, .part_ends = &end, .part_count = 1, .columns = 8 };
    pk_buf_init(&out, 1u << 20);
    pk_bubble_draw(&bubble, &out);
    assert_false(out.failed);
    pk_buf_finish(&out);
}

/* Characters by chance, cut anywhere. */
static void test_bubbles_of_anything(void **state)
{
    static const char *const signs[] = { "a",  " ",      "\n",     "м",        "и\u0306", "👍🏽", "👩\u200d👧",
                                         "会", "\u0301", "\u200b", "https://", "-",       "ﷺ" };
    (void) state;
    for (size_t n = 0; n < 200; n++) {
        struct pk_buf text;
        pk_buf_init(&text, 4096);
        for (uint64_t left = pk_random_below(40); left > 0; left--)
            (void) pk_buf_add_text(&text, signs[pk_random_below(PK_COUNT(signs))]);
        char *copy = exact_copy(pk_buf_slice(&text));
        draw(pk_slice_make(copy, text.len));
        free(copy);
        pk_buf_finish(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_texts),
        cmocka_unit_test(test_style_of_damaged_texts),
        cmocka_unit_test(test_bubbles_of_anything),
    };
    print_message("seed %u\n", SEED);
    pk_random_seed(SEED);
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
