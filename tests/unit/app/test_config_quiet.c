/* SPDX-License-Identifier: EUPL-1.2 */
/* Quiet hours and days in the configuration: what a good file becomes, and how each mistake of a bad one is told. */
#include "tests/unit/app/config_support.h"

#define HEAD "[gateway]\norganisation = Gemeente Voorbeeld\ntemplates = " PK_TEST_TEMPLATES "\n"
#define DAYS "[known]\nfrom = 2026-01-01\nuntil = 2030-12-31\n[days]\n2026-10-10..2026-10-18 = Herfstvakantie\n"

/* Those of the catalog's checks too. */
static void read_all(struct place *place, const char *text)
{
    pk_auto(pk_config) struct pk_config *config = place_read(place, text);
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    if (!config)
        return;
    struct pk_ini_report report = place_report(place);
    (void) pk_config_load_catalog(config, &report, &catalog, NULL);
}

static void what_a_good_file_becomes(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "school.ini", 0644, DAYS);
    pk_auto(pk_config) struct pk_config *config =
        place_read(&place, HEAD "[days school]\nfile = school.ini\n[quiet night]\nchannels = sms\nnight = 21:00-8:00\n"
                                "[quiet days]\ntopics = parent-meetings\nweekdays = sat, sun\ndays = nl, school\nurgent = waits\n"
                                "[limits]\nurgent_in_quiet = 7\n" PLACE_TAIL);
    assert_string_equal(place.told, "");
    const struct pk_rules *rules = &config->rules;
    assert_int_equal(rules->hush_count, 2);
    assert_int_equal(rules->hushes[0].night_from, 21 * 60);
    assert_int_equal(rules->hushes[0].night_to, 8 * 60);
    assert_false(rules->hushes[0].urgent_waits);
    assert_string_equal(rules->hushes[0].topics.items[0], "*");
    assert_int_equal(rules->hushes[1].weekday_bits, 0x60);
    assert_true(rules->hushes[1].urgent_waits);
    assert_int_equal(rules->urgent_in_quiet_per_day, 7);
    assert_string_equal(pk_days_name(rules->days[0].days, 2026, 10, 18), "Herfstvakantie");
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_load_catalog(config, &report, &catalog, NULL), 0);
    place_drop(&place, "school.ini");
    place_remove(&place);
}

static void expect(struct place *place, const char *const *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strstr(place->told, wanted[i]))
            fail_msg("not told: %s\n%s", wanted[i], place->told);
}

static void mistakes_of_the_file(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "school.ini", 0644, "[known]\nfrom = 2026-01-01\nuntil = soon\n");
    read_all(&place, HEAD "[days school]\nfile = school.ini\n[days gone]\nfile = gone.ini\n[days none]\n[quiet a]\nnight = 21-8\nweekdays = son\n"
                          "topics = nonesuch\nchannels = pigeon\nurgent = sometimes\n[quiet b]\nnihgt = 21:00-8:00\n[limits]\nurgent_in_quiet = -1\n" PLACE_TAIL);
    static const char *const wanted[] = {
        "3 [known] until: this is no day | Write year, month and day: 2027-08-31.\n",
        "7 [days gone] file: ",
        "8 [days none] file: required setting is missing | ",
        "10 [quiet a] night: \"21-8\" is no night | Write when it begins and when it ends: 21:00-8:00.\n",
        "11 [quiet a] weekdays: \"son\" is no day of the week | ",
        "12 [quiet a] topics: there is no topic \"nonesuch\" | ",
        "13 [quiet a] channels: no route has the channel \"pigeon\" | ",
        "14 [quiet a] urgent: ",
        "16 [quiet b] nihgt: there is no such key in a [quiet] section | Did you mean night?\n",
        "15 [quiet b] : this rule keeps nothing quiet | ",
        "18 [limits] urgent_in_quiet: ",
    };
    expect(&place, wanted, PK_COUNT(wanted));
    place_drop(&place, "school.ini");
    place_remove(&place);
}

static void what_the_languages_and_the_clock_tell(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "school.ini", 0644, DAYS);
    read_all(&place, HEAD "[days nl]\nfile = school.ini\n[quiet a]\nnight = 8:00-20:00\n[quiet b]\nnight = 20:00-8:00\n[quiet c]\ndays = bg, nl, mars\n" PLACE_TAIL);
    static const char *const wanted[] = {
        "4 [days nl] : a language has this name too | Choose another name.\n",
        "11 [quiet c] days: there is no calendar \"mars\" | ",
        " nothing could ever be sent about \"parent-meetings\" by sms | Leave some hours of some days free.\n",
    };
    expect(&place, wanted, PK_COUNT(wanted));
    place_drop(&place, "school.ini");
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_good_file_becomes),
        cmocka_unit_test(mistakes_of_the_file),
        cmocka_unit_test(what_the_languages_and_the_clock_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
