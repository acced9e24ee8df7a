/* SPDX-License-Identifier: EUPL-1.2 */
/* What [webhook NAME] sections may not say: an address that is read by others on the way, a secret that is none, events nobody sends. */
#include "gateway/app/config_private.h"

#include "gateway/model/webhook.h"
#include "gateway/model/webhook_signature.h"

#include <arpa/inet.h>

#define WEBHOOKS_MAX 32u

/* Exactly this machine: not "127.example", which is_url() lets pass as a beginning. */
static bool is_this_machine(const char *url)
{
    struct pk_slice host = pk_webhook_host(pk_slice_of(url));
    char text[INET6_ADDRSTRLEN];
    struct in_addr address;
    if (pk_slice_is(host, "localhost") || pk_slice_is(host, "[::1]"))
        return true;
    if (host.len == 0 || host.len >= sizeof text)
        return false;
    (void) snprintf(text, sizeof text, "%.*s", PK_SLICE_ARG(host));
    return inet_pton(AF_INET, text, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

static void check_url(struct pk_config_reading *reading, const struct pk_webhook_rule *webhook)
{
    struct pk_slice url = pk_slice_of(webhook->url ? webhook->url : "");
    if (url.len == 0)
        return; /* told already */
    if (webhook->network == PK_WEBHOOK_LOOPBACK && !is_this_machine(webhook->url))
        pk_config_tell_of(reading, "webhook", webhook->name, "url", "Write an address of this machine, or network = public.",
                          "it is not an address of this machine, which network = loopback asks for");
    else if (webhook->network != PK_WEBHOOK_LOOPBACK && !pk_slice_starts(url, "https://"))
        pk_config_tell_of(reading, "webhook", webhook->name, "url", "Write https; for a receiver on this machine: network = loopback.",
                          "events are not sent unencrypted");
    if (memchr(url.data, '@', url.len))
        pk_config_tell_of(reading, "webhook", webhook->name, "url", "Put it into a file, and name that as token.", "an address holds no password");
}

static void check_secret(struct pk_config_reading *reading, const struct pk_webhook_rule *webhook, const char *key, const char *secret)
{
    if (secret && !pk_webhook_secret_valid(pk_slice_of(secret)))
        pk_config_tell_of(reading, "webhook", webhook->name, key, "Make one: printf 'whsec_%s\\n' \"$(openssl rand -base64 32)\" > FILE",
                          "what is in the file is no secret for a webhook");
}

static void check_token(struct pk_config_reading *reading, const struct pk_webhook_rule *webhook)
{
    for (const char *at = webhook->token ? webhook->token : ""; *at; at++) {
        if (*at > 0x20 && *at < 0x7f)
            continue;
        pk_config_tell_of(reading, "webhook", webhook->name, "token", "It is one word in one line.", "what is in the file is no bearer token");
        return;
    }
}

static void check_events(struct pk_config_reading *reading, const struct pk_webhook_rule *webhook)
{
    static const char *const types[] = {
        "nl.notices.trigger-accepted.v1", "nl.notices.trigger-rejected.v1",  "nl.notices.trigger-planned.v1",
        "nl.notices.trigger-cut-short.v1", "nl.notices.trigger-completed.v1", "nl.notices.trigger-released.v1",
        "nl.notices.message-changed.v1",   "nl.campaigns.campaign-reported.v1",
    };
    for (size_t i = 0; i < webhook->types.count; i++) {
        const struct pk_words one = { &webhook->types.items[i], 1 };
        bool known = false;
        for (size_t j = 0; j < PK_COUNT(types); j++)
            known |= pk_words_allow(&one, pk_slice_of(types[j]));
        if (!known)
            pk_config_tell_of(reading, "webhook", webhook->name, "events", "decisions/webhooks.md names all; write * for every one.",
                              "no event is of type \"%s\"", webhook->types.items[i]);
    }
}

void pk_config_check_webhooks(struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->webhook_count; i++) {
        const struct pk_webhook_rule *webhook = &rules->webhooks[i];
        check_url(reading, webhook);
        check_secret(reading, webhook, "secret", webhook->secret);
        check_secret(reading, webhook, "secret_before", webhook->secret_before);
        check_token(reading, webhook);
        check_events(reading, webhook);
        if (webhook->publisher && !pk_rules_publisher(rules, pk_slice_of(webhook->publisher)))
            pk_config_tell_of(reading, "webhook", webhook->name, "publisher", "Add its [publisher NAME] section.", "there is no publisher \"%s\"",
                              webhook->publisher);
        if (webhook->handshake && !rules->public_url)
            pk_config_tell_of(reading, "webhook", webhook->name, "handshake", "Set public_url in [gateway]: its host says who asks.",
                              "there is no public_url to ask in the name of");
    }
    if (rules->webhook_count > WEBHOOKS_MAX)
        pk_config_tell_of(reading, "webhook", rules->webhooks[WEBHOOKS_MAX].name, NULL, "Let one receiver pass them on.",
                          "there are more than %u webhooks", WEBHOOKS_MAX);
}
