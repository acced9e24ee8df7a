/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana consent` against a gateway that is played: what it asks, what it prints, and what it refuses to be told. */
#include "tests/unit/app/played.h"

#include "gateway/base/clock.h"

#include <time.h>

#define ID "0abcdefghjkm1"
#define VERIFY "/v1/consent/verification"

#define PLAY(words, as_json, ...) PLAY_AS(&pk_command_consent, (.json = (as_json), .by = "anna"), words, __VA_ARGS__)

#define PERSON                                                                                                                      \
    "{\"recipient\":\"" ID "\",\"language\":\"bg\",\"knownSince\":\"2026-10-01T10:00:00Z\",\"stoppedAt\":null,"                      \
    "\"addresses\":[{\"channel\":\"sms\",\"address\":\"+35…34\",\"blockedAt\":null}],\"consents\":[{\"topic\":\"festival\","         \
    "\"channel\":\"sms\",\"state\":\"granted\",\"givenAt\":\"2026-10-02T10:00:00Z\",\"until\":\"2028-10-01T10:00:00Z\","             \
    "\"how\":\"reply\",\"by\":\"self\",\"wording\":null,\"wordsKept\":true},{\"topic\":\"info-point\",\"channel\":\"sms\","           \
    "\"state\":\"withdrawn\",\"givenAt\":null,\"until\":null,\"how\":\"phone\",\"by\":\"desk\",\"wording\":\"form 7\","               \
    "\"wordsKept\":false}],\"history\":[]}"

static void test_show(void **state)
{
    (void) state;
    PLAY(WORDS("show", ID), false, { "GET /v1/consent/" ID, 200, PERSON });
    printed_as(0,
            "person       " ID "\n"
            "language     bg\n"
            "known since  2026-10-01 12:00:00 CEST\n"
            "sms          +35…34\n"
            "\n"
            "TOPIC       CHANNEL  STATE      SINCE         UNTIL              HOW    BY    WORDING\n"
            "festival    sms      granted     2 Oct 12:00   1 Oct 2028 12:00  reply  self  our question, word for word\n"
            "info-point  sms      withdrawn  -             -                  phone  desk  form 7\n",
            "");
    PLAY(WORDS("show", ID), true, { "GET /v1/consent/" ID, 200, "{\"a\":1}" });
    printed_as(0, "{\"a\":1}\n", "");
    misused(&pk_command_consent, WORDS("show"), "which person?");
    misused(&pk_command_consent, WORDS("show", ID, ID), "which person?");
    misused(&pk_command_consent, WORDS("look", ID), "consent cannot \"look\"");
}

/* What would be read by every user of the machine is refused before anybody is asked, and not repeated. */
static void test_an_address_is_no_argument(void **state)
{
    (void) state;
    misused(&pk_command_consent, WORDS("show", "+35988000001"), "--address-from FILE");
    assert_null(strstr(caught.err, "88000"));
    misused(&pk_command_consent, WORDS("grant", "0888000001", "--topic", "festival", "--how", "desk"), "--address-from FILE");
    assert_null(strstr(caught.err, "88000"));
    misused(&pk_command_consent, WORDS("show", ID, "--address-channel", "sms"), "belongs to --address-from");
}

static void test_an_address_is_read_from_a_file(void **state)
{
    (void) state;
    char path[] = "/tmp/pokana-address-XXXXXX";
    int fd = mkstemp(path);
    static const char text[] = "\n  +35988000001 \nsomething else\n";
    assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
    (void) close(fd);
    PLAY(WORDS("withdraw", "--address-from", path, "--address-channel", "sms"), false,
         { "POST /v1/recipients/find {\"address\":\"+35988000001\",\"channel\":\"sms\"}", 200, "{\"recipient\":\"" ID "\"}" },
         { "POST /v1/consent/" ID "/withdraw {\"by\":\"anna\"}", 200, "{\"withdrawn\":2}" });
    printed_as(0, "withdrawn: 2 consents; nothing more is sent for them\n", "");
    PLAY(WORDS("show", "--address-from", path), false,
         { "POST /v1/recipients/find {\"address\":\"+35988000001\"}", 404, "{\"detail\":\"nobody is known by this address\",\"code\":\"not-found\"}" });
    printed_as(4, "", "pokana: nobody is known by this address\n");
    (void) unlink(path);
}

static void test_grant(void **state)
{
    (void) state;
    PLAY(WORDS("grant", ID, "--topic", "festival", "--how", "paper", "--wording", "form 7", "--given-at", "2026-10-01"), false,
         { "POST /v1/consent/" ID "/grant {\"topic\":\"festival\",\"channel\":\"sms\",\"how\":\"paper\",\"wording\":\"form 7\","
           "\"givenAt\":\"2026-10-01\",\"by\":\"anna\"}",
           200, "{\"state\":\"invited\",\"changed\":true,\"asked\":true}" });
    printed_as(0, "asked: the consent counts once the person answers yes\n", "");
    PLAY(WORDS("grant", ID, "--topic", "festival", "--how", "desk", "--channel", "telegram"), false,
         { "POST /v1/consent/" ID "/grant {\"topic\":\"festival\",\"channel\":\"telegram\",\"how\":\"desk\",\"by\":\"anna\"}", 200,
           "{\"state\":\"invited\",\"changed\":false,\"asked\":false}" });
    printed_as(0, "not asked again: the person was asked not long ago, or has a question open\n", "");
    PLAY(WORDS("grant", ID, "--topic", "festival", "--how", "paper", "--already-confirmed", "--second-person", "boris"), false,
         { "POST /v1/consent/" ID "/grant {\"topic\":\"festival\",\"channel\":\"sms\",\"how\":\"paper\",\"by\":\"anna\","
           "\"secondPerson\":\"boris\",\"confirmed\":true}",
           200, "{\"state\":\"granted\",\"changed\":true,\"asked\":false}" });
    printed_as(0, "granted: the consent counts from now on\n", "");
    PLAY(WORDS("grant", ID, "--topic", "festival", "--ask-word"), false,
         { "POST /v1/consent/" ID "/word {\"topic\":\"festival\",\"channel\":\"sms\",\"by\":\"anna\"}", 200, "{\"sent\":true}" });
    printed_as(0, "sent: let the person say the word, then give it with --word; it holds for half an hour\n", "");
    PLAY(WORDS("grant", ID, "--word", "слънце 47"), false,
         { "POST /v1/consent/" ID "/word/said {\"word\":\"слънце 47\",\"by\":\"anna\"}", 200, "{\"state\":\"granted\"}" });
    printed_as(0, "granted: the consent counts from now on\n", "");
    misused(&pk_command_consent, WORDS("grant", ID, "--ask-word"), "--ask-word sends a word for --topic");
    misused(&pk_command_consent, WORDS("grant", ID, "--topic", "festival", "--ask-word", "--word", "x"), "--ask-word sends a word for --topic");
    misused(&pk_command_consent, WORDS("grant", ID, "--how", "paper"), "--topic says for what");
    misused(&pk_command_consent, WORDS("grant", ID, "--topic", "festival"), "--topic says for what");
    misused(&pk_command_consent, WORDS("grant", ID, "--topic", "f", "--how", "h", "--already-confirmed"), "needs --second-person");
    misused(&pk_command_consent, WORDS("grant", ID, "--topic", "f", "--how", "h", "--second-person", "b"), "belongs to --already-confirmed");
}

static void test_receipt(void **state)
{
    (void) state;
    PLAY(WORDS("receipt", ID, "--topic", "festival"), false,
         { "GET /v1/consent/" ID "/receipt?topic=festival", 200, "{\"format\":\"x\",\"sentence\":\"Да.\"}" });
    printed_as(0, "{\"format\":\"x\",\"sentence\":\"Да.\"}\n", "");
    PLAY(WORDS("receipt", ID, "--topic", "a b", "--channel", "sms", "--sentence"), false,
         { "GET /v1/consent/" ID "/receipt?topic=a%20b&channel=sms", 200, "{\"sentence\":\"Да.\"}" });
    printed_as(0, "Да.\n", "");
    PLAY(WORDS("receipt", ID, "--topic", "festival", "--sentence"), false,
         { "GET /v1/consent/" ID "/receipt?topic=festival", 200, "{\"sentence\":null}" });
    assert_int_equal(caught.status, 5);
    misused(&pk_command_consent, WORDS("receipt", ID), "--topic says of which consent");
}

static void test_verify(void **state)
{
    (void) state;
    PLAY(WORDS("verify"), false, { "POST " VERIFY, 202, "{}" }, { "GET " VERIFY, 200, "{\"state\":\"running\",\"held\":1,\"total\":9}" },
         { "GET " VERIFY, 200, "{\"state\":\"holds\",\"held\":6,\"first\":4,\"last\":9,\"lastLink\":\"abcd\",\"trouble\":null}" });
    printed_as(0, "the consent ledger holds: 6 entries, from entry 4 on, behind its anchor\nlast link: entry 9, abcd\n", "");
    PLAY(WORDS("verify"), false, { "POST " VERIFY, 202, "{}" },
         { "GET " VERIFY, 200, "{\"state\":\"broken\",\"held\":2,\"trouble\":\"the consent ledger is broken: entry 3 (x) was removed\"}" });
    printed_as(5, "",
            "pokana: the consent ledger is broken: entry 3 (x) was removed\n"
            "  hint: 2 entries before it hold. Keep the file, and compare with a backup made before that day.\n");
    PLAY(WORDS("verify"), true, { "POST " VERIFY, 202, "{}" }, { "GET " VERIFY, 200, "{\"state\":\"broken\"}" });
    printed_as(5, "{\"state\":\"broken\"}\n", "");
    PLAY(WORDS("verify"), false, { "POST " VERIFY, 202, "{}" }, { "GET " VERIFY, 200, "{\"state\":\"failed\",\"trouble\":\"the disk is full\"}" });
    printed_as(10, "", "pokana: the disk is full\n");
    misused(&pk_command_consent, WORDS("verify", "a", "b"), "verify takes one file at most");
    misused(&pk_command_consent, WORDS("verify", "--keys", "k"), "--keys belongs to a file");
}

static int setup(void **state)
{
    (void) state;
    (void) setenv("TZ", "Europe/Amsterdam", 1);
    tzset();
    pk_clock_set_manual(1791999000000);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_show),
        cmocka_unit_test(test_an_address_is_no_argument),
        cmocka_unit_test(test_an_address_is_read_from_a_file),
        cmocka_unit_test(test_grant),
        cmocka_unit_test(test_receipt),
        cmocka_unit_test(test_verify),
    };
    return cmocka_run_group_tests_name("app/consent", tests, setup, NULL);
}
