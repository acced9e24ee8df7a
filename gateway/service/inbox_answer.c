/* SPDX-License-Identifier: EUPL-1.2 */
/* An answer that a person gives: whether it may be given, its words as the person reads them, and what they cost. */
#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/language/prepare.h"
#include "gateway/service/gate.h"
#include "gateway/service/inbox.h"
#include "gateway/service/planner.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"

#define DAY_MS (24 * 3600 * 1000ll)
#define WORDS_MAX 16384u

/* ---- may it be given? ---- */

static int check_not_stopped(struct pk_service *service, const struct pk_inbox_item *item, struct pk_error *err)
{
    struct pk_recipient who = { 0 };
    struct pk_buf value;
    pk_buf_init(&value, 1024);
    int r = item->recipient != 0 ? pk_recipient_get(service->store, item->recipient, &who, err) : 0;
    if (r == 0)
        r = pk_address_value(service->store, item->address, &value, err);
    if (r == 0 && (who.stopped_ms != 0 || pk_suppression_has(service->store, item->channel, pk_buf_slice(&value)))) {
        (void) pk_fail(err, PK_E_CONFLICT, "this person stopped all messages");
        r = pk_hint(err, PK_E_CONFLICT, "Close the item; they are answered once they write START.");
    }
    if (value.data)
        explicit_bzero(value.data, value.len);
    pk_buf_finish(&value);
    return r;
}

static int check(struct pk_service *service, const struct pk_inbox_item *item, int64_t now_ms, struct pk_error *err)
{
    if (item->state != PK_INBOX_OPEN)
        return pk_fail(err, PK_E_CONFLICT, "this item is closed already");
    if (now_ms - item->last_ms >= PK_GATE_HAND_ANSWER_MS)
        return pk_fail(err, PK_E_CONFLICT, "the person wrote more than seven days ago; an answer would be a message nobody asked for");
    if (pk_inbox_answered_since(service->store, item->address, now_ms - DAY_MS) >= (int64_t) service->rules->answers_per_day)
        return pk_fail(err, PK_E_LIMIT, "this person got %u answers today already", service->rules->answers_per_day);
    return check_not_stopped(service, item, err);
}

/* ---- the words ---- */

static int template_words(struct pk_service *service, const struct pk_inbox_item *item, struct pk_slice name, struct pk_buf *out,
                          struct pk_error *err)
{
    const struct pk_template *text = pk_catalog_find(service->catalog, name, pk_slice_of(item->language));
    if (!text || pk_template_kind(text) != PK_TEXT_ANSWER || pk_template_step(text) != PK_STEP_ANSWER) {
        (void) pk_fail(err, PK_E_INVALID, "\"%.*s\" is no text of kind answer", (int) (name.len < 64 ? name.len : 64), name.data);
        return pk_hint(err, PK_E_INVALID, "Or answer in your own words.");
    }
    pk_auto(pk_json) struct pk_json *none = NULL;
    int r = pk_json_parse(PK_SLICE("{}"), 16, &none, err);
    if (r == 0)
        r = pk_template_check_values(service->catalog, name, none, err);
    if (r != 0)
        return r;
    char rendering[2 * PK_LANGUAGE_MAX] = "";
    struct pk_slice own = pk_template_language(text), script = pk_slice_of(item->script);
    if (script.len > 0 && pk_catalog_has_rendering(service->catalog, own, script))
        (void) snprintf(rendering, sizeof rendering, "%.*s-%s", PK_SLICE_ARG(own), item->script);
    struct pk_render how = {
        .language = own,
        .rendering = pk_slice_of(rendering),
        .body = pk_template_body(text),
        .values = none,
        .org = pk_slice_of(service->rules->organisation),
        .zone = service->rules->zone,
    };
    return pk_catalog_render(service->catalog, &how, out, err);
}

