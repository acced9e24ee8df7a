/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A campaign's page while somebody types: how many people the boxes mean, and what the texts say. What is asked with the fields of the
 * page changes nothing: people are counted on the reading thread, and for its texts the campaign is written, read and undone in
 * one unit. Each answer is the piece of the page that its file is.
 */
#include "gateway/api/counting.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office_campaign.h"
#include "gateway/console/office_preview.h"
#include "gateway/console/office_typed.h"
#include "gateway/service/audience.h"
#include "gateway/service/campaigns_preview.h"

#define TOOK_TOO_LONG_MS 30000
#define NAMELESS "nameless" /* of a new one whose name is none yet; nothing of it is kept */

struct looking {
    struct pk_visit visit; /* first */
    struct pk_staff staff;
    struct pk_typed typed;
    struct pk_audience_question *question;
    struct pk_error wrong; /* code 0: nothing is */
};

static void drop(void *thing)
{
    struct looking *looking = thing;
    pk_typed_finish(&looking->typed);
    pk_audience_question_free(looking->question);
}

/* What failed, if it did: a way that was tried first may have left its words in `err`. */
static void note(struct looking *looking, int r, const struct pk_error *err)
{
    if (r != 0)
        looking->wrong = *err;
}

/* What stands in the fields. NULL: answered. */
static struct looking *look(struct pk_visit *visit)
{
    struct looking *looking = pk_visit_stay(visit, sizeof *looking, drop);
    char date[PK_DATE_PLACE_MAX];
    struct pk_error err = { 0 };
    pk_typed_init(&looking->typed);
    if (!pk_office_opened(&looking->visit, PK_ACTION_CAMPAIGN_EDIT, &looking->staff))
        return NULL;
    visit = &looking->visit;
    pk_office_field(visit, "name", looking->typed.name, sizeof looking->typed.name);
    pk_office_field(visit, "topic", looking->typed.topic, sizeof looking->typed.topic);
    pk_office_field(visit, "about", date, sizeof date);
    int r = date[0] ? pk_office_date_parse(pk_slice_of(date), &looking->typed.event, &looking->typed.day, &err) : 0;
    if (r == 0)
        r = pk_typed_read(visit, &looking->typed, &err);
    note(looking, r, &err);
    return looking;
}

static void show(struct looking *looking, const char *page)
{
    pk_json_add_bool(&looking->visit.out, "looked", true);
    pk_office_add_wrong(&looking->visit, &looking->wrong);
    pk_visit_show(&looking->visit, 200, page);
}

/* ---- how many ---- */

static int count(void *thing, struct pk_store *store, struct pk_error *err)
{
    struct looking *looking = thing;
    return pk_audience_count_some(looking->question, store, err);
}

static void tell_count(struct pk_call *call, void *thing)
{
    struct looking *looking = thing;
    pk_auto(pk_json) struct pk_json *told = NULL;
    struct pk_error err = { 0 };
    struct pk_buf text;
    (void) call;
    pk_buf_init(&text, PK_VISIT_DATA_MAX);
    struct pk_json_out out = pk_json_out(&text);
    pk_audience_tell(looking->question, &out);
    note(looking, pk_json_parse(pk_buf_slice(&text), PK_VISIT_DATA_MAX, &told, &err), &err);
    pk_buf_finish(&text);
    if (told)
        pk_preview_add_count(&looking->visit, told);
    show(looking, "office-campaign-count");
}

/* The piece says why, in the place of the number. */
static void fail_count(struct pk_call *call, void *thing, const struct pk_error *err)
{
    struct looking *looking = thing;
    (void) call;
    looking->wrong = *err;
    show(looking, "office-campaign-count");
}

void pk_office_look_count(struct pk_visit *visit)
{
    static const struct pk_counting how = { .step = count, .tell = tell_count, .fail = fail_count,
                                            .late = "the audience could not be counted in time", .most_ms = TOOK_TOO_LONG_MS };
    struct looking *looking = look(visit);
    struct pk_error err = { 0 };
    struct pk_buf line;
    if (!looking)
        return;
    struct pk_call *call = looking->visit.call;
    looking->staff.acting.actor.purpose = "count";
    pk_buf_init(&line, PK_AUDIENCE_TEXT_MAX);
    pk_ticks_line(call->service->rules, &looking->typed.ticks, &line);
    const struct pk_audience_plan plan = { .topic = pk_slice_of(looking->typed.topic), .where = pk_buf_slice(&line) };
    if (looking->wrong.code == 0)
        note(looking, pk_audience_ask(call->service, &looking->staff.acting.actor, &plan, call->now_ms, &looking->question, &err), &err);
    pk_buf_finish(&line);
    if (looking->question)
        pk_call_count(call, &how, 0, NULL);
    else
        show(looking, "office-campaign-count");
}

/* ---- what they say ---- */

static int tell(struct looking *looking, struct pk_json_out *out, struct pk_error *err)
{
    pk_auto(pk_campaign_preview) struct pk_campaign_preview *preview = NULL;
    struct pk_call *call = looking->visit.call;
    const struct pk_actor *actor = &looking->staff.acting.actor;
    struct pk_typed_plan plan;
    int r = pk_typed_plan(&looking->visit, &looking->typed, &plan, err);
    if (r == 0)
        r = pk_campaign_put(call->service, actor, &plan.plan, call->now_ms, err);
    if (r == 0)
        r = pk_campaign_preview_ask(call->service, actor, plan.plan.name, call->now_ms, &preview, err);
    if (r == 0)
        r = pk_campaign_preview_tell(call->service, preview, out, err); /* of nobody: its people are asked for beside this */
    pk_typed_plan_finish(&plan);
    return r;
}

void pk_office_look_texts(struct pk_visit *visit)
{
    struct looking *looking = look(visit);
    pk_auto(pk_json) struct pk_json *preview = NULL;
    struct pk_error err = { 0 };
    struct pk_buf text;
    if (!looking)
        return;
    struct pk_store *store = looking->visit.call->service->store;
    if (!pk_is_name(pk_slice_of(looking->typed.name)))
        (void) snprintf(looking->typed.name, sizeof looking->typed.name, NAMELESS);
    pk_buf_init(&text, PK_CALL_ANSWER_MAX);
    struct pk_json_out out = pk_json_out(&text);
    int r = looking->wrong.code == 0 ? pk_unit_begin(store, &err) : looking->wrong.code;
    if (r == 0) {
        r = tell(looking, &out, &err);
        pk_unit_drop(store);
        if (r == 0)
            r = pk_json_parse(pk_buf_slice(&text), PK_CALL_ANSWER_MAX, &preview, &err);
    }
    if (looking->wrong.code == 0)
        note(looking, r, &err);
    if (preview)
        pk_preview_add_texts(&looking->visit, preview);
    pk_buf_finish(&text);
    show(looking, "office-campaign-texts");
}
