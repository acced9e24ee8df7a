/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana accounts add ADAPTER`: what to write where for a new account, on both sides, in the order it is done. Changes
 * nothing and asks nobody: the settings come from the adapter, the address to be called from the configuration.
 */
#include "gateway/app/cmd_accounts.h"

#include "gateway/app/cmd_adapters.h"
#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/base/text.h"

#define NOWHERE "https://YOUR.HOST" /* until public_url is set */

static void print_setting(const struct pk_setting *setting, const char *account)
{
    bool secret = setting->type == PK_SETTING_SECRET;
    (void) printf("\n# %s\n%s%s = ", setting->help, setting->required ? "" : "#", setting->name);
    if (secret)
        (void) printf("file:%s.%s\n", account, setting->name);
    else if (setting->choices)
        (void) printf("%s          # %s\n", setting->fallback ? setting->fallback : "", setting->choices);
    else
        (void) printf("%s\n", setting->fallback ? setting->fallback : "");
}

/* Whoever gets people's addresses is named, with the agreement; an account that only simulates hands them to nobody. */
static void print_provider(const char *account)
{
    (void) printf("[provider %s]\n# The company, its country (two letters), the day of the processing agreement, how long it keeps what it is given.\n"
                  "company = \ncountry = \ncontract = \nkeeps = \n\n",
                  account);
}

static void print_section(const struct pk_adapter *adapter, const char *account)
{
    bool real = !adapter->play;
    (void) printf("1. In pokana.conf; lines with # may stay out:\n\n");
    if (real)
        print_provider(account);
    (void) printf("[account %s]\nadapter = %s\n", account, adapter->name);
    if (real)
        (void) printf("provider = %s\n", account);
    for (size_t i = 0; i < adapter->setting_count; i++)
        print_setting(&adapter->settings[i], account);
    /* The first of its channels, to begin with. */
    (void) printf("\n[route %s]\nchannel = %.*s\naccounts = %s\n", account, (int) strcspn(adapter->channels, ","), adapter->channels, account);
}

/* Beside the configuration, since that is where file:NAME begins. */
static void print_secrets(const struct pk_adapter *adapter, const char *account, const char *folder)
{
    bool any = false;
    for (size_t i = 0; i < adapter->setting_count; i++) {
        const struct pk_setting *setting = &adapter->settings[i];
        if (setting->type != PK_SETTING_SECRET)
            continue;
        if (!any)
            (void) printf("\n2. Each secret in a file of its own (paste it, then Ctrl-D); one you make up yourself: openssl rand -hex 24\n\n");
        any = true;
        (void) printf("install -m 600 /dev/stdin %s/%s.%s%s\n", folder, account, setting->name, setting->required ? "" : "   # if you use it");
    }
    if (!any)
        (void) printf("\n2. It has no secrets.\n");
}

static void print_setup(const struct pk_adapter *adapter, const char *account, const char *public_url)
{
    static const char hook[] = "{hook}";
    struct pk_slice rest = pk_slice_of(adapter->setup ? adapter->setup : ""), line;
    (void) printf("\n3. At the provider:\n\n");
    if (rest.len == 0)
        (void) printf("Nothing is to be done there.\n");
    while (pk_slice_cut(&rest, '\n', &line)) {
        const char *at;
        (void) printf("- ");
        while ((at = memmem(line.data, line.len, hook, sizeof hook - 1))) {
            size_t before = (size_t) (at - line.data);
            (void) printf("%.*s%s/hooks/%s", (int) before, line.data, public_url, account);
            line = pk_slice_make(at + sizeof hook - 1, line.len - before - (sizeof hook - 1));
        }
        (void) printf("%.*s\n", PK_SLICE_ARG(line));
    }
}

static void print_end(const char *account, bool url_known)
{
    (void) printf("\n4. pokana check-config, then have the gateway read it (systemctl reload pokana), then\n"
                  "   pokana accounts test %s --to YOUR-OWN-ADDRESS\n",
                  account);
    if (!url_known)
        (void) printf("\n" NOWHERE " stands for public_url of [gateway], which is not set: without it nobody can call.\n");
}

static int find(const struct pk_invocation *invocation, struct pk_registry *registry, const char *name, const struct pk_adapter **ret_adapter,
                struct pk_error *err)
{
    int r = pk_adapters_load(invocation, registry, err);
    if (r != 0)
        return r;
    *ret_adapter = pk_registry_find(registry, name);
    return *ret_adapter ? 0 : pk_adapters_unknown(registry, name, err);
}

int pk_accounts_add_verb(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    const char *name = NULL;
    const struct pk_option options[] = { { "name", &name, NULL } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_accounts, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_accounts, "which adapter? pokana adapters lists them");
    if (name && !pk_is_name(pk_slice_of(name)))
        return pk_command_misused(&pk_command_accounts, "--name \"%s\" is no name: lower-case letters, digits and '-'", name);
    if (invocation->json)
        return pk_command_misused(&pk_command_accounts, "add is for people; for programs there is pokana adapters NAME --json");
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    const struct pk_adapter *adapter = NULL;
    if (find(invocation, registry, words.words[0], &adapter, &err) != 0)
        return pk_command_failed(&err);
    /* Without a configuration the words stay general. */
    struct pk_ini_report silent = { 0 };
    pk_auto(pk_config) struct pk_config *config = NULL;
    (void) pk_config_read_places(invocation->config, false, &silent, &config, NULL);
    const char *account = name ? name : adapter->name;
    const char *public_url = config ? config->rules.public_url : NULL;
    print_section(adapter, account);
    print_secrets(adapter, account, config ? config->folder : "/etc/pokana");
    print_setup(adapter, account, public_url ? public_url : NOWHERE);
    print_end(account, public_url != NULL);
    return 0;
}
