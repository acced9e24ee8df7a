/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The public listener: a provider calls /hooks/ACCOUNT[/REST] and its adapter verifies and reads the call. Everything
 * one body tells is kept whole or not at all; the provider hears "taken" only after the commit, and 503 when it must come
 * again. Nothing of a body or a URL is logged, and a caller who is refused learns nothing but the number.
 *
 * Calls that are verified wait until all of the turn are there and are taken together, in one unit: with a savepoint each,
 * every page they touch would be copied for each of them. Where one cannot be taken, the unit is dropped and each has its
 * own.
 */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/service/desks.h"

#define HOOK_REPLY_MAX (16u << 10)
#define URL_MAX (16u << 10)
#define TELL_EVERY_MS 60000 /* strangers may call as often as they like */

/* A verified call; it lies in the call's `data`. */
struct hook {
    struct pk_hook_request seen; /* by the adapter; its URL is in `url` */
    struct pk_call *call;
    struct pk_desk *desk;
    struct pk_buf reply;
    unsigned status;
    struct pk_error err;
    char url[];
};

static struct pk_slice header(const struct pk_hook_request *seen, const char *name)
{
    const struct hook *hook = pk_list_entry((void *) (uintptr_t) seen, struct hook, seen);
    return pk_http_request_header(hook->call->request, name);
}

static void refuse(struct pk_call *call, unsigned status, const char *account, const char *why)
{
    struct pk_error err = { 0 };
    int code = status == 404 ? PK_E_NOT_FOUND : status >= 500 ? PK_E_BUSY : status == 413 ? PK_E_LIMIT : PK_E_DENIED;
    bool ours = status >= 500;
    if (!ours)
        call->service->metrics.hooks_refused++;
    if (ours || call->now_ms - call->api->hook_told_ms >= TELL_EVERY_MS) {
        pk_log(ours ? PK_LOG_ERROR : PK_LOG_WARN, "hooks", ours ? "hook.not_stored" : "hook.refused", "account", account,
               "status", PK_LOG_INT(status), "reason", why, "refused", PK_LOG_INT(call->service->metrics.hooks_refused), NULL);
        call->api->hook_told_ms = call->now_ms;
    }
    (void) pk_fail(&err, code, ours ? "not taken now" : "not taken");
    pk_call_problem_as(call, status, &err);
}

/* ---- at the end of the serve phase ---- */

/* Into the unit that is open. False: it is not taken, and the unit may hold half of it. */
static bool take(struct hook *hook)
{
    pk_buf_clear(&hook->reply);
    hook->err = (struct pk_error){ 0 };
    hook->status = pk_account_webhook_take(hook->desk->account, &hook->seen, &hook->reply, &hook->err);
    return hook->status >= 200 && hook->status <= 299;
}

static bool take_together(struct pk_api *api)
{
    struct pk_store *store = api->service->store;
    bool good = pk_unit_begin(store, NULL) == 0;
    for (struct pk_list *node = api->hooks.next; good && node != &api->hooks; node = node->next)
        good = take(pk_list_entry(node, struct pk_call, node)->data);
    if (!good)
        pk_unit_drop(store);
    return good && pk_unit_keep(store, NULL) == 0;
}

static void take_alone(struct hook *hook)
{
    struct pk_store *store = hook->call->service->store;
    hook->status = 503;
    if (pk_unit_begin(store, &hook->err) != 0)
        return;
    if (!take(hook))
        pk_unit_drop(store);
    else if (pk_unit_keep(store, &hook->err) != 0)
        hook->status = 503;
}

/* A challenge comes back as it was written; an object is one that the provider acts upon. */
static const char *reply_type(const struct pk_buf *reply)
{
    if (reply->len == 0)
        return NULL;
    return reply->data[0] == '{' ? "application/json" : "text/plain; charset=utf-8";
}

static void answer(struct hook *hook)
{
    struct pk_call *call = hook->call;
    if (hook->status >= 200 && hook->status <= 299)
        pk_call_answer_as(call, hook->status, reply_type(&hook->reply), &hook->reply);
    else
        refuse(call, hook->status >= 400 && hook->status != 500 ? hook->status : 503, hook->desk->rule->name, hook->err.message);
    pk_buf_finish(&hook->reply);
}

