/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is kept about one person can be shown to them, and after erasure their number is nowhere: not in the database, its
 * free pages, its log or shared memory, a backup made afterwards, or the technical log.
 */
#include "tests/unit/service/house.h"
#include "tests/unit/service/traces.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/service/person.h"
#include "gateway/store/inbox.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/passes.h"
#include "gateway/store/person.h"
#include "gateway/store/recipients.h"
#include "gateway/store/replies.h"
#include "gateway/store/rsvps.h"

#include <fcntl.h>
#include <unistd.h>

#define ANNA_DIGITS "359880001234"
static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };
static const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "ann", .via = "uid:1000" };

/* ---- doing ---- */

static int64_t wal_length(struct house *house)
{
    struct stat st;
    char path[96];
    (void) snprintf(path, sizeof path, "%s-wal", house->path);
    return stat(path, &st) == 0 ? st.st_size : 0;
}

static void check_empty(void *ctx, bool emptied)
{
    assert_true(emptied);
    assert_int_equal(wal_length(ctx), 0);
}

static int erase_as(struct house *house, struct pk_erase_plan plan)
{
    struct pk_error err = { 0 };
    int r = pk_unit_begin(house->store, &err);
    assert_int_equal(r, 0);
    r = pk_person_erase(house->service, &operator, &plan, pk_clock_wall_ms(), &err);
    if (r != 0)
        pk_unit_drop(house->store);
    else
        assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    house_turn(house);
    if (r == 0) {
        pk_upkeep_when_emptied(house->service->upkeep, check_empty, house);
        house_turn(house);
    }
    return r;
}

static int erase_id(struct house *house, int64_t id)
{
    return erase_as(house, (struct pk_erase_plan){ .whom.recipient = id });
}

static void turn_a_second(struct house *house)
{
    house_later(house, 1100);
}

/* ---- looking ---- */

#define PLACES 5

/* The rows of what this person's sealed values were sealed for. */
static void places_of(struct house *house, struct trace_place places[PLACES])
{
    places[0] = (struct trace_place){ .name = PK_PLACE_ADDRESS, .rows = { house_address(house, ANNA) }, .count = 1 };
    places[1] = (struct trace_place){ .name = PK_PLACE_REPLY, .rows = { 1, 2, 3 }, .count = 3 };
    places[3] = (struct trace_place){ .name = "inbox.words", .rows = { house_count(house, "SELECT max(id) FROM inbox") }, .count = 1 };
    places[4] = (struct trace_place){ .name = "pass.value", .rows = { house_count(house, "SELECT max(id) FROM pass") }, .count = 1 };
    places[2] = (struct trace_place){ .name = "attempt.provider_id" };
    char sql[96];
    for (size_t i = 0; i < PK_COUNT(places[2].rows); i++) {
        (void) snprintf(sql, sizeof sql, "SELECT id FROM attempt ORDER BY id LIMIT 1 OFFSET %zu", i);
        int64_t id = house_count(house, sql);
        if (id > 0)
            places[2].rows[places[2].count++] = id;
    }
}

static struct traces look(struct house *house, const struct trace_place places[PLACES])
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    struct traces traces = { 0 };
    char path[96];
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        (void) snprintf(path, sizeof path, "%s%s", house->path, ends[i]);
        traces_in(path, house->keys, ANNA, places, PLACES, &traces);
    }
    (void) snprintf(path, sizeof path, "%s/backup", house->folder);
    assert_int_equal(pk_store_backup_file(house->path, path, NULL), 0);
    traces_in(path, house->keys, ANNA, places, PLACES, &traces);
    (void) unlink(path);
    return traces;
}

/* Anna was invited and said yes in words that hold her number; her second message is being handed over, a third waits.
 * The provider's ids embed the number. Her question was answered by hand, and somebody just asked for a code to her number. */
