/* SPDX-License-Identifier: EUPL-1.2 */
/* Alphabets of eight bits, and GSM 7-bit the way it travels over the air. What is GSM 7-bit the gateway reads itself. */
#include "adapters/smpp/smpp.h"

/* ---- packed ---- */

size_t pk_smpp_pack(struct pk_slice septets, size_t header, uint8_t *ret_octets)
{
    size_t fill = (7 - header * 8 % 7) % 7, bits = fill + septets.len * 7, len = (bits + 7) / 8;
    memset(ret_octets, 0, len);
    for (size_t i = 0; i < septets.len; i++) {
        size_t bit = fill + i * 7;
        unsigned value = ((unsigned) septets.data[i] & 0x7f) << bit % 8;
        ret_octets[bit / 8] = (uint8_t) (ret_octets[bit / 8] | value);
        if (value > 0xff)
            ret_octets[bit / 8 + 1] = (uint8_t) (value >> 8);
    }
    /* Seven bits left over would be read as an '@'; a carriage return is what the standard puts there. */
    if (len > 0 && len * 8 - bits == 7)
        ret_octets[len - 1] = (uint8_t) (ret_octets[len - 1] | 0x0d << 1);
    return len;
}

size_t pk_smpp_unpack(struct pk_slice octets, size_t header, uint8_t *ret_septets, size_t room)
{
    size_t fill = (7 - header * 8 % 7) % 7, bits = octets.len * 8, count = bits > fill ? (bits - fill) / 7 : 0;
    if (count > room)
        count = room;
    for (size_t i = 0; i < count; i++) {
        size_t bit = fill + i * 7;
        unsigned value = (uint8_t) octets.data[bit / 8];
        if (bit / 8 + 1 < octets.len)
            value |= (unsigned) (uint8_t) octets.data[bit / 8 + 1] << 8;
        ret_septets[i] = (uint8_t) (value >> bit % 8 & 0x7f);
    }
    bool stuffed = count > 0 && (bits - fill) % 7 == 0 && ret_septets[count - 1] == 0x0d;
    return stuffed ? count - 1 : count;
}

/* ---- Latin-1 ---- */

/* By septet where it is not ASCII of the same code; 0 = it has no place in Latin-1. */
static uint8_t latin1_of(uint8_t septet)
{
    static const uint8_t low[0x20] = {
        0x40, 0xa3, 0x24, 0xa5, 0xe8, 0xe9, 0xf9, 0xec, 0xf2, 0xc7, 0x0a, 0xd8, 0xf8, 0x0d, 0xc5, 0xe5,
        0,    0x5f, 0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0xc6, 0xe6, 0xdf, 0xc9,
    };
    static const uint8_t odd[][2] = { { 0x24, 0xa4 }, { 0x40, 0xa1 }, { 0x5b, 0xc4 }, { 0x5c, 0xd6 }, { 0x5d, 0xd1 }, { 0x5e, 0xdc },
                                      { 0x5f, 0xa7 }, { 0x60, 0xbf }, { 0x7b, 0xe4 }, { 0x7c, 0xf6 }, { 0x7d, 0xf1 }, { 0x7e, 0xfc },
                                      { 0x7f, 0xe0 } };
    if (septet < sizeof low)
        return low[septet];
    for (size_t i = 0; i < PK_KIT_COUNT(odd); i++)
        if (odd[i][0] == septet)
            return odd[i][1];
    return septet;
}

static uint8_t latin1_of_escaped(uint8_t septet)
{
    static const uint8_t escaped[][2] = { { 0x0a, 0x0c }, { 0x14, 0x5e }, { 0x28, 0x7b }, { 0x29, 0x7d }, { 0x2f, 0x5c },
                                          { 0x3c, 0x5b }, { 0x3d, 0x7e }, { 0x3e, 0x5d }, { 0x40, 0x7c } };
    for (size_t i = 0; i < PK_KIT_COUNT(escaped); i++)
        if (escaped[i][0] == septet)
            return escaped[i][1];
    return 0; /* the euro sign */
}

bool pk_smpp_latin1(struct pk_slice septets, uint8_t *ret_octets, size_t *ret_len)
{
    size_t len = 0;
    for (size_t i = 0; i < septets.len; i++) {
        uint8_t septet = (uint8_t) septets.data[i] & 0x7f, octet;
        if (septet == 0x1b && i + 1 < septets.len)
            octet = latin1_of_escaped((uint8_t) septets.data[++i] & 0x7f);
        else
            octet = latin1_of(septet);
        if (octet == 0)
            return false;
        ret_octets[len++] = octet;
    }
    *ret_len = len;
    return true;
}

/* ---- as UTF-8 ---- */

/* ISO 8859-5: its upper half is Unicode's Cyrillic, but for three. */
static uint32_t cyrillic_of(uint8_t octet)
{
    if (octet < 0xa1 || octet == 0xad)
        return octet;
    return octet == 0xf0 ? 0x2116 : octet == 0xfd ? 0xa7 : octet + 0x360u;
}

size_t pk_smpp_utf8(struct pk_slice octets, bool cyrillic, char *ret_text)
{
    size_t len = 0;
    for (size_t i = 0; i < octets.len; i++) {
        uint32_t c = cyrillic ? cyrillic_of((uint8_t) octets.data[i]) : (uint8_t) octets.data[i];
        if (c == 0)
            c = ' '; /* no text holds it */
        if (c >= 0x800) {
            ret_text[len++] = (char) (0xe0 | c >> 12);
            ret_text[len++] = (char) (0x80 | (c >> 6 & 0x3f));
        } else if (c >= 0x80) {
            ret_text[len++] = (char) (0xc0 | c >> 6);
        }
        ret_text[len++] = (char) (c < 0x80 ? c : 0x80 | (c & 0x3f));
    }
    return len;
}
