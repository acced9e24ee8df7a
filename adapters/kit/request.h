/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Requests that several adapters make alike, and the credentials on both sides: what we show a provider, and how its
 * calls at our webhook prove that they are its own.
 */
#ifndef PK_KIT_REQUEST_H
#define PK_KIT_REQUEST_H

#include "gateway/include/pokana/adapter.h"

/* Method and URL: `base` as configured (a '/' at its end is passed over), `path` behind it. 0, or PK_E_LIMIT. */
int pk_kit_begin(const struct pk_host *host, struct pk_request *request, const char *method, struct pk_slice base,
                 const char *path);
/* The same as a POST of JSON. */
int pk_kit_begin_json(const struct pk_host *host, struct pk_request *request, struct pk_slice base, const char *path);

/* "Basic " and the two in base64, NUL-terminated; the caller wipes and frees. NULL without memory. */
char *pk_kit_basic(struct pk_slice user, struct pk_slice password);
void pk_kit_basic_free(char *basic); /* NULL is fine */

/* "Bearer " and HEADER.CLAIMS.MAC (RFC 7519, HS256), the claims {"iss":ISS,"iat":SECONDS} in that order. Returns its
 * length, or 0 when it does not fit: `iss` is at most 64 bytes of plain ASCII. */
#define PK_KIT_JWT_ROOM 320
size_t pk_kit_jwt_issued(const struct pk_host *host, struct pk_slice key, struct pk_slice iss, int64_t now_ms,
                         char ret_text[PK_KIT_JWT_ROOM]);

/* At the webhook: the first segment of the path is the secret; what follows it is the operator's. */
bool pk_kit_path_is(const struct pk_hook_request *request, struct pk_slice secret);
/* The header holds exactly this. */
bool pk_kit_header_is(const struct pk_hook_request *request, const char *name, struct pk_slice secret);
/* Authorization: Bearer SECRET. */
bool pk_kit_bearer_is(const struct pk_hook_request *request, struct pk_slice secret);

#endif
