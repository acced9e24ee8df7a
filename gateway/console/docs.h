/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The gateway's own documents as pages read them: OpenAPI, AsyncAPI and the schemas, laid out once when the program starts. Only
 * gateway/console.
 */
#ifndef PK_CONSOLE_DOCS_H
#define PK_CONSOLE_DOCS_H

#include "gateway/base/buf.h"
#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

/* {"groups":[{"tag","operations":[...]}],"schemas":[...]}: members of an object, without its brackets. Appended. PK_E_INVALID when a
 * document is none. */
int pk_docs_lay_out_api(struct pk_buf *out, struct pk_error *err);
/* The same of what goes over MQTT: "channels" and "messages". */
int pk_docs_lay_out_events(struct pk_buf *out, struct pk_error *err);

#endif
