/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The route table and the way to a handler: peer, path, method, body, in this order. The table in README.md is the
 * same one for people.
 */
#include "gateway/api/api.h"

#include "gateway/api/answer.h"
#include "gateway/api/backup.h"
#include "gateway/api/handlers.h"
#include "gateway/api/import.h"
#include "gateway/api/once.h"
#include "gateway/api/v1.h"
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/service/trail.h"

#include <unistd.h>

/* Where a route is reached; the control socket has all of them. What shows an address, a text or one person's file, what needs two
 * people, and whatever keeps the gateway itself stays there. */
enum reach {
    CONTROL = 0, /* nowhere else */
    WATCH, /* the watch listener */
    TOKENS, /* the public listener, with a token; openapi.json describes it */
    OPEN, /* the public listener, without one */
};

struct route {
    const char *method;
    const char *path; /* {} stands for one level, found again in call->places */
    pk_handler handle;
    enum pk_call_body body;
    unsigned reach; /* enum reach; false is CONTROL */
    enum pk_action action; /* what whoever calls must be allowed; none = nobody is */
};

static const struct route routes[] = {
    { "GET", "/healthz", pk_api_healthz, PK_BODY_NONE, WATCH, PK_ACTION_STATUS_VIEW },
    { "GET", "/readyz", pk_api_readyz, PK_BODY_NONE, WATCH, PK_ACTION_STATUS_VIEW },
    { "GET", "/metrics", pk_api_metrics, PK_BODY_NONE, WATCH, PK_ACTION_STATUS_VIEW },
    { "GET", "/v1/status", pk_api_status, PK_BODY_NONE, TOKENS, PK_ACTION_STATUS_VIEW },
    { "GET", "/v1/quiet", pk_api_quiet, PK_BODY_NONE, CONTROL, PK_ACTION_STATUS_VIEW },
    { "GET", "/v1/queue", pk_api_queue, PK_BODY_NONE, TOKENS, PK_ACTION_STATUS_VIEW },
    { "GET", "/v1/accounts", pk_api_accounts, PK_BODY_NONE, TOKENS, PK_ACTION_ACCOUNT_VIEW },
    { "POST", "/v1/accounts/{}/pause", pk_api_account_pause, PK_BODY_JSON_OPTIONAL, CONTROL, PK_ACTION_ACCOUNT_PAUSE },
    { "POST", "/v1/accounts/{}/resume", pk_api_account_resume, PK_BODY_JSON_OPTIONAL, CONTROL, PK_ACTION_ACCOUNT_PAUSE },
    { "POST", "/v1/accounts/{}/test", pk_api_account_test, PK_BODY_JSON, CONTROL, PK_ACTION_ACCOUNT_TEST },
    { "GET", "/v1/accounts/{}/test", pk_api_account_tested, PK_BODY_NONE, CONTROL, PK_ACTION_ACCOUNT_TEST },
    { "GET", "/v1/accounts/{}/play", pk_api_play_list, PK_BODY_NONE, CONTROL, PK_ACTION_PLAY_DESK },
    { "POST", "/v1/accounts/{}/play", pk_api_play_answer, PK_BODY_JSON, CONTROL, PK_ACTION_PLAY_DESK },
    { "GET", "/v1/hold", pk_api_hold, PK_BODY_NONE, CONTROL, PK_ACTION_STATUS_VIEW },
    { "PUT", "/v1/hold", pk_api_hold_set, PK_BODY_JSON, CONTROL, PK_ACTION_STATUS_VIEW }, /* set or lifted: service/holds asks */
    { "GET", "/v1/messages", pk_api_messages, PK_BODY_NONE, TOKENS, PK_ACTION_MESSAGE_VIEW },
    { "POST", "/v1/messages/release", pk_api_held_release, PK_BODY_JSON, CONTROL, PK_ACTION_HOLD_DECIDE },
    { "POST", "/v1/messages/drop-held", pk_api_held_drop, PK_BODY_JSON, CONTROL, PK_ACTION_HOLD_DECIDE },
    { "GET", "/v1/messages/{}", pk_api_message, PK_BODY_NONE, TOKENS, PK_ACTION_MESSAGE_VIEW },
    { "POST", "/v1/messages/{}/resolve", pk_api_message_resolve, PK_BODY_JSON, CONTROL, PK_ACTION_MESSAGE_RESOLVE },
    { "GET", "/v1/inbox", pk_api_inbox, PK_BODY_NONE, CONTROL, PK_ACTION_INBOX_READ },
    { "GET", "/v1/inbox/{}", pk_api_inbox_item, PK_BODY_NONE, CONTROL, PK_ACTION_INBOX_READ },
    { "POST", "/v1/inbox/{}/answer", pk_api_inbox_answer, PK_BODY_JSON, CONTROL, PK_ACTION_INBOX_ANSWER },
    { "POST", "/v1/inbox/{}/assign", pk_api_inbox_assign, PK_BODY_JSON, CONTROL, PK_ACTION_INBOX_ANSWER },
    { "POST", "/v1/inbox/{}/close", pk_api_inbox_close, PK_BODY_JSON, CONTROL, PK_ACTION_INBOX_ANSWER },
    { "GET", "/v1/triggers", pk_api_triggers, PK_BODY_NONE, TOKENS, PK_ACTION_TRIGGER_VIEW },
    { "GET", "/v1/triggers/{}", pk_api_trigger, PK_BODY_NONE, TOKENS, PK_ACTION_TRIGGER_VIEW },
    { "GET", "/v1/templates", pk_api_templates, PK_BODY_NONE, TOKENS, PK_ACTION_TEMPLATE_VIEW },
    { "POST", "/v1/templates", pk_api_templates_import, PK_BODY_JSON, CONTROL, PK_ACTION_TEMPLATE_EDIT },
    { "GET", "/v1/templates/{}", pk_api_template, PK_BODY_NONE, TOKENS, PK_ACTION_TEMPLATE_VIEW },
    { "PUT", "/v1/templates/{}", pk_api_template_put, PK_BODY_JSON, CONTROL, PK_ACTION_TEMPLATE_EDIT },
    { "DELETE", "/v1/templates/{}", pk_api_template_delete, PK_BODY_NONE, CONTROL, PK_ACTION_TEMPLATE_EDIT },
    { "POST", "/v1/templates/{}/cost", pk_api_template_cost, PK_BODY_JSON, TOKENS, PK_ACTION_TEMPLATE_VIEW },
    { "POST", "/v1/templates/{}/read", pk_api_template_read, PK_BODY_JSON, CONTROL, PK_ACTION_TEMPLATE_READ },
    { "POST", "/v1/triggers/{}/release", pk_api_trigger_release, PK_BODY_NONE, CONTROL, PK_ACTION_STATUS_VIEW }, /* why it waits decides */
    { "POST", "/v1/triggers/{}/drop", pk_api_trigger_drop, PK_BODY_NONE, CONTROL, PK_ACTION_STATUS_VIEW }, /* who may: service/holds asks */
    { "GET", "/v1/approvals", pk_api_approvals, PK_BODY_NONE, CONTROL, PK_ACTION_APPROVAL_STANDING },
    { "POST", "/v1/approvals", pk_api_approval_ask, PK_BODY_JSON, CONTROL, PK_ACTION_APPROVAL_STANDING },
    { "POST", "/v1/approvals/{}/approve", pk_api_approval_approve, PK_BODY_JSON, CONTROL, PK_ACTION_APPROVAL_STANDING },
    { "POST", "/v1/approvals/{}/revoke", pk_api_approval_revoke, PK_BODY_JSON_OPTIONAL, CONTROL, PK_ACTION_APPROVAL_STANDING },
    { "POST", "/v1/recipients", pk_api_recipient_add, PK_BODY_JSON, TOKENS, PK_ACTION_RECIPIENT_ADD },
    { "POST", "/v1/audience/count", pk_api_audience_count, PK_BODY_JSON, TOKENS, PK_ACTION_AUDIENCE_COUNT },
    { "GET", "/v1/circles", pk_api_circles, PK_BODY_NONE, TOKENS, PK_ACTION_CIRCLE_VIEW },
    { "GET", "/v1/circles/{}", pk_api_circle, PK_BODY_NONE, TOKENS, PK_ACTION_CIRCLE_VIEW },
    { "GET", "/v1/circles/{}/recent", pk_api_circle_recent, PK_BODY_NONE, CONTROL, PK_ACTION_CIRCLE_RECENT },
    { "POST", "/v1/circles/{}/handover", pk_api_circle_handover, PK_BODY_JSON, CONTROL, PK_ACTION_CIRCLE_HANDOVER },
    { "POST", "/v1/circles/{}/allow", pk_api_circle_allow, PK_BODY_JSON, CONTROL, PK_ACTION_CIRCLE_ALLOW },
    { "GET", "/v1/events", pk_api_events, PK_BODY_NONE, TOKENS, PK_ACTION_EVENT_VIEW },
    { "POST", "/v1/events", pk_api_event_add, PK_BODY_JSON, TOKENS, PK_ACTION_EVENT_PROPOSE },
    { "POST", "/v1/events/import", pk_api_events_import, PK_BODY_CALENDAR, CONTROL, PK_ACTION_EVENT_EDIT },
    { "GET", "/v1/events/export", pk_api_events_export, PK_BODY_NONE, TOKENS, PK_ACTION_EVENT_VIEW },
    { "GET", "/v1/events/{}", pk_api_event, PK_BODY_NONE, TOKENS, PK_ACTION_EVENT_VIEW },
    { "POST", "/v1/events/{}/change", pk_api_event_change, PK_BODY_JSON, TOKENS, PK_ACTION_EVENT_PROPOSE },
    { "POST", "/v1/events/{}/accept", pk_api_event_accept, PK_BODY_JSON_OPTIONAL, CONTROL, PK_ACTION_EVENT_EDIT },
    { "POST", "/v1/events/{}/cancel", pk_api_event_cancel, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_EVENT_PROPOSE },
    { "POST", "/v1/events/{}/dates/{}/change", pk_api_event_date_change, PK_BODY_JSON, TOKENS, PK_ACTION_EVENT_PROPOSE },
    { "POST", "/v1/events/{}/dates/{}/cancel", pk_api_event_date_cancel, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_EVENT_CLOSED },
    { "GET", "/v1/events/{}/dates/{}/report", pk_api_date_report, PK_BODY_NONE, TOKENS, PK_ACTION_REPORT_VIEW },
    { "POST", "/v1/events/{}/dates/{}/came", pk_api_date_came, PK_BODY_JSON, TOKENS, PK_ACTION_EVENT_CAME },
    { "GET", "/v1/campaigns", pk_api_campaigns, PK_BODY_NONE, TOKENS, PK_ACTION_CAMPAIGN_VIEW },
    { "GET", "/v1/campaigns/{}", pk_api_campaign, PK_BODY_NONE, TOKENS, PK_ACTION_CAMPAIGN_VIEW },
    { "GET", "/v1/reports/indicators", pk_api_indicators, PK_BODY_NONE, TOKENS, PK_ACTION_REPORT_VIEW },
    { "GET", "/v1/campaigns/{}/report", pk_api_campaign_report, PK_BODY_NONE, TOKENS, PK_ACTION_REPORT_VIEW },
    { "PUT", "/v1/campaigns/{}", pk_api_campaign_put, PK_BODY_JSON, TOKENS, PK_ACTION_CAMPAIGN_EDIT },
    { "POST", "/v1/campaigns/{}/submit", pk_api_campaign_submit, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_CAMPAIGN_EDIT },
    { "POST", "/v1/campaigns/{}/approve", pk_api_campaign_approve, PK_BODY_JSON, CONTROL, PK_ACTION_CAMPAIGN_APPROVE },
    { "POST", "/v1/campaigns/{}/reject", pk_api_campaign_reject, PK_BODY_JSON_OPTIONAL, CONTROL, PK_ACTION_CAMPAIGN_APPROVE },
    { "POST", "/v1/campaigns/{}/start", pk_api_campaign_start, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_CAMPAIGN_START },
    { "POST", "/v1/campaigns/{}/pause", pk_api_campaign_pause, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_CAMPAIGN_STOP },
    { "POST", "/v1/campaigns/{}/resume", pk_api_campaign_resume, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_CAMPAIGN_START },
    { "POST", "/v1/campaigns/{}/cancel", pk_api_campaign_cancel, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_CAMPAIGN_STOP },
    { "GET", "/v1/campaigns/{}/preview", pk_api_campaign_preview, PK_BODY_NONE, TOKENS, PK_ACTION_CAMPAIGN_VIEW },
    { "POST", "/v1/campaigns/{}/trial", pk_api_campaign_trial, PK_BODY_JSON, CONTROL, PK_ACTION_CAMPAIGN_EDIT },
    { "POST", "/v1/campaigns/{}/rehearsal", pk_api_campaign_rehearsal, PK_BODY_NONE, CONTROL, PK_ACTION_CAMPAIGN_EDIT },
    { "POST", "/v1/campaigns/{}/move", pk_api_campaign_move, PK_BODY_JSON, TOKENS, PK_ACTION_CAMPAIGN_EDIT },
    { "POST", "/v1/campaigns/{}/remind", pk_api_campaign_remind, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_CAMPAIGN_REMIND },
    { "POST", "/v1/rsvps", pk_api_rsvp_record, PK_BODY_JSON, TOKENS, PK_ACTION_RSVP_RECORD },
    { "POST", "/v1/recipients/export", pk_api_person_export, PK_BODY_JSON, CONTROL, PK_ACTION_RECIPIENT_EXPORT },
    { "POST", "/v1/recipients/erase", pk_api_person_erase, PK_BODY_JSON, CONTROL, PK_ACTION_RECIPIENT_ERASE },
    { "POST", "/v1/recipients/import", pk_api_import, PK_BODY_CSV, CONTROL, PK_ACTION_RECIPIENT_IMPORT },
    { "POST", "/v1/recipients/find", pk_api_recipient_find, PK_BODY_JSON, CONTROL, PK_ACTION_RECIPIENT_VIEW },
    { "GET", "/v1/consent/verification", pk_api_verification, PK_BODY_NONE, CONTROL, PK_ACTION_CONSENT_VERIFY },
    { "POST", "/v1/consent/verification", pk_api_verification_start, PK_BODY_JSON_OPTIONAL, CONTROL, PK_ACTION_CONSENT_VERIFY },
    { "GET", "/v1/consent/{}", pk_api_consent, PK_BODY_NONE, TOKENS, PK_ACTION_CONSENT_VIEW },
    { "POST", "/v1/consent/{}/grant", pk_api_consent_grant, PK_BODY_JSON, CONTROL, PK_ACTION_CONSENT_GRANT },
    { "POST", "/v1/consent/{}/word", pk_api_desk_word, PK_BODY_JSON, CONTROL, PK_ACTION_CONSENT_GRANT },
    { "POST", "/v1/consent/{}/word/said", pk_api_desk_word_said, PK_BODY_JSON, CONTROL, PK_ACTION_CONSENT_GRANT },
    { "POST", "/v1/consent/{}/withdraw", pk_api_consent_withdraw, PK_BODY_JSON_OPTIONAL, TOKENS, PK_ACTION_CONSENT_WITHDRAW },
    { "GET", "/v1/consent/{}/receipt", pk_api_consent_receipt, PK_BODY_NONE, CONTROL, PK_ACTION_CONSENT_VIEW },
    { "POST", "/v1/recipients/{}/links", pk_api_link_make, PK_BODY_JSON, CONTROL, PK_ACTION_RECIPIENT_LINK },
    { "GET", "/v1/recipients/{}/links", pk_api_links, PK_BODY_NONE, CONTROL, PK_ACTION_RECIPIENT_LINK },
    { "GET", "/v1/topics/{}/link", pk_api_link_poster, PK_BODY_NONE, TOKENS, PK_ACTION_STATUS_VIEW },
    { "GET", "/v1/recipients/{}/log", pk_api_person_log, PK_BODY_NONE, CONTROL, PK_ACTION_AUDIT_PERSON },
    { "GET", "/v1/openapi.json", pk_api_openapi, PK_BODY_NONE, OPEN, PK_ACTION_STATUS_VIEW },
    { "GET", "/v1/asyncapi.json", pk_api_asyncapi, PK_BODY_NONE, OPEN, PK_ACTION_STATUS_VIEW },
    { "GET", "/v1/schemas/{}", pk_api_schema, PK_BODY_NONE, OPEN, PK_ACTION_STATUS_VIEW },
    { "POST", "/v1/triggers", pk_api_trigger_publish, PK_BODY_EVENT, TOKENS, PK_ACTION_TRIGGER_PUBLISH },
    { "GET", "/v1/tokens", pk_api_tokens, PK_BODY_NONE, CONTROL, PK_ACTION_TOKEN_EDIT },
    { "POST", "/v1/tokens", pk_api_token_add, PK_BODY_JSON, CONTROL, PK_ACTION_TOKEN_EDIT },
    { "DELETE", "/v1/tokens/{}", pk_api_token_revoke, PK_BODY_NONE, CONTROL, PK_ACTION_TOKEN_EDIT },
    { "GET", "/v1/webhooks", pk_api_webhooks, PK_BODY_NONE, TOKENS, PK_ACTION_WEBHOOK_VIEW },
    { "GET", "/v1/webhooks/{}/deliveries", pk_api_webhook_deliveries, PK_BODY_NONE, TOKENS, PK_ACTION_WEBHOOK_VIEW },
    { "POST", "/v1/webhooks/deliveries/{}/resend", pk_api_webhook_resend, PK_BODY_NONE, TOKENS, PK_ACTION_WEBHOOK_EDIT },
    { "POST", "/v1/webhooks/{}/test", pk_api_webhook_test, PK_BODY_NONE, TOKENS, PK_ACTION_WEBHOOK_EDIT },
    { "POST", "/v1/webhooks/{}/resume", pk_api_webhook_resume, PK_BODY_NONE, TOKENS, PK_ACTION_WEBHOOK_EDIT },
    { "GET", "/v1/users", pk_api_users, PK_BODY_NONE, CONTROL, PK_ACTION_USER_VIEW },
    { "POST", "/v1/users", pk_api_user_add, PK_BODY_JSON, CONTROL, PK_ACTION_USER_EDIT },
    { "POST", "/v1/users/{}/link", pk_api_user_link, PK_BODY_NONE, CONTROL, PK_ACTION_USER_EDIT },
    { "DELETE", "/v1/users/{}", pk_api_user_remove, PK_BODY_NONE, CONTROL, PK_ACTION_USER_EDIT },
    { "GET", "/v1/audit", pk_api_audit, PK_BODY_NONE, CONTROL, PK_ACTION_AUDIT_VIEW },
    { "GET", "/v1/audit/verify", pk_api_audit_verify, PK_BODY_NONE, CONTROL, PK_ACTION_AUDIT_VIEW },
    { "GET", "/v1/privacy/breach", pk_api_breach, PK_BODY_NONE, CONTROL, PK_ACTION_PRIVACY_BREACH },
    { "POST", "/v1/privacy/breach", pk_api_breach_notify, PK_BODY_JSON, CONTROL, PK_ACTION_PRIVACY_NOTIFY },
    { "GET", "/v1/jobs/{}", pk_api_job, PK_BODY_NONE, CONTROL, PK_ACTION_JOB_VIEW },
    { "GET", "/v1/keys", pk_api_keys, PK_BODY_NONE, CONTROL, PK_ACTION_KEY_EDIT },
    { "POST", "/v1/keys/rotate", pk_api_keys_rotate, PK_BODY_NONE, CONTROL, PK_ACTION_KEY_EDIT },
    { "POST", "/v1/keys/{}/retire", pk_api_key_retire, PK_BODY_NONE, CONTROL, PK_ACTION_KEY_EDIT },
    { "POST", "/v1/backup", pk_api_backup, PK_BODY_JSON, CONTROL, PK_ACTION_BACKUP_MAKE },
};

