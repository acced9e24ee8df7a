/* SPDX-License-Identifier: EUPL-1.2 */
/* What `pokana trigger` says before anything is published. */
#include "tests/unit/app/fake_control.h"

#include "gateway/base/file.h"
#include "gateway/base/mem.h"

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define EVENT                                                                                                     \
    "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"urn:example:school\",\"type\":\"nl.notices.notice-requested.v1\"," \
    "\"data\":{\"template\":\"x\"}}"
#define GATEWAY "[gateway]\norganisation = Gemeente Voorbeeld\n\n"
#define BROKER "[broker]\nhost = broker.invalid\n\n"
#define SCHOOL(name) "[publisher " name "]\nsource = urn:example:school\ntemplates = *\ntopics = *\ntags = *\n\n"

static char folder[64], config[96], event[96];
static struct caught caught;

static void refused(const char *config_text, const char *event_text, const char *const *words, int status, const char *said)
{
    assert_int_equal(pk_file_replace(config, 0600, pk_slice_of(config_text), NULL), 0);
    assert_int_equal(pk_file_replace(event, 0600, pk_slice_of(event_text), NULL), 0);
    struct pk_invocation invocation = { .config = config };
    run_caught(&pk_command_trigger, &invocation, words, &caught);
    assert_string_equal(caught.out, "");
    assert_non_null(strstr(caught.err, said));
    assert_int_equal(caught.status, status);
}

static void test_words(void **state)
{
    (void) state;
    refused("", "", (const char *const[]){ NULL }, 2, "which file holds the event?");
    refused("", "", WORDS("a", "b"), 2, "which file holds the event?");
    refused("", "", WORDS("a", "--as", "Not A Name"), 2, "\"Not A Name\" is no publisher's name");
    refused("", "", WORDS("a", "--password", "file:x"), 2, "--password goes with --username");
    refused("", "", WORDS("a", "--wait", "5"), 2, "no length of time such as 30s");
}

static void test_the_event_is_checked_first(void **state)
{
    (void) state;
    refused("", "", WORDS("/nonexistent/event.json"), 4, "could not open \"/nonexistent/event.json\"");
    refused("", "{\"specversion\":\"1.0\",}", WORDS(event), 2, event);
    refused("", "{\"specversion\":\"1.0\",\"id\":\"1\",\"type\":\"x\"}", WORDS(event), 2, "source");
}

static void test_whose_event_it_is(void **state)
{
    (void) state;
    refused(GATEWAY SCHOOL("school"), EVENT, WORDS(event), 3, "names no broker");
    refused(GATEWAY BROKER, EVENT, WORDS(event), 4, "no publisher of the configuration has the event's source \"urn:example:school\"");
    refused(GATEWAY BROKER SCHOOL("one") SCHOOL("two"), EVENT, WORDS(event), 2, "the publishers \"one\" and \"two\" both have");
}

static void test_a_password_is_never_a_word(void **state)
{
    (void) state;
    refused(GATEWAY BROKER SCHOOL("school"), EVENT, WORDS(event, "--username", "school", "--password", "secret"), 3, "file:");
    assert_null(strstr(caught.err, "secret\""));
    refused(GATEWAY BROKER SCHOOL("school"), EVENT, WORDS(event, "--username", "school", "--password", "file:/nonexistent/p"), 4, "/nonexistent/p");
}

static int set_up(void **state)
{
    (void) state;
    (void) snprintf(folder, sizeof folder, "/tmp/pokana-test-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    (void) snprintf(config, sizeof config, "%s/pokana.conf", folder);
    (void) snprintf(event, sizeof event, "%s/event.json", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void) state;
    (void) unlink(config);
    (void) unlink(event);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_the_event_is_checked_first),
        cmocka_unit_test(test_whose_event_it_is),
        cmocka_unit_test(test_a_password_is_never_a_word),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
