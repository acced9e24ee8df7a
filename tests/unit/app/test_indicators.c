/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana report indicators` against a gateway that is played, and [estimate] of the configuration. */
#include "tests/unit/app/config_support.h"
#include "tests/unit/app/fake_control.h"

#include "gateway/base/mem.h"

#define HEAD PLACE_HEAD "[topic parent-meetings]\n[route sms]\nchannel = sms\naccounts = main\n[account main]\nadapter = simulator\n"
#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NUMBERS(value, estimate, share) "\"value\":" value ",\"estimate\":" estimate ",\"sharePerMille\":" share
#define GROUP(by, within, group, numbers) "{\"by\":\"" by "\",\"within\":\"" within "\",\"group\":\"" group "\"," numbers "}"
#define MONTH                                                                                                                          \
    "{\"month\":\"2026-10\",\"state\":\"running\",\"frozen\":null,\"indicators\":["                                                    \
    "{\"indicator\":\"consent\",\"unit\":\"people\"," NUMBERS("412", "4000", "103") ",\"groups\":["                                    \
    GROUP("topic", "", "festival", NUMBERS("305", "null", "null")) "," GROUP("script", "bg", "bg-Latn", NUMBERS("null", "null", "null")) "]}," \
    "{\"indicator\":\"stopped\",\"unit\":\"people\"," NUMBERS("null", "null", "null") ",\"groups\":[]},"                               \
    "{\"indicator\":\"cost\",\"unit\":\"tenThousandths\"," NUMBERS("null", "null", "null") ",\"groups\":["                             \
    GROUP("currency", "", "EUR", NUMBERS("8400", "null", "null")) "]},"                                                                \
    "{\"indicator\":\"timeToPhone\",\"unit\":\"people\"," NUMBERS("12", "null", "null") ",\"halfWithinSeconds\":10,\"nineInTenWithinSeconds\":60," \
    "\"groups\":[" GROUP("seconds", "", "=10", NUMBERS("12", "null", "null")) "]}]}"

static struct fake_control control;
static struct caught caught;

static void played(const char *const *words, const struct fake_answer *answers, size_t count)
{
    fake_start(&control, answers, count);
    struct pk_invocation invocation = { .config = "/nonexistent/pokana.conf", .socket = control.path, .by = "anna" };
    run_caught(&pk_command_report, &invocation, words, &caught);
    fake_stop(&control);
}

static void a_table(void **state)
{
    static const struct fake_answer play[] = { { "GET /v1/reports/indicators", 200, MONTH } };
    (void) state;
    played(WORDS("indicators"), play, 1);
    assert_string_equal(caught.err, "");
    assert_string_equal(caught.out, "month  2026-10\n"
                                    "state  running\n"
                                    "\n"
                                    "INDICATOR    BY        GROUP        VALUE  ESTIMATE  SHARE\n"
                                    "consent      -         -              412      4000  10.3%\n"
                                    "consent      topic     festival       305         -      -\n"
                                    "consent      script    bg bg-Latn  hidden         -      -\n"
                                    "stopped      -         -           hidden         -      -\n"
                                    "cost         currency  EUR         0.8400         -      -\n"
                                    "timeToPhone  -         -               12         -      -\n"
                                    "timeToPhone  seconds   =10             12         -      -\n"
                                    "half of those who got an urgent notice had it within 10 seconds, nine in ten within 60\n");
}

static void a_file(void **state)
{
    static const struct fake_answer play[] = { { "GET /v1/reports/indicators?month=2026-10", 200, MONTH } };
    (void) state;
    played(WORDS("indicators", "--month", "2026-10", "--csv"), play, 1);
    assert_string_equal(caught.out, "month,state,indicator,breakdown,within,group,value,estimate,share\r\n"
                                    "\"2026-10\",\"running\",\"consent\",\"total\",\"\",\"\",412,4000,10.3%\r\n"
                                    "\"2026-10\",\"running\",\"consent\",\"topic\",\"\",\"festival\",305,,\r\n"
                                    "\"2026-10\",\"running\",\"consent\",\"script\",\"bg\",\"bg-Latn\",hidden,,\r\n"
                                    "\"2026-10\",\"running\",\"stopped\",\"total\",\"\",\"\",hidden,,\r\n"
                                    "\"2026-10\",\"running\",\"cost\",\"currency\",\"\",\"EUR\",0.8400,,\r\n"
                                    "\"2026-10\",\"running\",\"timeToPhone\",\"total\",\"\",\"\",12,,\r\n"
                                    "\"2026-10\",\"running\",\"timeToPhone\",\"seconds\",\"\",\"'=10\",12,,\r\n");
}

/* ---- [estimate] ---- */

static void what_the_city_reckons(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(&place, HEAD "[estimate]\npeople = 4000\nareas = noord 1200, area:zuid 800\n");
    assert_non_null(config);
    const struct pk_estimate_rule *rules = config->rules.estimates;
    assert_int_equal(config->rules.estimate_count, 3);
    assert_true(rules[0].of == PK_ESTIMATE_ALL && rules[0].people == 4000);
    assert_true(rules[1].of == PK_ESTIMATE_AREA && rules[1].people == 1200);
    assert_string_equal(rules[1].name, "area:noord");
    assert_string_equal(rules[2].name, "area:zuid");
    place_remove(&place);
}

static void what_makes_no_sense_is_told(void **state)
{
    static const struct {
        const char *lines, *told;
    } cases[] = {
        { "people = 0\n", "people: 0 is not between 1 and" },
        { "areas = noord\n", "areas: \"noord\" is no estimate | Write a name and a number" },
        { "areas = noord 0\n", "areas: \"noord 0\" is no estimate" },
        { "areas = noord 12, area:noord 13\n", "areas: \"area:noord\" is in the list twice" },
        { "topics = none-such 12\n", "topics: there is no topic \"none-such\"" },
    };
    struct place place;
    char text[1024];
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        (void) snprintf(text, sizeof text, HEAD "[estimate]\n%s", cases[i].lines);
        pk_auto(pk_config) struct pk_config *config = place_read(&place, text);
        assert_null(config);
        if (!strstr(place.told, cases[i].told))
            fail_msg("%s: %s", cases[i].lines, place.told);
    }
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table),
        cmocka_unit_test(a_file),
        cmocka_unit_test(what_the_city_reckons),
        cmocka_unit_test(what_makes_no_sense_is_told),
    };
    return cmocka_run_group_tests_name("app/indicators", tests, NULL, NULL);
}
