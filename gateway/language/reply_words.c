/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reply words from the language files into searchable lists; see the header. Called while a catalog is loaded.
 * Immutable afterwards.
 */
#include "gateway/language/reply_words.h"

#include "gateway/base/text.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

#define LANGUAGES_MAX 64
#define WORDS_MAX 16384
#define PHRASES_MAX 16384
#define PLACES_MAX 4096 /* lists */

struct entry {
    struct pk_word word;
    uint16_t number;
};

struct place {
    char *file;
    uint32_t line;
};

struct pk_reply_words {
    struct entry *entries; /* sorted by word */
    size_t entry_count;
    struct pk_phrase *phrases;
    size_t phrase_count;
    struct place *places; /* a list each */
    size_t place_count;
    char languages[LANGUAGES_MAX][sizeof((struct pk_reply_meaning *) 0)->language];
    size_t language_count;
};

static const char *const list_names[PK_REPLY_LISTS] = { "stop-first", "stop-whole",  "stop-phrase", "start",
                                                        "yes",        "yes-soft",    "no",          "neutral",
                                                        "help-first", "help-phrase", "polite",      "counter",
                                                        "machine" };

struct pk_reply_words *pk_reply_words_new(void)
{
    return pk_alloc(sizeof(struct pk_reply_words));
}

void pk_reply_words_free(struct pk_reply_words *words)
{
    if (!words)
        return;
    for (size_t i = 0; i < words->place_count; i++)
        free(words->places[i].file);
    free(words->places);
    free(words->entries);
    free(words->phrases);
    free(words);
}

/* ---- words ---- */

static int compare(const struct pk_word *a, const struct pk_word *b)
{
    int32_t common = a->len < b->len ? a->len : b->len;
    for (int32_t i = 0; i < common; i++)
        if (a->text[i] != b->text[i])
            return a->text[i] < b->text[i] ? -1 : 1;
    return a->len == b->len ? 0 : a->len < b->len ? -1 : 1;
}

