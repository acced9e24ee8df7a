/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files and texts as damage makes them: every shipped file cut at every byte and with bytes changed by chance, through
 * the parsers, and replies likewise. Nothing is asked but that an answer comes and that it keeps its promises; the
 * sanitizers do the asking. The seed is fixed and printed: a failure comes back.
 */
#include "tests/unit/language/written.h"

#include "gateway/base/file.h"
#include "gateway/base/random.h"
#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"
#include "gateway/language/style_rules.h"
#include "gateway/language/utf16.h"

#define SEED 20261014u
#define FLIPS_PER_TEMPLATE 40u
#define FLIPS_PER_LANGUAGE 80u
#define FLIPS_PER_TEXT 60u
#define LANGUAGE_STEP 79u /* a language file opens many formatters: not every byte of it */

/* Up to four bytes of the text become others: any, or those that mean something. */
static void flip(char *text, size_t len)
{
    static const char telling[] = "{}'#,:|\n\r \0\xff\xd0";
    for (uint64_t n = 1 + pk_random_below(4); n > 0 && len > 0; n--)
        text[pk_random_below(len)] =
            pk_random_below(2) == 0 ? (char) pk_random_below(256) : telling[pk_random_below(sizeof telling)];
}

static void read_file(const char *path, struct pk_buf *out)
{
    struct pk_error err = { 0 };
    pk_buf_clear(out);
    if (pk_file_read(path, out->max_bytes, out, &err) != 0)
        fail_msg("%s", err.message);
}

/* ---- templates ---- */

/* A mistake is told or there is a template: never neither. Written out on `wall`, when there is one. */
static bool parse_template(const struct pk_template *whole, struct pk_slice text, struct pk_wall *wall)
{
    struct pk_ini_report report = { 0 };
    struct pk_template *t = pk_template_parse("f.txt", PK_SLICE("f"), whole->language, text, &report);
    bool good = t != NULL;
    assert_int_equal(report.count == 0, good);
    if (t && wall)
        use_template(t, wall);
    pk_template_free(t);
    return good;
}

static void test_templates(void **state)
{
    const struct pk_catalog *catalog = *state;
    struct pk_buf file;
    struct pk_wall *wall = NULL;
    size_t good = 0, bad = 0;
    pk_buf_init(&file, PK_TEMPLATE_BYTES_MAX);
    assert_int_equal(pk_wall_new("Europe/Amsterdam", &wall, NULL), 0);
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        read_file(t->file, &file);
        for (size_t len = 0; len < file.len; len++) {
            char *cut = exact_copy(pk_slice_make(file.data, len));
            *(parse_template(t, pk_slice_make(cut, len), NULL) ? &good : &bad) += 1;
            free(cut);
        }
        for (size_t n = 0; n < FLIPS_PER_TEMPLATE; n++) {
            char *flipped = exact_copy(pk_buf_slice(&file));
            flip(flipped, file.len);
            *(parse_template(t, pk_slice_make(flipped, file.len), wall) ? &good : &bad) += 1;
            free(flipped);
        }
    }
    assert_true(good > 1000 && bad > 10000); /* both ways were walked */
    pk_wall_free(wall);
    pk_buf_finish(&file);
}

/* ---- language files ---- */

static void parse_language(struct pk_slice text)
{
    struct pk_ini_report report = { 0 };
    struct pk_ini *ini = NULL;
    struct pk_reply_meaning meaning;
    if (pk_ini_parse("language.ini", text, &report, &ini, NULL) != 0)
        return;
    struct pk_dates *dates = pk_dates_new(ini, "bg", &report);
    if (dates) {
        struct pk_buf words;
        pk_buf_init(&words, 65536);
        for (int word = 0; word < PK_DAY_WORDS; word++) {
            struct pk_wall *wall = NULL;
            assert_int_equal(pk_wall_new("Europe/Amsterdam", &wall, NULL), 0);
            assert_int_equal(pk_dates_word(dates, wall, (enum pk_day_word) word, 1767292200000, &words), 0);
            pk_wall_free(wall);
        }
        pk_buf_finish(&words);
    }
    pk_style_free(pk_style_load(ini, &report));
    struct pk_reply_words *replies = pk_reply_words_new();
    for (size_t i = 0; i < ini->section_count; i++)
        for (size_t j = 0; strcmp(ini->sections[i].kind, "replies") == 0 && j < ini->sections[i].entry_count; j++)
            (void) pk_reply_words_add(replies, "xx", ini->sections[i].entries[j].key, ini->sections[i].entries[j].value, "f", 1,
                                      &report);
    pk_reply_understand(replies, PK_SLICE("моля стоп"), &meaning);
    pk_reply_words_free(replies);
    pk_dates_free(dates);
    pk_ini_free(ini);
}

static void test_language_files(void **state)
{
    (void) state;
    static const char *const tags[] = { "bg", "nl", "tr", "en" };
    struct pk_buf file;
    pk_buf_init(&file, 1u << 20);
    for (size_t i = 0; i < PK_COUNT(tags); i++) {
        char path[1024];
        (void) snprintf(path, sizeof path, "%s/%s/language.ini", PK_TEST_TEMPLATES, tags[i]);
        read_file(path, &file);
        for (size_t len = 0; len < file.len; len += LANGUAGE_STEP) {
            char *cut = exact_copy(pk_slice_make(file.data, len));
            parse_language(pk_slice_make(cut, len));
            free(cut);
        }
        for (size_t n = 0; n < FLIPS_PER_LANGUAGE; n++) {
            char *flipped = exact_copy(pk_buf_slice(&file));
            flip(flipped, file.len);
            parse_language(pk_slice_make(flipped, file.len));
            free(flipped);
        }
    }
    pk_buf_finish(&file);
}

