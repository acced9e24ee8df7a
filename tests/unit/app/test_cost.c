/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana templates cost` of a ladder, against a gateway that is played: every channel, both prices, and the most it can come to. */
#include "tests/unit/app/played.h"

#define QUESTION "POST /v1/templates/help/cost {\"topic\":\"festival\",\"tags\":[]}"
#define VIBER(left_out)                                                                                                                  \
    "{\"channel\":\"viber\",\"route\":\"viber\",\"account\":\"business\",\"currency\":\"EUR\",\"pricedPer\":\"message\",\"cheapest\":300," \
    "\"dearest\":300,\"people\":{\"least\":8,\"most\":8},\"parts\":null,\"cost\":{\"least\":2400,\"most\":2400},"                         \
    "\"later\":{\"people\":{\"least\":0,\"most\":0},\"parts\":null,\"cost\":{\"least\":0,\"most\":0}},\"fallback\":\"office\","           \
    "\"leftOut\":[" left_out "]}"
#define SMS(currency, rate, cost, later)                                                                                                   \
    "{\"channel\":\"sms\",\"route\":\"sms\",\"account\":\"office\",\"currency\":" currency "," rate ",\"people\":{\"least\":12,\"most\":12}," \
    "\"parts\":{\"least\":24,\"most\":24},\"cost\":" cost ",\"later\":{\"people\":{\"least\":0,\"most\":8},\"parts\":{\"least\":0,\"most\":16}," \
    "\"cost\":" later "},\"fallback\":null,\"leftOut\":[]}"
#define FRONT                                                                                                                     \
    "{\"account\":\"office\",\"currency\":null,\"groups\":[{\"language\":\"bg\",\"written\":\"Cyrillic\",\"people\":20,\"units\":121," \
    "\"parts\":2,\"carried\":true}],\"people\":{\"least\":20,\"most\":20},\"parts\":{\"least\":24,\"most\":40},\"advice\":[],\"channels\":["

#define PLAY(...) PLAY_AS(&pk_command_templates, (0), WORDS("cost", "help", "--topic", "festival"), __VA_ARGS__)

static void test_both_prices_and_the_most(void **state)
{
    (void) state;
    PLAY({ QUESTION, 200,
           FRONT VIBER("") "," SMS("\"EUR\"", "\"pricedPer\":\"part\",\"cheapest\":725,\"dearest\":1200", "{\"least\":17400,\"most\":28800}",
                                   "{\"least\":0,\"most\":19200}") "],\"costCurrency\":\"EUR\",\"cost\":{\"least\":19800,\"most\":50400}}" });
    printed("LANGUAGE  WRITTEN   PEOPLE  UNITS  PARTS\n"
            "bg        Cyrillic      20    121      2\n"
            "\n"
            "CHANNEL             ACCOUNT   PEOPLE    PARTS                          PRICE                  COST\n"
            "viber               business       8        -             0.03 EUR a message              0.24 EUR\n"
            "sms                 office        12       24  0.0725 EUR to 0.12 EUR a part  1.74 EUR to 2.88 EUR\n"
            "sms, if not before  office    0 to 8  0 to 16  0.0725 EUR to 0.12 EUR a part  0.00 EUR to 1.92 EUR\n"
            "viber falls back to account office in the same call: both prices count until a receipt says which it was.\n"
            "\n"
            "people: 20, parts: 24 to 40, cost: 1.98 EUR to 5.04 EUR\n"
            "The most is what it comes to when nobody is reached before the last of their channels.\n");
}

static void test_what_is_not_known_is_said(void **state)
{
    (void) state;
    PLAY({ QUESTION, 200,
           FRONT VIBER("\"bg-Latn\"") "," SMS("null", "\"pricedPer\":null,\"cheapest\":null,\"dearest\":null", "null", "null")
               "],\"costCurrency\":null,\"cost\":null}" });
    printed("LANGUAGE  WRITTEN   PEOPLE  UNITS  PARTS\n"
            "bg        Cyrillic      20    121      2\n"
            "\n"
            "CHANNEL             ACCOUNT   PEOPLE    PARTS               PRICE      COST\n"
            "viber               business       8        -  0.03 EUR a message  0.24 EUR\n"
            "sms                 office        12       24                   -         -\n"
            "sms, if not before  office    0 to 8  0 to 16                   -         -\n"
            "viber is left out for bg-Latn: none of its accounts can send this text.\n"
            "viber falls back to account office in the same call: both prices count until a receipt says which it was.\n"
            "\n"
            "people: 20, parts: 24 to 40\n"
            "What all of it costs is not known: set price, in one currency, for the accounts above.\n"
            "The most is what it comes to when nobody is reached before the last of their channels.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_both_prices_and_the_most), cmocka_unit_test(test_what_is_not_known_is_said) };
    return cmocka_run_group_tests_name("app/cost", tests, NULL, NULL);
}
