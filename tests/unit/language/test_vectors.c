/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Bulgarian text against the vectors of tests/vectors: segmentation, transliteration, reply words, dates and phone
 * numbers. The command line is held against the same ones (tests/integration/test_text.py).
 */
#include "tests/unit/language/support.h"

#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/base/json.h"
#include "gateway/language/dates.h"
#include "gateway/language/language_file.h"
#include "gateway/language/phone.h"
#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"

#include <stdio.h>

#define FILE_MAX (1u << 20)

static struct pk_json *load(const char *name)
{
    char path[1024];
    struct pk_buf text;
    struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    (void) snprintf(path, sizeof path, "%s/%s", PK_TEST_VECTORS, name);
    pk_buf_init(&text, FILE_MAX);
    assert_int_equal(pk_file_read(path, FILE_MAX, &text, &err), 0);
    if (pk_json_parse(pk_buf_slice(&text), FILE_MAX, &document, &err) != 0)
        fail_msg("%s: %s", name, err.message);
    pk_buf_finish(&text);
    return document;
}

static void say_case(const struct pk_json *one)
{
    struct pk_slice id = pk_json_string(pk_json_get(one, "id"));
    print_message("case %.*s\n", PK_SLICE_ARG(id));
}

static int64_t number(const struct pk_json *object, const char *name)
{
    int64_t value = -1;
    assert_true(pk_json_int(pk_json_get(object, name), &value));
    return value;
}

/* ---- segmentation ---- */

static bool units_are(const struct pk_json *wanted, const uint32_t *units, uint32_t parts)
{
    if (pk_json_count(wanted) != parts)
        return false;
    for (uint32_t i = 0; i < parts; i++) {
        int64_t value = -1;
        if (!pk_json_int(pk_json_item(wanted, i), &value) || value != units[i])
            return false;
    }
    return true;
}

/* The parts' octets, encoded, are the units told. */
static bool encodes(struct pk_slice text, bool wide, const struct pk_segmentation *told, const uint32_t *units)
{
    struct pk_buf octets;
    uint32_t ends[PK_PARTS_MAX];
    struct pk_segmentation found;
    pk_buf_init(&octets, FILE_MAX);
    bool same = pk_segment_encode(text, wide, &octets, ends, PK_PARTS_MAX, &found) == 0 && found.parts == told->parts;
    for (uint32_t i = 0, from = 0; same && i < found.parts; from = ends[i++])
        same = (ends[i] - from) == units[i] * (found.encoding == PK_ENCODING_GSM7 ? 1u : 2u);
    same = same && (found.parts == 0 || ends[found.parts - 1] == octets.len);
    pk_buf_finish(&octets);
    return same;
}

static void test_segmentation(void **state)
{
    (void) state;
    struct pk_json *document = load("segmentation.json");
    const struct pk_json *cases = pk_json_get(document, "cases");
    assert_true(pk_json_count(cases) > 50);
    for (size_t i = 0; i < pk_json_count(cases); i++) {
        const struct pk_json *one = pk_json_item(cases, i), *wide = pk_json_get(one, "ref16");
        struct pk_slice text = pk_json_string(pk_json_get(one, "text"));
        struct pk_segmentation found;
        uint32_t units[PK_PARTS_MAX];
        bool good =
            pk_segment(text, false, &found, units) == 0 && found.units == number(one, "units") &&
            found.parts == number(one, "segments") && units_are(pk_json_get(one, "segment_units"), units, found.parts) &&
            pk_slice_is(pk_json_string(pk_json_get(one, "encoding")), found.encoding == PK_ENCODING_GSM7 ? "GSM7" : "UCS2") &&
            encodes(text, false, &found, units);
        good = good && pk_segment(text, true, &found, units) == 0 && found.parts == number(wide, "segments") &&
               units_are(pk_json_get(wide, "segment_units"), units, found.parts) && encodes(text, true, &found, units);
        if (!good)
            say_case(one);
        assert_true(good);
    }
    pk_json_free(document);
}

static void test_invalid_utf8(void **state)
{
    (void) state;
    struct pk_json *document = load("segmentation.json");
    const struct pk_json *cases = pk_json_get(document, "invalid_utf8");
    assert_true(pk_json_count(cases) > 0);
    for (size_t i = 0; i < pk_json_count(cases); i++) {
        struct pk_slice hex = pk_json_string(pk_json_get(pk_json_item(cases, i), "utf8_hex"));
        uint8_t bytes[64];
        struct pk_segmentation found;
        struct pk_buf out;
        assert_true(hex.len > 0 && hex.len / 2 <= sizeof bytes);
        assert_int_equal(pk_unhex(hex, bytes, hex.len / 2), 0);
        pk_buf_init(&out, FILE_MAX);
        assert_int_equal(pk_segment(pk_slice_make(bytes, hex.len / 2), false, &found, NULL), PK_E_INVALID);
        assert_int_equal(pk_text_prepare(pk_slice_make(bytes, hex.len / 2), &out), PK_E_INVALID);
        pk_buf_finish(&out);
    }
    pk_json_free(document);
}

