/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The table of rights against the service's own functions, cell by cell: for each action of people's data and each role the
 * function is called, refused where the table says no, refused for what is not one's own where it says own, and let in where
 * it says yes. Every action of the table is in one of the lists here, or the test fails.
 */
#include "tests/unit/service/talk.h"

#include "gateway/service/approvals.h"
#include "gateway/service/audience.h"
#include "gateway/service/breach.h"
#include "gateway/base/json.h"
#include "gateway/service/campaigns.h"
#include "gateway/service/circles.h"
#include "gateway/service/consent.h"
#include "gateway/service/deep_links.h"
#include "gateway/service/events.h"
#include "gateway/service/holds.h"
#include "gateway/service/inbox.h"
#include "gateway/service/keys.h"
#include "gateway/service/own.h"
#include "gateway/service/own_texts_tell.h"
#include "gateway/service/person.h"
#include "gateway/service/readings.h"
#include "gateway/service/reports.h"
#include "gateway/service/rsvps.h"
#include "gateway/service/signup.h"
#include "gateway/service/users.h"
#include "gateway/service/verification.h"
#include "gateway/service/webhooks.h"
#include "gateway/store/acts.h"
#include "gateway/store/internal.h"

struct doing {
    struct house *house;
    const struct pk_actor *actor;
    int64_t person, trigger;
    int64_t draft, planned; /* events */
    const char *circle; /* a key person's name: whose circle, whose draft */
};

static struct pk_service *service_of(struct doing *d)
{
    return d->house->service;
}

static int add(struct doing *d, struct pk_error *err)
{
    const struct pk_signup_plan plan = { .address = PK_SLICE(STRANGER), .language = PK_SLICE("bg"), .topics = PK_SLICE("festival") };
    return pk_signup(service_of(d), d->actor, &plan, HOUSE_NOW, err);
}

static int view(struct doing *d, struct pk_error *err)
{
    int64_t found = 0;
    char own[2 * PK_LANGUAGE_MAX];
    struct pk_buf out;
    if (d->actor->role != PK_ROLE_PERSON)
        return pk_consent_find(service_of(d), d->actor, PK_SLICE("sms"), PK_SLICE(ANNA), HOUSE_NOW, &found, err);
    pk_buf_init(&out, 1u << 16);
    struct pk_json_out json = pk_json_out(&out);
    pk_json_open(&json, NULL, '{');
    int r = pk_own_show(service_of(d), d->actor, PK_SLICE("bg"), HOUSE_NOW, &json, own, err);
    pk_buf_finish(&out);
    return r;
}

static int change(struct doing *d, struct pk_error *err)
{
    return pk_own_language(service_of(d), d->actor, PK_SLICE("nl"), HOUSE_NOW, err);
}

static int export_person(struct doing *d, struct pk_error *err)
{
    struct pk_buf out;
    pk_buf_init(&out, 1u << 20);
    int r = pk_person_export(service_of(d), d->actor, &(struct pk_whom){ .recipient = d->person }, HOUSE_NOW, &out, err);
    pk_buf_finish(&out);
    return r;
}

static int erase(struct doing *d, struct pk_error *err)
{
    return pk_person_erase(service_of(d), d->actor, &(struct pk_erase_plan){ .whom = { .recipient = d->person } }, HOUSE_NOW, err);
}

static int link_make(struct doing *d, struct pk_error *err)
{
    struct pk_link_made made;
    const struct pk_link_plan plan = { .recipient = d->person, .channel = PK_SLICE("telegram") };
    return pk_link_make(service_of(d), d->actor, &plan, HOUSE_NOW, &made, err);
}

static int link_look(struct doing *d, struct pk_error *err)
{
    return pk_link_look(service_of(d), d->actor, d->person, HOUSE_NOW, err);
}

static int circle_view(struct doing *d, struct pk_error *err)
{
    struct pk_circle_view seen;
    return pk_circle_show(service_of(d), d->actor, pk_slice_of(d->circle), HOUSE_NOW, &seen, err);
}

static int see_none(void *ctx, const struct pk_signup *signup)
{
    (void) ctx;
    (void) signup;
    return 0;
}

