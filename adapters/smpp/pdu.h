/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The octets of SMPP 3.4: reading and writing protocol data units, nothing of what they mean. Bytes of the other side are
 * read here and nowhere else. Numbers are big-endian, strings end in a NUL, optional parameters (TLVs) follow the fields.
 */
#ifndef PK_ADAPTER_SMPP_PDU_H
#define PK_ADAPTER_SMPP_PDU_H

#include "gateway/include/pokana/adapter.h"

#define SMPP_HEADER_BYTES 16u
#define SMPP_PDU_MAX_BYTES 69632u /* a message_payload of 64 KiB and all that goes with it */
#define SMPP_SHORT_MAX_BYTES 254u
#define SMPP_RESPONSE 0x80000000u /* of a command */
#define SMPP_GENERIC_NACK 0x80000000u
#define SMPP_SEQUENCE_MAX 0x7fffffffu

enum smpp_command {
    SMPP_SUBMIT_SM = 0x04,
    SMPP_DELIVER_SM = 0x05,
    SMPP_UNBIND = 0x06,
    SMPP_BIND_TRANSCEIVER = 0x09,
    SMPP_ENQUIRE_LINK = 0x15,
    SMPP_ALERT = 0x102, /* alert_notification: needs no answer */
    SMPP_DATA_SM = 0x103,
};

enum smpp_tag {
    SMPP_TAG_RECEIPTED_ID = 0x001e,
    SMPP_TAG_SAR_REFERENCE = 0x020c,
    SMPP_TAG_SAR_TOTAL = 0x020e,
    SMPP_TAG_SAR_INDEX = 0x020f,
    SMPP_TAG_PAYLOAD = 0x0424,
    SMPP_TAG_STATE = 0x0427,
};

#define SMPP_ESM_UDHI 0x40u /* short_message begins with a user data header */
#define SMPP_ESM_TYPE 0x3cu

/* ---- reading ---- */

struct smpp_pdu {
    uint32_t command, status, sequence;
    struct pk_slice body;
};
/* The first unit of `bytes`: its length, 0 when it is not whole yet, PK_E_PROTOCOL for a length that cannot be. */
int64_t smpp_pdu_read(struct pk_slice bytes, struct smpp_pdu *ret_pdu);

/* A deliver_sm or data_sm, as its fields and optional parameters say; slices lie in the body. */
struct smpp_message {
    struct pk_slice source, destination;
    uint32_t esm_class, data_coding;
    struct pk_slice text; /* short_message, or message_payload */
    struct pk_slice receipted_id;
    uint32_t state; /* message_state; 0 = not said */
    uint32_t sar_reference, sar_total, sar_index; /* total 0 = not said */
};
/* PK_E_PROTOCOL when a field or parameter reaches beyond its end. */
int smpp_message_read(const struct smpp_pdu *pdu, struct smpp_message *ret_message);

/* The string a body begins with, at most `max` bytes; {NULL,0} when there is none. */
struct pk_slice smpp_string_read(struct pk_slice body, size_t max);

/* ---- writing ---- */

struct smpp_writer {
    uint8_t *at, *end;
    bool full; /* something did not fit: nothing of it counts */
};
void smpp_put(struct smpp_writer *writer, const void *bytes, size_t len);
void smpp_put_number(struct smpp_writer *writer, uint32_t number, unsigned bytes);
void smpp_put_string(struct smpp_writer *writer, struct pk_slice text); /* with its NUL */
void smpp_put_tag(struct smpp_writer *writer, enum smpp_tag tag, uint32_t number, unsigned bytes);

void smpp_header_write(uint8_t header[SMPP_HEADER_BYTES], uint32_t length, uint32_t command, uint32_t status, uint32_t sequence);

#endif
