/* SPDX-License-Identifier: EUPL-1.2 */
/* The link itself: how it is written, and how it gets into the words of a message. What it decides: links_decide.c. */
#include "gateway/service/links.h"

#include "gateway/base/text.h"
#include "gateway/service/wording.h"
#include "gateway/store/messages.h"
#include "gateway/store/notices.h"

static const char *const names[] = { "", "yes", "no", "stop", "start" };

enum pk_link_choice pk_link_choice_read(struct pk_slice word)
{
    for (size_t i = 1; i < PK_COUNT(names); i++)
        if (pk_slice_is(word, names[i]))
            return (enum pk_link_choice) i;
    return PK_LINK_NOTHING;
}

const char *pk_link_choice_name(enum pk_link_choice choice)
{
    return names[choice];
}

/* ---- how it is written ---- */

void pk_link_write(const uint8_t token[PK_LINK_TOKEN_BYTES], char ret_text[PK_LINK_TEXT + 1])
{
    struct pk_buf text;
    pk_buf_init(&text, 64);
    pk_base64(&text, token, PK_LINK_TOKEN_BYTES);
    for (size_t i = 0; i < PK_LINK_TEXT; i++)
        ret_text[i] = text.data[i] == '+' ? '-' : text.data[i] == '/' ? '_' : text.data[i];
    ret_text[PK_LINK_TEXT] = '\0';
    pk_buf_wipe(&text);
}

/* Exactly what was written: of two spellings of the same bytes only one is a link. */
bool pk_link_read(struct pk_slice text, uint8_t ret_token[PK_LINK_TOKEN_BYTES])
{
    char plain[PK_LINK_TEXT + 3], again[PK_LINK_TEXT + 1];
    struct pk_buf bytes;
    if (text.len != PK_LINK_TEXT)
        return false;
    for (size_t i = 0; i < text.len; i++)
        plain[i] = text.data[i] == '-' ? '+' : text.data[i] == '_' ? '/' : text.data[i];
    memcpy(plain + PK_LINK_TEXT, "==", 3);
    pk_buf_init(&bytes, 64);
    bool read = pk_unbase64(pk_slice_make(plain, PK_LINK_TEXT + 2), &bytes) == 0 && bytes.len == PK_LINK_TOKEN_BYTES;
    if (read) {
        memcpy(ret_token, bytes.data, PK_LINK_TOKEN_BYTES);
        pk_link_write(ret_token, again);
        read = memcmp(again, text.data, PK_LINK_TEXT) == 0;
    }
    pk_buf_wipe(&bytes);
    return read;
}

/* ---- into the words ---- */

static int with_link(struct pk_service *service, const struct pk_message *message, int64_t version, bool parts, int64_t now_ms,
                     struct pk_text **ret_text, struct pk_error *err)
{
    uint8_t token[PK_LINK_TOKEN_BYTES];
    char text[PK_LINK_TEXT + 1], url[PK_LINK_URL_MAX];
    pk_link_token(service->store, message->id, token);
    int r = pk_link_add(service->store, token, message->id, now_ms, now_ms + service->rules->question_validity_ms, err);
    if (r == 0) {
        pk_link_write(token, text);
        (void) snprintf(url, sizeof url, "%s" PK_LINK_PATH "%s", service->rules->public_url, text);
        r = pk_texts_get_linked(service, message->notice, version, pk_slice_of(url), parts, ret_text, err);
    }
    explicit_bzero(token, sizeof token);
    explicit_bzero(text, sizeof text);
    explicit_bzero(url, sizeof url);
    return r;
}

/* The same version for who cannot answer; 0 in *ret_version where there is none, or nothing to answer on. */
static int twin_of(struct pk_service *service, int64_t version, int64_t now_ms, int64_t *ret_version, struct pk_error *err)
{
    struct pk_text_version own;
    int r = pk_text_version_get(service->store, version, &own, err);
    if (r != 0)
        return r;
    struct pk_slice twin = pk_wording(service, own.name, false), rest = own.rendering, tag;
    if (pk_slice_equal(twin, own.name) || !pk_catalog_knows_page(service->catalog))
        return 0;
    char language[PK_LANGUAGE_MAX], script[PK_LANGUAGE_MAX] = "";
    (void) snprintf(language, sizeof language, "%.*s", PK_SLICE_ARG(own.language));
    if (rest.len > 0 && pk_slice_cut(&rest, '-', &tag))
        (void) snprintf(script, sizeof script, "%.*s", PK_SLICE_ARG(rest));
    return pk_texts_version(service, twin, pk_slice_of(language), pk_slice_of(script), now_ms, ret_version, err);
}

/* Everybody reads a screen: it leads to the page where anybody begins, and to no decision of somebody's. */
static int public_text(struct pk_service *service, const struct pk_message *message, bool parts, struct pk_text **ret_text, struct pk_error *err)
{
    const struct pk_rules *rules = service->rules;
    if (rules->page || !rules->public_url)
        return pk_texts_get(service, message->notice, message->version, parts, ret_text, err);
    return pk_texts_get_linked(service, message->notice, message->version, pk_slice_of(rules->public_url), parts, ret_text, err);
}

/* `rewords`: the message is this hand-over's alone, and keeps the form that it leaves in. */
static int text_for(struct pk_service *service, const struct pk_message *message, const struct pk_desk *desk, const char *country,
                    bool rewords, int64_t now_ms, struct pk_text **ret_text, struct pk_error *err)
{
    bool parts = (desk->capabilities & PK_CAN_PARTS) != 0, hears = pk_account_hears_in(desk->rule, country);
    struct pk_text *text = NULL;
    int64_t version = message->version, twin = 0;
    if (message->cls == PK_CLASS_PUBLIC)
        return public_text(service, message, parts, ret_text, err);
    int r = pk_texts_get(service, message->notice, version, hears && parts, &text, err);
    if (r != 0)
        return r;
    bool noreply = pk_catalog_is_noreply(text->template_name);
    /* The planner chose by the route; the account and the number know better. */
    if (!hears && !noreply && version != 0 && (r = twin_of(service, version, now_ms, &twin, err)) == 0 && twin != 0) {
        version = twin;
        noreply = true;
        r = rewords ? pk_message_reword(service->store, message->id, version, err) : 0;
    }
    if (r == 0 && noreply && service->rules->public_url) {
        pk_text_release(text);
        return with_link(service, message, version, parts, now_ms, ret_text, err);
    }
    if (r == 0 && (twin != 0 || parts)) {
        pk_text_release(text);
        return pk_texts_get(service, message->notice, version, parts, ret_text, err);
    }
    if (r != 0)
        pk_text_release(text);
    else
        *ret_text = text;
    return r;
}

int pk_link_text(struct pk_service *service, const struct pk_message *message, const struct pk_desk *desk, const char *country,
                 int64_t now_ms, struct pk_text **ret_text, struct pk_error *err)
{
    return text_for(service, message, desk, country, true, now_ms, ret_text, err);
}

int pk_link_text_beside(struct pk_service *service, const struct pk_message *message, const struct pk_desk *desk, const char *country,
                        int64_t now_ms, struct pk_text **ret_text, struct pk_error *err)
{
    return text_for(service, message, desk, country, false, now_ms, ret_text, err);
}
