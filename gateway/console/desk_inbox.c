/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The inbox of the info point: what waits for an answer, one of them read, answered in own words or closed. The list has no text
 * and only the ends of an address; who reads one is written down (service/inbox.h).
 */
#include "gateway/base/id.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/staff.h"
#include "gateway/console/staff_words.h"
#include "gateway/language/prepare.h"
#include "gateway/service/inbox.h"
#include "gateway/service/own.h"
#include "gateway/store/names.h"

#define LIST_MAX 50u
#define TEXT_MAX 8192u
#define DONE "/staff/inbox?sent=1"

/* ---- one, in a list or alone ---- */

/* As the language calls itself; in the script the person reads. */
static void add_language(struct pk_visit *visit, const struct pk_inbox_item *item)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    char tag[2 * PK_LANGUAGE_MAX];
    (void) snprintf(tag, sizeof tag, "%s%s%s", item->language, item->script[0] ? "-" : "", item->script);
    size_t none = pk_phrases_language_count(phrases), found = pk_phrases_find(phrases, pk_slice_of(tag), none);
    struct pk_slice name = found < none ? pk_phrases_get(phrases, found, PK_SLICE("language.name")) : pk_slice_of(item->language);
    pk_json_add_text(&visit->out, "languageTag", tag);
    pk_json_add_slice(&visit->out, "languageName", name);
}

static void add_item(struct pk_visit *visit, const struct pk_inbox_item *item)
{
    struct pk_store *store = visit->call->service->store;
    char masked[PK_MASKED_MAX] = "…";
    struct pk_buf value;
    pk_buf_init(&value, 1024);
    if (pk_address_value(store, item->address, &value, NULL) == 0)
        pk_mask_address(pk_buf_slice(&value), masked);
    pk_buf_wipe(&value);
    const char *channel = pk_name_text(store, PK_NAME_CHANNEL, item->channel);
    pk_json_add_id(&visit->out, "id", item->id);
    pk_json_add_text(&visit->out, "masked", masked);
    pk_json_add_text(&visit->out, "label", channel ? pk_channel_label(channel) : "");
    pk_json_add_text(&visit->out, "language", item->language);
    add_language(visit, item);
    pk_json_add_int(&visit->out, "replies", item->replies);
    pk_staff_add_moment(visit, "first", item->first_ms);
    pk_json_add_bool(&visit->out, "late", item->state == PK_INBOX_OPEN && item->first_ms < visit->call->now_ms - PK_INBOX_LATE_MS);
    pk_json_add_bool(&visit->out, "waits", item->state == PK_INBOX_OPEN);
}

struct listing {
    struct pk_visit *visit;
    size_t count;
};

static int list_one(void *ctx, const struct pk_inbox_item *item)
{
    struct listing *listing = ctx;
    listing->count++;
    pk_json_open(&listing->visit->out, NULL, '{');
    add_item(listing->visit, item);
    pk_json_close(&listing->visit->out, '}');
    return 0;
}

void pk_desk_inbox_page(struct pk_visit *visit)
{
    const struct pk_inbox_filter filter = { .state = PK_INBOX_OPEN };
    struct listing listing = { .visit = visit };
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    pk_staff_add_flag(visit, "sent");
    pk_json_open(&visit->out, "items", '[');
    int r = pk_inbox_each(visit->call->service, &staff.acting.actor, &filter, LIST_MAX, list_one, &listing, &err);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "none", listing.count == 0);
    if (r == 0)
        pk_staff_show(visit, &staff, 200, "desk-inbox");
    else
        pk_visit_trouble(visit, &err);
}

/* ---- read ---- */

/* What is no text is shown as nothing: a forged reply may be anything. */
static int add_text(void *ctx, int64_t at_ms, struct pk_slice text)
{
    struct pk_visit *visit = ctx;
    struct pk_buf prepared;
    pk_buf_init(&prepared, TEXT_MAX);
    if (pk_text_prepare(text, &prepared) != 0)
        pk_buf_clear(&prepared);
    pk_json_open(&visit->out, NULL, '{');
    pk_staff_add_moment(visit, "at", at_ms);
    pk_json_add_slice(&visit->out, "text", pk_buf_slice(&prepared));
    pk_json_add_text(&visit->out, "textLanguage", pk_staff_written_in(pk_buf_slice(&prepared)));
    pk_json_close(&visit->out, '}');
    pk_buf_wipe(&prepared);
    return 0;
}

