/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages and phrases, loaded once; which path leads to whom. */
#include "gateway/console/console.h"

#include "gateway/base/text.h"
#include "gateway/console/docs.h"
#include "gateway/console/files.h"
#include "gateway/console/handlers.h"
#include "gateway/console/kept_pages.h"
#include "gateway/console/live_feed.h"
#include "gateway/console/office.h"
#include "gateway/api/remotes.h"
#include "gateway/service/sign_in.h"
#include "gateway/service/texts.h"
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
    { "GET", "/staff", pk_staff_home, NULL },
    { "GET", "/staff/account", pk_staff_page_account, NULL },
    { "GET", "/staff/event/{}", pk_key_event_page, NULL },
    { "POST", "/staff/event/{}", pk_key_told_me, NULL },
    { "GET", "/staff/send/{}", pk_key_send_page, NULL },
    { "POST", "/staff/send/{}", pk_key_send, NULL },
    { "GET", "/staff/share/{}", pk_key_share_page, NULL },
    { "GET", "/staff/month", pk_key_month_page, NULL },
    { "GET", "/staff/closed", pk_desk_today_page, NULL },
    { "GET", "/staff/close/{}", pk_desk_close_page, NULL },
    { "POST", "/staff/close/{}", pk_desk_close, NULL },
    { "GET", "/staff/inbox", pk_desk_inbox_page, NULL },
    { "GET", "/staff/inbox/{}", pk_desk_item_page, NULL },
    { "POST", "/staff/inbox/{}", pk_desk_item, NULL },
    { "GET", "/staff/signup", pk_staff_ways_page, NULL },
    { "GET", "/staff/way/{}", pk_staff_way_page, NULL },
    { "GET", "/staff/signup/form", pk_staff_signup_page, NULL },
    { "POST", "/staff/signup/form", pk_staff_signup, NULL },
    { "GET", "/staff/signup/asked", pk_staff_asked_page, NULL },
    { "GET", "/office/campaigns", pk_office_campaigns_page, NULL },
    { "GET", "/office/campaigns/{}", pk_office_campaign_page, NULL },
    { "POST", "/office/campaigns/{}", pk_office_campaign, NULL },
    { "GET", "/office/invite/{}", pk_office_invite_page, NULL },
    { "POST", "/office/invite/{}", pk_office_invite, NULL },
    { "POST", "/office/look/count", pk_office_look_count, "/office/campaigns" },
    { "POST", "/office/look/texts", pk_office_look_texts, "/office/campaigns" },
    { "GET", "/office/events", pk_office_events_page, NULL },
    { "GET", "/office/events/new", pk_office_event_new_page, NULL },
    { "POST", "/office/events/new", pk_office_event_new, NULL },
    { "GET", "/office/events/{}", pk_office_event_page, NULL },
    { "POST", "/office/events/{}", pk_office_event, NULL },
    { "GET", "/staff/texts", pk_staff_texts_page, NULL },
    { "GET", "/staff/texts/{}", pk_staff_text_page, NULL },
    { "POST", "/staff/texts/{}", pk_staff_text, NULL },
    { "GET", "/office/texts", pk_office_texts_page, NULL },
    { "GET", "/office/texts/{}", pk_office_text_page, NULL },
    { "POST", "/office/texts/{}", pk_office_text, NULL },
    { "POST", "/office/check-text/{}", pk_office_text_check, "/office/texts" },
    { "GET", "/staff/start", pk_staff_page_start, NULL },
    { "POST", "/staff/ask", pk_staff_page_ask, "/staff/start" },
    { "POST", "/staff/known", pk_staff_page_known, "/staff/start" },
    { "GET", "/staff/code", pk_staff_page_code, NULL },
    { "POST", "/staff/enter", pk_staff_page_enter, "/staff/code" },
    { "GET", PK_STAFF_LINK_PATH "{}", pk_staff_page_link, NULL },
    { "POST", PK_STAFF_LINK_PATH "{}", pk_staff_page_open, "/staff/start" },
    { "GET", "/staff/second", pk_staff_page_second, NULL },
    { "POST", "/staff/second", pk_staff_page_confirm, NULL },
    { "POST", "/staff/leave", pk_staff_page_leave, "/staff/account" },
    { "POST", "/staff/end", pk_staff_page_end, "/staff/account" },
    { "POST", "/staff/everywhere", pk_staff_page_everywhere, "/staff/account" },
    { "GET", "/office/gateway", pk_office_gateway_page, NULL },
    { "POST", "/office/gateway/account/{}", pk_office_gateway_account, "/office/gateway" },
    { "POST", "/office/gateway/hold", pk_office_gateway_hold, "/office/gateway" },
    { "GET", "/office/gateway/lift", pk_office_gateway_lift_page, NULL },
    { "POST", "/office/gateway/lift", pk_office_gateway_lift, NULL },
    { "GET", "/office/webhooks", pk_office_webhooks_page, NULL },
    { "POST", "/office/webhooks/{}", pk_office_webhooks_endpoint, "/office/webhooks" },
    { "POST", "/office/webhooks/resend/{}", pk_office_webhooks_resend, "/office/webhooks" },
    { "GET", "/office/reports", pk_office_reports_page, NULL },
    { "GET", "/office/report/campaign/{}", pk_office_campaign_report_page, NULL },
    { "GET", "/office/report/date/{}", pk_office_date_report_page, NULL },
    { "POST", "/office/report/date/{}", pk_office_came, "/office/reports" },
    { "GET", "/office/indicators", pk_office_indicators_page, NULL },
    { "GET", "/office/people", pk_office_people_page, NULL },
    { "GET", "/office/person/{}", pk_office_person_page, NULL },
    { "POST", "/office/withdraw/{}", pk_office_person_withdraw, "/office/people" },
    { "POST", "/office/erase/{}", pk_office_person_erase, "/office/people" },
    { "POST", "/office/export/{}", pk_office_person_export, "/office/people" },
    { "GET", "/office/audit", pk_office_audit_page, NULL },
    { "GET", PK_LINK_PATH "{}", pk_link_page, NULL },
    { "GET", "/office", pk_office_coming_page, NULL },
    { "GET", "/office/campaigns/{}/live", pk_live_page, NULL },
    { "GET", "/office/campaigns/{}/events", pk_live_events, NULL },
    { "POST", "/office/campaigns/{}/live/pause", pk_live_pause, NULL },
    { "POST", "/office/campaigns/{}/live/resume", pk_live_resume, NULL },
    { "GET", "/office/campaigns/{}/live/cancel", pk_live_cancel_page, NULL },
    { "POST", "/office/campaigns/{}/live/cancel", pk_live_cancel, NULL },
    { "POST", PK_LINK_PATH "{}", pk_link_button, NULL },
    { "GET", "/calendar.ics", pk_calendar_all, NULL },
    { "GET", "/calendar/{}", pk_calendar_topic, NULL },
    { "GET", "/join", pk_join_page, NULL },
    { "POST", "/join", pk_join_form, NULL },
    { "GET", "/join/asked", pk_join_asked, NULL },
    { "GET", PK_UNSUBSCRIBE_PATH "{}", pk_unsubscribe_ask, NULL },
    { "POST", PK_UNSUBSCRIBE_PATH "{}", pk_unsubscribe_end, NULL },
    { "GET", "/phones", pk_phones_page, NULL },
    { "POST", "/phones", pk_phones_answer, NULL },
};

