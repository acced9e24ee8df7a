/* SPDX-License-Identifier: EUPL-1.2 */
/* Schools and areas somebody chooses at their own page: of those the configuration offers, never another tag. */
#include "gateway/service/own_private.h"

#include "gateway/base/text.h"
#include "gateway/store/names.h"
#include "gateway/store/person.h"

#define TAGS_MAX 256

struct tags {
    uint32_t items[TAGS_MAX];
    size_t count;
};

static int add_tag(void *ctx, uint32_t tag)
{
    struct tags *tags = ctx;
    if (tags->count < TAGS_MAX)
        tags->items[tags->count++] = tag;
    return 0;
}

static bool has_tag(struct pk_service *service, const struct tags *tags, const char *name)
{
    uint32_t id = pk_name_find(service->store, PK_NAME_TAG, pk_slice_of(name));
    for (size_t i = 0; id != 0 && i < tags->count; i++)
        if (tags->items[i] == id)
            return true;
    return false;
}

static const char *name_of(const struct pk_service *service, const struct pk_choice_rule *choice, struct pk_slice language)
{
    const char *name = pk_tagged_find(&choice->names, language);
    if (!name)
        name = pk_tagged_find(&choice->names, pk_slice_of(service->rules->default_language));
    return name ? name : choice->name;
}

static void show_group(struct pk_service *service, const struct pk_choice_rule *choice, const struct tags *tags, struct pk_slice tag,
                       struct pk_json_out *out)
{
    struct pk_slice rest = tag, language = tag, otherwise = pk_slice_of(service->rules->default_language);
    (void) pk_slice_cut(&rest, '-', &language);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "group", choice->name);
    pk_own_add_words(out, "name", pk_slice_of(name_of(service, choice, language)), tag);
    pk_json_add_bool(out, "one", choice->one);
    pk_json_open(out, "items", '[');
    for (size_t i = 0; i < choice->tags.count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "tag", choice->tags.items[i]);
        pk_own_add_words(out, "name", pk_choice_label(choice, i, language, otherwise), tag);
        pk_json_add_bool(out, "chosen", has_tag(service, tags, choice->tags.items[i]));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

int pk_own_show_choices(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, struct pk_json_out *out,
                        struct pk_error *err)
{
    struct tags tags = { .count = 0 };
    int r = pk_person_tags(service->store, actor->recipient, add_tag, &tags, err);
    pk_json_open(out, "groups", '[');
    for (size_t i = 0; r == 0 && i < service->rules->choice_count; i++)
        show_group(service, &service->rules->choices[i], &tags, language, out);
    pk_json_close(out, ']');
    return r;
}

/* ---- choosing ---- */

static int check(const struct pk_choice_rule *choice, const struct pk_slice *tags, size_t count, struct pk_error *err)
{
    if (!choice)
        return pk_fail(err, PK_E_INVALID, "there is no such group of choices");
    if (choice->one && count > 1)
        return pk_fail(err, PK_E_INVALID, "only one of these can be chosen");
    for (size_t i = 0; i < count; i++) {
        bool offered = false;
        for (size_t j = 0; j < choice->tags.count; j++)
            offered |= pk_slice_is(tags[i], choice->tags.items[j]);
        if (!offered)
            return pk_fail(err, PK_E_INVALID, "this is not offered");
    }
    return 0;
}

static bool is_among(const char *name, const struct pk_slice *tags, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pk_slice_is(tags[i], name))
            return true;
    return false;
}

int pk_own_choose(struct pk_service *service, const struct pk_actor *actor, struct pk_slice group, const struct pk_slice *tags, size_t count,
                  int64_t now_ms, struct pk_error *err)
{
    const struct pk_choice_rule *choice = pk_rules_choice(service->rules, group);
    int r = pk_own_allow(service, actor, PK_ACTION_RECIPIENT_CHANGE, err);
    if (r == 0)
        r = check(choice, tags, count, err);
    for (size_t i = 0; r >= 0 && choice && i < choice->tags.count; i++) {
        uint32_t id = 0;
        r = pk_name_intern(service->store, PK_NAME_TAG, pk_slice_of(choice->tags.items[i]), &id, err);
        if (r == 0)
            r = is_among(choice->tags.items[i], tags, count) ? pk_recipient_tag(service->store, actor->recipient, id, err)
                                                             : pk_recipient_untag(service->store, actor->recipient, id, err);
    }
    return r >= 0 ? pk_own_done(service, actor, "recipient.change", choice->name, now_ms, err) : r;
}
