/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/visit.h"

#include "gateway/base/code.h"
#include "gateway/api/remotes.h"
#include "gateway/console/kept_pages.h"

#define COOKIE_MAX 512

/* Nothing from elsewhere, no script in a page, no page in another's frame. */
static const char policy[] = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                             "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/* ---- what a page is made of ---- */

static const struct pk_page_file *find_page(void *ctx, struct pk_slice name)
{
    return pk_console_page(((const struct pk_visit *) ctx)->console, name);
}

static struct pk_slice find_string(void *ctx, struct pk_slice key)
{
    const struct pk_visit *visit = ctx;
    return pk_phrases_get(visit->console->phrases, visit->language, key);
}

struct pk_slice pk_visit_string(const struct pk_visit *visit, const char *key)
{
    return pk_phrases_get(visit->console->phrases, visit->language, pk_slice_of(key));
}

const char *pk_visit_language(const struct pk_visit *visit)
{
    return pk_phrases_language(visit->console->phrases, visit->language);
}

static int fill_in(struct pk_visit *visit, const char *page, struct pk_buf *html, struct pk_error *err)
{
    const struct pk_page_source source = { .page = find_page, .string = find_string, .ctx = visit };
    const struct pk_page_file *file = find_page(visit, pk_slice_of(page));
    pk_auto(pk_json) struct pk_json *data = NULL;
    pk_json_close(&visit->out, '}');
    if (!file)
        return pk_fail(err, PK_E_INTERNAL, "there is no page \"%s\"", page);
    int r = pk_json_parse(pk_buf_slice(&visit->data), PK_VISIT_DATA_MAX, &data, err);
    return r == 0 ? pk_page_render(file, &source, data, html, err) : r;
}

/* ---- answered later ---- */

static void end(void *thing)
{
    struct pk_visit *visit = thing;
    if (visit->drop)
        visit->drop(visit);
    pk_buf_wipe(&visit->data);
    free(visit);
}

void *pk_visit_stay(struct pk_visit *visit, size_t size, void (*drop)(void *thing))
{
    struct pk_visit *stays = pk_alloc(size);
    *stays = *visit;
    stays->out.buf = &stays->data;
    stays->drop = drop;
    pk_buf_init(&visit->data, 0);
    visit->call->data = stays;
    visit->call->drop = end;
    return stays;
}

void pk_visit_failed(struct pk_call *call, void *thing, const struct pk_error *err)
{
    (void) call;
    pk_visit_begin(thing);
    pk_visit_trouble(thing, err);
}

/* ---- answering ---- */

void pk_visit_leave(struct pk_visit *visit, unsigned status, const char *type, const char *cache, struct pk_buf *body)
{
    struct pk_call *call = visit->call;
    pk_call_header(call, "Cache-Control", cache);
    if (strcmp(type, PK_PAGE_TYPE) == 0) {
        pk_call_header(call, "Content-Security-Policy", policy);
        pk_call_header(call, "Content-Language", pk_visit_language(visit));
        if (visit->everybodys)
            pk_call_header(call, "Vary", "Accept-Language");
    }
    pk_call_answer_as(call, status, status == 304 ? NULL : type, body);
}

void pk_visit_show(struct pk_visit *visit, unsigned status, const char *page)
{
    struct pk_error err = { 0 };
    struct pk_buf html;
    pk_buf_init(&html, PK_CALL_ANSWER_MAX);
    if (fill_in(visit, page, &html, &err) != 0)
        pk_call_problem(visit->call, &err);
    else if (visit->everybodys && status == 200)
        pk_visit_keep_and_show(visit, PK_PAGE_TYPE, "public, max-age=60", &html);
    else
        pk_visit_leave(visit, status, PK_PAGE_TYPE, "no-store", &html);
    pk_buf_wipe(&html);
}

void pk_visit_go(struct pk_visit *visit, const char *path)
{
    struct pk_buf empty;
    pk_buf_init(&empty, 1);
    pk_call_header(visit->call, "Location", path);
    pk_visit_leave(visit, 303, PK_PAGE_TYPE, "no-store", &empty);
}

void pk_visit_trouble(struct pk_visit *visit, const struct pk_error *err)
{
    bool ours = err->code == PK_E_BUSY || err->code == PK_E_IO || err->code == PK_E_INTERNAL;
    unsigned status = pk_code_http_status(err->code);
    pk_json_add_bool(&visit->out, "ours", ours);
    pk_json_add_bool(&visit->out, "often", false);
    pk_json_add_bool(&visit->out, "missing", err->code == PK_E_NOT_FOUND);
    pk_visit_show(visit, status, "trouble");
}

void pk_visit_too_often(struct pk_visit *visit)
{
    pk_call_header(visit->call, "Retry-After", "3600");
    pk_json_add_bool(&visit->out, "ours", false);
    pk_json_add_bool(&visit->out, "missing", false);
    pk_json_add_bool(&visit->out, "often", true);
    pk_visit_show(visit, 429, "trouble");
}

bool pk_visit_often(struct pk_visit *visit)
{
    if (pk_remotes_take(visit->console->remotes, visit->call->request, visit->call->now_ms))
        return false;
    pk_visit_too_often(visit);
    return true;
}

struct pk_form_sent pk_visit_sent(const struct pk_visit *visit)
{
    return (struct pk_form_sent){ pk_http_request_path(visit->call->request), pk_http_request_body(visit->call->request) };
}

/* ---- cookies ---- */

/* The name itself keeps others on the same host from setting it, where the browser speaks https. */
static void cookie_name(const struct pk_visit *visit, const char *name, char ret_name[64])
{
    (void) snprintf(ret_name, 64, "%s%s", visit->console->secure ? "__Host-" : "", name);
}

void pk_visit_set_cookie(struct pk_visit *visit, const char *name, const char *value, int64_t max_age_s)
{
    char whole[COOKIE_MAX], full[64];
    cookie_name(visit, name, full);
    (void) snprintf(whole, sizeof whole, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s", full, value, (long long) max_age_s,
                    visit->console->secure ? "; Secure" : "");
    pk_call_header(visit->call, "Set-Cookie", whole);
}

struct pk_slice pk_visit_cookie(struct pk_visit *visit, const char *name)
{
    char full[64];
    cookie_name(visit, name, full);
    return pk_call_cookie(visit->call, full);
}
