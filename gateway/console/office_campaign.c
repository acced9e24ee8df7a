/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One campaign on one page: written, looked at, asked for, approved, started. Its people are counted on the reading thread, so the
 * page is answered in a later turn; what it shows is what its digest names, and the form of an approval carries that.
 */
#include "gateway/api/counting.h"
#include "gateway/base/code.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office_campaign.h"
#include "gateway/console/office_preview.h"
#include "gateway/console/office_typed.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/campaigns_preview.h"
#include "gateway/service/topics.h"
#include "gateway/store/names.h"

#define TEXTS_MAX (64u << 10)
#define ACT_MAX 16
#define ADDRESS_MAX 256
#define PATH_MAX_BYTES 128
#define TOOK_TOO_LONG_MS 30000 /* from the visit on */

struct editor {
    struct pk_visit visit; /* first: the editor is one */
    struct pk_staff staff;
    struct pk_typed typed;
    bool typed_here; /* what was typed stands in the fields, not what is kept */
    bool fresh; /* a new one */
    struct pk_campaign campaign; /* as it is kept */
    struct pk_buf texts; /* what its slices are of */
    struct pk_campaign_preview *preview;
    struct pk_error wrong; /* code 0: nothing is */
    char act[ACT_MAX];
};

static void drop(void *thing)
{
    struct editor *editor = thing;
    pk_typed_finish(&editor->typed);
    pk_campaign_preview_free(editor->preview);
    pk_buf_finish(&editor->texts);
}

/* Signed in at a desk, and allowed: an editor for the rest. NULL: answered. */
static struct editor *open_editor(struct pk_visit *visit, enum pk_action action)
{
    struct editor *editor = pk_visit_stay(visit, sizeof *editor, drop);
    pk_typed_init(&editor->typed);
    pk_buf_init(&editor->texts, TEXTS_MAX);
    return pk_office_opened(&editor->visit, action, &editor->staff) ? editor : NULL;
}

static bool may(const struct editor *editor, enum pk_action action)
{
    const struct pk_about about = { .topic = pk_slice_of(editor->typed.topic) };
    return pk_may(&editor->staff.acting.actor, action, &about, NULL) == 0;
}

/* ---- what is shown ---- */

/* The store's slices are gone with its next call. */
static struct pk_slice keep_slice(struct pk_buf *texts, size_t at)
{
    return pk_slice_make(pk_buf_text(texts) + at, texts->len - at);
}

static int load(struct editor *editor, struct pk_slice name, struct pk_error *err)
{
    struct pk_store *store = editor->visit.call->service->store;
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    struct pk_campaign *campaign = &editor->campaign;
    size_t count = 0, values_at;
    int r = pk_campaign_get(store, name, campaign, err);
    if (r != 0)
        return r;
    (void) pk_buf_add_slice(&editor->texts, campaign->audience);
    values_at = editor->texts.len;
    (void) pk_buf_add_slice(&editor->texts, campaign->values);
    campaign->audience = pk_slice_make(pk_buf_text(&editor->texts), values_at);
    campaign->values = keep_slice(&editor->texts, values_at);
    r = pk_campaign_steps(store, campaign->id, steps, &count, err);
    return r == 0 && !editor->typed_here ? pk_typed_of(&editor->visit, campaign, steps, count, &editor->typed, err) : r;
}

static bool is_own(const struct editor *editor)
{
    const char *name = editor->staff.acting.actor.name;
    return strcmp(editor->campaign.made_by, name) == 0 || strcmp(editor->campaign.asked_by, name) == 0;
}

/* Texts are files and change without it: what was approved is told apart by its digest. */
static bool is_another(const struct editor *editor, const struct pk_json *preview)
{
    struct pk_slice digest = pk_json_string(pk_json_get(preview, "digest"));
    struct pk_buf approved;
    pk_buf_init(&approved, 80);
    pk_hex(&approved, editor->campaign.approved, PK_CAMPAIGN_DIGEST_TEXT / 2);
    bool other = editor->campaign.state == PK_CAMPAIGN_APPROVED && digest.len > 0 && !pk_slice_equal(digest, pk_buf_slice(&approved));
    pk_buf_finish(&approved);
    return other;
}