/* The same for everybody: `everybodys` in visit.h. */
static const struct path open_paths[] = {
    { "GET", "/events", pk_events_page, NULL },
    { "GET", "/events/{}", pk_event_page, NULL },
    { "GET", "/real", pk_real_page, NULL },
    { "GET", "/docs", pk_docs_page, NULL },
    { "GET", "/docs/{}", pk_docs_one_page, NULL },
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
    console->kept = pk_kept_pages_new();
    console->live = pk_live_room_new(service);
    pk_buf_init(&console->docs_api, PK_VISIT_DATA_MAX / 2);
    pk_buf_init(&console->docs_events, PK_VISIT_DATA_MAX / 2);
    console->secure = url && pk_slice_starts(pk_slice_of(url), "https://");
    int r = pk_phrases_load(&console->phrases, err);
    if (r == 0)
        r = load_pages(console, err);
    if (r == 0)
        r = pk_docs_lay_out_api(&console->docs_api, err);
    if (r == 0)
        r = pk_docs_lay_out_events(&console->docs_events, err);
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
    pk_kept_pages_free(console->kept);
    pk_live_room_free(console->live);
    pk_buf_finish(&console->docs_api);
    pk_buf_finish(&console->docs_events);
    free(console);
}

/* ---- a visit ---- */

