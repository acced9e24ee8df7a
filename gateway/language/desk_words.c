/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/language/desk_words.h"

#include "gateway/base/text.h"
#include "gateway/language/catalog_private.h"
#include "gateway/language/language_file.h"
#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#define WORDS_LEAST 20u /* with a number behind it: enough that three guesses are none */
#define WORD_UNITS_MAX 9u /* and a space and two digits: the twelve of {word} */
#define FOLDED_MAX 256u
#define DOTLESS_I 0x131

static const struct pk_ini_entry *list_of(const struct pk_ini *ini)
{
    const struct pk_ini_section *section = pk_ini_find(ini, "words", "");
    return section ? pk_ini_entry(section, "desk") : NULL;
}

/* The word at `at`; *ret_count says how many there are. */
static struct pk_slice word_at(struct pk_slice list, uint32_t at, uint32_t *ret_count)
{
    struct pk_slice word, found = { 0 };
    uint32_t count = 0;
    while (list.len > 0 && pk_slice_cut(&list, ',', &word))
        if (count++ == at)
            found = pk_slice_trim(word);
    *ret_count = count;
    return found;
}

void pk_desk_words_check(const struct pk_ini *ini, struct pk_ini_report *report)
{
    const struct pk_ini_section *section = pk_ini_find(ini, "words", "");
    const struct pk_ini_entry *list = list_of(ini);
    uint32_t count = 0;
    if (!section)
        return;
    for (size_t i = 0; i < section->entry_count; i++)
        if (strcmp(section->entries[i].key, "desk") != 0)
            pk_ini_tell(report, ini->file, section->entries[i].line, "words", section->entries[i].key, "Use desk.", "there is no key \"%s\"",
                        section->entries[i].key);
    (void) word_at(list ? list->value : (struct pk_slice){ 0 }, 0, &count);
    if (count < WORDS_LEAST)
        pk_ini_tell(report, ini->file, list ? list->line : section->line, "words", "desk", "Write common words with commas between them.",
                    "there are %u words, and at least %u are needed", count, WORDS_LEAST);
    for (uint32_t i = 0; i < count; i++) {
        struct pk_segmentation length;
        uint32_t all;
        struct pk_slice word = word_at(list->value, i, &all);
        if (word.len == 0 || memchr(word.data, ' ', word.len) || pk_segment(word, false, &length, NULL) != 0 || length.units > WORD_UNITS_MAX)
            pk_ini_tell(report, ini->file, list->line, "words", "desk", "Write one word of at most nine letters.", "\"%.*s\" is not a word to say",
                        PK_SLICE_ARG(word));
    }
}

static struct pk_slice list_for(const struct pk_catalog *catalog, struct pk_slice tag)
{
    const struct pk_language *language = pk_catalog_language(catalog, tag);
    const struct pk_ini_entry *list = language ? list_of(language->ini) : NULL;
    return list ? list->value : (struct pk_slice){ 0 };
}

int pk_desk_word_make(const struct pk_catalog *catalog, struct pk_slice language, uint32_t word, uint32_t number, struct pk_buf *out)
{
    struct pk_slice list = list_for(catalog, language), rest = pk_catalog_fallback(catalog, language), tag;
    uint32_t count = 0;
    while (list.len == 0 && rest.len > 0 && pk_slice_cut(&rest, ' ', &tag))
        list = list_for(catalog, tag);
    (void) word_at(list, 0, &count);
    if (count == 0)
        return PK_E_NOT_FOUND;
    struct pk_slice chosen = word_at(list, word % count, &count);
    return pk_buf_printf(out, "%.*s %02u", PK_SLICE_ARG(chosen), (unsigned) (number % 100));
}

/* Letters without their marks, small, and digits; all else goes. */
static int add_plain(struct pk_slice text, struct pk_buf *out)
{
    UChar wide[FOLDED_MAX], apart[2 * FOLDED_MAX];
    UErrorCode code = U_ZERO_ERROR;
    int32_t len = 0, count;
    (void) u_strFromUTF8(wide, (int32_t) PK_COUNT(wide), &len, text.data, (int32_t) text.len, &code);
    const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&code);
    count = U_SUCCESS(code) ? unorm2_normalize(nfkd, wide, len, apart, (int32_t) PK_COUNT(apart), &code) : 0;
    if (U_FAILURE(code))
        return PK_E_INVALID;
    for (int32_t i = 0; i < count; i++) {
        UChar32 c = apart[i] == DOTLESS_I ? 'i' : u_tolower(apart[i]);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            (void) pk_buf_add_char(out, (char) c);
    }
    explicit_bzero(wide, sizeof wide);
    explicit_bzero(apart, sizeof apart);
    return out->failed ? PK_E_LIMIT : 0;
}

int pk_desk_word_fold(struct pk_slice said, struct pk_buf *out)
{
    struct pk_buf composed, latin;
    pk_buf_init(&composed, FOLDED_MAX);
    pk_buf_init(&latin, FOLDED_MAX);
    int r = pk_text_prepare(said, &composed);
    if (r == 0)
        r = pk_transliterate_bg(pk_buf_slice(&composed), &latin);
    if (r == 0)
        r = add_plain(pk_buf_slice(&latin), out);
    pk_buf_wipe(&composed);
    pk_buf_wipe(&latin);
    return r;
}
