/* SPDX-License-Identifier: EUPL-1.2 */
/* The readings of one word; see the header. Called for every word of a reply and for every word of the lists. */
#include "gateway/language/reply_fold.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

/* Letters that look alike, Latin to Cyrillic; n and u as they are written by hand. */
static const struct pair {
    UChar from, to;
} shape_to_cyrillic[] = {
    { 'a', u'а' }, { 'b', u'в' }, { 'c', u'с' }, { 'e', u'е' }, { 'h', u'н' }, { 'k', u'к' }, { 'm', u'м' },
    { 'o', u'о' }, { 'p', u'р' }, { 't', u'т' }, { 'x', u'х' }, { 'y', u'у' }, { 'n', u'п' }, { 'u', u'и' },
};
static const struct pair shape_to_latin[] = {
    { u'а', 'a' }, { u'в', 'b' }, { u'с', 'c' }, { u'е', 'e' }, { u'н', 'h' }, { u'к', 'k' }, { u'м', 'm' }, { u'о', 'o' },
    { u'р', 'p' }, { u'т', 't' }, { u'х', 'x' }, { u'у', 'y' }, { u'ѕ', 's' }, { u'і', 'i' }, { u'ј', 'j' },
};
/* Letters that sound alike. й is folded to и afterwards, like everywhere. */
static const struct pair sound_to_cyrillic[] = {
    { 'a', u'а' }, { 'b', u'б' }, { 'v', u'в' }, { 'w', u'в' }, { 'g', u'г' }, { 'd', u'д' }, { 'e', u'е' },
    { 'z', u'з' }, { 'i', u'и' }, { 'j', u'и' }, { 'k', u'к' }, { 'l', u'л' }, { 'm', u'м' }, { 'n', u'н' },
    { 'o', u'о' }, { 'p', u'п' }, { 'r', u'р' }, { 's', u'с' }, { 't', u'т' }, { 'u', u'у' }, { 'f', u'ф' },
    { 'h', u'х' }, { 'x', u'х' }, { 'c', u'ц' }, { 'y', u'ъ' }, { 'q', u'я' },
};
/* Digits typed for letters that look or sound like them. */
static const struct pair digits[] = { { '0', u'о' }, { '3', u'з' }, { '4', u'ч' }, { '6', u'ш' } };

static UChar mapped(const struct pair *pairs, size_t count, UChar c)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i].from == c)
            return pairs[i].to;
    return c;
}

static UScriptCode script_of(UChar32 c)
{
    UErrorCode code = U_ZERO_ERROR;
    return u_isalpha(c) ? uscript_getScript(c, &code) : USCRIPT_COMMON;
}

bool pk_is_cyrillic(UChar32 c)
{
    return script_of(c) == USCRIPT_CYRILLIC;
}

bool pk_is_latin(UChar32 c)
{
    return script_of(c) == USCRIPT_LATIN;
}

static bool has_latin(const struct pk_word *word)
{
    for (int32_t i = 0; i < word->len; i++)
        if (pk_is_latin(word->text[i]))
            return true;
    return false;
}

bool pk_word_has_cyrillic(const struct pk_word *word)
{
    for (int32_t i = 0; i < word->len; i++)
        if (pk_is_cyrillic(word->text[i]))
            return true;
    return false;
}

bool pk_word_equal(const struct pk_word *a, const struct pk_word *b)
{
    return a->len == b->len && memcmp(a->text, b->text, (size_t) a->len * sizeof a->text[0]) == 0;
}

/* ---- folding ---- */

void pk_fold(struct pk_utf16 *text)
{
    UErrorCode code = U_ZERO_ERROR;
    const UNormalizer2 *casefold = unorm2_getNFKCCasefoldInstance(&code), *nfd = unorm2_getNFDInstance(&code);
    if (U_FAILURE(code))
        return;
    pk_utf16_normalize(text, casefold);
    pk_utf16_normalize(text, nfd);
    struct pk_utf16 to = { 0 };
    for (int32_t i = 0; i < text->len;) {
        UChar32 c = pk_utf16_next(text->data, &i, text->len);
        if (u_charType(c) != U_NON_SPACING_MARK)
            pk_utf16_add(&to, c == 0x131 ? 'i' : c);
    }
    pk_utf16_finish(text);
    *text = to;
}

static bool add(struct pk_word *word, UChar c)
{
    if (word->len == PK_WORD_MAX)
        return false;
    word->text[word->len++] = c;
    return true;
}

/* Every run of one letter becomes one. */
static void unstretch(struct pk_word *word)
{
    int32_t len = 0;
    for (int32_t i = 0; i < word->len; i++)
        if (len == 0 || word->text[i] != word->text[len - 1] || !u_isalpha(word->text[i]))
            word->text[len++] = word->text[i];
    word->len = len;
}

static void map_all(struct pk_word *word, const struct pair *pairs, size_t count)
{
    for (int32_t i = 0; i < word->len; i++)
        word->text[i] = mapped(pairs, count, word->text[i]);
}

bool pk_fold_cyrillic(const struct pk_word *word, struct pk_word *ret)
{
    *ret = *word;
    map_all(ret, digits, PK_COUNT(digits));
    unstretch(ret);
    return true;
}

