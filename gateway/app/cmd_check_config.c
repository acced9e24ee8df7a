/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pokana check-config: every mistake of the configuration and of the texts it asks for, or what would run. Opens nothing
 * and writes nothing; what only the running process can know (a port in use, a broker that is away) it does not say.
 */
#include "gateway/app/command.h"
#include "gateway/app/config.h"
#include "gateway/base/clock.h"
#include "gateway/base/code.h"
#include "gateway/base/crypto.h"
#include "gateway/base/json.h"
#include "gateway/plugin/account.h"
#include "gateway/service/quiet.h"

#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- places ---- */

static void tell_nobody(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                        const char *hint)
{
    (void) ctx, (void) file, (void) line, (void) section, (void) key, (void) reason, (void) hint;
}

/* The line of a key is looked up here: where it stood is forgotten once the values are read. */
static void tell(const struct pk_config *config, struct pk_ini_report *report, const char *key, const char *hint,
                 const char *reason)
{
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    struct pk_ini_report unheard = { .tell = tell_nobody };
    const struct pk_ini_section *gateway = NULL;
    if (pk_ini_read(config->path, &unheard, &ini, NULL) == 0)
        gateway = pk_ini_find(ini, "gateway", "");
    const struct pk_ini_entry *entry = gateway ? pk_ini_entry(gateway, key) : NULL;
    pk_ini_tell(report, config->path, entry ? entry->line : 0, "gateway", key, hint, "%s", reason);
}

/* The folder a file is in must be there: files in it are made by the gateway. */
static void check_folder_of(const struct pk_config *config, struct pk_ini_report *report, const char *key, const char *path)
{
    char folder[PATH_MAX], reason[PATH_MAX + 64];
    const char *slash = strrchr(path, '/');
    (void) snprintf(folder, sizeof folder, "%.*s", slash ? (int) (slash - path + 1) : 1, slash ? path : ".");
    if (access(folder, W_OK | X_OK) == 0)
        return;
    (void) snprintf(reason, sizeof reason, "the folder \"%.1024s\" is not there, or may not be written", folder);
    tell(config, report, key, "Make it, and let it belong to the user the gateway runs as.", reason);
}

/* What is at the socket's path already is replaced only when it is a socket. */
static void check_control(const struct pk_config *config, struct pk_ini_report *report)
{
    struct stat there;
    check_folder_of(config, report, "control", config->control);
    if (strlen(config->control) >= sizeof ((struct sockaddr_un *) NULL)->sun_path)
        tell(config, report, "control", "Choose a shorter one, such as /run/pokana/control.sock.",
             "the path is too long for a socket");
    else if (lstat(config->control, &there) == 0 && !S_ISSOCK(there.st_mode))
        tell(config, report, "control", "Choose another path: what is there stays as it is.",
             "something that is not a socket is there already");
}

static void check_places(const struct pk_config *config, struct pk_ini_report *report)
{
    pk_auto(pk_keyring) struct pk_keyring *ring = NULL;
    struct pk_error err = { 0 };
    if (pk_keyfile_read(config->keys, &ring, &err) != 0)
        tell(config, report, "keys", err.hint[0] ? err.hint : "Make one with pokana keys new FILE.", err.message);
    check_folder_of(config, report, "database", config->database);
    check_control(config, report);
}

/* ---- what would run ---- */

static void print_words(const struct pk_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        (void) printf("%s%s", i > 0 ? ", " : "", words->items[i]);
}

/* A calendar that ends is no mistake yet, and nothing is guessed: it is said while there is time to add to it. */
static void print_quiet(const struct pk_rules *rules)
{
    pk_auto(pk_zone) struct pk_zone *zone = NULL;
    const struct pk_days_rule *days;
    size_t at = 0;
    for (size_t i = 0; i < rules->hush_count; i++) {
        const struct pk_hush_rule *hush = &rules->hushes[i];
        (void) printf("  quiet      %s:%s%s", hush->name, hush->night ? " night " : "", hush->night ? hush->night : "");
        for (size_t j = 0; j < hush->weekdays.count; j++)
            (void) printf("%s%s", j > 0 ? ", " : hush->night ? ", " : " ", hush->weekdays.items[j]);
        for (size_t j = 0; j < hush->days.count; j++)
            (void) printf("%s%s", j > 0 || hush->night || hush->weekdays.count > 0 ? ", " : " ", hush->days.items[j]);
        (void) puts(hush->urgent_waits ? "; urgent waits" : "");
    }
    if (rules->hush_count == 0)
        (void) puts("  quiet      never: there is no [quiet] section");
    if (pk_zone_new(rules->zone, &zone, NULL) != 0)
        return;
    while ((days = pk_quiet_unknown(rules, zone, pk_clock_wall_ms(), &at)) != NULL)
        (void) printf("  warning    the days of %s are known until %s: add those that follow to %s\n", days->name, pk_days_until(days->days),
                      days->file);
}

