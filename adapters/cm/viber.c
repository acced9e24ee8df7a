/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is of Viber alone. A free text needs nothing but the text. How a template that Viber approved is named, what buttons come
 * to there, and which error codes mean what is documented nowhere: the settings say so, in CM's own words.
 */
#include "adapters/cm/cm.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/mapping.h"
#include "adapters/kit/template.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

#define TEXT_UNITS_MAX 1000u
#define DIGITS_MIN 7u /* behind 00 */
#define DIGITS_MAX 15u

/* ---- an account ---- */

static int check_template(const struct cm_account *account, const struct pk_setting_value *template, struct pk_error *err)
{
    const struct pk_host *host = account->base.host;
    const struct pk_value *root = host->json_parse(host->ctx, template->text);
    if (host->json_kind(root) == PK_VALUE_OBJECT)
        return 0;
    (void) pk_fail(err, PK_E_CONFIG, "%s: it is no JSON object", template->name);
    return pk_hint(err, PK_E_CONFIG, "Write what CM gave for richContent, with {places} inside quotes only.");
}

int pk_cm_viber_check(const struct cm_account *account, struct pk_error *err)
{
    const struct pk_setting_value *template;
    size_t cursor = 0;
    int r = 0;
    if (!pk_kit_is_set(&account->base.settings, "sender"))
        return pk_fail(err, PK_E_CONFIG, "sender: a Viber account needs the one that CM registered");
    while (r == 0 && (template = pk_kit_member(&account->base.settings, "template.", &cursor)))
        r = check_template(account, template, err);
    return r;
}

/* ---- templates ---- */

struct places {
    const struct pk_job *job;
    struct pk_slice *values;
    size_t count, room;
};

static size_t count_braces(struct pk_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '{';
    return count;
}

/* Each place has the next value; an empty one is none, for a template with a hole in it is another text. */
static uint32_t place_of(const void *ctx, struct pk_slice name)
{
    struct places *places = *(struct places *const *) ctx;
    struct pk_slice value = pk_kit_mapping_value(places->job, name);
    if (value.len == 0 || places->count == places->room)
        return PK_KIT_LITERAL;
    places->values[places->count] = value;
    return (uint32_t) places->count++;
}

/* PK_E_CONFIG: the message has not all that the template needs. The caller frees both, whatever is returned. */
static int read_template(const struct pk_job *job, struct pk_slice text, struct places *ret_places, struct pk_kit_template *ret)
{
    struct places *places = ret_places;
    *ret = (struct pk_kit_template){ 0 };
    *ret_places = (struct places){ .job = job, .room = count_braces(text) };
    ret_places->values = calloc(ret_places->room + 1, sizeof *ret_places->values);
    return ret_places->values ? pk_kit_template_init(ret, "template", text, place_of, &places, NULL) : PK_E_NOMEM;
}

/* An object's members as they stand between its braces. */
static struct pk_slice inside(struct pk_slice object)
{
    struct pk_slice text = pk_kit_trim(object);
    return text.len >= 2 ? pk_slice_make(text.data + 1, text.len - 2) : (struct pk_slice){ 0 };
}

static int write_template(const struct cm_account *account, const struct pk_job *job, struct pk_slice text,
                          struct pk_kit_json *json)
{
    struct pk_kit_template template;
    struct places places;
    int r = read_template(job, inside(text), &places, &template);
    if (r == 0) {
        pk_kit_json_open(json, "richContent", '{');
        r = json->error != 0 ? json->error
                             : pk_kit_template_write(&template, account->base.host, json->out, PK_KIT_JSON, places.values);
        pk_kit_json_close(json, '}');
    }
    pk_kit_template_finish(&template);
    free(places.values);
    return r;
}

/* ---- what is sent ---- */

static bool is_number(struct pk_slice address)
{
    if (!pk_slice_starts(address, "00") || address.len < 2 + DIGITS_MIN || address.len > 2 + DIGITS_MAX || address.data[2] == '0')
        return false;
    for (size_t i = 2; i < address.len; i++)
        if (address.data[i] < '0' || address.data[i] > '9')
            return false;
    return true;
}

