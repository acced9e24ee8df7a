/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every way by which something leaves, one after the other: whatever calls an adapter, the attempt is committed by then, and
 * with it, in the same row, what the gate decided on. A second connection to the database looks, inside the adapter's call.
 * While everything is on hold the same way hands nothing over. That no way is missing here is read from the sources: each
 * function that makes a message, and each file that calls one, has its row.
 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/base/id.h"
#include "gateway/service/breach.h"
#include "gateway/service/campaigns.h"
#include "gateway/service/campaigns_preview.h"
#include "gateway/service/consent.h"
#include "gateway/service/desk_word.h"
#include "gateway/service/events.h"
#include "gateway/service/holds.h"
#include "gateway/service/imports.h"
#include "gateway/service/inbox.h"
#include "gateway/service/passes.h"
#include "gateway/service/person.h"
#include "gateway/service/planner.h"
#include "gateway/service/seats.h"
#include "gateway/service/team.h"
#include "gateway/service/tracker.h"
#include "gateway/store/connect.h"
#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"

#include <dirent.h>

static const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" };
static const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "kalina" };
static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

/* ---- the look from outside ---- */

struct outside {
    struct house *house;
    size_t seen[PK_CLASSES];
};

static void look(void *ctx, const struct post_job *job)
{
    struct outside *outside = ctx;
    struct pk_store *other = NULL;
    int64_t attempt = 0, until_ms;
    assert_int_equal(pk_id_parse(pk_slice_of(job->attempt), &attempt), 0);
    assert_int_equal(pk_store_open_reading(outside->house->path, outside->house->keys, &other, NULL), 0);
    sqlite3_stmt *row = pk_sql(other, "SELECT t.state, t.gate, m.state, m.class, m.recipient, m.topic, m.channel FROM attempt t"
                                      " JOIN message m ON m.id = t.message WHERE t.id = ?1");
    pk_sql_bind(row, "i", attempt);
    if (pk_sql_step(other, row, NULL) != 1)
        fail_msg("handed over before its attempt was kept");
    assert_int_equal(sqlite3_column_int64(row, 0), PK_ATTEMPT_OPENED);
    assert_int_equal(sqlite3_column_int64(row, 2), PK_MESSAGE_SUBMITTING);
    uint32_t cls = pk_sql_u32(row, 3), gate = pk_sql_u32(row, 1);
    int64_t recipient = sqlite3_column_int64(row, 4);
    uint32_t topic = pk_sql_u32(row, 5), channel = pk_sql_u32(row, 6);
    pk_sql_reset(row);
    assert_true(cls < PK_CLASSES);
    assert_int_equal(gate >> 8, cls);
    assert_int_equal(gate & 0xff, topic == 0 ? PK_CONSENT_UNKNOWN : pk_ledger_state(other, recipient, topic, channel, pk_clock_wall_ms(), &until_ms));
    outside->seen[cls]++;
    pk_store_close(other);
}

/* ---- the ways ---- */

static void begin(struct house *house)
{
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
}

static void keep(struct house *house, int result)
{
    assert_int_equal(result, 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turns(house, 3);
}

static void trigger(struct house *house)
{
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 2);
}

static void screen(struct house *house)
{
    static const char *const screens[] = { "hall" }, *const languages[] = { "bg" };
    static struct pk_route_rule shown;
    shown = house->rules.routes[0];
    shown.screens = (struct pk_words){ screens, 1 };
    shown.languages = (struct pk_words){ languages, 1 };
    house->rules.routes = &shown;
    house->rules.route_count = 1;
    house_reopen(house);
    assert_int_equal(house_publish(house, "school", HOUSE_INVITATION), 0);
    house_turns(house, 2);
}

static void duty(struct house *house)
{
    struct pk_breach_notice notice = { .link = PK_SLICE("https://a.nl/b"), .second_person = PK_SLICE("boris") };
    int64_t id;
    (void) house_person(house, ANNA, "bg", 0);
    begin(house);
    keep(house, pk_breach_notify(house->service, &adviser, &notice, pk_clock_wall_ms(), &id, NULL));
}

