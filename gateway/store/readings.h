/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Texts that a native reader read aloud: name, language and script ("bg-Latn"), the hash of exactly these words, by whom and
 * when. Only added to, which the schema guards.
 */
#ifndef PK_STORE_READINGS_H
#define PK_STORE_READINGS_H

#include "gateway/store/store.h"

#define PK_READER_MAX 49

struct pk_reading {
    char reader[PK_READER_MAX];
    int64_t at_ms;
};

/* The same reader and words a second time change nothing. */
int pk_reading_add(struct pk_store *store, struct pk_slice name, struct pk_slice tag, const uint8_t hash[32], struct pk_slice reader,
                   int64_t now_ms, struct pk_error *err);
/* The first reading of these words: false = nobody read them. Any connection. */
bool pk_reading_find(struct pk_store *store, struct pk_slice name, struct pk_slice tag, const uint8_t hash[32], struct pk_reading *ret_reading);

#endif
