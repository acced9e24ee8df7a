/* SPDX-License-Identifier: EUPL-1.2 */
/* The adapter's table and its settings: sound, explained, missed by name; and the accounts that cannot be meant. */
#include "gateway/contract/trial.h"

#include "gateway/base/text.h"
#include "gateway/plugin/registry.h"

#include <stdio.h>

static void check_sound(struct pk_trial *trial)
{
    const struct pk_adapter *adapter = trial->adapter;
    struct pk_error err = { 0 };
    pk_trial_begin(trial, "its table is sound", NULL);
    if (pk_adapter_check(adapter, adapter->name, &err) != 0)
        (void) pk_trial_flaw(trial, "%s", err.message);
    pk_trial_end(trial);
    pk_trial_begin(trial, "every setting is explained", NULL);
    for (size_t i = 0; i < adapter->setting_count; i++) {
        const char *help = adapter->settings[i].help;
        size_t len = help ? strlen(help) : 0;
        if (len < 20 || help[len - 1] != '.' || help[0] < 'A' || help[0] > 'Z')
            (void) pk_trial_flaw(trial, "the help of %s is no sentence", adapter->settings[i].name);
    }
    pk_trial_end(trial);
}

static void check_missing(struct pk_trial *trial)
{
    const struct pk_adapter *adapter = trial->adapter;
    pk_trial_begin(trial, "a missing setting is named", NULL);
    for (size_t i = 0; i < trial->case_count; i++) {
        for (size_t j = 0; j < adapter->setting_count; j++) {
            struct pk_bench bench;
            char wanted[160];
            if (!adapter->settings[j].required)
                continue;
            pk_trial_where(trial, trial->cases[i].name, adapter->settings[j].name);
            pk_bench_open(&bench, trial, &trial->cases[i], NULL, adapter->settings[j].name);
            (void) snprintf(wanted, sizeof wanted, "%s: required setting is missing\n", adapter->settings[j].name);
            if (bench.self || strcmp(pk_buf_text(&bench.trouble), wanted) != 0)
                (void) pk_trial_flaw(trial, "without it there is \"%s\"", pk_buf_text(&bench.trouble));
            pk_bench_close(&bench);
        }
    }
    pk_trial_end(trial);
}

/* "TEXT LANGUAGE": true where the account says that it can send it. */
static void check_carries(struct pk_trial *trial, const struct pk_json *texts, const void *self)
{
    void *iter = NULL;
    struct pk_slice key, name;
    const struct pk_json *value;
    while (pk_json_next(texts, &iter, &key, &value)) {
        struct pk_slice language = key;
        bool wanted = false;
        if (!pk_slice_cut(&language, ' ', &name) || !pk_json_bool(value, &wanted) || !trial->adapter->carries) {
            (void) pk_trial_flaw(trial, "carries: \"%.*s\" cannot be asked of it", PK_SLICE_ARG(key));
            continue;
        }
        struct pk_error why = { 0 };
        int r = trial->adapter->carries(self, name, language, PK_TRIAL_NOW_MS, &why);
        if ((r == 0) != wanted)
            (void) pk_trial_flaw(trial, "it says that it %s send \"%.*s\"", r == 0 ? "can" : "cannot", PK_SLICE_ARG(key));
        if (r != 0 && (r != PK_E_NOT_FOUND || why.message[0] == '\0'))
            (void) pk_trial_flaw(trial, "it does not say why it cannot send \"%.*s\"", PK_SLICE_ARG(key));
    }
}

/* What open() says of an account must be what the case expects: nothing, or that. */
static void check_account(struct pk_trial *trial, const struct pk_case *test, const struct pk_json *account)
{
    static const char *const names[] = { "idempotent", "receipts", "inbound", "parts", "templates_only",
                                         "window", "choices", "unsubscribe", "priced_per_message", "expire", "fallback" };
    struct pk_slice refused = pk_case_text(account, "refused", "");
    const struct pk_json *list = pk_json_get(account, "capabilities");
    struct pk_bench bench;
    uint32_t wanted = 0;
    pk_bench_open(&bench, trial, test, account, NULL);
    struct pk_slice said = pk_slice_trim(pk_buf_slice(&bench.trouble));
    if (!pk_slice_equal(said, refused))
        (void) pk_trial_flaw(trial, "what open() says is \"%.*s\", not \"%.*s\"", PK_SLICE_ARG(said), PK_SLICE_ARG(refused));
    if (refused.len > 0 && bench.self)
        (void) pk_trial_flaw(trial, "it opens all the same");
    for (size_t i = 0; i < pk_json_count(list); i++)
        for (uint32_t j = 0; j < PK_COUNT(names); j++)
            if (pk_slice_is(pk_json_string(pk_json_item(list, i)), names[j]))
                wanted |= 1u << j;
    if (bench.self && list && pk_bench_capabilities(&bench) != wanted)
        (void) pk_trial_flaw(trial, "this account can do 0x%x, not 0x%x as the case lists", pk_bench_capabilities(&bench),
                             wanted);
    if (bench.self && trial->adapter->capabilities_of &&
        trial->adapter->capabilities_of(bench.self) & ~trial->adapter->capabilities)
        (void) pk_trial_flaw(trial, "this account can do more than the adapter declares");
    if (bench.self)
        check_carries(trial, pk_json_get(account, "carries"), bench.self);
    pk_bench_close(&bench);
}

static void check_accounts(struct pk_trial *trial)
{
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_case *test = &trial->cases[i];
        const struct pk_json *refusals = pk_json_get(test->document, "refusals");
        pk_trial_begin(trial, "account", test->name);
        check_account(trial, test, test->document);
        for (size_t j = 0; j < pk_json_count(refusals); j++) {
            char number[32];
            (void) snprintf(number, sizeof number, "refusal %zu", j + 1);
            pk_trial_where(trial, test->name, number);
            check_account(trial, test, pk_json_item(refusals, j));
        }
        pk_trial_end(trial);
    }
}

void pk_check_table(struct pk_trial *trial)
{
    check_sound(trial);
    check_missing(trial);
    check_accounts(trial);
}
