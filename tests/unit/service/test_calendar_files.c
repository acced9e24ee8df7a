/* SPDX-License-Identifier: EUPL-1.2 */
/* Events from a calendar file and in one: taken in whole or not at all, unchanged when they come back, and what everybody may see. */
#include "tests/unit/service/planned.h"

static const char file[] =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"
    "BEGIN:VEVENT\r\nUID:series@example.org\r\nDTSTAMP:20261001T120000Z\r\nSUMMARY:Infopunt\r\nLOCATION:Stadhuisplein 100\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20261020T100000\r\nDTEND;TZID=Europe/Amsterdam:20261020T110000\r\n"
    "RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=4\r\nEXDATE;TZID=Europe/Amsterdam:20261027T100000\r\nCATEGORIES:info-point\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:series@example.org\r\nDTSTAMP:20261001T120000Z\r\nSUMMARY:Infopunt\r\nLOCATION:De Kern\r\n"
    "RECURRENCE-ID;TZID=Europe/Amsterdam:20261103T100000\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20261104T100000\r\nDTEND;TZID=Europe/Amsterdam:20261104T110000\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:old@example.org\r\nDTSTAMP:20261001T120000Z\r\nSUMMARY:Lang geleden\r\nLOCATION:x\r\n"
    "DTSTART;TZID=Europe/Amsterdam:20200104T100000\r\nDTEND;TZID=Europe/Amsterdam:20200104T110000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

static struct pk_events_imported imported(struct house *house, struct pk_slice text)
{
    struct pk_events_imported done = { 0 };
    struct pk_error err = { 0 };
    int r;
    DO(house, r, pk_events_import(house->service, &anna, text, PK_SLICE("training"), false, false, HOUSE_NOW, &done, &err));
    if (r != 0)
        fail_msg("%s", err.message);
    return done;
}

static void test_a_file_in_and_out(void **state)
{
    struct house *house = *state;
    struct pk_events_imported done = imported(house, pk_slice_of(file));
    assert_int_equal(done.planned, 1);
    assert_int_equal(done.over, 1);
    assert_int_equal(count(house, "1"), 3); /* the one left out never was a date */
    assert_int_equal(count(house, "day = 20261103 AND place = 'De Kern'"), 1);
    done = imported(house, pk_slice_of(file));
    assert_int_equal(done.unchanged, 1);
    assert_int_equal(done.planned + done.changed, 0);
    assert_int_equal(count(house, "version > 1"), 0);
    /* What we write is ours when it comes back, and nothing of it is new. */
    struct pk_buf out;
    pk_buf_init(&out, 1u << 20);
    assert_int_equal(pk_events_export(house->service, &anna, HOUSE_NOW, &out, NULL), 0);
    done = imported(house, pk_buf_slice(&out));
    assert_int_equal(done.unchanged, 1);
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 1);
    assert_null(strstr(pk_buf_text(&out), "series@example.org"));
    /* Moved in the file: the same dates, an hour later. */
    char *later = strstr(out.data, "DTSTART;TZID=Europe/Amsterdam:20261020T100000");
    assert_non_null(later);
    memcpy(later, "DTSTART;TZID=Europe/Amsterdam:20261020T103000", 45);
    done = imported(house, pk_buf_slice(&out));
    assert_int_equal(done.changed, 1);
    assert_int_equal(count(house, "version = 2"), 2);
    pk_buf_finish(&out);
}

static void test_a_file_whole_or_not(void **state)
{
    struct house *house = *state;
    struct pk_events_imported done = { 0 };
    struct pk_error err = { 0 };
    struct pk_buf wrong;
    int r;
    pk_buf_init(&wrong, 1u << 16);
    (void) pk_buf_add(&wrong, file, strlen(file) - strlen("END:VCALENDAR\r\n"));
    (void) pk_buf_add_text(&wrong, "BEGIN:VEVENT\r\nUID:z\r\nSUMMARY:Kapot\r\nLOCATION:x\r\nDTSTART:20261101T100000\r\nDTEND:20261101T110000\r\n"
                                   "RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    DO(house, r, pk_events_import(house->service, &anna, pk_buf_slice(&wrong), PK_SLICE("training"), false, false, HOUSE_NOW, &done, &err));
    refused(r, PK_E_INVALID, &err, "event \"Kapot\": the rule has no end");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 0);
    DO(house, r, pk_events_import(house->service, &anna, pk_slice_of(file), PK_SLICE(""), false, false, HOUSE_NOW, &done, &err));
    refused(r, PK_E_INVALID, &err, "event \"Lang geleden\": there is no kind of event \"\"");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 0);
    DO(house, r, pk_events_import(house->service, &maria, pk_slice_of(file), PK_SLICE("training"), false, false, HOUSE_NOW, &done, &err));
    assert_int_equal(r, PK_E_DENIED);
    pk_buf_finish(&wrong);
}

