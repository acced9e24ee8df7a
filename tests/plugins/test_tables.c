/* SPDX-License-Identifier: EUPL-1.2 */
/* Loading adapters whose files are whole: good ones, older ones, and tables that are wrong, each refused with its exact
 * sentence; names and folders. */
#include "tests/plugins/folder.h"

/* ---- good ones ---- */

static void test_a_good_one(void **state)
{
    (void) state;
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    struct pk_error err = { 0 };
    size_t built_in = pk_registry_count(registry);
    assert_null(pk_registry_find(registry, "sample"));
    assert_int_equal(pk_registry_load(registry, copy("sample"), &err), 0);
    assert_int_equal(pk_registry_count(registry), built_in + 1);
    const struct pk_adapter *adapter = pk_registry_find(registry, "sample");
    assert_non_null(adapter);
    assert_ptr_equal(adapter, pk_registry_at(registry, built_in));
    assert_null(pk_registry_at(registry, built_in + 1));
    assert_string_equal(adapter->version, "1.2");
    assert_int_equal(pk_adapter_check(adapter, "sample", &err), 0);
    /* It can be called. */
    struct pk_setting_value value = { .name = "greeting" };
    struct pk_round round = { .size = sizeof round };
    void *self = NULL;
    assert_int_equal(adapter->open(NULL, &value, 1, &self, &err), 0);
    assert_int_equal(adapter->exchange->step(self, NULL, &round), PK_STEP_DONE);
    assert_int_equal(round.result.outcome, PK_OUTCOME_REJECTED);
    adapter->close(self);
}

/* Its table ends before the members this gateway knows; what lies behind it is not looked at. */
static void test_an_older_one(void **state)
{
    (void) state;
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    assert_int_equal(pk_registry_load(registry, copy("older"), NULL), 0);
    const struct pk_adapter *adapter = pk_registry_find(registry, "older");
    assert_int_equal(adapter->size, sizeof *adapter);
    assert_non_null(adapter->exchange);
    assert_null(adapter->webhook);
    assert_null(adapter->poll); /* it has one, beyond its own size */
    assert_null(adapter->capabilities_of);
}

static void test_those_built_in(void **state)
{
    (void) state;
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    for (size_t i = 0; i < pk_registry_count(registry); i++) {
        const struct pk_adapter *adapter = pk_registry_at(registry, i);
        struct pk_error err = { 0 };
        if (pk_adapter_check(adapter, adapter->name, &err) != 0)
            fail_msg("%s", err.message);
        assert_ptr_equal(pk_registry_find(registry, adapter->name), adapter);
    }
    pk_registry_free(NULL);
}

/* ---- wrong tables ---- */

static void test_wrong_tables(void **state)
{
    static const struct {
        const char *name, *sentence, *hint;
    } cases[] = {
        { "newer", "it is built for interface 2, newer than this gateway's 1", "Upgrade the gateway, or build the adapter against its headers." },
        { "no-abi", "its table names no version of the interface", "" },
        { "tiny", "its table of 64 bytes is too small to be an adapter's", "" },
        { "boastful", "its pk_adapter is smaller than it says", "" },
        { "misnamed", "the adapter in it calls itself \"other\"", "Name the file other.so." },
        { "bad-name", "its name is none: lower-case letters, digits and '-', at most 48", "" },
        { "two-kinds", "adapter \"two-kinds\" is both an exchange and a session", "" },
        { "no-kind", "adapter \"no-kind\" is neither an exchange nor a session", "" },
        { "no-step", "adapter \"no-step\" lacks exchange.step", "" },
        { "no-channel", "adapter \"no-channel\" declares no channel", "" },
        { "no-symbol", "it exports no pk_adapter", "" },
        { "function", "its pk_adapter is not a table", "" },
        { "undefined", "it cannot be loaded: undefined symbol: a_function_nobody_has", "" },
        { "smtp", "adapter \"smtp\" sends by SMTP, which this build does not carry", "" },
        { "publish", "adapter \"publish\" sends by publishing over MQTT, which this build does not carry", "" },
        { "tcp", "adapter \"tcp\" keeps a session over TCP, which this build does not carry", "" },
        { "tls", "adapter \"tls\" keeps a session over TLS, which this build does not carry", "" },
        { "polls", "adapter \"polls\" lacks poll.request", "" },
    };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char message[256];
        (void) snprintf(message, sizeof message, "cannot use \"%s.so\": %s", cases[i].name, cases[i].sentence);
        check(copy(cases[i].name), PK_E_INVALID, message, cases[i].hint);
    }
}

