/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What an adapter writes into: an output with a ceiling, and one request being described. Behind `struct pk_host`
 * these are all an adapter can fill; whoever lent them reads the result here. A mistake made on the way (a ceiling
 * passed, a header that is none) is kept and told at the end, so an adapter that does not look cannot get half a request out.
 */
#ifndef PK_PLUGIN_REQUEST_H
#define PK_PLUGIN_REQUEST_H

#include "gateway/base/buf.h"
#include "gateway/include/pokana/adapter.h"

#define PK_REQUEST_URL_MAX_BYTES 8192u
#define PK_REQUEST_BODY_MAX_BYTES (1u << 20)
#define PK_REQUEST_HEADERS_MAX 48u
#define PK_REQUEST_HEADERS_MAX_BYTES 16384u
#define PK_REQUEST_METHOD_MAX 15u

struct pk_out {
    struct pk_buf buf;
};

void pk_out_init(struct pk_out *out, size_t max_bytes);
void pk_out_clear(struct pk_out *out); /* keeps the memory */
void pk_out_finish(struct pk_out *out); /* wipes */
int pk_out_write(struct pk_out *out, const void *data, size_t len); /* PK_E_LIMIT at the ceiling */

struct pk_request {
    char method[PK_REQUEST_METHOD_MAX + 1]; /* "" = not said */
    struct pk_out url, body;
    struct pk_buf header_text; /* names and values, one after the other */
    struct {
        uint32_t name_at, name_len, value_at, value_len; /* in header_text */
    } headers[PK_REQUEST_HEADERS_MAX];
    size_t header_count;
    int mistake; /* the first one, a PK_E_ code */
};

void pk_request_init(struct pk_request *request);
void pk_request_clear(struct pk_request *request); /* for the next round; keeps the memory */
void pk_request_finish(struct pk_request *request); /* wipes */

/* Describing: what the host's table points at. PK_E_INVALID for what no HTTP request may hold (line breaks, header
 * names that are no tokens, headers that frame the message and are the gateway's), PK_E_LIMIT past a ceiling. */
int pk_request_set_method(struct pk_request *request, const char *method);
int pk_request_add_header(struct pk_request *request, struct pk_slice name, struct pk_slice value);

/* Reading, once described. 0, or why it cannot be sent; the sentence holds nothing of its content. */
int pk_request_check(const struct pk_request *request, struct pk_error *err);
/* As said; POST for a body without, GET otherwise. */
struct pk_slice pk_request_method(const struct pk_request *request);
struct pk_slice pk_request_url(const struct pk_request *request);
struct pk_slice pk_request_body(const struct pk_request *request);
size_t pk_request_header_count(const struct pk_request *request);
void pk_request_header(const struct pk_request *request, size_t index, struct pk_slice *ret_name, struct pk_slice *ret_value);

#endif