static void print_people(const struct pk_config *config, const struct pk_catalog *catalog)
{
    const struct pk_rules *rules = &config->rules;
    (void) printf("%s for %s\n", rules->instance, rules->organisation);
    for (size_t i = 0; i < rules->account_count; i++) {
        const struct pk_account_rule *account = &rules->accounts[i];
        (void) printf("  account    %s: %s, %u at once\n", account->name, account->adapter->name, account->window);
    }
    for (size_t i = 0; i < rules->route_count; i++) {
        const struct pk_route_rule *route = &rules->routes[i];
        (void) printf("  route      %s: %s by ", route->name, route->channel);
        print_words(&route->accounts);
        if (route->countries.count > 0) {
            (void) printf(" to ");
            print_words(&route->countries);
        }
        (void) puts(strcmp(route->name, rules->default_route) == 0 ? " (default)" : "");
    }
    for (size_t i = 0; i < rules->topic_count; i++)
        (void) printf("  topic      %s\n", rules->topics[i].name);
    for (size_t i = 0; i < rules->publisher_count; i++) {
        const struct pk_publisher_rule *publisher = &rules->publishers[i];
        (void) printf("  publisher  %s: up to %lld people, topics ", publisher->name, (long long) publisher->max_recipients);
        print_words(&publisher->topics);
        (void) puts("");
    }
    for (size_t i = 0; i < rules->webhook_count; i++) {
        const struct pk_webhook_rule *webhook = &rules->webhooks[i];
        (void) printf("  webhook    %s: events of %s, ", webhook->name, webhook->publisher);
        print_words(&webhook->types);
        (void) puts(webhook->secret_before ? ", signed with two secrets" : "");
    }
    print_quiet(rules);
    (void) printf("  texts      %zu in %s\n", pk_catalog_template_count(catalog), config->templates);
    /* No mistake, but money: said before the bill says it. */
    struct pk_ini_report longer = { .tell = tell_nobody };
    pk_catalog_measure(catalog, pk_slice_of(rules->organisation), &longer);
    if (longer.count > 0)
        (void) printf("  longer     %zu texts can take a part more than they say: organisation, phone or page is long\n", longer.count);
}

/* What an account cannot send, because its provider lets approved texts through only: no mistake, but somebody should know. */
struct unmapped {
    const struct pk_catalog *catalog;
    const char *account;
    size_t texts; /* told so far */
};

static void ask_one(struct unmapped *unmapped, const struct pk_adapter *adapter, const void *self, const struct pk_template *text,
                    struct pk_slice language, const char *script)
{
    char label[64];
    (void) snprintf(label, sizeof label, "%.*s%s%s", PK_SLICE_ARG(language), script[0] ? "-" : "", script);
    if (adapter->carries(self, pk_template_name(text), pk_slice_of(label), pk_clock_wall_ms(), NULL) == 0)
        return;
    if (unmapped->texts++ == 0)
        (void) printf("  warning    account %s cannot send, for its provider does not know them:\n", unmapped->account);
    (void) printf("             %.*s in %s\n", PK_SLICE_ARG(pk_template_name(text)), label);
}

static void ask_all(void *ctx, const struct pk_adapter *adapter, const void *self, uint32_t capabilities)
{
    struct unmapped *unmapped = ctx;
    if (!(capabilities & (PK_CAN_TEMPLATES_ONLY | PK_CAN_WINDOW)) || !adapter->carries)
        return;
    for (size_t i = 0; i < pk_catalog_template_count(unmapped->catalog); i++) {
        const struct pk_template *text = pk_catalog_template(unmapped->catalog, i);
        /* Answers are free text within the window that their reader has opened. */
        if (pk_template_kind(text) == PK_TEXT_ANSWER && (capabilities & PK_CAN_WINDOW))
            continue;
        ask_one(unmapped, adapter, self, text, pk_template_language(text), "");
        if (pk_catalog_has_rendering(unmapped->catalog, pk_template_language(text), PK_SLICE(PK_RENDERING_LATIN)))
            ask_one(unmapped, adapter, self, text, pk_template_language(text), PK_RENDERING_LATIN);
    }
}

