/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How somebody without a password shows that an address is theirs: a pass is asked for at a page, a code goes to the
 * address, the code typed at that page opens a session. Of tokens only their digests are kept, of codes a MAC, and the
 * address asked for only until the code was sent. A pass for an address nobody is known by looks the same and opens nothing.
 */
#ifndef PK_STORE_PASSES_H
#define PK_STORE_PASSES_H

#include "gateway/store/store.h"

#define PK_PASS_TOKEN_BYTES 32
#define PK_PASS_TRIES 5 /* wrong codes; then the pass is void */

/* A new pass, asked for and not looked at yet. token: what the page's visitor keeps. `value` is sealed. */
int pk_pass_ask(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], uint32_t channel, struct pk_slice value, int64_t now_ms,
                int64_t until_ms, struct pk_error *err);

int64_t pk_passes_waiting(struct pk_store *store); /* asked for and not looked at */

/* The oldest pass that is asked for. Appends the address to `value`. PK_E_NOT_FOUND when there is none. */
struct pk_pass {
    int64_t id;
    uint32_t channel; /* 0 = a user's, whose name is the value (sign_in.h) */
    int64_t created_ms, until_ms;
};
int pk_pass_next(struct pk_store *store, struct pk_pass *ret_pass, struct pk_buf *value, struct pk_error *err);
/* It was looked at: whose it is (0 = nobody's, or of somebody who is not written to) and the code; forgets the address. */
int pk_pass_ready(struct pk_store *store, int64_t id, int64_t recipient, struct pk_slice code, struct pk_error *err);
/* Drops those asked for with this address and not looked at yet: it is forgotten. */
int pk_passes_forget(struct pk_store *store, uint32_t channel, struct pk_slice value, struct pk_error *err);
/* How many passes were made ready for a person since a moment: those who ask for somebody else's code are not to fill a phone. */
int64_t pk_passes_since(struct pk_store *store, int64_t recipient, int64_t since_ms);

/* The code typed by whoever has the token. 0 and *ret_recipient (then the pass is used up), PK_E_DENIED for a wrong code, a
 * token nobody has, a pass of nobody, one that is void, used up or over: all the same. A wrong code is counted, so a unit is
 * kept when this refuses. */
int pk_pass_use(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms,
                int64_t *ret_recipient, struct pk_error *err);

/* The same of a user's (sign_in.h). */
int pk_pass_use_user(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_slice code, int64_t now_ms,
                     int64_t *ret_user, struct pk_error *err);

/* ---- sessions ---- */

int pk_session_add(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t recipient, int64_t now_ms, int64_t until_ms,
                   struct pk_error *err);
/* PK_E_DENIED when there is none, or it is over. */
int pk_session_find(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t now_ms, int64_t *ret_recipient,
                    int64_t *ret_began_ms, struct pk_error *err);
int pk_session_prolong(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], int64_t until_ms, struct pk_error *err);
/* What the forms of a session's pages carry, until one of them is taken: then it is another. Whoever cannot read the page does
 * not know it, and a form sent twice counts once. PK_E_DENIED without a session. */
#define PK_FORM_BYTES 32
int pk_session_form(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], uint8_t ret_form[PK_FORM_BYTES], struct pk_error *err);
/* What came with a form: where it was sent, and what stood in it. */
struct pk_form_sent {
    struct pk_slice path, body;
};
/* Inside the unit of what the form does: only what is kept uses it up. `sent` is kept as a keyed digest. PK_E_CONFLICT: it is not, or no
 * longer, the session's. */
int pk_session_take_form(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], const uint8_t form[PK_FORM_BYTES],
                         const struct pk_form_sent *sent, struct pk_error *err);
/* Whether it was the one taken last, and the same was sent: somebody tapped twice. All open pages of a session hold the same form, so
 * that another page's is none of this. */
bool pk_session_took(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], const uint8_t form[PK_FORM_BYTES],
                     const struct pk_form_sent *sent);
int pk_session_end(struct pk_store *store, const uint8_t token[PK_PASS_TOKEN_BYTES], struct pk_error *err);
int pk_sessions_end_of(struct pk_store *store, int64_t recipient, struct pk_error *err); /* all of a person */

/* Of everybody, and every code: after a restore. */
int pk_passes_end_all(struct pk_store *store, struct pk_error *err);
/* Drops what is over, at most `max` of each; passes an hour later, so that they are still counted. */
int pk_passes_drop(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);

#endif
