/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing up somebody who stands beside: a form that is only a question to the person (service/signup.h), and the page that
 * follows it. What is shown is the same for every number. A form that cannot be taken comes back as it was filled in.
 */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/staff.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/circles.h"
#include "gateway/service/rights.h"
#include "gateway/service/signup.h"
#include "gateway/service/signup_ways.h"

#define NUMBER_MAX 64u
#define LIST_MAX 1024u
#define WORDS_MAX 16u
#define DONE "/staff/signup/asked"
#define DAY_MS (24 * 3600 * 1000ll)

struct form {
    struct pk_buf number, channel, tag, topics, tags, paper;
    bool old_enough;
    bool wrong, wrong_number; /* what keeps it from being taken; topics and age show for themselves */
    bool full; /* the day is */
};

static void begin(struct form *form)
{
    *form = (struct form){ .old_enough = false };
    pk_buf_init(&form->number, NUMBER_MAX);
    pk_buf_init(&form->channel, NUMBER_MAX);
    pk_buf_init(&form->tag, NUMBER_MAX);
    pk_buf_init(&form->topics, LIST_MAX);
    pk_buf_init(&form->tags, LIST_MAX);
    pk_buf_init(&form->paper, NUMBER_MAX);
}

static void end(struct form *form)
{
    pk_buf_wipe(&form->number);
    pk_buf_finish(&form->channel);
    pk_buf_finish(&form->tag);
    pk_buf_finish(&form->topics);
    pk_buf_finish(&form->tags);
    pk_buf_wipe(&form->paper);
}

/* ---- shown ---- */

/* One sentence in each language and script, so that the person points at the one they read. */
static void add_sentences(struct pk_visit *visit, struct pk_slice chosen)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    pk_json_open(&visit->out, "sentences", '[');
    for (size_t i = 0; i < pk_phrases_language_count(phrases); i++) {
        const char *tag = pk_phrases_language(phrases, i);
        struct pk_slice rest = pk_slice_of(tag), language = rest;
        (void) pk_slice_cut(&rest, '-', &language);
        if (!pk_catalog_has_language(visit->call->service->catalog, language))
            continue;
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "tag", tag);
        pk_json_add_slice(&visit->out, "sentence", pk_phrases_get(phrases, i, PK_SLICE("signup.sentence")));
        pk_json_add_bool(&visit->out, "chosen", pk_slice_is(chosen, tag));
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void show(struct pk_visit *visit, struct pk_staff *staff, const struct form *form, unsigned status)
{
    struct pk_error err = { 0 };
    const struct pk_signup_filled filled = { .channel = pk_buf_slice(&form->channel), .topics = pk_buf_slice(&form->topics),
                                             .tags = pk_buf_slice(&form->tags) };
    struct pk_json_out *out = &visit->out;
    int r = pk_signup_offer(visit->call->service, &staff->acting.actor, pk_slice_of(pk_visit_language(visit)), &filled, visit->call->now_ms, out,
                            &err);
    if (r != 0) {
        pk_visit_trouble(visit, &err);
        return;
    }
    add_sentences(visit, pk_buf_slice(&form->tag));
    pk_json_add_slice(out, "number", pk_buf_slice(&form->number));
    pk_json_add_slice(out, "paper", pk_buf_slice(&form->paper));
    pk_json_add_bool(out, "atDesk", staff->acting.actor.role != PK_ROLE_KEY_PERSON);
    pk_json_add_bool(out, "oldEnough", form->old_enough);
    pk_json_add_bool(out, "wrong", form->wrong && !form->full);
    pk_json_add_bool(out, "full", form->full);
    pk_json_add_bool(out, "wrongNumber", form->wrong_number);
    pk_json_add_bool(out, "wrongTopics", form->wrong && form->topics.len == 0);
    pk_json_add_bool(out, "wrongTag", form->wrong && form->tag.len == 0);
    pk_json_add_bool(out, "wrongAge", form->wrong && !form->old_enough);
    pk_json_add_int(out, "days", visit->call->service->rules->keep_unanswered_ms / DAY_MS);
    pk_staff_show(visit, staff, status, "staff-signup");
}

void pk_staff_signup_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    struct form form;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    begin(&form);
    show(visit, &staff, &form, 200);
    end(&form);
}

/* ---- taken ---- */