/* What was asked for now, what was asked for before, what the browser says, Bulgarian. */
static size_t wanted_language(struct pk_visit *visit)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    struct pk_buf wanted;
    size_t none = pk_phrases_language_count(phrases), found = none;
    pk_buf_init(&wanted, 16);
    if (pk_http_request_argument(visit->call->request, "language", &wanted) == 0)
        found = pk_phrases_find(phrases, pk_buf_slice(&wanted), none);
    pk_buf_finish(&wanted);
    if (found < none && !visit->everybodys)
        pk_visit_set_cookie(visit, LANGUAGE_COOKIE, pk_phrases_language(phrases, found), LANGUAGE_KEPT_S);
    if (found == none && !visit->everybodys)
        found = pk_phrases_find(phrases, pk_visit_cookie(visit, LANGUAGE_COOKIE), none);
    if (found < none)
        return found;
    return pk_phrases_accept(phrases, pk_http_request_header(visit->call->request, "Accept-Language"),
                             pk_phrases_find(phrases, PK_SLICE("bg"), 0));
}

/* Of a page at a desk one that such pages are in. */
static size_t language_of(struct pk_visit *visit)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    size_t wanted = wanted_language(visit);
    return visit->office && !pk_phrases_is_of_office(phrases, wanted) ? pk_phrases_find(phrases, PK_SLICE("en"), wanted) : wanted;
}

void pk_visit_begin(struct pk_visit *visit)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    pk_buf_clear(&visit->data);
    visit->out = pk_json_out(&visit->data);
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "lang", pk_visit_language(visit));
    pk_json_add_slice(&visit->out, "here", visit->here);
    pk_json_add_bool(&visit->out, "everybodys", visit->everybodys);
    pk_json_add_bool(&visit->out, "theme", visit->console->service->rules->theme != NULL);
    pk_json_add_text(&visit->out, "org", visit->console->service->rules->organisation);
    pk_json_open(&visit->out, "languages", '[');
    for (size_t i = 0; i < pk_phrases_language_count(phrases); i++) {
        if (visit->office && !pk_phrases_is_of_office(phrases, i))
            continue;
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "tag", pk_phrases_language(phrases, i));
        pk_json_add_slice(&visit->out, "name", pk_phrases_get(phrases, i, PK_SLICE("language.name")));
        pk_json_add_bool(&visit->out, "current", i == visit->language);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void begin(struct pk_visit *visit)
{
    visit->language = language_of(visit);
    pk_buf_init(&visit->data, PK_VISIT_DATA_MAX);
    pk_visit_begin(visit);
}

void pk_visit_speak(struct pk_visit *visit, struct pk_slice tag)
{
    struct pk_buf asked;
    pk_buf_init(&asked, 16);
    bool chosen = pk_http_request_argument(visit->call->request, "language", &asked) == 0;
    pk_buf_finish(&asked);
    if (chosen)
        return;
    size_t found = pk_phrases_find(visit->console->phrases, tag, visit->language);
    if (!visit->office || pk_phrases_is_of_office(visit->console->phrases, found))
        visit->language = found;
    pk_visit_begin(visit);
}

