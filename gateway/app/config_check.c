/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What no single line can tell: names that must exist elsewhere in the file, settings that must go together, and what
 * the rules ask of the texts.
 */
#include "gateway/app/config_private.h"

#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/model/trigger.h"
#include "gateway/language/dates.h"
#include "gateway/language/phone.h"
#include "gateway/service/address.h"
#include "gateway/service/deep_links.h"
#include "gateway/service/team.h"

#define CERTIFICATES_BYTES_MAX (8u << 20) /* the system's whole bundle is some 200 KiB */

/* ---- the gateway and its doors ---- */

bool pk_config_is_loopback(const char *listener)
{
    return strncmp(listener, "127.", 4) == 0 || strncmp(listener, "[::1]", 5) == 0;
}

/* Certificates are asked for at the first connection, which may be days later: whether the file holds any is told now. */
static void check_certificates(struct pk_config_reading *reading, const char *section, const char *key, const char *path)
{
    struct pk_error err = { 0 };
    struct pk_buf text;
    if (!path)
        return;
    pk_buf_init(&text, CERTIFICATES_BYTES_MAX);
    if (pk_file_check_owner(path, false, &err) != 0 || pk_file_read(path, CERTIFICATES_BYTES_MAX, &text, &err) != 0)
        pk_config_tell_of(reading, section, "", key, err.hint[0] ? err.hint : NULL, "%s", err.message);
    else if (!memmem(text.data, text.len, "CERTIFICATE-----", strlen("CERTIFICATE-----")))
        pk_config_tell_of(reading, section, "", key, "Name a PEM file: its first line is -----BEGIN CERTIFICATE-----.",
                          "\"%s\" holds no certificate", path);
    pk_buf_finish(&text);
}

/* The address itself is not repeated: it may be somebody's. */
static void check_team(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    char room[PK_ADDRESS_ROOM];
    struct pk_slice address;
    if (!rules->team)
        return;
    const char *channel = pk_rules_team_channel(rules);
    bool mail = strcmp(channel, PK_CHANNEL_EMAIL) == 0, routed = false;
    bool good = mail ? pk_address_read_mail(pk_slice_of(rules->team), room, &address, NULL) == 0
                     : pk_phone_parse(pk_slice_of(rules->team), rules->phone_region, room) == PK_PHONE_OK;
    if (!good)
        pk_config_tell_of(reading, "gateway", "", "team", "Write name@example.nl, or a mobile number with its country.",
                          "it is neither a mail address nor a mobile number");
    for (size_t i = 0; i < rules->route_count; i++)
        routed |= rules->routes[i].channel && strcmp(rules->routes[i].channel, channel) == 0 && rules->routes[i].screens.count == 0;
    if (good && !routed)
        pk_config_tell_of(reading, "gateway", "", "team", "Add a [route] of that channel, or name an address of another.",
                          "there is no route of channel \"%s\" to tell the team by", channel);
}

/* What stands in front of providers is an HTTP proxy; a password in its address would be a secret in this file. */
static void check_proxy(struct pk_config_reading *reading)
{
    const char *proxy = reading->config->proxy;
    if (proxy && strchr(proxy, '@'))
        pk_config_tell_of(reading, "gateway", "", "proxy", "Let the proxy know this machine by its address.",
                          "a name and password cannot be written here");
    else if (proxy && (strncmp(proxy, "http://", 7) != 0 || proxy[7] == '\0' || strpbrk(proxy, " \t")))
        pk_config_tell_of(reading, "gateway", "", "proxy", "Write it like http://proxy.example.nl:3128.",
                          "\"%s\" is not the address of an HTTP proxy", proxy);
}

/* The page has no door of its own: what it shows must be nobody's, and not be seen from other machines. */
static void check_phones(struct pk_config_reading *reading)
{
    const struct pk_config *config = reading->config;
    const struct pk_rules *rules = &config->rules;
    if (!rules->phones)
        return;
    if (!config->public_address || !pk_config_is_loopback(config->public_address))
        pk_config_tell_of(reading, "gateway", "", "phones", "Write public = 127.0.0.1:8080 beside it.",
                          "the page of the simulated phones is for this machine: it needs a public door on a loopback address");
    for (size_t i = 0; i < rules->account_count; i++)
        if (rules->accounts[i].adapter && !rules->accounts[i].adapter->play)
            pk_config_tell_of(reading, "gateway", "", "phones", "Leave phones out here, or give the simulator a gateway of its own.",
                              "account \"%s\" reaches real people, and the page shows numbers and texts to whoever opens it",
                              rules->accounts[i].name);
}

