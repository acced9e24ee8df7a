/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files of recipients: what a good row becomes, that a second time changes nothing, that a crash at any moment costs
 * nothing, and that nobody who said STOP or no is asked.
 */
#include "tests/unit/service/import_support.h"

/* ---- good rows ---- */

static void test_a_row_asks(void **state)
{
    (void) state;
    struct pk_import_view view =
        import(ASK, "\xEF\xBB\xBF"
                    "Topics;Tags;address;LANGUAGE;script;channel\r\n"
                    "parent-meetings|festival;school:de-windroos|area:noord;\"" ANNA "\";bg;bg-Latn;sms\r\n");
    assert_int_equal(view.phase, PK_IMPORT_DONE);
    check_counts(&view, 1, 0, 0, 1);
    assert_string_equal(pk_buf_text(&world.told), "");
    assert_int_equal(pk_recipient_count(world.store), 1);
    assert_int_equal(consent(ANNA, "parent-meetings", NULL), PK_CONSENT_INVITED);
    assert_int_equal(consent(ANNA, "festival", NULL), PK_CONSENT_INVITED);
    struct pk_recipient who;
    assert_int_equal(pk_recipient_get(world.store, address_of(ANNA).recipient, &who, NULL), 0);
    assert_string_equal(who.language, "bg");
    assert_string_equal(who.script, "Latn");
    assert_int_equal(pk_recipient_tag(world.store, who.id, name(PK_NAME_TAG, "school:de-windroos"), NULL), 0);
    assert_int_equal(pk_recipient_tag(world.store, who.id, name(PK_NAME_TAG, "area:noord"), NULL), 0);
    /* One question for both topics, on the route of its channel, within its validity. */
    assert_int_equal(messages(), 1);
    struct pk_due due[2];
    size_t count = 0;
    assert_int_equal(pk_messages_due(world.store, name(PK_NAME_ROUTE, "main"), PK_PRIORITY_NORMAL, NOW_MS, 2, due, &count, NULL),
                     0);
    assert_int_equal(count, 1);
    assert_int_equal(due[0].message.cls, PK_CLASS_QUESTION);
    assert_int_equal(due[0].consent, PK_CONSENT_INVITED);
    assert_int_equal(due[0].message.expires_ms, NOW_MS + 7 * DAY_MS);
}

static void test_a_second_time_changes_nothing(void **state)
{
    (void) state;
    static const char text[] = HEAD "sms," ANNA ",bg,,school:a,parent-meetings festival,,,,,\n"
                                    "sms," BORIS ",nl,,,info-point,,,,,\n";
    struct pk_import_view first = import(ASK, text);
    check_counts(&first, 2, 0, 0, 2);
    int64_t events = links();
    struct pk_import_view second = import(ASK, text);
    assert_int_equal(second.job, first.job);
    assert_int_equal(second.phase, PK_IMPORT_DONE);
    check_counts(&second, 0, 2, 0, 0);
    close_store();
    open_store();
    struct pk_import_view third = import(ASK, text);
    check_counts(&third, 0, 2, 0, 0);
    assert_int_equal(links(), events);
    assert_int_equal(messages(), 2);
    assert_int_equal(pk_recipient_count(world.store), 2);
}

static void test_an_address_keeps_its_person(void **state)
{
    (void) state;
    (void) import(ASK, HEAD "sms," ANNA ",bg,,school:a,parent-meetings,,,,,\n");
    int64_t person = address_of(ANNA).recipient;
    struct pk_import_view view = import(ASK, HEAD "sms,00359 88 000 1234,nl,,school:b,parent-meetings,,,,,\n");
    check_counts(&view, 1, 0, 0, 0);
    assert_int_equal(address_of(ANNA).recipient, person);
    struct pk_recipient who;
    assert_int_equal(pk_recipient_get(world.store, person, &who, NULL), 0);
    assert_string_equal(who.language, "bg");
    assert_int_equal(pk_recipient_tag(world.store, person, name(PK_NAME_TAG, "school:b"), NULL), 0);
    assert_int_equal(links(), 1);
    assert_int_equal(messages(), 1);
}