void pk_api_served(struct pk_api *api)
{
    bool one = api->hooks.next == api->hooks.prev;
    bool taken = !one && take_together(api);
    while (!pk_list_empty(&api->hooks)) {
        struct pk_call *call = pk_list_entry(api->hooks.next, struct pk_call, node);
        pk_list_remove(&call->node);
        pk_list_append(&api->calls, &call->node);
        if (!taken)
            take_alone(call->data);
        answer(call->data);
    }
}

/* ---- as they come ---- */

/* The URL as the provider wrote it, which some sign. */
static void write_url(const struct pk_call *call, struct pk_buf *url)
{
    struct pk_slice query = pk_http_request_query(call->request);
    (void) pk_buf_add_text(url, call->service->rules->public_url);
    if (url->len > 0 && url->data[url->len - 1] == '/')
        url->len--;
    (void) pk_buf_add_slice(url, pk_http_request_path(call->request));
    if (query.len > 0) {
        (void) pk_buf_add_char(url, '?');
        (void) pk_buf_add_slice(url, query);
    }
}

static struct hook *hook_new(struct pk_call *call, struct pk_desk *desk, struct pk_slice rest, struct pk_slice url)
{
    struct hook *hook = pk_alloc(sizeof *hook + url.len);
    memcpy(hook->url, url.data, url.len);
    hook->call = call;
    hook->desk = desk;
    pk_buf_init(&hook->reply, HOOK_REPLY_MAX);
    hook->seen = (struct pk_hook_request){
        .size = sizeof hook->seen,
        .method = pk_http_request_method(call->request),
        .url = pk_slice_make(hook->url, url.len),
        .path_rest = rest,
        .query = pk_http_request_query(call->request),
        .body = pk_http_request_body(call->request),
        .now_ms = call->now_ms,
        .header = header,
    };
    return hook;
}

static void arrive(struct pk_call *call, struct pk_desk *desk, struct pk_slice rest)
{
    struct pk_error err = { 0 };
    struct pk_buf url;
    unsigned refused = 414;
    pk_buf_init(&url, URL_MAX);
    write_url(call, &url);
    if (!url.failed) {
        struct hook *hook = call->data = hook_new(call, desk, rest, pk_buf_slice(&url));
        refused = pk_account_webhook_check(desk->account, &hook->seen, &err);
    }
    pk_buf_wipe(&url);
    if (refused != 0) {
        refuse(call, refused, desk->rule->name, err.message);
        return;
    }
    pk_list_remove(&call->node);
    pk_list_append(&call->api->hooks, &call->node);
}

void pk_api_handle_public(void *ctx, struct pk_http_request *request)
{
    struct pk_call *call = pk_call_new(ctx, request);
    struct pk_slice path = pk_http_request_path(request), level, name = { 0 };
    struct pk_desk *desk = NULL;
    if (pk_slice_is(path, "/v1") || pk_slice_starts(path, "/v1/")) {
        pk_api_handle_v1(call);
        return;
    }
    if (call->api->pages && !pk_slice_starts(path, "/hooks/")) {
        call->actor = (struct pk_actor){ .role = PK_ROLE_PERSON, .name = "page" };
        call->api->pages(call->api->pages_ctx, call);
        return;
    }
    bool hooks = call->service->rules->public_url && pk_slice_cut(&path, '/', &level) && level.len == 0 && pk_slice_cut(&path, '/', &level) &&
                 pk_slice_is(level, "hooks") && pk_slice_cut(&path, '/', &name) && pk_is_name(name);
    for (size_t i = 0; hooks && !desk && i < call->service->desks->count; i++)
        if (pk_slice_is(name, call->service->desks->items[i]->rule->name))
            desk = call->service->desks->items[i];
    if (!desk || !desk->account) {
        refuse(call, 404, NULL, hooks ? "there is no such account" : "there is nothing at this path");
        return;
    }
    call->actor = (struct pk_actor){ .role = PK_ROLE_ACCOUNT, .name = desk->rule->name, .purpose = "webhook" };
    arrive(call, desk, path);
}