/* Both stand in texts as they are written here. */
static void check_house(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    if (rules->phone && !pk_desk_phone_valid(pk_slice_of(rules->phone)))
        pk_config_tell_of(reading, "gateway", "", "phone", "Use digits, spaces, + - ( ), as in 075 123 4567.",
                          "\"%s\" is not a telephone number", rules->phone);
    if (rules->page && !pk_slice_starts(pk_slice_of(rules->page), "https://"))
        pk_config_tell_of(reading, "gateway", "", "page", "Write an address that begins with https://.",
                          "people would be sent to a page of this machine");
}

static void check_gateway(struct pk_config_reading *reading)
{
    const struct pk_config *config = reading->config;
    const struct pk_rules *rules = &config->rules;
    struct pk_wall *wall = NULL;
    if (pk_wall_new(rules->zone, &wall, NULL) != 0)
        pk_config_tell_of(reading, "gateway", "", "zone", "Write a name like Europe/Amsterdam.", "there is no time zone \"%s\"",
                          rules->zone);
    pk_wall_free(wall);
    check_certificates(reading, "gateway", "ca_file", config->ca_file);
    check_proxy(reading);
    check_house(reading);
    const char *region = rules->phone_region;
    if (strlen(region) != 2 || region[0] < 'A' || region[0] > 'Z' || region[1] < 'A' || region[1] > 'Z')
        pk_config_tell_of(reading, "gateway", "", "region", "Write two capital letters like NL.", "\"%s\" is not a country",
                          region);
    if (config->public_address && !rules->public_url)
        pk_config_tell_of(reading, "gateway", "", "public", "Add public_url: providers sign or are given the address they call.",
                          "a public door needs public_url beside it");
    if (!config->public_address && rules->public_url)
        pk_config_tell_of(reading, "gateway", "", "public_url",
                          "Add public = 127.0.0.1:8080, the port the TLS proxy passes calls to.",
                          "public_url is there, but nothing listens");
    check_phones(reading);
    if (config->metrics_address && !pk_config_is_loopback(config->metrics_address))
        pk_config_tell_of(reading, "gateway", "", "metrics", "Write 127.0.0.1:PORT; let a proxy with a login carry it further.",
                          "health and metrics may listen on a loopback address only");
    const char *port = config->metrics_address ? strrchr(config->metrics_address, ':') : NULL;
    if (port && strcmp(port, ":0") != 0 && config->public_address && strcmp(config->public_address, config->metrics_address) == 0)
        pk_config_tell_of(reading, "gateway", "", "metrics", "Choose another port.", "the public door has this address already");
}

/* ---- the broker ---- */

static void check_key_file(struct pk_config_reading *reading, const char *path)
{
    struct pk_error err = { 0 };
    if (path && pk_file_check_owner(path, true, &err) != 0)
        pk_config_tell_of(reading, "broker", "", "key_file", err.hint[0] ? err.hint : NULL, "%s", err.message);
}

static void check_broker(struct pk_config_reading *reading)
{
    const struct pk_bus_rule *bus = &reading->config->rules.bus;
    if (bus->password && !bus->username)
        pk_config_tell_of(reading, "broker", "", "password", "Add username.", "a password needs a username beside it");
    if (bus->cert_file && !bus->key_file)
        pk_config_tell_of(reading, "broker", "", "cert_file", "Add key_file.", "a certificate needs its private key");
    if (bus->key_file && !bus->cert_file)
        pk_config_tell_of(reading, "broker", "", "key_file", "Add cert_file.", "a private key needs its certificate");
    if ((bus->cert_file || bus->key_file) && !bus->ca_file)
        pk_config_tell_of(reading, "broker", "", bus->cert_file ? "cert_file" : "key_file", "Add ca_file, which turns TLS on.",
                          "a client certificate is of no use without TLS");
    check_certificates(reading, "broker", "ca_file", bus->ca_file);
    check_certificates(reading, "broker", "cert_file", bus->cert_file);
    check_key_file(reading, bus->key_file);
}

/* ---- accounts and routes ---- */

static const struct pk_account_rule *find_account(const struct pk_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->account_count; i++)
        if (strcmp(rules->accounts[i].name, name) == 0)
            return &rules->accounts[i];
    return NULL;
}

