/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A multi handle of libcurl on the loop, for transfers that are few and long: its sockets, its timer, its ends. For
 * gateway/io alone. (http_client has its own, tuned for many short ones.)
 */
#ifndef PK_IO_CURL_LOOP_H
#define PK_IO_CURL_LOOP_H

#include "gateway/io/loop.h"

#include <curl/curl.h>

struct pk_curl_loop;

/* done(): a transfer ended, in the descriptor or timer phase; its handle is still in the multi and may be taken out there. Nothing
 * may be freed from there but that handle. */
struct pk_curl_loop *pk_curl_loop_new(struct pk_loop *loop, void (*done)(void *ctx, CURL *easy, CURLcode result), void *ctx);
void pk_curl_loop_free(struct pk_curl_loop *curl); /* after its easy handles were taken out; NULL is fine */
CURLM *pk_curl_loop_multi(const struct pk_curl_loop *curl);

/* What all our easy handles have in common: no signals, no waiting for a resolver's thread, no proxy, TLS 1.2 at least,
 * verified, against ca_file or (NULL) the system's authorities. */
void pk_curl_set_common(CURL *easy, const char *ca_file);
/* Why a transfer could not be made, as a piece of a sentence that names nothing. */
const char *pk_curl_reason(CURLcode result);

#endif
