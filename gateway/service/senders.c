/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/senders.h"

#include "gateway/base/text.h"
#include "gateway/service/own.h"

#define SENDERS_MAX 24u

/* What adapters call it. */
static const char *const settings[] = { "sender", "from" };

struct found {
    struct pk_sender items[SENDERS_MAX];
    size_t count;
};

static bool is_number(const char *name)
{
    size_t digits = strspn(name + (name[0] == '+'), "0123456789");
    return digits >= 3 && name[(name[0] == '+') + digits] == '\0';
}

static void add(struct found *found, const struct pk_route_rule *route, const struct pk_account_rule *account, struct pk_slice name)
{
    struct pk_sender sender = { .channel = route->channel, .label = pk_channel_label(route->channel) };
    if (name.len == 0 || name.len >= sizeof sender.name || found->count == SENDERS_MAX)
        return;
    (void) snprintf(sender.name, sizeof sender.name, "%.*s", PK_SLICE_ARG(name));
    sender.answered = strcmp(route->channel, "sms") == 0 && is_number(sender.name) && pk_account_hears(account);
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->items[i].channel, sender.channel) == 0 && strcmp(found->items[i].name, sender.name) == 0) {
            found->items[i].answered |= sender.answered;
            return;
        }
    found->items[found->count++] = sender;
}

/* "sms:+3197000000000?body=START%20{code}" is the number, "https://t.me/BOTNAME?start={code}" is t.me/BOTNAME. */
static struct pk_slice chat_of(const struct pk_account_rule *account)
{
    struct pk_slice rest = pk_slice_of(account->chat_link ? account->chat_link : ""), front = { 0 };
    (void) pk_slice_cut(&rest, '?', &front);
    if (front.len > 0 && memchr(front.data, '{', front.len))
        return (struct pk_slice){ 0 }; /* the code is no part of the sender */
    for (const char *const *scheme = (const char *const[]){ "https://", "sms:", NULL }; *scheme; scheme++)
        if (pk_slice_starts(front, *scheme))
            return pk_slice_make(front.data + strlen(*scheme), front.len - strlen(*scheme));
    return (struct pk_slice){ 0 };
}

static void look(struct found *found, const struct pk_route_rule *route, const struct pk_account_rule *account)
{
    size_t count = 0;
    const struct pk_setting_value *values = account->settings ? pk_settings_values(account->settings, &count) : NULL;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < PK_COUNT(settings); j++)
            if (strcmp(values[i].name, settings[j]) == 0 && !pk_settings_is_secret(account->settings, i))
                add(found, route, account, values[i].text);
    add(found, route, account, chat_of(account));
}

int pk_senders_each(const struct pk_service *service, int (*each)(void *ctx, const struct pk_sender *sender), void *ctx)
{
    const struct pk_rules *rules = service->rules;
    struct found found = { .count = 0 };
    int r = 0;
    for (size_t i = 0; i < rules->route_count; i++)
        for (size_t j = 0; rules->routes[i].screens.count == 0 && j < rules->routes[i].accounts.count; j++)
            for (size_t k = 0; k < rules->account_count; k++)
                if (strcmp(rules->accounts[k].name, rules->routes[i].accounts.items[j]) == 0)
                    look(&found, &rules->routes[i], &rules->accounts[k]);
    for (size_t i = 0; r == 0 && i < found.count; i++)
        r = each(ctx, &found.items[i]);
    return r;
}