static void test_one_question_while_one_is_open(void **state)
{
    (void) state;
    struct pk_import_view view = import(ASK, HEAD "sms," ANNA ",bg,,,parent-meetings,,,,,\nsms," ANNA ",bg,,,festival,,,,,\n");
    check_counts(&view, 2, 0, 0, 1);
    assert_int_equal(messages(), 1);
    /* A month later a new topic may be asked about, the old ones not. */
    pk_clock_advance(31 * DAY_MS);
    view = import(ASK, HEAD "sms," ANNA ",bg,,,parent-meetings info-point,,,,,\n");
    check_counts(&view, 1, 0, 0, 1);
}

static void test_a_question_that_never_left_is_put_again(void **state)
{
    (void) state;
    static const char text[] = HEAD "sms," ANNA ",bg,,,festival,,,,,\n";
    (void) import(ASK, text);
    pk_clock_advance(8 * DAY_MS);
    size_t expired = 0;
    assert_int_equal(pk_messages_expire(world.store, pk_clock_wall_ms(), 10, &expired, NULL), 0);
    assert_int_equal(expired, 1);
    struct pk_import_view view = import(ASK, text);
    check_counts(&view, 1, 0, 0, 1);
    assert_int_equal(links(), 1);
    view = import(ASK, text);
    check_counts(&view, 0, 1, 0, 0);
}

static void test_confirmed(void **state)
{
    (void) state;
    int64_t until_ms = 0;
    struct pk_import_view view =
        import(CONFIRMED, HEAD "sms," ANNA ",bg,,,festival info-point,form 2026-00017,v2,2026-05-01,anna,\n"
                               "sms," BORIS ",bg,,,festival,form,v2,2026-05-01T10:00:00+02:00,anna,2026-12-31\n");
    check_counts(&view, 2, 0, 0, 0);
    assert_int_equal(messages(), 0);
    assert_int_equal(consent(ANNA, "festival", &until_ms), PK_CONSENT_GRANTED);
    assert_int_equal(until_ms, 1777593600000ll + 365 * DAY_MS); /* 2026-05-01 and a year */
    assert_int_equal(consent(ANNA, "info-point", &until_ms), PK_CONSENT_GRANTED);
    assert_int_equal(until_ms, 0);
    assert_int_equal(consent(BORIS, "festival", &until_ms), PK_CONSENT_GRANTED);
    assert_int_equal(until_ms, 1798761600000ll - 1); /* that day counts */
    /* Asking them does nothing; an older form does nothing; a newer one lasts longer. */
    view = import(ASK, HEAD "sms," ANNA ",bg,,,festival,,,,,\n");
    check_counts(&view, 0, 1, 0, 0);
    view = import(CONFIRMED, HEAD "sms," ANNA ",bg,,,festival,form,,2026-04-01,anna,\n");
    check_counts(&view, 0, 1, 0, 0);
    view = import(CONFIRMED, HEAD "sms," ANNA ",bg,,,festival,form,,2026-05-20,anna,\n");
    check_counts(&view, 1, 0, 0, 0);
    view = import(CONFIRMED, HEAD "sms," ANNA ",bg,,,festival,form,,2026-05-20,anna,\n");
    check_counts(&view, 0, 1, 0, 0);
}

static void test_other_channels(void **state)
{
    (void) state;
    struct pk_import_view view = import(ASK, HEAD "telegram,100200300,bg,,,festival,,,,,\n");
    check_counts(&view, 1, 0, 0, 1);
    view = import(ASK, HEAD "telegram,10 0,bg,,,festival,,,,,\n");
    assert_string_equal(pk_buf_text(&world.told), "2: address: it cannot be one of this channel\n");
}

/* ---- who is never asked ---- */

