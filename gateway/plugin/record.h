/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What was exchanged with a provider over one hand-over, for the operator who tries an account: shape and codes, nobody's data.
 *
 *     > POST https://api.example.com/v1/[36 bytes]/messages
 *       Authorization: [51 bytes]
 *       {"to":[number],"text":[text],"reference":[16 bytes],"flash":false}
 *     < 201
 *       {"id":[22 bytes],"status":"accepted"}
 *
 * It is built from what may be shown, not by taking out what may not: names, short plain words and small numbers stay, and
 * of those none that stands in the message, its address or a secret. Everything else is told by its length.
 */
#ifndef PK_PLUGIN_RECORD_H
#define PK_PLUGIN_RECORD_H

#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"

#define PK_RECORD_MAX_BYTES 16384u /* what goes beyond is left out, and said */

/* `out` takes at most what it was made for; a full one stays as it is. `secrets` NULL = none. */
void pk_record_request(struct pk_buf *out, const struct pk_settings *secrets, const struct pk_job *job, const struct pk_request *request);
void pk_record_answer(struct pk_buf *out, const struct pk_settings *secrets, const struct pk_job *job, const struct pk_answer *answer);
/* A line in which a session's adapter tells what left or came (pk_link_ops.exchanged), word by word:
 *
 *     > submit_sm sequence 7 bytes 143
 */
void pk_record_line(struct pk_buf *out, const struct pk_settings *secrets, const struct pk_job *job, bool incoming, struct pk_slice line);

#endif