bool pk_api_route(size_t index, const char **ret_method, const char **ret_path, enum pk_action *ret_action)
{
    if (index >= PK_COUNT(routes))
        return false;
    *ret_method = routes[index].method;
    *ret_path = routes[index].path;
    *ret_action = routes[index].action;
    return true;
}

bool pk_api_route_is_public(size_t index)
{
    return index < PK_COUNT(routes) && routes[index].reach >= TOKENS;
}

struct pk_api *pk_api_new(struct pk_service *service, const struct pk_api_config *config)
{
    struct pk_api *api = pk_alloc(sizeof *api);
    api->service = service;
    api->version = pk_strdup(config->version);
    api->started_ms = config->started_ms;
    api->v1 = pk_v1_new(pk_clock_wall_ms());
    api->pages = config->pages;
    api->pages_ctx = config->pages_ctx;
    pk_list_init(&api->calls);
    pk_list_init(&api->hooks);
    return api;
}

void pk_api_free(struct pk_api *api)
{
    if (!api)
        return;
    struct pk_list *const unanswered[] = { &api->calls, &api->hooks };
    for (size_t i = 0; i < PK_COUNT(unanswered); i++)
        while (!pk_list_empty(unanswered[i]))
            pk_call_free(pk_list_entry(unanswered[i]->next, struct pk_call, node));
    pk_v1_free(api->v1);
    free(api->version);
    free(api);
}