static int circle_recent(struct doing *d, struct pk_error *err)
{
    return pk_circle_recent(service_of(d), d->actor, pk_slice_of(d->circle), HOUSE_NOW, see_none, NULL, err);
}

static int circle_handover(struct doing *d, struct pk_error *err)
{
    return pk_circle_pass_on(service_of(d), d->actor, PK_SLICE("maria"), PK_SLICE("petya"), HOUSE_NOW, err);
}

static int circle_allow(struct doing *d, struct pk_error *err)
{
    int64_t most;
    return pk_circle_let(service_of(d), d->actor, PK_SLICE("maria"), 5, 0, HOUSE_NOW, &most, err);
}

static int circle_leave(struct doing *d, struct pk_error *err)
{
    return pk_circle_step_out(service_of(d), d->actor, HOUSE_NOW, err);
}

static int audience_count(struct doing *d, struct pk_error *err)
{
    char circle[40];
    struct pk_audience_question *question = NULL;
    (void) snprintf(circle, sizeof circle, "circle:%s", d->circle);
    const struct pk_audience_plan plan = { .topic = PK_SLICE("festival"),
                                           .where = d->actor->role == PK_ROLE_KEY_PERSON ? pk_slice_of(circle) : PK_SLICE("school:windroos") };
    int r = pk_audience_ask(service_of(d), d->actor, &plan, HOUSE_NOW, &question, err);
    pk_audience_question_free(question);
    return r;
}

static int consent_view(struct doing *d, struct pk_error *err)
{
    struct pk_recipient who;
    return pk_consent_look(service_of(d), d->actor, d->person, "consent.show", HOUSE_NOW, &who, err);
}

static int consent_grant(struct doing *d, struct pk_error *err)
{
    const struct pk_grant_plan plan = {
        .recipient = d->person, .topic = PK_SLICE("info-point"), .channel = PK_SLICE("sms"), .how = PK_SLICE("desk"), .by = PK_SLICE("x")
    };
    struct pk_grant_result result;
    return pk_consent_grant(service_of(d), d->actor, &plan, HOUSE_NOW, &result, err);
}

static int consent_withdraw(struct doing *d, struct pk_error *err)
{
    const struct pk_withdraw_plan plan = { .recipient = d->person, .by = PK_SLICE("x") };
    size_t count;
    return pk_consent_withdraw(service_of(d), d->actor, &plan, HOUSE_NOW, &count, err);
}

static int consent_verify(struct doing *d, struct pk_error *err)
{
    return pk_verification_start(service_of(d)->verification, d->actor, HOUSE_NOW, err);
}

static int inbox_read(struct doing *d, struct pk_error *err)
{
    struct pk_inbox_item item;
    return pk_inbox_open(service_of(d), d->actor, 5, HOUSE_NOW, &item, err);
}

static int inbox_answer(struct doing *d, struct pk_error *err)
{
    struct pk_inbox_sent sent;
    const struct pk_inbox_answer answer = { .item = 5, .subject = 1, .words = PK_SLICE("да") };
    return pk_inbox_reply(service_of(d), d->actor, &answer, HOUSE_NOW, &sent, err);
}

static int inbox_hand_to(struct doing *d, struct pk_error *err)
{
    return pk_inbox_hand_to(service_of(d), d->actor, 5, PK_SLICE("desk"), HOUSE_NOW, err);
}

static int inbox_end(struct doing *d, struct pk_error *err)
{
    return pk_inbox_end(service_of(d), d->actor, 5, 1, HOUSE_NOW, err);
}

static int rsvp(struct doing *d, struct pk_error *err)
{
    struct pk_rsvp_plan plan = { .trigger = d->trigger, .yes = true };
    if (d->actor->role == PK_ROLE_KEY_PERSON)
        plan.whom.address = PK_SLICE(ANNA);
    else
        plan.whom.recipient = d->person;
    return pk_rsvp_record(service_of(d), d->actor, &plan, HOUSE_NOW, err);
}

static int key_edit(struct doing *d, struct pk_error *err)
{
    return pk_keys_retire(service_of(d), d->actor, 77, HOUSE_NOW, err);
}

