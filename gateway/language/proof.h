/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The proof-reading page: every text in every language and script with values of ordinary length, the Dutch text beside
 * it, its length, and room for a pencil. Written by `pokana templates proof` to templates/PROOF.md, in Dutch, for print;
 * a test asks that it is current. The same texts make the same page.
 */
#ifndef PK_LANGUAGE_PROOF_H
#define PK_LANGUAGE_PROOF_H

#include "gateway/language/catalog.h"

#define PK_PROOF_BYTES_MAX (4u << 20)

/* Appends Markdown. The errors of pk_catalog_render(): then a text cannot be written with its sample values. */
int pk_proof_write(const struct pk_catalog *catalog, struct pk_buf *out, struct pk_error *err);

#endif