/* Returns whether its fields are shown. */
static bool add_state(struct editor *editor, const struct pk_json *preview)
{
    struct pk_json_out *out = &editor->visit.out;
    const struct pk_campaign *campaign = &editor->campaign;
    bool draft = campaign->state == PK_CAMPAIGN_DRAFT, asked = campaign->state == PK_CAMPAIGN_AWAITING_APPROVAL, approved = campaign->state == PK_CAMPAIGN_APPROVED;
    bool edits = may(editor, PK_ACTION_CAMPAIGN_EDIT), approves = may(editor, PK_ACTION_CAMPAIGN_APPROVE), ready = preview != NULL && !editor->fresh;
    bool open = draft || asked || approved || campaign->state == PK_CAMPAIGN_PAUSED, other = is_another(editor, preview);
    pk_json_add_bool(out, "editable", edits && open);
    pk_json_add_bool(out, "undoes", edits && (asked || approved || campaign->state == PK_CAMPAIGN_PAUSED)); /* saving makes it a draft again */
    pk_json_add_bool(out, "asks", edits && draft && ready);
    pk_json_add_bool(out, "starts", approved && !other && may(editor, PK_ACTION_CAMPAIGN_START));
    pk_json_add_bool(out, "approves", asked && ready && approves && !is_own(editor));
    pk_json_add_bool(out, "ownAsked", asked && is_own(editor));
    pk_json_add_bool(out, "tries", edits && ready && open);
    pk_json_add_bool(out, "othersTurn", asked && !approves && !is_own(editor));
    pk_json_add_bool(out, "textsChanged", other);
    pk_json_add_bool(out, "live", campaign->state >= PK_CAMPAIGN_RUNNING);
    pk_json_add_id(out, "campaignId", campaign->id);
    pk_json_add_text(out, "sentBack", draft ? campaign->why : "");
    pk_json_add_text(out, "pausedWhy", campaign->state == PK_CAMPAIGN_PAUSED ? campaign->why : "");
    pk_json_add_text(out, "madeBy", campaign->made_by);
    pk_json_add_text(out, "askedBy", campaign->asked_by);
    pk_json_add_text(out, "approvedBy", campaign->approved_by);
    return edits && open;
}

/* What the last form did, as the address says it. */
static void add_done(struct pk_visit *visit)
{
    static const char *const acts[] = { "save", "submit", "approve", "return", "start", "trial" };
    struct pk_buf done;
    pk_buf_init(&done, ACT_MAX);
    bool given = pk_http_request_argument(visit->call->request, "done", &done) == 0, known = false;
    for (size_t i = 0; given && i < PK_COUNT(acts); i++)
        known |= pk_slice_is(pk_buf_slice(&done), acts[i]);
    pk_staff_add_phrase(visit, "done", "campaigns.done", known ? pk_buf_text(&done) : "none");
    pk_json_add_bool(&visit->out, "anyDone", known);
    pk_buf_finish(&done);
    pk_staff_add_flag(visit, "old");
}

static void show(struct editor *editor, const struct pk_json *preview)
{
    struct pk_visit *visit = &editor->visit;
    struct pk_error err = { 0 };
    struct pk_slice topic = pk_slice_of(editor->typed.topic);
    pk_json_add_text(&visit->out, "campaign", editor->typed.name);
    pk_json_add_text(&visit->out, "pageTitle", editor->typed.name);
    pk_json_add_bool(&visit->out, "fresh", editor->fresh);
    pk_json_add_bool(&visit->out, "looked", false);
    pk_json_add_text(&visit->out, "topic", editor->typed.topic);
    const struct pk_topic_rule *rule = pk_rules_topic(visit->call->service->rules, topic);
    pk_json_add_text(&visit->out, "topicName", rule ? pk_topic_name(visit->call->service, rule, pk_slice_of(pk_visit_language(visit))) : editor->typed.topic);
    pk_office_add_turn(visit, &editor->staff, &editor->campaign, topic);
    bool edits = add_state(editor, preview);
    add_done(visit);
    pk_office_add_wrong(visit, &editor->wrong);
    int r = pk_office_add_date(visit, editor->typed.event, editor->typed.day, &err);
    if (!edits)
        pk_ticks_add_words(visit, &editor->typed.ticks);
    else if (r == 0)
        r = pk_typed_add(visit, &editor->staff, &editor->typed, &err);
    if (preview) {
        pk_preview_add_count(visit, preview);
        pk_preview_add_texts(visit, preview);
        pk_preview_add_contract(visit, preview);
    }
    if (r == 0)
        pk_office_show(visit, &editor->staff, editor->wrong.code != 0 ? pk_code_http_status(editor->wrong.code) : 200, "campaigns", "office-campaign");
    else
        pk_visit_trouble(visit, &err);
}

/* ---- counted on the reading thread ---- */

static int count(void *thing, struct pk_store *store, struct pk_error *err)
{
    struct editor *editor = thing;
    return pk_campaign_preview_some(editor->preview, store, err);
}

/* What went wrong with the form before is said first. */
static void show_without(struct editor *editor, const struct pk_error *err)
{
    if (editor->wrong.code == 0)
        editor->wrong = *err;
    show(editor, NULL);
}