static int webhook_view(struct doing *d, struct pk_error *err)
{
    return pk_webhooks_may_look(service_of(d), d->actor, PK_SLICE("nothing"), err);
}

static int each_webhook(void *ctx, const struct pk_webhook_view *view)
{
    (void) ctx;
    (void) view;
    return 0;
}

static int webhook_list(struct doing *d, struct pk_error *err)
{
    return pk_webhooks_show(service_of(d), d->actor, each_webhook, NULL, err);
}

static int webhook_resend(struct doing *d, struct pk_error *err)
{
    return pk_webhooks_resend(service_of(d), d->actor, 77, HOUSE_NOW, err);
}

static int webhook_test(struct doing *d, struct pk_error *err)
{
    int64_t id;
    return pk_webhooks_test(service_of(d), d->actor, PK_SLICE("nothing"), HOUSE_NOW, &id, err);
}

static int webhook_resume(struct doing *d, struct pk_error *err)
{
    int64_t waiting;
    return pk_webhooks_resume(service_of(d), d->actor, PK_SLICE("nothing"), HOUSE_NOW, &waiting, err);
}

static int breach(struct doing *d, struct pk_error *err)
{
    return pk_breach_open(service_of(d), d->actor, 0, HOUSE_NOW, err);
}

/* Without a second person, and of a text that is not there: who may is told so. */
static int notify(struct doing *d, struct pk_error *err)
{
    int64_t trigger;
    const struct pk_breach_notice notice = { .link = PK_SLICE("https://a.nl/b") };
    return pk_breach_notify(service_of(d), d->actor, &notice, HOUSE_NOW, &trigger, err);
}

static int template_read(struct doing *d, struct pk_error *err)
{
    return pk_text_was_read(service_of(d), d->actor, PK_SLICE("nothing"), PK_SLICE("bg"), PK_SLICE(""), HOUSE_NOW, err);
}

static int template_view(struct doing *d, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, 4096);
    struct pk_json_out out = pk_json_out(&text);
    const struct pk_texts_teller teller = { .service = service_of(d), .actor = d->actor, .out = &out };
    int r = pk_texts_tell_one(&teller, PK_SLICE("nothing"), err);
    pk_buf_finish(&text);
    return r;
}

static int template_edit(struct doing *d, struct pk_error *err)
{
    struct pk_ini_report report = { 0 };
    const struct pk_own_file file = { PK_SLICE("nothing"), PK_SLICE("bg"), PK_SLICE("x") };
    return pk_own_texts_write(service_of(d), d->actor, &file, 1, PK_EDITION_ANY, &report, HOUSE_NOW, err);
}

static int template_withdraw(struct doing *d, struct pk_error *err)
{
    struct pk_ini_report report = { 0 };
    return pk_own_texts_withdraw(service_of(d), d->actor, PK_SLICE("nothing"), PK_EDITION_ANY, &report, HOUSE_NOW, err);
}

#define CAMPAIGN PK_SLICE("autumn")

static int campaign_view(struct doing *d, struct pk_error *err)
{
    struct pk_campaign_view view;
    return pk_campaign_view(service_of(d), d->actor, CAMPAIGN, HOUSE_NOW, &view, err);
}

static int campaign_edit(struct doing *d, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    static const char text[] = "{\"values\":{\"begins\":\"2026-10-27T17:30:00Z\",\"place\":\"x\"},"
                               "\"steps\":[{\"when\":\"2 hours before\",\"template\":\"parent-meeting-invitation\"}]}";
    assert_int_equal(pk_json_parse(pk_slice_of(text), sizeof text, &document, NULL), 0);
    const struct pk_campaign_plan plan = { .name = CAMPAIGN,
                                           .topic = PK_SLICE("parent-meetings"),
                                           .values = pk_json_get(document, "values"),
                                           .steps = pk_json_get(document, "steps"),
                                           .people_max = 5 };
    return pk_campaign_put(service_of(d), d->actor, &plan, HOUSE_NOW, err);
}

static int campaign_move(struct doing *d, struct pk_error *err)
{
    return pk_campaign_move(service_of(d), d->actor, CAMPAIGN, NULL, HOUSE_NOW, err);
}

