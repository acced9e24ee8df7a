/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/mapping.h"

#include "adapters/kit/text.h"

#include <stdio.h>

#define FRONT "template."
#define WHOLE_TEXT "text"
#define NAME_ROOM 160

struct pk_slice pk_kit_mapping_id(struct pk_slice *mapping)
{
    struct pk_slice id = { 0 };
    (void) pk_kit_next_item(mapping, &id);
    return id;
}

bool pk_kit_mapping_next(struct pk_slice *mapping, struct pk_slice *ret_name, struct pk_slice *ret_source)
{
    struct pk_slice item;
    if (!pk_kit_next_item(mapping, &item))
        return false;
    const char *equals = memchr(item.data, '=', item.len);
    size_t n = equals ? (size_t) (equals - item.data) : item.len;
    *ret_name = pk_kit_trim(pk_slice_make(item.data, n));
    *ret_source = equals ? pk_kit_trim(pk_slice_make(equals + 1, item.len - n - 1)) : PK_SLICE("");
    return true;
}

static int check_one(const char *setting, struct pk_slice mapping, bool (*is_id)(struct pk_slice id), struct pk_error *err)
{
    struct pk_slice name, source;
    if (!is_id(pk_kit_mapping_id(&mapping))) {
        (void) pk_fail(err, PK_E_CONFIG, "%s: it does not begin with the id of a template", setting);
        return pk_hint(err, PK_E_CONFIG, "Copy the id as the provider shows it, then list the parameters behind it.");
    }
    while (pk_kit_mapping_next(&mapping, &name, &source)) {
        if (name.len > 0 && source.len > 0)
            continue;
        (void) pk_fail(err, PK_E_CONFIG, "%s: \"%.*s\" is no parameter with where it comes from", setting, PK_SLICE_ARG(name));
        return pk_hint(err, PK_E_CONFIG, "Write parameter = value, or parameter = text for the whole text.");
    }
    return 0;
}

int pk_kit_mapping_check(const struct pk_kit_settings *settings, bool (*is_id)(struct pk_slice id), size_t *ret_count,
                         struct pk_error *err)
{
    const struct pk_setting_value *member;
    size_t cursor = 0, count = 0;
    int r = 0;
    while (r == 0 && (member = pk_kit_member(settings, FRONT, &cursor))) {
        r = check_one(member->name, member->text, is_id, err);
        count++;
    }
    *ret_count = count;
    return r;
}

struct pk_slice pk_kit_mapping_of(const struct pk_kit_settings *settings, const struct pk_job *job)
{
    return pk_kit_mapping_named(settings, job->template_name, job->language);
}

struct pk_slice pk_kit_mapping_named(const struct pk_kit_settings *settings, struct pk_slice template_name, struct pk_slice language)
{
    char name[NAME_ROOM];
    (void) snprintf(name, sizeof name, FRONT "%.*s.%.*s", PK_SLICE_ARG(template_name), PK_SLICE_ARG(language));
    struct pk_slice mapping = pk_kit_text(settings, name);
    if (mapping.len > 0)
        return mapping;
    (void) snprintf(name, sizeof name, FRONT "%.*s", PK_SLICE_ARG(template_name));
    return pk_kit_text(settings, name);
}

struct pk_slice pk_kit_mapping_value(const struct pk_job *job, struct pk_slice source)
{
    if (pk_slice_is(source, WHOLE_TEXT))
        return job->text;
    for (size_t i = 0; i < job->value_count; i++)
        if (pk_slice_equal(job->values[i].name, source))
            return job->values[i].text;
    return (struct pk_slice){ 0 };
}

bool pk_kit_mapping_whole(struct pk_slice mapping, const struct pk_job *job)
{
    struct pk_slice name, source;
    (void) pk_kit_mapping_id(&mapping);
    while (pk_kit_mapping_next(&mapping, &name, &source))
        if (!pk_kit_mapping_value(job, source).data)
            return false;
    return true;
}