static void import(struct house *house)
{
    const struct pk_import_options options = { .by = PK_SLICE("anna") };
    int64_t job;
    assert_int_equal(pk_imports_start(house->service->imports, &adviser, &options,
                                      PK_SLICE("channel,address,language,topics\nsms," ANNA ",bg,festival\n"), pk_clock_wall_ms(), &job, NULL),
                     0);
    house_turns(house, 4);
}

static void grant(struct house *house)
{
    struct pk_grant_result result;
    struct pk_grant_plan plan = { .topic = PK_SLICE("festival"), .channel = PK_SLICE("sms"), .how = PK_SLICE("desk") };
    plan.recipient = house_person(house, ANNA, "bg", 0);
    begin(house);
    keep(house, pk_consent_grant(house->service, &desk, &plan, pk_clock_wall_ms(), &result, NULL));
    assert_true(result.asked);
}

static void renewal(struct house *house)
{
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    (void) house_count(house, "UPDATE consent SET until_ms = 1791880200000 + 864000000"); /* in ten days */
    house_later(house, HOUR_MS + MINUTE_MS);
    house_turns(house, 12); /* the hour's walks, one step a turn */
    house_later(house, MINUTE_MS);
    house_turns(house, 12);
}

static void help(struct house *house)
{
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(post_reply(house->posts[0], ANNA, "помощ"), 0);
    house_turns(house, 2);
}

static void stop(struct house *house)
{
    assert_int_equal(post_reply(house->posts[0], STRANGER, "СТОП"), 0);
    house_turns(house, 2);
}

static void code(struct house *house)
{
    uint8_t token[PK_PASS_TOKEN_BYTES];
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    begin(house);
    keep(house, pk_passes_ask(house->service, PK_SLICE(ANNA), pk_clock_wall_ms(), token, NULL));
    house_later(house, 1100);
}

static void word(struct house *house)
{
    int64_t until_ms;
    const struct pk_desk_word_plan plan = { .recipient = house_person(house, ANNA, "bg", 0), .topic = PK_SLICE("festival") };
    house->rules.desk_words = true;
    begin(house);
    keep(house, pk_desk_word_send(house->service, &desk, &plan, pk_clock_wall_ms(), &until_ms, NULL));
}

static void farewell(struct house *house)
{
    struct pk_erase_plan plan = { .asked = true };
    plan.whom.recipient = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    begin(house);
    keep(house, pk_person_erase(house->service, &adviser, &plan, pk_clock_wall_ms(), NULL));
}

static void by_hand(struct house *house, const char *template_name, const char *words)
{
    struct pk_inbox_answer answer = { .subject = PK_SUBJECT_SCHOOL, .template_name = pk_slice_of(template_name), .words = pk_slice_of(words) };
    struct pk_inbox_sent sent;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(post_reply(house->posts[0], ANNA, "Къде да запиша детето на училище?"), 0);
    house_turns(house, 2);
    answer.item = house_count(house, "SELECT max(id) FROM inbox");
    begin(house);
    keep(house, pk_inbox_reply(house->service, &desk, &answer, pk_clock_wall_ms(), &sent, NULL));
}

static void answer_by_template(struct house *house)
{
    by_hand(house, "thanks", "");
}

static void answer_in_words(struct house *house)
{
    by_hand(house, "", "Елате в сряда.");
}

static void account_test(struct house *house)
{
    const struct pk_staff_plan plan = {
        .desk = house->service->desks->items[0], .address = PK_SLICE(STRANGER), .language = PK_SLICE("nl"), .template_name = "account-test"
    };
    int64_t message;
    begin(house);
    keep(house, pk_planner_staff(house->service, &operator, &plan, pk_clock_wall_ms(), &message, NULL));
}

static void team(struct house *house)
{
    house->rules.team = STRANGER;
    house->rules.team_language = "nl";
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(post_reply(house->posts[0], ANNA, "Къде да запиша детето на училище?"), 0);
    house_turns(house, 2);
    house_later(house, DAY_MS);
    for (unsigned i = 0; i < 3; i++)
        house_later(house, 61 * SECOND_MS);
}

