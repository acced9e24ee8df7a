/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Text on its way out: escaped for the format it lands in, or turned into base64 or hex. The texts are UTF-8 by the
 * ABI's word; every byte above 0x7f passes (JSON, XML) or is percent-encoded (URLs and forms).
 */
#ifndef PK_KIT_ENCODE_H
#define PK_KIT_ENCODE_H

#include "gateway/include/pokana/adapter.h"

enum pk_kit_format {
    PK_KIT_PLAIN = 0,
    PK_KIT_JSON,    /* what stands between the quotes */
    PK_KIT_PERCENT, /* a value in a URL's query or in a form */
    PK_KIT_XML,     /* what stands between tags or inside an attribute's quotes */
};

/* 0, or PK_E_LIMIT as struct pk_host write. */
int pk_kit_write(const struct pk_host *host, struct pk_out *out, enum pk_kit_format format, struct pk_slice text);

/* Room for the text of `n` bytes, with its NUL. */
#define PK_KIT_BASE64_ROOM(n) (((n) + 2) / 3 * 4 + 1)
#define PK_KIT_HEX_ROOM(n) (2 * (n) + 1)
/* All return the length without the NUL. */
size_t pk_kit_base64(const void *bytes, size_t len, char *ret_text);
size_t pk_kit_base64url(const void *bytes, size_t len, char *ret_text); /* RFC 4648 section 5, without padding */
size_t pk_kit_hex(const void *bytes, size_t len, char *ret_text);

#endif