static void add_subjects(struct pk_visit *visit, uint32_t chosen)
{
    pk_json_open(&visit->out, "subjects", '[');
    for (uint32_t i = PK_SUBJECT_NONE + 1; i < PK_SUBJECTS; i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "subject", pk_inbox_subject_name(i));
        pk_staff_add_phrase(visit, "subjectName", "subject", pk_inbox_subject_name(i));
        pk_json_add_bool(&visit->out, "chosen", i == chosen);
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* Read in a unit: that it was read is kept. */
static int open_item(struct pk_visit *visit, const struct pk_staff *staff, int64_t id, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_inbox_item item;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_inbox_open(visit->call->service, &staff->acting.actor, id, visit->call->now_ms, &item, err);
    if (r == 0) {
        add_item(visit, &item);
        pk_json_open(&visit->out, "texts", '[');
        r = pk_inbox_texts(store, id, add_text, visit, err);
        pk_json_close(&visit->out, ']');
    }
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

/* What was typed and could not be sent, and why: 409 = the page was old, or what it answers is; 422 = the words are none. */
struct typed {
    struct pk_slice words;
    uint32_t subject;
    unsigned status; /* 200 = nothing was */
};

static void show(struct pk_visit *visit, struct pk_staff *staff, int64_t id, const struct typed *typed)
{
    struct pk_error err = { 0 };
    staff->acting.actor.purpose = "inbox";
    pk_json_add_bool(&visit->out, "old", typed->status == 409);
    pk_json_add_slice(&visit->out, "words", typed->words);
    pk_json_add_bool(&visit->out, "wrong", typed->status == 422);
    add_subjects(visit, typed->subject);
    if (open_item(visit, staff, id, &err) == 0)
        pk_staff_show(visit, staff, typed->status, "desk-item");
    else
        pk_visit_trouble(visit, &err);
}

void pk_desk_item_page(struct pk_visit *visit)
{
    const struct typed nothing = { .words = PK_SLICE(""), .status = 200 };
    struct pk_staff staff;
    int64_t id = 0;
    if (pk_staff_signed_in(visit, &staff) && pk_staff_place_id(visit, &id))
        show(visit, &staff, id, &nothing);
}

/* ---- answered, or closed ---- */

static int read_subject(struct pk_visit *visit, uint32_t *ret_subject, struct pk_error *err)
{
    struct pk_buf name;
    int r = pk_me_field(visit, "subject", PK_ME_FIELD_MAX, &name, err);
    if (r == 0)
        r = pk_inbox_subject_parse(pk_buf_slice(&name), ret_subject, err);
    pk_buf_finish(&name);
    return r;
}

static int answer(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_service *service = visit->call->service;
    struct pk_inbox_answer plan = { 0 };
    struct pk_inbox_sent sent;
    struct pk_buf act, words;
    staff->acting.actor.purpose = "inbox";
    int r = pk_id_parse(visit->place, &plan.item) == 0 ? 0 : pk_fail(err, PK_E_NOT_FOUND, "there is no such item");
    if (r == 0)
        r = read_subject(visit, &plan.subject, err);
    int a = pk_me_field(visit, "act", PK_ME_FIELD_MAX, &act, r == 0 ? err : NULL);
    bool closes = a == 0 && pk_slice_is(pk_buf_slice(&act), "close");
    int w = pk_me_field(visit, "words", PK_INBOX_TEXT_MAX, &words, NULL);
    if (r == 0)
        r = a;
    if (r == 0 && !closes && w != 0)
        r = pk_fail(err, PK_E_INVALID, "there are no words to send");
    plan.words = pk_buf_slice(&words);
    if (r == 0)
        r = closes ? pk_inbox_end(service, &staff->acting.actor, plan.item, plan.subject, visit->call->now_ms, err)
                   : pk_inbox_reply(service, &staff->acting.actor, &plan, visit->call->now_ms, &sent, err);
    pk_buf_finish(&act);
    pk_buf_wipe(&words);
    return r;
}

/* Nobody types it again: it stands in the form as it is now. */
static void show_again(struct pk_visit *visit, struct pk_staff *staff, int64_t id, unsigned status)
{
    struct typed typed = { .words = PK_SLICE(""), .status = status };
    struct pk_buf words;
    (void) read_subject(visit, &typed.subject, NULL);
    if (pk_me_field(visit, "words", TEXT_MAX, &words, NULL) == 0) /* what is too long to send too */
        typed.words = pk_buf_slice(&words);
    show(visit, staff, id, &typed);
    pk_buf_wipe(&words);
}

void pk_desk_item(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    int64_t id = 0;
    if (!pk_staff_signed_in(visit, &staff) || !pk_staff_place_id(visit, &id))
        return;
    int r = pk_staff_change(visit, &staff, answer, &err);
    if (r == 0 || (r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff)))
        pk_visit_go(visit, DONE);
    else if (r == PK_E_CONFLICT)
        show_again(visit, &staff, id, 409);
    else if (r == PK_E_INVALID || r == PK_E_LIMIT)
        show_again(visit, &staff, id, 422);
    else
        pk_visit_trouble(visit, &err);
}
