/* SPDX-License-Identifier: EUPL-1.2 */
/* Tokens as they stand in cookies and links: 32 bytes, 43 characters of URL-safe base64. */
#ifndef PK_API_TOKEN_TEXT_H
#define PK_API_TOKEN_TEXT_H

#include "gateway/include/pokana/slice.h"

#include <stdint.h>

#define PK_TOKEN_BYTES 32
#define PK_TOKEN_TEXT 44 /* with the NUL */

void pk_token_write(const uint8_t token[PK_TOKEN_BYTES], char ret_text[PK_TOKEN_TEXT]);
bool pk_token_read(struct pk_slice text, uint8_t ret_token[PK_TOKEN_BYTES]);

#endif
