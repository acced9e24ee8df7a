/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/io/office.h"

/* false when the connection is gone. */
static bool reply(struct office *office, enum place place)
{
    if ((int) place == office->hang_up) {
        far_hang_up(office->far, false);
        return false;
    }
    if (office->replies[place])
        far_send(office->far, pk_slice_of(office->replies[place]));
    return true;
}

static bool starts(struct pk_slice line, const char *word)
{
    return pk_slice_equal_nocase(pk_slice_make(line.data, line.len < strlen(word) ? line.len : strlen(word)), word);
}

static bool take_line(struct office *office, struct pk_slice line)
{
    if (office->in_message) {
        if (!pk_slice_is(line, ".")) {
            (void) pk_buf_add_slice(&office->message, line);
            (void) pk_buf_add_text(&office->message, "\n");
            return true;
        }
        office->in_message = false;
        office->mails++;
        return reply(office, AT_END);
    }
    (void) pk_buf_add_slice(&office->commands, line);
    (void) pk_buf_add_text(&office->commands, "\n");
    if (starts(line, "EHLO")) {
        if (!reply(office, AT_EHLO))
            return false;
        if (!office->replies[AT_EHLO])
            far_send(office->far, office->starttls && !office->encrypted ? PK_SLICE("250-office\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
                                                                         : PK_SLICE("250-office\r\n250 AUTH PLAIN\r\n"));
        return true;
    }
    if (starts(line, "STARTTLS")) {
        if (!reply(office, AT_STARTTLS))
            return false;
        office->encrypted = true;
        far_start_tls(office->far);
        return true;
    }
    if (starts(line, "AUTH")) {
        far_send(office->far, PK_SLICE("334 \r\n"));
        return true;
    }
    if (starts(line, "AG9")) /* \0office\0... */
        return reply(office, AT_AUTH);
    if (starts(line, "MAIL"))
        return reply(office, AT_MAIL);
    if (starts(line, "RCPT"))
        return reply(office, AT_RCPT);
    if (starts(line, "RSET")) {
        far_send(office->far, PK_SLICE("250 ok\r\n"));
        return true;
    }
    if (!starts(line, "DATA"))
        return true;
    pk_buf_clear(&office->message);
    office->in_message = office->hang_up != AT_DATA && office->replies[AT_DATA] && office->replies[AT_DATA][0] == '3';
    return reply(office, AT_DATA);
}

void office_serve(struct office *office)
{
    struct far *far = office->far;
    if (far->links != office->links) {
        if (far->at_once && !far->shaken)
            return;
        office->links = far->links;
        office->read = 0;
        office->in_message = false;
        office->encrypted = far->at_once;
        if (!reply(office, AT_GREETING))
            return;
    }
    const char *end;
    while (far->fd >= 0 && far->seen.len > 0 && (end = memmem(far->seen.data + office->read, far->seen.len - office->read, "\r\n", 2))) {
        struct pk_slice line = pk_slice_make(far->seen.data + office->read, (size_t) (end - far->seen.data) - office->read);
        office->read += line.len + 2;
        if (!take_line(office, line))
            return;
    }
}