static void news(struct house *house)
{
    house->rules.team = STRANGER;
    house->rules.team_language = "nl";
    begin(house);
    keep(house, pk_team_note(house->service, PK_TEAM_WEBHOOK_OFF, pk_clock_wall_ms(), NULL));
    house_later(house, 61 * SECOND_MS);
}

/* For one person, in ten minutes. */
static void campaign(struct house *house)
{
    pk_auto(pk_json) struct pk_json *values = NULL, *steps = NULL;
    struct pk_campaign_plan plan = { .name = PK_SLICE("autumn"), .topic = PK_SLICE("parent-meetings"), .people_max = 1 };
    const char *text = "{\"begins\":\"2026-10-27T17:30:00Z\",\"place\":\"De Windroos\"}";
    assert_int_equal(pk_json_parse(pk_slice_of(text), 4096, &values, NULL), 0);
    text = "[{\"when\":\"at 2026-10-13T08:50:00Z\",\"template\":\"parent-meeting-invitation\"}]";
    assert_int_equal(pk_json_parse(pk_slice_of(text), 4096, &steps, NULL), 0);
    plan.values = values;
    plan.steps = steps;
    begin(house);
    keep(house, pk_campaign_put(house->service, &adviser, &plan, pk_clock_wall_ms(), NULL));
}

static void trial(struct house *house)
{
    const struct pk_campaign_trial plan = { .address = PK_SLICE(STRANGER), .language = PK_SLICE("nl"), .step = 1 };
    int64_t message;
    campaign(house);
    begin(house);
    keep(house, pk_campaign_try(house->service, &adviser, PK_SLICE("autumn"), &plan, pk_clock_wall_ms(), &message, NULL));
}

static void stopped(struct house *house)
{
    static const enum pk_campaign_act acts[] = { PK_CAMPAIGN_SUBMIT, PK_CAMPAIGN_START };
    house->rules.team = STRANGER;
    house->rules.team_language = "nl";
    house->rules.approve_above = 1;
    campaign(house);
    for (size_t i = 0; i < PK_COUNT(acts); i++) {
        begin(house);
        keep(house, pk_campaign_do(house->service, &adviser, PK_SLICE("autumn"), acts[i], PK_SLICE(""), pk_clock_wall_ms(), NULL));
    }
    house_people(house, 2, "school:windroos"); /* one too many */
    house_later(house, 6 * MINUTE_MS);
}

/* Somebody waits for a place at a meeting, and whoever had it says no. */
static void place(struct house *house)
{
    static const struct pk_kind_rule meetings = { .name = "parent-meeting", .topic = "parent-meetings", .length_ms = HOUR_MS };
    struct pk_agenda_event event = { .kind = "parent-meeting", .title = "Ouderavond", .place = "Dam 12", .capacity = 1,
                                     .when = { 20261201, 1080, 0, PK_EVENTS_NO_END } };
    struct pk_occurrence date;
    struct pk_rsvp rsvp = { .yes = true, .wanted = 1, .version = 1 };
    enum pk_seat seat;
    int64_t people[] = { house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED) };
    house->rules.kinds = &meetings;
    house->rules.kind_count = 1;
    begin(house);
    keep(house, pk_events_plan(house->service, &adviser, &event, false, pk_clock_wall_ms(), NULL));
    assert_int_equal(pk_occurrence_find(house->store, event.id, 0, &date, NULL), 0);
    rsvp.occurrence = date.id;
    begin(house);
    for (size_t i = 0; i < PK_COUNT(people); i++) {
        rsvp.recipient = people[i];
        assert_int_equal(pk_seats_answer(house->service, &rsvp, pk_clock_wall_ms(), &seat, NULL), 0);
        assert_int_equal(seat, i == 0 ? PK_SEAT_GIVEN : PK_SEAT_WAITS);
    }
    rsvp = (struct pk_rsvp){ .recipient = people[0], .occurrence = date.id, .version = 1 };
    keep(house, pk_seats_answer(house->service, &rsvp, pk_clock_wall_ms(), &seat, NULL));
}

