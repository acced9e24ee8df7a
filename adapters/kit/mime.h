/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A mail on its way out, written straight into a request's body: header lines, then a body that is ASCII whatever its text.
 * Lines end in CRLF. As with JSON the first error is kept, to be asked for once, at the end.
 *
 * No text can end the line it stands in: control characters become spaces in headers. Addresses must be addresses before they
 * come here (pokana/mail_address.h).
 */
#ifndef PK_KIT_MIME_H
#define PK_KIT_MIME_H

#include "gateway/include/pokana/adapter.h"

struct pk_kit_mime {
    const struct pk_host *host;
    struct pk_out *out;
    int error; /* 0, or what write() said first */
};

struct pk_kit_mime pk_kit_mime(const struct pk_host *host, struct pk_out *out);

/* "Name: value", of plain ASCII that is at most a line long. */
void pk_kit_mime_line(struct pk_kit_mime *mime, const char *name, struct pk_slice value);
void pk_kit_mime_raw(struct pk_kit_mime *mime, const char *text); /* as it is: boundaries, folded pieces */
/* Words in any script (RFC 2047). */
void pk_kit_mime_words(struct pk_kit_mime *mime, const char *name, struct pk_slice text);
/* Somebody's name, which may be empty, and address. */
void pk_kit_mime_mailbox(struct pk_kit_mime *mime, const char *name, struct pk_slice words, struct pk_slice address);
/* Content-Transfer-Encoding, an empty line and UTF-8 text in it: quoted-printable when most of it is ASCII, else base64. Line
 * ends of either kind become CRLF. */
void pk_kit_mime_text(struct pk_kit_mime *mime, struct pk_slice text);
/* The same, always in base64: for what must keep its CRLF wherever it is written to a file. */
void pk_kit_mime_base64(struct pk_kit_mime *mime, struct pk_slice text);

#endif
