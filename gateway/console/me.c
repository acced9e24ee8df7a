/* SPDX-License-Identifier: EUPL-1.2 */
/* Somebody's own page: what we know, and the buttons that change it. */
#include "gateway/console/me.h"

#include "gateway/base/text.h"
#include "gateway/service/circles.h"
#include "gateway/service/own.h"
#include "gateway/service/passes.h"

#define CHOSEN_MAX 256u /* of one group */
#define SAVED "/me?saved=1"

/* ---- who, and the form ---- */

bool pk_me_signed_in(struct pk_visit *visit, struct pk_me *ret_me)
{
    struct pk_error err = { 0 };
    int64_t recipient = 0;
    *ret_me = (struct pk_me){ 0 };
    int r = pk_me_find(visit, ret_me->token, &recipient, &err);
    ret_me->actor = (struct pk_actor){ .role = PK_ROLE_PERSON, .name = "self", .purpose = "page", .recipient = recipient };
    if (r == PK_E_DENIED)
        pk_visit_go(visit, "/me/start");
    else if (r != 0)
        pk_visit_trouble(visit, &err);
    return r == 0;
}

void pk_me_show(struct pk_visit *visit, const struct pk_me *me, unsigned status, const char *page)
{
    struct pk_error err = { 0 };
    uint8_t form[PK_FORM_BYTES];
    char text[PK_TOKEN_TEXT];
    if (pk_session_form(visit->call->service->store, me->token, form, &err) != 0) {
        pk_visit_trouble(visit, &err);
        return;
    }
    pk_token_write(form, text);
    pk_json_add_text(&visit->out, "form", text);
    pk_visit_show(visit, status, page);
}

int pk_me_field(struct pk_visit *visit, const char *name, size_t max_bytes, struct pk_buf *text, struct pk_error *err)
{
    bool given = false;
    pk_buf_init(text, max_bytes);
    int r = pk_call_form(visit->call, name, 0, text, &given, err);
    struct pk_slice trimmed = pk_slice_trim(pk_buf_slice(text));
    if (r == 0 && trimmed.len == 0)
        r = pk_fail(err, PK_E_INVALID, "field \"%s\" is missing", name);
    if (r == 0 && trimmed.len < text->len) {
        memmove(text->data, trimmed.data, trimmed.len);
        text->len = trimmed.len;
        text->data[text->len] = '\0';
    }
    return r;
}

static bool read_form(struct pk_visit *visit, uint8_t ret_form[PK_FORM_BYTES])
{
    struct pk_buf text;
    bool read = pk_me_field(visit, "form", PK_ME_FIELD_MAX, &text, NULL) == 0 && pk_token_read(pk_buf_slice(&text), ret_form);
    pk_buf_wipe(&text);
    return read;
}

static int refuse_form(struct pk_me *me, struct pk_error *err)
{
    me->old_form = true;
    return pk_fail(err, PK_E_CONFLICT, "this form was used, or is of another page");
}

int pk_me_check_form(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    uint8_t form[PK_FORM_BYTES], wanted[PK_FORM_BYTES];
    int r = pk_session_form(visit->call->service->store, me->token, wanted, err);
    if (r != 0)
        return r;
    return read_form(visit, form) && memcmp(form, wanted, sizeof form) == 0 ? 0 : refuse_form(me, err);
}

static int take_form(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    uint8_t form[PK_FORM_BYTES];
    if (!read_form(visit, form))
        return refuse_form(me, err);
    struct pk_form_sent sent = pk_visit_sent(visit);
    int r = pk_session_take_form(visit->call->service->store, me->token, form, &sent, err);
    return r == PK_E_CONFLICT ? refuse_form(me, err) : r;
}

int pk_me_change(struct pk_visit *visit, struct pk_me *me, pk_me_act *act, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_error kept = { 0 };
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = take_form(visit, me, err);
    if (r == 0)
        r = pk_passes_go_on(visit->call->service, me->token, visit->call->now_ms, err);
    if (r == 0)
        r = act(visit, me, err);
    if (r != 0 && (r != PK_E_DENIED || me->old_form)) {
        pk_unit_drop(store);
        return r;
    }
    int k = pk_unit_keep(store, &kept);
    if (k != 0 && err)
        *err = kept;
    return k != 0 ? k : r;
}

void pk_me_end(struct pk_visit *visit, const struct pk_me *me, int result, const struct pk_error *err, const char *path)
{
    if (result == 0)
        pk_visit_go(visit, path);
    else if (me->old_form)
        pk_visit_go(visit, "/me?old=1");
    else
        pk_visit_trouble(visit, err);
}

void pk_me_change_and_go(struct pk_visit *visit, pk_me_act *act, const char *path)
{
    struct pk_me me;
    struct pk_error err = { 0 };
    if (!pk_me_signed_in(visit, &me))
        return;
    int r = pk_me_change(visit, &me, act, &err);
    pk_me_end(visit, &me, r, &err, path);
}

/* ---- seeing ---- */

/* The page marks the one that is theirs: me.html compares nothing, so it is said here. */
static void add_languages(struct pk_visit *visit, struct pk_slice own)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    pk_json_open(&visit->out, "choices", '[');
    for (size_t i = 0; i < pk_phrases_language_count(phrases); i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "tag", pk_phrases_language(phrases, i));
        pk_json_add_slice(&visit->out, "name", pk_phrases_get(phrases, i, PK_SLICE("language.name")));
        pk_json_add_bool(&visit->out, "current", pk_slice_is(own, pk_phrases_language(phrases, i)));
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_flag(struct pk_visit *visit, const char *name)
{
    struct pk_buf value;
    pk_buf_init(&value, PK_ME_FIELD_MAX);
    pk_json_add_bool(&visit->out, name, pk_http_request_argument(visit->call->request, name, &value) == 0);
    pk_buf_finish(&value);
}