static void test_stop(void **state)
{
    (void) state;
    (void) import(ASK, HEAD "sms," ANNA ",bg,,,festival,,,,,\n");
    say_stop(ANNA);
    /* BORIS is nobody we know, but said STOP. */
    assert_int_equal(pk_suppression_add(world.store, name(PK_NAME_CHANNEL, "sms"), PK_SLICE(BORIS), NOW_MS, NULL), 0);
    assert_int_equal(pk_store_commit(world.store, NULL), 0);
    int64_t events = links(), sent = messages();
    static const char text[] = HEAD "sms," ANNA ",bg,,school:new,info-point,form,,2026-05-01,anna,\n"
                                    "sms," BORIS ",bg,,,info-point,form,,2026-05-01,anna,\n";
    const struct pk_import_options ways[] = { ASK, PARTLY, CONFIRMED };
    for (size_t i = 0; i < PK_COUNT(ways); i++) {
        struct pk_import_view view = import(ways[i], text);
        assert_int_equal(view.phase, PK_IMPORT_DONE);
        check_counts(&view, 0, 2, 0, 0);
        assert_string_equal(pk_buf_text(&world.told), ""); /* whoever gives the file does not learn it */
    }
    assert_int_equal(links(), events);
    assert_int_equal(messages(), sent);
    assert_int_equal(pk_recipient_count(world.store), 1);
    assert_int_equal(pk_name_find(world.store, PK_NAME_TAG, PK_SLICE("school:new")), 0);
}

static void test_no_stays_no(void **state)
{
    (void) state;
    (void) import(ASK, HEAD "sms," ANNA ",bg,,,festival,,,,,\n");
    append(ANNA, "festival", PK_CONSENT_REFUSED);
    struct pk_import_view view = import(ASK, HEAD "sms," ANNA ",bg,,,festival,form,,,,\n");
    check_counts(&view, 0, 1, 0, 0);
    assert_string_equal(pk_buf_text(&world.told), "");
    view = import(CONFIRMED, HEAD "sms," ANNA ",bg,,,festival,form,,2026-05-01,anna,\n");
    check_counts(&view, 0, 1, 0, 0);
    /* Another topic of the same row is not hindered, and the no is not told. */
    pk_clock_advance(10 * DAY_MS);
    view = import(ASK, HEAD "sms," ANNA ",bg,,,festival info-point,,,,,\n");
    check_counts(&view, 1, 0, 0, 1);
    assert_string_equal(pk_buf_text(&world.told), "");
    assert_int_equal(consent(ANNA, "festival", NULL), PK_CONSENT_STATE_WITHDRAWN);
    append(ANNA, "info-point", PK_CONSENT_WITHDRAWN);
    view = import(ASK, HEAD "sms," ANNA ",bg,,,info-point festival,,,,,\n");
    check_counts(&view, 0, 1, 0, 0);
}

static void test_a_blocked_address(void **state)
{
    (void) state;
    (void) import(ASK, HEAD "sms," ANNA ",bg,,,festival,,,,,\n");
    assert_int_equal(pk_address_block(world.store, address_of(ANNA).id, NOW_MS, NULL), 0);
    struct pk_import_view view = import(ASK, HEAD "sms," ANNA ",bg,,,info-point,,,,,\n");
    check_counts(&view, 0, 1, 0, 0);
    assert_string_equal(pk_buf_text(&world.told), "");
}

/* ---- crashes ---- */

#define PEOPLE 7

static void write_people(struct pk_buf *text)
{
    (void) pk_buf_add_text(text, HEAD);
    for (int i = 0; i < PEOPLE; i++)
        (void) pk_buf_printf(text, "sms,+35988000123%d,bg,,school:a,parent-meetings festival,,,,,\n", i);
    (void) pk_buf_add_text(text, "sms,12,bg,,,festival,,,,,\n");
}

