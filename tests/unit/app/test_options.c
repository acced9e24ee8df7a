/* SPDX-License-Identifier: EUPL-1.2 */
/* How the words behind a command are understood, and what is said when they make no sense. */
#include "tests/unit/app/fake_control.h"

#include "gateway/app/options.h"

/* A command that prints what it understood. */

static int run(const struct pk_invocation *invocation);
static const struct pk_command command = { .name = "mend", .usage = "mend [--limit N] [--all] WORD...", .summary = "", .run = run };

static int run(const struct pk_invocation *invocation)
{
    const char *limit = NULL;
    bool all = false;
    const struct pk_option options[] = { { "limit", &limit, NULL }, { "all", NULL, &all } };
    struct pk_plain_words words;
    int status = pk_options_read(&command, invocation, options, 2, &words);
    if (status != 0)
        return status;
    (void) printf("limit=%s all=%s", limit ? limit : "", all ? "yes" : "no");
    for (int i = 0; i < words.count; i++)
        (void) printf(" %s", words.words[i]);
    return 0;
}

static int verb_one(const struct pk_invocation *invocation)
{
    (void) printf("one %d", invocation->word_count);
    return 0;
}

static int verb_two(const struct pk_invocation *invocation)
{
    (void) printf("two %d %s", invocation->word_count, invocation->words[0]);
    return 0;
}

static int run_verbs(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", verb_one }, { "show", verb_two } };
    return pk_verb_run(&command, invocation, verbs, 2);
}
static const struct pk_command verbs = { .name = "mend", .usage = "mend list\nmend show ID", .summary = "", .run = run_verbs };

static void understood(const struct pk_command *which, const char *const *words, const char *wanted)
{
    struct pk_invocation invocation = { .config = "" };
    struct caught caught;
    run_caught(which, &invocation, words, &caught);
    assert_int_equal(caught.status, 0);
    assert_string_equal(caught.out, wanted);
    assert_string_equal(caught.err, "");
}

static void refused(const struct pk_command *which, const char *const *words, const char *said)
{
    struct pk_invocation invocation = { .config = "" };
    struct caught caught;
    run_caught(which, &invocation, words, &caught);
    assert_int_equal(caught.status, 2);
    assert_string_equal(caught.out, "");
    assert_non_null(strstr(caught.err, said));
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void test_options_stand_anywhere(void **state)
{
    (void) state;
    understood(&command, WORDS("a", "--limit", "5", "b", "--all"), "limit=5 all=yes a b");
    understood(&command, WORDS("--limit=7"), "limit=7 all=no");
    understood(&command, WORDS("-", "--", "--all", "-x"), "limit= all=no - --all -x");
    understood(&command, WORDS("--limit", "--all"), "limit=--all all=no");
}

static void test_nonsense_is_said(void **state)
{
    (void) state;
    refused(&command, WORDS("--limt", "5"), "there is no option --limt here; --limit?");
    refused(&command, WORDS("--colour"), "there is no option --colour here");
    refused(&command, WORDS("-a"), "there is no option -a");
    refused(&command, WORDS("--limit"), "--limit needs a value");
    refused(&command, WORDS("--limit="), "--limit needs a value");
    refused(&command, WORDS("--limit", ""), "--limit needs a value");
    refused(&command, WORDS("--all=yes"), "--all takes no value");
    refused(&command, WORDS("--all", "--all"), "--all is given twice");
    refused(&command, WORDS("1", "2", "3", "4", "5", "6", "7", "8", "9"), "too many words");
    refused(&command, WORDS("--colour"), "mend [--limit N]"); /* the usage comes with it */
}

static void test_verbs(void **state)
{
    (void) state;
    understood(&verbs, (const char *const[]){ NULL }, "one 0");
    understood(&verbs, WORDS("list", "a"), "one 1");
    understood(&verbs, WORDS("--limit", "3"), "one 2");
    understood(&verbs, WORDS("show", "x"), "two 1 x");
    refused(&verbs, WORDS("shwo"), "mend cannot \"shwo\"; show?");
    refused(&verbs, WORDS("destroy"), "mend cannot \"destroy\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_stand_anywhere),
        cmocka_unit_test(test_nonsense_is_said),
        cmocka_unit_test(test_verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
