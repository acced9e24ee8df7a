/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a reply means. Called for every inbound text; pure, never fails. The order of the questions is the order of
 * what may not be missed: a STOP is heard in any list language, beside other words and with a question mark, while
 * YES and NO are never guessed from a first word, because "да" also begins a question and "не" also "не знам".
 */
#include "gateway/language/reply.h"

#include "gateway/language/reply_tokens.h"
#include "gateway/language/reply_topics.h"

#include <unicode/uchar.h>

/* ---- phrases ---- */

static bool stands_at(const struct pk_reading *r, const struct pk_phrase *phrase, size_t at)
{
    if (phrase->count > r->count - at)
        return false;
    for (size_t i = 0; i < phrase->count; i++) {
        const struct pk_token *token = &r->tokens[at + i];
        bool found = false;
        for (size_t j = 0; j < token->word_count && !found; j++)
            found = token->words[j] == phrase->words[i] && (phrase->folded || !token->folded[j]);
        if (!found)
            return false;
    }
    return true;
}

/* The longest phrase here; between equals the exact one, then the one added first. */
static const struct pk_phrase *longest_at(const struct pk_reading *r, size_t at)
{
    const struct pk_phrase *best = NULL;
    for (size_t i = 0; i < r->phrase_count; i++) {
        const struct pk_phrase *phrase = &r->phrases[i];
        bool better = !best || phrase->count > best->count || (phrase->count == best->count && best->folded && !phrase->folded);
        if (better && stands_at(r, phrase, at))
            best = phrase;
    }
    return best;
}

static const struct pk_phrase *anywhere(const struct pk_reading *r, enum pk_reply_list list)
{
    for (size_t at = 0; at < r->count; at++)
        for (size_t i = 0; i < r->phrase_count; i++)
            if (r->phrases[i].list == list && stands_at(r, &r->phrases[i], at))
                return &r->phrases[i];
    return NULL;
}

static const struct pk_phrase *first_after_polite(const struct pk_reading *r, size_t *ret_behind)
{
    *ret_behind = 0;
    for (size_t at = 0; at < r->count;) {
        const struct pk_phrase *phrase = longest_at(r, at);
        *ret_behind = at + (phrase ? phrase->count : 0);
        if (!phrase || phrase->list != PK_LIST_POLITE)
            return phrase;
        at = *ret_behind;
    }
    return NULL;
}

/* ---- deciding ---- */

static void say(const struct pk_reading *r, enum pk_intent intent, const struct pk_phrase *because, struct pk_reply_meaning *ret)
{
    ret->intent = intent;
    /* Words that several languages share tell nothing of the writer's. */
    const char *language = because ? pk_reply_language(r->words, because->language) : "mul"; /* so do signs */
    ret->shared = strcmp(language, "mul") == 0;
    (void) snprintf(ret->language, sizeof ret->language, "%s", ret->shared ? "" : language);
}

static void decide_without_words(const struct pk_reading *r, struct pk_reply_meaning *ret)
{
    static const UChar32 yes[] = { 0x1f44d, 0x1f44c, 0x2705, 0x2611, 0x2714 }; /* 👍 👌 ✅ ☑ ✔ */
    static const UChar32 no[] = { 0x1f44e, 0x274c, 0x2716, 0x1f6ab };          /* 👎 ❌ ✖ 🚫 */
    bool yes_seen = false, no_seen = false, question = false, other = false;
    for (int32_t i = 0; i < r->text.len;) {
        UChar32 c = pk_utf16_next(r->text.data, &i, r->text.len);
        for (size_t j = 0; j < PK_COUNT(yes); j++)
            yes_seen = yes_seen || c == yes[j];
        for (size_t j = 0; j < PK_COUNT(no); j++)
            no_seen = no_seen || c == no[j];
        question = question || c == '?';
        other = other || (c != '?' && !u_isUWhiteSpace(c));
    }
    if (question && !other) {
        say(r, PK_INTENT_HELP, NULL, ret);
    } else if (yes_seen != no_seen) {
        say(r, yes_seen ? PK_INTENT_YES : PK_INTENT_NO, NULL, ret);
        ret->soft = true;
    }
}

/* What a message is made of when it is made of nothing but list words and numbers. */
struct sum {
    const struct pk_phrase *seen[PK_REPLY_LISTS]; /* the first of each list, but POLITE and COUNTER */
    size_t numbers;
    int number;
    bool polite; /* of nothing but POLITE */
};

static bool add_up(const struct pk_reading *r, struct sum *ret)
{
    *ret = (struct sum){ 0 };
    for (size_t at = 0; at < r->count;) {
        const struct pk_phrase *phrase = longest_at(r, at);
        if (phrase) {
            if (!ret->seen[phrase->list])
                ret->seen[phrase->list] = phrase;
            at += phrase->count;
        } else if (r->tokens[at].number >= 0) {
            ret->number = r->tokens[at++].number;
            ret->numbers++;
        } else {
            return false;
        }
    }
    ret->polite = ret->seen[PK_LIST_POLITE] && !ret->seen[PK_LIST_COUNTER] && ret->numbers == 0;
    ret->seen[PK_LIST_POLITE] = ret->seen[PK_LIST_COUNTER] = NULL;
    for (size_t i = 0; i < PK_REPLY_LISTS; i++)
        ret->polite = ret->polite && !ret->seen[i];
    return true;
}

/* Is what was seen of these lists only, and of at least one of them? */
static bool only(const struct sum *sum, unsigned lists)
{
    bool any = false;
    for (unsigned i = 0; i < PK_REPLY_LISTS; i++) {
        if (sum->seen[i] && !(lists & (1u << i)))
            return false;
        any = any || sum->seen[i];
    }
    return any;
}

