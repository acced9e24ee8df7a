/* SPDX-License-Identifier: EUPL-1.2 */
/* What one text becomes, with its parts and their price; see the header. */
#include "gateway/language/preview.h"

#include "gateway/language/catalog_private.h"
#include "gateway/language/samples.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>
#include <unicode/unum.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#define TEXT_MAX 65536u
#define MONEY_UNITS_MAX 64

/* ---- parts ---- */

/* Units of one character, measured the way the whole is. */
static uint32_t units_of(const struct pk_preview *p, int32_t begin, int32_t end)
{
    struct pk_segmentation one = { 0 };
    struct pk_slice character = pk_slice_make(p->text.data + begin, (size_t) (end - begin));
    if (p->segmentation.encoding == PK_ENCODING_UCS2)
        return end - begin == 4 ? 2 : 1;
    return pk_segment(character, false, &one, NULL) == 0 ? one.units : 1;
}

static void find_ends(struct pk_preview *p)
{
    int32_t len = (int32_t) p->text.len, at = 0;
    for (uint32_t part = 0; part < p->segmentation.parts; part++) {
        for (uint32_t units = 0; at < len && units < p->part_units[part];) {
            int32_t begin = at;
            (void) pk_utf8_next(p->text.data, &at, len);
            units += units_of(p, begin, at);
        }
        p->part_ends[part] = (uint32_t) at;
    }
}

/* ---- letters ---- */

static void name_letters(struct pk_preview *p)
{
    if (strcmp(p->script, PK_RENDERING_PLAIN) == 0) {
        p->letters = "Plain letters";
        return;
    }
    p->letters = "Common";
    for (int32_t at = 0, len = (int32_t) p->text.len; at < len;) {
        UErrorCode code = U_ZERO_ERROR;
        UChar32 c = pk_utf8_next(p->text.data, &at, len);
        UScriptCode script = u_isalpha(c) ? uscript_getScript(c, &code) : USCRIPT_COMMON;
        /* A text is named after the letters that are not Latin: names of places and links are, everywhere. */
        if (script == USCRIPT_COMMON || script == USCRIPT_INHERITED)
            continue;
        p->letters = uscript_getName(script);
        if (script != USCRIPT_LATIN)
            return;
    }
}

static void name_forcing(struct pk_preview *p)
{
    uint32_t c = p->segmentation.forcing_codepoint;
    if (c == 0)
        return;
    p->forcing[pk_utf8_write((UChar32) c, (uint8_t *) p->forcing)] = '\0';
    enum pk_instead instead = pk_segment_suggest(c, p->instead);
    if (instead != PK_INSTEAD_LETTER && instead != PK_INSTEAD_SIGN)
        p->instead[0] = '\0'; /* there is the other script for that, or nothing */
}

/* ---- the preview ---- */

int pk_preview_make(const struct pk_preview_request *request, struct pk_preview *ret_preview, struct pk_error *err)
{
    const struct pk_template *t = request->template_;
    const struct pk_render render = {
        .language = pk_slice_of(t->language->tag),
        .rendering = request->script,
        .body = pk_slice_of(t->text),
        .values = request->values,
        .org = request->org,
        .zone = request->zone,
    };
    struct pk_preview *p = ret_preview;
    *p = (struct pk_preview){ 0 };
    (void) snprintf(p->script, sizeof p->script, "%.*s", PK_SLICE_ARG(request->script));
    pk_buf_init(&p->text, TEXT_MAX);
    int r = pk_catalog_render(request->catalog, &render, &p->text, err);
    if (r == 0 && (r = pk_segment(pk_buf_slice(&p->text), false, &p->segmentation, p->part_units)) != 0)
        (void) pk_fail(err, r, "cannot show the text: it takes more than %d parts", PK_PARTS_MAX);
    if (r != 0) {
        pk_preview_finish(p);
        return r;
    }
    find_ends(p);
    name_letters(p);
    name_forcing(p);
    return 0;
}

void pk_preview_finish(struct pk_preview *preview)
{
    pk_buf_finish(&preview->text);
}

void pk_preview_sample(const struct pk_template *template_, struct pk_buf *out)
{
    pk_template_sample(template_, 0, PK_SAMPLE_PEOPLE, out);
}

void pk_preview_longest(const struct pk_template *template_, struct pk_slice script, struct pk_buf *out)
{
    pk_template_longest(template_, NULL, script.len > 0, out);
}

int pk_money_write(const struct pk_catalog *catalog, struct pk_slice language, int64_t amount, const char *currency,
                   struct pk_buf *out)
{
    UErrorCode code = U_ZERO_ERROR;
    UChar code_units[4] = { 0 }, units[MONEY_UNITS_MAX];
    const struct pk_language *own = pk_catalog_language(catalog, language);
    if (!own || strlen(currency) != 3)
        return PK_E_INVALID;
    u_charsToUChars(currency, code_units, 3);
    UNumberFormat *format = unum_open(UNUM_CURRENCY, NULL, 0, own->locale, NULL, &code);
    if (U_FAILURE(code))
        return PK_E_INVALID;
    unum_setAttribute(format, UNUM_MINIMUM_GROUPING_DIGITS, 1);
    unum_setTextAttribute(format, UNUM_CURRENCY_CODE, code_units, 3, &code);
    unum_setAttribute(format, UNUM_MIN_FRACTION_DIGITS, 2);
    unum_setAttribute(format, UNUM_MAX_FRACTION_DIGITS, 4);
    int32_t len = unum_formatDouble(format, (double) amount / 10000.0, units, MONEY_UNITS_MAX, NULL, &code);
    unum_close(format);
    if (U_FAILURE(code) || len > MONEY_UNITS_MAX)
        return PK_E_INVALID;
    const struct pk_utf16 text = { .data = units, .len = len };
    return pk_utf16_to_utf8(&text, 0, len, out);
}
