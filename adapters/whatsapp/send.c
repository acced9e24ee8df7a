/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One request per message: the approved template where the settings name one, else a free text to somebody who wrote within
 * 24 hours, else nothing at all. Our reference goes along and comes back in every status. Meta takes no key by which a
 * repeat would be known, so a lost answer stays uncertain until a status names it.
 */
#include "adapters/whatsapp/whatsapp.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/json.h"
#include "adapters/kit/request.h"
#include "adapters/kit/table.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define VALUE_BYTES_MAX 4096u
#define TEXT_UNITS_MAX 4096u
#define BUTTON_TEXT_UNITS_MAX 1024u /* the text above buttons */
#define REPLY_BUTTONS_MAX 3u
#define REPLY_LABEL_MAX 20u
#define UNAPPROVED_MS (60 * 60 * 1000ll) /* how long a template is left alone that Meta refused as such */

/* ---- a template ---- */

static struct pk_slice value_of(const struct pk_job *job, struct pk_slice name)
{
    for (size_t i = 0; i < job->value_count; i++)
        if (pk_slice_equal(job->values[i].name, name))
            return pk_kit_trim(job->values[i].text);
    return (struct pk_slice){ 0 };
}

/* Meta refuses parameters with line ends, tabs or rows of spaces: each such run becomes one space. */
static struct pk_slice on_one_line(struct pk_slice text, char room[VALUE_BYTES_MAX])
{
    size_t used = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool blank = memchr(" \t\r\n\v\f", text.data[i], 6) != NULL;
        if (blank && (used == 0 || room[used - 1] == ' '))
            continue;
        room[used++] = blank ? ' ' : text.data[i];
    }
    return pk_slice_make(room, used);
}

static void write_body(struct pk_kit_json *json, const struct whatsapp_approved *approved, const struct pk_job *job)
{
    char room[VALUE_BYTES_MAX];
    pk_kit_json_open(json, NULL, '{');
    pk_kit_json_text(json, "type", PK_SLICE("body"));
    pk_kit_json_open(json, "parameters", '[');
    for (size_t i = 0; i < approved->field_count; i++) {
        const struct whatsapp_field *field = &approved->fields[i];
        pk_kit_json_open(json, NULL, '{');
        pk_kit_json_text(json, "type", PK_SLICE("text"));
        if (field->named.len > 0)
            pk_kit_json_text(json, "parameter_name", field->named);
        pk_kit_json_text(json, "text", on_one_line(value_of(job, field->name), room));
        pk_kit_json_close(json, '}');
    }
    pk_kit_json_close(json, ']');
    pk_kit_json_close(json, '}');
}

static void write_button(struct pk_kit_json *json, size_t index, const struct pk_job *job, struct pk_slice choice)
{
    char number[24], payload[PK_KIT_BUTTON_ROOM];
    size_t len = pk_kit_button(job, choice, payload);
    (void) snprintf(number, sizeof number, "%zu", index);
    pk_kit_json_open(json, NULL, '{');
    pk_kit_json_text(json, "type", PK_SLICE("button"));
    pk_kit_json_text(json, "sub_type", PK_SLICE("quick_reply"));
    pk_kit_json_text(json, "index", pk_slice_of(number));
    pk_kit_json_open(json, "parameters", '[');
    pk_kit_json_open(json, NULL, '{');
    pk_kit_json_text(json, "type", PK_SLICE("payload"));
    pk_kit_json_text(json, "payload", pk_slice_make(payload, len));
    pk_kit_json_close(json, '}');
    pk_kit_json_close(json, ']');
    pk_kit_json_close(json, '}');
}

static void write_template(struct pk_kit_json *json, const struct whatsapp_approved *approved, const struct pk_job *job)
{
    pk_kit_json_text(json, "type", PK_SLICE("template"));
    pk_kit_json_open(json, "template", '{');
    pk_kit_json_text(json, "name", approved->name);
    pk_kit_json_open(json, "language", '{');
    pk_kit_json_text(json, "code", approved->language);
    pk_kit_json_text(json, "policy", PK_SLICE("deterministic"));
    pk_kit_json_close(json, '}');
    if (approved->field_count + approved->button_count > 0)
        pk_kit_json_open(json, "components", '[');
    if (approved->field_count > 0)
        write_body(json, approved, job);
    for (size_t i = 0; i < approved->button_count; i++)
        write_button(json, i, job, approved->buttons[i]);
    if (approved->field_count + approved->button_count > 0)
        pk_kit_json_close(json, ']');
    pk_kit_json_close(json, '}');
}

