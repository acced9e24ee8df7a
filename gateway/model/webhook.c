/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/webhook.h"

#include "gateway/base/text.h"
#include "gateway/include/pokana/error.h"

#define SECOND 1000ll
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

/* After the first try, the second, and so on. */
static const int64_t waits[PK_WEBHOOK_TRIES - 1] = { 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR,
                                                     10 * HOUR,  14 * HOUR,  20 * HOUR,   24 * HOUR };

const char *pk_webhook_outcome_name(enum pk_webhook_outcome outcome)
{
    static const char *const names[PK_WEBHOOK_OUTCOMES] = { "untried", "taken",     "refused",  "redirected",   "busy",
                                                            "gone",    "no-answer", "not-sent", "not-permitted" };
    return (unsigned) outcome < PK_WEBHOOK_OUTCOMES ? names[outcome] : "unknown";
}

enum pk_webhook_outcome pk_webhook_outcome_of(unsigned status)
{
    if (status >= 200 && status < 300)
        return PK_WEBHOOK_TAKEN;
    if (status >= 300 && status < 400)
        return PK_WEBHOOK_REDIRECTED;
    if (status == 410)
        return PK_WEBHOOK_GONE;
    return status == 429 || status == 503 ? PK_WEBHOOK_BUSY : PK_WEBHOOK_REFUSED;
}

static const char *const states[PK_WEBHOOK_STATES] = { "", "waiting", "delivered", "failed", "expired" };

const char *pk_webhook_state_name(enum pk_webhook_state state)
{
    return (unsigned) state < PK_WEBHOOK_STATES ? states[state] : "";
}

int pk_webhook_state_parse(struct pk_slice name, enum pk_webhook_state *ret_state)
{
    for (unsigned i = PK_WEBHOOK_WAITING; i < PK_WEBHOOK_STATES; i++) {
        if (pk_slice_is(name, states[i])) {
            *ret_state = (enum pk_webhook_state) i;
            return 0;
        }
    }
    return PK_E_INVALID;
}

int64_t pk_webhook_next_ms(unsigned tries, int64_t now_ms, int64_t retry_after_ms, uint32_t chance)
{
    if (tries == 0)
        return now_ms;
    if (tries >= PK_WEBHOOK_TRIES)
        return 0;
    int64_t wait_ms = waits[tries - 1];
    if (retry_after_ms > wait_ms)
        wait_ms = retry_after_ms;
    return now_ms + wait_ms + wait_ms / 10 * (int64_t) (chance >> 12) / (1 << 20);
}

bool pk_webhook_permits(struct pk_slice allowed_origin, struct pk_slice origin)
{
    struct pk_slice allowed = pk_slice_trim(allowed_origin);
    char name[256];
    if (origin.len == 0 || origin.len >= sizeof name)
        return false;
    memcpy(name, origin.data, origin.len);
    name[origin.len] = '\0';
    return pk_slice_is(allowed, "*") || pk_slice_equal_nocase(allowed, name);
}

struct pk_slice pk_webhook_host(struct pk_slice url)
{
    const char *front = memmem(url.data, url.len, "://", 3);
    if (!front)
        return (struct pk_slice){ 0 };
    struct pk_slice rest = pk_slice_make(front + 3, url.len - (size_t) (front + 3 - url.data)), host;
    if (!pk_slice_cut(&rest, '/', &host))
        return (struct pk_slice){ 0 };
    const char *at = memrchr(host.data, '@', host.len);
    if (at)
        host = pk_slice_make(at + 1, host.len - (size_t) (at + 1 - host.data));
    const char *end = host.len > 0 && host.data[0] == '[' ? memchr(host.data, ']', host.len) : NULL;
    const char *colon = memchr(end ? end : host.data, ':', host.len - (size_t) ((end ? end : host.data) - host.data));
    return colon ? pk_slice_make(host.data, (size_t) (colon - host.data)) : host;
}
