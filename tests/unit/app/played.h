/* SPDX-License-Identifier: EUPL-1.2 */
/* A command run against a gateway that is played, or refused before anybody is asked; and what it printed. */
#ifndef PK_TESTS_APP_PLAYED_H
#define PK_TESTS_APP_PLAYED_H

#include "tests/unit/app/fake_control.h"

#include "gateway/base/mem.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct fake_control control;
static struct caught caught;

/* Runs it against a gateway that gives these answers; all of them must be asked for. */
static inline void played(const struct pk_command *command, struct pk_invocation invocation, const char *const *words,
                          const struct fake_answer *answers, size_t count)
{
    fake_start(&control, answers, count);
    invocation.config = "/nonexistent/pokana.conf";
    invocation.socket = control.path;
    run_caught(command, &invocation, words, &caught);
    fake_stop(&control);
}

/* `how`: members of the invocation in brackets, as (.by = "anna"). */
#define PLAY_AS(command, how, words, ...)                                                       \
    do {                                                                                        \
        static const struct fake_answer play[] = { __VA_ARGS__ };                               \
        played((command), (struct pk_invocation){ PLAY_OPEN how }, (words), play, PK_COUNT(play)); \
    } while (0)
#define PLAY_OPEN(...) __VA_ARGS__

/* Refused before anybody is asked. */
static inline void misused(const struct pk_command *command, const char *const *words, const char *said)
{
    struct pk_invocation invocation = { .config = "/nonexistent/pokana.conf", .socket = "/nonexistent/control.sock" };
    run_caught(command, &invocation, words, &caught);
    assert_int_equal(caught.status, 2);
    assert_string_equal(caught.out, "");
    if (!strstr(caught.err, said))
        fail_msg("%s", caught.err);
}

static inline void printed_as(int status, const char *out, const char *err)
{
    assert_string_equal(caught.out, out);
    assert_string_equal(caught.err, err);
    assert_int_equal(caught.status, status);
}

static inline void printed(const char *out)
{
    printed_as(0, out, "");
}

#endif