/* Not for long: a reload may bring another one. */
static bool serve_theme(struct pk_call *call, struct pk_slice path)
{
    const char *theme = call->service->rules->theme;
    struct pk_buf body;
    if (!theme || !pk_slice_is(path, "/static/theme.css"))
        return false;
    pk_buf_init(&body, strlen(theme) + 1);
    (void) pk_buf_add_text(&body, theme);
    pk_call_header(call, "Cache-Control", "public, max-age=60");
    pk_call_answer_as(call, 200, "text/css; charset=utf-8", &body);
    return true;
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
    if (site.len > 0) /* Origin may be "null" beside it, for a page that gives no referrer */
        return !pk_slice_is(site, "same-origin") && !pk_slice_is(site, "none");
    if (origin.len == 0)
        return false;
    bool same = origin.len > host.len + 3 && memcmp(origin.data + origin.len - host.len, host.data, host.len) == 0 &&
                memcmp(origin.data + origin.len - host.len - 3, "://", 3) == 0;
    return !same;
}

/* "{}" in a pattern is one part of a path, whatever it is. */
static bool fits(const char *pattern, struct pk_slice path, struct pk_slice *ret_place)
{
    const char *hole = strstr(pattern, "{}");
    if (!hole)
        return pk_slice_is(path, pattern);
    size_t front = (size_t) (hole - pattern), end = strlen(hole + 2);
    if (path.len <= front + end || memcmp(path.data, pattern, front) != 0 || memcmp(path.data + path.len - end, hole + 2, end) != 0)
        return false;
    struct pk_slice place = pk_slice_make(path.data + front, path.len - front - end);
    if (memchr(place.data, '/', place.len))
        return false;
    *ret_place = place;
    return true;
}

/* NULL when there is nothing there; else *ret_place is what stood for "{}". */
static const struct path *find_path(const struct pk_call *call, struct pk_slice *ret_place)
{
    struct pk_slice path = pk_http_request_path(call->request), method = pk_http_request_method(call->request);
    if (pk_slice_is(method, "HEAD"))
        method = PK_SLICE("GET");
    for (size_t i = 0; i < PK_COUNT(paths); i++)
        if (pk_slice_is(method, paths[i].method) && fits(paths[i].path, path, ret_place))
            return &paths[i];
    for (size_t i = 0; i < PK_COUNT(open_paths); i++)
        if (pk_slice_is(method, open_paths[i].method) && fits(open_paths[i].path, path, ret_place))
            return &open_paths[i];
    return NULL;
}

static bool is_open(const struct path *path)
{
    for (size_t i = 0; i < PK_COUNT(open_paths); i++)
        if (path == &open_paths[i])
            return true;
    return false;
}

static void handle(struct pk_visit *visit, const struct path *path)
{
    struct pk_error err = { 0 };
    if (path && strcmp(path->method, "POST") == 0 && is_from_elsewhere(visit->call)) {
        (void) pk_fail(&err, PK_E_DENIED, "this form is not of this site");
        pk_visit_trouble(visit, &err);
    } else if (path) {
        if (!visit->everybodys || !pk_visit_show_kept(visit))
            path->handle(visit);
    } else {
        (void) pk_fail(&err, PK_E_NOT_FOUND, "there is nothing at this path");
        pk_visit_trouble(visit, &err);
    }
}

void pk_console_handle(void *ctx, struct pk_call *call)
{
    struct pk_visit visit = { .console = ctx, .call = call };
    struct pk_slice asked = pk_http_request_path(call->request);
    if (serve_theme(call, asked) || serve_static(call, asked))
        return;
    const struct path *path = find_path(call, &visit.place);
    visit.everybodys = is_open(path);
    visit.office = pk_slice_starts(asked, PK_OFFICE_PATH);
    visit.here = !path ? PK_SLICE("/") : path->here ? pk_slice_of(path->here) : asked;
    begin(&visit);
    handle(&visit, path);
    pk_buf_wipe(&visit.data);
}
