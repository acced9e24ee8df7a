/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The page behind a link in a message. It shows and a button decides; a GET decides nothing for anybody. Every link that
 * does not work, for whatever reason, shows one and the same page.
 */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/service/links.h"

#define FIELD_MAX 16

static void show_gone(struct pk_visit *visit, const struct pk_error *err)
{
    if (err->code == PK_E_NOT_FOUND || err->code == PK_E_INVALID || err->code == PK_E_LIMIT)
        pk_visit_show(visit, 404, "link-gone");
    else
        pk_visit_trouble(visit, err);
}

static int show(struct pk_visit *visit, const uint8_t token[PK_LINK_TOKEN_BYTES], struct pk_error *err)
{
    char language[2 * PK_LANGUAGE_MAX];
    int r = pk_link_language(visit->call->service, token, visit->call->now_ms, language, err);
    if (r != 0)
        return r;
    pk_visit_speak(visit, pk_slice_of(language));
    return pk_link_show(visit->call->service, token, pk_slice_of(pk_visit_language(visit)), visit->call->now_ms, &visit->out, err);
}

void pk_link_page(struct pk_visit *visit)
{
    uint8_t token[PK_LINK_TOKEN_BYTES];
    struct pk_error err = { .code = PK_E_NOT_FOUND };
    if (pk_link_read(visit->place, token) && show(visit, token, &err) == 0)
        pk_visit_show(visit, 200, "link");
    else
        show_gone(visit, &err);
    explicit_bzero(token, sizeof token);
}

/* ---- the button ---- */

static int read_field(struct pk_visit *visit, const char *name, struct pk_buf *out, struct pk_error *err)
{
    bool given = false;
    pk_buf_init(out, FIELD_MAX);
    return pk_call_form(visit->call, name, 0, out, &given, err);
}

static int read_form(struct pk_visit *visit, enum pk_link_choice *ret_choice, unsigned *ret_heads, struct pk_error *err)
{
    struct pk_buf answer, heads;
    int64_t count = 1;
    int r = read_field(visit, "answer", &answer, err), h = read_field(visit, "heads", &heads, err);
    *ret_choice = r == 0 ? pk_link_choice_read(pk_buf_slice(&answer)) : PK_LINK_NOTHING;
    if (r == 0 && h == 0 && heads.len > 0 && pk_parse_int(pk_buf_slice(&heads), 1, PK_LINK_HEADS_MAX, &count) != 0)
        r = pk_fail(err, PK_E_INVALID, "field \"heads\" must be a number of people");
    if (r == 0 && *ret_choice == PK_LINK_NOTHING)
        r = pk_fail(err, PK_E_INVALID, "field \"answer\" says nothing this page knows");
    *ret_heads = (unsigned) count;
    pk_buf_finish(&answer);
    pk_buf_finish(&heads);
    return r != 0 ? r : h;
}

static int press(struct pk_visit *visit, const uint8_t token[PK_LINK_TOKEN_BYTES], enum pk_link_choice choice, unsigned heads,
                 struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_link_press(visit->call->service, token, choice, heads, visit->call->now_ms, err);
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

/* Decided: the same page again, which now says what was decided. */
void pk_link_button(struct pk_visit *visit)
{
    uint8_t token[PK_LINK_TOKEN_BYTES];
    char path[64];
    enum pk_link_choice choice = PK_LINK_NOTHING;
    unsigned heads = 1;
    struct pk_error err = { .code = PK_E_NOT_FOUND };
    if (pk_link_read(visit->place, token) && read_form(visit, &choice, &heads, &err) == 0 && press(visit, token, choice, heads, &err) == 0) {
        (void) snprintf(path, sizeof path, PK_LINK_PATH "%.*s", PK_SLICE_ARG(visit->place));
        pk_visit_go(visit, path);
    } else {
        show_gone(visit, &err);
    }
    explicit_bzero(token, sizeof token);
}
