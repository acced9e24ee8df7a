/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/readings.h"

#include "gateway/base/text.h"
#include "gateway/service/trail.h"
#include "gateway/store/readings.h"
#include "gateway/store/users.h"

static int find(struct pk_service *service, struct pk_slice name, struct pk_slice tag, const struct pk_template **ret_text, struct pk_error *err)
{
    struct pk_slice rest = tag, language = tag;
    (void) pk_slice_cut(&rest, '-', &language);
    const struct pk_template *text = pk_catalog_exact(service->catalog, name, language);
    bool script = language.len == tag.len || pk_catalog_has_rendering(service->catalog, language, rest);
    if (text && script) {
        *ret_text = text;
        return 0;
    }
    (void) pk_fail(err, PK_E_NOT_FOUND, "there is no text \"%.*s\" in \"%.*s\"", PK_SLICE_ARG(name), PK_SLICE_ARG(tag));
    return pk_hint(err, PK_E_NOT_FOUND, "pokana templates list has the texts with their languages and scripts.");
}

/* Whoever reads aloud must hear what is wrong. */
static int speaks(struct pk_service *service, const struct pk_actor *actor, const struct pk_template *text, struct pk_error *err)
{
    struct pk_user user;
    int r = pk_user_get(service->store, pk_slice_of(actor->name), &user, err);
    if (r != 0 && r != PK_E_NOT_FOUND)
        return r;
    if (r == 0 && pk_slice_equal(pk_template_language(text), pk_slice_of(user.language)))
        return 0;
    (void) pk_fail(err, PK_E_DENIED, "this is not the language of \"%s\"", actor->name);
    return pk_hint(err, PK_E_DENIED, "Texts are read by users whose language it is: users add NAME --language %.*s.",
                   PK_SLICE_ARG(pk_template_language(text)));
}

int pk_text_was_read(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice tag, int64_t now_ms,
                     struct pk_error *err)
{
    const struct pk_template *text = NULL;
    char object[128];
    (void) snprintf(object, sizeof object, "%.*s", (int) (name.len < 100 ? name.len : 100), name.data);
    int r = pk_allow(service, actor, PK_ACTION_TEMPLATE_READ, &(struct pk_about){ .template_name = name }, object, err);
    if (r == 0)
        r = find(service, name, tag, &text, err);
    if (r == 0)
        r = speaks(service, actor, text, err);
    if (r == 0)
        r = pk_reading_add(service->store, name, tag, pk_template_hash(text), pk_slice_of(actor->name), now_ms, err);
    if (r != 0)
        return r;
    const uint8_t *hash = pk_template_hash(text);
    char detail[128];
    (void) snprintf(detail, sizeof detail, "%.*s, words %02x%02x%02x%02x", (int) (tag.len < 40 ? tag.len : 40), tag.data, hash[0], hash[1], hash[2], hash[3]);
    return pk_trail_done(service, actor, "template.read", object, detail, 0, now_ms, err);
}
