/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From sections to rules. Each section is compared with the table of keys (unknown ones are told with the nearest known
 * name, absent ones get their default or are told), then filled value by value; an account's own settings are its
 * adapter's to check. Told mistakes do not stop the reading: all are found in one go.
 */
#include "gateway/app/config_private.h"

#include "gateway/base/text.h"

#define NAMES_MAX 64u
#define PUBLISHERS_MAX 64u /* as many as intake keeps rates of */

/* ---- one section ---- */

const char *pk_config_tag(const struct pk_key *key, const char *entry)
{
    size_t len = strlen(key->name);
    return key->type == PK_KEY_TAGGED && strncmp(entry, key->name, len) == 0 && entry[len] == '.' ? entry + len + 1 : NULL;
}

const struct pk_key *pk_config_key(const char *kind, const char *name)
{
    for (size_t i = 0; i < pk_config_key_count; i++) {
        const struct pk_key *key = &pk_config_keys[i];
        bool named = key->type != PK_KEY_TAGGED && strcmp(key->name, name) == 0;
        if (strcmp(key->kind, kind) == 0 && (named || pk_config_tag(key, name)))
            return key;
    }
    return NULL;
}

/* The names of a kind's keys, NULL-terminated. */
static size_t key_names(const char *kind, const char *ret_names[NAMES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < pk_config_key_count && count + 1 < NAMES_MAX; i++)
        if (strcmp(pk_config_keys[i].kind, kind) == 0)
            ret_names[count++] = pk_config_keys[i].name;
    ret_names[count] = NULL;
    return count;
}

/* "name" is written name.bg, name.nl. */
static bool is_tagged(const char *kind, const char *name)
{
    for (size_t i = 0; i < pk_config_key_count; i++)
        if (pk_config_keys[i].type == PK_KEY_TAGGED && strcmp(pk_config_keys[i].kind, kind) == 0 && strcmp(pk_config_keys[i].name, name) == 0)
            return true;
    return false;
}

static void refuse_unknown(struct pk_config_reading *reading)
{
    const struct pk_ini_section *section = reading->section;
    const char *names[NAMES_MAX];
    size_t count = key_names(section->kind, names);
    for (size_t i = 0; i < section->entry_count; i++) {
        const char *name = section->entries[i].key;
        if (pk_config_key(section->kind, name))
            continue;
        char hint[160] = "config/pokana.conf.sample shows every key.";
        const char *near = pk_nearest(pk_slice_of(name), names, count);
        if (near)
            (void) snprintf(hint, sizeof hint, is_tagged(section->kind, near) ? "Did you mean %s.bg, or another language's?" : "Did you mean %s?",
                            near);
        reading->entry = &section->entries[i];
        pk_config_tell(reading, name, hint, "there is no such key in a [%s] section", section->kind);
    }
    reading->entry = NULL;
}

static void fill_tagged(struct pk_config_reading *reading, const struct pk_key *key, const struct pk_ini_section *section, void *base)
{
    for (size_t i = 0; section && i < section->entry_count; i++) {
        const char *tag = pk_config_tag(key, section->entries[i].key);
        reading->entry = &section->entries[i];
        if (tag)
            pk_config_tagged(reading, key, tag, section->entries[i].value, base);
    }
    reading->entry = NULL;
}

/* Every declared key of the section at hand into `base`. `section` NULL: the defaults of a section that is absent. */
static void fill(struct pk_config_reading *reading, const char *kind, const struct pk_ini_section *section, void *base)
{
    reading->section = section;
    for (size_t i = 0; i < pk_config_key_count; i++) {
        const struct pk_key *key = &pk_config_keys[i];
        if (strcmp(key->kind, kind) != 0)
            continue;
        if (key->type == PK_KEY_TAGGED) {
            fill_tagged(reading, key, section, base);
            continue;
        }
        /* The default first: the value stays usable for later checks when what is written is told as wrong. */
        reading->entry = NULL;
        if (key->fallback)
            pk_config_value(reading, key, pk_slice_of(key->fallback), base);
        reading->entry = section ? pk_ini_entry(section, key->name) : NULL;
        if (reading->entry)
            pk_config_value(reading, key, reading->entry->value, base);
        else if (key->required && section)
            pk_config_tell(reading, key->name, key->help, "required setting is missing");
    }
    reading->entry = NULL;
}

static void single(struct pk_config_reading *reading, const char *kind, void *base)
{
    const struct pk_ini_section *section = pk_ini_find(reading->ini, kind, "");
    fill(reading, kind, section, base);
    if (section)
        refuse_unknown(reading);
}

/* ---- sections with names ---- */

/* An array of `size` bytes for each section of a kind; *ret_count counts them. */
static void *room_for(struct pk_config_reading *reading, const char *kind, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < reading->ini->section_count; i++)
        count += strcmp(reading->ini->sections[i].kind, kind) == 0;
    return pk_config_keep(reading->config, pk_alloc_array(count, size));
}

