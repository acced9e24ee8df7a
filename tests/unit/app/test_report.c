/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana campaigns report`, `events report` and `events came` against a gateway that is played: what is asked and printed. */
#include "tests/unit/app/played.h"

#define HIDDEN_REST "\"read\":0,\"yes\":null,\"no\":null,\"noAnswer\":null,\"heads\":null,\"useful\":0,\"notUseful\":0,\"optedOut\":null,\"cost\":null"
#define GROUP(name, more)                                                                                                           \
    "{\"group\":\"" name "\"," more "\"people\":null,\"told\":20,\"arrived\":12,\"handedOver\":8,\"unknown\":0,\"notTold\":null,\"waiting\":0," \
    HIDDEN_REST "}"

#define PLAY(command, words, ...) PLAY_AS((command), (.by = "anna"), words, __VA_ARGS__)

#define CAMPAIGN "{\"campaign\":\"autumn\",\"state\":\"running\",\"final\":false,\"fewerThanFive\":false,"

static void test_campaign(void **state)
{
    (void) state;
    PLAY(&pk_command_campaigns, WORDS("report", "autumn", "--per", "script"),
         { "GET /v1/campaigns/autumn/report?by=script", 200,
           CAMPAIGN "\"total\":{\"people\":null,\"told\":28,\"arrived\":15,\"handedOver\":13,\"unknown\":0,\"notTold\":null,\"waiting\":0,\"read\":0,"
                    "\"yes\":10,\"no\":5,\"noAnswer\":13,\"heads\":20,\"useful\":0,\"notUseful\":0,\"optedOut\":null,"
                    "\"cost\":[{\"currency\":\"EUR\",\"tenThousandths\":20300},{\"currency\":\"BGN\",\"tenThousandths\":5}],"
                    "\"peopleAtLeast\":29,\"peopleAtMost\":32,\"toldAtLeast\":28,\"toldAtMost\":28,\"came\":null},"
                    "\"breakdowns\":[{\"by\":\"script\",\"groups\":[" GROUP("bg", "\"language\":\"bg\",") "," GROUP("plain", "\"language\":\"tr\",") "]}]}" });
    printed("campaign            autumn\n"
            "state               running\n"
            "people              29 to 32\n"
            "told                28\n"
            "  arrived           15\n"
            "  handed over       13\n"
            "  unknown           0\n"
            "not told            hidden\n"
            "waiting             0\n"
            "read                0\n"
            "said yes            10\n"
            "said no             5\n"
            "no answer           13\n"
            "heads               20\n"
            "found it useful     0\n"
            "did not             0\n"
            "left because of it  hidden\n"
            "came                nobody said: pokana events came\n"
            "cost                2.0300 EUR + 0.0005 BGN\n"
            "\n"
            "SCRIPT    PEOPLE  TOLD  ARRIVED  HANDED OVER  UNKNOWN     NOT  READ     YES      NO   HEADS    LEFT    COST\n"
            "bg        hidden    20       12            8        0  hidden     0  hidden  hidden  hidden  hidden  hidden\n"
            "tr plain  hidden    20       12            8        0  hidden     0  hidden  hidden  hidden  hidden  hidden\n");
}

static void test_file(void **state)
{
    (void) state;
    PLAY(&pk_command_campaigns, WORDS("report", "autumn", "--csv"),
         { "GET /v1/campaigns/autumn/report", 200,
           CAMPAIGN "\"total\":{\"people\":28,\"told\":28,\"arrived\":28,\"handedOver\":0,\"unknown\":0,\"notTold\":0,\"waiting\":0,\"read\":0,"
                    "\"yes\":10,\"no\":5,\"noAnswer\":13,\"heads\":20,\"useful\":0,\"notUseful\":0,\"optedOut\":null,"
                    "\"cost\":[{\"currency\":\"EUR\",\"tenThousandths\":20300}],\"came\":null},"
                    "\"breakdowns\":[{\"by\":\"step\",\"groups\":[" GROUP("=1+1", "") "]},{\"by\":\"script\",\"groups\":["
                    GROUP("plain", "\"language\":\"tr\",") "]}]}" });
    printed("breakdown,within,group,people,told,arrived,handed_over,unknown,not_told,waiting,read,yes,no,no_answer,heads,useful,not_useful,opted_out,cost\r\n"
            "\"total\",\"\",\"\",28,28,28,0,0,0,0,0,10,5,13,20,0,0,hidden,2.0300 EUR\r\n"
            "\"step\",\"\",\"'=1+1\",hidden,20,12,8,0,hidden,0,0,hidden,hidden,hidden,hidden,0,0,hidden,hidden\r\n"
            "\"script\",\"tr\",\"plain\",hidden,20,12,8,0,hidden,0,0,hidden,hidden,hidden,hidden,0,0,hidden,hidden\r\n");
}

static void test_came(void **state)
{
    (void) state;
    PLAY(&pk_command_events, WORDS("came", "1kav9ft000002", "31"), { "POST /v1/events/1kav9ft000002/dates/once/came {\"count\":31}", 200, "{\"came\":31}" });
    printed("31 came\n");
    PLAY(&pk_command_events, WORDS("came", "1kav9ft000002", "0", "--day", "2026-12-01"),
         { "POST /v1/events/1kav9ft000002/dates/2026-12-01/came {\"count\":0}", 200, "{\"came\":0}" });
    printed("0 came\n");
}

static void test_misused(void **state)
{
    (void) state;
    static const char *const words[][5] = { { "came", "x" }, { "came", "x", "many" }, { "came", "x", "" }, { "report" }, { "report", "x", "y" }, { "came", "x", "1", "--per" } };
    struct pk_invocation invocation = { .config = "/nonexistent/pokana.conf", .socket = "/nonexistent/control.sock" };
    for (size_t i = 0; i < PK_COUNT(words); i++) {
        run_caught(&pk_command_events, &invocation, words[i], &caught);
        assert_int_equal(caught.status, 2);
    }
    run_caught(&pk_command_campaigns, &invocation, WORDS("report"), &caught);
    assert_int_equal(caught.status, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_campaign), cmocka_unit_test(test_file), cmocka_unit_test(test_came), cmocka_unit_test(test_misused) };
    return cmocka_run_group_tests_name("app/report", tests, NULL, NULL);
}
