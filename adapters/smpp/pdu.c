/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/smpp/pdu.h"

/* ---- reading ---- */

struct reader {
    const uint8_t *at, *end;
    bool bad; /* it ended before a field did */
};

static uint32_t take_number(struct reader *reader, unsigned bytes)
{
    uint32_t number = 0;
    if ((size_t) (reader->end - reader->at) < bytes) {
        reader->bad = true;
        reader->at = reader->end;
        return 0;
    }
    while (bytes-- > 0)
        number = number << 8 | *reader->at++;
    return number;
}

static struct pk_slice take_bytes(struct reader *reader, size_t len)
{
    if ((size_t) (reader->end - reader->at) < len) {
        reader->bad = true;
        reader->at = reader->end;
        return (struct pk_slice){ 0 };
    }
    struct pk_slice bytes = pk_slice_make(reader->at, len);
    reader->at += len;
    return bytes;
}

/* Without its NUL. The standard's lengths are not insisted on: real centres exceed them, and the unit's end is the limit. */
static struct pk_slice take_string(struct reader *reader)
{
    size_t left = (size_t) (reader->end - reader->at);
    const uint8_t *nul = left > 0 ? memchr(reader->at, 0, left) : NULL;
    if (!nul) {
        reader->bad = true;
        reader->at = reader->end;
        return (struct pk_slice){ 0 };
    }
    struct pk_slice text = pk_slice_make(reader->at, (size_t) (nul - reader->at));
    reader->at = nul + 1;
    return text;
}

static struct reader reader_of(struct pk_slice bytes)
{
    const uint8_t *at = (const uint8_t *) (bytes.data ? bytes.data : "");
    return (struct reader){ at, at + bytes.len, false };
}

int64_t smpp_pdu_read(struct pk_slice bytes, struct smpp_pdu *ret_pdu)
{
    struct reader reader = reader_of(bytes);
    if (bytes.len < 4)
        return 0;
    uint32_t length = take_number(&reader, 4);
    if (length < SMPP_HEADER_BYTES || length > SMPP_PDU_MAX_BYTES)
        return PK_E_PROTOCOL;
    if (bytes.len < length)
        return 0;
    ret_pdu->command = take_number(&reader, 4);
    ret_pdu->status = take_number(&reader, 4);
    ret_pdu->sequence = take_number(&reader, 4);
    ret_pdu->body = take_bytes(&reader, length - SMPP_HEADER_BYTES);
    return length;
}

static uint32_t number_of(struct pk_slice value, unsigned bytes)
{
    struct reader reader = reader_of(value);
    return value.len >= bytes ? take_number(&reader, bytes) : 0;
}

/* One after the other to the end; those we have no use for are passed over. */
static void read_tags(struct reader *reader, struct smpp_message *message)
{
    while (reader->at < reader->end && !reader->bad) {
        uint32_t tag = take_number(reader, 2);
        struct pk_slice value = take_bytes(reader, take_number(reader, 2));
        if (reader->bad)
            return;
        switch (tag) {
        case SMPP_TAG_RECEIPTED_ID:
            /* With or without its NUL: both are seen. */
            message->receipted_id = pk_slice_make(value.data, strnlen(value.data, value.len));
            break;
        case SMPP_TAG_SAR_REFERENCE:
            message->sar_reference = number_of(value, 2);
            break;
        case SMPP_TAG_SAR_TOTAL:
            message->sar_total = number_of(value, 1);
            break;
        case SMPP_TAG_SAR_INDEX:
            message->sar_index = number_of(value, 1);
            break;
        case SMPP_TAG_PAYLOAD:
            if (message->text.len == 0)
                message->text = value;
            break;
        case SMPP_TAG_STATE:
            message->state = number_of(value, 1);
            break;
        default:
            break;
        }
    }
}

int smpp_message_read(const struct smpp_pdu *pdu, struct smpp_message *ret_message)
{
    struct reader reader = reader_of(pdu->body);
    struct smpp_message message = { 0 };
    (void) take_string(&reader); /* service_type */
    (void) take_number(&reader, 2); /* source_addr_ton, _npi */
    message.source = take_string(&reader);
    (void) take_number(&reader, 2); /* dest_addr_ton, _npi */
    message.destination = take_string(&reader);
    message.esm_class = take_number(&reader, 1);
    if (pdu->command == SMPP_DELIVER_SM) {
        (void) take_number(&reader, 2); /* protocol_id, priority_flag */
        (void) take_string(&reader); /* schedule_delivery_time */
        (void) take_string(&reader); /* validity_period */
        (void) take_number(&reader, 2); /* registered_delivery, replace_if_present_flag */
        message.data_coding = take_number(&reader, 1);
        (void) take_number(&reader, 1); /* sm_default_msg_id */
        message.text = take_bytes(&reader, take_number(&reader, 1));
    } else {
        (void) take_number(&reader, 1); /* registered_delivery */
        message.data_coding = take_number(&reader, 1);
    }
    read_tags(&reader, &message);
    *ret_message = message;
    return reader.bad ? PK_E_PROTOCOL : 0;
}

struct pk_slice smpp_string_read(struct pk_slice body, size_t max)
{
    struct reader reader = reader_of(body);
    struct pk_slice text = take_string(&reader);
    return reader.bad || text.len > max ? (struct pk_slice){ 0 } : text;
}

/* ---- writing ---- */

void smpp_put(struct smpp_writer *writer, const void *bytes, size_t len)
{
    if (writer->full || (size_t) (writer->end - writer->at) < len) {
        writer->full = true;
        return;
    }
    if (len > 0)
        memcpy(writer->at, bytes, len);
    writer->at += len;
}

void smpp_put_number(struct smpp_writer *writer, uint32_t number, unsigned bytes)
{
    uint8_t octets[4];
    for (unsigned i = bytes; i-- > 0; number >>= 8)
        octets[i] = (uint8_t) number;
    smpp_put(writer, octets, bytes);
}

void smpp_put_string(struct smpp_writer *writer, struct pk_slice text)
{
    smpp_put(writer, text.data, text.len);
    smpp_put(writer, "", 1);
}

void smpp_put_tag(struct smpp_writer *writer, enum smpp_tag tag, uint32_t number, unsigned bytes)
{
    smpp_put_number(writer, tag, 2);
    smpp_put_number(writer, bytes, 2);
    smpp_put_number(writer, number, bytes);
}

void smpp_header_write(uint8_t header[SMPP_HEADER_BYTES], uint32_t length, uint32_t command, uint32_t status, uint32_t sequence)
{
    struct smpp_writer writer = { header, header + SMPP_HEADER_BYTES, false };
    smpp_put_number(&writer, length, 4);
    smpp_put_number(&writer, command, 4);
    smpp_put_number(&writer, status, 4);
    smpp_put_number(&writer, sequence, 4);
}
