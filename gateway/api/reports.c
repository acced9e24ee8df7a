/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports of campaigns and of single dates, and how many people came. They are counted on the reading thread step by step, so
 * that a whole city keeps nobody else waiting there. The rules are service/reports. */
#include "gateway/api/counting.h"
#include "gateway/api/handlers.h"
#include "gateway/language/wall.h"
#include "gateway/service/reports.h"

#define WORD_MAX 16u
#define TOOK_TOO_LONG_MS 120000 /* from the call on */

struct reporting {
    struct pk_report_question *question;
    enum pk_report_by by; /* PK_REPORT_TOTAL = all of them */
};

static void drop(void *data)
{
    struct reporting *reporting = data;
    pk_report_question_free(reporting->question);
    free(reporting);
}

static int count(void *data, struct pk_store *store, struct pk_error *err)
{
    struct reporting *reporting = data;
    return pk_report_answer(reporting->question, store, err);
}

static void tell(struct pk_call *call, void *data)
{
    struct reporting *reporting = data;
    struct pk_json_out out = pk_json_out(&call->out);
    pk_report_tell(reporting->question, reporting->by, &out);
    pk_call_answer(call, 200, &call->out);
}

static const struct pk_counting counting = { .step = count, .tell = tell, .late = "the report could not be counted in time",
                                             .most_ms = TOOK_TOO_LONG_MS };

static struct reporting *reporting_new(struct pk_call *call)
{
    struct reporting *reporting = pk_alloc(sizeof *reporting);
    call->data = reporting;
    call->drop = drop;
    return reporting;
}

static int take_by(struct pk_call *call, enum pk_report_by *ret_by, struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    pk_buf_init(&text, WORD_MAX);
    int r = pk_call_argument(call, "by", &text, &given, err);
    if (r == 0 && given && pk_report_by_parse(pk_buf_text(&text), ret_by) != 0)
        r = pk_fail(err, PK_E_INVALID, "argument \"by\" must be step, language, script, channel, area or time");
    pk_buf_finish(&text);
    return r;
}

void pk_api_campaign_report(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct reporting *reporting = reporting_new(call);
    call->actor.purpose = "report";
    int r = take_by(call, &reporting->by, &err);
    if (r == 0)
        r = pk_report_ask_campaign(call->service, &call->actor, call->places[0], call->now_ms, &reporting->question, &err);
    pk_call_count(call, &counting, r, &err);
}

static int take_date(struct pk_call *call, int64_t *ret_event, int32_t *ret_day, struct pk_error *err)
{
    int r = pk_call_place_id(call, 0, "event", ret_event, err);
    if (r != 0 || pk_slice_is(call->places[1], "once") || pk_day_parse(call->places[1], ret_day) == 0)
        return r;
    (void) pk_fail(err, PK_E_NOT_FOUND, "the event has no such date");
    return pk_hint(err, PK_E_NOT_FOUND, "Name it by its day, like 2026-12-01.");
}

void pk_api_date_report(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct reporting *reporting = reporting_new(call);
    int64_t event = 0;
    int32_t day = 0;
    call->actor.purpose = "report";
    int r = take_by(call, &reporting->by, &err);
    if (r == 0)
        r = take_date(call, &event, &day, &err);
    if (r == 0)
        r = pk_report_ask_date(call->service, &call->actor, event, day, call->now_ms, &reporting->question, &err);
    pk_call_count(call, &counting, r, &err);
}

/* ---- who came ---- */

struct coming {
    int64_t event, count;
    int32_t day;
};

static int record(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct coming *coming = ctx;
    return pk_came_record(call->service, &call->actor, coming->event, coming->day, coming->count, call->now_ms, err);
}

void pk_api_date_came(struct pk_call *call)
{
    static const char *const fields[] = { "count", NULL };
    struct pk_error err = { 0 };
    struct coming coming = { 0 };
    call->actor.purpose = "came";
    int r = pk_json_only(call->body, fields, "body", &err);
    if (r == 0 && !pk_json_int(pk_json_get(call->body, "count"), &coming.count))
        r = pk_fail(&err, PK_E_INVALID, "field \"count\" must be a number: how many people came");
    if (r == 0)
        r = take_date(call, &coming.event, &coming.day, &err);
    if (r == 0)
        r = pk_call_change(call, record, &coming, &err);
    if (r != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_id(&out, "event", coming.event);
    pk_json_add_int(&out, "came", coming.count);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}
