/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A message as submit_sm units. The gateway has cut and encoded its parts; how the centre learns that they belong together
 * is a setting:
 *
 *     udh      each part begins with a user data header: works nearly everywhere
 *     sar      the same in the optional parameters sar_*
 *     payload  one unit with all of it in message_payload; the centre cuts
 */
#include "adapters/smpp/smpp.h"

#include "adapters/kit/moment.h"
#include "adapters/kit/result.h"

#include <stdio.h>
#include <stdlib.h>

#define UDH_BYTES 6u
#define FIELDS_MAX_BYTES 512u /* of a unit, without its text: settings are bounded */
#define VALIDITY_ROOM 17u
#define VALIDITY_MOST_MS (30 * PK_KIT_DAY)

enum { DCS_DEFAULT = 0, DCS_LATIN1 = 3, DCS_UCS2 = 8 };

struct message {
    struct smpp *smpp;
    const struct pk_job *job;
    char validity[VALIDITY_ROOM];
    uint32_t reference; /* of its parts */
    bool split; /* into several units */
};

/* ---- until when ---- */

/* Rounded down: the centre must not deliver later. */
static void write_validity(struct message *message, int64_t left_ms)
{
    char at[PK_KIT_RFC3339_ROOM];
    long long s = left_ms / 1000;
    switch (message->smpp->validity) {
    case SMPP_RELATIVE:
        (void) snprintf(message->validity, VALIDITY_ROOM, "0000%02u%02u%02u%02u000R", (unsigned) (s / 86400) % 100,
                        (unsigned) (s / 3600 % 24), (unsigned) (s / 60 % 60), (unsigned) (s % 60));
        break;
    case SMPP_ABSOLUTE:
        pk_kit_rfc3339(message->job->now_ms + left_ms, at);
        (void) snprintf(message->validity, VALIDITY_ROOM, "%.2s%.2s%.2s%.2s%.2s%.2s000+", at + 2, at + 5, at + 8, at + 11, at + 14,
                        at + 17);
        break;
    case SMPP_NO_VALIDITY:
        message->validity[0] = '\0';
        break;
    }
}

/* ---- who ---- */

static bool is_number(struct pk_slice text)
{
    size_t at = text.len > 0 && text.data[0] == '+' ? 1 : 0, digits = text.len - at;
    for (; at < text.len; at++)
        if (text.data[at] < '0' || text.data[at] > '9')
            return false;
    return digits > 0;
}

/* Without settings: a name is alphanumeric, a number with its country international, a short one the network's own. */
static void put_source(struct smpp_writer *writer, const struct smpp *smpp)
{
    const struct pk_kit_settings *settings = &smpp->base.settings;
    struct pk_slice sender = pk_kit_text(settings, "sender");
    uint32_t ton = 5, npi = 0;
    if (is_number(sender)) {
        bool short_code = sender.data[0] != '+' && sender.len < 8;
        ton = short_code ? 3 : 1;
        npi = short_code ? 0 : 1;
        if (sender.data[0] == '+')
            sender = pk_slice_make(sender.data + 1, sender.len - 1);
    }
    smpp_put_number(writer, (uint32_t) pk_kit_number(settings, "sender_ton", ton), 1);
    smpp_put_number(writer, (uint32_t) pk_kit_number(settings, "sender_npi", npi), 1);
    smpp_put_string(writer, sender);
}

/* ---- a unit ---- */

