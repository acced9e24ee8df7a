/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Nobody learns from us whether a number is known. Whoever adds a number, or asks for a code to one, is answered the same for
 * a number that is known, unknown, stopped, refused by the network or that said no: the same words, after the same statements
 * of the database in the same order, after the same turns; where texts leave with links to answer by as well. A link that
 * does not work is told from no other either. Times are printed and not judged: what they hang on is.
 */
#include "tests/unit/service/ways.h"

#include "gateway/service/imports.h"
#include "gateway/service/joining.h"
#include "gateway/service/passes.h"
#include "gateway/store/internal.h"
#include "gateway/store/recipients.h"

#include <time.h>

#define NUMBERS 6
static const char *const numbers[NUMBERS] = { "+359880004001", "+359880004002", "+359880004003", "+359880004004", "+359880004005", "+359880004006" };
static const char *const kinds[NUMBERS] = { "known", "unknown", "stopped", "a stranger's STOP", "blocked", "said no" };
static const struct pk_actor adviser = { .role = PK_ROLE_ADVISER, .name = "anna" };

/* Everything the store is asked, one after the other; and how long that took. */
struct trace {
    struct pk_buf statements;
    int64_t rows, began_us, took_us;
};

static int note(unsigned kind, void *ctx, void *statement, void *text)
{
    struct trace *trace = ctx;
    (void) kind;
    (void) text;
    (void) pk_buf_printf(&trace->statements, "%s\n", sqlite3_sql(statement));
    return 0;
}

/* The house's clock stands still. */
static int64_t real_us(void)
{
    struct timespec now;
    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

static void begin(struct house *house, struct trace *trace)
{
    pk_buf_init(&trace->statements, 1u << 20);
    trace->rows = sqlite3_total_changes64(house->store->db);
    (void) sqlite3_trace_v2(house->store->db, SQLITE_TRACE_STMT, note, trace);
    trace->began_us = real_us();
}

static void end(struct house *house, struct trace *trace)
{
    trace->took_us = real_us() - trace->began_us;
    (void) sqlite3_trace_v2(house->store->db, 0, NULL, NULL);
    trace->rows = sqlite3_total_changes64(house->store->db) - trace->rows;
}

static void same_of(struct trace *traces, size_t count, const char *const *names, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        print_message("%s, %s: %lld us, %lld rows\n", what, names[i], (long long) traces[i].took_us, (long long) traces[i].rows);
        if (traces[i].rows != traces[0].rows)
            fail_msg("%s: rows differ for %s", what, names[i]);
        if (strcmp(pk_buf_text(&traces[i].statements), pk_buf_text(&traces[0].statements)) != 0)
            fail_msg("%s: other statements for %s:\n%s-- instead of\n%s", what, names[i], pk_buf_text(&traces[i].statements),
                     pk_buf_text(&traces[0].statements));
    }
    assert_true(traces[0].statements.len > 0);
    for (size_t i = 0; i < count; i++)
        pk_buf_finish(&traces[i].statements);
}

static void same(struct trace traces[NUMBERS], const char *what)
{
    same_of(traces, NUMBERS, kinds, what);
}

/* What is cached at the first of a kind is not a difference between numbers. */
static void people(struct house *house)
{
    (void) house_person(house, numbers[0], "bg", PK_CONSENT_CONFIRMED);
    (void) house_person(house, numbers[2], "bg", PK_CONSENT_CONFIRMED);
    say(house, numbers[2], "СТОП");
    say(house, numbers[3], "СТОП");
    (void) house_person(house, numbers[4], "bg", PK_CONSENT_CONFIRMED);
    assert_int_equal(pk_address_block(house->store, house_address(house, numbers[4]), HOUSE_NOW, NULL), 0);
    (void) house_person(house, numbers[5], "bg", PK_CONSENT_REFUSED);
    take_all(house);
    house_turns(house, 6);
}

