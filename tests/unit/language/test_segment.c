/* SPDX-License-Identifier: EUPL-1.2 */
/* Where parts end: the limits of both alphabets, escapes and surrogates that may not be cut, and refusals. */
#include "tests/unit/language/support.h"

#include "gateway/language/segment.h"

/* `count` times `unit`, then `tail`. */
static void make(struct pk_buf *text, size_t count, const char *unit, const char *tail)
{
    pk_buf_init(text, 1u << 20);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pk_buf_add_text(text, unit), 0);
    assert_int_equal(pk_buf_add_text(text, tail), 0);
}

static void check(size_t count, const char *unit, const char *tail, bool wide, enum pk_encoding encoding, uint32_t units,
                  const uint32_t *parts)
{
    struct pk_buf text;
    struct pk_segmentation found;
    uint32_t got[PK_PARTS_MAX] = { 0 };
    make(&text, count, unit, tail);
    assert_int_equal(pk_segment(pk_buf_slice(&text), wide, &found, got), 0);
    assert_int_equal(found.encoding, encoding);
    assert_int_equal(found.units, units);
    uint32_t n = 0;
    for (; parts[n] != 0; n++)
        assert_int_equal(got[n], parts[n]);
    assert_int_equal(found.parts, n);
    pk_buf_finish(&text);
}

#define PARTS(...) ((const uint32_t[]){ __VA_ARGS__, 0 })

static void test_gsm7_limits(void **state)
{
    (void) state;
    check(160, "a", "", false, PK_ENCODING_GSM7, 160, PARTS(160));
    check(161, "a", "", false, PK_ENCODING_GSM7, 161, PARTS(153, 8));
    check(306, "a", "", false, PK_ENCODING_GSM7, 306, PARTS(153, 153));
    check(307, "a", "", false, PK_ENCODING_GSM7, 307, PARTS(153, 153, 1));
    check(161, "a", "", true, PK_ENCODING_GSM7, 161, PARTS(152, 9));
}

static void test_ucs2_limits(void **state)
{
    (void) state;
    check(70, "я", "", false, PK_ENCODING_UCS2, 70, PARTS(70));
    check(71, "я", "", false, PK_ENCODING_UCS2, 71, PARTS(67, 4));
    check(134, "я", "", false, PK_ENCODING_UCS2, 134, PARTS(67, 67));
    check(135, "я", "", false, PK_ENCODING_UCS2, 135, PARTS(67, 67, 1));
    check(71, "я", "", true, PK_ENCODING_UCS2, 71, PARTS(66, 5));
    /* One letter of another alphabet makes the whole text wide. */
    check(160, "a", "я", false, PK_ENCODING_UCS2, 161, PARTS(67, 67, 27));
}

static void test_escape_is_not_split(void **state)
{
    (void) state;
    check(80, "€", "", false, PK_ENCODING_GSM7, 160, PARTS(160));
    /* 153 is odd: the escape of the 77th euro sign would stand alone at the end. */
    check(153, "€", "", false, PK_ENCODING_GSM7, 306, PARTS(152, 152, 2));
    check(152, "a", "€aaaaaaaaa", false, PK_ENCODING_GSM7, 163, PARTS(152, 11));
    check(151, "a", "€aaaaaaaaa", false, PK_ENCODING_GSM7, 162, PARTS(153, 9));
}

static void test_surrogates_are_not_split(void **state)
{
    (void) state;
    check(35, "😀", "", false, PK_ENCODING_UCS2, 70, PARTS(70));
    check(36, "😀", "", false, PK_ENCODING_UCS2, 72, PARTS(66, 6));
    check(66, "я", "😀яяя", false, PK_ENCODING_UCS2, 71, PARTS(66, 5));
    check(65, "я", "😀яяяя", false, PK_ENCODING_UCS2, 71, PARTS(67, 4));
}

static void test_alphabet(void **state)
{
    (void) state;
    static const char *const inside[] = { "é", "ü", "Ç", "Ω", "_", "@", "£", "\n", "ß", "à" };
    static const char *const twice[] = { "€", "[", "]", "{", "}", "^", "~", "|", "\\", "\f" };
    static const char *const outside[] = { "ç", "ë", "`", "\t", "“", "–", "…", "ı", "Α", "а", "\xc2\xa0", "\x1b" };
    for (size_t i = 0; i < PK_COUNT(inside); i++)
        check(1, inside[i], "", false, PK_ENCODING_GSM7, 1, PARTS(1));
    for (size_t i = 0; i < PK_COUNT(twice); i++)
        check(1, twice[i], "", false, PK_ENCODING_GSM7, 2, PARTS(2));
    for (size_t i = 0; i < PK_COUNT(outside); i++)
        check(1, outside[i], "", false, PK_ENCODING_UCS2, 1, PARTS(1));
}

