/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana circles`, `recipients add` and `triggers answer` against a gateway that is played: what is asked and printed. */
#include "tests/unit/app/played.h"

#define NUMBER "+31600000042"

#define PLAY(command, who, words, ...) PLAY_AS(&(command), (.by = (who)), words, __VA_ARGS__)

/* And the number is not said again. */
static void misused_quietly(const struct pk_command *command, const char *const *words, const char *said)
{
    misused(command, words, said);
    assert_null(strstr(caught.err, NUMBER));
}

static void test_circles(void **state)
{
    (void) state;
    PLAY(pk_command_circles, "anna", WORDS("list"),
         { "GET /v1/circles", 200, "{\"circles\":[{\"circle\":\"maria\",\"size\":12,\"fewerThanFive\":false,\"unreachable\":6,\"signedUpToday\":3,\"mostToday\":30},"
                                   "{\"circle\":\"petya\",\"size\":null,\"fewerThanFive\":true,\"signedUpToday\":0,\"mostToday\":0}]}" });
    printed("CIRCLE     SIZE  UNREACHABLE  TODAY  MOST  SINCE  LEFT\n"
            "maria        12            6      3    30  -      -\n"
            "petya   under 5       hidden      0     0  -      -\n");
    PLAY(pk_command_circles, "maria", WORDS("show"),
         { "GET /v1/circles/maria", 200, "{\"circle\":\"maria\",\"size\":2,\"fewerThanFive\":false,\"unreachable\":null,\"startCodes\":[\"START срещи\",\"START фестивал\"],\"signedUpToday\":3,\"mostToday\":30}" });
    printed("circle           maria\n"
            "people           2\n"
            "unreachable      hidden\n"
            "signed up today  3\n"
            "at most          30\n"
            "\n"
            "Whoever has a new number and wants messages again writes from it:\n"
            "    START срещи\n"
            "    START фестивал\n");
    PLAY(pk_command_circles, "maria", WORDS("recent"), { "GET /v1/circles/maria/recent", 200, "{\"signUps\":[]}" });
    printed("nobody signed up in the last 24 hours\n");
    PLAY(pk_command_circles, "anna", WORDS("handover", "maria", "petya"), { "POST /v1/circles/maria/handover {\"to\":\"petya\"}", 200, "{}" });
    printed("the people of maria's circle are in petya's now\n");
    PLAY(pk_command_circles, "anna", WORDS("allow", "maria", "--more", "20", "--day", "2026-03-14"),
         { "POST /v1/circles/maria/allow {\"more\":20,\"day\":\"2026-03-14\"}", 200, "{\"most\":50}" });
    printed("maria may sign up 50 people on 2026-03-14\n");
    misused_quietly(&pk_command_circles, WORDS("recent"), "Say who you are with --by NAME");
    misused_quietly(&pk_command_circles, WORDS("show"), "whose circle?");
    misused_quietly(&pk_command_circles, WORDS("handover", "maria"), "to which key person?");
    misused_quietly(&pk_command_circles, WORDS("allow", "maria"), "how many more?");
    misused_quietly(&pk_command_circles, WORDS("allow", "maria", "--more", "2x"), "is no number");
}

/* The number goes from a file into a body, and is printed nowhere. */
static void test_by_mouth(void **state)
{
    char path[] = "/tmp/pokana-circles-XXXXXX";
    int fd = mkstemp(path);
    (void) state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "\n  " NUMBER " \n", sizeof NUMBER + 4), sizeof NUMBER + 4);
    (void) close(fd);
    PLAY(pk_command_recipients, "maria", WORDS("add", "--address-from", path, "--language", "bg", "--topics", "festival info-point", "--form", "17"),
         { "POST /v1/recipients {\"address\":\"" NUMBER "\",\"language\":\"bg\",\"topics\":\"festival info-point\",\"form\":\"17\"}", 202, "{}" });
    printed("taken: whoever is new is asked; whoever said STOP or no before is not. Which of them it was is told to nobody.\n");
    PLAY(pk_command_triggers, "maria", WORDS("answer", "01k7x2m8q4a0r", "yes", "--heads", "3", "--address-from", path),
         { "POST /v1/rsvps {\"trigger\":\"01k7x2m8q4a0r\",\"answer\":\"yes\",\"heads\":3,\"address\":\"" NUMBER "\"}", 202, "{}" });
    printed("taken down; a key person's counts when the number is of her circle\n");
    (void) unlink(path);
    misused_quietly(&pk_command_recipients, WORDS("add", NUMBER), "a number does not belong on the command line");
    misused_quietly(&pk_command_recipients, WORDS("add", "--address-from", "x"), "in which language");
    misused_quietly(&pk_command_triggers, WORDS("answer", "01k7x2m8q4a0r", "yes"), "whose answer?");
    misused_quietly(&pk_command_triggers, WORDS("answer", "01k7x2m8q4a0r"), "yes or no?");
    misused_quietly(&pk_command_triggers, WORDS("answer", "01k7x2m8q4a0r", "yes", "--heads", "0", "--recipient", "x"), "no number of people");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_circles), cmocka_unit_test(test_by_mouth) };
    return cmocka_run_group_tests_name("app/circles", tests, NULL, NULL);
}
