/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads templates/<tag>/language.ini; see the header. Called by the catalog. What a language needs is all in that
 * file: no language is known by name in the code.
 */
#include "gateway/language/language_file.h"

#include "gateway/base/text.h"
#include "gateway/language/catalog.h"
#include "gateway/language/desk_words.h"
#include "gateway/language/samples.h"
#include "gateway/language/segment.h"
#include "gateway/language/style_rules.h"
#include "gateway/language/utf16.h"

#define REPLY_ORDER_DEFAULT 100
#define CHOICE_UNITS_MAX 20u /* the shortest button among the chat networks */

static const char *const language_keys[] = { "name", "locale", "renderings", "fallback", "reply-order" };

/* The renderings there are: Latin letters for Cyrillic (transliterate.c and gsm_safe.c), plain letters for Latin ones with
 * marks (gsm_safe.c). */
static const char *const known_renderings[] = { PK_RENDERING_LATIN, PK_RENDERING_PLAIN };

static char *value_of(const struct pk_ini_section *section, const char *key, const char *otherwise)
{
    const struct pk_ini_entry *entry = pk_ini_entry(section, key);
    return entry ? pk_slice_dup(entry->value) : pk_strdup(otherwise);
}

static bool is_one_of(struct pk_slice text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pk_slice_is(text, names[i]))
            return true;
    return false;
}

static void check_language_section(const struct pk_ini *ini, const struct pk_ini_section *section, struct pk_ini_report *report)
{
    for (size_t i = 0; i < section->entry_count; i++) {
        const struct pk_ini_entry *entry = &section->entries[i];
        if (!is_one_of(pk_slice_of(entry->key), language_keys, PK_COUNT(language_keys)))
            pk_ini_tell(report, ini->file, entry->line, "language", entry->key,
                        "Use name, locale, renderings, fallback or reply-order.", "there is no key \"%s\"", entry->key);
    }
    const struct pk_ini_entry *name = pk_ini_entry(section, "name");
    if (!name || name->value.len == 0)
        pk_ini_tell(report, ini->file, section->line, "language", "name", "Write the language's name in Dutch.",
                    "the name is missing");
    const struct pk_ini_entry *renderings = pk_ini_entry(section, "renderings");
    struct pk_slice rest = renderings ? renderings->value : (struct pk_slice){ 0 }, one;
    while (rest.data && pk_slice_cut(&rest, ' ', &one))
        if (one.len > 0 && !is_one_of(one, known_renderings, PK_COUNT(known_renderings)))
            pk_ini_tell(report, ini->file, renderings->line, "language", "renderings", "Write Latn or plain, or leave the key out.",
                        "there is no rendering \"%.*s\"", PK_SHOWN(one));
}

static void check_sections(const struct pk_ini *ini, struct pk_ini_report *report)
{
    static const char *const kinds[] = { "language", "dates", "replies", "choices", "words", "holidays", "occasions", "samples", "style" };
    for (size_t i = 0; i < ini->section_count; i++)
        if (!is_one_of(pk_slice_of(ini->sections[i].kind), kinds, PK_COUNT(kinds)))
            pk_ini_tell(report, ini->file, ini->sections[i].line, ini->sections[i].kind, NULL,
                        "Use [language], [dates], [choices], [words], [holidays], [occasions], [replies], [samples] and [style].", "there is no section of this kind");
}

/* One button's words. */
static char *read_choice(const struct pk_ini *ini, const struct pk_ini_section *section, const char *key, struct pk_ini_report *report)
{
    const struct pk_ini_entry *entry = pk_ini_entry(section, key);
    struct pk_segmentation length;
    if (!entry || entry->value.len == 0) {
        pk_ini_tell(report, ini->file, entry ? entry->line : section->line, "choices", key,
                    "Write what the button says, as in the texts: yes = ДА, no = НЕ.", "the word is missing");
        return NULL;
    }
    if (pk_segment(entry->value, false, &length, NULL) != 0 || length.units > CHOICE_UNITS_MAX)
        pk_ini_tell(report, ini->file, entry->line, "choices", key, "Write one short word.", "a button holds at most %u characters",
                    CHOICE_UNITS_MAX);
    return pk_slice_dup(entry->value);
}

