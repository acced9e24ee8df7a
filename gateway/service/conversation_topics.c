/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * STOP of one topic, and START. A STOP that names exactly one topic ends that one, on every channel, and leaves the others.
 * START is the person's own act, so what it gives is confirmed at once: what a STOP took; else the topic named with it;
 * else the default set. It never gives a topic that the person refused or ended by name, unless they name it.
 */
#include "gateway/service/conversation_private.h"

#include "gateway/base/text.h"
#include "gateway/store/names.h"

#define HOW_STOP "stop"
#define HOW_STOP_TOPIC "stop-topic"
#define HOW_START "start"

/* The topic named, as the store knows it. */
static int find_topic(struct pk_talk *talk, struct pk_error *err)
{
    return talk->meaning.topic[0] == '\0'
               ? 0
               : pk_name_intern(talk->service->store, PK_NAME_TOPIC, pk_slice_of(talk->meaning.topic), &talk->topic, err);
}

/* ---- STOP of one topic ---- */

static bool is_live_of_topic(const struct pk_talk *talk, const struct pk_consent_event *newest)
{
    return newest->topic == talk->topic && pk_consent_is_live(talk, newest);
}

/* Said no to here already, one way or another. */
static bool is_closed_here(const struct pk_talk *talk, const struct pk_consent_event *newest)
{
    return newest->topic == talk->topic && newest->channel == talk->channel &&
           (newest->kind == PK_CONSENT_WITHDRAWN || newest->kind == PK_CONSENT_REFUSED);
}

/* Whoever never had it has said no to it all the same: nobody signs them up for it later. */
static int close_topic(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_topic_set topics;
    int r = pk_talk_append_all(talk, is_live_of_topic, PK_CONSENT_WITHDRAWN, HOW_STOP_TOPIC, &topics, err);
    if (r != 0 || topics.count > 0)
        return r;
    r = pk_talk_topics(talk, is_closed_here, &topics, err);
    if (r != 0 || topics.count > 0)
        return r;
    return pk_talk_append(talk, talk->topic, talk->channel, PK_CONSENT_WITHDRAWN, HOW_STOP_TOPIC, err);
}

int pk_talk_stop_topic(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_topic_set named = { 0 };
    size_t count;
    if (talk->who.stopped_ms != 0)
        return 0; /* everything ended before */
    int r = find_topic(talk, err);
    if (r == 0)
        r = close_topic(talk, err);
    if (r == 0)
        r = pk_messages_suppress_topic(talk->service->store, talk->who.id, talk->topic, PK_REASON_NO_CONSENT, talk->now_ms, &count, err);
    if (r != 0)
        return r;
    pk_topic_set_add(&named, talk->topic);
    return pk_talk_answer_naming(talk, "topic-stopped", "topic", &named, err);
}

/* ---- START ---- */

/* What the STOP took, and what the network refused on this channel: START is the person's own word against both. Somebody
 * who did not stop everything gets back what they ended topic by topic, but not when they name the one they want. */
static bool was_stopped(const struct pk_talk *talk, const struct pk_consent_event *newest)
{
    if (newest->kind == PK_CONSENT_BLOCKED)
        return newest->channel == talk->channel;
    if (newest->kind != PK_CONSENT_WITHDRAWN)
        return false;
    return pk_slice_is(newest->how, HOW_STOP) ||
           (pk_slice_is(newest->how, HOW_STOP_TOPIC) && talk->who.stopped_ms == 0 && talk->topic == 0);
}

static bool is_granted_here(const struct pk_talk *talk, const struct pk_consent_event *newest)
{
    return newest->channel == talk->channel &&
           pk_consent_state_of(newest->kind, newest->until_ms, talk->now_ms) == PK_CONSENT_GRANTED;
}

