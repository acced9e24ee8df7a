/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Cyrillic to Latin by the Transliteration Act (State Gazette 19/2009), as a table: ICU's own transforms follow older
 * systems and leave the plain alphabet. Called by the renderer for recipients who read Latin letters. One way only:
 * the original is kept where it is.
 */
#include "gateway/include/pokana/error.h"
#include "gateway/language/prepare.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

struct letter {
    UChar32 cyrillic; /* lower case */
    const char *latin;
};

/* а to я in the order of Unicode; letters of other languages follow as a last resort. */
static const char *const alphabet[32] = { "a", "b", "v", "g", "d", "e", "zh", "z",  "i",  "y",   "k", "l", "m", "n", "o",  "p",
                                          "r", "s", "t", "u", "f", "h", "ts", "ch", "sh", "sht", "a", "y", "y", "e", "yu", "ya" };
static const struct letter others[] = {
    { 0x0450, "e" },  { 0x0451, "yo" },  { 0x0452, "dzh" }, { 0x0453, "g" },  { 0x0454, "ye" }, { 0x0455, "dz" }, { 0x0456, "i" },
    { 0x0457, "yi" }, { 0x0458, "y" },   { 0x0459, "ly" },  { 0x045a, "ny" }, { 0x045b, "ch" }, { 0x045c, "k" },  { 0x045d, "i" },
    { 0x045e, "u" },  { 0x045f, "dzh" }, { 0x0463, "e" },   { 0x046b, "a" },  { 0x0491, "g" },
};

static const UChar country[] = u"българия";
#define COUNTRY_LEN 8

static const char *latin_of(UChar32 lower)
{
    if (lower >= 0x0430 && lower <= 0x044f)
        return alphabet[lower - 0x0430];
    for (size_t i = 0; i < PK_COUNT(others); i++)
        if (others[i].cyrillic == lower)
            return others[i].latin;
    return NULL;
}

/* One word: a run of letters and marks. */
struct word {
    const UChar *data;
    int32_t len;
    bool capitals; /* two letters or more, all of them capitals */
};

static bool in_word(UChar32 c)
{
    return u_isalpha(c) || (U_MASK(u_charType(c)) & U_GC_M_MASK) != 0;
}

static bool all_capitals(const UChar *data, int32_t len)
{
    int32_t letters = 0;
    for (int32_t i = 0; i < len;) {
        UChar32 c = pk_utf16_next(data, &i, len);
        if (!u_isalpha(c))
            continue;
        if (!u_isupper(c))
            return false;
        letters++;
    }
    return letters >= 2;
}

/* Adds one letter's Latin in the case of the letter: "zh", "Zh", or "ZH" inside a word of capitals. */
static void add_letter(struct pk_utf16 *out, UChar32 c, const char *latin, bool capitals)
{
    bool upper = u_isupper(c);
    for (size_t i = 0; latin[i]; i++) {
        char one = latin[i];
        if (upper && (i == 0 || capitals))
            one = (char) (one - 'a' + 'A');
        pk_utf16_add(out, (unsigned char) one);
    }
}

/* Article 6: the country's name has a spelling of its own, as a whole word. */
static bool add_country(struct pk_utf16 *out, const struct word *word)
{
    static const char latin[] = "bulgaria";
    if (word->len != COUNTRY_LEN)
        return false;
    for (int32_t i = 0; i < COUNTRY_LEN; i++)
        if (u_tolower(word->data[i]) != country[i])
            return false;
    for (int32_t i = 0; i < COUNTRY_LEN; i++) {
        char one[2] = { latin[i], 0 };
        add_letter(out, word->data[i], one, word->capitals);
    }
    return true;
}

/* Article 5: at the end of a word the last two letters of "ия" become "ia". */
static bool ends_in_iya(const struct word *word, int32_t at)
{
    return at == word->len - 1 && at > 0 && u_tolower(word->data[at]) == 0x044f && u_tolower(word->data[at - 1]) == 0x0438;
}

static void add_word(struct pk_utf16 *out, const struct word *word)
{
    if (add_country(out, word))
        return;
    for (int32_t i = 0; i < word->len;) {
        int32_t at = i;
        UChar32 c = pk_utf16_next(word->data, &i, word->len);
        const char *latin = ends_in_iya(word, at) ? "a" : latin_of(u_tolower(c));
        if (latin)
            add_letter(out, c, latin, word->capitals);
        else
            pk_utf16_add(out, c);
    }
}

int pk_transliterate_bg(struct pk_slice text, struct pk_buf *out)
{
    pk_auto(pk_utf16) struct pk_utf16 from = { 0 };
    pk_auto(pk_utf16) struct pk_utf16 to = { 0 };
    int r = pk_utf16_from_utf8(&from, text);
    if (r != 0)
        return r;
    for (int32_t i = 0; i < from.len;) {
        int32_t begin = i;
        UChar32 c = pk_utf16_next(from.data, &i, from.len);
        if (!in_word(c)) {
            pk_utf16_add(&to, c);
            continue;
        }
        int32_t end = i;
        while (i < from.len) {
            c = pk_utf16_next(from.data, &i, from.len);
            if (!in_word(c))
                break;
            end = i;
        }
        i = end;
        struct word word = { from.data + begin, end - begin, all_capitals(from.data + begin, end - begin) };
        add_word(&to, &word);
    }
    return pk_utf16_to_utf8(&to, 0, to.len, out);
}
