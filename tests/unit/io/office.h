/* SPDX-License-Identifier: EUPL-1.2 */
/* A mail server that does, command by command, what the test says, on the test's own loop; and one client of it. */
#ifndef PK_TEST_IO_OFFICE_H
#define PK_TEST_IO_OFFICE_H

#include "tests/unit/io/far.h"

#include "gateway/io/smtp_client.h"

enum place { AT_GREETING = 0, AT_EHLO, AT_STARTTLS, AT_AUTH, AT_MAIL, AT_RCPT, AT_DATA, AT_END, PLACES };

struct office {
    struct pk_loop *loop;
    struct far *far;
    const char *replies[PLACES]; /* NULL: silence */
    int hang_up; /* at this place, instead of a reply; -1 = nowhere */
    bool starttls; /* offered */
    size_t read; /* of what was seen */
    unsigned links;
    bool in_message, encrypted;
    unsigned mails;
    struct pk_buf commands; /* all lines but messages' */
    struct pk_buf message;  /* the last one, dots as they came */
    /* the client */
    struct pk_smtp_client *client;
    struct pk_smtp_config config;
    struct pk_smtp_mail mail;
    char url[96], ca[384], reply[256];
    unsigned done;
    uint32_t state, status;
};

/* Answers what has come since. */
void office_serve(struct office *office);

#endif
