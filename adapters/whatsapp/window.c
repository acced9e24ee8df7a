/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The 24 hours in which somebody who wrote may get a free text. It lives in memory only: after a restart a window counts
 * as closed until the person writes again, which costs a free text and never sends one that Meta would refuse. Numbers are
 * kept as a keyed hash.
 */
#include "adapters/whatsapp/whatsapp.h"

#define WINDOW_MS (24ll * 3600 * 1000)
#define MARGIN_MS (60ll * 1000) /* a text takes a moment to arrive */
#define NEIGHBOURS 8u           /* slots in which one number may be */

static uint64_t hash(const struct whatsapp *account, struct pk_slice address)
{
    uint8_t mac[32];
    uint64_t who;
    account->host->hmac_sha256(pk_slice_make(account->window.key, sizeof account->window.key), &address, 1, mac);
    memcpy(&who, mac, sizeof who);
    return who;
}

void pk_whatsapp_window_init(struct whatsapp_window *window, const struct pk_host *host)
{
    host->random(host->ctx, window->key, sizeof window->key);
}

void pk_whatsapp_window_heard(struct whatsapp *account, struct pk_slice address, int64_t at_ms, int64_t now_ms)
{
    struct whatsapp_window *window = &account->window;
    uint64_t who = hash(account, address);
    size_t first = who % WHATSAPP_WINDOW_SLOTS, best = first;
    int64_t until_ms = (at_ms > 0 && at_ms < now_ms ? at_ms : now_ms) + WINDOW_MS - MARGIN_MS;
    if (until_ms <= now_ms)
        return;
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        size_t at = (first + i) % WHATSAPP_WINDOW_SLOTS;
        if (window->slots[at].until_ms > 0 && window->slots[at].who == who) {
            if (window->slots[at].until_ms < until_ms)
                window->slots[at].until_ms = until_ms;
            return;
        }
        if (window->slots[at].until_ms < window->slots[best].until_ms)
            best = at;
    }
    window->slots[best].who = who;
    window->slots[best].until_ms = until_ms;
}

bool pk_whatsapp_window_open(const struct whatsapp *account, struct pk_slice address, int64_t now_ms)
{
    const struct whatsapp_window *window = &account->window;
    uint64_t who = hash(account, address);
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        size_t at = (who + i) % WHATSAPP_WINDOW_SLOTS;
        if (window->slots[at].until_ms > now_ms && window->slots[at].who == who)
            return true;
    }
    return false;
}
