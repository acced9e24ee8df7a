/* SPDX-License-Identifier: EUPL-1.2 */
/* The cases of every session without a wire that is built in, each on a trial that fails the test. */
#include "tests/adapters/harness.h"

#include "gateway/plugin/registry.h"

#include <stdio.h>

static void told(void *ctx, const char *check, const char *flaw)
{
    (void) ctx;
    if (flaw)
        fail_msg("%s: %s", check, flaw);
}

static const struct pk_contract_report report = { .told = told };

static struct pk_trial *load(const struct pk_adapter *adapter)
{
    char folder[512];
    struct pk_error err = { 0 };
    struct pk_trial *trial = pk_alloc(sizeof *trial);
    *trial = (struct pk_trial){ .adapter = adapter, .report = &report };
    (void) snprintf(folder, sizeof folder, "%s/%s/cases", PK_TEST_ADAPTERS, adapter->name);
    if (pk_cases_load(trial, folder, &err) != 0)
        fail_msg("%s", err.message);
    return trial;
}

size_t cases_load(struct test_case **ret_cases)
{
    struct test_case *cases = NULL;
    size_t count = 0;
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    for (size_t i = 0; i < pk_registry_count(registry); i++) {
        const struct pk_adapter *adapter = pk_registry_at(registry, i); /* built-in tables outlive the registry */
        struct pk_trial *trial = adapter->session && adapter->session->transport == PK_TRANSPORT_NONE ? load(adapter) : NULL;
        for (size_t j = 0; trial && j < trial->case_count; j++) {
            const struct pk_case *test = &trial->cases[j];
            cases = pk_realloc_array(cases, count + 1, sizeof *cases);
            cases[count++] = (struct test_case){ trial, test, test->name, adapter, test->document };
        }
    }
    *ret_cases = cases;
    return count;
}

void cases_free(struct test_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && cases[i + 1].trial == cases[i].trial)
            continue;
        pk_cases_free(cases[i].trial);
        free(cases[i].trial);
    }
    free(cases);
}

void bench_open(struct pk_bench *bench, const struct test_case *test)
{
    pk_trial_begin(test->trial, "session", test->name);
    pk_bench_open(bench, test->trial, test->test, NULL, NULL);
    if (!bench->self)
        fail_msg("%s: %s", test->name, pk_buf_text(&bench->trouble));
}
