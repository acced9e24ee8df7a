/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/io/control_client.h"

#include "gateway/base/mem.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static size_t on_body(char *from, size_t size, size_t count, void *ctx)
{
    return pk_buf_add(ctx, from, size * count) == 0 ? size * count : 0;
}

static int explain(const struct pk_control_call *call, CURLcode result, struct pk_error *err)
{
    switch (result) {
    case CURLE_COULDNT_CONNECT:
        if (access(call->socket_path, F_OK) == 0 && access(call->socket_path, W_OK) != 0) {
            (void) pk_fail(err, PK_E_DENIED, "you may not use the control socket \"%s\"", call->socket_path);
            return pk_hint(err, PK_E_DENIED, "Run the command as the user the gateway runs as.");
        }
        (void) pk_fail(err, PK_E_NOT_FOUND, "nobody answers at the control socket \"%s\"", call->socket_path);
        return pk_hint(err, PK_E_NOT_FOUND, "Is the gateway running? Start it with pokana serve --config FILE.");
    case CURLE_OPERATION_TIMEDOUT:
        return pk_fail(err, PK_E_TIMEOUT, "the gateway did not answer in time");
    default:
        return pk_fail(err, PK_E_IO, "could not ask the gateway: %s", curl_easy_strerror(result));
    }
}

int pk_control_ask(const struct pk_control_call *call, unsigned *ret_status, struct pk_buf *ret_body, struct pk_error *err)
{
    char url[2048], type[128];
    long status = 0;
    if (snprintf(url, sizeof url, "http://pokana%s", call->path) >= (int) sizeof url)
        return pk_fail(err, PK_E_LIMIT, "the request is too long");
    CURL *easy = curl_easy_init();
    if (!easy)
        return pk_fail(err, PK_E_IO, "could not start libcurl");
    (void) snprintf(type, sizeof type, "Content-Type: %s", call->content_type ? call->content_type : "application/json");
    struct curl_slist *headers = curl_slist_append(NULL, type);
    headers = curl_slist_append(headers, "Expect:");
    (void) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, call->socket_path);
    (void) curl_easy_setopt(easy, CURLOPT_URL, url);
    (void) curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void) curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long) call->timeout_ms);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEDATA, ret_body);
    if (strcmp(call->method, "GET") != 0) {
        (void) curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) call->body.len);
        (void) curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.data ? call->body.data : "");
        (void) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
        (void) curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    }
    CURLcode result = curl_easy_perform(easy);
    (void) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(easy);
    if (result != CURLE_OK)
        return explain(call, result, err);
    *ret_status = (unsigned) status;
    return 0;
}