static void read_choices(struct pk_language *language, struct pk_ini_report *report)
{
    const struct pk_ini *ini = language->ini;
    static const char *const keys[] = { "yes", "no", "stop" };
    const struct pk_ini_section *section = pk_ini_find(ini, "choices", "");
    if (!section)
        return;
    for (size_t i = 0; i < section->entry_count; i++)
        if (!is_one_of(pk_slice_of(section->entries[i].key), keys, PK_COUNT(keys)))
            pk_ini_tell(report, ini->file, section->entries[i].line, "choices", section->entries[i].key, "Use yes, no and stop.",
                        "there is no key \"%s\"", section->entries[i].key);
    language->yes = read_choice(ini, section, "yes", report);
    language->no = read_choice(ini, section, "no", report);
    if (pk_ini_entry(section, "stop")) /* may be left out: then there is no such button */
        language->stop = read_choice(ini, section, "stop", report);
}

static int64_t read_order(const struct pk_ini *ini, const struct pk_ini_section *section, struct pk_ini_report *report)
{
    const struct pk_ini_entry *entry = pk_ini_entry(section, "reply-order");
    int64_t order = REPLY_ORDER_DEFAULT;
    if (entry && pk_parse_int(entry->value, 0, 1000, &order) != 0) {
        pk_ini_tell(report, ini->file, entry->line, "language", "reply-order", "Write a number from 0 to 1000.",
                    "this is no number");
        return REPLY_ORDER_DEFAULT;
    }
    return order;
}

struct pk_language *pk_language_load(const char *path, struct pk_slice tag, struct pk_ini_report *report)
{
    size_t before = report->count;
    struct pk_ini *ini = NULL;
    if (pk_ini_read(path, report, &ini, NULL) != 0) {
        pk_ini_tell(report, path, 0, NULL, NULL,
                    "Every folder of texts has a language.ini; copy another language's and translate it.",
                    "the language file cannot be read");
        return NULL;
    }
    const struct pk_ini_section *section = pk_ini_find(ini, "language", "");
    if (!section) {
        pk_ini_tell(report, path, 1, NULL, NULL, "Begin the file with [language] and name = ...",
                    "section [language] is missing");
        pk_ini_free(ini);
        return NULL;
    }
    check_sections(ini, report);
    check_language_section(ini, section, report);
    struct pk_language *language = pk_alloc(sizeof *language);
    language->ini = ini;
    language->tag = pk_slice_dup(tag);
    language->name = value_of(section, "name", "");
    language->locale = value_of(section, "locale", language->tag);
    language->renderings = value_of(section, "renderings", "");
    language->fallback = value_of(section, "fallback", "");
    language->reply_order = read_order(ini, section, report);
    read_choices(language, report);
    language->dates = pk_dates_new(ini, language->locale, report);
    language->holidays = pk_holidays_load(ini, report);
    language->style = pk_style_load(ini, report);
    pk_samples_check(ini, report);
    pk_desk_words_check(ini, report);
    if (report->count != before) {
        pk_language_free(language);
        return NULL;
    }
    return language;
}

void pk_language_free(struct pk_language *language)
{
    if (!language)
        return;
    pk_dates_free(language->dates);
    pk_holidays_free(language->holidays);
    pk_style_free(language->style);
    pk_ini_free(language->ini);
    free(language->tag);
    free(language->name);
    free(language->locale);
    free(language->renderings);
    free(language->fallback);
    free(language->yes);
    free(language->no);
    free(language->stop);
    free(language);
}

void pk_language_add_replies(const struct pk_language *language, struct pk_reply_words *words, struct pk_ini_report *report)
{
    for (size_t i = 0; i < language->ini->section_count; i++) {
        const struct pk_ini_section *section = &language->ini->sections[i];
        if (strcmp(section->kind, "replies") != 0)
            continue;
        /* [replies] are the language's own, [replies Latn] in another script, [replies mul] nobody's alone. */
        char name[32];
        if (section->name[0] == '\0')
            (void) snprintf(name, sizeof name, "%s", language->tag);
        else if (strcmp(section->name, "mul") == 0)
            (void) snprintf(name, sizeof name, "mul");
        else
            (void) snprintf(name, sizeof name, "%s-%s", language->tag, section->name);
        for (size_t j = 0; j < section->entry_count; j++)
            (void) pk_reply_words_add(words, name, section->entries[j].key, section->entries[j].value, language->ini->file,
                                      section->entries[j].line, report);
    }
}

bool pk_language_renders(const struct pk_language *language, struct pk_slice script)
{
    struct pk_slice rest = pk_slice_of(language->renderings), one;
    while (pk_slice_cut(&rest, ' ', &one))
        if (one.len > 0 && pk_slice_equal(one, script))
            return true;
    return false;
}