/* Runs until `steps` are over and dies there, the last one committed or not. True when what is kept says it is done. */
static bool live(const char *text, unsigned steps, bool commit_last)
{
    struct pk_import_options options = PARTLY;
    struct pk_error err = { 0 };
    struct pk_import *import = NULL;
    options.rows_a_turn = 2;
    assert_int_equal(pk_import_new(world.service, &actor, &options, pk_slice_of(text), NOW_MS, &import, &err), 0);
    if (steps > 0 || commit_last)
        assert_int_equal(pk_store_commit(world.store, &err), 0);
    for (unsigned i = 0; i < steps && !pk_import_ended(import); i++) {
        assert_int_equal(pk_import_step(import, NOW_MS, 0, &err), 0);
        if (i + 1 < steps || commit_last)
            assert_int_equal(pk_store_commit(world.store, &err), 0);
    }
    struct pk_job_row row = { 0 };
    int64_t job = pk_import_job(import);
    pk_import_free(import);
    close_store();
    open_store();
    return pk_job_get(world.store, job, &row, NULL) == 0 && row.state == PK_JOB_DONE;
}

static void test_a_crash_at_any_step(void **state)
{
    (void) state;
    struct pk_buf text;
    pk_buf_init(&text, 1u << 16);
    write_people(&text);
    bool ended = false;
    unsigned step = 0;
    for (; !ended; step++) {
        for (int committed = 0; committed < 2; committed++) {
            close_store();
            remove_store();
            open_store();
            ended = live(pk_buf_text(&text), step, committed != 0);
            struct pk_import_options options = PARTLY;
            options.rows_a_turn = 2;
            struct pk_import_view view = import(options, pk_buf_text(&text));
            assert_int_equal(view.phase, PK_IMPORT_DONE);
            if (ended)
                check_counts(&view, 0, PEOPLE, 1, 0); /* a second time, not a continuation */
            else
                check_counts(&view, PEOPLE, 0, 1, PEOPLE);
            assert_int_equal(pk_recipient_count(world.store), PEOPLE);
            assert_int_equal(messages(), PEOPLE);
            assert_int_equal(links(), 2 * PEOPLE);
        }
    }
    assert_true(step > 8);
    pk_buf_finish(&text);
}

/* A life that dies after every single step gets there too. */
static void test_a_crash_after_every_step(void **state)
{
    (void) state;
    struct pk_buf text;
    pk_buf_init(&text, 1u << 16);
    write_people(&text);
    for (int i = 0; i < 4; i++) /* checking takes five steps, then comes one of applying */
        assert_int_equal(live(pk_buf_text(&text), 6, true), i == 3);
    struct pk_import_view view = import(PARTLY, pk_buf_text(&text));
    assert_int_equal(pk_recipient_count(world.store), PEOPLE);
    assert_int_equal(messages(), PEOPLE);
    assert_int_equal(links(), 2 * PEOPLE);
    assert_int_equal(view.refused, 1);
    pk_buf_finish(&text);
}

/* ---- nothing in clear ---- */

static void search(const char *path)
{
    struct pk_buf bytes;
    pk_buf_init(&bytes, 1u << 26);
    if (pk_file_read(path, 1u << 26, &bytes, NULL) == 0 && bytes.len > 0)
        assert_null(memmem(bytes.data, bytes.len, "880001", 6));
    pk_buf_finish(&bytes);
}

static void test_no_number_in_the_files(void **state)
{
    (void) state;
    char wal[80];
    (void) import(PARTLY, HEAD "sms," ANNA ",bg,,,festival,,,,,\n" ANNA "," ANNA "," ANNA "," ANNA "," ANNA "," ANNA ",,,,,\n");
    (void) snprintf(wal, sizeof wal, "%s-wal", world.path);
    search(wal);
    search(world.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        import_test(test_a_row_asks),
        import_test(test_a_second_time_changes_nothing),
        import_test(test_an_address_keeps_its_person),
        import_test(test_one_question_while_one_is_open),
        import_test(test_a_question_that_never_left_is_put_again),
        import_test(test_confirmed),
        import_test(test_other_channels),
        import_test(test_stop),
        import_test(test_no_stays_no),
        import_test(test_a_blocked_address),
        import_test(test_a_crash_at_any_step),
        import_test(test_a_crash_after_every_step),
        import_test(test_no_number_in_the_files),
    };
    return cmocka_run_group_tests(tests, begin_all, end_all);
}
