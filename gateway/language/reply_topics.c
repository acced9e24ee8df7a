/* SPDX-License-Identifier: EUPL-1.2 */
/* Topics' words into phrases that are compared one by one: a city has a handful. See the header. */
#include "gateway/language/reply_topics.h"

#include "gateway/base/text.h"
#include "gateway/language/prepare.h"
#include "gateway/language/reply_tokens.h"

#define PHRASES_MAX 1024u
#define LATIN_BYTES_MAX 1024u

struct topic_phrase {
    struct pk_word words[PK_PHRASE_WORDS_MAX];
    uint8_t count;
    bool folded;
    size_t source;
    size_t item; /* of all that was written: its spellings have the same */
};

/* One line of the configuration. */
struct source {
    char *topic, *key, *file;
    uint32_t line;
};

struct pk_topic_words {
    struct topic_phrase *phrases;
    size_t phrase_count;
    struct source *sources;
    size_t source_count;
    size_t item_count;
};

struct pk_topic_words *pk_topic_words_new(void)
{
    return pk_alloc(sizeof(struct pk_topic_words));
}

void pk_topic_words_free(struct pk_topic_words *words)
{
    if (!words)
        return;
    for (size_t i = 0; i < words->source_count; i++) {
        free(words->sources[i].topic);
        free(words->sources[i].key);
        free(words->sources[i].file);
    }
    free(words->sources);
    free(words->phrases);
    free(words);
}

/* ---- adding ---- */

struct adding {
    struct pk_topic_words *words;
    size_t source;
    struct pk_ini_report *report;
    int result;
};

__attribute__((format(printf, 4, 5))) static void tell(const struct source *source, struct pk_ini_report *report, const char *hint,
                                                       const char *format, ...)
{
    char reason[320], section[80];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    (void) snprintf(section, sizeof section, "topic %s", source->topic);
    if (report)
        pk_ini_tell(report, source->file, source->line, section, source->key, hint, "%s", reason);
}

static bool same(const struct topic_phrase *a, const struct topic_phrase *b)
{
    if (a->count != b->count || a->folded != b->folded)
        return false;
    for (uint8_t i = 0; i < a->count; i++)
        if (!pk_word_equal(&a->words[i], &b->words[i]))
            return false;
    return true;
}

/* False when the phrase is another topic's: told, and the other keeps it. */
static bool add_phrase(struct adding *a, const struct topic_phrase *phrase, struct pk_slice shown)
{
    struct pk_topic_words *words = a->words;
    const struct source *source = &words->sources[a->source];
    for (size_t i = 0; i < words->phrase_count; i++) {
        const struct source *other = &words->sources[words->phrases[i].source];
        if (!same(&words->phrases[i], phrase))
            continue;
        if (strcmp(other->topic, source->topic) == 0)
            return true;
        tell(source, a->report, "Give each topic words of its own.", "\"%.*s\" is a word of topic %s too (line %u)", PK_SHOWN(shown),
             other->topic, other->line);
        a->result = PK_E_CONFIG;
        return false;
    }
    words->phrases = pk_realloc_array(words->phrases, words->phrase_count + 1, sizeof *words->phrases);
    words->phrases[words->phrase_count++] = *phrase;
    return true;
}

/* The same as people in a hurry spell it. */
static bool add_folded(struct adding *a, const struct topic_phrase *phrase, struct pk_slice shown)
{
    struct topic_phrase folded = *phrase;
    folded.folded = true;
    for (uint8_t i = 0; i < phrase->count; i++) {
        bool cyrillic = pk_word_has_cyrillic(&phrase->words[i]);
        if (!(cyrillic ? pk_fold_cyrillic(&phrase->words[i], &folded.words[i]) : pk_fold_latin(&phrase->words[i], &folded.words[i])))
            folded.words[i] = phrase->words[i];
    }
    return add_phrase(a, &folded, shown);
}

static bool has_letter(const struct topic_phrase *phrase)
{
    for (uint8_t i = 0; i < phrase->count; i++)
        for (int32_t j = 0; j < phrase->words[i].len; j++)
            if (pk_is_latin(phrase->words[i].text[j]) || pk_is_cyrillic(phrase->words[i].text[j]))
                return true;
    return false;
}