/* ---- transliteration ---- */

static void check_latin(const struct pk_json *cases, const char *wanted, bool safe)
{
    assert_true(pk_json_count(cases) > 10);
    for (size_t i = 0; i < pk_json_count(cases); i++) {
        const struct pk_json *one = pk_json_item(cases, i);
        struct pk_buf prepared, latin, gsm;
        pk_buf_init(&prepared, FILE_MAX);
        pk_buf_init(&latin, FILE_MAX);
        pk_buf_init(&gsm, FILE_MAX);
        /* Normal form first, as the renderer does; the GSM cases bring their own spaces and marks. */
        struct pk_slice text = pk_json_string(pk_json_get(one, "bg"));
        assert_int_equal(safe ? pk_buf_add_slice(&prepared, text) : pk_text_prepare(text, &prepared), 0);
        assert_int_equal(pk_transliterate_bg(pk_buf_slice(&prepared), &latin), 0);
        assert_int_equal(pk_gsm_safe(pk_buf_slice(&latin), &gsm), 0);
        struct pk_slice want = pk_json_string(pk_json_get(one, wanted));
        if (!pk_slice_equal(want, pk_buf_slice(safe ? &gsm : &latin)))
            say_case(one);
        assert_true(pk_slice_equal(want, pk_buf_slice(safe ? &gsm : &latin)));
        struct pk_segmentation found;
        assert_int_equal(pk_segment(pk_buf_slice(&gsm), false, &found, NULL), 0);
        assert_int_equal(found.encoding, PK_ENCODING_GSM7);
        pk_buf_finish(&prepared);
        pk_buf_finish(&latin);
        pk_buf_finish(&gsm);
    }
}

static void test_transliteration(void **state)
{
    (void) state;
    struct pk_json *document = load("transliteration.json");
    check_latin(pk_json_get(document, "cases"), "latin", false);
    check_latin(pk_json_get(document, "gsm_safe"), "gsm_latin", true);
    pk_json_free(document);
}

/* ---- reply words ---- */

/* The list that matched, "mul" for several languages' and absent for none. */
static bool found_in(const struct pk_reply_meaning *found, struct pk_slice language)
{
    return found->shared == pk_slice_is(language, "mul") && pk_slice_is(found->shared ? PK_SLICE("") : language, found->language);
}

/* Words in letters of two alphabets that two ways of reading find in two languages: the meaning is the same, and which
 * language is told is not promised. */
static bool either_way(const struct pk_json *one)
{
    struct pk_slice id = pk_json_string(pk_json_get(one, "id"));
    return pk_slice_is(id, "kw-037") || pk_slice_is(id, "kw-044") || pk_slice_is(id, "kw-140");
}

static void test_keywords(void **state)
{
    struct pk_catalog *catalog = *state;
    struct pk_json *document = load("keywords.json");
    const struct pk_json *cases = pk_json_get(document, "cases");
    assert_true(pk_json_count(cases) > 200);
    for (size_t i = 0; i < pk_json_count(cases); i++) {
        const struct pk_json *one = pk_json_item(cases, i);
        struct pk_slice wanted = pk_json_string(pk_json_get(one, "intent")), language = pk_json_string(pk_json_get(one, "lang"));
        struct pk_reply_meaning found;
        bool soft = false;
        int64_t count = 0;
        (void) pk_json_bool(pk_json_get(one, "soft"), &soft);
        (void) pk_json_int(pk_json_get(one, "count"), &count);
        pk_reply_understand(pk_catalog_reply_words(catalog), pk_json_string(pk_json_get(one, "text")), &found);
        bool good = pk_slice_equal_nocase(wanted, pk_intent_name(found.intent)) && found.soft == soft && found.count == count &&
                    (found_in(&found, language) || either_way(one));
        if (!good)
            print_message("found %s soft %d count %u in \"%s\"%s\n", pk_intent_name(found.intent), found.soft, found.count,
                          found.language, found.shared ? ", shared" : "");
        if (!good)
            say_case(one);
        assert_true(good);
    }
    pk_json_free(document);
}

/* ---- dates ---- */

