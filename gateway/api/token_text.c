/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/token_text.h"

#include "gateway/base/text.h"

void pk_token_write(const uint8_t token[PK_TOKEN_BYTES], char ret_text[PK_TOKEN_TEXT])
{
    struct pk_buf text;
    pk_buf_init(&text, 64);
    pk_base64(&text, token, PK_TOKEN_BYTES);
    for (size_t i = 0; i < PK_TOKEN_TEXT - 1; i++)
        ret_text[i] = text.data[i] == '+' ? '-' : text.data[i] == '/' ? '_' : text.data[i];
    ret_text[PK_TOKEN_TEXT - 1] = '\0';
    pk_buf_wipe(&text);
}

bool pk_token_read(struct pk_slice text, uint8_t ret_token[PK_TOKEN_BYTES])
{
    char plain[PK_TOKEN_TEXT + 1];
    struct pk_buf bytes;
    if (text.len != PK_TOKEN_TEXT - 1)
        return false;
    for (size_t i = 0; i < text.len; i++)
        plain[i] = text.data[i] == '-' ? '+' : text.data[i] == '_' ? '/' : text.data[i] == '+' || text.data[i] == '/' ? '?' : text.data[i];
    plain[PK_TOKEN_TEXT - 1] = '=';
    pk_buf_init(&bytes, 64);
    bool read = pk_unbase64(pk_slice_make(plain, PK_TOKEN_TEXT), &bytes) == 0 && bytes.len == PK_TOKEN_BYTES;
    if (read)
        memcpy(ret_token, bytes.data, PK_TOKEN_BYTES);
    pk_buf_wipe(&bytes);
    return read;
}
