/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/own.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/language/prepare.h"
#include "gateway/service/consent.h"
#include "gateway/service/conversation.h"
#include "gateway/service/own_private.h"
#include "gateway/service/person.h"
#include "gateway/service/topics.h"
#include "gateway/service/trail.h"
#include "gateway/store/circles.h"
#include "gateway/store/names.h"
#include "gateway/store/passes.h"

#define WORDS_MAX 1024u

int pk_own_allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    const struct pk_about about = { .recipient = actor->recipient };
    return pk_allow(service, actor, action, &about, pk_id_format(actor->recipient, id), err);
}

int pk_own_done(struct pk_service *service, const struct pk_actor *actor, const char *action, const char *detail, int64_t now_ms,
                struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    return pk_trail_done(service, actor, action, pk_id_format(actor->recipient, id), detail, actor->recipient, now_ms, err);
}

void pk_own_add_words(struct pk_json_out *out, const char *name, struct pk_slice text, struct pk_slice tag)
{
    struct pk_buf latin;
    pk_buf_init(&latin, 4 * WORDS_MAX);
    bool in_latin = pk_slice_is(tag, "bg-Latn") && pk_transliterate_bg(text, &latin) == 0;
    pk_json_add_slice(out, name, in_latin ? pk_buf_slice(&latin) : text);
    pk_buf_finish(&latin);
}

/* ---- seeing ---- */

/* Of a topic's channels the best counts: a person thinks of topics. */
struct standing {
    uint32_t topic;
    int64_t now_ms, until_ms;
    bool granted, invited;
};

static int look(void *ctx, const struct pk_consent_event *newest)
{
    struct standing *standing = ctx;
    if (newest->topic != standing->topic)
        return 0;
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, standing->now_ms);
    standing->invited |= state == PK_CONSENT_INVITED;
    if (state != PK_CONSENT_GRANTED)
        return 0;
    standing->granted = true;
    if (newest->until_ms > standing->until_ms)
        standing->until_ms = newest->until_ms;
    return 0;
}

static const char *purpose_of(const struct pk_topic_rule *topic, struct pk_slice language)
{
    for (size_t i = 0; i < topic->purposes.count; i++)
        if (pk_slice_is(language, topic->purposes.items[i].tag))
            return topic->purposes.items[i].text;
    return "";
}

/* 11.10.2028, the same for every reader. */
static void write_day(int64_t ms, char ret_day[16])
{
    char moment[PK_TIME_TEXT_MAX];
    (void) pk_time_format(ms, moment);
    (void) snprintf(ret_day, 16, "%.2s.%.2s.%.4s", moment + 8, moment + 5, moment);
}

static int show_topic(struct pk_service *service, const struct pk_topic_rule *topic, int64_t recipient, struct pk_slice tag, int64_t now_ms,
                      struct pk_json_out *out, struct pk_error *err)
{
    struct pk_slice rest = tag, language = tag;
    (void) pk_slice_cut(&rest, '-', &language);
    struct standing standing = { .topic = pk_name_find(service->store, PK_NAME_TOPIC, pk_slice_of(topic->name)), .now_ms = now_ms };
    char until[16] = "";
    int r = standing.topic != 0 ? pk_ledger_newest(service->store, recipient, look, &standing, err) : 0;
    if (r != 0)
        return r;
    if (standing.until_ms > 0)
        write_day(standing.until_ms, until);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "topic", topic->name);
    pk_own_add_words(out, "name", pk_slice_of(pk_topic_name(service, topic, language)), tag);
    pk_own_add_words(out, "purpose", pk_slice_of(purpose_of(topic, language)), tag);
    pk_json_add_bool(out, "granted", standing.granted);
    pk_json_add_bool(out, "invited", !standing.granted && standing.invited);
    pk_json_add_bool(out, "none", !standing.granted && !standing.invited);
    pk_json_add_text(out, "until", until);
    pk_json_close(out, '}');
    return 0;
}

int pk_own_show(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, int64_t now_ms, struct pk_json_out *out,
                char ret_own[2 * PK_LANGUAGE_MAX], struct pk_error *err)
{
    struct pk_recipient who;
    struct pk_circle circle;
    int64_t told_ms;
    int r = pk_own_allow(service, actor, PK_ACTION_RECIPIENT_VIEW, err);
    if (r == 0)
        r = pk_recipient_get(service->store, actor->recipient, &who, err);
    if (r != 0)
        return r;
    pk_json_add_bool(out, "stopped", who.stopped_ms != 0);
    pk_json_add_bool(out, "circle", pk_circle_of_person(service->store, who.id, &circle, &told_ms, NULL) == 0);
    (void) snprintf(ret_own, 2 * PK_LANGUAGE_MAX, "%s%s%s", who.language, who.script[0] ? "-" : "", who.script);
    r = pk_own_show_addresses(service, actor, now_ms, out, err);
    pk_json_open(out, "topics", '[');
    for (size_t i = 0; r == 0 && i < service->rules->topic_count; i++)
        r = show_topic(service, &service->rules->topics[i], who.id, language, now_ms, out, err);
    pk_json_close(out, ']');
    if (r == 0)
        r = pk_own_show_choices(service, actor, language, out, err);
    return r == 0 ? pk_own_done(service, actor, "recipient.view", "", now_ms, err) : r;
}