static int campaign_approve(struct doing *d, struct pk_error *err)
{
    return pk_campaign_do(service_of(d), d->actor, CAMPAIGN, PK_CAMPAIGN_APPROVE, PK_SLICE(""), HOUSE_NOW, err);
}

static int campaign_start(struct doing *d, struct pk_error *err)
{
    return pk_campaign_do(service_of(d), d->actor, CAMPAIGN, PK_CAMPAIGN_START, PK_SLICE(""), HOUSE_NOW, err);
}

static int campaign_stop(struct doing *d, struct pk_error *err)
{
    return pk_campaign_do(service_of(d), d->actor, CAMPAIGN, PK_CAMPAIGN_PAUSE, PK_SLICE(""), HOUSE_NOW, err);
}

static int campaign_remind(struct doing *d, struct pk_error *err)
{
    struct pk_campaign_reminded done;
    return pk_campaign_remind(service_of(d), d->actor, CAMPAIGN, pk_slice_of(d->circle), HOUSE_NOW, &done, err);
}

#define OF(role) (1u << PK_ROLE_##role)

/* ---- events ---- */

static const struct pk_kind_rule event_kinds[] = { { .name = "info-point", .topic = "info-point", .length_ms = 3600000, .place = "x" } };

/* One that the key person proposed, or that is planned; it comes back every day from today on. Of nobody's doing. */
static int64_t event_of(struct doing *d, bool draft)
{
    struct pk_agenda_event event = { .kind = "info-point", .title = "x", .when = { 20261013, 1080, 0, PK_EVENTS_NO_END }, .rule = "FREQ=DAILY;COUNT=3" };
    const struct pk_actor by = { .role = draft ? PK_ROLE_KEY_PERSON : PK_ROLE_ADVISER, .name = draft ? d->circle : "anna" };
    d->house->rules.kinds = event_kinds;
    d->house->rules.kind_count = PK_COUNT(event_kinds);
    assert_int_equal(pk_events_plan(service_of(d), &by, &event, draft, HOUSE_NOW, NULL), 0);
    return event.id;
}

static int event_view(struct doing *d, struct pk_error *err)
{
    struct pk_agenda_event event;
    return pk_events_show(service_of(d), d->actor, d->draft, &event, err);
}

static int event_edit(struct doing *d, struct pk_error *err)
{
    return pk_events_accept(service_of(d), d->actor, d->draft, HOUSE_NOW, err);
}

