/* SPDX-License-Identifier: EUPL-1.2 */
/*
 *     connected -> bind_transceiver -> its answer -> hand-overs, receipts, replies -> unbind or a fall -> connected ...
 *
 * Both sides ask now and then whether the other is still there (enquire_link). Whoever does not answer in time is hung up on,
 * and the gateway connects again.
 */
#include "adapters/smpp/smpp.h"

#include <stdio.h>

#define BIND_REFUSALS 3u /* ESME_RBINDFAIL so often in a row is no passing thing */

enum status { OK = 0x00, INVALID_LENGTH = 0x02, INVALID_COMMAND = 0x03, BIND_FAILED = 0x0d };

uint32_t pk_smpp_next_sequence(struct smpp *smpp)
{
    smpp->sequence = smpp->sequence < SMPP_SEQUENCE_MAX ? smpp->sequence + 1 : 1;
    return smpp->sequence;
}

int pk_smpp_send(struct smpp *smpp, uint32_t command, uint32_t status, uint32_t sequence, struct pk_slice body)
{
    uint8_t unit[SMPP_HEADER_BYTES + 256];
    if (body.len > sizeof unit - SMPP_HEADER_BYTES)
        return PK_E_LIMIT;
    uint32_t length = (uint32_t) (SMPP_HEADER_BYTES + body.len);
    smpp_header_write(unit, length, command, status, sequence);
    if (body.len > 0)
        memcpy(unit + SMPP_HEADER_BYTES, body.data, body.len);
    int r = smpp->ops->send(smpp->link, unit, length);
    explicit_bzero(unit, length); /* a password may be in it */
    return r;
}

void pk_smpp_hang_up(struct smpp *smpp, const char *reason)
{
    smpp->state = SMPP_OVER;
    smpp->ops->disconnect(smpp->link, reason);
}

/* ---- time ---- */

static void wake(struct smpp *smpp, int64_t when_ms)
{
    if (when_ms > 0)
        smpp->ops->wake_at(smpp->link, when_ms);
}

/* Asks when nothing came for a while; hangs up when nothing came of that. */
static void keep_alive(struct smpp *smpp, int64_t now_ms)
{
    if (smpp->enquired_ms != 0) {
        if (now_ms >= smpp->enquired_ms + smpp->answer_ms)
            pk_smpp_hang_up(smpp, "the provider does not answer any more");
        else
            wake(smpp, smpp->enquired_ms + smpp->answer_ms);
        return;
    }
    if (now_ms < smpp->heard_ms + smpp->enquire_ms) {
        wake(smpp, smpp->heard_ms + smpp->enquire_ms);
        return;
    }
    if (pk_smpp_send(smpp, SMPP_ENQUIRE_LINK, OK, pk_smpp_next_sequence(smpp), PK_SLICE("")) == 0)
        smpp->enquired_ms = now_ms;
    wake(smpp, now_ms + smpp->answer_ms);
}

/* The goodbye, once nothing waits for an answer. */
static void leave(struct smpp *smpp, int64_t now_ms)
{
    if (smpp->jobs_open > 0 || smpp->state_until_ms != 0)
        return;
    (void) pk_smpp_send(smpp, SMPP_UNBIND, OK, pk_smpp_next_sequence(smpp), PK_SLICE(""));
    smpp->state_until_ms = now_ms + smpp->answer_ms;
}

static int tick(void *self, int64_t now_ms)
{
    struct smpp *smpp = self;
    switch (smpp->state) {
    case SMPP_DOWN:
    case SMPP_OVER:
        break;
    case SMPP_BINDING:
        if (now_ms >= smpp->state_until_ms)
            pk_smpp_hang_up(smpp, "the provider does not answer the login");
        else
            wake(smpp, smpp->state_until_ms);
        break;
    case SMPP_BOUND:
        wake(smpp, pk_smpp_window_tick(smpp, now_ms));
        keep_alive(smpp, now_ms);
        break;
    case SMPP_LEAVING:
        wake(smpp, pk_smpp_window_tick(smpp, now_ms));
        leave(smpp, now_ms);
        break;
    }
    return 0;
}

/* ---- binding ---- */

