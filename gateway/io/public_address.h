/* SPDX-License-Identifier: EUPL-1.2 */
/* Which addresses are somebody's in public: what is asked before a request goes where a third party pointed. */
#ifndef PK_IO_PUBLIC_ADDRESS_H
#define PK_IO_PUBLIC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* False for private, loopback, link-local, shared, test, multicast and reserved ones, for IPv6 forms that carry an IPv4
 * address, and for every family but IPv4 and IPv6. */
bool pk_address_is_public(const struct sockaddr *address);
/* The same for "192.0.2.1" or "2001:db8::1"; false for anything else. */
bool pk_address_text_is_public(const char *text);

#endif