/* ---- finding the route ---- */

static bool matches(const char *pattern, struct pk_slice path, struct pk_slice ret_places[PK_CALL_PLACES])
{
    struct pk_slice wanted = pk_slice_of(pattern), want, have;
    size_t places = 0;
    if (path.len > 1 && path.data[path.len - 1] == '/')
        return false;
    for (;;) {
        bool more_wanted = pk_slice_cut(&wanted, '/', &want), more_path = pk_slice_cut(&path, '/', &have);
        if (!more_wanted || !more_path)
            return more_wanted == more_path;
        if (pk_slice_is(want, "{}")) {
            if (have.len == 0 || places == PK_CALL_PLACES)
                return false;
            ret_places[places++] = have;
        } else if (!pk_slice_equal(want, have)) {
            return false;
        }
    }
}

static bool is_reached(const struct route *route, enum reach door)
{
    return door == CONTROL || route->reach == (unsigned) door || (door == TOKENS && route->reach == OPEN);
}

static const struct route *find(struct pk_call *call, enum reach door)
{
    struct pk_slice path = pk_http_request_path(call->request), method = pk_http_request_method(call->request);
    if (pk_slice_is(method, "HEAD")) /* as GET; the server leaves the body away */
        method = PK_SLICE("GET");
    call->allow_text[0] = '\0';
    for (size_t i = 0; i < PK_COUNT(routes); i++) {
        const struct route *route = &routes[i];
        if (!is_reached(route, door) || !matches(route->path, path, call->places))
            continue;
        if (pk_slice_is(method, route->method))
            return route;
        size_t n = strlen(call->allow_text);
        (void) snprintf(call->allow_text + n, sizeof call->allow_text - n, "%s%s%s", n > 0 ? ", " : "", route->method,
                        strcmp(route->method, "GET") == 0 ? ", HEAD" : "");
    }
    return NULL;
}

