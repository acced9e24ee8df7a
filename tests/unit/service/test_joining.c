/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing up at the public page, and agreeing by a word at the desk. */
#include "tests/unit/service/ways.h"

#include "gateway/language/prepare.h"
#include "gateway/store/internal.h"

/* ---- signing up ---- */

struct steps {
    char text[65536];
};

static int trace(unsigned kind, void *ctx, void *statement, void *text)
{
    struct steps *steps = ctx;
    size_t n = strlen(steps->text);
    (void) kind;
    (void) text;
    (void) snprintf(steps->text + n, sizeof steps->text - n, "%s\n", sqlite3_sql(statement));
    return 0;
}

static void take_form(struct house *house, const char *number, struct steps *steps)
{
    struct pk_joining_wrong wrong;
    struct pk_joining_plan plan = join_plan(house, number);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    steps->text[0] = '\0';
    (void) sqlite3_trace_v2(house->store->db, SQLITE_TRACE_STMT, trace, steps);
    assert_int_equal(pk_joining_take(house->service, &plan, pk_clock_wall_ms(), &wrong, NULL), 0);
    (void) sqlite3_trace_v2(house->store->db, 0, NULL, NULL);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
}

/* Not only the same words: the same steps in the database, whoever's the number is. */
static void a_form_takes_the_same_steps_for_every_number(void **state)
{
    struct house *house = *state;
    static struct steps fresh, known_one, stopped;
    import_row(house, true);
    say(house, STRANGER, "СТОП");
    settle_all(house);
    size_t before = house->posts[0]->count;
    take_form(house, BORIS, &fresh); /* and once more: statements are prepared by now */
    take_form(house, "+359880001236", &fresh);
    take_form(house, ANNA, &known_one);
    take_form(house, STRANGER, &stopped);
    assert_true(fresh.text[0] != '\0');
    assert_string_equal(known_one.text, fresh.text);
    assert_string_equal(stopped.text, fresh.text);
    house_later(house, 2 * SECOND_MS);
    settle_all(house);
    assert_int_equal(house->posts[0]->count, before + 2); /* the two that are new are asked */
    for (size_t i = before; i < house->posts[0]->count; i++)
        assert_string_not_equal(house->posts[0]->jobs[i].address, STRANGER);
    assert_int_equal(house_count(house, "SELECT sum(length(value)) FROM joining"), 0);
}

static void who_said_no_is_not_asked_by_a_form(void **state)
{
    struct house *house = *state;
    struct pk_joining_wrong wrong;
    import_row(house, false);
    say(house, ANNA, "не");
    settle_all(house);
    for (int day = 0; day < 95; day += 5) /* and not after ninety days either */
        house_later(house, 5 * DAY_MS);
    size_t before = house->posts[0]->count;
    struct pk_joining_plan plan = join_plan(house, ANNA);
    in_unit(house, pk_joining_take(house->service, &plan, pk_clock_wall_ms(), &wrong, err));
    house_later(house, 2 * SECOND_MS);
    assert_int_equal(house->posts[0]->count, before);
}

static void a_form_is_taken_once_and_only_ours(void **state)
{
    struct house *house = *state;
    struct pk_joining_wrong wrong;
    struct pk_joining_plan plan = join_plan(house, BORIS), made_up = plan;
    int64_t now_ms = pk_clock_wall_ms();
    for (int i = 0; i < 2; i++)
        in_unit(house, pk_joining_take(house->service, &plan, now_ms, &wrong, err));
    assert_int_equal(house_count(house, "SELECT count(*) FROM joining"), 1);
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    for (size_t i = 8; i < sizeof made_up.token; i++) { /* its time stays: that alone makes no form */
        made_up.token[i] ^= 1;
        assert_int_equal(pk_joining_take(house->service, &made_up, now_ms, &wrong, NULL), PK_E_INVALID);
        assert_true(wrong.form && !wrong.number && !wrong.topics && !wrong.language);
        made_up.token[i] ^= 1;
    }
    assert_int_equal(pk_joining_take(house->service, &plan, now_ms + PK_JOINING_FORM_MS, &wrong, NULL), PK_E_INVALID);
    assert_true(wrong.form);
    pk_unit_drop(house->store);
}

/* ---- the word at the desk ---- */