static const struct way {
    const char *name, *file; /* whose call begins it */
    void (*go)(struct house *house);
    uint32_t cls, flags; /* what leaves by it */
    bool refused_on_hold; /* the way itself refuses: nothing is made */
} ways[] = {
    { "a trigger", "planner_expand.c", trigger, PK_CLASS_NOTICE, 0, false },
    { "a breach", "planner_duty.c", duty, PK_CLASS_DUTY, 0, false },
    { "a screen", "planner_public.c", screen, PK_CLASS_PUBLIC, 0, false },
    { "a file's question", "import_apply.c", import, PK_CLASS_QUESTION, 0, false },
    { "the desk's question", "consent.c", grant, PK_CLASS_QUESTION, 0, false },
    { "a renewal", "consent_ends.c", renewal, PK_CLASS_QUESTION, PK_MESSAGE_RENEWS, false },
    { "an answer", "conversation.c", help, PK_CLASS_ANSWER, 0, false },
    { "a STOP's confirmation", "conversation.c", stop, PK_CLASS_ANSWER, PK_MESSAGE_CONFIRMS_STOP, false },
    { "a code", "passes.c", code, PK_CLASS_ANSWER, 0, false },
    { "a word for the desk", "desk_word.c", word, PK_CLASS_ANSWER, 0, false },
    { "a farewell", "person_erase.c", farewell, PK_CLASS_ANSWER, 0, false },
    { "the desk's text", "inbox_answer.c", answer_by_template, PK_CLASS_ANSWER, PK_MESSAGE_BY_HAND, false },
    { "the desk's words", "inbox_answer.c", answer_in_words, PK_CLASS_ANSWER, PK_MESSAGE_BY_HAND, false },
    { "an account's test", "account_test.c", account_test, PK_CLASS_STAFF, 0, true },
    { "the same from the operator's page", "office_gateway.c", account_test, PK_CLASS_STAFF, 0, true },
    { "a place that frees", "seats.c", place, PK_CLASS_NOTICE, 0, false },
    { "to the team", "inbox.c", team, PK_CLASS_STAFF, 0, false },
    { "a campaign's trial", "campaigns_trial.c", trial, PK_CLASS_STAFF, 0, true },
    { "of what happened, to the team", "team.c", news, PK_CLASS_STAFF, 0, false },
    { "of a campaign that stopped, to the team", "campaigns_ceilings.c", stopped, PK_CLASS_STAFF, 0, false },
};

static size_t handed(const struct house *house)
{
    return house->posts[0]->count + house->posts[1]->count;
}

static void walk(const struct way *way, bool on_hold)
{
    void *state;
    assert_int_equal(house_build(&state), 0);
    struct house *house = state;
    struct outside outside = { .house = house };
    post_watch = look;
    post_watch_ctx = &outside;
    if (on_hold)
        assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    way->go(house);
    if (on_hold) {
        assert_int_equal(handed(house), 0);
        assert_true(house_messages(house, "state < 3") > 0); /* it was on its way */
        assert_int_equal(pk_store_set_number(house->store, "hold.all", 0, NULL), 0);
        house_turns(house, 3);
    }
    char sql[160];
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM attempt t JOIN message m ON m.id = t.message WHERE m.class = %u AND m.flags & 29 = %u",
                    way->cls, way->flags);
    if (outside.seen[way->cls] == 0 || house_count(house, sql) != 1)
        fail_msg("%s: it did not leave", way->name);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt"), (int64_t) handed(house));
    post_watch = NULL;
    assert_int_equal(house_tear(&state), 0);
}

static void no_hand_over_without_the_gate(void **state)
{
    (void) state;
    for (size_t i = 0; i < PK_COUNT(ways); i++)
        walk(&ways[i], false);
}

static void on_hold_nothing_leaves_by_any_way(void **state)
{
    (void) state;
    for (size_t i = 0; i < PK_COUNT(ways); i++)
        if (!ways[i].refused_on_hold)
            walk(&ways[i], true);
}