/* ---- the body ---- */

static bool is_of_type(struct pk_call *call, const char *type)
{
    struct pk_slice rest = pk_http_request_header(call->request, "Content-Type"), media = { 0 };
    return rest.len > 0 && pk_slice_cut(&rest, ';', &media) && pk_slice_equal_nocase(pk_slice_trim(media), type);
}

/* 0, or the status to refuse with. */
static unsigned read_body(struct pk_call *call, enum pk_call_body wanted, struct pk_error *err)
{
    struct pk_slice body = pk_http_request_body(call->request);
    bool file = wanted == PK_BODY_CSV || wanted == PK_BODY_CALENDAR;
    const char *type = wanted == PK_BODY_CSV ? "text/csv" : file ? "text/calendar" : "application/json";
    if (wanted == PK_BODY_EVENT && is_of_type(call, "application/cloudevents+json"))
        return 0;
    if (wanted == PK_BODY_NONE || (wanted == PK_BODY_JSON_OPTIONAL && body.len == 0))
        return 0;
    if (!is_of_type(call, type)) {
        (void) pk_fail(err, PK_E_UNSUPPORTED, "the body must be %s", type);
        (void) pk_hint(err, PK_E_UNSUPPORTED, "Send the header Content-Type: %s.", type);
        return 415;
    }
    if (file || wanted == PK_BODY_EVENT)
        return 0;
    int r = pk_json_parse(body, PK_CALL_JSON_MAX, &call->document, err);
    if (r == 0 && pk_json_kind(call->document) != PK_JSON_OBJECT)
        r = pk_fail(err, PK_E_INVALID, "the body must be a JSON object");
    if (r != 0)
        return r == PK_E_LIMIT ? 413 : 400;
    call->body = call->document;
    return 0;
}