static int connected(void *self, struct pk_link *link, const struct pk_link_ops *ops, int64_t now_ms)
{
    struct smpp *smpp = self;
    const struct pk_kit_settings *settings = &smpp->base.settings;
    uint8_t body[256];
    struct smpp_writer writer = { body, body + sizeof body, false };
    smpp->link = link;
    smpp->ops = ops;
    pk_smpp_notation_recall(smpp);
    smpp->connection++;
    smpp->sequence = 0;
    smpp->in_len = 0;
    smpp->enquired_ms = 0;
    smpp->heard_ms = now_ms;
    smpp_put_string(&writer, pk_kit_text(settings, "system_id"));
    smpp_put_string(&writer, pk_kit_text(settings, "password"));
    smpp_put_string(&writer, pk_kit_text(settings, "system_type"));
    smpp_put_number(&writer, 0x34, 1); /* interface_version */
    smpp_put_number(&writer, (uint32_t) pk_kit_number(settings, "address_ton", 0), 1);
    smpp_put_number(&writer, (uint32_t) pk_kit_number(settings, "address_npi", 0), 1);
    smpp_put_string(&writer, pk_kit_text(settings, "address_range"));
    int r = writer.full ? PK_E_LIMIT
                        : pk_smpp_send(smpp, SMPP_BIND_TRANSCEIVER, OK, pk_smpp_next_sequence(smpp),
                                       pk_slice_make(body, (size_t) (writer.at - body)));
    explicit_bzero(body, sizeof body);
    if (r != 0)
        return r;
    smpp->state = SMPP_BINDING;
    smpp->state_until_ms = now_ms + smpp->answer_ms;
    wake(smpp, smpp->state_until_ms);
    return 0;
}

static void disconnected(void *self, int64_t now_ms)
{
    struct smpp *smpp = self;
    (void) now_ms;
    smpp->state = SMPP_DOWN;
    smpp->link = NULL;
    pk_smpp_window_forget(smpp);
    explicit_bzero(smpp->in, smpp->in_len);
    smpp->in_len = 0;
}

static bool knows_refused(const struct pk_link_ops *ops)
{
    return ops->size >= offsetof(struct pk_link_ops, refused) + sizeof ops->refused && ops->refused;
}

static void bind_refused(struct smpp *smpp, uint32_t status)
{
    char code[SMPP_CODE_ROOM], reason[160];
    (void) pk_smpp_code(status, code);
    bool settings = pk_smpp_outcome(smpp, status) == PK_OUTCOME_MISCONFIGURED;
    if (status == BIND_FAILED)
        settings = ++smpp->refusals >= BIND_REFUSALS;
    if (!settings || !knows_refused(smpp->ops)) {
        (void) snprintf(reason, sizeof reason, "the provider refuses the login for now (%s)", code);
        pk_smpp_hang_up(smpp, reason);
        return;
    }
    smpp->refusals = 0;
    (void) snprintf(reason, sizeof reason, "The provider refuses the login (%s): check system_id and password, then resume the account.",
                    code);
    smpp->state = SMPP_OVER;
    smpp->ops->refused(smpp->link, reason);
}

static void bound(struct smpp *smpp, const struct smpp_pdu *pdu, int64_t now_ms)
{
    if (smpp->state != SMPP_BINDING)
        return;
    if (pdu->status != OK || pdu->command == SMPP_GENERIC_NACK) {
        bind_refused(smpp, pdu->status != OK ? pdu->status : INVALID_COMMAND);
        return;
    }
    smpp->state = SMPP_BOUND;
    smpp->state_until_ms = 0;
    smpp->refusals = smpp->throttles = 0;
    smpp->throttled_until_ms = 0;
    smpp->ops->window(smpp->link, SMPP_JOBS_MAX); /* the account's own window is the one agreed */
    wake(smpp, now_ms + smpp->enquire_ms);
}

/* ---- what came ---- */

static void take(struct smpp *smpp, const struct smpp_pdu *pdu, int64_t now_ms)
{
    switch (pdu->command) {
    case SMPP_SUBMIT_SM | SMPP_RESPONSE:
        pk_smpp_answered(smpp, pdu, now_ms);
        break;
    case SMPP_GENERIC_NACK:
        if (smpp->state == SMPP_BINDING)
            bound(smpp, pdu, now_ms);
        else
            pk_smpp_answered(smpp, pdu, now_ms);
        break;
    case SMPP_BIND_TRANSCEIVER | SMPP_RESPONSE:
        bound(smpp, pdu, now_ms);
        break;
    case SMPP_DELIVER_SM:
    case SMPP_DATA_SM:
        pk_smpp_delivered(smpp, pdu, now_ms);
        break;
    case SMPP_ENQUIRE_LINK:
        (void) pk_smpp_send(smpp, SMPP_ENQUIRE_LINK | SMPP_RESPONSE, OK, pdu->sequence, PK_SLICE(""));
        break;
    case SMPP_UNBIND:
        (void) pk_smpp_send(smpp, SMPP_UNBIND | SMPP_RESPONSE, OK, pdu->sequence, PK_SLICE(""));
        pk_smpp_hang_up(smpp, "the provider ended the session");
        break;
    case SMPP_UNBIND | SMPP_RESPONSE:
        pk_smpp_hang_up(smpp, "the session is over");
        break;
    case SMPP_ALERT:
        break;
    default:
        if (!(pdu->command & SMPP_RESPONSE))
            (void) pk_smpp_send(smpp, SMPP_GENERIC_NACK, INVALID_COMMAND, pdu->sequence, PK_SLICE(""));
        break;
    }
}