/* An uncertain one that a person has sent again opens an attempt of its own. */
static void again_is_a_new_decision(void **state)
{
    struct house *house = *state;
    struct outside outside = { .house = house };
    post_watch = look;
    post_watch_ctx = &outside;
    trigger(house);
    int64_t message = house_job_message(house->posts[0], 0);
    post_complete(house->posts[0], 0, PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    begin(house);
    keep(house, pk_tracker_resolve(house->service, &adviser, message, PK_RESOLVE_RESEND, pk_clock_wall_ms(), NULL));
    assert_int_equal(outside.seen[PK_CLASS_NOTICE], 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM attempt"), 2);
    post_watch = NULL;
}

/* ---- none is missing ---- */

/* What makes a message, or hands one over; and the files of which that is the business. */
static const struct {
    const char *call, *files;
} makers[] = {
    { "pk_message_insert(", "planner_single.c planner_expand.c planner_duty.c planner_public.c messages.c" },
    { "pk_planner_queue(", "planner_single.c planner_staff.c person_erase.c seats.c campaigns_trial.c" },
    { "pk_planner_staff(", "planner_staff.c account_test.c office_gateway.c" },
    { "pk_planner_team(", "planner_staff.c inbox.c campaigns_ceilings.c" },
    { "pk_planner_team_news(", "planner_staff.c team.c" },
    { "pk_planner_answer(", "planner_single.c conversation.c passes.c desk_word.c" },
    { "pk_planner_by_hand(", "planner_single.c inbox_answer.c" },
    { "pk_planner_question(", "planner_single.c import_apply.c consent.c consent_ends.c" },
    { "pk_account_start(", "dispatcher.c account.c" },
    { "pk_attempt_open(", "tracker.c tracker_pairs.c attempts.c" },
};

static bool has_way(const char *file)
{
    for (size_t i = 0; i < PK_COUNT(ways); i++)
        if (strcmp(ways[i].file, file) == 0)
            return true;
    /* These are inside: what calls them has the row. */
    static const char *const inner[] = { "planner_single.c", "planner_staff.c", "messages.c", "dispatcher.c", "account.c", "tracker.c", "tracker_pairs.c", "attempts.c" };
    for (size_t i = 0; i < PK_COUNT(inner); i++)
        if (strcmp(inner[i], file) == 0)
            return true;
    return false;
}

static void read_source(const char *folder, const char *file, size_t found[PK_COUNT(makers)])
{
    char path[512];
    struct pk_buf text;
    (void) snprintf(path, sizeof path, "%s/%s/%s", PK_TEST_GATEWAY, folder, file);
    pk_buf_init(&text, 1u << 20);
    assert_int_equal(pk_file_read(path, 1u << 20, &text, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(makers); i++) {
        if (!strstr(pk_buf_text(&text), makers[i].call))
            continue;
        found[i]++;
        if (!strstr(makers[i].files, file) || !has_way(file))
            fail_msg("%s/%s calls %s): give that way a row here", folder, file, makers[i].call);
    }
    pk_buf_finish(&text);
}

static void every_way_has_its_row(void **state)
{
    static const char *const folders[] = { "store", "plugin", "service", "api", "console", "app" };
    size_t found[PK_COUNT(makers)] = { 0 };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(folders); i++) {
        char path[512];
        (void) snprintf(path, sizeof path, "%s/%s", PK_TEST_GATEWAY, folders[i]);
        DIR *folder = opendir(path);
        assert_non_null(folder);
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
            size_t len = strlen(entry->d_name);
            if (len > 2 && strcmp(entry->d_name + len - 2, ".c") == 0)
                read_source(folders[i], entry->d_name, found);
        }
        (void) closedir(folder);
    }
    for (size_t i = 0; i < PK_COUNT(makers); i++)
        assert_true(found[i] >= 2); /* where it is, and where it is called */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_hand_over_without_the_gate),
        cmocka_unit_test(on_hold_nothing_leaves_by_any_way),
        in_house(again_is_a_new_decision),
        cmocka_unit_test(every_way_has_its_row),
    };
    return cmocka_run_group_tests_name("ways out", tests, NULL, NULL);
}