static void put_fields(struct smpp_writer *writer, const struct message *message, uint32_t esm_class, uint32_t coding)
{
    const struct pk_kit_settings *settings = &message->smpp->base.settings;
    smpp_put_string(writer, pk_kit_text(settings, "service_type"));
    put_source(writer, message->smpp);
    smpp_put_number(writer, (uint32_t) pk_kit_number(settings, "recipient_ton", 1), 1);
    smpp_put_number(writer, (uint32_t) pk_kit_number(settings, "recipient_npi", 1), 1);
    smpp_put_string(writer, message->job->address);
    smpp_put_number(writer, esm_class, 1);
    smpp_put_number(writer, 0, 1); /* protocol_id */
    smpp_put_number(writer, (uint32_t) pk_kit_number(settings, "message_priority", 0), 1);
    smpp_put_string(writer, PK_SLICE("")); /* schedule_delivery_time: now */
    smpp_put_string(writer, pk_slice_of(message->validity));
    smpp_put_number(writer, pk_kit_number(settings, "receipts", 1) != 0, 1); /* registered_delivery */
    smpp_put_number(writer, 0, 1); /* replace_if_present_flag */
    smpp_put_number(writer, coding, 1);
    smpp_put_number(writer, 0, 1); /* sm_default_msg_id */
}

/* The text in the alphabet the centre takes, behind `header` octets. */
static bool put_octets(struct smpp_writer *writer, const struct message *message, const struct pk_part *part, size_t header)
{
    size_t len = part->octets.len;
    if (part->coding != PK_CODING_GSM7 || message->smpp->alphabet == SMPP_GSM7) {
        smpp_put(writer, part->octets.data, len);
        return true;
    }
    if ((size_t) (writer->end - writer->at) < len + 1) {
        writer->full = true;
        return true;
    }
    if (message->smpp->alphabet == SMPP_GSM7_PACKED)
        len = pk_smpp_pack(part->octets, header, writer->at);
    else if (!pk_smpp_latin1(part->octets, writer->at, &len))
        return false;
    writer->at += len;
    return true;
}

static uint32_t coding_of(const struct message *message, const struct pk_part *part)
{
    if (part->coding == PK_CODING_UCS2)
        return DCS_UCS2;
    return message->smpp->alphabet == SMPP_LATIN1 ? DCS_LATIN1 : DCS_DEFAULT;
}

static void end_unit(struct smpp_writer *writer, uint8_t *begin)
{
    if (!writer->full)
        smpp_header_write(begin, (uint32_t) (writer->at - begin), SMPP_SUBMIT_SM, 0, 0);
}

/* Part `index` in its short_message. */
static bool put_part(struct smpp_writer *writer, const struct message *message, size_t index)
{
    const struct pk_part *part = &message->job->parts[index];
    bool udh = message->split && message->smpp->long_by == SMPP_LONG_UDH;
    uint32_t total = (uint32_t) message->job->part_count;
    uint8_t *begin = writer->at;
    smpp_put(writer, (const uint8_t[SMPP_HEADER_BYTES]){ 0 }, SMPP_HEADER_BYTES);
    put_fields(writer, message, udh ? SMPP_ESM_UDHI : 0, coding_of(message, part));
    uint8_t *length = writer->at;
    smpp_put_number(writer, 0, 1);
    if (udh) {
        const uint8_t header[UDH_BYTES] = { 5, 0, 3, (uint8_t) message->reference, (uint8_t) total, (uint8_t) (index + 1) };
        smpp_put(writer, header, sizeof header);
    }
    if (!put_octets(writer, message, part, udh ? UDH_BYTES : 0))
        return false;
    size_t len = writer->full ? 0 : (size_t) (writer->at - length) - 1;
    if (len > SMPP_SHORT_MAX_BYTES)
        writer->full = true;
    if (!writer->full)
        *length = (uint8_t) len;
    if (message->split && !udh) {
        smpp_put_tag(writer, SMPP_TAG_SAR_REFERENCE, message->reference, 2);
        smpp_put_tag(writer, SMPP_TAG_SAR_TOTAL, total, 1);
        smpp_put_tag(writer, SMPP_TAG_SAR_INDEX, (uint32_t) index + 1, 1);
    }
    end_unit(writer, begin);
    return true;
}