static int64_t a_life(struct house *house)
{
    struct pk_result taken = { .outcome = PK_OUTCOME_ACCEPTED, .parts = 1, .provider_id = PK_SLICE("wamid." ANNA_DIGITS) };
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(house_publish(house, "school", NULL), 0);
    assert_int_equal(house->posts[0]->count, 1);
    post_complete_as(house->posts[0], 0, &taken);
    house_settle(house);
    assert_int_equal(post_reply(house->posts[0], ANNA, "ДА 3"), 0);
    assert_int_equal(post_reply(house->posts[0], ANNA, "обадете се на " ANNA_DIGITS), 0);
    house_turns(house, 2);
    for (size_t i = 1; i < house->posts[0]->count; i++)
        post_complete(house->posts[0], i, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(house_publish(house, "school", HOUSE_FESTIVAL "," HOUSE_TAGS), 0);
    house_turns(house, 2);
    assert_int_equal(house_messages(house, "state = 3"), 1);
    assert_int_equal(house_messages(house, "state = 1"), 1);
    static const uint8_t token[PK_PASS_TOKEN_BYTES] = { 1 };
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    int64_t now_ms = pk_clock_wall_ms();
    assert_int_equal(pk_inbox_keep_words(house->store, house_count(house, "SELECT max(id) FROM inbox"), PK_SLICE("на " ANNA_DIGITS), NULL), 0);
    assert_int_equal(pk_pass_ask(house->store, token, sms, PK_SLICE(ANNA), now_ms, now_ms + MINUTE_MS, NULL), 0);
    assert_int_equal(pk_session_add(house->store, token, who, now_ms, now_ms + MINUTE_MS, NULL), 0);
    assert_int_equal(pk_store_commit(house->store, NULL), 0);
    return who;
}

static void the_number_is_nowhere(void **state)
{
    struct house *house = *state;
    char log_path[96];
    struct trace_place places[PLACES];
    (void) snprintf(log_path, sizeof log_path, "%s/log", house->folder);
    int log = open(log_path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    pk_log_set_fd(log);
    pk_log_set_level(PK_LOG_DEBUG);
    int64_t who = a_life(house);
    places_of(house, places);
    size_t last = house->posts[0]->count - 1;
    struct traces before = look(house, places);
    assert_true(before.sealed >= 5); /* an address, a provider's id, a reply, an answer, a code: the search sees them */
    assert_true(before.blind >= 1);
    assert_true(wal_length(house) > 0);

    assert_int_equal(erase_id(house, who), 0);
    /* What was in the air lands afterwards, with an id that embeds the number. */
    struct pk_result taken = { .outcome = PK_OUTCOME_ACCEPTED, .parts = 1, .provider_id = PK_SLICE("wamid." ANNA_DIGITS) };
    post_complete_as(house->posts[0], last, &taken);
    house_settle(house);
    turn_a_second(house);
    struct traces after = look(house, places);
    assert_int_equal(after.plain, 0);
    assert_int_equal(after.blind, 0);
    assert_int_equal(after.sealed, 0);
    struct traces told = { 0 };
    traces_in(log_path, house->keys, ANNA, places, PLACES, &told);
    assert_int_equal(told.plain, 0);
    assert_true(lseek(log, 0, SEEK_END) > 0);
    pk_log_set_fd(-1);
    pk_log_set_level(PK_LOG_INFO);
    (void) close(log);
    (void) unlink(log_path);
}

static void counts_stay_and_nobody_is_behind_them(void **state)
{
    struct house *house = *state;
    int64_t who = a_life(house), yes, no, heads, links;
    int64_t trigger = house_count(house, "SELECT trigger FROM rsvp");
    int64_t entries = house_count(house, "SELECT count(*) FROM ledger");
    uint32_t sms = pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms"));
    assert_int_equal(erase_id(house, who), 0);
    assert_int_equal(house_count(house, "SELECT (SELECT count(*) FROM recipient) + (SELECT count(*) FROM address) +"
                                        " (SELECT count(*) FROM tag) + (SELECT count(*) FROM reply) + (SELECT count(*) FROM inbox) +"
                                        " (SELECT count(*) FROM pass) + (SELECT count(*) FROM session)"),
                     0);
    assert_int_equal(house_messages(house, "recipient <> 0 OR address <> 0"), 0);
    assert_int_equal(house_messages(house, "state = 15"), 1); /* the one that waited */
    assert_int_equal(house_message(house, "state = 15").reason, PK_REASON_ERASED);
    house_assert_counts(house);
    assert_int_equal(pk_replies_count(house->store, trigger, &yes, &no, &heads, NULL), 0);
    assert_int_equal(heads, 3);
    assert_int_equal(house_count(house, "SELECT count(*) FROM rsvp WHERE reply <> 0"), 0);
    /* The proof: entries stay in their chain, closed by a withdrawal, and are found by who knows the number. */
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger") - entries, 2);
    assert_int_equal(pk_ledger_verify(house->store, &links, NULL), 0);
    assert_int_equal(pk_proof_find(house->store, sms, PK_SLICE(ANNA)), who);
    assert_int_equal(pk_proof_find(house->store, sms, PK_SLICE(BORIS)), 0);
    assert_int_equal(erase_id(house, who), PK_E_NOT_FOUND);
    /* Somebody new under the same number is somebody new. */
    int64_t again = house_person(house, ANNA, "bg", 0);
    assert_int_not_equal(again, who);
    assert_int_equal(house_consent(house, again, "festival"), PK_CONSENT_UNKNOWN);
}

/* ---- STOP ---- */

static bool suppressed(struct house *house, const char *number)
{
    return pk_suppression_has(house->store, pk_name_find(house->store, PK_NAME_CHANNEL, PK_SLICE("sms")), pk_slice_of(number));
}

static void a_stop_outlives_the_person(void **state)
{
    struct house *house = *state;
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED), other = house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(post_reply(house->posts[0], ANNA, "СТОП"), 0);
    house_turns(house, 2);
    assert_int_equal(erase_id(house, who), 0);
    assert_int_equal(erase_id(house, other), 0);
    assert_true(suppressed(house, ANNA));
    assert_false(suppressed(house, BORIS));
    assert_int_equal(erase_as(house, (struct pk_erase_plan){ .whom.address = PK_SLICE(BORIS), .stays_stopped = true }), 0);
    assert_true(suppressed(house, BORIS)); /* also when nobody is known by it any more */
}

static void whoever_asks_is_told_and_then_gone(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "nl", PK_CONSENT_CONFIRMED);
    assert_int_equal(erase_as(house, (struct pk_erase_plan){ .whom.address = PK_SLICE(ANNA), .asked = true, .stays_stopped = true }), 0);
    house_turns(house, 2);
    assert_int_equal(house_count(house, "SELECT count(*) FROM recipient"), 0);
    assert_int_equal(house->posts[0]->count, 1);
    assert_string_equal(house->posts[0]->jobs[0].address, ANNA);
    assert_non_null(strstr(house->posts[0]->jobs[0].text, "gewist"));
    turn_a_second(house);
    assert_true(house_address(house, ANNA) != 0); /* while it is on its way */
    post_complete(house->posts[0], 0, PK_OUTCOME_ACCEPTED);
    house_settle(house);
    turn_a_second(house);
    assert_int_equal(house_address(house, ANNA), 0);
    assert_true(suppressed(house, ANNA));
    assert_int_equal(house_messages(house, "address <> 0"), 0);
}