static bool fills(const struct cm_account *account, const struct pk_job *job)
{
    struct pk_slice text = pk_kit_mapping_of(&account->base.settings, job);
    struct pk_kit_template template;
    struct places places;
    if (text.len == 0)
        return true;
    int r = read_template(job, inside(text), &places, &template);
    pk_kit_template_finish(&template);
    free(places.values);
    return r != PK_E_CONFIG;
}

bool pk_cm_viber_may_send(const struct cm_account *account, const struct pk_job *job, struct pk_result *ret)
{
    size_t units = pk_kit_units(job->text);
    if (!is_number(job->address)) {
        pk_kit_reject("no-number", "The address is no telephone number; that of a bot's conversation is none.", ret);
        ret->outcome = PK_OUTCOME_INVALID_RECIPIENT;
        return false;
    }
    if (units == 0 || units > TEXT_UNITS_MAX) {
        pk_kit_reject("text-length", "Viber takes texts of 1 to 1000 characters.", ret);
        return false;
    }
    if (!fills(account, job)) {
        pk_kit_reject("template-value", "The message lacks a value that the approved template needs.", ret);
        return false;
    }
    return true;
}

/* As buttons only if all of them can be; the text itself says what to write back. */
static bool has_buttons(const struct cm_account *account, const struct pk_job *job)
{
    char payload[PK_KIT_BUTTON_ROOM];
    for (size_t i = 0; i < job->choice_count; i++)
        if (job->choices[i].label.len == 0 || pk_kit_button(job, job->choices[i].id, payload) == 0)
            return false;
    return account->buttons != CM_NO_BUTTONS && job->choice_count > 0;
}

static void write_buttons(const struct cm_account *account, const struct pk_job *job, struct pk_kit_json *json)
{
    char payload[PK_KIT_BUTTON_ROOM];
    pk_kit_json_open(json, "suggestions", '[');
    for (size_t i = 0; i < job->choice_count; i++) {
        pk_kit_json_open(json, NULL, '{');
        pk_kit_json_text(json, "action", PK_SLICE("reply"));
        pk_kit_json_text(json, "label", job->choices[i].label);
        if (account->buttons == CM_EXACT)
            pk_kit_json_text(json, "postbackdata", pk_slice_make(payload, pk_kit_button(job, job->choices[i].id, payload)));
        pk_kit_json_close(json, '}');
    }
    pk_kit_json_close(json, ']');
}

int pk_cm_viber_content(const struct cm_account *account, const struct pk_job *job, struct pk_kit_json *json)
{
    struct pk_slice template = pk_kit_mapping_of(&account->base.settings, job);
    if (template.len > 0)
        return write_template(account, job, template, json);
    pk_kit_json_open(json, "richContent", '{');
    pk_kit_json_open(json, "conversation", '[');
    pk_kit_json_open(json, NULL, '{');
    pk_kit_json_text(json, "text", job->text);
    pk_kit_json_close(json, '}');
    pk_kit_json_close(json, ']');
    if (has_buttons(account, job))
        write_buttons(account, job, json);
    pk_kit_json_close(json, '}');
    return 0;
}

/* ---- what comes back ---- */

uint32_t pk_cm_viber_failure(const struct cm_account *account, struct pk_slice code, bool *ret_blocked)
{
    const struct pk_kit_settings *own = &account->base.settings;
    *ret_blocked = code.len > 0 && pk_kit_is_listed(pk_kit_text(own, "blocked_codes"), code);
    bool passes = code.len > 0 && !*ret_blocked && pk_kit_is_listed(pk_kit_text(own, "temporary_codes"), code);
    return passes ? PK_RECEIPT_UNDELIVERED_TEMPORARY : PK_RECEIPT_UNDELIVERED_PERMANENT;
}