static const struct {
    const char *name;
    enum pk_day_word word;
} formats[] = {
    { "day_long", PK_WORD_DAY },  { "day_long_year", PK_WORD_DAY_YEAR }, { "day_short", PK_WORD_DAY_SHORT },
    { "time", PK_WORD_TIME },     { "datetime_long", PK_WORD_DATETIME }, { "datetime_short", PK_WORD_SHORT },
    { "on_day", PK_WORD_ON_DAY },
};

static void check_words(const struct pk_json *one, const char *field, struct pk_slice words)
{
    struct pk_slice wanted = pk_json_string(pk_json_get(pk_json_get(one, "bg"), field));
    struct pk_slice latin_wanted = pk_json_string(pk_json_get(pk_json_get(one, "latin"), field));
    struct pk_buf latin;
    pk_buf_init(&latin, FILE_MAX);
    assert_int_equal(pk_transliterate_bg(words, &latin), 0);
    if (!pk_slice_equal(words, wanted) || !pk_slice_equal(pk_buf_slice(&latin), latin_wanted)) {
        say_case(one);
        fail_msg("%s is \"%.*s\"", field, PK_SLICE_ARG(words));
    }
    pk_buf_finish(&latin);
}

static void test_dates(void **state)
{
    (void) state;
    struct pk_ini_report report = { 0 };
    struct pk_language *language = pk_language_load(PK_TEST_TEMPLATES "/bg/language.ini", PK_SLICE("bg"), &report);
    struct pk_wall *wall = NULL;
    struct pk_json *document = load("dates_bg.json");
    const struct pk_json *cases = pk_json_get(document, "cases");
    assert_non_null(language);
    assert_int_equal(pk_wall_new("Europe/Amsterdam", &wall, NULL), 0);
    assert_true(pk_json_count(cases) >= 30);
    for (size_t i = 0; i < pk_json_count(cases); i++) {
        const struct pk_json *one = pk_json_item(cases, i);
        int64_t ms, end_ms;
        struct pk_buf words;
        pk_buf_init(&words, FILE_MAX);
        assert_int_equal(pk_time_parse(pk_json_string(pk_json_get(one, "utc")), &ms), 0);
        for (size_t j = 0; j < PK_COUNT(formats); j++) {
            pk_buf_clear(&words);
            assert_int_equal(pk_dates_word(language->dates, wall, formats[j].word, ms, &words), 0);
            check_words(one, formats[j].name, pk_buf_slice(&words));
        }
        if (pk_json_kind(pk_json_get(one, "utc_end")) == PK_JSON_STRING) {
            pk_buf_clear(&words);
            assert_int_equal(pk_time_parse(pk_json_string(pk_json_get(one, "utc_end")), &end_ms), 0);
            assert_int_equal(pk_dates_range(language->dates, wall, ms, end_ms, &words), 0);
            check_words(one, "time_range", pk_buf_slice(&words));
        }
        pk_buf_finish(&words);
    }
    pk_wall_free(wall);
    pk_language_free(language);
    pk_json_free(document);
}

/* ---- phone numbers ---- */

static void test_phones(void **state)
{
    (void) state;
    static const char *const names[] = { "", "ok", "ambiguous", "not_sms", "invalid" };
    struct pk_json *document = load("phones.json");
    const struct pk_json *cases = pk_json_get(document, "cases");
    assert_true(pk_json_count(cases) >= 20);
    for (size_t i = 0; i < pk_json_count(cases); i++) {
        const struct pk_json *one = pk_json_item(cases, i);
        char region[8];
        struct pk_phone found;
        struct pk_slice where = pk_json_string(pk_json_get(one, "default_region"));
        (void) snprintf(region, sizeof region, "%.*s", PK_SLICE_ARG(where));
        pk_phone_examine(pk_json_string(pk_json_get(one, "input")), region, &found);
        bool good = pk_slice_is(pk_json_string(pk_json_get(one, "status")), names[found.status]) &&
                    pk_slice_is(pk_json_string(pk_json_get(one, "e164")), found.e164) &&
                    pk_slice_is(pk_json_string(pk_json_get(one, "suggest")), found.suggest) && !found.type == !found.e164[0];
        if (!good)
            say_case(one);
        assert_true(good);
    }
    pk_json_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segmentation), cmocka_unit_test(test_invalid_utf8), cmocka_unit_test(test_transliteration),
        cmocka_unit_test(test_keywords),     cmocka_unit_test(test_dates),        cmocka_unit_test(test_phones),
    };
    return cmocka_run_group_tests(tests, pk_test_load_catalog, pk_test_free_catalog);
}
