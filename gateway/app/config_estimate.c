/* SPDX-License-Identifier: EUPL-1.2 */
/* What [estimate] says: a number of people for all, for topics and for areas. */
#include "gateway/app/config_private.h"

#include "gateway/base/text.h"

#include <stdio.h>

#define PEOPLE_MAX 10000000
#define AREA "area:"

/* "noord 1200" */
static bool read_one(struct pk_slice text, struct pk_slice *ret_name, int64_t *ret_people)
{
    return pk_slice_cut(&text, ' ', ret_name) && ret_name->len > 0 && pk_parse_int(pk_slice_trim(text), 1, PEOPLE_MAX, ret_people) == 0;
}

static bool is_there(const struct pk_estimate_rule *items, size_t count, const struct pk_estimate_rule *one)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].of == one->of && strcmp(items[i].name, one->name) == 0)
            return true;
    return false;
}

static char *name_of(struct pk_config_reading *reading, int of, struct pk_slice name)
{
    bool bare = of == PK_ESTIMATE_AREA && !pk_slice_starts(name, AREA);
    size_t size = name.len + sizeof AREA;
    char *text = pk_config_keep(reading->config, pk_alloc(size));
    (void) snprintf(text, size, "%s%.*s", bare ? AREA : "", PK_SLICE_ARG(name));
    return text;
}

static void add(struct pk_config_reading *reading, const char *key, int of, const struct pk_words *words, struct pk_estimate_rule *items, size_t *count)
{
    for (size_t i = 0; i < words->count; i++) {
        struct pk_slice name = { 0 };
        struct pk_estimate_rule one = { .of = of };
        if (!read_one(pk_slice_of(words->items[i]), &name, &one.people)) {
            pk_config_tell_of(reading, "estimate", "", key, "Write a name and a number of people: noord 1200.", "\"%s\" is no estimate", words->items[i]);
            continue;
        }
        one.name = name_of(reading, of, name);
        if (of == PK_ESTIMATE_TOPIC && !pk_rules_topic(&reading->config->rules, name))
            pk_config_tell_of(reading, "estimate", "", key, "Add its [topic NAME] section, or take it from the list.", "there is no topic \"%s\"",
                              one.name);
        else if (is_there(items, *count, &one))
            pk_config_tell_of(reading, "estimate", "", key, "Keep one of them.", "\"%s\" is in the list twice", one.name);
        else
            items[(*count)++] = one;
    }
}

void pk_config_read_estimates(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    size_t count = 0;
    struct pk_estimate_rule *items =
        pk_config_keep(reading->config, pk_alloc_array(1 + rules->estimate_topics.count + rules->estimate_areas.count, sizeof *items));
    if (rules->estimate_people > 0)
        items[count++] = (struct pk_estimate_rule){ .of = PK_ESTIMATE_ALL, .name = "", .people = rules->estimate_people };
    add(reading, "topics", PK_ESTIMATE_TOPIC, &rules->estimate_topics, items, &count);
    add(reading, "areas", PK_ESTIMATE_AREA, &rules->estimate_areas, items, &count);
    rules->estimates = items;
    rules->estimate_count = count;
}
