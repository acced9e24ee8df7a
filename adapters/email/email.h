/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the e-mail adapter's files share:
 *
 *     email.c        settings, an account, the table
 *     message.c      a job as a mail: header, text, parts
 *     invitation.c   its calendar part
 *     judge.c        what a server's reply means
 */
#ifndef ADAPTERS_EMAIL_EMAIL_H
#define ADAPTERS_EMAIL_EMAIL_H

#include "adapters/kit/account.h"

#define EMAIL_SUBJECT_ROOM 256u
#define EMAIL_CALENDAR_ROOM 8192u

struct email {
    struct pk_kit_account base;
    struct pk_slice from, domain; /* domain: what stands behind the @ of `from`; names mails and events */
};

/* message.c: envelope and mail, into the request. 0, or what the gateway refused. */
int pk_email_write(const struct email *email, const struct pk_job *job, struct pk_request *request);
/* The setting for this text and language, from the most to the least particular; {NULL,0} when none is set. */
struct pk_slice pk_email_setting(const struct email *email, const char *name, const struct pk_job *job);
/* The subject: as set, else the text's beginning. */
struct pk_slice pk_email_subject(const struct email *email, const struct pk_job *job, char room[EMAIL_SUBJECT_ROOM]);

/* invitation.c: the calendar's text, or {NULL,0} where the message announces, moves or cancels no event that has a name and a
 * beginning. *ret_method: REQUEST or CANCEL. */
struct pk_slice pk_email_invitation(const struct email *email, const struct pk_job *job, char room[EMAIL_CALENDAR_ROOM],
                                    const char **ret_method);

/* judge.c: of a whole answer. */
void pk_email_judge(struct email *email, const struct pk_job *job, const struct pk_answer *answer, struct pk_result *ret_result);

/* The mail's own name, the same however often it is handed over: KEY@DOMAIN. Its length, 0 when it does not fit. */
#define EMAIL_NAME_ROOM 320u
size_t pk_email_name(const struct email *email, const struct pk_job *job, char room[EMAIL_NAME_ROOM]);

#endif
