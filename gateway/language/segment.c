/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The two alphabets of a short message and where its parts end. Called for previews and limits (pk_segment) and for
 * providers that take octets (pk_segment_encode). The text is taken as it is: normalising and replacing is prepare.c's.
 *
 * A part is filled greedily, and an escape or a surrogate pair never straddles two parts; that is why the number of
 * parts is not the length divided by the limit.
 */
#include "gateway/language/segment.h"

#include "gateway/include/pokana/error.h"
#include "gateway/language/utf16.h"

#define ESCAPE 0x1bu
#define NOT_THERE 0xffffffffu
#define LAST 0x03a9u /* the highest of the tables, but for the euro sign */
#define EURO 0x20acu

/* 3GPP TS 23.038 section 6.2.1, by septet. The escape's own place is no character. */
static const uint32_t basic[128] = {
    0x0040, 0x00a3, 0x0024, 0x00a5, 0x00e8, 0x00e9, 0x00f9, 0x00ec, 0x00f2, 0x00c7, 0x000a, 0x00d8, 0x00f8,    0x000d, 0x00c5,
    0x00e5, 0x0394, 0x005f, 0x03a6, 0x0393, 0x039b, 0x03a9, 0x03a0, 0x03a8, 0x03a3, 0x0398, 0x039e, NOT_THERE, 0x00c6, 0x00e6,
    0x00df, 0x00c9, 0x0020, 0x0021, 0x0022, 0x0023, 0x00a4, 0x0025, 0x0026, 0x0027, 0x0028, 0x0029, 0x002a,    0x002b, 0x002c,
    0x002d, 0x002e, 0x002f, 0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037, 0x0038, 0x0039,    0x003a, 0x003b,
    0x003c, 0x003d, 0x003e, 0x003f, 0x00a1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047, 0x0048,    0x0049, 0x004a,
    0x004b, 0x004c, 0x004d, 0x004e, 0x004f, 0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057,    0x0058, 0x0059,
    0x005a, 0x00c4, 0x00d6, 0x00d1, 0x00dc, 0x00a7, 0x00bf, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066,    0x0067, 0x0068,
    0x0069, 0x006a, 0x006b, 0x006c, 0x006d, 0x006e, 0x006f, 0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075,    0x0076, 0x0077,
    0x0078, 0x0079, 0x007a, 0x00e4, 0x00f6, 0x00f1, 0x00fc, 0x00e0,
};

/* Section 6.2.1.1: what follows an escape. */
static const struct {
    uint32_t codepoint;
    uint8_t septet;
} extension[] = {
    { 0x000c, 0x0a }, { 0x005e, 0x14 }, { 0x007b, 0x28 }, { 0x007d, 0x29 }, { 0x005c, 0x2f },
    { 0x005b, 0x3c }, { 0x007e, 0x3d }, { 0x005d, 0x3e }, { 0x007c, 0x40 }, { EURO, 0x65 },
};

/* How many septets a character takes: 0 = it is in neither table. */
static uint32_t gsm7_septets(uint32_t c, uint8_t ret_septets[2])
{
    /* Nearly every character of a Latin text: its septet is its code. */
    if (c < 128 && basic[c] == c) {
        ret_septets[0] = (uint8_t) c;
        return 1;
    }
    /* Nearly every other one, all Cyrillic among them, lies behind the last character of the tables. */
    if (c > LAST && c != EURO)
        return 0;
    for (uint32_t i = 0; i < 128; i++) {
        if (basic[i] == c) {
            ret_septets[0] = (uint8_t) i;
            return 1;
        }
    }
    for (size_t i = 0; i < sizeof extension / sizeof extension[0]; i++) {
        if (extension[i].codepoint == c) {
            ret_septets[0] = ESCAPE;
            ret_septets[1] = extension[i].septet;
            return 2;
        }
    }
    return 0;
}

bool pk_gsm7_has(uint32_t codepoint)
{
    uint8_t septets[2];
    return gsm7_septets(codepoint, septets) > 0;
}

/* One character's octets on the wire; returns its units. */
static uint32_t encode_one(enum pk_encoding encoding, uint32_t c, uint8_t ret_octets[4], size_t *ret_len)
{
    if (encoding == PK_ENCODING_GSM7) {
        uint32_t septets = gsm7_septets(c, ret_octets);
        *ret_len = septets;
        return septets;
    }
    if (c < 0x10000) {
        ret_octets[0] = (uint8_t) (c >> 8);
        ret_octets[1] = (uint8_t) (c & 0xff);
        *ret_len = 2;
        return 1;
    }
    uint32_t high = 0xd800u + ((c - 0x10000u) >> 10), low = 0xdc00u + ((c - 0x10000u) & 0x3ffu);
    ret_octets[0] = (uint8_t) (high >> 8);
    ret_octets[1] = (uint8_t) (high & 0xff);
    ret_octets[2] = (uint8_t) (low >> 8);
    ret_octets[3] = (uint8_t) (low & 0xff);
    *ret_len = 4;
    return 2;
}

