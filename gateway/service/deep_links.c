/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/deep_links.h"

#include "gateway/base/id.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/service/rights.h"
#include "gateway/service/topics.h"
#include "gateway/service/trail.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#define PLACE "{code}"

/* ---- the address of a chat ---- */

bool pk_chat_link_is_good(const char *chat_link)
{
    const char *place = strstr(chat_link, PLACE), *scheme = strchr(chat_link, ':');
    for (const char *c = chat_link; *c; c++)
        if ((unsigned char) *c <= ' ' || (unsigned char) *c >= 0x7f || strchr("\"<>\\^`", *c))
            return false;
    return place && scheme && scheme > chat_link && scheme < place && !strstr(place + 1, PLACE) &&
           strlen(chat_link) + PK_LINK_CODE_TEXT < PK_LINK_URL_MAX;
}

static const struct pk_account_rule *account_of(const struct pk_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->account_count; i++)
        if (strcmp(rules->accounts[i].name, name) == 0)
            return &rules->accounts[i];
    return NULL;
}

/* The first account of the channel whose chat can be opened by a link: in the order of the routes. */
static const struct pk_account_rule *find_account(const struct pk_rules *rules, struct pk_slice channel, struct pk_error *err)
{
    for (size_t i = 0; i < rules->route_count; i++) {
        const struct pk_route_rule *route = &rules->routes[i];
        for (size_t j = 0; pk_slice_is(channel, route->channel) && j < route->accounts.count; j++) {
            const struct pk_account_rule *account = account_of(rules, route->accounts.items[j]);
            if (account && account->chat_link)
                return account;
        }
    }
    (void) pk_fail(err, PK_E_CONFIG, "no account of channel \"%.*s\" has a chat that a link can open", PK_SLICE_ARG(channel));
    (void) pk_hint(err, PK_E_CONFIG, "Set chat_link of an account in a route of this channel, like https://t.me/BOTNAME?start={code}.");
    return NULL;
}

static int write_url(const char *chat_link, struct pk_slice code, char ret_url[PK_LINK_URL_MAX], struct pk_error *err)
{
    const char *place = strstr(chat_link, PLACE);
    int front = place ? (int) (place - chat_link) : 0;
    int n = place ? snprintf(ret_url, PK_LINK_URL_MAX, "%.*s%.*s%s", front, chat_link, PK_SLICE_ARG(code), place + strlen(PLACE)) : -1;
    return n > 0 && (size_t) n < PK_LINK_URL_MAX ? 0 : pk_fail(err, PK_E_LIMIT, "the link would be too long");
}

/* ---- for a poster ---- */

bool pk_link_read_poster(const struct pk_service *service, struct pk_slice token, const struct pk_topic_rule **ret_topic,
                         struct pk_slice *ret_language)
{
    struct pk_slice rest = token, name = { 0 }, language, script;
    (void) pk_slice_cut(&rest, '_', &name);
    bool tagged = name.len < token.len;
    const struct pk_topic_rule *topic = pk_rules_topic(service->rules, name);
    if (!topic || (tagged && rest.len == 0))
        return false;
    script = rest;
    (void) pk_slice_cut(&script, '-', &language);
    if (tagged && (!pk_catalog_has_language(service->catalog, language) || !pk_catalog_has_rendering(service->catalog, language, script)))
        return false;
    *ret_topic = topic;
    *ret_language = tagged ? rest : (struct pk_slice){ 0 };
    return true;
}

int pk_link_poster(const struct pk_service *service, struct pk_slice channel, struct pk_slice topic, struct pk_slice language,
                   char ret_url[PK_LINK_URL_MAX], struct pk_error *err)
{
    const struct pk_topic_rule *rule;
    struct pk_slice again;
    char token[64];
    int n = snprintf(token, sizeof token, "%.*s%s%.*s", PK_SLICE_ARG(topic), language.len > 0 ? "_" : "", PK_SLICE_ARG(language));
    if (n < 0 || (size_t) n >= sizeof token || !pk_link_read_poster(service, pk_slice_of(token), &rule, &again))
        return pk_fail(err, PK_E_INVALID, "there is no topic \"%.*s\", or no such language", PK_SLICE_ARG(topic));
    const struct pk_account_rule *account = find_account(service->rules, channel, err);
    return account ? write_url(account->chat_link, pk_slice_of(token), ret_url, err) : PK_E_CONFIG;
}

/* ---- for a person ---- */

struct choosing {
    struct pk_service *service;
    int64_t now_ms;
    struct pk_topic_set topics;
};

/* What they agreed to, or were asked about, anywhere. */
static int add_live(void *ctx, const struct pk_consent_event *newest)
{
    struct choosing *choosing = ctx;
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, choosing->now_ms);
    if (state == PK_CONSENT_INVITED || state == PK_CONSENT_GRANTED)
        pk_topic_set_add(&choosing->topics, newest->topic);
    return 0;
}

static bool names(const struct choosing *choosing, const struct pk_topic_rule *topic)
{
    uint32_t id = pk_name_find(choosing->service->store, PK_NAME_TOPIC, pk_slice_of(topic->name));
    for (size_t i = 0; id != 0 && i < choosing->topics.count; i++)
        if (choosing->topics.items[i] == id)
            return true;
    return false;
}

static int add_name(char list[PK_LINK_TOPICS_MAX], const char *name, struct pk_error *err)
{
    size_t len = strlen(list);
    int n = snprintf(list + len, PK_LINK_TOPICS_MAX - len, "%s%s", len > 0 ? "," : "", name);
    return n > 0 && (size_t) n < PK_LINK_TOPICS_MAX - len ? 0 : pk_fail(err, PK_E_LIMIT, "these are more topics than a link holds");
}