static void ask_code(struct house *house, const char *number, struct trace *trace)
{
    uint8_t token[PK_PASS_TOKEN_BYTES];
    begin(house, trace);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_passes_ask(house->service, pk_slice_of(number), pk_clock_wall_ms(), token, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    end(house, trace);
}

static void a_code_is_asked_for(void **state)
{
    struct house *house = *state;
    struct trace traces[NUMBERS], first;
    people(house);
    ask_code(house, "+359880004099", &first);
    pk_buf_finish(&first.statements);
    size_t before = house->posts[0]->count;
    for (size_t i = 0; i < NUMBERS; i++)
        ask_code(house, numbers[i], &traces[i]);
    same(traces, "a code");
    assert_int_equal(house->posts[0]->count, before); /* nothing is sent in the request: the queue does it */
    house_later(house, 1100);
    assert_true(house->posts[0]->count > before);
}

/* One person's file: what the request does, and after how many turns it is done with what to tell. */
static unsigned add(struct house *house, const char *number, struct trace *trace, struct pk_import_view *ret_view)
{
    const struct pk_import_options options = { .by = PK_SLICE("anna") };
    char text[160];
    int64_t job;
    unsigned turns = 0;
    (void) snprintf(text, sizeof text, "channel,address,language,topics\nsms,%s,bg,festival\n", number);
    begin(house, trace);
    assert_int_equal(pk_imports_start(house->service->imports, &adviser, &options, pk_slice_of(text), pk_clock_wall_ms(), &job, NULL), 0);
    end(house, trace);
    do {
        house_turn(house);
        turns++;
        pk_import_view(pk_imports_find(house->service->imports, job), ret_view);
    } while (ret_view->phase != PK_IMPORT_DONE && turns < 50);
    return turns;
}

static void a_number_is_added(void **state)
{
    struct house *house = *state;
    struct trace traces[NUMBERS], first;
    struct pk_import_view views[NUMBERS];
    people(house);
    unsigned turns[NUMBERS];
    (void) add(house, "+359880004099", &first, &views[0]);
    pk_buf_finish(&first.statements);
    for (size_t i = 0; i < NUMBERS; i++) {
        turns[i] = add(house, numbers[i], &traces[i], &views[i]);
        assert_int_equal(turns[i], turns[0]);
        assert_int_equal(views[i].taken, 1);
        assert_int_equal(views[i].refused, 0);
        assert_int_equal(views[i].done, views[0].done);
        assert_int_equal(views[i].note_count, 0);
        assert_string_equal(views[i].trouble, "");
    }
    same(traces, "a number added");
}

/* A form of the public page: taken in one request, and looked at after as many turns, whoever's the number is. */
static unsigned join(struct house *house, const char *number, struct trace *trace)
{
    struct pk_joining_wrong wrong;
    struct pk_joining_plan plan = { .number = pk_slice_of(number), .topics = { PK_SLICE("festival") }, .topic_count = 1, .tag = PK_SLICE("bg") };
    unsigned turns = 0;
    pk_joining_form(house->service, pk_clock_wall_ms(), plan.token);
    begin(house, trace);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_joining_take(house->service, &plan, pk_clock_wall_ms(), &wrong, NULL), 0);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    end(house, trace);
    assert_int_equal(house_count(house, "SELECT count(*) FROM joining WHERE state = 0"), 1);
    while (house_count(house, "SELECT count(*) FROM joining WHERE state = 0") > 0 && turns++ < 50)
        house_later(house, SECOND_MS);
    assert_int_equal(house_count(house, "SELECT sum(length(value) + length(topics)) FROM joining"), 0);
    return turns;
}

static void a_form_is_sent(void **state)
{
    struct house *house = *state;
    struct trace traces[NUMBERS], first;
    people(house);
    size_t before = house->posts[0]->count;
    unsigned turns = join(house, "+359880004099", &first);
    pk_buf_finish(&first.statements);
    for (size_t i = 0; i < NUMBERS; i++)
        assert_int_equal(join(house, numbers[i], &traces[i]), turns);
    same(traces, "a form");
    for (size_t i = before; i < house->posts[0]->count; i++) /* asked are the new one, and who never was asked about this */
        for (size_t n = 2; n < NUMBERS; n++)
            assert_string_not_equal(house->posts[0]->jobs[i].address, numbers[n]);
}

