/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The public side of /v1: who comes with which token, how often, and whether the request has the form that the description
 * (openapi.json) gives it. What is reachable at all is a member of each row of the route table (api.c). Only gateway/api.
 */
#ifndef PK_API_V1_H
#define PK_API_V1_H

#include "gateway/api/call.h"

struct pk_v1;

struct pk_v1 *pk_v1_new(int64_t now_ms);
void pk_v1_free(struct pk_v1 *v1);

/* A request of the public listener under /v1: its token becomes the call's actor, or the call is answered here: 401 with the
 * same words whatever is wrong with the token, 429 for who comes too often. True: go on, as call->actor. */
bool pk_v1_admit(struct pk_call *call);

/* The text of the token it came with, as sent; empty = none. */
struct pk_slice pk_v1_token(const struct pk_call *call);

/* Whether its Accept takes JSON; without one everything is taken. */
bool pk_v1_accepts(const struct pk_call *call);
/* Whether the operation of call->route_path is described with this header. */
bool pk_v1_takes_header(const struct pk_call *call, const char *name);
/* Arguments, headers and, where it was read, the JSON body, against the operation of call->route_path. False: call->complaints has all
 * that is wrong. */
bool pk_v1_check(struct pk_call *call);
/* The same of a body that its handler reads by itself. */
void pk_v1_check_body(struct pk_call *call, const struct pk_json *body, const char *media_type);

/* GET /v1/openapi.json */
void pk_api_openapi(struct pk_call *call);
/* The document as it is built in, without "servers", and its length. */
extern const char pk_openapi_text[];
extern const size_t pk_openapi_len;

/* GET /v1/asyncapi.json, GET /v1/schemas/NAME (documents.c): what is said over MQTT, and the schema of each event of it. */
void pk_api_asyncapi(struct pk_call *call);
void pk_api_schema(struct pk_call *call);
struct pk_document {
    const char *name; /* "asyncapi", or a schema's */
    const char *text;
    size_t len;
};
extern const struct pk_document pk_documents[];
extern const size_t pk_document_count;
/* Complains of what is wrong with the data of a notice, in the words of openapi.json. */
void pk_v1_check_notice(struct pk_call *call, const struct pk_json *data, const char *pointer);

#endif
