/* SPDX-License-Identifier: EUPL-1.2 */
/* What may be said to a mail server: an address that is an address and nothing else, a message whose lines are lines. */
#include "gateway/io/smtp_internal.h"

#define ADDRESS_MAX 254u
#define LOCAL_MAX 64u
#define LABEL_MAX 63u
#define LINE_MAX 998u

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 5321's dot-string; quoted forms are nobody's in practice, and an attacker's. */
static bool is_local(struct pk_slice text)
{
    if (text.len == 0 || text.len > LOCAL_MAX || text.data[0] == '.' || text.data[text.len - 1] == '.')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\0' || (!is_alnum(c) && !strchr("!#$%&'*+-/=?^_`{|}~.", c)) || (c == '.' && text.data[i + 1] == '.'))
            return false;
    }
    return true;
}

static bool is_domain(struct pk_slice text)
{
    size_t label = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i == text.len || text.data[i] == '.') {
            if (label == 0 || label > LABEL_MAX || text.data[i - 1] == '-' || text.data[i - label] == '-')
                return false;
            label = 0;
        } else if (is_alnum(text.data[i]) || text.data[i] == '-') {
            label++;
        } else {
            return false;
        }
    }
    return true;
}

const char *pk_smtp_address_refusal(struct pk_slice address)
{
    const char *at = address.len > 0 ? memchr(address.data, '@', address.len) : NULL;
    if (!at || address.len > ADDRESS_MAX)
        return "an address of the envelope is none";
    size_t front = (size_t) (at - address.data);
    bool good = is_local(pk_slice_make(address.data, front)) && is_domain(pk_slice_make(at + 1, address.len - front - 1));
    return good ? NULL : "an address of the envelope is none";
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