/* Where the word is, or would be put. */
static size_t place_of(const struct pk_reply_words *words, const struct pk_word *word, bool *ret_there)
{
    size_t low = 0, high = words->entry_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(&words->entries[middle].word, word);
        if (order == 0) {
            *ret_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_there = false;
    return low;
}

int pk_reply_word_find(const struct pk_reply_words *words, const struct pk_word *word)
{
    bool there;
    size_t place = place_of(words, word, &there);
    return there ? words->entries[place].number : -1;
}

static uint16_t intern(struct pk_reply_words *words, const struct pk_word *word)
{
    bool there;
    size_t place = place_of(words, word, &there);
    if (there)
        return words->entries[place].number;
    words->entries = pk_realloc_array(words->entries, words->entry_count + 1, sizeof *words->entries);
    memmove(words->entries + place + 1, words->entries + place, (words->entry_count - place) * sizeof *words->entries);
    words->entries[place] = (struct entry){ .word = *word, .number = (uint16_t) words->entry_count };
    return (uint16_t) words->entry_count++;
}

const struct pk_phrase *pk_reply_phrases(const struct pk_reply_words *words, size_t *ret_count)
{
    *ret_count = words->phrase_count;
    return words->phrases;
}

const char *pk_reply_language(const struct pk_reply_words *words, uint8_t language)
{
    return words->languages[language];
}

const char *pk_reply_list_name(uint8_t list)
{
    return list_names[list];
}

const char *pk_reply_place(const struct pk_reply_words *words, const struct pk_phrase *phrase, uint32_t *ret_line)
{
    *ret_line = words->places[phrase->place].line;
    return words->places[phrase->place].file;
}

static bool same_words(const struct pk_phrase *a, const struct pk_phrase *b)
{
    return a->count == b->count && memcmp(a->words, b->words, a->count * sizeof a->words[0]) == 0;
}

static const struct pk_phrase *find_same(const struct pk_reply_words *words, const struct pk_phrase *phrase)
{
    for (size_t i = 0; i < words->phrase_count; i++)
        if (words->phrases[i].folded == phrase->folded && same_words(&words->phrases[i], phrase))
            return &words->phrases[i];
    return NULL;
}

const struct pk_phrase *pk_reply_phrase_find(const struct pk_reply_words *words, const struct pk_word *phrase, uint8_t count,
                                             bool folded)
{
    struct pk_phrase wanted = { .count = count, .folded = folded };
    for (uint8_t i = 0; i < count; i++) {
        int number = pk_reply_word_find(words, &phrase[i]);
        if (number < 0)
            return NULL;
        wanted.words[i] = (uint16_t) number;
    }
    return find_same(words, &wanted);
}

/* ---- adding ---- */

struct adding {
    struct pk_reply_words *words;
    const char *file;
    uint32_t line;
    const char *list_name;
    struct pk_ini_report *report;
    struct pk_phrase phrase; /* list and language are set */
    bool latin_rendering;    /* all of it is Latin spelling of another script */
    int result;
};

__attribute__((format(printf, 3, 4))) static void complain(struct adding *a, const char *hint, const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    a->result = PK_E_CONFIG;
    if (a->report)
        pk_ini_tell(a->report, a->file, a->line, "replies", a->list_name, hint, "%s", reason);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* A word that means two things means nothing: people would be stopped or counted by the order of files. */
static void complain_of(struct adding *a, const struct pk_phrase *other, bool folded, struct pk_slice shown)
{
    uint32_t line;
    const char *file = pk_reply_place(a->words, other, &line);
    /* The folder says which language.ini it is. */
    const char *slash = strrchr(file, '/');
    while (slash && slash > file && slash[-1] != '/')
        slash--;
    complain(a, folded ? "Take it out of one of them: people in a hurry spell both the same." : "Keep it in one of them, whatever the language.",
             "\"%.*s\" %s list %s of language %s too (%s:%u)", PK_SHOWN(shown), folded ? "reads like a word in" : "stands in",
             list_names[other->list], a->words->languages[other->language], slash ? slash : file_name(file), line);
}

/* A second spelling that happens to be another list's exact word is no conflict: the exact word wins. */
static bool add_phrase(struct adding *a, const struct pk_word *phrase_words, uint8_t count, bool folded, struct pk_slice shown)
{
    struct pk_reply_words *words = a->words;
    struct pk_phrase phrase = a->phrase;
    phrase.count = count;
    phrase.folded = folded;
    for (uint8_t i = 0; i < count; i++)
        phrase.words[i] = intern(words, &phrase_words[i]);
    const struct pk_phrase *other = find_same(words, &phrase);
    if (other && other->list != phrase.list)
        complain_of(a, other, folded, shown);
    if (other)
        return other->list == phrase.list;
    words->phrases = pk_realloc_array(words->phrases, words->phrase_count + 1, sizeof *words->phrases);
    words->phrases[words->phrase_count++] = phrase;
    return true;
}

bool pk_phrase_cut(struct pk_slice text, struct pk_word ret_words[PK_PHRASE_WORDS_MAX], uint8_t *ret_count)
{
    uint8_t count = 0;
    bool inside = false;
    pk_auto(pk_utf16) struct pk_utf16 folded = { 0 };
    if (pk_utf16_from_utf8(&folded, text) == 0)
        pk_fold(&folded);
    for (int32_t i = 0; i < folded.len;) {
        UChar32 c = pk_utf16_next(folded.data, &i, folded.len);
        if (!u_isalnum(c)) {
            inside = false;
            continue;
        }
        if (!inside) {
            if (count == PK_PHRASE_WORDS_MAX)
                return false;
            ret_words[count++].len = 0;
            inside = true;
        }
        struct pk_word *word = &ret_words[count - 1];
        if (word->len + 2 > PK_WORD_MAX)
            return false;
        word->len += pk_utf16_write(c, word->text + word->len);
    }
    *ret_count = count;
    return count > 0;
}

/* The same phrase as it is spelled by people in a hurry; Latin phrases of several words only where the whole list is
 * a spelling, because other languages' own words may become each other's. */
static void add_folded(struct adding *a, const struct pk_word *words, uint8_t count, struct pk_slice shown)
{
    struct pk_word folded[PK_PHRASE_WORDS_MAX];
    bool cyrillic = pk_word_has_cyrillic(&words[0]);
    if (!cyrillic && !a->latin_rendering && count > 1)
        return;
    for (uint8_t i = 0; i < count; i++)
        if (!(cyrillic ? pk_fold_cyrillic(&words[i], &folded[i]) : pk_fold_latin(&words[i], &folded[i])))
            return;
    (void) add_phrase(a, folded, count, true, shown);
}

static void add_one(struct adding *a, struct pk_slice text)
{
    struct pk_word words[PK_PHRASE_WORDS_MAX];
    uint8_t count = 0;
    if (!pk_phrase_cut(text, words, &count)) {
        complain(a, "Write words of letters, at most six to a phrase, between commas.", "\"%.*s\" is no phrase", PK_SHOWN(text));
        return;
    }
    if (a->words->entry_count + 2u * PK_PHRASE_WORDS_MAX > WORDS_MAX || a->words->phrase_count + 2 > PHRASES_MAX) {
        complain(a, "Shorten the lists.", "there are too many reply words");
        return;
    }
    if (add_phrase(a, words, count, false, text))
        add_folded(a, words, count, text);
}

static int language_number(struct pk_reply_words *words, const char *language)
{
    for (size_t i = 0; i < words->language_count; i++)
        if (strcmp(words->languages[i], language) == 0)
            return (int) i;
    if (words->language_count == LANGUAGES_MAX || strlen(language) >= sizeof words->languages[0])
        return -1;
    (void) snprintf(words->languages[words->language_count], sizeof words->languages[0], "%s", language);
    return (int) words->language_count++;
}

int pk_reply_words_add(struct pk_reply_words *words, const char *language, const char *list, struct pk_slice phrases,
                       const char *file, uint32_t line, struct pk_ini_report *report)
{
    struct adding a = { .words = words, .file = file, .line = line, .list_name = list, .report = report };
    size_t number = 0, tag = strlen(language);
    while (number < PK_REPLY_LISTS && strcmp(list_names[number], list) != 0)
        number++;
    if (number == PK_REPLY_LISTS) {
        const char *near = pk_nearest(pk_slice_of(list), list_names, PK_REPLY_LISTS);
        complain(&a, "The README of the templates names all lists.",
                 near ? "there is no list \"%s\"; did you mean \"%s\"?" : "there is no list \"%s\"%s", list, near ? near : "");
        return a.result;
    }
    int known = language_number(words, language);
    if (known < 0) {
        complain(&a, "Use fewer languages, and tags of at most 11 letters.", "language \"%s\" cannot be added", language);
        return a.result;
    }
    if (words->place_count == PLACES_MAX) {
        complain(&a, "Shorten the lists.", "there are too many lists of reply words");
        return a.result;
    }
    words->places = pk_realloc_array(words->places, words->place_count + 1, sizeof *words->places);
    words->places[words->place_count] = (struct place){ .file = pk_strdup(file), .line = line };
    a.phrase = (struct pk_phrase){ .list = (uint8_t) number, .language = (uint8_t) known, .place = (uint16_t) words->place_count++ };
    a.latin_rendering = tag > 5 && strcmp(language + tag - 5, "-Latn") == 0;
    struct pk_slice one;
    while (pk_slice_cut(&phrases, ',', &one))
        add_one(&a, pk_slice_trim(one));
    return a.result;
}

/* ---- asking ---- */

bool pk_reply_word_is(const struct pk_reply_words *words, struct pk_slice word, uint32_t lists, const char *language)
{
    struct pk_word folded[PK_PHRASE_WORDS_MAX];
    uint8_t count = 0;
    int number = pk_phrase_cut(word, folded, &count) && count == 1 ? pk_reply_word_find(words, &folded[0]) : -1;
    for (size_t i = 0; number >= 0 && i < words->phrase_count; i++) {
        const struct pk_phrase *phrase = &words->phrases[i];
        const char *of = words->languages[phrase->language];
        if (phrase->count == 1 && !phrase->folded && phrase->words[0] == number && (lists >> phrase->list & 1u) != 0 &&
            (strcmp(of, language) == 0 || strcmp(of, "mul") == 0))
            return true;
    }
    return false;
}
