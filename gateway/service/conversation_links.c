/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Somebody opened a chat by a link (deep_links.h). It is their own act on that channel, so what it gives is confirmed at
 * once, as with START. What is not the code of an open link changes nothing, and is answered the same whatever it was: forged,
 * used, over, made for somebody who said STOP since, or shown by a chat that is somebody's already. Why:
 * decisions/deep-links.md.
 */
#include "gateway/service/conversation_private.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/service/deep_links.h"
#include "gateway/store/names.h"

#define HOW "deep-link"

static int nothing(struct pk_talk *talk, struct pk_error *err)
{
    return pk_talk_say_once(talk, "link-void", err);
}

/* ---- what it signs them up for ---- */

struct ended {
    uint32_t topic;
    int64_t since_ms;
    bool found;
};

/* What they said no to after the link was made, anywhere: the link is older than that word. */
static int see_end(void *ctx, const struct pk_consent_event *newest)
{
    struct ended *ended = ctx;
    if (newest->topic == ended->topic && (newest->kind == PK_CONSENT_WITHDRAWN || newest->kind == PK_CONSENT_REFUSED))
        ended->found |= newest->at_ms >= ended->since_ms;
    return 0;
}

static int topics_of(struct pk_talk *talk, const struct pk_deep_link *link, struct pk_topic_set *ret_topics, struct pk_error *err)
{
    struct pk_service *service = talk->service;
    struct pk_slice rest = link->topics, name;
    int r = 0;
    *ret_topics = (struct pk_topic_set){ 0 };
    while (r == 0 && pk_slice_cut(&rest, ',', &name)) {
        struct ended ended = { .since_ms = link->created_ms };
        if (!pk_rules_topic(service->rules, name))
            continue; /* no longer configured */
        r = pk_name_intern(service->store, PK_NAME_TOPIC, name, &ended.topic, err);
        if (r == 0)
            r = pk_ledger_newest(service->store, link->recipient, see_end, &ended, err);
        if (r == 0 && !ended.found)
            pk_topic_set_add(ret_topics, ended.topic);
    }
    return r;
}

/* ---- a code of ours ---- */

/* The chat is that person's from now on. */
static int bind(struct pk_talk *talk, const struct pk_recipient *who, struct pk_error *err)
{
    struct pk_store *store = talk->service->store;
    int r = talk->who.id == 0 ? pk_address_add(store, who->id, talk->channel, talk->address, talk->now_ms, &talk->at.id, err) : 0;
    if (r == 0)
        r = pk_address_unblock(store, talk->at.id, err);
    if (r == 0)
        r = pk_suppression_lift(store, talk->channel, talk->address, err);
    if (r != 0)
        return r;
    talk->who = *who;
    talk->at.recipient = who->id;
    talk->at.blocked_ms = 0;
    return 0;
}

static int grant(struct pk_talk *talk, int64_t link, const struct pk_topic_set *topics, struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX];
    int r = 0;
    (void) snprintf(talk->wording, sizeof talk->wording, "link %s", pk_id_format(link, id));
    for (size_t i = 0; r == 0 && i < topics->count; i++)
        if (pk_ledger_state(talk->service->store, talk->who.id, topics->items[i], talk->channel, talk->now_ms, NULL) != PK_CONSENT_GRANTED)
            r = pk_talk_append(talk, topics->items[i], talk->channel, PK_CONSENT_CONFIRMED, HOW, err);
    return r;
}

static int open_bound(struct pk_talk *talk, const struct pk_deep_link *link, struct pk_error *err)
{
    struct pk_service *service = talk->service;
    struct pk_topic_set topics;
    struct pk_recipient who;
    int r = pk_recipient_get(service->store, link->recipient, &who, err);
    if (r == 0)
        r = topics_of(talk, link, &topics, err);
    if (r != 0)
        return r;
    if (who.stopped_ms != 0 || topics.count == 0)
        return nothing(talk, err);
    if (talk->who.id != 0 && talk->who.id != who.id) {
        /* It has been passed on: nobody is to use it any more. */
        r = pk_deep_link_end(service->store, link->id, PK_LINK_REFUSED, talk->now_ms, err);
        return r == 0 ? nothing(talk, err) : r;
    }
    r = pk_deep_link_end(service->store, link->id, PK_LINK_USED, talk->now_ms, err);
    if (r == 0)
        r = bind(talk, &who, err);
    if (r == 0)
        r = grant(talk, link->id, &topics, err);
    if (r == 0)
        r = pk_question_answered(service, talk->at.id, talk->now_ms, err);
    return r == 0 ? pk_talk_answer_naming(talk, "optin-confirmed", "topics", &topics, err) : r;
}

/* ---- any token ---- */

bool pk_talk_link_in_words(const struct pk_talk *talk, bool bound, struct pk_slice text, struct pk_slice *ret_token)
{
    const struct pk_topic_rule *topic;
    struct pk_reply_meaning meaning;
    struct pk_slice rest = pk_slice_trim(text), word, language;
    (void) pk_slice_cut(&rest, ' ', &word);
    rest = pk_slice_trim(rest);
    if (!(bound && pk_link_is_code(rest)) && !pk_link_read_poster(talk->service, rest, &topic, &language))
        return false;
    pk_reply_decide(pk_catalog_reply_words(talk->service->catalog), NULL, word, &meaning);
    if (meaning.intent != PK_INTENT_START)
        return false;
    *ret_token = rest;
    return true;
}

int pk_talk_link(struct pk_talk *talk, struct pk_slice token, struct pk_error *err)
{
    const struct pk_topic_rule *topic;
    struct pk_slice language;
    struct pk_deep_link link;
    if (pk_link_read_poster(talk->service, token, &topic, &language)) {
        (void) snprintf(talk->meaning.topic, sizeof talk->meaning.topic, "%s", topic->name);
        (void) snprintf(talk->meaning.language, sizeof talk->meaning.language, "%.*s", PK_SLICE_ARG(language));
        (void) snprintf(talk->wording, sizeof talk->wording, "link %s", topic->name);
        return pk_talk_start(talk, err);
    }
    int r = pk_deep_link_find(talk->service->store, talk->channel, token, talk->now_ms, &link, err);
    return r == PK_E_NOT_FOUND ? nothing(talk, err) : r != 0 ? r : open_bound(talk, &link, err);
}