/* Routes at which a right to one's own will do: whose it is, the service asks. */
static const pk_handler own_will_do[] = { pk_api_circle,    pk_api_circle_recent, pk_api_recipient_add, pk_api_rsvp_record,  pk_api_events,          pk_api_event,
                                          pk_api_event_add, pk_api_event_change,  pk_api_event_cancel,  pk_api_event_date_change, pk_api_events_export, pk_api_triggers,
                                          pk_api_trigger, pk_api_trigger_publish, pk_api_audience_count, pk_api_campaign_remind,
                                          pk_api_date_report, pk_api_date_came };

static int allow(struct pk_call *call, const struct route *route, struct pk_error *err)
{
    bool own = pk_right_of(route->action, call->actor.role) == PK_RIGHT_OWN;
    for (size_t i = 0; own && i < PK_COUNT(own_will_do); i++)
        if (own_will_do[i] == route->handle && (!call->actor.actions || pk_actions_have(call->actor.actions, route->action)))
            return 0;
    return pk_allow(call->service, &call->actor, route->action, NULL, route->path, err);
}

/* Refuses with all that is wrong about its form. */
static void refuse_form(struct pk_call *call)
{
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_INVALID, "the request is not as it should be in %zu place%s", call->complaints.count,
                   call->complaints.count == 1 ? "" : "s");
    (void) pk_hint(&err, PK_E_INVALID, "errors names each of them; /v1/openapi.json describes what is wanted.");
    pk_call_problem(call, &err);
}

