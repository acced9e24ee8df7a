/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana campaigns` and what `pokana events` says of people, against a gateway that is played: what is asked and printed. */
#include "tests/unit/app/played.h"

#define PLAY(command, words, ...) PLAY_AS(&(command), (.by = "anna"), words, __VA_ARGS__)

#define PEOPLE(know, told, at, silent) "\"people\":{\"campaigns\":1,\"know\":" know ",\"told\":" told ",\"toldAt\":" at ",\"silent\":" silent "}"

static void test_who_knows_the_old_date(void **state)
{
    (void) state;
    PLAY(pk_command_events, WORDS("change", "7", "--day", "2026-12-02", "--dry-run"),
         { "POST /v1/events/7/change {\"day\":\"2026-12-02\",\"dryRun\":true}", 200,
           "{\"changed\":true,\"dryRun\":true," PEOPLE("212", "212", "\"2026-12-01T10:05:00Z\"", "null") "}" });
    assert_int_equal(caught.status, 0);
    assert_non_null(strstr(caught.out, "7 would be changed\n212 people know it as it was:\nwould be told 212  "));
    PLAY(pk_command_events, WORDS("change", "7", "--day", "2026-12-02", "--quietly"),
         { "POST /v1/events/7/change {\"day\":\"2026-12-02\",\"tell\":false}", 200, "{\"changed\":true," PEOPLE("212", "0", "null", "null") "}" });
    printed("7 is changed\n212 people know it as it was: nobody is told, what has not left says it as it is now\n");
    PLAY(pk_command_events, WORDS("cancel", "7"),
         { "POST /v1/events/7/cancel", 200, "{\"changed\":true," PEOPLE("1", "0", "null", "\"parents\"") "}" });
    printed("7 is called off\n1 person knows it as it was: nobody is told\ncampaign parents has no step for it: those it told are not told\n");
    PLAY(pk_command_events, WORDS("cancel", "7", "--date", "2026-12-02", "--dry-run"),
         { "POST /v1/events/7/dates/2026-12-02/cancel {\"dryRun\":true}", 200, "{\"changed\":true,\"dryRun\":true," PEOPLE("0", "0", "null", "null") "}" });
    printed("2026-12-02 would be called off\n");
    PLAY(pk_command_events, WORDS("cancel", "7"), { "POST /v1/events/7/cancel", 200, "{\"changed\":false," PEOPLE("0", "0", "null", "null") "}" });
    printed("7 was so already\n");
}

static void test_fewer_than_five_are_no_number(void **state)
{
    (void) state;
    PLAY(pk_command_events, WORDS("cancel", "7", "--date", "2026-12-02"),
         { "POST /v1/events/7/dates/2026-12-02/cancel", 200, "{\"changed\":true," PEOPLE("null", "null", "null", "null") "}" });
    printed("2026-12-02 is called off\nfewer than 5 people know it as it was: nobody is told\n");
}

static void test_shown_with_its_warnings(void **state)
{
    (void) state;
    PLAY(pk_command_campaigns, WORDS("show", "parents"),
         { "GET /v1/campaigns/parents", 200,
           "{\"name\":\"parents\",\"state\":\"draft\",\"where\":\"school:a\",\"event\":\"7\",\"day\":\"2026-12-02\",\"topic\":\"parent-meetings\","
           "\"meaning\":\"Somebody writes it.\",\"people\":null,\"fewerThanFive\":true,\"mostPeople\":100,\"digest\":\"ab\",\"textsChanged\":false,"
           "\"steps\":[],\"warnings\":[\"7 days before at 18:00: its time has passed, it is left out\"]}" });
    assert_int_equal(caught.status, 0);
    assert_non_null(strstr(caught.out, "event       7\n"));
    assert_non_null(strstr(caught.out, "for         school:a\n"));
    assert_non_null(strstr(caught.out, "people now  under 5\n"));
    assert_non_null(strstr(caught.out, "Somebody writes it.\nNote: 7 days before at 18:00: its time has passed, it is left out.\n"));
}

#define PREVIEW(later, unpriced, fallbacks, pauses)                                                                                        \
    "{\"name\":\"parents\",\"state\":\"draft\",\"topic\":\"parent-meetings\",\"ladder\":true,\"channels\":[\"viber\",\"sms\"],\"beginsOn\":[],"     \
    "\"people\":6,\"mostPeople\":10,\"leftOut\":[],\"cost\":{\"from\":\"0.18 EUR\",\"to\":\"1.02 EUR\"},\"later\":" later ",\"unpriced\":" unpriced         \
    ",\"fallbacks\":" fallbacks ",\"mostCost\":\"1.00 EUR\",\"mayPause\":" pauses ",\"steps\":[],\"secondPerson\":true,\"digest\":\"ab\"}"

static void test_what_the_most_is_made_of(void **state)
{
    (void) state;
    PLAY(pk_command_campaigns, WORDS("preview", "parents"),
         { "GET /v1/campaigns/parents/preview", 200,
           PREVIEW("\"0.84 EUR\"", "[\"telegram\"]", "[{\"channel\":\"viber\",\"account\":\"office\"}]", "true") });
    assert_int_equal(caught.status, 0);
    assert_non_null(strstr(caught.out, "0.18 EUR to 1.02 EUR\n"));
    assert_non_null(strstr(caught.out, "\nThe most holds 0.84 EUR for later channels: it is when nobody is reached before the last of theirs.\n"
                                       "telegram has no price in this currency: who goes on there is in no sum, and no ceiling counts it.\n"
                                       "viber falls back to account office in the same call: both prices count until a receipt says which it was.\n"
                                       "Its ceiling is below the most: at that it pauses before everybody is reached.\n"));
    PLAY(pk_command_campaigns, WORDS("preview", "parents"), { "GET /v1/campaigns/parents/preview", 200, PREVIEW("\"0.00 EUR\"", "[]", "[]", "false") });
    assert_null(strstr(caught.out, "later channels"));
    assert_null(strstr(caught.out, "Its ceiling"));
}

static void test_reminded_early(void **state)
{
    (void) state;
    PLAY(pk_command_campaigns, WORDS("remind", "parents"),
         { "POST /v1/campaigns/parents/remind", 200, "{\"changed\":true,\"circle\":\"maria\",\"step\":\"1 day before at 18:00\",\"planned\":null}" });
    assert_int_equal(caught.status, 0);
    assert_non_null(strstr(caught.out, "the reminder goes now"));
    assert_non_null(strstr(caught.out, "1 day before at 18:00\n"));
    PLAY(pk_command_campaigns, WORDS("remind", "parents", "--circle", "maria"),
         { "POST /v1/campaigns/parents/remind {\"circle\":\"maria\"}", 200, "{\"changed\":false,\"circle\":\"maria\",\"step\":\"x\",\"planned\":null}" });
    assert_non_null(strstr(caught.out, "this reminder went to the circle already\n"));
    struct pk_invocation invocation = { .config = "/nonexistent/pokana.conf", .socket = "/nonexistent/control.sock" };
    run_caught(&pk_command_campaigns, &invocation, WORDS("remind"), &caught);
    assert_int_equal(caught.status, 2);
    assert_non_null(strstr(caught.err, "of which campaign?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_who_knows_the_old_date), cmocka_unit_test(test_fewer_than_five_are_no_number),
                                        cmocka_unit_test(test_shown_with_its_warnings), cmocka_unit_test(test_reminded_early),
                                        cmocka_unit_test(test_what_the_most_is_made_of) };
    return cmocka_run_group_tests_name("app/campaigns", tests, NULL, NULL);
}
