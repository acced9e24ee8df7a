/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana circles`, `recipients add` and `triggers answer` against a gateway that is played: what is asked and printed. */
#include "tests/unit/app/fake_control.h"

#include "gateway/base/mem.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NUMBER "+31600000042"

static struct fake_control control;
static struct caught caught;

static void played(const struct pk_command *command, const char *by, const char *const *words, const struct fake_answer *answers, size_t count)
{
    fake_start(&control, answers, count);
    struct pk_invocation invocation = { .config = "/nonexistent/pokana.conf", .socket = control.path, .by = by };
    run_caught(command, &invocation, words, &caught);
    fake_stop(&control);
}

#define PLAY(command, by, words, ...)                             \
    do {                                                          \
        static const struct fake_answer play[] = { __VA_ARGS__ }; \
        played(&(command), (by), (words), play, PK_COUNT(play));  \
    } while (0)

static void misused(const struct pk_command *command, const char *const *words, const char *said)
{
    struct pk_invocation invocation = { .config = "/nonexistent/pokana.conf", .socket = "/nonexistent/control.sock" };
    run_caught(command, &invocation, words, &caught);
    assert_int_equal(caught.status, 2);
    assert_non_null(strstr(caught.err, said));
    assert_null(strstr(caught.err, NUMBER));
}

static void printed(const char *out)
{
    assert_string_equal(caught.err, "");
    assert_string_equal(caught.out, out);
    assert_int_equal(caught.status, 0);
}

static void test_circles(void **state)
{
    (void) state;
    PLAY(pk_command_circles, "anna", WORDS("list"),
         { "GET /v1/circles", 200, "{\"circles\":[{\"circle\":\"maria\",\"size\":12,\"fewerThanFive\":false,\"signedUpToday\":3,\"mostToday\":30},"
                                   "{\"circle\":\"petya\",\"size\":null,\"fewerThanFive\":true,\"signedUpToday\":0,\"mostToday\":0}]}" });
    printed("CIRCLE     SIZE  TODAY  MOST  SINCE  LEFT\n"
            "maria        12      3    30  -      -\n"
            "petya   under 5      0     0  -      -\n");
    PLAY(pk_command_circles, "maria", WORDS("show"),
         { "GET /v1/circles/maria", 200, "{\"circle\":\"maria\",\"size\":2,\"fewerThanFive\":false,\"signedUpToday\":3,\"mostToday\":30}" });
    printed("circle           maria\n"
            "people           2\n"
            "signed up today  3\n"
            "at most          30\n");
    PLAY(pk_command_circles, "maria", WORDS("recent"), { "GET /v1/circles/maria/recent", 200, "{\"signUps\":[]}" });
    printed("nobody signed up in the last 24 hours\n");
    PLAY(pk_command_circles, "anna", WORDS("handover", "maria", "petya"), { "POST /v1/circles/maria/handover {\"to\":\"petya\"}", 200, "{}" });
    printed("the people of maria's circle are in petya's now\n");
    PLAY(pk_command_circles, "anna", WORDS("allow", "maria", "--more", "20", "--day", "2026-03-14"),
         { "POST /v1/circles/maria/allow {\"more\":20,\"day\":\"2026-03-14\"}", 200, "{\"most\":50}" });
    printed("maria may sign up 50 people on 2026-03-14\n");
    misused(&pk_command_circles, WORDS("recent"), "Say who you are with --by NAME");
    misused(&pk_command_circles, WORDS("show"), "whose circle?");
    misused(&pk_command_circles, WORDS("handover", "maria"), "to which key person?");
    misused(&pk_command_circles, WORDS("allow", "maria"), "how many more?");
    misused(&pk_command_circles, WORDS("allow", "maria", "--more", "2x"), "is no number");
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
    misused(&pk_command_recipients, WORDS("add", NUMBER), "a number does not belong on the command line");
    misused(&pk_command_recipients, WORDS("add", "--address-from", "x"), "in which language");
    misused(&pk_command_triggers, WORDS("answer", "01k7x2m8q4a0r", "yes"), "whose answer?");
    misused(&pk_command_triggers, WORDS("answer", "01k7x2m8q4a0r"), "yes or no?");
    misused(&pk_command_triggers, WORDS("answer", "01k7x2m8q4a0r", "yes", "--heads", "0", "--recipient", "x"), "no number of people");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_circles), cmocka_unit_test(test_by_mouth) };
    return cmocka_run_group_tests_name("app/circles", tests, NULL, NULL);
}
