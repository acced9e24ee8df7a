/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a mail address may be made of, the same for who keeps one, who writes one into a message and who says one to a
 * server: RFC 5321's dot-string and a domain name, in ASCII. Quoted forms, comments and addresses of hosts are nobody's in
 * practice and an attacker's; no sign that passes can end a line, a header or a command. Pure.
 */
#ifndef POKANA_MAIL_ADDRESS_H
#define POKANA_MAIL_ADDRESS_H

#include "gateway/include/pokana/slice.h"

#define PK_MAIL_ADDRESS_MAX 254u
#define PK_MAIL_LOCAL_MAX 64u
#define PK_MAIL_LABEL_MAX 63u

static inline bool pk_mail_is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static inline bool pk_mail_is_local(struct pk_slice text)
{
    if (text.len == 0 || text.len > PK_MAIL_LOCAL_MAX || text.data[0] == '.' || text.data[text.len - 1] == '.')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\0' || (!pk_mail_is_alnum(c) && !strchr("!#$%&'*+-/=?^_`{|}~.", c)) || (c == '.' && text.data[i + 1] == '.'))
            return false;
    }
    return true;
}

static inline bool pk_mail_is_domain(struct pk_slice text)
{
    size_t label = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i == text.len || text.data[i] == '.') {
            if (label == 0 || label > PK_MAIL_LABEL_MAX || text.data[i - 1] == '-' || text.data[i - label] == '-')
                return false;
            label = 0;
        } else if (pk_mail_is_alnum(text.data[i]) || text.data[i] == '-') {
            label++;
        } else {
            return false;
        }
    }
    return true;
}

static inline bool pk_mail_is_address(struct pk_slice address)
{
    const char *at = address.len > 0 ? (const char *) memchr(address.data, '@', address.len) : NULL;
    if (!at || address.len > PK_MAIL_ADDRESS_MAX)
        return false;
    size_t front = (size_t) (at - address.data);
    return pk_mail_is_local(pk_slice_make(address.data, front)) && pk_mail_is_domain(pk_slice_make(at + 1, address.len - front - 1));
}

#endif