/* ---- where answers come by links ---- */

static void a_number_is_added_and_gets_a_link(void **state)
{
    struct house *house = *state;
    deaf(house, "no");
    a_number_is_added(state);
    house_later(house, SECOND_MS);
    assert_true(house_count(house, "SELECT count(*) FROM link") > 0);
}

static void a_form_is_sent_and_gets_a_link(void **state)
{
    struct house *house = *state;
    deaf(house, "no");
    a_form_is_sent(state);
    assert_true(house_count(house, "SELECT count(*) FROM link") > 0);
}

static void link_to(struct house *house, const char *number, uint8_t token[PK_LINK_TOKEN_BYTES])
{
    struct pk_import_outcome outcome;
    const struct pk_import_row row = { .channel = PK_SLICE("sms"), .address = pk_slice_of(number), .language = PK_SLICE("bg"),
                                       .topics = { &house->rules.topics[0] }, .topic_count = 1 };
    in_unit(house, pk_import_apply_row(house->service, false, PK_SLICE("anna"), &row, pk_clock_wall_ms(), &outcome, err));
    settle_all(house);
    newest_link(house, token);
}

/* The page and the button. */
static void try_link(struct house *house, const uint8_t token[PK_LINK_TOKEN_BYTES], int64_t now_ms, struct trace *trace, struct pk_error whys[2])
{
    char language[2 * PK_LANGUAGE_MAX];
    begin(house, trace);
    assert_int_equal(pk_link_language(house->service, token, now_ms, language, &whys[0]), PK_E_NOT_FOUND);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_link_press(house->service, token, PK_LINK_STOP, 1, now_ms, &whys[1]), PK_E_NOT_FOUND);
    pk_unit_drop(house->store);
    end(house, trace);
}

/* Whoever finds a link, or makes one up, learns nothing of whose it was or what became of it. */
static void a_link_that_does_not_work(void **state)
{
    static const char *const ends[] = { "made up", "used", "over", "of somebody erased" };
    struct house *house = *state;
    uint8_t tokens[PK_COUNT(ends)][PK_LINK_TOKEN_BYTES] = { { 9 } };
    struct trace traces[PK_COUNT(ends)], first;
    struct pk_error whys[PK_COUNT(ends)][2] = { 0 };
    deaf(house, "no");
    for (size_t i = 1; i < PK_COUNT(ends); i++)
        link_to(house, numbers[i], tokens[i]);
    in_unit(house, pk_link_press(house->service, tokens[1], PK_LINK_NO, 1, pk_clock_wall_ms(), err));
    const struct pk_erase_plan plan = { .whom = { .recipient = house_count(house, "SELECT recipient FROM address ORDER BY id DESC LIMIT 1") } };
    in_unit(house, pk_person_erase(house->service, &adviser, &plan, pk_clock_wall_ms(), err));
    settle_all(house);
    try_link(house, tokens[0], pk_clock_wall_ms(), &first, whys[0]);
    pk_buf_finish(&first.statements);
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        int64_t after_ms = i == 1 ? PK_LINK_AGAIN_MS + SECOND_MS : i == 2 ? 8 * DAY_MS : 0;
        try_link(house, tokens[i], pk_clock_wall_ms() + after_ms, &traces[i], whys[i]);
        for (size_t j = 0; j < 2; j++)
            assert_string_equal(whys[i][j].message, whys[0][j].message);
    }
    same_of(traces, PK_COUNT(ends), ends, "a link");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_house(a_code_is_asked_for),
        in_house(a_number_is_added),
        in_house(a_form_is_sent),
        in_ways(a_number_is_added_and_gets_a_link),
        in_ways(a_form_is_sent_and_gets_a_link),
        in_ways(a_link_that_does_not_work),
    };
    return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