/* The next section of a kind whose name is one, from *index on; NULL at the end. */
static const struct pk_ini_section *next_of(struct pk_config_reading *reading, const char *kind, size_t *index)
{
    while (*index < reading->ini->section_count) {
        const struct pk_ini_section *section = &reading->ini->sections[(*index)++];
        if (strcmp(section->kind, kind) == 0 && pk_is_name(pk_slice_of(section->name))) {
            reading->section = section;
            return section;
        }
    }
    return NULL;
}

static const char *name_of(struct pk_config_reading *reading)
{
    return pk_config_keep(reading->config, pk_strdup(reading->section->name));
}

static const struct pk_adapter *find_adapter(struct pk_config_reading *reading)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    reading->entry = pk_ini_entry(reading->section, "adapter");
    if (!reading->entry)
        return NULL; /* told already */
    for (size_t i = 0; i < pk_registry_count(reading->registry); i++) {
        const struct pk_adapter *adapter = pk_registry_at(reading->registry, i);
        if (pk_slice_is(reading->entry->value, adapter->name))
            return adapter;
        if (count < NAMES_MAX)
            names[count++] = adapter->name;
    }
    char hint[160] = "`pokana adapters` lists them; [gateway] adapters = FOLDER adds those built apart.";
    const char *near = pk_nearest(reading->entry->value, names, count);
    if (near)
        (void) snprintf(hint, sizeof hint, "Did you mean %s?", near);
    pk_config_tell(reading, "adapter", hint, "there is no adapter \"%.*s\"", PK_SLICE_ARG(reading->entry->value));
    return NULL;
}

static void read_account(struct pk_config_reading *reading, struct pk_account_rule *rule)
{
    const char *own[NAMES_MAX];
    (void) key_names("account", own);
    rule->name = name_of(reading);
    rule->breaker.trial = 1;
    fill(reading, "account", reading->section, rule);
    rule->adapter = find_adapter(reading);
    reading->entry = NULL;
    if (rule->adapter)
        (void) pk_settings_read(rule->adapter, reading->ini, reading->section, own, reading->config->folder, reading->report,
                                &rule->settings);
}

static void read_accounts(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_account_rule *accounts = room_for(reading, "account", sizeof *accounts);
    rules->accounts = accounts;
    for (size_t i = 0; next_of(reading, "account", &i);)
        read_account(reading, &accounts[rules->account_count++]);
}

static void read_topics(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_topic_rule *topics = room_for(reading, "topic", sizeof *topics);
    rules->topics = topics;
    for (size_t i = 0; next_of(reading, "topic", &i); rules->topic_count++) {
        topics[rules->topic_count].name = name_of(reading);
        fill(reading, "topic", reading->section, &topics[rules->topic_count]);
        refuse_unknown(reading);
    }
}

static void read_choices(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_choice_rule *choices = room_for(reading, "choice", sizeof *choices);
    rules->choices = choices;
    for (size_t i = 0; next_of(reading, "choice", &i); rules->choice_count++) {
        choices[rules->choice_count].name = name_of(reading);
        fill(reading, "choice", reading->section, &choices[rules->choice_count]);
        refuse_unknown(reading);
    }
}

static void read_kinds(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_kind_rule *kinds = room_for(reading, "event", sizeof *kinds);
    rules->kinds = kinds;
    for (size_t i = 0; next_of(reading, "event", &i); rules->kind_count++) {
        kinds[rules->kind_count].name = name_of(reading);
        fill(reading, "event", reading->section, &kinds[rules->kind_count]);
        refuse_unknown(reading);
    }
}

static void read_days(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_days_rule *days = room_for(reading, "days", sizeof *days);
    rules->days = reading->config->days = days;
    for (size_t i = 0; next_of(reading, "days", &i); rules->days_count++) {
        days[rules->days_count].name = name_of(reading);
        fill(reading, "days", reading->section, &days[rules->days_count]);
        refuse_unknown(reading);
    }
}

static void read_hushes(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_hush_rule *hushes = room_for(reading, "quiet", sizeof *hushes);
    rules->hushes = reading->config->hushes = hushes;
    for (size_t i = 0; next_of(reading, "quiet", &i); rules->hush_count++) {
        hushes[rules->hush_count].name = name_of(reading);
        fill(reading, "quiet", reading->section, &hushes[rules->hush_count]);
        refuse_unknown(reading);
    }
}

static void read_providers(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_provider_rule *providers = room_for(reading, "provider", sizeof *providers);
    rules->providers = providers;
    for (size_t i = 0; next_of(reading, "provider", &i); rules->provider_count++) {
        providers[rules->provider_count].name = name_of(reading);
        fill(reading, "provider", reading->section, &providers[rules->provider_count]);
        refuse_unknown(reading);
    }
}

