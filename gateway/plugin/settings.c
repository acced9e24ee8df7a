/* SPDX-License-Identifier: EUPL-1.2 */
/* Two passes over a section: what is written there and should not be, then each declared setting in its order. */
#include "gateway/plugin/settings.h"

#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/plugin/setting_value.h"

#define SECRET_MAX_BYTES 65536u
#define VALUES_MAX 256u /* of one account, members of families included */
#define NAMES_MAX 192u

struct pk_settings {
    struct pk_setting_value *values;
    bool *secret;
    size_t count;
    unsigned further_holds; /* beside the first */
};

struct pk_settings *pk_settings_hold(struct pk_settings *settings)
{
    if (settings)
        settings->further_holds++;
    return settings;
}

void pk_settings_free(struct pk_settings *settings)
{
    if (!settings)
        return;
    if (settings->further_holds > 0) {
        settings->further_holds--;
        return;
    }
    for (size_t i = 0; i < settings->count; i++) {
        explicit_bzero((char *) settings->values[i].text.data, settings->values[i].text.len);
        free((char *) settings->values[i].text.data);
        free((char *) settings->values[i].name);
    }
    free(settings->values);
    free(settings->secret);
    free(settings);
}

const struct pk_setting_value *pk_settings_values(const struct pk_settings *settings, size_t *ret_count)
{
    *ret_count = settings->count;
    return settings->values;
}

bool pk_settings_is_secret(const struct pk_settings *settings, size_t index)
{
    return index < settings->count && settings->secret[index];
}

static void keep(struct pk_settings *settings, const char *name, struct pk_slice text, int64_t number, bool secret)
{
    size_t i = settings->count++;
    settings->values = pk_realloc_array(settings->values, settings->count, sizeof *settings->values);
    settings->secret = pk_realloc_array(settings->secret, settings->count, sizeof *settings->secret);
    settings->values[i] = (struct pk_setting_value){ .name = pk_strdup(name), .number = number };
    settings->values[i].text = pk_slice_make(pk_strndup(text.data, text.len), text.len);
    settings->secret[i] = secret;
}

/* ---- reading ---- */

struct reader {
    const struct pk_adapter *adapter;
    const struct pk_ini *ini;
    const struct pk_ini_section *section;
    const char *const *own;
    const char *base_dir;
    struct pk_ini_report *report;
    struct pk_settings *settings;
    char where[128]; /* "account nightly" */
};

static bool is_own(const struct reader *reader, const char *key)
{
    for (size_t i = 0; reader->own && reader->own[i]; i++)
        if (strcmp(reader->own[i], key) == 0)
            return true;
    return false;
}

/* The setting that takes a key: by its own name before by its family. */
static const struct pk_setting *declared(const struct reader *reader, const char *key)
{
    const struct pk_setting *family = NULL;
    for (size_t i = 0; i < reader->adapter->setting_count; i++) {
        const struct pk_setting *setting = &reader->adapter->settings[i];
        if (!pk_setting_takes(setting, key))
            continue;
        if (!pk_setting_is_family(setting))
            return setting;
        family = setting;
    }
    return family;
}

/* "Did you mean": a key with a dot is compared with the families by what stands before it. */
static const char *nearest(const struct reader *reader, const char *key)
{
    const char *names[NAMES_MAX];
    const char *dot = strchr(key, '.');
    size_t count = 0;
    for (size_t i = 0; i < reader->adapter->setting_count && count < NAMES_MAX; i++) {
        const struct pk_setting *setting = &reader->adapter->settings[i];
        if (!pk_setting_is_family(setting))
            names[count++] = setting->name;
        else if (dot && pk_nearest(pk_slice_make(key, (size_t) (dot - key) + 2), &setting->name, 1))
            return setting->name;
    }
    for (size_t i = 0; reader->own && reader->own[i] && count < NAMES_MAX; i++)
        names[count++] = reader->own[i];
    return pk_nearest(pk_slice_of(key), names, count);
}

static void tell_unknown(const struct reader *reader, const struct pk_ini_entry *entry)
{
    char hint[160];
    const char *near = nearest(reader, entry->key);
    if (near)
        (void) snprintf(hint, sizeof hint, "Did you mean \"%s\"?", near);
    else
        (void) snprintf(hint, sizeof hint, "See what there is with: pokana adapters %s", reader->adapter->name);
    pk_ini_tell(reader->report, reader->ini->file, entry->line, reader->where, entry->key, hint, "adapter \"%s\" has no such setting",
                reader->adapter->name);
}

static void tell_error(const struct reader *reader, const struct pk_setting *setting, const struct pk_ini_entry *entry, const struct pk_error *err)
{
    pk_ini_tell(reader->report, reader->ini->file, entry->line, reader->where, entry->key,
                err->hint[0] ? err->hint : setting->help, "%s", err->message);
}

static void take_secret(struct reader *reader, const struct pk_setting *setting, const struct pk_ini_entry *entry)
{
    struct pk_error err = { 0 };
    struct pk_buf secret;
    int64_t number = 0;
    pk_buf_init(&secret, SECRET_MAX_BYTES);
    int r = pk_secret_resolve(entry->value, reader->base_dir, &secret, &err);
    if (r == 0 && setting->type != PK_SETTING_SECRET && setting->type != PK_SETTING_TEXT && setting->type != PK_SETTING_URL)
        r = pk_fail(&err, PK_E_INVALID, "the setting is no secret: write its value here");
    if (r == 0)
        r = pk_setting_parse(setting, pk_buf_slice(&secret), &number, &err);
    if (r == 0)
        keep(reader->settings, entry->key, pk_buf_slice(&secret), number, true);
    else
        tell_error(reader, setting, entry, &err);
    pk_buf_wipe(&secret);
}

