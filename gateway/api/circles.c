/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Circles of key persons, people signed up one by one, and answers to invitations told by mouth. Numbers stand in bodies
 * only, and what is answered is the same whosever number it was. The rules are service/circles, signup and rsvps.
 */
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/service/circles.h"
#include "gateway/service/rsvps.h"
#include "gateway/service/signup.h"

#define ADDRESS_MAX 255u
#define NAME_MAX 48u
#define WORDS_MAX 1024u

/* ---- seen ---- */

static int add_circle(void *ctx, const struct pk_circle_view *view)
{
    struct pk_json_out *out = ctx;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "circle", view->name);
    if (view->size < 0)
        pk_json_add_null(out, "size");
    else
        pk_json_add_int(out, "size", view->size);
    pk_json_add_bool(out, "fewerThanFive", view->size < 0);
    if (view->unreachable < 0)
        pk_json_add_null(out, "unreachable");
    else
        pk_json_add_int(out, "unreachable", view->unreachable);
    pk_json_open(out, "startCodes", '[');
    for (size_t i = 0; i < view->code_count; i++)
        pk_json_add_text(out, NULL, view->codes[i]);
    pk_json_close(out, ']');
    pk_json_add_time(out, "since", view->since_ms);
    pk_json_add_time(out, "keyPersonLeftAt", view->left_ms);
    pk_json_add_int(out, "signedUpToday", view->today);
    pk_json_add_int(out, "mostToday", view->most);
    pk_json_close(out, '}');
    return 0;
}