static void read_routes(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_route_rule *routes = room_for(reading, "route", sizeof *routes);
    rules->routes = routes;
    for (size_t i = 0; next_of(reading, "route", &i); rules->route_count++) {
        routes[rules->route_count].name = name_of(reading);
        fill(reading, "route", reading->section, &routes[rules->route_count]);
        refuse_unknown(reading);
    }
    if (!rules->default_route && rules->route_count > 0)
        rules->default_route = routes[0].name;
}

static void read_publishers(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_publisher_rule *publishers = room_for(reading, "publisher", sizeof *publishers);
    rules->publishers = publishers;
    for (size_t i = 0; next_of(reading, "publisher", &i); rules->publisher_count++) {
        publishers[rules->publisher_count].name = name_of(reading);
        fill(reading, "publisher", reading->section, &publishers[rules->publisher_count]);
        refuse_unknown(reading);
    }
    if (rules->publisher_count > PUBLISHERS_MAX) {
        reading->entry = NULL;
        pk_config_tell(reading, NULL, "Let several services publish as one.", "there are more than %u publishers", PUBLISHERS_MAX);
    }
}

static void read_webhooks(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    struct pk_webhook_rule *webhooks = room_for(reading, "webhook", sizeof *webhooks);
    rules->webhooks = webhooks;
    for (size_t i = 0; next_of(reading, "webhook", &i); rules->webhook_count++) {
        webhooks[rules->webhook_count].name = name_of(reading);
        fill(reading, "webhook", reading->section, &webhooks[rules->webhook_count]);
        refuse_unknown(reading);
    }
}

/* ---- the file ---- */

static const struct pk_section_kind *find_kind(const char *kind)
{
    for (size_t i = 0; i < pk_config_kind_count; i++)
        if (strcmp(pk_config_kinds[i].kind, kind) == 0)
            return &pk_config_kinds[i];
    return NULL;
}

static void check_header(struct pk_config_reading *reading)
{
    const struct pk_ini_section *section = reading->section;
    const struct pk_section_kind *kind = find_kind(section->kind);
    char hint[160] = "config/pokana.conf.sample shows every section.";
    if (!kind) {
        const char *names[NAMES_MAX];
        for (size_t i = 0; i < pk_config_kind_count; i++)
            names[i] = pk_config_kinds[i].kind;
        const char *near = pk_nearest(pk_slice_of(section->kind), names, pk_config_kind_count);
        if (near)
            (void) snprintf(hint, sizeof hint, "Did you mean [%s]?", near);
        pk_config_tell(reading, NULL, hint, "there is no such section");
    } else if (!kind->named && section->name[0]) {
        (void) snprintf(hint, sizeof hint, "Write [%s].", kind->kind);
        pk_config_tell(reading, NULL, hint, "this section has no name of its own");
    } else if (kind->named && !pk_is_name(pk_slice_of(section->name))) {
        (void) snprintf(hint, sizeof hint, "Write [%s NAME], the name in lower-case letters, digits and - inside.", kind->kind);
        pk_config_tell(reading, NULL, hint, "%s", section->name[0] ? "the name is not one" : "the section needs a name");
    }
}

static void check_headers(struct pk_config_reading *reading)
{
    reading->entry = NULL;
    for (size_t i = 0; i < reading->ini->section_count; i++) {
        reading->section = &reading->ini->sections[i];
        check_header(reading);
    }
    for (size_t i = 0; i < pk_config_kind_count; i++) {
        const struct pk_section_kind *kind = &pk_config_kinds[i];
        bool there = !kind->required;
        for (size_t j = 0; j < reading->ini->section_count; j++)
            there |= strcmp(reading->ini->sections[j].kind, kind->kind) == 0;
        if (there || (reading->places_only && kind->named))
            continue;
        reading->section = NULL;
        pk_config_tell(reading, NULL, kind->help, "there is no [%s%s] section", kind->kind, kind->named ? " NAME" : "");
    }
}

#define JOURNAL "pokana.journal" /* beside the database */

static void read_places(struct pk_config_reading *reading)
{
    struct pk_config *config = reading->config;
    single(reading, "gateway", config);
    if (!config->templates)
        config->templates = PK_TEMPLATES_DIR;
    if (!config->journal && config->database) {
        const char *slash = strrchr(config->database, '/');
        size_t folder = slash ? (size_t) (slash - config->database) + 1 : 0;
        char *path = pk_alloc(folder + sizeof JOURNAL);
        (void) snprintf(path, folder + sizeof JOURNAL, "%.*s" JOURNAL, (int) folder, config->database);
        config->journal = pk_config_keep(config, path);
    }
    /* On this machine alone the door is called as it listens; a proxy in front of it has an address we cannot know. */
    if (config->public_address && !config->rules.public_url && pk_config_is_loopback(config->public_address)) {
        char url[96];
        (void) snprintf(url, sizeof url, "http://%s", config->public_address);
        config->rules.public_url = pk_config_keep(config, pk_strdup(url));
    }
}

