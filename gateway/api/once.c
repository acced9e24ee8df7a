/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/once.h"

#include "gateway/api/answer.h"
#include "gateway/api/v1.h"
#include "gateway/base/crypto.h"
#include "gateway/base/log.h"
#include "gateway/base/text.h"

/* Under the text of the token, which is kept nowhere: what stands in the database cannot be guessed at. */
static void mark(const struct pk_call *call, const struct pk_slice *parts, size_t count, uint8_t ret_mark[PK_ONCE_BYTES])
{
    uint8_t mac[32];
    pk_hmac_sha256(pk_v1_token(call), parts, count, mac);
    memcpy(ret_mark, mac, PK_ONCE_BYTES);
}

static void refuse(struct pk_call *call)
{
    struct pk_error err = { 0 };
    call->once = false;
    (void) pk_fail(&err, PK_E_CONFLICT, "another request was made with this Idempotency-Key");
    (void) pk_hint(&err, PK_E_CONFLICT, "Take a new key for each thing to be done; only the same request is sent again with the same one.");
    pk_call_problem(call, &err);
}

bool pk_once_answered(struct pk_call *call)
{
    struct pk_slice key = pk_slice_trim(pk_http_request_header(call->request, "Idempotency-Key"));
    struct pk_error err = { 0 };
    struct pk_once before;
    if (key.len == 0 || !call->bearer || !pk_v1_takes_header(call, "Idempotency-Key"))
        return false;
    const struct pk_slice gap = PK_SLICE("\n");
    const struct pk_slice named[] = { PK_SLICE("key\n"), pk_http_request_method(call->request), gap, pk_http_request_path(call->request), gap, key };
    const struct pk_slice asked[] = { PK_SLICE("request\n"), pk_http_request_query(call->request), gap, pk_http_request_body(call->request) };
    mark(call, named, PK_COUNT(named), call->once_key);
    mark(call, asked, PK_COUNT(asked), call->once_request);
    call->once = true;
    int r = pk_once_get(call->service->store, call->once_key, &before, &call->out, &err);
    if (r == 0)
        return false;
    if (r < 0) {
        call->once = false;
        pk_call_problem(call, &err);
    } else if (memcmp(before.request, call->once_request, PK_ONCE_BYTES) != 0) {
        refuse(call);
    } else {
        call->once = false;
        pk_call_answer_as(call, before.status, "application/json", &call->out);
    }
    return true;
}

static int put(struct pk_call *call, void *ctx, struct pk_error *err)
{
    return pk_once_put(call->service->store, call->once_key, ctx, call->now_ms, err);
}

void pk_once_keep(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_once once = { .status = call->status, .answer = pk_buf_slice(&call->out) };
    if (!call->once || call->status < 200 || call->status > 299)
        return;
    memcpy(once.request, call->once_request, PK_ONCE_BYTES);
    if (pk_call_change(call, put, &once, &err) != 0)
        pk_log(PK_LOG_ERROR, "api", "once.failed", "reason", err.message, NULL);
}