void pk_api_circles(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "circles", '[');
    if (pk_circles_each(call->service, &call->actor, call->now_ms, add_circle, &out, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

void pk_api_circle(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_circle_view view;
    struct pk_json_out out = pk_json_out(&call->out);
    if (pk_circle_show(call->service, &call->actor, call->places[0], call->now_ms, &view, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    (void) add_circle(&out, &view);
    pk_call_answer(call, 200, &call->out);
}

static int add_signup(void *ctx, const struct pk_signup *signup)
{
    struct pk_json_out *out = ctx;
    pk_json_open(out, NULL, '{');
    pk_json_add_slice(out, "address", signup->masked);
    pk_json_add_time(out, "at", signup->at_ms);
    pk_json_add_text(out, "state", pk_signup_state(signup));
    pk_json_close(out, '}');
    return 0;
}

void pk_api_circle_recent(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "signUps", '[');
    if (pk_circle_recent(call->service, &call->actor, call->places[0], call->now_ms, add_signup, &out, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

/* ---- decided ---- */

static int hand_over(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct pk_slice *to = ctx;
    return pk_circle_pass_on(call->service, &call->actor, call->places[0], *to, call->now_ms, err);
}

static void answer_change(struct pk_call *call, int r, unsigned status, const struct pk_error *err)
{
    if (r != 0) {
        pk_call_problem(call, err);
        return;
    }
    if (call->out.len == 0)
        (void) pk_buf_add_text(&call->out, "{}");
    pk_call_answer(call, status, &call->out);
}

void pk_api_circle_handover(struct pk_call *call)
{
    static const char *const fields[] = { "to", NULL };
    struct pk_error err = { 0 };
    struct pk_slice to = { 0 };
    call->actor.purpose = "handover";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "to", PK_USER_NAME_MAX, &to, &err);
    if (r == 0)
        r = pk_call_change(call, hand_over, &to, &err);
    answer_change(call, r, 200, &err);
}

struct letting {
    int64_t more, day, most;
};

/* "2026-03-14" as 20260314; the calendar's sense is the service's to judge. */
static int read_day(struct pk_call *call, int64_t *ret_day, struct pk_error *err)
{
    struct pk_slice text;
    int64_t day = 0;
    int r = pk_call_field_optional(call, "day", 10, &text, err);
    if (r != 0 || !text.data)
        return r;
    bool good = text.len == 10 && text.data[4] == '-' && text.data[7] == '-';
    for (size_t i = 0; good && i < text.len; i++) {
        if (i == 4 || i == 7)
            continue;
        good = text.data[i] >= '0' && text.data[i] <= '9';
        day = 10 * day + (text.data[i] - '0');
    }
    *ret_day = day;
    if (good && day > 0)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "field \"day\" is not a day");
    return pk_hint(err, PK_E_INVALID, "Write a day as 2026-03-14.");
}

static int let(struct pk_call *call, void *ctx, struct pk_error *err)
{
    struct letting *letting = ctx;
    return pk_circle_let(call->service, &call->actor, call->places[0], letting->more, letting->day, call->now_ms, &letting->most, err);
}

void pk_api_circle_allow(struct pk_call *call)
{
    static const char *const fields[] = { "more", "day", NULL };
    struct pk_error err = { 0 };
    struct letting letting = { 0 };
    call->actor.purpose = "allow";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0 && !pk_json_int(pk_json_get(call->body, "more"), &letting.more))
        r = pk_fail(&err, PK_E_INVALID, "field \"more\" must be a number");
    if (r == 0)
        r = read_day(call, &letting.day, &err);
    if (r == 0)
        r = pk_call_change(call, let, &letting, &err);
    if (r == 0) {
        struct pk_json_out out = pk_json_out(&call->out);
        pk_json_open(&out, NULL, '{');
        pk_json_add_int(&out, "most", letting.most);
        pk_json_close(&out, '}');
    }
    answer_change(call, r, 200, &err);
}

/* ---- signed up ---- */

static int sign_up(struct pk_call *call, void *ctx, struct pk_error *err)
{
    return pk_signup(call->service, &call->actor, ctx, call->now_ms, err);
}

/* 202 for every number alike: what comes of it is the person's. */
void pk_api_recipient_add(struct pk_call *call)
{
    static const char *const fields[] = { "address", "channel", "language", "script", "topics", "tags", "form", NULL };
    struct pk_error err = { 0 };
    struct pk_signup_plan plan = { 0 };
    call->actor.purpose = "sign-up";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = pk_call_field(call, "address", ADDRESS_MAX, &plan.address, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "channel", NAME_MAX, &plan.channel, &err);
    if (r == 0)
        r = pk_call_field(call, "language", NAME_MAX, &plan.language, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "script", NAME_MAX, &plan.script, &err);
    if (r == 0)
        r = pk_call_field(call, "topics", WORDS_MAX, &plan.topics, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "tags", WORDS_MAX, &plan.tags, &err);
    if (r == 0)
        r = pk_call_field_optional(call, "form", NAME_MAX, &plan.form, &err);
    if (r == 0)
        r = pk_call_change(call, sign_up, &plan, &err);
    answer_change(call, r, 202, &err);
}

/* ---- answers told by mouth ---- */

struct recording {
    struct pk_rsvp_plan plan;
    bool full;
    char channel[NAME_MAX + 1];
};

static int record(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct recording *recording = ctx;
    struct pk_json_out out = pk_json_out(&call->out);
    int r = pk_rsvp_record(call->service, &call->actor, &recording->plan, call->now_ms, err);
    if (r != 0)
        return r;
    pk_json_open(&out, NULL, '{');
    pk_json_add_bool(&out, "full", recording->full);
    pk_json_close(&out, '}');
    return 0;
}

static int read_rsvp(struct pk_call *call, struct recording *recording, struct pk_error *err)
{
    struct pk_slice trigger, answer, id, channel;
    struct pk_rsvp_plan *plan = &recording->plan;
    const struct pk_json *heads = pk_json_get(call->body, "heads");
    int64_t count = 0;
    int r = pk_call_field(call, "trigger", PK_ID_TEXT_MAX, &trigger, err);
    if (r == 0 && pk_id_parse(trigger, &plan->trigger) != 0)
        r = pk_fail(err, PK_E_NOT_FOUND, "there is no such trigger");
    if (r == 0)
        r = pk_call_field(call, "answer", NAME_MAX, &answer, err);
    if (r == 0 && !pk_slice_is(answer, "yes") && !pk_slice_is(answer, "no"))
        r = pk_fail(err, PK_E_INVALID, "field \"answer\" must be yes or no");
    if (r == 0 && heads && (!pk_json_int(heads, &count) || count < 1 || count > (int64_t) PK_RSVP_HEADS_MAX))
        r = pk_fail(err, PK_E_INVALID, "field \"heads\" must be a number from 1 to %u", PK_RSVP_HEADS_MAX);
    if (r == 0)
        r = pk_call_field_optional(call, "recipient", PK_ID_TEXT_MAX, &id, err);
    if (r == 0)
        r = pk_call_field_optional(call, "address", ADDRESS_MAX, &plan->whom.address, err);
    if (r == 0)
        r = pk_call_field_optional(call, "channel", NAME_MAX, &channel, err);
    if (r != 0)
        return r;
    if ((id.data != NULL) == (plan->whom.address.data != NULL))
        return pk_fail(err, PK_E_INVALID, "either field \"recipient\" or field \"address\" must be there");
    if (id.data && pk_id_parse(id, &plan->whom.recipient) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such recipient");
    if (channel.data) {
        (void) snprintf(recording->channel, sizeof recording->channel, "%.*s", PK_SLICE_ARG(channel));
        plan->whom.channel = recording->channel;
    }
    plan->yes = pk_slice_is(answer, "yes");
    plan->heads = (unsigned) count;
    return 0;
}

void pk_api_rsvp_record(struct pk_call *call)
{
    static const char *const fields[] = { "trigger", "answer", "heads", "recipient", "address", "channel", NULL };
    struct pk_error err = { 0 };
    struct recording recording = { 0 };
    recording.plan.ret_full = &recording.full;
    call->actor.purpose = "rsvp";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0)
        r = read_rsvp(call, &recording, &err);
    if (r == 0)
        r = pk_call_change(call, record, &recording, &err);
    answer_change(call, r, 202, &err);
}
