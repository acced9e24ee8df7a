/* SPDX-License-Identifier: EUPL-1.2 */
/* What may be said to a mail server: an address that is an address and nothing else, a message whose lines are lines. */
#include "gateway/io/smtp_internal.h"

#include "gateway/include/pokana/mail_address.h"

#define LINE_MAX 998u

const char *pk_smtp_address_refusal(struct pk_slice address)
{
    return pk_mail_is_address(address) ? NULL : "an address of the envelope is none";
}

const char *pk_smtp_message_refusal(struct pk_slice message)
{
    size_t line = 0;
    for (size_t i = 0; i < message.len; i++) {
        unsigned char c = (unsigned char) message.data[i];
        if (c == '\r' && i + 1 < message.len && message.data[i + 1] == '\n') {
            i++;
            line = 0;
            continue;
        }
        if (c == '\r' || c == '\n')
            return "the message has a line end that is not CRLF";
        if (c == '\0' || c >= 0x80)
            return "the message holds bytes that are not ASCII";
        if (++line > LINE_MAX)
            return "the message has a line of more than 998 bytes";
    }
    return message.len > 0 ? NULL : "the message is empty";
}