static void tell(struct pk_call *call, void *thing)
{
    struct editor *editor = thing;
    pk_auto(pk_json) struct pk_json *preview = NULL;
    struct pk_error err = { 0 };
    struct pk_buf told;
    pk_buf_init(&told, PK_CALL_ANSWER_MAX);
    struct pk_json_out out = pk_json_out(&told);
    int r = pk_campaign_preview_tell(call->service, editor->preview, &out, &err);
    if (r == 0)
        r = pk_json_parse(pk_buf_slice(&told), PK_CALL_ANSWER_MAX, &preview, &err);
    pk_buf_finish(&told);
    if (r != 0)
        show_without(editor, &err);
    else
        show(editor, preview);
}

static void fail(struct pk_call *call, void *thing, const struct pk_error *err)
{
    (void) call;
    show_without(thing, err);
}

/* The campaign of this name with its preview. */
static void show_kept(struct editor *editor, struct pk_slice name)
{
    static const struct pk_counting how = { .step = count, .tell = tell, .fail = fail, .late = "its people could not be counted in time",
                                            .most_ms = TOOK_TOO_LONG_MS };
    struct pk_call *call = editor->visit.call;
    struct pk_error err = { 0 };
    int r = load(editor, name, &err);
    if (r == 0)
        r = pk_campaign_preview_ask(call->service, &editor->staff.acting.actor, name, call->now_ms, &editor->preview, &err);
    if (r == PK_E_NOT_FOUND || r == PK_E_DENIED) {
        pk_visit_trouble(&editor->visit, &err);
    } else if (r != 0) {
        show_without(editor, &err);
    } else {
        pk_call_count(call, &how, 0, NULL);
    }
}

void pk_office_campaign_page(struct pk_visit *visit)
{
    struct editor *editor = open_editor(visit, PK_ACTION_CAMPAIGN_VIEW);
    if (editor)
        show_kept(editor, editor->visit.place);
}

/* ---- a new one ---- */

static int propose(struct editor *editor, struct pk_error *err)
{
    struct pk_visit *visit = &editor->visit;
    struct pk_agenda_event event;
    int64_t id = 0;
    int32_t day = 0;
    editor->fresh = true;
    int r = pk_office_date_parse(visit->place, &id, &day, err);
    if (r == 0)
        r = pk_events_show(visit->call->service, &editor->staff.acting.actor, id, &event, err);
    return r == 0 ? pk_typed_propose(visit, &event, day, &editor->typed, err) : r;
}

void pk_office_invite_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct editor *editor = open_editor(visit, PK_ACTION_CAMPAIGN_EDIT);
    if (editor && propose(editor, &err) == 0)
        show(editor, NULL);
    else if (editor)
        pk_visit_trouble(&editor->visit, &err);
}

/* ---- written ---- */

static int write_it(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct editor *editor = (struct editor *) visit;
    struct pk_service *service = visit->call->service;
    struct pk_campaign there;
    struct pk_typed_plan plan;
    staff->acting.actor.purpose = "campaign";
    if (editor->fresh && pk_campaign_get(service->store, pk_slice_of(editor->typed.name), &there, NULL) == 0)
        return pk_fail(err, PK_E_INVALID, "name: there is a campaign of this name");
    int r = pk_typed_plan(visit, &editor->typed, &plan, err);
    if (r == 0)
        r = pk_campaign_put(service, &staff->acting.actor, &plan.plan, visit->call->now_ms, err);
    pk_typed_plan_finish(&plan);
    return r;
}

static void go(struct editor *editor, const char *name, const char *what)
{
    char path[PATH_MAX_BYTES];
    (void) snprintf(path, sizeof path, "/office/campaigns/%s?%s", name, what);
    pk_visit_go(&editor->visit, path);
}

static bool is_mistake(int r)
{
    return r == PK_E_INVALID || r == PK_E_NOT_FOUND || r == PK_E_LIMIT || r == PK_E_DENIED;
}

/* After a form: to the page that shows what it did, or this page again with what was wrong. */
static void end(struct editor *editor, int r, const struct pk_error *err, const char *done)
{
    const char *name = editor->typed.name;
    bool twice = r == PK_E_CONFLICT && pk_staff_tapped_twice(&editor->visit, &editor->staff);
    if (r == 0 || twice) {
        go(editor, name, done);
    } else if (r == PK_E_CONFLICT && !editor->fresh) {
        go(editor, name, "old=1");
    } else if (is_mistake(r) && editor->fresh) {
        editor->wrong = *err;
        show(editor, NULL);
    } else if (is_mistake(r)) {
        editor->wrong = *err;
        show_kept(editor, pk_slice_of(name));
    } else {
        pk_visit_trouble(&editor->visit, err);
    }
}

