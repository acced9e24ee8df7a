/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages and phrases, loaded once; which path leads to whom. */
#include "gateway/console/console.h"

#include "gateway/base/text.h"
#include "gateway/console/files.h"
#include "gateway/console/handlers.h"
#include "gateway/console/remotes.h"
#include "gateway/service/unsubscribe.h"

#define LANGUAGE_COOKIE "language"
#define LANGUAGE_KEPT_S (365ll * 24 * 3600)

struct path {
    const char *method;
    const char *path; /* whole, or with '*' at its end what it begins with */
    pk_visit_handler handle;
    const char *here; /* the page a form stands on: where its reader goes to read it in another language; NULL = path */
};

/* A GET changes nothing: whoever follows links by itself, a mail scanner for one, decides nothing for anybody. */
static const struct path paths[] = {
    { "GET", "/", pk_page_home, NULL },
    { "GET", "/me", pk_me, NULL },
    { "POST", "/me/language", pk_me_language, "/me" },
    { "POST", "/me/topic", pk_me_topic, "/me" },
    { "POST", "/me/channel", pk_me_channel, "/me" },
    { "POST", "/me/circle", pk_me_circle, "/me" },
    { "POST", "/me/choose", pk_me_choose, "/me" },
    { "GET", "/me/address", pk_me_address, NULL },
    { "POST", "/me/address", pk_me_ask_address, "/me/address" },
    { "GET", "/me/address/codes", pk_me_codes, NULL },
    { "POST", "/me/address/codes", pk_me_enter_codes, "/me/address/codes" },
    { "POST", "/me/data", pk_me_data, "/me" },
    { "GET", "/me/stop", pk_me_ask_stop, NULL },
    { "POST", "/me/stop", pk_me_stop, "/me/stop" },
    { "GET", "/me/stopped", pk_me_stopped, NULL },
    { "GET", "/me/delete", pk_me_ask_erase, NULL },
    { "POST", "/me/delete", pk_me_erase, "/me/delete" },
    { "GET", "/me/deleted", pk_me_erased, NULL },
    { "GET", "/me/start", pk_me_start, NULL },
    { "POST", "/me/ask", pk_me_ask, "/me/start" },
    { "GET", "/me/code", pk_me_code, NULL },
    { "POST", "/me/enter", pk_me_enter, "/me/code" },
    { "POST", "/me/leave", pk_me_leave, "/" },
    { "GET", PK_UNSUBSCRIBE_PATH "*", pk_unsubscribe_ask, NULL },
    { "POST", PK_UNSUBSCRIBE_PATH "*", pk_unsubscribe_end, NULL },
};

/* ---- loading ---- */

const struct pk_page_file *pk_console_page(const struct pk_console *console, struct pk_slice name)
{
    const struct pk_slice front = PK_SLICE("pages/"), end = PK_SLICE(".html");
    for (size_t i = 0; i < pk_file_count; i++) {
        struct pk_slice path = pk_slice_of(pk_files[i].path);
        if (console->pages[i] && path.len == front.len + name.len + end.len && memcmp(path.data + front.len, name.data, name.len) == 0)
            return console->pages[i];
    }
    return NULL;
}

static const struct pk_page_file *any_page(void *ctx, struct pk_slice name)
{
    return pk_console_page(ctx, name);
}

static struct pk_slice any_string(void *ctx, struct pk_slice key)
{
    struct pk_console *console = ctx;
    return pk_phrases_get(console->phrases, 0, key);
}

static int load_pages(struct pk_console *console, struct pk_error *err)
{
    int r = 0;
    console->pages = pk_alloc_array(pk_file_count + 1, sizeof *console->pages);
    for (size_t i = 0; r == 0 && i < pk_file_count; i++)
        if (pk_slice_starts(pk_slice_of(pk_files[i].path), "pages/"))
            r = pk_page_compile(pk_files[i].path, pk_slice_make(pk_files[i].data, pk_files[i].len), &console->pages[i], err);
    const struct pk_page_source source = { .page = any_page, .string = any_string, .ctx = console };
    for (size_t i = 0; r == 0 && i < pk_file_count; i++)
        if (console->pages[i])
            r = pk_page_check(console->pages[i], &source, err);
    return r;
}

int pk_console_new(struct pk_service *service, struct pk_console **ret_console, struct pk_error *err)
{
    pk_auto(pk_console) struct pk_console *console = pk_alloc(sizeof *console);
    const char *url = service->rules->public_url;
    console->service = service;
    console->remotes = pk_remotes_new();
    console->secure = url && pk_slice_starts(pk_slice_of(url), "https://");
    int r = pk_phrases_load(&console->phrases, err);
    if (r == 0)
        r = load_pages(console, err);
    if (r == 0)
        *ret_console = pk_steal(&console);
    return r;
}

void pk_console_free(struct pk_console *console)
{
    if (!console)
        return;
    for (size_t i = 0; console->pages && i < pk_file_count; i++)
        pk_page_free(console->pages[i]);
    free(console->pages);
    pk_phrases_free(console->phrases);
    pk_remotes_free(console->remotes);
    free(console);
}

/* ---- a visit ---- */

