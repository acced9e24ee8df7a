/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/office.h"

#include "gateway/base/code.h"
#include "gateway/console/staff_words.h"
#include "gateway/language/catalog.h"
#include "gateway/service/rights.h"

static const struct section {
    const char *name; /* its phrase is office.NAME */
    const char *path;
    enum pk_action action; /* who may do this is shown it; what is behind it asks again */
} sections[] = {
    { "coming", PK_OFFICE_PATH, PK_ACTION_EVENT_VIEW },
    { "campaigns", "/office/campaigns", PK_ACTION_CAMPAIGN_VIEW },
    { "events", "/office/events", PK_ACTION_EVENT_VIEW },
    { "texts", "/office/texts", PK_ACTION_TEMPLATE_VIEW },
    { "inbox", "/staff/inbox", PK_ACTION_INBOX_READ },
    { "reports", "/office/reports", PK_ACTION_REPORT_VIEW },
    { "indicators", "/office/indicators", PK_ACTION_REPORT_VIEW },
    { "people", "/office/people", PK_ACTION_RECIPIENT_LIST },
    { "audit", "/office/audit", PK_ACTION_AUDIT_VIEW },
    { "gateway", "/office/gateway", PK_ACTION_ACCOUNT_VIEW },
    { "webhooks", "/office/webhooks", PK_ACTION_WEBHOOK_VIEW },
    { "account", "/staff/account", PK_ACTION_SESSION_OWN },
};

bool pk_office_has(enum pk_role role)
{
    return role == PK_ROLE_ADVISER || role == PK_ROLE_APPROVER || role == PK_ROLE_OPERATOR;
}

/* In the frame, so that what they may open is one step away. */
static void refuse(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_error *err)
{
    if (err->code != PK_E_DENIED) {
        pk_visit_trouble(visit, err);
        return;
    }
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "office.refused"));
    pk_office_show(visit, staff, pk_code_http_status(err->code), "", "office-trouble");
}

bool pk_office_opened(struct pk_visit *visit, enum pk_action action, struct pk_staff *ret_staff)
{
    struct pk_error err = { 0 };
    if (!pk_staff_signed_in(visit, ret_staff))
        return false;
    if (!pk_office_has(ret_staff->acting.actor.role)) {
        pk_visit_go(visit, "/staff");
        return false;
    }
    if (pk_allow(visit->call->service, &ret_staff->acting.actor, action, NULL, NULL, &err) != 0) {
        refuse(visit, ret_staff, &err);
        return false;
    }
    return true;
}

bool pk_office_reopened(struct pk_visit *visit, enum pk_action action, struct pk_staff *ret_staff)
{
    pk_visit_begin(visit);
    return pk_office_opened(visit, action, ret_staff);
}

static void add_sections(struct pk_visit *visit, const struct pk_staff *staff, const char *open)
{
    const struct pk_about about = { .owner = pk_slice_of(staff->acting.user.name) };
    pk_json_open(&visit->out, "sections", '[');
    for (size_t i = 0; i < PK_COUNT(sections); i++) {
        char key[48];
        if (pk_may(&staff->acting.actor, sections[i].action, &about, NULL) != 0)
            continue;
        (void) snprintf(key, sizeof key, "office.%s", sections[i].name);
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "path", sections[i].path);
        pk_json_add_slice(&visit->out, "label", pk_visit_string(visit, key));
        pk_json_add_bool(&visit->out, "opened", strcmp(sections[i].name, open) == 0);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

void pk_office_show(struct pk_visit *visit, const struct pk_staff *staff, unsigned status, const char *section, const char *page)
{
    add_sections(visit, staff, section);
    pk_staff_show(visit, staff, status, page);
}

void pk_office_add_step(struct pk_visit *visit, const char *name, const char *template_name)
{
    const struct pk_service *service = visit->call->service;
    const struct pk_template *text = pk_catalog_find(service->catalog, pk_slice_of(template_name), pk_slice_of(service->rules->default_language));
    enum pk_text_step step = text ? pk_template_step(text) : PK_STEP_NONE;
    if (step == PK_STEP_NONE)
        pk_json_add_text(&visit->out, name, template_name);
    else
        pk_staff_add_phrase(visit, name, "coming.step", pk_step_name(step));
}

void pk_office_add_campaign_state(struct pk_visit *visit, enum pk_campaign_state state)
{
    pk_staff_add_phrase(visit, "state", "coming.campaign", pk_campaign_state_name(state));
    pk_json_add_bool(&visit->out, "stateSuccess", state == PK_CAMPAIGN_RUNNING || state == PK_CAMPAIGN_FINISHED);
    pk_json_add_bool(&visit->out, "stateWarning", state == PK_CAMPAIGN_AWAITING_APPROVAL || state == PK_CAMPAIGN_PAUSED);
    pk_json_add_bool(&visit->out, "stateDanger", state == PK_CAMPAIGN_CANCELLED);
}

void pk_office_file(struct pk_visit *visit, const char *type, const char *name, struct pk_buf *file)
{
    char disposition[160];
    (void) snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", name);
    pk_call_header(visit->call, "Content-Disposition", disposition);
    pk_call_header(visit->call, "Content-Security-Policy", "default-src 'none'; sandbox");
    pk_call_header(visit->call, "Cache-Control", "no-store");
    pk_call_answer_as(visit->call, 200, type, file);
}