static bool add_spelling(struct adding *a, struct pk_slice text, struct pk_slice shown)
{
    struct topic_phrase phrase = { .source = a->source, .item = a->words->item_count };
    if (!pk_phrase_cut(text, phrase.words, &phrase.count) || !has_letter(&phrase)) {
        tell(&a->words->sources[a->source], a->report, "Write words of letters, at most six to a phrase, between commas.",
             "\"%.*s\" is no word for a topic", PK_SHOWN(shown));
        a->result = PK_E_CONFIG;
        return false;
    }
    if (a->words->phrase_count + 4 > PHRASES_MAX) {
        tell(&a->words->sources[a->source], a->report, "Shorten the lists.", "there are too many words for topics");
        a->result = PK_E_CONFIG;
        return false;
    }
    return add_phrase(a, &phrase, shown) && add_folded(a, &phrase, shown);
}

/* A Cyrillic word is typed in Latin letters as often as not. What is Latin already comes out as it went in. */
static void add_latin(struct adding *a, struct pk_slice text)
{
    struct pk_buf latin, normal;
    pk_buf_init(&latin, LATIN_BYTES_MAX);
    pk_buf_init(&normal, LATIN_BYTES_MAX);
    if (pk_text_prepare(text, &normal) == 0 && pk_transliterate_bg(pk_buf_slice(&normal), &latin) == 0)
        (void) add_spelling(a, pk_buf_slice(&latin), text);
    pk_buf_finish(&latin);
    pk_buf_finish(&normal);
}

int pk_topic_words_add(struct pk_topic_words *words, const char *topic, const char *key, struct pk_slice phrases, const char *file,
                       uint32_t line, struct pk_ini_report *report)
{
    struct adding a = { .words = words, .source = words->source_count, .report = report };
    struct pk_slice one;
    words->sources = pk_realloc_array(words->sources, words->source_count + 1, sizeof *words->sources);
    words->sources[words->source_count++] = (struct source){ pk_strdup(topic), pk_strdup(key), pk_strdup(file), line };
    while (pk_slice_cut(&phrases, ',', &one)) {
        one = pk_slice_trim(one);
        if (add_spelling(&a, one, one))
            add_latin(&a, one);
        words->item_count++;
    }
    return a.result;
}

/* ---- against the languages ---- */

void pk_topic_words_check(const struct pk_topic_words *words, const struct pk_reply_words *replies, struct pk_ini_report *report)
{
    size_t told = SIZE_MAX;
    for (size_t i = 0; i < words->phrase_count; i++) {
        const struct topic_phrase *phrase = &words->phrases[i];
        const struct pk_phrase *other = pk_reply_phrase_find(replies, phrase->words, phrase->count, phrase->folded);
        if (!other || told == phrase->item)
            continue;
        told = phrase->item;
        char shown[PK_PHRASE_WORDS_MAX * (3 * PK_WORD_MAX + 1) + 1];
        struct pk_buf text = { .data = shown, .cap = sizeof shown, .max_bytes = sizeof shown - 1 };
        for (uint8_t j = 0; j < phrase->count; j++) {
            const struct pk_utf16 word = { .data = (UChar *) phrase->words[j].text, .len = phrase->words[j].len };
            (void) pk_buf_add_text(&text, j > 0 ? " " : "");
            (void) pk_utf16_to_utf8(&word, 0, word.len, &text);
        }
        uint32_t line;
        const char *file = pk_reply_place(replies, other, &line);
        tell(&words->sources[phrase->source], report, "Choose another word: whoever writes it means something else.",
             "\"%.*s\" is a reply word already, in list %s of language %s (%s:%u)", PK_SHOWN(pk_buf_slice(&text)),
             pk_reply_list_name(other->list), pk_reply_language(replies, other->language), file, line);
    }
}

/* ---- matching ---- */

static bool is_word(const struct pk_token *token, const struct pk_word *word, bool folded)
{
    struct pk_forms forms;
    if (token->too_long)
        return false;
    pk_word_forms(&token->word, &forms);
    for (size_t i = 0; i < forms.count; i++)
        if (pk_word_equal(&forms.forms[i], word) && (folded || !forms.folded[i]))
            return true;
    return false;
}

static bool is_phrase(const struct topic_phrase *phrase, const struct pk_token *tokens, size_t count)
{
    if (phrase->count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_word(&tokens[i], &phrase->words[i], phrase->folded))
            return false;
    return true;
}

const char *pk_topic_words_match(const struct pk_topic_words *words, const struct pk_token *tokens, size_t count)
{
    const struct topic_phrase *found = NULL;
    if (count == 0 || count > PK_PHRASE_WORDS_MAX)
        return NULL;
    for (size_t i = 0; i < words->phrase_count; i++) {
        const struct topic_phrase *phrase = &words->phrases[i];
        if ((!found || (found->folded && !phrase->folded)) && is_phrase(phrase, tokens, count))
            found = phrase;
    }
    return found ? words->sources[found->source].topic : NULL;
}
