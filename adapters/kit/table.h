/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Tables of meaning: a provider's words for outcomes and receipt states, and our own names for them.
 */
#ifndef PK_KIT_TABLE_H
#define PK_KIT_TABLE_H

#include "adapters/kit/settings.h"

struct pk_kit_row {
    struct pk_slice word; /* borrowed */
    uint32_t meaning;     /* never 0 */
};

/* A few dozen words at most: looked up one by one. Letters' case does not matter (providers vary it). */
struct pk_kit_table {
    struct pk_kit_row *rows;
    size_t count;
};

/* Adds the words of a list. PK_E_CONFLICT when one is there with another meaning (*ret_word), PK_E_NOMEM. */
int pk_kit_table_add(struct pk_kit_table *table, struct pk_slice list, uint32_t meaning, struct pk_slice *ret_word);
/* A family of settings whose members are our names and whose values are lists of the provider's words: code.rejected = 10,
 * 20 (outcomes), receipt.delivered = DELIVRD (states). PK_E_CONFIG with the setting named, PK_E_NOMEM. */
enum pk_kit_names { PK_KIT_OUTCOMES, PK_KIT_STATES };
int pk_kit_table_read(struct pk_kit_table *table, const struct pk_kit_settings *settings, const char *front,
                      enum pk_kit_names names, struct pk_error *err);
uint32_t pk_kit_table_find(const struct pk_kit_table *table, struct pk_slice word); /* 0: not there */
bool pk_kit_table_has(const struct pk_kit_table *table, uint32_t meaning);
void pk_kit_table_finish(struct pk_kit_table *table);

/* A table that is known when the adapter is written. Letters' case does not matter; 0 for a word that is not in it. */
struct pk_kit_word {
    const char *word;
    uint32_t meaning;
};
uint32_t pk_kit_meaning(const struct pk_kit_word *words, size_t count, struct pk_slice word);

/* Our names as settings spell them ("invalid_recipient", "undelivered_temporary"); 0 and NULL for what is none. */
uint32_t pk_kit_outcome(struct pk_slice name);
const char *pk_kit_outcome_name(uint32_t outcome);
uint32_t pk_kit_receipt_state(struct pk_slice name);
const char *pk_kit_receipt_state_name(uint32_t state);

/* What an HTTP status means for a hand-over where a provider says nothing else. */
uint32_t pk_kit_outcome_of_status(uint32_t status);
/* One short sentence for the operator; NULL for accepted. */
const char *pk_kit_outcome_reason(uint32_t outcome);

#endif