/* What one turn writes is bounded, whatever a file asks for. */
static void test_a_file_of_too_many_dates(void **state)
{
    struct house *house = *state;
    struct pk_events_imported done = { 0 };
    struct pk_error err = { 0 };
    struct pk_buf many;
    int r;
    pk_buf_init(&many, 1u << 16);
    (void) pk_buf_add_text(&many, "BEGIN:VCALENDAR\r\n");
    for (int i = 0; i < 6; i++)
        (void) pk_buf_printf(&many, "BEGIN:VEVENT\r\nUID:%d\r\nSUMMARY:x\r\nLOCATION:x\r\nDTSTART:20261101T100000\r\nDTEND:20261101T110000\r\n"
                                    "RRULE:FREQ=DAILY;COUNT=900\r\nEND:VEVENT\r\n", i);
    (void) pk_buf_add_text(&many, "END:VCALENDAR\r\n");
    DO(house, r, pk_events_import(house->service, &anna, pk_buf_slice(&many), PK_SLICE("training"), false, false, HOUSE_NOW, &done, &err));
    refused(r, PK_E_LIMIT, &err, "event \"x\": the events of the file have more than 5000 dates together");
    assert_int_equal(house_count(house, "SELECT count(*) FROM event"), 0);
    pk_buf_finish(&many);
}

/* The calendar for everybody: what is planned and public; drafts, what is for few and what was called off are not in it. */
static void test_the_calendar(void **state)
{
    struct house *house = *state;
    struct pk_agenda_event draft = meeting(20261202), inner = meeting(20261203), off = meeting(20261204);
    struct pk_buf out;
    struct pk_events_done came = { .changed = false };
    int r;
    (void) snprintf(draft.title, sizeof draft.title, "Concept");
    (void) snprintf(inner.title, sizeof inner.title, "Training");
    (void) snprintf(inner.kind, sizeof inner.kind, "training");
    (void) snprintf(off.title, sizeof off.title, "Afgelast");
    (void) planned(house, meeting(20261201));
    (void) planned(house, hours("FREQ=WEEKLY;BYDAY=TU;COUNT=2"));
    (void) planned(house, inner);
    DO(house, r, pk_events_plan(house->service, &maria, &draft, false, HOUSE_NOW, NULL));
    int64_t id = planned(house, off);
    DO(house, r, pk_events_cancel(house->service, &anna, id, HOUSE_NOW, &came, NULL));
    pk_buf_init(&out, 1u << 20);
    assert_int_equal(pk_events_calendar(house->service, (struct pk_slice){ 0 }, HOUSE_NOW, &out, NULL), 0);
    assert_non_null(strstr(pk_buf_text(&out), "SUMMARY:Ouderavond"));
    assert_non_null(strstr(pk_buf_text(&out), "SUMMARY:Infopunt"));
    static const char *const hidden[] = { "Concept", "Training", "Afgelast", "maria" };
    for (size_t i = 0; i < PK_COUNT(hidden); i++)
        assert_null(strstr(pk_buf_text(&out), hidden[i]));
    pk_buf_clear(&out);
    assert_int_equal(pk_events_calendar(house->service, PK_SLICE("info-point"), HOUSE_NOW, &out, NULL), 0);
    assert_null(strstr(pk_buf_text(&out), "SUMMARY:Ouderavond"));
    assert_non_null(strstr(pk_buf_text(&out), "SUMMARY:Infopunt"));
    assert_int_equal(pk_events_calendar(house->service, PK_SLICE("nothing"), HOUSE_NOW, &out, NULL), PK_E_NOT_FOUND);
    pk_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_kinds(test_a_file_in_and_out),
        with_kinds(test_a_file_whole_or_not),
        with_kinds(test_the_calendar),
        with_kinds(test_a_file_of_too_many_dates),
    };
    return cmocka_run_group_tests_name("service/calendar_files", tests, NULL, NULL);
}
