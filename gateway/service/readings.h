/* SPDX-License-Identifier: EUPL-1.2 */
/* That somebody who speaks the language read a text of the catalog aloud; for the words as they are now, and no others. */
#ifndef PK_SERVICE_READINGS_H
#define PK_SERVICE_READINGS_H

#include "gateway/service/rights.h"

/* `tag`: a language, or one with a script of it: "bg", "bg-Latn". The reader is the actor, a user of that language. Inside a
 * unit. PK_E_NOT_FOUND: there is no such text in exactly this language; PK_E_DENIED: it is not the reader's language. */
int pk_text_was_read(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice tag, int64_t now_ms,
                     struct pk_error *err);

#endif
