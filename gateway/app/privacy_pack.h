/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a data-protection assessment needs from the program itself, as pages in Dutch Markdown: what is kept and why, where
 * it goes, how long it stays, who gets it, on what ground, who may do what, and the texts people were sent.
 */
#ifndef PK_APP_PRIVACY_PACK_H
#define PK_APP_PRIVACY_PACK_H

#include "gateway/app/config.h"
#include "gateway/store/store.h"

/* Writes the pages into the folder, which is made when it is not there; pages of an earlier run are replaced. `store` reads
 * only; NULL = there is no database yet. *ret_pages = how many were written. */
int pk_privacy_pack(const struct pk_config *config, struct pk_store *store, const char *folder, int64_t now_ms, size_t *ret_pages,
                    struct pk_error *err);

#endif
