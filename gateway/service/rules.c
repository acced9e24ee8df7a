/* SPDX-License-Identifier: EUPL-1.2 */
/* Look-ups in the rules. The lists are short: a city has a handful of publishers, routes and topics. */
#include "gateway/service/rules.h"

#include "gateway/base/text.h"

const struct pk_publisher_rule *pk_rules_publisher(const struct pk_rules *rules, struct pk_slice name)
{
    for (size_t i = 0; i < rules->publisher_count; i++)
        if (pk_slice_is(name, rules->publishers[i].name))
            return &rules->publishers[i];
    return NULL;
}

const struct pk_route_rule *pk_rules_route(const struct pk_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->route_count; i++)
        if (strcmp(rules->routes[i].name, name) == 0)
            return &rules->routes[i];
    return NULL;
}

const char *pk_rules_team_channel(const struct pk_rules *rules)
{
    return rules->team && strchr(rules->team, '@') ? "email" : "sms";
}

const struct pk_topic_rule *pk_rules_topic(const struct pk_rules *rules, struct pk_slice name)
{
    for (size_t i = 0; i < rules->topic_count; i++)
        if (pk_slice_is(name, rules->topics[i].name))
            return &rules->topics[i];
    return NULL;
}

const struct pk_kind_rule *pk_rules_kind(const struct pk_rules *rules, struct pk_slice name)
{
    for (size_t i = 0; i < rules->kind_count; i++)
        if (pk_slice_is(name, rules->kinds[i].name))
            return &rules->kinds[i];
    return NULL;
}

const struct pk_days_rule *pk_rules_days(const struct pk_rules *rules, struct pk_slice name)
{
    for (size_t i = 0; i < rules->days_count; i++)
        if (pk_slice_is(name, rules->days[i].name))
            return &rules->days[i];
    return NULL;
}

const struct pk_choice_rule *pk_rules_choice(const struct pk_rules *rules, struct pk_slice name)
{
    for (size_t i = 0; i < rules->choice_count; i++)
        if (pk_slice_is(name, rules->choices[i].name))
            return &rules->choices[i];
    return NULL;
}

struct pk_slice pk_choice_label(const struct pk_choice_rule *choice, size_t tag, struct pk_slice language, struct pk_slice otherwise)
{
    const char *text = pk_tagged_find(&choice->labels, language);
    struct pk_slice rest, label = { 0 };
    if (!text)
        text = pk_tagged_find(&choice->labels, otherwise);
    if (!text && choice->labels.count > 0)
        text = choice->labels.items[0].text;
    rest = pk_slice_of(text ? text : "");
    for (size_t i = 0; i <= tag; i++)
        if (!pk_slice_cut(&rest, ',', &label))
            return pk_slice_of(choice->tags.items[tag]);
    return pk_slice_trim(label);
}

const char *pk_tagged_find(const struct pk_tagged_texts *texts, struct pk_slice tag)
{
    for (size_t i = 0; i < texts->count; i++)
        if (pk_slice_is(tag, texts->items[i].tag))
            return texts->items[i].text;
    return NULL;
}

const struct pk_provider_rule *pk_rules_provider(const struct pk_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->provider_count; i++)
        if (strcmp(rules->providers[i].name, name) == 0)
            return &rules->providers[i];
    return NULL;
}

bool pk_words_allow(const struct pk_words *words, struct pk_slice word)
{
    for (size_t i = 0; i < words->count; i++) {
        struct pk_slice allowed = pk_slice_of(words->items[i]);
        if (allowed.len > 0 && allowed.data[allowed.len - 1] == '*') {
            struct pk_slice stem = pk_slice_make(allowed.data, allowed.len - 1);
            if (word.len >= stem.len && (stem.len == 0 || memcmp(word.data, stem.data, stem.len) == 0))
                return true;
        } else if (pk_slice_equal(allowed, word)) {
            return true;
        }
    }
    return false;
}

bool pk_publisher_may(const struct pk_publisher_rule *rule, const char *type)
{
    return rule->may.count > 0 ? pk_words_allow(&rule->may, pk_slice_of(type)) : strcmp(type, "notice.requested") == 0;
}

/* ---- who can write back ---- */

bool pk_account_hears_all(const struct pk_account_rule *account)
{
    return account->replies.count == 0 || strcmp(account->replies.items[0], "yes") == 0;
}

bool pk_account_hears(const struct pk_account_rule *account)
{
    return account->replies.count == 0 || strcmp(account->replies.items[0], "no") != 0;
}

bool pk_account_hears_in(const struct pk_account_rule *account, const char *country)
{
    if (pk_account_hears_all(account) || !pk_account_hears(account) || country[0] == '\0')
        return pk_account_hears(account);
    for (size_t i = 0; i < account->replies.count; i++)
        if (strcmp(account->replies.items[i], country) == 0)
            return true;
    return false;
}

static bool takes_numbers(const struct pk_rules *rules, const char *account)
{
    for (size_t i = 0; i < rules->account_count; i++)
        if (strcmp(rules->accounts[i].name, account) == 0)
            return rules->accounts[i].adapter && rules->accounts[i].adapter->number_format != PK_NUMBER_OPAQUE;
    return false;
}

bool pk_rules_by_number(const struct pk_rules *rules, struct pk_slice channel)
{
    bool any = false;
    if (pk_slice_is(channel, "sms") || pk_slice_is(channel, "whatsapp"))
        return true;
    for (size_t i = 0; pk_slice_is(channel, "viber") && i < rules->route_count; i++) {
        const struct pk_route_rule *route = &rules->routes[i];
        for (size_t j = 0; pk_slice_is(channel, route->channel) && j < route->accounts.count; j++) {
            if (!takes_numbers(rules, route->accounts.items[j]))
                return false;
            any = true;
        }
    }
    return any;
}

struct pk_slice pk_account_fallback(const struct pk_account_rule *account)
{
    size_t count = 0;
    bool can = account->adapter && (account->adapter->capabilities & PK_CAN_FALLBACK) != 0 && account->settings;
    const struct pk_setting_value *values = can ? pk_settings_values(account->settings, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (strcmp(values[i].name, "fallback") == 0)
            return values[i].text;
    return (struct pk_slice){ 0 };
}