bool pk_me_fill(struct pk_visit *visit, struct pk_me *me)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_error err = { 0 };
    char own[2 * PK_LANGUAGE_MAX];
    int r = pk_unit_begin(store, &err);
    if (r == 0) {
        r = pk_own_show(visit->call->service, &me->actor, pk_slice_of(pk_visit_language(visit)), visit->call->now_ms, &visit->out, own, &err);
        if (r != 0)
            pk_unit_drop(store);
        else
            r = pk_unit_keep(store, &err);
    }
    if (r == 0)
        add_languages(visit, pk_slice_of(own));
    else
        pk_visit_trouble(visit, &err);
    return r == 0;
}

void pk_me(struct pk_visit *visit)
{
    struct pk_me me;
    if (!pk_me_signed_in(visit, &me))
        return;
    add_flag(visit, "saved");
    add_flag(visit, "old");
    if (pk_me_fill(visit, &me))
        pk_me_show(visit, &me, 200, "me");
}

/* ---- changing ---- */

static int set_language(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    struct pk_buf tag;
    int r = pk_me_field(visit, "language", PK_ME_FIELD_MAX, &tag, err);
    if (r == 0)
        r = pk_own_language(visit->call->service, &me->actor, pk_buf_slice(&tag), visit->call->now_ms, err);
    pk_buf_finish(&tag);
    return r;
}

void pk_me_language(struct pk_visit *visit)
{
    pk_me_change_and_go(visit, set_language, SAVED);
}

/* A thing named by one field, and yes or no to it. */
static int answer(struct pk_visit *visit, struct pk_me *me, const char *field,
                  int (*run)(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, bool yes, int64_t now_ms,
                             struct pk_error *err),
                  struct pk_error *err)
{
    struct pk_buf name, word;
    int r = pk_me_field(visit, field, PK_ME_FIELD_MAX, &name, err);
    int w = pk_me_field(visit, "answer", PK_ME_FIELD_MAX, &word, r == 0 ? err : NULL);
    bool yes = pk_slice_is(pk_buf_slice(&word), "yes"), no = pk_slice_is(pk_buf_slice(&word), "no");
    if (r == 0)
        r = w;
    if (r == 0 && !yes && !no)
        r = pk_fail(err, PK_E_INVALID, "field \"answer\" must be yes or no");
    if (r == 0)
        r = run(visit->call->service, &me->actor, pk_buf_slice(&name), yes, visit->call->now_ms, err);
    pk_buf_finish(&name);
    pk_buf_finish(&word);
    return r;
}

static int set_topic(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    return answer(visit, me, "topic", pk_own_topic, err);
}

void pk_me_topic(struct pk_visit *visit)
{
    pk_me_change_and_go(visit, set_topic, SAVED);
}

static int leave_circle(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    return pk_circle_step_out(visit->call->service, &me->actor, visit->call->now_ms, err);
}

void pk_me_circle(struct pk_visit *visit)
{
    pk_me_change_and_go(visit, leave_circle, SAVED);
}

static int set_channel(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    return answer(visit, me, "channel", pk_own_channel, err);
}

void pk_me_channel(struct pk_visit *visit)
{
    pk_me_change_and_go(visit, set_channel, SAVED);
}

/* Every field "tag" of the form; none is a choice as well. The slices lie in `room`. */
static int read_chosen(struct pk_visit *visit, struct pk_buf *room, struct pk_slice *ret_tags, size_t *ret_count, struct pk_error *err)
{
    size_t ends[CHOSEN_MAX + 1], count = 0;
    bool given = true;
    int r = 0;
    while (r == 0 && given) {
        if (count == CHOSEN_MAX)
            return pk_fail(err, PK_E_LIMIT, "too many are chosen");
        r = pk_call_form(visit->call, "tag", count, room, &given, err);
        if (r == 0 && given)
            ends[count++] = room->len;
    }
    for (size_t i = 0; r == 0 && i < count; i++) {
        size_t begin = i > 0 ? ends[i - 1] : 0;
        ret_tags[i] = pk_slice_make(pk_buf_text(room) + begin, ends[i] - begin);
    }
    *ret_count = count;
    return r;
}

static int set_choices(struct pk_visit *visit, struct pk_me *me, struct pk_error *err)
{
    struct pk_slice tags[CHOSEN_MAX];
    struct pk_buf group, room;
    size_t count = 0;
    pk_buf_init(&room, 64 * CHOSEN_MAX);
    int r = pk_me_field(visit, "group", PK_ME_FIELD_MAX, &group, err);
    if (r == 0)
        r = read_chosen(visit, &room, tags, &count, err);
    if (r == 0)
        r = pk_own_choose(visit->call->service, &me->actor, pk_buf_slice(&group), tags, count, visit->call->now_ms, err);
    pk_buf_finish(&group);
    pk_buf_finish(&room);
    return r;
}

void pk_me_choose(struct pk_visit *visit)
{
    pk_me_change_and_go(visit, set_choices, SAVED);
}
