/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana adapters [NAME]`: the adapters there are, and what one can be told in its [account] section. Asks nobody: those
 * built in are always known, those of the configured folder when there is a configuration. `pokana adapters test` is in
 * cmd_adapters_test.c.
 */
#include "gateway/app/cmd_adapters.h"
#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"

/* ---- words ---- */

static const char *type_name(uint32_t type)
{
    switch (type) {
    case PK_SETTING_SECRET:
        return "secret";
    case PK_SETTING_INTEGER:
        return "integer";
    case PK_SETTING_BOOLEAN:
        return "yes|no";
    case PK_SETTING_CHOICE:
        return "choice";
    case PK_SETTING_URL:
        return "url";
    case PK_SETTING_DURATION:
        return "duration";
    default:
        return "text";
    }
}

static const char *kind_of(const struct pk_adapter *adapter)
{
    return adapter->session ? "session" : "exchange";
}

static void add_capabilities(struct pk_table *table, const struct pk_adapter *adapter)
{
    char text[128];
    size_t len = 0;
    const char *name;
    uint32_t bit;
    text[0] = '\0';
    for (size_t i = 0; (name = pk_capability_name(i, &bit)); i++)
        if (adapter->capabilities & bit)
            len += (size_t) snprintf(text + len, sizeof text - len, "%s%s", len > 0 ? ", " : "", name);
    pk_table_text(table, text);
}

/* ---- for people ---- */

static void print_all(const struct pk_registry *registry)
{
    static const struct pk_column columns[] = { { "ADAPTER", false },  { "VERSION", false }, { "KIND", false },
                                                { "CHANNELS", false }, { "CAN", false },     { "WHAT IT IS", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_registry_count(registry); i++) {
        const struct pk_adapter *adapter = pk_registry_at(registry, i);
        pk_table_text(table, adapter->name);
        pk_table_text(table, adapter->version);
        pk_table_text(table, kind_of(adapter));
        pk_table_text(table, adapter->channels);
        add_capabilities(table, adapter);
        pk_table_text(table, adapter->summary);
    }
    pk_table_print(table);
}

static void add_setting(struct pk_table *table, const struct pk_setting *setting)
{
    bool choice = setting->type == PK_SETTING_CHOICE && setting->choices;
    pk_table_text(table, setting->name);
    pk_table_text(table, choice ? setting->choices : type_name(setting->type));
    pk_table_text(table, setting->required ? "yes" : "no");
    pk_table_text(table, setting->fallback);
    pk_table_text(table, setting->help);
}

static void print_one(const struct pk_adapter *adapter)
{
    static const struct pk_column columns[] = {
        { "SETTING", false }, { "TYPE", false }, { "REQUIRED", false }, { "DEFAULT", false }, { "HELP", false }
    };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    (void) printf("%s %s: %s\n", adapter->name, adapter->version, adapter->summary);
    if (adapter->setting_count == 0) {
        (void) printf("It has no settings of its own.\n");
        return;
    }
    for (size_t i = 0; i < adapter->setting_count; i++)
        add_setting(table, &adapter->settings[i]);
    (void) printf("\n");
    pk_table_print(table);
}

/* ---- for programs ---- */

static void write_setting(struct pk_json_out *out, const struct pk_setting *setting)
{
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "name", setting->name);
    pk_json_add_text(out, "type", setting->type == PK_SETTING_BOOLEAN ? "boolean" : type_name(setting->type));
    pk_json_add_bool(out, "required", setting->required != 0);
    pk_json_add_text(out, "default", setting->fallback);
    if (setting->choices)
        pk_json_add_text(out, "choices", setting->choices);
    if (setting->min != 0 || setting->max != 0) {
        pk_json_add_int(out, "min", setting->min);
        pk_json_add_int(out, "max", setting->max);
    }
    pk_json_add_text(out, "help", setting->help);
    pk_json_close(out, '}');
}

static void write_adapter(struct pk_json_out *out, const struct pk_adapter *adapter)
{
    const char *name;
    uint32_t bit;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "name", adapter->name);
    pk_json_add_text(out, "version", adapter->version);
    pk_json_add_text(out, "summary", adapter->summary);
    pk_json_add_text(out, "kind", kind_of(adapter));
    pk_json_add_text(out, "channels", adapter->channels);
    pk_json_open(out, "capabilities", '[');
    for (size_t i = 0; (name = pk_capability_name(i, &bit)); i++)
        if (adapter->capabilities & bit)
            pk_json_add_text(out, NULL, name);
    pk_json_close(out, ']');
    pk_json_open(out, "settings", '[');
    for (size_t i = 0; i < adapter->setting_count; i++)
        write_setting(out, &adapter->settings[i]);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

/* One adapter, or all of them as a list. */
static void print_json(const struct pk_registry *registry, const struct pk_adapter *one)
{
    struct pk_buf text;
    pk_buf_init(&text, 4u * 1024 * 1024);
    struct pk_json_out out = pk_json_out(&text);
    if (one) {
        write_adapter(&out, one);
    } else {
        pk_json_open(&out, NULL, '{');
        pk_json_open(&out, "adapters", '[');
        for (size_t i = 0; i < pk_registry_count(registry); i++)
            write_adapter(&out, pk_registry_at(registry, i));
        pk_json_close(&out, ']');
        pk_json_close(&out, '}');
    }
    (void) printf("%s\n", pk_buf_text(&text));
    pk_buf_finish(&text);
}

/* ---- the command ---- */

int pk_adapters_load(const struct pk_invocation *invocation, struct pk_registry *registry, struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    int r = pk_config_read_places(invocation->config, false, &report, &config, err);
    if (r == PK_E_NOT_FOUND && strcmp(invocation->config, PK_CONFIG_DEFAULT) == 0)
        return 0;
    if (r == 0 && config->adapters)
        r = pk_registry_load_folder(registry, config->adapters, err);
    return r;
}

int pk_adapters_unknown(const struct pk_registry *registry, const char *name, struct pk_error *err)
{
    char known[200];
    size_t len = 0;
    for (size_t i = 0; i < pk_registry_count(registry) && len < sizeof known; i++)
        len += (size_t) snprintf(known + len, sizeof known - len, "%s%s", i > 0 ? ", " : "", pk_registry_at(registry, i)->name);
    (void) pk_fail(err, PK_E_NOT_FOUND, "there is no adapter \"%s\"", name);
    return pk_hint(err, PK_E_NOT_FOUND, "There are %s.", known);
}

static int run_show(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_adapters, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 1)
        return pk_command_misused(&pk_command_adapters, "one adapter at a time");
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    int r = pk_adapters_load(invocation, registry, &err);
    const struct pk_adapter *one = r == 0 && words.count == 1 ? pk_registry_find(registry, words.words[0]) : NULL;
    if (r == 0 && words.count == 1 && !one)
        r = pk_adapters_unknown(registry, words.words[0], &err);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        print_json(registry, one);
    else if (one)
        print_one(one);
    else
        print_all(registry);
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    struct pk_invocation rest = *invocation;
    if (invocation->word_count == 0 || strcmp(invocation->words[0], "test") != 0)
        return run_show(invocation);
    rest.words++;
    rest.word_count--;
    return pk_adapters_test(&rest);
}

const struct pk_command pk_command_adapters = {
    .name = "adapters",
    .usage = "adapters [NAME]\n"
             "adapters test NAME|FILE.so [--cases DIR]",
    .summary = "adapters there are; with NAME its settings; does one keep the contract",
    .run = run,
};
