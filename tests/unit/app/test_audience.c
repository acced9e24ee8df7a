/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana audience count` against a gateway that is played: what is asked and printed. */
#include "tests/unit/app/played.h"

#define PLAY(words, ...) PLAY_AS(&pk_command_audience, (.by = "anna"), words, __VA_ARGS__)

static void test_counted(void **state)
{
    (void) state;
    PLAY(WORDS("count", "--topic", "festival", "--where", "school:b or school:a", "--channels", "sms,telegram"),
         { "POST /v1/audience/count {\"topic\":\"festival\",\"where\":\"school:b or school:a\",\"channels\":\"sms,telegram\"}", 200,
           "{\"where\":\"school:a or school:b\",\"fewerThanFive\":false,\"people\":90,\"atLeast\":90,\"atMost\":90,\"places\":97,\"duplicates\":7,"
           "\"told\":60,\"leftOut\":[{\"reason\":\"stopped\",\"people\":0},{\"reason\":\"no-consent\",\"people\":30}],"
           "\"byChannel\":[{\"channel\":\"sms\",\"people\":60},{\"channel\":\"telegram\",\"people\":0}],"
           "\"byLanguage\":[{\"language\":\"bg\",\"script\":\"\",\"people\":null},{\"language\":\"tr\",\"script\":\"plain\",\"people\":null}]}" });
    printed("who               school:a or school:b\n"
            "places            97\n"
            "in more than one  7\n"
            "people            90\n"
            "told              60\n"
            "said STOP         0\n"
            "no consent        30\n"
            "\n"
            "CHANNEL   TOLD\n"
            "sms         60\n"
            "telegram     0\n"
            "\n"
            "LANGUAGE  SCRIPT    TOLD\n"
            "bg        own     hidden\n"
            "tr        plain   hidden\n");
}

static void test_few(void **state)
{
    (void) state;
    PLAY(WORDS("count", "--topic", "festival"),
         { "POST /v1/audience/count {\"topic\":\"festival\"}", 200,
           "{\"where\":\"everybody\",\"fewerThanFive\":false,\"people\":null,\"atLeast\":61,\"atMost\":64,\"places\":null,\"duplicates\":null,"
           "\"told\":60,\"leftOut\":[{\"reason\":\"bad-number\",\"people\":null}],\"byChannel\":[],\"byLanguage\":[]}" });
    printed("who         everybody\n"
            "people      61 to 64\n"
            "told        60\n"
            "bad number  fewer than 5\n");
    PLAY(WORDS("count", "--topic", "festival", "--where", "x"),
         { "POST /v1/audience/count {\"topic\":\"festival\",\"where\":\"x\"}", 200,
           "{\"where\":\"x\",\"fewerThanFive\":true,\"people\":null,\"atLeast\":0,\"atMost\":4,\"told\":null,\"byChannel\":[],\"byLanguage\":[]}" });
    printed("who     x\n"
            "people  fewer than 5\n");
}

static void test_misused(void **state)
{
    (void) state;
    struct pk_invocation invocation = { .config = "/nonexistent/pokana.conf", .socket = "/nonexistent/control.sock" };
    run_caught(&pk_command_audience, &invocation, WORDS("count"), &caught);
    assert_int_equal(caught.status, 2);
    assert_non_null(strstr(caught.err, "--topic"));
    run_caught(&pk_command_audience, &invocation, WORDS("count", "--topic", "festival", "school:a"), &caught);
    assert_int_equal(caught.status, 2);
    assert_non_null(strstr(caught.err, "--where"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_counted), cmocka_unit_test(test_few), cmocka_unit_test(test_misused) };
    return cmocka_run_group_tests_name("app/audience", tests, NULL, NULL);
}
