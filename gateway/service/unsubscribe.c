/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/unsubscribe.h"

#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/service/desks.h"
#include "gateway/service/own.h"
#include "gateway/store/names.h"

/* ---- making one ---- */

static bool is_signed_up_for(const struct pk_flight *flight)
{
    return flight->recipient != 0 && (flight->cls == PK_CLASS_NOTICE || flight->cls == PK_CLASS_QUESTION);
}

int pk_unsubscribe_link(struct pk_flight *flight, int64_t now_ms, struct pk_error *err)
{
    uint8_t token[PK_UNSUBSCRIBE_TOKEN_BYTES];
    const char *url = flight->service->rules->public_url;
    if (!(flight->desk->capabilities & PK_CAN_UNSUBSCRIBE) || !is_signed_up_for(flight) || !url ||
        !pk_slice_starts(pk_slice_of(url), "https://"))
        return 0;
    struct pk_slice base = pk_slice_of(url);
    if (base.len > 0 && base.data[base.len - 1] == '/')
        base.len--;
    struct pk_buf link = { .data = flight->unsubscribe, .cap = sizeof flight->unsubscribe, .max_bytes = sizeof flight->unsubscribe - 1 };
    pk_random_bytes(token, sizeof token);
    (void) pk_buf_add_slice(&link, base);
    (void) pk_buf_add_text(&link, PK_UNSUBSCRIBE_PATH);
    pk_hex(&link, token, sizeof token);
    if (link.failed) {
        flight->unsubscribe[0] = '\0';
        return pk_fail(err, PK_E_LIMIT, "public_url is too long for a link of a mail");
    }
    flight->unsubscribe[link.len] = '\0';
    return pk_unsubscribe_add(flight->service->store, token, flight->recipient, flight->channel, now_ms, now_ms + PK_UNSUBSCRIBE_KEPT_MS, err);
}

/* ---- pressing it ---- */

/* As at their own page, where it is seen and can be taken up again. Who has no address there any more has nothing to end. */
static int end_channel(struct pk_service *service, int64_t recipient, uint32_t channel, int64_t now_ms, struct pk_error *err)
{
    const struct pk_actor self = { .role = PK_ROLE_PERSON, .name = "self", .purpose = "unsubscribe", .recipient = recipient };
    int r = pk_own_channel(service, &self, pk_slice_of(pk_name_text(service->store, PK_NAME_CHANNEL, channel)), false, now_ms, err);
    return r == PK_E_INVALID ? 0 : r;
}

int pk_unsubscribe(struct pk_service *service, struct pk_slice token, int64_t now_ms, struct pk_error *err)
{
    uint8_t bytes[PK_UNSUBSCRIBE_TOKEN_BYTES];
    bool again = false;
    int64_t recipient = 0;
    uint32_t channel = 0;
    if (pk_unhex(token, bytes, sizeof bytes) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such link, or it is over");
    int r = pk_unsubscribe_use(service->store, bytes, now_ms, &recipient, &channel, &again, err);
    if (r != 0 || again)
        return r;
    r = end_channel(service, recipient, channel, now_ms, err);
    if (r == 0)
        service->metrics.unsubscribed++;
    return r;
}