static bool ends_in_question(const struct pk_reading *r)
{
    int32_t end = r->text.len;
    while (end > 0 && u_isUWhiteSpace(r->text.data[end - 1]))
        end--;
    return end > 0 && r->text.data[end - 1] == '?';
}

static void decide_by_sum(const struct pk_reading *r, const struct sum *sum, struct pk_reply_meaning *ret)
{
    const struct pk_phrase *const *seen = sum->seen;
    const struct pk_phrase *yes = seen[PK_LIST_YES], *soft = seen[PK_LIST_YES_SOFT];
    if (seen[PK_LIST_STOP_FIRST]) {
        say(r, PK_INTENT_STOP, seen[PK_LIST_STOP_FIRST], ret);
    } else if (only(sum, 1u << PK_LIST_STOP_WHOLE) && sum->numbers == 0) {
        say(r, PK_INTENT_STOP, seen[PK_LIST_STOP_WHOLE], ret);
    } else if (seen[PK_LIST_HELP_PHRASE] && !yes && !seen[PK_LIST_STOP_WHOLE]) {
        say(r, PK_INTENT_HELP, seen[PK_LIST_HELP_PHRASE], ret);
    } else if (only(sum, 1u << PK_LIST_START) && sum->numbers == 0) {
        say(r, PK_INTENT_START, seen[PK_LIST_START], ret);
    } else if (ends_in_question(r)) {
        return;
    } else if (only(sum, 1u << PK_LIST_YES | 1u << PK_LIST_YES_SOFT) && sum->numbers <= 1) {
        say(r, PK_INTENT_YES, yes ? yes : soft, ret);
        ret->soft = !yes;
        ret->count = sum->numbers == 1 ? (uint32_t) sum->number : 0;
    } else if (only(sum, 1u << PK_LIST_NO) && sum->numbers == 0) {
        say(r, PK_INTENT_NO, seen[PK_LIST_NO], ret);
    }
}

/* "STOP срещи": the first word, and all the rest is exactly one topic's. With anything else in it, a STOP is a whole one. */
static bool decide_topic(const struct pk_reading *r, const struct pk_topic_words *topics, const struct pk_phrase *first, size_t behind,
                         struct pk_reply_meaning *ret)
{
    bool stop = first->list == PK_LIST_STOP_FIRST || first->list == PK_LIST_STOP_WHOLE;
    if (r->cut || (!stop && first->list != PK_LIST_START))
        return false;
    const char *topic = pk_topic_words_match(topics, r->tokens + behind, r->count - behind);
    if (!topic)
        return false;
    say(r, stop ? PK_INTENT_STOP : PK_INTENT_START, first, ret);
    (void) snprintf(ret->topic, sizeof ret->topic, "%s", topic);
    return true;
}

/* "Liked „...“": a few words and a quotation behind them, in whatever language the phone is set to. */
#define REACTION_WORDS_MAX 5

/* What else is to be known of it, for who has to read or answer it. */
static void look_at(const struct pk_reading *r, struct pk_reply_meaning *ret)
{
    struct sum sum;
    bool whole = !r->cut && add_up(r, &sum);
    ret->tokens = (uint32_t) r->count;
    ret->more = r->count > 0 && !whole;
    ret->polite = r->count > 0 && whole && sum.polite;
    ret->machine = anywhere(r, PK_LIST_MACHINE) || (r->ends_quoting && r->count <= REACTION_WORDS_MAX);
}

static void decide(const struct pk_reading *r, const struct pk_topic_words *topics, struct pk_reply_meaning *ret)
{
    const struct pk_phrase *found;
    struct sum sum;
    size_t behind;
    if (r->count == 0) {
        if (!r->cut)
            decide_without_words(r, ret);
        return;
    }
    if ((found = anywhere(r, PK_LIST_STOP_PHRASE))) {
        say(r, PK_INTENT_STOP, found, ret);
        return;
    }
    found = first_after_polite(r, &behind);
    if (found && topics && decide_topic(r, topics, found, behind, ret))
        return;
    if (found && (found->list == PK_LIST_STOP_FIRST || found->list == PK_LIST_HELP_FIRST)) {
        say(r, found->list == PK_LIST_STOP_FIRST ? PK_INTENT_STOP : PK_INTENT_HELP, found, ret);
        return;
    }
    /* What was not read to its end is made of who knows what. */
    if (!r->cut && add_up(r, &sum))
        decide_by_sum(r, &sum, ret);
    else if ((found = anywhere(r, PK_LIST_HELP_PHRASE)))
        say(r, PK_INTENT_HELP, found, ret);
}

void pk_reply_decide(const struct pk_reply_words *words, const struct pk_topic_words *topics, struct pk_slice text,
                     struct pk_reply_meaning *ret_meaning)
{
    struct pk_reading reading;
    *ret_meaning = (struct pk_reply_meaning){ .intent = PK_INTENT_NONE };
    pk_reading_init(&reading, words, text);
    look_at(&reading, ret_meaning);
    decide(&reading, topics, ret_meaning);
    pk_reading_finish(&reading);
}

void pk_reply_understand(const struct pk_reply_words *words, struct pk_slice text, struct pk_reply_meaning *ret_meaning)
{
    pk_reply_decide(words, NULL, text, ret_meaning);
}

const char *pk_intent_name(enum pk_intent intent)
{
    static const char *const names[] = { "none", "stop", "start", "yes", "no", "help" };
    return (unsigned) intent < PK_COUNT(names) ? names[intent] : "none";
}
