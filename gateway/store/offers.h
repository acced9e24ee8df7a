/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What was handed out to somebody and is still open: a link that binds a chat, a word to say at the desk, codes of another
 * address, the question of a circle. A STOP ends it all, so that what is older than that word gives nothing back after a
 * START. Ways out stay open: a link that ends the mails, and a message's own link, which gives nothing to who said STOP but
 * what START gives.
 */
#ifndef PK_STORE_OFFERS_H
#define PK_STORE_OFFERS_H

#include "gateway/store/store.h"

/* What is told of one in the person's own file. */
struct pk_offer {
    const char *what; /* "answer link", "desk word", "new address", "unsubscribe link" */
    uint32_t channel, topic; /* topic 0 = none */
    struct pk_slice by; /* of a word: who had it sent; lives for the call */
    int64_t made_ms, until_ms;
    int64_t used_ms; /* 0 = not, or not kept */
    uint32_t choice; /* of an answer link: service/links.h */
};
/* What was handed out to a person, links that bind a chat apart (deep_links.h), the oldest first. A non-zero return of `each`
 * ends the walk and is returned. */
int pk_offers_of(struct pk_store *store, int64_t recipient, int (*each)(void *ctx, const struct pk_offer *offer), void *ctx,
                 struct pk_error *err);

/* Of one person. What is counted against the day's limits stays counted. Inside a unit. */
int pk_offers_end_of(struct pk_store *store, int64_t recipient, struct pk_error *err);
/* Of everybody, after a restore: which of them were used, or ended by a STOP, is not known. Also codes to the own page and who
 * is signed in there, and forms that nobody looked at: their question may have been asked. Inside a unit. */
int pk_offers_end_all(struct pk_store *store, struct pk_error *err);

#endif
