/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana adapters test NAME|FILE.so [--cases DIR]`: the contract suite on one adapter, built in, of the configured folder,
 * or from a file. Nothing is sent. The last line counts; the status is 0 only when everything holds.
 */
#include "gateway/app/cmd_adapters.h"
#include "gateway/app/options.h"
#include "gateway/base/code.h"
#include "gateway/contract/contract.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct telling {
    bool json;
    struct pk_json_out out;
    char last[160]; /* the check whose flaw was told last */
};

static void told(void *ctx, const char *check, const char *flaw)
{
    struct telling *telling = ctx;
    if (telling->json) {
        pk_json_open(&telling->out, NULL, '{');
        pk_json_add_text(&telling->out, "check", check);
        pk_json_add_bool(&telling->out, "holds", !flaw);
        if (flaw)
            pk_json_add_text(&telling->out, "flaw", flaw);
        pk_json_close(&telling->out, '}');
        return;
    }
    if (!flaw) {
        (void) printf("✓ %s\n", check);
        return;
    }
    if (strcmp(telling->last, check) != 0)
        (void) printf("✗ %s\n", check);
    (void) snprintf(telling->last, sizeof telling->last, "%s", check);
    (void) printf("    %s\n", flaw);
}

static int print(const struct pk_adapter *adapter, const char *cases, bool json, struct pk_error *err)
{
    struct pk_buf text;
    struct pk_contract_sum sum = { 0 };
    pk_buf_init(&text, 16u << 20);
    struct telling telling = { .json = json, .out = pk_json_out(&text) };
    struct pk_contract_report report = { .told = told, .ctx = &telling };
    if (json) {
        pk_json_open(&telling.out, NULL, '{');
        pk_json_add_text(&telling.out, "adapter", adapter->name);
        pk_json_open(&telling.out, "checks", '[');
    }
    int r = pk_contract_run(adapter, cases, &report, &sum, err);
    if (r == 0 && json) {
        pk_json_close(&telling.out, ']');
        pk_json_add_int(&telling.out, "passed", (int64_t) sum.passed);
        pk_json_add_int(&telling.out, "failed", (int64_t) sum.failed);
        pk_json_close(&telling.out, '}');
        (void) printf("%s\n", pk_buf_text(&text));
    } else if (r == 0) {
        (void) printf("%zu passed, %zu failed\n", sum.passed, sum.failed);
    }
    pk_buf_finish(&text);
    if (r != 0)
        return pk_command_failed(err);
    return sum.failed > 0 ? pk_code_exit_status(PK_E_INVALID) : 0;
}

/* A file is one that says so: it has a slash or ends in .so. */
static bool is_file(const char *word)
{
    size_t len = strlen(word);
    return strchr(word, '/') || (len > 3 && strcmp(word + len - 3, ".so") == 0);
}

/* A file is tried alone: its name may be that of one built in, which it may be meant to become. */
static int find(const struct pk_invocation *invocation, struct pk_registry *registry, const char *word,
                const struct pk_adapter **ret_adapter, struct pk_error *err)
{
    int r;
    if (is_file(word)) {
        r = pk_registry_load(registry, word, err);
        if (r == 0)
            *ret_adapter = pk_registry_at(registry, 0);
        return r;
    }
    *ret_adapter = pk_registry_find(registry, word);
    if (*ret_adapter)
        return 0;
    r = pk_adapters_load(invocation, registry, err);
    if (r == 0 && !(*ret_adapter = pk_registry_find(registry, word)))
        r = pk_adapters_unknown(registry, word, err);
    return r;
}

int pk_adapters_test(const struct pk_invocation *invocation)
{
    const char *cases = NULL;
    const struct pk_adapter *adapter = NULL;
    const struct pk_option options[] = { { "cases", &cases, NULL } };
    struct pk_error err = { 0 };
    struct pk_plain_words words;
    char usual[PATH_MAX];
    int status = pk_options_read(&pk_command_adapters, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_adapters, "name one adapter, or the file it is in");
    pk_auto(pk_registry) struct pk_registry *registry = is_file(words.words[0]) ? pk_registry_new_empty() : pk_registry_new();
    if (find(invocation, registry, words.words[0], &adapter, &err) != 0)
        return pk_command_failed(&err);
    (void) snprintf(usual, sizeof usual, "adapters/%s/cases", adapter->name);
    if (!cases && access(usual, R_OK | X_OK) != 0) {
        (void) pk_fail(&err, PK_E_NOT_FOUND, "there is no folder \"%s\" here", usual);
        (void) pk_hint(&err, PK_E_NOT_FOUND, "Say with --cases where the adapter's case files are.");
        return pk_command_failed(&err);
    }
    return print(adapter, cases ? cases : usual, invocation->json, &err);
}
