/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Topics as people know them: their names, the kinds of events they are told of, and the words they write for them behind STOP and START. The words are read
 * with the file; that none of them is a reply word of some language can be told only once the texts are loaded.
 */
#include "gateway/app/config_private.h"

#include "gateway/language/reply_topics.h"
#include "gateway/model/agenda.h"

#include <stdio.h>

static void add_words(struct pk_config_reading *reading, const struct pk_topic_rule *topic, const struct pk_tagged *words)
{
    char key[32];
    (void) snprintf(key, sizeof key, "words.%s", words->tag);
    const struct pk_ini_section *section = pk_ini_find(reading->ini, "topic", topic->name);
    const struct pk_ini_entry *entry = section ? pk_ini_entry(section, key) : NULL;
    (void) pk_topic_words_add(reading->config->topic_words, topic->name, key, pk_slice_of(words->text), reading->ini->file,
                              entry ? entry->line : 0, reading->report);
}

void pk_config_read_topic_words(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    reading->config->topic_words = pk_topic_words_new();
    for (size_t i = 0; i < rules->topic_count; i++)
        for (size_t j = 0; j < rules->topics[i].words.count; j++)
            add_words(reading, &rules->topics[i], &rules->topics[i].words.items[j]);
    rules->topic_words = reading->config->topic_words;
    for (size_t i = 0; i < rules->start_topics.count; i++)
        if (!pk_rules_topic(rules, pk_slice_of(rules->start_topics.items[i])))
            pk_config_tell_of(reading, "gateway", "", "start_topics", "Add its [topic NAME] section, or take it from the list.",
                              "there is no topic \"%s\"", rules->start_topics.items[i]);
}

/* Told of to the people of a topic there is; its place may be nobody's. */
void pk_config_check_kinds(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->kind_count; i++) {
        const struct pk_kind_rule *kind = &rules->kinds[i];
        struct pk_error err = { 0 };
        if (kind->topic && !pk_rules_topic(rules, pk_slice_of(kind->topic)))
            pk_config_tell_of(reading, "event", kind->name, "topic", "Add its [topic NAME] section, or name another.",
                              "there is no topic \"%s\"", kind->topic);
        if (kind->place && pk_agenda_text_check("place", pk_slice_of(kind->place), PK_AGENDA_PLACE_MAX, &err) != 0)
            pk_config_tell_of(reading, "event", kind->name, "place", err.hint, "%s", err.message);
        if (kind->place_short && pk_agenda_text_check("short place", pk_slice_of(kind->place_short), PK_AGENDA_SHORT_MAX, &err) != 0)
            pk_config_tell_of(reading, "event", kind->name, "place_short", err.hint, "%s", err.message);
    }
}

static void check_languages(const struct pk_catalog *catalog, struct pk_config_reading *reading, const char *kind, const char *section,
                            const char *name, const struct pk_tagged_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        char key[32];
        if (pk_catalog_has_language(catalog, pk_slice_of(texts->items[i].tag)))
            continue;
        (void) snprintf(key, sizeof key, "%s.%s", name, texts->items[i].tag);
        pk_config_tell_of(reading, kind, section, key, "Write one of the folders of the templates behind the point, like bg.",
                          "there are no texts in the language \"%s\"", texts->items[i].tag);
    }
}

/* Where a topic has a name at all, whoever speaks the default language reads one. */
static void check_name(const struct pk_config *config, struct pk_config_reading *reading, const struct pk_topic_rule *topic)
{
    const char *language = config->rules.default_language;
    if (topic->names.count == 0 || pk_tagged_find(&topic->names, pk_slice_of(language)))
        return;
    pk_config_tell_of(reading, "topic", topic->name, NULL, "Add it: most people read it in this language.", "name.%s is missing", language);
}

void pk_config_check_topics(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &config->rules;
    for (size_t i = 0; i < rules->topic_count; i++) {
        const struct pk_topic_rule *topic = &rules->topics[i];
        check_name(config, reading, topic);
        check_languages(catalog, reading, "topic", topic->name, "name", &topic->names);
        check_languages(catalog, reading, "topic", topic->name, "words", &topic->words);
        check_languages(catalog, reading, "topic", topic->name, "purpose", &topic->purposes);
    }
    for (size_t i = 0; i < rules->kind_count; i++)
        check_languages(catalog, reading, "event", rules->kinds[i].name, "name", &rules->kinds[i].names);
    pk_topic_words_check(rules->topic_words, pk_catalog_reply_words(catalog), reading->report);
}