static void refuse_type(struct pk_call *call)
{
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_UNSUPPORTED, "there is no answer but application/json");
    pk_call_problem_as(call, 406, &err);
}

static void dispatch(struct pk_call *call, enum reach door)
{
    struct pk_error err = { 0 };
    const struct route *route = find(call, door);
    if (!route && call->allow_text[0]) {
        call->allow = call->allow_text;
        (void) pk_fail(&err, PK_E_UNSUPPORTED, "this path takes %s", call->allow_text);
        pk_call_problem_as(call, 405, &err);
        return;
    }
    if (!route) {
        (void) pk_fail(&err, PK_E_NOT_FOUND, "there is nothing at this path");
        pk_call_problem(call, &err);
        return;
    }
    call->route_method = route->method;
    call->route_path = route->path;
    if (!(door == TOKENS && route->reach == OPEN) && allow(call, route, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    if (door == TOKENS && !pk_v1_accepts(call)) {
        refuse_type(call);
        return;
    }
    unsigned refused = read_body(call, route->body, &err);
    if (refused != 0)
        pk_call_problem_as(call, refused, &err);
    else if (door == TOKENS && !pk_v1_check(call))
        refuse_form(call);
    else if (door != TOKENS || !pk_once_answered(call))
        route->handle(call);
}

/* ---- the listeners ---- */

/* Who the peer says it acts for. Without users in the database everybody at the socket is an operator. */
static int name_actor(struct pk_call *call, struct pk_error *err)
{
    struct pk_slice by = pk_http_request_header(call->request, PK_API_BY);
    if (by.len == 0)
        return 0;
    int r = pk_users_act(call->service, by, call->actor_name, &call->acting, err);
    if (r == 1)
        call->actor = call->acting.actor;
    if (r == 0)
        call->nobody = by;
    if (r == PK_E_DENIED)
        pk_trail_refused(call->service, &call->actor, PK_ACTION_NONE, "an unknown user", 0);
    return r < 0 ? r : 0;
}

void pk_api_handle_control(void *ctx, struct pk_http_request *request)
{
    struct pk_call *call = pk_call_new(ctx, request);
    uid_t peer = pk_http_request_peer_uid(request);
    (void) snprintf(call->actor_name, sizeof call->actor_name, "uid:%u", (unsigned) peer);
    call->actor = (struct pk_actor){ .role = PK_ROLE_OPERATOR, .name = call->actor_name };
    struct pk_error err = { 0 };
    if (peer != 0 && peer != geteuid()) {
        (void) pk_fail(&err, PK_E_DENIED, "this user may not use the control socket");
        (void) pk_hint(&err, PK_E_DENIED, "Run the command as the user the gateway runs as.");
        pk_call_problem(call, &err);
        return;
    }
    if (name_actor(call, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    call->actor.trace = pk_http_request_header(request, "traceparent");
    dispatch(call, CONTROL);
}

void pk_api_handle_v1(struct pk_call *call)
{
    const struct route *route = find(call, TOKENS);
    if ((route && route->reach == OPEN) || pk_v1_admit(call))
        dispatch(call, TOKENS);
}

void pk_api_handle_watch(void *ctx, struct pk_http_request *request)
{
    struct pk_call *call = pk_call_new(ctx, request);
    call->actor = (struct pk_actor){ .role = PK_ROLE_SYSTEM, .name = "watch" };
    dispatch(call, WATCH);
}