/* The alphabet as the standard counts it: 127 characters and 10 behind an escape, and no others. */
static void test_size_of_the_alphabet(void **state)
{
    (void) state;
    unsigned single = 0, twice = 0;
    for (uint32_t c = 1; c < 0x11000; c++) {
        uint8_t bytes[4];
        struct pk_segmentation found;
        if (c >= 0xd800 && c < 0xe000)
            continue;
        size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        for (size_t i = len; i-- > 0;)
            bytes[i] = (uint8_t) ((len > 1 ? 0x80u : 0u) | ((c >> (6 * (len - 1 - i))) & (len > 1 ? 0x3fu : 0x7fu)));
        if (len > 1)
            bytes[0] = (uint8_t) ((0xf0u << (4 - len)) | (c >> (6 * (len - 1))));
        assert_int_equal(pk_segment(pk_slice_make(bytes, len), false, &found, NULL), 0);
        assert_int_equal(found.encoding == PK_ENCODING_GSM7, pk_gsm7_has(c));
        single += found.encoding == PK_ENCODING_GSM7 && found.units == 1;
        twice += found.encoding == PK_ENCODING_GSM7 && found.units == 2;
    }
    assert_int_equal(single, 127);
    assert_int_equal(twice, 10);
}

static void test_forcing_character(void **state)
{
    (void) state;
    struct pk_segmentation found;
    assert_int_equal(pk_segment(PK_SLICE("éé CТОP"), false, &found, NULL), 0);
    assert_int_equal(found.forcing_codepoint, 0x422);
    assert_int_equal(found.forcing_index, 4);
    assert_int_equal(pk_segment(PK_SLICE("STOP"), false, &found, NULL), 0);
    assert_int_equal(found.forcing_codepoint, 0);
    assert_int_equal(pk_segment(PK_SLICE(""), false, &found, NULL), 0);
    assert_int_equal(found.parts, 0);
}

static void test_octets(void **state)
{
    (void) state;
    struct pk_buf octets;
    uint32_t ends[4];
    struct pk_segmentation found;
    pk_buf_init(&octets, 1024);
    assert_int_equal(pk_segment_encode(PK_SLICE("@a€Ω"), false, &octets, ends, 4, &found), 0);
    assert_int_equal(octets.len, 5);
    assert_memory_equal(octets.data, "\x00\x61\x1b\x65\x15", 5);
    assert_int_equal(ends[0], 5);
    pk_buf_clear(&octets);
    assert_int_equal(pk_segment_encode(PK_SLICE("а😀"), false, &octets, ends, 4, &found), 0);
    assert_int_equal(octets.len, 6);
    assert_memory_equal(octets.data, "\x04\x30\xd8\x3d\xde\x00", 6);
    assert_int_equal(found.units, 3);
    pk_buf_finish(&octets);
}

static void test_refusals(void **state)
{
    (void) state;
    struct pk_segmentation found;
    struct pk_buf text, octets;
    uint32_t ends[PK_PARTS_MAX];
    assert_int_equal(pk_segment(PK_SLICE("\xd0"), false, &found, NULL), PK_E_INVALID);
    assert_int_equal(pk_segment(PK_SLICE("a\0b"), false, &found, NULL), PK_E_INVALID);
    make(&text, (size_t) 255 * 153, "a", "");
    assert_int_equal(pk_segment(pk_buf_slice(&text), false, &found, NULL), 0);
    assert_int_equal(found.parts, 255);
    pk_buf_init(&octets, 1u << 20);
    assert_int_equal(pk_segment_encode(pk_buf_slice(&text), false, &octets, ends, 3, &found), PK_E_LIMIT);
    assert_int_equal(pk_segment_encode(pk_buf_slice(&text), false, &octets, ends, 0, &found), PK_E_LIMIT);
    assert_int_equal(octets.len, 0); /* nothing half done */
    pk_buf_finish(&octets);
    pk_buf_init(&octets, 4);
    assert_int_equal(pk_segment_encode(PK_SLICE("abcde"), false, &octets, ends, 1, &found), PK_E_LIMIT);
    assert_int_equal(octets.len, 0);
    pk_buf_finish(&octets);
    assert_int_equal(pk_buf_add_char(&text, 'a'), 0);
    assert_int_equal(pk_segment(pk_buf_slice(&text), false, &found, NULL), PK_E_LIMIT);
    pk_buf_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gsm7_limits),
        cmocka_unit_test(test_ucs2_limits),
        cmocka_unit_test(test_escape_is_not_split),
        cmocka_unit_test(test_surrogates_are_not_split),
        cmocka_unit_test(test_alphabet),
        cmocka_unit_test(test_size_of_the_alphabet),
        cmocka_unit_test(test_forcing_character),
        cmocka_unit_test(test_octets),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
