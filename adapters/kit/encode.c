/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/encode.h"

static const char hex_digits[] = "0123456789abcdef";
static const char upper_digits[] = "0123456789ABCDEF";

/* Each returns how many bytes stand in `ret` for this one, 0 when it stands for itself. */

static size_t json_escape(unsigned char c, char ret[8])
{
    static const char short_for[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    if (c >= 0x20 && c != '"' && c != '\\')
        return 0;
    ret[0] = '\\';
    for (size_t i = 0; i + 1 < sizeof short_for; i += 2) {
        if ((unsigned char) short_for[i] == c) {
            ret[1] = short_for[i + 1];
            return 2;
        }
    }
    memcpy(ret + 1, "u00", 3);
    ret[4] = hex_digits[c >> 4];
    ret[5] = hex_digits[c & 15];
    return 6;
}

static size_t percent_escape(unsigned char c, char ret[8])
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '-' || c == '.' || c == '_' || c == '~')
        return 0;
    ret[0] = '%';
    ret[1] = upper_digits[c >> 4];
    ret[2] = upper_digits[c & 15];
    return 3;
}

static size_t xml_escape(unsigned char c, char ret[8])
{
    static const char signs[] = "&<>\"'";
    static const char *const names[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
    const char *sign = c != '\0' ? strchr(signs, c) : NULL;
    const char *name = sign ? names[sign - signs] : NULL;
    if (!name && c < 0x20 && c != '\t' && c != '\n' && c != '\r')
        name = " "; /* XML has no way to write these */
    if (!name)
        return 0;
    memcpy(ret, name, strlen(name));
    return strlen(name);
}

int pk_kit_write(const struct pk_host *host, struct pk_out *out, enum pk_kit_format format, struct pk_slice text)
{
    static size_t (*const escapes[])(unsigned char c, char ret[8]) = {
        [PK_KIT_JSON] = json_escape,
        [PK_KIT_PERCENT] = percent_escape,
        [PK_KIT_XML] = xml_escape,
    };
    if (format == PK_KIT_PLAIN)
        return text.len > 0 ? host->write(out, text.data, text.len) : 0;
    char room[384];
    size_t used = 0;
    for (size_t i = 0; i < text.len; i++) {
        size_t n = escapes[format]((unsigned char) text.data[i], room + used);
        if (n == 0)
            room[used + n++] = text.data[i];
        used += n;
        if (used <= sizeof room - 8)
            continue;
        int r = host->write(out, room, used);
        if (r != 0)
            return r;
        used = 0;
    }
    return used > 0 ? host->write(out, room, used) : 0;
}

size_t pk_kit_base64(const void *bytes, size_t len, char *ret_text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    char *out = ret_text;
    for (size_t i = 0; i < len; i += 3) {
        size_t rest = len - i;
        uint32_t three =
            (uint32_t) in[i] << 16 | (uint32_t) (rest > 1 ? in[i + 1] : 0) << 8 | (uint32_t) (rest > 2 ? in[i + 2] : 0);
        *out++ = letters[three >> 18];
        *out++ = letters[three >> 12 & 63];
        *out++ = rest > 1 ? letters[three >> 6 & 63] : '=';
        *out++ = rest > 2 ? letters[three & 63] : '=';
    }
    *out = '\0';
    return (size_t) (out - ret_text);
}

size_t pk_kit_base64url(const void *bytes, size_t len, char *ret_text)
{
    size_t n = pk_kit_base64(bytes, len, ret_text);
    while (n > 0 && ret_text[n - 1] == '=')
        n--;
    ret_text[n] = '\0';
    for (size_t i = 0; i < n; i++)
        ret_text[i] = ret_text[i] == '+' ? '-' : ret_text[i] == '/' ? '_' : ret_text[i];
    return n;
}

size_t pk_kit_hex(const void *bytes, size_t len, char *ret_text)
{
    const unsigned char *in = bytes;
    for (size_t i = 0; i < len; i++) {
        ret_text[2 * i] = hex_digits[in[i] >> 4];
        ret_text[2 * i + 1] = hex_digits[in[i] & 15];
    }
    ret_text[2 * len] = '\0';
    return 2 * len;
}