/* With all sending on hold the last message expires, and what it needed goes with it. */
static void a_last_message_that_cannot_leave(void **state)
{
    struct house *house = *state;
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_store_set_number(house->store, "hold.all", 1, NULL), 0);
    assert_int_equal(erase_as(house, (struct pk_erase_plan){ .whom.recipient = who, .asked = true }), 0);
    house_later(house, 9 * MINUTE_MS);
    assert_true(house_address(house, ANNA) != 0);
    house_later(house, 2 * MINUTE_MS);
    turn_a_second(house);
    assert_int_equal(house_address(house, ANNA), 0);
    assert_int_equal(house_messages(house, "state = 13 AND address = 0"), 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM farewell"), 0);
}

/* ---- refusals ---- */

static void nobody_learns_who_is_known(void **state)
{
    struct house *house = *state;
    (void) house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(erase_as(house, (struct pk_erase_plan){ .whom.address = PK_SLICE(BORIS) }), 0);
    assert_int_equal(erase_as(house, (struct pk_erase_plan){ .whom.address = PK_SLICE("0880001234x") }), PK_E_INVALID);
    assert_int_equal(erase_as(house, (struct pk_erase_plan){ .whom.address = PK_SLICE(ANNA), .whom.channel = "smoke" }), PK_E_INVALID);
    assert_true(house_address(house, ANNA) != 0);
    assert_int_equal(erase_as(house, (struct pk_erase_plan){ .whom.address = PK_SLICE("+359 88 000 1234") }), 0);
    assert_int_equal(house_address(house, ANNA), 0);
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'recipient.erase'"), 2);
}