/* Members of a family have names of the operator's choice: these tell that what is written there opens a door. */
static bool sounds_secret(const char *key)
{
    static const char *const words[] = { "authorization", "password", "secret", "token", "key" };
    size_t len = strlen(key);
    for (size_t i = 0; i < PK_COUNT(words); i++) {
        size_t n = strlen(words[i]);
        if (len >= n && pk_slice_equal_nocase(pk_slice_make(key + len - n, n), words[i]))
            return true;
    }
    return false;
}

static void take(struct reader *reader, const struct pk_setting *setting, const struct pk_ini_entry *entry)
{
    struct pk_error err = { 0 };
    int64_t number = 0;
    bool reference = pk_secret_is_reference(entry->value);
    if (setting->type == PK_SETTING_SECRET || (pk_setting_is_family(setting) && (reference || sounds_secret(entry->key)))) {
        take_secret(reader, setting, entry);
        return;
    }
    if (reference)
        (void) pk_fail(&err, PK_E_INVALID, "the setting is no secret: write its value here");
    else if (pk_setting_parse(setting, entry->value, &number, &err) == 0)
        keep(reader->settings, entry->key, entry->value, number, false);
    if (err.code != 0)
        tell_error(reader, setting, entry, &err);
}

static void take_absent(struct reader *reader, const struct pk_setting *setting)
{
    char hint[256];
    int64_t number = 0;
    if (setting->fallback) {
        struct pk_slice text = pk_slice_of(setting->fallback);
        if (pk_setting_parse(setting, text, &number, NULL) == 0)
            keep(reader->settings, setting->name, text, number, false);
        return;
    }
    if (!setting->required)
        return;
    if (setting->type == PK_SETTING_SECRET)
        (void) snprintf(hint, sizeof hint, "Put it in a file of mode 600 and write %s = file:/path/of/the/file.", setting->name);
    else
        (void) snprintf(hint, sizeof hint, "%s", setting->help);
    pk_ini_tell(reader->report, reader->ini->file, reader->section->line, reader->where, setting->name, hint, "required setting is missing");
}

static void read_setting(struct reader *reader, const struct pk_setting *setting)
{
    bool found = false;
    for (size_t i = 0; i < reader->section->entry_count; i++) {
        const struct pk_ini_entry *entry = &reader->section->entries[i];
        if (is_own(reader, entry->key) || declared(reader, entry->key) != setting)
            continue;
        found = true;
        if (reader->settings->count == VALUES_MAX) {
            pk_ini_tell(reader->report, reader->ini->file, entry->line, reader->where, entry->key, "Make two accounts of it.",
                        "the account has more than %u settings", VALUES_MAX);
            return;
        }
        take(reader, setting, entry);
    }
    if (!found)
        take_absent(reader, setting);
}

int pk_settings_read(const struct pk_adapter *adapter, const struct pk_ini *ini, const struct pk_ini_section *section,
                     const char *const *own, const char *base_dir, struct pk_ini_report *report, struct pk_settings **ret_settings)
{
    size_t before = report->count;
    pk_auto(pk_settings) struct pk_settings *settings = pk_alloc(sizeof *settings);
    struct reader reader = { adapter, ini, section, own, base_dir, report, settings, "" };
    (void) snprintf(reader.where, sizeof reader.where, "%s%s%s", section->kind, section->name[0] ? " " : "", section->name);
    for (size_t i = 0; i < section->entry_count; i++)
        if (!is_own(&reader, section->entries[i].key) && !declared(&reader, section->entries[i].key))
            tell_unknown(&reader, &section->entries[i]);
    for (size_t i = 0; i < adapter->setting_count; i++)
        read_setting(&reader, &adapter->settings[i]);
    if (report->count != before)
        return PK_E_CONFIG;
    *ret_settings = pk_steal(&settings);
    return 0;
}

/* ---- erasing ---- */

/* The longest secret that begins at this place, or 0. */
static size_t secret_at(const struct pk_settings *settings, struct pk_slice rest)
{
    size_t longest = 0;
    for (size_t i = 0; i < settings->count; i++) {
        struct pk_slice value = settings->values[i].text;
        if (settings->secret[i] && value.len > longest && value.len <= rest.len && memcmp(value.data, rest.data, value.len) == 0)
            longest = value.len;
    }
    return longest;
}

void pk_settings_erase(const struct pk_settings *settings, struct pk_buf *text)
{
    struct pk_buf erased;
    bool any = false;
    for (size_t i = 0; settings && i < settings->count; i++)
        any = any || settings->secret[i];
    if (!any || text->len == 0)
        return;
    pk_buf_init(&erased, text->max_bytes);
    for (size_t i = 0; i < text->len;) {
        size_t len = secret_at(settings, pk_slice_make(text->data + i, text->len - i));
        if (len > 0)
            (void) pk_buf_add_text(&erased, "[secret]");
        else
            (void) pk_buf_add_char(&erased, text->data[i]);
        i += len > 0 ? len : 1;
    }
    pk_buf_wipe(text);
    *text = erased;
}