/* What is too long, or missing, is left empty: said beside the field. */
static void read_field(struct pk_visit *visit, const char *name, struct pk_buf *out)
{
    bool given = false;
    if (pk_call_form(visit->call, name, 0, out, &given, NULL) != 0)
        pk_buf_clear(out);
}

static int read_form(struct pk_visit *visit, struct form *form, struct pk_error *err)
{
    struct pk_buf age;
    pk_buf_init(&age, 8);
    read_field(visit, "number", &form->number);
    read_field(visit, "channel", &form->channel);
    read_field(visit, "language", &form->tag);
    read_field(visit, "paper", &form->paper);
    read_field(visit, "age", &age);
    form->old_enough = pk_slice_is(pk_buf_slice(&age), "16");
    pk_buf_finish(&age);
    int r = pk_staff_fields(visit, "topic", WORDS_MAX, &form->topics, err);
    return r == 0 ? pk_staff_fields(visit, "tag", WORDS_MAX, &form->tags, err) : r;
}

static int sign_up(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct form form;
    begin(&form);
    int r = read_form(visit, &form, err);
    struct pk_slice script = pk_slice_trim(pk_buf_slice(&form.tag)), language = script;
    (void) pk_slice_cut(&script, '-', &language);
    const struct pk_signup_plan plan = {
        .channel = pk_buf_slice(&form.channel),
        .address = pk_slice_trim(pk_buf_slice(&form.number)),
        .language = language,
        .script = script,
        .topics = pk_buf_slice(&form.topics),
        .tags = pk_buf_slice(&form.tags),
        .form = pk_slice_trim(pk_buf_slice(&form.paper)),
    };
    if (r == 0 && (!form.old_enough || form.topics.len == 0 || form.tag.len == 0 || plan.address.len == 0))
        r = pk_fail(err, PK_E_INVALID, "the form is not filled in");
    staff->acting.actor.purpose = "sign-up";
    if (r == 0)
        r = pk_signup(visit->call->service, &staff->acting.actor, &plan, visit->call->now_ms, err);
    end(&form);
    return r;
}

static void show_wrong(struct pk_visit *visit, struct pk_staff *staff, bool full)
{
    struct form form;
    begin(&form);
    int r = read_form(visit, &form, NULL);
    form.wrong = true;
    form.full = full;
    /* All else is there: then it is the number that cannot be one. */
    form.wrong_number = !full && (form.number.len == 0 || (r == 0 && form.old_enough && form.topics.len > 0 && form.tag.len > 0));
    show(visit, staff, &form, full ? 429 : 422);
    end(&form);
}

void pk_staff_signup(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    int r = pk_staff_change(visit, &staff, sign_up, &err);
    if (r == 0 || (r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff)))
        pk_visit_go(visit, DONE);
    else if (r == PK_E_CONFLICT)
        pk_visit_go(visit, DONE "?old=1");
    else if (r == PK_E_INVALID || r == PK_E_LIMIT)
        show_wrong(visit, &staff, r == PK_E_LIMIT);
    else
        pk_visit_trouble(visit, &err);
}

/* ---- followed ---- */

static int add_one(void *ctx, const struct pk_signup *signup)
{
    struct pk_visit *visit = ctx;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_slice(&visit->out, "masked", signup->masked);
    pk_staff_add_moment(visit, "at", signup->at_ms);
    pk_json_add_bool(&visit->out, "answered", signup->answered);
    pk_json_close(&visit->out, '}');
    return 0;
}

/* A key person's own of the last 24 hours; the desk has no list, and is told what happens next. */
void pk_staff_asked_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    const struct pk_about about = { .owner = pk_slice_of(staff.acting.user.name) };
    int r = pk_allow(visit->call->service, &staff.acting.actor, PK_ACTION_RECIPIENT_ADD, &about, NULL, &err);
    bool key_person = staff.acting.actor.role == PK_ROLE_KEY_PERSON;
    pk_staff_add_flag(visit, "old");
    pk_json_add_bool(&visit->out, "keyPerson", key_person);
    pk_json_open(&visit->out, "recent", '[');
    if (r == 0 && key_person)
        r = pk_circle_recent(visit->call->service, &staff.acting.actor, pk_slice_of(staff.acting.user.name), visit->call->now_ms, add_one, visit,
                             &err);
    pk_json_close(&visit->out, ']');
    if (r == 0)
        pk_staff_show(visit, &staff, 200, "staff-asked");
    else
        pk_visit_trouble(visit, &err);
}