static void what_was_not_committed_did_not_happen(void **state)
{
    struct house *house = *state;
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    house->commit_fails = true;
    assert_int_equal(erase_id(house, who), 0);
    house->commit_fails = false;
    house_turns(house, 2);
    assert_true(house_address(house, ANNA) != 0);
    assert_int_equal(house_consent(house, who, "festival"), PK_CONSENT_GRANTED);
}

/* Killed after the commit and before the log was emptied: the next life empties it. */
static void a_crash_leaves_no_log(void **state)
{
    struct house *house = *state;
    int64_t who = house_person(house, ANNA, "bg", PK_CONSENT_CONFIRMED);
    struct pk_erase_plan plan = { .whom.recipient = who };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_person_erase(house->service, &operator, &plan, HOUSE_NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    assert_int_equal(pk_store_commit(house->store, NULL), 0);
    assert_true(pk_store_number(house->store, PK_NUMBER_WAL_HOLDS_ERASED, 0) > 0);
    house_reopen(house);
    turn_a_second(house);
    assert_int_equal(pk_store_number(house->store, PK_NUMBER_WAL_HOLDS_ERASED, 0), 0);
}

/* ---- export ---- */

static void everything_is_shown(void **state)
{
    static const char *const parts[] = {
        "\"address\":\"" ANNA "\"", "\"school:windroos\"", "\"what\":\"confirmed\"", "\"how\":\"paper\"", "\"text\":\"ДА 3\"",
        "\"heads\":3", "\"template\":\"parent-meeting-invitation\"", "\"state\":\"accepted\"", "\"what\":\"recipient.export\"",
        "\"by\":\"ann\"", "\"answeredWith\":\"на " ANNA_DIGITS "\"",
    };
    struct house *house = *state;
    struct pk_buf out;
    int64_t who = a_life(house);
    (void) house_person(house, BORIS, "bg", PK_CONSENT_CONFIRMED);
    pk_buf_init(&out, 1u << 20);
    const struct pk_whom whom = { .recipient = who };
    /* Who runs the gateway sees nobody's data, and that it was tried is kept. */
    assert_int_equal(pk_person_export(house->service, &operator, &whom, pk_clock_wall_ms(), &out, NULL), PK_E_DENIED);
    assert_int_equal(out.len, 0);
    assert_int_equal(pk_person_export(house->service, &adviser, &whom, pk_clock_wall_ms(), &out, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(parts); i++)
        if (!strstr(pk_buf_text(&out), parts[i]))
            fail_msg("the export lacks %s", parts[i]);
    assert_null(strstr(pk_buf_text(&out), BORIS));
    pk_auto(pk_json) struct pk_json *document = NULL;
    assert_int_equal(pk_json_parse(pk_buf_slice(&out), 1u << 20, &document, NULL), 0);
    char id[PK_ID_TEXT_MAX];
    assert_true(pk_slice_is(pk_json_string(pk_json_get(document, "recipient")), pk_id_format(who, id)));
    pk_buf_clear(&out);
    const struct pk_whom nobody = { .recipient = who + 1 };
    assert_int_equal(pk_person_export(house->service, &adviser, &nobody, pk_clock_wall_ms(), &out, NULL), PK_E_NOT_FOUND);
    assert_int_equal(out.len, 0);
    pk_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(the_number_is_nowhere),
        in_house(counts_stay_and_nobody_is_behind_them),
        in_house(a_stop_outlives_the_person),
        in_house(whoever_asks_is_told_and_then_gone),
        in_house(a_last_message_that_cannot_leave),
        in_house(nobody_learns_who_is_known),
        in_house(what_was_not_committed_did_not_happen),
        in_house(a_crash_leaves_no_log),
        in_house(everything_is_shown),
    };
    return cmocka_run_group_tests_name("erasure", tests, NULL, NULL);
}