/* Replaces every `from`, reading from the left. */
static bool replace(struct pk_word *word, const char *from, const char *to)
{
    struct pk_word result = { .len = 0 };
    int32_t from_len = (int32_t) strlen(from);
    for (int32_t i = 0; i < word->len;) {
        int32_t same = 0;
        while (same < from_len && i + same < word->len && word->text[i + same] == (UChar) from[same])
            same++;
        if (same < from_len) {
            if (!add(&result, word->text[i++]))
                return false;
            continue;
        }
        for (const char *c = to; *c; c++)
            if (!add(&result, (UChar) *c))
                return false;
        i += from_len;
    }
    *word = result;
    return true;
}

static bool is_any_of(UChar c, const char *letters)
{
    return c != 0 && c < 128 && strchr(letters, (char) c) != NULL;
}

/* j is ж before a vowel and й elsewhere; y is a sound of its own before a, o, u only (ya, yo, yu). */
static bool fold_j_and_y(struct pk_word *word)
{
    struct pk_word result = { .len = 0 };
    for (int32_t i = 0; i < word->len; i++) {
        UChar c = word->text[i], next = i + 1 < word->len ? word->text[i + 1] : 0;
        bool fits;
        if (c == 'j' && is_any_of(next, "aeiou"))
            fits = add(&result, 'z') && add(&result, 'h');
        else if (c == 'j' || (c == 'y' && !is_any_of(next, "aou")))
            fits = add(&result, 'i');
        else
            fits = add(&result, c);
        if (!fits)
            return false;
    }
    *word = result;
    return true;
}

bool pk_fold_latin(const struct pk_word *word, struct pk_word *ret)
{
    /* In this order: later rules see what earlier ones made. */
    static const char *const rules[][2] = {
        { "6", "sh" },     { "4", "ch" },  { "3", "z" },   { "0", "o" },   { "w", "v" },   { "x", "h" },    { "q", "ya" },
        { "shch", "sht" }, { "ia", "ya" }, { "ja", "ya" }, { "iu", "yu" }, { "ju", "yu" }, { "iya", "ya" }, { "yya", "ya" },
    };
    *ret = *word;
    if (!has_latin(word) && !pk_word_has_cyrillic(word))
        return false; /* a number stays a number */
    for (size_t i = 0; i < PK_COUNT(rules); i++)
        if (!replace(ret, rules[i][0], rules[i][1]))
            return false;
    if (!fold_j_and_y(ret))
        return false;
    unstretch(ret);
    return true;
}

/* ---- readings ---- */

static void add_form(struct pk_forms *forms, const struct pk_word *form, bool folded)
{
    for (size_t i = 0; i < forms->count; i++)
        if (pk_word_equal(&forms->forms[i], form))
            return;
    if (forms->count == PK_FORMS_MAX)
        return;
    forms->folded[forms->count] = folded;
    forms->forms[forms->count++] = *form;
}

static void add_cyrillic_fold(struct pk_forms *forms, const struct pk_word *word)
{
    struct pk_word folded;
    if (pk_fold_cyrillic(word, &folded))
        add_form(forms, &folded, true);
}

static void add_latin_fold(struct pk_forms *forms, const struct pk_word *word)
{
    struct pk_word folded;
    if (pk_fold_latin(word, &folded))
        add_form(forms, &folded, true);
}

/* Cyrillic letters that all have a Latin twin: a Latin word typed on the wrong keyboard. */
static bool as_latin_shape(const struct pk_word *word, struct pk_word *ret)
{
    *ret = *word;
    map_all(ret, shape_to_latin, PK_COUNT(shape_to_latin));
    return !pk_word_has_cyrillic(ret);
}

static bool is_he(const struct pk_word *word)
{
    return word->len == 2 && word->text[0] == 'h' && word->text[1] == 'e';
}

static void cyrillic_forms(const struct pk_word *word, struct pk_forms *forms)
{
    struct pk_word shape;
    add_cyrillic_fold(forms, word);
    if (as_latin_shape(word, &shape))
        add_form(forms, &shape, false);
}

static void mixed_forms(const struct pk_word *word, struct pk_forms *forms)
{
    struct pk_word shape = *word, sound = *word, latin;
    map_all(&shape, shape_to_cyrillic, PK_COUNT(shape_to_cyrillic));
    add_cyrillic_fold(forms, &shape);
    map_all(&sound, sound_to_cyrillic, PK_COUNT(sound_to_cyrillic));
    add_cyrillic_fold(forms, &sound);
    if (as_latin_shape(word, &latin)) {
        add_form(forms, &latin, false);
        add_latin_fold(forms, &latin);
    }
}

static void latin_forms(const struct pk_word *word, struct pk_forms *forms)
{
    struct pk_word shape = *word;
    add_latin_fold(forms, word);
    /* By shape "HE" is Bulgarian for no, by sound Turkish for yes: it stays what nobody can know. */
    if (is_he(word))
        return;
    map_all(&shape, shape_to_cyrillic, PK_COUNT(shape_to_cyrillic));
    map_all(&shape, digits, PK_COUNT(digits));
    if (!has_latin(&shape))
        add_form(forms, &shape, false);
}

void pk_word_forms(const struct pk_word *word, struct pk_forms *ret_forms)
{
    bool latin = has_latin(word), cyrillic = pk_word_has_cyrillic(word);
    ret_forms->count = 0;
    add_form(ret_forms, word, false);
    if (latin && cyrillic)
        mixed_forms(word, ret_forms);
    else if (cyrillic)
        cyrillic_forms(word, ret_forms);
    else if (latin)
        latin_forms(word, ret_forms);
}
