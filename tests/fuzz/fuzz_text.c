/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A text on its way out: prepared once it is prepared; written in Latin letters it holds no Cyrillic one of ours and fits
 * the GSM alphabet; cut into parts, the parts are the whole and within their limits; and the octets say the text again.
 */
#include "tests/fuzz/catalog.h"

#define ESCAPE 0x1bu
#define CYRILLIC_FIRST 0x410u
#define CYRILLIC_LAST 0x44fu
#define TABLE_LAST 0x20acu /* the highest character of the GSM alphabet */

static size_t put(uint32_t c, char ret_bytes[4])
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t front[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n; i-- > 1; c >>= 6)
        ret_bytes[i] = (char) (0x80 | (c & 0x3f));
    ret_bytes[0] = (char) (front[n] | c);
    return n;
}

/* ---- octets back to text ---- */

/* The alphabet as the encoder itself has it, turned round: [escaped][septet] is a character. */
static uint32_t alphabet[2][128];

static void learn_alphabet(void)
{
    for (uint32_t c = 1; c <= TABLE_LAST; c++) {
        char bytes[4];
        uint32_t end;
        struct pk_buf octets;
        struct pk_segmentation found;
        if (!pk_gsm7_has(c))
            continue;
        pk_buf_init(&octets, 8);
        fuzz_need(pk_segment_encode(pk_slice_make(bytes, put(c, bytes)), false, &octets, &end, 1, &found) == 0);
        bool escaped = octets.len == 2;
        uint8_t septet = (uint8_t) octets.data[octets.len - 1];
        fuzz_need(septet < 128 && alphabet[escaped][septet] == 0 && (!escaped || (uint8_t) octets.data[0] == ESCAPE));
        alphabet[escaped][septet] = c;
        pk_buf_finish(&octets);
    }
}

static void decode_gsm(struct pk_slice octets, struct pk_buf *out)
{
    for (size_t i = 0; i < octets.len; i++) {
        char bytes[4];
        bool escaped = (uint8_t) octets.data[i] == ESCAPE;
        i += escaped;
        fuzz_need(i < octets.len && (uint8_t) octets.data[i] < 128); /* an escape is never the last of its part */
        uint32_t c = alphabet[escaped][(uint8_t) octets.data[i]];
        fuzz_need(c != 0);
        (void) pk_buf_add(out, bytes, put(c, bytes));
    }
}

static void decode_ucs2(struct pk_slice octets, struct pk_buf *out)
{
    const uint8_t *o = (const uint8_t *) octets.data;
    fuzz_need(octets.len % 2 == 0);
    for (size_t i = 0; i < octets.len; i += 2) {
        char bytes[4];
        uint32_t c = (uint32_t) o[i] << 8 | o[i + 1];
        if (c >= 0xd800 && c <= 0xdbff) { /* nor is the first half of a pair */
            fuzz_need(i + 4 <= octets.len && o[i + 2] >= 0xdc && o[i + 2] <= 0xdf);
            c = 0x10000 + ((c - 0xd800) << 10) + (((uint32_t) o[i + 2] << 8 | o[i + 3]) - 0xdc00);
            i += 2;
        }
        (void) pk_buf_add(out, bytes, put(c, bytes));
    }
}

/* ---- parts ---- */

static void check_octets(struct pk_slice text, bool wide, const struct pk_segmentation *found, const uint32_t *units)
{
    uint32_t ends[PK_PARTS_MAX], begin = 0, width = found->encoding == PK_ENCODING_UCS2 ? 2 : 1;
    struct pk_segmentation encoded;
    struct pk_buf octets, back;
    pk_buf_init(&octets, 1u << 20);
    pk_buf_init(&back, 1u << 20);
    fuzz_need(pk_segment_encode(text, wide, &octets, ends, PK_PARTS_MAX, &encoded) == 0);
    fuzz_need(encoded.encoding == found->encoding && encoded.units == found->units && encoded.parts == found->parts);
    fuzz_need(octets.len == (size_t) found->units * width);
    for (uint32_t i = 0; i < found->parts; i++) {
        fuzz_need(ends[i] - begin == units[i] * width);
        struct pk_slice part = pk_slice_make(octets.data + begin, ends[i] - begin);
        if (width == 2)
            decode_ucs2(part, &back);
        else
            decode_gsm(part, &back);
        begin = ends[i];
    }
    fuzz_need(begin == octets.len && pk_slice_equal(pk_buf_slice(&back), text));
    pk_buf_finish(&octets);
    pk_buf_finish(&back);
}

