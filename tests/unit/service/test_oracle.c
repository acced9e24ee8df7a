/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Nobody learns from us whether a number is known. Whoever adds a number, or asks for a code to one, is answered the same for
 * a number that is known, unknown, stopped, refused by the network or that said no: the same words, after the same statements
 * of the database in the same order, after the same turns. Times are printed and not judged: what they hang on is.
 */
#include "tests/unit/service/talk.h"

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

static void same(struct trace traces[NUMBERS], const char *what)
{
    for (size_t i = 0; i < NUMBERS; i++) {
        print_message("%s, %s: %lld us, %lld rows\n", what, kinds[i], (long long) traces[i].took_us, (long long) traces[i].rows);
        if (traces[i].rows != traces[0].rows)
            fail_msg("%s: rows differ for %s", what, kinds[i]);
        if (strcmp(pk_buf_text(&traces[i].statements), pk_buf_text(&traces[0].statements)) != 0)
            fail_msg("%s: other statements for %s:\n%s-- instead of\n%s", what, kinds[i], pk_buf_text(&traces[i].statements),
                     pk_buf_text(&traces[0].statements));
    }
    assert_true(traces[0].statements.len > 0);
    for (size_t i = 0; i < NUMBERS; i++)
        pk_buf_finish(&traces[i].statements);
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

int main(void)
{
    const struct CMUnitTest tests[] = { in_house(a_code_is_asked_for), in_house(a_number_is_added), in_house(a_form_is_sent) };
    return cmocka_run_group_tests_name("oracle", tests, NULL, NULL);
}
