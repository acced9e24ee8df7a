/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/topics.h"

#include "gateway/base/json.h"
#include "gateway/base/text.h"
#include "gateway/language/prepare.h"
#include "gateway/store/names.h"

#define LIST_BYTES_MAX 6144u
#define LETTERS_MAX 2048u

void pk_topic_set_add(struct pk_topic_set *set, uint32_t topic)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i] == topic)
            return;
    if (set->count < PK_TOPIC_SET_MAX)
        set->items[set->count++] = topic;
}

const char *pk_topic_name(const struct pk_service *service, const struct pk_topic_rule *topic, struct pk_slice language)
{
    const char *name = pk_tagged_find(&topic->names, language);
    struct pk_slice rest = pk_catalog_fallback(service->catalog, language), tag;
    while (!name && pk_slice_cut(&rest, ' ', &tag))
        name = pk_tagged_find(&topic->names, tag);
    if (!name)
        name = pk_tagged_find(&topic->names, pk_slice_of(service->rules->default_language));
    return name ? name : topic->name;
}

const char *pk_topic_called(const struct pk_service *service, uint32_t topic, struct pk_slice language)
{
    const char *section = pk_name_text(service->store, PK_NAME_TOPIC, topic);
    const struct pk_topic_rule *rule = section ? pk_rules_topic(service->rules, pk_slice_of(section)) : NULL;
    if (rule)
        return pk_topic_name(service, rule, language);
    return section ? section : "";
}

static bool has(const struct pk_topic_set *set, uint32_t topic)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i] == topic)
            return true;
    return false;
}

/* A topic that is no longer configured comes last, under the name it had as a section. */
static size_t name_all(struct pk_service *service, struct pk_slice language, const struct pk_topic_set *topics,
                       struct pk_slice ret_names[2 * PK_TOPIC_SET_MAX])
{
    const struct pk_rules *rules = service->rules;
    size_t count = 0;
    for (size_t i = 0; i < rules->topic_count && count < PK_TOPIC_SET_MAX; i++)
        if (has(topics, pk_name_find(service->store, PK_NAME_TOPIC, pk_slice_of(rules->topics[i].name))))
            ret_names[count++] = pk_slice_of(pk_topic_name(service, &rules->topics[i], language));
    for (size_t i = 0; i < topics->count; i++) {
        const char *name = pk_name_text(service->store, PK_NAME_TOPIC, topics->items[i]);
        if (name && !pk_rules_topic(rules, pk_slice_of(name)))
            ret_names[count++] = pk_slice_of(name);
    }
    return count;
}

int pk_topics_values(struct pk_service *service, const char *template_name, struct pk_slice language, const char *argument,
                     const struct pk_topic_set *topics, struct pk_buf *out, struct pk_error *err)
{
    struct pk_slice names[2 * PK_TOPIC_SET_MAX];
    const struct pk_template *text = pk_catalog_find(service->catalog, pk_slice_of(template_name), language);
    struct pk_buf list;
    if (!text)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no template \"%s\" for language \"%.*s\"", template_name, PK_SLICE_ARG(language));
    size_t count = name_all(service, pk_template_language(text), topics, names);
    pk_buf_init(&list, LIST_BYTES_MAX);
    int r = pk_catalog_list(service->catalog, pk_template_language(text), names, count, &list);
    if (r == 0) {
        struct pk_json_out json = pk_json_out(out);
        pk_json_open(&json, NULL, '{');
        pk_json_add_slice(&json, argument, pk_buf_slice(&list));
        pk_json_close(&json, '}');
        r = out->failed ? PK_E_LIMIT : 0;
    }
    pk_buf_finish(&list);
    return r == 0 ? 0 : pk_fail(err, r, "the topics' names are too long for a text");
}

static void write_in_letters(struct pk_slice script, const char *key, const char *text, struct pk_json_out *out)
{
    struct pk_buf latin;
    pk_buf_init(&latin, LETTERS_MAX);
    if (pk_slice_is(script, PK_RENDERING_LATIN) && pk_transliterate_bg(pk_slice_of(text), &latin) == 0)
        pk_json_add_slice(out, key, pk_buf_slice(&latin));
    else
        pk_json_add_text(out, key, text);
    pk_buf_finish(&latin);
}

void pk_topic_write(const struct pk_service *service, const struct pk_topic_rule *topic, struct pk_slice tag, struct pk_json_out *out)
{
    struct pk_slice script = tag, language = tag;
    if (!pk_slice_cut(&script, '-', &language) || language.len == tag.len)
        script = (struct pk_slice){ 0 };
    const char *purpose = pk_tagged_find(&topic->purposes, language);
    write_in_letters(script, "name", pk_topic_name(service, topic, language), out);
    write_in_letters(script, "purpose", purpose ? purpose : "", out);
}
