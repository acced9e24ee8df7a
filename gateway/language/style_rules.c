/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the rules of style; see the header. Called when a language is loaded. */
#include "gateway/language/style_rules.h"

#include "gateway/base/text.h"
#include "gateway/language/utf16.h"

#define NUMBER_MAX 100
/* Of the pattern matcher: steps until it gives a text up. Patterns are the language's own, but anybody may write one. */
#define STEPS_MAX 2000
#define STACK_BYTES_MAX (1 << 20)

struct loading {
    struct pk_style *style;
    const struct pk_ini *ini;
    const struct pk_ini_section *section;
    const struct pk_ini_entry *entry;
    struct pk_ini_report *report;
};

__attribute__((format(printf, 3, 4))) static void complain(struct loading *l, const char *hint, const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    (void) vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    pk_ini_tell(l->report, l->ini->file, l->entry ? l->entry->line : l->section->line, "style", l->entry ? l->entry->key : NULL,
                hint, "%s", reason);
}

/* ---- values ---- */

static void free_phrases(struct pk_phrases *phrases)
{
    for (size_t i = 0; i < phrases->count; i++)
        free(phrases->items[i]);
    free(phrases->items);
}

static void read_phrases(struct loading *l, struct pk_phrases *phrases)
{
    struct pk_slice rest = l->entry->value, one;
    while (rest.len > 0 && pk_slice_cut(&rest, ',', &one)) {
        one = pk_slice_trim(one);
        if (one.len == 0) {
            complain(l, "Write words between commas.", "a word is missing");
            continue;
        }
        phrases->items = pk_realloc_array(phrases->items, phrases->count + 1, sizeof *phrases->items);
        phrases->items[phrases->count++] = pk_slice_dup(one);
    }
}

static void read_number(struct loading *l, uint32_t *ret)
{
    int64_t number = 0;
    if (pk_parse_int(l->entry->value, 1, NUMBER_MAX, &number) != 0)
        complain(l, "Write a number from 1 to 100.", "\"%.*s\" is no such number", PK_SHOWN(l->entry->value));
    *ret = (uint32_t) number;
}

static void read_script(struct loading *l)
{
    char name[8];
    UErrorCode code = U_ZERO_ERROR;
    UScriptCode found[2];
    (void) snprintf(name, sizeof name, "%.*s", PK_SLICE_ARG(l->entry->value));
    int32_t count = l->entry->value.len == 4 ? uscript_getCode(name, found, 2, &code) : 0;
    if (U_FAILURE(code) || count != 1)
        complain(l, "Write four letters: Cyrl, Latn ...", "\"%.*s\" is no script", PK_SHOWN(l->entry->value));
    else
        l->style->script = found[0];
}

/* "„ “" */
static void read_quotes(struct loading *l)
{
    struct pk_slice rest = l->entry->value, one;
    size_t count = 0;
    while (pk_slice_cut(&rest, ' ', &one)) {
        int32_t at = 0;
        UChar32 c = one.len > 0 ? pk_utf8_next(one.data, &at, (int32_t) one.len) : -1;
        if (c > 0 && at == (int32_t) one.len && count < 2)
            l->style->quotes[count] = c;
        count++;
    }
    if (count == 2 && l->style->quotes[0] > 0 && l->style->quotes[1] > 0)
        return;
    complain(l, "Write the one that opens, a space, and the one that closes.", "these are no two quotation marks");
    l->style->quotes[0] = l->style->quotes[1] = 0;
}

static void read_order(struct loading *l)
{
    static const char *const names[PK_STYLE_PLACES] = { "when", "where", "answer" };
    struct pk_slice rest = l->entry->value, one;
    while (pk_slice_cut(&rest, ' ', &one)) {
        size_t i = 0;
        while (i < PK_STYLE_PLACES && !pk_slice_is(one, names[i]))
            i++;
        if (i == PK_STYLE_PLACES || l->style->order_count == PK_STYLE_PLACES)
            complain(l, "Write when, where and answer in the order they are to stand.", "\"%.*s\" does not belong here",
                     PK_SHOWN(one));
        else
            l->style->order[l->style->order_count++] = (enum pk_style_place) i;
    }
}

/* ---- [style] ---- */

static const char *const keys[] = { "script",   "names",        "sentence-words", "one-idea",     "abbreviations", "quotes",
                                    "capitals", "offers",       "cue-stop",       "cue-start",    "cue-help",      "cue-yes",
                                    "cue-no",   "plural-forms", "agreeing-verbs", "prepositions", "order",         "order-except",
                                    "links",    "sample-parts", "rendered-parts" };

enum pk_intent pk_style_cue_intent(size_t index)
{
    static const enum pk_intent intents[PK_STYLE_CUES] = { PK_INTENT_STOP, PK_INTENT_START, PK_INTENT_HELP, PK_INTENT_YES,
                                                           PK_INTENT_NO };
    return intents[index];
}

static struct pk_phrases *phrases_of(struct pk_style *s, const char *key)
{
    const struct {
        const char *key;
        struct pk_phrases *phrases;
    } lists[] = {
        { "names", &s->names },
        { "one-idea", &s->one_idea },
        { "abbreviations", &s->abbreviations },
        { "capitals", &s->capitals },
        { "offers", &s->offers },
        { "cue-stop", &s->cues[0] },
        { "cue-start", &s->cues[1] },
        { "cue-help", &s->cues[2] },
        { "cue-yes", &s->cues[3] },
        { "cue-no", &s->cues[4] },
        { "plural-forms", &s->plural_forms },
        { "agreeing-verbs", &s->agreeing_verbs },
        { "prepositions", &s->prepositions },
        { "order-except", &s->order_except },
        { "links", &s->links },
    };
    for (size_t i = 0; i < PK_COUNT(lists); i++)
        if (strcmp(lists[i].key, key) == 0)
            return lists[i].phrases;
    return NULL;
}