/* All that is whole of these bytes; returns how many that were, or PK_E_PROTOCOL. What follows the end of the session is not
 * heard, in whatever pieces it comes. */
static int64_t take_all(struct smpp *smpp, struct pk_slice bytes, int64_t now_ms)
{
    size_t at = 0;
    for (;;) {
        struct smpp_pdu pdu;
        int64_t length = smpp_pdu_read(pk_slice_make(bytes.data + at, bytes.len - at), &pdu);
        if (length < 0)
            (void) pk_smpp_send(smpp, SMPP_GENERIC_NACK, INVALID_LENGTH, 0, PK_SLICE(""));
        if (length <= 0)
            return length < 0 ? length : (int64_t) at;
        at += (size_t) length;
        take(smpp, &pdu, now_ms);
        if (smpp->state == SMPP_OVER)
            return (int64_t) bytes.len;
    }
}

/* What lay here already and just enough of the new bytes to make the unit whole. */
static int take_begun(struct smpp *smpp, struct pk_slice *bytes, int64_t now_ms)
{
    while (smpp->in_len > 0 && bytes->len > 0) {
        uint32_t length = 4;
        for (uint32_t i = 0, value = 0; smpp->in_len >= 4 && i < 4; i++) {
            value = value << 8 | smpp->in[i];
            length = value;
        }
        size_t wanted = length > SMPP_PDU_MAX_BYTES ? 0 : length - (length > smpp->in_len ? smpp->in_len : length);
        size_t n = wanted < bytes->len ? wanted : bytes->len;
        memcpy(smpp->in + smpp->in_len, bytes->data, n);
        smpp->in_len += n;
        *bytes = pk_slice_make(bytes->data + n, bytes->len - n);
        int64_t taken = take_all(smpp, pk_slice_make(smpp->in, smpp->in_len), now_ms);
        if (taken < 0)
            return (int) taken;
        if (taken > 0) {
            explicit_bzero(smpp->in, smpp->in_len);
            smpp->in_len = 0;
        }
    }
    return 0;
}

static int received(void *self, struct pk_slice bytes, int64_t now_ms)
{
    struct smpp *smpp = self;
    if (smpp->state == SMPP_OVER)
        return 0;
    smpp->heard_ms = now_ms;
    smpp->enquired_ms = 0;
    int r = take_begun(smpp, &bytes, now_ms);
    int64_t taken = r == 0 && bytes.len > 0 && smpp->state != SMPP_OVER ? take_all(smpp, bytes, now_ms) : r;
    if (taken < 0)
        return (int) taken;
    if (smpp->state == SMPP_OVER)
        return 0;
    size_t rest = bytes.len - (size_t) taken;
    if (rest > 0) {
        memcpy(smpp->in, bytes.data + taken, rest); /* less than a unit */
        smpp->in_len = rest;
    }
    if (smpp->state == SMPP_LEAVING)
        leave(smpp, now_ms);
    return 0;
}

static void settled(void *self, uint64_t token, uint32_t ok, int64_t now_ms)
{
    pk_smpp_settled(self, token, ok != 0, now_ms);
}

static void stop(void *self, int64_t now_ms)
{
    struct smpp *smpp = self;
    if (smpp->state == SMPP_BINDING) {
        pk_smpp_hang_up(smpp, "the session is over");
    } else if (smpp->state == SMPP_BOUND) {
        smpp->ops->window(smpp->link, 0);
        smpp->state = SMPP_LEAVING;
        smpp->state_until_ms = 0;
        leave(smpp, now_ms);
    }
}

const struct pk_session_ops pk_smpp_session = {
    .size = sizeof(struct pk_session_ops),
    .transport = PK_TRANSPORT_TCP,
    .connected = connected,
    .disconnected = disconnected,
    .received = received,
    .submit = pk_smpp_submit,
    .tick = tick,
    .settled = settled,
    .stop = stop,
};
