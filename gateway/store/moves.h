/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A person's new address: asked for at their own page, two codes on their way (one to an address they have, one to the new
 * one), and both typed in. Of codes only a MAC is kept, of the new address its sealed value while the codes last and its
 * blind index for a day, to be counted. One that cannot become theirs looks the same and never fits. Calls run inside a
 * unit, on the loop's thread.
 */
#ifndef PK_STORE_MOVES_H
#define PK_STORE_MOVES_H

#include "gateway/store/store.h"

#define PK_MOVE_TRIES 5 /* wrong pairs of codes; then it is void */

struct pk_move {
    int64_t id; /* given by ask */
    int64_t recipient;
    int64_t address; /* theirs now: gets the first code; replaced by the new one, unless `keeps` */
    bool keeps;
    uint32_t channel; /* PK_NAME_CHANNEL of the new address */
    int64_t created_ms, until_ms;
};

/* Takes the place of one the person asked for before. `value`: the new address, as the channel keeps it. PK_E_LIMIT. */
int pk_move_ask(struct pk_store *store, struct pk_move *move, struct pk_slice value, struct pk_error *err);
int64_t pk_moves_since(struct pk_store *store, int64_t recipient, int64_t since_ms); /* asked for by a person */
/* Asked for with this address, by whomever. */
int64_t pk_moves_to_since(struct pk_store *store, uint32_t channel, struct pk_slice value, int64_t since_ms);

/* The oldest that was not looked at; appends the new address to `value`. PK_E_NOT_FOUND when there is none. */
int pk_move_next(struct pk_store *store, struct pk_move *ret_move, struct pk_buf *value, struct pk_error *err);
/* It was looked at. `new_code` empty: the address cannot become theirs, whatever is typed. */
int pk_move_ready(struct pk_store *store, int64_t id, struct pk_slice old_code, struct pk_slice new_code, struct pk_error *err);

/* Both codes, typed by the person. 0: it is used up, *ret_move and the new address are the caller's to act on. PK_E_DENIED for
 * everything else: wrong codes, none asked for, one that is void, over or never fits. Those are counted, so a unit is kept
 * when this refuses. */
int pk_move_use(struct pk_store *store, int64_t recipient, struct pk_slice old_code, struct pk_slice new_code, int64_t now_ms,
                struct pk_move *ret_move, struct pk_buf *value, struct pk_error *err);

/* The new address becomes the person's. PK_E_CONFLICT when it is somebody's. */
int pk_move_in(struct pk_store *store, const struct pk_move *move, struct pk_slice value, int64_t now_ms, int64_t *ret_address,
               struct pk_error *err);
/* And the old one goes: what waits for it, what it was told and what was written from it are the new one's; answers on their
 * way to it are cancelled. The journal is told, so that a backup put back does not write to it. */
int pk_move_out(struct pk_store *store, const struct pk_move *move, int64_t to, int64_t now_ms, struct pk_error *err);

/* Drops those with this address, or of this person: it is forgotten, or they are. */
int pk_moves_forget(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_error *err);
/* The open ones of this person, 0 = of everybody: their codes fit no more, and they still count. */
int pk_moves_void(struct pk_store *store, int64_t recipient, struct pk_error *err);
int pk_moves_end_of(struct pk_store *store, int64_t recipient, struct pk_error *err);
/* Forgets the addresses of those whose codes are over, and a day later that there was one; at most `max` of each. */
int pk_moves_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif
