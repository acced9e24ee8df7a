/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/entry_form.h"

#include "gateway/base/crypto.h"
#include "gateway/base/random.h"
#include "gateway/api/token_text.h"

#define FIELD_MAX 64
#define FORM_COOKIE "form"
#define FORM_KEPT_S (2 * 3600)

void pk_entry_form_show(struct pk_visit *visit, unsigned status, const char *page, bool wrong)
{
    uint8_t token[PK_TOKEN_BYTES];
    char text[PK_TOKEN_TEXT];
    if (!pk_token_read(pk_visit_cookie(visit, FORM_COOKIE), token))
        pk_random_bytes(token, sizeof token);
    pk_token_write(token, text);
    pk_visit_set_cookie(visit, FORM_COOKIE, text, FORM_KEPT_S);
    pk_json_add_text(&visit->out, "form", text);
    pk_json_add_bool(&visit->out, "wrong", wrong);
    pk_visit_show(visit, status, page);
}

bool pk_entry_form_is_ours(struct pk_visit *visit)
{
    uint8_t mine[PK_TOKEN_BYTES], sent[PK_TOKEN_BYTES];
    struct pk_error err = { 0 };
    struct pk_buf text;
    bool given = false;
    pk_buf_init(&text, FIELD_MAX);
    bool same = pk_token_read(pk_visit_cookie(visit, FORM_COOKIE), mine) && pk_call_form(visit->call, "form", 0, &text, &given, NULL) == 0 &&
                pk_token_read(pk_buf_slice(&text), sent) && pk_equal_constant_time(mine, sent, sizeof mine);
    pk_buf_wipe(&text);
    if (!same) {
        (void) pk_fail(&err, PK_E_DENIED, "this form is not of this site");
        pk_visit_trouble(visit, &err);
    }
    return same;
}