/* In the script the person reads. */
static int own_words(const struct pk_inbox_item *item, struct pk_slice words, struct pk_buf *out, struct pk_error *err)
{
    struct pk_buf prepared, latin;
    pk_buf_init(&prepared, WORDS_MAX);
    pk_buf_init(&latin, WORDS_MAX);
    int r = words.len > PK_INBOX_TEXT_MAX ? PK_E_LIMIT : pk_text_prepare(words, &prepared);
    if (r == PK_E_LIMIT)
        (void) pk_fail(err, r, "an answer has at most %u bytes", PK_INBOX_TEXT_MAX);
    else if (r != 0)
        (void) pk_fail(err, r, "the answer is no text");
    else if (prepared.len == 0)
        r = pk_fail(err, PK_E_INVALID, "the answer is empty");
    else if (strcmp(item->script, PK_RENDERING_LATIN) == 0 && strcmp(item->language, "bg") == 0)
        r = pk_transliterate_bg(pk_buf_slice(&prepared), &latin) != 0 ? PK_E_LIMIT : pk_gsm_safe(pk_buf_slice(&latin), out);
    else if (strcmp(item->script, PK_RENDERING_PLAIN) == 0)
        r = pk_plain_letters(pk_buf_slice(&prepared), out);
    else
        r = pk_buf_add_slice(out, pk_buf_slice(&prepared));
    pk_buf_finish(&prepared);
    pk_buf_finish(&latin);
    return r;
}

static int count(struct pk_slice words, struct pk_segmentation *ret_cost, struct pk_error *err)
{
    int r = pk_segment(words, false, ret_cost, NULL);
    if (r != 0)
        return pk_fail(err, r, "the answer cannot be sent as text messages");
    if (ret_cost->parts <= PK_INBOX_PARTS_MAX)
        return 0;
    (void) pk_fail(err, PK_E_LIMIT, "the answer takes %u text messages; %u are the most", ret_cost->parts, PK_INBOX_PARTS_MAX);
    return pk_hint(err, PK_E_LIMIT, "Say it shorter, or ask them to call or to come by.");
}

/* ---- giving it ---- */

static int give(struct pk_service *service, const struct pk_actor *actor, const struct pk_inbox_answer *answer,
                const struct pk_inbox_item *item, struct pk_slice words, int64_t now_ms, struct pk_inbox_sent *sent, struct pk_error *err)
{
    char object[PK_ID_TEXT_MAX], detail[96];
    bool own = answer->template_name.len == 0;
    int r = own ? pk_inbox_keep_words(service->store, item->id, words, err) : 0;
    if (r == 0)
        r = pk_planner_by_hand(service, item, answer->template_name, now_ms, &sent->message, err);
    struct pk_inbox_end end = {
        .state = PK_INBOX_ANSWERED, .subject = answer->subject, .by = pk_slice_of(actor->name), .message = sent->message, .now_ms = now_ms
    };
    if (r == 0)
        r = pk_inbox_close(service->store, item->id, &end, err);
    if (r != 0)
        return r;
    service->metrics.inbox_answered++;
    (void) snprintf(detail, sizeof detail, "%s %s %u", pk_inbox_subject_name(answer->subject), own ? "own-words" : "template",
                    sent->cost.parts);
    return pk_trail_done(service, actor, "inbox.answer", pk_id_format(item->id, object), detail, item->recipient, now_ms, err);
}

int pk_inbox_reply(struct pk_service *service, const struct pk_actor *actor, const struct pk_inbox_answer *answer, int64_t now_ms,
                   struct pk_inbox_sent *ret_sent, struct pk_error *err)
{
    struct pk_inbox_item item;
    struct pk_buf words;
    *ret_sent = (struct pk_inbox_sent){ 0 };
    pk_buf_init(&words, WORDS_MAX);
    char object[PK_ID_TEXT_MAX];
    int r = pk_allow(service, actor, PK_ACTION_INBOX_ANSWER, NULL, pk_id_format(answer->item, object), err);
    if (r == 0)
        r = pk_inbox_get(service->store, answer->item, &item, err);
    if (r == 0)
        r = check(service, &item, now_ms, err);
    if (r == 0)
        r = answer->template_name.len > 0 ? template_words(service, &item, answer->template_name, &words, err)
                                          : own_words(&item, answer->words, &words, err);
    if (r == 0)
        r = count(pk_buf_slice(&words), &ret_sent->cost, err);
    if (r == 0 && !answer->only_count)
        r = give(service, actor, answer, &item, pk_buf_slice(&words), now_ms, ret_sent, err);
    if (words.data)
        explicit_bzero(words.data, words.len);
    pk_buf_finish(&words);
    return r;
}