void pk_office_invite(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct editor *editor = open_editor(visit, PK_ACTION_CAMPAIGN_EDIT);
    if (!editor)
        return;
    int r = propose(editor, &err);
    if (r != 0) {
        pk_visit_trouble(&editor->visit, &err);
        return;
    }
    pk_office_field(&editor->visit, "name", editor->typed.name, sizeof editor->typed.name);
    r = pk_typed_read(&editor->visit, &editor->typed, &err);
    if (r == 0)
        r = pk_staff_change(&editor->visit, &editor->staff, write_it, &err);
    if (r == PK_E_CONFLICT && !pk_staff_tapped_twice(&editor->visit, &editor->staff))
        r = PK_E_INVALID; /* of another page: what was typed is not lost */
    end(editor, r, &err, "done=save#texts");
}

/* ---- decided ---- */

static int try_it(struct editor *editor, struct pk_error *err)
{
    struct pk_visit *visit = &editor->visit;
    struct pk_campaign_trial trial = { .step = 1 };
    char address[ADDRESS_MAX], language[PK_TYPED_SHORT], step[PK_TYPED_SHORT];
    int64_t message;
    pk_office_field(visit, "address", address, sizeof address);
    pk_office_field(visit, "language", language, sizeof language);
    pk_office_field(visit, "step", step, sizeof step);
    struct pk_slice script = pk_slice_of(language);
    if (!pk_slice_cut(&script, '-', &trial.language))
        trial.language = pk_slice_of(language);
    trial.address = pk_slice_of(address);
    trial.script = memchr(language, '-', strlen(language)) ? script : PK_SLICE("");
    int r = pk_parse_int(pk_slice_of(step), 1, PK_CAMPAIGN_STEPS_MAX, &trial.step);
    editor->staff.acting.actor.purpose = "test";
    if (r == 0)
        r = pk_campaign_try(visit->call->service, &editor->staff.acting.actor, pk_slice_of(editor->typed.name), &trial, visit->call->now_ms, &message, err);
    else
        r = pk_fail(err, r, "field \"address\" or its step is missing");
    explicit_bzero(address, sizeof address);
    return r;
}

static int decide(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    static const struct {
        const char *name;
        enum pk_campaign_act act;
    } acts[] = { { "submit", PK_CAMPAIGN_SUBMIT }, { "approve", PK_CAMPAIGN_APPROVE }, { "start", PK_CAMPAIGN_START } };
    struct editor *editor = (struct editor *) visit;
    struct pk_service *service = visit->call->service;
    struct pk_slice name = pk_slice_of(editor->typed.name);
    char digest[PK_CAMPAIGN_DIGEST_TEXT], why[PK_CAMPAIGN_WHY_MAX + 2];
    if (strcmp(editor->act, "trial") == 0)
        return try_it(editor, err);
    if (strcmp(editor->act, "return") == 0) {
        pk_office_field(visit, "why", why, sizeof why);
        return pk_campaign_send_back(service, &staff->acting.actor, name, pk_slice_of(why), visit->call->now_ms, err);
    }
    pk_office_field(visit, "digest", digest, sizeof digest);
    for (size_t i = 0; i < PK_COUNT(acts); i++)
        if (strcmp(editor->act, acts[i].name) == 0)
            return pk_campaign_do(service, &staff->acting.actor, name, acts[i].act, pk_slice_of(digest), visit->call->now_ms, err);
    return pk_fail(err, PK_E_INVALID, "this form asks for nothing there is");
}

static void save(struct editor *editor)
{
    struct pk_error err = { 0 };
    int r = load(editor, pk_slice_of(editor->typed.name), &err);
    pk_buf_clear(&editor->texts);
    if (r == 0)
        r = pk_typed_read(&editor->visit, &editor->typed, &err);
    if (r == 0)
        r = pk_staff_change(&editor->visit, &editor->staff, write_it, &err);
    editor->typed_here = true;
    end(editor, r, &err, strcmp(editor->act, "look") == 0 ? "done=save#texts" : "done=save");
}

void pk_office_campaign(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    char done[ACT_MAX + 8];
    struct editor *editor = open_editor(visit, PK_ACTION_CAMPAIGN_VIEW);
    if (!editor)
        return;
    if (!pk_is_name(editor->visit.place)) {
        (void) pk_fail(&err, PK_E_NOT_FOUND, "there is no such campaign");
        pk_visit_trouble(&editor->visit, &err);
        return;
    }
    (void) snprintf(editor->typed.name, sizeof editor->typed.name, "%.*s", PK_SLICE_ARG(editor->visit.place));
    pk_office_field(&editor->visit, "act", editor->act, sizeof editor->act);
    if (strcmp(editor->act, "save") == 0 || strcmp(editor->act, "look") == 0) {
        save(editor);
        return;
    }
    int r = pk_staff_change(&editor->visit, &editor->staff, decide, &err);
    (void) snprintf(done, sizeof done, "done=%s", editor->act);
    end(editor, r, &err, done);
}
