/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The gateway's HTTP doors: requests become calls of the service, what the service says becomes answers. The
 * application makes one api, gives each of its listeners the function below as `handle`, the api as `ctx`, and says when
 * all of them were served.
 *
 *     control   a Unix socket: operators' commands; the peer must be our own user or root
 *     public    behind the TLS proxy: providers' webhooks, /hooks/ACCOUNT, /v1 for tokens, and pages
 *     watch     a loopback port: health and metrics, and nothing else
 *
 * Runs on the loop's thread in the serve phase. No answer leaves before the turn's commit: it waits on PK_LANE_ANSWER,
 * and a turn that could not be kept answers 503.
 */
#ifndef PK_API_API_H
#define PK_API_API_H

#include "gateway/io/http_server.h"
#include "gateway/service/service.h"

struct pk_api;
struct pk_call;

/* A header of the control socket: the user in whose name the call is made, "Pokana-By: maria". */
#define PK_API_BY "Pokana-By"

/* Of /v1, in its header API-Version and in its description. */
#define PK_API_VERSION "1.0.0"

struct pk_api_config {
    const char *version; /* of the program */
    int64_t started_ms;
    /* What the public listener hears that is no webhook; answers the call (gateway/api/answer.h). NULL: 404. */
    void (*pages)(void *ctx, struct pk_call *call);
    void *pages_ctx;
};

/* Borrows the service (whose reader must be there) and copies the configuration. Never NULL. */
struct pk_api *pk_api_new(struct pk_service *service, const struct pk_api_config *config);
/* After the listeners, which answered what was open, and after the reader, which may still work for a call; no answer is
 * released in between. */
void pk_api_free(struct pk_api *api);
PK_AUTO_DEFINE(pk_api, struct pk_api *, pk_api_free)

/* pk_http_server_config.handle */
void pk_api_handle_control(void *api, struct pk_http_request *request);
void pk_api_handle_public(void *api, struct pk_http_request *request);
void pk_api_handle_watch(void *api, struct pk_http_request *request);
/* The serve phase's end, when all listeners were served: what came by webhooks in this turn is taken. */
void pk_api_served(struct pk_api *api);

/* The rows of the route table, for tests and lists: false behind the last one. {} stands for one level of the path. */
bool pk_api_route(size_t index, const char **ret_method, const char **ret_path, enum pk_action *ret_action);
/* Whether tokens reach this row at the public listener, or everybody does. */
bool pk_api_route_is_public(size_t index);

#endif