static int choose_topics(struct pk_service *service, const struct pk_link_plan *plan, int64_t now_ms, char list[PK_LINK_TOPICS_MAX],
                         struct pk_error *err)
{
    struct choosing choosing = { .service = service, .now_ms = now_ms };
    const struct pk_rules *rules = service->rules;
    int r = 0;
    list[0] = '\0';
    for (size_t i = 0; r == 0 && i < plan->topic_count; i++) {
        const struct pk_topic_rule *topic = pk_rules_topic(rules, plan->topics[i]);
        r = topic ? add_name(list, topic->name, err) : pk_fail(err, PK_E_INVALID, "there is no topic \"%.*s\"", PK_SLICE_ARG(plan->topics[i]));
    }
    if (r != 0 || plan->topic_count > 0)
        return r;
    r = pk_ledger_newest(service->store, plan->recipient, add_live, &choosing, err);
    for (size_t i = 0; r == 0 && i < rules->topic_count; i++)
        if (names(&choosing, &rules->topics[i]))
            r = add_name(list, rules->topics[i].name, err);
    if (r != 0 || list[0] != '\0')
        return r;
    (void) pk_fail(err, PK_E_INVALID, "the person has agreed to nothing yet, and no topic is named");
    return pk_hint(err, PK_E_INVALID, "Say --topic NAME: what opening the link signs them up for.");
}

static int allow(struct pk_service *service, const struct pk_actor *actor, const struct pk_link_plan *plan, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    int r = 0;
    for (size_t i = 0; r == 0 && i < (plan->topic_count > 0 ? plan->topic_count : 1); i++) {
        const struct pk_about about = { .recipient = plan->recipient,
                                        .topic = plan->topic_count > 0 ? plan->topics[i] : (struct pk_slice){ 0 } };
        r = pk_allow(service, actor, PK_ACTION_RECIPIENT_LINK, &about, pk_id_format(plan->recipient, id), err);
    }
    return r;
}

/* Whoever said STOP is not signed up by others, nor by a link that others may hold. */
static int check_person(struct pk_service *service, int64_t recipient, struct pk_error *err)
{
    struct pk_recipient who;
    int r = pk_recipient_get(service->store, recipient, &who, err);
    if (r != 0 || who.stopped_ms == 0)
        return r;
    (void) pk_fail(err, PK_E_CONFLICT, "this person said STOP");
    return pk_hint(err, PK_E_CONFLICT, "Only they can undo that, by writing START.");
}

static int add(struct pk_service *service, const struct pk_actor *actor, const struct pk_link_plan *plan, const char *chat_link, int64_t now_ms,
               struct pk_link_made *made, struct pk_error *err)
{
    uint8_t code[16];
    uint32_t channel = 0;
    struct pk_buf text;
    int r = pk_name_intern(service->store, PK_NAME_CHANNEL, plan->channel, &channel, err);
    if (r != 0)
        return r;
    pk_random_bytes(code, sizeof code);
    pk_buf_init(&text, PK_LINK_CODE_TEXT);
    pk_hex(&text, code, sizeof code);
    struct pk_deep_link link = {
        .recipient = plan->recipient,
        .channel = channel,
        .topics = pk_slice_of(made->topics),
        .by = actor->role == PK_ROLE_PERSON ? PK_SLICE("self") : pk_slice_of(actor->name),
        .created_ms = now_ms,
        .until_ms = now_ms + PK_LINK_MS,
    };
    r = pk_deep_link_add(service->store, &link, code, &made->id, err);
    if (r == 0)
        r = write_url(chat_link, pk_buf_slice(&text), made->url, err);
    made->until_ms = link.until_ms;
    explicit_bzero(code, sizeof code);
    pk_buf_wipe(&text);
    return r;
}

int pk_link_make(struct pk_service *service, const struct pk_actor *actor, const struct pk_link_plan *plan, int64_t now_ms,
                 struct pk_link_made *ret_made, struct pk_error *err)
{
    struct pk_link_made made = { 0 };
    const struct pk_account_rule *account = NULL;
    char detail[256], id[PK_ID_TEXT_MAX];
    int r = allow(service, actor, plan, err);
    if (r == 0)
        r = check_person(service, plan->recipient, err);
    if (r == 0 && !(account = find_account(service->rules, plan->channel, err)))
        r = PK_E_CONFIG;
    if (r == 0)
        r = choose_topics(service, plan, now_ms, made.topics, err);
    if (r == 0)
        r = add(service, actor, plan, account->chat_link, now_ms, &made, err);
    if (r != 0)
        return r;
    (void) snprintf(detail, sizeof detail, "%.*s: %.180s", PK_SLICE_ARG(plan->channel), made.topics);
    r = pk_trail_done(service, actor, "recipient.link", pk_id_format(plan->recipient, id), detail, plan->recipient, now_ms, err);
    made.account = account->name;
    if (r == 0)
        *ret_made = made;
    explicit_bzero(made.url, sizeof made.url);
    return r;
}

int pk_link_look(struct pk_service *service, const struct pk_actor *actor, int64_t recipient, int64_t now_ms, struct pk_error *err)
{
    const struct pk_about about = { .recipient = recipient };
    struct pk_recipient who;
    char id[PK_ID_TEXT_MAX];
    int r = pk_allow(service, actor, PK_ACTION_RECIPIENT_LINK, &about, pk_id_format(recipient, id), err);
    if (r == 0)
        r = pk_recipient_get(service->store, recipient, &who, err);
    return r == 0 ? pk_trail_done(service, actor, "recipient.links", id, "", recipient, now_ms, err) : r;
}
