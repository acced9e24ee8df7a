/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/routing.h"

#include <string.h>

enum pk_route_fit pk_route_fit(const char *const *countries, size_t count, const char *country)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(countries[i], country) == 0)
            return PK_ROUTE_NAMED;
    return count == 0 ? PK_ROUTE_REST : PK_ROUTE_NOT;
}

#define FOR(reason) (1ull << PK_REASON_##reason)

/* A row is how a message would end, its bits the reasons for which it goes on instead. */
static const uint64_t goes_on[PK_MESSAGE_STATES] = {
    [PK_MESSAGE_FAILED] = FOR(PROVIDER_REFUSED) | FOR(INVALID_RECIPIENT) | FOR(ATTEMPTS_USED_UP) | FOR(TEXT_UNFIT) |
                            FOR(TEXT_UNMAPPED) | FOR(NO_ROUTE),
    [PK_MESSAGE_SUPPRESSED] = FOR(INVALID_RECIPIENT), /* an address that cannot be one; nothing was handed over */
    [PK_MESSAGE_UNDELIVERED] = FOR(PROVIDER_REFUSED) | FOR(ATTEMPTS_USED_UP),
    [PK_MESSAGE_UNCONFIRMED] = FOR(NEXT_CHANNEL), /* its time at the provider has passed (service/ladder) */
};

bool pk_ladder_goes_on(enum pk_message_state end, enum pk_reason reason)
{
    _Static_assert(PK_REASONS <= 64, "a row holds every reason");
    return end < PK_MESSAGE_STATES && reason < PK_REASONS && (goes_on[end] & (1ull << reason)) != 0;
}

int64_t pk_ladder_valid_until(int64_t now_ms, int64_t wait_ms, int64_t expires_ms)
{
    return expires_ms - now_ms > wait_ms ? now_ms + wait_ms : expires_ms;
}
