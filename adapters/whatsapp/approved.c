/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * template.TEXT.RENDERING = NAME LANGUAGE: field, meta_name=field, ... | choice, choice
 *
 * TEXT is one of our texts, RENDERING its language and script ("bg", "bg-Latn"), NAME and LANGUAGE the template at Meta,
 * the fields our values in the order of its parameters, the choices ids of its quick-reply buttons in their order.
 */
#include "adapters/whatsapp/whatsapp.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/text.h"

#include <stdlib.h>

#define FAMILY "template."

/* Cuts at the first `sign`; without one the rest is {NULL,0} and `text` is all. */
static struct pk_slice cut(struct pk_slice *text, char sign)
{
    const char *at = text->len > 0 ? memchr(text->data, sign, text->len) : NULL;
    struct pk_slice rest = { 0 };
    if (at) {
        size_t n = (size_t) (at - text->data);
        rest = pk_slice_make(at + 1, text->len - n - 1);
        text->len = n;
    }
    *text = pk_kit_trim(*text);
    return rest;
}

static bool read_fields(struct whatsapp_approved *approved, struct pk_slice list)
{
    struct pk_slice item;
    while (pk_kit_next_item(&list, &item)) {
        struct pk_slice named = item, name = pk_kit_trim(cut(&named, '='));
        if (approved->field_count == WHATSAPP_FIELDS_MAX || named.len == 0)
            return false;
        struct whatsapp_field *field = &approved->fields[approved->field_count++];
        *field = name.data ? (struct whatsapp_field){ name, named } : (struct whatsapp_field){ .name = named };
        /* Meta's templates name all their parameters or none. */
        if (field->name.len == 0 || (field->named.len > 0) != (approved->fields[0].named.len > 0))
            return false;
    }
    return true;
}

static bool read_buttons(struct whatsapp_approved *approved, struct pk_slice list)
{
    struct pk_slice item;
    while (pk_kit_next_item(&list, &item)) {
        if (approved->button_count == WHATSAPP_BUTTONS_MAX || !pk_kit_is_token(item))
            return false;
        approved->buttons[approved->button_count++] = item;
    }
    return true;
}

static bool read_one(struct whatsapp_approved *approved, const struct pk_setting_value *value)
{
    struct pk_slice name = pk_kit_trim(value->text);
    struct pk_slice buttons = cut(&name, '|'), fields = cut(&name, ':');
    approved->key = value->name + strlen(FAMILY);
    approved->language = pk_kit_trim(cut(&name, ' '));
    approved->name = name;
    return strchr(approved->key, '.') && pk_kit_is_token(approved->language) && name.len > 0 && read_fields(approved, fields) &&
           read_buttons(approved, buttons);
}

int pk_whatsapp_read_approved(struct whatsapp *account, struct pk_error *err)
{
    const struct pk_setting_value *value;
    size_t cursor = 0, count = 0;
    while (pk_kit_member(&account->settings, FAMILY, &cursor))
        count++;
    account->approved = calloc(count + 1, sizeof *account->approved);
    if (!account->approved)
        return PK_E_NOMEM;
    cursor = 0;
    while ((value = pk_kit_member(&account->settings, FAMILY, &cursor))) {
        if (!read_one(&account->approved[account->approved_count++], value)) {
            (void) pk_fail(err, PK_E_CONFIG, "%s: this is not NAME LANGUAGE: fields | choices", value->name);
            return pk_hint(err, PK_E_CONFIG, "For example template.event-invitation.bg = invitation bg: title, when | yes, no");
        }
    }
    return 0;
}

static bool is_key(const char *key, struct pk_slice text, struct pk_slice rendering)
{
    size_t len = strlen(key);
    return len == text.len + 1 + rendering.len && pk_slice_equal(pk_slice_make(key, text.len), text) && key[text.len] == '.' &&
           pk_slice_equal(pk_slice_make(key + text.len + 1, rendering.len), rendering);
}

static const struct whatsapp_approved *find(const struct whatsapp *account, struct pk_slice template_name, struct pk_slice language)
{
    for (size_t i = 0; i < account->approved_count; i++)
        if (is_key(account->approved[i].key, template_name, language))
            return &account->approved[i];
    return NULL;
}

const struct whatsapp_approved *pk_whatsapp_find(const struct whatsapp *account, const struct pk_job *job)
{
    return find(account, job->template_name, job->language);
}

int pk_whatsapp_carries(const void *self, struct pk_slice template_name, struct pk_slice language, int64_t now_ms, struct pk_error *err)
{
    const struct whatsapp_approved *approved = find(self, template_name, language);
    if (!approved)
        return pk_fail(err, PK_E_NOT_FOUND, "the text has no approved template in this language");
    if (now_ms < approved->refused_until_ms)
        return pk_fail(err, PK_E_NOT_FOUND, "Meta does not approve the text's template now");
    return 0;
}
