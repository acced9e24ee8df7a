/* SPDX-License-Identifier: EUPL-1.2 */
/* One request, one connection, nothing kept: a command asks once or a few times and ends. */
#include "gateway/io/control_client.h"

#include "gateway/base/mem.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

#define URL_MAX_BYTES 4096

static size_t on_body(char *from, size_t size, size_t count, void *ctx)
{
    return pk_buf_add(ctx, from, size * count) == 0 ? size * count : 0;
}

static int explain_refusal(const struct pk_control_call *call, struct pk_error *err)
{
    if (access(call->socket_path, W_OK) != 0 && errno == EACCES) {
        (void) pk_fail(err, PK_E_DENIED, "you may not use the control socket \"%s\"", call->socket_path);
        return pk_hint(err, PK_E_DENIED, "Run the command as the user the gateway runs as.");
    }
    (void) pk_fail(err, PK_E_NOT_FOUND, "nobody answers at the control socket \"%s\"", call->socket_path);
    return pk_hint(err, PK_E_NOT_FOUND, "Is the gateway running? Start it with pokana serve --config FILE.");
}

static int explain(const struct pk_control_call *call, CURLcode result, struct pk_error *err)
{
    switch (result) {
    case CURLE_COULDNT_CONNECT:
        return explain_refusal(call, err);
    case CURLE_OPERATION_TIMEDOUT:
        return pk_fail(err, PK_E_TIMEOUT, "the gateway did not answer in time");
    case CURLE_WRITE_ERROR:
        return pk_fail(err, PK_E_LIMIT, "the gateway's answer is too large");
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return pk_fail(err, PK_E_IO, "the gateway ended before it had answered");
    default:
        return pk_fail(err, PK_E_IO, "could not ask the gateway: %s", curl_easy_strerror(result));
    }
}

static void set_request(CURL *easy, const struct pk_control_call *call, const char *url, const struct curl_slist *headers)
{
    (void) curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, call->socket_path);
    (void) curl_easy_setopt(easy, CURLOPT_URL, url);
    (void) curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    (void) curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long) call->timeout_ms);
    (void) curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    if (strcmp(call->method, "GET") == 0)
        return;
    (void) curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) call->body.len);
    (void) curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.data ? call->body.data : "");
    (void) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method);
}

static CURLcode perform(CURL *easy, const struct pk_control_call *call, const char *url, struct pk_buf *body, long *ret_status)
{
    char type[128];
    (void) snprintf(type, sizeof type, "Content-Type: %s", call->content_type ? call->content_type : "application/json");
    char more[256];
    (void) snprintf(more, sizeof more, "%s", call->header ? call->header : "");
    struct curl_slist own = { more, NULL }, *last = call->header ? &own : NULL;
    struct curl_slist no_expect = { (char[]){ "Expect:" }, last }, headers = { type, &no_expect };
    set_request(easy, call, url, strcmp(call->method, "GET") == 0 ? last : &headers);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void) curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
    CURLcode result = curl_easy_perform(easy);
    (void) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, ret_status);
    return result;
}

int pk_control_ask(const struct pk_control_call *call, unsigned *ret_status, struct pk_buf *ret_body, struct pk_error *err)
{
    char url[URL_MAX_BYTES];
    long status = 0;
    size_t before = ret_body->len;
    if (strlen(call->socket_path) >= sizeof(((struct sockaddr_un *) NULL)->sun_path))
        return pk_fail(err, PK_E_LIMIT, "the path of the control socket \"%s\" is too long", call->socket_path);
    if (snprintf(url, sizeof url, "http://pokana%s", call->path) >= (int) sizeof url)
        return pk_fail(err, PK_E_LIMIT, "the request is longer than %d bytes", URL_MAX_BYTES);
    CURL *easy = curl_easy_init();
    if (!easy)
        return pk_fail(err, PK_E_IO, "could not start libcurl");
    CURLcode result = perform(easy, call, url, ret_body, &status);
    curl_easy_cleanup(easy);
    if (result == CURLE_OK) {
        *ret_status = (unsigned) status;
        return 0;
    }
    if (ret_body->data) { /* half an answer is none */
        ret_body->len = before;
        ret_body->data[before] = '\0';
    }
    return explain(call, result, err);
}