static void read_broker(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    single(reading, "broker", &rules->bus);
    if (!rules->bus.client_id && rules->bus.host && rules->instance) {
        char name[80];
        (void) snprintf(name, sizeof name, "pokana-%s", rules->instance);
        rules->bus.client_id = pk_config_keep(reading->config, pk_strdup(name));
    }
}

/* The adapters come first: accounts are checked by them. */
static int load_adapters(struct pk_config_reading *reading, struct pk_error *err)
{
    struct pk_config *config = reading->config;
    config->registry = pk_registry_new();
    reading->registry = config->registry;
    int r = config->adapters ? pk_registry_load_folder(config->registry, config->adapters, err) : 0;
    if (r != 0 && err)
        pk_config_tell_of(reading, "gateway", "", "adapters", err->hint[0] ? err->hint : NULL, "%s", err->message);
    return 0;
}

static int refused(const struct pk_config_reading *reading, struct pk_error *err)
{
    size_t count = reading->report->count;
    return count == 0
               ? 0
               : pk_fail(err, PK_E_CONFIG, "\"%s\" holds %zu mistake%s%s", reading->config->path, count, count == 1 ? "" : "s",
                         count > PK_INI_TOLD_MAX ? "; only the first of them are told" : "");
}

static int read_file(const char *path, const struct pk_registry *registry, struct pk_ini_report *report,
                     struct pk_config **ret_config, struct pk_error *err)
{
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    pk_auto(pk_config) struct pk_config *config = pk_config_new(path);
    struct pk_config_reading reading = { .config = config, .report = report, .registry = registry };
    struct pk_error why = { 0 };
    int r = pk_ini_read(path, report, &ini, err);
    if (r != 0)
        return r;
    reading.ini = ini;
    check_headers(&reading);
    read_places(&reading);
    if (!registry)
        (void) load_adapters(&reading, &why);
    read_broker(&reading);
    single(&reading, "limits", &config->rules);
    single(&reading, "ladder", &config->rules);
    single(&reading, "campaigns", &config->rules);
    single(&reading, "estimate", &config->rules);
    single(&reading, "sign_in", &config->rules);
    single(&reading, "retention", &config->rules);
    pk_config_read_campaigns(&reading);
    read_topics(&reading);
    pk_config_read_topic_words(&reading);
    pk_config_read_estimates(&reading);
    read_choices(&reading);
    pk_config_read_choices(&reading);
    read_kinds(&reading);
    read_providers(&reading);
    read_accounts(&reading);
    read_routes(&reading);
    read_days(&reading);
    read_hushes(&reading);
    pk_config_read_quiet(&reading);
    read_publishers(&reading);
    read_webhooks(&reading);
    pk_config_cross_check(&reading);
    if ((r = refused(&reading, err)) != 0)
        return r;
    *ret_config = pk_steal(&config);
    return 0;
}

int pk_config_read(const char *path, struct pk_ini_report *report, struct pk_config **ret_config, struct pk_error *err)
{
    return read_file(path, NULL, report, ret_config, err);
}

int pk_config_read_with(const char *path, const struct pk_registry *registry, struct pk_ini_report *report,
                        struct pk_config **ret_config, struct pk_error *err)
{
    return read_file(path, registry, report, ret_config, err);
}

static int read_some(const char *path, bool with_broker, bool with_topics, struct pk_ini_report *report, struct pk_config **ret_config,
                     struct pk_error *err)
{
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    pk_auto(pk_config) struct pk_config *config = pk_config_new(path);
    struct pk_config_reading reading = { .config = config, .report = report, .places_only = true };
    int r = pk_ini_read(path, report, &ini, err);
    if (r != 0)
        return r;
    reading.ini = ini;
    check_headers(&reading);
    read_places(&reading);
    if (with_broker)
        read_broker(&reading);
    if (with_topics) {
        read_topics(&reading);
        pk_config_read_topic_words(&reading);
    }
    if ((r = refused(&reading, err)) != 0)
        return r;
    *ret_config = pk_steal(&config);
    return 0;
}

int pk_config_read_places(const char *path, bool with_broker, struct pk_ini_report *report, struct pk_config **ret_config,
                          struct pk_error *err)
{
    return read_some(path, with_broker, false, report, ret_config, err);
}

int pk_config_read_topics(const char *path, struct pk_ini_report *report, struct pk_config **ret_config, struct pk_error *err)
{
    return read_some(path, false, true, report, ret_config, err);
}