static void check_accounts(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->account_count; i++) {
        const struct pk_account_rule *account = &rules->accounts[i];
        if (account->retry.cap_ms < account->retry.first_ms)
            pk_config_tell_of(reading, "account", account->name, "retry_max", NULL, "it is shorter than retry_first");
        if (account->breaker.cap_open_ms < account->breaker.first_open_ms)
            pk_config_tell_of(reading, "account", account->name, "breaker_pause_max", NULL, "it is shorter than breaker_pause");
        if (account->chat_link && !pk_chat_link_is_good(account->chat_link))
            pk_config_tell_of(reading, "account", account->name, "chat_link", "Write it like https://t.me/BOTNAME?start={code}.",
                              "this is no address with {code} in it, once");
        if (account->timeout_ms < account->connect_timeout_ms)
            pk_config_tell_of(reading, "account", account->name, "timeout", NULL, "it is shorter than connect_timeout");
    }
}

/* Whoever gets people's addresses is named with what was agreed: an account at nobody's is not opened. */
static void check_provider_of(struct pk_config_reading *reading, const struct pk_account_rule *account)
{
    bool simulates = account->adapter && account->adapter->play;
    if (account->provider && !pk_rules_provider(&reading->config->rules, account->provider))
        pk_config_tell_of(reading, "account", account->name, "provider", "Add its [provider NAME] section.",
                          "there is no provider \"%s\"", account->provider);
    if (!account->provider && account->adapter && !simulates)
        pk_config_tell_of(reading, "account", account->name, NULL,
                          "Add provider = NAME and [provider NAME] with company, country, contract and keeps.",
                          "an account at a real provider must name it");
}

static bool is_day(const char *text)
{
    int64_t ms;
    char moment[32];
    (void) snprintf(moment, sizeof moment, "%.10sT00:00:00Z", text);
    return strlen(text) == 10 && pk_time_parse(pk_slice_of(moment), &ms) == 0;
}

static void check_providers(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->account_count; i++)
        check_provider_of(reading, &rules->accounts[i]);
    for (size_t i = 0; i < rules->provider_count; i++) {
        const struct pk_provider_rule *provider = &rules->providers[i];
        const char *country = provider->country;
        if (country && (strlen(country) != 2 || country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z'))
            pk_config_tell_of(reading, "provider", provider->name, "country", "Write two capital letters like NL.",
                              "\"%s\" is not a country", country);
        if (provider->contract && !is_day(provider->contract))
            pk_config_tell_of(reading, "provider", provider->name, "contract", "Write it like 2026-01-31.", "\"%s\" is not a day",
                              provider->contract);
    }
}

static bool offers(const struct pk_adapter *adapter, const char *channel)
{
    struct pk_slice rest = pk_slice_of(adapter->channels), word;
    while (pk_slice_cut(&rest, ',', &word))
        if (pk_slice_is(pk_slice_trim(word), channel))
            return true;
    return false;
}

/* An account speaks on one channel: another route that has it must be of the same. */
static void check_one_channel(struct pk_config_reading *reading, size_t route_index, const char *account)
{
    const struct pk_rules *rules = &reading->config->rules;
    const struct pk_route_rule *route = &rules->routes[route_index];
    for (size_t i = 0; i < route_index; i++) {
        const struct pk_route_rule *other = &rules->routes[i];
        for (size_t j = 0; j < other->accounts.count; j++)
            if (strcmp(other->accounts.items[j], account) == 0 && other->channel && strcmp(other->channel, route->channel) != 0)
                pk_config_tell_of(reading, "route", route->name, "accounts", "Make a second account for the second channel.",
                                  "account \"%s\" is in route \"%s\", which is of another channel", account, other->name);
    }
}

/* A public route has both, and nobody's numbers: what people are written to on is no screen. */
static void check_screens(struct pk_config_reading *reading, const struct pk_route_rule *route)
{
    bool screens = route->screens.count > 0, languages = route->languages.count > 0, personal = false;
    static const char *const channels[] = { "sms", "email", "whatsapp", "viber", "telegram" };
    for (size_t i = 0; route->channel && i < PK_COUNT(channels); i++)
        personal |= strcmp(route->channel, channels[i]) == 0;
    if (screens != languages)
        pk_config_tell_of(reading, "route", route->name, screens ? "languages" : "screens", "A route to screens names both.", "%s is missing",
                          screens ? "languages" : "screens");
    for (size_t i = 0; i < route->screens.count; i++)
        if (!pk_is_name(pk_slice_of(route->screens.items[i])))
            pk_config_tell_of(reading, "route", route->name, "screens", "Names are lower-case letters, digits and inner hyphens, with commas between.",
                              "\"%s\" is not a name", route->screens.items[i]);
    for (size_t i = 0; i < route->languages.count; i++)
        if (strchr(route->languages.items[i], ' '))
            pk_config_tell_of(reading, "route", route->name, "languages", "Write tags like bg and bg-Latn, with commas between.",
                              "\"%s\" is no language", route->languages.items[i]);
    if (screens && personal)
        pk_config_tell_of(reading, "route", route->name, "screens", "Make a route of its own for screens.",
                          "channel \"%s\" is one people are written to on", route->channel);
}

static void check_routes(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->route_count; i++) {
        const struct pk_route_rule *route = &rules->routes[i];
        for (size_t j = 0; j < route->accounts.count; j++) {
            const struct pk_account_rule *account = find_account(rules, route->accounts.items[j]);
            if (!account) {
                pk_config_tell_of(reading, "route", route->name, "accounts",
                                  "Add its [account NAME] section, or take it from the list.", "there is no account \"%s\"",
                                  route->accounts.items[j]);
                continue;
            }
            if (!route->channel)
                continue;
            if (account->adapter && !offers(account->adapter, route->channel))
                pk_config_tell_of(reading, "route", route->name, "channel",
                                  "`pokana adapters NAME` shows the channels of an adapter.",
                                  "account \"%s\" does not offer channel \"%s\"", account->name, route->channel);
            check_one_channel(reading, i, account->name);
        }
        check_screens(reading, route);
    }
    if (rules->default_route && rules->route_count > 0 && !pk_rules_route(rules, rules->default_route))
        pk_config_tell_of(reading, "limits", "", "default_route", NULL, "there is no route \"%s\"", rules->default_route);
}