/* First pass: validity, alphabet and the whole length. */
static int measure(struct pk_slice text, struct pk_segmentation *ret)
{
    uint32_t septets = 0, utf16 = 0, index = 0;
    struct pk_segmentation found = { .encoding = PK_ENCODING_GSM7 };
    if (text.len > INT32_MAX)
        return PK_E_LIMIT;
    for (int32_t i = 0; i < (int32_t) text.len; index++) {
        UChar32 c = pk_utf8_next(text.data, &i, (int32_t) text.len);
        uint8_t octets[2];
        if (c <= 0)
            return PK_E_INVALID;
        utf16 += c < 0x10000 ? 1u : 2u;
        if (found.encoding == PK_ENCODING_UCS2)
            continue;
        uint32_t more = gsm7_septets((uint32_t) c, octets);
        if (more == 0) {
            found.encoding = PK_ENCODING_UCS2;
            found.forcing_codepoint = (uint32_t) c;
            found.forcing_index = index;
        }
        septets += more;
    }
    found.units = found.encoding == PK_ENCODING_GSM7 ? septets : utf16;
    *ret = found;
    return 0;
}

static uint32_t part_limit(const struct pk_segmentation *segmentation, bool wide_reference)
{
    if (segmentation->encoding == PK_ENCODING_GSM7)
        return segmentation->units <= 160 ? 160 : wide_reference ? 152 : 153;
    return segmentation->units <= 70 ? 70 : wide_reference ? 66 : 67;
}

/* Second pass: cuts, and encodes when there is somewhere to put it. */
static int cut(struct pk_slice text, bool wide_reference, struct pk_segmentation *segmentation, uint32_t *part_units,
               size_t max_parts, struct pk_buf *octets, uint32_t *ends)
{
    uint32_t limit = part_limit(segmentation, wide_reference), used = 0, done = 0;
    size_t written = 0;
    for (int32_t i = 0; i < (int32_t) text.len;) {
        UChar32 c = pk_utf8_next(text.data, &i, (int32_t) text.len);
        uint8_t one[4];
        size_t len;
        uint32_t more = encode_one(segmentation->encoding, (uint32_t) c, one, &len);
        if (used + more > limit) {
            if (done + 1 >= max_parts)
                return PK_E_LIMIT;
            if (part_units)
                part_units[done] = used;
            if (ends)
                ends[done] = (uint32_t) written;
            done++;
            used = 0;
        }
        used += more;
        written += len;
        if (octets && pk_buf_add(octets, one, len) != 0)
            return PK_E_LIMIT;
    }
    if (used > 0) {
        if (part_units)
            part_units[done] = used;
        if (ends)
            ends[done] = (uint32_t) written;
        done++;
    }
    segmentation->parts = done;
    return 0;
}

int pk_segment(struct pk_slice text, bool wide_reference, struct pk_segmentation *ret_segmentation, uint32_t *part_units)
{
    struct pk_segmentation found;
    int r = measure(text, &found);
    if (r == 0)
        r = cut(text, wide_reference, &found, part_units, PK_PARTS_MAX, NULL, NULL);
    if (r == 0)
        *ret_segmentation = found;
    return r;
}

int pk_segment_encode(struct pk_slice text, bool wide_reference, struct pk_buf *ret_octets, uint32_t *ret_ends, size_t max_parts,
                      struct pk_segmentation *ret_segmentation)
{
    struct pk_segmentation found;
    size_t before = ret_octets->len;
    if (max_parts == 0)
        return PK_E_LIMIT;
    int r = measure(text, &found);
    if (r == 0)
        r = cut(text, wide_reference, &found, NULL, max_parts < PK_PARTS_MAX ? max_parts : PK_PARTS_MAX, ret_octets, ret_ends);
    if (r == 0)
        *ret_segmentation = found;
    else
        ret_octets->len = before; /* half a text is none */
    return r;
}

/* ---- what comes in ---- */

#define NO_CHARACTER 0xfffd

static int add_character(struct pk_buf *out, UChar32 c)
{
    uint8_t bytes[4];
    size_t n = pk_utf8_write(c == 0 || (c >= 0xd800 && c <= 0xdfff) ? NO_CHARACTER : c, bytes);
    return pk_buf_add(out, bytes, n);
}

/* A septet behind an escape; outside the extension table it is read as if there were no escape (section 6.2.1.1, note). */
static uint32_t extended(uint8_t septet)
{
    for (size_t i = 0; i < sizeof extension / sizeof extension[0]; i++)
        if (extension[i].septet == septet)
            return extension[i].codepoint;
    return basic[septet];
}

static int decode_gsm7(struct pk_slice octets, struct pk_buf *out)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < octets.len; i++) {
        uint8_t septet = (uint8_t) octets.data[i];
        uint32_t c = NO_CHARACTER;
        if (septet == ESCAPE && i + 1 < octets.len && (uint8_t) octets.data[i + 1] < 128)
            c = extended((uint8_t) octets.data[++i]);
        else if (septet < 128)
            c = basic[septet];
        r = add_character(out, c == NOT_THERE ? NO_CHARACTER : (UChar32) c);
    }
    return r;
}

static UChar32 unit_at(struct pk_slice octets, size_t at)
{
    return (UChar32) ((uint32_t) (uint8_t) octets.data[at] << 8 | (uint8_t) octets.data[at + 1]);
}

static int decode_utf16(struct pk_slice octets, struct pk_buf *out)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i + 1 < octets.len; i += 2) {
        UChar32 c = unit_at(octets, i);
        UChar32 low = c >= 0xd800 && c <= 0xdbff && i + 3 < octets.len ? unit_at(octets, i + 2) : 0;
        if (low >= 0xdc00 && low <= 0xdfff) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        }
        r = add_character(out, c);
    }
    return r;
}

int pk_segment_decode(struct pk_slice octets, enum pk_encoding encoding, struct pk_buf *out)
{
    return encoding == PK_ENCODING_GSM7 ? decode_gsm7(octets, out) : decode_utf16(octets, out);
}
