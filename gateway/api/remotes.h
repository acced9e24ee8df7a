/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How often somebody asks for codes and types them, or comes without a token that counts, by where they come from: a few tries are a person, hundreds are
 * not. Kept in memory only, as salted hashes, for an hour.
 */
#ifndef PK_API_REMOTES_H
#define PK_API_REMOTES_H

#include "gateway/base/mem.h"
#include "gateway/include/pokana/slice.h"

#include <stdint.h>

#define PK_REMOTES_AN_HOUR 120 /* a library's people share one address, and so do many telephones */

struct pk_remotes;
struct pk_http_request;

struct pk_remotes *pk_remotes_new(void);
void pk_remotes_free(struct pk_remotes *remotes);

/* False when whoever sent the request has done so too often; else it is counted. Who that is: the peer; behind a proxy on this
 * machine the last of X-Forwarded-For, which that proxy wrote. */
bool pk_remotes_take(struct pk_remotes *remotes, const struct pk_http_request *request, int64_t now_ms);
/* Where a request comes from, by the same rule: the address as bytes in hexadecimal digits, of IPv6 the network alone. */
#define PK_SOURCE_MAX 33
void pk_remotes_source(const struct pk_http_request *request, char ret_source[PK_SOURCE_MAX]);
/* The same of a numeric address. Of IPv6 a whole network of 64 bits counts as one. */
bool pk_remotes_take_address(struct pk_remotes *remotes, struct pk_slice address, int64_t now_ms);

#endif