/* ---- publishers ---- */

static bool is_tag(struct pk_slice tag)
{
    struct pk_slice kind, rest = tag;
    if (pk_slice_is(tag, "*"))
        return true;
    if (!pk_slice_cut(&rest, ':', &kind) || kind.len == tag.len)
        return pk_is_name(tag);
    return pk_is_name(kind) && (pk_slice_is(rest, "*") || pk_is_name(rest));
}

static void check_words(struct pk_config_reading *reading, const struct pk_publisher_rule *publisher)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < publisher->topics.count; i++) {
        const char *topic = publisher->topics.items[i];
        if (strcmp(topic, "*") != 0 && !pk_rules_topic(rules, pk_slice_of(topic)))
            pk_config_tell_of(reading, "publisher", publisher->name, "topics",
                              "Add its [topic NAME] section, or take it from the list.", "there is no topic \"%s\"", topic);
    }
    for (size_t i = 0; i < publisher->tags.count; i++)
        if (!is_tag(pk_slice_of(publisher->tags.items[i])))
            pk_config_tell_of(reading, "publisher", publisher->name, "tags", "Write kind:name, kind:* or *.",
                              "\"%s\" is not a tag", publisher->tags.items[i]);
}

static void check_types(struct pk_config_reading *reading, const struct pk_publisher_rule *publisher)
{
    for (size_t i = 0; i < publisher->may.count; i++) {
        const struct pk_words one = { &publisher->may.items[i], 1 };
        const struct pk_event_type *type;
        size_t at = 0;
        while ((type = pk_event_type_at(at)) != NULL && !pk_words_allow(&one, pk_slice_of(type->word)))
            at++;
        if (!type)
            pk_config_tell_of(reading, "publisher", publisher->name, "may", "config/pokana.conf.sample names all types.", "there is no type \"%s\"",
                              publisher->may.items[i]);
    }
}

