/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Schools and areas that residents choose from at their own page: tags, and what each is called in each language, in the
 * same order. A list that is one short would call every school after it by another's name, so lists are counted.
 */
#include "gateway/app/config_private.h"

#include "gateway/base/text.h"
#include "gateway/model/trigger.h"

#include <stdio.h>

static void key_of(const char *name, const char *tag, char ret_key[32])
{
    (void) snprintf(ret_key, 32, "%s.%s", name, tag);
}

/* ---- read with the file ---- */

static void check_tags(struct pk_config_reading *reading, const struct pk_choice_rule *choice)
{
    size_t front = strlen(choice->name);
    for (size_t i = 0; i < choice->tags.count; i++) {
        const char *tag = choice->tags.items[i];
        char hint[128];
        (void) snprintf(hint, sizeof hint, "Write tags of this group like %.48s:de-windroos.", choice->name);
        if (!pk_is_tag(pk_slice_of(tag)))
            pk_config_tell_of(reading, "choice", choice->name, "tags", hint, "\"%s\" is not a tag", tag);
        else if (strncmp(tag, choice->name, front) != 0 || tag[front] != ':')
            pk_config_tell_of(reading, "choice", choice->name, "tags", hint, "\"%s\" is of another group", tag);
    }
}

static void check_labels(struct pk_config_reading *reading, const struct pk_choice_rule *choice, const struct pk_tagged *labels)
{
    struct pk_slice rest = pk_slice_of(labels->text), label;
    size_t count = 0, empty = 0;
    char key[32];
    key_of("labels", labels->tag, key);
    for (; pk_slice_cut(&rest, ',', &label); count++)
        empty += pk_slice_trim(label).len == 0;
    if (empty > 0)
        pk_config_tell_of(reading, "choice", choice->name, key, "Separate the names by single commas.", "the list holds an empty name");
    else if (count != choice->tags.count)
        pk_config_tell_of(reading, "choice", choice->name, key, "Name every tag, in the order of the tags.",
                          "there are %zu names for %zu tags", count, choice->tags.count);
}

void pk_config_read_choices(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->choice_count; i++) {
        const struct pk_choice_rule *choice = &rules->choices[i];
        if (choice->tags.count == 0)
            continue; /* told: it is required */
        check_tags(reading, choice);
        if (choice->labels.count == 0)
            pk_config_tell_of(reading, "choice", choice->name, NULL, "Add it: what people read for each tag, separated by commas.",
                              "labels is missing");
        for (size_t j = 0; j < choice->labels.count; j++)
            check_labels(reading, choice, &choice->labels.items[j]);
    }
}

/* ---- and once the languages are known ---- */

static void check_languages(const struct pk_catalog *catalog, struct pk_config_reading *reading, const struct pk_choice_rule *choice,
                            const char *name, const struct pk_tagged_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        char key[32];
        if (pk_catalog_has_language(catalog, pk_slice_of(texts->items[i].tag)))
            continue;
        key_of(name, texts->items[i].tag, key);
        pk_config_tell_of(reading, "choice", choice->name, key, "Write one of the folders of the templates behind the point, like bg.",
                          "there are no texts in the language \"%s\"", texts->items[i].tag);
    }
}

void pk_config_check_choices(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading)
{
    struct pk_slice language = pk_slice_of(config->rules.default_language);
    for (size_t i = 0; i < config->rules.choice_count; i++) {
        const struct pk_choice_rule *choice = &config->rules.choices[i];
        check_languages(catalog, reading, choice, "name", &choice->names);
        check_languages(catalog, reading, choice, "labels", &choice->labels);
        if (!pk_tagged_find(&choice->names, language))
            pk_config_tell_of(reading, "choice", choice->name, NULL, "Add it: most people read it in this language.", "name.%.*s is missing",
                              PK_SLICE_ARG(language));
    }
}
