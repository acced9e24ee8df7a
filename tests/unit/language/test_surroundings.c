/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The same words on every machine: what is rendered, understood and encoded depends on the files alone, and not on the
 * system's language or zone. Turkish is the hard one: its capital of i is no I.
 */
#include "tests/unit/language/support.h"

#include "gateway/language/defaults.h"
#include "gateway/language/phone.h"

#include <unicode/ucal.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include <time.h>

static const char values_text[] =
    "{\"begins\":\"2026-03-03T23:30:00Z\",\"ends\":\"2026-03-04T01:00:00Z\",\"opens\":\"2026-03-05T09:00:00+01:00\","
    "\"place\":\"Dam 12\",\"days\":\"tue thu\",\"hours\":\"9:00-17:00\",\"people\":3,\"phone\":\"075 123 4567\","
    "\"link\":\"https://zaanstad.nl/bg\",\"topics\":\"Dam\",\"topic\":\"Dam\",\"word\":\"roza\",\"code\":\"123456\"}";

static const char *const replies[] = { "STOP",  "İPTAL", "IPTAL",  "INFO", "hayır",
                                       "HAYIR", "СТОП",  "otpi6i", "DA 2", "Ik begrijp het niet" };

/* Everything there is, in one text. */
static void tell_all(struct pk_buf *out)
{
    struct told told;
    struct pk_catalog *catalog = NULL;
    struct pk_json *values = NULL;
    told_begin(&told);
    assert_int_equal(pk_catalog_load(PK_TEST_TEMPLATES, &told.report, &catalog, NULL), 0);
    assert_int_equal(pk_json_parse(pk_slice_of(values_text), 4096, &values, NULL), 0);
    for (size_t i = 0; i < pk_catalog_template_count(catalog); i++) {
        const struct pk_template *t = pk_catalog_template(catalog, i);
        bool latin = pk_catalog_has_rendering(catalog, pk_template_language(t), PK_SLICE("Latn"));
        for (int script = 0; script <= (latin ? 1 : 0); script++) {
            struct pk_render how = { .language = pk_template_language(t),
                                     .rendering = script ? PK_SLICE("bg-Latn") : PK_SLICE(""),
                                     .body = pk_template_body(t),
                                     .values = values,
                                     .org = PK_SLICE("Zaanstad"),
                                     .zone = "Europe/Amsterdam" };
            assert_int_equal(pk_catalog_render(catalog, &how, out, NULL), 0);
            (void) pk_buf_add_char(out, '\n');
        }
    }
    for (size_t i = 0; i < PK_COUNT(replies); i++) {
        struct pk_reply_meaning meaning;
        pk_reply_understand(pk_catalog_reply_words(catalog), pk_slice_of(replies[i]), &meaning);
        const char *intent = pk_intent_name(meaning.intent);
        assert_non_null(intent);
        (void) pk_buf_printf(out, "%s: %s %d %u %s\n", replies[i], intent, meaning.soft, meaning.count, meaning.language);
    }
    char e164[PK_PHONE_MAX] = "";
    (void) pk_buf_printf(out, "%d %s\n", (int) pk_phone_parse(PK_SLICE("06 12345678"), "NL", e164), e164);
    assert_int_equal(out->failed, false);
    pk_json_free(values);
    pk_catalog_free(catalog);
    told_end(&told);
}

static void test_other_surroundings(void **state)
{
    (void) state;
    static const struct {
        const char *locale, *zone;
        const UChar *icu_zone;
    } places[] = {
        { "tr_TR", "Pacific/Auckland", u"Pacific/Auckland" },
        { "ar_EG", "America/New_York", u"America/New_York" },
        { "th_TH", "Asia/Kathmandu", u"Asia/Kathmandu" },
    };
    struct pk_buf first, other;
    pk_buf_init(&first, 1u << 20);
    pk_buf_init(&other, 1u << 20);
    tell_all(&first);
    assert_non_null(strstr(pk_buf_text(&first), "в сряда, 4 март, 0:30 ч."));
    assert_non_null(strstr(pk_buf_text(&first), "IPTAL: stop 0 0 tr"));
    for (size_t i = 0; i < PK_COUNT(places); i++) {
        UErrorCode code = U_ZERO_ERROR;
        uloc_setDefault(places[i].locale, &code);
        ucal_setDefaultTimeZone(places[i].icu_zone, &code);
        assert_int_equal(code, U_ZERO_ERROR);
        assert_int_equal(setenv("TZ", places[i].zone, 1), 0);
        assert_int_equal(setenv("LC_ALL", places[i].locale, 1), 0);
        tzset();
        pk_buf_clear(&other);
        tell_all(&other);
        assert_string_equal(pk_buf_text(&other), pk_buf_text(&first));
    }
    pk_buf_finish(&first);
    pk_buf_finish(&other);
}

static void test_defaults(void **state)
{
    (void) state;
    UErrorCode code = U_ZERO_ERROR;
    UChar zone[64];
    struct pk_error err = { 0 };
    assert_int_equal(pk_language_set_defaults("bg", "Europe/Amsterdam", &err), 0);
    assert_string_equal(uloc_getDefault(), "bg");
    assert_int_equal(pk_language_set_defaults("nl", "Europe/Zaandam", &err), PK_E_INVALID);
    assert_string_equal(err.message, "cannot use time zone \"Europe/Zaandam\": it does not exist");
    assert_string_equal(uloc_getDefault(), "bg");
    assert_true(ucal_getDefaultTimeZone(zone, 64, &code) > 0 && U_SUCCESS(code));
    assert_int_equal(u_strcmp(zone, u"Europe/Amsterdam"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_other_surroundings), cmocka_unit_test(test_defaults) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
