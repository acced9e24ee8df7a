/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a request may go: https anywhere, http only to this machine. The rule for settings and for what an adapter
 * describes alike. */
#ifndef PK_PLUGIN_URL_H
#define PK_PLUGIN_URL_H

#include "gateway/include/pokana/slice.h"

/* NULL when it may, else why not: a sentence for a person that holds nothing of the URL. */
const char *pk_url_refusal(struct pk_slice url);

/* The same for a mail server: smtps://host[:port], or smtp://, which is encrypted later; "/name" behind it is the name to greet
 * with. *ret_plain: it is this machine, spoken to without TLS. */
const char *pk_url_mail_refusal(struct pk_slice url, bool *ret_plain);

/* localhost, 127.x.x.x or ::1, with brackets or without. Nothing is looked up. */
bool pk_url_host_is_loopback(struct pk_slice host);

#endif