/* ---- a free text ---- */

/* As buttons only if all of it fits; else the text itself says what to write back. */
static bool fits_buttons(const struct pk_job *job)
{
    char payload[PK_KIT_BUTTON_ROOM];
    if (job->choice_count == 0 || job->choice_count > REPLY_BUTTONS_MAX || pk_kit_units(job->text) > BUTTON_TEXT_UNITS_MAX)
        return false;
    for (size_t i = 0; i < job->choice_count; i++)
        if (job->choices[i].label.len == 0 || pk_kit_units(job->choices[i].label) > REPLY_LABEL_MAX ||
            pk_kit_button(job, job->choices[i].id, payload) == 0)
            return false;
    return true;
}

static void write_with_buttons(struct pk_kit_json *json, const struct pk_job *job)
{
    char payload[PK_KIT_BUTTON_ROOM];
    pk_kit_json_text(json, "type", PK_SLICE("interactive"));
    pk_kit_json_open(json, "interactive", '{');
    pk_kit_json_text(json, "type", PK_SLICE("button"));
    pk_kit_json_open(json, "body", '{');
    pk_kit_json_text(json, "text", job->text);
    pk_kit_json_close(json, '}');
    pk_kit_json_open(json, "action", '{');
    pk_kit_json_open(json, "buttons", '[');
    for (size_t i = 0; i < job->choice_count; i++) {
        size_t len = pk_kit_button(job, job->choices[i].id, payload);
        pk_kit_json_open(json, NULL, '{');
        pk_kit_json_text(json, "type", PK_SLICE("reply"));
        pk_kit_json_open(json, "reply", '{');
        pk_kit_json_text(json, "id", pk_slice_make(payload, len));
        pk_kit_json_text(json, "title", job->choices[i].label);
        pk_kit_json_close(json, '}');
        pk_kit_json_close(json, '}');
    }
    pk_kit_json_close(json, ']');
    pk_kit_json_close(json, '}');
    pk_kit_json_close(json, '}');
}

static void write_text(struct pk_kit_json *json, const struct pk_job *job)
{
    pk_kit_json_text(json, "type", PK_SLICE("text"));
    pk_kit_json_open(json, "text", '{');
    pk_kit_json_bool(json, "preview_url", false);
    pk_kit_json_text(json, "body", job->text);
    pk_kit_json_close(json, '}');
}

/* ---- the request ---- */

static int write_request(const struct whatsapp *account, const struct whatsapp_approved *approved, const struct pk_job *job,
                         struct pk_request *request)
{
    const struct pk_host *host = account->host;
    struct pk_slice id = pk_kit_text(&account->settings, "phone_number_id");
    int r = pk_kit_begin_json(host, request, pk_kit_text(&account->settings, "url"), "/");
    if (r == 0)
        r = host->write(host->url(request), id.data, id.len);
    if (r == 0)
        r = host->write(host->url(request), "/messages", strlen("/messages"));
    if (r == 0)
        r = host->header(request, PK_SLICE("Authorization"), pk_slice_of(account->bearer));
    if (r != 0)
        return r;
    struct pk_kit_json json = pk_kit_json(host, host->body(request));
    pk_kit_json_open(&json, NULL, '{');
    pk_kit_json_text(&json, "messaging_product", PK_SLICE("whatsapp"));
    pk_kit_json_text(&json, "recipient_type", PK_SLICE("individual"));
    pk_kit_json_text(&json, "to", job->address);
    pk_kit_json_text(&json, "biz_opaque_callback_data", job->attempt_id);
    if (approved)
        write_template(&json, approved, job);
    else if (fits_buttons(job))
        write_with_buttons(&json, job);
    else
        write_text(&json, job);
    pk_kit_json_close(&json, '}');
    return json.error;
}

