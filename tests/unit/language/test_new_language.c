/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A language is data: a folder with a language.ini and texts is all it takes. This one is made up, so that no line of
 * code can know it: ICU has no names for its days, and its preposition changes before a vowel.
 */
#include "tests/unit/language/folder.h"

#include "gateway/language/dates.h"

static const char dutch[] = "[language]\nname = Nederlands\n" FOLDER_DATES;
static const char made_up[] =
    "[language]\nname = Verzonnen\nlocale = zz\nfallback = nl\nreply-order = 5\n"
    "[dates]\n"
    "on-day = 'u' EEEE, d. MMMM\nday = EEEE, d. MMMM\nday-year = EEEE, d. MMMM y\nday-short = EEE d.M\n"
    "day-month = d. MMMM\non-weekday = 'u' EEEE\ntime = H.mm 'or'\ndatetime = EEEE, d. MMMM, H.mm 'or'\n"
    "short = EEE d.M, H.mm 'or'\nrange-from = 'de' H.mm\nrange-to = 'ta' H.mm 'or'\nlist-and = ke\n"
    "prepositions = u/ud: a e i\n"
    "weekdays = ena, dua, tria, katra, penta, seska, hefta\n"
    "weekdays-short = en, du, tr, ka, pe, se, he\n"
    "months = jan, feb, mar, apr, maj, jun, jul, aug, sep, okt, nov, dek\n"
    "[choices]\nyes = SIJA\nno = NOJA\nstop = HALTA\n"
    "[holidays]\n10-13 = Festa\neaster+1 = Pasqua\n"
    "[replies]\nstop-first = halta\nyes = sija\nno = noja\nhelp-first = pomoca\npolite = milo\n";

static void test_a_made_up_language(void **state)
{
    (void) state;
    struct folder folder;
    struct told told;
    struct pk_catalog *catalog = NULL;
    struct pk_json *values = NULL;
    struct pk_buf words;
    struct pk_reply_meaning meaning;
    told_begin(&told);
    pk_buf_init(&words, 1024);
    folder_make(&folder);
    folder_write(&folder, "nl", "language.ini", dutch);
    folder_write(&folder, "zz", "language.ini", made_up);
    static const char head[] = "topic: parent-meetings\nkind: notice\nstep: hours\narguments: begins days\ngloss: Proef\nparts: 2\n\n";
    char text[512];
    (void) snprintf(text, sizeof text, "%sKom {begins_on_day}, {begins_time}. Open: {days}\n", head);
    folder_write(&folder, "nl", "proef.txt", text);
    (void) snprintf(text, sizeof text, "%sVena {begins_on_day}, {begins_time}. Apri: {days}\n", head);
    folder_write(&folder, "zz", "proef.txt", text);
    int r = pk_catalog_load(folder.path, &told.report, &catalog, NULL);
    assert_string_equal(pk_buf_text(&told.text), "");
    assert_int_equal(r, 0);

    const struct pk_template *t = pk_catalog_find(catalog, PK_SLICE("proef"), PK_SLICE("zz"));
    assert_non_null(t);
    struct pk_render how = {
        .language = PK_SLICE("zz"), .body = pk_template_body(t), .org = PK_SLICE("x"), .zone = "Europe/Amsterdam"
    };
    static const struct {
        const char *values, *wanted;
    } cases[] = {
        { "{\"begins\":\"2026-10-12T17:30:00Z\",\"days\":\"mon tue sun\"}",
          "Vena ud ena, 12. okt, 19.30 or. Apri: ena, dua ke hefta" },
        { "{\"begins\":\"2026-10-13T17:30:00Z\",\"days\":\"sat\"}", "Vena u dua, 13. okt, 19.30 or. Apri: seska" },
    };
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        assert_int_equal(pk_json_parse(pk_slice_of(cases[i].values), 1024, &values, NULL), 0);
        how.values = values;
        pk_buf_clear(&words);
        assert_int_equal(pk_catalog_render(catalog, &how, &words, NULL), 0);
        assert_string_equal(pk_buf_text(&words), cases[i].wanted);
        pk_json_free(values);
    }

    /* Days begin at midnight of the wall clock: 22:30 in Greenwich is the day after there. */
    struct pk_wall *wall = NULL;
    size_t own = 0;
    while (!pk_slice_is(pk_catalog_language_tag(catalog, own), "zz"))
        own++;
    assert_int_equal(pk_wall_new("Europe/Amsterdam", &wall, NULL), 0);
    assert_string_equal(pk_catalog_holiday(catalog, own, wall, 1791844200000), "Festa"); /* 2026-10-12T22:30:00Z */
    assert_null(pk_catalog_holiday(catalog, own, wall, 1791844200000 - 3600000));
    assert_null(pk_catalog_holiday(catalog, own == 0 ? 1 : 0, wall, 1791844200000));
    pk_wall_free(wall);

    struct pk_buf no, stop;
    pk_buf_init(&no, 64);
    pk_buf_init(&stop, 64);
    pk_buf_clear(&words);
    assert_int_equal(pk_catalog_choices(catalog, PK_SLICE("zz"), PK_SLICE(""), &words, &no, &stop), 0);
    assert_string_equal(pk_buf_text(&words), "SIJA");
    assert_string_equal(pk_buf_text(&no), "NOJA");
    assert_string_equal(pk_buf_text(&stop), "HALTA");
    assert_int_equal(pk_catalog_choices(catalog, PK_SLICE("nl"), PK_SLICE(""), &words, &no, &stop), PK_E_NOT_FOUND); /* it has none */
    pk_buf_finish(&no);
    pk_buf_finish(&stop);

    pk_reply_understand(pk_catalog_reply_words(catalog), PK_SLICE("Milo, HALTA!"), &meaning);
    assert_int_equal(meaning.intent, PK_INTENT_STOP);
    assert_string_equal(meaning.language, "zz");
    pk_reply_understand(pk_catalog_reply_words(catalog), PK_SLICE("Sijaaa 3"), &meaning);
    assert_int_equal(meaning.intent, PK_INTENT_YES);
    assert_int_equal(meaning.count, 3);
    pk_reply_understand(pk_catalog_reply_words(catalog), PK_SLICE("СТОП"), &meaning);
    assert_int_equal(meaning.intent, PK_INTENT_NONE);

    pk_catalog_free(catalog);
    pk_buf_finish(&words);
    folder_remove(&folder);
    told_end(&told);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_made_up_language) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