/* ---- names and folders ---- */

static void test_names_of_files(void **state)
{
    static const char *const names[] = { "Sample.so", "sample", ".so", "sample.so.1", "-.so",
                                         "a-name-that-is-longer-than-any-adapter-may-ever-have.so" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        char message[256];
        (void) snprintf(message, sizeof message, "cannot use \"%s\": the file is not named after an adapter (NAME.so)", names[i]);
        check(path_of(names[i]), PK_E_INVALID, message, "");
    }
}

static void test_a_name_that_is_taken(void **state)
{
    (void) state;
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    struct pk_error err = { 0 };
    const char *path = copy("sample");
    assert_int_equal(pk_registry_load(registry, path, NULL), 0);
    assert_int_equal(pk_registry_load(registry, path, &err), PK_E_CONFLICT);
    assert_string_equal(err.message, "cannot use \"sample.so\": there is an adapter \"sample\" already");
    if (!pk_registry_at(registry, 0) || pk_registry_count(registry) < 2)
        return; /* nothing is built in */
    /* The same for one that is built in: the file is not even looked at. */
    char file[64], message[256];
    const char *name = pk_registry_at(registry, 0)->name;
    (void) snprintf(file, sizeof file, "%s.so", name);
    (void) snprintf(message, sizeof message, "cannot use \"%s\": there is an adapter \"%s\" already", file, name);
    assert_int_equal(pk_registry_load(registry, path_of(file), &err), PK_E_CONFLICT);
    assert_string_equal(err.message, message);
}

/* A path without a slash is a file here, not a name to search the system for. */
static void test_a_path_without_a_slash(void **state)
{
    char here[PATH_MAX];
    (void) state;
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    (void) copy("sample");
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(pk_registry_load(registry, "sample.so", NULL), 0);
    assert_int_equal(chdir(here), 0);
}

static void drop_from(const char *from, const char *name)
{
    char file[PATH_MAX];
    (void) snprintf(file, sizeof file, "%s/%s", from, name);
    assert_int_equal(unlink(file), 0);
}

static void test_a_folder(void **state)
{
    char own[] = "/tmp/pokana-folder-XXXXXX", file[PATH_MAX];
    struct pk_error err = { 0 };
    (void) state;
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    size_t built_in = pk_registry_count(registry);
    assert_non_null(mkdtemp(own));
    copy_into(own, "sample");
    copy_into(own, "older");
    (void) snprintf(file, sizeof file, "%s/notes.txt", own);
    assert_int_equal(pk_file_replace(file, 0644, PK_SLICE("x"), NULL), 0);
    (void) snprintf(file, sizeof file, "%s/.hidden.so", own);
    assert_int_equal(pk_file_replace(file, 0644, PK_SLICE("x"), NULL), 0);
    assert_int_equal(pk_registry_load_folder(registry, own, &err), 0);
    assert_int_equal(pk_registry_count(registry), built_in + 2);
    assert_string_equal(pk_registry_at(registry, built_in)->name, "older"); /* in name order */
    assert_string_equal(pk_registry_at(registry, built_in + 1)->name, "sample");
    /* The first refusal ends it. */
    pk_auto(pk_registry) struct pk_registry *second = pk_registry_new();
    copy_into(own, "polls");
    assert_int_equal(pk_registry_load_folder(second, own, &err), PK_E_INVALID);
    assert_string_equal(err.message, "cannot use \"polls.so\": adapter \"polls\" lacks poll.request");
    assert_int_equal(pk_registry_count(second), built_in + 1);
    static const char *const files[] = { "sample.so", "older.so", "polls.so", "notes.txt", ".hidden.so" };
    for (size_t i = 0; i < PK_COUNT(files); i++)
        drop_from(own, files[i]);
    assert_int_equal(rmdir(own), 0);
    assert_int_equal(pk_registry_load_folder(second, own, &err), PK_E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_one),
        cmocka_unit_test(test_an_older_one),
        cmocka_unit_test(test_those_built_in),
        cmocka_unit_test(test_wrong_tables),
        cmocka_unit_test(test_names_of_files),
        cmocka_unit_test(test_a_name_that_is_taken),
        cmocka_unit_test(test_a_path_without_a_slash),
        cmocka_unit_test(test_a_folder),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
