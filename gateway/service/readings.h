/* SPDX-License-Identifier: EUPL-1.2 */
/* That somebody who speaks the language read a text of the catalog aloud; for the words as they are now, and no others. */
#ifndef PK_SERVICE_READINGS_H
#define PK_SERVICE_READINGS_H

#include "gateway/service/rights.h"

/* `tag`: a language, or one with a script of it: "bg", "bg-Latn". The reader is the actor, a user of that language, and did
 * not write the words. `seen`: the words that were read, as pk_text_words_name() names them; empty = those of now. Inside a
 * unit. PK_E_NOT_FOUND: there is no such text in exactly this language; PK_E_DENIED: it is not the reader's language, or the
 * words are the reader's own; PK_E_CONFLICT: the words are others by now. */
int pk_text_was_read(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice tag, struct pk_slice seen,
                     int64_t now_ms, struct pk_error *err);
/* What is wrong with it, for whoever writes texts; the same rules, but that nobody's own words are asked about. */
int pk_text_was_faulted(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice tag, struct pk_slice seen,
                        struct pk_slice words, int64_t now_ms, struct pk_error *err);

/* 16 hexadecimal digits. */
#define PK_WORDS_NAME 17
void pk_text_words_name(const struct pk_template *text, char ret_name[PK_WORDS_NAME]);

/* Does the configuration ask that this text be read before it leaves? */
bool pk_text_needs_reader(struct pk_service *service, const struct pk_template *text);
/* May a text version leave: was it read in its script, or need it not be? Asked with every attempt; version 0 may. */
bool pk_text_may_leave(struct pk_service *service, int64_t version);
/* 0 when all that may go out under a name was read, in every language, and in every script that somebody has; PK_E_CONFLICT names what
 * was not. Asked where many messages are decided on. */
int pk_text_all_read(struct pk_service *service, struct pk_slice name, struct pk_error *err);

#endif
