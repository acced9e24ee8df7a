/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of somebody's own page share. */
#ifndef PK_SERVICE_OWN_PRIVATE_H
#define PK_SERVICE_OWN_PRIVATE_H

#include "gateway/service/own.h"
#include "gateway/service/rights.h"
#include "gateway/store/ledger.h"

#define PK_OWN_HOW "page" /* in the ledger */
#define PK_OWN_HOW_CHANNEL "page-channel" /* a whole channel stopped */
#define PK_OWN_HOW_NUMBER "page-number" /* the address changed, the consent did not */
#define PK_OWN_CHANNELS_MAX 8

int pk_own_allow(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, struct pk_error *err);
int pk_own_done(struct pk_service *service, const struct pk_actor *actor, const char *action, const char *detail, int64_t now_ms,
                struct pk_error *err);
/* A text for a reader: of Bulgarian in Latin letters where the page is. `tag` is the page's language. */
void pk_own_add_words(struct pk_json_out *out, const char *name, struct pk_slice text, struct pk_slice tag);
/* The person's own yes, from now on. */
int pk_own_confirm(struct pk_service *service, const struct pk_recipient *who, uint32_t topic, uint32_t channel, int64_t now_ms,
                   struct pk_error *err);

/* ---- own_channels.c ---- */

/* A channel on which the person has an address. */
struct pk_own_channel {
    uint32_t id;
    int64_t address; /* the oldest that is not blocked; 0 = all are */
    bool stopped; /* the person stopped it, and agreed to nothing on it since */
};
struct pk_own_channels {
    struct pk_own_channel items[PK_OWN_CHANNELS_MAX];
    size_t count;
};
int pk_own_channels(struct pk_service *service, int64_t recipient, int64_t now_ms, struct pk_own_channels *ret_channels, struct pk_error *err);
int pk_own_show_addresses(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_json_out *out,
                          struct pk_error *err);

/* ---- own_choices.c ---- */

int pk_own_show_choices(struct pk_service *service, const struct pk_actor *actor, struct pk_slice language, struct pk_json_out *out,
                        struct pk_error *err);

#endif