static int event_files(struct doing *d, struct pk_error *err)
{
    struct pk_events_imported done;
    return pk_events_import(service_of(d), d->actor, PK_SLICE("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), PK_SLICE(""), false, false, HOUSE_NOW, &done, err);
}

static int event_propose(struct doing *d, struct pk_error *err)
{
    struct pk_events_done done = { 0 };
    return pk_events_cancel(service_of(d), d->actor, d->draft, HOUSE_NOW, &done, err);
}

static int event_closed(struct doing *d, struct pk_error *err)
{
    struct pk_events_done done = { 0 };
    return pk_events_cancel_date(service_of(d), d->actor, d->planned, 20261013, HOUSE_NOW, &done, err);
}

/* ---- what is urgent ---- */

#define WAITING 77 /* a trigger that waited, and is gone */

static int trigger_decide(struct doing *d, struct pk_error *err)
{
    return pk_hold_trigger_decide(service_of(d), d->actor, WAITING, true, HOUSE_NOW, err);
}

static int approval_ask(struct doing *d, struct pk_error *err)
{
    const struct pk_approval_plan plan = { .type = PK_SLICE("event.cancelled"), .publisher = PK_SLICE("nobody"), .topic = PK_SLICE("festival") };
    int64_t id;
    return pk_approvals_ask(service_of(d), d->actor, &plan, HOUSE_NOW, &id, err);
}

static int approval_approve(struct doing *d, struct pk_error *err)
{
    return pk_approvals_approve(service_of(d), d->actor, WAITING, PK_SLICE("x"), HOUSE_NOW, err);
}

static int approval_revoke(struct doing *d, struct pk_error *err)
{
    return pk_approvals_revoke(service_of(d), d->actor, WAITING, HOUSE_NOW, err);
}

static int event_came(struct doing *d, struct pk_error *err)
{
    return pk_came_record(service_of(d), d->actor, d->draft, 20261013, 7, HOUSE_NOW, err);
}

static int report_view(struct doing *d, struct pk_error *err)
{
    pk_auto(pk_report_question) struct pk_report_question *question = NULL;
    return pk_report_ask_date(service_of(d), d->actor, d->draft, 20261013, HOUSE_NOW, &question, err);
}

static int report_of_campaign(struct doing *d, struct pk_error *err)
{
    pk_auto(pk_report_question) struct pk_report_question *question = NULL;
    return pk_report_ask_campaign(service_of(d), d->actor, CAMPAIGN, HOUSE_NOW, &question, err);
}

static const struct {
    enum pk_action action;
    int (*act)(struct doing *d, struct pk_error *err);
    unsigned always_own; /* roles for whom the function can only mean their own */
    unsigned elsewhere; /* roles whose own is reached another way, and never by this function */
} acts[] = {
    { PK_ACTION_RECIPIENT_ADD, add, OF(KEY_PERSON), 0 },
    { PK_ACTION_RECIPIENT_VIEW, view, OF(PERSON), 0 },
    { PK_ACTION_RECIPIENT_CHANGE, change, OF(PERSON), 0 },
    { PK_ACTION_RECIPIENT_EXPORT, export_person, 0, 0 },
    { PK_ACTION_RECIPIENT_ERASE, erase, 0, 0 },
    { PK_ACTION_RECIPIENT_LINK, link_make, 0, 0 },
    { PK_ACTION_RECIPIENT_LINK, link_look, 0, 0 },
    { PK_ACTION_CIRCLE_VIEW, circle_view, 0, 0 },
    { PK_ACTION_CIRCLE_RECENT, circle_recent, 0, 0 },
    { PK_ACTION_CIRCLE_HANDOVER, circle_handover, 0, 0 },
    { PK_ACTION_CIRCLE_ALLOW, circle_allow, 0, 0 },
    { PK_ACTION_CIRCLE_LEAVE, circle_leave, OF(PERSON), 0 },
    { PK_ACTION_AUDIENCE_COUNT, audience_count, 0, OF(PUBLISHER) }, /* by its scope: test_audience.c */
    { PK_ACTION_CONSENT_VIEW, consent_view, 0, 0 },
    { PK_ACTION_CONSENT_GRANT, consent_grant, 0, 0 },
    { PK_ACTION_CONSENT_WITHDRAW, consent_withdraw, 0, OF(ACCOUNT) },
    { PK_ACTION_CONSENT_VERIFY, consent_verify, 0, 0 },
    { PK_ACTION_INBOX_READ, inbox_read, 0, 0 },
    { PK_ACTION_INBOX_ANSWER, inbox_answer, 0, 0 },
    { PK_ACTION_INBOX_ANSWER, inbox_hand_to, 0, 0 },
    { PK_ACTION_INBOX_ANSWER, inbox_end, 0, 0 },
    { PK_ACTION_RSVP_RECORD, rsvp, OF(KEY_PERSON), 0 },
    { PK_ACTION_CAMPAIGN_VIEW, campaign_view, 0, OF(KEY_PERSON) },
    { PK_ACTION_CAMPAIGN_EDIT, campaign_edit, 0, 0 },
    { PK_ACTION_CAMPAIGN_EDIT, campaign_move, 0, 0 },
    { PK_ACTION_CAMPAIGN_APPROVE, campaign_approve, 0, 0 },
    { PK_ACTION_CAMPAIGN_START, campaign_start, 0, OF(PUBLISHER) },
    { PK_ACTION_CAMPAIGN_STOP, campaign_stop, 0, 0 },
    { PK_ACTION_CAMPAIGN_REMIND, campaign_remind, 0, 0 },
    { PK_ACTION_KEY_EDIT, key_edit, 0, 0 },
    { PK_ACTION_WEBHOOK_VIEW, webhook_view, 0, 0 },
    { PK_ACTION_WEBHOOK_VIEW, webhook_list, 0, 0 },
    { PK_ACTION_WEBHOOK_EDIT, webhook_resend, 0, 0 },
    { PK_ACTION_WEBHOOK_EDIT, webhook_test, 0, 0 },
    { PK_ACTION_WEBHOOK_EDIT, webhook_resume, 0, 0 },
    { PK_ACTION_PRIVACY_BREACH, breach, 0, 0 },
    { PK_ACTION_PRIVACY_NOTIFY, notify, 0, 0 },
    { PK_ACTION_TEMPLATE_VIEW, template_view, 0, 0 },
    { PK_ACTION_TEMPLATE_EDIT, template_edit, 0, 0 },
    { PK_ACTION_TEMPLATE_EDIT, template_withdraw, 0, 0 },
    { PK_ACTION_TEMPLATE_READ, template_read, 0, 0 },
    { PK_ACTION_EVENT_VIEW, event_view, 0, 0 },
    { PK_ACTION_EVENT_EDIT, event_edit, 0, OF(PUBLISHER) }, /* by its scope: test_types.c */
    { PK_ACTION_EVENT_EDIT, event_files, 0, OF(PUBLISHER) },
    { PK_ACTION_EVENT_PROPOSE, event_propose, 0, 0 },
    { PK_ACTION_EVENT_CLOSED, event_closed, 0, OF(PUBLISHER) },
    { PK_ACTION_TRIGGER_DECIDE, trigger_decide, 0, 0 },
    { PK_ACTION_APPROVAL_STANDING, approval_ask, 0, 0 },
    { PK_ACTION_APPROVAL_STANDING, approval_approve, 0, 0 },
    { PK_ACTION_APPROVAL_STANDING, approval_revoke, 0, 0 },
    { PK_ACTION_EVENT_CAME, event_came, 0, 0 },
    { PK_ACTION_REPORT_VIEW, report_view, 0, OF(PUBLISHER) },
    { PK_ACTION_REPORT_VIEW, report_of_campaign, 0, OF(KEY_PERSON) | OF(PUBLISHER) },
};

/* Those of test_rights.c, with publishing. */
static const enum pk_action beside[] = {
    PK_ACTION_RECIPIENT_IMPORT, PK_ACTION_TRIGGER_PUBLISH, PK_ACTION_HOLD_SET,  PK_ACTION_HOLD_LIFT, PK_ACTION_HOLD_DECIDE,  PK_ACTION_ACCOUNT_PAUSE,
    PK_ACTION_ACCOUNT_TEST,     PK_ACTION_MESSAGE_RESOLVE, PK_ACTION_USER_VIEW, PK_ACTION_USER_EDIT, PK_ACTION_AUDIT_PERSON,
    PK_ACTION_SESSION_OWN,
};

/* Lists and figures without addresses, read as they are: asked at the door, whose table tests/unit/api/test_routes.c walks. */
static const enum pk_action at_the_door[] = {
    PK_ACTION_TRIGGER_VIEW, PK_ACTION_MESSAGE_VIEW, PK_ACTION_ACCOUNT_VIEW, PK_ACTION_PLAY_DESK,
    PK_ACTION_STATUS_VIEW,  PK_ACTION_JOB_VIEW,      PK_ACTION_BACKUP_MAKE,  PK_ACTION_AUDIT_VIEW,
};

/* The gateway's own doing, an account's, and what is done with the files themselves while no gateway runs. */
static const enum pk_action unasked[] = {
    PK_ACTION_CONSENT_EXPIRE, PK_ACTION_RETENTION_RUN, PK_ACTION_MESSAGE_REPORT, PK_ACTION_RESTORE_MAKE, PK_ACTION_PRIVACY_PACK,
};

/* Nothing does these yet: whoever makes it moves the row up. */
static const enum pk_action nowhere[] = {
    PK_ACTION_RECIPIENT_LIST, PK_ACTION_TOKEN_EDIT,
};

static void test_every_action_has_its_place(void **state)
{
    static const struct {
        const enum pk_action *items;
        size_t count;
    } lists[] = { { beside, PK_COUNT(beside) }, { at_the_door, PK_COUNT(at_the_door) }, { unasked, PK_COUNT(unasked) }, { nowhere, PK_COUNT(nowhere) } };
    unsigned places[PK_ACTION_COUNT] = { 0 };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(acts); i++)
        places[acts[i].action] = 1;
    for (size_t l = 0; l < PK_COUNT(lists); l++)
        for (size_t i = 0; i < lists[l].count; i++)
            places[lists[l].items[i]]++;
    for (unsigned action = PK_ACTION_NONE + 1; action < PK_ACTION_COUNT; action++)
        if (places[action] != 1)
            fail_msg("%s stands in %u lists of this test", pk_action_name((enum pk_action) action), places[action]);
}

/* ---- cell by cell ---- */

static int64_t refusals(struct house *house)
{
    return house_count(house, "SELECT count(*) FROM audit WHERE result = 1");
}

/* Calls it, undoes it, and says what came of it. A refusal is kept, and nothing is changed by it. */
static int call(struct doing *d, size_t i, struct pk_error *err)
{
    struct house *house = d->house;
    int64_t kept = refusals(house);
    int changes = sqlite3_total_changes(house->store->db);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = acts[i].act(d, err);
    if (r == PK_E_DENIED)
        assert_int_equal(sqlite3_total_changes(house->store->db), changes);
    pk_unit_drop(house->store);
    house_turn(house);
    assert_int_equal(refusals(house), kept + (r == PK_E_DENIED));
    return r;
}

static void check(struct house *house, size_t i, enum pk_role role, bool own, bool may, const int64_t people[2], int64_t trigger)
{
    const struct pk_actor actor = { .role = role, .name = "maria", .recipient = role == PK_ROLE_PERSON ? people[0] : 0 };
    struct doing doing = { .house = house, .actor = &actor, .person = people[own ? 0 : 1], .trigger = trigger, .circle = own ? "maria" : "petya" };
    struct pk_error err = { 0 };
    bool of_events = strncmp(pk_action_name(acts[i].action), "event.", 6) == 0 || acts[i].action == PK_ACTION_REPORT_VIEW;
    if (of_events) {
        assert_int_equal(pk_unit_begin(house->store, NULL), 0);
        doing.draft = event_of(&doing, true);
        doing.planned = event_of(&doing, false);
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    }
    int r = call(&doing, i, &err);
    if ((r != PK_E_DENIED) != may)
        fail_msg("%s as %s, %s: %d %s", pk_action_name(acts[i].action), pk_role_name(role), own ? "own" : "another's", r, err.message);
}

static void test_every_cell(void **state)
{
    struct house *house = *state;
    static const char *const names[] = { "maria", "petya" };
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        struct pk_user user = { .role = PK_ROLE_KEY_PERSON, .language = "bg" };
        (void) snprintf(user.name, sizeof user.name, "%s", names[i]);
        assert_int_equal(pk_user_add(house->store, &user, NULL), 0);
    }
    const int64_t people[2] = { house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED) };
    int64_t trigger = invite(house, NULL);
    struct doing writing = { .house = house, .actor = &(struct pk_actor){ .role = PK_ROLE_ADVISER, .name = "adviser" } };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(campaign_edit(&writing, NULL), 0);
    assert_int_equal(pk_act_put(house->store, &(struct pk_act){ .trigger = WAITING, .data = PK_SLICE("{}") }, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(acts); i++) {
        for (unsigned role = PK_ROLE_NONE; role < PK_ROLES; role++) {
            enum pk_right right = pk_right_of(acts[i].action, (enum pk_role) role);
            bool elsewhere = (acts[i].elsewhere & 1u << role) != 0, always = (acts[i].always_own & 1u << role) != 0;
            check(house, i, (enum pk_role) role, true, right != PK_RIGHT_NO && !elsewhere, people, trigger);
            if (!always)
                check(house, i, (enum pk_role) role, false, right == PK_RIGHT_YES, people, trigger);
        }
    }
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_action_has_its_place), in_house(test_every_cell) };
    return cmocka_run_group_tests_name("service/rights_cells", tests, NULL, NULL);
}