static void check_publishers(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->publisher_count; i++) {
        const struct pk_publisher_rule *publisher = &rules->publishers[i];
        if (publisher->route && !pk_rules_route(rules, publisher->route))
            pk_config_tell_of(reading, "publisher", publisher->name, "route", "Add its [route NAME] section.",
                              "there is no route \"%s\"", publisher->route);
        if (publisher->response_prefix && strpbrk(publisher->response_prefix, "+#$"))
            pk_config_tell_of(reading, "publisher", publisher->name, "response_prefix",
                              "Write the beginning of a topic, like answers/school/.",
                              "it holds a character that no topic for publishing may have");
        for (size_t j = 0; j < i && publisher->source; j++)
            if (rules->publishers[j].source && strcmp(rules->publishers[j].source, publisher->source) == 0)
                pk_config_tell_of(reading, "publisher", publisher->name, "source", "Give each publisher a source of its own.",
                                  "publisher \"%s\" has this source already", rules->publishers[j].name);
        check_words(reading, publisher);
        check_types(reading, publisher);
    }
    if (rules->publisher_count > 0 && !rules->bus.host && !reading->config->public_address && !pk_ini_find(reading->ini, "broker", ""))
        pk_config_tell_of(reading, "publisher", rules->publishers[0].name, NULL, "Add a [broker] section, or public in [gateway] for tokens.",
                          "there are publishers, but no broker to hear them on");
}

/* A yes is answered with the values of what it is about. */
static void check_retention(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    char longest[32];
    if (rules->reply_window_ms > rules->keep_values_ms)
        pk_config_tell_of(reading, "limits", "", "reply_window", "Make it shorter, or [retention] values longer.",
                          "a yes could not be answered: what it is about is kept for %s only",
                          pk_config_duration_text(rules->keep_values_ms, longest));
}

void pk_config_cross_check(struct pk_config_reading *reading)
{
    check_gateway(reading);
    pk_config_read_theme(reading);
    pk_config_check_sign_in(reading);
    check_team(reading);
    check_retention(reading);
    check_broker(reading);
    check_accounts(reading);
    pk_config_check_replies(reading);
    pk_config_check_kinds(reading);
    pk_config_check_costs(reading);
    check_providers(reading);
    check_routes(reading);
    pk_config_check_routing(reading);
    check_publishers(reading);
    pk_config_check_webhooks(reading);
}

/* ---- the texts ---- */

static void check_templates(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &config->rules;
    if (!pk_catalog_has_language(catalog, pk_slice_of(rules->default_language)))
        pk_config_tell_of(reading, "gateway", "", "language", "Write the name of one of the folders of the templates, like bg.",
                          "there are no texts in the language \"%s\"", rules->default_language);
    struct pk_slice reads = pk_slice_of(rules->team_language);
    const char *to_team;
    for (size_t i = 0; rules->team && (to_team = pk_team_text(i)) != NULL; i++) {
        if (pk_catalog_has_language(catalog, reads) && pk_catalog_find(catalog, pk_slice_of(to_team), reads))
            continue;
        pk_config_tell_of(reading, "gateway", "", "team_language", "Write a folder of the templates with that text, like nl.",
                          "there is no text \"%s\" in the language \"%s\"", to_team, rules->team_language);
        break;
    }
    for (size_t i = 0; i < rules->publisher_count; i++) {
        const struct pk_words *templates = &rules->publishers[i].templates;
        for (size_t j = 0; j < templates->count; j++)
            if (strcmp(templates->items[j], "*") != 0 && !pk_catalog_knows(catalog, pk_slice_of(templates->items[j])))
                pk_config_tell_of(reading, "publisher", rules->publishers[i].name, "templates",
                                  "Add the text to the folder of templates, or take it from the list.", "there is no text \"%s\"",
                                  templates->items[j]);
    }
}

int pk_config_load_catalog(const struct pk_config *config, struct pk_ini_report *report, struct pk_catalog **ret_catalog,
                           struct pk_error *err)
{
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    size_t before = report->count;
    int r = pk_catalog_load(config->templates, report, &catalog, err);
    if (r != 0)
        return r;
    /* The file once more, for the lines; what was wrong with it was told when it was read. */
    struct pk_ini_report silent = { 0 };
    if ((r = pk_ini_read(config->path, &silent, &ini, err)) != 0)
        return r;
    struct pk_config_reading reading = { .ini = ini, .report = report };
    pk_config_know_links(catalog, config->rules.public_url);
    pk_catalog_know(catalog, pk_slice_of(config->rules.phone ? config->rules.phone : ""),
                    pk_slice_of(config->rules.page ? config->rules.page : ""));
    check_templates(config, catalog, &reading);
    pk_config_check_topics(config, catalog, &reading);
    pk_config_check_choices(config, catalog, &reading);
    pk_config_check_way_back(config, catalog, &reading);
    pk_config_check_quiet(config, catalog, &reading);
    if (report->count > before)
        return pk_fail(err, PK_E_CONFIG, "\"%s\" asks for texts that are not there", config->path);
    *ret_catalog = pk_steal(&catalog);
    return 0;
}