/* What was asked for now, what was asked for before, what the browser says, Bulgarian. */
static size_t language_of(struct pk_visit *visit)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    struct pk_buf wanted;
    size_t none = pk_phrases_language_count(phrases), found = none;
    pk_buf_init(&wanted, 16);
    if (pk_http_request_argument(visit->call->request, "language", &wanted) == 0)
        found = pk_phrases_find(phrases, pk_buf_slice(&wanted), none);
    pk_buf_finish(&wanted);
    if (found < none) {
        pk_visit_set_cookie(visit, LANGUAGE_COOKIE, pk_phrases_language(phrases, found), LANGUAGE_KEPT_S);
        return found;
    }
    found = pk_phrases_find(phrases, pk_visit_cookie(visit, LANGUAGE_COOKIE), none);
    if (found < none)
        return found;
    return pk_phrases_accept(phrases, pk_http_request_header(visit->call->request, "Accept-Language"),
                             pk_phrases_find(phrases, PK_SLICE("bg"), 0));
}

static void begin(struct pk_visit *visit)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    visit->language = language_of(visit);
    pk_buf_init(&visit->data, PK_VISIT_DATA_MAX);
    visit->out = pk_json_out(&visit->data);
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "lang", pk_visit_language(visit));
    pk_json_add_text(&visit->out, "org", visit->console->service->rules->organisation);
    pk_json_open(&visit->out, "languages", '[');
    for (size_t i = 0; i < pk_phrases_language_count(phrases); i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "tag", pk_phrases_language(phrases, i));
        pk_json_add_slice(&visit->out, "name", pk_phrases_get(phrases, i, PK_SLICE("language.name")));
        pk_json_add_bool(&visit->out, "current", i == visit->language);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static bool serve_static(struct pk_call *call, struct pk_slice path)
{
    for (size_t i = 0; i < pk_file_count; i++) {
        if (!pk_slice_starts(path, "/static/") || !pk_slice_is(pk_slice_make(path.data + 1, path.len - 1), pk_files[i].path))
            continue;
        struct pk_buf body;
        pk_buf_init(&body, pk_files[i].len);
        (void) pk_buf_add(&body, pk_files[i].data, pk_files[i].len);
        pk_call_header(call, "Cache-Control", "public, max-age=3600");
        pk_call_answer_as(call, 200, pk_files[i].type, &body);
        return true;
    }
    return false;
}

/* A form of ours, or of a page elsewhere that makes the reader's browser send it? Browsers say; what is no browser has no
 * cookies of anybody's. */
static bool is_from_elsewhere(const struct pk_call *call)
{
    struct pk_slice site = pk_http_request_header(call->request, "Sec-Fetch-Site");
    struct pk_slice origin = pk_http_request_header(call->request, "Origin"), host = pk_http_request_header(call->request, "Host");
    if (site.len > 0 && !pk_slice_is(site, "same-origin") && !pk_slice_is(site, "none"))
        return true;
    if (origin.len == 0)
        return false;
    bool same = origin.len > host.len + 3 && memcmp(origin.data + origin.len - host.len, host.data, host.len) == 0 &&
                memcmp(origin.data + origin.len - host.len - 3, "://", 3) == 0;
    return !same;
}

static bool path_is(struct pk_slice path, const char *pattern)
{
    size_t len = strlen(pattern);
    bool front = pattern[len - 1] == '*';
    return front ? path.len >= len && memcmp(path.data, pattern, len - 1) == 0 : pk_slice_is(path, pattern);
}

static const struct path *find_path(const struct pk_call *call)
{
    struct pk_slice path = pk_http_request_path(call->request), method = pk_http_request_method(call->request);
    if (pk_slice_is(method, "HEAD"))
        method = PK_SLICE("GET");
    for (size_t i = 0; i < PK_COUNT(paths); i++)
        if (path_is(path, paths[i].path) && pk_slice_is(method, paths[i].method))
            return &paths[i];
    return NULL;
}

/* Where this page is read in another language. */
static void add_here(struct pk_visit *visit, const struct path *path)
{
    if (path && path->path[strlen(path->path) - 1] == '*')
        pk_json_add_slice(&visit->out, "here", pk_http_request_path(visit->call->request));
    else
        pk_json_add_text(&visit->out, "here", !path ? "/" : path->here ? path->here : path->path);
}

static void find_and_handle(struct pk_visit *visit)
{
    const struct path *path = find_path(visit->call);
    struct pk_error err = { 0 };
    add_here(visit, path);
    if (path && strcmp(path->method, "POST") == 0 && is_from_elsewhere(visit->call)) {
        (void) pk_fail(&err, PK_E_DENIED, "this form is not of this site");
        pk_visit_trouble(visit, &err);
    } else if (path) {
        path->handle(visit);
    } else {
        (void) pk_fail(&err, PK_E_NOT_FOUND, "there is nothing at this path");
        pk_visit_trouble(visit, &err);
    }
}

void pk_console_handle(void *ctx, struct pk_call *call)
{
    struct pk_visit visit = { .console = ctx, .call = call };
    if (serve_static(call, pk_http_request_path(call->request)))
        return;
    begin(&visit);
    find_and_handle(&visit);
    pk_buf_wipe(&visit.data);
}
