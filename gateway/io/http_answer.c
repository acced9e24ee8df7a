/* SPDX-License-Identifier: EUPL-1.2 */
/* What came of a call: whole, certainly never sent, or in doubt. */
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/io/http_client_internal.h"

#include <time.h>

#define RETRY_AFTER_MAX_S 3600 /* an account falls silent for so long: one wrong answer must not cost a day */

struct answer {
    struct pk_answer base; /* first: callbacks get its address */
    const struct call *call;
};

static struct pk_slice header_of(const struct pk_answer *answer, const char *name)
{
    const struct call *call = ((const struct answer *) (const void *) answer)->call;
    struct pk_slice rest = pk_buf_slice(&call->answer_headers), line;
    while (rest.len > 0 && pk_slice_cut(&rest, '\n', &line)) {
        const char *colon = line.len > 0 ? memchr(line.data, ':', line.len) : NULL;
        if (!colon)
            continue;
        size_t front = (size_t) (colon - line.data);
        if (pk_slice_equal_nocase(pk_slice_make(line.data, front), name))
            return pk_slice_trim(pk_slice_make(colon + 1, line.len - front - 1));
    }
    return (struct pk_slice){ 0 };
}

static bool all_digits(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.len > 0;
}

/* Seconds, or a date; no more than an hour. */
static int64_t retry_after_ms(const struct pk_answer *answer)
{
    const int64_t max_ms = RETRY_AFTER_MAX_S * INT64_C(1000);
    struct pk_slice text = header_of(answer, "Retry-After");
    int64_t seconds;
    char date[64];
    if (all_digits(text))
        return pk_parse_int(text, 0, RETRY_AFTER_MAX_S, &seconds) == 0 ? seconds * 1000 : max_ms;
    if (text.len == 0 || text.len >= sizeof date)
        return 0;
    (void) snprintf(date, sizeof date, "%.*s", PK_SLICE_ARG(text));
    time_t when = curl_getdate(date, NULL);
    int64_t left_ms = when > 0 ? (int64_t) when * 1000 - pk_clock_wall_ms() : 0;
    return left_ms < 0 ? 0 : left_ms < max_ms ? left_ms : max_ms;
}

/* Not a byte of the request was written, on no connection? */
static bool never_left(const struct call *call)
{
    long sent = 0;
    return !call->began || (curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK && sent == 0);
}

void pk_http_call_hand_over(struct call *call)
{
    struct answer answer = { .base = { .size = sizeof(struct pk_answer), .state = PK_ANSWER_NONE, .header = header_of },
                             .call = call };
    long status = 0;
    if (call->result == CURLE_OK && call->headers_whole && !call->too_large) {
        (void) curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
        answer.base.state = PK_ANSWER_COMPLETE;
        answer.base.status = (uint32_t) status;
        answer.base.body = pk_buf_slice(&call->answer_body);
        answer.base.retry_after_ms = retry_after_ms(&answer.base);
    } else {
        pk_buf_clear(&call->answer_headers); /* half an answer is none */
        if (never_left(call))
            answer.base.state = PK_ANSWER_NOT_SENT;
    }
    call->done(call->ctx, &answer.base);
}
