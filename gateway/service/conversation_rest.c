/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is neither a command nor an answer: a call for help, thanks, something a person has to read, or nothing we know. And
 * what is not answered at all, because a machine wrote it: two of them would answer each other for ever.
 */
#include "gateway/service/conversation_private.h"

#include "gateway/base/text.h"
#include "gateway/service/inbox.h"
#include "gateway/store/messages.h"
#include "gateway/store/replies.h"

#define DAY_MS (24 * 3600 * 1000ll)
#define TEST_ANSWER_MS (3600 * 1000ll) /* so long a word from its address answers a test message */
#define SAME_WORDS_MAX 2 /* answered in a day: the third time the same words are heard, and not answered */
#define OWN_WORDS_MIN 24u /* bytes of a text of ours that are found again in a reply */

/* ---- machines ---- */

/* The longest stretch of a text without a placeholder. */
static struct pk_slice longest_stretch(struct pk_slice body)
{
    struct pk_slice best = { 0 };
    size_t from = 0;
    int depth = 0;
    for (size_t i = 0; i <= body.len; i++) {
        char c = i < body.len ? body.data[i] : '{';
        if (depth == 0 && (c == '{' || c == '[' || c == ']') && i - from > best.len)
            best = pk_slice_make(body.data + from, i - from);
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (c == '{' || c == '}' || c == '[' || c == ']')
            from = i + 1;
    }
    return best;
}

/* Half of it or more is a text that gateways send: our own come back, or another gateway's. */
static bool is_of_ours(const struct pk_talk *talk, struct pk_slice text)
{
    const struct pk_catalog *catalog = talk->service->catalog;
    for (size_t i = 0; text.len >= OWN_WORDS_MIN && i < pk_catalog_template_count(catalog); i++) {
        struct pk_slice body = pk_template_body(pk_catalog_template(catalog, i));
        if (text.len > 2 * body.len)
            continue;
        struct pk_slice stretch = longest_stretch(body);
        if (stretch.len >= OWN_WORDS_MIN && stretch.len * 2 >= text.len && memmem(text.data, text.len, stretch.data, stretch.len))
            return true;
    }
    return false;
}

bool pk_talk_is_echo(const struct pk_talk *talk, struct pk_slice text)
{
    enum pk_intent intent = talk->meaning.intent;
    if (intent == PK_INTENT_STOP || intent == PK_INTENT_START)
        return false;
    return talk->meaning.machine || is_of_ours(talk, text) ||
           pk_reply_echoes(talk->service->store, talk->reply, talk->now_ms - DAY_MS) >= SAME_WORDS_MAX;
}

/* ---- for a person ---- */

/* A word or two that no list has. A single one is a person's only where it answers something that asked nothing. */
static bool wants_a_person(const struct pk_talk *talk)
{
    if (talk->muted || !talk->meaning.more)
        return false;
    return talk->meaning.intent == PK_INTENT_HELP || talk->meaning.tokens >= 2 || talk->info;
}

static int to_inbox(struct pk_talk *talk, bool *ret_taken, struct pk_error *err)
{
    struct pk_slice rest = pk_slice_of(pk_talk_language(talk)), language = rest;
    (void) pk_slice_cut(&rest, '-', &language);
    struct pk_inbox_item item = {
        .address = talk->at.id,
        .recipient = talk->who.id,
        .channel = talk->channel,
        .account = talk->desk ? talk->desk->id : 0,
        .last_ms = talk->now_ms,
    };
    (void) snprintf(item.language, sizeof item.language, "%.*s", PK_SLICE_ARG(language));
    (void) snprintf(item.script, sizeof item.script, "%.*s", PK_SLICE_ARG(talk->who.id != 0 ? pk_slice_of(talk->who.script) : rest));
    return pk_inbox_take(talk->service, &item, talk->reply, ret_taken, err);
}

/* Whoever stopped is read, but nobody writes back: no answer is promised. */
static bool has_stopped(const struct pk_talk *talk)
{
    return talk->who.id != 0 ? talk->who.stopped_ms != 0 : pk_suppression_has(talk->service->store, talk->channel, talk->address);
}

/* ---- what is said to it: once a day, whatever comes ---- */

static bool said_today(const struct pk_talk *talk)
{
    struct pk_store *store = talk->service->store;
    int64_t since_ms = talk->now_ms - DAY_MS;
    return pk_messages_said(store, talk->at.id, PK_SLICE("reply-not-understood"), since_ms) ||
           pk_messages_said(store, talk->at.id, PK_SLICE("inbox-received"), since_ms) ||
           pk_messages_said(store, talk->at.id, PK_SLICE("link-void"), since_ms) ||
           pk_messages_said(store, talk->at.id, PK_SLICE("thanks"), since_ms);
}

int pk_talk_say_once(struct pk_talk *talk, const char *template_name, struct pk_error *err)
{
    return said_today(talk) ? 0 : pk_talk_answer(talk, template_name, (struct pk_slice){ 0 }, false, err);
}

int pk_talk_not_understood(struct pk_talk *talk, struct pk_error *err)
{
    return pk_talk_say_once(talk, "reply-not-understood", err);
}

int pk_talk_help(struct pk_talk *talk, struct pk_error *err)
{
    bool taken = false;
    int r = wants_a_person(talk) ? to_inbox(talk, &taken, err) : 0;
    return r != 0 ? r : pk_talk_answer(talk, "help", (struct pk_slice){ 0 }, false, err);
}

/* Any word back is what whoever tries an account was asked for: it stands with the replies, and that is all. */
static bool answers_a_test(const struct pk_talk *talk)
{
    return pk_messages_tested(talk->service->store, talk->at.id, talk->now_ms - TEST_ANSWER_MS);
}

int pk_talk_rest(struct pk_talk *talk, struct pk_error *err)
{
    bool taken = false;
    if (answers_a_test(talk))
        return 0;
    int r = wants_a_person(talk) ? to_inbox(talk, &taken, err) : 0;
    if (r != 0)
        return r;
    if (talk->meaning.polite)
        return pk_talk_say_once(talk, "thanks", err);
    return pk_talk_say_once(talk, taken && !has_stopped(talk) ? "inbox-received" : "reply-not-understood", err);
}