/* ---- texts ---- */

/* The parts are the whole, nothing more or less. */
static enum pk_encoding check_parts(struct pk_slice text, bool wide)
{
    uint32_t units[PK_PARTS_MAX], sum = 0;
    struct pk_segmentation found;
    assert_int_equal(pk_segment(text, wide, &found, units), 0);
    for (uint32_t i = 0; i < found.parts; i++)
        sum += units[i];
    assert_int_equal(sum, found.units);
    return found.encoding;
}

static void check_text(const struct pk_reply_words *words, struct pk_slice text)
{
    struct pk_reply_meaning meaning;
    struct pk_segmentation found;
    struct pk_buf prepared, again, latin, safe;
    pk_reply_understand(words, text, &meaning);
    assert_true(meaning.intent >= PK_INTENT_NONE && meaning.intent <= PK_INTENT_HELP && meaning.count < 100);
    assert_true(memchr(meaning.language, '\0', sizeof meaning.language) != NULL);
    pk_buf_init(&prepared, 65536);
    pk_buf_init(&again, 65536);
    pk_buf_init(&latin, 65536);
    pk_buf_init(&safe, 65536);
    int r = pk_text_prepare(text, &prepared);
    assert_int_equal(r == 0, pk_utf8_valid(text));
    assert_int_equal(r == 0, pk_segment(text, false, &found, NULL) == 0);
    if (r == 0) {
        assert_int_equal(pk_text_prepare(pk_buf_slice(&prepared), &again), 0);
        assert_true(pk_slice_equal(pk_buf_slice(&prepared), pk_buf_slice(&again))); /* prepared once is prepared */
        (void) check_parts(pk_buf_slice(&prepared), false);
        (void) check_parts(pk_buf_slice(&prepared), true);
        assert_int_equal(pk_transliterate_bg(pk_buf_slice(&prepared), &latin), 0);
        assert_int_equal(pk_gsm_safe(pk_buf_slice(&latin), &safe), 0);
        assert_int_equal(check_parts(pk_buf_slice(&safe), false), PK_ENCODING_GSM7);
    }
    pk_buf_finish(&prepared);
    pk_buf_finish(&again);
    pk_buf_finish(&latin);
    pk_buf_finish(&safe);
}

static void test_texts(void **state)
{
    static const char *const texts[] = {
        "Моля „не“ ми пишете ３ пъти 👍🏽 ѝ İPTAL",
        "Liked “Zaanstad: родителска среща вт, 3.03, 18:00 ч. Идвате ли? ДА или НЕ”",
        "Да, ще дойдем 3 души, благодаря!",
        "otpi6i me molq!!! ne mi pi6ete",
        "1\ufe0f\u20e3 👩\u200d👩\u200d👧 и\u0306\u200b\u0301 \u202a+31612345678\u202c €[]{}",
        "Щъркел №5 – „България“ … ﷺ ǅ ẞ",
    };
    const struct pk_reply_words *words = pk_catalog_reply_words(*state);
    for (size_t i = 0; i < PK_COUNT(texts); i++) {
        struct pk_slice whole = pk_slice_of(texts[i]);
        for (size_t len = 0; len <= whole.len; len++) {
            char *cut = exact_copy(pk_slice_make(whole.data, len));
            check_text(words, pk_slice_make(cut, len));
            free(cut);
        }
        for (size_t n = 0; n < FLIPS_PER_TEXT; n++) {
            char *flipped = exact_copy(whole);
            flip(flipped, whole.len);
            check_text(words, pk_slice_make(flipped, whole.len));
            free(flipped);
        }
    }
}

/* Characters by chance, from everywhere: what normal forms, folds and alphabets do at their edges. */
static void test_any_characters(void **state)
{
    static const uint32_t areas[][2] = {
        { 0x20, 0x7e },     { 0x80, 0x24f },      { 0x300, 0x36f }, { 0x370, 0x52f },
        { 0x2000, 0x206f }, { 0x1f300, 0x1faff }, { 1, 0x10ffff },
    };
    const struct pk_reply_words *words = pk_catalog_reply_words(*state);
    for (size_t n = 0; n < 1500; n++) {
        char text[4 * 40];
        size_t len = 0;
        for (uint64_t left = pk_random_below(40); left > 0; left--) {
            const uint32_t *area = areas[pk_random_below(PK_COUNT(areas))];
            uint32_t c = area[0] + (uint32_t) pk_random_below(area[1] - area[0] + 1);
            if (c >= 0xd800 && c <= 0xdfff)
                continue;
            uint8_t bytes[4];
            size_t more = pk_utf8_write((UChar32) c, bytes);
            memcpy(text + len, bytes, more);
            len += more;
        }
        char *copy = exact_copy(pk_slice_make(text, len));
        check_text(words, pk_slice_make(copy, len));
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_language_files),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_any_characters),
    };
    print_message("seed %u\n", SEED);
    pk_random_seed(SEED);
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