/* What a template needs and a job may lack. */
static bool has_all(const struct whatsapp_approved *approved, const struct pk_job *job, struct pk_result *ret)
{
    char payload[PK_KIT_BUTTON_ROOM];
    for (size_t i = 0; i < approved->field_count; i++) {
        struct pk_slice value = value_of(job, approved->fields[i].name);
        if (value.len == 0 || value.len > VALUE_BYTES_MAX) {
            pk_kit_reject("value", "A value that the approved template needs is missing, empty or too long.", ret);
            return false;
        }
    }
    for (size_t i = 0; i < approved->button_count; i++) {
        if (pk_kit_button(job, approved->buttons[i], payload) == 0) {
            pk_kit_reject("choice", "A choice's id is one that no button can carry.", ret);
            return false;
        }
    }
    return true;
}

static bool may_send(const struct whatsapp *account, const struct whatsapp_approved *approved, const struct pk_job *job,
                     struct pk_result *ret)
{
    size_t units = pk_kit_units(job->text);
    if (approved)
        return has_all(approved, job, ret);
    if (!pk_whatsapp_window_open(account, job->address, job->now_ms)) {
        pk_kit_reject("window",
                      "This text has no approved template in this language, and the person did not write within 24 hours.", ret);
        return false;
    }
    if (units == 0 || units > TEXT_UNITS_MAX) {
        pk_kit_reject("text-length", "WhatsApp takes texts of 1 to 4096 characters.", ret);
        return false;
    }
    return true;
}

/* ---- the answer ---- */

static void refuse(struct whatsapp *account, const struct pk_value *error, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = account->host;
    int64_t wait_ms = pk_kit_number(&account->settings, "throttle_wait", 0);
    const struct pk_value *number = host->json_at(error, "code");
    struct pk_slice details = host->json_text(host->ctx, host->json_at(error, "error_data.details"));
    const struct whatsapp_code *code = NULL;
    uint32_t outcome = pk_kit_outcome_of_status(answer->status);
    if (host->json_kind(number) == PK_VALUE_NUMBER)
        code = pk_whatsapp_code(host->json_int(number, -1), details);
    if (code)
        outcome = code->outcome;
    if (outcome == PK_OUTCOME_ACCEPTED) {
        pk_kit_unreadable(&account->words, answer, ret);
        return;
    }
    pk_kit_refuse(&account->words, answer, outcome, host->json_text(host->ctx, number), wait_ms, ret);
    if (code && code->reason)
        ret->reason = pk_slice_of(code->reason);
}

/* A template that Meta does not have, paused or switched off: the others need not find out one by one. */
static void note_unapproved(struct whatsapp *account, const struct pk_value *root, const struct pk_job *job)
{
    const struct whatsapp_approved *approved = pk_whatsapp_find(account, job);
    if (approved && pk_whatsapp_is_unapproved(account->host->json_int(account->host->json_at(root, "error.code"), 0)))
        account->approved[approved - account->approved].refused_until_ms = job->now_ms + UNAPPROVED_MS;
}

static void judge(struct whatsapp *account, const struct pk_job *job, const struct pk_answer *answer, struct pk_result *ret)
{
    const struct pk_host *host = account->host;
    const struct pk_value *root = host->json_parse(host->ctx, answer->body);
    note_unapproved(account, root, job);
    struct pk_slice id = host->json_text(host->ctx, host->json_at(root, "messages[0].id"));
    *ret = (struct pk_result){ 0 };
    if (answer->status / 100 == 2 && id.len > 0)
        pk_kit_accept(&account->words, id, ret);
    if (ret->outcome == 0 || ret->provider_id.len == 0)
        refuse(account, host->json_at(root, "error"), answer, ret);
}

int pk_whatsapp_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct whatsapp *account = self;
    if (round->answer) {
        if (!pk_kit_unanswered(round->answer, &round->result))
            judge(account, job, round->answer, &round->result);
        return PK_STEP_DONE;
    }
    const struct whatsapp_approved *approved = pk_whatsapp_find(account, job);
    if (!may_send(account, approved, job, &round->result))
        return PK_STEP_DONE;
    round->submits = 1;
    int r = write_request(account, approved, job, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}