static int said(struct house *house, const char *word)
{
    struct pk_grant_result result;
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    int r = pk_desk_word_said(house->service, &desk, person(house), pk_slice_of(word), PK_SLICE(""), pk_clock_wall_ms(), &result, NULL);
    assert_int_equal(pk_unit_keep(house->store, NULL), 0);
    return r;
}

static void a_word_is_guessed_three_times(void **state)
{
    struct house *house = *state;
    char word[64];
    int64_t until_ms;
    struct pk_error why = { 0 };
    known(house);
    for (int sent = 0; sent < PK_DESK_WORDS_A_DAY; sent++) {
        send_word(house);
        word_of(house, word);
        for (int guess = 0; guess < 3; guess++)
            assert_int_equal(said(house, guess == 0 ? "" : "нищо 00"), PK_E_DENIED);
        assert_int_equal(said(house, word), PK_E_DENIED); /* void by now */
    }
    const struct pk_desk_word_plan plan = { .recipient = person(house), .topic = PK_SLICE(TOPIC) };
    assert_int_equal(pk_unit_begin(house->store, NULL), 0);
    assert_int_equal(pk_desk_word_send(house->service, &desk, &plan, pk_clock_wall_ms(), &until_ms, &why), PK_E_LIMIT);
    pk_unit_drop(house->store);
    assert_false(is_told(house));
    assert_int_equal(house_count(house, "SELECT count(*) FROM audit WHERE action = 'consent.word' AND detail = 'wrong'"), 12);
}

static void a_word_is_said_once_in_time_and_not_after_a_stop(void **state)
{
    struct house *house = *state;
    char word[64], latin[64] = "";
    known(house);
    send_word(house);
    word_of(house, word);
    house_later(house, PK_DESK_WORD_MS);
    assert_int_equal(said(house, word), PK_E_DENIED);
    send_word(house);
    word_of(house, word);
    /* As somebody types it who has no Cyrillic. */
    struct pk_buf letters;
    pk_buf_init(&letters, 64);
    assert_int_equal(pk_transliterate_bg(pk_slice_of(word), &letters), 0);
    for (size_t i = 0; i < letters.len; i++)
        latin[i] = letters.data[i] >= 'a' && letters.data[i] <= 'z' ? (char) (letters.data[i] & ~0x20) : letters.data[i];
    pk_buf_finish(&letters);
    assert_int_equal(said(house, latin), 0);
    assert_int_equal(said(house, latin), PK_E_DENIED);
    settle_all(house);
    assert_says(house, "ще Ви пише за родителски срещи");
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger l JOIN shown s ON s.id = l.shown WHERE l.how = 'desk-word' AND l.\"by\" = 'desk'"
                                        " AND s.text LIKE '%кажете на сътрудника думата%'"), 1);
    say(house, ANNA, "СТОП");
    settle_all(house);
    assert_int_equal(said(house, latin), PK_E_CONFLICT);
}

static void a_no_after_the_word_stands(void **state)
{
    struct house *house = *state;
    char word[64];
    known(house);
    send_word(house);
    word_of(house, word);
    say(house, ANNA, "СТОП срещи");
    settle_all(house);
    assert_int_equal(said(house, word), PK_E_CONFLICT);
    assert_false(is_told(house));
}

/* A STOP that is taken back gives back what it took, and nothing of what was on its way then. */
static void a_stop_voids_the_word_also_after_a_start(void **state)
{
    struct house *house = *state;
    char word[64];
    known(house);
    send_word(house);
    word_of(house, word);
    say(house, ANNA, "СТОП");
    settle_all(house);
    say(house, ANNA, "СТАРТ");
    settle_all(house);
    assert_int_equal(said(house, word), PK_E_DENIED);
    assert_int_equal(house_count(house, "SELECT count(*) FROM ledger WHERE how = 'desk-word' AND kind = 3"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_ways(a_form_takes_the_same_steps_for_every_number),
        in_ways(who_said_no_is_not_asked_by_a_form),
        in_ways(a_form_is_taken_once_and_only_ours),
        in_ways(a_word_is_guessed_three_times),
        in_ways(a_word_is_said_once_in_time_and_not_after_a_stop),
        in_ways(a_no_after_the_word_stands),
        in_ways(a_stop_voids_the_word_also_after_a_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