static bool put_payload(struct smpp_writer *writer, const struct message *message)
{
    const struct pk_job *job = message->job;
    uint8_t *begin = writer->at;
    smpp_put(writer, (const uint8_t[SMPP_HEADER_BYTES]){ 0 }, SMPP_HEADER_BYTES);
    put_fields(writer, message, 0, coding_of(message, &job->parts[0]));
    smpp_put_number(writer, 0, 1); /* sm_length */
    smpp_put_number(writer, SMPP_TAG_PAYLOAD, 2);
    uint8_t *length = writer->at;
    smpp_put_number(writer, 0, 2);
    for (size_t i = 0; i < job->part_count; i++)
        if (!put_octets(writer, message, &job->parts[i], 0))
            return false;
    size_t len = writer->full ? 0 : (size_t) (writer->at - length) - 2;
    if (len > UINT16_MAX)
        writer->full = true;
    if (!writer->full) {
        length[0] = (uint8_t) (len >> 8);
        length[1] = (uint8_t) len;
    }
    end_unit(writer, begin);
    return true;
}

/* ---- all of them ---- */

static const char *flaw_of(const struct smpp *smpp, const struct pk_job *job)
{
    if (job->part_count == 0 || job->part_count > SMPP_PARTS_MAX)
        return "The message has no parts, or more than can be sent as one.";
    if (job->address.len == 0 || job->address.len > 20 || job->attempt_id.len >= SMPP_ATTEMPT_ROOM)
        return "The recipient's address is longer than the protocol allows.";
    for (size_t i = 0; i < job->part_count; i++)
        if (job->parts[i].coding != PK_CODING_GSM7 && job->parts[i].coding != PK_CODING_UCS2)
            return "The message is in a coding that this account does not send.";
    for (size_t i = 1; i < job->part_count; i++)
        if (job->parts[i].coding != job->parts[0].coding ||
            (smpp->alphabet == SMPP_GSM7_PACKED && smpp->long_by == SMPP_LONG_PAYLOAD && job->parts[0].coding == PK_CODING_GSM7))
            return "The message's parts do not go together.";
    return NULL;
}

static size_t bytes_of(const struct pk_job *job)
{
    size_t size = 0;
    for (size_t i = 0; i < job->part_count; i++)
        size += FIELDS_MAX_BYTES + job->parts[i].octets.len;
    return size;
}

int pk_smpp_units(struct smpp *smpp, const struct pk_job *job, uint8_t **ret_units, size_t *ret_len, uint32_t *ret_parts,
                  const char **ret_why)
{
    struct message message = { .smpp = smpp, .job = job, .split = job->part_count > 1 && smpp->long_by != SMPP_LONG_PAYLOAD };
    int64_t left_ms;
    bool carried = true;
    if ((*ret_why = flaw_of(smpp, job)))
        return PK_E_UNSUPPORTED;
    *ret_why = "Less time is left than the provider's shortest validity: it could arrive too late.";
    if (!pk_kit_time_left(job, PK_KIT_SECOND, VALIDITY_MOST_MS, &left_ms))
        return PK_E_UNSUPPORTED;
    write_validity(&message, left_ms);
    if (message.split)
        message.reference = ++smpp->reference & 0xffff;
    uint8_t *units = malloc(bytes_of(job));
    if (!units)
        return PK_E_NOMEM;
    struct smpp_writer writer = { units, units + bytes_of(job), false };
    if (job->part_count > 1 && !message.split)
        carried = put_payload(&writer, &message);
    for (size_t i = 0; carried && (message.split ? i < job->part_count : job->part_count == 1 && i < 1); i++)
        carried = put_part(&writer, &message, i);
    *ret_why = carried ? "The message is longer than the protocol allows." : "A character of the message has no place in the provider's alphabet.";
    if (!carried || writer.full) {
        explicit_bzero(units, bytes_of(job));
        free(units);
        return PK_E_UNSUPPORTED;
    }
    *ret_units = units;
    *ret_len = (size_t) (writer.at - units);
    *ret_parts = message.split ? (uint32_t) job->part_count : 1;
    return 0;
}
