/* SPDX-License-Identifier: EUPL-1.2 */
/* Reports of a campaign and of one date: what is counted, by whom it is asked, what stays when people and messages go; and how
 * many came. */
#include "tests/unit/service/campaigns.h"

#include "gateway/service/person.h"
#include "gateway/service/reports.h"
#include "gateway/store/internal.h"

#define NL_NUMBER "+35988000%04u"
#define INVITED "2026-10-20T17:10:00Z"

/* ---- a campaign ---- */

static void start_campaign_of(struct house *house, const char *steps)
{
    const struct pk_campaign_plan plan = { .name = NAME, .topic = PK_SLICE("parent-meetings"), .where = PK_SLICE("school:windroos"), .people_max = 100 };
    assert_int_equal(write_as(house, &anna, plan, VALUES, steps, NULL), 0);
    put_through(house, AUTUMN);
}

static void start_campaign(struct house *house)
{
    start_campaign_of(house, "[{\"when\":\"7 days before at 18:00\",\"template\":\"parent-meeting-invitation\"},"
                             "{\"when\":\"1 day before at 18:00 to yes\",\"template\":\"parent-meeting-reminder\"}]");
}

/* Twenty are told in Bulgarian and eight in Dutch; three live in one quarter. Of those in Bulgarian ten come with one more each, five do
 * not; fifteen get a receipt. One of those who said nothing leaves. */
