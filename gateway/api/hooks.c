/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The public listener: a provider calls /hooks/ACCOUNT[/REST] and its adapter verifies and reads the call. Everything
 * one body tells is one unit; the provider hears "taken" only after the commit, and 503 when it must come again.
 * Nothing of a body or a URL is logged, and a caller who is refused learns nothing but the number.
 */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/service/desks.h"

#define HOOK_REPLY_MAX (16u << 10)
#define URL_MAX (16u << 10)
#define TELL_EVERY_MS 60000 /* strangers may call as often as they like */

/* What the adapter sees, and where its headers come from. */
struct hook {
    struct pk_hook_request seen;
    const struct pk_http_request *request;
};

static struct pk_slice header(const struct pk_hook_request *seen, const char *name)
{
    const struct hook *hook = pk_list_entry((void *) (uintptr_t) seen, struct hook, seen);
    return pk_http_request_header(hook->request, name);
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

/* Runs the webhook as one unit. The status for the provider. */
static unsigned take(struct pk_call *call, struct pk_desk *desk, const struct pk_hook_request *seen, struct pk_buf *reply,
                     struct pk_error *err)
{
    struct pk_store *store = call->service->store;
    if (pk_unit_begin(store, err) != 0)
        return 503;
    unsigned status = pk_account_webhook(desk->account, seen, reply, err);
    if (status < 200 || status > 299) {
        pk_unit_drop(store);
        return status >= 400 ? status : 500;
    }
    return pk_unit_keep(store, err) == 0 ? status : 503;
}

static void answer(struct pk_call *call, struct pk_desk *desk, struct pk_slice rest, const char *public_url)
{
    struct pk_error err = { 0 };
    struct pk_buf url, reply;
    struct pk_slice query = pk_http_request_query(call->request);
    pk_buf_init(&url, URL_MAX);
    pk_buf_init(&reply, HOOK_REPLY_MAX);
    (void) pk_buf_add_text(&url, public_url);
    if (url.len > 0 && url.data[url.len - 1] == '/')
        url.len--;
    (void) pk_buf_add_slice(&url, pk_http_request_path(call->request));
    if (query.len > 0) {
        (void) pk_buf_add_char(&url, '?');
        (void) pk_buf_add_slice(&url, query);
    }
    struct hook hook = {
        .seen = {
            .size = sizeof hook.seen,
            .method = pk_http_request_method(call->request),
            .url = pk_buf_slice(&url),
            .path_rest = rest,
            .query = query,
            .body = pk_http_request_body(call->request),
            .now_ms = call->now_ms,
            .header = header,
        },
        .request = call->request,
    };
    unsigned status = url.failed ? 414 : take(call, desk, &hook.seen, &reply, &err);
    if (status >= 400)
        refuse(call, status == 500 ? 503 : status, desk->rule->name, err.message);
    else
        pk_call_answer_as(call, status, reply.len > 0 ? "text/plain; charset=utf-8" : NULL, &reply);
    pk_buf_wipe(&url);
    pk_buf_finish(&reply);
}

void pk_api_handle_public(void *ctx, struct pk_http_request *request)
{
    struct pk_call *call = pk_call_new(ctx, request);
    const char *public_url = call->service->rules->public_url;
    struct pk_slice path = pk_http_request_path(request), level, name = { 0 };
    struct pk_desk *desk = NULL;
    if (call->api->pages && !pk_slice_starts(path, "/hooks/")) {
        call->actor = (struct pk_actor){ .role = PK_ROLE_PERSON, .name = "page" };
        call->api->pages(call->api->pages_ctx, call);
        return;
    }
    bool hooks = public_url && pk_slice_cut(&path, '/', &level) && level.len == 0 && pk_slice_cut(&path, '/', &level) &&
                 pk_slice_is(level, "hooks") && pk_slice_cut(&path, '/', &name) && pk_is_name(name);
    for (size_t i = 0; hooks && !desk && i < call->service->desks->count; i++)
        if (pk_slice_is(name, call->service->desks->items[i]->rule->name))
            desk = call->service->desks->items[i];
    if (!desk || !desk->account) {
        refuse(call, 404, NULL, hooks ? "there is no such account" : "there is nothing at this path");
        return;
    }
    call->actor = (struct pk_actor){ .role = PK_ROLE_ACCOUNT, .name = desk->rule->name, .purpose = "webhook" };
    answer(call, desk, path, public_url);
}