static int grant(struct pk_talk *talk, uint32_t topic, struct pk_error *err)
{
    struct pk_store *store = talk->service->store;
    if (pk_ledger_state(store, talk->who.id, topic, talk->channel, talk->now_ms, NULL) == PK_CONSENT_GRANTED)
        return 0;
    return pk_talk_append(talk, topic, talk->channel, PK_CONSENT_CONFIRMED, HOW_START, err);
}

static int grant_default(struct pk_talk *talk, struct pk_error *err)
{
    const struct pk_words *topics = &talk->service->rules->start_topics;
    int r = 0;
    for (size_t i = 0; r == 0 && i < topics->count; i++) {
        uint32_t topic;
        r = pk_name_intern(talk->service->store, PK_NAME_TOPIC, pk_slice_of(topics->items[i]), &topic, err);
        if (r == 0)
            r = grant(talk, topic, err);
    }
    return r;
}

/* What STOP took; else what was asked and is open; the topic named; and only when all that is nothing, the default set. */
static int give(struct pk_talk *talk, struct pk_topic_set *ret_topics, struct pk_error *err)
{
    struct pk_topic_set back;
    int r = pk_talk_append_all(talk, was_stopped, PK_CONSENT_CONFIRMED, HOW_START, &back, err);
    if (r == 0 && back.count == 0)
        r = pk_talk_append_all(talk, pk_consent_is_invited_here, PK_CONSENT_CONFIRMED, HOW_START, &back, err);
    if (r == 0 && talk->topic != 0)
        r = grant(talk, talk->topic, err);
    if (r == 0)
        r = pk_talk_topics(talk, is_granted_here, ret_topics, err);
    if (r == 0 && ret_topics->count == 0 && back.count == 0) {
        r = grant_default(talk, err);
        if (r == 0)
            r = pk_talk_topics(talk, is_granted_here, ret_topics, err);
    }
    for (size_t i = 0; r == 0 && ret_topics->count == 0 && i < back.count; i++)
        pk_topic_set_add(ret_topics, back.items[i]); /* all of it on other channels */
    return r;
}

/* A stranger who asks for messages becomes a recipient: of the language they wrote in, in its own letters, or in those a link says. */
static int sign_up(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_store *store = talk->service->store;
    struct pk_slice rest = pk_slice_of(pk_talk_language(talk)), language = rest;
    int64_t id = 0;
    (void) pk_slice_cut(&rest, '-', &language);
    if (!pk_catalog_has_rendering(talk->service->catalog, language, rest))
        rest = (struct pk_slice){ 0 };
    int r = pk_recipient_add(store, language, rest, talk->now_ms, &id, err);
    if (r == 0)
        r = pk_address_add(store, id, talk->channel, talk->address, talk->now_ms, &talk->at.id, err);
    if (r == 0)
        r = pk_recipient_get(store, id, &talk->who, err);
    talk->at.recipient = id;
    return r;
}

int pk_talk_start(struct pk_talk *talk, struct pk_error *err)
{
    struct pk_store *store = talk->service->store;
    struct pk_topic_set topics = { 0 };
    bool stranger = talk->who.id == 0;
    int r = pk_address_unblock(store, talk->at.id, err);
    if (r == 0)
        r = find_topic(talk, err);
    if (r == 0)
        r = stranger ? pk_suppression_lift(store, talk->channel, talk->address, err) : pk_suppression_lift_person(store, talk->who.id, err);
    if (r == 0 && !stranger)
        r = pk_recipient_set_stopped(store, talk->who.id, 0, err);
    if (r == 0 && stranger && (talk->topic != 0 || talk->service->rules->start_topics.count > 0))
        r = sign_up(talk, err);
    if (r == 0 && talk->who.id != 0)
        r = give(talk, &topics, err);
    if (r != 0)
        return r;
    if (topics.count == 0)
        return pk_talk_answer(talk, "help", (struct pk_slice){ 0 }, false, err);
    return pk_talk_answer_naming(talk, "start-confirmed", "topics", &topics, err);
}