static void play(struct house *house)
{
    char number[24];
    house_people(house, 20, "school:windroos");
    assert_int_equal(sqlite3_exec(house->store->db,
                                  "INSERT INTO name(kind, text) SELECT kind, 'area:noord' FROM name WHERE text = 'school:windroos';"
                                  "INSERT INTO tag(recipient, tag) SELECT r.id, n.id FROM (SELECT id FROM recipient ORDER BY id DESC LIMIT 3) r,"
                                  " name n WHERE n.text = 'area:noord'",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    for (unsigned i = 0; i < 8; i++) {
        (void) snprintf(number, sizeof number, NL_NUMBER, 2000 + i);
        (void) house_person(house, number, "nl", PK_CONSENT_CONFIRMED);
    }
    start_campaign(house);
    until(house, INVITED);
    struct post *post = house->posts[0];
    assert_int_equal(post->count, 28);
    unsigned seen = 0;
    for (size_t i = 0; i < 28; i++) {
        if (strcmp(post->jobs[i].language, "bg") != 0)
            continue;
        if (seen < 15) {
            assert_int_equal(post_receipt(post, i, PK_RECEIPT_DELIVERED), 0);
            assert_int_equal(post_reply(post, post->jobs[i].address, seen < 10 ? "ДА 2" : "НЕ"), 0);
        } else if (seen == 15) {
            assert_int_equal(post_reply(post, post->jobs[i].address, "СТОП"), 0);
        }
        seen++;
    }
    house_turns(house, 5);
    assert_int_equal(seen, 20);
}

/* ---- asked ---- */

static struct pk_json *reported(struct pk_report_question *question, struct pk_store *store, char *text, size_t size)
{
    pk_auto(pk_report_question) struct pk_report_question *asked = question;
    struct pk_buf buf;
    int r;
    while ((r = pk_report_answer(asked, store, NULL)) == 1)
        ;
    assert_int_equal(r, 0);
    pk_buf_init(&buf, 1u << 20);
    struct pk_json_out out = pk_json_out(&buf);
    pk_report_tell(asked, PK_REPORT_TOTAL, &out);
    struct pk_json *document = json(pk_buf_text(&buf));
    if (text) {
        const char *from = strstr(pk_buf_text(&buf), "\"fewerThanFive\"");
        assert_non_null(from);
        assert_true(strlen(from) < size);
        (void) snprintf(text, size, "%s", from);
    }
    pk_buf_finish(&buf);
    return document;
}

static struct pk_json *of_campaign(struct house *house, char *text, size_t size)
{
    struct pk_report_question *question = NULL;
    struct pk_error err = { 0 };
    if (pk_report_ask_campaign(house->service, &anna, NAME, pk_clock_wall_ms(), &question, &err) != 0)
        fail_msg("%s", err.message);
    return reported(question, house->store, text, size);
}

static struct pk_json *of_date(struct house *house, int64_t event)
{
    struct pk_report_question *question = NULL;
    struct pk_error err = { 0 };
    if (pk_report_ask_date(house->service, &anna, event, 0, pk_clock_wall_ms(), &question, &err) != 0)
        fail_msg("%s", err.message);
    return reported(question, house->store, NULL, 0);
}

#define HIDDEN (-1)

static void says(const struct pk_json *report, const char *path, int64_t wanted)
{
    const struct pk_json *value = pk_json_at(report, path);
    int64_t number = 0;
    if (wanted == HIDDEN && pk_json_kind(value) != PK_JSON_NULL)
        fail_msg("%s is not hidden", path);
    if (wanted != HIDDEN && !pk_json_int(value, &number))
        fail_msg("%s is hidden", path);
    if (wanted != HIDDEN && number != wanted)
        fail_msg("%s is %lld, not %lld", path, (long long) number, (long long) wanted);
}

static const struct pk_json *group(const struct pk_json *report, const char *by, const char *name)
{
    const struct pk_json *breakdowns = pk_json_get(report, "breakdowns");
    for (size_t i = 0; i < pk_json_count(breakdowns); i++) {
        const struct pk_json *groups = pk_json_get(pk_json_item(breakdowns, i), "groups");
        if (!pk_slice_is(pk_json_string(pk_json_get(pk_json_item(breakdowns, i), "by")), by))
            continue;
        for (size_t j = 0; j < pk_json_count(groups); j++)
            if (pk_slice_is(pk_json_string(pk_json_get(pk_json_item(groups, j), "group")), name))
                return pk_json_item(groups, j);
    }
    fail_msg("there is no %s %s", by, name);
    return NULL;
}

static void a_campaign_is_counted_by_people(void **state)
{
    struct house *house = *state;
    play(house);
    pk_auto(pk_json) struct pk_json *report = of_campaign(house, NULL, 0);
    says(report, "total.people", 28);
    says(report, "total.told", 28);
    says(report, "total.arrived", 15);
    says(report, "total.handedOver", 13);
    says(report, "total.notTold", 0);
    says(report, "total.yes", 10);
    says(report, "total.no", 5);
    says(report, "total.noAnswer", 13);
    says(report, "total.heads", 20);
    says(report, "total.optedOut", HIDDEN); /* one */
    says(report, "total.came", HIDDEN);
    says(group(report, "language", "bg"), "told", 20);
    says(group(report, "language", "bg"), "yes", 10);
    says(group(report, "language", "nl"), "told", 8);
    says(group(report, "language", "nl"), "yes", 0);
    says(group(report, "channel", "sms"), "told", 28);
    says(group(report, "step", "1 parent-meeting-invitation"), "told", 28);
    /* Three people of one quarter, and the others, who would tell them. */
    says(group(report, "area", "area:noord"), "told", HIDDEN);
    says(group(report, "area", "none"), "told", HIDDEN);
    until(house, "2026-10-26T17:10:00Z");
    pk_auto(pk_json) struct pk_json *later = of_campaign(house, NULL, 0);
    says(later, "total.told", 28); /* a person reminded is told once */
    says(group(later, "step", "2 parent-meeting-reminder"), "told", 10);
}

/* Afterwards those who said yes are asked whether it was of use, each in their language, and what they say is counted: as that, and not
 * as coming. */
static void who_came_is_asked_whether_it_was_useful(void **state)
{
    static const char *const languages[] = { "bg", "nl", "tr", "en" };
    static const char *const asked[] = {
        "Полезна ли беше родителската среща на 27 октомври? ДА или НЕ",
        "Was de ouderbijeenkomst op 27 oktober nuttig? JA of NEE",
        "27 Ekim toplantısı yararlı oldu mu? EVET veya HAYIR",
        "Was the meeting on 27 October useful? YES or NO",
    };
    static const char *const words[][2] = { { "ДА", "НЕ" }, { "JA", "NEE" }, { "EVET", "HAYIR" }, { "YES", "NO" } };
    struct house *house = *state;
    struct post *post = house->posts[0];
    char number[24];
    for (unsigned i = 0; i < 20; i++) {
        (void) snprintf(number, sizeof number, NL_NUMBER, 2000 + i);
        (void) house_person(house, number, languages[i % 4], PK_CONSENT_CONFIRMED);
    }
    start_campaign_of(house, "[{\"when\":\"7 days before at 18:00\",\"template\":\"parent-meeting-invitation\"},"
                             "{\"when\":\"1 day after at 10:00 to yes\",\"template\":\"useful\"}]");
    until(house, INVITED);
    for (unsigned i = 0; i < 20; i++) { /* the last two of each language stay at home */
        (void) snprintf(number, sizeof number, NL_NUMBER, 2000 + i);
        assert_int_equal(post_reply(post, number, words[i % 4][i >= 12]), 0);
    }
    house_turns(house, 5);
    until(house, "2026-10-28T09:10:00Z");
    unsigned questions = 0;
    for (size_t i = 0; i < post->count; i++) {
        unsigned who = (unsigned) strtoul(post->jobs[i].address + strlen("+35988000"), NULL, 10) - 2000;
        questions += strstr(post->jobs[i].text, asked[who % 4]) != NULL;
        assert_true(who < 12 || !strstr(post->jobs[i].text, asked[who % 4]));
    }
    assert_int_equal(questions, 12);
    for (unsigned i = 0; i < 12; i++) { /* half found it useful */
        (void) snprintf(number, sizeof number, NL_NUMBER, 2000 + i);
        assert_int_equal(post_reply(post, number, words[i % 4][i >= 6]), 0);
    }
    house_turns(house, 5);
    pk_auto(pk_json) struct pk_json *report = of_campaign(house, NULL, 0);
    says(report, "total.useful", 6);
    says(report, "total.notUseful", 6);
    says(report, "total.yes", 12); /* what was said of coming stands */
    says(report, "total.heads", 12);
    says(group(report, "step", "2 useful"), "told", 12);
    says(group(report, "step", "2 useful"), "useful", 6);
}

static void few_people_are_told_as_bounds(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_campaign(house);
    until(house, INVITED);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ДА 3"), 0);
    house_turns(house, 3);
    pk_auto(pk_json) struct pk_json *report = of_campaign(house, NULL, 0);
    says(report, "total.people", HIDDEN);
    says(report, "total.yes", HIDDEN);
    says(report, "total.peopleAtLeast", 1);
    says(report, "total.peopleAtMost", 4);
    says(report, "total.heads", 3); /* one event's own head count is told */
    assert_int_equal(pk_json_count(pk_json_at(report, "breakdowns[1].groups")), 0);
}

/* ---- what goes, and what stays ---- */

static void a_person_who_is_erased_stays_counted(void **state)
{
    static char before[1u << 16], after[1u << 16];
    struct house *house = *state;
    char number[24];
    int r;
    play(house);
    (void) snprintf(number, sizeof number, NL_NUMBER, 2003u);
    pk_json_free(of_campaign(house, before, sizeof before));
    const struct pk_erase_plan plan = { .whom = { .address = pk_slice_of(number) } };
    struct pk_error err = { 0 };
    DO(house, r, pk_person_erase(house->service, &operator, &plan, pk_clock_wall_ms(), &err));
    if (r != 0)
        fail_msg("%s", err.message);
    assert_int_equal(r, 0);
    assert_int_equal(house_messages(house, "recipient = 0"), 1);
    assert_true(house_count(house, "SELECT count(*) FROM report_sum") > 0);
    pk_json_free(of_campaign(house, after, sizeof after));
    assert_string_equal(before, after);
}

static void a_report_stays_when_its_messages_go(void **state)
{
    static char before[1u << 16], after[1u << 16];
    struct house *house = *state;
    play(house);
    until(house, "2026-11-10T12:00:00Z");
    pk_json_free(of_campaign(house, before, sizeof before));
    assert_int_equal(house_count(house, "SELECT count(*) FROM report_kept"), 0);
    assert_true(house_messages(house, "1") > 28);
    for (unsigned i = 0; i < 40; i++)
        house_later(house, DAY_MS);
    for (unsigned i = 0; i < 5; i++)
        house_later(house, 61 * SECOND_MS);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 0);
    pk_auto(pk_json) struct pk_json *report = of_campaign(house, after, sizeof after);
    bool final = false;
    assert_true(pk_json_bool(pk_json_get(report, "final"), &final) && final);
    assert_string_equal(before, after);
}

/* Once it is kept its sums are the report, whatever messages are still there. */
static void what_is_kept_is_not_counted_again(void **state)
{
    struct house *house = *state;
    play(house);
    assert_int_equal(sqlite3_exec(house->store->db, "INSERT INTO report_kept(kind, subject, at_ms) SELECT 1, id, 1791880200000 FROM campaign;"
                                                    "INSERT INTO report_sum SELECT 1, id, 0, '', '', 0, '', 9 FROM campaign",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    pk_auto(pk_json) struct pk_json *report = of_campaign(house, NULL, 0);
    says(report, "total.people", 9);
    assert_true(pk_slice_is(pk_json_string(pk_json_get(report, "asOf")), "2026-10-13T08:30:00Z"));
}

/* One that went back to draft, and stays there, keeps nobody's messages and answers. */
static void a_draft_keeps_no_messages(void **state)
{
    struct house *house = *state;
    play(house);
    assert_int_equal(sqlite3_exec(house->store->db, "UPDATE campaign SET state = 0", NULL, NULL, NULL), SQLITE_OK);
    for (unsigned i = 0; i < 60; i++)
        house_later(house, DAY_MS);
    for (unsigned i = 0; i < 5; i++)
        house_later(house, 61 * SECOND_MS);
    assert_int_equal(house_messages(house, "1"), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp"), 0);
}

/* Nothing of a report that was counted goes with a crash, and nothing is counted twice. */
static void a_crash_while_it_is_kept(void **state)
{
    static char before[1u << 16], after[1u << 16];
    struct house *house = *state;
    play(house);
    until(house, "2026-11-10T12:00:00Z");
    pk_json_free(of_campaign(house, before, sizeof before));
    for (unsigned i = 0; i < 42; i++) {
        house_later(house, DAY_MS);
        if (i > 18)
            house_crash(house);
    }
    for (unsigned i = 0; i < 5; i++)
        house_later(house, 61 * SECOND_MS);
    assert_int_equal(house_messages(house, "1"), 0);
    pk_json_free(of_campaign(house, after, sizeof after));
    assert_string_equal(before, after);
}

/* ---- one date, and who came ---- */

static int64_t plan_event(struct house *house)
{
    struct pk_agenda_event event = { .kind = "parent-meeting", .title = "Ouderavond", .place = "De Windroos",
                                     .when = { 20261014, 1170, 0, PK_EVENTS_NO_END } };
    struct pk_error err = { 0 };
    int r;
    DO(house, r, pk_events_plan(house->service, &anna, &event, false, pk_clock_wall_ms(), &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return event.id;
}

static int came(struct house *house, const struct pk_actor *actor, int64_t event, int64_t count)
{
    int r;
    DO(house, r, pk_came_record(house->service, actor, event, 0, count, pk_clock_wall_ms(), NULL));
    return r;
}

static void one_date_is_counted_and_who_came_is_typed(void **state)
{
    struct house *house = *state;
    house_people(house, 9, "school:windroos");
    int64_t event = plan_event(house);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    house_turns(house, 3);
    assert_int_equal(sqlite3_exec(house->store->db, "UPDATE notice SET occurrence = (SELECT id FROM occurrence), version = 1 WHERE trigger <> 0", NULL,
                                  NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(house->posts[0]->count, 9);
    for (size_t i = 0; i < 9; i++)
        post_complete(house->posts[0], i, i < 7 ? PK_OUTCOME_ACCEPTED : PK_OUTCOME_UNCERTAIN);
    house_settle(house);
    pk_auto(pk_json) struct pk_json *report = of_date(house, event);
    assert_true(pk_slice_is(pk_json_string(pk_json_get(report, "title")), "Ouderavond"));
    says(report, "total.handedOver", 7);
    says(report, "total.unknown", HIDDEN);
    says(report, "total.told", HIDDEN); /* else the two would be what is missing */
    says(report, "total.toldAtLeast", 8);
    says(report, "total.toldAtMost", 11);
    assert_int_equal(came(house, &anna, event, 12), PK_E_CONFLICT); /* it has not begun */
    until(house, "2026-10-14T18:00:00Z");
    assert_int_equal(came(house, &anna, event, -1), PK_E_INVALID);
    assert_int_equal(came(house, &anna, event, PK_CAME_MAX + 1), PK_E_INVALID);
    assert_int_equal(came(house, &operator, event, 12), PK_E_DENIED);
    assert_int_equal(came(house, &petya, event, 12), PK_E_DENIED); /* not hers */
    assert_int_equal(came(house, &desk, event, 12), 0);
    assert_int_equal(came(house, &anna, event, 3), 0); /* the newest counts, and few may come */
    assert_int_equal(house_count(house, "SELECT count(*) FROM came"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'event.came' AND result = 0"), 2);
    pk_auto(pk_json) struct pk_json *later = of_date(house, event);
    says(later, "total.came", 3);
}

static void who_may_ask(void **state)
{
    struct house *house = *state;
    struct pk_report_question *question = NULL;
    struct pk_error err = { 0 };
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    start_campaign(house);
    int64_t event = plan_event(house);
    assert_int_equal(pk_report_ask_campaign(house->service, &maria, NAME, HOUSE_NOW, &question, NULL), PK_E_DENIED);
    assert_int_equal(pk_report_ask_campaign(house->service, &desk, PK_SLICE("none"), HOUSE_NOW, &question, NULL), PK_E_DENIED);
    assert_int_equal(pk_report_ask_campaign(house->service, &anna, PK_SLICE("none"), HOUSE_NOW, &question, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_report_ask_date(house->service, &maria, event, 0, HOUSE_NOW, &question, NULL), PK_E_DENIED);
    assert_int_equal(pk_report_ask_date(house->service, &anna, event + 1, 0, HOUSE_NOW, &question, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_report_ask_date(house->service, &anna, event, 20261015, HOUSE_NOW, &question, &err), PK_E_NOT_FOUND);
    assert_string_equal(err.message, "the event has no such date");
    assert_null(question);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_kinds(a_campaign_is_counted_by_people), with_kinds(who_came_is_asked_whether_it_was_useful), with_kinds(few_people_are_told_as_bounds), with_kinds(a_person_who_is_erased_stays_counted),
        with_kinds(one_date_is_counted_and_who_came_is_typed), with_kinds(who_may_ask), with_kinds(a_report_stays_when_its_messages_go),
        with_kinds(a_crash_while_it_is_kept), with_kinds(a_draft_keeps_no_messages),
        with_kinds(what_is_kept_is_not_counted_again),
    };
    return cmocka_run_group_tests_name("service/reports", tests, NULL, NULL);
}