static void print_unmapped(const struct pk_config *config, const struct pk_catalog *catalog)
{
    for (size_t i = 0; i < config->rules.account_count; i++) {
        const struct pk_account_rule *account = &config->rules.accounts[i];
        struct unmapped unmapped = { .catalog = catalog, .account = account->name };
        if (account->adapter->carries)
            (void) pk_account_survey(account->adapter, account->name, account->settings, ask_all, &unmapped, NULL);
    }
}

static void print_doors(const struct pk_config *config)
{
    const struct pk_bus_rule *bus = &config->rules.bus;
    if (bus->host)
        (void) printf("  broker     %s:%u, MQTT %s%s\n", bus->host, bus->port, bus->protocol == 5 ? "5" : "3.1.1",
                      bus->ca_file ? ", TLS" : "");
    (void) printf("  control    %s\n", config->control);
    if (config->public_address)
        (void) printf("  public     %s as %s\n", config->public_address, config->rules.public_url);
    if (config->metrics_address)
        (void) printf("  metrics    %s\n", config->metrics_address);
    (void) printf("  database   %s\n", config->database);
}

static void print_json(const struct pk_config *config)
{
    const struct pk_rules *rules = &config->rules;
    struct pk_buf text;
    pk_buf_init(&text, 1u << 20);
    struct pk_json_out json = pk_json_out(&text);
    pk_json_open(&json, NULL, '{');
    pk_json_add_text(&json, "instance", rules->instance);
    pk_json_open(&json, "accounts", '[');
    for (size_t i = 0; i < rules->account_count; i++)
        pk_json_add_text(&json, NULL, rules->accounts[i].name);
    pk_json_close(&json, ']');
    pk_json_open(&json, "routes", '[');
    for (size_t i = 0; i < rules->route_count; i++)
        pk_json_add_text(&json, NULL, rules->routes[i].name);
    pk_json_close(&json, ']');
    pk_json_open(&json, "publishers", '[');
    for (size_t i = 0; i < rules->publisher_count; i++)
        pk_json_add_text(&json, NULL, rules->publishers[i].name);
    pk_json_close(&json, ']');
    pk_json_add_text(&json, "control", config->control);
    if (config->public_address)
        pk_json_add_text(&json, "public", config->public_address);
    if (config->metrics_address)
        pk_json_add_text(&json, "metrics", config->metrics_address);
    pk_json_add_text(&json, "database", config->database);
    pk_json_close(&json, '}');
    (void) puts(pk_buf_text(&text));
    pk_buf_finish(&text);
}

/* ---- the command ---- */

static int run(const struct pk_invocation *invocation)
{
    struct pk_ini_report report = pk_config_report_stderr();
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    struct pk_error err = { 0 };
    if (invocation->word_count > 0)
        return pk_command_misused(&pk_command_check_config, "\"%s\" makes no sense here", invocation->words[0]);
    int r = pk_config_read(invocation->config, &report, &config, &err);
    if (r != 0)
        return pk_command_failed(&err);
    r = pk_config_load_catalog(config, &report, &catalog, &err);
    if (r != 0 && report.count == 0) {
        if (!err.hint[0])
            (void) pk_hint(&err, r, "Name the folder of texts: templates in [gateway].");
        return pk_command_failed(&err);
    }
    check_places(config, &report);
    if (report.count > 0) {
        (void) pk_fail(&err, PK_E_CONFIG, "\"%s\" cannot be run as it is: %zu mistake%s", config->path, report.count,
                       report.count == 1 ? "" : "s");
        return pk_command_failed(&err);
    }
    if (invocation->json) {
        print_json(config);
    } else {
        print_people(config, catalog);
        print_unmapped(config, catalog);
        print_doors(config);
    }
    return 0;
}

const struct pk_command pk_command_check_config = {
    .name = "check-config",
    .usage = "check-config [--config FILE] [--json]",
    .summary = "tell every mistake of the configuration, or what would run",
    .run = run,
};