static void read_key(struct loading *l)
{
    const char *key = l->entry->key;
    struct pk_style *style = l->style;
    struct pk_phrases *phrases = phrases_of(style, key);
    if (phrases)
        read_phrases(l, phrases);
    style->abbreviations_said = style->abbreviations_said || phrases == &style->abbreviations;
    style->links_said = style->links_said || phrases == &style->links;
    if (phrases)
        return;
    if (strcmp(key, "script") == 0)
        read_script(l);
    else if (strcmp(key, "quotes") == 0)
        read_quotes(l);
    else if (strcmp(key, "order") == 0)
        read_order(l);
    else if (strcmp(key, "sentence-words") == 0)
        read_number(l, &style->sentence_words);
    else if (strcmp(key, "sample-parts") == 0)
        read_number(l, &style->sample_parts);
    else if (strcmp(key, "rendered-parts") == 0)
        read_number(l, &style->rendered_parts);
    else {
        const char *near = pk_nearest(pk_slice_of(key), keys, PK_COUNT(keys));
        complain(l, "The README of the templates lists all keys.",
                 near ? "there is no key \"%s\"; did you mean \"%s\"?" : "there is no key \"%s\"%s", key, near ? near : "");
    }
}

/* ---- [style NAME] ---- */

static URegularExpression *compile(struct loading *l)
{
    UErrorCode code = U_ZERO_ERROR;
    UParseError where = { 0 };
    pk_auto(pk_utf16) struct pk_utf16 pattern = { 0 };
    URegularExpression *compiled = NULL;
    if (pk_utf16_from_utf8(&pattern, l->entry->value) == 0 && pattern.len > 0)
        compiled = uregex_open(pattern.data, pattern.len, 0, &where, &code);
    if (compiled && U_SUCCESS(code)) {
        uregex_setTimeLimit(compiled, STEPS_MAX, &code);
        uregex_setStackLimit(compiled, STACK_BYTES_MAX, &code);
        return compiled;
    }
    complain(l, "Write a regular expression of ICU; a backslash stands before a sign that is meant as it is.",
             "the pattern cannot be read at character %d", where.offset > 0 ? where.offset : 1);
    uregex_close(compiled);
    return NULL;
}

static void read_pattern_key(struct loading *l, struct pk_style_pattern *pattern)
{
    const char *key = l->entry->key;
    struct pk_slice value = l->entry->value;
    if (strcmp(key, "find") == 0)
        pattern->find = compile(l);
    else if (strcmp(key, "except") == 0)
        pattern->except = compile(l);
    else if (strcmp(key, "why") == 0)
        pattern->why = pk_slice_dup(value);
    else if (strcmp(key, "remedy") == 0)
        pattern->remedy = pk_slice_dup(value);
    else if (strcmp(key, "level") == 0 && (pk_slice_is(value, "error") || pk_slice_is(value, "warning")))
        pattern->warning = pk_slice_is(value, "warning");
    else if (strcmp(key, "level") == 0)
        complain(l, "Write error or warning.", "\"%.*s\" is no level", PK_SHOWN(value));
    else
        complain(l, "Use find, except, why, remedy and level.", "there is no key \"%s\"", key);
}

static void read_pattern(struct loading *l)
{
    struct pk_style *style = l->style;
    size_t before = l->report->count;
    l->entry = NULL;
    if (style->pattern_count == PK_STYLE_PATTERNS_MAX) {
        complain(l, "Take some of them together.", "there are more than %d patterns", PK_STYLE_PATTERNS_MAX);
        return;
    }
    struct pk_style_pattern *pattern = &style->patterns[style->pattern_count++];
    pattern->name = pk_strdup(l->section->name);
    for (size_t i = 0; i < l->section->entry_count; i++) {
        l->entry = &l->section->entries[i];
        read_pattern_key(l, pattern);
    }
    l->entry = NULL;
    if (l->report->count == before && (!pattern->find || !pattern->why || !pattern->remedy))
        complain(l, "Every pattern has find, why and remedy.", "the pattern \"%s\" is not whole", l->section->name);
}

struct pk_style *pk_style_load(const struct pk_ini *ini, struct pk_ini_report *report)
{
    struct pk_style *style = pk_alloc(sizeof *style);
    struct loading l = { .style = style, .ini = ini, .report = report };
    style->script = USCRIPT_INVALID_CODE;
    for (size_t i = 0; i < ini->section_count; i++) {
        l.section = &ini->sections[i];
        if (strcmp(l.section->kind, "style") != 0)
            continue;
        if (l.section->name[0] != '\0') {
            read_pattern(&l);
            continue;
        }
        for (size_t j = 0; j < l.section->entry_count; j++) {
            l.entry = &l.section->entries[j];
            read_key(&l);
        }
    }
    return style;
}

void pk_style_free(struct pk_style *style)
{
    if (!style)
        return;
    for (size_t i = 0; i < PK_COUNT(keys); i++) {
        struct pk_phrases *phrases = phrases_of(style, keys[i]);
        if (phrases)
            free_phrases(phrases);
    }
    for (size_t i = 0; i < style->pattern_count; i++) {
        struct pk_style_pattern *pattern = &style->patterns[i];
        free(pattern->name);
        uregex_close(pattern->find);
        uregex_close(pattern->except);
        free(pattern->why);
        free(pattern->remedy);
    }
    free(style);
}