/* ---- changing ---- */

int pk_own_language(struct pk_service *service, const struct pk_actor *actor, struct pk_slice tag, int64_t now_ms, struct pk_error *err)
{
    struct pk_slice script = tag, language;
    int r = pk_own_allow(service, actor, PK_ACTION_RECIPIENT_CHANGE, err);
    if (r != 0)
        return r;
    (void) pk_slice_cut(&script, '-', &language);
    if (!pk_catalog_has_language(service->catalog, language) || !pk_catalog_has_rendering(service->catalog, language, script))
        return pk_fail(err, PK_E_INVALID, "there is no such language or script");
    r = pk_recipient_set_language(service->store, actor->recipient, language, script, err);
    return r == 0 ? pk_own_done(service, actor, "recipient.change", "language", now_ms, err) : r;
}

int pk_own_confirm(struct pk_service *service, const struct pk_recipient *who, uint32_t topic, uint32_t channel, int64_t now_ms,
                   struct pk_error *err)
{
    const char *name = pk_name_text(service->store, PK_NAME_TOPIC, topic);
    const struct pk_topic_rule *rule = name ? pk_rules_topic(service->rules, pk_slice_of(name)) : NULL;
    struct pk_consent_event event = {
        .recipient = who->id,
        .topic = topic,
        .channel = channel,
        .kind = PK_CONSENT_CONFIRMED,
        .at_ms = now_ms,
        .until_ms = rule && rule->consent_ms > 0 ? now_ms + rule->consent_ms : 0,
        .how = PK_SLICE(PK_OWN_HOW),
        .wording = PK_SLICE(PK_OWN_HOW),
        .language = pk_slice_of(who->language),
        .by = PK_SLICE("self"),
    };
    return pk_ledger_append(service->store, &event, err);
}

/* Where they are written to; somebody who stopped every channel takes that back with a yes. */
static int say_yes(struct pk_service *service, const struct pk_actor *actor, const struct pk_topic_rule *rule, uint32_t topic, int64_t now_ms,
                   struct pk_error *err)
{
    struct pk_own_channels channels;
    struct pk_recipient who;
    bool all = true;
    int r = pk_recipient_get(service->store, actor->recipient, &who, err);
    if (r == 0 && who.stopped_ms != 0)
        return pk_fail(err, PK_E_CONFLICT, "this person said STOP");
    if (r == 0)
        r = pk_own_channels(service, who.id, now_ms, &channels, err);
    for (size_t i = 0; r == 0 && i < channels.count; i++)
        all = all && channels.items[i].stopped;
    for (size_t i = 0; r == 0 && i < channels.count; i++)
        if (channels.items[i].address != 0 && (all || !channels.items[i].stopped))
            r = pk_own_confirm(service, &who, topic, channels.items[i].id, now_ms, err);
    return r == 0 ? pk_own_done(service, actor, "consent.grant", rule->name, now_ms, err) : r;
}

int pk_own_topic(struct pk_service *service, const struct pk_actor *actor, struct pk_slice topic, bool yes, int64_t now_ms,
                 struct pk_error *err)
{
    const struct pk_topic_rule *rule = pk_rules_topic(service->rules, topic);
    uint32_t id = 0;
    size_t count = 0;
    int r = pk_own_allow(service, actor, yes ? PK_ACTION_CONSENT_GRANT : PK_ACTION_CONSENT_WITHDRAW, err);
    if (r == 0 && !rule)
        r = pk_fail(err, PK_E_INVALID, "there is no such topic");
    if (r == 0)
        r = pk_name_intern(service->store, PK_NAME_TOPIC, topic, &id, err);
    if (r != 0)
        return r;
    if (yes)
        return say_yes(service, actor, rule, id, now_ms, err);
    const struct pk_withdraw_plan plan = { .recipient = actor->recipient, .topic = topic, .how = PK_SLICE(PK_OWN_HOW), .by = PK_SLICE("self") };
    return pk_consent_withdraw(service, actor, &plan, now_ms, &count, err);
}

int pk_own_stop(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err)
{
    int r = pk_own_allow(service, actor, PK_ACTION_CONSENT_WITHDRAW, err);
    if (r == 0)
        r = pk_conversation_stop(service, actor->recipient, now_ms, err);
    if (r == 0)
        r = pk_sessions_end_of(service->store, actor->recipient, err);
    return r == 0 ? pk_own_done(service, actor, "consent.withdraw", "all", now_ms, err) : r;
}

/* ---- taking it along, and the end ---- */

int pk_own_export(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_buf *out, struct pk_error *err)
{
    const struct pk_whom whom = { .recipient = actor->recipient };
    return pk_person_export(service, actor, &whom, now_ms, out, err);
}

int pk_own_erase(struct pk_service *service, const struct pk_actor *actor, bool never_again, int64_t now_ms, struct pk_error *err)
{
    const struct pk_erase_plan plan = { .whom.recipient = actor->recipient, .asked = true, .stays_stopped = never_again };
    return pk_person_erase(service, actor, &plan, now_ms, err);
}