static void check_parts(struct pk_slice text, bool wide)
{
    uint32_t units[PK_PARTS_MAX], sum = 0;
    struct pk_segmentation found;
    int r = pk_segment(text, wide, &found, units);
    fuzz_need(r == 0 || r == PK_E_LIMIT);
    if (r != 0)
        return;
    bool gsm = found.encoding == PK_ENCODING_GSM7, one = found.parts <= 1;
    uint32_t limit = gsm ? (one ? 160u : wide ? 152u : 153u) : (one ? 70u : wide ? 66u : 67u);
    fuzz_need(found.parts <= PK_PARTS_MAX && (found.parts == 0) == (text.len == 0));
    fuzz_need(gsm == (found.forcing_codepoint == 0));
    for (uint32_t i = 0; i < found.parts; i++) {
        fuzz_need(units[i] > 0 && units[i] <= limit && (i + 1 == found.parts || units[i] + 1 >= limit));
        sum += units[i];
    }
    fuzz_need(sum == found.units);
    check_octets(text, wide, &found, units);
}

/* ---- alphabets ---- */

static void check_latin(struct pk_slice prepared)
{
    struct pk_buf latin, safe, again;
    pk_buf_init(&latin, 1u << 20);
    pk_buf_init(&safe, 1u << 20);
    pk_buf_init(&again, 1u << 20);
    fuzz_need(pk_transliterate_bg(prepared, &latin) == 0 && pk_utf8_valid(pk_buf_slice(&latin)));
    for (uint32_t c = CYRILLIC_FIRST; c <= CYRILLIC_LAST; c++) {
        char bytes[4];
        size_t n = put(c, bytes);
        fuzz_need(latin.len == 0 || !memmem(latin.data, latin.len, bytes, n));
    }
    int r = pk_gsm_safe(pk_buf_slice(&latin), &safe);
    fuzz_need(r == 0 || r == PK_E_LIMIT); /* letters grow: the limit is on what comes in */
    if (r == 0) {
        fuzz_need_prepared(pk_buf_slice(&safe));
        fuzz_need_gsm(pk_buf_slice(&safe));
        fuzz_need(pk_gsm_safe(pk_buf_slice(&safe), &again) == 0 && pk_slice_equal(pk_buf_slice(&again), pk_buf_slice(&safe)));
    }
    pk_buf_finish(&latin);
    pk_buf_finish(&safe);
    pk_buf_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_slice text = pk_slice_make(data, size);
    struct pk_segmentation found;
    struct pk_buf prepared;
    if (alphabet[0]['A'] == 0)
        learn_alphabet();
    pk_buf_init(&prepared, FUZZ_TEXT_MAX);
    int r = pk_text_prepare(text, &prepared);
    if (!pk_utf8_valid(text)) {
        fuzz_need(r == PK_E_INVALID && pk_segment(text, false, &found, NULL) == PK_E_INVALID);
    } else if (r == 0) {
        fuzz_need_prepared(pk_buf_slice(&prepared));
        check_parts(text, false);
        check_parts(pk_buf_slice(&prepared), false);
        check_parts(pk_buf_slice(&prepared), true);
        check_latin(pk_buf_slice(&prepared));
    } else {
        fuzz_need(r == PK_E_LIMIT);
    }
    pk_buf_finish(&prepared);
    return 0;
}
