/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/signup_ways.h"

#include "gateway/base/text.h"
#include "gateway/service/desks.h"
#include "gateway/service/own.h"
#include "gateway/service/own_private.h"
#include "gateway/service/planner.h"
#include "gateway/service/topics.h"
#include "gateway/store/names.h"

#define CHANNELS_MAX 8u

static struct pk_about about_own(const struct pk_actor *actor)
{
    return (struct pk_about){ .owner = pk_slice_of(actor->name ? actor->name : "") };
}

static bool is_word_of(struct pk_slice words, const char *wanted)
{
    struct pk_slice word;
    while (pk_slice_cut(&words, ' ', &word))
        if (pk_slice_is(word, wanted))
            return true;
    return false;
}

/* ---- channels ---- */

struct channels {
    const char *items[CHANNELS_MAX];
    size_t count;
};

static bool works(const struct pk_lane_route *route, int64_t now_ms)
{
    for (size_t i = 0; i < route->desk_count; i++)
        if (pk_desk_usable(route->desks[i], now_ms))
            return true;
    return false;
}

/* Each once, in the order of the routes. */
static void find_channels(const struct pk_service *service, int64_t now_ms, struct channels *ret_channels)
{
    const struct pk_desks *desks = service->desks;
    ret_channels->count = 0;
    for (size_t i = 0; i < desks->route_count && ret_channels->count < CHANNELS_MAX; i++) {
        const struct pk_lane_route *route = &desks->routes[i];
        bool known = route->rule->screens.count > 0 || !works(route, now_ms);
        for (size_t j = 0; j < ret_channels->count; j++)
            known |= strcmp(ret_channels->items[j], route->rule->channel) == 0;
        if (!known)
            ret_channels->items[ret_channels->count++] = route->rule->channel;
    }
}

/* A number is typed, and the person can answer what we ask there. */
static bool takes_form(struct pk_service *service, const char *channel)
{
    return pk_rules_by_number(service->rules, pk_slice_of(channel)) &&
           pk_planner_can_ask(service, pk_name_find(service->store, PK_NAME_CHANNEL, pk_slice_of(channel)), NULL);
}

static int add_channels(struct pk_service *service, struct pk_slice filled, int64_t now_ms, struct pk_json_out *out, struct pk_error *err)
{
    struct channels all, fit = { .count = 0 };
    bool among = false;
    find_channels(service, now_ms, &all);
    for (size_t i = 0; i < all.count; i++)
        if (takes_form(service, all.items[i]))
            fit.items[fit.count++] = all.items[i];
    for (size_t i = 0; i < fit.count; i++)
        among |= pk_slice_is(filled, fit.items[i]);
    pk_json_open(out, "channels", '[');
    for (size_t i = 0; i < fit.count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "channel", fit.items[i]);
        pk_json_add_text(out, "label", pk_channel_label(fit.items[i]));
        pk_json_add_bool(out, "chosen", among ? pk_slice_is(filled, fit.items[i]) : i == 0);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_add_bool(out, "several", fit.count > 1);
    if (fit.count > 0)
        return 0;
    (void) pk_fail(err, PK_E_CONFIG, "nobody can be asked on any channel now");
    return pk_hint(err, PK_E_CONFIG, "See pokana accounts list: an account of a route must be open, and able to be answered.");
}

/* ---- topics, schools, areas ---- */

static void add_topics(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, struct pk_slice filled,
                       struct pk_json_out *out)
{
    struct pk_about about = about_own(actor);
    pk_json_open(out, "topics", '[');
    for (size_t i = 0; i < service->rules->topic_count; i++) {
        const struct pk_topic_rule *topic = &service->rules->topics[i];
        about.topic = pk_slice_of(topic->name);
        if (pk_may(actor, PK_ACTION_RECIPIENT_ADD, &about, NULL) != 0)
            continue;
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "topic", topic->name);
        pk_topic_write(service, topic, language, out);
        pk_json_add_bool(out, "ticked", is_word_of(filled, topic->name));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static bool may_tag(const struct pk_actor *actor, const char *tag)
{
    struct pk_about about = about_own(actor);
    about.tag = pk_slice_of(tag);
    return pk_may(actor, PK_ACTION_RECIPIENT_ADD, &about, NULL) == 0;
}

static void add_group(struct pk_service *service, const struct pk_actor *actor, const struct pk_choice_rule *choice, struct pk_slice tag,
                      struct pk_slice filled, struct pk_json_out *out)
{
    struct pk_slice rest = tag, language = tag, otherwise = pk_slice_of(service->rules->default_language);
    (void) pk_slice_cut(&rest, '-', &language);
    const char *name = pk_tagged_find(&choice->names, language);
    if (!name)
        name = pk_tagged_find(&choice->names, otherwise);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "group", choice->name);
    pk_own_add_words(out, "name", pk_slice_of(name ? name : choice->name), tag);
    pk_json_add_bool(out, "one", choice->one);
    pk_json_open(out, "items", '[');
    for (size_t i = 0; i < choice->tags.count; i++) {
        if (!may_tag(actor, choice->tags.items[i]))
            continue;
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "tag", choice->tags.items[i]);
        pk_own_add_words(out, "name", pk_choice_label(choice, i, language, otherwise), tag);
        pk_json_add_bool(out, "chosen", is_word_of(filled, choice->tags.items[i]));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

static void add_groups(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, struct pk_slice filled,
                       struct pk_json_out *out)
{
    pk_json_open(out, "groups", '[');
    for (size_t i = 0; i < service->rules->choice_count; i++) {
        const struct pk_choice_rule *choice = &service->rules->choices[i];
        bool any = false;
        for (size_t j = 0; j < choice->tags.count; j++)
            any |= may_tag(actor, choice->tags.items[j]);
        if (any)
            add_group(service, actor, choice, language, filled, out);
    }
    pk_json_close(out, ']');
}

int pk_signup_offer(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, const struct pk_signup_filled *filled,
                    int64_t now_ms, struct pk_json_out *out, struct pk_error *err)
{
    const struct pk_about about = about_own(actor);
    int r = pk_allow(service, actor, PK_ACTION_RECIPIENT_ADD, &about, NULL, err);
    if (r != 0)
        return r;
    add_topics(service, actor, language, filled->topics, out);
    add_groups(service, actor, language, filled->tags, out);
    return add_channels(service, filled->channel, now_ms, out, err);
}

/* ---- they write first ---- */

int pk_signup_ways(struct pk_service *service, const struct pk_actor *actor, struct pk_slice code, int64_t now_ms,
                   int (*each)(void *ctx, const struct pk_signup_way *way), void *ctx, struct pk_error *err)
{
    const struct pk_topic_rule *topic = NULL;
    struct pk_slice language;
    struct channels channels;
    struct pk_about about = about_own(actor);
    bool known = pk_link_read_poster(service, code, &topic, &language);
    if (known)
        about.topic = pk_slice_of(topic->name);
    int r = pk_allow(service, actor, PK_ACTION_RECIPIENT_ADD, &about, NULL, err);
    if (r == 0 && !known)
        r = pk_fail(err, PK_E_NOT_FOUND, "there is no such topic, or no such language");
    find_channels(service, now_ms, &channels);
    for (size_t i = 0; r == 0 && i < channels.count; i++) {
        struct pk_signup_way way = { .channel = channels.items[i], .label = pk_channel_label(channels.items[i]) };
        if (pk_link_poster(service, pk_slice_of(way.channel), pk_slice_of(topic->name), language, way.url, NULL) == 0)
            r = each(ctx, &way);
    }
    return r;
}
